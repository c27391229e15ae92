"""What a plan has shown: as the lots fell, and beside that as the runs were really run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.plans.comparing import compare
from runlog.analysis.plans.power import FEWEST
from runlog.analysis.plans.progress import (
    KEPT,
    MISSED,
    OTHERWISE,
    TO_COME,
    UNTOLD,
    followed,
    last_day,
    local_day,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.analysis.plans.comparing import Comparison
    from runlog.analysis.plans.progress import Done
    from runlog.model import Plan


@dataclass(frozen=True, slots=True)
class Result:
    """What a plan has shown by a moment.

    Attributes:
        plan: the plan.
        runs: what became of each of its runs.
        complete: pairs of which both runs are rated.
        over: nothing more can come, or it was cancelled: the result may be looked at.
        early: it was asked for before that.
        drawn: the comparison as the lots fell, whatever was done (the primary one); None where it is not
            to be looked at yet or rests on fewer than ``FEWEST`` pairs (looking early: than 2).
        done: the same by what was really done, in the pairs of which one run went each way; None likewise.
    """

    plan: Plan
    runs: tuple[Done, ...]
    complete: int
    over: bool
    early: bool
    drawn: Comparison | None
    done: Comparison | None

    @property
    def pairs(self) -> int:
        """How many pairs were planned."""
        return len(self.runs) // 2

    @property
    def open_until(self) -> date:
        """The last day on which a rating may still come."""
        return last_day(self.plan) + timedelta(days=1)

    @property
    def unrated(self) -> int:
        """Runs that were run and never rated."""
        return sum(one.run is not None and math.isnan(one.rating) for one in self.runs)

    def count(self, state: str) -> int:
        """How many runs are in a state of progress.py."""
        return sum(one.state == state for one in self.runs)

    @property
    def states(self) -> dict[str, int]:
        """How many runs are in each state."""
        return {state: self.count(state) for state in (KEPT, OTHERWISE, UNTOLD, MISSED, TO_COME)}


def result(history: History, plan: Plan, now: datetime, *, early: bool = False) -> Result:
    """Say what a plan has shown by now.

    Before its end no difference is computed, unless ``early`` asks for it: who looks every day and stops
    when it pleases finds something by chance far more often than in 5 of 100 cases (Armitage, McPherson &
    Rowe, J R Stat Soc A 1969;132:235).

    Args:
        history: what happened.
        plan: of the store.
        now: aware.
        early: look before the end.
    """
    runs = tuple(followed(history, plan, now))
    drawn = _differences(runs, [float(one.first) for one in runs])
    done = _differences(runs, [one.went for one in runs])
    over = plan.cancelled is not None or len(drawn) == len(runs) // 2 or _past(history, plan, now)
    fewest = 2 if early and not over else FEWEST
    looked = over or early
    return Result(
        plan,
        runs,
        complete=len(drawn),
        over=over,
        early=early and not over,
        drawn=compare(drawn) if looked and len(drawn) >= fewest else None,
        done=compare(done) if looked and len(done) >= fewest else None,
    )


def _past(history: History, plan: Plan, now: datetime) -> bool:
    return local_day(history, now) > last_day(plan) + timedelta(days=1)


def _differences(runs: Sequence[Done], went: Iterable[float]) -> NDArray[np.float64]:
    """The rating of the first way less that of the second, of each pair that has a rating of both."""
    rating = np.array([one.rating for one in runs]).reshape(-1, 2)
    way = np.array(list(went)).reshape(-1, 2)
    one_of_each = np.abs(way[:, 0] - way[:, 1]) == 1
    difference = np.where(way[:, 0] == 1, rating[:, 0] - rating[:, 1], rating[:, 1] - rating[:, 0])
    return np.asarray(difference[one_of_each & ~np.isnan(difference)])
