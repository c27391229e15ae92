"""Soreness and load week by week, over a season."""

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
from runlog.reporter.charts.soreness import ABOVE, WORST
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.periods import Span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts import View

#: So many weeks are shown where no season is asked for.
WEEKS = 26

#: So wide is a date below the axis, in pixels.
_DATE = 62


@dataclass(frozen=True, slots=True)
class Weeks:
    """The weeks of a season.

    Attributes:
        weeks: indexed by their first days (naive): soreness (the mean of the week's ratings, NaN without
            one), worst (the highest of them), ratings (how many), load (in load_unit; NaN where unknown).
        load_unit: of the load, in words.
    """

    title: str
    weeks: pd.DataFrame
    load_unit: str


def data(history: History, view: View) -> Weeks:
    """The 26 weeks up to that of ``view.now``."""
    last = periods.week_of(view.today, history.settings)
    return of(history, Span(last.first - timedelta(weeks=WEEKS - 1), last.last), view.area)


def of(history: History, span: Span, area: str) -> Weeks:
    """The weeks that days of a span lie in; days outside of it do not count."""
    first = periods.week_of(span.first, history.settings).first
    days = pd.date_range(span.first, span.last)
    week = pd.Series((days - pd.Timestamp(first)).days // 7, days)
    entries = span.of(history.entries.dropna(subset=["soreness"]))
    rated = entries.loc[entries["area"] == area]
    ratings = rated["soreness"].groupby(rated["day"].map(week)).agg(["mean", "max", "size"])
    daily = load.daily_metrics(history, pd.Timestamp(span.last))["load"].reindex(days)
    loads = daily.groupby(week).sum(min_count=1) * units.load_in(
        1.0, history.load_kind, history.settings.units
    )
    numbers = range(int(week.iloc[-1]) + 1)
    table = pd.DataFrame(
        {
            "soreness": ratings["mean"].reindex(numbers),
            "worst": ratings["max"].reindex(numbers),
            "ratings": ratings["size"].reindex(numbers).fillna(0).astype(int),
            "load": loads.reindex(numbers),
        }
    )
    table.index = pd.DatetimeIndex([first + timedelta(weeks=number) for number in numbers], name="week")
    return Weeks(_title(table, area), table, units.load_unit(history.load_kind, history.settings.units))


def _title(weeks: pd.DataFrame, area: str) -> str:
    rated = weeks["soreness"].dropna()
    if rated.empty:
        return _("No ratings of the {area} in these weeks").format(area=units.area(area))
    if rated.max() == 0:
        return _("No soreness of the {area} in these weeks").format(area=units.area(area))
    return _("The {area} was sorest in the week of {day}: {mean} of 10 on average").format(
        area=units.area(area),
        day=units.day(pd.DatetimeIndex(rated.index)[int(rated.argmax())], weekday=False),
        mean=units.number(rated.max()),
    )


def height(data: Weeks, narrow: bool) -> int:  # noqa: ARG001, FBT001 - all charts are asked alike
    """How many pixels high it is."""
    return 300 if narrow else 340


def draw(data: Weeks, axes: Axes) -> None:
    """Soreness by week beside load."""
    pixels = style.width(axes)
    upper, lower = style.stacked(axes, (2.2, 1))
    weeks = data.weeks
    places = np.arange(len(weeks))
    upper.vlines(places, weeks["soreness"], weeks["worst"], color=LIGHT["sore"], lw=2, alpha=0.35)
    upper.plot(places, weeks["soreness"], "o-", color=LIGHT["sore"], lw=2, ms=5, clip_on=False)
    upper.set(ylim=(0, WORST + ABOVE), yticks=[0, 5, WORST])
    style.head(upper, _("Soreness: mean, and up to the worst rating"), pixels - 45)
    upper.grid(axis="y")
    loads = weeks["load"].fillna(0.0).to_numpy(float)
    lower.bar(places, loads, width=0.72, color=LIGHT["load"])
    title = _("Load, {unit}").format(unit=data.load_unit)
    lower.set(yticks=[], title=title, ylim=(0, max(loads.max() * 1.3, 1.0)))
    _label_highest(upper, weeks["soreness"].to_numpy(float), 1)
    _label_highest(lower, loads, 0)
    _dates(lower, pd.DatetimeIndex(weeks.index))


def _label_highest(axes: Axes, values: np.ndarray, digits: int) -> None:
    """Write the highest value beside it."""
    if not np.isnan(values).all() and np.nanmax(values) > 0:
        place = int(np.nanargmax(values))
        late = place > len(values) / 2
        axes.annotate(
            units.number(values[place], digits),
            (place, values[place]),
            (-6 if late else 6, 4),
            textcoords="offset points",
            ha="right" if late else "left",
            weight="bold",
            annotation_clip=False,
        )


def _dates(axes: Axes, firsts: pd.DatetimeIndex) -> None:
    room = max(1, int((style.width(axes) - 40) / _DATE))
    every = max(1, -(-len(firsts) // room))
    shown = range(0, len(firsts), every)
    axes.set_xticks(shown, [units.day(firsts[place], weekday=False) for place in shown], ha="left")
    axes.set_xlim(-0.7, len(firsts) - 0.3)
