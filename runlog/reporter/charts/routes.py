"""Draw routes: small maps of the most used ones, and their share of the runs over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from runlog import units
from runlog.analysis import periods
from runlog.analysis.factors.last_run import route_share
from runlog.analysis.geometry import TangentPlane, cumulative_distance, resample, to_cartesian
from runlog.analysis.routes import SHARE_DAYS
from runlog.i18n import _, ngettext
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.shoes_and_routes import route_title, routes_by_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.reporter.charts.view import View
    from runlog.settings import PrivacyZone

MOST_MAPS = 6
#: A route of which more than this share lies in privacy zones is not drawn at all.
NEARLY_ALL = 0.9
#: Where along the route an arrow is drawn, as shares of its length.
ARROWS = (0.3, 0.75)
#: Deviations of less than the map's width over this are less than a pixel.
_PIXELS_ACROSS = 400


@dataclass(frozen=True, slots=True, eq=False)
class RouteMap:
    """One route.

    Attributes:
        route: its label.
        name: the runner's or the usual one of its runs, or None.
        share: of the runs of 28 days that have a route.
        runs: how many in all.
        distance_m: the median of its runs.
        lines: the pieces outside of the privacy zones, metres to the east and north of its middle (n, 2).
        starts_at_start: whether the first piece begins where the route does.
        hidden_share: the share of the way that lies in privacy zones.
    """

    route: str
    name: str | None
    share: float
    runs: int
    distance_m: float
    lines: tuple[NDArray[np.float64], ...]
    starts_at_start: bool
    hidden_share: float


@dataclass(frozen=True, slots=True)
class RouteMapsData:
    """The routes of the last 28 days, the most used first, six at most."""

    title: str
    units: str
    maps: tuple[RouteMap, ...]


def route_maps_data(history: History, view: View) -> RouteMapsData:
    """Return the routes of the 28 days up to ``view.now``."""
    used = routes_by_use(history, view.now)
    used = used[used["share_28d"] > 0]
    shapes, zones = history.routes["shape"], history.settings.privacy_zones
    maps = [
        RouteMap(
            row["route"],
            row["name"],
            row["share_28d"],
            row["runs"],
            row["distance_m"],
            *outside_zones(shapes[row["route"]], zones),
        )
        for row in used.head(MOST_MAPS).to_dict("records")
        if shapes.get(row["route"]) is not None
    ]
    title = _("No runs on known routes in the last 28 days")
    if maps:
        title = ngettext(
            "All your runs of 28 days went one route, {name}",
            "{n} routes in 28 days, {share} of the runs on {name}",
            len(used),
        ).format(
            n=len(used), share=units.percent(maps[0].share), name=route_title(maps[0].route, maps[0].name)
        )
    return RouteMapsData(title, history.settings.units, tuple(maps))


def outside_zones(
    shape: NDArray[np.float64], zones: Sequence[PrivacyZone]
) -> tuple[tuple[NDArray[np.float64], ...], bool, float]:
    """Return the parts of a route that may be shown.

    Args:
        shape: degrees (n, 2) as lat, lon.
        zones: what no map shows.

    Returns:
        The pieces (m, 2) in metres to the east and north of the route's middle, in the direction run;
        whether the first begins at its start; and the share of its length that is hidden. No piece is
        shown of a route that lies nearly all in the zones.
    """
    if any(math.isinf(zone.radius_m) for zone in zones):  # those in config.toml cannot be read
        return (), False, 1.0
    points = to_cartesian(shape)
    plane = TangentPlane(points.mean(axis=0))
    flat = plane.project(points)
    whole = shapely.LineString(flat).simplify(float(np.max(np.ptp(flat, axis=0))) / _PIXELS_ACROSS)
    covered = shapely.union_all([_zone_shape(zone, plane) for zone in zones])
    seen = whole.difference(covered)
    hidden = 1.0 - seen.length / whole.length
    if hidden > NEARLY_ALL:
        return (), False, hidden
    lines = tuple(shapely.get_coordinates(piece) for piece in shapely.get_parts(seen))
    start = bool(np.allclose(lines[0][0], shapely.get_coordinates(whole)[0], atol=1.0))
    return lines, start, hidden


def _zone_shape(zone: PrivacyZone, plane: TangentPlane) -> shapely.Polygon:
    """Return a privacy zone in the plane; an empty shape where it lies beyond the horizon."""
    middle = to_cartesian(np.array([[zone.lat, zone.lon]]))
    if (middle @ plane.up)[0] < units.EARTH_RADIUS_M / 2:
        return shapely.Polygon()
    return shapely.Point(plane.project(middle)[0]).buffer(zone.radius_m, quad_segs=32)


def _map_columns(maps: int, *, narrow: bool) -> int:
    return 2 if narrow else 4 if maps == 4 else 3  # noqa: PLR2004 - four fit into one row


def route_maps_height(data: RouteMapsData, width: int) -> int:
    """Return how many pixels high it is."""
    return 40 + 195 * -(-max(1, len(data.maps)) // _map_columns(len(data.maps), narrow=width == style.NARROW))


def draw_route_maps(data: RouteMapsData, axes: Axes) -> None:
    """Draw the most used routes as maps, without your privacy zones."""
    if not data.maps:
        style.show_message(axes, _("No runs with GPS positions in the last 28 days."))
        return
    columns = _map_columns(len(data.maps), narrow=style.is_narrow(axes))
    room = style.width_px(axes) / columns - 32
    grid = style.split_grid(axes, -(-len(data.maps) // columns), columns)
    panels = [panel for row in grid for panel in row]
    for panel in panels:
        panel.set_axis_off()
    for panel, route in zip(panels, data.maps, strict=False):
        name = style.truncate_text(f"{route.route} {route.name or ''}", room)
        panel.set_title(name, color=LIGHT["ink"], pad=20)
        about = _("{share} of the runs, {distance}").format(
            share=units.percent(route.share), distance=units.distance(route.distance_m, data.units)
        )
        panel.annotate(
            about,
            (0, 1),
            (0, 6),
            "axes fraction",
            "offset points",
            size=style.SMALL_FONT,
            color=LIGHT["muted"],
        )
        _draw_map(route, data.units, panel, room)
    notes = [_("North is up. The dot is the start, the arrows show the direction.")]
    if any(route.hidden_share > 0 for route in data.maps):
        notes.append(_("Your privacy zones are cut away."))
    style.add_note(panels[0], " ".join(notes))


def _draw_map(route: RouteMap, distance_unit: str, axes: Axes, room: float) -> None:
    if not route.lines:
        text = _("{share} of it lies in your privacy zones: not drawn.").format(
            share=units.percent(route.hidden_share)
        )
        lines = style.wrap_note(text, room)
        axes.text(0, 0.5, "\n".join(lines), va="center", size=style.SMALL_FONT, color=LIGHT["muted"])
        return
    for line in route.lines:
        axes.plot(*line.T, color=LIGHT["sore"], lw=2, solid_joinstyle="round", solid_capstyle="round")
    _draw_direction(max(route.lines, key=lambda line: cumulative_distance(line)[-1]), axes)
    if route.starts_at_start:
        east, north = route.lines[0][0]
        axes.scatter(east, north, s=50, color=LIGHT["ink"], edgecolor=LIGHT["paper"], lw=1.2, zorder=4)
    every = np.concatenate(route.lines)
    low, size = every.min(axis=0), float(np.max(np.ptp(every, axis=0)))
    _draw_scale(low, size, distance_unit, axes)
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.06)


def _draw_direction(line: NDArray[np.float64], axes: Axes) -> None:
    length = cumulative_distance(line)[-1]
    for share in ARROWS:
        before, here = resample(line, np.array([share - 0.01, share + 0.01]) * length)
        east, north = here - before
        turned = float(np.degrees(np.arctan2(north, east))) - 90.0
        axes.plot(
            *here, marker=(3, 0, turned), ms=8, color=LIGHT["ink"], mec=LIGHT["paper"], mew=0.8, zorder=3
        )


def _draw_scale(low: NDArray[np.float64], size: float, unit: str, axes: Axes) -> None:
    """Draw a bar of a round length in the lower left corner."""
    length = round_length(0.4 * size / units.METRES[unit])
    ends = low[0] + np.array([0.0, length * units.METRES[unit]])
    below = low[1] - 0.14 * size
    axes.plot(ends, [below, below], color=LIGHT["muted"], lw=2, solid_capstyle="butt")
    axes.annotate(
        units.distance(length * units.METRES[unit], unit, style.digits_needed([length])),
        (ends[1], below),
        (5, 0),
        textcoords="offset points",
        va="center",
        size=style.SMALL_FONT,
        color=LIGHT["muted"],
    )


def round_length(most: float) -> float:
    """Return the longest of 1, 2, 5, 10 … and their tenths that is no longer than this."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9)))


MOST_WEEKS, LEAST_WEEKS = 26, 8
#: With fewer runs on routes in 28 days, no share is drawn.
MIN_ROUTED = 5
#: The most used routes, up to this many, get a line each; the rest shares one.
MOST_LINES = 5
OTHER_ROUTES = "others"
#: Marks on the scale closer than this would touch.
LEAST_TICK_GAP = 0.14


@dataclass(frozen=True, slots=True)
class RoutesData:
    """Half a year of routes.

    Attributes:
        share: per day, the share of the 28 days up to it on the most used route; NaN with fewer than 5
            runs on routes in them.
        runs: day and line (a route's label, or "others") of each run with a route.
        lines: the lines' names, the most used first.
        names: of routes that have one, by label.
        top: the route most used in the last 28 days, or None.
        limit: the share from which there is an alert.
    """

    title: str
    share: pd.Series[float]
    runs: pd.DataFrame
    lines: list[str]
    names: dict[str, str]
    top: str | None
    limit: float


def routes_data(history: History, view: View) -> RoutesData:
    """Return the shares at the end of each day of half a year up to ``view.now``, and the runs' routes."""
    routed = history.runs[["day", "route"]][history.runs["route"].notna()]
    today = pd.Timestamp(view.today)
    start = today - pd.Timedelta(weeks=LEAST_WEEKS)
    if len(routed):
        start = max(min(start, routed["day"].iloc[0]), today - pd.Timedelta(weeks=MOST_WEEKS))
    days = pd.date_range(start + pd.Timedelta(days=1), today, name="day")
    routed = routed[routed["day"] >= days[0]]
    counts = routed.groupby("day").size().reindex(days, fill_value=0).rolling(SHARE_DAYS, min_periods=1).sum()
    share = pd.Series(route_share(history, periods.ends_of_days(history, days)).to_numpy(), days)
    share = share.where(counts >= MIN_ROUTED)
    lines = list(routed["route"].value_counts().index[:MOST_LINES])
    runs = pd.DataFrame(
        {"day": routed["day"], "line": routed["route"].where(routed["route"].isin(lines), OTHER_ROUTES)}
    )
    if (runs["line"] == OTHER_ROUTES).any():
        lines.append(OTHER_ROUTES)
    used = routes_by_use(history, view.now)
    named = used.dropna(subset="name")
    names = dict(zip(named["route"], named["name"], strict=True))
    used = used[used["share_28d"] > 0]
    top = None if used.empty else str(used["route"].iloc[0])
    title = _routes_title(share, top, names.get(top))
    return RoutesData(title, share, runs, lines, names, top, history.settings.route_share)


def _routes_title(share: pd.Series[float], top: str | None, name: str | None) -> str:
    if top is None:
        return _("No runs on known routes in the last 28 days")
    latest = float(share.iloc[-1])
    if not units.is_known(latest):
        return _("Too few runs with a route in 28 days")
    return _("{share} of your runs in 28 days were on {route}").format(
        share=units.percent(latest), route=route_title(top, name)
    )


def draw_routes(data: RoutesData, axes: Axes) -> None:
    """Draw the share of the most used route, and each run's route."""
    if data.runs.empty:
        style.show_message(axes, _("No runs with GPS positions yet."))
        return
    narrow = style.is_narrow(axes)
    upper, lower = style.split_in_two(axes, (150, 40 + 24 * len(data.lines)))
    _draw_share(data, upper)
    _draw_runs(data, lower, 0 if narrow else 250)
    lower.set_xlim(data.share.index[0], data.share.index[-1])
    style.mark_months(lower, pd.DatetimeIndex(data.share.index), 2 if narrow else 1)


def _draw_share(data: RoutesData, axes: Axes) -> None:
    axes.axhline(data.limit, color=LIGHT["muted"], lw=1, ls=(0, (4, 3)))
    axes.plot(data.share.index, data.share, color=LIGHT["sore"], lw=2.5, clip_on=False)
    marks = [0.0, data.limit, 1.0]
    if min(data.limit, 1.0 - data.limit) < LEAST_TICK_GAP:
        marks = [data.limit]
    axes.set(ylim=(0, 1), yticks=marks, yticklabels=[units.percent(mark) for mark in marks])
    axes.set_title(_("Share of the most used route in 28 days"))
    axes.grid(axis="y")
    latest = data.share.last_valid_index()
    if latest is not None and latest == data.share.index[-1]:
        share = data.share[latest]
        style.label_value(axes, units.percent(share), (latest, share), (6, 0), "left")


def _draw_runs(data: RoutesData, axes: Axes, room: float) -> None:
    places = {line: -place for place, line in enumerate(data.lines)}
    for line, place in places.items():
        days = data.runs["day"][data.runs["line"] == line]
        colour = LIGHT["sore" if line == data.top else "load"]
        axes.scatter(days, [place] * len(days), s=26, color=colour, lw=0, clip_on=False)
    labels = {
        line: style.truncate_text(f"{line} {data.names.get(line, '')}", room) if room else line
        for line in places
    }
    if OTHER_ROUTES in labels:
        labels[OTHER_ROUTES] = _("others")
    axes.set_yticks(list(places.values()), list(labels.values()))
    for label, line in zip(axes.get_yticklabels(), places, strict=True):
        if line == data.top:
            label.set(color=LIGHT["ink"], fontweight="bold")
    axes.set(ylim=(-len(places) + 0.4, 0.6), title=_("Each run on its route"))
