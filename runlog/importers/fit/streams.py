"""The records of a FIT file become the columns of a track; its timer's stops become pauses."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.importers import tracks
from runlog.importers.fit.profile import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from runlog.importers.fit.decode import Messages
    from runlog.model import Track

    Message = Mapping[str, Any]

_DEGREES = 180.0 / 2**31
#: The record fields that make a column, best first, and the factor to the column's unit.
_COLUMNS: dict[str, tuple[tuple[str, ...], float]] = {
    "lat": (("position_lat",), _DEGREES),
    "lon": (("position_long",), _DEGREES),
    "distance_m": (("distance",), 1.0),
    "speed_mps": (("enhanced_speed", "speed"), 1.0),
    "altitude_m": (("enhanced_altitude", "altitude"), 1.0),
    "heart_rate_bpm": (("heart_rate",), 1.0),
    "cadence_spm": (("cadence",), 1.0),
    "power_w": (("power",), 1.0),
    "vertical_oscillation_mm": (("vertical_oscillation",), 1.0),
    "vertical_ratio_pct": (("vertical_ratio",), 1.0),
    "stance_time_ms": (("stance_time",), 1.0),
    "stance_time_balance_pct": (("stance_time_balance",), 1.0),
    "step_length_mm": (("step_length",), 1.0),
}
_BEFORE_START_S = 60.0
_END_OF_FIT_TIME = EPOCH + 2**32


def build(
    messages: Messages, inside: NDArray[np.intp], resumed: NDArray[np.float64], start: float
) -> Track | None:
    """Build the track of one session.

    Args:
        messages: of the whole file.
        inside: which records are the session's (n,).
        resumed: Unix seconds at which the timer was started again, in order.
        start: Unix seconds of the session's start; a record far before it is a stale one.
    """
    times = messages.times[inside]
    fresh = times >= start - _BEFORE_START_S
    rows, times = inside[fresh], times[fresh]
    columns = {}
    for name, (sources, factor) in _COLUMNS.items():
        values = _column(messages, sources, rows)
        if values is not None:
            columns[name] = values * factor
    fraction = messages.records.get("fractional_cadence")
    if "cadence_spm" in columns and fraction is not None:
        columns["cadence_spm"] += np.nan_to_num(fraction[rows])
    built = tracks.build(times, np.searchsorted(resumed, times, side="right"), columns, start)
    return built[1] if built else None


def resumptions(messages: Messages) -> NDArray[np.float64]:
    """Return the Unix seconds at which the timer was started again after a stop, in order."""
    timer = [
        (seconds, str(event.get("event_type")))
        for event in messages.others.get("event", ())
        if event.get("event") == "timer" and (seconds := moment(event, "timestamp")) is not None
    ]
    timer.sort(key=lambda event: event[0])
    return np.array(
        [
            seconds
            for (_, before), (seconds, after) in pairwise(timer)
            if before.startswith("stop") and after == "start"
        ]
    )


def _column(
    messages: Messages, sources: tuple[str, ...], rows: NDArray[np.intp]
) -> NDArray[np.float64] | None:
    """Return the first source's values (n,), filled with those of the next, last a developer field's."""
    found = [messages.records[name] for name in sources if name in messages.records]
    found += [messages.developer[name] for name in sources if name in messages.developer]
    if not found:
        return None
    values = found[0][rows]
    for other in found[1:]:
        missing = np.isnan(values)
        values[missing] = other[rows][missing]
    return values


def number(message: Message, name: str) -> float | None:
    """Return the finite number in a field, or None."""
    value = message.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def moment(message: Message, name: str) -> float | None:
    """Return the Unix seconds in a field, or None where it holds none that FIT can mean."""
    seconds = number(message, name)
    return seconds if seconds is not None and 0 <= seconds < _END_OF_FIT_TIME else None
