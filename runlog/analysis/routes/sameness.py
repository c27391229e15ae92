"""Whether two ways are one route, or one a variant of the other.

Ways are lines in space: points (n, 3) in metres, in the direction run.

*One route* are two ways that are about equally long and lie beside each other from start to end,
where either may lack its start. Laps count by their number: 10 and 25 laps of a stadium are two
routes, as 4 and 10 km are two runs; 24 and 25 laps are one. Laps the other way round are another one.

*Similar* are two ways that share most of the longer one in the same direction, wherever on the way:
a detour, a longer end, a round begun elsewhere. A way and its reverse share nothing, an out-and-back
and its half only half of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

from runlog.analysis.geometry import Plane, along, resample

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
LAPS = 4  # so many rounds one way and so many the other are no one route, however close they lie
LONGEST_LAP_M = 2000.0  # a longer round has room enough to be told from its reverse
MOSTLY = 2 / 3  # of the longer of two ways is shared by similar ones

_QUARTERS = np.linspace(0.0, 1.0, 5)


def quarters(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """A way's start, quarters and end (15,): of one route they are all within ``REACH_M`` of the other's."""
    return resample(way, _QUARTERS * along(way)[-1]).ravel()


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """How far two ways of one route lie apart on average, metres; infinite where they are not one route."""
    found = _apart(one, other)
    if not np.isfinite(found):
        found = min(_apart(_from_start_of(other, one), other), _apart(one, _from_start_of(one, other)))
    return np.inf if np.isfinite(found) and _turn_against(one, other) else found


def shared(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The share of the longer of two ways that the other goes, too, and in the same direction."""
    lengths = along(one)[-1], along(other)[-1]
    if min(lengths) < MOSTLY * max(lengths):
        return 0.0
    a, b = _headed(one), _headed(other)
    common = min(
        _beside(a, b) * lengths[0],
        _beside(b, a) * lengths[1],
    )
    return float(common / max(lengths))


def _apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    lengths = along(one)[-1], along(other)[-1]
    if min(lengths) < (1.0 - LENGTH_DIFFERENCE) * max(lengths):
        return np.inf
    points = int(np.clip(max(lengths) / STEP_M, 2, MOST_POINTS))
    fractions = np.linspace(0.0, 1.0, points)
    a, b = resample(one, fractions * lengths[0]), resample(other, fractions * lengths[1])
    slip = 2 + int(SLIP * points)
    gaps = _gaps(a, b, slip)
    return float(gaps.mean()) if _close(gaps) and _close(_gaps(b, a, slip)) else np.inf


def _gaps(a: NDArray[np.float64], b: NDArray[np.float64], slip: int) -> NDArray[np.float64]:
    """How far each point of ``a`` is from those of ``b`` that are at most ``slip`` points out of step."""
    steps = np.arange(len(a))[:, None] + np.arange(-slip, slip + 1)
    near = b[np.clip(steps, 0, len(b) - 1)]  # past an end is the end itself, which is in reach anyway
    return np.asarray(np.sqrt(((near - a[:, None]) ** 2).sum(axis=2).min(axis=1)))


def _turn_against(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether they are laps in the two directions: on a small round the ways lie beside each other."""
    laps = max(LAPS, along(one)[-1] / LONGEST_LAP_M)
    turns = _turns(one), _turns(other)
    return bool(min(turns) < -laps and max(turns) > laps)


def _turns(way: NDArray[np.float64]) -> float:
    """How often a way turns right round, counted against the clock."""
    steps = np.diff(Plane(way[0]).flatten(way), axis=0)
    steps = steps[(steps != 0.0).any(axis=1)]
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    turned = (np.diff(headings) + np.pi) % (2 * np.pi) - np.pi
    return float(turned.sum() / (2 * np.pi))


def _close(gaps: NDArray[np.float64]) -> bool:
    return bool((gaps > APART_M).mean() <= APART_FURTHER_SHARE and gaps.max() <= APART_AT_MOST_M)


def _from_start_of(late: NDArray[np.float64], line: NDArray[np.float64]) -> NDArray[np.float64]:
    """The line from where it comes nearest to the start of one that may have begun late."""
    way = along(line)
    head = np.arange(0.0, min(MISSING_START_M, MISSING_START_SHARE * way[-1]), STEP_M)
    nearest = head[np.linalg.norm(resample(line, head) - late[0], axis=1).argmin()]
    return np.concatenate([resample(line, np.array([nearest])), line[way > nearest]])


def _headed(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places along a way, each with its heading (n, 6), so scaled that 60° are as far as ``APART_M``."""
    length = along(way)[-1]
    places = resample(way, np.linspace(0.0, length, max(3, int(length / STEP_M))))
    ahead = np.gradient(places, axis=0)
    heading = ahead / np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1.0)
    return np.hstack([places, APART_M * heading])


def _beside(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """The share of ``a`` that has something of ``b`` beside it."""
    gaps, _ = KDTree(b).query(a, distance_upper_bound=APART_M)
    return float(np.isfinite(gaps).mean())
