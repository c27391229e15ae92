"""Heart rates of a run, summed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from runlog.model import Track

LONGEST_GAP_S = 30.0  # for so long at most a heart rate holds until the next one


def seconds_by_rate(track: Track) -> dict[int, float]:
    """Seconds spent at each heart rate, by whole bpm; {} without heart rates.

    Each point holds until the next one, for half a minute at most and never across a pause.
    """
    if "heart_rate_bpm" not in track:
        return {}
    rate, time_s, segment = (track[name] for name in ("heart_rate_bpm", "time_s", "segment"))
    held = np.append(np.where(np.diff(segment) == 0, np.clip(np.diff(time_s), 0.0, LONGEST_GAP_S), 0.0), 0.0)
    known = np.isfinite(rate) & (rate > 0) & (held > 0)
    bpm, at = np.unique(np.round(rate[known]).astype(int), return_inverse=True)
    seconds = np.bincount(at, held[known], minlength=len(bpm))
    return {int(one): float(s) for one, s in zip(bpm, seconds.round(1), strict=True)}
