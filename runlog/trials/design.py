"""Design a trial: the outcome, the noise, the number of pairs, the days and the random assignment.

The within-pair differences are compared with 0 by Student's t. With m pairs, a true difference d and an SD s
of the differences, t is noncentral with m − 1 degrees of freedom and noncentrality d·√m / s, and

    power = P(|t| > t₀),   t₀ the 97.5% point of the central t with m − 1 degrees of freedom,

(Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988, ch. 2; for n-of-1 trials: Senn, "Sample
size considerations for n-of-1 trials", Stat Methods Med Res 2019;28:372). The result is tested by
randomisation instead, exactly. With ratings in whole points its sums over all allocations are two apart, and
what is equal counts as extreme, so that it needs a difference that is larger by 1/m to find as much. How
large s is nobody knows: the power is the mean over what the ratings leave plausible, and the pairs allow for
runs that nobody will rate. tests/trials/test_trials_power.py holds the promise of 80% in simulation.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import count, islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.distributions import chi_points, t_quantile
from runlog.analysis.factors import base
from runlog.analysis.history import ratings_of
from runlog.analysis.links.estimates import fit_noise
from runlog.errors import BadInput
from runlog.model import Area, Plan, PlannedRun
from runlog.trials.interventions import USUAL_WINDOW_DAYS, find_intervention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.model import Floats
    from runlog.trials.interventions import Arms, Intervention

#: The expected probability to find a difference of the size that a plan is made for: what makes it 80% in
#: simulation, where the SD is known from some tens of ratings.
TARGET_POWER = 0.83
#: With fewer pairs no outcome reaches p < .05: 2 of the 2⁵ allocations of five pairs are 6%.
MIN_PAIRS = 6
#: 80 runs are half a year for most.
MAX_PAIRS = 40
#: Soreness lasts for one to three days: on the day after a run it would count for both of a pair.
MIN_DAYS_APART = 2

_T_QUANTILE = 0.975
#: No difference between two ratings is larger, in points.
_SCALE = 10.0
#: At this noncentrality any number of pairs has full power.
_MAX_NONCENTRALITY = 20.0
#: A difference is found once it, or its power, is so exact.
_EXACT_DIFFERENCE, _EXACT_POWER = 1e-9, 1e-10


def _power(df: float, noncentrality: Floats) -> Floats:
    """Return the probability that a noncentral t lies beyond the 97.5% points of the central one.

    With s = √(χ²/df), which is independent of the mean, it is that of a normal value beyond t₀·s.
    """
    s, weight = chi_points(df)
    beyond = t_quantile(_T_QUANTILE, df) * s
    shift = np.abs(noncentrality)[..., None]
    return np.asarray((_normal_tail(beyond - shift) + _normal_tail(beyond + shift)) @ weight)


def _normal_tail(z: Floats) -> Floats:
    return np.asarray(0.5 * _erfc(z / math.sqrt(2)))


_erfc = np.vectorize(math.erfc, otypes=[float])


def expected_power(pairs: int, effect: float, noise: PairNoise) -> float:
    """Return the expected probability that a plan of so many pairs finds a difference at p < .05.

    Some of the pairs will lack a rating; the effect is the true difference, in points, above 0.
    """
    rated = (1.0 - noise.unrated) ** 2  # both runs of a pair
    chance = math.sqrt(pairs * rated * (1.0 - rated))
    powers = []
    for complete in (max(pairs * rated - chance, 2.0), max(pairs * rated + chance, 2.0)):
        needed = max(effect - (1.0 / complete if noise.whole_points else 0.0), 0.0)
        noncentrality = math.sqrt(complete) * needed / np.array(noise.plausible_sds)
        powers.append(_power(complete - 1.0, np.minimum(noncentrality, _MAX_NONCENTRALITY)))
    return float(np.mean(powers))


def pairs_needed(effect: float, noise: PairNoise) -> int | None:
    """Return the fewest pairs with the target power; None where it takes more than ``MAX_PAIRS``."""
    fewest = math.ceil(MIN_PAIRS / (1.0 - noise.unrated) ** 2)
    possible = range(fewest, MAX_PAIRS + 1)  # the more, the more power
    place = bisect_left(possible, TARGET_POWER, key=lambda pairs: expected_power(pairs, effect, noise))
    return possible[place] if place < len(possible) else None


@lru_cache(maxsize=64)  # asked for again by each sentence on a trial
def detectable_difference(pairs: int, noise: PairNoise) -> float:
    """Return the difference, in points, that so many pairs find with the target power; at most 10."""
    low, high = 0.0, _SCALE
    at_low, at_high = -TARGET_POWER, expected_power(pairs, _SCALE, noise) - TARGET_POWER
    if at_high < 0:
        return _SCALE
    while high - low > _EXACT_DIFFERENCE:  # by the regula falsi, each end halved where it stands still
        middle = high - at_high * (high - low) / (at_high - at_low)
        at_middle = expected_power(pairs, middle, noise) - TARGET_POWER
        if abs(at_middle) < _EXACT_POWER:
            return middle
        if at_middle < 0:
            low, at_low, at_high = middle, at_middle, at_high / 2
        else:
            high, at_high, at_low = middle, at_middle, at_low / 2
    return high


def soreness_after_runs(history: History, area: str) -> pd.Series[float]:
    """Return the mean rating of an area in the 24 hours after each run and before the next one's end.

    The mean avoids picking a rating after the fact. Which run a rating may be an effect of is the question of
    exposures (``base.index_of_recent_run``), not which run its entry describes (``build.runs_of_entries``).

    Returns:
        By run id, in the order of the runs' ends; NaN where there is none.
    """
    runs = base.runs_by_end(history)
    rated = ratings_of(history, area)
    position = base.index_of_recent_run(runs, base.to_microseconds(rated["moment"]))
    means = rated["soreness"].groupby(position).mean()
    return pd.Series(means.reindex(np.arange(len(runs))).to_numpy(float), index=runs.index)


@dataclass(frozen=True, slots=True)
class Trial:
    """A comparison of two arms: the intervention, the outcome and the first day."""

    intervention: Intervention  # what is randomised
    arms: Arms  # the two ways of running, in words
    area: str  # the body area whose soreness is compared
    start: date  # its first day; the usual route and shoes are those of the days before

    def received_arm(self, history: History) -> pd.Series[float]:
        """Return the arm that each run received, by its id: 1.0 first, 0.0 second, NaN unknown or neither."""
        return self.intervention.received_arm(history, self.arms, self.start)

    def instructions(self) -> tuple[str, str]:
        """Return what to do on a run of the first arm, and on one of the second."""
        (first, second), (first_arm, second_arm) = self.intervention.instructions, self.arms
        return first.replace("{way}", first_arm), second.replace("{way}", second_arm)


def new_trial(history: History, name: str, area: str, start: date) -> Trial:
    """Make the trial of an intervention for a runner.

    Raises:
        BadInput: it cannot be randomised, or not by this runner; the message says why.
    """
    intervention = find_intervention(name)
    return Trial(intervention, intervention.arms(history, start), area, start)


def trial_from_plan(plan: Plan) -> Trial:
    """Make the trial of a plan.

    Raises:
        BadInput: another version of runlog has made the plan, and this one does not know its intervention.
    """
    return Trial(find_intervention(plan.factor), (plan.first, plan.second), plan.area, plan.runs[0].day)


#: Rated runs needed for an estimate of the noise, and per arm to remove the part of the intervention.
MIN_RATED_RUNS, MIN_RUNS_PER_ARM = 20, 3
#: The SD of the difference between the ratings of two runs while too few are known, and its plausible range.
#: In points. An assumption, not a measurement: ratings that change by a point or two.
ASSUMED_SD, ASSUMED_LOW, ASSUMED_HIGH = 1.5, 1.0, 2.2


#: Assumed share of runs that nobody will rate, as if it had been seen in so many runs before.
_ASSUMED_UNRATED, _ASSUMED_RUNS = 0.2, 5
#: The unrated runs are counted among so many, the last since the first rating.
_RECENT_RUNS = 40
#: More would double the pairs.
_MAX_UNRATED = 0.3


@dataclass(frozen=True, slots=True)
class PairNoise:
    """Noise within pairs of runs."""

    sd: float  # of the difference between two runs of a pair, in points
    rated_runs: int  # number of rated runs that it was estimated from; 0 where it is assumed
    plausible_sds: tuple[float, ...]  # equally probable values of the SD
    unrated: float = 0.0  # share of the runs that are not expected to be rated
    whole_points: bool = True  # all ratings so far are whole numbers


def estimate_pair_noise(history: History, trial: Trial, runs_a_week: int) -> PairNoise:
    """Estimate the noise within pairs of consecutive runs.

    It is that of the ratings after runs (``fit_noise``). Only the part of the intervention is removed, as
    all else goes on differing within the pairs.
    """
    after = soreness_after_runs(history, trial.area).rename("rating")
    ratings = after.dropna().to_frame()
    unrated, whole = share_unrated(after), bool((ratings["rating"] % 1 == 0).all())
    ratings["moment"] = history.runs["end"].reindex(ratings.index)
    ratings["arm"] = trial.received_arm(history).reindex(ratings.index)
    known = ratings.dropna(subset="arm")
    if (
        len(known) >= MIN_RATED_RUNS
        and min((known["arm"] == arm).sum() for arm in (0, 1)) >= MIN_RUNS_PER_ARM
    ):
        estimate = fit_noise(known, ["arm"])
    elif len(ratings) >= MIN_RATED_RUNS:
        estimate = fit_noise(ratings)
    else:
        plausible = np.geomspace(ASSUMED_LOW, ASSUMED_HIGH, 11)
        return PairNoise(ASSUMED_SD, 0, tuple(plausible.tolist()), unrated, whole)
    days_apart = max(7 / max(1, runs_a_week), MIN_DAYS_APART)
    plausible = estimate.plausible_sds_of_difference(days_apart)
    sd = estimate.sd_of_difference(days_apart)
    return PairNoise(sd, estimate.n, tuple(plausible.tolist()), unrated, whole)


def share_unrated(after: pd.Series[float]) -> float:
    """Return the share of runs that will not be rated, by the last ones since the first that was."""
    is_rated = after.notna().to_numpy()
    since = is_rated[np.argmax(is_rated) :][-_RECENT_RUNS:] if is_rated.any() else is_rated[:0]
    missing = float((~since).sum()) + _ASSUMED_UNRATED * _ASSUMED_RUNS
    return min(missing / (len(since) + _ASSUMED_RUNS), _MAX_UNRATED)


def usual_weekdays(history: History) -> tuple[int, ...]:
    """Return the weekdays (0 is Monday) most run on, as many as runs in a week.

    They are those of the eight weeks up to the last run; none where there is no run.
    """
    days = history.runs["day"].drop_duplicates()
    if days.empty:
        return ()
    recent = days[days > days.max() - timedelta(days=USUAL_WINDOW_DAYS)]
    counts = recent.dt.day_of_week.value_counts()
    days_a_week = max(1, round(len(recent) / (USUAL_WINDOW_DAYS / 7)))
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:days_a_week]
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
    """Plan a trial: choose its days and randomise its pairs; the plan has no id yet.

    By default it has as many pairs as it takes for the target power, or ``MAX_PAIRS``. The arguments are
    those of ``TrialRegistry.make``.

    Raises:
        BadInput: there are no usual weekdays, and none are given.
    """
    chosen = tuple(weekdays) or usual_weekdays(history)
    if not chosen:
        raise BadInput("there are no runs to tell on which days you run; say it: --days mon,wed,sat")
    if pairs is None:
        pairs = pairs_needed(effect, estimate_pair_noise(history, trial, len(chosen))) or MAX_PAIRS
    days = islice(_days_on(trial.start, chosen), 2 * pairs)
    runs = zip(days, randomise_pairs(seed, pairs), strict=True)
    return Plan(
        id=0,
        factor=trial.intervention.name,
        area=Area(trial.area),
        first=trial.arms[0],
        second=trial.arms[1],
        effect=effect,
        seed=seed,
        made=made,
        runs=tuple(PlannedRun(day, first) for day, first in runs),
    )


def randomise_pairs(seed: int, pairs: int) -> tuple[bool, ...]:
    """Assign one run of each pair to the first arm, in random order, reproducibly from a seed.

    Python guarantees that ``random`` gives the same for the same seed.

    Returns:
        For each run whether it is of the first arm.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret; the seed is stored so that it can be checked
    coins = (chance.random() < 0.5 for _ in range(pairs))  # noqa: PLR2004 - a coin
    return tuple(is_first for coin in coins for is_first in (coin, not coin))


def _days_on(start: date, weekdays: Iterable[int]) -> Iterator[date]:
    """Yield days on these weekdays from a day on, ``MIN_DAYS_APART`` at least, without end."""
    wanted, last = set(weekdays), start - timedelta(days=MIN_DAYS_APART)
    for ahead in count():
        day = start + timedelta(days=ahead)
        if day.weekday() in wanted and day - last >= timedelta(days=MIN_DAYS_APART):
            last = day
            yield day
