"""Decide whether each run had a warm-up and a cool-down, from the most trusted source; else unknown.

The order of trust: the diary; the laps (or splits, which the importer puts on the laps); an activity
recorded by itself right before or after; the track. Only the diary and the laps ever say "no", and laps
that say so yield to a neighbouring activity, because they describe their own recording only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis import easy_segments
from runlog.analysis.easy_segments import (
    MAX_EASY_S,
    MIN_EASY_S,
    MIN_MAIN_S,
    MIN_PACE_RATIO,
)
from runlog.model import Intensity, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.model import Activity, Lap, StoredActivity

DIARY, LAPS, ACTIVITY, STREAM = "diary", "laps", "activity", "stream"
#: The sources that can say "no" as well as "yes".
TWO_WAY_SOURCES = (DIARY, LAPS)
HABITS = (Intensity.WARMUP, Intensity.COOLDOWN)


def habit_table(
    diary: Mapping[str, pd.Series[float]], ran: Sequence[StoredActivity], others: Sequence[StoredActivity]
) -> pd.DataFrame:
    """Whether each run had a warm-up and a cool-down, by whose word, and how sure that is.

    A short easy run that was the warm-up or cool-down of another is a part of it: what the diary says of
    either holds for both, and both have the same answers.

    Args:
        diary: what the diary tells, 1.0 or 0.0 by run id, under "warmup" and "cooldown"; runs that it says
            nothing of are absent.
        ran: the runs in the order of their starts.
        others: all other activities.

    Returns:
        A row per run:
            warmup, cooldown: 1.0 done, 0.0 skipped, NaN unknown;
            warmup_source, cooldown_source: "diary", "laps", "activity", "stream" or None;
            warmup_confidence, cooldown_confidence: 1.0 where the source says so in so many words, else the
            lower end of the 95% range of the share of such answers that were right when it was measured;
            NaN where it never was (yoga, strength or an easy run beside the run);
            part_of: the id of the run that this one was the warm-up or cool-down of, else NaN.
    """
    near = find_neighbours(ran, others)
    runs = pd.Index([one.id for one in ran], dtype="int64")
    table = pd.concat([_decide_habit(habit, diary[habit.value], ran, near) for habit in HABITS], axis=1)
    for part, whole in near.part_of.items():
        table.loc[part] = table.loc[whole]
    table["part_of"] = pd.Series(near.part_of, dtype=float).reindex(runs)
    return table


def comparable_answers(runs: pd.DataFrame, habit: str) -> pd.Series[float]:
    """The answers on "warmup" or "cooldown" of which a done one can be held against a skipped one.

    They are those of the sources that can say both. A source that can only say "yes" (a stream, a
    neighbouring activity) speaks of just the runs of which the diary is silent; if the runner tells more
    on sore days, its "yes" collects the other days, and a warm-up seems to help that does nothing.
    """
    return runs[habit].where(runs[f"{habit}_source"].isin(TWO_WAY_SOURCES))


def _decide_habit(
    habit: Intensity, diary: pd.Series[float], ran: Sequence[StoredActivity], near: Neighbours
) -> pd.DataFrame:
    runs = pd.Index([one.id for one in ran], dtype="int64")
    beside = near.before if habit is Intensity.WARMUP else near.after
    said = diary.astype(float).reindex(runs)
    for part, whole in near.part_of.items():
        said[whole] = said[part] if np.isnan(said[whole]) else said[whole]
    marked = np.array([habit_from_laps(habit, one.activity.laps) for one in ran], dtype=float)
    supposed = np.array([bool(one.digest and getattr(one.digest, habit.value)) for one in ran], dtype=bool)
    cases = [said.notna(), marked == 1.0, runs.isin(list(beside)), marked == 0.0, supposed]
    in_words = np.array([1.0 if beside.get(run) else np.nan for run in runs], dtype=float)
    source = np.select(cases, [DIARY, LAPS, ACTIVITY, LAPS, STREAM], "")
    done = np.select(cases, [said, 1.0, 1.0, 0.0, 1.0], np.nan)
    confidence = np.select(cases, [1.0, 1.0, in_words, 1.0, easy_segments.CONFIDENCE], np.nan)
    return pd.DataFrame(
        {
            habit.value: done,
            f"{habit.value}_source": pd.Series([s or None for s in source], index=runs, dtype=object),
            f"{habit.value}_confidence": confidence,
        },
        index=runs,
    )


_MAIN_INTENSITIES = (Intensity.ACTIVE, Intensity.INTERVAL)


def habit_from_laps(intensity: Intensity, laps: Sequence[Lap]) -> float:
    """What the laps tell of a warm-up or cool-down: 1.0, 0.0, or NaN where they tell nothing.

    A lap of that intensity says done. Skipped is said only by laps that mark the other of the two, and of
    which the first (for a warm-up; the last for a cool-down) is marked as run in earnest. The same
    intensity on every lap means nothing (some exporters write one value everywhere).

    Args:
        intensity: ``Intensity.WARMUP`` or ``Intensity.COOLDOWN``.
        laps: of one run, in their order.
    """
    marked = {lap.intensity for lap in laps}
    if len(marked) <= 1:
        return np.nan
    if intensity in marked:
        return 1.0
    edge = laps[0 if intensity is Intensity.WARMUP else -1].intensity
    says_no = edge in _MAIN_INTENSITIES and marked & {Intensity.WARMUP, Intensity.COOLDOWN}
    return 0.0 if says_no else np.nan


MAX_GAP_S = 45 * 60.0  # between the end of one and the start of the other
MAX_OVERLAP_S = 120.0  # two devices' clocks, or a watch that was stopped late
MAX_LENGTH_SHARE = 0.8  # of the run's way at most

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


def find_neighbours(ran: Sequence[StoredActivity], others: Sequence[StoredActivity]) -> Neighbours:
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
        _add_easy_run(one, following, found)
    _add_habits([one for one in timed if one.id not in found.part_of], others, found)
    return found


def _add_habits(ran: Sequence[StoredActivity], others: Sequence[StoredActivity], found: Neighbours) -> None:
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
            for run in runs[_is_near(starts - _end(habit))].tolist():
                _add_neighbour(found.before, run, in_so_many_words=_WARM_UP in words)
        if not words & _NO_COOL_DOWN:
            for run in runs[_is_near(_start(habit) - ends)].tolist():
                _add_neighbour(found.after, run, in_so_many_words=_COOL_DOWN in words)


def _add_easy_run(one: StoredActivity, following: StoredActivity, found: Neighbours) -> None:
    """Tell of two runs that follow each other whether one was the warm-up or cool-down of the other."""
    if not -MAX_OVERLAP_S <= _start(following.activity) - _end(one.activity) <= MAX_GAP_S:
        return
    if one.id in found.part_of:
        return  # it belongs to the run before it
    is_whole = one.id in found.part_of.values()
    if not is_whole and _is_easy_part(one.activity, following.activity):
        found.part_of[one.id] = following.id
        _add_neighbour(found.before, following.id, in_so_many_words=False)
    elif _is_easy_part(following.activity, one.activity):
        found.part_of[following.id] = one.id
        _add_neighbour(found.after, one.id, in_so_many_words=False)


def _add_neighbour(side: dict[int, bool], run: int, *, in_so_many_words: bool) -> None:
    side[run] = side.get(run, False) or in_so_many_words


def _is_near(gap_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((gap_s >= -MAX_OVERLAP_S) & (gap_s <= MAX_GAP_S))


def _is_easy_part(part: Activity, run: Activity) -> bool:
    """Tell whether one run, by its time, way and pace, could be the warm-up or cool-down of another."""
    if not part.distance_m or not run.distance_m or part.distance_m > MAX_LENGTH_SHARE * run.distance_m:
        return False
    if not MIN_EASY_S <= _moving_s(part) <= MAX_EASY_S or _moving_s(run) < MIN_MAIN_S:
        return False
    return _moving_s(part) / part.distance_m >= MIN_PACE_RATIO * _moving_s(run) / run.distance_m


def _moving_s(activity: Activity) -> float:
    return activity.duration_s if activity.moving_s is None else activity.moving_s


def _start(activity: Activity) -> float:
    return activity.start.timestamp()


def _end(activity: Activity) -> float:
    return activity.start.timestamp() + activity.duration_s
