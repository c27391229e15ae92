"""The seam to gpxpy: what it refuses although real files have it is mended before, its errors translated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlog.errors import NotReadable

if TYPE_CHECKING:
    from gpxpy.gpx import GPX

_ENTITIES = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT = re.compile(r"<gpx(?=[\s>])")
_DECLARATION = re.compile(r"\A<\?xml\b[^>]*>")  # of an encoding: the text has been decoded
_POINT = re.compile(r"<trkpt\b([^<>]*?)(/?)>")
_COORDINATE = re.compile(r"""\b(lat|lon)\s*=\s*["']([^"']*)["']""")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_PREFIXES = re.compile(r"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=")
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)\s*=")
#: Elements that gpxpy checks for their type and that we never read; one odd value would fail the file.
_UNREAD = re.compile(
    r"<(number|sat|fix|hdop|vdop|pdop|ageofdgpsdata|dgpsid|magvar|geoidheight)>[^<]*</\1\s*>"
)
_LAST_POINT = "</trkpt>"


def parse(text: str) -> tuple[GPX, str | None]:
    """Parse GPX text.

    Returns:
        gpxpy's tree, in which a point without a usable position has NaN, and what is damaged where only
        the points before a fault could be kept.

    Raises:
        NotReadable: not well-formed, or it declares entities.
    """
    from gpxpy.gpx import GPXException
    from gpxpy.parser import GPXParser

    if _ENTITIES.search(text):
        raise NotReadable(
            "it declares a DOCTYPE or entities, which are not expanded, for safety; remove them"
        )
    mended = _mend(text)
    try:
        return GPXParser(mended).parse("1.1"), None
    except GPXException as error:
        fault = str(error)
        end = mended.rfind(_LAST_POINT)
        if end < 0 or "</gpx>" in mended[end:]:
            raise NotReadable(fault) from error
    try:
        return GPXParser(mended[:end] + _LAST_POINT + "</trkseg></trk></gpx>").parse("1.1"), fault
    except GPXException as error:
        raise NotReadable(fault) from error


def _mend(text: str) -> str:
    text = _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"))
    text = _UNREAD.sub("", text)
    text = _POINT.sub(_with_position, text)
    declared = set(_DECLARED.findall(text)) | {"xml", "xmlns"}
    used = {first or second for first, second in _PREFIXES.findall(text)}
    missing = "".join(f' xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in sorted(used - declared))
    return _ROOT.sub("<gpx" + missing, text, count=1)


def _with_position(point: re.Match[str]) -> str:
    """Give a point that lacks a coordinate the position NaN."""
    found = dict(_COORDINATE.findall(point[1]))
    if all(_NUMBER.fullmatch(found.get(name, "").strip()) for name in ("lat", "lon")):
        return point[0]
    return f'<trkpt lat="nan" lon="nan"{point[2]}>'
