"""The way of a run as a line: its track without jitter, pauses and needless points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.ndimage import median_filter

from runlog.analysis.geometry import Plane, to_degrees, to_space

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.model import Track

SMOOTHING_S = 31  # a running median over this long takes out jitter and single wild points
SIMPLIFY_M = 10.0  # what wanders less than this, as at a traffic light, is no way
LONGEST_GAP_S = 60.0  # a longer silence of the watch counts as this long
SHORTEST_M = 200.0  # less than this is no route


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


def _smooth(flat: NDArray[np.float64], time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.clip(np.nan_to_num(np.diff(time_s)), 0.0, LONGEST_GAP_S)
    clock = np.concatenate([[0.0], np.cumsum(steps)])
    if clock[-1] < 1.0:
        return flat
    seconds = np.arange(0.0, clock[-1] + 1.0)
    even = np.stack([np.interp(seconds, clock, flat[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(median_filter(even, size=(SMOOTHING_S, 1), mode="nearest"))
