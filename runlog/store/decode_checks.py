"""Check that everything stored can be decoded, each row and each track by itself."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from runlog.results import RESTORE_ADVICE, CheckFinding
from runlog.store import activities, alerts, clouds, diary, rows, trials
from runlog.store.connection import UNDECODABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Progress = Callable[[int, int, str], None]

#: The name of a check that a damaged row has ended.
UNREADABLE = "unreadable"

_MAX_NAMED = 5


class Fault(NamedTuple):
    """A fault that a list of ids can have, and the words for it."""

    check: str  # its name
    message: str  # what is wrong, with the {ids} counted and named
    one: str  # what an id is of
    many: str
    todo: str = RESTORE_ADVICE  # with the {first} id
    sql: str = ""  # selects the ids; :earliest and :latest are the limits of valid times
    wrong: bool = True  # it has to be mended

    def findings(self, ids: Sequence[int]) -> Iterator[CheckFinding]:
        """Yield a finding, unless there are no ids."""
        if ids:
            named = ", ".join(map(str, ids[:_MAX_NAMED])) + (", …" if len(ids) > _MAX_NAMED else "")
            counted = f"{len(ids)} {self.one if len(ids) == 1 else self.many} ({named})"
            message = self.message.format(ids=counted, count=len(ids))
            yield CheckFinding(self.check, self.wrong, len(ids), message, self.todo.format(first=ids[0]))


_TRACK = Fault("track", "the track of {ids} cannot be read", "activity", "activities")
_DERIVED = Fault(
    "derived",
    "what is derived of {count} tracks cannot be read",
    "track",
    "tracks",
    "make them anew: runlog doctor --repair",
)
_ROUTE = Fault("route", "the way of {ids} cannot be read", "route", "routes")


#: The words for rows that cannot be read, the query for them with their ids, and what reads one.
_ROWS: tuple[tuple[Fault, str, Callable[[sqlite3.Row], object]], ...] = (
    (
        Fault(UNREADABLE, "what is known of {ids} cannot be read", "activity", "activities"),
        "SELECT activity_id AS row_id, recording.*, file.path FROM recording JOIN file ON file.id = file_id",
        rows.recording_from_row,
    ),
    (
        Fault(UNREADABLE, "the sport given to {ids} cannot be read", "activity", "activities"),
        "SELECT id AS row_id, * FROM activity",
        rows.given_sport,
    ),
    (
        Fault(UNREADABLE, "{ids} cannot be read", "diary entry", "diary entries"),
        "SELECT id AS row_id, * FROM entry",
        rows.entry_from_row,
    ),
)
_TABLES: tuple[tuple[str, str, Callable[[sqlite3.Connection], object]], ...] = (
    ("alert", "what is known of the alerts", alerts.read_alerts),
    ("plan", "the plans", trials.read_trials),
    ("night", "what is known of the nights", diary.read_nights),
    ("service", "what is known of the services", clouds.read_services),
)


def check_rows(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    """Check that each row can be read."""
    for fault, query, decode in _ROWS:
        try:
            found = db.execute(query).fetchall()
        except (*UNDECODABLE, sqlite3.Error) as error:
            yield unreadable(error)
            continue
        yield from fault.findings(sorted({row["row_id"] for row in found if not _is_decodable(decode, row)}))
    for name, what, read in _TABLES:
        try:
            read(db)
        except (*UNDECODABLE, sqlite3.Error) as error:
            message = f"{what} cannot be read: {_reason(error)}"
            yield CheckFinding(name, True, 1, message, RESTORE_ADVICE)


def unreadable(error: Exception) -> CheckFinding:
    """Return the finding for a check that a damaged row has ended."""
    return CheckFinding(UNREADABLE, True, 1, f"rows cannot be read: {_reason(error)}", RESTORE_ADVICE)


def _reason(error: Exception) -> str:
    return f"{error!s:.200}"


def check_tracks(db: sqlite3.Connection, progress: Progress | None) -> Iterator[CheckFinding]:
    """Check that each track can be read and has times that never go back."""
    ids = db.execute(
        "SELECT recording.id, activity_id FROM recording JOIN track ON recording_id = recording.id ORDER BY 1"
    ).fetchall()
    broken = []
    for done, (recording_id, activity_id) in enumerate(ids, 1):
        if not _is_valid_track(db, recording_id):
            broken.append(activity_id)
        if progress is not None:
            progress(done, len(ids), f"run {activity_id}")
    yield from _TRACK.findings(broken)


def _is_valid_track(db: sqlite3.Connection, recording_id: int) -> bool:
    import numpy as np

    try:
        track = activities.read_recording_track(db, recording_id)
        clock = track["time_s"] if track else None
    except (*UNDECODABLE, sqlite3.Error):
        return False
    if track is None or clock is None:
        return False
    same_length = {len(column) for column in track.columns.values()} == {len(clock)}
    return (
        same_length and "segment" in track and bool(np.isfinite(clock).all() and (np.diff(clock) >= 0).all())
    )


def check_packed(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    """Check that what is derived of tracks, and the shapes of routes, can be unpacked."""
    from runlog.store import tracks

    derived = db.execute("SELECT recording_id, digest, shape FROM derived").fetchall()
    broken = {row[0] for row in derived if not _is_decodable(tracks.decode_digest, row["digest"])}
    broken |= {row[0] for row in derived if not _is_decodable(tracks.decode_shape, row["shape"])}
    yield from _DERIVED.findings(sorted(broken))
    shapes = db.execute("SELECT id, shape FROM route ORDER BY id")
    yield from _ROUTE.findings([row[0] for row in shapes if not _is_decodable(tracks.decode_shape, row[1])])


def _is_decodable(decode: Callable[[Any], object], packed: object) -> bool:
    try:
        if packed is not None:
            decode(packed)
    except (*UNDECODABLE, sqlite3.Error):
        return False
    return True
