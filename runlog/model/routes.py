"""Routes, and which run went which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A way that was run once or often, known by the shape of the run that founded it.

    Attributes:
        id: never changes, never used again: 3 is what the runner calls R3.
        shape: of the run that founded it, degrees (n, 2) as lat, lon in the direction run.
        name: given by the runner.
        similar_to: the id of an earlier route that it shares most of its way with.
        joined_to: the id of the route that it counts as, by the runner's word.
    """

    id: int
    shape: NDArray[Any]
    name: str | None = None
    similar_to: int | None = None
    joined_to: int | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Route) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def _values(self) -> tuple[object, ...]:
        return (self.id, self.shape.tobytes(), self.name, self.similar_to, self.joined_to)


class OnRoute(NamedTuple):
    """The id of the route that a run went, and whether the runner said so."""

    route: int
    by_hand: bool
