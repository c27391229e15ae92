"""Find which run went which route, by geometry, and how often each route is run.

A run belongs to a known route if it went the same way in the same direction; a run that matches none starts
a new one. A route keeps the line of the run that started it, so later imports, in any order, change neither
a route nor the route of a run that has one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runlog.analysis import geometry
from runlog.analysis.geometry import MeasuredLine, to_cartesian
from runlog.localtime import INDOOR_SUB_SPORTS
from runlog.model import Kind, Route, last_of_chain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from scipy import sparse

    from runlog.analysis.history import History
    from runlog.model import Floats, Indices
    from runlog.records import Snapshot, StoredActivity


_CELL_M = 400.0
_MIN_SHARED_CELLS = 0.5  # of the larger number of cells: lines that share less are not compared closely


@dataclass(frozen=True, slots=True)
class NewRoutes:
    """Routes that were not known yet, and the runs on them."""

    routes: tuple[Route, ...]  # those that a run has started, in the order of these runs
    route_ids: Mapping[int, int]  # the route's id by the run's


def complete_routes(snapshot: Snapshot, new: NewRoutes | None = None) -> Snapshot:
    """Return the snapshot with a route (found where ``new`` is None) for every run that has a route shape."""
    new = new or find_new_routes(snapshot)
    return replace(
        snapshot, routes=(*snapshot.routes, *new.routes), route_ids={**snapshot.route_ids, **new.route_ids}
    )


def find_new_routes(snapshot: Snapshot, progress: Callable[[int, int], None] | None = None) -> NewRoutes:
    """Find the routes of runs that have a route shape but no route yet, in the order of their starts.

    ``progress`` is called with how many comparisons are done, and how many there are by now.
    """
    without = sorted(
        (
            stored
            for stored in snapshot.activities
            if stored.id not in snapshot.route_ids and can_have_route(stored)
        ),
        key=lambda stored: (stored.activity.start, stored.id),
    )
    return match_routes(
        {stored.id: stored.shape for stored in without if stored.shape is not None}, snapshot.routes, progress
    )


def can_have_route(stored: StoredActivity) -> bool:
    """Return True for a run outdoors."""
    return stored.activity.kind is Kind.RUN and stored.activity.sub_sport not in INDOOR_SUB_SPORTS


def match_routes(
    shapes: Mapping[int, Floats],
    known: Sequence[Route] = (),
    progress: Callable[[int, int], None] | None = None,
) -> NewRoutes:
    """Match runs to routes.

    A run belongs to the nearest route whose line is one route with its own (``geometry.route_distance``), of
    the routes known before and those started by earlier runs. If there is none, it starts a new one. The
    shapes are by the runs' ids, degrees (n, 2) in the direction run, in the order in which they were run.
    """
    if not shapes:
        return NewRoutes((), {})
    runs, lines = list(shapes), [MeasuredLine(to_cartesian(shape)) for shape in shapes.values()]
    references = [MeasuredLine(to_cartesian(route.shape)) for route in known]
    nearest = _NearestRoute(lines)
    for number, reference in enumerate(references):
        nearest.compare(reference, number, after=-1)
    starters: list[int] = []
    for position, line in enumerate(lines):
        if progress is not None:
            progress(position, len(lines) + len(starters))
        if nearest.index[position] < 0:
            number = nearest.index[position] = len(references)
            references.append(line)
            starters.append(runs[position])
            nearest.compare(line, number, after=position)
    ids = [route.id for route in known]
    ids += range(max(ids, default=0) + 1, max(ids, default=0) + 1 + len(starters))
    similar = []
    for other in _most_similar(references, len(known)):
        similar.append(other)
        if progress is not None:
            progress(len(lines) + len(similar), len(lines) + len(starters))
    routes = tuple(
        Route(route_id, shapes[run], similar_to=None if other is None else ids[other])
        for route_id, run, other in zip(ids[len(known) :], starters, similar, strict=True)
    )
    return NewRoutes(routes, {run: ids[number] for run, number in zip(runs, nearest.index, strict=True)})


class _NearestRoute:
    """The nearest matching route of each line: ``index`` into the routes compared, -1 for none."""

    def __init__(self, lines: Sequence[MeasuredLine]) -> None:
        from scipy.spatial import KDTree

        self._lines = lines
        self._quarters = KDTree(np.stack([line.quarter_points for line in lines]))
        self._even = np.stack([line.even_points for line in lines])
        self._lengths = np.array([line.length for line in lines])
        self._distance = np.full(len(lines), np.inf)
        self.index = np.full(len(lines), -1)

    def compare(self, reference: MeasuredLine, index: int, after: int) -> None:
        """Compare a route with the lines that come after a position."""
        found = self._quarters.query_ball_point(reference.quarter_points, geometry.REACH_M, p=np.inf)
        near = np.array([position for position in found if position > after], dtype=np.intp)
        for position in near[geometry.may_be_route(reference, self._even[near], self._lengths[near])]:
            distance = geometry.route_distance(reference, self._lines[position])
            if distance < self._distance[position]:
                self._distance[position], self.index[position] = distance, index


def _most_similar(references: Sequence[MeasuredLine], known: int) -> Iterable[int | None]:
    """Yield for each line from ``known`` on the earlier one that it shares most with, if enough."""
    if len(references) == known:
        return
    cells = _grid_cells(references)
    size = np.asarray(cells.sum(axis=1)).ravel()
    lengths = np.array([line.length for line in references])
    common = (cells[known:] @ cells.T).tocsr()
    candidates = []
    for number in range(known, len(references)):
        row = common[[number - known]].tocoo()
        others, counts = row.coords[1], row.data
        enough = counts >= _MIN_SHARED_CELLS * np.maximum(size[others], size[number])
        shorter = np.minimum(lengths[others], lengths[number])
        enough &= shorter >= geometry.SIMILAR_SHARE * np.maximum(lengths[others], lengths[number])
        enough &= others < number
        candidates.append(others[enough])
    bounds = _ShareBounds(references, candidates)
    for number, others in enumerate(candidates, start=known):
        yield _best_of(references, number, others, bounds.of(number, others))


def _best_of(references: Sequence[MeasuredLine], number: int, others: Indices, bounds: Floats) -> int | None:
    """Return which of these lines a line shares most with, if enough; of equal ones the first."""
    best, most = None, geometry.SIMILAR_SHARE
    for at in np.argsort(-bounds, kind="stable"):  # the first is often the best, and rules out the others
        if bounds[at] < most:
            break
        other = int(others[at])
        share = geometry.shared_fraction(references[other], references[number], most)
        if share > most or (share == most and (best is None or other < best)):
            best, most = other, share
    return best


class _ShareBounds:
    """Upper bounds of the shares of lines, by the small cells that their points lie in."""

    def __init__(self, lines: Sequence[MeasuredLine], candidates: Sequence[Indices]) -> None:
        """Take the lines, and the earlier ones that each new one is to be compared with."""
        from scipy import sparse

        used = np.unique(np.concatenate([*candidates, np.zeros(0, dtype=np.intp)]))
        self._lines = lines
        self._row = np.full(len(lines), -1)
        self._row[used] = np.arange(len(used))
        keys = [_cell_keys(lines[line]) for line in used]
        self._cells, column = np.unique(np.concatenate([*keys, _NO_CELLS]), return_inverse=True)
        row = np.repeat(np.arange(len(used)), [len(of_line) for of_line in keys])
        counts = np.ones(len(row))
        self._points = sparse.csr_array((counts, (row, column)), shape=(len(used), len(self._cells)))
        self._lengths = np.array([line.length for line in lines])

    def of(self, line: int, others: Indices) -> Floats:
        """Return the most that each of the others can share with a line: the points near its cells."""
        if not len(others):
            return np.zeros(0)
        near = np.unique(np.unique(_cell_keys(self._lines[line]))[:, None] + _NEIGHBOURS)
        is_near = np.isin(self._cells, near, assume_unique=True).astype(np.float64)
        points = (self._points @ is_near)[self._row[others]]
        in_all = np.array([len(self._lines[other].headed_points) for other in others])
        lengths = self._lengths[others]
        return np.asarray(points / in_all * lengths / np.maximum(lengths, self._lengths[line]))


_KEY_BASE = 2**20  # more than the globe has cells along an axis
_NO_CELLS = np.zeros(0, dtype=np.int64)
_NEIGHBOURS = np.array(
    [(x * _KEY_BASE + y) * _KEY_BASE + z for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)]
)


def _cell_keys(line: MeasuredLine) -> NDArray[np.int64]:
    """Return for each point of a line the number of its cell; points within reach are neighbours."""
    cells = np.floor(line.headed_points[:, :3] / geometry.MAX_GAP_M).astype(np.int64) + _KEY_BASE // 2
    return np.asarray((cells[:, 0] * _KEY_BASE + cells[:, 1]) * _KEY_BASE + cells[:, 2])


def _grid_cells(lines: Sequence[MeasuredLine]) -> sparse.csr_array:
    """Return which cells of a coarse grid each line crosses: a matrix of 0 and 1, a row per line."""
    from scipy import sparse

    points = (line.at(np.arange(0.0, line.length, geometry.STEP_M)) for line in lines)
    cells = [np.unique(np.floor(of_line / _CELL_M), axis=0) for of_line in points]
    row = np.repeat(np.arange(len(lines)), [len(of_line) for of_line in cells])
    grid, column = np.unique(np.concatenate(cells), axis=0, return_inverse=True)
    return sparse.csr_array(
        (np.ones(len(row), dtype=np.int32), (row, column.ravel())), shape=(len(lines), len(grid))
    )


SHARE_DAYS = 28


def route_label(route_id: int) -> str:
    """Return the label of a route, e.g. "R3"."""
    return f"R{route_id}"


def canonical_ids(routes: Iterable[Route]) -> dict[int, int]:
    """Map each route id to the id of the route it was merged into (itself if none)."""
    joined_to = {route.id: route.joined_to for route in routes}
    return {route_id: last_of_chain(joined_to, route_id) for route_id in joined_to}


def canonical_routes(routes: Sequence[Route]) -> pd.DataFrame:
    """Return the routes that were not merged into others, by label: given_name, similar_to, shape."""
    canonical = canonical_ids(routes)
    shape = {route.id: route.shape for route in routes}
    rows: dict[int, dict[str, Any]] = {
        route_id: {"given_name": None, "similar_to": None, "shape": shape.get(route_id)}
        for route_id in canonical.values()
    }
    for route in sorted(routes, key=lambda route: (route.id != canonical[route.id], route.id)):
        row = rows[canonical[route.id]]
        row["given_name"] = row["given_name"] or route.name
        similar = canonical.get(route.similar_to or 0)
        if route.id == canonical[route.id] and similar != route.id:
            row["similar_to"] = None if similar is None else route_label(similar)
    index = pd.Index([route_label(route_id) for route_id in rows], dtype=object, name="route")
    return pd.DataFrame(
        list(rows.values()), index=index, columns=["given_name", "similar_to", "shape"], dtype=object
    )


def streak_lengths(route: pd.Series[str]) -> pd.Series[int]:
    """Return for each run in order how many in a row up to it went its route."""
    return route.groupby((route != route.shift()).cumsum()).cumcount() + 1


@lru_cache(maxsize=2)  # an alert, a chart and the page share it
def route_table(history: History, now: datetime | None = None) -> pd.DataFrame:
    """Return the routes, the most used first. Not to be changed.

    Args:
        history: whose runs with a route count that had ended by now.
        now: aware; the share is that of the 28 days before. None is the end of the last run.

    Returns:
        A row per route: route (label), runs, share_28d (0 to 1, of the runs with a route; NaN without
        any), first and last (starts), distance_m (median), name (given by the runner, or else the most
        usual of its runs' if it is mostly theirs, or None), longest_streak (runs in a row), given_name (or
        None), similar_to (the label of an earlier route of which this is a variant, or None), form ("loop",
        "there_and_back" or "one_way") and heading (from its start to its farthest point: "north",
        "north-east" …), both None without a shape.
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
    names_of: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for route, name in zip(runs["route"], runs["name"], strict=True):
        if isinstance(name, str):
            names_of[route][name] += 1
    runs_named: Counter[str] = sum(names_of.values(), Counter())
    usual = [_usual_name(names_of[route], runs_named) for route in table.index]
    names = history.routes[["given_name", "similar_to"]].reindex(table.index)
    shapes = history.routes["shape"].reindex(table.index)
    usual_names = pd.Series(usual, index=table.index, dtype=object)
    table.insert(5, "name", names["given_name"].where(names["given_name"].notna(), usual_names))
    table = table.join(names)
    forms = [route_form(shape) if isinstance(shape, np.ndarray) else (None, None) for shape in shapes]
    table = table.join(pd.DataFrame(forms, table.index, columns=["form", "heading"], dtype=object))
    return table.sort_values("runs", ascending=False, kind="stable").reset_index()


def _usual_name(names: Counter[str], runs_named: Counter[str]) -> str | None:
    """Return the most usual name of a route's runs, if most runs of that name are on it."""
    name, count = next(iter(names.most_common(1)), ("", 0))
    return name if count > runs_named[name] / 2 else None


_CLOSED_SHARE, _BACK_M = 0.15, 60.0
_HEADINGS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def route_form(shape: Floats) -> tuple[str, str]:
    """Return whether a route is a "loop", "there_and_back" or "one_way", and where it leads ("north" …).

    Its shape is degrees (n, 2) as lat, lon in the direction run, two points at least.
    """
    points = to_cartesian(shape)
    flat = geometry.TangentPlane(points[0]).project(points)
    away = np.hypot(*(flat - flat[0]).T)
    east, north = flat[int(np.argmax(away))] - flat[0]
    heading = _HEADINGS[round(float(np.degrees(np.arctan2(east, north))) / 45) % len(_HEADINGS)]
    line = MeasuredLine(points)
    if away[-1] > _CLOSED_SHARE * line.length:
        return "one_way", heading
    halfway = np.linspace(0.0, line.length / 2, 50)
    gaps = np.linalg.norm(line.at(halfway) - line.at(line.length - halfway), axis=1)
    return ("there_and_back" if np.median(gaps) < _BACK_M else "loop"), heading
