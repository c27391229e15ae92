"""The season as a calendar: each day's soreness and whether it had a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.patches import Rectangle

from runlog.reporter import periods, units
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts import View

WEEKS = 26
HEATS = ("heat0", "heat1", "heat2", "heat3", "heat4")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Half a year of days.

    Attributes:
        days: indexed by naive local days: week (column), weekday (row), soreness (worst, NaN unrated), runs.
    """

    title: str
    days: pd.DataFrame


def data(history: History, view: View) -> Calendar:
    """The days of the 26 weeks up to ``view.now``, in the runner's weeks."""
    this_week = periods.week_of(view.today, history.settings)
    span = pd.date_range(this_week.first - timedelta(weeks=WEEKS - 1), view.today, name="day")
    entries = history.entries
    place = pd.Series(range(len(span)), span)
    days = pd.DataFrame(
        {
            "week": place // 7,
            "weekday": place % 7,
            "soreness": entries.loc[entries["area"] == view.area].groupby("day")["soreness"].max(),
            "runs": history.runs.groupby("day").size().reindex(span, fill_value=0),
        },
        index=span,
    )
    return Calendar(_title(days, view.area), days)


def _title(days: pd.DataFrame, area: str) -> str:
    rated = days["soreness"].dropna()
    if rated.empty:
        return f"No ratings of the {units.area(area)} in half a year"
    free = int((rated == 0).sum())
    return f"{free} of {len(rated)} rated days without soreness of the {units.area(area)}"


def draw(data: Calendar, axes: Axes) -> None:
    """A calendar of soreness; a dot marks a day with a run."""
    for day in data.days.to_dict("records"):
        colour = LIGHT["empty"] if pd.isna(day["soreness"]) else LIGHT[heat(day["soreness"])]
        axes.add_patch(Rectangle((day["week"] + 0.06, day["weekday"] + 0.06), 0.88, 0.88, color=colour, lw=0))
    ran = data.days.loc[data.days["runs"] > 0]
    axes.scatter(ran["week"] + 0.5, ran["weekday"] + 0.5, s=7, color=LIGHT["ink"], lw=0)
    axes.set(xlim=(0, WEEKS), ylim=(9.4, 0), aspect="equal")
    axes.spines["bottom"].set_visible(False)
    _mark_days(data, axes)
    _draw_key(axes)


def heat(soreness: float) -> str:
    """The colour of a rating: none, 1–2, 3–4, 5–6, 7 and more."""
    return HEATS[0 if soreness <= 0 else min(4, 1 + int((soreness - 1) // 2))]


def _mark_days(data: Calendar, axes: Axes) -> None:
    first_week = data.days.index[:7]
    axes.set_yticks([0.5, 2.5, 4.5, 6.5], [f"{first_week[row]:%a}" for row in (0, 2, 4, 6)])
    months = data.days.loc[[day.day == 1 for day in data.days.index]]
    months = months.iloc[:: 2 if style.is_narrow(axes) else 1]
    axes.xaxis.tick_top()
    axes.set_xticks(months["week"] + 0.5, [units.day(day, weekday=False)[2:] for day in months.index])
    axes.tick_params(length=0)


def _draw_key(axes: Axes) -> None:
    axes.text(0.06, 8.5, "soreness", va="center", color=LIGHT["muted"], size=11)
    start = 5.6 if not style.is_narrow(axes) else 7.6
    for place, (name, text) in enumerate(zip(HEATS, ("0", "1–2", "3–4", "5–6", "7+"), strict=True)):
        x = start + place * (2.6 if not style.is_narrow(axes) else 3.6)
        axes.add_patch(Rectangle((x, 8.1), 0.88, 0.88, color=LIGHT[name], lw=0))
        axes.text(x + 1.05, 8.55, text, va="center", color=LIGHT["muted"], size=11)
    if not style.is_narrow(axes):
        axes.scatter([20], [8.55], s=7, color=LIGHT["ink"], lw=0)
        axes.text(20.5, 8.55, "a run", va="center", color=LIGHT["muted"], size=11)
