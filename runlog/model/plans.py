"""Planned comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from runlog.model.diary import Area


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a plan: its local day, and whether the lot fell on the plan's first way of running."""

    day: date
    first: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned comparison of two ways of running, the order within each two runs drawn by lot.

    Attributes:
        id: what the runner calls it by; 0 until the store has given one.
        factor: what is drawn lots for ("warmup", "shoes" …).
        area: the body area whose soreness is compared.
        first: the one way, in words.
        second: the other way.
        effect: the difference, in rating points, that it is made to tell.
        seed: what the lots were drawn with.
        made: when.
        runs: in the order of their days, two by two.
        cancelled: when the runner gave it up.
    """

    id: int
    factor: str
    area: Area
    first: str
    second: str
    effect: float
    seed: int
    made: datetime
    runs: tuple[PlannedRun, ...] = ()
    cancelled: datetime | None = None

    def way(self, run: PlannedRun) -> str:
        """The way of running that the lot fell on, in words."""
        return self.first if run.first else self.second
