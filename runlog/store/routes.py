"""Store routes, which run is on which, and what the runner named, joined or split."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from runlog.errors import BadInput, NotFound, run_not_found
from runlog.model import Route, RouteAssignment, last_of_chain, shoe_key
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from runlog.records import Snapshot

_ROUTE_LABEL = re.compile(r"r?\d+", re.IGNORECASE)
_MAX_NAME_LENGTH = 60


def read_routes(db: sqlite3.Connection) -> tuple[Route, ...]:
    """Return all routes ever found, by id."""
    from runlog.store.tracks import decode_shape

    return tuple(
        Route(row["id"], decode_shape(row["shape"]), row["name"], row["similar_to"], row["joined_to"])
        for row in db.execute("SELECT * FROM route ORDER BY id")
    )


def read_route_names(db: sqlite3.Connection) -> dict[int, str | None]:
    """Return the name of each route that is joined to no other: its own, or that of one joined to it."""
    found = db.execute("SELECT id, name, joined_to FROM route ORDER BY joined_to IS NOT NULL, id").fetchall()
    named: dict[int, str | None] = {row["id"]: row["name"] for row in found if row["joined_to"] is None}
    roots = _root_ids(db)
    for row in found:
        root = roots[row["id"]]
        named[root] = named[root] or row["name"]
    return named


def read_route_by_run(db: sqlite3.Connection) -> dict[int, int]:
    """Return the route id of each run that is not deleted, by the run's id, before any joining."""
    query = (
        "SELECT activity_id, route_id FROM route_run JOIN activity ON id = activity_id WHERE NOT is_deleted"
    )
    return dict(db.execute(query).fetchall())


def read_assignments(db: sqlite3.Connection) -> dict[int, RouteAssignment]:
    """Return the route of each run, before any joining, and whether it was assigned by hand."""
    found = db.execute("SELECT activity_id, route_id, by_hand FROM route_run ORDER BY activity_id")
    return {row["activity_id"]: RouteAssignment(row["route_id"], bool(row["by_hand"])) for row in found}


def save_found_routes(
    db: sqlite3.Connection, known: Sequence[Route], new_routes: Iterable[Route], route_ids: Mapping[int, int]
) -> bool:
    """Store new routes; return False and change nothing if another process has stored routes since.

    They were found next to the known ones, and their ids follow on; ``route_ids`` has the runs on them.
    """
    last = db.execute("SELECT coalesce(max(id), 0) FROM route").fetchone()[0]
    if last != max((route.id for route in known), default=0):
        return False
    for route in new_routes:
        rows.insert(db, "route", _route_row(route))
    db.executemany(
        "INSERT INTO route_run SELECT id, ?, 0 FROM activity WHERE id = ? ON CONFLICT DO NOTHING",
        [(route, run) for run, route in route_ids.items()],
    )
    return True


def rename_route(db: sqlite3.Connection, route_id: int, name: str | None) -> str | None:
    """Give a route a name, or with None remove its name, and return the name that it had before.

    Raises:
        NotFound: there is no such route.
        BadInput: the name is too long or none, could be a label, or is another route's.
    """
    names = read_route_names(db)
    if route_id not in names:
        raise NotFound(
            "R{route} is no route, or a part of another one; runlog routes lists them", route=route_id
        )
    if name is not None:
        name = _validated_name(name)
        for other, taken in names.items():
            if other != route_id and shoe_key(taken) == shoe_key(name):
                raise BadInput(
                    "R{other} is called {taken!r} already; give this one another name",
                    other=other,
                    taken=taken,
                )
    db.execute("UPDATE route SET name = ? WHERE id = ?", (name, route_id))
    return names[route_id]


def _validated_name(name: str) -> str:
    words = " ".join(name.split())
    if not words or not words.isprintable():
        raise BadInput("{name!r} is no name", name=name)
    if len(words) > _MAX_NAME_LENGTH:
        raise BadInput(
            "a name has up to {most} letters, this one has {n}", most=_MAX_NAME_LENGTH, n=len(words)
        )
    if _ROUTE_LABEL.fullmatch(words):
        raise BadInput("{words!r} could be taken for the label of a route; give it another name", words=words)
    return words


def join_routes(db: sqlite3.Connection, into: int, other: int) -> None:
    """Let a route count as another: its runs, and the later ones that match its way.

    Raises:
        NotFound: there is no such route.
        BadInput: they are one already, or the other is a part of a third one.
    """
    _require_route(db, into)
    part_of = _require_route(db, other)["joined_to"]
    roots = _root_ids(db)
    if roots[into] == roots[other]:
        raise BadInput("R{into} and R{other} are one route already", into=into, other=other)
    if part_of is not None:
        raise BadInput(
            "R{other} is a part of R{part_of}; to take it out: runlog routes unjoin R{other}",
            other=other,
            part_of=part_of,
        )
    db.execute("UPDATE route SET joined_to = ? WHERE id = ?", (roots[into], other))


def unjoin_route(db: sqlite3.Connection, route_id: int) -> int:
    """Let a route that was joined count by itself again; gives the one that it was a part of.

    Raises:
        NotFound: there is no such route.
        BadInput: it is no part of another one.
    """
    part_of = _require_route(db, route_id)["joined_to"]
    if part_of is None:
        raise BadInput("R{route} is not joined to another route", route=route_id)
    db.execute("UPDATE route SET joined_to = NULL WHERE id = ?", (route_id,))
    return int(part_of)


def split_route(db: sqlite3.Connection, snapshot: Snapshot, run_ids: Sequence[int]) -> tuple[int, int]:
    """Make some runs of one route a route of their own, and return the ids of both routes.

    They stay on the new one, whatever their shapes. The snapshot has the routes of all runs.

    Raises:
        NotFound: there is no such run.
        BadInput: they have no route, are of several, or are all of their route.
    """
    roots = _root_ids(db)
    route_ids = {run: roots[route_id] for run, route_id in snapshot.route_ids.items()}
    shapes = {stored.id: stored.shape for stored in snapshot.activities}
    runs = [run for run in shapes if run in run_ids]  # by start time
    _check_splittable(run_ids, runs, route_ids)
    shape = next((shapes[run] for run in runs if shapes[run] is not None), None)
    if shape is None:
        raise BadInput("run {run} has no positions any more, so no way of its own", run=runs[0])
    root = route_ids[runs[0]]
    values = _route_row(Route(0, shape, similar_to=root)) | {"id": None}
    route_id = rows.insert(db, "route", values)
    _assign_runs(db, {run: RouteAssignment(route_id, by_hand=True) for run in runs})
    return root, route_id


def _check_splittable(run_ids: Iterable[int], runs: Sequence[int], route_ids: Mapping[int, int]) -> None:
    for run in run_ids:
        if run not in runs:
            raise run_not_found(run)
        if run not in route_ids:
            raise BadInput("run {run} has no route: it has no positions, or was indoors", run=run)
    of = sorted({route_ids[run] for run in runs})
    if len(of) > 1:
        several = ", ".join(f"R{route}" for route in of)
        raise BadInput(
            "these runs are on several routes ({several}); split those of one at a time", several=several
        )
    if {run for run, route in route_ids.items() if route == of[0]} == set(runs):
        raise BadInput("these are all the runs of R{route}; there is nothing to split", route=of[0])


def move_assignment(db: sqlite3.Connection, into: int, other: int) -> None:
    """Give an activity the route of one that is merged into it, unless it has one by hand."""
    db.execute(
        "INSERT INTO route_run SELECT ?, route_id, by_hand FROM route_run WHERE activity_id = ? "
        "ON CONFLICT (activity_id) DO UPDATE SET route_id = excluded.route_id, by_hand = 1 "
        "WHERE excluded.by_hand AND NOT by_hand",
        (into, other),
    )


def forget_assignment(db: sqlite3.Connection, activity_id: int) -> None:
    """Forget the route of an activity, to be found again after a split; one assigned by hand stays."""
    db.execute("DELETE FROM route_run WHERE activity_id = ? AND NOT by_hand", (activity_id,))


def import_routes(
    db: sqlite3.Connection, routes: Sequence[Route], on_route: Mapping[int, RouteAssignment]
) -> None:
    """Import the routes of an export.

    A stored route, matched by its shape or by a run on it, keeps its values and only takes name and
    joins. Others are stored with their own ids where these are free. ``on_route`` has, by the stored id of
    a run, its route as the export numbers it.
    """
    here = _match_existing(db, routes, on_route)
    for route in routes:
        if route.id not in here:
            row = _route_row(route) | {"similar_to": None, "joined_to": None}
            here[route.id] = rows.insert_with_id(db, "route", row, route.id)
            _set_link(db, here[route.id], "similar_to", here.get(route.similar_to or 0))
    for route in routes:
        db.execute("UPDATE route SET name = coalesce(name, ?) WHERE id = ?", (route.name, here[route.id]))
        root = here.get(route.joined_to or 0)
        if root is not None and _root_ids(db)[root] != here[route.id]:
            _set_link(db, here[route.id], "joined_to", root)
    _assign_runs(
        db, {run: on._replace(route=here[on.route]) for run, on in on_route.items() if on.route in here}
    )


def _assign_runs(db: sqlite3.Connection, on_route: Mapping[int, RouteAssignment]) -> None:
    """Assign runs to routes: by hand outranks found, and stored outranks new."""
    db.executemany(
        "INSERT INTO route_run VALUES (?, ?, ?) ON CONFLICT (activity_id) "
        "DO UPDATE SET route_id = excluded.route_id, by_hand = 1 WHERE excluded.by_hand",
        [(run, *on) for run, on in on_route.items()],
    )


def _match_existing(
    db: sqlite3.Connection, routes: Sequence[Route], on_route: Mapping[int, RouteAssignment]
) -> dict[int, int]:
    """Return the stored id of each route of an export, by its id there, where it is stored already."""
    by_shape = {route.shape.tobytes(): route.id for route in read_routes(db)}
    found = dict(db.execute("SELECT activity_id, route_id FROM route_run WHERE NOT by_hand").fetchall())
    by_run = {on.route: found[run] for run, on in on_route.items() if not on.by_hand and run in found}
    same = {one.id: by_shape[one.shape.tobytes()] for one in routes if one.shape.tobytes() in by_shape}
    return by_run | same


def _set_link(db: sqlite3.Connection, route_id: int, column: str, other: int | None) -> None:
    statement = f"UPDATE route SET {column} = coalesce({column}, ?) WHERE id = ?"  # noqa: S608 - our own names
    db.execute(statement, (other, route_id))


def _route_row(route: Route) -> dict[str, Any]:
    from runlog.store.tracks import encode_shape

    return rows.to_row(route) | {"shape": encode_shape(route.shape)}


def _root_ids(db: sqlite3.Connection) -> dict[int, int]:
    """Return for each route the one that it counts as."""
    joined_to = dict(db.execute("SELECT id, joined_to FROM route").fetchall())
    return {route_id: last_of_chain(joined_to, route_id) for route_id in joined_to}


def _require_route(db: sqlite3.Connection, route_id: int) -> Any:  # noqa: ANN401 - a row
    found = db.execute("SELECT * FROM route WHERE id = ?", (route_id,)).fetchone()
    if found is None:
        raise NotFound("there is no route R{route}; runlog routes lists them", route=route_id)
    return found
