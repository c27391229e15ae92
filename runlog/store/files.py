"""Store what one imported file holds, and remember the file.

A file is known by the hash of its bytes, or unread by its size and modification time.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from runlog.errors import Problem
from runlog.localtime import local_day
from runlog.matching import file_key
from runlog.model import Kind, shoe_key
from runlog.records import READER_VERSION, ImportedFile, ParsedFile
from runlog.results import FileResult
from runlog.store import activities, diary, recordings, rows, shoes

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from runlog.model import Activity, Shoe
    from runlog.store.recordings import ImportCounts
    from runlog.store.tracks import PackedTrack


class Remarks(NamedTuple):
    """What was wrong in a file, and what was assumed about it."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


class KnownFile(NamedTuple):
    """A file whose bytes were imported before, with the path that it had and what was said about it then."""

    file_id: int
    path: str
    runs: tuple[int, ...]
    remarks: Remarks = Remarks()


class CachedScan(NamedTuple):
    """The result of a file, or of a member of an archive, and the file's size and time at the import."""

    path: str  # of the file or archive on disk
    member: str  # its name within the archive, or ""
    size: int
    mtime_ns: int
    result: FileResult  # its path is not stored
    file_id: int | None  # None where nothing of it was imported


def find_known(db: sqlite3.Connection, path: str, sha256: str) -> KnownFile | None:
    """Return the file of these bytes that was imported before; None where it has to be read.

    An older version of a diary has to be read again: that is how an edit is undone. A copy of
    a diary under another path is remembered as such, so that it does not bring back the old
    values once the diary itself has moved on. A file of which the clock of this machine kept
    something out is read again, too, and one of which an older runlog read only a part.
    """
    file = db.execute("SELECT * FROM file WHERE sha256 = ?", (sha256,)).fetchone()
    if file is None or file["is_partial"] or (file["reader"] or READER_VERSION) < READER_VERSION:
        return None
    if file["is_diary"]:
        holds = db.execute("SELECT file_id FROM diary WHERE path = ?", (path,)).fetchone()
        if holds is None and db.execute("SELECT 1 FROM diary WHERE file_id = ?", (file["id"],)).fetchone():
            save_version(db, path, file["id"])
        elif holds is None or holds["file_id"] != file["id"]:
            return None
    runs = activities.runs_of_file(db, file["id"])
    return KnownFile(file["id"], file["path"], runs, _parse_remarks(file["remarks"]))


def _parse_remarks(remarks: str) -> Remarks:
    problems, notes = json.loads(remarks) if remarks else ((), ())
    return Remarks(tuple(Problem(*values) for values in problems), tuple(notes))


def _format_remarks(remarks: Remarks) -> str:
    """Return remarks as JSON; a problem of the clock is none for later."""
    problems = [[one.reason, one.line, one.byte, False, one.is_warning] for one in remarks.problems]
    return json.dumps([problems, remarks.notes]) if any(remarks) else ""


def add_file(
    db: sqlite3.Connection, path: str, sha256: str, parsed: ParsedFile, streams: Sequence[PackedTrack | None]
) -> ImportCounts | KnownFile:
    """Store everything in a file, given by its absolute path and the hash of its bytes, but for an export.

    The activities come without their tracks, which are in ``streams``: packed, None where there is none.

    Raises:
        NotReadable: it is a newer version of a list, and lacks columns that the earlier one had values in.
    """
    known = find_known(db, path, sha256)
    if known is not None:
        return known
    is_edited = parsed.replaces_earlier or not (parsed.activities or parsed.shoes)
    now = datetime.now(UTC)
    file_id = ensure_file(db, ImportedFile(sha256, path, parsed.format, is_edited, imported_at=now))
    db.execute("UPDATE file SET imported_at = ? WHERE id = ?", (rows.utc_text(now), file_id))
    _save_remarks(db, file_id, parsed)
    if is_edited:
        return _update_edited_file(db, path, file_id, parsed)
    new, improved = _update_stored(db, file_id, zip(parsed.activities, streams, strict=True))
    query = "SELECT coalesce(max(position) + 1, 0) FROM recording WHERE file_id = ?"
    counts = recordings.add_recordings(
        db,
        [one for one, _ in new],
        [stream for _, stream in new],
        file_id,
        first=db.execute(query, (file_id,)).fetchone()[0],
        columns=parsed.columns,
        unread=parsed.unread,
    )
    counts.improved = improved
    pairs = [_with_last_day(db, one) if one.name in parsed.retired else one for one in parsed.shoes]
    results = [shoes.add_or_complete(db, shoe) for shoe in pairs]
    counts.nights = diary.save_nights(db, parsed.nights)
    counts.shoes_added, counts.shoes_completed = results.count(shoes.ADDED), results.count(shoes.COMPLETED)
    return counts


def _with_last_day(db: sqlite3.Connection, shoe: Shoe) -> Shoe:
    """Return a pair that is out of use since its last run: of those that name it, else since its first day.

    Without either it is today's.
    """
    query = "SELECT shoe, start, utc_offset_s FROM recording WHERE shoe IS NOT NULL AND kind = 'run'"
    days = [
        local_day(datetime.fromisoformat(row["start"]), row["utc_offset_s"] or 0, UTC)
        for row in db.execute(query)
        if shoe_key(row["shoe"]) == shoe_key(shoe.name)
    ]
    return replace(shoe, retired=max(days, default=shoe.from_date or datetime.now(UTC).date()))


#: Where an activity comes from that the runner recorded in runlog itself.
RECORDED_HERE = "runlog"


def record_activity(db: sqlite3.Connection, activity: Activity) -> None:
    """Store an activity that was recorded in runlog itself; the same one again changes nothing."""
    values = (activity.start.isoformat(), activity.sport, activity.sub_sport)
    digest = hashlib.sha256(repr(values).encode()).hexdigest()
    parsed = ParsedFile(RECORDED_HERE, activities=(activity,))
    add_file(db, RECORDED_HERE, digest, parsed, [None])


def _save_remarks(db: sqlite3.Connection, file_id: int, parsed: ParsedFile) -> None:
    """Store what was wrong in a file, and which reader is to be followed by a newer one."""
    is_partial = any(problem.by_clock for problem in parsed.problems)
    is_list = any(one.external is not None for one in parsed.activities)
    reader = READER_VERSION if parsed.problems or is_list else None
    remarks = _format_remarks(Remarks(parsed.problems, parsed.notes))
    db.execute(
        "UPDATE file SET is_partial = ?, reader = ?, remarks = ? WHERE id = ?",
        (is_partial, reader, remarks, file_id),
    )


def _update_stored(
    db: sqlite3.Connection, file_id: int, parsed: Iterable[tuple[Activity, PackedTrack | None]]
) -> tuple[list[tuple[Activity, PackedTrack | None]], int]:
    """Update the recordings of a file that was read before; return the new ones, and how many have changed.

    They are known again by their times, or by their order where a newer reader has put the times right.
    """
    before = [one for one in activities.recordings_in(db, file_id) if one.activity.external is None]
    new, known = [], []
    for activity, stream in parsed:
        same = (one for one in before if recordings.overlap(one.activity, activity))
        stored = None if activity.external else next(same, None)
        if stored is None:
            new.append((activity, stream))
        else:
            before.remove(stored)
            known.append((stored, activity, stream))
    if len(before) == len(new):
        known += [(stored, *one) for stored, one in zip(before, new, strict=True)]
        new = []
    return new, sum(recordings.read_anew(db, *one) for one in known)


def _update_edited_file(db: sqlite3.Connection, path: str, file_id: int, parsed: ParsedFile) -> ImportCounts:
    """Update the rows of a file that the runner goes on editing: a diary or a list of runs.

    A version with rows that could not be read is not noted, and may be imported again.

    Raises:
        NotReadable: it lacks columns that the version before had values in.
    """
    complete = all(problem.is_warning for problem in parsed.problems)
    diary.check_columns(db, path, parsed)
    diary.save_columns(db, path, parsed)
    entries = diary.update_from_diary(
        db, path, parsed.entries, complete=complete, columns=parsed.columns, unread=parsed.unread
    )
    suffix = f"@{path}"
    listed = [replace(one, external=f"{one.external}{suffix}") for one in parsed.activities]
    counts = recordings.add_recordings(
        db,
        listed,
        [None] * len(listed),
        file_id,
        columns=parsed.columns,
        unread={f"{external}{suffix}": fields for external, fields in parsed.unread.items()},
    )
    counts.entries = entries
    counts.nights = diary.save_nights(db, parsed.nights)
    if complete:
        counts.removed = recordings.remove_missing_rows(db, suffix, [one.external for one in listed])
        save_version(db, path, file_id)
    else:
        counts.file_id = None
        db.execute("DELETE FROM diary WHERE path = ?", (path,))
    return counts


def ensure_file(db: sqlite3.Connection, file: ImportedFile) -> int:
    """Store a file unless its bytes are known, and return its id."""
    known = db.execute("SELECT id FROM file WHERE sha256 = ?", (file.sha256,)).fetchone()
    if known is not None:
        return int(known["id"])
    return rows.insert(db, "file", rows.to_row(file) | {"name": file_key(file.path)})


_IN_FILE = (
    "file_id = (SELECT id FROM file WHERE sha256 = :sha256) AND CASE WHEN :external IS NULL THEN "
    "start = :start ELSE external IN (:external, :of_list) END"
)
#: What is said of a file's activities last counts, and no longer what was said of one of them before.
_FORGET_GIVEN_SPORT = (
    "UPDATE activity SET given_sport = NULL, given_sub_sport = NULL, given_kind = NULL "  # noqa: S608 - our own names
    f"WHERE given_sport IS NOT NULL AND id IN (SELECT activity_id FROM recording WHERE {_IN_FILE})"
)


def set_sport(db: sqlite3.Connection, path: str, sha256: str, activities: Iterable[Activity]) -> int:
    """Set sport and kind of the recordings of a known file, and return how many that changes.

    The activities are those of the file, with the sport that is to count. Its path is a part of the row ids
    of a list that the runner goes on editing.
    """
    changed = 0
    for one in activities:
        values = {
            "sport": one.sport,
            "sub_sport": one.sub_sport,
            "kind": one.kind,
            "guessed": one.sport_guessed,
            "sha256": sha256,
            "start": rows.utc_text(one.start),
            "external": one.external,
            "of_list": f"{one.external}@{path}",
        }
        was_given = db.execute(_FORGET_GIVEN_SPORT, values).rowcount
        set_anew = db.execute(
            "UPDATE recording SET sport = :sport, sub_sport = :sub_sport, kind = :kind, "  # noqa: S608 - our own names
            f"sport_guessed = :guessed WHERE {_IN_FILE} "
            "AND (sport, sub_sport, kind, sport_guessed) IS NOT (:sport, :sub_sport, :kind, :guessed)",
            values,
        ).rowcount
        changed += set_anew or was_given
    return changed


def save_version(db: sqlite3.Connection, path: str, file_id: int) -> None:
    """Note which version is current of a file that the runner goes on editing."""
    db.execute("INSERT OR REPLACE INTO diary VALUES (?, ?)", (path, file_id))


def read_scans(db: sqlite3.Connection, paths: Sequence[str], reader: str) -> list[CachedScan]:
    """Return the results of files and archives from an earlier import by the same code and settings."""
    runs = _runs_by_file(db)
    found = db.execute(
        "SELECT * FROM seen WHERE reader = ? AND path IN (SELECT value FROM json_each(?)) ORDER BY id",
        (reader, json.dumps(paths)),
    )
    return [
        CachedScan(
            *(row["path"], row["member"], row["size"], row["mtime_ns"]),
            FileResult(
                *("", row["outcome"], row["reason"], runs.get(row["file_id"], ())),
                _parse_remarks(row["problems"]).problems,
            ),
            row["file_id"],
        )
        for row in found
    ]


def _runs_by_file(db: sqlite3.Connection) -> dict[int, tuple[int, ...]]:
    runs: dict[int, tuple[int, ...]] = {}
    for file_id, activity_id in db.execute(
        "SELECT file_id, activity_id FROM recording JOIN activity ON activity.id = activity_id "
        "WHERE coalesce(given_kind, recording.kind) = ? AND NOT is_deleted ORDER BY file_id, position",
        (Kind.RUN,),
    ):
        runs[file_id] = (*runs.get(file_id, ()), activity_id)
    return runs


def save_scans(
    db: sqlite3.Connection, reader: str, paths: Iterable[str], scans: Iterable[CachedScan]
) -> None:
    """Store the final results of files, in the place of earlier ones; those of an archive's members in order.

    ``reader`` stands for the code and settings that read them, ``paths`` for all files that were imported,
    also those without a final result.
    """
    db.executemany("DELETE FROM seen WHERE path = ?", [(path,) for path in paths])
    for path, member, size, mtime_ns, result, file_id in scans:
        row = {"path": path, "member": member, "size": size, "mtime_ns": mtime_ns, "reader": reader}
        row |= {"outcome": result.outcome, "reason": result.reason, "file_id": file_id}
        rows.insert(db, "seen", row | {"problems": _format_remarks(Remarks(result.problems))})
