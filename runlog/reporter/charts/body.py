"""Draw a human figure, front and back, shaded by the week's ratings of each body area."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from shapely import affinity

from runlog import units
from runlog.analysis import periods
from runlog.analysis.history import ratings_of
from runlog.i18n import _
from runlog.reporter.charts import style
from runlog.reporter.charts.soreness import heat_colour
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

    from runlog.analysis.history import History
    from runlog.reporter.charts.view import View

FRONT, BACK = "front", "back"

#: One half of the outline without the head, from the neck down the outside and up the inside of the leg.
_HALF_OUTLINE = (
    *((0, 23), (4.6, 23), (4.9, 29), (7, 32), (13, 34.5), (19, 36.5), (23, 41), (24.8, 50), (25.6, 60)),
    *((28, 71), (30.5, 82), (32.6, 95), (34.6, 100), (35.6, 106), (34, 112), (31.4, 111), (30.6, 104)),
    *((29.6, 96), (26.6, 84), (23.6, 73), (21.4, 62), (19.6, 54), (18.4, 60), (16.6, 71), (15.4, 79)),
    *((16, 87), (18.6, 97), (20, 108), (19.6, 122), (17.4, 138), (15.8, 148), (16.6, 160), (15.4, 174)),
    *((11.8, 190), (11.6, 196), (14.6, 201), (14.4, 205), (9, 206), (5.4, 204), (5.6, 196), (6, 188)),
    *((4.6, 172), (4.4, 160), (5.2, 148), (4, 132), (2.2, 116), (0.8, 107), (0, 106)),
)
_HEAD = ((0, 12.5), 8.6, 11.4)
_OUTSIDE = 60.0  # beyond this no part of the figure lies
_GAP = 0.55  # between two areas

#: Where each area lies: boxes (x from and to on the right half, y from and to) that the outline is cut with.
_TORSO = 19.0
_LEGS = {
    "hip_groin": ((0, 22, 90, 112),),
    "thigh": ((0, 22, 112, 139),),
    "knee": ((0, 22, 139, 156),),
    "lower_leg": ((0, 22, 156, 186),),
    "ankle": ((0, 22, 186, 197),),
    "foot": ((0, 22, 197, 210),),
}
_BOXES: Mapping[str, Mapping[str, tuple[tuple[float, float, float, float], ...]]] = {
    FRONT: {
        "neck": ((0, 9, 24, 33),),
        "shoulder": ((12.5, 30, 33, 51),),
        "chest": ((0, 12.5, 33, 62), (12.5, _TORSO + 1, 51, 62)),
        **_LEGS,
    },
    BACK: {
        "neck": ((0, 9, 24, 32),),
        "shoulder": ((14.5, 30, 33, 51),),
        "upper_back": ((0, 14.5, 32, 66), (14.5, _TORSO + 1, 51, 66)),
        "lower_back": ((0, _TORSO + 1, 66, 90),),
        **_LEGS,
    },
}

#: On which side an area is named; what is on both is named once.
_NAMED_IN_FRONT = ("chest", "hip_groin", "thigh", "knee", "ankle", "foot")
LABEL_SIDE: Mapping[str, str] = {
    name: FRONT if name in _NAMED_IN_FRONT else BACK for boxes in _BOXES.values() for name in boxes
}


@cache
def figure_outline() -> BaseGeometry:
    """Return the outline of the whole figure."""
    half = _half_figure()
    other = affinity.scale(half, xfact=-1, origin=(0, 0))
    (x, y), across, high = _HEAD
    head = affinity.translate(affinity.scale(shapely.Point(0, 0).buffer(1, quad_segs=24), across, high), x, y)
    return shapely.union_all([half.buffer(0.05), other.buffer(0.05), head])


@cache
def area_shapes(side: str) -> dict[str, BaseGeometry]:
    """Return the body areas that one side of the figure shows, each of one or two pieces."""
    without_head = figure_outline().intersection(shapely.box(-_OUTSIDE, 24, _OUTSIDE, 220))
    return {
        name: without_head.intersection(_mirrored_boxes(boxes)).buffer(-_GAP)
        for name, boxes in _BOXES[side].items()
    }


def _mirrored_boxes(boxes: tuple[tuple[float, float, float, float], ...]) -> BaseGeometry:
    right = [shapely.box(left, top, end, bottom) for left, end, top, bottom in boxes]
    return shapely.union_all([*right, *(affinity.scale(box, xfact=-1, origin=(0, 0)) for box in right)])


def _half_figure() -> BaseGeometry:
    """Return the right half, rounded by a spline (Catmull and Rom's) through its points."""
    points = np.array(_HALF_OUTLINE, dtype=float)
    before, ahead = points[[0, *range(len(points) - 2)]], points[[*range(2, len(points)), -1]]
    here, there = points[:-1], points[1:]
    t = np.linspace(0.0, 1.0, 12, endpoint=False)[None, :, None]
    before, here, there, ahead = (some[:, None, :] for some in (before, here, there, ahead))
    smooth = 0.5 * (
        2 * here
        + (there - before) * t
        + (2 * before - 5 * here + 4 * there - ahead) * t**2
        + (3 * here - before - 3 * there + ahead) * t**3
    )
    outline = np.concatenate([smooth.reshape(-1, 2), points[-1:]])
    outline[:, 0] = np.maximum(outline[:, 0], 0.0)
    return shapely.Polygon(outline).buffer(0)


#: Between the middles of the two figures, and from a figure's middle to the names beside it.
FIGURE_DISTANCE, LABEL_DISTANCE = 84.0, 46.0
LINE_HEIGHT, LINE_HEIGHT_NARROW = 13.0, 17.0
_FIGURE_HEIGHT = 212.0
#: From the names of the sides to a line below them, for what lies nowhere on a figure.
OTHER_LINE_HEIGHT = 22.0


@dataclass(frozen=True, slots=True)
class BodyData:
    """The ratings of one week by area.

    Attributes:
        areas: indexed by area, the sorest first: mean, worst (0 to 10) and ratings (how many).
        week: whose.
    """

    title: str
    areas: pd.DataFrame
    week: periods.Span


def body_data(history: History, view: View) -> BodyData:
    """Return what was rated in the week of ``view.now``; areas without a rating are left out."""
    week = periods.week_of(view.today, history.settings)
    rated = week.of(ratings_of(history)).groupby("area")["soreness"]
    areas = pd.DataFrame({"mean": rated.mean(), "worst": rated.max(), "ratings": rated.size()})
    areas = areas.sort_values(["mean", "worst"], ascending=False, kind="stable")
    return BodyData(_body_title(areas), areas, week)


def _body_title(areas: pd.DataFrame) -> str:
    if areas.empty:
        return _("No ratings this week")
    if areas["worst"].max() == 0:
        return _("Nothing was sore this week")
    sorest = areas.iloc[0]
    return _("Sorest this week: {area}, {mean} of 10 on average").format(
        area=units.area(str(areas.index[0])), mean=units.number(sorest["mean"])
    )


def body_height(data: BodyData, width: int) -> int:
    """Return how many pixels high it is."""
    return (230 if width == style.NARROW else 340) + (24 if "other" in data.areas.index else 0)


def draw_body(data: BodyData, axes: Axes) -> None:
    """Draw front and back, shaded by the week's soreness of each area."""
    means = data.areas["mean"].to_dict()
    for side, middle in ((FRONT, 0.0), (BACK, FIGURE_DISTANCE)):
        _fill_shape(axes, figure_outline(), middle, LIGHT["empty"])
        for name, shape in area_shapes(side).items():
            if name in means:
                _fill_shape(axes, shape, middle, LIGHT[heat_colour(means[name])])
    _label_areas(data.areas, axes)
    for text, middle in ((_("front"), 0.0), (_("back"), FIGURE_DISTANCE)):
        axes.text(middle, _FIGURE_HEIGHT + 4, text, ha="center", va="top", color=LIGHT["muted"])
    wide = 0.0 if style.is_narrow(axes) else 70.0
    axes.set(
        xlim=(-LABEL_DISTANCE - 76 - wide, FIGURE_DISTANCE + LABEL_DISTANCE + 76 + wide),
        ylim=(_FIGURE_HEIGHT + 18 + (OTHER_LINE_HEIGHT if "other" in data.areas.index else 0), -2),
        aspect="equal",
    )
    axes.set_axis_off()


def _fill_shape(axes: Axes, shape: BaseGeometry, middle: float, colour: str) -> None:
    rings = [
        Path(shapely.get_coordinates(ring) + np.array([middle, 0.0]), closed=True)
        for piece in shapely.get_parts(shape)
        for ring in (piece.exterior, *piece.interiors)
    ]
    axes.add_patch(PathPatch(Path.make_compound_path(*rings), facecolor=colour, lw=0))


def _label_areas(areas: pd.DataFrame, axes: Axes) -> None:
    """Write each rated area with its mean beside the figure that shows it best."""
    for side, middle, out in ((FRONT, 0.0, -1.0), (BACK, FIGURE_DISTANCE, 1.0)):
        shapes = area_shapes(side)
        named = [name for name in shapes if name in areas.index and LABEL_SIDE[name] == side]
        heights = [shapes[name].centroid.y for name in named]
        line = LINE_HEIGHT_NARROW if style.is_narrow(axes) else LINE_HEIGHT
        for name, at, height in zip(named, _spread_labels(heights, line), heights, strict=True):
            across = shapes[name].intersection(shapely.LineString([(-99, height), (99, height)]))
            edge = middle + out * max(abs(across.bounds[0]), abs(across.bounds[2]))
            axes.plot(
                [edge + out, middle + out * (LABEL_DISTANCE - 4), middle + out * (LABEL_DISTANCE - 1)],
                [height, at, at],
                color=LIGHT["muted"],
                lw=0.8,
            )
            text = f"{units.area(name)}  {units.number(areas['mean'][name])}"
            edge = middle + out * (LABEL_DISTANCE + 1.5)
            axes.text(edge, at, text, ha="left" if out > 0 else "right", va="center")
    if "other" in areas.index:
        text = f"{units.area('other')}  {units.number(areas['mean']['other'])}"
        axes.text(FIGURE_DISTANCE / 2, _FIGURE_HEIGHT + OTHER_LINE_HEIGHT, text, ha="center", va="top")


def _spread_labels(heights: list[float], line: float) -> list[float]:
    """Return the heights, moved down where two names would stand in one line."""
    placed: list[float] = []
    for height in heights:
        placed.append(height if not placed else max(height, placed[-1] + line))
    over = max(0.0, (placed[-1] if placed else 0.0) - _FIGURE_HEIGHT)
    return list(np.asarray(placed) - over)
