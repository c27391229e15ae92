"""Running form: what cadence, ground contact and bounce come to over a run, and how they drift in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.digest import Thirds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.model import KeptActivity, Track

#: What each column may be while running; all else is a walk, a stop or a sensor that failed (most write 0).
#: Between 135 and 140 steps a minute a walk becomes a run (Human Movement Science 2023;90:103117).
RUNNING: Mapping[str, tuple[float, float]] = {
    "cadence_spm": (135.0, 260.0),
    "stance_time_ms": (100.0, 450.0),
    "stance_time_balance_pct": (40.0, 60.0),
    "vertical_oscillation_mm": (20.0, 200.0),
    "vertical_ratio_pct": (2.0, 20.0),
    "step_length_mm": (300.0, 2500.0),
}
#: The columns of ``History.runs`` for the mean and the drift of each column.
NAMES: Mapping[str, tuple[str, str]] = {
    "cadence_spm": ("avg_cadence_spm", "cadence_drift_spm"),
    "stance_time_ms": ("stance_time_ms", "stance_time_drift_ms"),
    "stance_time_balance_pct": ("stance_time_balance_pct", "stance_time_balance_drift_pct"),
    "vertical_oscillation_mm": ("vertical_oscillation_mm", "vertical_oscillation_drift_mm"),
    "vertical_ratio_pct": ("vertical_ratio_pct", "vertical_ratio_drift_pct"),
    "step_length_mm": ("step_length_mm", "step_length_drift_mm"),
}
LONGEST_GAP_S = 30.0  # for so long at most a point holds until the next one
LEAST_S = 60.0  # of a third
LEAST_SHARE = 1 / 3  # of the time run
TRIMMED = 0.05  # of the points, at either end


def thirds(track: Track) -> dict[str, Thirds]:
    """Mean of each value of running form over a run and over its first and last third.

    The thirds are of the time run: pauses, stops and walks do not count (where the track has a cadence,
    which tells). Means are by time and leave out the highest and the lowest 5% of the run's points, so
    that neither a stumble nor a sprint for the bus shows. Nothing is corrected for pace or slope.

    Returns:
        By track column, in its unit. A column is absent, and a third None, where it is known for less than
        a third of that time or for less than a minute (three minutes of the whole run).
    """
    run_s = _held(track) * _running(track)
    points = np.flatnonzero(run_s)
    run_s = run_s[points]
    third = (3.0 * (np.cumsum(run_s) - run_s / 2) / run_s.sum()).astype(np.intp) if len(points) else points
    found = {
        column: _means(track[column][points], limits, run_s, third)
        for column, limits in RUNNING.items()
        if column in track
    }
    return {column: means for column, means in found.items() if means is not None}


def of_runs(ran: Sequence[KeptActivity]) -> dict[str, NDArray[np.float64]]:
    """Mean and drift of each value of running form (runs,), by their names in ``History.runs``.

    The drift is the mean of the last third less that of the first, in the unit of the column. Where no
    stream tells the mean cadence, it is the average that the source states, in which walks and stops may
    count; all else is NaN where the stream does not tell it.
    """
    found = {}
    for column, (mean, drift) in NAMES.items():
        told = [one.digest.form.get(column) if one.digest else None for one in ran]
        found[mean] = np.array([one and one.mean for one in told], dtype=float)
        found[drift] = np.array([one and _drift(one) for one in told], dtype=float)
    stated = np.array([one.activity.avg_cadence_spm for one in ran], dtype=float)
    mean = NAMES["cadence_spm"][0]
    found[mean] = np.where(np.isnan(found[mean]), stated, found[mean])
    return found


def _drift(told: Thirds) -> float | None:
    return None if told.first is None or told.last is None else told.last - told.first


def _held(track: Track) -> NDArray[np.float64]:
    """Seconds until the next point (n,), none across a pause."""
    seconds = np.clip(np.diff(track["time_s"]), 0.0, LONGEST_GAP_S)
    return np.append(np.where(np.diff(track["segment"]) == 0, seconds, 0.0), 0.0)


def _running(track: Track) -> NDArray[np.bool_]:
    if "cadence_spm" not in track:
        return np.ones(len(track), dtype=bool)
    return _within(track["cadence_spm"], RUNNING["cadence_spm"])


def _within(values: NDArray[np.float64], limits: tuple[float, float]) -> NDArray[np.bool_]:
    low, high = limits
    return np.asarray((values >= low) & (values <= high))


def _means(
    values: NDArray[np.float64],
    limits: tuple[float, float],
    run_s: NDArray[np.float64],
    third: NDArray[np.intp],
) -> Thirds | None:
    """One column's means over the points at which the runner ran (n,); None where too little is known."""
    possible = _within(values, limits)
    of_third = np.bincount(third, run_s, minlength=3)
    known_s = np.bincount(third, run_s * possible, minlength=3)
    if known_s.sum() < max(3 * LEAST_S, LEAST_SHARE * of_third.sum()):
        return None
    weight = run_s * (possible & _within(values, _middle(values[possible])))
    weights = np.bincount(third, weight, minlength=3)
    sums = np.bincount(third, np.where(weight > 0, values, 0.0) * weight, minlength=3)
    enough = (known_s >= np.maximum(LEAST_S, LEAST_SHARE * of_third)) & (weights > 0)
    first, _, last = (float(sums[i] / weights[i]) if enough[i] else None for i in range(3))
    return Thirds(float(sums.sum() / weights.sum()), first, last)


def _middle(values: NDArray[np.float64]) -> tuple[float, float]:
    """The limits within which all but the trimmed values lie."""
    trimmed = int(TRIMMED * len(values))
    ordered = np.partition(values, (trimmed, len(values) - 1 - trimmed))
    return float(ordered[trimmed]), float(ordered[len(values) - 1 - trimmed])
