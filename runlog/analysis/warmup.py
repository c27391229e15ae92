"""Warm-up and cool-down of each run: from the diary, else from the laps, else unknown (never "no")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.model import Intensity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.model import Lap

DIARY = "diary"
LAPS = "laps"


def habit(
    intensity: Intensity, diary: pd.Series[float], laps: Mapping[int, Sequence[Lap]]
) -> tuple[pd.Series[float], pd.Series[str]]:
    """Whether each run had a warm-up (or cool-down), and where that comes from.

    Args:
        intensity: ``Intensity.WARMUP`` or ``Intensity.COOLDOWN``.
        diary: what the diary tells, 1.0 or 0.0 by run id; runs that it says nothing of are absent.
        laps: of every run, by its id.

    Returns:
        By run id 1.0 done, 0.0 skipped or NaN unknown, and the source "diary", "laps" or None.
    """
    runs = pd.Index(list(laps), dtype="int64")
    from_diary = diary.astype(float).reindex(runs)
    from_laps = pd.Series([lap_habit(intensity, laps[run]) for run in runs], index=runs, dtype=float)
    source = np.select([from_diary.notna(), from_laps.notna()], [DIARY, LAPS], "")
    return from_diary.fillna(from_laps), pd.Series([s or None for s in source], index=runs, dtype=object)


def lap_habit(intensity: Intensity, laps: Sequence[Lap]) -> float:
    """What the laps tell of a warm-up or cool-down: 1.0, 0.0, or NaN where they tell nothing.

    A lap of that intensity says done. Skipped is said only by laps of which another is marked as the
    run's warm-up or cool-down: a watch that marks the one would have marked the other. The same
    intensity on every lap means nothing (some exporters write one value everywhere).
    """
    marked = {lap.intensity for lap in laps}
    if len(marked) == 1:
        return np.nan
    if intensity in marked:
        return 1.0
    return 0.0 if marked & {Intensity.WARMUP, Intensity.COOLDOWN} else np.nan
