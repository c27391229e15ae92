"""Whether two tracks are of the same steps: what the clocks of their devices leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.model import Track

_SAMPLES = 60
_METRES_PER_DEGREE = 111_195
_SHARE = 0.6  # of the shorter track, which both must have recorded
_MOVES_M = 100.0  # more than a receiver on a treadmill drifts
_APART_M = 25.0  # the error of two receivers; a second run is seconds, so tens of metres, off
_APART_BPM = 1.0
_MOST = 0.75  # of the time: a copy is there all along, a second run at its pace drifts in and out
_ELSEWHERE_M = 100.0  # more than receivers err for most of a run
_CLOCKS_OFF_S = range(-90, 91, 5)


def on_one_clock(one: Track, other: Track, lag_s: float) -> bool | None:
    """Whether two tracks of the same time are of one runner (True) or of two (False).

    None where their positions do not tell. The clocks may be a minute and a half off each other.

    Args:
        one: a track.
        other: another, whose start is ``lag_s`` seconds later.
        lag_s: seconds.
    """
    times = _together(one, other, lag_s)
    if not _tell_places(one, other, times, lag_s):
        return None
    nearest = np.inf
    for error in sorted(_CLOCKS_OFF_S, key=abs):
        nearest = min(nearest, np.median(_metres_apart(one, other, times, lag_s + error)))
        if nearest <= _APART_M:
            return True
    return False if nearest > _ELSEWHERE_M else None


def coincide(one: Track, other: Track, lag_s: float, *, by_heart: bool) -> bool:
    """Whether two tracks on different clocks are at the same places, with the same heart rates.

    What both have must agree; what cannot be confirmed by either is not taken for the same.

    Args:
        one: a track.
        other: another.
        lag_s: by how much it starts later, once the clocks are set to one.
        by_heart: whether the heart rates alone may confirm it, as on a treadmill.
    """
    times = _together(one, other, lag_s)
    placed = _tell_places(one, other, times, lag_s)
    if placed and np.quantile(_metres_apart(one, other, times, lag_s), _MOST) > _APART_M:
        return False
    if not (_has(one, "heart_rate_bpm") and _has(other, "heart_rate_bpm")):
        return placed
    beats = np.median(_beats_apart(one, other, times, lag_s))
    return bool(beats <= _APART_BPM) and (placed or by_heart)


def _together(one: Track, other: Track, lag_s: float) -> NDArray[np.float64]:
    """Seconds of the first track, spread over all that both recorded."""
    return np.linspace(max(0.0, lag_s), min(one["time_s"][-1], other["time_s"][-1] + lag_s), _SAMPLES)


def _tell_places(one: Track, other: Track, times: NDArray[np.float64], lag_s: float) -> bool:
    """Whether both have positions of enough common time, and go anywhere."""
    if times[-1] - times[0] < _SHARE * min(one["time_s"][-1], other["time_s"][-1]):
        return False
    return _moves(one, times) and _moves(other, times - lag_s)


def _beats_apart(one: Track, other: Track, times: NDArray[np.float64], lag_s: float) -> NDArray[np.float64]:
    return np.abs(_at(one, "heart_rate_bpm", times) - _at(other, "heart_rate_bpm", times - lag_s))


def _metres_apart(one: Track, other: Track, times: NDArray[np.float64], lag_s: float) -> NDArray[np.float64]:
    lat = _at(one, "lat", times)
    north = _at(other, "lat", times - lag_s) - lat
    east = _at(other, "lon", times - lag_s) - _at(one, "lon", times)
    return _metres(north, east, lat)


def _metres(
    north: NDArray[np.float64], east: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The length of steps in degrees, also across the date line."""
    east = (east + 180) % 360 - 180
    metres: NDArray[np.float64] = np.hypot(north, east * np.cos(np.radians(lat))) * _METRES_PER_DEGREE
    return metres


def _moves(track: Track, times: NDArray[np.float64]) -> bool:
    if not _has(track, "lat"):
        return False
    lat, lon = _at(track, "lat", times), _at(track, "lon", times)
    return bool(_metres(lat - lat[0], lon - lon[0], lat).max() >= _MOVES_M)


def _has(track: Track, column: str) -> bool:
    return column in track and bool(np.isfinite(track[column]).any())


def _at(track: Track, column: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """The column's values at these seconds, drawn straight between its known points."""
    known = np.isfinite(track[column])
    values: NDArray[np.float64] = np.interp(times, track["time_s"][known], track[column][known])
    return values
