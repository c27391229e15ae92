"""Which run went which route: held against the routes that are known; what fits none founds one.

A route is known by the way of the run that founded it, for good. So whatever is imported later, and
in whatever order, changes neither a route nor the route of a run that has one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.spatial import KDTree

from runlog.analysis.geometry import along, resample, to_space
from runlog.analysis.routes import sameness
from runlog.model import Kind, Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.model import Kept, KeptActivity

    Way = NDArray[np.float64]  # (n, 3) in space, metres

_NO_ROUTE = {"treadmill", "indoor_running", "virtual_activity"}  # whatever positions they may claim
_CELL_M = 400.0
_CELLS_SHARED = 0.5  # of the larger number of cells: ways that share less are not looked at closely


@dataclass(frozen=True, slots=True)
class Found:
    """What was not known yet.

    Attributes:
        routes: those that a run has founded, in the order of these runs.
        route_of: the route's id by the run's.
    """

    routes: tuple[Route, ...]
    route_of: Mapping[int, int]


def complete(kept: Kept, found: Found | None = None) -> Kept:
    """The same with a route for every run that has a way: with what was found, or else is found now."""
    found = found or missing(kept)
    return replace(kept, routes=(*kept.routes, *found.routes), route_of={**kept.route_of, **found.route_of})


def missing(kept: Kept) -> Found:
    """The routes of those runs that have a way but no route yet, in the order of their starts."""
    without = sorted(
        (one for one in kept.activities if one.id not in kept.route_of and is_outdoors(one)),
        key=lambda one: (one.activity.start, one.id),
    )
    return find({one.id: one.shape for one in without if one.shape is not None}, kept.routes)


def is_outdoors(one: KeptActivity) -> bool:
    """Whether it is a run that can have a route."""
    return one.activity.kind is Kind.RUN and one.activity.sub_sport not in _NO_ROUTE


def find(shapes: Mapping[int, NDArray[np.float64]], known: Sequence[Route] = ()) -> Found:
    """Which routes some runs went.

    A run goes to the route whose founding way is nearest to its own, of those that are one route
    with it (``sameness.apart``), and among these are only the routes known before and those founded
    by the runs before it. If there is none, it founds one.

    Args:
        shapes: of the runs by id, degrees (n, 2) in the direction run, in the order in which they were run.
        known: routes found before.
    """
    if not shapes:
        return Found((), {})
    runs, ways = list(shapes), [to_space(shape) for shape in shapes.values()]
    founders = [to_space(route.shape) for route in known]
    chosen = _Chosen(ways)
    for number, founder in enumerate(founders):
        chosen.offer(founder, number, after=-1)
    founded = []
    for position, way in enumerate(ways):
        if chosen.number[position] < 0:
            number = chosen.number[position] = len(founders)
            founders.append(way)
            founded.append(runs[position])
            chosen.offer(way, number, after=position)
    ids = [route.id for route in known]
    ids += range(max(ids, default=0) + 1, max(ids, default=0) + 1 + len(founded))
    models = _similar(founders, len(known))
    routes = tuple(
        Route(route_id, shapes[run], similar_to=None if model is None else ids[model])
        for route_id, run, model in zip(ids[len(known) :], founded, models, strict=True)
    )
    return Found(routes, {run: ids[number] for run, number in zip(runs, chosen.number, strict=True)})


class _Chosen:
    """For each way the nearest of the founders that were offered to it: its number, or -1 for none yet."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self._ways = ways
        self._quarters = KDTree(np.stack([sameness.quarters(way) for way in ways]))
        self._apart = np.full(len(ways), np.inf)
        self.number = np.full(len(ways), -1)

    def offer(self, founder: Way, number: int, after: int) -> None:
        """Hold a founder against the ways that come after a position."""
        near = self._quarters.query_ball_point(sameness.quarters(founder), sameness.REACH_M, p=np.inf)
        for position in near:
            if position > after:
                apart = sameness.apart(founder, self._ways[position])
                if apart < self._apart[position]:
                    self._apart[position], self.number[position] = apart, number


def _similar(founders: Sequence[Way], known: int) -> Iterable[int | None]:
    """For each founder from ``known`` on, the one before it that it shares most of its way with."""
    if len(founders) == known:
        return
    cells = _cells(founders)
    size = np.asarray(cells.sum(axis=1)).ravel()
    common = sparse.csr_array(cells[known:] @ cells.T)
    for number in range(known, len(founders)):
        row = common[[number - known]].tocoo()
        others, counts = row.coords[1], row.data
        enough = counts >= _CELLS_SHARED * np.maximum(size[others], size[number])
        best, most = None, sameness.MOSTLY
        for other in np.sort(others[enough & (others < number)]):
            share = sameness.shared(founders[other], founders[number])
            if share >= most:
                best, most = int(other), np.nextafter(share, np.inf)
        yield best


def _cells(ways: Sequence[Way]) -> sparse.csr_array:
    """Which cells of a coarse grid each way goes through: a matrix of 0 and 1, a row per way."""
    places = [
        np.unique(np.floor(resample(way, np.arange(0.0, along(way)[-1], sameness.STEP_M)) / _CELL_M), axis=0)
        for way in ways
    ]
    row = np.repeat(np.arange(len(ways)), [len(cells) for cells in places])
    grid, column = np.unique(np.concatenate(places), axis=0, return_inverse=True)
    return sparse.csr_array(
        (np.ones(len(row), dtype=np.int32), (row, column.ravel())), shape=(len(ways), len(grid))
    )
