"""FIT files as a watch writes them, by Garmin's own encoder."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from itertools import chain
from math import fsum
from typing import TYPE_CHECKING, Any

from garmin_fit_sdk import CrcCalculator, Encoder, Profile
from recording import Lap, Point, Recording, ascent, descent
from season import BATTERY_LASTS, ZONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from season import Run

Message = dict[str, Any]

FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
SEMICIRCLES = 2**31 / 180
PROFILE_VERSION = 21158  # always the same, whatever the encoder's own is
HEADER, CRC, CUT_OFF = 14, 2, 20  # bytes
TELLS_EFFORT_EVERY = 3  # runs: the others were not rated on the watch
NUMBERS = Profile["mesg_num"]


def run_fit(run: Run, recording: Recording, name: str) -> bytes:
    """Return the FIT file of a run; of the truncated one only what had been written when the battery died."""
    sport = {"sport": "running", "sub_sport": "treadmill" if run.treadmill else "generic"}
    told: Message = {"sport_profile_name": name}
    if run.number % TELLS_EFFORT_EVERY == 0:
        told["workout_rpe"] = 10 * run.rpe
    if run.truncated:
        begun = chain(_opening(run.start, sport), _records(run.start, _until_battery_dies(recording)))
        return _encoded(begun)[: -CRC - CUT_OFF]
    return _session(run.start, recording, sport, told)


def strength_fit(start: datetime, recording: Recording) -> bytes:
    """Return the FIT file of a strength session."""
    sport = {"sport": "training", "sub_sport": "strength_training"}
    return _session(start, recording, sport, {"sport_profile_name": "Strength, upper back and core"})


def _session(start: datetime, recording: Recording, sport: Message, told: Message) -> bytes:
    return _encoded(
        chain(
            _opening(start, sport),
            _records(start, recording),
            _closing(start, recording, sport | told),
        )
    )


def _until_battery_dies(recording: Recording) -> Recording:
    end = BATTERY_LASTS * (recording.points[-1].distance_m or 0.0)
    points = [point for point in recording.points if (point.distance_m or 0.0) <= end]
    laps = [lap for lap in recording.laps if lap.points[-1].time_s <= points[-1].time_s]
    return Recording(points, laps, recording.pauses)


def _opening(start: datetime, sport: Message) -> Iterator[Message]:
    maker = {"manufacturer": "development", "product": 1, "serial_number": 20260518}
    yield _message("FILE_ID", type="activity", time_created=_seconds(start), **maker)
    yield _message(
        "DEVICE_INFO",
        timestamp=_seconds(start),
        device_index="creator",
        software_version=1.0,
        product_name="Sample watch",
        **maker,
    )
    yield _message("SPORT", **sport)
    yield _timer(start, 0, "start")


def _records(start: datetime, recording: Recording) -> Iterator[Message]:
    """Points, pauses and laps in the order of their times."""
    ends = {lap.points[-1].time_s: (index, lap) for index, lap in enumerate(recording.laps)}
    pauses = dict(recording.pauses)
    for point in recording.points:
        yield _record(start, point)
        if point.time_s in ends:
            yield _lap(start, recording, *ends[point.time_s])
        if point.time_s in pauses:
            yield _timer(start, point.time_s, "stop_all")
            yield _timer(start, pauses[point.time_s], "start")


def _closing(start: datetime, recording: Recording, sport: Message) -> Iterator[Message]:
    end = recording.elapsed_s
    yield _timer(start, end, "stop_all")
    yield _message(
        "SESSION",
        message_index=0,
        event="session",
        event_type="stop",
        trigger="activity_end",
        first_lap_index=0,
        num_laps=len(recording.laps),
        **sport,
        **_totals(start, recording, recording.points),
    )
    local = (start + timedelta(seconds=end)).astimezone(ZONE)
    yield _message(
        "ACTIVITY",
        timestamp=_seconds(start, end),
        local_timestamp=_seconds(local.replace(tzinfo=UTC)),
        total_timer_time=recording.moving_s(recording.points),
        num_sessions=1,
        type="manual",
        event="activity",
        event_type="stop",
    )


def _record(start: datetime, point: Point) -> Message:
    record = {
        "timestamp": _seconds(start, point.time_s),
        "position_lat": _semicircles(point.latitude),
        "position_long": _semicircles(point.longitude),
        "distance": point.distance_m,
        "enhanced_speed": point.speed,
        "enhanced_altitude": point.altitude,
        "heart_rate": point.heart_rate,
        **_cadence("", point.cadence),
        **_dynamics("", [point]),
    }
    return _message("RECORD", **record)


def _lap(start: datetime, recording: Recording, index: int, lap: Lap) -> Message:
    return _message(
        "LAP",
        message_index=index,
        event="lap",
        event_type="stop",
        lap_trigger="distance" if lap.intensity == "active" else "manual",
        intensity=lap.intensity,
        **_totals(start, recording, lap.points),
    )


def _totals(start: datetime, recording: Recording, points: list[Point]) -> Message:
    first, last = points[0], points[-1]
    moving = recording.moving_s(points)
    totals: Message = {
        "timestamp": _seconds(start, last.time_s),
        "start_time": _seconds(start, first.time_s),
        "total_elapsed_time": last.time_s - first.time_s,
        "total_timer_time": moving,
        "avg_heart_rate": round(_mean(point.heart_rate for point in points)),
        "max_heart_rate": max(point.heart_rate for point in points),
        "total_calories": round(moving / 60 * 11),
    }
    if first.distance_m is not None and last.distance_m is not None:
        metres = round(last.distance_m - first.distance_m, 2)
        totals |= {"total_distance": metres, "enhanced_avg_speed": round(metres / moving, 3)}
        totals |= _cadence("avg_", _mean(point.cadence for point in points))
        totals |= _dynamics("avg_", points)
    if first.latitude is not None:
        totals |= {"total_ascent": ascent(points), "total_descent": descent(points)}
        totals["start_position_lat"] = _semicircles(first.latitude)
        totals["start_position_long"] = _semicircles(first.longitude)
    return totals


def _cadence(prefix: str, steps: float | None) -> Message:
    """Strides of one leg: whole ones and, apart, the rest in 128ths."""
    if steps is None:
        return {}
    whole, rest = divmod(round(64 * steps), 128)
    return {f"{prefix}cadence": whole, f"{prefix}fractional_cadence": rest / 128}


def _dynamics(prefix: str, points: list[Point]) -> Message:
    if points[0].vertical_oscillation is None:
        return {}
    bounce = _mean(point.vertical_oscillation for point in points)
    step = _mean(point.step_length for point in points)
    return {
        f"{prefix}vertical_oscillation": round(bounce, 1),
        f"{prefix}stance_time": round(_mean(point.stance_time for point in points), 1),
        f"{prefix}stance_time_balance": round(_mean(point.balance for point in points), 2),
        f"{prefix}step_length": round(step, 1),
        f"{prefix}vertical_ratio": round(100 * bounce / step, 2),
    }


def _timer(start: datetime, time_s: int, event_type: str) -> Message:
    return _message("EVENT", timestamp=_seconds(start, time_s), event="timer", event_type=event_type)


def _message(kind: str, **fields: object) -> Message:
    known = {name: value for name, value in fields.items() if value is not None}
    return {"mesg_num": NUMBERS[kind], **known}


def _encoded(messages: Iterable[Message]) -> bytes:
    encoder = Encoder()
    for message in messages:
        encoder.write_mesg(message)
    return _stamped(bytearray(encoder.close()))


def _stamped(data: bytearray) -> bytes:
    """Give the file our profile version and mend both checksums, so that a newer encoder writes the same."""
    struct.pack_into("<H", data, 2, PROFILE_VERSION)
    struct.pack_into("<H", data, HEADER - CRC, CrcCalculator.calculate_crc(data, 0, HEADER - CRC))
    struct.pack_into("<H", data, len(data) - CRC, CrcCalculator.calculate_crc(data, 0, len(data) - CRC))
    return bytes(data)


def _seconds(moment: datetime, later_s: int = 0) -> int:
    return int((moment - FIT_EPOCH).total_seconds()) + later_s


def _semicircles(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees * SEMICIRCLES)


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known)  # not sum: from Python 3.12 on that rounds otherwise
