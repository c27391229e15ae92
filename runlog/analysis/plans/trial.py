"""A trial of one runner: what is drawn lots for, in this runner's own two ways, for one body area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.analysis.plans.ways import plannable

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.analysis.plans.ways import Plannable, Ways
    from runlog.model import Plan


@dataclass(frozen=True, slots=True)
class Trial:
    """What a plan is about.

    Attributes:
        planned: what is drawn lots for.
        ways: the two ways of running, in words.
        area: the body area whose soreness is compared.
        start: its first day; what is usual is so by the days before.
    """

    planned: Plannable
    ways: Ways
    area: str
    start: date

    def went(self, history: History) -> pd.Series[float]:
        """Which way each run went, by its id: 1.0 the first, 0.0 the second, NaN not told or neither."""
        return self.planned.done(history, self.ways, self.start)

    def todo(self) -> tuple[str, str]:
        """What to do on a run drawn for the first way, and on one drawn for the second."""
        first, second = (
            text.replace("{way}", way) for text, way in zip(self.planned.todo, self.ways, strict=True)
        )
        return first, second


def trial(history: History, name: str, area: str, start: date) -> Trial:
    """The trial that a runner can make.

    Raises:
        BadInput: that cannot be drawn lots for, or not by this runner; the message says why.
    """
    planned = plannable(name)
    return Trial(planned, planned.ways(history, start), area, start)


def trial_of(plan: Plan) -> Trial:
    """The trial that a plan is of.

    Raises:
        BadInput: another runlog has made the plan, and this one cannot draw lots for that.
    """
    return Trial(plannable(plan.factor), (plan.first, plan.second), plan.area, plan.runs[0].day)
