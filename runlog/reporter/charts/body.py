"""Where it was sore: a figure, front and back, shaded by the week's ratings of each area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from runlog.i18n import _
from runlog.reporter import periods, units
from runlog.reporter.charts import figure, style
from runlog.reporter.charts.calendar import heat
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

    from runlog.analysis.history import History
    from runlog.reporter.charts import View

#: Between the middles of the two figures, and from a figure's middle to the names beside it.
APART, BESIDE = 84.0, 46.0
LINE_HEIGHT, LINE_HEIGHT_NARROW = 13.0, 17.0
_HIGH = 212.0
#: From the names of the sides to a line below them, for what lies nowhere on a figure.
BELOW = 22.0


@dataclass(frozen=True, slots=True)
class Body:
    """The ratings of one week by area.

    Attributes:
        areas: indexed by area, the sorest first: mean, worst (0 to 10) and ratings (how many).
        week: whose.
    """

    title: str
    areas: pd.DataFrame
    week: periods.Span


def data(history: History, view: View) -> Body:
    """What was rated in the week of ``view.now``: areas that were not are unknown and stay out."""
    week = periods.week_of(view.today, history.settings)
    rated = week.of(history.entries.dropna(subset=["soreness"])).groupby("area")["soreness"]
    areas = pd.DataFrame({"mean": rated.mean(), "worst": rated.max(), "ratings": rated.size()})
    areas = areas.sort_values(["mean", "worst"], ascending=False, kind="stable")
    return Body(_title(areas), areas, week)


def _title(areas: pd.DataFrame) -> str:
    if areas.empty:
        return _("No ratings this week")
    if areas["worst"].max() == 0:
        return _("Nothing was sore this week")
    sorest = areas.iloc[0]
    return _("Sorest this week: {area}, {mean} of 10 on average").format(
        area=units.area(str(areas.index[0])), mean=units.number(sorest["mean"])
    )


def height(data: Body, narrow: bool) -> int:  # noqa: FBT001 - all charts are asked alike
    """How many pixels high it is."""
    line = 24 if _elsewhere(data) else 0
    return (230 if narrow else 340) + line


def draw(data: Body, axes: Axes) -> None:
    """Front and back, shaded by the week's soreness of each area."""
    means = data.areas["mean"].to_dict()
    for side, middle in ((figure.FRONT, 0.0), (figure.BACK, APART)):
        _fill(axes, figure.outline(), middle, LIGHT["empty"])
        for name, shape in figure.areas(side).items():
            if name in means:
                _fill(axes, shape, middle, LIGHT[heat(means[name])])
    _name_areas(data.areas, axes)
    for text, middle in ((_("front"), 0.0), (_("back"), APART)):
        axes.text(middle, _HIGH + 4, text, ha="center", va="top", color=LIGHT["muted"])
    wide = 0.0 if style.is_narrow(axes) else 70.0
    axes.set(
        xlim=(-BESIDE - 76 - wide, APART + BESIDE + 76 + wide),
        ylim=(_HIGH + 18 + (BELOW if "other" in data.areas.index else 0), -2),
        aspect="equal",
    )
    axes.set_axis_off()


def _elsewhere(data: Body) -> bool:
    return "other" in data.areas.index


def _fill(axes: Axes, shape: BaseGeometry, middle: float, colour: str) -> None:
    path = Path.make_compound_path(*(_path(piece, middle) for piece in shapely.get_parts(shape)))
    axes.add_patch(PathPatch(path, facecolor=colour, lw=0))


def _path(piece: BaseGeometry, middle: float) -> Path:
    rings = [piece.exterior, *piece.interiors]
    return Path.make_compound_path(
        *(Path(shapely.get_coordinates(ring) + np.array([middle, 0.0]), closed=True) for ring in rings)
    )


def _name_areas(areas: pd.DataFrame, axes: Axes) -> None:
    """Write each rated area with its mean beside the figure that shows it best."""
    for side, middle, out in ((figure.FRONT, 0.0, -1.0), (figure.BACK, APART, 1.0)):
        shapes = figure.areas(side)
        named = [name for name in shapes if name in areas.index and figure.NAMED_ON[name] == side]
        heights = [shapes[name].centroid.y for name in named]
        line = LINE_HEIGHT_NARROW if style.is_narrow(axes) else LINE_HEIGHT
        for name, at, height in zip(named, _spread(heights, line), heights, strict=True):
            edge = middle + out * max(abs(x) for x in _ends_at(shapes[name], height))
            axes.plot(
                [edge + out, middle + out * (BESIDE - 4), middle + out * (BESIDE - 1)],
                [height, at, at],
                color=LIGHT["muted"],
                lw=0.8,
            )
            text = f"{units.area(name)}  {units.number(areas['mean'][name])}"
            axes.text(middle + out * (BESIDE + 1.5), at, text, ha="left" if out > 0 else "right", va="center")
    if "other" in areas.index:
        text = f"{units.area('other')}  {units.number(areas['mean']['other'])}"
        axes.text(APART / 2, _HIGH + BELOW, text, ha="center", va="top")


def _ends_at(shape: BaseGeometry, height: float) -> Iterable[float]:
    """How far to the left and to the right an area reaches at a height."""
    line = shape.intersection(shapely.LineString([(-99, height), (99, height)]))
    left, _top, right, _bottom = line.bounds
    return left, right


def _spread(heights: list[float], line: float) -> list[float]:
    """The heights, moved down where two names would stand in one line."""
    placed: list[float] = []
    for height in heights:
        placed.append(height if not placed else max(height, placed[-1] + line))
    over = max(0.0, (placed[-1] if placed else 0.0) - _HIGH)
    return list(np.asarray(placed) - over)
