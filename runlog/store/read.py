"""What the store holds, as records."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from runlog.errors import no_run
from runlog.model import KeptActivity
from runlog.store import rows
from runlog.store.sameness.merging import merged, ranked

if TYPE_CHECKING:
    import sqlite3

    import numpy as np
    from numpy.typing import NDArray

    from runlog.model import KeptEntry, Shoe, Track
    from runlog.store.rows import Recording

_RECORDINGS = "SELECT recording.*, file.path FROM recording JOIN file ON file.id = recording.file_id"


def activities(db: sqlite3.Connection, *, shapes: bool) -> list[KeptActivity]:
    """All activities in the order of their starts; the shapes cost reading time, so only where asked for."""
    worn = dict(db.execute("SELECT id, worn FROM activity").fetchall())
    shape_of = _shapes(db) if shapes else {}
    found = (rows.recording(row) for row in db.execute(f"{_RECORDINGS} ORDER BY activity_id, recording.id"))
    kept = [
        _kept(ranked(recordings), worn[activity_id], shape_of)
        for activity_id, recordings in groupby(found, key=lambda recording: recording.activity_id)
    ]
    return sorted(kept, key=lambda activity: (activity.activity.start, activity.id))


def activity(db: sqlite3.Connection, activity_id: int) -> KeptActivity:
    """One activity, without its shape.

    Raises:
        NotFound: there is no such activity.
    """
    worn = db.execute("SELECT worn FROM activity WHERE id = ?", (activity_id,)).fetchone()
    best_first = recordings_of(db, activity_id)
    if worn is None or not best_first:
        raise no_run(activity_id)
    return _kept(best_first, worn["worn"], {})


def _kept(
    best_first: list[Recording], worn: str | None, shape_of: dict[int, NDArray[np.float64]]
) -> KeptActivity:
    shape = next((shape_of[recording.id] for recording in best_first if recording.id in shape_of), None)
    return KeptActivity(
        id=best_first[0].activity_id,
        activity=merged(best_first),
        sources=tuple(dict.fromkeys(recording.path for recording in best_first)),
        worn=worn,
        shape=shape,
    )


def recordings_between(db: sqlite3.Connection, first: str, last: str) -> list[Recording]:
    """The recordings that start in this span of time texts."""
    found = db.execute(f"{_RECORDINGS} WHERE start BETWEEN ? AND ? ORDER BY recording.id", (first, last))
    return [rows.recording(row) for row in found]


def recordings_of(db: sqlite3.Connection, activity_id: int) -> list[Recording]:
    """The recordings of one activity, the best first."""
    found = db.execute(f"{_RECORDINGS} WHERE activity_id = ?", (activity_id,))
    return ranked(rows.recording(row) for row in found)


def recording_named(db: sqlite3.Connection, external: str) -> Recording | None:
    """The recording that is this row of a list."""
    row = db.execute(f"{_RECORDINGS} WHERE external = ?", (external,)).fetchone()
    return rows.recording(row) if row else None


def track(db: sqlite3.Connection, activity_id: int) -> Track | None:
    """The track of the best recording that has one, with the columns that only others have."""
    found = [
        (recording.activity, track)
        for recording in recordings_of(db, activity_id)
        if (track := recording_track(db, recording.id)) is not None
    ]
    if not found:
        return None
    from runlog.store.sameness.blending import blended

    return blended(found)


def recording_track(db: sqlite3.Connection, recording_id: int) -> Track | None:
    """The track of one recording, or None where it has none."""
    row = db.execute("SELECT arrays FROM track WHERE recording_id = ?", (recording_id,)).fetchone()
    if row is None:
        return None
    from runlog.store import tracks

    return tracks.unpack(row["arrays"])


def entries(db: sqlite3.Connection) -> list[KeptEntry]:
    """All diary entries in the order of their moments."""
    return [rows.kept_entry(row) for row in db.execute("SELECT * FROM entry ORDER BY moment, area")]


def shoes(db: sqlite3.Connection) -> list[Shoe]:
    """All pairs by name."""
    return [rows.shoe(row) for row in db.execute("SELECT * FROM shoe ORDER BY name")]


def _shapes(db: sqlite3.Connection) -> dict[int, NDArray[np.float64]]:
    from runlog.store import tracks

    found = db.execute("SELECT recording_id, arrays FROM shape WHERE arrays IS NOT NULL")
    return {row["recording_id"]: tracks.unpack_shape(row["arrays"]) for row in found}


def without_shape(db: sqlite3.Connection, version: int) -> list[int]:
    """The recordings with a track whose route shape is missing or of another version."""
    found = db.execute(
        "SELECT recording_id FROM track WHERE recording_id NOT IN "
        "(SELECT recording_id FROM shape WHERE version = ?)",
        (version,),
    )
    return [row["recording_id"] for row in found]
