"""Read the files of a runlog export, which `runlog.export` writes, to the last digit.

An activity is a JSON object, packed with gzip: ``records.ExportedActivity``, the track of each recording as a
list per column. ``journal.json`` is ``records.ExportedJournal`` and holds everything else: diary, shoes,
rules, routes, alerts, trials, and which recordings make up each activity. It is imported after all
activities.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from runlog.errors import NotReadable
from runlog.importers import detect, normalize
from runlog.model import SEVERITIES, TRACK_COLUMNS, Track
from runlog.record_json import InvalidRecord, Parsers, record_from_json
from runlog.records import ExportedActivity, ExportedJournal, ParsedFile

if TYPE_CHECKING:
    from runlog.importers.detect import Head, SourceFile

FORMAT = "runlog"
VERSION = 1
JOURNAL_SIDECARS: tuple[str, ...] = ()

_ACTIVITY_MARK = re.compile(rb'\s*\{\s*"runlog"\s*:\s*"activity"')
_JOURNAL_MARK = re.compile(rb'\s*\{\s*"runlog"\s*:\s*"journal"')
_MAX_ROUTE_ID = 10**9  # far beyond all running, and far from where a database runs out of numbers

T = TypeVar("T")


def claims_activity(head: Head) -> bool:
    """Tell whether a file begins as an exported activity does."""
    return _ACTIVITY_MARK.match(head.data) is not None


def claims_journal(head: Head) -> bool:
    """Tell whether a file begins as an exported journal does."""
    return _JOURNAL_MARK.match(head.data) is not None


def read_activity(file: SourceFile) -> ParsedFile:
    """Read one activity with all of its recordings.

    Raises:
        NotReadable: it is damaged, or a newer runlog has written it.
    """
    exported = _parse(ExportedActivity, file.data)
    if not exported.recordings:
        raise NotReadable("damaged: it has no recording; export again")
    now = datetime.now(UTC)
    for recording in exported.recordings:
        refusal = normalize.implausible_reason(recording.activity, now)
        if refusal:
            raise NotReadable(refusal, by_clock=normalize.is_ahead(recording.activity, now))
    activities = tuple(replace(one.activity, track=one.track) for one in exported.recordings)
    bare = tuple(replace(one, track=None) for one in exported.recordings)
    return ParsedFile(FORMAT, activities=activities, exported=replace(exported, recordings=bare))


def read_journal(file: SourceFile) -> ParsedFile:
    """Read the journal of an export.

    Raises:
        NotReadable: it is damaged, or a newer runlog has written it.
    """
    return ParsedFile(FORMAT, exported=_parse(ExportedJournal, file.data))


def _parse(kind: type[T], data: bytes) -> T:
    content = detect.parse_json(data)
    version = content.get("version") if isinstance(content, dict) else None
    if version != VERSION:
        raise NotReadable(
            f"an export of version {version!r:.20}; this runlog knows version {VERSION}: update it"
        )
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # it is a dataclass
    try:
        values = {name: value for name, value in content.items() if name in known}
        parsed = record_from_json(kind, values, _PARSERS)
        if isinstance(parsed, ExportedJournal):
            _check_journal(parsed)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotReadable(f"damaged: {error}; export again") from error
    return parsed


def _check_journal(journal: ExportedJournal) -> None:
    for alert in journal.alerts:
        if not {alert.severity, alert.worst} <= set(SEVERITIES):
            raise InvalidRecord(f"the severity of an alert is none: {alert.severity!r:.40}")
    for plan in journal.plans:
        if not plan.runs or len(plan.runs) % 2:
            raise InvalidRecord("the runs of a plan are no pairs")
    for route in journal.routes:
        if not 0 < route.id < _MAX_ROUTE_ID:
            raise InvalidRecord(f"{route.id} is no number of a route")


def _parse_track(columns: dict[str, list[float | None]]) -> Track:
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


def _parse_shape(values: list[list[float]]) -> NDArray[np.float64]:
    shape = np.array(values, dtype=np.float64)
    if shape.ndim != 2 or shape.shape[1] != 2 or len(shape) < 2 or not (np.abs(shape) <= [90, 180]).all():  # noqa: PLR2004 - places, two of them at least
        raise InvalidRecord("the shape of a route is no line on the globe")
    return shape


_PARSERS: Parsers = {Track: _parse_track, NDArray[Any]: _parse_shape}
