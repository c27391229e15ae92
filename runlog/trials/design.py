"""Design a trial: the outcome, the noise, the number of pairs, the days and the random assignment.

The within-pair differences are compared with 0 by Student's t. With m pairs, a true difference d and an SD s
of the differences, t is noncentral with m − 1 degrees of freedom and noncentrality d·√m / s, and

    power = P(|t| > t₀),   t₀ the 97.5% point of the central t with m − 1 degrees of freedom,

computed from t², which is noncentral F with 1 and m − 1 degrees of freedom and noncentrality m·d²/s² (Cohen,
Statistical Power Analysis for the Behavioral Sciences, 1988, ch. 2; for n-of-1 trials: Senn, "Sample size
considerations for n-of-1 trials", Stat Methods Med Res 2019;28:372). The randomisation test of the result
has the same power to within a few hundredths (see the tests of the trials).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ncfdtr, stdtrit

from runlog.analysis.factors import base
from runlog.analysis.links.noise import fit_noise
from runlog.errors import BadInput
from runlog.model import Area, Plan, PlannedRun
from runlog.trials.interventions import USUAL_WINDOW_DAYS, find_intervention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.trials.interventions import Arms, Intervention

#: What a plan promises: to find a difference of the size it is made for in so many of 10 cases.
TARGET_POWER = 0.8
#: With fewer pairs no outcome at all is unlikely enough: 2 of 2⁵ draws are 6%.
MIN_PAIRS = 6
#: 80 runs are half a year for most.
MAX_PAIRS = 40

_T_QUANTILE = 0.975
#: With this noncentrality any number of pairs has all the power; far beyond it noncentral F is not computed.
_MAX_NONCENTRALITY = 400.0


def power_of_test(pairs: int, effect: float, sd: float) -> float:
    """The probability that so many pairs find a difference at p < .05.

    Args:
        pairs: 2 or more.
        effect: the true difference, in points, not 0.
        sd: of the differences within pairs, in points.
    """
    df = pairs - 1
    return 1.0 - float(ncfdtr(1, df, pairs * (effect / sd) ** 2, stdtrit(df, _T_QUANTILE) ** 2))


def pairs_needed(effect: float, sd: float) -> int | None:
    """The fewest pairs with the promised power; None where it takes more than ``MOST``."""
    return next(
        (
            pairs
            for pairs in range(MIN_PAIRS, MAX_PAIRS + 1)
            if power_of_test(pairs, effect, sd) >= TARGET_POWER
        ),
        None,
    )


def detectable_difference(pairs: int, sd: float) -> float:
    """The difference, in points, that so many pairs find with the promised power."""
    sure_to_be_found = (_MAX_NONCENTRALITY / pairs) ** 0.5
    unit = brentq(lambda effect: power_of_test(pairs, effect, 1.0) - TARGET_POWER, 0.05, sure_to_be_found)
    return float(unit) * sd


def soreness_after_runs(history: History, area: str) -> pd.Series[float]:
    """Return the mean rating of an area in the 24 hours after each run and before the next one's end.

    The mean avoids picking a rating after the fact. Which run a rating may be an effect of is the question of
    exposures (``base.index_of_recent_run``), not which run its entry describes (``build.runs_of_entries``).

    Returns:
        By run id, in the order of the runs' ends; NaN where there is none.
    """
    runs = base.runs_by_end(history)
    entries = history.entries
    rated = entries[entries["soreness"].notna() & (entries["area"] == area)]
    position = base.index_of_recent_run(runs, base.to_microseconds(rated["moment"]))
    means = rated["soreness"].groupby(position).mean()
    return pd.Series(means.reindex(np.arange(len(runs))).to_numpy(float), index=runs.index)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a plan is about.

    Attributes:
        planned: what is drawn lots for.
        ways: the two ways of running, in words.
        area: the body area whose soreness is compared.
        start: its first day; what is usual is so by the days before.
    """

    planned: Intervention
    ways: Arms
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


def new_trial(history: History, name: str, area: str, start: date) -> Trial:
    """The trial that a runner can make.

    Raises:
        BadInput: that cannot be drawn lots for, or not by this runner; the message says why.
    """
    planned = find_intervention(name)
    return Trial(planned, planned.ways(history, start), area, start)


def trial_from_plan(plan: Plan) -> Trial:
    """The trial that a plan is of.

    Raises:
        BadInput: another runlog has made the plan, and this one cannot draw lots for that.
    """
    return Trial(find_intervention(plan.factor), (plan.first, plan.second), plan.area, plan.runs[0].day)


#: So many rated runs are needed for an estimate of the noise, and so many that went either way to take the
#: part of what is planned out of it.
MIN_RATED_RUNS, MIN_RUNS_PER_ARM = 20, 3
#: The SD of the difference between the ratings of two runs, in points, while too few are known, and between
#: what it may well lie. An assumption and no measurement: ratings that change by a point or two.
ASSUMED_SD, ASSUMED_LOW, ASSUMED_HIGH = 1.5, 1.0, 2.2


@dataclass(frozen=True, slots=True)
class PairNoise:
    """The noise within pairs of runs.

    Attributes:
        sd: of the difference between two runs of a pair, in points.
        rated: the rated runs that it was estimated from; 0 where it is assumed.
    """

    sd: float
    rated: int


def estimate_pair_noise(history: History, trial: Trial, runs_a_week: int) -> PairNoise:
    """The noise within pairs of runs that follow each other.

    It is that of the ratings after runs (see links/noise.py). Nothing is taken out of it but what is planned
    itself, as all else goes on differing within the pairs.
    """
    ratings = soreness_after_runs(history, trial.area).rename("rating").dropna().to_frame()
    ratings["moment"] = history.runs["end"].reindex(ratings.index)
    ratings["went"] = trial.went(history).reindex(ratings.index)
    told = ratings.dropna(subset="went")
    if len(told) >= MIN_RATED_RUNS and min((told["went"] == way).sum() for way in (0, 1)) >= MIN_RUNS_PER_ARM:
        estimate = fit_noise(told, ["went"])
    elif len(ratings) >= MIN_RATED_RUNS:
        estimate = fit_noise(ratings)
    else:
        return PairNoise(ASSUMED_SD, 0)
    return PairNoise(estimate.of_difference(7 / max(1, runs_a_week)), estimate.n)


def usual_weekdays(history: History) -> tuple[int, ...]:
    """The weekdays (0 is Monday) that the runner ran on most, as many as runs in a week.

    Those of the eight weeks up to the last run; none where there is no run.
    """
    days = history.runs["day"].drop_duplicates()
    if days.empty:
        return ()
    recent = days[days > days.max() - timedelta(days=USUAL_WINDOW_DAYS)]
    each = recent.dt.day_of_week.value_counts()
    a_week = max(1, round(len(recent) / (USUAL_WINDOW_DAYS / 7)))
    most = sorted(each.items(), key=lambda item: (-item[1], item[0]))[:a_week]
    return tuple(sorted(int(weekday) for weekday, _ in most))


def plan_trial(
    history: History,
    trial: Trial,
    *,
    weekdays: Iterable[int] = (),
    pairs: int | None = None,
    effect: float = 1.0,
    seed: int,
    made: datetime,
) -> Plan:
    """Draw the lots of a plan, which has no id yet.

    Args:
        history: what happened, which tells the noise and the usual weekdays.
        trial: what the plan is about, and its first day.
        weekdays: of the runs, 0 is Monday; by default the usual ones.
        pairs: of runs; by default so many as tell the effect with the promised power, or ``power.MOST``.
        effect: the difference that it is made to tell, in points.
        seed: of the lots.
        made: now.

    Raises:
        BadInput: there are no usual weekdays, and none are given.
    """
    chosen = tuple(weekdays) or usual_weekdays(history)
    if not chosen:
        raise BadInput("there are no runs to tell on which days you run; say it: --days mon,wed,sat")
    if pairs is None:
        pairs = pairs_needed(effect, estimate_pair_noise(history, trial, len(chosen)).sd) or MAX_PAIRS
    days = islice(_days_on(trial.start, chosen), 2 * pairs)
    runs = zip(days, randomise_pairs(seed, pairs), strict=True)
    return Plan(
        id=0,
        factor=trial.planned.name,
        area=Area(trial.area),
        first=trial.ways[0],
        second=trial.ways[1],
        effect=effect,
        seed=seed,
        made=made,
        runs=tuple(PlannedRun(day, first) for day, first in runs),
    )


def randomise_pairs(seed: int, pairs: int) -> tuple[bool, ...]:
    """Draw which run of each pair goes the first way: one does and one does not, in an order by chance.

    The same seed always draws the same (Python keeps what ``random`` gives for a seed).
    """
    chance = random.Random(seed)  # noqa: S311 - a lot, no secret; its seed is kept so that it can be checked
    drawn = (chance.random() < 0.5 for _ in range(pairs))  # noqa: PLR2004 - a coin
    return tuple(first for lot in drawn for first in (lot, not lot))


def _days_on(start: date, weekdays: Iterable[int]) -> Iterator[date]:
    """The days from a day on that fall on these weekdays, without end."""
    wanted = set(weekdays)
    days = (start + timedelta(days=ahead) for ahead in count())
    return (day for day in days if day.weekday() in wanted)
