"""Remember imported files: by the hash of their bytes, and by size and modification time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from runlog.model import Kind
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence


class KnownFile(NamedTuple):
    """A file whose bytes were taken before."""

    file_id: int
    path: str
    runs: tuple[int, ...]


class CachedScan(NamedTuple):
    """What came of a file, or of a member of an archive, and what a listing showed of it then.

    Attributes:
        path: of the file or archive on disk.
        member: the name within the archive, or "".
        size: of the file on disk in bytes.
        mtime_ns: when the file on disk was last changed.
        outcome: what came of it.
        reason: why.
        problems: what could not be read in it.
        file_id: the file as it was taken; None where nothing of it was.
    """

    path: str
    member: str
    size: int
    mtime_ns: int
    outcome: str
    reason: str
    problems: tuple[str, ...]
    file_id: int | None


def find_known(db: sqlite3.Connection, path: str, sha256: str) -> KnownFile | None:
    """The file of these bytes; None where it has to be read.

    An older version of a diary has to be read again: that is how an edit is undone. A copy of
    a diary under another path is remembered as such, so that it does not bring back the old
    values once the diary itself has moved on.
    """
    file = db.execute("SELECT id, path, is_diary FROM file WHERE sha256 = ?", (sha256,)).fetchone()
    if file is None:
        return None
    if file["is_diary"]:
        holds = db.execute("SELECT file_id FROM diary WHERE path = ?", (path,)).fetchone()
        if holds is None and db.execute("SELECT 1 FROM diary WHERE file_id = ?", (file["id"],)).fetchone():
            save_version(db, path, file["id"])
        elif holds is None or holds["file_id"] != file["id"]:
            return None
    return KnownFile(file["id"], file["path"], runs_of_file(db, file["id"]))


def runs_of_file(db: sqlite3.Connection, file_id: int) -> tuple[int, ...]:
    """The ids of the runs that a file tells of, in its order."""
    found = db.execute(
        "SELECT DISTINCT activity_id FROM recording WHERE file_id = ? AND kind = ? ORDER BY position",
        (file_id, Kind.RUN),
    )
    return tuple(row["activity_id"] for row in found)


def save_file(db: sqlite3.Connection, path: str, sha256: str, file_format: str, *, is_diary: bool) -> int:
    """Note a file that is being taken and return its id."""
    now = rows.utc_text(datetime.now(UTC))
    db.execute(
        "INSERT INTO file (sha256, path, format, is_diary, imported_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (sha256) DO UPDATE SET imported_at = excluded.imported_at",
        (sha256, path, file_format, is_diary, now),
    )
    return int(db.execute("SELECT id FROM file WHERE sha256 = ?", (sha256,)).fetchone()["id"])


def save_version(db: sqlite3.Connection, path: str, file_id: int) -> None:
    """Note which version of a file holds that the runner goes on editing."""
    db.execute("INSERT OR REPLACE INTO diary VALUES (?, ?)", (path, file_id))


def delete_version(db: sqlite3.Connection, path: str) -> None:
    """Let any version of that file be read again."""
    db.execute("DELETE FROM diary WHERE path = ?", (path,))


def read_scans(
    db: sqlite3.Connection, paths: Sequence[str], reader: str
) -> list[tuple[CachedScan, tuple[int, ...]]]:
    """What came of these files when the same reader took them, each with the runs that it tells of.

    Args:
        db: the database.
        paths: of files and archives.
        reader: the code and settings that would read them now.
    """
    runs = _runs_by_file(db)
    found = db.execute(
        "SELECT path, member, size, mtime_ns, outcome, reason, problems, file_id FROM seen "
        "WHERE reader = ? AND path IN (SELECT value FROM json_each(?)) ORDER BY id",
        (reader, json.dumps(paths)),
    )
    return [
        (
            CachedScan(path, member, size, mtime_ns, outcome, reason, _parse_problems(problems), file_id),
            runs.get(file_id, ()),
        )
        for path, member, size, mtime_ns, outcome, reason, problems, file_id in found
    ]


def _parse_problems(problems: str) -> tuple[str, ...]:
    return tuple(json.loads(problems)) if problems else ()


def _runs_by_file(db: sqlite3.Connection) -> dict[int, tuple[int, ...]]:
    runs: dict[int, tuple[int, ...]] = {}
    for file_id, activity_id in db.execute(
        "SELECT file_id, activity_id FROM recording WHERE kind = ? ORDER BY file_id, position", (Kind.RUN,)
    ):
        runs[file_id] = (*runs.get(file_id, ()), activity_id)
    return runs


def save_scans(
    db: sqlite3.Connection, reader: str, paths: Iterable[str], seen_now: Iterable[CachedScan]
) -> None:
    """Remember what came of files, in the place of what came of them before.

    Args:
        db: the database, within a transaction.
        reader: the code and settings that read them.
        paths: all files that were taken, also those of which nothing lasting can be said.
        seen_now: what came of them, the members of an archive in their order.
    """
    db.executemany("DELETE FROM seen WHERE path = ?", [(path,) for path in paths])
    db.executemany(
        "INSERT INTO seen (path, member, size, mtime_ns, reader, outcome, reason, problems, file_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (*one[:4], reader, *one[4:6], json.dumps(one.problems) if one.problems else "", one.file_id)
            for one in seen_now
        ],
    )
