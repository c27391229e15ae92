"""Compare and simplify lines on the globe.

Lines are points (n, 3) in space, in metres, in the direction run: there is no seam at 180° and no pole.
Over the length of a run, the chord through the globe and the arc over it differ by less than a hair.

Two lines are *one route* if they are about equally long and lie beside each other from start to end, where
either may lack its start. The number of laps counts: 10 and 25 laps of a stadium are two routes, as 4 and
10 km are two runs; 24 and 25 laps are one. Laps in the other direction are another route.

Two lines are *similar* if they share most of the longer one in the same direction, anywhere along it: a
detour, a longer end, a loop started elsewhere. A line and its reverse share nothing; an out-and-back shares
only half with its outward half.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from runlog.units import EARTH_RADIUS_M

if TYPE_CHECKING:
    from scipy.spatial import KDTree

    from runlog.model import Bools, Floats, Track


def to_cartesian(lat_lon: Floats) -> Floats:
    """Convert points (n, 2) in degrees to (n, 3) in metres from the globe's centre."""
    lat, lon = np.radians(lat_lon).T
    unit = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    return np.asarray(EARTH_RADIUS_M * unit)


def to_lat_lon(points: Floats) -> Floats:
    """Convert points (n, 3) in metres from the globe's centre to (n, 2) in degrees, lat and lon."""
    x, y, z = points.T
    return np.asarray(np.degrees(np.stack([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)], axis=1)))


class TangentPlane:
    """Tangent plane at a point: metres east and north of it."""

    def __init__(self, centre: Floats) -> None:
        """Make the plane that touches the globe below ``centre`` (3,)."""
        self.up = centre / np.linalg.norm(centre)
        axis = np.array([0.0, 0.0, 1.0]) if abs(self.up[2]) < 0.9 else np.array([1.0, 0.0, 0.0])  # noqa: PLR2004 - any axis but up
        east = np.cross(axis, self.up)
        self.east = east / np.linalg.norm(east)
        self.north = np.cross(self.up, self.east)

    def project(self, points: Floats) -> Floats:
        """Convert points (n, 3) on the globe to (n, 2) in the plane."""
        return np.asarray(points @ np.stack([self.east, self.north], axis=1))

    def unproject(self, flat: Floats) -> Floats:
        """Convert points (n, 2) in the plane to (n, 3) on the globe."""
        height = np.sqrt(np.maximum(EARTH_RADIUS_M**2 - (flat**2).sum(axis=1), 0.0))
        return np.asarray(flat @ np.stack([self.east, self.north]) + height[:, None] * self.up)


def cumulative_distance(line: Floats) -> Floats:
    """Return the distance along the line to each of its points (n,), metres."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def resample(line: Floats, distances_m: Floats) -> Floats:
    """Return the points of a line (n, d) at these distances from its start."""
    return _resample(line, cumulative_distance(line), distances_m)


def _resample(line: Floats, distance: Floats, distances_m: Floats) -> Floats:
    before = np.clip(np.searchsorted(distance, distances_m, side="right") - 1, 0, len(distance) - 2)
    length = distance[before + 1] - distance[before]
    share = (np.clip(distances_m, 0.0, distance[-1]) - distance[before]) / np.where(length > 0.0, length, 1.0)
    return np.asarray(line[before] + share[:, None] * (line[before + 1] - line[before]))


SMOOTHING_S = 31  # a running median over so many seconds takes out jitter and single wild points
SIMPLIFY_M = 10.0  # smaller wanderings, as at a traffic light, are left out
LONGEST_GAP_S = 60.0  # a longer silence of the watch counts as this long
SHORTEST_ROUTE_M = 200.0


def route_shape(track: Track) -> Floats | None:
    """Return the line of a run without jitter, pauses, needless points and those without a position.

    It is degrees (n, 2) as lat, lon, in the direction run; None where it is too short for a route.
    """
    import shapely  # no listing needs it

    if "lat" not in track or "lon" not in track:
        return None
    lat_lon = np.stack([track["lat"], track["lon"]], axis=1)
    valid = (np.abs(lat_lon) <= [90.0, 180.0]).all(axis=1) & lat_lon.any(axis=1)
    if valid.sum() < 2:  # noqa: PLR2004 - a line has two ends
        return None
    points = to_cartesian(lat_lon[valid])
    plane = TangentPlane(points[len(points) // 2])
    smooth = _smooth(plane.project(points), track["time_s"][valid])
    line = shapely.LineString(smooth).simplify(SIMPLIFY_M, preserve_topology=False)
    if line.length < SHORTEST_ROUTE_M:
        return None
    return to_lat_lon(plane.unproject(shapely.get_coordinates(line)))


def _smooth(flat: Floats, time_s: Floats) -> Floats:
    from scipy.ndimage import median_filter

    steps = np.clip(np.nan_to_num(np.diff(time_s)), 0.0, LONGEST_GAP_S)
    clock = np.concatenate([[0.0], np.cumsum(steps)])
    if clock[-1] < 1.0:
        return flat
    seconds = np.arange(0.0, clock[-1] + 1.0)
    even = np.stack([np.interp(seconds, clock, flat[:, axis]) for axis in (0, 1)], axis=1)
    # Both axes at once: the faster way of SciPy for one dimension is wrong in 1.15 and 1.16.
    return np.asarray(median_filter(even, size=(SMOOTHING_S, 1), mode="nearest"))


MAX_GAP_M = 65.0  # two receivers, each 10–20 m off, on the two sides of a road
WIDER_GAP_SHARE = 0.05  # of the points may lie further apart:
WIDEST_GAP_M = 200.0  # turning a little later, stopping at the next corner
MAX_LENGTH_DIFFERENCE = 0.10
MISSING_START_M = 400.0  # of a watch that found its position late
MISSING_START_SHARE = 0.2
STEP_M = 40.0
MAX_SLIP = 0.05  # how far out of step along the route two runs may be, as a share of it
MAX_POINTS = 4000
REACH_M = 600.0  # upper bound of the distance between quarter points of one route, given these limits
OPPOSITE_LAPS = 4  # so many laps in opposite directions are two routes, however close they lie
LONGEST_LAP_M = 2000.0  # a longer lap and its reverse are told apart by position alone
SIMILAR_SHARE = 2 / 3  # of the longer of two lines is shared by similar ones

EVEN_POINTS = 129
_EVEN_STEPS = (2, 1)  # few of them first
_EVEN_TESTED = 4
_SAMPLE = 16  # every so many points of two lines are looked at first
_QUARTERS = np.linspace(0.0, 1.0, 5)


class MeasuredLine:
    """A line with what belongs to it alone, each worked out once: it is compared with many others."""

    def __init__(self, points: Floats) -> None:
        """Measure a line (n, 3) in space, in metres."""
        self.points = points
        self.distance = cumulative_distance(points)
        self.length = float(self.distance[-1])

    def at(self, distances_m: Floats) -> Floats:
        """Return the points at these distances from its start."""
        return _resample(self.points, self.distance, distances_m)

    @cached_property
    def quarter_points(self) -> Floats:
        """Its start, quarters and end (15,); those of one route lie within ``REACH_M``."""
        return self.at(_QUARTERS * self.distance[-1]).ravel()

    @cached_property
    def even_points(self) -> Floats:
        """``EVEN_POINTS`` points from its start to its end, evenly along it (n, 3)."""
        return self.at(np.linspace(0.0, self.length, EVEN_POINTS))

    @cached_property
    def turns(self) -> float:
        """The number of its full turns, positive anticlockwise."""
        steps = np.diff(TangentPlane(self.points[0]).project(self.points), axis=0)
        steps = steps[(steps != 0.0).any(axis=1)]
        headings = np.arctan2(steps[:, 1], steps[:, 0])
        turned = (np.diff(headings) + np.pi) % (2 * np.pi) - np.pi
        return float(turned.sum() / (2 * np.pi))

    @cached_property
    def headed_points(self) -> Floats:
        """Points along it with their headings (n, 6), scaled so that 60° count as ``MAX_GAP_M``."""
        points = self.at(np.linspace(0.0, self.length, max(3, int(self.length / STEP_M))))
        ahead = np.gradient(points, axis=0)
        heading = ahead / np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1.0)
        return np.hstack([points, MAX_GAP_M * heading])

    @cached_property
    def tree(self) -> KDTree:
        """A tree of ``headed_points``."""
        from scipy.spatial import KDTree

        return KDTree(self.headed_points)


def route_distance(line: MeasuredLine, other_line: MeasuredLine) -> float:
    """Return how far two lines lie apart on average, metres; infinite if they are not one route."""
    distance = _mean_gap(line, other_line)
    if not np.isfinite(distance) and _may_be_as_long(line, other_line):
        pairs = (
            (_trim_to_start(other_line, line), other_line),
            (line, _trim_to_start(line, other_line)),
        )
        distance = min((_mean_gap(*pair) for pair in pairs if pair != (line, other_line)), default=np.inf)
    return np.inf if np.isfinite(distance) and _lap_opposite_ways(line, other_line) else distance


def may_be_route(line: MeasuredLine, others: Floats, lengths: Floats) -> Bools:
    """Return which of many lines can be one route with a line, by a few points; none that is one is missed.

    The others are given by their ``even_points`` (lines, n, 3) and lengths in metres.
    """
    shorter, longer = np.minimum(lengths, line.length), np.maximum(lengths, line.length)
    missing = np.minimum(MISSING_START_M, MISSING_START_SHARE * longer)
    possible = shorter + 1.0 >= (1.0 - MAX_LENGTH_DIFFERENCE) * (longer - missing)
    for every in _EVEN_STEPS:
        which = np.flatnonzero(possible)
        if len(which):
            head = float(np.max(missing[which] / np.maximum(shorter[which], 1.0)))
            possible[which] = _lie_close(line, others[which, ::every], lengths[which], head)
    return possible


def _lie_close(line: MeasuredLine, others: Floats, lengths: Floats, head: float) -> Bools:
    """Return which lines a line can lie close to, as ``_is_close`` has it, by every fourth even point.

    Between two points of 40 m the distance to the other line changes by 80 m at most, so that a point far
    off says how many around it are wider off than is allowed. The others are points at even distances (lines,
    n, 3), with the lengths of the lines in metres; ``head`` is the share that may be missing at a start.
    """
    last = others.shape[1] - 1
    points = line.even_points[:: (EVEN_POINTS - 1) // last]
    spare = STEP_M + lengths / (2 * last)  # neither is compared at the very points of ``_is_close``
    apart = line.length * _EVEN_TESTED / last
    wide, close = np.zeros(len(others)), np.ones(len(others), dtype=np.bool_)
    for index in range(last, int(np.ceil(head * last)), -_EVEN_TESTED):
        away = 1.0 - index / last  # what is missing of a start shifts the points less towards the end
        slip = int(np.ceil(last * (MAX_SLIP + head * away) + 2 * STEP_M * last / max(line.length, 1.0))) + 1
        step = others[:, max(0, index - slip) : index + slip + 1] - points[index]
        gaps = np.sqrt(np.einsum("ijk,ijk->ij", step, step).min(axis=1)) - spare
        close &= gaps <= WIDEST_GAP_M
        wide += np.clip(gaps - MAX_GAP_M, 0.0, apart)
    return np.asarray(close & (wide <= WIDER_GAP_SHARE * np.maximum(lengths, line.length) + 2 * STEP_M))


def shared_fraction(line: MeasuredLine, other_line: MeasuredLine, at_least: float = 0.0) -> float:
    """Return the share of the longer of two lines that the other follows, too, in the same direction.

    Below ``at_least`` it may be 0, which is quicker.
    """
    longer = max(line.length, other_line.length)
    if min(line.length, other_line.length) < SIMILAR_SHARE * longer:
        return 0.0
    common = _fraction_near(line, other_line) * line.length
    if common / longer < at_least:
        return 0.0
    return float(min(common, _fraction_near(other_line, line) * other_line.length) / longer)


def _may_be_as_long(line: MeasuredLine, other_line: MeasuredLine) -> bool:
    """Return False if the longer line is too long even without what a watch may have missed of it."""
    shorter, longer = sorted((line.length, other_line.length))
    missing = min(MISSING_START_M, MISSING_START_SHARE * longer)
    return shorter + 1.0 >= (1.0 - MAX_LENGTH_DIFFERENCE) * (longer - missing)  # a metre for rounding


def _mean_gap(line: MeasuredLine, other_line: MeasuredLine) -> float:
    longer = max(line.length, other_line.length)
    if min(line.length, other_line.length) < (1.0 - MAX_LENGTH_DIFFERENCE) * longer:
        return np.inf
    points = int(np.clip(longer / STEP_M, 2, MAX_POINTS))
    fractions = np.linspace(0.0, 1.0, points)
    a, b = line.at(fractions * line.length), other_line.at(fractions * other_line.length)
    slip = 2 + int(MAX_SLIP * points)
    if not _is_close(_nearest_gaps(a, b, slip, _SAMPLE), points):  # most are told apart by a few points
        return np.inf
    gaps = _nearest_gaps(a, b, slip)
    is_close = _is_close(gaps, points) and _is_close(_nearest_gaps(b, a, slip), points)
    return float(gaps.mean()) if is_close else np.inf


def _nearest_gaps(a: Floats, b: Floats, slip: int, every: int = 1) -> Floats:
    """Return how far points of ``a`` are from those of ``b`` at most ``slip`` points out of step.

    Both are as many points along a line; ``every`` is 1 for all points of ``a``, 2 for every other one …
    """
    ends = b[:1].repeat(slip, axis=0), b[-1:].repeat(slip, axis=0)  # past an end is the end, in reach anyway
    windows = sliding_window_view(np.concatenate([ends[0], b, ends[1]]).T, 2 * slip + 1, axis=1)[:, ::every]
    squares = np.zeros(windows.shape[1:])
    for near, own in zip(windows, a[::every].T, strict=True):  # an axis at a time, which is the quickest
        step = near - own[:, None]
        squares += np.multiply(step, step, out=step)
    return np.asarray(np.sqrt(squares.min(axis=1)))


def _lap_opposite_ways(line: MeasuredLine, other_line: MeasuredLine) -> bool:
    """Return True if they are laps in opposite directions, which lie close together on a short lap."""
    laps = max(OPPOSITE_LAPS, line.length / LONGEST_LAP_M)
    turns = line.turns, other_line.turns
    return bool(min(turns) < -laps and max(turns) > laps)


def _is_close(gaps: Floats, points: int) -> bool:
    """Return whether the gaps at some or all of so many points allow two lines to be one route."""
    wider = np.count_nonzero(gaps > MAX_GAP_M) / points
    return bool(wider <= WIDER_GAP_SHARE and np.max(gaps) <= WIDEST_GAP_M)


def _trim_to_start(late: MeasuredLine, line: MeasuredLine) -> MeasuredLine:
    """Return the line from where it comes nearest to the start of one that may have begun late.

    That is the line itself if its own start is nearest.
    """
    head = np.arange(0.0, min(MISSING_START_M, MISSING_START_SHARE * line.length), STEP_M)
    nearest = head[np.linalg.norm(line.at(head) - late.points[0], axis=1).argmin()] if len(head) else 0.0
    if not nearest:
        return line
    rest = line.points[line.distance > nearest]
    return MeasuredLine(np.concatenate([line.at(np.array([nearest])), rest]))


def _fraction_near(a: MeasuredLine, b: MeasuredLine) -> float:
    """Return the fraction of the points of ``a`` that lie within ``MAX_GAP_M`` of ``b``."""
    gaps, _ = b.tree.query(a.headed_points, distance_upper_bound=MAX_GAP_M)
    return float(np.isfinite(gaps).mean())
