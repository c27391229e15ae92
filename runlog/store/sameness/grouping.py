"""Recordings grouped into activities: as they come in, and by the runner's own word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlog.errors import BadInput, no_run
from runlog.store import read, routes

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence


def new_activity(db: sqlite3.Connection) -> int:
    """Make an activity, which gets an id that was never used before."""
    return int(db.execute("INSERT INTO activity DEFAULT VALUES").lastrowid or 0)


def unite(db: sqlite3.Connection, activity_ids: Iterable[int]) -> int:
    """Make one activity of those that a recording shows to be one, and return its id, the oldest of them."""
    united = unitable(db, activity_ids)
    for other in sorted(united)[1:]:
        _absorb(db, min(united), other)
    return min(united)


def unitable(db: sqlite3.Connection, activity_ids: Iterable[int]) -> list[int]:
    """These activities, but of those that the runner has split only the first, so that they stay apart."""
    ids = list(dict.fromkeys(activity_ids))
    apart = [one for one in ids if _row(db, one)["kept_apart"]]
    return [one for one in ids if one not in apart[1:]]


def split(db: sqlite3.Connection, activity_id: int, sources: Sequence[int] = ()) -> list[int]:
    """Make several activities of one.

    Args:
        db: the database, within a transaction.
        activity_id: which one; it keeps its id, its shoe and what the diary says of it.
        sources: the numbers of those of its recordings, from 1 on, the best first, that become one
            activity of their own; by default each but the first becomes one.

    Returns:
        The ids of the new activities.

    Raises:
        NotFound: there is no such activity.
        BadInput: it has a single source, or no such source, or none would be left.
    """
    found = [one.id for one in read.recordings_of(db, activity_id)]
    _refuse_split(activity_id, len(found), sources)
    _keep_apart(db, activity_id)
    routes.forget(db, activity_id)
    if not sources:
        return [_move(db, [one]) for one in found[1:]]
    return [_move(db, [found[number - 1] for number in sorted(set(sources))])]


def _refuse_split(activity_id: int, count: int, sources: Sequence[int]) -> None:
    if count == 0:
        raise no_run(activity_id)
    if count == 1:
        raise BadInput(f"run {activity_id} has a single source; there is nothing to split")
    if any(not 1 <= number <= count for number in sources):
        raise BadInput(
            f"run {activity_id} has the sources 1 to {count}; runlog show {activity_id} lists them"
        )
    if len(set(sources)) == count:
        raise BadInput(f"these are all the sources of run {activity_id}; leave it at least one")


def _move(db: sqlite3.Connection, recording_ids: Sequence[int]) -> int:
    activity_id = new_activity(db)
    _keep_apart(db, activity_id)
    db.executemany(
        "UPDATE recording SET activity_id = ? WHERE id = ?", [(activity_id, one) for one in recording_ids]
    )
    return activity_id


def _keep_apart(db: sqlite3.Connection, activity_id: int) -> None:
    db.execute("UPDATE activity SET kept_apart = 1 WHERE id = ?", (activity_id,))


def merge(db: sqlite3.Connection, into: int, other: int) -> None:
    """Make one activity of two: the other's recordings, shoe and diary entries go to the first.

    Raises:
        NotFound: there is no such activity.
        BadInput: they are one already.
    """
    if into == other:
        raise BadInput(f"{into} is one run already; name two")
    for activity_id in (into, other):
        if _row(db, activity_id) is None:
            raise no_run(activity_id)
    _absorb(db, into, other)


def _row(db: sqlite3.Connection, activity_id: int) -> Any:  # noqa: ANN401 - a row, or None where there is none
    return db.execute("SELECT * FROM activity WHERE id = ?", (activity_id,)).fetchone()


def _absorb(db: sqlite3.Connection, into: int, other: int) -> None:
    db.execute("UPDATE recording SET activity_id = ? WHERE activity_id = ?", (into, other))
    db.execute("UPDATE entry SET run = ? WHERE run = ?", (into, other))
    routes.move(db, into, other)
    gone = _row(db, other)
    db.execute(
        "UPDATE activity SET worn = coalesce(worn, ?), kept_apart = max(kept_apart, ?) WHERE id = ?",
        (gone["worn"], gone["kept_apart"], into),
    )
    db.execute("DELETE FROM activity WHERE id = ?", (other,))
