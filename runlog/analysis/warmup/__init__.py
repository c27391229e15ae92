"""Warm-up and cool-down of each run, from the source that is trusted most; else unknown, never "no".

The order of trust: the diary; the laps (or splits, which the importer puts on the laps); an activity
recorded by itself right before or after; the stream. Only the diary and the laps ever say "no", and laps
that say so yield to a neighbouring activity: they speak of their own recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.warmup import neighbours, stream
from runlog.analysis.warmup.laps import lap_habit
from runlog.analysis.warmup.stream import easy_parts
from runlog.model import Intensity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.model import KeptActivity

__all__ = ["answers", "comparable", "easy_parts", "lap_habit"]

DIARY, LAPS, ACTIVITY, STREAM = "diary", "laps", "activity", "stream"
#: The sources that can say "no" as well as "yes".
BOTH_WAYS = (DIARY, LAPS)
HABITS = (Intensity.WARMUP, Intensity.COOLDOWN)


def answers(
    diary: Mapping[str, pd.Series[float]], ran: Sequence[KeptActivity], others: Sequence[KeptActivity]
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
    near = neighbours.find(ran, others)
    runs = pd.Index([one.id for one in ran], dtype="int64")
    table = pd.concat([_habit(habit, diary[habit.value], ran, near) for habit in HABITS], axis=1)
    for part, whole in near.part_of.items():
        table.loc[part] = table.loc[whole]
    table["part_of"] = pd.Series(near.part_of, dtype=float).reindex(runs)
    return table


def comparable(runs: pd.DataFrame, habit: str) -> pd.Series[float]:
    """The answers on "warmup" or "cooldown" of which a done one can be held against a skipped one.

    They are those of the sources that can say both. A source that can only say "yes" (a stream, a
    neighbouring activity) speaks of just the runs of which the diary is silent; if the runner tells more
    on sore days, its "yes" collects the other days, and a warm-up seems to help that does nothing.
    """
    return runs[habit].where(runs[f"{habit}_source"].isin(BOTH_WAYS))


def _habit(
    habit: Intensity, diary: pd.Series[float], ran: Sequence[KeptActivity], near: neighbours.Neighbours
) -> pd.DataFrame:
    runs = pd.Index([one.id for one in ran], dtype="int64")
    beside = near.before if habit is Intensity.WARMUP else near.after
    said = diary.astype(float).reindex(runs)
    for part, whole in near.part_of.items():
        said[whole] = said[part] if np.isnan(said[whole]) else said[whole]
    marked = np.array([lap_habit(habit, one.activity.laps) for one in ran], dtype=float)
    supposed = np.array([bool(one.digest and getattr(one.digest, habit.value)) for one in ran], dtype=bool)
    cases = [said.notna(), marked == 1.0, runs.isin(list(beside)), marked == 0.0, supposed]
    in_words = np.array([1.0 if beside.get(run) else np.nan for run in runs], dtype=float)
    source = np.select(cases, [DIARY, LAPS, ACTIVITY, LAPS, STREAM], "")
    done = np.select(cases, [said, 1.0, 1.0, 0.0, 1.0], np.nan)
    confidence = np.select(cases, [1.0, 1.0, in_words, 1.0, stream.CONFIDENCE], np.nan)
    return pd.DataFrame(
        {
            habit.value: done,
            f"{habit.value}_source": pd.Series([s or None for s in source], index=runs, dtype=object),
            f"{habit.value}_confidence": confidence,
        },
        index=runs,
    )
