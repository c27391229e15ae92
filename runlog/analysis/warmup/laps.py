"""What the laps of a run say of its warm-up and cool-down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.model import Intensity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlog.model import Lap

_IN_EARNEST = (Intensity.ACTIVE, Intensity.INTERVAL)


def lap_habit(intensity: Intensity, laps: Sequence[Lap]) -> float:
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
    says_no = edge in _IN_EARNEST and marked & {Intensity.WARMUP, Intensity.COOLDOWN}
    return 0.0 if says_no else np.nan
