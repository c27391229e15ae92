"""Add, change and remove recordings, and split and merge activities as the runner says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from runlog.errors import BadInput, run_not_found
from runlog.matching import file_key
from runlog.model import Kind
from runlog.records import Recording
from runlog.store import activities, grouping, routes, rows
from runlog.store.activities import recording_by_external, runs_of_file
from runlog.store.diary import EntryCounts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

    from runlog.model import Activity
    from runlog.store.tracks import PackedDerived, PackedTrack


#: The id of a recording that is not stored yet.
UNSTORED_ID = 0
#: Of the points that an older runlog read, a newer one has to read so many to be believed.
_MIN_POINTS_SHARE = 0.9
#: What tells which activity a row of a list is of.
_SPORT_FIELDS = ("sport", "sub_sport", "kind", "sport_guessed")
_MATCHED_FIELDS = (
    *("start", "duration_s", "distance_m", "utc_offset_s", "day_only", "source_file"),
    *_SPORT_FIELDS,
)


@dataclass(slots=True)
class ImportCounts:
    """What importing one file changed."""

    file_id: int | None = None  # the stored file; None where it has to be read again next time
    runs: tuple[int, ...] = ()  # the ids of the runs in it, new or not
    runs_added: int = 0
    other_added: int = 0  # new activities that are no runs
    # for each new recording of an activity that was stored before, the recordings that it matched
    duplicates: list[list[Recording]] = field(default_factory=list)
    # the ids of stored activities that an export had more recordings of
    extended: list[int] = field(default_factory=list)
    joined: int = 0  # rows of a list that describe an activity which was stored before
    updated: int = 0  # rows of a list that say something else than its version before
    improved: int = 0  # recordings that are read otherwise than by an older runlog
    removed: int = 0  # recordings that are no longer in it
    unread: Counter[str] = field(default_factory=Counter)  # rows that keep a field, as no column was found
    entries: EntryCounts = field(default_factory=EntryCounts)
    nights: int = 0  # that are new or say something else
    shoes_added: int = 0
    shoes_completed: int = 0  # pairs or rules that learnt something
    problems: list[str] = field(default_factory=list)  # what could not be imported
    new: list[int] = field(default_factory=list)  # the ids of the new activities, runs or not

    def add_activity(self, activity_id: int, *, is_run: bool) -> None:
        """Count a new activity."""
        self.new.append(activity_id)
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
    unread: Mapping[Hashable, Collection[str]] | None = None,
    first: int = 0,
) -> ImportCounts:
    """Store the activities of one file, each with the activity that it is a recording of.

    They come without their tracks, which are in ``streams``: packed, None where there is none. ``first`` is
    the position of the first of them within the file. Of a row that is stored already those fields stay that
    its list has no column for (``columns`` has those with one; None: all), and those of cells that could not
    be read (``unread``, by the key of their row).
    """
    without_column = set() if columns is None else set(rows.ACTIVITY_COLUMNS) - set(columns)
    counts = ImportCounts(file_id)
    for index, (one, stream) in enumerate(zip(activities, streams, strict=True), first):
        activity = one if not one.source_file else replace(one, source_file=file_key(one.source_file))
        position = FilePosition(file_id, index)
        earlier = recording_by_external(db, activity.external) if activity.external else None
        if earlier is not None:
            kept = without_column.union((unread or {}).get(activity.external, ()))
            row = _with_unread(activity, earlier.activity, kept, counts)
            _update_list_row(db, earlier, row, position, counts)
        else:
            _add_recording(db, activity, stream, position, counts)
    counts.runs = runs_of_file(db, file_id)
    return counts


def _with_unread(row: Activity, earlier: Activity, unread: Iterable[str], counts: ImportCounts) -> Activity:
    """Return a row with the fields that were not read as the earlier version has them; count what stays."""
    names = set(unread)
    if row.sport_guessed and not earlier.sport_guessed:  # its word for the sport is not known
        names.update(_SPORT_FIELDS)
    present = {name: getattr(earlier, name) for name in names}
    counts.unread.update(name for name, value in present.items() if value != getattr(row, name))
    return replace(row, **present)


def save_derived(db: sqlite3.Connection, recording_id: int, derived: PackedDerived) -> None:
    """Cache what is derived of a recording's track."""
    db.execute("INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?)", (recording_id, *derived))


def remove_missing_rows(db: sqlite3.Connection, list_suffix: str, present: Iterable[str | None]) -> int:
    """Remove the rows of a list that are no longer in it, and return how many those were.

    The ``external`` of all its rows ends with the suffix; those of ``present`` are still in it.
    """
    found = db.execute(
        "SELECT id, external FROM recording WHERE substr(external, -length(?)) = ?",
        (list_suffix, list_suffix),
    ).fetchall()
    still = set(present)
    vanished = [row["id"] for row in found if row["external"] not in still]
    for recording_id in vanished:
        recording = activities.find_recording(db, recording_id)
        if recording is not None:
            grouping.remove(db, recording)
    return len(vanished)


def _add_recording(
    db: sqlite3.Connection,
    activity: Activity,
    stream: PackedTrack | None,
    position: FilePosition,
    counts: ImportCounts,
) -> None:
    new = unstored_recording(db, activity, stream, position.file_id)
    placed = grouping.place(
        db, new, stream, lambda activity_id: insert_recording(db, activity, stream, activity_id, position)
    )
    for activity_id, one in placed.created.items():
        counts.add_activity(activity_id, is_run=one.activity.kind is Kind.RUN)
    if placed.is_new:
        counts.add_activity(placed.activity_id, is_run=activity.kind is Kind.RUN)
    elif activity.external:
        counts.joined += 1
    else:
        counts.duplicates.append(placed.same)


def unstored_recording(
    db: sqlite3.Connection, activity: Activity, stream: PackedTrack | None, file_id: int
) -> Recording:
    """Return a recording that is not stored yet, of a file that is."""
    path = db.execute("SELECT path FROM file WHERE id = ?", (file_id,)).fetchone()["path"]
    sizes = (stream.columns, stream.points) if stream else (0, 0)
    return Recording(UNSTORED_ID, UNSTORED_ID, file_id, path, activity, *sizes)


def insert_recording(
    db: sqlite3.Connection,
    activity: Activity,
    stream: PackedTrack | None,
    activity_id: int,
    position: FilePosition,
) -> int:
    """Store a recording of that activity, and return its id."""
    own = {"activity_id": activity_id, **position._asdict()}
    sizes = {"streams": stream.columns if stream else 0, "points": stream.points if stream else 0}
    recording_id = rows.insert(db, "recording", rows.activity_row(activity) | own | sizes)
    if stream is not None:
        db.execute("INSERT INTO track VALUES (?, ?)", (recording_id, stream.arrays))
        save_derived(db, recording_id, stream.derived)
    return recording_id


def _update_list_row(
    db: sqlite3.Connection,
    earlier: Recording,
    activity: Activity,
    position: FilePosition,
    counts: ImportCounts,
) -> None:
    """Update a list row from the newer version of its list, and move it if it now fits another activity."""

    def update() -> None:
        own = {"id": earlier.id, **position._asdict(), "streams": 0, "points": 0}
        rows.update(db, "recording", rows.activity_row(activity) | own)

    if replace(activity, track=None) != earlier.activity:
        counts.updated += 1
    if all(getattr(activity, name) == getattr(earlier.activity, name) for name in _MATCHED_FIELDS):
        update()
        return
    changed = replace(earlier, activity=activity, file_id=position.file_id)
    for activity_id, one in grouping.update_recording(db, earlier, changed, update).items():
        if one.id != earlier.id:
            counts.add_activity(activity_id, is_run=one.activity.kind is Kind.RUN)


def overlap(one: Activity, other: Activity) -> bool:
    """Return whether the times of two activities overlap."""
    ends = [each.start + timedelta(seconds=max(1.0, each.duration_s)) for each in (one, other)]
    return max(one.start, other.start) < min(ends)


def read_anew(
    db: sqlite3.Connection, stored: Recording, activity: Activity, stream: PackedTrack | None
) -> bool:
    """Replace a recording by what is read of its file now, unless that is clearly less; return whether it is.

    The sport stays: the runner may have set it.
    """
    sport = {name: getattr(stored.activity, name) for name in _SPORT_FIELDS}
    better = replace(activity, **sport)
    points = 0 if stream is None else stream.points
    is_same = better == stored.activity and points == stored.points
    if stream is None or is_same or points < _MIN_POINTS_SHARE * stored.points:
        return False
    changed = replace(stored, activity=better, points=stream.points, streams=stream.columns)

    def update() -> None:
        row = {"id": stored.id, "points": stream.points, "streams": stream.columns}
        rows.update(db, "recording", rows.activity_row(better) | row)
        db.execute("INSERT OR REPLACE INTO track VALUES (?, ?)", (stored.id, stream.arrays))
        save_derived(db, stored.id, stream.derived)

    grouping.update_recording(db, stored, changed, update)
    routes.forget_assignment(db, stored.activity_id)
    return True


def split_activity(db: sqlite3.Connection, activity_id: int, numbers: Sequence[int] = ()) -> list[int]:
    """Undo a wrong merge: make several activities of one.

    Files imported later go to the part that they fit best, and no longer join the parts. The activity keeps
    its id, its shoe and its diary entries. Those of its sources, from 1 on, the best first, that are given by
    their numbers become one activity of their own; by default each becomes one, but the best that no merge
    has added.

    Returns:
        The ids of the other parts: those that they had before a merge, where these are free, or new ones.

    Raises:
        NotFound: there is no such activity.
        BadInput: it has a single source, or no such source, or none would be left.
    """
    found = [one.id for one in activities.recordings_of(db, activity_id)]
    _check_split(activity_id, len(found), numbers)
    _mark_never_merge(db, activity_id)
    routes.forget_assignment(db, activity_id)
    if not numbers:
        added = {row[0] for row in db.execute("SELECT id FROM recording WHERE merged_from IS NOT NULL")}
        stays = next((one for one in found if one not in added), found[0])
        return [_move_recordings(db, [one]) for one in found if one != stays]
    return [_move_recordings(db, [found[number - 1] for number in sorted(set(numbers))])]


def _check_split(activity_id: int, count: int, sources: Sequence[int]) -> None:
    if count == 0:
        raise run_not_found(activity_id)
    if count == 1:
        raise BadInput("run {run} has a single source; there is nothing to split", run=activity_id)
    if any(not 1 <= number <= count for number in sources):
        raise BadInput(
            "run {run} has the sources 1 to {count}; runlog show {run} lists them",
            run=activity_id,
            count=count,
        )
    if len(set(sources)) == count:
        raise BadInput("these are all the sources of run {run}; leave it at least one", run=activity_id)


def _move_recordings(db: sqlite3.Connection, recording_ids: Sequence[int]) -> int:
    activity_id = _former_id(db, recording_ids) or grouping.new_activity(db)
    _mark_never_merge(db, activity_id)
    db.executemany(
        "UPDATE recording SET activity_id = ?, merged_from = NULL WHERE id = ?",
        [(activity_id, one) for one in recording_ids],
    )
    return activity_id


def _former_id(db: sqlite3.Connection, recording_ids: Sequence[int]) -> int | None:
    """Make an activity by the id that one of its recordings had before a merge; None where none is free."""
    for recording_id in recording_ids:
        row = db.execute("SELECT merged_from FROM recording WHERE id = ?", (recording_id,)).fetchone()
        former: int | None = row["merged_from"]
        taken = "INSERT INTO activity (id) SELECT ? WHERE ? NOT IN (SELECT id FROM activity)"
        if former is not None and db.execute(taken, (former, former)).rowcount:
            return former
    return None


def _mark_never_merge(db: sqlite3.Connection, activity_id: int) -> None:
    db.execute("UPDATE activity SET kept_apart = 1 WHERE id = ?", (activity_id,))


def merge_by_hand(db: sqlite3.Connection, into: int, other: int) -> None:
    """Make one activity of two: the other's recordings, shoe and diary entries go to the first.

    Raises:
        NotFound: there is no such activity.
        BadInput: they are one already.
    """
    if into == other:
        raise BadInput("{into} is one run already; name two", into=into)
    for activity_id in (into, other):
        if db.execute("SELECT 1 FROM activity WHERE id = ?", (activity_id,)).fetchone() is None:
            raise run_not_found(activity_id)
    grouping.merge_into(db, into, other)
    db.execute("UPDATE activity SET merged_by_hand = 1 WHERE id = ?", (into,))
