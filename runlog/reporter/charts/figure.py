"""A human figure, front and back, cut into the areas that are rated; drawn for runlog.

Units: a figure is about 72 wide and 208 high, its middle at x = 0, y growing downwards.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.interpolate import splev, splprep
from shapely import affinity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

FRONT, BACK = "front", "back"

#: One half of the outline without the head, from the neck down the outside and up the inside of the leg.
_HALF = (
    *((0, 23), (4.6, 23), (4.9, 29), (7, 32), (13, 34.5), (19, 36.5), (23, 41), (24.8, 50), (25.6, 60)),
    *((28, 71), (30.5, 82), (32.6, 95), (34.6, 100), (35.6, 106), (34, 112), (31.4, 111), (30.6, 104)),
    *((29.6, 96), (26.6, 84), (23.6, 73), (21.4, 62), (19.6, 54), (18.4, 60), (16.6, 71), (15.4, 79)),
    *((16, 87), (18.6, 97), (20, 108), (19.6, 122), (17.4, 138), (15.8, 148), (16.6, 160), (15.4, 174)),
    *((11.8, 190), (11.6, 196), (14.6, 201), (14.4, 205), (9, 206), (5.4, 204), (5.6, 196), (6, 188)),
    *((4.6, 172), (4.4, 160), (5.2, 148), (4, 132), (2.2, 116), (0.8, 107), (0, 106)),
)
_HEAD = ((0, 12.5), 8.6, 11.4)
_BESIDE = 60.0  # beyond this no part of the figure lies
_GAP = 0.55  # between two areas

#: Where each area lies: boxes (x from and to on the right half, y from and to) that the outline is cut with.
_TORSO = 19.0
_BOXES: Mapping[str, Mapping[str, tuple[tuple[float, float, float, float], ...]]] = {
    FRONT: {
        "neck": ((0, 9, 24, 33),),
        "shoulder": ((12.5, 30, 33, 51),),
        "chest": ((0, 12.5, 33, 62), (12.5, _TORSO + 1, 51, 62)),
        "hip_groin": ((0, 22, 90, 112),),
        "thigh": ((0, 22, 112, 139),),
        "knee": ((0, 22, 139, 156),),
        "lower_leg": ((0, 22, 156, 186),),
        "ankle": ((0, 22, 186, 197),),
        "foot": ((0, 22, 197, 210),),
    },
    BACK: {
        "neck": ((0, 9, 24, 32),),
        "shoulder": ((14.5, 30, 33, 51),),
        "upper_back": ((0, 14.5, 32, 66), (14.5, _TORSO + 1, 51, 66)),
        "lower_back": ((0, _TORSO + 1, 66, 90),),
        "hip_groin": ((0, 22, 90, 112),),
        "thigh": ((0, 22, 112, 139),),
        "knee": ((0, 22, 139, 156),),
        "lower_leg": ((0, 22, 156, 186),),
        "ankle": ((0, 22, 186, 197),),
        "foot": ((0, 22, 197, 210),),
    },
}

#: On which side an area is named; what is on both is named once.
NAMED_ON: Mapping[str, str] = {
    "neck": BACK,
    "shoulder": BACK,
    "upper_back": BACK,
    "lower_back": BACK,
    "chest": FRONT,
    "hip_groin": FRONT,
    "thigh": FRONT,
    "knee": FRONT,
    "lower_leg": BACK,
    "ankle": FRONT,
    "foot": FRONT,
}


@cache
def outline() -> BaseGeometry:
    """The whole figure."""
    half = _half()
    other = affinity.scale(half, xfact=-1, origin=(0, 0))
    (x, y), across, high = _HEAD
    head = affinity.translate(affinity.scale(shapely.Point(0, 0).buffer(1, quad_segs=24), across, high), x, y)
    return shapely.union_all([half.buffer(0.05), other.buffer(0.05), head])


@cache
def areas(side: str) -> dict[str, BaseGeometry]:
    """The rated areas that one side of the figure shows, each of one or two pieces."""
    without_head = outline().intersection(shapely.box(-_BESIDE, 24, _BESIDE, 220))
    return {
        name: without_head.intersection(_cuts(boxes)).buffer(-_GAP) for name, boxes in _BOXES[side].items()
    }


def _cuts(boxes: tuple[tuple[float, float, float, float], ...]) -> BaseGeometry:
    right = [shapely.box(left, top, end, bottom) for left, end, top, bottom in boxes]
    return shapely.union_all([*right, *(affinity.scale(box, xfact=-1, origin=(0, 0)) for box in right)])


def _half() -> BaseGeometry:
    """The right half, rounded by a spline through its points."""
    spline, _ = splprep(np.array(_HALF, dtype=float).T, s=0, k=2)
    x, y = splev(np.linspace(0, 1, 400), spline)
    return shapely.Polygon(np.stack([np.maximum(x, 0.0), y], axis=1)).buffer(0)
