"""The share of the most used route over time, above the routes of every run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors.route import route_share
from runlog.reporter import periods, units
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts import View

WEEKS = 26
#: So many routes get a line of their own; the rest shares one.
LINES = 5
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Routes:
    """Half a year of routes.

    Attributes:
        share: per day, the share of the 28 days up to it on the most used route, NaN without routes.
        runs: day and line (a route's label, or "others") of each run with a route.
        lines: the lines' names, the most used first.
        limit: the share from which an alert speaks.
    """

    title: str
    share: pd.Series
    runs: pd.DataFrame
    lines: list[str]
    limit: float


def data(history: History, view: View) -> Routes:
    """The shares at the end of each day of the 26 weeks up to ``view.now``, and the runs' routes."""
    days = pd.date_range(end=pd.Timestamp(view.today), periods=7 * WEEKS, name="day")
    share = pd.Series(route_share(history, periods.ends_of(days, periods.clock(history))).to_numpy(), days)
    routed = history.runs.loc[
        history.runs["route"].notna() & (history.runs["day"] >= days[0]), ["day", "route"]
    ]
    lines = list(routed["route"].value_counts().index[:LINES])
    runs = pd.DataFrame(
        {"day": routed["day"], "line": routed["route"].where(routed["route"].isin(lines), OTHERS)}
    )
    if (runs["line"] == OTHERS).any():
        lines.append(OTHERS)
    return Routes(
        _title(share, history.settings.route_share), share, runs, lines, history.settings.route_share
    )


def _title(share: pd.Series, limit: float) -> str:
    latest = share.iloc[-1]
    if pd.isna(latest):
        return "No runs on known routes in the last 28 days"
    if latest >= limit:
        return f"{units.percent(latest)} of your runs are on one route"
    return f"Your most used route has {units.percent(latest)} of your runs"


def draw(data: Routes, axes: Axes) -> None:
    """The share of the most used route over time, and the route of every run."""
    if data.runs.empty:
        style.say(axes, "No runs with GPS positions yet.")
        return
    upper, lower = style.stacked(axes, (5, 1 + len(data.lines)))
    _draw_share(data, upper)
    _draw_runs(data, lower)


def _draw_share(data: Routes, axes: Axes) -> None:
    axes.axhline(data.limit, color=LIGHT["muted"], lw=1, ls=(0, (4, 3)))
    axes.annotate(
        f"alert from {units.percent(data.limit)}",
        (0, data.limit),
        (2, 4),
        ("axes fraction", "data"),
        "offset points",
        color=LIGHT["muted"],
        size=11,
    )
    axes.plot(data.share.index, data.share, color=LIGHT["sore"], lw=2.5)
    axes.set(ylim=(0, 1), yticks=[0, 0.5, 1], yticklabels=["0%", "50%", "100%"])
    axes.set_title("Share of 28 days' runs on the most used route")
    axes.grid(axis="y")


def _draw_runs(data: Routes, axes: Axes) -> None:
    places = {line: -place for place, line in enumerate(data.lines)}
    for line, place in places.items():
        days = data.runs.loc[data.runs["line"] == line, "day"]
        colour = LIGHT["sore" if place == 0 else "load"]
        axes.scatter(days, [place] * len(days), s=26, color=colour, clip_on=False)
    axes.set_yticks(list(places.values()), list(places))
    axes.set(ylim=(-len(places) + 0.4, 0.6), title="Each run on its route")
    months = [day for day in data.share.index if day.day == 1][:: 2 if style.is_narrow(axes) else 1]
    axes.set_xticks(months, [units.day(month, weekday=False) for month in months])
