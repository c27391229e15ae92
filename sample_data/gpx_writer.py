"""GPX files as a phone's app writes them: fewer points at times of its own, no running dynamics."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recording import Point, Recording
    from season import Run

EVERY_S = 9
LATE_S = 4  # the app was started after the watch

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Sample app" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
<metadata><time>{time}</time></metadata>
<trk><name>{name}</name><type>running</type>
"""
POINT = (
    '<trkpt lat="{lat:.6f}" lon="{lon:.6f}"><ele>{ele:.1f}</ele><time>{time}</time><extensions>'
    "<gpxtpx:TrackPointExtension><gpxtpx:hr>{hr:.0f}</gpxtpx:hr><gpxtpx:cad>{cad:.0f}</gpxtpx:cad>"
    "</gpxtpx:TrackPointExtension></extensions></trkpt>\n"
)


def run_gpx(run: Run, recording: Recording, name: str) -> bytes:
    """Return the GPX file of a run; a pause begins a new segment."""
    text = [HEAD.format(time=_iso(run, LATE_S), name=escape(name))]
    for segment in _segments(recording):
        text += ["<trkseg>\n", *(_point(run, *sample) for sample in _resampled(segment)), "</trkseg>\n"]
    text.append("</trk>\n</gpx>\n")
    return "".join(text).encode()


def _segments(recording: Recording) -> Iterator[list[Point]]:
    first = 0
    ends = {start for start, _ in recording.pauses}
    for index, point in enumerate(recording.points):
        if point.time_s in ends:
            yield recording.points[first : index + 1]
            first = index + 1
    yield recording.points[first:]


def _resampled(points: list[Point]) -> Iterator[tuple[int, Point, Point, float]]:
    """Yield each time, the points before and after it, and how far it lies from one to the other."""
    time = points[0].time_s + LATE_S
    for before, after in pairwise(points):
        while before.time_s <= time < after.time_s:
            yield time, before, after, (time - before.time_s) / (after.time_s - before.time_s)
            time += EVERY_S


def _point(run: Run, time_s: int, before: Point, after: Point, part: float) -> str:
    def between(column: str) -> float:
        start, end = getattr(before, column), getattr(after, column)
        return float(start + part * (end - start))

    return POINT.format(
        lat=between("latitude"),
        lon=between("longitude"),
        ele=between("altitude"),
        time=_iso(run, time_s),
        hr=between("heart_rate"),
        cad=between("cadence") / 2,
    )


def _iso(run: Run, time_s: int) -> str:
    return (run.start + timedelta(seconds=time_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
