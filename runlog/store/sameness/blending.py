"""One track of several recordings: what the best one lacks is drawn from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.model import TRACK_COLUMNS, Track
from runlog.store.sameness.coincidence import coincide
from runlog.store.sameness.duplicates import at_one_time, lags_if_shifted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.model import Activity

    Columns = Mapping[str, NDArray[np.float64]]

_GAP_S = 60.0  # across which no value is drawn

#: Columns that make sense only from one source.
_SETS = (("lat", "lon"), *((name,) for name in TRACK_COLUMNS[2:] if name not in {"lat", "lon"}))


def blended(best_first: Sequence[tuple[Activity, Track]]) -> Track:
    """The track of the first recording, with the columns that it lacks from the first one that has them.

    Args:
        best_first: the recordings of one activity; all that the first one knows stays as it is.
    """
    best, *others = best_first
    columns = dict(best[1].columns)
    for other in others:
        lag_s = _lag_s(best, other)
        if lag_s is not None:
            columns |= _lacking(columns, other[1].columns, lag_s)
    return Track({name: columns[name] for name in TRACK_COLUMNS if name in columns})


def _lag_s(best: tuple[Activity, Track], other: tuple[Activity, Track]) -> float | None:
    """By how much the other starts later; None where the runner has put together what is not of one time."""
    one, two = best[0], other[0]
    if at_one_time(one, two):
        return (two.start - one.start).total_seconds()
    lags = lags_if_shifted(one, two)
    tracks = best[1], other[1]
    return next((lag.seconds for lag in lags if coincide(*tracks, lag.seconds, by_heart=lag.whole)), None)


def _lacking(columns: Columns, others: Columns, lag_s: float) -> dict[str, NDArray[np.float64]]:
    times = columns["time_s"] - lag_s
    drawn = {
        name: _drawn(others["time_s"], others[name], times)
        for names in _SETS
        if not _has(columns, names) and _has(others, names)
        for name in names
    }
    return {name: values for name, values in drawn.items() if np.isfinite(values).any()}


def _has(columns: Columns, names: Sequence[str]) -> bool:
    return all(name in columns and bool(np.isfinite(columns[name]).any()) for name in names)


def _drawn(
    time_s: NDArray[np.float64], values: NDArray[np.float64], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The values at other times, straight between known points; NaN in gaps, before and after all of them."""
    known = np.isfinite(values)
    time_s, values = time_s[known], values[known]
    drawn = np.interp(times, time_s, values, left=np.nan, right=np.nan)
    after = np.searchsorted(time_s, times).clip(max=len(time_s) - 1)
    gap_s = time_s[after] - time_s[np.maximum(after - 1, 0)]
    drawn[(gap_s > _GAP_S) & (times < time_s[after])] = np.nan
    return drawn
