"""Lines on the globe as points in space: metres, with no seam at 180° and no pole.

At the length of a run the chord through the globe and the way over it differ by less than a hair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EARTH_M = 6_371_008.8


def to_space(lat_lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (n, 2) in degrees as (n, 3) in metres from the globe's centre."""
    lat, lon = np.radians(lat_lon).T
    unit = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    return np.asarray(EARTH_M * unit)


def to_degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (n, 3) in metres from the globe's centre as (n, 2) in degrees, lat and lon."""
    x, y, z = points.T
    return np.asarray(np.degrees(np.stack([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)], axis=1)))


class Plane:
    """The plane that touches the globe at a place: metres to the east and to the north of it."""

    def __init__(self, centre: NDArray[np.float64]) -> None:
        """``centre``: (3,), any point in the direction of the place."""
        self.up = centre / np.linalg.norm(centre)
        axis = np.array([0.0, 0.0, 1.0]) if abs(self.up[2]) < 0.9 else np.array([1.0, 0.0, 0.0])  # noqa: PLR2004 - any axis but up
        east = np.cross(axis, self.up)
        self.east = east / np.linalg.norm(east)
        self.north = np.cross(self.up, self.east)

    def flatten(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, 3) on the globe as (n, 2) in the plane."""
        return np.asarray(points @ np.stack([self.east, self.north], axis=1))

    def lift(self, flat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, 2) in the plane as (n, 3) on the globe."""
        height = np.sqrt(np.maximum(EARTH_M**2 - (flat**2).sum(axis=1), 0.0))
        return np.asarray(flat @ np.stack([self.east, self.north]) + height[:, None] * self.up)


def along(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """The way from the line's start to each of its points (n,), metres."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def resample(line: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points of a line (n, d) at ways ``at`` from its start, metres."""
    way = along(line)
    return np.stack([np.interp(at, way, line[:, axis]) for axis in range(line.shape[1])], axis=1)
