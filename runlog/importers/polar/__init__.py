"""Training sessions of a Polar account's export: JSON in the layout until 2025 and the one since.

Until 2025 an exercise names its sport by a word, its duration as ISO 8601, and each sample with its time;
since then it has numbers for sports, milliseconds, and samples at even intervals. Neither is documented.
Local times come without a zone, with the offset in minutes beside them. Speeds are km/h.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from runlog.clock import offset_s
from runlog.errors import NotReadable, NotTaken
from runlog.importers import json_text, sports, tracks
from runlog.importers.polar import samples, words
from runlog.importers.polar.samples import as_dict, as_list
from runlog.model import Activity, Lap, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlog.settings import Settings

FORMAT = "polar"

_KEYS = (b'"exercises"', b'"startTime"', b'"stopTime"')
#: Ten hours with every sensor are 20 MB; parsed, JSON takes ten times its size of memory.
_LARGEST = 48 * 2**20
_MOST_EXERCISES = 50
_LONGEST_NAME = 200
_DURATION = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7}(?:\.\d{1,9})?)S)?")
_OFFSETS = ("timezoneOffset", "timeZoneOffset", "timezoneOffsetMinutes")
_LARGEST_OFFSET_MIN = 18 * 60


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the bytes are a JSON object with the exercises of a session that began and ended."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and all(key in head for key in _KEYS)


def read(data: bytes, settings: Settings) -> Reading:
    """Read each exercise of a session as an activity.

    Raises:
        NotReadable: damaged, or larger than any session.
        NotTaken: no exercise that tells its time is in it.
    """
    if len(data) > _LARGEST:
        raise NotReadable(f"{len(data) / 2**20:.0f} MB is more than any training session of Polar has")
    session = as_dict(json_text.parse(data))
    exercises = [exercise for exercise in as_list(session.get("exercises")) if isinstance(exercise, dict)]
    exercises = exercises[:_MOST_EXERCISES]
    activities: list[Activity] = []
    problems: list[Problem] = []
    notes: dict[str, None] = {}
    for number, exercise in enumerate(exercises, 1):
        clock = _clock(exercise, session, settings)
        if clock is None:
            problems.append(Problem(f"exercise {number} of {len(exercises)} tells no time"))
            continue
        if clock.assumed:
            notes["it names no time zone; its times were taken for those of the settings"] = None
        activities.append(_activity(session, exercise, clock, alone=len(exercises) == 1))
    if not activities:
        raise NotTaken("a training session of Polar without an exercise that tells its time")
    return Reading(FORMAT, tuple(activities), problems=tuple(problems), notes=tuple(notes))


@dataclass(frozen=True, slots=True)
class _Clock:
    """When an exercise began, aware; whether its local clock is told, and whether its time is assumed."""

    start: datetime
    stated: bool
    assumed: bool

    @property
    def offset_s(self) -> int:
        return offset_s(self.start)


def _clock(exercise: Mapping[str, Any], session: Mapping[str, Any], settings: Settings) -> _Clock | None:
    start = _time(exercise.get("startTime")) or _time(session.get("startTime"))
    if start is None:
        return None
    offsets = (_number(one.get(name)) for one in (exercise, session) for name in _OFFSETS)
    offset = next((one for one in offsets if one is not None and abs(one) <= _LARGEST_OFFSET_MIN), None)
    assumed = offset is None and start.tzinfo is None
    zone = settings.zone if offset is None else timezone(timedelta(minutes=round(offset)))
    try:
        start = start.replace(tzinfo=zone) if start.tzinfo is None else start.astimezone(zone)
        within = start.timestamp() < tracks.LATEST
    except OverflowError:
        return None
    return _Clock(start, stated=offset is not None, assumed=assumed) if within else None


def _activity(
    session: Mapping[str, Any], exercise: Mapping[str, Any], clock: _Clock, *, alone: bool
) -> Activity:
    label = _text(session.get("name"))
    sport, sub_sport = words.normal(exercise.get("sport"), label if alone else None)
    moving = _duration_s(exercise)
    track = samples.track(exercise, clock.start.timestamp(), clock.offset_s)
    lasts = (_elapsed_s(exercise), moving, float(track["time_s"][-1]) if track else None)
    average, highest = _heart_rates(exercise, session if alone else {})
    return Activity(
        start=clock.start.astimezone(UTC),
        duration_s=max(seconds or 0.0 for seconds in lasts),
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.kind(sport, sub_sport),
        name=label,
        utc_offset_s=clock.offset_s if clock.stated else None,
        moving_s=moving,
        distance_m=_measured(exercise.get("distance"), exercise.get("distanceMeters")),
        ascent_m=_measured(exercise.get("ascent")),
        avg_hr=average,
        max_hr=highest,
        device=_text(as_dict(session.get("product")).get("modelName")),
        laps=_laps(exercise, clock.start.astimezone(UTC)),
        track=track,
    )


def _duration_s(one: Mapping[str, Any]) -> float | None:
    """Return what an exercise or lap lasted without pauses."""
    milliseconds = _number(one.get("durationMillis"))
    if milliseconds is not None:
        return milliseconds / 1000.0
    parts = _DURATION.fullmatch(str(one.get("duration")))
    if parts is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return (hours * 60 + minutes) * 60 + seconds


def _elapsed_s(exercise: Mapping[str, Any]) -> float | None:
    start, stop = _time(exercise.get("startTime")), _time(exercise.get("stopTime"))
    if start is None or stop is None or (start.tzinfo is None) != (stop.tzinfo is None):
        return None
    return (stop - start).total_seconds()


def _heart_rates(
    exercise: Mapping[str, Any], session: Mapping[str, Any]
) -> tuple[float | None, float | None]:
    """Return the average and the highest heart rate, of the exercise or else of a session of only one."""
    told = as_dict(exercise.get("heartRate"))
    for statistic in as_list(as_dict(exercise.get("statistics")).get("statistics")):
        if isinstance(statistic, dict) and str(statistic.get("type")).endswith("HEART_RATE"):
            told = statistic
    rates = (
        _number(told.get("avg"), session.get("averageHeartRate"), session.get("hrAvg")),
        _number(told.get("max"), session.get("maximumHeartRate"), session.get("hrMax")),
    )
    low, high = tracks.POSSIBLE["heart_rate_bpm"]
    average, highest = (rate if rate is not None and low <= rate <= high else None for rate in rates)
    return average, highest


def _laps(exercise: Mapping[str, Any], start: datetime) -> tuple[Lap, ...]:
    """Return the laps that the runner took, or else those that the watch did; they follow each other."""
    both = exercise["laps"] if isinstance(exercise.get("laps"), dict) else exercise  # since 2025, and until
    found: list[Lap] = []
    begins = 0.0
    for one in map(as_dict, as_list(both.get("laps")) or as_list(both.get("autoLaps"))):
        lasts = _duration_s(one)
        if lasts is None or lasts < 0 or begins + lasts > tracks.LONGEST_S:
            return ()
        metres = _measured(one.get("distance"), one.get("distanceMeters"))
        found.append(Lap(start + timedelta(seconds=begins), lasts, metres))
        begins += lasts
    return tuple(found)


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _number(*values: object) -> float | None:
    """Return the first of some values that is a number, or None."""
    found = samples.numbers(values)
    return next((number for number in found.tolist() if not math.isnan(number)), None)


def _measured(*values: object) -> float | None:
    """Return the first number, or None also where it is 0: then there was no sensor."""
    number = _number(*values)
    return number if number is not None and number > 0 else None


def _text(value: object) -> str | None:
    """Return a text without blanks around it and what no database keeps, or None where there is none."""
    if not isinstance(value, str):
        return None
    return value[:_LONGEST_NAME].encode("utf-8", errors="replace").decode().strip() or None
