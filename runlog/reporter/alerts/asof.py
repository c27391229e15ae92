"""What the rules ask of a history as of a moment; they are given nothing later than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.reporter import periods

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from runlog.analysis.history import History

#: After so many days the last run or rating is too old to alarm anybody.
FRESH = 14
#: The window of what is told of "four weeks".
RECENT_DAYS = 28
#: How many days back the beginning of what holds now is looked for.
LOOK_BACK = 180


def goes_on(history: History, now: pd.Timestamp) -> bool:
    """Whether there was a run lately."""
    return bool((history.runs["end"] > now - pd.Timedelta(days=FRESH)).any())


def recent(history: History, now: pd.Timestamp) -> pd.DataFrame:
    """The runs of the last 28 days."""
    return history.runs.loc[history.runs["end"] > now - pd.Timedelta(days=RECENT_DAYS)]


def local_day(history: History, now: pd.Timestamp) -> date:
    """The runner's day of a moment."""
    return now.tz_convert(periods.clock(history)).date()


def days_up_to(history: History, now: pd.Timestamp) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """The last local days (naive), today last, and the moment of each to look at it: its end, or now."""
    days = pd.DatetimeIndex(pd.date_range(end=local_day(history, now), periods=LOOK_BACK))
    ends = periods.ends_of(days, periods.clock(history))
    return days, pd.DatetimeIndex([*ends[:-1], now])


def factor(name: str, history: History, moments: pd.DatetimeIndex) -> pd.Series:
    """The values of a factor, the same as in the links and charts."""
    return next(one for one in FACTORS if one.name == name).values(history, moments)


def count(ends: pd.Series[pd.Timestamp], moments: pd.DatetimeIndex) -> NDArray[np.intp]:
    """How many runs, given by their ends, lie in the 28 days before each moment."""
    times = np.sort(pd.DatetimeIndex(ends).as_unit("us").asi8)
    at = moments.as_unit("us").asi8
    since = (moments - pd.Timedelta(days=RECENT_DAYS)).as_unit("us").asi8
    return np.searchsorted(times, at, side="right") - np.searchsorted(times, since, side="right")


def trailing(flags: NDArray[np.bool_]) -> int:
    """How many are true in a row at the end."""
    row = 0
    for flag in reversed(list(flags)):
        if not flag:
            break
        row += 1
    return row


def first_of_row(days: pd.DatetimeIndex, flags: NDArray[np.bool_]) -> date:
    """The day from which on all flags, one a day, are true; the last day where the last one is not."""
    first: date = days[len(days) - max(1, trailing(flags))].date()
    return first
