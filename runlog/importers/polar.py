"""Read training sessions from the export of a Polar account, in its layouts until and since 2025.

Until 2025 an exercise names its sport by a word, its duration as ISO 8601, and each sample with its time;
since then it has numbers for sports, milliseconds, and samples at even intervals. Neither is documented.
Local times come without a zone, the offset in minutes is a field of its own. Speeds are km/h.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlog import localtime
from runlog.errors import NotReadable, NotTaken, Problem
from runlog.i18n import _, say
from runlog.importers import detect, sports, tracks
from runlog.model import Activity, Lap
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runlog.importers.detect import Head, SourceFile
    from runlog.model import Floats, Track
    from runlog.settings import Settings

FORMAT = "polar"

_SESSION_KEYS = (b'"exercises"', b'"startTime"', b'"stopTime"')
#: Ten hours with every sensor are 20 MB; parsed, JSON takes ten times its size of memory.
_MAX_SIZE = 48 * 2**20
_MAX_EXERCISES = 50
_MAX_NAME_LENGTH = 200
_ISO_DURATION = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7}(?:\.\d{1,9})?)S)?")
_OFFSET_KEYS = ("timezoneOffset", "timeZoneOffset", "timezoneOffsetMinutes")
_MAX_OFFSET_MIN = 18 * 60


def claims(head: Head) -> bool:
    """Return whether the bytes are a JSON object with the exercises of a session that began and ended."""
    data = head.data
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and all(key in data for key in _SESSION_KEYS)


def read(file: SourceFile) -> ParsedFile:
    """Read each exercise of a session as an activity.

    Raises:
        NotReadable: damaged, or larger than any session.
        NotTaken: no exercise in it has a time.
    """
    if len(file.data) > _MAX_SIZE:
        raise NotReadable(
            "{n:.0f} MB is more than any training session of Polar has", n=len(file.data) / 2**20
        )
    session = as_dict(detect.parse_json(file.data))
    exercises = [exercise for exercise in as_list(session.get("exercises")) if isinstance(exercise, dict)]
    exercises = exercises[:_MAX_EXERCISES]
    activities: list[Activity] = []
    problems: list[Problem] = []
    notes: dict[str, None] = {}
    for number, exercise in enumerate(exercises, 1):
        begin = _parse_start(exercise, session, file.settings)
        if begin is None:
            problems.append(
                Problem(say("exercise {number} of {n} tells no time", number=number, n=len(exercises)))
            )
            continue
        if begin.zone_assumed:
            notes[_("it names no time zone; its times were taken for those of the settings")] = None
        activities.append(_build_activity(session, exercise, begin, alone=len(exercises) == 1))
    if not activities:
        raise NotTaken("a training session of Polar without an exercise that tells its time")
    return ParsedFile(FORMAT, tuple(activities), problems=tuple(problems), notes=tuple(notes))


class _ExerciseStart(NamedTuple):
    """The aware start of an exercise, and how its zone is known."""

    start: datetime
    has_offset: bool
    zone_assumed: bool  # that of the settings


def _parse_start(
    exercise: Mapping[str, Any], session: Mapping[str, Any], settings: Settings
) -> _ExerciseStart | None:
    start = _parse_time(exercise.get("startTime")) or _parse_time(session.get("startTime"))
    if start is None:
        return None
    minutes = (_first_number(part.get(key)) for part in (exercise, session) for key in _OFFSET_KEYS)
    offset = next((value for value in minutes if value is not None and abs(value) <= _MAX_OFFSET_MIN), None)
    assumed = offset is None and start.tzinfo is None
    zone = settings.zone if offset is None else timezone(timedelta(minutes=round(offset)))
    try:
        start = start.replace(tzinfo=zone) if start.tzinfo is None else start.astimezone(zone)
        within = start.astimezone(UTC).timestamp() < tracks.LATEST_UNIX_S
    except OverflowError:
        return None
    return _ExerciseStart(start, has_offset=offset is not None, zone_assumed=assumed) if within else None


def _build_activity(
    session: Mapping[str, Any], exercise: Mapping[str, Any], begin: _ExerciseStart, *, alone: bool
) -> Activity:
    label, offset = _clean_text(session.get("name")), localtime.offset_seconds(begin.start)
    sport, sub_sport = sports.normalize_polar_sport(exercise.get("sport"), label if alone else None)
    moving = _parse_duration(exercise)
    track = build_exercise_track(exercise, begin.start.timestamp(), offset)
    started, stopped = _parse_time(exercise.get("startTime")), _parse_time(exercise.get("stopTime"))
    elapsed = None
    if started and stopped and (started.tzinfo is None) == (stopped.tzinfo is None):
        elapsed = (stopped - started).total_seconds()
    durations = (elapsed, moving, float(track["time_s"][-1]) if track else None)
    average, highest = _parse_heart_rates(exercise, session if alone else {})
    return Activity(
        start=begin.start.astimezone(UTC),
        duration_s=max(seconds or 0.0 for seconds in durations),
        sport=sport,
        sub_sport=sub_sport,
        name=label,
        utc_offset_s=offset if begin.has_offset else None,
        moving_s=moving,
        distance_m=_first_positive(exercise.get("distance"), exercise.get("distanceMeters")),
        ascent_m=_first_positive(exercise.get("ascent")),
        avg_hr=average,
        max_hr=highest,
        device=_clean_text(as_dict(session.get("product")).get("modelName")),
        laps=_build_laps(exercise, begin.start.astimezone(UTC)),
        track=track,
    )


def _parse_duration(part: Mapping[str, Any]) -> float | None:
    """Return the seconds of an exercise or lap without pauses."""
    milliseconds = _first_number(part.get("durationMillis"))
    if milliseconds is not None:
        return milliseconds / 1000.0
    parts = _ISO_DURATION.fullmatch(str(part.get("duration")))
    if parts is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return (hours * 60 + minutes) * 60 + seconds


def _parse_heart_rates(
    exercise: Mapping[str, Any], session: Mapping[str, Any]
) -> tuple[float | None, float | None]:
    """Return the average and the highest heart rate of the exercise, or of a session with only one."""
    statistics = as_dict(exercise.get("heartRate"))
    for statistic in as_list(as_dict(exercise.get("statistics")).get("statistics")):
        if isinstance(statistic, dict) and str(statistic.get("type")).endswith("HEART_RATE"):
            statistics = statistic
    rates = (
        _first_number(statistics.get("avg"), session.get("averageHeartRate"), session.get("hrAvg")),
        _first_number(statistics.get("max"), session.get("maximumHeartRate"), session.get("hrMax")),
    )
    low, high = tracks.VALID_RANGES["heart_rate_bpm"]
    average, highest = (rate if rate is not None and low <= rate <= high else None for rate in rates)
    return average, highest


def _build_laps(exercise: Mapping[str, Any], start: datetime) -> tuple[Lap, ...]:
    """Return the laps taken by the runner, else those of the watch; they follow each other."""
    parent = exercise["laps"] if isinstance(exercise.get("laps"), dict) else exercise  # since 2025, and until
    laps: list[Lap] = []
    elapsed = 0.0
    for lap in map(as_dict, as_list(parent.get("laps")) or as_list(parent.get("autoLaps"))):
        duration = _parse_duration(lap)
        if duration is None or duration < 0 or elapsed + duration > tracks.MAX_DURATION_S:
            return ()
        metres = _first_positive(lap.get("distance"), lap.get("distanceMeters"))
        laps.append(Lap(start + timedelta(seconds=elapsed), duration, metres))
        elapsed += duration
    return tuple(laps)


def _parse_time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _first_number(*values: object) -> float | None:
    """Return the first of some values that is a number, or None."""
    return next((number for number in map(_to_float, values) if not math.isnan(number)), None)


def _first_positive(*values: object) -> float | None:
    """Return the first number, or None if it is 0: then there was no sensor."""
    number = _first_number(*values)
    return number if number is not None and number > 0 else None


def _clean_text(value: object) -> str | None:
    text = detect.clean_text(value)
    return text and text[:_MAX_NAME_LENGTH].strip()


if TYPE_CHECKING:
    #: A column, the seconds since the start of the exercise (n,), and the values (n,) in the column's unit.
    SampleStream = tuple[str, Floats, Floats]

_KMH_PER_MPS = 3.6
#: The column and the divisor of the values, by the name of a stream in lower case without "_".
_STREAM_COLUMNS = {
    "heartrate": ("heart_rate_bpm", 1.0),
    "speed": ("speed_mps", _KMH_PER_MPS),
    "cadence": ("cadence_spm", 1.0),
    "altitude": ("altitude_m", 1.0),
    "distance": ("distance_m", 1.0),
    "power": ("power_w", 1.0),
}
_POSITION_COLUMNS = {"latitude": "lat", "longitude": "lon"}
#: Columns that are all zero when the sensor is missing.
_ABSENT_IF_ALL_ZERO = ("distance_m", "speed_mps", "cadence_spm", "power_w")
#: Polar samples every second, some watches every 5 or 60 seconds; a longer gap is a pause.
_MIN_PAUSE_S = 10.0
_PAUSE_INTERVALS = 10.0


def build_exercise_track(exercise: Mapping[str, Any], start: float, offset_s: float) -> Track | None:
    """Merge the samples and the route of an exercise; None if there are none.

    Its start is in Unix seconds; the UTC offset is that of the times without a zone.
    """
    streams = [
        (column, np.rint(seconds), values)
        for column, seconds, values in _iter_streams(exercise, start, offset_s)
        if len(values) and not np.isnan(values).all()
    ]
    if not streams:
        return None
    time_axis = np.unique(np.concatenate([seconds for _, seconds, _ in streams]))
    time_axis = time_axis[np.abs(time_axis) <= tracks.MAX_DURATION_S]  # without NaN
    columns: dict[str, Floats] = {}
    for column, seconds, values in streams:
        merged = columns.setdefault(column, np.full(len(time_axis), np.nan))
        known = np.isin(seconds, time_axis) & ~np.isnan(values)
        merged[np.searchsorted(time_axis, seconds[known])] = values[known]
    columns = {
        name: values
        for name, values in columns.items()
        if name not in _ABSENT_IF_ALL_ZERO or (values > 0).any()
    }
    gaps = np.diff(time_axis, prepend=time_axis[:1])
    usual = float(np.median(gaps[1:])) if len(gaps) > 1 else 0.0
    pauses_before = np.cumsum(gaps > max(_MIN_PAUSE_S, _PAUSE_INTERVALS * usual))
    built = tracks.build_track(start + time_axis, pauses_before, columns, start)
    return built.track if built else None


def _iter_streams(exercise: Mapping[str, Any], start: float, offset_s: float) -> Iterator[SampleStream]:
    for name, entries in as_dict(exercise.get("samples")).items():
        objects = [entry for entry in as_list(entries) if isinstance(entry, dict)]
        if name == "samples":
            yield from _even_streams(objects)
        elif name == "recordedRoute" or name.lower() in _STREAM_COLUMNS:  # until 2025 each entry has a time
            seconds = _seconds_since_start([entry.get("dateTime") for entry in objects], start, offset_s)
            if name == "recordedRoute":
                yield from _position_streams(objects, seconds)
            else:
                column, divisor = _STREAM_COLUMNS[name.lower()]
                yield column, seconds, to_floats([entry.get("value") for entry in objects]) / divisor
    route = as_dict(as_dict(exercise.get("routes")).get("route"))
    points = [point for point in as_list(route.get("wayPoints")) if isinstance(point, dict)]
    route_start = _seconds_since_start([route.get("startTime")], start, offset_s)[0]
    elapsed = to_floats([point.get("elapsedMillis") for point in points]) / 1000.0
    yield from _position_streams(points, elapsed + (0.0 if np.isnan(route_start) else route_start))


def _even_streams(streams: Sequence[Mapping[str, Any]]) -> Iterator[SampleStream]:
    """Yield the streams of the layout since 2025: values at an even interval."""
    for stream in streams:
        name = str(stream.get("type")).replace("_", "").lower()
        interval = to_floats([stream.get("intervalMillis")])[0] / 1000.0
        if name in _STREAM_COLUMNS and interval > 0:
            column, divisor = _STREAM_COLUMNS[name]
            values = to_floats(as_list(stream.get("values"))) / divisor
            yield column, np.arange(len(values)) * interval, values


def _position_streams(points: Sequence[Mapping[str, Any]], seconds: Floats) -> Iterator[SampleStream]:
    for name, column in _POSITION_COLUMNS.items():
        yield column, seconds, to_floats([point.get(name) for point in points])


def _seconds_since_start(times: Sequence[Any], start: float, offset_s: float) -> Floats:
    """Return seconds since the start (n,), NaN for what is not a time."""
    unix, offsets = localtime.parse_times([time if isinstance(time, str) else "" for time in times])
    return np.where(np.isnan(offsets), unix - offset_s, unix) - start


def to_floats(values: Sequence[Any]) -> Floats:
    """Return numbers (n,), NaN for what is not a number."""
    return np.array([_to_float(value) for value in values], dtype=np.float64)


def _to_float(value: object) -> float:
    if not detect.is_number(value):
        return np.nan
    try:
        return float(value) if math.isfinite(value) else np.nan
    except OverflowError:  # a whole number of hundreds of digits
        return np.nan


def as_dict(value: object) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return a JSON array, or an empty one for anything else."""
    return value if isinstance(value, list) else []
