"""Soreness by day above the load of the same days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis import load
from runlog.i18n import _
from runlog.reporter import periods, units
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.reporter.charts import View

WEEKS = 5
DAYS = 7 * WEEKS
THIS_WEEK = DAYS - 7
WORST = 10
#: Room for the number above the worst.
ABOVE = 1.6


@dataclass(frozen=True, slots=True)
class SorenessAndLoad:
    """The days of five weeks.

    Attributes:
        days: indexed by naive local days: soreness (the day's worst rating, NaN without one) and load.
        week: the last of those weeks.
        load_unit: of the load, in words.
    """

    title: str
    days: pd.DataFrame
    week: periods.Span
    load_unit: str


def data(history: History, view: View) -> SorenessAndLoad:
    """The worst rating and the load of each day of the week of ``view.now`` and the four weeks before."""
    week = periods.week_of(view.today, history.settings)
    span = pd.date_range(week.first - timedelta(weeks=WEEKS - 1), week.last, name="day")
    days = pd.DataFrame({"soreness": _worst(history, view.area), "load": _load(history, view)}, index=span)
    unit = units.load_unit(history.load_kind, history.settings.units)
    return SorenessAndLoad(_title(days, week, view.area), days, week, unit)


def _worst(history: History, area: str) -> pd.Series:
    entries = history.entries
    return entries.loc[entries["area"] == area].groupby("day")["soreness"].max()


def _load(history: History, view: View) -> pd.Series:
    """The load of each day; 0 on days of rest, unknown where the log was not kept."""
    daily = load.daily_metrics(history, pd.Timestamp(view.today))["load"]
    return daily * units.load_in(1.0, history.load_kind, history.settings.units)


def _title(days: pd.DataFrame, week: periods.Span, area: str) -> str:
    rated = days.loc[pd.Timestamp(week.first) :, "soreness"].dropna()
    if rated.empty:
        return _("No ratings of the {area} this week").format(area=units.area(area))
    worst = rated.max()
    if worst == 0:
        return _("No soreness of the {area} this week").format(area=units.area(area))
    return _("The {area} was sorest on {day}: {worst} of 10").format(
        area=units.area(area),
        day=units.day(rated.index[int(rated.argmax())]),
        worst=units.number(worst, 0),
    )


def height(data: SorenessAndLoad, narrow: bool) -> int:  # noqa: FBT001 - all charts are asked alike
    """How many pixels high it is."""
    if _rated(data) and _loaded(data):
        return 300 if narrow else 340
    return 190


def draw(data: SorenessAndLoad, axes: Axes) -> None:
    """Soreness by day beside load."""
    both = _rated(data) and _loaded(data)
    upper, lower = style.stacked(axes, (2.2, 1)) if both else (axes, axes)
    for panel in {upper, lower}:
        panel.axvspan(THIS_WEEK - 0.5, DAYS - 0.5, color=LIGHT["band"], lw=0)
    if _rated(data) or not _loaded(data):
        _draw_soreness(data.days["soreness"].to_numpy(float), upper)
    if _loaded(data):
        _draw_load(data, lower)
    starts = range(0, DAYS, 7)
    lower.set_xticks(
        starts, [units.day(data.days.index[start], weekday=False) for start in starts], ha="left"
    )
    lower.set_xlim(-0.6, DAYS - 0.4)


def _rated(data: SorenessAndLoad) -> bool:
    return bool(data.days["soreness"].notna().any())


def _loaded(data: SorenessAndLoad) -> bool:
    return bool((data.days["load"] > 0).any())


def _draw_soreness(soreness: NDArray[np.float64], axes: Axes) -> None:
    for days, alpha in ((range(THIS_WEEK), 0.5), (range(THIS_WEEK, DAYS), 1.0)):
        rated = [day for day in days if not np.isnan(soreness[day])]
        axes.vlines(rated, 0, soreness[rated], color=LIGHT["sore"], lw=2, alpha=0.4 * alpha)
        axes.scatter(
            rated, soreness[rated], s=44, color=LIGHT["sore"], alpha=alpha, lw=0, zorder=3, clip_on=False
        )
    for day in _labelled(rated, soreness, 20 * DAYS / style.width(axes)):
        _label(axes, day, soreness[day], 8)
    axes.set(ylim=(0, WORST + ABOVE), yticks=[0, 5, WORST], title=_("Soreness, 0 none to 10 worst"))
    axes.set_title(_("this week"), loc="right")
    axes.grid(axis="y")


def _labelled(rated: list[int], soreness: NDArray[np.float64], apart: float) -> list[int]:
    """The days whose ratings are written: the worst first, where they leave each other room."""
    chosen: list[int] = []
    for day in sorted(rated, key=lambda day: -soreness[day]):
        if all(abs(day - other) >= apart for other in chosen):
            chosen.append(day)
    return chosen


def _draw_load(data: SorenessAndLoad, axes: Axes) -> None:
    loads = data.days["load"].fillna(0.0).to_numpy(float)
    axes.bar(range(DAYS), loads, width=0.72, color=LIGHT["load"])
    title = _("Load, {unit}").format(unit=data.load_unit)
    axes.set(yticks=[], title=title, ylim=(0, max(loads.max() * 1.3, 1.0)))
    if loads.max() > 0:
        _label(axes, int(loads.argmax()), loads.max(), 3)


def _label(axes: Axes, day: int, value: float, above: float) -> None:
    axes.annotate(
        units.number(value, 0),
        (day, value),
        (0, above),
        textcoords="offset points",
        ha="center",
        weight="bold",
        annotation_clip=False,
    )
