"""The most used routes as small maps, drawn from the tracks alone; privacy zones are cut away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from runlog.analysis.geometry import EARTH_RADIUS_M, TangentPlane, cumulative_distance, resample, to_cartesian
from runlog.analysis.routes import route_table
from runlog.i18n import _, ngettext
from runlog.reporter import units
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.reporter.charts import View
    from runlog.settings import PrivacyZone

MOST = 6
#: A route of which more than this lies in privacy zones is not drawn at all: what is left says nothing.
NEARLY_ALL = 0.9
#: Where on the way the direction is shown.
ARROWS = (0.3, 0.75)
#: What wanders less than this part of the map is less than a pixel.
_FINEST = 400


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """One route.

    Attributes:
        route: its label; name: the runner's or the usual one of its runs, or None.
        share: of the runs of 28 days that have a route; runs: how many in all.
        distance_m: the median of its runs.
        lines: the pieces outside of the privacy zones, metres to the east and north of its middle (n, 2).
        start: whether the first piece begins where the route does.
        hidden: the share of the way that lies in privacy zones.
    """

    route: str
    name: str | None
    share: float
    runs: int
    distance_m: float
    lines: tuple[NDArray[np.float64], ...]
    start: bool
    hidden: float


@dataclass(frozen=True, slots=True)
class RouteMaps:
    """The routes of the last 28 days, the most used first, six at most."""

    title: str
    units: str
    maps: tuple[Map, ...]


def data(history: History, view: View) -> RouteMaps:
    """The routes of the 28 days up to ``view.now``."""
    used = route_table(history, view.now).sort_values("share_28d", ascending=False, kind="stable")
    used = used.loc[used["share_28d"] > 0]
    shapes, zones = history.routes["shape"], history.settings.privacy_zones
    maps = [
        Map(
            row["route"],
            row["name"],
            row["share_28d"],
            row["runs"],
            row["distance_m"],
            *outside(shapes[row["route"]], zones),
        )
        for row in used.head(MOST).to_dict("records")
        if shapes.get(row["route"]) is not None
    ]
    return RouteMaps(_title(maps, len(used)), history.settings.units, tuple(maps))


def _title(maps: Sequence[Map], used: int) -> str:
    if not maps:
        return _("No runs on known routes in the last 28 days")
    return ngettext(
        "All your runs of 28 days went one route, {name}",
        "{n} routes in 28 days, {share} of the runs on {name}",
        used,
    ).format(n=used, share=units.percent(maps[0].share), name=called(maps[0].route, maps[0].name))


def called(route: str, name: str | None) -> str:
    """A route by its name and label: "Along the river (R3)", "R3"."""
    return f"{units.typed(name)} ({route})" if name else route


def outside(
    shape: NDArray[np.float64], zones: Iterable[PrivacyZone]
) -> tuple[tuple[NDArray[np.float64], ...], bool, float]:
    """What of a route may be shown.

    Args:
        shape: degrees (n, 2) as lat, lon.
        zones: what no map shows.

    Returns:
        The pieces (m, 2) in metres to the east and north of the route's middle, in the direction run;
        whether the first begins at its start; and the share of its length that is hidden. No piece is
        shown of a route that lies nearly all in the zones.
    """
    points = to_cartesian(shape)
    plane = TangentPlane(points.mean(axis=0))
    flat = plane.flatten(points)
    whole = shapely.LineString(flat).simplify(float(np.ptp(flat, axis=0).max()) / _FINEST)
    covered = shapely.union_all([_circle(zone, plane) for zone in zones])
    seen = whole.difference(covered)
    hidden = 1.0 - seen.length / whole.length
    if hidden > NEARLY_ALL:
        return (), False, hidden
    lines = tuple(shapely.get_coordinates(piece) for piece in shapely.get_parts(seen))
    start = bool(np.allclose(lines[0][0], shapely.get_coordinates(whole)[0], atol=1.0))
    return lines, start, hidden


def _circle(zone: PrivacyZone, plane: TangentPlane) -> shapely.Polygon:
    """A privacy zone in the plane; nothing where it lies beyond the horizon."""
    middle = to_cartesian(np.array([[zone.lat, zone.lon]]))
    if (middle @ plane.up)[0] < EARTH_RADIUS_M / 2:
        return shapely.Polygon()
    return shapely.Point(plane.flatten(middle)[0]).buffer(zone.radius_m, quad_segs=32)


def _columns(maps: int, *, narrow: bool) -> int:
    return 2 if narrow else 4 if maps == 4 else 3  # noqa: PLR2004 - four fit into one row


def height(data: RouteMaps, narrow: bool) -> int:  # noqa: FBT001 - all charts are asked alike
    """How many pixels high it is."""
    return 40 + 195 * -(-max(1, len(data.maps)) // _columns(len(data.maps), narrow=narrow))


def draw(data: RouteMaps, axes: Axes) -> None:
    """The most used routes as maps, without your privacy zones."""
    if not data.maps:
        style.say(axes, _("No runs with GPS positions in the last 28 days."))
        return
    columns = _columns(len(data.maps), narrow=style.is_narrow(axes))
    room = style.width(axes) / columns - 32
    grid = style.divided(axes, -(-len(data.maps) // columns), columns)
    panels = [panel for row in grid for panel in row]
    for panel in panels:
        panel.set_axis_off()
    for panel, one in zip(panels, data.maps, strict=False):
        _caption(one, data.units, panel, room)
        _draw_map(one, data.units, panel, room)
    hidden = any(one.hidden > 0 for one in data.maps)
    told = [_("North is up. The dot is the start, the arrows show the direction.")]
    if hidden:
        told.append(_("Your privacy zones are cut away."))
    style.note(panels[0], " ".join(told))


def _caption(one: Map, unit: str, axes: Axes, room: float) -> None:
    name = style.shortened(f"{one.route} {one.name or ''}", room)
    about = _("{share} of the runs, {distance}").format(
        share=units.percent(one.share), distance=units.distance(one.distance_m, unit)
    )
    axes.set_title(name, color=LIGHT["ink"], pad=20)
    axes.annotate(
        about,
        (0, 1),
        (0, 6),
        "axes fraction",
        "offset points",
        size=style.SMALL,
        color=LIGHT["muted"],
    )


def _draw_map(one: Map, unit: str, axes: Axes, room: float) -> None:
    if not one.lines:
        text = _("{share} of it lies in your privacy zones: not drawn.").format(
            share=units.percent(one.hidden)
        )
        lines = style.note_lines(text, room)
        axes.text(0, 0.5, "\n".join(lines), va="center", size=style.SMALL, color=LIGHT["muted"])
        return
    for line in one.lines:
        axes.plot(*line.T, color=LIGHT["sore"], lw=2, solid_joinstyle="round", solid_capstyle="round")
    _show_direction(max(one.lines, key=lambda line: cumulative_distance(line)[-1]), axes)
    if one.start:
        east, north = one.lines[0][0]
        axes.scatter(east, north, s=50, color=LIGHT["ink"], edgecolor=LIGHT["paper"], lw=1.2, zorder=4)
    every = np.concatenate(one.lines)
    low, size = every.min(axis=0), float(np.ptp(every, axis=0).max())
    _draw_scale(low, size, unit, axes)
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.06)


def _show_direction(line: NDArray[np.float64], axes: Axes) -> None:
    length = cumulative_distance(line)[-1]
    for share in ARROWS:
        before, here = resample(line, np.array([share - 0.01, share + 0.01]) * length)
        east, north = here - before
        turned = float(np.degrees(np.arctan2(north, east))) - 90.0
        axes.plot(
            *here, marker=(3, 0, turned), ms=8, color=LIGHT["ink"], mec=LIGHT["paper"], mew=0.8, zorder=3
        )


def _draw_scale(low: NDArray[np.float64], size: float, unit: str, axes: Axes) -> None:
    """A bar of a round length in the lower left corner."""
    length = round_length(0.4 * size / units.METRES[unit])
    ends = low[0] + np.array([0.0, length * units.METRES[unit]])
    below = low[1] - 0.14 * size
    axes.plot(ends, [below, below], color=LIGHT["muted"], lw=2, solid_capstyle="butt")
    axes.annotate(
        units.distance(length * units.METRES[unit], unit, style.digits([length])),
        (ends[1], below),
        (5, 0),
        textcoords="offset points",
        va="center",
        size=style.SMALL,
        color=LIGHT["muted"],
    )


def round_length(most: float) -> float:
    """The longest of 1, 2, 5, 10 … and their tenths that is no longer than this."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9)))
