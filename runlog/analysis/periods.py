"""Name and bound a runner's days and weeks, and cut a history off at a moment."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from runlog.analysis.history import ratings_of
from runlog.errors import BadInput
from runlog.model import Area

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.settings import Settings

T = TypeVar("T", int, "NDArray[np.int64]")

#: How many days before the ISO week's Monday a week starts.
_DAYS_BEFORE_MONDAY = {"monday": 0, "sunday": 1, "saturday": 2}


@dataclass(frozen=True, slots=True)
class Span:
    """A span of whole local days, both ends included."""

    first: date
    last: date

    def before(self, weeks: int) -> Span:
        """Return the same span so many weeks earlier."""
        return Span(self.first - timedelta(weeks=weeks), self.last - timedelta(weeks=weeks))

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a frame whose ``day`` lies in the span."""
        inside = frame["day"].between(pd.Timestamp(self.first), pd.Timestamp(self.last))
        return frame[inside]


def parse_week(name: str, settings: Settings) -> Span:
    """Return the days of "2026-W30", shifted when the runner's weeks do not start on a Monday.

    Raises:
        BadInput: the name is not that of an ISO week.
    """
    match = re.fullmatch(r"(\d{4})-?W(\d{1,2})", name.strip(), re.IGNORECASE)
    year, number = map(int, match.groups()) if match else (0, 0)
    try:
        monday = date.fromisocalendar(year, number, 1)
    except ValueError:
        raise BadInput("{name!r} is not a week; write it like 2026-W30", name=name) from None
    first = monday - timedelta(days=_DAYS_BEFORE_MONDAY[settings.week_start])
    return Span(first, first + timedelta(days=6))


def parse_period(name: str) -> Span:
    """Return the days of "2026-01" or "2026-01-15".

    Raises:
        BadInput: the name is neither a month nor a day.
    """
    match = re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", name.strip())
    try:
        year, month, *days = (int(part) for part in match.groups() if part) if match else (0, 0)
        if days:
            return Span(date(year, month, days[0]), date(year, month, days[0]))
        return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    except ValueError:
        raise BadInput(
            "{name!r} is no month or day; write it like 2026-01 or 2026-01-15", name=name
        ) from None


def week_of(day: date, settings: Settings) -> Span:
    """Return the runner's week that contains a day."""
    first = day - timedelta(days=days_into_week(day.weekday(), settings.week_start))
    return Span(first, first + timedelta(days=6))


def days_into_week(weekday: T, week_start: str) -> T:
    """Return how many days after the first day of the runner's week a weekday is; 0 is Monday."""
    return (weekday + _DAYS_BEFORE_MONDAY[week_start]) % 7


def week_name(week: Span) -> str:
    """Return the ISO name of a week: that of the Monday in it."""
    monday = next(day for day in (week.first + timedelta(days=n) for n in range(7)) if day.weekday() == 0)
    year, number, _ = monday.isocalendar()
    return f"{year}-W{number:02d}"


def to_utc(now: pd.Timestamp | datetime | None) -> pd.Timestamp:
    """Convert a moment to UTC; None is the current time.

    Raises:
        BadInput: the moment carries no time zone.
    """
    moment = pd.Timestamp.now(tz="UTC") if now is None else pd.Timestamp(now)
    if moment.tz is None:
        raise BadInput("now needs a time zone, but {moment} has none", moment=moment)
    return moment.tz_convert("UTC")


def ends_of_days(history: History, days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return the last seconds of local days (naive midnights), in UTC."""
    return pd.DatetimeIndex([history.clock.end_of(day.date()) for day in days], tz="UTC").as_unit(days.unit)


def end_of_day(history: History, day: date) -> pd.Timestamp:
    """Return the last second of one local day, in UTC."""
    return pd.Timestamp(history.clock.end_of(day))


def history_as_of(history: History, moment: pd.Timestamp) -> History:
    """Return the history as of a moment: nothing that ended or was written after it.

    Where nothing did, it is the history itself, so that what was computed from it is not computed again.
    """
    ends = pd.concat([history.runs["end"], history.others["end"], history.entries["moment"]])
    plans = tuple(
        plan if plan.cancelled is not None and plan.cancelled <= moment else replace(plan, cancelled=None)
        for plan in history.plans
        if plan.made <= moment
    )
    nights = history.nights[history.nights.index <= pd.Timestamp(history.clock.day(moment))]
    if not (ends > moment).any() and plans == history.plans and len(nights) == len(history.nights):
        return history
    return replace(
        history,
        runs=history.runs[history.runs["end"] <= moment],
        others=history.others[history.others["end"] <= moment],
        entries=history.entries[history.entries["moment"] <= moment],
        plans=plans,
        nights=nights,
    )


def last_day_with_data(history: History) -> date | None:
    """Return the last local day with a run or an entry, or None."""
    days = pd.concat([history.runs["day"], history.entries["day"]])
    return None if days.empty else days.max().date()


def main_area(history: History) -> Area | None:
    """Return the area rated most, None without ratings; of a tie the first in the order of ``Area``."""
    ratings = Counter(ratings_of(history)["area"])
    return max(Area, key=lambda area: ratings[area]) if ratings else None
