"""Add recordings, and group those of the same run into one activity.

The order in which files are imported never changes which recordings end up together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from runlog.errors import BadInput, run_not_found
from runlog.matching.same_run import (
    closeness,
    is_clear_match,
    is_same_list,
    is_same_run,
    overlaps_in_time,
    possible_clock_lags,
)
from runlog.model import Kind
from runlog.store import activities, files, routes, rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Sequence

    from runlog.matching import Recording
    from runlog.model import Activity, Track
    from runlog.store.tracks import PackedDerived, PackedTrack

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
class ImportCounts:
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


class FilePosition(NamedTuple):
    """Where an activity stands: in which file, and the how manieth it is."""

    file_id: int
    position: int


def add_recordings(
    db: sqlite3.Connection,
    activities: Sequence[Activity],
    streams: Iterable[PackedTrack | None],
    file_id: int,
) -> ImportCounts:
    """Keep the activities of one file, each with the activity that it is a recording of.

    Args:
        db: the database, within a transaction.
        activities: without their tracks, which come packed as
        streams: one for each.
        file_id: the file.
    """
    tally = ImportCounts()
    for position, (activity, stream) in enumerate(zip(activities, streams, strict=True)):
        place = FilePosition(file_id, position)
        earlier = _find_list_row(db, activity)
        if earlier is not None:
            _update_list_row(db, earlier, activity, place, tally)
        else:
            _add_recording(db, activity, stream, place, tally)
    tally.runs += files.runs_of_file(db, file_id)
    return tally


def save_derived(db: sqlite3.Connection, recording_id: int, derived: PackedDerived) -> None:
    """Put into the cache what is derived of a recording's track."""
    db.execute("INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?)", (recording_id, *derived))


def remove_missing_rows(db: sqlite3.Connection, listed_in: str, kept: Iterable[str | None]) -> int:
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
        _remove_if_empty(db, row["activity_id"])
    return len(vanished)


def _remove_if_empty(db: sqlite3.Connection, activity_id: int) -> None:
    """Take out an activity of which no recording is left; what the diary says of it stays without it."""
    if db.execute("SELECT 1 FROM recording WHERE activity_id = ?", (activity_id,)).fetchone() is None:
        db.execute("UPDATE entry SET run = NULL WHERE run = ?", (activity_id,))
        db.execute("DELETE FROM activity WHERE id = ?", (activity_id,))


def _add_recording(
    db: sqlite3.Connection,
    activity: Activity,
    stream: PackedTrack | None,
    place: FilePosition,
    tally: ImportCounts,
) -> None:
    same = find_duplicates(db, activity, stream)
    if not same:
        activity_id = new_activity(db)
        tally.runs_added += activity.kind is Kind.RUN
        tally.other_added += activity.kind is not Kind.RUN
    else:
        joined = mergeable(db, (one.activity_id for one in same))
        activity_id = merge_activities(db, joined)
        if activity.external:
            tally.joined += 1
        else:
            tally.merged.append(same_as_text([one for one in same if one.activity_id in joined]))
    insert_recording(db, activity, stream, activity_id, place)


def insert_recording(
    db: sqlite3.Connection,
    activity: Activity,
    stream: PackedTrack | None,
    activity_id: int,
    place: FilePosition,
) -> None:
    """Keep a recording of that activity."""
    row = _recording_row(activity, activity_id, place)
    row |= {"streams": stream.columns if stream else 0, "points": stream.points if stream else 0}
    recording_id = int(db.execute(_INSERT, row).lastrowid or 0)
    if stream is not None:
        db.execute("INSERT INTO track VALUES (?, ?)", (recording_id, stream.arrays))
        save_derived(db, recording_id, stream.derived)


def _recording_row(activity: Activity, activity_id: int, place: FilePosition) -> dict[str, object]:
    own = {"activity_id": activity_id, **place._asdict(), "streams": 0, "points": 0}
    return rows.activity_row(activity) | own


def same_as_text(same: Sequence[Recording]) -> str:
    """Say that a new recording is of the activities that these are recordings of, the closest first."""
    what = "run" if same[0].activity.kind is Kind.RUN else "activity"
    by_activity = {one.activity_id: one for one in reversed(same)}
    return f"the same {what} as {' and '.join(map(_describe, reversed(by_activity.values())))}"


def _describe(twin: Recording) -> str:
    name = f" {twin.activity.name!r}" if twin.activity.name else ""
    return f"#{twin.activity_id}{name} ({PurePath(twin.path).name})"


def _find_list_row(db: sqlite3.Connection, activity: Activity) -> Recording | None:
    """The row of an earlier version of the list."""
    return activities.recording_by_external(db, activity.external) if activity.external else None


def _update_list_row(
    db: sqlite3.Connection, earlier: Recording, activity: Activity, place: FilePosition, tally: ImportCounts
) -> None:
    """Let a row say what the newer version of its list says, of the activity that it now fits."""
    activity_id = earlier.activity_id
    if replace(activity, track=None) != earlier.activity:
        tally.updated += 1
        activity_id = _activity_for_row(db, earlier, activity)
    db.execute(_UPDATE, _recording_row(activity, activity_id, place) | {"id": earlier.id})


def _activity_for_row(db: sqlite3.Connection, earlier: Recording, activity: Activity) -> int:
    """The activity that a changed row tells of; where the runner has put it, it stays."""
    others = [
        one.activity for one in activities.recordings_of(db, earlier.activity_id) if one.id != earlier.id
    ]
    fitted = not others or any(is_same_run(earlier.activity, other) for other in others)
    if not fitted or any(is_same_run(activity, other) for other in others):
        return earlier.activity_id
    same = [one.activity_id for one in find_duplicates(db, activity, None, besides=(earlier.id,))]
    if others:
        return merge_activities(db, same) if same else new_activity(db)
    return merge_activities(db, [earlier.activity_id, *same])


def new_activity(db: sqlite3.Connection) -> int:
    """Make an activity, which gets an id that was never used before."""
    return int(db.execute("INSERT INTO activity DEFAULT VALUES").lastrowid or 0)


def merge_activities(db: sqlite3.Connection, activity_ids: Iterable[int]) -> int:
    """Make one activity of those that a recording shows to be one, and return its id, the oldest of them."""
    united = mergeable(db, activity_ids)
    for other in sorted(united)[1:]:
        _merge_into(db, min(united), other)
    return min(united)


def mergeable(db: sqlite3.Connection, activity_ids: Iterable[int]) -> list[int]:
    """These activities, but of those that the runner has split only the first, so that they stay apart."""
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

#: Where positions say nothing, or are of a made-up world.
_INDOOR_SPORTS = {"virtual_activity", "treadmill", "indoor_running"}


def find_duplicates(
    db: sqlite3.Connection, activity: Activity, stream: PackedTrack | None, besides: Collection[int] = ()
) -> list[Recording]:
    """The recordings of the same activity, the closest first; none where it is new.

    Args:
        db: the database.
        activity: as a file tells it, without its track.
        stream: its packed track.
        besides: the ids of recordings that are not to be looked at.
    """
    first, last = (rows.utc_text(activity.start + reach) for reach in (-_SEARCH_SPAN, _SEARCH_SPAN))
    around = [one for one in activities.recordings_between(db, first, last) if one.id not in besides]
    others = [one for one in around if not is_same_list(activity, one.activity)]
    if activity.day_only:
        told = {one.activity_id for one in around if is_same_list(activity, one.activity)}
        return _sorted_matches(activity, (one for one in others if one.activity_id not in told))[:1]
    new = _NewRecording(db, activity, stream)
    same = [one for one in others if not one.activity.day_only and new.is_same_as(one)]
    same.sort(key=lambda one: closeness(activity, one.activity), reverse=True)
    return same + _sorted_matches(activity, _unmatched_day_rows(around, same))[:1]


def _sorted_matches(activity: Activity, others: Iterable[Recording]) -> list[Recording]:
    same = [one for one in others if is_same_run(activity, one.activity)]
    return sorted(same, key=lambda one: closeness(activity, one.activity), reverse=True)


def _unmatched_day_rows(around: list[Recording], same: list[Recording]) -> list[Recording]:
    """The rows of a day that no recording is known of yet, of lists that do not tell of this run already."""
    of_this_run = {one.activity_id for one in same}
    told = [one.activity for one in around if one.activity_id in of_this_run]
    recorded = {one.activity_id for one in around if not one.activity.day_only}
    return [
        one
        for one in around
        if one.activity_id not in recorded and not any(is_same_list(one.activity, row) for row in told)
    ]


class _NewRecording:
    """A new recording, held against those that are there."""

    def __init__(self, db: sqlite3.Connection, activity: Activity, stream: PackedTrack | None) -> None:
        self._db = db
        self._activity = activity
        self._stream = stream

    def is_same_as(self, other: Recording) -> bool:
        """Whether both are of one activity: as their tracks say, else by times and distances."""
        if is_clear_match(self._activity, other.activity):
            return True
        said = self._said_by_places(other)
        same = is_same_run(self._activity, other.activity) if said is None else said
        return same or self._coincides_with(other)

    def _said_by_places(self, other: Recording) -> bool | None:
        """Whether the tracks of the same time are of one runner or two; None where they do not tell."""
        indoors = not _INDOOR_SPORTS.isdisjoint({self._activity.sub_sport, other.activity.sub_sport})
        if indoors or not overlaps_in_time(self._activity, other.activity):
            return None
        tracks = self._tracks(other)
        if tracks is None:
            return None
        from runlog.matching.tracks import is_same_runner

        return is_same_runner(*tracks, (other.activity.start - self._activity.start).total_seconds())

    def _coincides_with(self, other: Recording) -> bool:
        lags = possible_clock_lags(self._activity, other.activity)
        tracks = self._tracks(other) if lags else None
        if tracks is None:
            return False
        from runlog.matching.tracks import tracks_coincide

        return any(tracks_coincide(*tracks, lag.seconds, by_heart=lag.whole) for lag in lags)

    def _tracks(self, other: Recording) -> tuple[Track, Track] | None:
        if self._stream is None or not other.points:
            return None
        from runlog.store.tracks import decode_track

        track = activities.read_recording_track(self._db, other.id)
        return None if track is None else (decode_track(self._stream.arrays), track)
