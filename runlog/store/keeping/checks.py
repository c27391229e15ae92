"""What may be wrong in a database, each with what to do: plain functions of a connection that only reads."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from runlog.clock import AHEAD, EARLIEST
from runlog.store import alerts, read, rows
from runlog.store.keeping import copying, looking, shoe_checks
from runlog.store.keeping.finding import RESTORE, Finding
from runlog.store.schema import MIGRATIONS
from runlog.store.seam import transaction, translated

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from runlog.model import Activity

    Progress = Callable[[int, int, str], None]

_NAMED = 5
_CHECKED_APART = {"entry", "shoe", "shoe_rule"}


def database(db: sqlite3.Connection, progress: Progress | None = None) -> Iterator[Finding]:
    """Check a whole database; what is fundamental ends it, since nothing after that can be relied on."""
    for fundamental in (_integrity, _tables, _version):
        found = fundamental(db)
        if found is not None:
            yield found
            return
    for check in (_references, _recordings, _activities, _times, _overlaps, shoe_checks.shoes):
        yield from check(db)
    yield from _tracks(db, progress)
    yield from _alerts(db)
    yield from _plans(db)
    yield from _derived(db)
    yield from _routes(db)


def _integrity(db: sqlite3.Connection) -> Finding | None:
    found = looking.faults(db)
    return (
        Finding("integrity", True, len(found), f"the database is damaged: {found[0]}", RESTORE)
        if found
        else None
    )


def _tables(db: sqlite3.Connection) -> Finding | None:
    if looking.is_runlogs(db):
        return None
    told = "runlog.db is a database, but not one of runlog"
    return Finding("tables", True, 1, told, "move it away, or choose another folder with --home")


def _version(db: sqlite3.Connection) -> Finding | None:
    version, known = int(db.execute("PRAGMA user_version").fetchone()[0]), len(MIGRATIONS)
    if version > known:
        told = f"a newer runlog has written the database (version {version}, this one knows up to {known})"
        return Finding("version", True, 1, told, "update runlog")
    if version < known:
        told = (
            f"the database is of an older runlog (version {version} of {known}), and was not checked further"
        )
        return Finding("version", False, 1, told, "any command brings it up to date, such as: runlog runs")
    return None


def _references(db: sqlite3.Connection) -> Iterator[Finding]:
    broken = db.execute("PRAGMA foreign_key_check").fetchall()
    entries = [row["rowid"] for row in broken if row["table"] == "entry"]
    if entries:
        yield Finding(
            "entry_without_run",
            True,
            len(entries),
            f"{_counted(entries, 'diary entry names a run', 'diary entries name runs')} that are not there",
            f"name another run: runlog log --edit {entries[0]} --run ID",
        )
    others = [row["table"] for row in broken if row["table"] not in _CHECKED_APART]
    if others:
        tables = ", ".join(sorted(set(others)))
        told = f"{len(others)} rows of {tables} belong to something that is not there"
        yield Finding("reference", True, len(others), told, RESTORE)


def _recordings(db: sqlite3.Connection) -> Iterator[Finding]:
    lost = db.execute(
        "SELECT activity_id FROM recording WHERE points > 0 AND id NOT IN (SELECT recording_id FROM track)"
    ).fetchall()
    if lost:
        told = f"the track of {_counted([row[0] for row in lost], 'recording', 'recordings')} is lost"
        yield Finding("track_lost", True, len(lost), told, RESTORE)


def _activities(db: sqlite3.Connection) -> Iterator[Finding]:
    empty = db.execute(
        "SELECT count(*) FROM activity WHERE id NOT IN (SELECT activity_id FROM recording)"
    ).fetchone()[0]
    if empty:
        told = f"activities without any recording: {empty}; they are shown nowhere"
        yield Finding("activity_empty", False, empty, told, "nothing; they do no harm")


def _times(db: sqlite3.Connection) -> Iterator[Finding]:
    limits = (rows.time_text(EARLIEST), rows.time_text(datetime.now(UTC) + AHEAD))
    runs = [
        row[0]
        for row in db.execute(
            "SELECT DISTINCT activity_id FROM recording WHERE start NOT BETWEEN ? AND ? ORDER BY 1", limits
        )
    ]
    if runs:
        told = f"{_counted(runs, 'activity is', 'activities are')} before 1990 or in the future"
        yield Finding("time_of_activity", True, len(runs), told, f"have a look: runlog show {runs[0]}")
    entries = [
        row[0]
        for row in db.execute("SELECT id FROM entry WHERE moment NOT BETWEEN ? AND ? ORDER BY id", limits)
    ]
    if entries:
        told = f"{_counted(entries, 'diary entry is', 'diary entries are')} before 1990 or in the future"
        todo = f"say when it was: runlog log --edit {entries[0]} --at '2026-07-12 20:00'"
        yield Finding("time_of_entry", True, len(entries), told, todo)


def _overlaps(db: sqlite3.Connection) -> Iterator[Finding]:
    split = {row[0] for row in db.execute("SELECT id FROM activity WHERE kept_apart")}
    kept = read.activities(db, derived=False)
    timed = ((one.id, one.activity) for one in kept if one.id not in split and not one.activity.day_only)
    pairs = list(_at_once(timed))
    if pairs:
        one, other = pairs[0]
        told = f"activities that overlap in time and may be one: {one} and {other} ({len(pairs)} in all)"
        yield Finding("overlap", False, len(pairs), told, f"if they are one: runlog merge {one} {other}")


def _at_once(activities: Iterable[tuple[int, Activity]]) -> Iterator[tuple[int, int]]:
    """The pairs of neighbours, in the order of their starts, of which one begins before the other ends."""
    before: tuple[int, datetime] | None = None
    for one_id, one in activities:
        end = one.start + timedelta(seconds=one.duration_s)
        if before is not None and one.start < before[1]:
            yield before[0], one_id
        if before is None or end > before[1]:
            before = (one_id, end)


def _tracks(db: sqlite3.Connection, progress: Progress | None) -> Iterator[Finding]:
    ids = db.execute(
        "SELECT recording.id, activity_id FROM recording JOIN track ON recording_id = recording.id ORDER BY 1"
    ).fetchall()
    broken = []
    for done, (recording_id, activity_id) in enumerate(ids, 1):
        if not _is_sound_track(db, recording_id):
            broken.append(activity_id)
        if progress is not None:
            progress(done, len(ids), f"run {activity_id}")
    if broken:
        told = f"the track of {_counted(broken, 'activity', 'activities')} cannot be read"
        yield Finding("track", True, len(broken), told, RESTORE)


def _is_sound_track(db: sqlite3.Connection, recording_id: int) -> bool:
    import numpy as np

    try:
        track = read.recording_track(db, recording_id)
        clock = track["time_s"] if track else None
    except (ValueError, TypeError, KeyError):
        return False
    if track is None or clock is None:
        return False
    same_length = {len(column) for column in track.columns.values()} == {len(clock)}
    return (
        same_length and "segment" in track and bool(np.isfinite(clock).all() and (np.diff(clock) >= 0).all())
    )


def _alerts(db: sqlite3.Connection) -> Iterator[Finding]:
    try:
        alerts.read(db)
    except (ValueError, TypeError) as error:
        yield Finding("alert", True, 1, f"what is known of the alerts cannot be read: {error}", RESTORE)


def _plans(db: sqlite3.Connection) -> Iterator[Finding]:
    broken = [
        row[0]
        for row in db.execute(
            "SELECT id FROM plan LEFT JOIN planned_run ON plan_id = id "
            "GROUP BY id HAVING count(plan_id) % 2 OR count(plan_id) = 0"
        )
    ]
    if broken:
        told = f"runs are lost of {_counted(broken, 'plan', 'plans')}"
        yield Finding("plan_lost", True, len(broken), told, RESTORE)


def _derived(db: sqlite3.Connection) -> Iterator[Finding]:
    from runlog.store import tracks

    broken = 0
    for row in db.execute("SELECT shape, digest FROM derived"):
        try:
            tracks.unpack_digest(row["digest"])
            if row["shape"] is not None:
                tracks.unpack_shape(row["shape"])
        except (ValueError, TypeError, KeyError):
            broken += 1
    if broken:
        told = f"what is derived of {broken} tracks cannot be read"
        yield Finding("derived", True, broken, told, "make them anew: runlog doctor --repair")


def _routes(db: sqlite3.Connection) -> Iterator[Finding]:
    from runlog.store import tracks

    broken = []
    for row in db.execute("SELECT id, shape FROM route ORDER BY id"):
        try:
            tracks.unpack_shape(row["shape"])
        except (ValueError, TypeError, KeyError):
            broken.append(row["id"])
    if broken:
        told = f"the way of {_counted(broken, 'route', 'routes')} cannot be read"
        yield Finding("route", True, len(broken), told, RESTORE)


def _counted(ids: list[int], one: str, many: str) -> str:
    named = ", ".join(map(str, ids[:_NAMED])) + (", …" if len(ids) > _NAMED else "")
    return f"{len(ids)} {one if len(ids) == 1 else many} ({named})"


def drop_caches(path: Path) -> None:
    """Take out of a database what runlog makes anew when it needs it.

    Raises:
        StoreError: it cannot be written.
    """
    with translated(path), closing(copying.connect(path)) as db, transaction(db):
        for cache in ("derived", "seen"):
            db.execute(f"DELETE FROM {cache}")  # noqa: S608 - our own names
