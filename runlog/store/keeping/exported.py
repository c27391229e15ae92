"""What the store holds, as an export tells it: all of it, and nothing that can be made anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from runlog.model import ExportedActivity, ExportedJournal, Origin, TakenFile
from runlog.store import alerts, plans, read, routes, rows, shoe_rules

if TYPE_CHECKING:
    import sqlite3

    from runlog.model import Activity

_REACH = timedelta(days=2)  # farther apart no two recordings are taken for one
_ORIGIN = "file.sha256, recording.position, recording.external"


def activity_ids(db: sqlite3.Connection) -> list[int]:
    """The ids of all activities."""
    return [row[0] for row in db.execute("SELECT DISTINCT activity_id FROM recording ORDER BY activity_id")]


def activity(db: sqlite3.Connection, activity_id: int) -> tuple[ExportedActivity, list[Activity]]:
    """One activity and its recordings with their tracks, in the order in which they came."""
    found = db.execute(
        "SELECT recording.*, file.path, file.sha256, file.format, file.is_diary, file.imported_at "
        "FROM recording JOIN file ON file.id = recording.file_id WHERE activity_id = ? ORDER BY recording.id",
        (activity_id,),
    ).fetchall()
    bare = [rows.recording(row).activity for row in found]
    recordings = [
        replace(one, track=read.recording_track(db, row["id"])) for one, row in zip(bare, found, strict=True)
    ]
    own = db.execute("SELECT worn, kept_apart FROM activity WHERE id = ?", (activity_id,)).fetchone()
    exported = ExportedActivity(
        id=activity_id,
        worn=own["worn"],
        kept_apart=bool(own["kept_apart"]),
        files=tuple(map(_file, found)),
        positions=tuple(row["position"] for row in found),
        apart=_apart(db, activity_id, [one.start for one in bare]),
    )
    return exported, recordings


def _apart(db: sqlite3.Connection, activity_id: int, starts: list[datetime]) -> tuple[Origin, ...]:
    """The recordings of other activities that an import might take for this one."""
    around = (rows.time_text(min(starts) - _REACH), rows.time_text(max(starts) + _REACH))
    found = db.execute(
        f"SELECT {_ORIGIN} FROM recording JOIN file ON file.id = recording.file_id "  # noqa: S608 - our own names
        "WHERE start BETWEEN ? AND ? AND activity_id <> ? ORDER BY file.sha256, position",
        (*around, activity_id),
    )
    return tuple(Origin(*row) for row in found)


def journal(db: sqlite3.Connection) -> ExportedJournal:
    """All that is no activity, and which recordings are which activity."""
    origins = db.execute(
        f"SELECT activity_id, {_ORIGIN} FROM recording "  # noqa: S608 - our own names
        "JOIN file ON file.id = recording.file_id ORDER BY activity_id, recording.id"
    )
    without = db.execute("SELECT * FROM file WHERE id NOT IN (SELECT file_id FROM recording) ORDER BY sha256")
    versions = db.execute(
        "SELECT diary.path, sha256 FROM diary JOIN file ON file.id = diary.file_id ORDER BY diary.path"
    )
    return ExportedJournal(
        activities={
            activity_id: tuple(Origin(*row[1:]) for row in of_one)
            for activity_id, of_one in groupby(origins, key=lambda row: int(row["activity_id"]))
        },
        entries=tuple(read.entries(db)),
        shoes=tuple(read.shoes(db)),
        shoe_rules=tuple(kept.rule for kept in shoe_rules.rules(db)),
        routes=routes.read(db),
        on_route=routes.on_route(db),
        files=tuple(map(_file, without)),
        versions={row["path"]: row["sha256"] for row in versions},
        alerts=tuple(alerts.read(db)),
        plans=tuple(plans.plans(db)),
    )


def _file(row: sqlite3.Row) -> TakenFile:
    return TakenFile(
        sha256=row["sha256"],
        path=row["path"],
        format=row["format"],
        is_diary=bool(row["is_diary"]),
        imported_at=datetime.fromisoformat(row["imported_at"]),
    )
