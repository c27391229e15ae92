"""Charts: each is a function that gathers the numbers and one that draws them on axes.

To add one, write ``data(history, view)``, ``draw(data, axes)`` and ``height(data, narrow)`` in a module and
list it in CHARTS.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlog.errors import NotFound
from runlog.fileio import write_atomically
from runlog.i18n import use_language
from runlog.reporter import periods
from runlog.reporter.charts import (
    body,
    calendar,
    exposure,
    form,
    links,
    route_maps,
    routes,
    shoes,
    soreness,
    streaks,
    style,
    weeks,
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
    Chart("soreness_and_load", soreness.data, soreness.draw, soreness.height),
    Chart("links", links.data, links.draw, links.height),
    Chart("exposure", exposure.data, exposure.draw, exposure.height),
    Chart("streaks", streaks.data, streaks.draw, streaks.height),
    Chart("routes", routes.data, routes.draw, routes.height),
    Chart("route_maps", route_maps.data, route_maps.draw, route_maps.height),
    Chart("shoes", shoes.data, shoes.draw, shoes.height),
    Chart("form", form.data, form.draw, form.height),
    Chart("weeks", weeks.data, weeks.draw, weeks.height),
    Chart("calendar", calendar.data, calendar.draw, calendar.height),
    Chart("body", body.data, body.draw, body.height),
)


def named(name: str) -> Chart:
    """The chart of that name.

    Raises:
        NotFound: there is none; the message lists those that there are.
    """
    for chart in CHARTS:
        if chart.name == name:
            return chart
    raise NotFound(f"there is no chart {name!r}; there are {', '.join(chart.name for chart in CHARTS)}")


def view(
    history: History, now: datetime | None = None, area: str = "upper_back", factor: str | None = None
) -> View:
    """What to show as of a moment (default: the end of the last day that the history tells of)."""
    last = periods.last_day(history)
    zone = periods.clock(history)
    moment = periods.utc(now) if now is not None or last is None else periods.end_of(last, zone)
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
    asked = named(name)
    shown = view(history, now, area, factor)
    with use_language(history.settings.language):
        found = asked.data(periods.until(history, shown.now), shown)
        figure = style.picture(
            lambda axes: asked.draw(found, axes), style.WIDE, asked.height(found, False), found.title
        )
    if out is not None:
        path = Path(out)
        write_atomically(path, style.saved(figure, path.suffix.lower().lstrip(".")))
    return figure


def embedded(name: str, found: Any) -> dict[str, str]:  # noqa: ANN401 - each chart has its own data
    """A chart's data drawn for a page: SVG elements for a wide and for a narrow one."""
    asked = named(name)
    sizes = {
        "wide": (style.WIDE, asked.height(found, False)),
        "narrow": (style.NARROW, asked.height(found, True)),
    }
    return {
        size: style.embedded(style.picture(lambda axes: asked.draw(found, axes), *pixels), f"{name}-{size}")
        for size, pixels in sizes.items()
    }
