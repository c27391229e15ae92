"""What became of each run of a plan: which run it was, how it was run, and how it was rated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.plans.outcomes import after_runs
from runlog.analysis.plans.trial import trial_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from runlog.analysis.history import History
    from runlog.model import Plan, PlannedRun

#: A planned run may be run so many days late, but not as late as the next one's day.
LATE_DAYS = 3

KEPT, OTHERWISE, UNTOLD = "kept", "otherwise", "not told"
TO_COME, MISSED = "to come", "missed"


@dataclass(frozen=True, slots=True)
class Done:
    """One planned run and what became of it.

    Attributes:
        number: from 1 on.
        pair: likewise.
        day: that it was planned for.
        first: whether the lot fell on the first way.
        run: the id of the run that it was; None where there is none.
        went: 1.0 the first way, 0.0 the second, NaN not told or neither.
        rating: points after it; NaN where none was given.
        state: "to come", "missed", "kept" (run the way the lot said), "otherwise", or "not told".
    """

    number: int
    pair: int
    day: date
    first: bool
    run: int | None
    went: float
    rating: float
    state: str


def followed(history: History, plan: Plan, now: datetime) -> list[Done]:
    """What became of each run of a plan, in their order.

    A planned run is the longest run of its local day, else of the first day with a run that is at most
    ``LATE_DAYS`` later and before the next planned day. Its rating is that of ``outcomes.after_runs``.

    Args:
        history: what happened.
        plan: whose runs.
        now: aware; what lies after it is to come.
    """
    went, ratings = trial_of(plan).went(history), after_runs(history, plan.area)
    today = local_day(history, now)
    found = []
    for number, (planned, last) in enumerate(_windows(plan), 1):
        run = _run_between(history, planned.day, last)
        way, rating = (np.nan, np.nan) if run is None else (float(went.loc[run]), float(ratings.loc[run]))
        state = _state(planned, way, ran=run is not None, over=today > last)
        pair = (number + 1) // 2
        found.append(Done(number, pair, planned.day, planned.first, run, way, rating, state))
    return found


def local_day(history: History, now: datetime) -> date:
    """The local day of a moment, on the clock of the settings."""
    return now.astimezone(history.settings.zone).date()


def last_day(plan: Plan) -> date:
    """The last day on which a run of the plan counts."""
    return plan.runs[-1].day + timedelta(days=LATE_DAYS)


def _windows(plan: Plan) -> Iterator[tuple[PlannedRun, date]]:
    """Each planned run and the last day on which it may be run."""
    late = timedelta(days=LATE_DAYS)
    for run, following in zip(plan.runs, plan.runs[1:], strict=False):
        yield run, min(run.day + late, following.day - timedelta(days=1))
    yield plan.runs[-1], last_day(plan)


def _run_between(history: History, first: date, last: date) -> int | None:
    days = history.runs["day"]
    within = history.runs[(days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))]
    if within.empty:
        return None
    of_day = within[within["day"] == within["day"].min()]
    return int(of_day["duration_s"].idxmax())


def _state(planned: PlannedRun, way: float, *, ran: bool, over: bool) -> str:
    if not ran:
        return MISSED if over else TO_COME
    if np.isnan(way):
        return UNTOLD
    return KEPT if bool(way) == planned.first else OTHERWISE
