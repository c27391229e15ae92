"""Read FIT files: sessions become activities with their laps and tracks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog import localtime
from runlog.errors import NotReadable, NotTaken, Problem
from runlog.i18n import N_, _, say
from runlog.importers import normalize, sports, tracks
from runlog.importers.clock_repair import repair_clock
from runlog.importers.fit import decode, profile, scan
from runlog.importers.fit.laps import build_laps, finite_number, unix_seconds
from runlog.model import UNKNOWN_SPORT, Activity
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.importers.detect import Head, SourceFile
    from runlog.importers.fit.decode import Messages
    from runlog.model import Floats, Indices, Lap, Track

    Message = Mapping[str, Any]

FORMAT = "fit"

_OTHER_FILE_TYPES = {
    "course": N_("a course, not a recorded activity"),
    "settings": N_("a watch's settings"),
    "sport": N_("a watch's sport settings"),
    "workout": N_("a planned workout, not a recorded activity"),
    "monitoring_a": N_("all-day monitoring, not an activity"),
    "monitoring_b": N_("all-day monitoring, not an activity"),
    "monitoring_daily": N_("all-day monitoring, not an activity"),
    "weight": N_("weigh-ins"),
    "blood_pressure": N_("blood pressure readings"),
    "totals": N_("a watch's totals"),
    "goals": N_("a watch's goals"),
    "schedules": N_("planned workouts, not recorded activities"),
    "segment": N_("a segment, not a recorded activity"),
    "segment_list": N_("a list of segments"),
    "device": N_("a watch's description of itself"),
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
    changes: list[str] = []
    messages_left = scan.MAX_MESSAGES
    for chained in chained_files:
        messages, fault = decode.decode_messages(chained.data, messages_left)
        messages_left -= messages.count
        other_type = _other_file_type(messages)
        if other_type:
            other_types.append(other_type)
            continue
        built, changed = build_activities(messages)
        activities += built
        changes += changed
        if fault:
            count = sum(len(activity.track) for activity in built if activity.track)
            reason = say("damaged ({reason}); {count} records were kept", reason=fault.reason, count=count)
            is_empty = bool(activities) and not messages.count  # a header without anything after an activity
            at = chained.offset + (fault.byte or 0)
            problems.append(Problem(reason, byte=at, is_warning=bool(built) or is_empty))
    if not activities:
        if other_types:
            what = "; ".join(map(_, dict.fromkeys(other_types)))
            raise NotTaken(what)
        if problems:
            damage = "; ".join(map(str, problems))
            raise NotReadable(damage)
        raise NotTaken("no activity in it: neither a session nor records with times")
    notes = tuple(
        say("the clock of the watch was not set: it says {start:%Y-%m-%d}", start=activity.start)
        for activity in activities
        if activity.start.timestamp() < _CLOCK_UNSET_BELOW
    )
    notes += tuple(dict.fromkeys(changes))
    return ParsedFile(FORMAT, activities=tuple(activities), problems=tuple(problems), notes=notes)


def _other_file_type(messages: Messages) -> str | None:
    """Return what a file is if it says that it is no activity."""
    types = [message["type"] for message in messages.by_type.get("file_id", ()) if "type" in message]
    if not types or "activity" in types:
        return None
    return _OTHER_FILE_TYPES.get(
        types[0], say("a FIT file of the type {kind}, not an activity", kind=types[0])
    )


def build_activities(messages: Messages) -> tuple[list[Activity], list[str]]:
    """Build an activity of each session, with the records and laps from its start to the next one's.

    Returns:
        The activities, and notes on what was changed and left out.
    """
    sessions = _sort_sessions(messages)
    if not sessions:
        return [], []
    columns, resumed = track_columns(messages), timer_restarts(messages)
    stated = [
        (float(session["start_time"]), _stated_end(session))
        for session in sessions
        if "start_time" in session
    ]
    clock = repair_clock(messages.times, np.searchsorted(resumed, messages.times, "right"), columns, stated)
    resumed = np.sort([clock.corrected(moment) for moment in resumed.tolist()])
    starts = [clock.corrected(start) for start, _ in stated]
    if not starts:  # the session is made of the records
        starts = [float(np.nanmin(clock.times))]
    laps = [_moved(lap, clock.corrected(lap.start.timestamp())) for lap in build_laps(messages)]
    notes = list(clock.notes)
    if len(stated) == 1:
        moved, laps = _start_with_records(starts[0], stated[0][1] - stated[0][0], clock.times, laps)
        if moved != starts[0]:
            apart = tracks.duration_text(abs(moved - starts[0]))
            notes.append(say("it states a start {apart} from its records; the records count", apart=apart))
        starts = [moved]
    device, offset = _device(messages), _utc_offset(messages)
    record_rows = _split_by_session(np.fmax.accumulate(clock.times), starts[1:])  # without gaps
    lap_rows = _split_by_session(np.array([lap.start.timestamp() for lap in laps]), starts[1:])
    activities = []
    for session, start, rows, lap_indices in zip(sessions, starts, record_rows, lap_rows, strict=True):
        inside = {name: values[clock.rows[rows]] for name, values in columns.items()}
        track, more = build_session_track(clock.times[rows], inside, resumed, start)
        session_laps, settled = normalize.settle_laps([laps[index] for index in lap_indices], start, track)
        activities.append(_build_activity(session, start, track, session_laps, device, offset))
        notes += (*more, *settled)
    return activities, notes


_EARLY_SHARE, _INSIDE_SHARE = 0.05, 0.2
_MIN_RECORDS = 10


def _start_with_records(
    start: float, length_s: float, times: Floats, laps: list[Lap]
) -> tuple[float, list[Lap]]:
    """Return the start of the only session, and its laps, moved to the records if these lie elsewhere.

    Start and length are as stated, in Unix seconds and 0 if unknown; the times of the records (n,) never fall
    and are NaN where unknown.
    """
    known = times[~np.isnan(times)]
    if len(known) < _MIN_RECORDS:
        return start, laps
    early = float((known < start - _MAX_BEFORE_START_S).mean())
    inside = (known >= start - _MAX_BEFORE_START_S) & (known <= start + length_s + _MAX_BEFORE_START_S)
    if early <= _EARLY_SHARE and (inside.mean() >= _INSIDE_SHARE or not length_s):
        return start, laps
    first = float(known[0])
    begin = min((lap.start.timestamp() for lap in laps), default=start)
    is_same_clock = abs(begin - start) <= _MAX_BEFORE_START_S  # else the laps have the records' one
    return first, [
        _moved(lap, lap.start.timestamp() + first - start) if is_same_clock else lap for lap in laps
    ]


def _moved(lap: Lap, start: float) -> Lap:
    return replace(lap, start=datetime.fromtimestamp(start, UTC))


def _stated_end(session: Message) -> float:
    """Return when a session ends as it states itself, in Unix seconds; its start if it does not."""
    lengths = [finite_number(session, name) or 0.0 for name in ("total_elapsed_time", "total_timer_time")]
    longest = max(lengths)
    return float(session["start_time"]) + (longest if longest <= tracks.MAX_DURATION_S else 0.0)


def _split_by_session(times: Floats, later_starts: Sequence[float]) -> list[Indices]:
    """Return for each session the indices of its times: those up to the next session's start."""
    known = np.flatnonzero(~np.isnan(times))
    session = np.searchsorted(later_starts, times[known], side="right")
    order = known[np.argsort(session, kind="stable")]
    return np.split(order, np.cumsum(np.bincount(session, minlength=len(later_starts) + 1))[:-1])


def _sort_sessions(messages: Messages) -> Sequence[Message]:
    """Return the sessions by start.

    Without a valid one (truncated file, unset clock), make one without a start of the records.
    """
    stated = messages.by_type.get("session", ())
    sessions = [session for session in stated if unix_seconds(session, "start_time") is not None]
    sessions.sort(key=lambda session: session["start_time"])
    if sessions and sessions[-1]["start_time"] >= tracks.EARLIEST_UNIX_S:
        return sessions
    usable = tracks.possible_times(messages.times)
    usable = usable[~np.isnan(usable)]
    if len(usable) < 2:  # noqa: PLR2004 - a single time is no activity
        return sessions
    stand_in: dict[str, Any] = {}
    for message in (*messages.by_type.get("lap", ()), *messages.by_type.get("sport", ())):
        stand_in |= {name: message[name] for name in ("sport", "sub_sport") if name in message}
    for session in stated[:1]:
        stand_in |= session
    stand_in.pop("start_time", None)
    return [stand_in]


def _build_activity(  # noqa: PLR0917 - a part of the file each
    session: Message,
    start: float,
    track: Track | None,
    laps: tuple[Lap, ...],
    device: str | None,
    offset: int | None,
) -> Activity:
    sport, sub_sport = _session_sport(session)
    span = float(track["time_s"][-1]) if track else 0.0
    if track and "start_time" not in session:
        span -= float(track["time_s"][0])
    timer = finite_number(session, "total_timer_time")
    duration = finite_number(session, "total_elapsed_time") or timer or span
    cadence = finite_number(session, "avg_cadence")
    if cadence is not None:
        cadence += finite_number(session, "avg_fractional_cadence") or 0.0
    rpe = finite_number(session, "workout_rpe")
    name = session.get("sport_profile_name")
    return Activity(
        start=datetime.fromtimestamp(start, UTC),
        duration_s=duration,
        sport=sport,
        sub_sport=sub_sport,
        name=name if isinstance(name, str) and name else None,
        utc_offset_s=offset,
        moving_s=timer,
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
    """Return the offset of the local clock in seconds; None for 0, which says nothing."""
    for message in messages.by_type.get("activity", ()):
        utc, local = message.get("timestamp"), message.get("local_timestamp")
        if isinstance(utc, int) and isinstance(local, int):
            offset = localtime.round_to_zone_offset(local - utc)
            if offset:  # many programs repeat the time in UTC
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
#: The record fields of each column, best first, and the factor to the column's unit. Gaps are filled from the
#: next ones, from developer fields last.
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


def track_columns(messages: Messages) -> dict[str, Floats]:
    """Return the columns of a track (n,) of all records."""
    columns = {}
    kinds = (messages.records, messages.developer_records)
    for name, (sources, factor) in _TRACK_SOURCES.items():
        found = [fields[source] for fields in kinds for source in sources if source in fields]
        if found:
            values, *fallbacks = found
            for fallback in fallbacks:
                values = np.where(np.isnan(values), fallback, values)
            columns[name] = values * factor
    fraction = messages.records.get("fractional_cadence")
    if "cadence_spm" in columns and fraction is not None:
        columns["cadence_spm"] += np.nan_to_num(fraction)
    return columns


def build_session_track(
    times: Floats,
    columns: Mapping[str, Floats],
    resumed: Floats,
    start: float,
) -> tuple[Track | None, tuple[str, ...]]:
    """Build the track of one session; return it and notes on what was left out.

    Args:
        times: Unix seconds of its records (n,), never falling, NaN where unknown.
        columns: their values (n,) by track column.
        resumed: Unix seconds at which the timer restarted, in order.
        start: Unix seconds of the session's start; a record far before it is a stale one.
    """
    at = np.fmax.accumulate(times)  # of a record without a time, that of the one before
    recent = at >= start - _MAX_BEFORE_START_S
    columns = {name: values[recent] for name, values in columns.items()}
    built = tracks.build_track(times[recent], np.searchsorted(resumed, at[recent], "right"), columns, start)
    stale = int((~recent).sum())
    notes = [say("{points} from before the start left out", points=tracks.count_text(stale))] if stale else []
    return (built.track, (*notes, *built.notes)) if built else (None, tuple(notes))


def timer_restarts(messages: Messages) -> Floats:
    """Return the Unix seconds at which the timer restarted after a stop, in order."""
    timer = [
        (seconds, str(event.get("event_type")))
        for event in messages.by_type.get("event", ())
        if event.get("event") == "timer" and (seconds := unix_seconds(event, "timestamp")) is not None
    ]
    timer.sort(key=lambda event: event[0])
    pairs = pairwise(timer)
    return np.array([at for (_, old), (at, new) in pairs if old.startswith("stop") and new == "start"])
