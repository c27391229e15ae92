"""FIT files: messages become activities."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog import clock
from runlog.errors import NotReadable, NotTaken
from runlog.importers import sports, tracks
from runlog.importers.fit import chain, decode, profile, scan, streams
from runlog.importers.fit.laps import laps as find_laps
from runlog.importers.fit.streams import moment, number
from runlog.model import UNKNOWN_SPORT, Activity, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.importers.fit.decode import Messages
    from runlog.model import Lap, Track
    from runlog.settings import Settings

    Message = Mapping[str, Any]

FORMAT = "fit"

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
_SYSTEM_TIME_BELOW = profile.EPOCH + 0x10000000


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the bytes begin with a FIT header."""
    return chain.is_header(head)


def read(data: bytes, settings: Settings) -> Reading:  # noqa: ARG001 - a FIT file leaves nothing to settings
    """Read all activities of all chained FIT files.

    Raises:
        NotTaken: sound, but a course, settings … and no activity.
        NotReadable: damaged, with no activity before the fault.
    """
    sequences, problems = chain.split(data)
    kept: list[Activity] = []
    notes: list[str] = []
    others: list[str] = []
    left = scan.MOST_MESSAGES
    for sequence in sequences:
        messages, fault = decode.decode(sequence.data, left)
        left -= messages.count
        other = _other_type(messages)
        found = [] if other else activities(messages)
        kept += found
        if other:
            others.append(other)
        elif fault:
            count = sum(len(activity.track) for activity in found if activity.track)
            reason = f"damaged ({fault.reason}); {count} records were kept"
            problems.append(Problem(reason, byte=sequence.offset + (fault.byte or 0)))
        notes += [
            f"the clock of the watch was not set: it says {activity.start:%Y-%m-%d}"
            for activity in found
            if activity.start.timestamp() < _SYSTEM_TIME_BELOW
        ]
    if not kept:
        _refuse(others, problems)
    return Reading(FORMAT, activities=tuple(kept), problems=tuple(problems), notes=tuple(notes))


def _refuse(others: Sequence[str], problems: Sequence[Problem]) -> None:
    if others:
        raise NotTaken("; ".join(dict.fromkeys(others)))
    if problems:
        raise NotReadable("; ".join(map(str, problems)))
    raise NotTaken("no activity in it: neither a session nor records with times")


def _other_type(messages: Messages) -> str | None:
    """Say what a file is that is no activity; a file that does not say may be one."""
    types = [message["type"] for message in messages.others.get("file_id", ()) if "type" in message]
    if not types or "activity" in types:
        return None
    return _TYPES.get(types[0], f"a FIT file of the type {types[0]}, not an activity")


def activities(messages: Messages) -> list[Activity]:
    """Make an activity of each session, of the records and laps from its start to the next one's."""
    sessions = _sessions(messages)
    if not sessions:
        return []
    device, offset = _device(messages), _utc_offset(messages)
    resumed, laps = streams.resumptions(messages), find_laps(messages)
    later_starts = [session["start_time"] for session in sessions[1:]]
    records_of = _shares(messages.times, later_starts)
    laps_of = _shares(np.array([lap.start.timestamp() for lap in laps]), later_starts)
    found = []
    for session, records, own_laps in zip(sessions, records_of, laps_of, strict=True):
        track = streams.build(messages, records, resumed, float(session["start_time"]))
        found.append(_activity(session, track, tuple(laps[index] for index in own_laps), device, offset))
    return found


def _shares(times: NDArray[np.float64], later_starts: Sequence[float]) -> list[NDArray[np.intp]]:
    """Return for each session which moments are its own: those up to the next session's start."""
    known = np.flatnonzero(~np.isnan(times))
    session = np.searchsorted(later_starts, times[known], side="right")
    order = known[np.argsort(session, kind="stable")]
    return np.split(order, np.cumsum(np.bincount(session, minlength=len(later_starts) + 1))[:-1])


def _sessions(messages: Messages) -> Sequence[Message]:
    """Return the sessions in the order of their starts.

    A file that ends early has none: then the records stand in for it, and for a start that was never set.
    """
    stated = messages.others.get("session", ())
    sessions = [session for session in stated if moment(session, "start_time") is not None]
    sessions.sort(key=lambda session: session["start_time"])
    if sessions and sessions[-1]["start_time"] >= tracks.EARLIEST:
        return sessions
    usable = messages.times[tracks.usable(messages.times)]
    if len(usable) < 2:  # noqa: PLR2004 - a single moment is no activity
        return sessions
    stand_in: dict[str, Any] = {}
    for message in (*messages.others.get("lap", ()), *messages.others.get("sport", ())):
        stand_in |= {name: message[name] for name in ("sport", "sub_sport") if name in message}
    for session in stated[:1]:
        stand_in |= session
    return [stand_in | {"start_time": float(usable.min())}]


def _activity(
    session: Message, track: Track | None, laps: tuple[Lap, ...], device: str | None, offset: int | None
) -> Activity:
    sport, sub_sport = _words(session)
    duration = number(session, "total_elapsed_time")
    if duration is None:
        duration = float(track["time_s"][-1]) if track else 0.0
    cadence = number(session, "avg_cadence")
    if cadence is not None:
        cadence += number(session, "avg_fractional_cadence") or 0.0
    rpe = number(session, "workout_rpe")
    name = session.get("sport_profile_name")
    return Activity(
        start=datetime.fromtimestamp(session["start_time"], UTC),
        duration_s=duration,
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.kind(sport, sub_sport),
        name=name if isinstance(name, str) and name else None,
        utc_offset_s=offset,
        moving_s=number(session, "total_timer_time"),
        distance_m=number(session, "total_distance"),
        ascent_m=number(session, "total_ascent"),
        avg_hr=number(session, "avg_heart_rate"),
        max_hr=number(session, "max_heart_rate"),
        avg_cadence_spm=cadence,
        rpe=None if rpe is None else rpe / 10.0,
        feel=number(session, "workout_feel"),
        device=device,
        laps=laps,
        track=track,
    )


def _words(session: Message) -> tuple[str, str | None]:
    sport, sub_sport = session.get("sport"), session.get("sub_sport")
    if sport is None:
        return UNKNOWN_SPORT, None
    if sub_sport in (None, "generic"):
        return str(sport), None
    return str(sport), str(sub_sport)


def _utc_offset(messages: Messages) -> int | None:
    """Return the offset of the local clock in seconds."""
    for message in messages.others.get("activity", ()):
        utc, local = message.get("timestamp"), message.get("local_timestamp")
        if isinstance(utc, int) and isinstance(local, int):
            offset = clock.zone_offset_s(local - utc)
            if offset is not None:
                return offset
    return None


def _device(messages: Messages) -> str | None:
    for message in messages.others.get("file_id", ()):
        maker, product = message.get("manufacturer"), message.get("product")
        model = message.get("product_name")
        if model is None and maker == "garmin" and isinstance(product, int):
            model = profile.product_name(product)
        if maker is not None:
            return " ".join(str(part) for part in (maker, model) if part is not None)
    return None
