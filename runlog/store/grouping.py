"""Which recordings are one activity, by the runner's own word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound
from runlog.store import read, recordings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


def split(db: sqlite3.Connection, activity_id: int, sources: Sequence[int] = ()) -> list[int]:
    """Make several activities of one.

    Args:
        db: the database, within a transaction.
        activity_id: which one; it keeps its id, its shoe and what the diary says of it.
        sources: the numbers of those of its sources, from 1 in the order of
            ``KeptActivity.sources``, that become one activity of their own; by default each
            source but the first becomes one.

    Returns:
        The ids of the new activities.

    Raises:
        NotFound: there is no such activity.
        BadInput: it has a single source, or no such source, or none would be left.
    """
    by_source: dict[str, list[int]] = {}
    for recording in read.recordings_of(db, activity_id):
        by_source.setdefault(recording.path, []).append(recording.id)
    if not by_source:
        raise NotFound(f"there is no run #{activity_id}")
    parts = list(by_source.values())
    if len(parts) == 1:
        raise BadInput(f"#{activity_id} has a single source; there is nothing to split")
    if not sources:
        return [_move(db, part) for part in parts[1:]]
    if any(not 1 <= number <= len(parts) for number in sources):
        raise BadInput(
            f"#{activity_id} has the sources 1 to {len(parts)}; runlog show {activity_id} lists them"
        )
    chosen = set(sources)
    if len(chosen) == len(parts):
        raise BadInput(f"these are all the sources of #{activity_id}; leave it at least one")
    return [_move(db, [recording for number in sorted(chosen) for recording in parts[number - 1]])]


def _move(db: sqlite3.Connection, recording_ids: Sequence[int]) -> int:
    activity_id = recordings.new_activity(db)
    db.executemany(
        "UPDATE recording SET activity_id = ? WHERE id = ?", [(activity_id, one) for one in recording_ids]
    )
    return activity_id


def merge(db: sqlite3.Connection, into: int, other: int) -> None:
    """Make one activity of two: the other's recordings, shoe and diary entries go to the first.

    Raises:
        NotFound: there is no such activity.
        BadInput: they are one already.
    """
    if into == other:
        raise BadInput(f"#{into} is one run already; name two")
    for activity_id in (into, other):
        if db.execute("SELECT 1 FROM activity WHERE id = ?", (activity_id,)).fetchone() is None:
            raise NotFound(f"there is no run #{activity_id}")
    db.execute("UPDATE recording SET activity_id = ? WHERE activity_id = ?", (into, other))
    db.execute("UPDATE entry SET run = ? WHERE run = ?", (into, other))
    db.execute(
        "UPDATE activity SET worn = coalesce(worn, (SELECT worn FROM activity WHERE id = ?)) WHERE id = ?",
        (other, into),
    )
    db.execute("DELETE FROM activity WHERE id = ?", (other,))
