"""Suggest trials, ordered by how much each would tell per run.

The diary leaves a range for the effect of each intervention. A trial of r runs whose difference has the
standard error e narrows a range of SD s to 1/√(1/s² + 1/e²). Its value depends on whether there is an effect
large enough to notice, so the suggestions are in the order of

    P(|effect| ≥ the difference asked for) × (what the range narrows by) / (runs)

with the effect taken as normal around the middle of its range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtr

from runlog.analysis.exposures import exposures
from runlog.analysis.factors import FACTORS, base
from runlog.analysis.links import links
from runlog.errors import BadInput
from runlog.trials import design
from runlog.trials.design import estimate_pair_noise, new_trial, usual_weekdays
from runlog.trials.interventions import INTERVENTIONS

if TYPE_CHECKING:
    from datetime import date

    from runlog.analysis.history import History
    from runlog.trials.design import PairNoise, Trial

#: The range of an effect that the diary says nothing of: what the prior of the links expects of a habit that
#: is done half of the time, in ratings with an SD of 1.2 points.
PRIOR_RANGE = (-1.2, 1.2)

_RANGE_IN_SDS = 2 * 1.96


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One trial that could be made.

    Attributes:
        trial: what it is about.
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

    trial: Trial
    low: float
    high: float
    grade: str
    heard: PairNoise
    effect: float
    pairs: int
    tells: float
    chance: float
    score: float


def suggest_trials(history: History, area: str, day: date, effect: float = 1.0) -> list[Suggestion]:
    """The trials of an area that a runner can make from a day on, the one that tells most first.

    Args:
        history: what happened.
        area: whose soreness is to be compared.
        day: the first on which a run could be planned.
        effect: the difference that is to be told, in points.
    """
    table = exposures(history, area)
    runs_a_week = len(usual_weekdays(history))
    found = []
    for planned in INTERVENTIONS:
        try:
            possible = new_trial(history, planned.name, area, day)
        except BadInput:
            continue
        known, noise_heard = (
            current_estimate(history, table, possible),
            estimate_pair_noise(history, possible, runs_a_week),
        )
        found.append(_make_suggestion(possible, known, noise_heard, effect))
    return sorted(found, key=lambda idea: -idea.score)


def current_estimate(history: History, table: pd.DataFrame, about: Trial) -> pd.Series:
    """What the diary says of a difference so far: the row of ``links`` for it.

    For a warm-up it is the link of that factor. What is no factor by itself (the usual route against
    another one) is put into the table of exposures in the place of the factors that are about the same thing.
    """
    name = about.planned.name
    if name not in table:
        table = _add_intervention(history, table, about)
    found = links(table)
    of_it = found[found["factor"] == name]
    return of_it.iloc[0] if len(of_it) else pd.Series({"low": np.nan, "high": np.nan, "grade": ""})


def _add_intervention(history: History, table: pd.DataFrame, about: Trial) -> pd.DataFrame:
    moments = pd.DatetimeIndex(table["moment"])
    runs = base.runs_by_end(history)
    after = base.value_of_recent_run(runs, np.ones(len(runs)), moments).notna().to_numpy()
    went = base.value_of_recent_run(runs, about.went(history).reindex(runs.index).to_numpy(float), moments)
    replaced = [factor.name for factor in FACTORS if factor.family in about.planned.families]
    return table.drop(columns=replaced).assign(**{about.planned.name: went.to_numpy()})[after]


def _make_suggestion(about: Trial, known: pd.Series, noise_heard: PairNoise, effect: float) -> Suggestion:
    low, high = float(known["low"]), float(known["high"])
    ends = PRIOR_RANGE if np.isnan(low) else (low, high)
    middle, sd = sum(ends) / 2, max((ends[1] - ends[0]) / _RANGE_IN_SDS, 1e-3)
    pairs = design.pairs_needed(effect, noise_heard.sd) or design.MAX_PAIRS
    chance = float(ndtr((middle - effect) / sd) + ndtr((-effect - middle) / sd))
    error = noise_heard.sd / pairs**0.5
    narrowed = sd - (1 / sd**2 + 1 / error**2) ** -0.5
    return Suggestion(
        about,
        low,
        high,
        str(known["grade"]),
        noise_heard,
        effect,
        pairs,
        design.detectable_difference(pairs, noise_heard.sd),
        chance,
        score=chance * narrowed * _RANGE_IN_SDS / (2 * pairs),
    )
