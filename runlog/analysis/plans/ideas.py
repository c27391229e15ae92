"""What would tell more: the trials that a runner can make, the one that tells most for its runs first.

The diary leaves a range for the effect of each thing that can be drawn lots for. A trial of r runs whose
difference has the standard error e narrows a range of SD s to 1/√(1/s² + 1/e²). What that is worth depends
on whether anything is to be found that the runner would notice, so the ideas are in the order of

    P(|effect| ≥ the difference asked for) × (what the range narrows by) / (runs)

with the effect taken as normal around the middle of its range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import norm

from runlog.analysis.exposures import exposures
from runlog.analysis.factors import FACTORS, asof
from runlog.analysis.links import links
from runlog.analysis.links.noise import noise
from runlog.analysis.plans import drawing, power
from runlog.analysis.plans.outcomes import after_runs
from runlog.analysis.plans.ways import PLANNABLE
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from runlog.analysis.history import History
    from runlog.analysis.plans.ways import Plannable

#: So many rated runs are needed for an estimate of the noise, and so many that went either way to take the
#: part of what is planned out of it.
NOISE_FROM, EITHER_WAY = 20, 3
#: The SD of the difference between the ratings of two runs, in points, while too few are known, and between
#: what it may well lie. An assumption and no measurement: ratings that change by a point or two.
ASSUMED_SD, ASSUMED_LOW, ASSUMED_HIGH = 1.5, 1.0, 2.2
#: The range of an effect that the diary says nothing of: two points either way.
UNKNOWN_RANGE = (-2.0, 2.0)

_ENDS = 2 * 1.96


@dataclass(frozen=True, slots=True)
class Heard:
    """The noise within pairs of runs.

    Attributes:
        sd: of the difference between two runs of a pair, in points.
        rated: the rated runs that it was estimated from; 0 where it is assumed.
    """

    sd: float
    rated: int


@dataclass(frozen=True, slots=True)
class Idea:
    """One trial that could be made.

    Attributes:
        planned: of what.
        ways: the runner's two ways.
        low: the lower end of the range that the diary leaves, first way less second, in points; NaN where
            it says nothing.
        high: its upper end.
        grade: of the link, or "".
        heard: the noise that it has to be heard above.
        effect: the difference to be told, in points.
        pairs: of runs that it takes; as many as can be asked for where more would be needed.
        tells: the difference that so many pairs tell in 8 of 10 cases.
        chance: that there is a difference of that size, as far as the diary knows.
        score: what the ideas are ordered by.
    """

    planned: Plannable
    ways: tuple[str, str]
    low: float
    high: float
    grade: str
    heard: Heard
    effect: float
    pairs: int
    tells: float
    chance: float
    score: float


def ideas(history: History, area: str, day: date, effect: float = 1.0) -> list[Idea]:
    """The trials of an area that a runner can make from a day on, the one that tells most first.

    Args:
        history: what happened.
        area: whose soreness is to be compared.
        day: the first on which a run could be planned.
        effect: the difference that is to be told, in points.
    """
    table = exposures(history, area)
    weekdays = drawing.usual_weekdays(history)
    found = []
    for planned in PLANNABLE:
        try:
            ways = planned.ways(history, day)
        except BadInput:
            continue
        known = present(history, table, planned, ways, day)
        found.append(_idea(planned, ways, known, heard(history, area, planned, ways, day, weekdays), effect))
    return sorted(found, key=lambda idea: -idea.score)


def heard(
    history: History,
    area: str,
    planned: Plannable,
    ways: tuple[str, str],
    day: date,
    weekdays: Sequence[int],
) -> Heard:
    """The noise within pairs of runs on these weekdays: what any difference has to be heard above.

    It is that of the ratings after runs. Nothing is taken out of it but what is planned itself, as all else
    goes on differing within the pairs.
    """
    ratings = after_runs(history, area).rename("rating").dropna().to_frame()
    ratings["moment"] = history.runs["end"].reindex(ratings.index)
    ratings["went"] = planned.done(history, ways, day).reindex(ratings.index)
    told = ratings.dropna(subset="went")
    if len(told) >= NOISE_FROM and min((told["went"] == way).sum() for way in (0, 1)) >= EITHER_WAY:
        estimate = noise(told, ["went"])
    elif len(ratings) >= NOISE_FROM:
        estimate = noise(ratings)
    else:
        return Heard(ASSUMED_SD, 0)
    return Heard(estimate.of_difference(drawing.apart(weekdays)), estimate.n)


def present(
    history: History, table: pd.DataFrame, planned: Plannable, ways: tuple[str, str], day: date
) -> pd.Series:
    """What the diary says of a difference so far: the row of ``links`` for it.

    For a warm-up it is the link of that factor. What is no factor by itself (the usual route against
    another one) is put into the table of exposures in the place of the factors that are about the same thing.
    """
    if planned.name not in table:
        table = _with_ways(history, table, planned, ways, day)
    found = links(table).set_index("factor")
    return (
        found.loc[planned.name]
        if planned.name in found.index
        else pd.Series({"low": np.nan, "high": np.nan, "grade": ""})
    )


def _with_ways(
    history: History, table: pd.DataFrame, planned: Plannable, ways: tuple[str, str], day: date
) -> pd.DataFrame:
    moments = pd.DatetimeIndex(table["moment"])
    runs = asof.ended(history)
    went = planned.done(history, ways, day).reindex(runs.index).to_numpy(float)
    after = asof.of_fresh_run(runs, np.ones(len(runs)), moments).notna().to_numpy()
    replaced = [factor.name for factor in FACTORS if factor.family in planned.families]
    values = asof.of_fresh_run(runs, went, moments).to_numpy()
    return table.drop(columns=replaced).assign(**{planned.name: values})[after]


def _idea(
    planned: Plannable, ways: tuple[str, str], known: pd.Series, noise_heard: Heard, effect: float
) -> Idea:
    low, high = float(known["low"]), float(known["high"])
    ends = UNKNOWN_RANGE if np.isnan(low) else (low, high)
    middle, sd = sum(ends) / 2, max((ends[1] - ends[0]) / _ENDS, 1e-3)
    pairs = power.pairs_needed(effect, noise_heard.sd) or power.MOST
    chance = float(norm.sf((effect - middle) / sd) + norm.cdf((-effect - middle) / sd))
    error = noise_heard.sd / pairs**0.5
    narrowed = sd - (1 / sd**2 + 1 / error**2) ** -0.5
    return Idea(
        planned,
        ways,
        low,
        high,
        str(known["grade"]),
        noise_heard,
        effect,
        pairs,
        power.detectable(pairs, noise_heard.sd),
        chance,
        score=chance * narrowed * _ENDS / (2 * pairs),
    )
