"""Look up what had happened by a moment. Times are int64 microseconds since 1970, UTC."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.analysis.history import History

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US

#: For so long after its end a run is the one that a rating is about (the primary window of the links).
LAST_RUN_HOLDS_US = 24 * HOUR_US


def to_microseconds(times: pd.Series[pd.Timestamp] | pd.DatetimeIndex) -> NDArray[np.int64]:
    """Times as microseconds since 1970, UTC (of naive times: of their own clock)."""
    return pd.DatetimeIndex(times).as_unit("us").asi8


@lru_cache(maxsize=8)  # most factors begin with it
def runs_by_end(history: History) -> pd.DataFrame:
    """The runs in the order of their ends: a run counts from its end on. Not to be changed."""
    return history.runs.sort_values("end", kind="stable")


def index_before(times: NDArray[np.int64], moments: NDArray[np.int64]) -> NDArray[np.intp]:
    """For each moment the position of the last of the sorted times at or before it, -1 for none."""
    return np.searchsorted(times, moments, side="right") - 1


def take_at(values: NDArray[np.floating], position: NDArray[np.intp]) -> NDArray[np.float64]:
    """The values at the positions, NaN where the position is -1."""
    return np.append(values, np.nan)[position]


def value_of_last_run(
    runs: pd.DataFrame, values: NDArray[np.floating], moments: pd.DatetimeIndex
) -> pd.Series[float]:
    """The value of the last run by each moment, however long ago; the runs in the order of their ends."""
    return pd.Series(
        take_at(values, index_before(to_microseconds(runs["end"]), to_microseconds(moments))), index=moments
    )


def value_of_recent_run(
    runs: pd.DataFrame, values: NDArray[np.floating], moments: pd.DatetimeIndex
) -> pd.Series[float]:
    """The value of the last run where it ended in the 24 hours before the moment, else NaN."""
    ends = value_of_last_run(runs, to_microseconds(runs["end"]).astype(float), moments)
    return value_of_last_run(runs, values, moments).where(to_microseconds(moments) - ends < LAST_RUN_HOLDS_US)


def window_pairs(
    times: NDArray[np.int64], moments: NDArray[np.int64], days: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs of a moment and a time of the days before it, ``(moment - days, moment]``.

    Returns:
        The positions of the moments and, equally long, of the (sorted) times.
    """
    first = np.searchsorted(times, moments - int(days * DAY_US), side="right")
    count = np.searchsorted(times, moments, side="right") - first
    moment = np.repeat(np.arange(len(moments)), count)
    within_moment = np.arange(len(moment)) - np.repeat(np.cumsum(count) - count, count)
    return moment, np.repeat(first, count) + within_moment
