"""The easy start and the easy end of a run, as far as its stream shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.warmup import moving
from runlog.digest import EasyPart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.analysis.warmup.moving import Moving
    from runlog.model import Track

#: How often its answer was right on device files that mark a warm-up or cool-down: right, of how many.
#: Measured, with the table, in tests/analysis/test_analysis_warmup_truth.py.
MEASURED = (1, 1)
#: The lower end of the 95% range (Wilson) of that share.
CONFIDENCE = 0.21

LEAST_EASY_S = 300.0
MOST_EASY_S = 1800.0  # easy for longer is an easy run, or a hard one that went wrong
LEAST_MAIN_S = 600.0
SLOWER = 1.1  # by so much at least the easy part's pace is that of the main part
LEAST_BPM = 5.0  # heart rates wander by less at an even pace
BESIDE_S = 300.0  # of the main part, whose heart rate the easy part's is held against
SMOOTHED = 13  # steps, an odd number: two minutes, so that neither a stride nor a road to cross counts
KNOWN_SHARE = 0.5  # of the heart rates at least


def easy_parts(track: Track) -> tuple[EasyPart | None, EasyPart | None]:
    """The easy start and the easy end that a stream shows; None where it shows none.

    An easy start is the first 5 to 30 minutes at a pace at least 10% slower than the main part's median,
    from which the heart rate rises by 5 bpm or more into the main part. An easy end is its mirror. Time is
    time moved, smoothed over two minutes. The main part lasts at least ten minutes and as long as the easy
    one; its median is by distance, so that the rests between intervals do not pass for its pace. Where
    altitudes are known, it must hold of the pace on the flat that costs as much energy as well, so that a
    hill is no warm-up.
    """
    run = moving.moving(track)
    if run is None:
        return None, None
    return _easy_start(run), _easy_start(run.backwards())


def _easy_start(run: Moving) -> EasyPart | None:
    steps = min(_slow_steps(speed) for speed in (run.speed_mps, run.flat_mps) if speed is not None)
    if not LEAST_EASY_S <= steps * moving.STEP_S <= MOST_EASY_S:
        return None
    slower = _median_by_distance(run.speed_mps[steps:]) / float(np.median(run.speed_mps[:steps]))
    below = _heart_rate_below(run.heart_rate_bpm, steps)
    if slower < SLOWER or not below >= LEAST_BPM:  # nor where it is unknown
        return None
    return EasyPart(steps * moving.STEP_S, round(slower, 3), round(below, 1))


def _slow_steps(speed: NDArray[np.float64]) -> int:
    """How many steps at the start are slow; 0 where too little is left for a main part."""
    smooth = _smoothed(speed)
    steps = 0
    for _ in range(3):  # the main part's pace depends on where it starts, and the other way round
        fast = np.flatnonzero(smooth > _median_by_distance(speed[steps:]) / SLOWER)
        steps = int(fast[0]) if len(fast) else len(speed)
        if len(speed) - steps < max(LEAST_MAIN_S / moving.STEP_S, steps):
            return 0
    return steps


def _median_by_distance(speed: NDArray[np.float64]) -> float:
    """The speed below which half of the distance was covered."""
    rising = np.sort(speed)
    covered = np.cumsum(rising)
    return float(rising[np.searchsorted(covered, covered[-1] / 2)])


def _smoothed(speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """The running median (n,), at either end of the steps that there are."""
    none = np.full(SMOOTHED // 2, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([none, speed, none]), SMOOTHED)
    return np.asarray(np.nanmedian(windows, axis=1))


def _heart_rate_below(bpm: NDArray[np.float64], steps: int) -> float:
    """By how much the first steps' median lies below that of the main part beside them; NaN is unknown."""
    own, beside = bpm[:steps], bpm[steps : steps + int(BESIDE_S / moving.STEP_S)]
    if min(np.isfinite(own).mean(), np.isfinite(beside).mean()) < KNOWN_SHARE:
        return np.nan
    return float(np.nanmedian(beside) - np.nanmedian(own))
