"""The stored recordings that are of the same activity as a new one.

Whichever order files come in, the same recordings are one activity in the end: one that
is the same as two others makes one of all three. Rows that tell a day but no time are too
vague for that: each joins one run at most, and a run is told of once by each list.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from runlog.store import read, rows
from runlog.store.sameness.duplicates import (
    at_one_time,
    closeness,
    lags_if_shifted,
    plainly_same,
    same_list,
    same_run,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable

    from runlog.model import Activity, Track
    from runlog.store.rows import Recording
    from runlog.store.tracks import Stream

#: No clock that shows local time for UTC, and no noon of a runner's day, is further off.
_REACH = timedelta(hours=26)

#: Where positions say nothing, or are of a made-up world.
_NOWHERE = {"virtual_activity", "treadmill", "indoor_running"}


def find(
    db: sqlite3.Connection, activity: Activity, stream: Stream | None, besides: Collection[int] = ()
) -> list[Recording]:
    """The recordings of the same activity, the closest first; none where it is new.

    Args:
        db: the database.
        activity: as a file tells it, without its track.
        stream: its packed track.
        besides: the ids of recordings that are not to be looked at.
    """
    first, last = (rows.time_text(activity.start + reach) for reach in (-_REACH, _REACH))
    around = [one for one in read.recordings_between(db, first, last) if one.id not in besides]
    others = [one for one in around if not same_list(activity, one.activity)]
    if activity.day_only:
        told = {one.activity_id for one in around if same_list(activity, one.activity)}
        return _closest(activity, (one for one in others if one.activity_id not in told))[:1]
    new = _New(db, activity, stream)
    same = [one for one in others if not one.activity.day_only and new.is_same_as(one)]
    same.sort(key=lambda one: closeness(activity, one.activity), reverse=True)
    return same + _closest(activity, _days_alone(around, same))[:1]


def _closest(activity: Activity, others: Iterable[Recording]) -> list[Recording]:
    same = [one for one in others if same_run(activity, one.activity)]
    return sorted(same, key=lambda one: closeness(activity, one.activity), reverse=True)


def _days_alone(around: list[Recording], same: list[Recording]) -> list[Recording]:
    """The rows of a day that no recording is known of yet, of lists that do not tell of this run already."""
    of_this_run = {one.activity_id for one in same}
    told = [one.activity for one in around if one.activity_id in of_this_run]
    recorded = {one.activity_id for one in around if not one.activity.day_only}
    return [
        one
        for one in around
        if one.activity_id not in recorded and not any(same_list(one.activity, row) for row in told)
    ]


class _New:
    """A new recording, held against those that are there."""

    def __init__(self, db: sqlite3.Connection, activity: Activity, stream: Stream | None) -> None:
        self._db = db
        self._activity = activity
        self._stream = stream

    def is_same_as(self, other: Recording) -> bool:
        """Whether both are of one activity: as their tracks say, else by times and distances."""
        if plainly_same(self._activity, other.activity):
            return True
        said = self._said_by_places(other)
        same = same_run(self._activity, other.activity) if said is None else said
        return same or self._coincides_with(other)

    def _said_by_places(self, other: Recording) -> bool | None:
        """Whether the tracks of the same time are of one runner or two; None where they do not tell."""
        indoors = not _NOWHERE.isdisjoint({self._activity.sub_sport, other.activity.sub_sport})
        if indoors or not at_one_time(self._activity, other.activity):
            return None
        tracks = self._tracks(other)
        if tracks is None:
            return None
        from runlog.store.sameness.coincidence import on_one_clock

        return on_one_clock(*tracks, (other.activity.start - self._activity.start).total_seconds())

    def _coincides_with(self, other: Recording) -> bool:
        lags = lags_if_shifted(self._activity, other.activity)
        tracks = self._tracks(other) if lags else None
        if tracks is None:
            return False
        from runlog.store.sameness.coincidence import coincide

        return any(coincide(*tracks, lag.seconds, by_heart=lag.whole) for lag in lags)

    def _tracks(self, other: Recording) -> tuple[Track, Track] | None:
        if self._stream is None or not other.points:
            return None
        from runlog.store.tracks import unpack

        track = read.recording_track(self._db, other.id)
        return None if track is None else (unpack(self._stream.arrays), track)
