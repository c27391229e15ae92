"""Read activities, with the recordings, sources and tracks they are merged from; delete and restore them."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from runlog.errors import run_not_found
from runlog.matching import merge_digests, merge_recordings, rank_recordings
from runlog.model import RATED_WITHIN, Kind
from runlog.records import StoredActivity
from runlog.results import RecordingInfo
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from datetime import datetime

    from runlog.model import Track
    from runlog.records import ReadBefore, Recording, Sport

_SELECT_RECORDINGS = "SELECT recording.*, file.path FROM recording JOIN file ON file.id = recording.file_id"


def read_activities(
    db: sqlite3.Connection,
    *,
    derived: bool = True,
    deleted: bool = False,
    read_before: ReadBefore | None = None,
) -> list[StoredActivity]:
    """Return all activities by start, or those that the runner has deleted.

    Without what is derived of their tracks this needs no numpy. One that was read before from the same rows
    is not made again, and ``read_before`` then holds those of now.
    """
    own = {row["id"]: row for row in db.execute("SELECT * FROM activity WHERE is_deleted = ?", (deleted,))}
    known: ReadBefore = {} if read_before is None else read_before
    query = "SELECT recording_id, shape, digest FROM derived"
    derived_of = {row["recording_id"]: row for row in db.execute(query)} if derived else {}
    found = db.execute(f"{_SELECT_RECORDINGS} ORDER BY activity_id, recording.id")
    stored = []
    for activity_id, recording_rows in groupby(found, key=itemgetter("activity_id")):
        if activity_id not in own:
            continue
        recordings = list(recording_rows)
        of_tracks = [derived_of[row["id"]] for row in recordings if row["id"] in derived_of]
        raw = [tuple(row) for row in (own[activity_id], *recordings, *of_tracks)]
        before, activity = known.get(activity_id, ([], None))
        if activity is None or before != raw:
            ranked = rank_recordings(map(rows.recording_from_row, recordings))
            activity = _stored_activity(ranked, own[activity_id], derived_of)
        known[activity_id] = raw, activity
        stored.append(activity)
    return sorted(stored, key=lambda activity: (activity.activity.start, activity.id))


def read_activity(db: sqlite3.Connection, activity_id: int) -> StoredActivity:
    """Return one activity, without what is derived of its tracks.

    Raises:
        NotFound: there is no such activity, or the runner has deleted it.
    """
    query = "SELECT * FROM activity WHERE id = ? AND NOT is_deleted"
    own = db.execute(query, (activity_id,)).fetchone()
    best_first = recordings_of(db, activity_id)
    if own is None or not best_first:
        raise run_not_found(activity_id)
    return _stored_activity(best_first, own, {})


def _stored_activity(
    best_first: list[Recording], own: sqlite3.Row, derived_of: dict[int, sqlite3.Row]
) -> StoredActivity:
    """Make an activity of its recordings, what the runner says of it, and what is derived of its tracks."""
    activity, name, sport = merge_recordings(best_first), own["given_name"], rows.given_sport(own)
    if name is not None:
        activity = replace(activity, name=name)
    if sport is not None:
        activity = replace(activity, **sport._asdict(), sport_guessed=False)
    shapes, summary = [], None
    derived = [derived_of[recording.id] for recording in best_first if recording.id in derived_of]
    if derived:
        from runlog.store import tracks

        shapes = [tracks.decode_shape(row["shape"]) for row in derived if row["shape"] is not None]
        summary = merge_digests([tracks.decode_digest(row["digest"]) for row in derived])
    return StoredActivity(
        id=best_first[0].activity_id,
        activity=activity,
        sources=tuple(dict.fromkeys(recording.path for recording in best_first)),
        shoe_override=own["worn"],
        shape=next(iter(shapes), None),
        summary=summary,
        given_name=name,
        given_sport=sport,
    )


def rename_activity(db: sqlite3.Connection, activity_id: int, name: str | None) -> None:
    """Name an activity by hand; without a name, what its files call it counts again.

    Raises:
        NotFound: there is no such activity, or the runner has deleted it.
    """
    _give(db, activity_id, {"given_name": " ".join((name or "").split()) or None})


def set_activity_sport(db: sqlite3.Connection, activity_id: int, sport: Sport | None) -> None:
    """Set by hand what sport an activity was; without one, what its files say counts again.

    Raises:
        NotFound: there is no such activity, or the runner has deleted it.
    """
    _give(db, activity_id, rows.given_sport_row(sport))


def _give(db: sqlite3.Connection, activity_id: int, values: dict[str, str | None]) -> None:
    read_activity(db, int(activity_id))
    rows.update(db, "activity", values | {"id": int(activity_id)})


def read_last_run(db: sqlite3.Connection, moment: datetime) -> StoredActivity | None:
    """Return the last run that started by a moment (aware), without what is derived of its tracks.

    An activity starts as one of its recordings does, so once the recordings began before the run that was
    found, no later run can come.
    """
    found: StoredActivity | None = None
    until = rows.utc_text(moment)
    for activity_id, start in db.execute(
        "SELECT activity_id, start FROM recording JOIN activity ON activity.id = activity_id "
        "WHERE start <= ? AND NOT is_deleted ORDER BY start DESC",
        (until,),
    ):
        if found is not None and start < rows.utc_text(found.activity.start):
            break
        one = read_activity(db, activity_id)
        is_later = found is None or (one.activity.start, one.id) > (found.activity.start, found.id)
        if one.activity.kind is Kind.RUN and rows.utc_text(one.activity.start) <= until and is_later:
            found = one
    return found


def read_recent_run(db: sqlite3.Connection, moment: datetime) -> StoredActivity | None:
    """Return the run that a rating at a moment is about: the last, which ended at most two days before."""
    last = read_last_run(db, moment)
    return last if last and moment - last.activity.end <= RATED_WITHIN else None


def _select(db: sqlite3.Connection, where: str, *values: object) -> list[Recording]:
    found = db.execute(f"{_SELECT_RECORDINGS} WHERE {where}", values)
    return [rows.recording_from_row(row) for row in found]


def recordings_between(db: sqlite3.Connection, first: str, last: str) -> list[Recording]:
    """Return the recordings that start in this span of time texts."""
    return _select(db, "start BETWEEN ? AND ? ORDER BY recording.id", first, last)


def recordings_of(db: sqlite3.Connection, activity_id: int) -> list[Recording]:
    """Return the recordings of one activity, the best first."""
    return rank_recordings(_select(db, "activity_id = ?", activity_id))


def recording_by_external(db: sqlite3.Connection, external: str) -> Recording | None:
    """Return the recording of one list row, by its external id."""
    return next(iter(_select(db, "external = ?", external)), None)


def find_recording(db: sqlite3.Connection, recording_id: int) -> Recording | None:
    """Return one recording; None where there is none of that id."""
    return next(iter(_select(db, "recording.id = ?", recording_id)), None)


def recordings_in(db: sqlite3.Connection, file_id: int) -> list[Recording]:
    """Return the recordings of one file, in its order."""
    return _select(db, "file_id = ? ORDER BY position", file_id)


def rows_naming(db: sqlite3.Connection, name: str) -> list[Recording]:
    """Return the rows of lists that name a file, by ``matching.file_key``."""
    return _select(db, "source_file = ? ORDER BY recording.id", name)


def recordings_named(db: sqlite3.Connection, name: str) -> list[Recording]:
    """Return the recordings in files of that name."""
    return _select(db, "file.name = ? AND external IS NULL ORDER BY recording.id", name)


def runs_of_file(db: sqlite3.Connection, file_id: int) -> tuple[int, ...]:
    """Return the ids of the runs in a file, in its order, without those that the runner has deleted."""
    found = db.execute(
        "SELECT DISTINCT activity_id FROM recording JOIN activity ON activity.id = activity_id "
        "WHERE file_id = ? AND coalesce(given_kind, recording.kind) = ? AND NOT is_deleted ORDER BY position",
        (file_id, Kind.RUN),
    )
    return tuple(row["activity_id"] for row in found)


def read_track(db: sqlite3.Connection, activity_id: int) -> Track | None:
    """Return the track of the best recording that has one, with the columns that only others have."""
    activity_id = int(activity_id)  # sqlite3 takes the numpy id of a frame for bytes
    found = [
        (recording.activity, track)
        for recording in recordings_of(db, activity_id)
        if (track := read_recording_track(db, recording.id)) is not None
    ]
    if not found:
        return None
    from runlog.matching.tracks import fill_gaps

    return fill_gaps(found)


def read_recording_track(db: sqlite3.Connection, recording_id: int) -> Track | None:
    """Return the track of one recording, or None where it has none."""
    row = db.execute("SELECT arrays FROM track WHERE recording_id = ?", (recording_id,)).fetchone()
    if row is None:
        return None
    from runlog.store import tracks

    return tracks.decode_track(row["arrays"])


def recordings_without_derived(db: sqlite3.Connection, version: int) -> list[int]:
    """Return the ids of recordings with a track but without values derived by this version of the code."""
    found = db.execute(
        "SELECT recording_id FROM track WHERE recording_id NOT IN "
        "(SELECT recording_id FROM derived WHERE version = ?)",
        (version,),
    )
    return [row["recording_id"] for row in found]


def read_sources(db: sqlite3.Connection, activity_id: int) -> list[RecordingInfo]:
    """Return the sources of an activity, the best first, as ``recordings.split_activity`` numbers them."""
    activity_id = int(activity_id)  # sqlite3 takes the numpy id of a frame for bytes
    formats = dict(db.execute("SELECT id, format FROM file").fetchall())
    return [
        RecordingInfo(
            one.id,
            one.path,
            formats[one.file_id],
            one.activity.device,
            one.activity.external is not None,
            one.points,
            one.streams,
        )
        for one in recordings_of(db, activity_id)
    ]


def read_deleted(db: sqlite3.Connection) -> list[StoredActivity]:
    """Return the runs and other activities that the runner has deleted, by start time."""
    return read_activities(db, derived=False, deleted=True)


def delete_activities(db: sqlite3.Connection, activity_ids: Iterable[int]) -> None:
    """Delete activities: they are shown nowhere, and importing their files again does not bring them back.

    Their recordings stay, for `restore_activities`.

    Raises:
        NotFound: one of them is not there.
    """
    _set_deleted(db, activity_ids, deleted=True)


def restore_activities(db: sqlite3.Connection, activity_ids: Iterable[int]) -> None:
    """Bring back activities that the runner has deleted.

    Raises:
        NotFound: one of them was not deleted.
    """
    _set_deleted(db, activity_ids, deleted=False)


def _set_deleted(db: sqlite3.Connection, activity_ids: Iterable[int], *, deleted: bool) -> None:
    for activity_id in activity_ids:
        query = "UPDATE activity SET is_deleted = ? WHERE id = ? AND is_deleted = ?"
        if db.execute(query, (deleted, int(activity_id), not deleted)).rowcount == 0:
            raise run_not_found(activity_id)
