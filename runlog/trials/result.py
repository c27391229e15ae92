"""Match a trial's planned runs to the runs done, and evaluate the paired differences.

Each comparison has a mean, its 95% range and the p of the randomisation test. The primary one is as
randomised (intention to treat); the as-treated one stands next to it.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.distributions import t_quantile
from runlog.trials.design import MIN_DAYS_APART, MIN_PAIRS, soreness_after_runs, trial_from_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.model import Floats, Plan, PlannedRun


#: Sums that differ by less than this are equal: means of ratings are no exact numbers.
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    """Comparison of two arms within pairs of runs."""

    pairs: int
    difference: float  # mean difference, first arm less second, in points
    low: float  # lower end of its 95% range; NaN with a single pair, or where all differences are the same
    high: float  # upper end of the range
    p: float  # share of all possible allocations with a difference as far from 0


def compare_pairs(differences: Floats) -> Comparison | None:
    """Compare two arms by the differences within pairs; return None where there are none.

    The range is Student's over the pairs, the unit of randomisation (Senn, Cross-over Trials in Clinical
    Research, 2002).
    """
    pairs = len(differences)
    if not pairs:
        return None
    mean = float(differences.mean())
    spread = float(differences.std(ddof=1)) if pairs > 1 else 0.0
    margin = t_quantile(0.975, pairs - 1) * spread / pairs**0.5 if spread > _TOLERANCE else np.nan
    return Comparison(pairs, mean, mean - margin, mean + margin, randomisation_p_value(differences))


def randomisation_p_value(differences: Floats) -> float:
    """Return the exact p of Fisher's randomisation test: the share of all 2^m allocations as far from 0.

    If both arms are alike, each rating is the same whatever was assigned, and only the signs of the
    differences are chance. That holds for any distribution and drift of the ratings. The sums of
    both halves are computed apart and searched for in each other, so that 40 pairs take 2^20 steps and not
    2^40 (Horowitz & Sahni, J ACM 1974;21:277).
    """
    limit = abs(differences.sum()) - _TOLERANCE
    left, right = (_sums_over_signs(half) for half in np.array_split(differences, 2))
    right.sort()
    at_least = len(right) - np.searchsorted(right, limit - left, side="left")
    at_most = np.searchsorted(right, -limit - left, side="right")
    extreme = at_least.sum() + at_most.sum() if limit > 0 else len(left) * len(right)
    return float(extreme / (len(left) * len(right)))


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
    """Outcome of one planned run."""

    run_number: int  # from 1 on
    pair: int  # from 1 on
    day: date  # the day that it was planned for
    assigned_first: bool  # the first arm was assigned
    run: int | None  # id of the run done; None where there is none
    received_arm: float  # 1.0 the first arm, 0.0 the second, NaN unknown or neither
    rating: float  # points after it; NaN where none was given
    state: str  # "to come", "missed", "kept" (run as assigned), "otherwise" (the other arm), or "not told"


def run_outcomes(history: History, plan: Plan, now: datetime) -> list[RunOutcome]:
    """Match each planned run to the run that was done, its arm and its rating.

    A planned run is the longest run of its local day, else of the first day with a run that is at most
    ``MAX_DAYS_LATE`` later and before the next planned day; the second run of a pair at least
    ``design.MIN_DAYS_APART`` days after the first. Its rating is that of ``design.soreness_after_runs``.
    One that may still be done is "to come".
    """
    received = trial_from_plan(plan).received_arm(history)
    ratings = soreness_after_runs(history, plan.area)
    today = history.clock.day(now)
    outcomes: list[RunOutcome] = []
    earliest = date.min
    for number, (planned, last) in enumerate(_run_windows(plan), 1):
        is_second = number % 2 == 0
        run = _find_run(history, max(planned.day, earliest) if is_second else planned.day, last)
        earliest = date.min  # of the other run of its pair
        if run is not None:
            ran = pd.Timestamp(history.runs["day"].loc[run]).date()
            earliest = ran + timedelta(days=MIN_DAYS_APART)
        arm, rating = (np.nan, np.nan) if run is None else (float(received.loc[run]), float(ratings.loc[run]))
        state = _run_state(planned, arm, ran=run is not None, over=today > last)
        pair = (number + 1) // 2
        outcomes.append(RunOutcome(number, pair, planned.day, planned.first, run, arm, rating, state))
    return outcomes


def last_counting_day(plan: Plan) -> date:
    """Return the last day on which a run of the plan counts."""
    return plan.runs[-1].day + timedelta(days=MAX_DAYS_LATE)


def _run_windows(plan: Plan) -> Iterator[tuple[PlannedRun, date]]:
    """Yield each planned run with the last day on which it may be run."""
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


def _run_state(planned: PlannedRun, arm: float, *, ran: bool, over: bool) -> str:
    if not ran:
        return MISSED if over else UPCOMING
    if np.isnan(arm):
        return ARM_UNKNOWN
    return AS_ASSIGNED if bool(arm) == planned.first else OTHER_ARM


class Conclusion(Enum):
    """The conclusion from a finished trial; each text that tells it words one of these."""

    UNLIKELY_CHANCE = auto()
    HINT = auto()
    LARGE_UNLIKELY = auto()
    OPEN = auto()


#: Up to this p chance is an unlikely reason for a difference.
_ALPHA = 0.05


def conclude(comparison: Comparison, effect: float) -> Conclusion:
    """Conclude from a comparison as randomised, of a trial planned to detect so many points."""
    unlikely_chance = comparison.p <= _ALPHA
    excludes_zero = comparison.low > 0 or comparison.high < 0
    if not np.isnan(comparison.low) and excludes_zero != unlikely_chance:
        return Conclusion.HINT
    if unlikely_chance:
        return Conclusion.UNLIKELY_CHANCE
    return Conclusion.LARGE_UNLIKELY if max(-comparison.low, comparison.high) < effect else Conclusion.OPEN


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Result of a plan as of a moment."""

    plan: Plan
    runs: tuple[RunOutcome, ...]
    complete_pairs: int  # pairs of which both runs are rated
    over: bool  # nothing more can come, or it was cancelled: the result may be looked at
    early: bool  # this is an interim look, before that
    today: date  # the local day of the moment
    # the comparison of the assigned arms, whatever was done (the primary one); None where it is not to be
    # looked at yet or rests on fewer than `MIN_PAIRS` pairs (interim look: than 2)
    as_randomised: Comparison | None
    # the comparison of the received arms, in the pairs with one run of each; None for the same reasons
    as_treated: Comparison | None

    @property
    def pairs(self) -> int:
        """Number of planned pairs."""
        return len(self.runs) // 2

    @property
    def last_rating_day(self) -> date:
        """Last day on which a rating may still come."""
        return last_counting_day(self.plan) + timedelta(days=1)

    @property
    def next_run(self) -> RunOutcome | None:
        """The next run to come; None where there is none, or the trial is over."""
        return None if self.over else next((run for run in self.runs if run.state == UPCOMING), None)

    @property
    def next_arm(self) -> str | None:
        """The arm of the next run, in words; None before its day."""
        return None if self.next_run is None else self.shown_arm(self.next_run)

    def shown_arm(self, run: RunOutcome) -> str | None:
        """Return the arm of a run, in words; None before its day."""
        return self.plan.shown_arm(self.plan.runs[run.run_number - 1], self.today)

    @property
    def unrated(self) -> int:
        """Number of runs that were done and not rated."""
        return sum(run.run is not None and math.isnan(run.rating) for run in self.runs)

    @property
    def states(self) -> Counter[str]:
        """Number of runs in each state."""
        return Counter(run.state for run in self.runs)


def evaluate_trial(history: History, plan: Plan, now: datetime, *, early: bool = False) -> TrialResult:
    """Evaluate a plan by what happened until now.

    Before its end no difference is computed, unless ``early`` asks for it: who looks every day and stops
    when it pleases finds something by chance far more often than in 5 of 100 cases (Armitage, McPherson &
    Rowe, J R Stat Soc A 1969;132:235).
    """
    runs = tuple(run_outcomes(history, plan, now))
    as_randomised = _pair_differences(runs, [float(run.assigned_first) for run in runs])
    as_treated = _pair_differences(runs, [run.received_arm for run in runs])
    complete = len(as_randomised)
    ended = history.clock.day(now) > last_counting_day(plan) + timedelta(days=1)
    over = plan.cancelled is not None or complete == len(runs) // 2 or ended
    fewest = 2 if early and not over else MIN_PAIRS
    looked = over or early
    return TrialResult(
        plan,
        runs,
        complete_pairs=complete,
        over=over,
        early=early and not over,
        today=history.clock.day(now),
        as_randomised=compare_pairs(as_randomised) if looked and complete >= fewest else None,
        as_treated=compare_pairs(as_treated) if looked and len(as_treated) >= fewest else None,
    )


def _pair_differences(runs: Sequence[RunOutcome], arms: Sequence[float]) -> Floats:
    """Return the rating of the first arm less that of the second, for each pair with both ratings."""
    rating = np.array([run.rating for run in runs]).reshape(-1, 2)
    arm = np.array(arms).reshape(-1, 2)
    one_of_each = np.abs(arm[:, 0] - arm[:, 1]) == 1
    difference = np.where(arm[:, 0] == 1, rating[:, 0] - rating[:, 1], rating[:, 1] - rating[:, 0])
    return np.asarray(difference[one_of_each & ~np.isnan(difference)])
