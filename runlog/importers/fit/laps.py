"""Read the laps of a FIT file: their times, distances and intensities."""

from __future__ import annotations

import math
from bisect import bisect_right
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from runlog.importers.fit.profile import FIT_EPOCH_S
from runlog.model import Intensity, Lap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.importers.fit.decode import Messages

    Message = Mapping[str, Any]

_FIT_TIME_END = FIT_EPOCH_S + 2**32


def finite_number(message: Message, name: str) -> float | None:
    """Return the finite number in a field, or None."""
    value = message.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def unix_seconds(message: Message, name: str) -> float | None:
    """Return the Unix seconds in a field, or None if FIT cannot hold such a time."""
    seconds = finite_number(message, name)
    return seconds if seconds is not None and 0 <= seconds < _FIT_TIME_END else None


#: Intensity of interval splits. Other splits (runs, walks, stands, climbs …) overlap with these.
_SPLIT_INTENSITY = {
    "interval_warmup": Intensity.WARMUP,
    "interval_active": Intensity.ACTIVE,
    "interval_rest": Intensity.REST,
    "interval_recovery": Intensity.RECOVERY,
    "interval_cooldown": Intensity.COOLDOWN,
}
_EDGE_TOLERANCE_S = 2.0  # between the edge of a lap and that of its split


def build_laps(messages: Messages) -> list[Lap]:
    """Return the laps by start.

    Intensities come from the laps, else the interval splits, else the workout steps: the first source with
    more than one value.
    """
    lap_messages = [message for message in messages.by_type.get("lap", ()) if _time_span(message) is not None]
    lap_messages.sort(key=lambda message: message["start_time"])
    steps = {
        message.get("message_index"): message.get("intensity")
        for message in messages.by_type.get("workout_step", ())
    }
    sources = (
        [_parse_intensity(message.get("intensity")) for message in lap_messages],
        _intensities_of_splits(lap_messages, messages),
        [_parse_intensity(steps.get(message.get("wkt_step_index", -1))) for message in lap_messages],
    )
    intensities = next((source for source in sources if len(set(source) - {None}) > 1), sources[0])
    return [
        Lap(
            start=datetime.fromtimestamp(message["start_time"], UTC),
            duration_s=_length(message) or 0.0,
            distance_m=finite_number(message, "total_distance"),
            intensity=intensity,
        )
        for message, intensity in zip(lap_messages, intensities, strict=True)
    ]


def _time_span(message: Message) -> tuple[float, float] | None:
    """Return start and end of a lap or split in Unix seconds, or None if it lacks either."""
    start, duration = unix_seconds(message, "start_time"), _length(message)
    return None if start is None or duration is None else (start, start + duration)


def _length(message: Message) -> float | None:
    """Return the elapsed seconds of a lap or split, or those on its timer where the former are none."""
    elapsed = finite_number(message, "total_elapsed_time")
    return elapsed or finite_number(message, "total_timer_time") or elapsed


def _parse_intensity(word: object) -> Intensity | None:
    return Intensity(word) if isinstance(word, str) and word in set(Intensity) else None


def _intensities_of_splits(lap_messages: Sequence[Message], messages: Messages) -> list[Intensity | None]:
    splits = sorted(
        (*times, _SPLIT_INTENSITY[word])
        for message in messages.by_type.get("split", ())
        if (word := message.get("split_type")) in _SPLIT_INTENSITY and (times := _time_span(message))
    )
    starts = [start for start, _, _ in splits]

    def intensity_of(lap: Message) -> Intensity | None:
        start, end = _time_span(lap) or (0.0, 0.0)
        index = bisect_right(starts, start + _EDGE_TOLERANCE_S) - 1
        return splits[index][2] if index >= 0 and end <= splits[index][1] + _EDGE_TOLERANCE_S else None

    return [intensity_of(message) for message in lap_messages]
