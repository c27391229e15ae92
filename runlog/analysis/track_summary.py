"""Summarise a track once, at import: its route shape, heart rates, running form and easy parts.

Whoever lists runs reads the cached summary and no track. It imports no pandas, as import workers load it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.easy_segments import find_easy_segments
from runlog.analysis.geometry import route_shape
from runlog.model import ThirdMeans, TrackSummary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.model import Track
    from runlog.records import StoredActivity

#: Version of this code; summaries made by another version are recomputed.
SUMMARY_VERSION = 3


def summarise_track(track: Track) -> tuple[NDArray[np.float64] | None, TrackSummary]:
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


def form_by_run(running: Sequence[StoredActivity]) -> dict[str, NDArray[np.float64]]:
    """Return mean and drift of each value of running form (runs,), by their names in ``History.runs``.

    The drift is the mean of the last third less that of the first, in the unit of the column. Where no
    track has a cadence, the mean is the average that the source states, in which walks and stops may
    count; all else is NaN without it.
    """
    form = {}
    for column, (mean, drift) in FORM_COLUMNS.items():
        means = [third.summary.form.get(column) if third.summary else None for third in running]
        form[mean] = np.array([third and third.mean for third in means], dtype=float)
        form[drift] = np.array([third and _drift(third) for third in means], dtype=float)
    stated = np.array([third.activity.avg_cadence_spm for third in running], dtype=float)
    mean = FORM_COLUMNS["cadence_spm"][0]
    form[mean] = np.where(np.isnan(form[mean]), stated, form[mean])
    return form


def _drift(means: ThirdMeans) -> float | None:
    return None if means.first is None or means.last is None else means.last - means.first


def _hold_seconds(track: Track) -> NDArray[np.float64]:
    """Return the seconds until the next point (n,), at most half a minute and 0 across a pause."""
    seconds = np.clip(np.diff(track["time_s"]), 0.0, LONGEST_GAP_S)
    return np.append(np.where(np.diff(track["segment"]) == 0, seconds, 0.0), 0.0)


def _is_running(track: Track) -> NDArray[np.bool_]:
    if "cadence_spm" not in track:
        return np.ones(len(track), dtype=bool)
    return _is_between(track["cadence_spm"], RUNNING_LIMITS["cadence_spm"])


def _is_between(values: NDArray[np.float64], limits: tuple[float, float]) -> NDArray[np.bool_]:
    low, high = limits
    return np.asarray((values >= low) & (values <= high))


def _column_means(
    values: NDArray[np.float64],
    limits: tuple[float, float],
    run_s: NDArray[np.float64],
    third: NDArray[np.intp],
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


def _trimmed_limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the limits within which all but the trimmed values lie."""
    trimmed = int(TRIMMED_SHARE * len(values))
    ordered = np.partition(values, (trimmed, len(values) - 1 - trimmed))
    return float(ordered[trimmed]), float(ordered[len(values) - 1 - trimmed])
