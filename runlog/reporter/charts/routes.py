"""The share of the most used route over time, above the routes of every run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors.route import route_share
from runlog.analysis.routes import SHARE_DAYS, route_table
from runlog.i18n import _
from runlog.reporter import periods, units
from runlog.reporter.alerts.training import MIN_ROUTED
from runlog.reporter.charts import style
from runlog.reporter.charts.route_maps import called
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts import View

WEEKS, LEAST_WEEKS = 26, 8
#: So many routes get a line of their own; the rest shares one.
LINES = 5
OTHERS = "others"
#: Marks on the scale nearer to each other than this would touch.
CROWDED = 0.14


@dataclass(frozen=True, slots=True)
class Routes:
    """Half a year of routes.

    Attributes:
        share: per day, the share of the 28 days up to it on the most used route; NaN with fewer than 5
            runs on routes in them.
        runs: day and line (a route's label, or "others") of each run with a route.
        lines: the lines' names, the most used first.
        names: of routes that have one, by label.
        top: the route most used in the last 28 days, or None.
        limit: the share from which an alert speaks.
    """

    title: str
    share: pd.Series[float]
    runs: pd.DataFrame
    lines: list[str]
    names: dict[str, str]
    top: str | None
    limit: float


def data(history: History, view: View) -> Routes:
    """The shares at the end of each day of half a year up to ``view.now``, and the runs' routes."""
    routed = history.runs.loc[history.runs["route"].notna(), ["day", "route"]]
    days = _days(routed, pd.Timestamp(view.today))
    routed = routed.loc[routed["day"] >= days[0]]
    share = _share(history, days, routed)
    lines = list(routed["route"].value_counts().index[:LINES])
    runs = pd.DataFrame(
        {"day": routed["day"], "line": routed["route"].where(routed["route"].isin(lines), OTHERS)}
    )
    if (runs["line"] == OTHERS).any():
        lines.append(OTHERS)
    used = route_table(history, view.now).sort_values("share_28d", ascending=False, kind="stable")
    named = used.dropna(subset="name")
    names = dict(zip(named["route"], named["name"], strict=True))
    used = used.loc[used["share_28d"] > 0]
    top = None if used.empty else str(used["route"].iloc[0])
    title = _title(share, top, names.get(top))
    return Routes(title, share, runs, lines, names, top, history.settings.route_share)


def _days(routed: pd.DataFrame, today: pd.Timestamp) -> pd.DatetimeIndex:
    """Half a year, or less for a runner who has just begun."""
    start = today - pd.Timedelta(weeks=LEAST_WEEKS)
    if len(routed):
        start = max(min(start, routed["day"].iloc[0]), today - pd.Timedelta(weeks=WEEKS))
    return pd.date_range(start + pd.Timedelta(days=1), today, name="day")


def _share(history: History, days: pd.DatetimeIndex, routed: pd.DataFrame) -> pd.Series[float]:
    moments = periods.ends_of(days, periods.clock(history))
    share = pd.Series(route_share(history, moments).to_numpy(), days)
    runs = routed.groupby("day").size().reindex(days, fill_value=0).rolling(SHARE_DAYS, min_periods=1).sum()
    return share.where(runs >= MIN_ROUTED)


def _title(share: pd.Series[float], top: str | None, name: str | None) -> str:
    if top is None:
        return _("No runs on known routes in the last 28 days")
    latest = float(share.iloc[-1])
    if not units.known(latest):
        return _("Too few runs with a route in 28 days to speak of shares")
    return _("{share} of your runs in 28 days were on {route}").format(
        share=units.percent(latest), route=called(top, name)
    )


def height(data: Routes, narrow: bool) -> int:  # noqa: ARG001, FBT001 - all charts are asked alike
    """How many pixels high it is."""
    return 250 + 24 * len(data.lines)


def draw(data: Routes, axes: Axes) -> None:
    """The share of the most used route, and each run's route."""
    if data.runs.empty:
        style.say(axes, _("No runs with GPS positions yet."))
        return
    narrow = style.is_narrow(axes)
    upper, lower = style.stacked(axes, (150, 40 + 24 * len(data.lines)))
    _draw_share(data, upper)
    _draw_runs(data, lower, 0 if narrow else 250)
    lower.set_xlim(data.share.index[0], data.share.index[-1])
    months = [day for day in data.share.index if day.day == 1][:: 2 if narrow else 1]
    lower.set_xticks(months, [units.month(month) for month in months])


def _draw_share(data: Routes, axes: Axes) -> None:
    axes.axhline(data.limit, color=LIGHT["muted"], lw=1, ls=(0, (4, 3)))
    axes.plot(data.share.index, data.share, color=LIGHT["sore"], lw=2.5, clip_on=False)
    marks = [0.0, data.limit, 1.0]
    if min(data.limit, 1.0 - data.limit) < CROWDED:
        marks = [data.limit]
    axes.set(ylim=(0, 1), yticks=marks, yticklabels=[units.percent(mark) for mark in marks])
    axes.set_title(_("Share of the most used route in 28 days"))
    axes.grid(axis="y")
    latest = data.share.last_valid_index()
    if latest is not None and latest == data.share.index[-1]:
        share = data.share[latest]
        axes.annotate(
            units.percent(share),
            (latest, share),
            (6, 0),
            textcoords="offset points",
            va="center",
            weight="bold",
            annotation_clip=False,
        )


def _draw_runs(data: Routes, axes: Axes, room: float) -> None:
    places = {line: -place for place, line in enumerate(data.lines)}
    for line, place in places.items():
        days = data.runs.loc[data.runs["line"] == line, "day"]
        colour = LIGHT["sore" if line == data.top else "load"]
        axes.scatter(days, [place] * len(days), s=26, color=colour, lw=0, clip_on=False)
    axes.set_yticks(list(places.values()), [_line(line, data, room) for line in places])
    for label, line in zip(axes.get_yticklabels(), places, strict=True):
        if line == data.top:
            label.set(color=LIGHT["ink"], fontweight="bold")
    axes.set(ylim=(-len(places) + 0.4, 0.6), title=_("Each run on its route"))


def _line(line: str, data: Routes, room: float) -> str:
    if line == OTHERS:
        return _("others")
    return style.shortened(f"{line} {data.names.get(line, '')}", room) if room else line
