"""Read GPX files: tracks become activities.

A damaged file is read up to the fault by the streaming parser, or without its damaged points by gpxpy,
whichever keeps more points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.parsers import expat

import numpy as np

from runlog import localtime
from runlog.errors import NotReadable, NotTaken, Problem
from runlog.i18n import N_, _, say
from runlog.importers import clock_repair, sports, tracks, xml_points
from runlog.importers.xml_points import Points
from runlog.model import Activity, Lap
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gpxpy.gpx import GPX, GPXTrackPoint

    from runlog.importers.clock_repair import Clock
    from runlog.importers.detect import Head, SourceFile

    TrackRows = tuple["TrackHead", int, int]

#: The columns of extension elements, by local name in lower case.
EXTENSION_COLUMNS = {
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
POINT_COLUMNS = tuple(dict.fromkeys(("lat", "lon", "altitude_m", *EXTENSION_COLUMNS.values())))


@dataclass(slots=True)
class TrackHead:
    """Name and type of a track, and the row of its first point."""

    first_row: int
    name: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class GpxTracks:
    """All tracks of a file that have points, and whether it has planned routes too."""

    tracks: list[TrackHead]
    points: Points
    has_routes: bool
    creator: str | None = None

    def rows_by_track(self) -> list[TrackRows]:
        """Return each track's head, the row of its first point, and the row after its last one."""
        bounds = pairwise([*(head.first_row for head in self.tracks), len(self.points)])
        return [(head, *rows) for head, rows in zip(self.tracks, bounds, strict=True)]


def parse_tracks(text: str) -> tuple[GpxTracks, xml_points.XmlFault | None]:
    """Read GPX text to its end or to the first fault.

    Raises:
        NotReadable: it declares entities, or is far larger than any recording.
    """
    parser = _GpxParser()
    fault = parser.parse(text)
    heads = [head for head in parser.tracks if head.first_row < parser.count]
    return GpxTracks(heads, parser.points(), parser.has_routes, parser.creator), fault


class _GpxParser(xml_points.PointParser):
    POINT_TAG = "trkpt"
    ATTRIBUTE_COLUMNS = ("lat", "lon")
    ELEMENT_COLUMNS = MappingProxyType(
        {"ele": "altitude_m", "time": xml_points.TIME_COLUMN, **EXTENSION_COLUMNS}
    )

    def __init__(self) -> None:
        super().__init__()
        self.tracks: list[TrackHead] = []
        self.has_routes = False
        self.creator: str | None = None

    def start_element(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "gpx":
            self.creator = attributes.get("creator", "")[: xml_points.MAX_NAME_LENGTH]
        if name == "trk":
            self.in_recording = True
            if self.tracks and self.tracks[-1].first_row == self.count:  # the one before has no points
                self.tracks.pop()
            self.tracks.append(TrackHead(self.count))
        if name in ("trk", "trkseg"):
            self.start_segment()
        self.has_routes |= name == "rte"

    def end_element(self, name: str, text: str) -> None:
        if name == "trk":
            self.in_recording = False
        if self.path[-1:] != ["trk"] or not text:
            return
        if name == "name":
            self.tracks[-1].name = text[: xml_points.MAX_NAME_LENGTH]
        elif name == "type":
            self.tracks[-1].type = text[: xml_points.MAX_NAME_LENGTH]


FORMAT = "gpx"

#: Some apps begin a new track for every lap or pause: tracks this close together are one recording.
_MAX_TRACK_GAP_S = 600.0
#: Tracks whose ends are this close are one recording, whatever they are called.
_TOUCHING_S, _TOUCHING_M = 30.0, 100.0
#: Segments this far apart, and of so many points, are recordings of their own.
_SPLIT_GAP_S, _MIN_SPLIT_POINTS = 12 * 3600.0, 20


def claims(head: Head) -> bool:
    """Return whether the bytes are XML whose root is gpx."""
    return xml_points.local_name(head.xml_root or "") == "gpx"


def read(file: SourceFile) -> ParsedFile:
    """Read all tracks.

    Tracks of one name and sport within ten minutes of each other are one activity, and so are those of any
    name that begin when and where the one before ends.

    Raises:
        NotReadable: damaged.
        NotTaken: no track, or no point of one has a time.
    """
    text = xml_points.decode_xml(file.data)
    parsed, fault = parse_tracks(text)
    if fault is None:
        return _parsed_file(parsed)
    repaired = read_with_gpxpy(text) if b"<trkpt" in fault.remaining else None
    if repaired is None or len(repaired[0].points) < len(parsed.points):
        if np.isnan(parsed.points.times).all():
            raise NotReadable("damaged: {reason}", reason=fault.reason)
        before = _parsed_file(parsed)
        return replace(before, problems=(fault.problem(before.activities),))
    without, left_out = _parsed_file(repaired[0]), repaired[1]
    kept = xml_points.count_points(without.activities)
    text = N_("damaged ({reason}); {kept} points were kept, {left_out} could not be read")
    problem = Problem(say(text, reason=fault.reason, kept=kept, left_out=left_out), is_warning=True)
    return replace(without, problems=(problem,) if left_out else ())


def _parsed_file(parsed: GpxTracks) -> ParsedFile:
    activities, notes = _build_activities(parsed)
    notes = (*notes, *parsed.points.notes())
    return ParsedFile(FORMAT, activities=activities, notes=notes, program=parsed.creator)


def _build_activities(parsed: GpxTracks) -> tuple[tuple[Activity, ...], tuple[str, ...]]:
    """Build an activity of each recording; return them and notes on what was left out."""
    points = parsed.points
    points = replace(points, times=tracks.possible_times(points.times))
    timed = [one for one in parsed.rows_by_track() if not np.isnan(points.times[slice(*one[1:])]).all()]
    if not timed:
        raise NotTaken(_reason_without_times(parsed))
    single, activities = _drop_repeated_tracks(timed, points), []
    repeats = len(timed) - len(single)
    notes = [say("{n} of its tracks repeat others and are left out", n=repeats)] if repeats else []
    recordings = _join_tracks(_split_tracks(single, points), points)
    for recording in sorted(recordings, key=lambda one: one[0][1]):
        activity, changed = _build_activity(recording, points)
        activities.append(activity)
        notes += changed
    return tuple(activities), tuple(dict.fromkeys(notes))


def _reason_without_times(parsed: GpxTracks) -> str:
    if not np.isnan(parsed.points.times).all():
        return _("its times lie before 1990 or after 9998; the clock of the device was not set")
    unread = parsed.points.unread.get(xml_points.TIME_COLUMN)
    if unread is not None:
        return say("none of its times can be read, such as {example!r}", example=unread.example)
    if parsed.tracks:
        return _("a route, not a run: its points have no times")
    return _("a planned route, not a recorded run") if parsed.has_routes else _("no track in it")


_MAX_TRACKS_COMPARED = 200


def _drop_repeated_tracks(timed: Sequence[TrackRows], points: Points) -> list[TrackRows]:
    """Leave out tracks of which another one has every point."""
    if not 1 < len(timed) <= _MAX_TRACKS_COMPARED:
        return list(timed)
    places = np.stack([points.times, points.columns["lat"], points.columns["lon"]])
    _, key = np.unique(np.nan_to_num(places, nan=-1.0), axis=1, return_inverse=True)
    keys = [set(key.reshape(-1)[slice(*one[1:])].tolist()) for one in timed]
    kept: list[int] = []
    for number in sorted(range(len(timed)), key=lambda one: -len(keys[one])):  # the longest one first
        if not any(keys[number] <= keys[other] for other in kept):
            kept.append(number)
    return [timed[number] for number in sorted(kept)]


def _split_tracks(timed: Sequence[TrackRows], points: Points) -> list[TrackRows]:
    """Split tracks between segments that lie half a day or more apart, and put them in order of time."""
    parts: list[TrackRows] = []
    for head, first, end in timed:
        known = first + np.flatnonzero(~np.isnan(points.times[first:end]))
        apart = np.diff(points.times[known]) > _SPLIT_GAP_S
        cuts = known[1:][apart & (np.diff(points.segments[known]) != 0)]
        bounds = [first, *cuts.tolist(), end]
        if min(map(int.__sub__, bounds[1:], bounds[:-1])) < _MIN_SPLIT_POINTS:
            bounds = [first, end]
        parts += [(head, *rows) for rows in pairwise(bounds)]
    return sorted(parts, key=lambda one: float(np.nanmin(points.times[slice(*one[1:])])))


def _join_tracks(timed: Sequence[TrackRows], points: Points) -> list[list[TrackRows]]:
    """Join tracks that touch, and those of one name and sport of which one follows the other closely."""
    joined = [[timed[0]]]
    for before, after in pairwise(timed):
        is_alike = (before[0].name, before[0].type) == (after[0].name, after[0].type)
        follows = is_alike and 0 <= _gap_s(before, after, points) <= _MAX_TRACK_GAP_S
        if follows or _touches(before, after, points):
            joined[-1].append(after)
        else:
            joined.append([after])
    return joined


def _touches(before: TrackRows, after: TrackRows, points: Points) -> bool:
    """Return whether a track begins when and where another ends, as a lap does."""
    types = {before[0].type, after[0].type} - {None}
    if len(types) > 1 or abs(_gap_s(before, after, points)) > _TOUCHING_S:
        return False
    lat, lon = (points.columns[name][[before[2] - 1, after[1]]] for name in ("lat", "lon"))
    return bool((tracks.great_circle_m(lat[:1], lon[:1], lat[1:], lon[1:]) <= _TOUCHING_M).all())


def _gap_s(before: TrackRows, after: TrackRows, points: Points) -> float:
    return float(np.nanmin(points.times[slice(*after[1:])]) - np.nanmax(points.times[slice(*before[1:])]))


def _build_activity(recording: Sequence[TrackRows], points: Points) -> tuple[Activity, tuple[str, ...]]:
    """Build an activity of one recording, and notes on what was left out."""
    own = points.take(np.concatenate([np.arange(first, end) for _, first, end in recording]))
    segments, at = own.segments.copy(), 0
    touching = [_touches(*pair, points) for pair in pairwise(recording)]
    for (_track, first, end), touches in zip(recording, touching, strict=False):
        at += end - first
        if touches:
            segments[at:] -= segments[at] - segments[at - 1]
    clock = clock_repair.repair_clock(own.times, segments, own.columns)
    columns = {name: values[clock.rows] for name, values in own.columns.items()}
    built = tracks.build_track(clock.times, clock.segments, columns)
    if built is None:
        raise NotTaken("none of its times can be right")
    heads = [head for head, _, _ in recording]
    names = {head.name for head in heads}
    sport, sub_sport = sports.normalize_sport(next((head.type for head in heads if head.type), None))
    activity = Activity(
        start=datetime.fromtimestamp(built.start, UTC),
        duration_s=float(built.track["time_s"][-1]),
        sport=sport,
        sub_sport=sub_sport,
        name=names.pop() if len(names) == 1 else None,
        utc_offset_s=own.utc_offset_s(),
        laps=_build_laps(recording, points, clock) if touching and all(touching) else (),
        track=built.track,
    )
    return activity, (*clock.notes, *built.notes)


def _build_laps(recording: Sequence[TrackRows], points: Points, clock: Clock) -> tuple[Lap, ...]:
    """Return a lap for each track of a recording."""
    times = [points.times[first:end] for _, first, end in recording]
    starts = [float(np.nanmin(one)) for one in times]
    ends = [*starts[1:], float(np.nanmax(times[-1]))]
    return tuple(
        Lap(datetime.fromtimestamp(clock.corrected(start), UTC), max(end - start, 0.0))
        for start, end in zip(starts, ends, strict=True)
    )


_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_POINT_BOUNDARY = re.compile(r"(?=<trkpt\b|</trkseg\b)")  # a point with the space after it is a piece

#: gpxpy makes objects of 10 times a file's size, copies nested elements by recursion in C, and searches
#: for the end of each name space declaration without limit: text that would make it slow is kept from it.
_MAX_TEXT_SIZE = 16 * 2**20
_MAX_POINT_SIZE = 4096
_OVERLONG_NAMESPACE = re.compile(r"\sxmlns[^=]{200}")


def read_with_gpxpy(text: str) -> tuple[GpxTracks, int] | None:
    """Read GPX text without the points that are not well-formed.

    Stray ampersands are escaped, and control characters are left out.

    Returns:
        The tracks, and how many points were left out; None if gpxpy does not read the rest either.
    """
    from gpxpy.gpx import GPXException
    from gpxpy.parser import GPXParser

    if len(text) > _MAX_TEXT_SIZE or _OVERLONG_NAMESPACE.search(text):
        return None
    pieces = _POINT_BOUNDARY.split(_CONTROL_CHARACTERS.sub("", _STRAY_AMPERSAND.sub("&amp;", text)))
    sound = [piece for piece in pieces if not piece.startswith("<trkpt") or _is_well_formed(piece)]
    repaired = "".join(sound)
    _, fault = parse_tracks(repaired)
    if fault is not None:
        return None
    try:
        tree = GPXParser(repaired).parse("1.1")
    except GPXException:
        return None
    return _convert_tracks(tree), len(pieces) - len(sound)


def _is_well_formed(point: str) -> bool:
    try:
        return len(point) <= _MAX_POINT_SIZE and bool(expat.ParserCreate().Parse(point, True))
    except expat.ExpatError:
        return False


def _convert_tracks(tree: GPX) -> GpxTracks:
    heads: list[TrackHead] = []
    points: list[GPXTrackPoint] = []
    segments: list[int] = []
    for track in tree.tracks:
        if any(segment.points for segment in track.segments):
            heads.append(TrackHead(len(points), track.name or None, track.type or None))
        for segment in track.segments:
            points += segment.points
            segments.append(len(segment.points))
    columns = {column: np.full(len(points), np.nan) for column in POINT_COLUMNS}
    for row, point in enumerate(points):
        for column, value in _point_values(point):
            if np.isnan(columns[column][row]):
                columns[column][row] = value
    moments = np.array([_point_time(point) for point in points]).reshape(-1, 2)
    numbers = np.repeat(np.arange(len(segments)), segments)
    found = Points(numbers, moments[:, 0], moments[:, 1], columns)
    return GpxTracks(heads, found, bool(tree.routes), tree.creator)


def _point_values(point: GPXTrackPoint) -> Iterator[tuple[str, float]]:
    yield "lat", point.latitude
    yield "lon", point.longitude
    if point.elevation is not None:
        yield "altitude_m", point.elevation
    for element in (element for extension in point.extensions for element in extension.iter()):
        column = EXTENSION_COLUMNS.get(str(element.tag).rpartition("}")[2].lower())
        if column is not None:
            yield column, xml_points.float_or_nan(element.text or "")


def _point_time(point: GPXTrackPoint) -> tuple[float, float]:
    try:
        return (np.nan, np.nan) if point.time is None else localtime.unix_and_offset(point.time)
    except ValueError:  # gpxpy takes any offset for one, even +99:99
        return np.nan, np.nan
