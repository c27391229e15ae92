"""Whether two tracks are of the same steps: what the clocks of their devices leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.model import Track

_SAMPLES = 60
_METRES_PER_DEGREE = 111_195
_APART_M = 25.0  # the error of two receivers; a second run is seconds, so tens of metres, off
_APART_BPM = 1.0
_ELSEWHERE_M = 200.0
_CLOCKS_OFF_S = 90
_CLOCK_STEP_S = 15


def coincide(one: Track, other: Track, lag_s: float) -> bool:
    """Whether two tracks are at the same places, with the same heart rates, at the same seconds.

    What both have must agree (a treadmill run never leaves its place); what cannot be
    confirmed by either is not taken for the same.

    Args:
        one: a track.
        other: another, whose start is ``lag_s`` seconds later.
        lag_s: see ``duplicates.lag_if_shifted_s``.
    """
    first, last = max(0.0, lag_s), min(one["time_s"][-1], other["time_s"][-1] + lag_s)
    times = np.linspace(first, last, _SAMPLES)
    agree = []
    if _has(one, "lat") and _has(other, "lat"):
        agree.append(np.median(_metres_apart(one, other, times, lag_s)) <= _APART_M)
    if _has(one, "heart_rate_bpm") and _has(other, "heart_rate_bpm"):
        beats = _at(one, "heart_rate_bpm", times) - _at(other, "heart_rate_bpm", times - lag_s)
        agree.append(np.median(np.abs(beats)) <= _APART_BPM)
    return bool(agree) and all(agree)


def elsewhere(one: Track, other: Track, lag_s: float) -> bool:
    """Whether two tracks of the same time are of two runners, who were at different places for most of it.

    Args:
        one: a track.
        other: another, whose start is ``lag_s`` seconds later.
        lag_s: seconds, of clocks that may be a minute and a half off each other.
    """
    if not (_has(one, "lat") and _has(other, "lat")):
        return False
    first, last = max(0.0, lag_s), min(one["time_s"][-1], other["time_s"][-1] + lag_s)
    times = np.linspace(first, last, _SAMPLES)
    errors = range(-_CLOCKS_OFF_S, _CLOCKS_OFF_S + 1, _CLOCK_STEP_S)
    apart = [np.median(_metres_apart(one, other, times, lag_s + error)) for error in errors]
    return bool(min(apart) > _ELSEWHERE_M)


def _metres_apart(one: Track, other: Track, times: NDArray[np.float64], lag_s: float) -> NDArray[np.float64]:
    lat = _at(one, "lat", times)
    north = _at(other, "lat", times - lag_s) - lat
    east = _at(other, "lon", times - lag_s) - _at(one, "lon", times)
    east = (east + 180) % 360 - 180  # across the date line
    metres: NDArray[np.float64] = np.hypot(north, east * np.cos(np.radians(lat))) * _METRES_PER_DEGREE
    return metres


def _has(track: Track, column: str) -> bool:
    return column in track and bool(np.isfinite(track[column]).any())


def _at(track: Track, column: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """The column's values at these seconds, drawn straight between its known points."""
    known = np.isfinite(track[column])
    values: NDArray[np.float64] = np.interp(times, track["time_s"][known], track[column][known])
    return values
