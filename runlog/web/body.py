"""Draw the figure whose body areas can be tapped, from the shapes that the report shades."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from runlog.reporter.charts import body

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_TOLERANCE = 0.15  # of the drawing's units, less than half a pixel on a phone


class FigureSide(NamedTuple):
    """One side of the figure: "front" or "back", its outline, and the path of each area, as SVG."""

    side: str
    outline: str
    areas: dict[str, str]


@cache
def figure_sides() -> tuple[FigureSide, ...]:
    """Return both sides of the figure."""
    outline = _path(body.figure_outline())
    return tuple(
        FigureSide(side, outline, {name: _path(shape) for name, shape in body.area_shapes(side).items()})
        for side in (body.BACK, body.FRONT)
    )


def _path(shape: BaseGeometry) -> str:
    """Return a shape's outlines as the path of an SVG."""
    simple = shape.simplify(_TOLERANCE)
    pieces = simple.geoms if hasattr(simple, "geoms") else [simple]
    return " ".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in piece.exterior.coords[:-1]) + "Z" for piece in pieces
    )
