"""GPX files: tracks become activities."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.errors import NotTaken
from runlog.importers import gpx_seam, opening, sports, tracks
from runlog.model import Activity, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gpxpy.gpx import GPX, GPXTrack, GPXTrackPoint

    from runlog.settings import Settings

FORMAT = "gpx"

#: Local names of extension elements, in lower case and whatever their name space, by our columns.
_EXTENSIONS = {
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "heartratebpm": "heart_rate_bpm",
    "cad": "cadence_spm",
    "cadence": "cadence_spm",
    "runcadence": "cadence_spm",
    "speed": "speed_mps",
    "power": "power_w",
    "powerinwatts": "power_w",
    "watts": "power_w",
}
#: Some apps begin a new track for every lap or pause: tracks this close together are one recording.
_SAME_RECORDING_S = 600.0


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the bytes are XML whose root is gpx."""
    return opening.root(head) == "gpx"


def read(data: bytes, settings: Settings) -> Reading:  # noqa: ARG001 - what a GPX leaves open is settled for all formats
    """Read all tracks. Tracks of one name and sport within ten minutes of each other are one activity.

    Raises:
        NotReadable: damaged.
        NotTaken: no track, or no point of one has a time.
    """
    tree, fault = gpx_seam.parse(opening.text(data))
    timed = [track for track in tree.tracks if any(point.time for point in _points([track]))]
    if not timed:
        raise NotTaken(_without_times(tree))
    activities = [_activity(recording) for recording in _recordings(timed)]
    found = tuple(activity for activity in activities if activity is not None)
    if not found:
        raise NotTaken("its times lie before 1990 or after 9998; the clock of the device was not set")
    problems = []
    if fault is not None:
        count = sum(len(activity.track) for activity in found if activity.track is not None)
        problems.append(Problem(f"damaged ({fault}); {count} points before it were kept"))
    notes = []
    if any(point.time and point.time.tzinfo is None for point in _points(timed)):
        notes.append("its times name no time zone; they were taken for UTC")
    return Reading(FORMAT, activities=found, problems=tuple(problems), notes=tuple(notes))


def _without_times(tree: GPX) -> str:
    if tree.tracks and any(True for _ in _points(tree.tracks)):
        return "a route, not a run: its points have no times"
    if tree.routes:
        return "a planned route, not a recorded run"
    return "no track in it"


def _points(tracks_: Iterable[GPXTrack]) -> Iterable[GPXTrackPoint]:
    return (point for track in tracks_ for segment in track.segments for point in segment.points)


def _recordings(timed: Sequence[GPXTrack]) -> list[list[GPXTrack]]:
    """Group tracks that follow each other closely."""
    groups = [[timed[0]]]
    for before, after in pairwise(timed):
        if (before.name, before.type) == (after.name, after.type) and _close(before, after):
            groups[-1].append(after)
        else:
            groups.append([after])
    return groups


def _close(before: GPXTrack, after: GPXTrack) -> bool:
    end = max(_unix(point.time) for point in _points([before]) if point.time)
    start = min(_unix(point.time) for point in _points([after]) if point.time)
    return 0 <= start - end <= _SAME_RECORDING_S


def _activity(recording: Sequence[GPXTrack]) -> Activity | None:
    """Make one activity of the tracks of one recording; None where no time in them can be right."""
    segments = [segment for track in recording for segment in track.segments if segment.points]
    points = [point for segment in segments for point in segment.points]
    numbers = np.repeat(np.arange(len(segments)), [len(segment.points) for segment in segments])
    times = np.array([_unix(point.time) if point.time else np.nan for point in points])
    built = tracks.build(times, numbers, _columns(points))
    if built is None:
        return None
    start, track = built
    sport, sub_sport = sports.normal(recording[0].type)
    return Activity(
        start=datetime.fromtimestamp(start, UTC),
        duration_s=float(track["time_s"][-1]),
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.kind(sport, sub_sport),
        name=recording[0].name or None,
        utc_offset_s=_utc_offset(points),
        track=track,
    )


def _unix(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _utc_offset(points: Sequence[GPXTrackPoint]) -> int | None:
    """Return the offset that the times are written with; Z tells nothing of the local clock."""
    for point in points:
        offset = point.time.utcoffset() if point.time else None
        if offset is not None:
            return round(offset.total_seconds()) or None
    return None


def _columns(points: Sequence[GPXTrackPoint]) -> dict[str, Any]:
    columns = {
        name: np.full(len(points), np.nan) for name in ("lat", "lon", "altitude_m", *_EXTENSIONS.values())
    }
    for row, point in enumerate(points):
        columns["lat"][row] = point.latitude
        columns["lon"][row] = point.longitude
        if point.elevation is not None:
            columns["altitude_m"][row] = point.elevation
        for extension in point.extensions:
            for element in extension.iter():
                _note(columns, row, element)
    return columns


def _note(columns: dict[str, Any], row: int, element: Any) -> None:  # noqa: ANN401 - an element of either XML library
    local = str(element.tag).rpartition("}")[2].lower()
    column = _EXTENSIONS.get(local)
    if column is None or not np.isnan(columns[column][row]):
        return
    try:
        columns[column][row] = float(element.text)
    except (TypeError, ValueError):
        return
