"""Build clean tracks from raw columns: usable times in order, values within what can be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog import clock
from runlog.model import Track

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

EARLIEST = clock.EARLIEST.timestamp()
LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
LONGEST_S = 14 * 86400.0

#: What a value may be; outside of it the sensor failed, and the value is unknown.
POSSIBLE = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 180.0),
    "distance_m": (0.0, 1e8),
    "speed_mps": (0.0, 150.0),
    "altitude_m": (-1000.0, 12000.0),
    "heart_rate_bpm": (20.0, 250.0),
    "cadence_spm": (0.0, 400.0),
    "power_w": (0.0, 5000.0),
    "vertical_oscillation_mm": (0.0, 1000.0),
    "vertical_ratio_pct": (0.0, 100.0),
    "stance_time_ms": (0.0, 5000.0),
    "stance_time_balance_pct": (0.0, 100.0),
    "step_length_mm": (0.0, 5000.0),
}


def build(
    times: NDArray[np.float64],
    segments: NDArray[Any],
    columns: Mapping[str, NDArray[np.float64]],
    start: float | None = None,
) -> tuple[float, Track] | None:
    """Make a track from columns with a row per point as it was recorded.

    Args:
        times: Unix seconds (n,), NaN where a point has none.
        segments: segment of each point (n,), any numbers that change where a pause lies between.
        columns: raw values (n,) by the name that they have in a track.
        start: Unix seconds of the activity's start; None is the first usable time.

    Returns:
        The start in Unix seconds and the track, or None where no point has a usable time (after 1990).
    """
    rows = np.flatnonzero(usable(times))
    if not len(rows):
        return None
    order = rows[np.argsort(times[rows], kind="stable")]
    if start is None:
        start = float(times[order[0]])
    track = {
        "time_s": np.maximum(times[order] - start, 0.0),
        "segment": _renumbered(segments[order]),
    }
    for name, values in _possible(columns).items():
        kept = values[order]
        if not np.isnan(kept).all():
            track[name] = kept
    return start, Track(track)


def usable(times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell of each time whether it can be right: after 1990 and within two weeks of most others."""
    set_clock = (times >= EARLIEST) & (times < LATEST)
    if not set_clock.any():
        return set_clock
    near: NDArray[np.bool_] = np.abs(times - np.median(times[set_clock])) <= LONGEST_S
    return set_clock & near


def _renumbered(segments: NDArray[Any]) -> NDArray[np.float64]:
    changes = np.diff(segments, prepend=segments[:1]) != 0
    return np.cumsum(changes).astype(np.float64)


def _possible(columns: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    clean = {}
    for name, values in columns.items():
        low, high = POSSIBLE[name]
        with np.errstate(invalid="ignore"):
            clean[name] = np.where((values >= low) & (values <= high), values, np.nan)
    if not {"lat", "lon"} <= set(clean):
        clean.pop("lat", None)
        clean.pop("lon", None)
    else:
        no_fix = np.isnan(clean["lat"]) | np.isnan(clean["lon"]) | ((clean["lat"] == 0) & (clean["lon"] == 0))
        clean["lat"][no_fix] = np.nan
        clean["lon"][no_fix] = np.nan
    return clean
