"""Soreness by day above the load of the same days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis import load
from runlog.reporter import periods, units
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts import View

WEEKS = 5
WORST = 10
_OFFSET: dict[str, str] = {"textcoords": "offset points"}


@dataclass(frozen=True, slots=True)
class SorenessAndLoad:
    """The days of five weeks.

    Attributes:
        days: indexed by naive local days: soreness (the day's worst rating, NaN without one) and load.
        week: the last of those weeks.
        load_kind: what the load counts.
    """

    title: str
    days: pd.DataFrame
    week: periods.Span
    load_kind: str


def data(history: History, view: View) -> SorenessAndLoad:
    """The worst rating and the load of each day of the week of ``view.now`` and the four weeks before."""
    week = periods.week_of(view.today, history.settings)
    span = pd.date_range(week.first - timedelta(weeks=WEEKS - 1), week.last, name="day")
    days = pd.DataFrame({"soreness": _worst(history, view.area), "load": _load(history, view)}, index=span)
    return SorenessAndLoad(_title(days, week, view.area), days, week, history.load_kind)


def _worst(history: History, area: str) -> pd.Series:
    entries = history.entries
    return entries.loc[entries["area"] == area].groupby("day")["soreness"].max()


def _load(history: History, view: View) -> pd.Series:
    """The load of each day; 0 on days of rest also after the last run, unknown before the first."""
    daily = load.daily(history)
    if daily.empty:
        return daily
    return daily.reindex(
        pd.date_range(daily.index[0], max(pd.Timestamp(view.today), daily.index[-1])), fill_value=0.0
    )


def _title(days: pd.DataFrame, week: periods.Span, area: str) -> str:
    rated = days.loc[pd.Timestamp(week.first) :, "soreness"].dropna()
    if rated.empty:
        return f"No ratings of the {units.area(area)} this week"
    if rated.max() == 0:
        return f"No soreness of the {units.area(area)} this week"
    worst = units.number(rated.max(), 0)
    return f"The {units.area(area)} was sorest on {units.day(rated.idxmax())}: {worst} of 10"


def draw(data: SorenessAndLoad, axes: Axes) -> None:
    """Soreness by day beside load."""
    upper, lower = style.stacked(axes, (2.2, 1))
    for panel in (upper, lower):
        panel.axvspan(_beside(data.week.first, -0.5), _beside(data.week.last, 0.5), color=LIGHT["band"], lw=0)
    _draw_soreness(data, upper)
    _draw_load(data, lower)
    _mark_weeks(data, lower)


def _beside(day: date | pd.Timestamp, days: float) -> pd.Timestamp:
    return pd.Timestamp(day) + pd.Timedelta(days=days)


def _draw_soreness(data: SorenessAndLoad, axes: Axes) -> None:
    rated = data.days["soreness"].dropna()
    this_week = rated.index >= pd.Timestamp(data.week.first)
    for part, alpha in ((rated[~this_week], 0.5), (rated[this_week], 1.0)):
        axes.vlines(part.index, 0, part, color=LIGHT["sore"], lw=2, alpha=0.4 * alpha)
        axes.scatter(part.index, part, s=44, color=LIGHT["sore"], alpha=alpha, lw=0, zorder=3, clip_on=False)
    for day, value in rated[this_week].items():
        _label(axes, day, value, units.number(value, 0), 8)
    axes.set(ylim=(0, WORST), yticks=[0, 5, WORST], title="Soreness, 0 none to 10 worst")
    axes.annotate("this week", (_beside(data.week.first, -0.3), WORST), (0, -14), **_OFFSET, color=LIGHT["muted"])
    axes.grid(axis="y")


def _draw_load(data: SorenessAndLoad, axes: Axes) -> None:
    loads = data.days["load"].fillna(0.0)
    axes.bar(loads.index, loads, width=0.72, color=LIGHT["load"])
    axes.set(yticks=[], title=f"Load, {data.load_kind}", ylim=(0, max(loads.max() * 1.3, 1.0)))
    if loads.max() > 0:
        _label(axes, loads.idxmax(), loads.max(), units.number(loads.max(), 0), 3)


def _label(axes: Axes, day: pd.Timestamp, value: float, text: str, above: float) -> None:
    axes.annotate(text, (day, value), (0, above), **_OFFSET, ha="center", weight="bold", annotation_clip=False)


def _mark_weeks(data: SorenessAndLoad, axes: Axes) -> None:
    starts = data.days.index[::7]
    axes.set_xticks(starts, [units.day(start, weekday=False) for start in starts], ha="left")
    axes.set_xlim(_beside(data.days.index[0], -0.6), _beside(data.days.index[-1], 0.6))
