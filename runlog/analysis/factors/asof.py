"""What all factors share: finding what had happened by a moment. Times are int64 microseconds UTC."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.analysis.history import History

HOUR = 3_600_000_000
DAY = 24 * HOUR

#: For so long after its end a run is the one that a rating is about (the primary window of the links).
FRESH = 24 * HOUR


def micros(times: pd.Series[pd.Timestamp] | pd.DatetimeIndex) -> NDArray[np.int64]:
    """Times as microseconds since 1970, UTC (of naive times: of their own clock)."""
    return pd.DatetimeIndex(times).as_unit("us").asi8


@lru_cache(maxsize=8)  # most factors begin with it
def ended(history: History) -> pd.DataFrame:
    """The runs in the order of their ends: a run counts from its end on. Not to be changed."""
    return history.runs.sort_values("end", kind="stable")


def last(times: NDArray[np.int64], moments: NDArray[np.int64]) -> NDArray[np.intp]:
    """For each moment the position of the last of the sorted times at or before it, -1 for none."""
    return np.searchsorted(times, moments, side="right") - 1


def pick(values: NDArray[np.floating], position: NDArray[np.intp]) -> NDArray[np.float64]:
    """The values at the positions, NaN where the position is -1."""
    return np.append(values, np.nan)[position]


def of_last_run(
    runs: pd.DataFrame, values: NDArray[np.floating], moments: pd.DatetimeIndex
) -> pd.Series[float]:
    """The value of the last run by each moment, however long ago; the runs in the order of their ends."""
    return pd.Series(pick(values, last(micros(runs["end"]), micros(moments))), index=moments)


def of_fresh_run(
    runs: pd.DataFrame, values: NDArray[np.floating], moments: pd.DatetimeIndex
) -> pd.Series[float]:
    """The value of the last run where it ended in the 24 hours before the moment, else NaN."""
    ends = of_last_run(runs, micros(runs["end"]).astype(float), moments)
    return of_last_run(runs, values, moments).where(micros(moments) - ends < FRESH)


def within(
    times: NDArray[np.int64], moments: NDArray[np.int64], days: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs of a moment and a time of the days before it, ``(moment - days, moment]``.

    Returns:
        The positions of the moments and, equally long, of the (sorted) times.
    """
    first = np.searchsorted(times, moments - int(days * DAY), side="right")
    count = np.searchsorted(times, moments, side="right") - first
    moment = np.repeat(np.arange(len(moments)), count)
    within_moment = np.arange(len(moment)) - np.repeat(np.cumsum(count) - count, count)
    return moment, np.repeat(first, count) + within_moment


def local_day(history: History, moments: NDArray[np.int64]) -> NDArray[np.int64]:
    """The local calendar day of each moment, in days since 1970.

    The runner's clock is the one of the last run or diary entry at or before the moment, so that a
    traveller's day is the day where they are; before the first of them it is UTC.
    """
    since, offsets = _clock(history)
    offset = pick(offsets, last(since, moments))
    local = moments + np.nan_to_num(offset).astype(np.int64) * 1_000_000
    return local // DAY


@lru_cache(maxsize=8)  # every factor that counts days asks for it
def _clock(history: History) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """From when on which offset to UTC holds, seconds; not to be changed."""
    told = pd.concat(
        [
            history.runs[["end", "utc_offset_s"]].rename(columns={"end": "moment"}),
            history.entries[["moment", "utc_offset_s"]],
        ]
    ).sort_values("moment", kind="stable")
    return micros(told["moment"]), told["utc_offset_s"].to_numpy(float)
