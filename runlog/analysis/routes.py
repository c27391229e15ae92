"""Routes by geometry: runs that went the same way in the same direction, whatever they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.ndimage import median_filter
from scipy.spatial import KDTree

from runlog.analysis.geometry import Plane, along, resample, to_degrees, to_space

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.model import Track

SMOOTHING_S = 31  # a running median over this long takes out jitter and single wild points
SIMPLIFY_M = 10.0  # what wanders less than this, as at a traffic light, is no way
LONGEST_GAP_S = 60.0  # a longer silence of the watch counts as this long
SHORTEST_M = 200.0  # less than this is no route

APART_M = 65.0  # two receivers, each 10–20 m off, on the two sides of a road
APART_FURTHER_SHARE = 0.05  # of the way may lie further apart:
APART_AT_MOST_M = 200.0  # turning a little later, stopping at the next corner
LENGTH_DIFFERENCE = 0.10
MISSING_START_M = 400.0  # of a watch that found its position late
MISSING_START_SHARE = 0.2
STEP_M = 40.0
SLIP = 0.05  # how far along the way two runs may be out of step, as a share of it
MOST_POINTS = 4000
REACH_M = 600.0  # how far apart the quarters of one route can come to lie by all this
QUARTERS = np.linspace(0.0, 1.0, 5)

SHARE_DAYS = 28


def shape(track: Track) -> NDArray[np.float64] | None:
    """The way of a run without jitter, pauses and needless points.

    Args:
        track: with lat and lon in degrees; points that lack them are left out.

    Returns:
        Degrees (n, 2) as lat, lon, in the direction run; None where there is no way to speak of.
    """
    if "lat" not in track or "lon" not in track:
        return None
    lat_lon = np.stack([track["lat"], track["lon"]], axis=1)
    valid = (np.abs(lat_lon) <= [90.0, 180.0]).all(axis=1) & lat_lon.any(axis=1)
    if valid.sum() < 2:  # noqa: PLR2004 - a line has two ends
        return None
    points = to_space(lat_lon[valid])
    plane = Plane(points[len(points) // 2])
    smooth = _smooth(plane.flatten(points), track["time_s"][valid])
    line = shapely.LineString(smooth).simplify(SIMPLIFY_M, preserve_topology=False)
    if line.length < SHORTEST_M:
        return None
    return to_degrees(plane.lift(shapely.get_coordinates(line)))


def group(shapes: Mapping[int, NDArray[np.float64]]) -> dict[int, str]:
    """Which runs went the same route.

    A run belongs to the earliest route whose first run it matches, so that a later run never changes
    the route of an earlier one. Two runs match if their ways are about equally long and run beside
    each other from start to end, where either may lack the start.

    Args:
        shapes: of runs by id, in the order in which they were run.

    Returns:
        The label by id: R1, R2 … in the order of the routes' first runs.
    """
    lines = [to_space(points) for points in shapes.values()]
    if not lines:
        return {}
    quarters = np.stack([resample(line, QUARTERS * along(line)[-1]).ravel() for line in lines])
    tree = KDTree(quarters)
    route = np.zeros(len(lines), dtype=int)
    for first, line in enumerate(lines):
        if route[first]:
            continue
        number = route[first] = route.max() + 1
        near = np.array(tree.query_ball_point(quarters[first], REACH_M, p=np.inf))
        for other in near[route[near] == 0]:
            if same_route(line, lines[other]):
                route[other] = number
    return {run: f"R{number}" for run, number in zip(shapes, route, strict=True)}


def same_route(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two lines in space (n, 3) run beside each other, where either may lack its start."""
    return (
        _beside(one, other)
        or _beside(_from_start_of(other, one), other)
        or _beside(one, _from_start_of(one, other))
    )


def streaks(route: pd.Series[str]) -> pd.Series[int]:
    """For each run in order, how many in a row up to it went its route."""
    return route.groupby((route != route.shift()).cumsum()).cumcount() + 1


def routes(history: History, now: datetime | None = None) -> pd.DataFrame:
    """The routes, the most used first.

    Args:
        history: whose runs with a route count that had ended by now.
        now: aware; the share is that of the 28 days before. None is the end of the last run.

    Returns:
        A row per route: route, runs, share_28d (0 to 1, of the runs with a route; NaN without any),
        first and last (starts), distance_m (median), name (the most usual of its runs', or None),
        longest_streak (runs in a row).
    """
    moment = history.runs["end"].max() if now is None else pd.Timestamp(now)
    runs = history.runs[history.runs["route"].notna() & (history.runs["end"] <= moment)]
    recent = runs[runs["end"] > moment - pd.Timedelta(days=SHARE_DAYS)]
    by_route = runs.assign(streak=streaks(runs["route"])).groupby("route", sort=False)
    table = by_route.agg(
        runs=("start", "size"),
        first=("start", "min"),
        last=("start", "max"),
        distance_m=("distance_m", "median"),
        longest_streak=("streak", "max"),
    )
    count = recent["route"].value_counts().reindex(table.index, fill_value=0).astype(float)
    table.insert(1, "share_28d", count / (len(recent) or np.nan))
    names = [_usual(names) for _, names in by_route["name"]]
    table.insert(5, "name", pd.Series(names, index=table.index, dtype=object))
    return table.sort_values("runs", ascending=False, kind="stable").reset_index()


def _smooth(flat: NDArray[np.float64], time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.clip(np.nan_to_num(np.diff(time_s)), 0.0, LONGEST_GAP_S)
    clock = np.concatenate([[0.0], np.cumsum(steps)])
    if clock[-1] < 1.0:
        return flat
    seconds = np.arange(0.0, clock[-1] + 1.0)
    even = np.stack([np.interp(seconds, clock, flat[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(median_filter(even, size=(SMOOTHING_S, 1), mode="nearest"))


def _beside(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    lengths = along(one)[-1], along(other)[-1]
    if min(lengths) < (1.0 - LENGTH_DIFFERENCE) * max(lengths):
        return False
    points = int(np.clip(max(lengths) / STEP_M, 2, MOST_POINTS))
    fractions = np.linspace(0.0, 1.0, points)
    a, b = resample(one, fractions * lengths[0]), resample(other, fractions * lengths[1])
    in_step = np.linalg.norm(a - b, axis=1)
    return _close(in_step) or all(_close(gaps) for gaps in _gaps(a, b, 2 + int(SLIP * points)))


def _gaps(
    a: NDArray[np.float64], b: NDArray[np.float64], slip: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each line's points are from the other's, at most ``slip`` points out of step."""
    n = len(a)
    from_a, from_b = np.full(n, np.inf), np.full(n, np.inf)
    for shift in range(-min(slip, n - 1), min(slip, n - 1) + 1):
        in_a = slice(max(0, -shift), n - max(0, shift))
        in_b = slice(max(0, shift), n - max(0, -shift))
        apart = np.linalg.norm(a[in_a] - b[in_b], axis=1)
        np.minimum(from_a[in_a], apart, out=from_a[in_a])
        np.minimum(from_b[in_b], apart, out=from_b[in_b])
    return from_a, from_b


def _close(gaps: NDArray[np.float64]) -> bool:
    return bool((gaps > APART_M).mean() <= APART_FURTHER_SHARE and gaps.max() <= APART_AT_MOST_M)


def _from_start_of(late: NDArray[np.float64], line: NDArray[np.float64]) -> NDArray[np.float64]:
    """The line from where it comes nearest to the start of one that may have begun late."""
    way = along(line)
    head = np.arange(0.0, min(MISSING_START_M, MISSING_START_SHARE * way[-1]), STEP_M)
    nearest = head[np.linalg.norm(resample(line, head) - late[0], axis=1).argmin()]
    return np.concatenate([resample(line, np.array([nearest])), line[way > nearest]])


def _usual(names: pd.Series[str]) -> str | None:
    counts = names.value_counts()
    return None if counts.empty else str(counts.index[0])
