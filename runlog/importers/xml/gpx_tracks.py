"""The tracks of a GPX file as arrays over all its points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from runlog.importers.xml import listener

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlog.importers.xml.points import Points

#: Local names of extension elements, in lower case and whatever their name space, by our columns.
EXTENSIONS = {
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
COLUMNS = tuple(dict.fromkeys(("lat", "lon", "altitude_m", *EXTENSIONS.values())))


@dataclass(slots=True)
class Head:
    """What a track says of itself, and the row of its first point."""

    first: int
    name: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Tracks:
    """All tracks of a file that have points, and whether it plans routes, too."""

    heads: list[Head]
    points: Points
    has_routes: bool

    def parts(self) -> list[tuple[Head, int, int]]:
        """Return each track's head, and the rows of its first point and after its last one."""
        bounds = pairwise([*(head.first for head in self.heads), len(self.points)])
        return [(head, *rows) for head, rows in zip(self.heads, bounds, strict=True)]


def listen(text: str) -> tuple[Tracks, listener.Fault | None]:
    """Read GPX text to its end or to the first fault.

    Raises:
        NotReadable: it declares entities, or is made to fill a memory.
    """
    heard = _Listener()
    fault = heard.listen(text)
    heads = [head for head in heard.heads if head.first < heard.count]
    return Tracks(heads, heard.points(), heard.has_routes), fault


class _Listener(listener.Listener):
    POINT = "trkpt"
    ATTRIBUTES = ("lat", "lon")
    ELEMENTS = MappingProxyType({"ele": "altitude_m", "time": listener.TIME, **EXTENSIONS})

    def __init__(self) -> None:
        super().__init__()
        self.heads: list[Head] = []
        self.has_routes = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002 - only points have any
        if name == "trk":
            self.takes_points = True
            if self.heads and self.heads[-1].first == self.count:  # the one before has no points
                self.heads.pop()
            self.heads.append(Head(self.count))
        if name in ("trk", "trkseg"):
            self.pause()
        self.has_routes |= name == "rte"

    def end(self, name: str, text: str) -> None:
        if name == "trk":
            self.takes_points = False
        if self.path[-1:] != ["trk"] or not text:
            return
        if name == "name":
            self.heads[-1].name = text[: listener.LONGEST_NAME]
        elif name == "type":
            self.heads[-1].type = text[: listener.LONGEST_NAME]
