"""Suggest trials, ordered by how much each would tell per run.

The diary leaves a range for the effect of each intervention. A trial of r runs whose difference has the
standard error e narrows a range of SD s to 1/√(1/s² + 1/e²). Its value depends on whether there is an effect
large enough to notice, so the suggestions are in the order of

    P(|effect| ≥ the difference asked for) × (what the range narrows by) / (runs)

with the effect taken as normal around the middle of its range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlog.analysis.exposures import exposures
from runlog.analysis.factors import FACTORS, base
from runlog.analysis.links import effect_range, links
from runlog.errors import BadInput
from runlog.trials import design
from runlog.trials.design import estimate_pair_noise, new_trial, usual_weekdays
from runlog.trials.interventions import INTERVENTIONS

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.trials.design import PairNoise, Trial

#: The range of an effect that the diary says nothing of: what the prior of the links expects of a habit that
#: is done half of the time, in ratings with an SD of 1.2 points.
PRIOR_RANGE = (-1.2, 1.2)

_RANGE_IN_SDS = 2 * 1.96


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A trial that could be made."""

    trial: Trial  # what it compares
    # lower end of the range that the diary leaves, first arm less second, in points; NaN where it says
    # nothing
    low: float
    high: float  # upper end of that range
    grade: str  # of the link, or ""
    noise: PairNoise  # within its pairs
    effect: float  # the difference to be detected, in points
    pairs: int  # that it takes, at most `design.MAX_PAIRS`
    p_effect: float  # probability of a difference of at least `effect`, as far as the diary knows
    score: float  # suggestions are ordered by it

    @property
    def detectable(self) -> float:
        """The difference that so many pairs detect in 8 of 10 cases."""
        return design.detectable_difference(self.pairs, self.noise)


class Evidence(NamedTuple):
    """What the diary says of an area: its exposures, and the links of those."""

    table: pd.DataFrame
    estimates: pd.DataFrame


def suggest_trials(
    history: History,
    area: str,
    day: date,
    effect: float = 1.0,
    evidence: Evidence | None = None,
    *,
    graded: bool = True,
) -> list[Suggestion]:
    """Return the trials that a runner can make from a day on, the most informative per run first.

    They compare the soreness of a body area, to detect an effect of so many points. What the diary says of
    the area is computed where it is not at hand. Where they are not graded, the grade of an intervention that
    is no factor is left out; grading takes most of the time, and no order depends on it.
    """
    if evidence is None:
        table = exposures(history, area)
        evidence = Evidence(table, links(table))
    runs_a_week = len(usual_weekdays(history))
    suggestions = []
    for intervention in INTERVENTIONS:
        try:
            trial = new_trial(history, intervention.name, area, day)
        except BadInput:
            continue
        estimate = current_estimate(history, evidence, trial, graded=graded)
        noise = estimate_pair_noise(history, trial, runs_a_week)
        suggestions.append(_make_suggestion(trial, estimate, noise, effect))
    return sorted(suggestions, key=lambda suggestion: -suggestion.score)


def current_estimate(history: History, evidence: Evidence, trial: Trial, *, graded: bool) -> Estimate:
    """Return the current estimate from the diary: what ``links`` says of the intervention.

    For a warm-up it is the link of that factor. An intervention that is no factor (the usual route or another
    one) replaces the factors of the same family in the table of exposures.
    """
    name = trial.intervention.name
    if name in evidence.table:
        rows = evidence.estimates
    else:
        table = _add_intervention(history, evidence.table, trial)
        if not graded:
            return Estimate(*effect_range(table, name), "")
        rows = links(table)
    rows = rows[rows["factor"] == name]
    return Estimate(*rows[["low", "high", "grade"]].iloc[0]) if len(rows) else Estimate()


class Estimate(NamedTuple):
    """The range of an effect in points, NaN where nothing is known, and its grade."""

    low: float = math.nan
    high: float = math.nan
    grade: str = ""


def _add_intervention(history: History, table: pd.DataFrame, trial: Trial) -> pd.DataFrame:
    runs = base.runs_by_end(history)
    position = base.index_of_recent_run(runs, base.to_microseconds(table["moment"]))
    arms = base.take_at(trial.received_arm(history).reindex(runs.index).to_numpy(float), position)
    replaced = [factor.name for factor in FACTORS if factor.family in trial.intervention.factor_families]
    return table.drop(columns=replaced).assign(**{trial.intervention.name: arms})[position >= 0]


def _make_suggestion(trial: Trial, estimate: Estimate, noise: PairNoise, effect: float) -> Suggestion:
    low, high, grade = estimate
    ends = PRIOR_RANGE if np.isnan(low) else (low, high)
    middle, sd = sum(ends) / 2, max((ends[1] - ends[0]) / _RANGE_IN_SDS, 1e-3)
    pairs = design.pairs_needed(effect, noise) or design.MAX_PAIRS
    p_effect = _normal_below((middle - effect) / sd) + _normal_below((-effect - middle) / sd)
    error = noise.sd / (pairs**0.5 * (1 - noise.unrated))
    narrowed = sd - (1 / sd**2 + 1 / error**2) ** -0.5
    return Suggestion(
        trial,
        low,
        high,
        grade,
        noise,
        effect,
        pairs,
        p_effect,
        score=p_effect * narrowed * _RANGE_IN_SDS / (2 * pairs),
    )


def _normal_below(z: float) -> float:
    """Return the mass of the normal distribution below z, however small."""
    return 0.5 * math.erfc(-z / math.sqrt(2))
