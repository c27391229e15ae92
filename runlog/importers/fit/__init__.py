"""Read FIT files: sessions become activities with their laps and tracks."""

from __future__ import annotations

import math
from bisect import bisect_right
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog import localtime
from runlog.errors import NotReadable, NotTaken
from runlog.importers import sports, tracks
from runlog.importers.fit import decode, profile, scan
from runlog.importers.fit.profile import FIT_EPOCH_S
from runlog.model import UNKNOWN_SPORT, Activity, Intensity, Lap
from runlog.records import ParsedFile, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.importers.detect import Head, SourceFile
    from runlog.importers.fit.decode import Messages
    from runlog.model import Track

    Message = Mapping[str, Any]
    Intensities = list[Intensity | None]

FORMAT = "fit"

_OTHER_FILE_TYPES = {
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
#: Smaller times count seconds since power-on: the watch's clock had not been set.
_CLOCK_UNSET_BELOW = profile.FIT_EPOCH_S + 0x10000000


def claims(head: Head) -> bool:
    """Return whether the bytes begin with a FIT header."""
    return scan.is_fit_header(head.data)


def read(file: SourceFile) -> ParsedFile:
    """Read all activities of all chained FIT files.

    Raises:
        NotTaken: sound, but a course, settings … and no activity.
        NotReadable: damaged, with no activity before the fault.
    """
    chained_files, problems = scan.split_chained(file.data)
    activities: list[Activity] = []
    other_types: list[str] = []
    messages_left = scan.MAX_MESSAGES
    for chained in chained_files:
        messages, fault = decode.decode_messages(chained.data, messages_left)
        messages_left -= messages.count
        other_type = _other_file_type(messages)
        if other_type:
            other_types.append(other_type)
            continue
        built = build_activities(messages)
        activities += built
        if fault:
            count = sum(len(activity.track) for activity in built if activity.track)
            reason = f"damaged ({fault.reason}); {count} records were kept"
            problems.append(Problem(reason, byte=chained.offset + (fault.byte or 0), is_warning=bool(built)))
    if not activities:
        _raise_without_activity(other_types, problems)
    notes = tuple(
        f"the clock of the watch was not set: it says {activity.start:%Y-%m-%d}"
        for activity in activities
        if activity.start.timestamp() < _CLOCK_UNSET_BELOW
    )
    return ParsedFile(FORMAT, activities=tuple(activities), problems=tuple(problems), notes=notes)


def _raise_without_activity(other_types: Sequence[str], problems: Sequence[Problem]) -> None:
    if other_types:
        raise NotTaken("; ".join(dict.fromkeys(other_types)))
    if problems:
        raise NotReadable("; ".join(map(str, problems)))
    raise NotTaken("no activity in it: neither a session nor records with times")


def _other_file_type(messages: Messages) -> str | None:
    """Return what a file is if it says that it is no activity."""
    types = [message["type"] for message in messages.by_type.get("file_id", ()) if "type" in message]
    if not types or "activity" in types:
        return None
    return _OTHER_FILE_TYPES.get(types[0], f"a FIT file of the type {types[0]}, not an activity")


def build_activities(messages: Messages) -> list[Activity]:
    """Build an activity of each session, with the records and laps from its start to the next one's."""
    sessions = _sort_sessions(messages)
    if not sessions:
        return []
    device, offset = _device(messages), _utc_offset(messages)
    resumed, laps = timer_restarts(messages), build_laps(messages)
    later_starts = [session["start_time"] for session in sessions[1:]]
    record_rows = _split_by_session(messages.times, later_starts)
    lap_rows = _split_by_session(np.array([lap.start.timestamp() for lap in laps]), later_starts)
    activities = []
    for session, rows, lap_indices in zip(sessions, record_rows, lap_rows, strict=True):
        track = build_session_track(messages, rows, resumed, float(session["start_time"]))
        session_laps = tuple(laps[index] for index in lap_indices)
        activities.append(_build_activity(session, track, session_laps, device, offset))
    return activities


def _split_by_session(times: NDArray[np.float64], later_starts: Sequence[float]) -> list[NDArray[np.intp]]:
    """Return for each session the indices of its times: those up to the next session's start."""
    known = np.flatnonzero(~np.isnan(times))
    session = np.searchsorted(later_starts, times[known], side="right")
    order = known[np.argsort(session, kind="stable")]
    return np.split(order, np.cumsum(np.bincount(session, minlength=len(later_starts) + 1))[:-1])


def _sort_sessions(messages: Messages) -> Sequence[Message]:
    """Return the sessions by start.

    Without a valid one (truncated file, unset clock), build one from the records.
    """
    stated = messages.by_type.get("session", ())
    sessions = [session for session in stated if unix_seconds(session, "start_time") is not None]
    sessions.sort(key=lambda session: session["start_time"])
    if sessions and sessions[-1]["start_time"] >= tracks.EARLIEST_UNIX_S:
        return sessions
    usable = messages.times[tracks.usable_times(messages.times)]
    if len(usable) < 2:  # noqa: PLR2004 - a single time is no activity
        return sessions
    stand_in: dict[str, Any] = {}
    for message in (*messages.by_type.get("lap", ()), *messages.by_type.get("sport", ())):
        stand_in |= {name: message[name] for name in ("sport", "sub_sport") if name in message}
    for session in stated[:1]:
        stand_in |= session
    return [stand_in | {"start_time": float(np.min(usable))}]


def _build_activity(
    session: Message, track: Track | None, laps: tuple[Lap, ...], device: str | None, offset: int | None
) -> Activity:
    sport, sub_sport = _session_sport(session)
    duration = finite_number(session, "total_elapsed_time")
    if duration is None:
        duration = float(track["time_s"][-1]) if track else 0.0
    cadence = finite_number(session, "avg_cadence")
    if cadence is not None:
        cadence += finite_number(session, "avg_fractional_cadence") or 0.0
    rpe = finite_number(session, "workout_rpe")
    name = session.get("sport_profile_name")
    return Activity(
        start=datetime.fromtimestamp(session["start_time"], UTC),
        duration_s=duration,
        sport=sport,
        sub_sport=sub_sport,
        name=name if isinstance(name, str) and name else None,
        utc_offset_s=offset,
        moving_s=finite_number(session, "total_timer_time"),
        distance_m=finite_number(session, "total_distance"),
        ascent_m=finite_number(session, "total_ascent"),
        avg_hr=finite_number(session, "avg_heart_rate"),
        max_hr=finite_number(session, "max_heart_rate"),
        avg_cadence_spm=cadence,
        rpe=None if rpe is None else rpe / 10.0,
        feel=finite_number(session, "workout_feel"),
        device=device,
        laps=laps,
        track=track,
    )


def _session_sport(session: Message) -> tuple[str, str | None]:
    sport, sub_sport = session.get("sport"), session.get("sub_sport")
    if sub_sport == "generic":
        sub_sport = None
    if sport in (None, "generic", "all"):  # then the sub-sport may say it
        return (UNKNOWN_SPORT, None) if sub_sport is None else sports.normalize_sport(str(sub_sport))
    return str(sport), None if sub_sport is None else str(sub_sport)


def _utc_offset(messages: Messages) -> int | None:
    """Return the offset of the local clock in seconds."""
    for message in messages.by_type.get("activity", ()):
        utc, local = message.get("timestamp"), message.get("local_timestamp")
        if isinstance(utc, int) and isinstance(local, int):
            offset = localtime.round_to_zone_offset(local - utc)
            if offset is not None:
                return offset
    return None


def _device(messages: Messages) -> str | None:
    for message in messages.by_type.get("file_id", ()):
        maker, product = message.get("manufacturer"), message.get("product")
        model = message.get("product_name")
        if model is None and maker == "garmin" and isinstance(product, int):
            model = profile.garmin_product_name(product)
        if maker is not None:
            return " ".join(str(part) for part in (maker, model) if part is not None)
    return None


_DEGREES_PER_SEMICIRCLE = 180.0 / 2**31
#: The record fields of each column, best first, and the factor to the column's unit.
_TRACK_SOURCES: dict[str, tuple[tuple[str, ...], float]] = {
    "lat": (("position_lat",), _DEGREES_PER_SEMICIRCLE),
    "lon": (("position_long",), _DEGREES_PER_SEMICIRCLE),
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
_MAX_BEFORE_START_S = 60.0
_FIT_TIME_END = FIT_EPOCH_S + 2**32


def build_session_track(
    messages: Messages, inside: NDArray[np.intp], resumed: NDArray[np.float64], start: float
) -> Track | None:
    """Build the track of one session.

    Args:
        messages: of the whole file.
        inside: indices of the session's records (n,).
        resumed: Unix seconds at which the timer restarted, in order.
        start: Unix seconds of the session's start; a record far before it is a stale one.
    """
    times = messages.times[inside]
    recent = times >= start - _MAX_BEFORE_START_S
    rows, times = inside[recent], times[recent]
    columns = {}
    for name, (sources, factor) in _TRACK_SOURCES.items():
        values = _merge_sources(messages, sources, rows)
        if values is not None:
            columns[name] = values * factor
    fraction = messages.records.get("fractional_cadence")
    if "cadence_spm" in columns and fraction is not None:
        columns["cadence_spm"] += np.nan_to_num(fraction[rows])
    built = tracks.build_track(times, np.searchsorted(resumed, times, side="right"), columns, start)
    return built[1] if built else None


def timer_restarts(messages: Messages) -> NDArray[np.float64]:
    """Return the Unix seconds at which the timer restarted after a stop, in order."""
    timer = [
        (seconds, str(event.get("event_type")))
        for event in messages.by_type.get("event", ())
        if event.get("event") == "timer" and (seconds := unix_seconds(event, "timestamp")) is not None
    ]
    timer.sort(key=lambda event: event[0])
    return np.array(
        [
            seconds
            for (_, before), (seconds, after) in pairwise(timer)
            if before.startswith("stop") and after == "start"
        ]
    )


def _merge_sources(
    messages: Messages, sources: tuple[str, ...], rows: NDArray[np.intp]
) -> NDArray[np.float64] | None:
    """Return the first source's values (n,), gaps filled from the next ones, from developer fields last."""
    candidates = [messages.records[name] for name in sources if name in messages.records]
    candidates += [messages.developer_records[name] for name in sources if name in messages.developer_records]
    if not candidates:
        return None
    values = candidates[0][rows]
    for fallback in candidates[1:]:
        missing = np.isnan(values)
        values[missing] = fallback[rows][missing]
    return values


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
    sources = (_intensities_of_laps, _intensities_of_splits, _intensities_of_steps)
    candidates = [source(lap_messages, messages) for source in sources]
    intensities = next(filter(_has_several, candidates), candidates[0])
    return [
        Lap(
            start=datetime.fromtimestamp(message["start_time"], UTC),
            duration_s=float(message["total_elapsed_time"]),
            distance_m=finite_number(message, "total_distance"),
            intensity=intensity,
        )
        for message, intensity in zip(lap_messages, intensities, strict=True)
    ]


def _time_span(message: Message) -> tuple[float, float] | None:
    """Return start and end of a lap or split in Unix seconds, or None if it lacks either."""
    start, duration = unix_seconds(message, "start_time"), finite_number(message, "total_elapsed_time")
    return None if start is None or duration is None else (start, start + duration)


def _has_several(intensities: Intensities) -> bool:
    return len(set(intensities) - {None}) > 1


def _intensities_of_laps(lap_messages: Sequence[Message], _: Messages) -> Intensities:
    return [_parse_intensity(message.get("intensity")) for message in lap_messages]


def _parse_intensity(word: object) -> Intensity | None:
    return Intensity(word) if isinstance(word, str) and word in set(Intensity) else None


def _intensities_of_splits(lap_messages: Sequence[Message], messages: Messages) -> Intensities:
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


def _intensities_of_steps(lap_messages: Sequence[Message], messages: Messages) -> Intensities:
    steps = {
        message.get("message_index"): _parse_intensity(message.get("intensity"))
        for message in messages.by_type.get("workout_step", ())
    }
    return [steps.get(message.get("wkt_step_index", -1)) for message in lap_messages]
