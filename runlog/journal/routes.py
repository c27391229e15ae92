"""The routes of a journal: found once and kept, and what the runner makes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound, no_run
from runlog.model import Route, shoe_key
from runlog.store import routes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlog.model import Kept
    from runlog.store import Store

_LABEL = re.compile(r"r?\d+", re.IGNORECASE)
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one runner; ``journal.routes`` gives it."""

    _store: Store

    def all(self) -> tuple[Route, ...]:
        """All that were found so far, with those that are joined to others."""
        with self._store.reading() as db:
            return routes.read_routes(db)

    def names(self) -> dict[int, str | None]:
        """The name that the runner gave, if any, of each route that counts by itself; without numpy."""
        with self._store.reading() as db:
            return routes.read_route_names(db)

    def find(self) -> Kept:
        """All that a history is built of, once every run with a way has its route.

        A route that was found once is kept; what others find at the same time is taken as they have it.
        """
        from runlog.analysis.routes import complete_routes, find_new_routes

        while True:
            kept = self._store.kept()
            found = find_new_routes(kept)
            if not found.route_of:
                return kept
            with self._store.writing() as db:
                if routes.save_found_routes(db, kept.routes, found.routes, found.route_of):
                    return complete_routes(kept, found)

    def name(self, route_id: int, name: str | None) -> str | None:
        """Give a route a name, or with None take it back, and return the name that it had before.

        Raises:
            NotFound: there is no such route.
            BadInput: the name is too long or none, could be a label, or is another route's.
        """
        words = None if name is None else _sound_name(name)
        named = self.names()
        if route_id not in named:
            raise NotFound(f"R{route_id} is no route, or a part of another one; runlog routes lists them")
        taken = next(
            (one for one, other in named.items() if words and one != route_id and _same(words, other)), None
        )
        if taken is not None:
            raise BadInput(f"R{taken} is called {named[taken]!r} already; give this one another name")
        with self._store.writing() as db:
            routes.rename_route(db, route_id, words)
        return named[route_id]

    def join(self, into: int, other: int) -> None:
        """Let a route count as another: its runs, and the later ones that match its way.

        Raises:
            NotFound: there is no such route.
            BadInput: they are one already, or the other is a part of a third one.
        """
        with self._store.writing() as db:
            routes.join_routes(db, into, other)

    def unjoin(self, route_id: int) -> int:
        """Let a route that was joined count by itself again, and give the one that it was a part of.

        Raises:
            NotFound: there is no such route.
            BadInput: it is no part of another one.
        """
        with self._store.writing() as db:
            return routes.unjoin_route(db, route_id)

    def split(self, run_ids: Sequence[int]) -> tuple[int, int]:
        """Make some runs of one route a route of their own; they stay on it.

        Later runs go to whichever of the two ways theirs is nearer to.

        Returns:
            The ids of the route that they were on, and of the new one.

        Raises:
            NotFound: there is no such run.
            BadInput: they have no route, are of several, or are all of their route.
        """
        from runlog.analysis.routes import canonical_ids

        kept = self.find()
        counts_as = canonical_ids(kept.routes)
        route_of = {run: counts_as[route] for run, route in kept.route_of.items()}
        shapes = {one.id: one.shape for one in kept.activities}
        wanted = [run for run in shapes if run in run_ids]  # in the order of their starts
        _refuse(run_ids, wanted, route_of)
        shape = next((shapes[run] for run in wanted if shapes[run] is not None), None)
        whole = route_of[wanted[0]]
        if shape is None:
            raise BadInput(f"run {wanted[0]} has no positions any more, so no way of its own")
        with self._store.writing() as db:
            return whole, routes.split_route(db, wanted, Route(0, shape, similar_to=whole))


def _sound_name(name: str) -> str:
    words = " ".join(name.split())
    if not words or not words.isprintable():
        raise BadInput(f"{name!r} is no name")
    if len(words) > _LONGEST_NAME:
        raise BadInput(f"a name has up to {_LONGEST_NAME} letters, this one has {len(words)}")
    if _LABEL.fullmatch(words):
        raise BadInput(f"{words!r} could be taken for the label of a route; give it another name")
    return words


def _same(name: str, other: str | None) -> bool:
    return shoe_key(name) == shoe_key(other)


def _refuse(run_ids: Sequence[int], wanted: Sequence[int], route_of: dict[int, int]) -> None:
    for run in run_ids:
        if run not in wanted:
            raise no_run(run)
        if run not in route_of:
            raise BadInput(f"run {run} has no route: it has no positions, or was indoors")
    of = sorted({route_of[run] for run in wanted})
    if len(of) > 1:
        several = ", ".join(f"R{route}" for route in of)
        raise BadInput(f"these runs are on several routes ({several}); split those of one at a time")
    if {run for run, route in route_of.items() if route == of[0]} == set(wanted):
        raise BadInput(f"these are all the runs of R{of[0]}; there is nothing to split")
