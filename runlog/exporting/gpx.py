"""A track as GPX 1.1, for other tools: what they commonly read, and no more."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from runlog.importers.not_importable import GPX_CREATOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.model import Activity, Track

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<gpx creator="{GPX_CREATOR}" version="1.1" xmlns="http://www.topografix.com/GPX/1/1"\n'
    ' xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">\n<trk>\n'
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(activity: Activity, track: Track) -> str:
    """Write one activity.

    Args:
        activity: for its name, sport and start.
        track: with positions; points without one are left out, a pause begins a new segment.
    """
    name = f"<name>{_text(activity.name)}</name>\n" if activity.name else ""
    sport = f"<type>{_text(activity.sport)}</type>\n"
    return "".join([_HEAD, name, sport, *_segments(activity, track), "</trk>\n</gpx>\n"])


def _segments(activity: Activity, track: Track) -> Iterator[str]:
    current = None
    for point in _points(track):
        if point["segment"] != current:
            yield "</trkseg>\n" if current is not None else ""
            yield "<trkseg>\n"
            current = point["segment"]
        time = activity.start + timedelta(seconds=point["time_s"])
        yield f'<trkpt lat="{point["lat"]!r}" lon="{point["lon"]!r}">'
        yield _known("<ele>{}</ele>", point.get("altitude_m"))
        yield f"<time>{time.isoformat(timespec='milliseconds').replace('+00:00', 'Z')}</time>"
        yield _extensions(point)
        yield "</trkpt>\n"
    if current is not None:
        yield "</trkseg>\n"


def _points(track: Track) -> Iterator[dict[str, float]]:
    wanted = ("time_s", "segment", "lat", "lon", "altitude_m", "heart_rate_bpm", "cadence_spm")
    names = [name for name in wanted if name in track]
    for values in zip(*(track[name].tolist() for name in names), strict=True):
        point = dict(zip(names, values, strict=True))
        if not math.isnan(point["lat"]) and not math.isnan(point["lon"]):
            yield point


def _extensions(point: dict[str, float]) -> str:
    cadence = point.get("cadence_spm", math.nan)
    told = _known("<gpxtpx:hr>{:.0f}</gpxtpx:hr>", point.get("heart_rate_bpm"))
    told += _known("<gpxtpx:cad>{:.0f}</gpxtpx:cad>", cadence / 2)  # of one foot, as all write it
    if not told:
        return ""
    return f"<extensions><gpxtpx:TrackPointExtension>{told}</gpxtpx:TrackPointExtension></extensions>"


def _known(element: str, value: float | None) -> str:
    return "" if value is None or math.isnan(value) else element.format(value)


def _text(text: str) -> str:
    return escape(_NOT_XML.sub(" ", text))
