"""Five made-up routes from the gate of a park, and the ground that they go over."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

from season import ROUTE_KM

HOME = (48.1530, 11.5920)
METRES_PER_DEGREE = 111_320.0
STEP = 20  # pieces of a road between two of its bends

Place = tuple[float, float]  # metres to the east and north of home

LOOPS: dict[str, list[Place]] = {
    "park": [
        (0, 0), (30, 12), (62, 6), (98, 20), (125, 52), (118, 90), (86, 108), (52, 98), (26, 72), (8, 34),
    ],
    "canal": [
        (0, 0), (-42, 18), (-90, 12), (-150, 30), (-210, 24), (-260, 56), (-270, 105),
        (-225, 130), (-170, 124), (-115, 142), (-65, 118), (-26, 70),
    ],
    "hills": [
        (0, 0), (-30, -42), (-82, -70), (-130, -120), (-190, -150), (-230, -215), (-210, -290),
        (-150, -325), (-90, -295), (-50, -230), (-15, -170), (12, -100), (18, -45),
    ],
    "long": [
        (0, 0), (42, -26), (100, -50), (150, -110), (215, -150), (290, -215), (360, -250), (420, -320),
        (405, -390), (330, -385), (270, -330), (205, -290), (145, -220), (90, -165), (48, -95),
    ],
}  # fmt: skip
THERE_AND_BACK: dict[str, list[Place]] = {
    "river": [(0, 0), (15, 42), (8, 90), (23, 140), (18, 195), (33, 245), (30, 300), (42, 350)],
}


@dataclass(frozen=True)
class Road:
    """A smooth line of places, each so many metres along the road."""

    places: list[Place]
    along: list[float]

    def place(self, metres: float) -> Place:
        """Where one is after so many metres."""
        index = min(max(bisect_right(self.along, metres), 1), len(self.along) - 1)
        start, end = self.along[index - 1], self.along[index]
        part = min(1.0, (metres - start) / (end - start))
        (x, y), (next_x, next_y) = self.places[index - 1], self.places[index]
        return x + part * (next_x - x), y + part * (next_y - y)


@cache
def road(route: str) -> Road:
    """Return the road of a route, exactly as long as the route."""
    places = _loop(LOOPS[route]) if route in LOOPS else _there_and_back(THERE_AND_BACK[route])
    scale = 1000 * ROUTE_KM[route] / _lengths(places)[-1]
    places = [(scale * x, scale * y) for x, y in places]
    return Road(places, _lengths(places))


def altitude(place: Place) -> float:
    """Metres above the sea: a plain that falls to the north, two hills in the south-west, gentle waves."""
    x, y = place
    hills = 70 * _bump(x + 1900, y + 2500, 900) + 45 * _bump(x + 900, y + 1300, 600)
    waves = 3 * math.sin(x / 410) + 2.5 * math.cos(y / 330) + 1.5 * math.sin((x + y) / 170)
    return 512 - 0.004 * y + hills + waves


def degrees(place: Place) -> tuple[float, float]:
    """Latitude and longitude of a place."""
    latitude, longitude = HOME
    x, y = place
    return (
        latitude + y / METRES_PER_DEGREE,
        longitude + x / (METRES_PER_DEGREE * math.cos(math.radians(latitude))),
    )


def _bump(x: float, y: float, width: float) -> float:
    return math.exp(-(x * x + y * y) / (2 * width * width))


def _lengths(places: list[Place]) -> list[float]:
    return list(accumulate((math.dist(here, there) for here, there in pairwise(places)), initial=0.0))


def _loop(bends: list[Place]) -> list[Place]:
    return _smooth([bends[-1], *bends, bends[0], bends[1]])


def _there_and_back(bends: list[Place]) -> list[Place]:
    there = _smooth([bends[0], *bends, bends[-1]])
    return there + there[-2::-1]


def _smooth(bends: list[Place]) -> list[Place]:
    """Return a Catmull-Rom curve through all bends but the first and last, which only set its direction."""
    pieces = zip(bends, bends[1:], bends[2:], bends[3:], strict=False)
    places = [_between(*piece, step / STEP) for piece in pieces for step in range(STEP)]
    return [*places, bends[-2]]


def _between(before: Place, here: Place, there: Place, after: Place, part: float) -> Place:
    x, y = (
        0.5
        * (2 * b + (c - a) * part + (2 * a - 5 * b + 4 * c - d) * part**2 + (3 * b - a - 3 * c + d) * part**3)
        for a, b, c, d in zip(before, here, there, after, strict=True)
    )
    return x, y
