"""The seam to gpxpy, which reads a damaged GPX whose damaged places can be taken out."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import numpy as np

from runlog.importers.xml import gpx_tracks, listener
from runlog.importers.xml.gpx_tracks import COLUMNS, EXTENSIONS, Head, Tracks
from runlog.importers.xml.points import Points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gpxpy.gpx import GPX, GPXTrackPoint

_STRAY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PIECES = re.compile(r"(?=<trkpt\b|</trkseg\b)")  # a point with the space after it is a piece

#: gpxpy makes objects of 10 times a file's size, copies nested elements by recursion in C, and searches
#: for the end of each name space declaration as far as it takes: it is given nothing that would hurt it.
_LARGEST = 16 * 2**20
_LARGEST_POINT = 4096
_ENDLESS = re.compile(r"\sxmlns[^=]{200}")


def read(text: str) -> tuple[Tracks, int] | None:
    """Read GPX text that is not well-formed without the points in which it is not.

    Stray ampersands are taken for what they look like, and control characters are left out.

    Returns:
        The tracks, and how many points were left out; None where gpxpy does not read the rest either.
    """
    from gpxpy.gpx import GPXException
    from gpxpy.parser import GPXParser

    if len(text) > _LARGEST or _ENDLESS.search(text):
        return None
    pieces = _PIECES.split(_CONTROLS.sub("", _STRAY.sub("&amp;", text)))
    sound = [piece for piece in pieces if not piece.startswith("<trkpt") or _is_well_formed(piece)]
    mended = "".join(sound)
    _, fault = gpx_tracks.listen(mended)
    if fault is not None:
        return None
    try:
        tree = GPXParser(mended).parse("1.1")
    except GPXException:
        return None
    return _tracks(tree), len(pieces) - len(sound)


def _is_well_formed(point: str) -> bool:
    if len(point) > _LARGEST_POINT:
        return False
    try:
        expat.ParserCreate().Parse(point, True)
    except expat.ExpatError:
        return False
    return True


def _tracks(tree: GPX) -> Tracks:
    heads: list[Head] = []
    points: list[GPXTrackPoint] = []
    segments: list[int] = []
    for track in tree.tracks:
        if any(segment.points for segment in track.segments):
            heads.append(Head(len(points), track.name or None, track.type or None))
        for segment in track.segments:
            points += segment.points
            segments.append(len(segment.points))
    columns = {column: np.full(len(points), np.nan) for column in COLUMNS}
    for row, point in enumerate(points):
        for column, value in _values(point):
            if np.isnan(columns[column][row]):
                columns[column][row] = value
    moments = np.array([_moment(point) for point in points]).reshape(-1, 2)
    numbers = np.repeat(np.arange(len(segments)), segments)
    found = Points(numbers, moments[:, 0], moments[:, 1], columns)
    return Tracks(heads, found, bool(tree.routes))


def _values(point: GPXTrackPoint) -> Iterator[tuple[str, float]]:
    yield "lat", point.latitude
    yield "lon", point.longitude
    if point.elevation is not None:
        yield "altitude_m", point.elevation
    for element in _extensions(point):
        column = EXTENSIONS.get(str(element.tag).rpartition("}")[2].lower())
        if column is not None:
            yield column, listener.number(element.text or "")


def _extensions(point: GPXTrackPoint) -> Iterator[Any]:
    return (element for extension in point.extensions for element in extension.iter())


def _moment(point: GPXTrackPoint) -> tuple[float, float]:
    """Return the Unix seconds of a point and the offset that its time is written with."""
    time = point.time
    if time is None:
        return np.nan, np.nan
    offset = time.utcoffset()
    if offset is None:
        return time.replace(tzinfo=UTC).timestamp(), np.nan
    return time.timestamp(), offset.total_seconds()
