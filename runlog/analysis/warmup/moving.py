"""A run as its legs felt it: pace and heart rate over the time moved, without pauses and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlog.analysis.geometry import EARTH_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.model import Track

STEP_S = 10.0
LONGEST_GAP_S = 60.0  # between two points; a longer one is a pause
STANDING_MPS = 0.5
FASTEST_MPS = 12.0  # no runner's: positions that jumped
SLOPE_STEPS = 7  # on either side; altitudes are too rough for slopes of shorter ways
STEEPEST = 0.3  # Minetti's formula is used up to here
KNOWN_SHARE = 0.9  # of the altitudes at least


class Moving(NamedTuple):
    """A run on steps of 10 s of the time moved, each an array (n,).

    Attributes:
        speed_mps: as run.
        flat_mps: the speed on the flat that costs as much energy; None without altitudes.
        heart_rate_bpm: NaN where it is unknown.
    """

    speed_mps: NDArray[np.float64]
    flat_mps: NDArray[np.float64] | None
    heart_rate_bpm: NDArray[np.float64]

    def backwards(self) -> Moving:
        """The same from its end to its start."""
        return Moving(*(None if values is None else values[::-1] for values in self))  # type: ignore[arg-type]


def moving(track: Track) -> Moving | None:
    """What of a track was moved; None where nothing was, or neither distances nor positions are known."""
    metres = _metres(track)
    if metres is None:
        return None
    seconds = np.diff(track["time_s"])
    recorded = (np.diff(track["segment"]) == 0) & (seconds <= LONGEST_GAP_S)
    clock = np.append(0.0, np.cumsum(np.where(recorded, seconds, 0.0)))
    covered = np.append(0.0, np.cumsum(np.where(recorded, metres, 0.0)))
    edges = np.arange(0.0, clock[-1], STEP_S)
    speed = np.diff(np.interp(edges, clock, covered)) / STEP_S
    moved = (speed >= STANDING_MPS) & (speed <= FASTEST_MPS)
    if not moved.any():
        return None
    middles = (edges[1:] + edges[:-1])[moved] / 2
    flat = _flat(speed[moved], _at(middles, clock, track, "altitude_m"))
    return Moving(speed[moved], flat, _at(middles, clock, track, "heart_rate_bpm"))


def _metres(track: Track) -> NDArray[np.float64] | None:
    """Metres from each point to the next (n - 1,), 0 where unknown."""
    if "distance_m" in track:
        known = np.isfinite(track["distance_m"])
        if not known.any():
            return None
        metres = np.diff(np.interp(track["time_s"], track["time_s"][known], track["distance_m"][known]))
    elif "lat" in track and "lon" in track:
        lat, lon = np.radians(track["lat"]), np.radians(track["lon"])
        metres = EARTH_M * np.hypot(np.diff(lat), np.diff(lon) * np.cos(lat[1:]))
    else:
        return None
    return np.where(np.isfinite(metres) & (metres > 0), metres, 0.0)


def _at(
    moments: NDArray[np.float64], clock: NDArray[np.float64], track: Track, column: str
) -> NDArray[np.float64]:
    """A column's values at moments of the clock, NaN where none is known nearby."""
    if column not in track:
        return np.full(len(moments), np.nan)
    known = np.isfinite(track[column])
    times, values = clock[known], track[column][known]
    if not len(times):
        return np.full(len(moments), np.nan)
    following = np.searchsorted(times, moments)
    gap = np.append(times, np.inf)[following] - np.append(-np.inf, times)[following]
    return np.where(gap <= LONGEST_GAP_S, np.interp(moments, times, values), np.nan)


def _flat(speed: NDArray[np.float64], altitude: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The speeds on the flat that cost as much (n,); None where too few altitudes are known.

    Source: Minetti 2002, J Appl Physiol 93:1039, the cost of running in J/kg/m by slope.
    """
    known = np.isfinite(altitude)
    if known.mean() < KNOWN_SHARE:
        return None
    step = np.arange(len(speed))
    height = np.interp(step, step[known], altitude[known])
    way = np.cumsum(speed * STEP_S)
    before, after = np.maximum(step - SLOPE_STEPS, 0), np.minimum(step + SLOPE_STEPS, len(step) - 1)
    rise, run = height[after] - height[before], np.maximum(way[after] - way[before], STEP_S * STANDING_MPS)
    slope = np.clip(rise / run, -STEEPEST, STEEPEST)
    cost = np.polyval((155.4, -30.4, -43.3, 46.3, 19.5, 3.6), slope)
    return np.asarray(speed * cost / 3.6)
