"""The records of a FIT file become the columns of a track; its timer's stops become pauses."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.importers import tracks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.importers.fitfast_seam import Messages
    from runlog.model import Track

    Message = Mapping[str | int, Any]

_DEGREES = 180.0 / 2**31
#: The record fields that make a column, best first, and the factor to the column's unit. Those that begin
#: with a capital are Stryd's developer fields.
COLUMNS: dict[str, tuple[tuple[str, float], ...]] = {
    "lat": (("position_lat", _DEGREES),),
    "lon": (("position_long", _DEGREES),),
    "distance_m": (("distance", 1.0),),
    "speed_mps": (("speed", 1.0), ("enhanced_speed", 1.0)),
    "altitude_m": (("altitude", 1.0), ("enhanced_altitude", 1.0)),
    "heart_rate_bpm": (("heart_rate", 1.0),),
    "cadence_spm": (("cadence", 1.0), ("Cadence", 1.0)),
    "power_w": (("power", 1.0), ("Power", 1.0)),
    "vertical_oscillation_mm": (("vertical_oscillation", 1.0), ("Vertical Oscillation", 10.0)),
    "vertical_ratio_pct": (("vertical_ratio", 1.0),),
    "stance_time_ms": (("stance_time", 1.0), ("Ground Time", 1.0)),
    "stance_time_balance_pct": (("stance_time_balance", 1.0),),
    "step_length_mm": (("step_length", 1.0),),
}
_BEFORE_START_S = 60.0
_END_OF_FIT_TIME = 631065600 + 2**32


def build(
    messages: Messages, records: Sequence[Message], times: NDArray[np.float64], session: Message
) -> Track | None:
    """Build the track of one session from its records; a record far before the start is a stale one."""
    start = float(session["start_time"])
    fresh = np.flatnonzero(times >= start - _BEFORE_START_S)
    records, times = [records[index] for index in fresh.tolist()], times[fresh]
    columns = {name: _column(records, sources) for name, sources in COLUMNS.items()}
    columns["cadence_spm"] += np.nan_to_num(field(records, "fractional_cadence"))
    built = tracks.build(times, np.searchsorted(_resumed(messages), times, side="right"), columns, start)
    return built[1] if built else None


def _resumed(messages: Messages) -> list[float]:
    """Return the times at which the timer was started again after a stop."""
    timer = [
        (seconds, str(event.get("event_type")))
        for event in messages.get("event", [])
        if event.get("event") == "timer" and (seconds := moment(event, "timestamp")) is not None
    ]
    timer.sort(key=lambda event: event[0])
    return [
        seconds
        for (_, before), (seconds, after) in pairwise(timer)
        if before.startswith("stop") and after == "start"
    ]


def _column(records: Sequence[Message], sources: Sequence[tuple[str, float]]) -> NDArray[np.float64]:
    values = np.full(len(records), np.nan)
    for name, factor in sources:
        missing = np.isnan(values)
        if not missing.any():
            break
        values[missing] = field(records, name)[missing] * factor
    return values


def field(records: Sequence[Message], name: str) -> NDArray[np.float64]:
    """Return one field of all records (n,), NaN where a record has no number in it."""
    values = [record.get(name) for record in records]
    return np.array([value if isinstance(value, int | float) else np.nan for value in values], float)


def number(message: Message, name: str) -> float | None:
    """Return the finite number in a field, or None."""
    value = message.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def moment(message: Message, name: str) -> float | None:
    """Return the Unix seconds in a field, or None where it holds none that FIT can mean."""
    seconds = number(message, name)
    return seconds if seconds is not None and 0 <= seconds < _END_OF_FIT_TIME else None
