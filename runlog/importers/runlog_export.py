"""Read and write the files of a runlog export, so that they read back the same to the last digit.

An activity is a JSON object, packed with gzip: ``id``, ``worn``, ``kept_apart``, ``apart``, and
``recordings``, each with its ``file``, ``position``, ``activity`` (the fields of ``model.Activity``) and
``track`` (a list per column). ``journal.json`` holds everything else: diary, shoes, rules, routes, alerts,
trials, and which recordings make up each activity. It is imported after the activities.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from runlog.errors import NotReadable
from runlog.importers import detect, normalize
from runlog.model import (
    SEVERITIES,
    TRACK_COLUMNS,
    Activity,
    Area,
    Entry,
    ExportedActivity,
    ExportedJournal,
    ImportedFile,
    Intensity,
    Kind,
    Lap,
    ParsedFile,
    Plan,
    PlannedRun,
    RecordingKey,
    Route,
    RouteAssignment,
    Shoe,
    ShoeRule,
    StoredAlert,
    StoredEntry,
    Surface,
    Track,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.importers.detect import Head, SourceFile

FORMAT = "runlog"

VERSION = 1
_GZIP_LEVEL = 5  # a tenth of the time of 9, for 3 % more bytes
_ACTIVITY_MARK = re.compile(rb'\s*\{\s*"runlog"\s*:\s*"activity"')


def claims_activity(head: Head) -> bool:
    """Tell whether a file begins as ``write`` does."""
    return _ACTIVITY_MARK.match(head.data) is not None


def read_activity(file: SourceFile) -> ParsedFile:
    """Read one activity with all of its recordings.

    Raises:
        NotReadable: it is damaged, or a newer runlog has written it.
    """
    content = detect.parse_json(file.data)
    check_version(content)
    try:
        return _parse_activity_file(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotReadable(f"damaged: {error}; export again") from error


def check_version(content: Any) -> None:  # noqa: ANN401 - JSON is anything
    """Refuse an export that this runlog cannot know.

    Raises:
        NotReadable: a newer runlog has written it.
    """
    version = content.get("version") if isinstance(content, dict) else None
    if version != VERSION:
        raise NotReadable(
            f"an export of version {version!r:.20}; this runlog knows version {VERSION}: update it"
        )


def _parse_activity_file(content: dict[str, Any]) -> ParsedFile:
    recordings = content["recordings"]
    if not recordings:
        raise InvalidRecord("it has no recording")
    activities = tuple(_parse_recording(one) for one in recordings)
    refusal = next(
        filter(None, (normalize.implausible_reason(one, datetime.now(UTC)) for one in activities)), None
    )
    if refusal:
        raise NotReadable(refusal)
    exported = ExportedActivity(
        id=parse_int(content["id"]),
        worn=content["worn"],
        kept_apart=content["kept_apart"],
        files=tuple(record_from_json(ImportedFile, one["file"]) for one in recordings),
        positions=tuple(parse_int(one["position"]) for one in recordings),
        apart=tuple(map(parse_origin, content["apart"])),
    )
    if not isinstance(exported.worn, str | None) or not isinstance(exported.kept_apart, bool):
        raise InvalidRecord("what the runner said of it is none")
    return ParsedFile(FORMAT, activities=activities, exported=exported)


def parse_origin(values: Sequence[Any]) -> RecordingKey:
    """Read which recording is meant.

    Raises:
        Unsound: it does not say.
    """
    sha256, position, external = values
    if not isinstance(sha256, str) or not isinstance(external, str | None):
        raise InvalidRecord("which recording is meant cannot be told")
    return RecordingKey(sha256, parse_int(position), external)


def _parse_recording(one: dict[str, Any]) -> Activity:
    values = dict(one["activity"])
    laps = tuple(record_from_json(Lap, lap) for lap in values.pop("laps"))
    return record_from_json(Activity, values, laps=laps, track=_parse_track(one["track"]))


def _parse_track(columns: dict[str, list[float | None]] | None) -> Track | None:
    if columns is None:
        return None
    track = Track({name: _parse_column(name, values) for name, values in columns.items()})
    if not {"time_s", "segment"} <= columns.keys() or len({len(one) for one in track.columns.values()}) > 1:
        raise InvalidRecord("the columns of a track are not equally long, or its times are missing")
    clock = track["time_s"]
    if not len(clock) or not (clock[0] >= 0 and (np.diff(clock) >= 0).all()):
        raise InvalidRecord("the times of a track are unknown or fall")
    return track


def _parse_column(name: str, values: list[float | None]) -> NDArray[np.float64]:
    if name not in TRACK_COLUMNS or not set(map(type, values)) <= {float, int, type(None)}:
        raise InvalidRecord(f"a track has a column {name!r:.40} that is none")
    try:
        return np.array(values, dtype=np.float64)  # None is NaN
    except OverflowError as error:
        raise InvalidRecord(f"a number of {name} is too large") from error


def format_activity(exported: ExportedActivity, activities: Sequence[Activity]) -> bytes:
    """Write one activity; the same activity always gives the same bytes.

    Args:
        exported: how it is kept.
        activities: its recordings, with their tracks.
    """
    recordings = zip(exported.files, exported.positions, activities, strict=True)
    content = {
        "runlog": "activity",
        "version": VERSION,
        "id": exported.id,
        "worn": exported.worn,
        "kept_apart": exported.kept_apart,
        "apart": exported.apart,
        "recordings": [
            {
                "file": record_to_json(file),
                "position": position,
                "activity": record_to_json(activity, without=("track", "laps"))
                | {"laps": [record_to_json(lap) for lap in activity.laps]},
                "track": activity.track and _track_to_json(activity.track),
            }
            for file, position, activity in recordings
        ],
    }
    return gzip.compress(_compact_json(content), _GZIP_LEVEL, mtime=0)


def _track_to_json(track: Track) -> dict[str, list[float | None]]:
    return {
        name: [
            value if known else None
            for value, known in zip(values.tolist(), np.isfinite(values), strict=True)
        ]
        for name, values in track.columns.items()
    }


def _compact_json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


JOURNAL_SIDECARS: tuple[str, ...] = ()

_JOURNAL_MARK = re.compile(rb'\s*\{\s*"runlog"\s*:\s*"journal"')


def claims_journal(head: Head) -> bool:
    """Tell whether a file begins as ``write`` does."""
    return _JOURNAL_MARK.match(head.data) is not None


def read_journal(file: SourceFile) -> ParsedFile:
    """Read the journal of an export.

    Raises:
        NotReadable: it is damaged, or a newer runlog has written it.
    """
    content = detect.parse_json(file.data)
    check_version(content)
    try:
        return ParsedFile(FORMAT, exported=_parse_journal(content))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotReadable(f"damaged: {error}; export again") from error


def _parse_journal(content: dict[str, Any]) -> ExportedJournal:
    activities = content["activities"].items()
    versions = content["versions"].items()
    if not all(isinstance(sha256, str) for _, sha256 in versions):
        raise InvalidRecord("the version of a file is none")
    return ExportedJournal(
        activities={int(one): tuple(map(parse_origin, origins)) for one, origins in activities},
        entries=tuple(map(_parse_entry, content["entries"])),
        shoes=tuple(map(_parse_shoe, content["shoes"])),
        shoe_rules=tuple(record_from_json(ShoeRule, rule) for rule in content.get("shoe_rules", ())),
        files=tuple(record_from_json(ImportedFile, file) for file in content["files"]),
        versions=dict(versions),
        alerts=tuple(map(_parse_alert, content.get("alerts", ()))),
        plans=tuple(map(_parse_plan, content.get("plans", ()))),
        routes=tuple(map(parse_route, content.get("routes", ()))),
        on_route=parse_routes_of_runs(content.get("on_route", {})),
    )


def _parse_entry(one: dict[str, Any]) -> StoredEntry:
    values = dict(one)
    entry_id, source = parse_int(values.pop("id")), values.pop("source")
    if not isinstance(source, str):
        raise InvalidRecord("the source of an entry is no name")
    return StoredEntry(entry_id, record_from_json(Entry, values), source)


def _parse_shoe(one: dict[str, Any]) -> Shoe:
    values = dict(one)
    rests = tuple(
        (date.fromisoformat(first), date.fromisoformat(last)) for first, last in values.pop("rests", ())
    )
    return record_from_json(Shoe, values, rests=rests)


def _parse_plan(one: dict[str, Any]) -> Plan:
    values = dict(one)
    runs = tuple(record_from_json(PlannedRun, run) for run in values.pop("runs"))
    if not runs or len(runs) % 2:
        raise InvalidRecord("the runs of a plan are no pairs")
    return record_from_json(Plan, values, runs=runs)


def _parse_alert(one: dict[str, Any]) -> StoredAlert:
    alert = record_from_json(StoredAlert, one)
    if not {alert.severity, alert.worst} <= set(SEVERITIES):
        raise InvalidRecord(f"the severity of an alert is none: {alert.severity!r:.40}")
    return alert


def format_journal(journal: ExportedJournal) -> bytes:
    """Write the journal, a record a line; the same journal always gives the same bytes."""
    entries = [
        {"id": kept.id, "source": kept.source} | record_to_json(kept.entry) for kept in journal.entries
    ]
    parts = {
        "entries": _format_list(entries),
        "shoes": _format_list([_shoe_to_json(shoe) for shoe in journal.shoes]),
        "shoe_rules": _format_list([record_to_json(rule) for rule in journal.shoe_rules]),
        "files": _format_list([record_to_json(file) for file in journal.files]),
        "versions": _format_object(journal.versions),
        "alerts": _format_list([record_to_json(alert) for alert in journal.alerts]),
        "plans": _format_list([_plan_to_json(plan) for plan in journal.plans]),
        "routes": _format_list([route_to_json(route) for route in journal.routes]),
        "on_route": _format_object(journal.on_route),
        "activities": _format_object(journal.activities),
    }
    head = f'{{"runlog": "journal",\n"version": {VERSION}'
    return (",\n".join([head, *(f'"{name}": {part}' for name, part in parts.items())]) + "}\n").encode()


def _shoe_to_json(shoe: Shoe) -> dict[str, Any]:
    rests = [(first.isoformat(), last.isoformat()) for first, last in shoe.rests]
    return record_to_json(shoe, without=("rests",)) | {"rests": rests}


def _plan_to_json(plan: Plan) -> dict[str, Any]:
    runs = [record_to_json(run) for run in plan.runs]
    return record_to_json(plan, without=("runs",)) | {"runs": runs}


def _format_list(values: list[Any]) -> str:
    return "[\n" + ",\n".join(map(_spaced_json, values)) + "]" if values else "[]"


def _format_object(values: Mapping[Any, Any]) -> str:
    lines = [f"{_spaced_json(str(key))}: {_spaced_json(value)}" for key, value in values.items()]
    return "{\n" + ",\n".join(lines) + "}" if lines else "{}"


def _spaced_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


T = TypeVar("T")


class InvalidRecord(ValueError):
    """Not what ``written`` makes of a record; the text says which field is wrong."""


def record_to_json(record: Any, without: Collection[str] = ()) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    """Give the fields of a record as JSON has them: times in ISO 8601, numbers that are none as null."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: _value_to_json(value) for name, value in values.items() if name not in without}


def _value_to_json(value: Any) -> Any:  # noqa: ANN401 - any field's
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def record_from_json(kind: type[T], values: object, **given: Any) -> T:  # noqa: ANN401 - any field's
    """Make a record of JSON's values; what is left out has its default.

    Args:
        kind: the dataclass.
        values: a JSON object of its fields.
        given: fields that are not in ``values``.

    Raises:
        Unsound: a field is missing, unknown or of another type.
    """
    if not isinstance(values, dict):
        raise InvalidRecord(f"{kind.__name__} is no object")
    types = {field.name: str(field.type) for field in fields(kind)}  # type: ignore[arg-type]  # it is a dataclass
    unknown = sorted(values.keys() - types.keys() - given.keys())
    if unknown:
        raise InvalidRecord(f"{kind.__name__} has no {unknown[0]!r}")
    try:
        return kind(
            **{name: _parse_value(name, types[name], value) for name, value in values.items()}, **given
        )
    except TypeError as error:
        raise InvalidRecord(f"{kind.__name__}: {error}") from error


def _parse_value(name: str, kind: str, value: object) -> Any:  # noqa: ANN401 - any field's
    plain = kind.removesuffix(" | None")
    if value is None and plain != kind:
        return None
    try:
        return _PARSERS[plain](value)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidRecord(f"{name} cannot be {value!r:.40}") from error


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidRecord
    value.encode()  # half of a surrogate pair is no text
    return value


def _parse_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidRecord
    return value


def parse_int(value: object) -> int:
    """Take a whole number that SQLite can hold.

    Raises:
        Unsound: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise InvalidRecord(f"{value!r:.40} is no whole number")
    return value


def _parse_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidRecord
    return float(value)


def parse_time(value: object) -> datetime:
    """Take a time with its zone, as UTC.

    Raises:
        ValueError: it is none.
    """
    when = datetime.fromisoformat(_parse_text(value))
    if when.tzinfo is None:
        raise InvalidRecord(f"{value} says no zone")
    return when.astimezone(UTC)


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "str": _parse_text,
    "bool": _parse_bool,
    "int": parse_int,
    "float": _parse_float,
    "datetime": parse_time,
    "date": lambda value: date.fromisoformat(_parse_text(value)),
    "Area": Area,
    "Kind": Kind,
    "Intensity": Intensity,
    "Surface": Surface,
}


_MAX_ROUTE_ID = 10**9  # far beyond all running, and far from where a database runs out of numbers


def route_to_json(route: Route) -> dict[str, Any]:
    """Give a route as JSON has it, its shape as a list of [lat, lon]."""
    return record_to_json(route, without=("shape",)) | {"shape": route.shape.tolist()}


def parse_route(one: dict[str, Any]) -> Route:
    """Make a route of what ``written`` has made of it.

    Raises:
        Unsound: it is none.
    """
    values = dict(one)
    shape = np.array(values.pop("shape"), dtype=np.float64)
    if shape.ndim != 2 or shape.shape[1] != 2 or len(shape) < 2 or not (np.abs(shape) <= [90, 180]).all():  # noqa: PLR2004 - places, two of them at least
        raise InvalidRecord("the shape of a route is no line on the globe")
    route = record_from_json(Route, values, shape=shape)
    if not 0 < route.id < _MAX_ROUTE_ID:
        raise InvalidRecord(f"{route.id} is no number of a route")
    return route


def parse_routes_of_runs(on_route: Mapping[str, Any]) -> dict[int, RouteAssignment]:
    """Read which run went which route.

    Raises:
        Unsound: it does not say.
    """
    found = {
        int(run): RouteAssignment(parse_int(route), by_hand) for run, (route, by_hand) in on_route.items()
    }
    if not all(isinstance(on.by_hand, bool) for on in found.values()):
        raise InvalidRecord("whether a run is on its route by hand cannot be told")
    return found
