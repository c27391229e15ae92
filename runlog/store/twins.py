"""The stored recording that is of the same activity as a new one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from runlog.store import read, rows
from runlog.store.duplicates import LARGEST_SHIFT_S, closeness, lag_if_shifted_s, same_run

if TYPE_CHECKING:
    import sqlite3

    from runlog.model import Activity
    from runlog.store.rows import Recording
    from runlog.store.tracks import Stream


def find(db: sqlite3.Connection, activity: Activity, stream: Stream | None, file_id: int) -> Recording | None:
    """The recording of the same activity that is closest to this one; None where it is new.

    Args:
        db: the database.
        activity: as a file tells it, without its track.
        stream: its packed track.
        file_id: of that file: two rows of one list are two runs.
    """
    reach = timedelta(seconds=LARGEST_SHIFT_S)
    around = read.recordings_between(
        db, rows.time_text(activity.start - reach), rows.time_text(activity.start + reach)
    )
    others = [one for one in around if not (activity.external and one.file_id == file_id)]
    same = [other for other in others if same_run(activity, other.activity)]
    if same:
        return max(same, key=lambda other: closeness(activity, other.activity))
    return next((other for other in others if _same_but_shifted(db, activity, stream, other)), None)


def _same_but_shifted(
    db: sqlite3.Connection, activity: Activity, stream: Stream | None, other: Recording
) -> bool:
    lag_s = lag_if_shifted_s(activity, other.activity)
    if lag_s is None or stream is None:
        return False
    from runlog.store import tracks
    from runlog.store.coincidence import coincide

    track = read.recording_track(db, other.id)
    return track is not None and coincide(tracks.unpack(stream.arrays), track, lag_s)
