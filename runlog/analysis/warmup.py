"""Decide whether each run had a warm-up and a cool-down, from the most trusted source; else unknown.

The order of trust: a guided one that runlog recorded when it was done; the diary; the laps (or splits, which
the importer puts on the laps); an activity recorded by itself right before or after; the track. Only the
diary and the laps ever say "no", and laps that say so yield to a neighbouring activity, because they describe
their own recording only. Where the diary says that a guided one was done, it is the diary's answer: the diary
says "no" of other runs, so that the two can be compared.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis import track_summary
from runlog.analysis.track_summary import MAX_EASY_S, MIN_EASY_S, MIN_MAIN_S, MIN_PACE_RATIO
from runlog.i18n import N_
from runlog.model import Intensity, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.model import Activity, Bools, Floats, Lap
    from runlog.records import StoredActivity

RECORDED, DIARY, LAPS, ACTIVITY, STREAM = "recorded", "diary", "laps", "activity", "stream"
#: Where it is known from, in words.
SOURCE_WORDS = {
    RECORDED: N_("recorded when done"),
    DIARY: N_("the diary says so"),
    LAPS: N_("the laps say so"),
    ACTIVITY: N_("recorded by itself"),
    STREAM: N_("by pace and heart rate"),
}
#: The device of a warm-up or cool-down that runlog has guided and recorded.
GUIDED_DEVICE = "runlog"
#: The sources that can say "no" as well as "yes".
TWO_WAY_SOURCES = (DIARY, LAPS)
HABITS = (Intensity.WARMUP, Intensity.COOLDOWN)


def habit_table(
    diary: Mapping[str, pd.Series[float]], running: Sequence[StoredActivity], others: Sequence[StoredActivity]
) -> pd.DataFrame:
    """Decide whether each run had a warm-up and a cool-down, from which source, and with what confidence.

    A short easy run that was the warm-up or cool-down of another is a part of it: the diary's answer on
    either holds for both. The diary's answers are 1.0 or 0.0 by run id, under "warmup" and "cooldown"; runs
    without one are absent. The runs are in the order of their starts, ``others`` are all other activities.

    Returns:
        A row per run:
            warmup, cooldown: 1.0 done, 0.0 skipped, NaN unknown;
            warmup_source, cooldown_source: "recorded", "diary", "laps", "activity", "stream" or None;
            warmup_confidence, cooldown_confidence: 1.0 where the source says so explicitly, else the
            lower end of the 95% range of the share of such answers that were right when it was measured;
            NaN where it never was (yoga, strength or an easy run beside the run);
            part_of: the id of the run that this one was the warm-up or cool-down of, else NaN.
    """
    neighbours = find_neighbours(running, others)
    runs = pd.Index([stored.id for stored in running], dtype="int64")
    table = pd.concat(
        [_decide_habit(habit, diary[habit.value], running, neighbours) for habit in HABITS], axis=1
    )
    for part, whole in neighbours.part_of.items():
        table.loc[part] = table.loc[whole]
    table["part_of"] = pd.Series(neighbours.part_of, dtype=float).reindex(runs)
    return table


def comparable_answers(runs: pd.DataFrame, habit: str) -> pd.Series[float]:
    """Return the answers (on "warmup" or "cooldown") of sources that can say both yes and no.

    A source that can only say "yes" (a track, a neighbouring activity) answers just for the runs that the
    diary leaves out. If the runner writes more on sore days, its "yes" collects the other days, and a warm-up
    seems to help that does nothing.
    """
    return runs[habit].where(runs[f"{habit}_source"].isin(TWO_WAY_SOURCES))


def _decide_habit(
    habit: Intensity, diary: pd.Series[float], running: Sequence[StoredActivity], neighbours: Neighbours
) -> pd.DataFrame:
    runs = pd.Index([stored.id for stored in running], dtype="int64")
    adjacent = neighbours.explicit[habit]
    from_diary = diary.astype(float).reindex(runs)
    for part, whole in neighbours.part_of.items():
        from_diary[whole] = from_diary[part] if np.isnan(from_diary[whole]) else from_diary[whole]
    from_laps = np.array([habit_from_laps(habit, stored.activity.laps) for stored in running], dtype=float)
    from_track = np.array(
        [bool(stored.summary and getattr(stored.summary, habit.value)) for stored in running], dtype=bool
    )
    is_recorded = runs.isin(list(neighbours.recorded[habit])) & (from_diary != 1.0).to_numpy()
    cases = [
        is_recorded,
        from_diary.notna(),
        from_laps == 1.0,
        runs.isin(list(adjacent)),
        from_laps == 0.0,
        from_track,
    ]
    explicit = np.array([1.0 if adjacent.get(run) else np.nan for run in runs], dtype=float)
    source = np.select(cases, [RECORDED, DIARY, LAPS, ACTIVITY, LAPS, STREAM], "")
    done = np.select(cases, [1.0, from_diary, 1.0, 1.0, 0.0, 1.0], np.nan)
    confidence = np.select(cases, [1.0, 1.0, 1.0, explicit, 1.0, track_summary.CONFIDENCE], np.nan)
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
    """Return what a run's laps say of a warm-up or cool-down: 1.0 done, 0.0 skipped, NaN unknown.

    A lap of that intensity says done. Laps say skipped only if they mark the other of the two, and the
    first (for a warm-up; the last for a cool-down) is marked as active. The same
    intensity on every lap means nothing (some exporters write one value everywhere).
    """
    marked = {lap.intensity for lap in laps}
    if len(marked) <= 1:
        return np.nan
    if intensity in marked:
        return 1.0
    edge = laps[0 if intensity is Intensity.WARMUP else -1].intensity
    says_no = edge in _MAIN_INTENSITIES and marked & {Intensity.WARMUP, Intensity.COOLDOWN}
    return 0.0 if says_no else np.nan


MAX_GAP_S = 45 * 60.0  # between the end of an activity and the start of the next
MAX_OVERLAP_S = 120.0  # two devices' clocks, or a watch that was stopped late
CLOSE_GAP_S = 600.0  # so close to a run, a part may be shorter, and nearly as fast
MIN_CLOSE_S, MIN_CLOSE_RATIO, MAX_CLOSE_SHARE = 120.0, 1.05, 0.25
MAX_LENGTH_SHARE = 0.8  # of the run's distance at most, unless the pace is clearly another
CLEAR_PACE_RATIO = 1.25

#: What runners call a recording of their warm-up or cool-down, in letters without marks: as words, in
#: scripts without spaces, and in short where that is nearly all of the name.
_NAMES = {
    Intensity.WARMUP: (
        (
            r"warm(?:ing)?[ -]?ups?|(?:ein|warm)[ -]?lauf(?:en|runden?)?|aufwarm\w*|echauffements?"
            r"|calentamientos?|riscaldamento|aquecimento|inlopen|opwarm(?:en|ing)|uppvarmning|oppvarming|opvarmning"
            r"|(?:alku)?verryttely|lammittely|rozgrzewka|rozcvicka|zahrati|bemelegites|isinma|escalfament"
            r"|incalzire|разминка|розминка"
        ),
        "ウォー(?:ム|ミング)アップ|热身|熱身|워밍업|웜업",
        "w/?u",
    ),
    Intensity.COOLDOWN: (
        (
            r"(?:cool|warm)(?:ing)?[ -]?downs?|auslauf(?:en|runden?)?|abwarmen|retour au calme|decrassage"
            r"|enfriamiento|vuelta a la calma|defaticamento|arrefecimento|desaquecimento|volta a calma"
            r"|uitlopen|nedvarvning|nedjogg?(?:ing)?|nedkøling|nedtrapping|afjogning|jaahdyttely|loppuverryttely"
            r"|schłodzenie|vyklusani|levezetes|soguma|tornada a la calma|revenire|заминка"
        ),
        "クー(?:ル|リング)ダウン|放松跑|冷身|쿨다운",
        "c/?d",
    ),
}
_NAMED = {
    habit: re.compile(
        rf"\b(?:{words})\b|{unspaced}|^\W*(?:{short})\b[\W\d]*(?:k|km|mi|min|jog|run)?\W*$", re.IGNORECASE
    )
    for habit, (words, unspaced, short) in _NAMES.items()
}

_MARKS = re.compile("[\u0300-\u036f]")

#: The sub-sport of each habit, and the sports and sub-sports that are none.
_SUB_SPORTS = {Intensity.WARMUP: "warm_up", Intensity.COOLDOWN: "cool_down"}
_NEVER = {Intensity.WARMUP: {"cool_down"}, Intensity.COOLDOWN: {"warm_up", "strength_training"}}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Runs with a neighbouring activity that was their warm-up or cool-down."""

    # by the id of a run, whether the activity before (after) it is called a warm-up (cool-down)
    explicit: Mapping[Intensity, dict[int, bool]] = field(default_factory=lambda: {one: {} for one in HABITS})
    # the runs before (after) which runlog has guided one
    recorded: Mapping[Intensity, set[int]] = field(default_factory=lambda: {one: set() for one in HABITS})
    # by the id of a short easy run the id of the run that it was the warm-up or cool-down of
    part_of: dict[int, int] = field(default_factory=dict)

    def add(self, habit: Intensity, run: int, *, explicit: bool) -> None:
        """Note that a run had a warm-up or cool-down next to it, and whether that is called so."""
        self.explicit[habit][run] = self.explicit[habit].get(run, False) or explicit


def find_neighbours(running: Sequence[StoredActivity], others: Sequence[StoredActivity]) -> Neighbours:
    """Find the neighbours of runs, which are in the order of their starts, within 45 minutes of them.

    A neighbour is a habit (a recorded warm-up, mobility, stretching, yoga, pilates; before a run also
    strength training), an activity that its name calls a warm-up or cool-down, or an easy run recorded by
    itself (``_is_easy_part``). Activities known only by their day have none.
    """
    neighbours = Neighbours()
    timed = [stored for stored in running if not stored.activity.day_only]
    _add_named_runs(timed, neighbours)
    unnamed = [stored for stored in timed if stored.id not in neighbours.part_of]
    for activity, following in pairwise(unnamed):
        _add_easy_run(activity, following, neighbours)
    _add_habits([stored for stored in timed if stored.id not in neighbours.part_of], others, neighbours)
    return neighbours


def named_habit(name: str | None) -> Intensity | None:
    """Return what a name calls a recording: a warm-up, a cool-down, or neither; None where it names both."""
    letters = unicodedata.normalize("NFKD", name or "").replace("\u0131", "i")
    plain = unicodedata.normalize("NFC", _MARKS.sub("", letters))
    named = [habit for habit, words in _NAMED.items() if words.search(plain)]
    return named[0] if len(named) == 1 else None


def _add_named_runs(timed: Sequence[StoredActivity], neighbours: Neighbours) -> None:
    """Add the runs that their names call a warm-up or cool-down, each to the longest run of its outing."""
    names = [named_habit(stored.activity.name) for stored in timed]
    for position, habit in enumerate(names):
        if habit is None:
            continue
        step = 1 if habit is Intensity.WARMUP else -1
        main = _longest_beyond(timed, names, position, step)
        part = timed[position]
        if main is None or _is_far_longer(part.activity, main.activity):
            continue
        neighbours.part_of[part.id] = main.id
        neighbours.add(habit, main.id, explicit=True)


def _longest_beyond(
    timed: Sequence[StoredActivity], names: Sequence[Intensity | None], position: int, step: int
) -> StoredActivity | None:
    """Return the longest unnamed run of those that follow (or precede) one without a long gap, or None."""
    found: StoredActivity | None = None
    here = timed[position]
    for other in range(position + step, len(timed) if step > 0 else -1, step):
        stored = timed[other]
        earlier, later = (here, stored) if step > 0 else (stored, here)
        is_near = _is_near(_start(later.activity) - _end(earlier.activity))
        if not is_near or names[other] not in (None, names[position]):
            break
        if names[other] is None and (found is None or stored.activity.duration_s > found.activity.duration_s):
            found = stored
        here = stored
    return found


def _is_far_longer(part: Activity, run: Activity) -> bool:
    """Return whether a "part" is the run itself, whose name tells only of what it began or ended with."""
    farther = (part.distance_m or 0.0) > 2.0 * (run.distance_m or 0.0)
    return farther and part.duration_s > 2.0 * run.duration_s


def _add_habits(
    running: Sequence[StoredActivity], others: Sequence[StoredActivity], neighbours: Neighbours
) -> None:
    """Add the habits right before or after runs."""
    runs = np.array([stored.id for stored in running])
    starts = np.array([_start(stored.activity) for stored in running])
    ends = np.array([_end(stored.activity) for stored in running])
    for other in others:
        activity = other.activity
        named = named_habit(activity.name)
        if (activity.kind is not Kind.HABIT and named is None) or activity.day_only:
            continue
        words = {activity.sport, activity.sub_sport} if named is None else {_SUB_SPORTS[named]}
        for habit, gaps in zip(HABITS, (starts - _end(activity), _start(activity) - ends), strict=True):
            if words & _NEVER[habit]:
                continue
            for run in runs[_is_near(gaps)].tolist():
                neighbours.add(habit, run, explicit=_SUB_SPORTS[habit] in words)
                if activity.device == GUIDED_DEVICE:
                    neighbours.recorded[habit].add(run)


def _add_easy_run(activity: StoredActivity, following: StoredActivity, neighbours: Neighbours) -> None:
    """Add one of two consecutive runs if it was the warm-up or cool-down of the other."""
    gap = _start(following.activity) - _end(activity.activity)
    if not _is_near(gap) or activity.id in neighbours.part_of:  # or it belongs to the run before it
        return
    is_whole = activity.id in neighbours.part_of.values()
    is_after = named_habit(activity.activity.name) is Intensity.COOLDOWN  # another run
    is_before = named_habit(following.activity.name) is Intensity.WARMUP
    if not is_whole and not is_after and _is_easy_part(activity.activity, following.activity, gap):
        neighbours.part_of[activity.id] = following.id
        neighbours.add(Intensity.WARMUP, following.id, explicit=False)
    elif not is_before and _is_easy_part(following.activity, activity.activity, gap):
        neighbours.part_of[following.id] = activity.id
        neighbours.add(Intensity.COOLDOWN, activity.id, explicit=False)


def _is_near(gap_s: Floats | float) -> Bools:
    """Return whether an activity ends so shortly before the next one starts that they may be one outing."""
    return np.asarray((gap_s >= -MAX_OVERLAP_S) & (gap_s <= MAX_GAP_S))


def _is_easy_part(part: Activity, run: Activity, gap_s: float) -> bool:
    """Return whether a run, by its time, distance and pace, could be the warm-up or cool-down of another.

    It lasts 5 to 30 minutes and is at least 10% slower than the run, which lasts ten minutes with its rests.
    Within ten minutes of the run, 2 minutes are enough, and 5% if it is a quarter as far at most. It is at
    most 80% as far as the run, or clearly slower and not much longer.
    """
    if not part.distance_m or not run.distance_m or run.duration_s < MIN_MAIN_S:
        return False
    is_close, share = gap_s <= CLOSE_GAP_S, part.distance_m / run.distance_m
    if not (MIN_CLOSE_S if is_close else MIN_EASY_S) <= _moving_s(part) <= MAX_EASY_S:
        return False
    slower = _moving_s(part) / part.distance_m / (_moving_s(run) / run.distance_m)
    if slower < (MIN_CLOSE_RATIO if is_close and share <= MAX_CLOSE_SHARE else MIN_PACE_RATIO):
        return False
    if share <= MAX_LENGTH_SHARE:
        return True
    return slower >= CLEAR_PACE_RATIO and MAX_LENGTH_SHARE * part.duration_s <= run.duration_s


def _moving_s(activity: Activity) -> float:
    return activity.duration_s if activity.moving_s is None else activity.moving_s


def _start(activity: Activity) -> float:
    return activity.start.timestamp()


def _end(activity: Activity) -> float:
    return activity.start.timestamp() + activity.duration_s
