"""Draw charts of a history.

``chart(name, history, out)`` is the door. To add a chart, write one function ``draw(data, axes)`` in a module
of this package and list it in ``CHARTS``; the first line of its docstring is its help. It gets a
``ViewedHistory`` unless a second function gathers its data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlog import units
from runlog.analysis import periods
from runlog.errors import NotFound
from runlog.fileio import write_atomically
from runlog.i18n import use_language
from runlog.reporter.charts import (
    body,
    exposure,
    form,
    links,
    routes,
    shoes,
    soreness,
    streaks,
    style,
)
from runlog.reporter.charts.view import DEFAULT_AREA, ViewedHistory, make_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from runlog.analysis.history import History
    from runlog.reporter.charts.view import View


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart.

    Attributes:
        name: its name on the command line.
        draw: draws the data on axes.
        data: gathers the numbers, with a ``title`` that says the finding.
        height: pixels of the wide and of the narrow chart, or a function of the data and the width in pixels.
    """

    name: str
    draw: Callable[[Any, Axes], None]
    data: Callable[[History, View], Any] = ViewedHistory
    height: tuple[int, int] | Callable[[Any, int], int] = (300, 300)

    @property
    def help(self) -> str:
        """What it shows: the first line of the docstring of ``draw``, without "Draw"."""
        return units.capital((self.draw.__doc__ or "").partition("\n")[0].removeprefix("Draw "))

    def figure(self, data: Any, width: int, title: str = "") -> style.ChartFigure:  # noqa: ANN401 - each chart has its own data
        """Draw the data on a new figure, ``style.WIDE`` or ``style.NARROW`` pixels wide."""
        if isinstance(self.height, tuple):
            height = self.height[width == style.NARROW]
        else:
            height = self.height(data, width)
        return style.new_figure(lambda axes: self.draw(data, axes), width, height, title)


CHARTS: tuple[Chart, ...] = (
    Chart("soreness_and_load", soreness.draw_soreness, soreness.soreness_data, soreness.soreness_height),
    Chart("links", links.draw_links, links.links_data, links.links_height),
    Chart("exposure", exposure.draw_exposure, exposure.exposure_data, exposure.exposure_height),
    Chart("streaks", streaks.draw_streaks, streaks.streaks_data),
    Chart("routes", routes.draw_routes, routes.routes_data, lambda data, _width: 250 + 24 * len(data.lines)),
    Chart("route_maps", routes.draw_route_maps, routes.route_maps_data, routes.route_maps_height),
    Chart("shoes", shoes.draw_shoes, shoes.shoes_data, shoes.shoes_height),
    Chart("form", form.draw_form, form.form_data, lambda data, _width: 70 + 105 * max(1, len(data.measures))),
    Chart("weeks", soreness.draw_weeks, soreness.weeks_data, (340, 300)),
    Chart("calendar", soreness.draw_calendar, soreness.calendar_data, (262, 150)),
    Chart("body", body.draw_body, body.body_data, body.body_height),
)


def find_chart(name: str) -> Chart:
    """Return the chart of that name.

    Raises:
        NotFound: there is none; the message lists those that there are.
    """
    for chart in CHARTS:
        if chart.name == name:
            return chart
    raise NotFound(
        "there is no chart {name!r}; there are {charts}",
        name=name,
        charts=", ".join(chart.name for chart in CHARTS),
    )


def chart(
    name: str,
    history: History,
    out: str | Path | None = None,
    *,
    now: datetime | None = None,
    area: str = DEFAULT_AREA,
    factor: str | None = None,
) -> Figure:
    """Draw a chart in the runner's language, and write it where ``out`` names a .png, .svg or .pdf file.

    It is as of ``now``, by default the end of the last day with a run or an entry; ``factor`` is for the
    chart "exposure".

    Raises:
        NotFound: no such chart or factor; the message lists those that there are.
        BadInput: ``out`` is no .png, .svg or .pdf file, or ``now`` has no time zone.
    """
    asked = find_chart(name)
    view = make_view(history, now, area, factor)
    with use_language(history.settings.language):
        data = asked.data(periods.history_as_of(history, view.now), view)
        figure = asked.figure(data, style.WIDE, data.title)
    if out is not None:
        path = Path(out)
        write_atomically(path, style.encode_figure(figure, path.suffix.lower().lstrip(".")))
    return figure


_WIDTHS = {"wide": style.WIDE, "narrow": style.NARROW}


def embedded_svgs(name: str, data: Any, sizes: Iterable[str] = tuple(_WIDTHS)) -> dict[str, str]:  # noqa: ANN401 - each chart has its own data
    """Draw a chart's data for a page, as SVG elements by size: "wide" and "narrow", for a phone."""
    asked = find_chart(name)
    return {size: style.figure_svg(asked.figure(data, _WIDTHS[size]), f"{name}-{size}") for size in sizes}
