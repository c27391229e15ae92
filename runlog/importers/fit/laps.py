"""The laps of a FIT file, and what each was for: by their own word, their split's or workout step's."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from runlog.importers.fit.streams import moment, number
from runlog.model import Intensity, Lap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.importers.fit.decode import Messages

    Message = Mapping[str, Any]
    Intensities = list[Intensity | None]

#: What splits of intervals were for. Other splits overlap with them: runs, walks and stands, climbs …
_SPLITS = {
    "interval_warmup": Intensity.WARMUP,
    "interval_active": Intensity.ACTIVE,
    "interval_rest": Intensity.REST,
    "interval_recovery": Intensity.RECOVERY,
    "interval_cooldown": Intensity.COOLDOWN,
}
_SAME_S = 2.0  # between the edge of a lap and that of its split


def laps(messages: Messages) -> list[Lap]:
    """Return the laps in the order of their starts.

    What they were for is told by the first of these whose word varies: the laps themselves, the splits of
    intervals that they lie in, the steps of the planned workout that they stand for.
    """
    told = [message for message in messages.others.get("lap", ()) if _times(message) is not None]
    told.sort(key=lambda message: message["start_time"])
    intensities = next(
        (found for find in (_own, _of_splits, _of_steps) if _varies(found := find(told, messages))),
        _own(told, messages),
    )
    return [
        Lap(
            start=datetime.fromtimestamp(message["start_time"], UTC),
            duration_s=float(message["total_elapsed_time"]),
            distance_m=number(message, "total_distance"),
            intensity=intensity,
        )
        for message, intensity in zip(told, intensities, strict=True)
    ]


def _times(message: Message) -> tuple[float, float] | None:
    """Return Unix seconds between which a lap or split lies, or None where it does not say."""
    start, duration = moment(message, "start_time"), number(message, "total_elapsed_time")
    return None if start is None or duration is None else (start, start + duration)


def _varies(intensities: Intensities) -> bool:
    return len(set(intensities) - {None}) > 1


def _own(told: Sequence[Message], _: Messages) -> Intensities:
    return [_intensity(message.get("intensity")) for message in told]


def _intensity(word: object) -> Intensity | None:
    return Intensity(word) if isinstance(word, str) and word in set(Intensity) else None


def _of_splits(told: Sequence[Message], messages: Messages) -> Intensities:
    splits = sorted(
        (*times, _SPLITS[word])
        for message in messages.others.get("split", ())
        if (word := message.get("split_type")) in _SPLITS and (times := _times(message))
    )
    starts = [start for start, _, _ in splits]

    def of(lap: Message) -> Intensity | None:
        start, end = _times(lap) or (0.0, 0.0)
        position = bisect_right(starts, start + _SAME_S) - 1
        return splits[position][2] if position >= 0 and end <= splits[position][1] + _SAME_S else None

    return [of(message) for message in told]


def _of_steps(told: Sequence[Message], messages: Messages) -> Intensities:
    steps = {
        message.get("message_index"): _intensity(message.get("intensity"))
        for message in messages.others.get("workout_step", ())
    }
    return [steps.get(message.get("wkt_step_index", -1)) for message in told]
