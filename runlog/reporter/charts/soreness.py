"""Draw soreness: day by day beside load, week by week beside load, and half a year as a calendar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.collections import PatchCollection, PolyCollection
from matplotlib.patches import Rectangle

from runlog import units
from runlog.analysis import load, periods
from runlog.analysis.history import ratings_of
from runlog.analysis.periods import Span
from runlog.i18n import _, weekday_names
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.reporter.charts.view import View

DAILY_WEEKS = 5
DAILY_DAYS = 7 * DAILY_WEEKS
THIS_WEEK_FROM = DAILY_DAYS - 7
WORST_RATING = 10
#: Room for the number above the worst.
LABEL_ROOM = 1.6


@dataclass(frozen=True, slots=True)
class SorenessData:
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


def soreness_data(history: History, view: View) -> SorenessData:
    """Return the worst rating and the load of each day of the week of ``view.now`` and the four before."""
    week = periods.week_of(view.today, history.settings)
    span = pd.date_range(week.first - timedelta(weeks=DAILY_WEEKS - 1), week.last, name="day")
    daily = load.daily_metrics(history, pd.Timestamp(view.today))["load"]
    days = pd.DataFrame(
        {
            "soreness": ratings_of(history, view.area).groupby("day")["soreness"].max(),
            "load": daily * units.load_in(1.0, history.load_kind, history.settings.units),
        },
        index=span,
    )
    unit = units.load_unit(history.load_kind, history.settings.units)
    return SorenessData(_soreness_title(days, week, view.area), days, week, unit)


def _soreness_title(days: pd.DataFrame, week: periods.Span, area: str) -> str:
    rated = days.loc[pd.Timestamp(week.first) :, "soreness"].dropna()
    if rated.empty:
        return _("Load, day by day")
    if rated.max() == 0:
        return _("No soreness of the {area} this week").format(area=units.area(area))
    sorest, *others = rated.index[rated == rated.max()]
    if others:
        text = _("{worst} of 10 at most, on {n} days")
        return text.format(worst=units.number(rated.max(), 0), n=1 + len(others))
    loads = days["load"].loc[pd.Timestamp(week.first) :].fillna(0.0)
    text = _("Sorest on {day}")
    if loads.max() > 0 and loads[sorest] == loads.max():
        text = _("Sorest on {day}, the day of most load")
    elif loads.max() > 0 and loads.shift(1)[sorest] == loads.max():
        text = _("Sorest on {day}, the day after most load")
    return text.format(day=weekday_names(whole=True)[sorest.weekday()])


def soreness_height(data: SorenessData, width: int) -> int:
    """Return how many pixels high it is."""
    if _has_ratings(data) and _has_load(data):
        return 300 if width == style.NARROW else 340
    return 190


def draw_soreness(data: SorenessData, axes: Axes) -> None:
    """Draw soreness by day beside load."""
    both = _has_ratings(data) and _has_load(data)
    upper, lower = style.split_in_two(axes, (2.2, 1)) if both else (axes, axes)
    for panel in {upper, lower}:
        panel.axvspan(THIS_WEEK_FROM - 0.5, DAILY_DAYS - 0.5, color=LIGHT["band"], lw=0)
    if _has_ratings(data) or not _has_load(data):
        _draw_soreness(data.days["soreness"].to_numpy(float), upper)
    if _has_load(data):
        loads = data.days["load"].fillna(0.0).to_numpy(float)
        _draw_load(loads, data.load_unit, lower)
        most = int(np.argmax(loads))
        style.label_value(lower, units.number(loads[most], 0), (most, loads[most]), (0, 3), "center")
    starts = range(0, DAILY_DAYS, 7)
    style.mark_days(lower, starts, data.days.index[::7], "left")
    lower.set_xlim(-0.6, DAILY_DAYS - 0.4)


def _has_ratings(data: SorenessData) -> bool:
    return bool(data.days["soreness"].notna().any())


def _has_load(data: SorenessData) -> bool:
    return bool((data.days["load"] > 0).any())


def _draw_soreness(soreness: NDArray[np.float64], axes: Axes) -> None:
    for days, alpha in ((range(THIS_WEEK_FROM), 0.5), (range(THIS_WEEK_FROM, DAILY_DAYS), 1.0)):
        rated = [day for day in days if not np.isnan(soreness[day])]
        axes.vlines(rated, 0, soreness[rated], color=LIGHT["sore"], lw=2, alpha=0.4 * alpha)
        axes.scatter(
            rated, soreness[rated], s=44, color=LIGHT["sore"], alpha=alpha, lw=0, zorder=3, clip_on=False
        )
    for day in _days_to_label(rated, soreness, 20 * DAILY_DAYS / style.width_px(axes)):
        style.label_value(axes, units.number(soreness[day], 0), (day, soreness[day]), (0, 8), "center")
    axes.set(
        ylim=(0, WORST_RATING + LABEL_ROOM),
        yticks=[0, 5, WORST_RATING],
        title=_("Soreness, 0 none to 10 worst"),
    )
    axes.set_title(_("this week"), loc="right")
    axes.grid(axis="y")


def _days_to_label(rated: list[int], soreness: NDArray[np.float64], apart: float) -> list[int]:
    """Choose the days whose ratings are written: the worst first, where there is room."""
    chosen: list[int] = []
    for day in sorted(rated, key=lambda day: -soreness[day]):
        if all(abs(day - other) >= apart for other in chosen):
            chosen.append(day)
    return chosen


def _draw_load(loads: NDArray[np.float64], unit: str, axes: Axes) -> None:
    # One collection: as many patches of axes.bar would take ten times as long.
    bars = [
        ((x - 0.36, 0), (x - 0.36, load), (x + 0.36, load), (x + 0.36, 0)) for x, load in enumerate(loads)
    ]
    axes.add_collection(PolyCollection(bars, facecolor=LIGHT["load"], lw=0), autolim=False)
    title = _("Load, {unit}").format(unit=unit)
    axes.set(yticks=[], title=title, ylim=(0, max(np.max(loads) * 1.3, 1.0)))


#: How many weeks are shown unless a season is asked for.
DEFAULT_WEEKS = 26

#: The width of a date below the axis, in pixels.
_DATE_WIDTH = 62


@dataclass(frozen=True, slots=True)
class WeeksData:
    """The weeks of a season.

    Attributes:
        weeks: indexed by their first days (naive): soreness (the mean of the week's ratings, NaN without
            one), worst (the highest of them), ratings (how many), load (in load_unit; NaN where unknown).
        load_unit: of the load, in words.
    """

    title: str
    weeks: pd.DataFrame
    load_unit: str


def weeks_data(history: History, view: View) -> WeeksData:
    """Return the 26 weeks up to that of ``view.now``."""
    last = periods.week_of(view.today, history.settings)
    return weeks_in_span(history, Span(last.first - timedelta(weeks=DEFAULT_WEEKS - 1), last.last), view.area)


def weeks_in_span(history: History, span: Span, area: str) -> WeeksData:
    """Return the weeks that days of a span lie in; days outside of it do not count."""
    first = periods.week_of(span.first, history.settings).first
    days = pd.date_range(span.first, span.last)
    week = pd.Series((days - pd.Timestamp(first)).days // 7, days)
    rated = span.of(ratings_of(history, area))
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
    return WeeksData(
        _weeks_title(table, area), table, units.load_unit(history.load_kind, history.settings.units)
    )


def _weeks_title(weeks: pd.DataFrame, area: str) -> str:
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


def draw_weeks(data: WeeksData, axes: Axes) -> None:
    """Draw soreness by week beside load."""
    pixels = style.width_px(axes)
    upper, lower = style.split_in_two(axes, (2.2, 1))
    weeks = data.weeks
    places = np.arange(len(weeks))
    upper.vlines(places, weeks["soreness"], weeks["worst"], color=LIGHT["sore"], lw=2, alpha=0.35)
    upper.plot(places, weeks["soreness"], "o-", color=LIGHT["sore"], lw=2, ms=5, clip_on=False)
    upper.set(ylim=(0, WORST_RATING + LABEL_ROOM), yticks=[0, 5, WORST_RATING])
    style.set_panel_title(upper, _("Soreness: mean, and up to the worst rating"), pixels - 45)
    upper.grid(axis="y")
    loads = weeks["load"].fillna(0.0).to_numpy(float)
    _draw_load(loads, data.load_unit, lower)
    _label_highest(upper, weeks["soreness"].to_numpy(float), 1)
    _label_highest(lower, loads, 0)
    every = max(1, math.ceil(len(weeks) / max(1, int((pixels - 40) / _DATE_WIDTH))))
    style.mark_days(lower, places[::every], weeks.index[::every], "left")
    lower.set_xlim(-0.7, len(weeks) - 0.3)


def _label_highest(axes: Axes, values: np.ndarray, digits: int) -> None:
    """Write the highest value beside it."""
    if not np.isnan(values).all() and np.nanmax(values) > 0:
        place = int(np.nanargmax(values))
        late = place > len(values) / 2
        shift, side = ((-6, 4), "right") if late else ((6, 4), "left")
        style.label_value(axes, units.number(values[place], digits), (place, values[place]), shift, side)


#: How many weeks the calendar shows.
CALENDAR_WEEKS = 26
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
    span = pd.date_range(this_week.first - timedelta(weeks=CALENDAR_WEEKS - 1), view.today, name="day")
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
    _draw_squares(data.days[~rated], axes, "none", LIGHT["line"])
    heats = data.days["soreness"][rated].map(heat_colour)
    for name in heats.unique():
        _draw_squares(data.days.loc[heats.index[heats == name]], axes, LIGHT[name], "none")
    ran = data.days[data.days["runs"] > 0]
    _draw_runs(ran, axes)
    axes.set(xlim=(0, CALENDAR_WEEKS), ylim=(9.1, 0), aspect="equal")
    axes.spines["bottom"].set_visible(False)
    axes.set_yticks([0.5, 2.5, 4.5, 6.5], [units.weekday(data.days.index[row]) for row in (0, 2, 4, 6)])
    axes.xaxis.tick_top()
    every = 2 if style.is_narrow(axes) else 1
    style.mark_months(axes, pd.DatetimeIndex(data.days.index), every, data.days["week"] + 0.5)
    axes.tick_params(length=0)
    _draw_key(axes)


def _draw_squares(days: pd.DataFrame, axes: Axes, inside: str, rim: str) -> None:
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


def _draw_key(axes: Axes) -> None:
    """Draw the key of the colours in the row below; on a phone without the words."""
    narrow = style.is_narrow(axes)
    look: dict[str, Any] = {"va": "center", "color": LIGHT["muted"], "size": style.SMALL_FONT}
    x, apart = (0.0, 3.9) if narrow else (3.2, 2.4)
    if not narrow:
        axes.text(0.06, 8.5, _("soreness"), **look)
    for name, text in zip(HEAT_COLOURS, ("0", "1–2", "3–4", "5–6", "7+"), strict=True):
        axes.add_patch(Rectangle((x + 0.08, 8.08), 0.84, 0.84, color=LIGHT[name], lw=0))
        axes.text(x + 1.15, 8.5, text, **look)
        x += apart
    if narrow:
        return
    axes.add_patch(Rectangle((x + 0.08, 8.08), 0.84, 0.84, facecolor="none", edgecolor=LIGHT["line"], lw=1))
    axes.text(x + 1.15, 8.5, _("not rated"), **look)
    _draw_runs(pd.DataFrame({"week": [x + 4.6], "weekday": [8.0]}), axes)
    axes.text(x + 5.5, 8.5, _("a run"), **look)
