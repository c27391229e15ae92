"""Draw charts of a history.

``chart(name, history, out)`` is the door. A chart gathers its data, draws it on axes and says how
high it is; to add one, write these three functions in a module of this package and list them in
``CHARTS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlog.analysis import periods
from runlog.errors import NotFound
from runlog.fileio import write_atomically
from runlog.i18n import use_language
from runlog.reporter.charts import (
    body,
    calendar,
    exposure,
    form,
    links,
    routes,
    shoes,
    soreness,
    streaks,
    style,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from runlog.analysis.history import History


@dataclass(frozen=True, slots=True)
class View:
    """What a chart is asked to show.

    Attributes:
        now: the moment as of which (UTC); today: its day on the runner's clock.
        area: the body area.
        factor: for the chart of one factor.
    """

    now: pd.Timestamp
    today: date
    area: str = "upper_back"
    factor: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart.

    Attributes:
        data: gives the numbers, and a title that says the finding.
        draw: makes the picture of them.
        height: how many pixels high that is, by the data and whether it is for a phone.
    """

    name: str
    data: Callable[[History, View], Any]
    draw: Callable[[Any, Axes], None]
    height: Callable[[Any, bool], int]

    @property
    def help(self) -> str:
        """What it shows, in one line."""
        return (self.draw.__doc__ or "").partition("\n")[0]


CHARTS: tuple[Chart, ...] = (
    Chart("soreness_and_load", soreness.soreness_data, soreness.draw_soreness, soreness.soreness_height),
    Chart("links", links.links_data, links.draw_links, links.links_height),
    Chart("exposure", exposure.exposure_data, exposure.draw_exposure, exposure.exposure_height),
    Chart("streaks", streaks.streaks_data, streaks.draw_streaks, streaks.streaks_height),
    Chart("routes", routes.routes_data, routes.draw_routes, routes.routes_height),
    Chart("route_maps", routes.route_maps_data, routes.draw_route_maps, routes.route_maps_height),
    Chart("shoes", shoes.shoes_data, shoes.draw_shoes, shoes.shoes_height),
    Chart("form", form.form_data, form.draw_form, form.form_height),
    Chart("weeks", soreness.weeks_data, soreness.draw_weeks, soreness.weeks_height),
    Chart("calendar", calendar.calendar_data, calendar.draw_calendar, calendar.calendar_height),
    Chart("body", body.body_data, body.draw_body, body.body_height),
)


def find_chart(name: str) -> Chart:
    """The chart of that name.

    Raises:
        NotFound: there is none; the message lists those that there are.
    """
    for chart in CHARTS:
        if chart.name == name:
            return chart
    raise NotFound(f"there is no chart {name!r}; there are {', '.join(chart.name for chart in CHARTS)}")


def make_view(
    history: History, now: datetime | None = None, area: str = "upper_back", factor: str | None = None
) -> View:
    """What to show as of a moment (default: the end of the last day that the history tells of)."""
    last = periods.last_day_with_data(history)
    zone = periods.local_timezone(history)
    moment = periods.to_utc(now) if now is not None or last is None else periods.end_of_day(last, zone)
    return View(moment, moment.tz_convert(zone).date(), area, factor)


def chart(
    name: str,
    history: History,
    out: str | Path | None = None,
    *,
    now: datetime | None = None,
    area: str = "upper_back",
    factor: str | None = None,
) -> Figure:
    """Draw a chart in the runner's language, and write it where ``out`` names a .png, .svg or .pdf file.

    Args:
        name: one of CHARTS.
        history: whose.
        out: the file to write, or None.
        now: as of when; default: the end of the last day that the history tells of.
        area: the body area.
        factor: for the chart "exposure".

    Raises:
        NotFound: no such chart or factor; the message lists those that there are.
        BadInput: ``out`` is no .png, .svg or .pdf file, or ``now`` has no time zone.
    """
    asked = find_chart(name)
    shown = make_view(history, now, area, factor)
    with use_language(history.settings.language):
        found = asked.data(periods.history_as_of(history, shown.now), shown)
        figure = style.new_figure(
            lambda axes: asked.draw(found, axes), style.WIDE, asked.height(found, False), found.title
        )
    if out is not None:
        path = Path(out)
        write_atomically(path, style.encode_figure(figure, path.suffix.lower().lstrip(".")))
    return figure


def embedded_svgs(name: str, found: Any) -> dict[str, str]:  # noqa: ANN401 - each chart has its own data
    """A chart's data drawn for a page: SVG elements for a wide and for a narrow one."""
    asked = find_chart(name)
    sizes = {
        "wide": (style.WIDE, asked.height(found, False)),
        "narrow": (style.NARROW, asked.height(found, True)),
    }
    return {
        size: style.figure_svg(
            style.new_figure(lambda axes: asked.draw(found, axes), *pixels), f"{name}-{size}"
        )
        for size, pixels in sizes.items()
    }
