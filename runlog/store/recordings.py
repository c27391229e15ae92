"""Recordings into the store: grouped into activities as they come, a list's rows kept in step with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from runlog.model import Kind
from runlog.store import filed, read, rows
from runlog.store.sameness import grouping, twins
from runlog.store.sameness.duplicates import same_run

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from runlog.model import Activity
    from runlog.store.rows import Recording
    from runlog.store.tracks import Derived, Stream

_COLUMNS = ("activity_id", "file_id", "position", *rows.ACTIVITY_COLUMNS, "streams", "points")
_INSERT = (
    f"INSERT INTO recording ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join(f':{column}' for column in _COLUMNS)})"
)
_UPDATE = (
    f"UPDATE recording SET ({', '.join(_COLUMNS)}) = "  # noqa: S608 - likewise
    f"({', '.join(f':{column}' for column in _COLUMNS)}) WHERE id = :id"
)


@dataclass(slots=True)
class Tally:
    """What the activities of one file came to.

    Attributes:
        runs: the ids of the runs that it tells of.
        runs_added: how many of them are new.
        other_added: how many activities that are no runs are new.
        merged: of each recording that was found to be of an activity that was there, which one.
        joined: how many rows of a list tell more of an activity that was there.
        updated: how many rows of a list say something else than its version before.
        removed: how many are no longer in it.
    """

    runs: list[int] = field(default_factory=list)
    runs_added: int = 0
    other_added: int = 0
    merged: list[str] = field(default_factory=list)
    joined: int = 0
    updated: int = 0
    removed: int = 0


class Place(NamedTuple):
    """Where an activity stands: in which file, and the how manieth it is."""

    file_id: int
    position: int


def add(
    db: sqlite3.Connection, activities: Sequence[Activity], streams: Iterable[Stream | None], file_id: int
) -> Tally:
    """Keep the activities of one file, each with the activity that it is a recording of.

    Args:
        db: the database, within a transaction.
        activities: without their tracks, which come packed as
        streams: one for each.
        file_id: the file.
    """
    tally = Tally()
    for position, (activity, stream) in enumerate(zip(activities, streams, strict=True)):
        place = Place(file_id, position)
        earlier = _of_the_list(db, activity)
        if earlier is not None:
            _renew(db, earlier, activity, place, tally)
        else:
            _add(db, activity, stream, place, tally)
    tally.runs += filed.runs_of(db, file_id)
    return tally


def keep_derived(db: sqlite3.Connection, recording_id: int, derived: Derived) -> None:
    """Put into the cache what is derived of a recording's track."""
    db.execute("INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?)", (recording_id, *derived))


def remove_others(db: sqlite3.Connection, listed_in: str, kept: Iterable[str | None]) -> int:
    """Take out the rows of a list that are no longer in it, and say how many those were.

    Args:
        db: the database, within a transaction.
        listed_in: what the ``external`` of all its rows ends with.
        kept: the ``external`` of the rows that are still in it.
    """
    found = db.execute(
        "SELECT id, activity_id, external FROM recording WHERE substr(external, -length(?)) = ?",
        (listed_in, listed_in),
    ).fetchall()
    still = set(kept)
    vanished = [row for row in found if row["external"] not in still]
    for row in vanished:
        db.execute("DELETE FROM recording WHERE id = ?", (row["id"],))
        _remove_empty(db, row["activity_id"])
    return len(vanished)


def _remove_empty(db: sqlite3.Connection, activity_id: int) -> None:
    """Take out an activity of which no recording is left; what the diary says of it stays without it."""
    if db.execute("SELECT 1 FROM recording WHERE activity_id = ?", (activity_id,)).fetchone() is None:
        db.execute("UPDATE entry SET run = NULL WHERE run = ?", (activity_id,))
        db.execute("DELETE FROM activity WHERE id = ?", (activity_id,))


def _add(
    db: sqlite3.Connection, activity: Activity, stream: Stream | None, place: Place, tally: Tally
) -> None:
    same = twins.find(db, activity, stream)
    if not same:
        activity_id = grouping.new_activity(db)
        tally.runs_added += activity.kind is Kind.RUN
        tally.other_added += activity.kind is not Kind.RUN
    else:
        joined = grouping.unitable(db, (one.activity_id for one in same))
        activity_id = grouping.unite(db, joined)
        if activity.external:
            tally.joined += 1
        else:
            tally.merged.append(same_as([one for one in same if one.activity_id in joined]))
    insert(db, activity, stream, activity_id, place)


def insert(
    db: sqlite3.Connection, activity: Activity, stream: Stream | None, activity_id: int, place: Place
) -> None:
    """Keep a recording of that activity."""
    row = _row(activity, activity_id, place)
    row |= {"streams": stream.columns if stream else 0, "points": stream.points if stream else 0}
    recording_id = int(db.execute(_INSERT, row).lastrowid or 0)
    if stream is not None:
        db.execute("INSERT INTO track VALUES (?, ?)", (recording_id, stream.arrays))
        keep_derived(db, recording_id, stream.derived)


def _row(activity: Activity, activity_id: int, place: Place) -> dict[str, object]:
    own = {"activity_id": activity_id, **place._asdict(), "streams": 0, "points": 0}
    return rows.activity_row(activity) | own


def same_as(same: Sequence[Recording]) -> str:
    """Say that a new recording is of the activities that these are recordings of, the closest first."""
    what = "run" if same[0].activity.kind is Kind.RUN else "activity"
    by_activity = {one.activity_id: one for one in reversed(same)}
    return f"the same {what} as {' and '.join(map(_told, reversed(by_activity.values())))}"


def _told(twin: Recording) -> str:
    name = f" {twin.activity.name!r}" if twin.activity.name else ""
    return f"#{twin.activity_id}{name} ({PurePath(twin.path).name})"


def _of_the_list(db: sqlite3.Connection, activity: Activity) -> Recording | None:
    """The row of an earlier version of the list."""
    return read.recording_named(db, activity.external) if activity.external else None


def _renew(
    db: sqlite3.Connection, earlier: Recording, activity: Activity, place: Place, tally: Tally
) -> None:
    """Let a row say what the newer version of its list says, of the activity that it now fits."""
    activity_id = earlier.activity_id
    if replace(activity, track=None) != earlier.activity:
        tally.updated += 1
        activity_id = _fitting(db, earlier, activity)
    db.execute(_UPDATE, _row(activity, activity_id, place) | {"id": earlier.id})


def _fitting(db: sqlite3.Connection, earlier: Recording, activity: Activity) -> int:
    """The activity that a changed row tells of; where the runner has put it, it stays."""
    others = [one.activity for one in read.recordings_of(db, earlier.activity_id) if one.id != earlier.id]
    fitted = not others or any(same_run(earlier.activity, other) for other in others)
    if not fitted or any(same_run(activity, other) for other in others):
        return earlier.activity_id
    same = [one.activity_id for one in twins.find(db, activity, None, besides=(earlier.id,))]
    if others:
        return grouping.unite(db, same) if same else grouping.new_activity(db)
    return grouping.unite(db, [earlier.activity_id, *same])
