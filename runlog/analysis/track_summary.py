"""Summarise a track once, at import: its route shape, heart rates, running form and easy parts.

Whoever lists runs reads the cached summary and no track. It imports no pandas, as import workers load it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlog.analysis.geometry import route_shape
from runlog.model import EasySegment, ThirdMeans, TrackSummary
from runlog.units import EARTH_RADIUS_M

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.model import Bools, Floats, Indices, Track
    from runlog.records import StoredActivity

#: Version of this code; summaries made by another version are recomputed.
SUMMARY_VERSION = 3


def summarise_track(track: Track) -> tuple[Floats | None, TrackSummary]:
    """Return the route shape of a track, degrees (n, 2) or None without a route, and its summary."""
    start, end = find_easy_segments(track)
    summary = TrackSummary(seconds_by_heart_rate(track), third_means(track), warmup=start, cooldown=end)
    return route_shape(track), summary


LONGEST_GAP_S = 30.0  # a value holds until the next one, but no longer than this


def seconds_by_heart_rate(track: Track) -> dict[int, float]:
    """Return the seconds spent at each heart rate, by whole bpm; {} without heart rates.

    Each point holds until the next one, for half a minute at most and never across a pause.
    """
    if "heart_rate_bpm" not in track:
        return {}
    rate, hold_s = track["heart_rate_bpm"], _hold_seconds(track)
    known = np.isfinite(rate) & (rate > 0) & (hold_s > 0)
    bpm, at = np.unique(np.round(rate[known]).astype(int), return_inverse=True)
    seconds = np.bincount(at, hold_s[known], minlength=len(bpm))
    return {int(rate_bpm): float(held_s) for rate_bpm, held_s in zip(bpm, seconds.round(1), strict=True)}


#: What each column may be while running; all else is a walk, a stop or a sensor that failed (most write 0).
#: Between 135 and 140 steps a minute a walk becomes a run (Human Movement Science 2023;90:103117).
RUNNING_LIMITS: Mapping[str, tuple[float, float]] = {
    "cadence_spm": (135.0, 260.0),
    "stance_time_ms": (100.0, 450.0),
    "stance_time_balance_pct": (40.0, 60.0),
    "vertical_oscillation_mm": (20.0, 200.0),
    "vertical_ratio_pct": (2.0, 20.0),
    "step_length_mm": (300.0, 2500.0),
}
#: The columns of ``History.runs`` for the mean and the drift of each column.
FORM_COLUMNS: Mapping[str, tuple[str, str]] = {
    "cadence_spm": ("avg_cadence_spm", "cadence_drift_spm"),
    "stance_time_ms": ("stance_time_ms", "stance_time_drift_ms"),
    "stance_time_balance_pct": ("stance_time_balance_pct", "stance_time_balance_drift_pct"),
    "vertical_oscillation_mm": ("vertical_oscillation_mm", "vertical_oscillation_drift_mm"),
    "vertical_ratio_pct": ("vertical_ratio_pct", "vertical_ratio_drift_pct"),
    "step_length_mm": ("step_length_mm", "step_length_drift_mm"),
}
MIN_THIRD_S = 60.0  # with data in a third of the run
MIN_KNOWN_SHARE = 1 / 3  # of the time run
TRIMMED_SHARE = 0.05  # of the points, at either end


def third_means(track: Track) -> dict[str, ThirdMeans]:
    """Return the mean of each value of running form over a run and over its first and last third.

    The thirds are of the time run: pauses, stops and walks do not count (walks only where the track has a
    cadence). Means are by time and leave out the highest and the lowest 5% of the run's points, so
    that neither a stumble nor a sprint for the bus shows. Nothing is corrected for pace or slope.

    Returns:
        By track column, in its unit. A column is absent, and a third None, where it is known for less than
        a third of that time or for less than a minute (three minutes of the whole run).
    """
    run_s = _hold_seconds(track) * _is_running(track)
    points = np.flatnonzero(run_s)
    run_s = run_s[points]
    third = (3.0 * (np.cumsum(run_s) - run_s / 2) / run_s.sum()).astype(np.intp) if len(points) else points
    means_by_column = {
        column: _column_means(track[column][points], limits, run_s, third)
        for column, limits in RUNNING_LIMITS.items()
        if column in track
    }
    return {column: means for column, means in means_by_column.items() if means is not None}


def form_by_run(running: Sequence[StoredActivity]) -> dict[str, Floats]:
    """Return mean and drift of each value of running form (runs,), by their names in ``History.runs``.

    The drift is the mean of the last third less that of the first, in the unit of the column. Where no
    track has a cadence, the mean is the average that the source states, in which walks and stops may
    count; all else is NaN without it.
    """
    form = {}
    for column, (mean, drift) in FORM_COLUMNS.items():
        means = [third.summary.form.get(column) if third.summary else None for third in running]
        form[mean] = np.array([third and third.mean for third in means], dtype=float)
        ends = [(None, None) if third is None else (third.first, third.last) for third in means]
        first, last = np.array(ends, dtype=float).reshape(-1, 2).T
        form[drift] = last - first
    stated = np.array([third.activity.avg_cadence_spm for third in running], dtype=float)
    mean = FORM_COLUMNS["cadence_spm"][0]
    form[mean] = np.where(np.isnan(form[mean]), stated, form[mean])
    return form


def _hold_seconds(track: Track) -> Floats:
    """Return the seconds until the next point (n,), at most half a minute and 0 across a pause."""
    seconds = np.clip(np.diff(track["time_s"]), 0.0, LONGEST_GAP_S)
    return np.append(np.where(np.diff(track["segment"]) == 0, seconds, 0.0), 0.0)


def _is_running(track: Track) -> Bools:
    if "cadence_spm" not in track:
        return np.ones(len(track), dtype=bool)
    return _is_between(track["cadence_spm"], RUNNING_LIMITS["cadence_spm"])


def _is_between(values: Floats, limits: tuple[float, float]) -> Bools:
    low, high = limits
    return np.asarray((values >= low) & (values <= high))


def _column_means(
    values: Floats,
    limits: tuple[float, float],
    run_s: Floats,
    third: Indices,
) -> ThirdMeans | None:
    """Return one column's means over the points while running (n,); None where too little is known."""
    possible = _is_between(values, limits)
    of_third = np.bincount(third, run_s, minlength=3)
    known_s = np.bincount(third, run_s * possible, minlength=3)
    if known_s.sum() < max(3 * MIN_THIRD_S, MIN_KNOWN_SHARE * of_third.sum()):
        return None
    weight = run_s * (possible & _is_between(values, _trimmed_limits(values[possible])))
    weights = np.bincount(third, weight, minlength=3)
    sums = np.bincount(third, np.where(weight > 0, values, 0.0) * weight, minlength=3)
    enough = (known_s >= np.maximum(MIN_THIRD_S, MIN_KNOWN_SHARE * of_third)) & (weights > 0)
    first, _, last = (float(sums[i] / weights[i]) if enough[i] else None for i in range(3))
    return ThirdMeans(float(sums.sum() / weights.sum()), first, last)


def _trimmed_limits(values: Floats) -> tuple[float, float]:
    """Return the limits within which all but the trimmed values lie."""
    trimmed = int(TRIMMED_SHARE * len(values))
    ordered = np.partition(values, (trimmed, len(values) - 1 - trimmed))
    return float(ordered[trimmed]), float(ordered[len(values) - 1 - trimmed])


STEP_S = 10.0
LONGEST_PAUSE_FREE_S = 60.0  # between two points; a longer one is a pause
MIN_MOVING_MPS = 0.5
MAX_RUNNING_MPS = 12.0  # faster than any runner: positions that jumped
SLOPE_STEPS = 7  # on either side; altitudes are too rough for slopes over shorter distances
MAX_SLOPE = 0.3  # Minetti's formula is used up to here
MIN_ALTITUDE_SHARE = 0.9  # of the altitudes must be known


class MovingSeries(NamedTuple):
    """A run on steps of 10 s of moving time, each an array (n,)."""

    speed_mps: Floats  # as run
    grade_adjusted_mps: Floats | None  # speed on the flat that costs as much energy; None without altitudes
    heart_rate_bpm: Floats  # NaN where it is unknown

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
    recorded = (np.diff(track["segment"]) == 0) & (seconds <= LONGEST_PAUSE_FREE_S)
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


def _metres_to_next(track: Track) -> Floats | None:
    """Return the metres from each point to the next (n - 1,), 0 where unknown."""
    if "distance_m" in track:
        known = np.isfinite(track["distance_m"])
        if not known.any():
            return None
        with np.errstate(invalid="ignore"):  # between moments that are next to the same
            metres = np.diff(np.interp(track["time_s"], track["time_s"][known], track["distance_m"][known]))
    elif "lat" in track and "lon" in track:
        lat, lon = np.radians(track["lat"]), np.radians(track["lon"])
        metres = EARTH_RADIUS_M * np.hypot(np.diff(lat), np.diff(lon) * np.cos(lat[1:]))
    else:
        return None
    return np.where(np.isfinite(metres) & (metres > 0), metres, 0.0)


def _values_at(moments: Floats, clock: Floats, track: Track, column: str) -> Floats:
    """Return a column's values at moments of the clock, NaN where none is known nearby."""
    if column not in track:
        return np.full(len(moments), np.nan)
    known = np.isfinite(track[column])
    times, values = clock[known], track[column][known]
    if not len(times):
        return np.full(len(moments), np.nan)
    following = np.searchsorted(times, moments)
    gap = np.append(times, np.inf)[following] - np.append(-np.inf, times)[following]
    return np.where(gap <= LONGEST_PAUSE_FREE_S, np.interp(moments, times, values), np.nan)


def _grade_adjusted_speed(speed: Floats, altitude: Floats) -> Floats | None:
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
#: tests/analysis/test_analysis_track_summary_truth.py.
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


def _slow_ends(speed: Floats) -> tuple[int, int]:
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


def _median_by_distance(values: Floats, speed: Floats) -> float:
    """Return the value below which half of the distance was covered."""
    rising = np.argsort(values)
    covered = np.cumsum(speed[rising])
    return float(values[rising[np.searchsorted(covered, covered[-1] / 2)]])


def _running_median(speed: Floats) -> Floats:
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
