"""What an activity was read from, for the runner to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runlog.store import read

if TYPE_CHECKING:
    import sqlite3


class Source(NamedTuple):
    """A recording of an activity: what a file, or a part of one, tells of it.

    Attributes:
        id: of the recording.
        path: of the file.
        format: as its importer calls it: "fit", "gpx", "strava" …
        device: the watch or app that made it, where it says so.
        is_row: whether it is a list, of which this activity is a row.
        points: how many points its track has.
        columns: how many columns of them hold values.
    """

    id: int
    path: str
    format: str
    device: str | None
    is_row: bool
    points: int
    columns: int


def of_activity(db: sqlite3.Connection, activity_id: int) -> list[Source]:
    """The sources of an activity, the best first, as ``grouping.split`` numbers them."""
    formats = dict(db.execute("SELECT id, format FROM file").fetchall())
    return [
        Source(
            one.id,
            one.path,
            formats[one.file_id],
            one.activity.device,
            one.activity.external is not None,
            one.points,
            one.streams,
        )
        for one in read.recordings_of(db, activity_id)
    ]
