"""GPX files: tracks become activities."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from runlog.errors import NotReadable, NotTaken
from runlog.importers import opening, sports, tracks
from runlog.importers.xml import gpx_tracks, gpxpy_seam, listener
from runlog.model import Activity, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlog.importers.xml.gpx_tracks import Head, Tracks
    from runlog.importers.xml.listener import Fault
    from runlog.importers.xml.points import Points
    from runlog.settings import Settings

    Part = tuple[Head, int, int]

FORMAT = "gpx"

#: Some apps begin a new track for every lap or pause: tracks this close together are one recording.
_SAME_RECORDING_S = 600.0


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the bytes are XML whose root is gpx."""
    return listener.local_name(opening.root(head) or "") == "gpx"


def read(data: bytes, settings: Settings) -> Reading:  # noqa: ARG001 - what a GPX leaves open is settled for all formats
    """Read all tracks. Tracks of one name and sport within ten minutes of each other are one activity.

    Raises:
        NotReadable: damaged.
        NotTaken: no track, or no point of one has a time.
    """
    text = listener.text(data)
    heard, fault = gpx_tracks.listen(text)
    if fault is None:
        return Reading(FORMAT, activities=_activities(heard), notes=heard.points.notes())
    mended = gpxpy_seam.read(text) if b"<trkpt" in fault.rest else None
    if mended is None or len(mended[0].points) < len(heard.points):
        return _damaged(heard, fault)
    return _mended(*mended, fault)


def _damaged(heard: Tracks, fault: Fault) -> Reading:
    """Give what stands before a fault."""
    if np.isnan(heard.points.times).all():
        raise NotReadable(f"damaged: {fault.reason}")
    activities = _activities(heard)
    problem = Problem(f"damaged ({fault.reason}); {_count(activities)} points before it were kept")
    return Reading(FORMAT, activities=activities, problems=(problem,), notes=heard.points.notes())


def _mended(heard: Tracks, left_out: int, fault: Fault) -> Reading:
    """Give what is left when the damaged points are taken out."""
    activities = _activities(heard)
    kept = f"damaged ({fault.reason}); {_count(activities)} points were kept, {left_out} could not be read"
    problems = (Problem(kept),) if left_out else ()
    return Reading(FORMAT, activities=activities, problems=problems, notes=heard.points.notes())


def _count(activities: tuple[Activity, ...]) -> int:
    return sum(len(activity.track) for activity in activities if activity.track is not None)


def _activities(heard: Tracks) -> tuple[Activity, ...]:
    """Make an activity of each recording.

    Raises:
        NotTaken: no point of any has a time that can be right.
    """
    times = heard.points.times
    timed = [part for part in heard.parts() if not np.isnan(times[slice(*part[1:])]).all()]
    if not timed:
        raise NotTaken(_without_times(heard))
    recordings = _recordings(timed, times)
    activities = [_activity(head, heard.points.rows(first, end)) for head, first, end in recordings]
    found = tuple(activity for activity in activities if activity is not None)
    if not found:
        raise NotTaken("its times lie before 1990 or after 9998; the clock of the device was not set")
    return found


def _without_times(heard: Tracks) -> str:
    if heard.heads:
        return "a route, not a run: its points have no times"
    if heard.has_routes:
        return "a planned route, not a recorded run"
    return "no track in it"


def _recordings(timed: Sequence[Part], times: NDArray[np.float64]) -> list[Part]:
    """Join tracks that follow each other closely."""
    joined = [timed[0]]
    for before, after in pairwise(timed):
        if _is_continued(before, after, times):
            head, first, _ = joined.pop()
            joined.append((head, first, after[2]))
        else:
            joined.append(after)
    return joined


def _is_continued(before: Part, after: Part, times: NDArray[np.float64]) -> bool:
    if (before[0].name, before[0].type) != (after[0].name, after[0].type):
        return False
    gap = np.nanmin(times[slice(*after[1:])]) - np.nanmax(times[slice(*before[1:])])
    return bool(0 <= gap <= _SAME_RECORDING_S)


def _activity(head: Head, points: Points) -> Activity | None:
    """Make an activity of the points of one recording; None where no time in them can be right."""
    built = tracks.build(points.times, points.segments, points.columns)
    if built is None:
        return None
    start, track = built
    sport, sub_sport = sports.normal(head.type)
    return Activity(
        start=datetime.fromtimestamp(start, UTC),
        duration_s=float(track["time_s"][-1]),
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.kind(sport, sub_sport),
        name=head.name,
        utc_offset_s=points.utc_offset_s(),
        track=track,
    )
