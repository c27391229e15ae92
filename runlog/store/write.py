"""One file's records into the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import PurePath
from typing import TYPE_CHECKING

from runlog.model import Kind
from runlog.store import entries, read, rows, shoes
from runlog.store.duplicates import LARGEST_SHIFT_S, lag_if_shifted_s, same_run
from runlog.store.entries import EntryCounts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from runlog.model import Activity, Reading, Track
    from runlog.store.rows import Recording

_COLUMNS = ("activity_id", "file_id", "position", *rows.ACTIVITY_COLUMNS, "streams", "points")
_INSERT = (
    f"INSERT INTO recording ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join(f':{column}' for column in _COLUMNS)})"
)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        outcome: "added", "merged" or "known".
        reason: what there is to say of it, or "".
        runs: the ids of the runs that the file tells of, new or not.
        runs_added: how many of them are new.
        other_added: how many activities that are no runs are new.
        ratings: how many diary entries it added, updated and removed.
    """

    outcome: str
    reason: str = ""
    runs: tuple[int, ...] = ()
    runs_added: int = 0
    other_added: int = 0
    ratings: EntryCounts = field(default_factory=EntryCounts)


@dataclass(slots=True)
class _Tally:
    """What the activities of one file came to."""

    runs: list[int] = field(default_factory=list)
    runs_added: int = 0
    other_added: int = 0
    merged: list[str] = field(default_factory=list)


def recognise(db: sqlite3.Connection, path: str, sha256: str) -> FileOutcome | None:
    """The outcome of a file whose bytes were taken before; None where it has to be read.

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
            _note_version(db, path, file["id"])
        elif holds is None or holds["file_id"] != file["id"]:
            return None
    reason = "imported before" if file["path"] == path else f"the same bytes as {file['path']}"
    return FileOutcome("known", reason, runs=_runs_of(db, file["id"]))


def add_file(
    db: sqlite3.Connection,
    path: str,
    sha256: str,
    reading: Reading,
    shapes: Sequence[NDArray[np.float64] | None],
    *,
    shape_version: int,
) -> FileOutcome:
    """Keep all that a file holds; within one transaction.

    Args:
        db: the database, within a transaction.
        path: the file's absolute path.
        sha256: of its bytes.
        reading: what it holds.
        shapes: the route shape of each of its activities, or None where there is none.
        shape_version: of the code that made the shapes.
    """
    known = recognise(db, path, sha256)
    if known is not None:
        return known
    if not reading.activities and not reading.shoes:
        return _told(_Tally(), _follow_diary(db, path, sha256, reading), 0)
    tally = _Tally()
    file_id = _file(db, path, sha256, reading.format, is_diary=False)
    for position, (activity, shape) in enumerate(zip(reading.activities, shapes, strict=True)):
        recording_id = _add_recording(db, activity, file_id, position, tally)
        if activity.track is not None:
            _add_track(db, recording_id, activity.track)
            keep_shape(db, recording_id, shape, shape_version)
    return _told(tally, EntryCounts(), sum(shoes.add_new(db, shoe) for shoe in reading.shoes))


def count_as(db: sqlite3.Connection, sha256: str, activities: Sequence[Activity]) -> int:
    """Let the recordings of a known file count as another sport, and say how many that changes."""
    changed = 0
    for position, activity in enumerate(activities):
        wanted = {"sport": activity.sport, "sub_sport": activity.sub_sport, "kind": activity.kind}
        changed += db.execute(
            "UPDATE recording SET sport = :sport, sub_sport = :sub_sport, kind = :kind "
            "WHERE file_id = (SELECT id FROM file WHERE sha256 = :sha256) AND position = :position "
            "AND (sport, sub_sport, kind) IS NOT (:sport, :sub_sport, :kind)",
            wanted | {"sha256": sha256, "position": position},
        ).rowcount
    return changed


def keep_shape(
    db: sqlite3.Connection, recording_id: int, shape: NDArray[np.float64] | None, version: int
) -> None:
    """Put a recording's route shape into the cache; None where its track has no route."""
    arrays = None
    if shape is not None:
        from runlog.store import tracks

        arrays = tracks.pack_shape(shape)
    db.execute("INSERT OR REPLACE INTO shape VALUES (?, ?, ?)", (recording_id, version, arrays))


def _add_recording(
    db: sqlite3.Connection, activity: Activity, file_id: int, position: int, tally: _Tally
) -> int:
    twin = _twin(db, activity)
    is_run = activity.kind is Kind.RUN
    if twin is None:
        activity_id = int(db.execute("INSERT INTO activity DEFAULT VALUES").lastrowid or 0)
        tally.runs_added += is_run
        tally.other_added += not is_run
    else:
        activity_id = twin.activity_id
        tally.merged.append(_same_as(twin))
    if is_run:
        tally.runs.append(activity_id)
    row = rows.activity_row(activity) | {
        "activity_id": activity_id,
        "file_id": file_id,
        "position": position,
        **_richness(activity.track),
    }
    return int(db.execute(_INSERT, row).lastrowid or 0)


def _twin(db: sqlite3.Connection, activity: Activity) -> Recording | None:
    """The stored recording that is of the same activity."""
    reach = timedelta(seconds=LARGEST_SHIFT_S)
    around = read.recordings_between(
        db, rows.time_text(activity.start - reach), rows.time_text(activity.start + reach)
    )
    same_clock = (other for other in around if same_run(activity, other.activity))
    other_clock = (other for other in around if _same_but_shifted(db, activity, other))
    return next(chain(same_clock, other_clock), None)


def _same_but_shifted(db: sqlite3.Connection, activity: Activity, other: Recording) -> bool:
    lag_s = lag_if_shifted_s(activity, other.activity)
    if lag_s is None or activity.track is None:
        return False
    from runlog.store.coincidence import coincide

    track = read.recording_track(db, other.id)
    return track is not None and coincide(activity.track, track, lag_s)


def _same_as(twin: Recording) -> str:
    what = "run" if twin.activity.kind is Kind.RUN else "activity"
    name = f" {twin.activity.name!r}" if twin.activity.name else ""
    return f"the same {what} as #{twin.activity_id}{name} ({PurePath(twin.path).name})"


def _richness(track: Track | None) -> dict[str, int]:
    if track is None:
        return {"streams": 0, "points": 0}
    from runlog.store import tracks

    return {"streams": tracks.streams(track), "points": len(track)}


def _add_track(db: sqlite3.Connection, recording_id: int, track: Track) -> None:
    from runlog.store import tracks

    db.execute("INSERT INTO track VALUES (?, ?)", (recording_id, tracks.pack(track)))


def _follow_diary(db: sqlite3.Connection, path: str, sha256: str, reading: Reading) -> EntryCounts:
    """Take over a diary's rows; a version with rows that could not be read may be imported again."""
    complete = not reading.problems
    counts = entries.follow_diary(db, path, reading.entries, complete=complete)
    if complete:
        _note_version(db, path, _file(db, path, sha256, reading.format, is_diary=True))
    else:
        db.execute("DELETE FROM diary WHERE path = ?", (path,))
    return counts


def _note_version(db: sqlite3.Connection, path: str, file_id: int) -> None:
    db.execute("INSERT OR REPLACE INTO diary VALUES (?, ?)", (path, file_id))


def _file(db: sqlite3.Connection, path: str, sha256: str, file_format: str, *, is_diary: bool) -> int:
    now = rows.time_text(datetime.now(UTC))
    db.execute(
        "INSERT INTO file (sha256, path, format, is_diary, imported_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (sha256) DO UPDATE SET imported_at = excluded.imported_at",
        (sha256, path, file_format, is_diary, now),
    )
    return int(db.execute("SELECT id FROM file WHERE sha256 = ?", (sha256,)).fetchone()["id"])


def _runs_of(db: sqlite3.Connection, file_id: int) -> tuple[int, ...]:
    found = db.execute(
        "SELECT DISTINCT activity_id FROM recording WHERE file_id = ? AND kind = ? ORDER BY position",
        (file_id, Kind.RUN),
    )
    return tuple(row["activity_id"] for row in found)


def _told(tally: _Tally, ratings: EntryCounts, shoes_added: int) -> FileOutcome:
    counts = (
        (ratings.added, "added to the diary"),
        (ratings.updated, "updated"),
        (ratings.removed, "removed, being no longer in it"),
        (shoes_added, "pair of shoes added" if shoes_added == 1 else "pairs of shoes added"),
    )
    told = [*tally.merged, *(f"{count} {what}" for count, what in counts if count)]
    if tally.runs_added or tally.other_added or any(count for count, _ in counts):
        outcome = "added"
    elif tally.merged:
        outcome = "merged"
    else:
        outcome, told = "known", ["all of it was there already"]
    return FileOutcome(
        outcome, "; ".join(told), tuple(tally.runs), tally.runs_added, tally.other_added, ratings
    )
