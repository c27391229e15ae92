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

#: How many of its answers on device files that mark their warm-up or cool-down were right, and how many it
#: gave: both of the one such file, which was at hand when the rule was made. The table is printed by
#: tests/analysis/test_analysis_warmup_truth.py.
MEASURED = (2, 2)
#: The lower end of the 95% range (Wilson) of that share.
CONFIDENCE = 0.34

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
    time moved, smoothed over two minutes. The main part, between the two, lasts at least ten minutes and as
    long as either; its medians are by distance, so that rests between intervals do not stand for it. Where
    altitudes are known, it must hold of the pace on the flat that costs as much energy as well, so that a
    hill is no warm-up.
    """
    run = moving.moving(track)
    if run is None:
        return None, None
    ends = [_slow_ends(speed) for speed in (run.speed_mps, run.flat_mps) if speed is not None]
    first, last = (min(steps) for steps in zip(*ends, strict=True))
    return _easy_start(run, first, last), _easy_start(run.backwards(), last, first)


def _slow_ends(speed: NDArray[np.float64]) -> tuple[int, int]:
    """How many steps at the start and at the end are slow; none where too little is left between them."""
    smooth, count = _smoothed(speed), len(speed)
    first = last = count // 4  # to begin with, the main part is the middle half
    for _ in range(3):  # its pace depends on where it begins and ends, and the other way round
        main = speed[first : count - last]
        fast = np.flatnonzero(smooth > _median_by_distance(main, main) / SLOWER)
        if not len(fast):
            return 0, 0
        first, last = int(fast[0]), count - 1 - int(fast[-1])
        if count - first - last < max(LEAST_MAIN_S / moving.STEP_S, first, last):
            return 0, 0
    return first, last


def _easy_start(run: Moving, first: int, last: int) -> EasyPart | None:
    """The first steps as an easy part, if they are one; the main part goes up to the last ones."""
    if not LEAST_EASY_S <= first * moving.STEP_S <= MOST_EASY_S:
        return None
    main = run.speed_mps[first : len(run.speed_mps) - last]
    slower = _median_by_distance(main, main) / float(np.median(run.speed_mps[:first]))
    below = _heart_rate_below(run, first)
    if slower < SLOWER or not below >= LEAST_BPM:  # nor where it is unknown
        return None
    return EasyPart(first * moving.STEP_S, round(slower, 3), round(below, 1))


def _median_by_distance(values: NDArray[np.float64], speed: NDArray[np.float64]) -> float:
    """The value below which half of the distance was covered."""
    rising = np.argsort(values)
    covered = np.cumsum(speed[rising])
    return float(values[rising[np.searchsorted(covered, covered[-1] / 2)]])


def _smoothed(speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """The running median (n,), at either end of the steps that there are."""
    none = np.full(SMOOTHED // 2, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([none, speed, none]), SMOOTHED)
    return np.asarray(np.nanmedian(windows, axis=1))


def _heart_rate_below(run: Moving, first: int) -> float:
    """By how much the median of the first steps lies below that of the main part beside them; NaN unknown."""
    beside = slice(first, first + int(BESIDE_S / moving.STEP_S))
    bpm, speed = run.heart_rate_bpm, run.speed_mps
    known = np.isfinite(bpm)
    if min(known[:first].mean(), known[beside].mean()) < KNOWN_SHARE:
        return np.nan
    at_pace = _median_by_distance(bpm[beside][known[beside]], speed[beside][known[beside]])
    return at_pace - float(np.nanmedian(bpm[:first]))
