"""Find which run went which route, by geometry, and how often each route is run.

A run belongs to a known route if it went the same way in the same direction; a run that matches none starts
a new one. A route keeps the line of the run that started it, so later imports, in any order, change neither
a route nor the route of a run that has one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.spatial import KDTree

from runlog.analysis import geometry
from runlog.analysis.geometry import cumulative_distance, resample, to_cartesian
from runlog.model import Kind, Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.model import Snapshot, StoredActivity

    Way = NDArray[np.float64]  # (n, 3) in space, metres

_INDOOR_SPORTS = {"treadmill", "indoor_running", "virtual_activity"}  # whatever positions they may claim
_CELL_M = 400.0
_MIN_SHARED_CELLS = 0.5  # of the larger number of cells: ways that share less are not looked at closely


@dataclass(frozen=True, slots=True)
class NewRoutes:
    """What was not known yet.

    Attributes:
        routes: those that a run has founded, in the order of these runs.
        route_of: the route's id by the run's.
    """

    routes: tuple[Route, ...]
    route_of: Mapping[int, int]


def complete_routes(kept: Snapshot, found: NewRoutes | None = None) -> Snapshot:
    """The same with a route for every run that has a way: with what was found, or else is found now."""
    found = found or find_new_routes(kept)
    return replace(kept, routes=(*kept.routes, *found.routes), route_of={**kept.route_of, **found.route_of})


def find_new_routes(kept: Snapshot) -> NewRoutes:
    """The routes of those runs that have a way but no route yet, in the order of their starts."""
    without = sorted(
        (one for one in kept.activities if one.id not in kept.route_of and can_have_route(one)),
        key=lambda one: (one.activity.start, one.id),
    )
    return match_routes({one.id: one.shape for one in without if one.shape is not None}, kept.routes)


def can_have_route(one: StoredActivity) -> bool:
    """Whether it is a run that can have a route."""
    return one.activity.kind is Kind.RUN and one.activity.sub_sport not in _INDOOR_SPORTS


def match_routes(shapes: Mapping[int, NDArray[np.float64]], known: Sequence[Route] = ()) -> NewRoutes:
    """Which routes some runs went.

    A run goes to the route whose founding way is nearest to its own, of those that are one route
    with it (``sameness.apart``), and among these are only the routes known before and those founded
    by the runs before it. If there is none, it founds one.

    Args:
        shapes: of the runs by id, degrees (n, 2) in the direction run, in the order in which they were run.
        known: routes found before.
    """
    if not shapes:
        return NewRoutes((), {})
    runs, ways = list(shapes), [to_cartesian(shape) for shape in shapes.values()]
    founders = [to_cartesian(route.shape) for route in known]
    chosen = _NearestRoute(ways)
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
    models = _most_similar(founders, len(known))
    routes = tuple(
        Route(route_id, shapes[run], similar_to=None if model is None else ids[model])
        for route_id, run, model in zip(ids[len(known) :], founded, models, strict=True)
    )
    return NewRoutes(routes, {run: ids[number] for run, number in zip(runs, chosen.number, strict=True)})


class _NearestRoute:
    """For each way the nearest of the founders that were offered to it: its number, or -1 for none yet."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self._ways = ways
        self._quarters = KDTree(np.stack([geometry.quarter_points(way) for way in ways]))
        self._apart = np.full(len(ways), np.inf)
        self.number = np.full(len(ways), -1)

    def offer(self, founder: Way, number: int, after: int) -> None:
        """Hold a founder against the ways that come after a position."""
        near = self._quarters.query_ball_point(geometry.quarter_points(founder), geometry.REACH_M, p=np.inf)
        for position in near:
            if position > after:
                apart = geometry.route_distance(founder, self._ways[position])
                if apart < self._apart[position]:
                    self._apart[position], self.number[position] = apart, number


def _most_similar(founders: Sequence[Way], known: int) -> Iterable[int | None]:
    """For each founder from ``known`` on, the one before it that it shares most of its way with."""
    if len(founders) == known:
        return
    cells = _grid_cells(founders)
    size = np.asarray(cells.sum(axis=1)).ravel()
    common = sparse.csr_array(cells[known:] @ cells.T)
    for number in range(known, len(founders)):
        row = common[[number - known]].tocoo()
        others, counts = row.coords[1], row.data
        enough = counts >= _MIN_SHARED_CELLS * np.maximum(size[others], size[number])
        best, most = None, geometry.SIMILAR_SHARE
        for other in np.sort(others[enough & (others < number)]):
            share = geometry.shared_fraction(founders[other], founders[number])
            if share >= most:
                best, most = int(other), np.nextafter(share, np.inf)
        yield best


def _grid_cells(ways: Sequence[Way]) -> sparse.csr_array:
    """Which cells of a coarse grid each way goes through: a matrix of 0 and 1, a row per way."""
    places = [
        np.unique(
            np.floor(resample(way, np.arange(0.0, cumulative_distance(way)[-1], geometry.STEP_M)) / _CELL_M),
            axis=0,
        )
        for way in ways
    ]
    row = np.repeat(np.arange(len(ways)), [len(cells) for cells in places])
    grid, column = np.unique(np.concatenate(places), axis=0, return_inverse=True)
    return sparse.csr_array(
        (np.ones(len(row), dtype=np.int32), (row, column.ravel())), shape=(len(ways), len(grid))
    )


SHARE_DAYS = 28


def route_label(route_id: int) -> str:
    """What the runner calls a route by."""
    return f"R{route_id}"


def canonical_ids(routes: Iterable[Route]) -> dict[int, int]:
    """By each route's id that of the route that it counts as, after all that the runner has joined."""
    step = {route.id: route.joined_to for route in routes}
    return {one: _follow_joins(step, one) for one in step}


def _follow_joins(step: Mapping[int, int | None], start: int) -> int:
    seen, here = {start}, start
    while (onward := step.get(here)) is not None and onward not in seen:
        seen.add(onward)
        here = onward
    return here


def canonical_routes(routes: Sequence[Route]) -> pd.DataFrame:
    """The routes that count, by label: given_name and similar_to (a label), each or None, and shape."""
    counts_as = canonical_ids(routes)
    shape = {route.id: route.shape for route in routes}
    rows: dict[int, dict[str, Any]] = {
        one: {"given_name": None, "similar_to": None, "shape": shape.get(one)} for one in counts_as.values()
    }
    for route in sorted(routes, key=lambda route: (route.id != counts_as[route.id], route.id)):
        row = rows[counts_as[route.id]]
        row["given_name"] = row["given_name"] or route.name
        model = counts_as.get(route.similar_to or 0)
        if route.id == counts_as[route.id] and model != route.id:
            row["similar_to"] = None if model is None else route_label(model)
    index = pd.Index([route_label(one) for one in rows], dtype=object, name="route")
    return pd.DataFrame(
        list(rows.values()), index=index, columns=["given_name", "similar_to", "shape"], dtype=object
    )


def streak_lengths(route: pd.Series[str]) -> pd.Series[int]:
    """For each run in order, how many in a row up to it went its route."""
    return route.groupby((route != route.shift()).cumsum()).cumcount() + 1


def route_table(history: History, now: datetime | None = None) -> pd.DataFrame:
    """The routes, the most used first.

    Args:
        history: whose runs with a route count that had ended by now.
        now: aware; the share is that of the 28 days before. None is the end of the last run.

    Returns:
        A row per route: route (label), runs, share_28d (0 to 1, of the runs with a route; NaN without
        any), first and last (starts), distance_m (median), name (given by the runner, or else the most
        usual of its runs', or None), longest_streak (runs in a row), given_name (or None), similar_to
        (the label of an earlier route of which this is a variant, or None).
    """
    moment = history.runs["end"].max() if now is None else pd.Timestamp(now)
    runs = history.runs[history.runs["route"].notna() & (history.runs["end"] <= moment)]
    recent = runs[runs["end"] > moment - pd.Timedelta(days=SHARE_DAYS)]
    by_route = runs.assign(streak=streak_lengths(runs["route"])).groupby("route", sort=False)
    table = by_route.agg(
        runs=("start", "size"),
        first=("start", "min"),
        last=("start", "max"),
        distance_m=("distance_m", "median"),
        longest_streak=("streak", "max"),
    )
    count = recent["route"].value_counts().reindex(table.index, fill_value=0).astype(float)
    table.insert(1, "share_28d", count / (len(recent) or np.nan))
    usual = pd.Series([_usual_name(names) for _, names in by_route["name"]], index=table.index, dtype=object)
    told = history.routes[["given_name", "similar_to"]].reindex(table.index)
    table.insert(5, "name", told["given_name"].where(told["given_name"].notna(), usual))
    table = table.join(told)
    return table.sort_values("runs", ascending=False, kind="stable").reset_index()


def _usual_name(names: pd.Series[str]) -> str | None:
    counts = names.value_counts()
    return None if counts.empty else str(counts.index[0])
