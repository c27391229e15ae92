"""What was recorded by itself right before or after a run: a warm-up, yoga or a short easy run."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.warmup.stream import LEAST_EASY_S, LEAST_MAIN_S, MOST_EASY_S, SLOWER
from runlog.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlog.model import Activity, KeptActivity

NEAR_S = 45 * 60.0  # between the end of one and the start of the other
OVERLAP_S = 120.0  # two devices' clocks, or a watch that was stopped late
SHORTER = 0.8  # of the run's way at most

_WARM_UP, _COOL_DOWN = "warm_up", "cool_down"
#: The habits that are no warm-up, and those that are no cool-down: strength training cools nobody down.
_NO_WARM_UP = {_COOL_DOWN}
_NO_COOL_DOWN = {_WARM_UP, "strength_training"}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which runs have a neighbour that warmed up for them or cooled down from them.

    Attributes:
        before: by the id of a run whether its neighbour says in so many words that it was a warm-up.
        after: likewise of the cool-down.
        part_of: by the id of a short easy run the id of the run that it was the warm-up or cool-down of.
    """

    before: dict[int, bool] = field(default_factory=dict)
    after: dict[int, bool] = field(default_factory=dict)
    part_of: dict[int, int] = field(default_factory=dict)


def find(ran: Sequence[KeptActivity], others: Sequence[KeptActivity]) -> Neighbours:
    """Find the neighbours of runs, within 45 minutes of them.

    A neighbour is a habit (a recorded warm-up, mobility, stretching, yoga, pilates; before a run also
    strength training) or an easy run recorded by itself: 5 to 30 minutes, at most 80% as far as the run,
    which lasts ten minutes or more, and at a pace at least 10% slower. What only a day is known of has none.

    Args:
        ran: the runs in the order of their starts.
        others: all other activities.
    """
    found = Neighbours()
    timed = [one for one in ran if not one.activity.day_only]
    for one, following in pairwise(timed):
        _easy_runs(one, following, found)
    _sessions([one for one in timed if one.id not in found.part_of], others, found)
    return found


def _sessions(ran: Sequence[KeptActivity], others: Sequence[KeptActivity], found: Neighbours) -> None:
    """Add the habits that were done beside runs."""
    runs = np.array([one.id for one in ran])
    starts = np.array([_start(one.activity) for one in ran])
    ends = np.array([_end(one.activity) for one in ran])
    for other in others:
        habit = other.activity
        if habit.kind is not Kind.HABIT or habit.day_only:
            continue
        words = {habit.sport, habit.sub_sport}
        if not words & _NO_WARM_UP:
            for run in runs[_near(starts - _end(habit))].tolist():
                _add(found.before, run, in_so_many_words=_WARM_UP in words)
        if not words & _NO_COOL_DOWN:
            for run in runs[_near(_start(habit) - ends)].tolist():
                _add(found.after, run, in_so_many_words=_COOL_DOWN in words)


def _easy_runs(one: KeptActivity, following: KeptActivity, found: Neighbours) -> None:
    """Tell of two runs that follow each other whether one was the warm-up or cool-down of the other."""
    if not -OVERLAP_S <= _start(following.activity) - _end(one.activity) <= NEAR_S:
        return
    if one.id in found.part_of:
        return  # it belongs to the run before it
    is_whole = one.id in found.part_of.values()
    if not is_whole and _is_easy_part(one.activity, following.activity):
        found.part_of[one.id] = following.id
        _add(found.before, following.id, in_so_many_words=False)
    elif _is_easy_part(following.activity, one.activity):
        found.part_of[following.id] = one.id
        _add(found.after, one.id, in_so_many_words=False)


def _add(side: dict[int, bool], run: int, *, in_so_many_words: bool) -> None:
    side[run] = side.get(run, False) or in_so_many_words


def _near(gap_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((gap_s >= -OVERLAP_S) & (gap_s <= NEAR_S))


def _is_easy_part(part: Activity, run: Activity) -> bool:
    """Tell whether one run, by its time, way and pace, could be the warm-up or cool-down of another."""
    if not part.distance_m or not run.distance_m or part.distance_m > SHORTER * run.distance_m:
        return False
    if not LEAST_EASY_S <= _moving_s(part) <= MOST_EASY_S or _moving_s(run) < LEAST_MAIN_S:
        return False
    return _moving_s(part) / part.distance_m >= SLOWER * _moving_s(run) / run.distance_m


def _moving_s(activity: Activity) -> float:
    return activity.duration_s if activity.moving_s is None else activity.moving_s


def _start(activity: Activity) -> float:
    return activity.start.timestamp()


def _end(activity: Activity) -> float:
    return activity.start.timestamp() + activity.duration_s
