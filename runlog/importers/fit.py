"""FIT files: messages become activities."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.errors import NotReadable, NotTaken
from runlog.importers import fit_chain, fitfast_seam, fitparse_seam, sports, tracks
from runlog.model import Activity, Intensity, Lap, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.importers.fitfast_seam import Messages
    from runlog.model import Track
    from runlog.settings import Settings

    Message = Mapping[str | int, Any]

FORMAT = "fit"

_DEGREES = 180.0 / 2**31
#: The record fields that make a column, best first, and the factor to the column's unit. Those that begin
#: with a capital are Stryd's developer fields.
_COLUMNS: dict[str, tuple[tuple[str, float], ...]] = {
    "lat": (("position_lat", _DEGREES),),
    "lon": (("position_long", _DEGREES),),
    "distance_m": (("distance", 1.0),),
    "speed_mps": (("enhanced_speed", 1.0), ("speed", 1.0)),
    "altitude_m": (("enhanced_altitude", 1.0), ("altitude", 1.0)),
    "heart_rate_bpm": (("heart_rate", 1.0),),
    "cadence_spm": (("cadence", 1.0), ("Cadence", 1.0)),
    "power_w": (("power", 1.0), ("Power", 1.0)),
    "vertical_oscillation_mm": (("vertical_oscillation", 1.0), ("Vertical Oscillation", 10.0)),
    "vertical_ratio_pct": (("vertical_ratio", 1.0),),
    "stance_time_ms": (("stance_time", 1.0), ("Ground Time", 1.0)),
    "stance_time_balance_pct": (("stance_time_balance", 1.0),),
    "step_length_mm": (("step_length", 1.0),),
}
_SUMMARY_FIELDS = {
    "timestamp",
    "local_timestamp",
    "start_time",
    "event",
    "event_type",
    "intensity",
    "sport",
    "sub_sport",
    "sport_profile_name",
    "total_elapsed_time",
    "total_timer_time",
    "total_distance",
    "total_ascent",
    "avg_heart_rate",
    "max_heart_rate",
    "avg_cadence",
    "avg_fractional_cadence",
    "fractional_cadence",
    "workout_rpe",
    "workout_feel",
}
_NATIVE_FIELDS = frozenset(_SUMMARY_FIELDS).union(
    field for sources in _COLUMNS.values() for field, _ in sources if field.islower()
)

_TYPES = {
    "course": "a course, not a recorded activity",
    "settings": "a watch's settings",
    "sport": "a watch's sport settings",
    "workout": "a planned workout, not a recorded activity",
    "monitoring_a": "all-day monitoring, not an activity",
    "monitoring_b": "all-day monitoring, not an activity",
    "monitoring_daily": "all-day monitoring, not an activity",
    "weight": "weigh-ins",
    "blood_pressure": "blood pressure readings",
    "totals": "a watch's totals",
    "goals": "a watch's goals",
    "schedules": "planned workouts, not recorded activities",
    "segment": "a segment, not a recorded activity",
    "segment_list": "a list of segments",
    "device": "a watch's description of itself",
}
#: Times below this count seconds since the watch was switched on: its clock had not been set.
_SYSTEM_TIME_BELOW = 0x10000000 + 631065600
_QUARTER_HOUR = 900
_LARGEST_OFFSET = 15 * 3600
_BEFORE_START_S = 60.0


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the bytes begin with a FIT header."""
    return fit_chain.is_header(head)


def read(data: bytes, settings: Settings) -> Reading:  # noqa: ARG001 - a FIT file leaves nothing to settings
    """Read all activities of all chained FIT files.

    Raises:
        NotTaken: sound, but a course, settings … and no activity.
        NotReadable: damaged, with no activity before the fault.
    """
    sequences, problems = fit_chain.split(data)
    activities: list[Activity] = []
    notes: list[str] = []
    others: list[str] = []
    for sequence in sequences:
        messages, fault = _decode(sequence.data)
        other = _other_type(messages)
        found = [] if other else _activities(messages)
        activities += found
        if other:
            others.append(other)
        elif fault:
            kept = (
                f"{len(messages.get('record', []))} records before it were kept" if found else "nothing kept"
            )
            problems.append(Problem(f"damaged ({fault}); {kept}", byte=sequence.offset))
        notes += [
            f"the clock of the watch was not set: it says {activity.start:%Y-%m-%d}"
            for activity in found
            if activity.start.timestamp() < _SYSTEM_TIME_BELOW
        ]
    if not activities:
        _refuse(others, problems)
    return Reading(FORMAT, activities=tuple(activities), problems=tuple(problems), notes=tuple(notes))


def _refuse(others: Sequence[str], problems: Sequence[Problem]) -> None:
    if others:
        raise NotTaken("; ".join(dict.fromkeys(others)))
    if problems:
        raise NotReadable("; ".join(map(str, problems)))
    raise NotTaken("no activity in it: neither a session nor records with times")


def _decode(sequence: bytes) -> tuple[Messages, str | None]:
    """Decode with fitfast, where it refuses with fitparse; return also what is damaged, if anything."""
    try:
        return fitfast_seam.decode(sequence, _NATIVE_FIELDS), None
    except fitfast_seam.Refused:
        pass
    mended = fit_chain.with_header_crc(sequence)
    if mended is not None:
        try:
            return fitfast_seam.decode(mended, _NATIVE_FIELDS), None
        except fitfast_seam.Refused:
            pass
    return fitparse_seam.decode(sequence)


def _other_type(messages: Messages) -> str | None:
    """Say what a file is that is no activity; a file that does not say may be one."""
    types = [message["type"] for message in messages.get("file_id", []) if "type" in message]
    if not types or "activity" in types:
        return None
    return _TYPES.get(types[0], f"a FIT file of the type {types[0]}, not an activity")


def _activities(messages: Messages) -> list[Activity]:
    records = messages.get("record", [])
    times = _field(records, "timestamp")
    sessions = sorted(
        (session for session in messages.get("session", []) if _number(session, "start_time") is not None),
        key=lambda session: session["start_time"],
    )
    if not sessions:
        sessions = _session_of_records(messages, times)
    if not sessions:
        return []
    device, offset = _device(messages), _utc_offset(messages)
    activities = []
    bounds = [*(session["start_time"] for session in sessions[1:]), float("inf")]
    for session, (low, high) in zip(sessions, pairwise([float("-inf"), *bounds]), strict=True):
        inside = np.flatnonzero((times >= low) & (times < high))
        track = _track(messages, [records[index] for index in inside], times[inside], session)
        laps = [lap for lap in messages.get("lap", []) if low <= (_number(lap, "start_time") or 0.0) < high]
        activities.append(_activity(session, track, _laps(laps), device, offset))
    return activities


def _session_of_records(messages: Messages, times: NDArray) -> list[dict[str | int, Any]]:
    """Stand in for the session message that a file which ends early lacks."""
    usable = times[times >= tracks.EARLIEST]
    if len(usable) < 2:  # noqa: PLR2004 - a single moment is no activity
        return []
    session: dict[str | int, Any] = {"start_time": float(usable.min())}
    for message in messages.get("lap", []) + messages.get("sport", []):
        session |= {field: message[field] for field in ("sport", "sub_sport") if field in message}
    return [session]


def _activity(
    session: Message, track: Track | None, laps: tuple[Lap, ...], device: str | None, offset: int | None
) -> Activity:
    sport, sub_sport = _words(session)
    duration = _number(session, "total_elapsed_time")
    if duration is None:
        duration = float(track["time_s"][-1]) if track else 0.0
    cadence = _number(session, "avg_cadence")
    if cadence is not None:
        cadence += _number(session, "avg_fractional_cadence") or 0.0
    rpe = _number(session, "workout_rpe")
    name = session.get("sport_profile_name")
    return Activity(
        start=datetime.fromtimestamp(session["start_time"], UTC),
        duration_s=duration,
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.kind(sport, sub_sport),
        name=name if isinstance(name, str) and name else None,
        utc_offset_s=offset,
        moving_s=_number(session, "total_timer_time"),
        distance_m=_number(session, "total_distance"),
        ascent_m=_number(session, "total_ascent"),
        avg_hr=_number(session, "avg_heart_rate"),
        max_hr=_number(session, "max_heart_rate"),
        avg_cadence_spm=cadence,
        rpe=None if rpe is None else rpe / 10.0,
        feel=_number(session, "workout_feel"),
        device=device,
        laps=laps,
        track=track,
    )


def _words(session: Message) -> tuple[str, str | None]:
    sport, sub_sport = session.get("sport"), session.get("sub_sport")
    if sport is None:
        return sports.UNKNOWN, None
    if sub_sport in (None, "generic"):
        return str(sport), None
    return str(sport), str(sub_sport)


def _track(messages: Messages, records: Sequence[Message], times: NDArray, session: Message) -> Track | None:
    """Build the track of one session from its records; a record far before the start is a stale one."""
    start = float(session["start_time"])
    fresh = np.flatnonzero(times >= start - _BEFORE_START_S)
    records, times = [records[index] for index in fresh], times[fresh]
    columns = {name: _column(records, sources) for name, sources in _COLUMNS.items()}
    columns["cadence_spm"] += np.nan_to_num(_field(records, "fractional_cadence"))
    built = tracks.build(times, np.searchsorted(_resumed(messages), times, side="right"), columns, start)
    return built[1] if built else None


def _resumed(messages: Messages) -> list[float]:
    """Return the times at which the timer was started again after a stop."""
    timer = [
        event
        for event in messages.get("event", [])
        if event.get("event") == "timer" and _number(event, "timestamp") is not None
    ]
    timer.sort(key=lambda event: event["timestamp"])
    return [
        after["timestamp"]
        for before, after in pairwise(timer)
        if str(before.get("event_type")).startswith("stop") and after.get("event_type") == "start"
    ]


def _column(records: Sequence[Message], sources: Sequence[tuple[str, float]]) -> NDArray:
    values = np.full(len(records), np.nan)
    for field, factor in sources:
        missing = np.isnan(values)
        if not missing.any():
            break
        values[missing] = _field(records, field)[missing] * factor
    return values


def _field(records: Sequence[Message], field: str) -> NDArray:
    values = (record.get(field) for record in records)
    return np.array(
        [value if isinstance(value, int | float) else np.nan for value in values], dtype=np.float64
    )


def _number(message: Message, field: str) -> float | None:
    value = message.get(field)
    return float(value) if isinstance(value, int | float) else None


def _laps(messages: Sequence[Message]) -> tuple[Lap, ...]:
    laps = [
        Lap(
            start=datetime.fromtimestamp(message["start_time"], UTC),
            duration_s=float(message["total_elapsed_time"]),
            distance_m=_number(message, "total_distance"),
            intensity=_intensity(message.get("intensity")),
        )
        for message in messages
        if _number(message, "start_time") is not None and _number(message, "total_elapsed_time") is not None
    ]
    return tuple(sorted(laps, key=lambda lap: lap.start))


def _intensity(word: object) -> Intensity | None:
    return Intensity(word) if word in set(Intensity) else None


def _utc_offset(messages: Messages) -> int | None:
    """Return the offset of the local clock in seconds, to the quarter of an hour that zones are made of."""
    for message in messages.get("activity", []):
        utc, local = message.get("timestamp"), message.get("local_timestamp")
        if isinstance(utc, int) and isinstance(local, int) and abs(local - utc) <= _LARGEST_OFFSET:
            return round((local - utc) / _QUARTER_HOUR) * _QUARTER_HOUR
    return None


def _device(messages: Messages) -> str | None:
    for message in messages.get("file_id", []):
        maker, product = message.get("manufacturer"), message.get("product")
        model = message.get("product_name")
        if model is None and maker == "garmin" and isinstance(product, int):
            model = fitparse_seam.product_name(product)
        if maker is not None:
            return " ".join(str(part) for part in (maker, model) if part is not None)
    return None
