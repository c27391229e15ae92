"""Compare two tracks in place and heart rate, and fill one's missing columns from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.matching.same_run import overlaps_in_time, possible_clock_lags
from runlog.model import TRACK_COLUMNS, Track

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.model import Activity, Floats

    Columns = Mapping[str, Floats]

_SAMPLES = 60
_METRES_PER_DEGREE = 111_195
_MIN_COMMON_SHARE = 0.6  # of the shorter track, which both must have recorded
_MIN_EXTENT_M = 100.0  # more than a receiver on a treadmill drifts
_SAME_PLACE_M = 25.0  # the error of two receivers; a second run is seconds, so tens of metres, off
_SAME_HEART_RATE_BPM = 1.0
_MOST_QUANTILE = 0.75  # of the time: a copy is there all along, a second run at its pace drifts in and out
_OTHER_PLACE_M = 100.0  # more than receivers err for most of a run
_CLOCK_ERRORS_S = range(-90, 91, 5)


def is_same_runner(one: Track, other: Track, lag_s: float) -> bool | None:
    """Return whether two tracks, the other one ``lag_s`` later, are of one runner (True) or of two (False).

    None where their positions do not tell. The clocks may be a minute and a half off each other.
    """
    times = _common_times(one, other, lag_s)
    if not _has_usable_positions(one, other, times, lag_s):
        return None
    nearest = np.inf
    for error in sorted(_CLOCK_ERRORS_S, key=abs):
        nearest = min(nearest, np.median(_distances_apart(one, other, times, lag_s + error)))
        if nearest <= _SAME_PLACE_M:
            return True
    return False if nearest > _OTHER_PLACE_M else None


def tracks_coincide(one: Track, other: Track, lag_s: float, *, allow_heart_rate_only: bool) -> bool:
    """Return whether two tracks on different clocks are at the same places, with the same heart rates.

    What both have must agree; False unless positions or heart rates confirm it.

    The other starts ``lag_s`` later, once the clocks are set to one. Where it is allowed, as for a treadmill,
    the heart rates alone may confirm it.
    """
    times = _common_times(one, other, lag_s)
    placed = _has_usable_positions(one, other, times, lag_s)
    if placed and np.quantile(_distances_apart(one, other, times, lag_s), _MOST_QUANTILE) > _SAME_PLACE_M:
        return False
    if not (_has_values(one, "heart_rate_bpm") and _has_values(other, "heart_rate_bpm")):
        return placed
    own, others = (
        _interpolate(one, "heart_rate_bpm", times),
        _interpolate(other, "heart_rate_bpm", times - lag_s),
    )
    beats = np.median(np.abs(own - others))
    return bool(beats <= _SAME_HEART_RATE_BPM) and (placed or allow_heart_rate_only)


def _common_times(one: Track, other: Track, lag_s: float) -> Floats:
    """Return seconds of the first track, spread over the time that both recorded."""
    return np.linspace(max(0.0, lag_s), min(one["time_s"][-1], other["time_s"][-1] + lag_s), _SAMPLES)


def _has_usable_positions(one: Track, other: Track, times: Floats, lag_s: float) -> bool:
    """Return whether both have positions for enough common time, and move."""
    if times[-1] - times[0] < _MIN_COMMON_SHARE * min(one["time_s"][-1], other["time_s"][-1]):
        return False
    return _is_moving(one, times) and _is_moving(other, times - lag_s)


def _distances_apart(one: Track, other: Track, times: Floats, lag_s: float) -> Floats:
    lat = _interpolate(one, "lat", times)
    north = _interpolate(other, "lat", times - lag_s) - lat
    east = _interpolate(other, "lon", times - lag_s) - _interpolate(one, "lon", times)
    return _degrees_to_metres(north, east, lat)


def _degrees_to_metres(north: Floats, east: Floats, lat: Floats) -> Floats:
    """Return the length of steps in degrees, also across the date line."""
    east = (east + 180) % 360 - 180
    metres: Floats = np.hypot(north, east * np.cos(np.radians(lat))) * _METRES_PER_DEGREE
    return metres


def _is_moving(track: Track, times: Floats) -> bool:
    if not _has_values(track, "lat"):
        return False
    lat, lon = _interpolate(track, "lat", times), _interpolate(track, "lon", times)
    return bool(np.max(_degrees_to_metres(lat - lat[0], lon - lon[0], lat)) >= _MIN_EXTENT_M)


def _has_values(track: Track | Columns, *columns: str) -> bool:
    return all(column in track and bool(np.isfinite(track[column]).any()) for column in columns)


def _interpolate(track: Track, column: str, times: Floats) -> Floats:
    """Return a column's values at these seconds, linearly interpolated."""
    known = np.isfinite(track[column])
    values: Floats = np.interp(times, track["time_s"][known], track[column][known])
    return values


_MAX_GAP_S = 60.0  # across which no value is interpolated

#: Columns that make sense only from one source.
_COLUMN_SETS = (("lat", "lon"), *((name,) for name in TRACK_COLUMNS[2:] if name not in {"lat", "lon"}))


def fill_gaps(best_first: Sequence[tuple[Activity, Track]]) -> Track:
    """Return the track of the first recording, with its missing columns from the first one that has them."""
    best, *others = best_first
    columns = dict(best[1].columns)
    for other in others:
        lag_s = _clock_lag_s(best, other)
        if lag_s is not None:
            columns |= _missing_columns(columns, other[1].columns, lag_s)
    return Track({name: columns[name] for name in TRACK_COLUMNS if name in columns})


def _clock_lag_s(best: tuple[Activity, Track], other: tuple[Activity, Track]) -> float | None:
    """Return by how much the other starts later; None for recordings merged by hand that do not overlap."""
    one, two = best[0], other[0]
    if overlaps_in_time(one, two):
        return (two.start - one.start).total_seconds()
    for lag in possible_clock_lags(one, two):
        if tracks_coincide(best[1], other[1], lag.seconds, allow_heart_rate_only=lag.is_complete):
            return lag.seconds
    return None


def _missing_columns(columns: Columns, others: Columns, lag_s: float) -> dict[str, Floats]:
    times = columns["time_s"] - lag_s
    interpolated = {
        name: _interpolate_without_gaps(others["time_s"], others[name], times)
        for names in _COLUMN_SETS
        if not _has_values(columns, *names) and _has_values(others, *names)
        for name in names
    }
    return {name: values for name, values in interpolated.items() if np.isfinite(values).any()}


def _interpolate_without_gaps(time_s: Floats, values: Floats, times: Floats) -> Floats:
    """Return the values at other times, linearly interpolated; NaN across gaps and outside."""
    known = np.isfinite(values)
    time_s, values = time_s[known], values[known]
    interpolated = np.interp(times, time_s, values, left=np.nan, right=np.nan)
    after = np.searchsorted(time_s, times).clip(max=len(time_s) - 1)
    gap_s = time_s[after] - time_s[np.maximum(after - 1, 0)]
    interpolated[(gap_s > _MAX_GAP_S) & (times < time_s[after])] = np.nan
    return interpolated
