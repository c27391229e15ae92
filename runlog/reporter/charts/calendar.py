"""Draw half a year as a calendar: each day's soreness, and which days had a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from runlog import units
from runlog.analysis import periods
from runlog.analysis.history import ratings_of
from runlog.i18n import _
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts.view import View

WEEKS = 26
HEAT_COLOURS = ("heat0", "heat1", "heat2", "heat3", "heat4")


@dataclass(frozen=True, slots=True)
class CalendarData:
    """Half a year of days.

    Attributes:
        days: indexed by naive local days: week (column), weekday (row), soreness (worst, NaN unrated), runs.
    """

    title: str
    days: pd.DataFrame


def calendar_data(history: History, view: View) -> CalendarData:
    """Return the days of the 26 weeks up to ``view.now``, in the runner's weeks."""
    this_week = periods.week_of(view.today, history.settings)
    span = pd.date_range(this_week.first - timedelta(weeks=WEEKS - 1), view.today, name="day")
    place = pd.Series(range(len(span)), span)
    days = pd.DataFrame(
        {
            "week": place // 7,
            "weekday": place % 7,
            "soreness": ratings_of(history, view.area).groupby("day")["soreness"].max(),
            "runs": history.runs.groupby("day").size().reindex(span, fill_value=0),
        },
        index=span,
    )
    return CalendarData(_calendar_title(days, view.area), days)


def _calendar_title(days: pd.DataFrame, area: str) -> str:
    rated = days["soreness"].dropna()
    if rated.empty:
        return _("No ratings of the {area} in half a year").format(area=units.area(area))
    return _("{free} of {rated} rated days without soreness of the {area}").format(
        free=int((rated == 0).sum()), rated=len(rated), area=units.area(area)
    )


def draw_calendar(data: CalendarData, axes: Axes) -> None:
    """Draw half a year of days by soreness, and which had a run."""
    rated = data.days["soreness"].notna()
    _draw_days(data.days.loc[~rated], axes, "none", LIGHT["line"])
    heats = data.days.loc[rated, "soreness"].map(heat_colour)
    for name in heats.unique():
        _draw_days(data.days.loc[heats.index[heats == name]], axes, LIGHT[name], "none")
    ran = data.days.loc[data.days["runs"] > 0]
    _draw_runs(ran, axes)
    axes.set(xlim=(0, WEEKS), ylim=(9.1, 0), aspect="equal")
    axes.spines["bottom"].set_visible(False)
    _mark_days(data, axes)
    _draw_key(axes)


def _draw_days(days: pd.DataFrame, axes: Axes, inside: str, rim: str) -> None:
    squares = [
        Rectangle((week + 0.08, weekday + 0.08), 0.84, 0.84)
        for week, weekday in zip(days["week"], days["weekday"], strict=True)
    ]
    axes.add_collection(PatchCollection(squares, facecolor=inside, edgecolor=rim, lw=1), autolim=False)


def _draw_runs(ran: pd.DataFrame, axes: Axes) -> None:
    """Draw a dot with a rim per run, so that it is seen on every colour."""
    axes.scatter(
        ran["week"] + 0.5, ran["weekday"] + 0.5, s=9, color=LIGHT["ink"], edgecolor=LIGHT["paper"], lw=0.8
    )


def heat_colour(soreness: float) -> str:
    """Return the colour of a rating: none, 1–2, 3–4, 5–6, 7 and more."""
    return HEAT_COLOURS[0 if soreness <= 0 else min(4, 1 + int((soreness - 1) // 2))]


def _mark_days(data: CalendarData, axes: Axes) -> None:
    first_week = data.days.index[:7]
    axes.set_yticks([0.5, 2.5, 4.5, 6.5], [units.weekday(first_week[row]) for row in (0, 2, 4, 6)])
    axes.xaxis.tick_top()
    every = 2 if style.is_narrow(axes) else 1
    style.mark_months(axes, pd.DatetimeIndex(data.days.index), every, data.days["week"] + 0.5)
    axes.tick_params(length=0)


def _draw_key(axes: Axes) -> None:
    """Draw the key of the colours in the row below; on a phone without the words."""
    narrow = style.is_narrow(axes)
    size, apart, x = (style.SMALL_FONT, 3.9, 0.0) if narrow else (style.SMALL_FONT, 2.4, 0.0)
    if not narrow:
        axes.text(x + 0.06, 8.5, _("soreness"), va="center", color=LIGHT["muted"], size=size)
        x += 3.2
    for name, text in zip(HEAT_COLOURS, ("0", "1–2", "3–4", "5–6", "7+"), strict=True):
        axes.add_patch(Rectangle((x + 0.08, 8.08), 0.84, 0.84, color=LIGHT[name], lw=0))
        axes.text(x + 1.15, 8.5, text, va="center", color=LIGHT["muted"], size=size)
        x += apart
    if narrow:
        return
    axes.add_patch(Rectangle((x + 0.08, 8.08), 0.84, 0.84, facecolor="none", edgecolor=LIGHT["line"], lw=1))
    axes.text(x + 1.15, 8.5, _("not rated"), va="center", color=LIGHT["muted"], size=size)
    _draw_runs(pd.DataFrame({"week": [x + 4.6], "weekday": [8.0]}), axes)
    axes.text(x + 5.5, 8.5, _("a run"), va="center", color=LIGHT["muted"], size=size)
