"""Add recordings, and group those of the same run into one activity.

The order in which files are imported never changes which recordings end up together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from runlog import matching
from runlog.errors import BadInput, run_not_found
from runlog.matching.same_run import is_same_run
from runlog.model import Kind
from runlog.store import activities, routes, rows
from runlog.store.activities import runs_of_file
from runlog.store.diary import EntryCounts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Sequence

    from runlog.model import Activity
    from runlog.records import Recording
    from runlog.store.tracks import PackedDerived, PackedTrack


@dataclass(slots=True)
class ImportCounts:
    """What importing one file changed.

    Attributes:
        file_id: the stored file; None where it has to be read again next time.
        runs: the ids of the runs in it, new or not.
        runs_added: how many of them are new.
        other_added: how many activities that are no runs are new.
        duplicates: for each new recording of an activity that was stored before, the recordings it matched.
        extended: the ids of stored activities that an export had more recordings of.
        joined: how many rows of a list describe an activity that was stored before.
        updated: how many rows of a list say something else than its version before.
        removed: how many are no longer in it.
        unread: how many rows keep a field, by its name, because no column for it was found.
        entries: how many diary entries were added, updated and removed.
        nights: how many nights are new or say something else.
        shoes_added: how many pairs of shoes are new.
        shoes_completed: how many pairs or rules learnt something.
        problems: what could not be imported.
    """

    file_id: int | None = None
    runs: tuple[int, ...] = ()
    runs_added: int = 0
    other_added: int = 0
    duplicates: list[list[Recording]] = field(default_factory=list)
    extended: list[int] = field(default_factory=list)
    joined: int = 0
    updated: int = 0
    removed: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    entries: EntryCounts = field(default_factory=EntryCounts)
    nights: int = 0
    shoes_added: int = 0
    shoes_completed: int = 0
    problems: list[str] = field(default_factory=list)

    def add_activity(self, *, is_run: bool) -> None:
        """Count a new activity."""
        self.runs_added += is_run
        self.other_added += not is_run


class FilePosition(NamedTuple):
    """The file, and the index of an activity within it."""

    file_id: int
    position: int


def add_recordings(
    db: sqlite3.Connection,
    activities: Sequence[Activity],
    streams: Iterable[PackedTrack | None],
    file_id: int,
    *,
    columns: Collection[str] | None = None,
    first: int = 0,
) -> ImportCounts:
    """Store the activities of one file, each with the activity that it is a recording of.

    Args:
        db: the database, within a transaction.
        activities: without their tracks.
        streams: the packed track of each activity, None where it has none.
        file_id: of the file.
        first: the position of the first of them within the file.
        columns: the fields that a list has a column for; the others of a stored row stay. None: all.
    """
    unread = () if columns is None else set(rows.ACTIVITY_COLUMNS) - set(columns)
    counts = ImportCounts(file_id)
    for index, (activity, stream) in enumerate(zip(activities, streams, strict=True), first):
        position = FilePosition(file_id, index)
        earlier = _find_list_row(db, activity)
        if earlier is not None:
            row = _with_unread(activity, earlier.activity, unread, counts)
            _update_list_row(db, earlier, row, position, counts)
        else:
            _add_recording(db, activity, stream, position, counts)
    counts.runs = runs_of_file(db, file_id)
    return counts


def _with_unread(row: Activity, earlier: Activity, unread: Iterable[str], counts: ImportCounts) -> Activity:
    """Return a row with what its list is not understood about as an earlier version has it.

    Args:
        row: as the newer version has it.
        earlier: as it is stored.
        unread: the fields that the newer version has no column for.
        counts: of what stays.
    """
    names = set(unread)
    if row.sport_guessed and not earlier.sport_guessed:  # its word for the sport is not known
        names |= {"sport", "sub_sport", "kind", "sport_guessed"}
    present = {name: getattr(earlier, name) for name in names}
    counts.unread.update(name for name, value in present.items() if value != getattr(row, name))
    return replace(row, **present)


def save_derived(db: sqlite3.Connection, recording_id: int, derived: PackedDerived) -> None:
    """Cache what is derived of a recording's track."""
    db.execute("INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?)", (recording_id, *derived))


def remove_missing_rows(db: sqlite3.Connection, list_suffix: str, present: Iterable[str | None]) -> int:
    """Remove the rows of a list that are no longer in it, and return how many those were.

    Args:
        db: the database, within a transaction.
        list_suffix: what the ``external`` of all its rows ends with.
        present: the ``external`` of the rows that are still in it.
    """
    found = db.execute(
        "SELECT id, activity_id, external FROM recording WHERE substr(external, -length(?)) = ?",
        (list_suffix, list_suffix),
    ).fetchall()
    still = set(present)
    vanished = [row for row in found if row["external"] not in still]
    for row in vanished:
        db.execute("DELETE FROM recording WHERE id = ?", (row["id"],))
        remove_if_empty(db, row["activity_id"])
    return len(vanished)


def remove_if_empty(db: sqlite3.Connection, activity_id: int) -> None:
    """Remove an activity without recordings; its diary entries stay, without a run."""
    if db.execute("SELECT 1 FROM recording WHERE activity_id = ?", (activity_id,)).fetchone() is None:
        db.execute("UPDATE entry SET run = NULL WHERE run = ?", (activity_id,))
        db.execute("DELETE FROM activity WHERE id = ?", (activity_id,))


def _add_recording(
    db: sqlite3.Connection,
    activity: Activity,
    stream: PackedTrack | None,
    position: FilePosition,
    counts: ImportCounts,
) -> None:
    matches = find_duplicates(db, activity, stream)
    if not matches:
        activity_id = new_activity(db)
        counts.add_activity(is_run=activity.kind is Kind.RUN)
    else:
        merged = mergeable(db, (one.activity_id for one in matches))
        activity_id = merge_activities(db, merged)
        if activity.external:
            counts.joined += 1
        else:
            counts.duplicates.append([one for one in matches if one.activity_id in merged])
    insert_recording(db, activity, stream, activity_id, position)


def insert_recording(
    db: sqlite3.Connection,
    activity: Activity,
    stream: PackedTrack | None,
    activity_id: int,
    position: FilePosition,
) -> None:
    """Store a recording of that activity."""
    row = _recording_row(activity, activity_id, position)
    row |= {"streams": stream.columns if stream else 0, "points": stream.points if stream else 0}
    recording_id = rows.insert(db, "recording", row)
    if stream is not None:
        db.execute("INSERT INTO track VALUES (?, ?)", (recording_id, stream.arrays))
        save_derived(db, recording_id, stream.derived)


def _recording_row(activity: Activity, activity_id: int, position: FilePosition) -> dict[str, object]:
    own = {"activity_id": activity_id, **position._asdict(), "streams": 0, "points": 0}
    return rows.activity_row(activity) | own


def _find_list_row(db: sqlite3.Connection, activity: Activity) -> Recording | None:
    """Return the recording of this row in an earlier version of its list."""
    return activities.recording_by_external(db, activity.external) if activity.external else None


def _update_list_row(
    db: sqlite3.Connection,
    earlier: Recording,
    activity: Activity,
    position: FilePosition,
    counts: ImportCounts,
) -> None:
    """Update a list row from the newer version of its list, and move it if it now fits another activity."""
    activity_id = earlier.activity_id
    if replace(activity, track=None) != earlier.activity:
        counts.updated += 1
        activity_id = _activity_for_row(db, earlier, activity)
    rows.update(db, "recording", _recording_row(activity, activity_id, position) | {"id": earlier.id})


def _activity_for_row(db: sqlite3.Connection, earlier: Recording, activity: Activity) -> int:
    """Return the activity a changed row belongs to; a row placed by hand stays."""
    others = [
        one.activity for one in activities.recordings_of(db, earlier.activity_id) if one.id != earlier.id
    ]
    fitted = not others or any(is_same_run(earlier.activity, other) for other in others)
    if not fitted or any(is_same_run(activity, other) for other in others):
        return earlier.activity_id
    same = [one.activity_id for one in find_duplicates(db, activity, None, exclude=(earlier.id,))]
    if others:
        return merge_activities(db, same) if same else new_activity(db)
    return merge_activities(db, [earlier.activity_id, *same])


def new_activity(db: sqlite3.Connection) -> int:
    """Create an activity, and return its id, which was never used before."""
    return int(db.execute("INSERT INTO activity DEFAULT VALUES").lastrowid or 0)


def merge_activities(db: sqlite3.Connection, activity_ids: Iterable[int]) -> int:
    """Merge activities into the oldest, and return its id."""
    oldest, *others = sorted(mergeable(db, activity_ids))
    for other in others:
        _merge_into(db, oldest, other)
    return oldest


def mergeable(db: sqlite3.Connection, activity_ids: Iterable[int]) -> list[int]:
    """Drop all but the first activity that the runner has split, so that split ones are not merged again."""
    ids = list(dict.fromkeys(activity_ids))
    apart = [one for one in ids if _find_activity(db, one)["kept_apart"]]
    return [one for one in ids if one not in apart[1:]]


def split_activity(db: sqlite3.Connection, activity_id: int, numbers: Sequence[int] = ()) -> list[int]:
    """Undo a wrong merge: make several activities of one.

    Files imported later go to the part that they fit best, and no longer join the parts.

    Args:
        db: the database, within a transaction.
        activity_id: of the activity; it keeps its id, its shoe and its diary entries.
        numbers: of those of its sources, from 1 on, the best first, that become one activity of their own;
            by default each but the first becomes one.

    Returns:
        The ids of the new activities.

    Raises:
        NotFound: there is no such activity.
        BadInput: it has a single source, or no such source, or none would be left.
    """
    found = [one.id for one in activities.recordings_of(db, activity_id)]
    _check_split(activity_id, len(found), numbers)
    _mark_never_merge(db, activity_id)
    routes.forget_assignment(db, activity_id)
    if not numbers:
        return [_move_recordings(db, [one]) for one in found[1:]]
    return [_move_recordings(db, [found[number - 1] for number in sorted(set(numbers))])]


def _check_split(activity_id: int, count: int, sources: Sequence[int]) -> None:
    if count == 0:
        raise run_not_found(activity_id)
    if count == 1:
        raise BadInput(f"run {activity_id} has a single source; there is nothing to split")
    if any(not 1 <= number <= count for number in sources):
        raise BadInput(
            f"run {activity_id} has the sources 1 to {count}; runlog show {activity_id} lists them"
        )
    if len(set(sources)) == count:
        raise BadInput(f"these are all the sources of run {activity_id}; leave it at least one")


def _move_recordings(db: sqlite3.Connection, recording_ids: Sequence[int]) -> int:
    activity_id = new_activity(db)
    _mark_never_merge(db, activity_id)
    db.executemany(
        "UPDATE recording SET activity_id = ? WHERE id = ?", [(activity_id, one) for one in recording_ids]
    )
    return activity_id


def _mark_never_merge(db: sqlite3.Connection, activity_id: int) -> None:
    db.execute("UPDATE activity SET kept_apart = 1 WHERE id = ?", (activity_id,))


def merge_by_hand(db: sqlite3.Connection, into: int, other: int) -> None:
    """Make one activity of two: the other's recordings, shoe and diary entries go to the first.

    Raises:
        NotFound: there is no such activity.
        BadInput: they are one already.
    """
    if into == other:
        raise BadInput(f"{into} is one run already; name two")
    for activity_id in (into, other):
        if _find_activity(db, activity_id) is None:
            raise run_not_found(activity_id)
    _merge_into(db, into, other)


def _find_activity(db: sqlite3.Connection, activity_id: int) -> Any:  # noqa: ANN401 - a row, or None where there is none
    return db.execute("SELECT * FROM activity WHERE id = ?", (activity_id,)).fetchone()


def _merge_into(db: sqlite3.Connection, into: int, other: int) -> None:
    db.execute("UPDATE recording SET activity_id = ? WHERE activity_id = ?", (into, other))
    db.execute("UPDATE entry SET run = ? WHERE run = ?", (into, other))
    routes.move_assignment(db, into, other)
    gone = _find_activity(db, other)
    db.execute(
        "UPDATE activity SET worn = coalesce(worn, ?), kept_apart = max(kept_apart, ?) WHERE id = ?",
        (gone["worn"], gone["kept_apart"], into),
    )
    db.execute("DELETE FROM activity WHERE id = ?", (other,))


#: No clock that shows local time for UTC, and no noon of a runner's day, is further off.
_SEARCH_SPAN = timedelta(hours=26)


def find_duplicates(
    db: sqlite3.Connection, activity: Activity, stream: PackedTrack | None, exclude: Collection[int] = ()
) -> list[Recording]:
    """Return the stored recordings of the same activity, the closest first; none where it is new.

    Args:
        db: the database.
        activity: as its file has it, without its track.
        stream: its packed track.
        exclude: the ids of recordings that are left out.
    """
    first, last = (rows.utc_text(activity.start + reach) for reach in (-_SEARCH_SPAN, _SEARCH_SPAN))
    nearby = [one for one in activities.recordings_between(db, first, last) if one.id not in exclude]
    return matching.find_duplicates(
        activity,
        nearby,
        load_new=lambda: None if stream is None else stream.unpack(),
        load_track=partial(activities.read_recording_track, db),
    )
