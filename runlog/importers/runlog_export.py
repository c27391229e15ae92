"""Read the files of a runlog export, which `runlog.export` writes, to the last digit.

An activity is a JSON object, packed with gzip: ``records.ExportedActivity``, the track of each recording as a
list per column. ``journal.json`` is ``records.ExportedJournal`` and holds everything else: diary, shoes,
rules, routes, alerts, trials, and which recordings make up each activity. It is imported after all
activities. The other files of an export are for people and other tools; ``export_file_reason`` names them.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from runlog.errors import NotReadable
from runlog.i18n import N_, _, say
from runlog.importers import detect, normalize
from runlog.importers.detect import Head
from runlog.model import SEVERITIES, TRACK_COLUMNS, Track
from runlog.record_json import InvalidRecord, Parsers, record_from_json
from runlog.records import ExportedActivity, ExportedJournal, ParsedFile
from runlog.settings import CONFIG_NAME

if TYPE_CHECKING:
    from runlog.importers.detect import SourceFile
    from runlog.model import Floats

FORMAT = "runlog"
VERSION = 1

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
    """Read the journal of an export; raises as ``read_activity`` does."""
    return ParsedFile(FORMAT, exported=_parse(ExportedJournal, file.data))


def _parse(kind: type[T], data: bytes) -> T:
    content = detect.parse_json(data)
    version = content.get("version") if isinstance(content, dict) else None
    if version != VERSION:
        raise NotReadable(
            "an export of version {version!r:.20}; this runlog knows version {known}: update it",
            version=version,
            known=VERSION,
        )
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # it is a dataclass
    try:
        values = {name: value for name, value in content.items() if name in known}
        parsed = record_from_json(kind, values, _PARSERS)
        if isinstance(parsed, ExportedJournal):
            _check_journal(parsed)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotReadable("damaged: {error}; export again", error=error) from error
    return parsed


def _check_journal(journal: ExportedJournal) -> None:
    for alert in journal.alerts:
        if not {alert.severity, alert.worst} <= set(SEVERITIES):
            raise InvalidRecord(
                say("the severity of an alert is none: {severity!r:.40}", severity=alert.severity)
            )
    for plan in journal.plans:
        if not plan.runs or len(plan.runs) % 2:
            raise InvalidRecord(_("the runs of a plan are no pairs"))
    for route in journal.routes:
        if not 0 < route.id < _MAX_ROUTE_ID:
            raise InvalidRecord(say("{id} is no number of a route", id=route.id))


def _parse_track(columns: dict[str, list[float | None]]) -> Track:
    track = Track({name: _parse_column(name, values) for name, values in columns.items()})
    if not {"time_s", "segment"} <= columns.keys() or len({len(one) for one in track.columns.values()}) > 1:
        raise InvalidRecord(_("the columns of a track are not equally long, or its times are missing"))
    clock = track["time_s"]
    if not len(clock) or not (clock[0] >= 0 and (np.diff(clock) >= 0).all()):
        raise InvalidRecord(_("the times of a track are unknown or fall"))
    return track


def _parse_column(name: str, values: list[float | None]) -> Floats:
    if name not in TRACK_COLUMNS or not set(map(type, values)) <= {float, int, type(None)}:
        raise InvalidRecord(say("a track has a column {name!r:.40} that is none", name=name))
    try:
        return np.array(values, dtype=np.float64)  # None is NaN
    except OverflowError as error:
        raise InvalidRecord(say("a number of {name} is too large", name=name)) from error


def _parse_shape(values: list[list[float]]) -> Floats:
    shape = np.array(values, dtype=np.float64)
    if shape.ndim != 2 or shape.shape[1] != 2 or len(shape) < 2 or not (np.abs(shape) <= [90, 180]).all():  # noqa: PLR2004 - places, two of them at least
        raise InvalidRecord(_("the shape of a route is no line on the globe"))
    return shape


_PARSERS: Parsers = {Track: _parse_track, NDArray[Any]: _parse_shape}


README_FIRST_LINE = "This folder is an export of runlog."
UNFINISHED_FIRST_LINE = "This export of runlog is not finished."
GPX_CREATOR = "runlog export"

_EXPORT_TABLE = re.compile(rb'(?:\xef\xbb\xbf)?"?exported_(run|entry|shoe|plan)\b')
_EXPORT_GPX = re.compile(rb'<gpx\b[^>]*\bcreator="' + GPX_CREATOR.encode() + rb'"')
_TABLE_REASONS = {
    b"run": N_("a table for spreadsheets; runlog reads the activities beside it instead"),
    b"entry": N_(
        "a table for spreadsheets; runlog reads journal.json beside it instead (without its "
        "first column it is a diary)"
    ),
    b"shoe": N_(
        "a table for spreadsheets; runlog reads journal.json beside it instead (without its "
        "first column it is a list of shoes)"
    ),
    b"plan": N_("a plan for spreadsheets; runlog plan list has it, where it was made"),
}


def export_file_reason(head: Head) -> str | None:
    """Return why a file of an export is not read; None where it is none, or is to be read.

    Raises:
        NotReadable: the export was never finished.
    """
    table = _EXPORT_TABLE.match(head.data)
    if table:
        return _TABLE_REASONS[table[1]]
    if _EXPORT_GPX.search(head.data[:1024]):
        return _("written by runlog for other tools; runlog reads the .json.gz beside it instead")
    if head.data.startswith(README_FIRST_LINE.encode()):
        return _("tells people what is in an export of runlog")
    if PurePosixPath(head.name.replace("\\", "/")).name == CONFIG_NAME:
        return _("settings of runlog; to use them, copy the file into the home")
    if head.data.startswith(UNFINISHED_FIRST_LINE.encode()):
        raise NotReadable(
            "this export of runlog was never finished, so some of it may be missing; export again"
        )
    return None


def is_export_file(beginning: bytes) -> bool:
    """Return whether an export writes files that begin so."""
    head = Head(beginning)
    claimed = claims_activity(head) or claims_journal(head)
    unfinished = beginning.startswith(UNFINISHED_FIRST_LINE.encode())
    return claimed or unfinished or export_file_reason(head) is not None
