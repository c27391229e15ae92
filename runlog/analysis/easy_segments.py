"""Find the easy start and the easy end of a run in its pace and heart rate over moving time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlog.analysis.geometry import EARTH_RADIUS_M
from runlog.model import EasySegment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.model import Track

STEP_S = 10.0
LONGEST_GAP_S = 60.0  # between two points; a longer one is a pause
MIN_MOVING_MPS = 0.5
MAX_RUNNING_MPS = 12.0  # faster than any runner: positions that jumped
SLOPE_STEPS = 7  # on either side; altitudes are too rough for slopes over shorter distances
MAX_SLOPE = 0.3  # Minetti's formula is used up to here
MIN_ALTITUDE_SHARE = 0.9  # of the altitudes must be known


class MovingSeries(NamedTuple):
    """A run on steps of 10 s of moving time, each an array (n,).

    Attributes:
        speed_mps: as run.
        grade_adjusted_mps: speed on the flat that costs as much energy; None without altitudes.
        heart_rate_bpm: NaN where it is unknown.
    """

    speed_mps: NDArray[np.float64]
    grade_adjusted_mps: NDArray[np.float64] | None
    heart_rate_bpm: NDArray[np.float64]

    def reversed(self) -> MovingSeries:
        """Return the series from its end to its start."""
        return MovingSeries(*(None if values is None else values[::-1] for values in self))  # type: ignore[arg-type]


def moving_series(track: Track) -> MovingSeries | None:
    """Return speed, grade-adjusted speed and heart rate over moving time; None where nothing moved.

    A track needs distances or positions.
    """
    metres = _metres_to_next(track)
    if metres is None:
        return None
    seconds = np.diff(track["time_s"])
    recorded = (np.diff(track["segment"]) == 0) & (seconds <= LONGEST_GAP_S)
    clock = np.append(0.0, np.cumsum(np.where(recorded, seconds, 0.0)))
    covered = np.append(0.0, np.cumsum(np.where(recorded, metres, 0.0)))
    edges = np.arange(0.0, clock[-1], STEP_S)
    speed = np.diff(np.interp(edges, clock, covered)) / STEP_S
    moved = (speed >= MIN_MOVING_MPS) & (speed <= MAX_RUNNING_MPS)
    if not moved.any():
        return None
    middles = (edges[1:] + edges[:-1])[moved] / 2
    grade_adjusted = _grade_adjusted_speed(speed[moved], _values_at(middles, clock, track, "altitude_m"))
    return MovingSeries(speed[moved], grade_adjusted, _values_at(middles, clock, track, "heart_rate_bpm"))


def _metres_to_next(track: Track) -> NDArray[np.float64] | None:
    """Return the metres from each point to the next (n - 1,), 0 where unknown."""
    if "distance_m" in track:
        known = np.isfinite(track["distance_m"])
        if not known.any():
            return None
        metres = np.diff(np.interp(track["time_s"], track["time_s"][known], track["distance_m"][known]))
    elif "lat" in track and "lon" in track:
        lat, lon = np.radians(track["lat"]), np.radians(track["lon"])
        metres = EARTH_RADIUS_M * np.hypot(np.diff(lat), np.diff(lon) * np.cos(lat[1:]))
    else:
        return None
    return np.where(np.isfinite(metres) & (metres > 0), metres, 0.0)


def _values_at(
    moments: NDArray[np.float64], clock: NDArray[np.float64], track: Track, column: str
) -> NDArray[np.float64]:
    """Return a column's values at moments of the clock, NaN where none is known nearby."""
    if column not in track:
        return np.full(len(moments), np.nan)
    known = np.isfinite(track[column])
    times, values = clock[known], track[column][known]
    if not len(times):
        return np.full(len(moments), np.nan)
    following = np.searchsorted(times, moments)
    gap = np.append(times, np.inf)[following] - np.append(-np.inf, times)[following]
    return np.where(gap <= LONGEST_GAP_S, np.interp(moments, times, values), np.nan)


def _grade_adjusted_speed(
    speed: NDArray[np.float64], altitude: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return the speeds on the flat that cost as much (n,); None where too few altitudes are known.

    Source: Minetti 2002, J Appl Physiol 93:1039, the cost of running in J/kg/m by slope.
    """
    known = np.isfinite(altitude)
    if known.mean() < MIN_ALTITUDE_SHARE:
        return None
    step = np.arange(len(speed))
    height = np.interp(step, step[known], altitude[known])
    distance = np.cumsum(speed * STEP_S)
    before, after = np.maximum(step - SLOPE_STEPS, 0), np.minimum(step + SLOPE_STEPS, len(step) - 1)
    rise, run = (
        height[after] - height[before],
        np.maximum(distance[after] - distance[before], STEP_S * MIN_MOVING_MPS),
    )
    slope = np.clip(rise / run, -MAX_SLOPE, MAX_SLOPE)
    cost = np.polyval((155.4, -30.4, -43.3, 46.3, 19.5, 3.6), slope)
    return np.asarray(speed * cost / 3.6)


#: Right answers and all answers on device files that mark their warm-up or cool-down: both of the one such
#: file, which was at hand when the rule was made. The table is printed by
#: tests/analysis/test_analysis_easy_segments_truth.py.
MEASURED = (2, 2)
#: The lower end of the 95% range (Wilson) of that share.
CONFIDENCE = 0.34

MIN_EASY_S = 300.0
MAX_EASY_S = 1800.0  # easy for longer is an easy run, or a hard one that went wrong
MIN_MAIN_S = 600.0
MIN_PACE_RATIO = 1.1  # seconds per km of the easy part over those of the main part
MIN_HR_RISE_BPM = 5.0  # heart rates wander by less at an even pace
ADJACENT_S = 300.0  # of the main part next to the easy part, whose heart rates are compared
SMOOTHING_STEPS = 13  # an odd number: two minutes, so that neither a stride nor a road to cross counts
MIN_HR_SHARE = 0.5  # of the heart rates must be known


def find_easy_segments(track: Track) -> tuple[EasySegment | None, EasySegment | None]:
    """Return the easy start and the easy end of a track, each None where there is none.

    An easy start is the first 5 to 30 minutes at a pace at least 10% slower than the main part's median,
    from which the heart rate rises by 5 bpm or more into the main part. An easy end is its mirror. Time is
    time moved, smoothed over two minutes. The main part, between the two, lasts at least ten minutes and as
    long as either; its medians are by distance, so that rests between intervals do not stand for it. Where
    altitudes are known, it must hold of the grade-adjusted pace as well, so that a hill is no warm-up.
    """
    run = moving_series(track)
    if run is None:
        return None, None
    ends = [_slow_ends(speed) for speed in (run.speed_mps, run.grade_adjusted_mps) if speed is not None]
    first, last = (min(steps) for steps in zip(*ends, strict=True))
    return _easy_segment(run, first, last), _easy_segment(run.reversed(), last, first)


def _slow_ends(speed: NDArray[np.float64]) -> tuple[int, int]:
    """Return how many steps at the start and at the end are slow, 0 where too little lies between them."""
    smooth, count = _running_median(speed), len(speed)
    first = last = count // 4  # to begin with, the main part is the middle half
    for _ in range(3):  # its pace depends on where it begins and ends, and the other way round
        main = speed[first : count - last]
        fast = np.flatnonzero(smooth > _median_by_distance(main, main) / MIN_PACE_RATIO)
        if not len(fast):
            return 0, 0
        first, last = int(fast[0]), count - 1 - int(fast[-1])
        if count - first - last < max(MIN_MAIN_S / STEP_S, first, last):
            return 0, 0
    return first, last


def _easy_segment(run: MovingSeries, first: int, last: int) -> EasySegment | None:
    """Return the first steps as an easy part, if they are one; the main part ends before the last ones."""
    if not MIN_EASY_S <= first * STEP_S <= MAX_EASY_S:
        return None
    main = run.speed_mps[first : len(run.speed_mps) - last]
    pace_ratio = _median_by_distance(main, main) / float(np.median(run.speed_mps[:first]))
    rise_bpm = _heart_rate_rise(run, first)
    if pace_ratio < MIN_PACE_RATIO or not rise_bpm >= MIN_HR_RISE_BPM:  # nor where it is unknown
        return None
    return EasySegment(first * STEP_S, round(pace_ratio, 3), round(rise_bpm, 1))


def _median_by_distance(values: NDArray[np.float64], speed: NDArray[np.float64]) -> float:
    """Return the value below which half of the distance was covered."""
    rising = np.argsort(values)
    covered = np.cumsum(speed[rising])
    return float(values[rising[np.searchsorted(covered, covered[-1] / 2)]])


def _running_median(speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running median (n,), at either end of fewer steps."""
    none = np.full(SMOOTHING_STEPS // 2, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([none, speed, none]), SMOOTHING_STEPS)
    return np.asarray(np.nanmedian(windows, axis=1))


def _heart_rate_rise(run: MovingSeries, first: int) -> float:
    """Return how much lower the median heart rate of the first steps is than that of the steps after them.

    NaN where too little is known.
    """
    adjacent = slice(first, first + int(ADJACENT_S / STEP_S))
    bpm, speed = run.heart_rate_bpm, run.speed_mps
    known = np.isfinite(bpm)
    if min(known[:first].mean(), known[adjacent].mean()) < MIN_HR_SHARE:
        return np.nan
    at_pace = _median_by_distance(bpm[adjacent][known[adjacent]], speed[adjacent][known[adjacent]])
    return at_pace - float(np.nanmedian(bpm[:first]))
