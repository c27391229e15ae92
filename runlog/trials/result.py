"""Follow a trial's runs and evaluate it: paired differences, their 95% range and the randomisation test.

The primary result is as randomised (intention to treat); the as-treated one stands next to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from runlog.trials.design import MIN_PAIRS, soreness_after_runs, trial_from_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.model import Plan, PlannedRun

if TYPE_CHECKING:
    Floats = NDArray[np.float64]

#: Sums that differ by less than this are equal: means of ratings are no exact numbers.
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ways of running compared within pairs of runs.

    Attributes:
        pairs: how many.
        difference: the mean difference, first way less second, in points.
        low: the lower end of its 95% range; NaN with a single pair, or where all differences are the same.
        high: the upper end.
        p: of all orders that the lots could have fallen in, the share with a difference as far from 0.
    """

    pairs: int
    difference: float
    low: float
    high: float
    p: float


def compare_pairs(differences: Floats) -> Comparison | None:
    """Compare by the differences within pairs; None where there are none.

    The range is Student's over the pairs, the unit in which lots were drawn (Senn, Cross-over Trials in
    Clinical Research, 2002).
    """
    pairs = len(differences)
    if not pairs:
        return None
    mean = float(differences.mean())
    spread = float(differences.std(ddof=1)) if pairs > 1 else 0.0
    margin = float(stdtrit(pairs - 1, 0.975)) * spread / pairs**0.5 if spread > _TOLERANCE else np.nan
    return Comparison(pairs, mean, mean - margin, mean + margin, randomisation_p_value(differences))


def randomisation_p_value(differences: Floats) -> float:
    """Fisher's randomisation test, exact: the share of all 2^m orders with a sum as far from 0.

    Were both ways alike, each rating would have been the same whatever the lot, and only the sign of each
    difference is chance. That holds whatever the ratings' distribution and however they drift. The sums of
    both halves are made apart and each half's are searched for in the other's, so that 40 pairs take 2^20
    steps and not 2^40 (Horowitz & Sahni, J ACM 1974;21:277).
    """
    limit = abs(differences.sum()) - _TOLERANCE
    one, other = (_sums_over_signs(half) for half in np.array_split(differences, 2))
    other.sort()
    at_least = len(other) - np.searchsorted(other, limit - one, side="left")
    at_most = np.searchsorted(other, -limit - one, side="right")
    found = at_least.sum() + at_most.sum() if limit > 0 else len(one) * len(other)
    return float(found / (len(one) * len(other)))


def _sums_over_signs(values: Floats) -> Floats:
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums


#: A planned run may be run so many days late, but not as late as the next one's day.
MAX_DAYS_LATE = 3

AS_ASSIGNED, OTHER_ARM, ARM_UNKNOWN = "kept", "otherwise", "not told"
UPCOMING, MISSED = "to come", "missed"


@dataclass(frozen=True, slots=True)
class RunOutcome:
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


def run_outcomes(history: History, plan: Plan, now: datetime) -> list[RunOutcome]:
    """What became of each run of a plan, in their order.

    A planned run is the longest run of its local day, else of the first day with a run that is at most
    ``LATE_DAYS`` later and before the next planned day. Its rating is that of ``outcomes.after_runs``.

    Args:
        history: what happened.
        plan: whose runs.
        now: aware; what lies after it is to come.
    """
    went, ratings = trial_from_plan(plan).went(history), soreness_after_runs(history, plan.area)
    today = history.clock.day(now)
    found = []
    for number, (planned, last) in enumerate(_run_windows(plan), 1):
        run = _find_run(history, planned.day, last)
        way, rating = (np.nan, np.nan) if run is None else (float(went.loc[run]), float(ratings.loc[run]))
        state = _run_state(planned, way, ran=run is not None, over=today > last)
        pair = (number + 1) // 2
        found.append(RunOutcome(number, pair, planned.day, planned.first, run, way, rating, state))
    return found


def last_counting_day(plan: Plan) -> date:
    """The last day on which a run of the plan counts."""
    return plan.runs[-1].day + timedelta(days=MAX_DAYS_LATE)


def _run_windows(plan: Plan) -> Iterator[tuple[PlannedRun, date]]:
    """Each planned run and the last day on which it may be run."""
    late = timedelta(days=MAX_DAYS_LATE)
    for run, following in zip(plan.runs, plan.runs[1:], strict=False):
        yield run, min(run.day + late, following.day - timedelta(days=1))
    yield plan.runs[-1], last_counting_day(plan)


def _find_run(history: History, first: date, last: date) -> int | None:
    days = history.runs["day"]
    within = history.runs[(days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))]
    if within.empty:
        return None
    of_day = within[within["day"] == within["day"].min()]
    return int(of_day["duration_s"].idxmax())


def _run_state(planned: PlannedRun, way: float, *, ran: bool, over: bool) -> str:
    if not ran:
        return MISSED if over else UPCOMING
    if np.isnan(way):
        return ARM_UNKNOWN
    return AS_ASSIGNED if bool(way) == planned.first else OTHER_ARM


@dataclass(frozen=True, slots=True)
class TrialResult:
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
    runs: tuple[RunOutcome, ...]
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
        return last_counting_day(self.plan) + timedelta(days=1)

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
        return {state: self.count(state) for state in (AS_ASSIGNED, OTHER_ARM, ARM_UNKNOWN, MISSED, UPCOMING)}


def evaluate_trial(history: History, plan: Plan, now: datetime, *, early: bool = False) -> TrialResult:
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
    runs = tuple(run_outcomes(history, plan, now))
    drawn = _pair_differences(runs, [float(one.first) for one in runs])
    done = _pair_differences(runs, [one.went for one in runs])
    over = plan.cancelled is not None or len(drawn) == len(runs) // 2 or _is_past(history, plan, now)
    fewest = 2 if early and not over else MIN_PAIRS
    looked = over or early
    return TrialResult(
        plan,
        runs,
        complete=len(drawn),
        over=over,
        early=early and not over,
        drawn=compare_pairs(drawn) if looked and len(drawn) >= fewest else None,
        done=compare_pairs(done) if looked and len(done) >= fewest else None,
    )


def _is_past(history: History, plan: Plan, now: datetime) -> bool:
    return history.clock.day(now) > last_counting_day(plan) + timedelta(days=1)


def _pair_differences(runs: Sequence[RunOutcome], went: Iterable[float]) -> NDArray[np.float64]:
    """The rating of the first way less that of the second, of each pair that has a rating of both."""
    rating = np.array([one.rating for one in runs]).reshape(-1, 2)
    way = np.array(list(went)).reshape(-1, 2)
    one_of_each = np.abs(way[:, 0] - way[:, 1]) == 1
    difference = np.where(way[:, 0] == 1, rating[:, 0] - rating[:, 1], rating[:, 1] - rating[:, 0])
    return np.asarray(difference[one_of_each & ~np.isnan(difference)])
