"""The noise within pairs of runs: what any difference has to be heard above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.analysis.links.noise import fit_noise
from runlog.analysis.plans.outcomes import after_runs

if TYPE_CHECKING:
    from runlog.analysis.history import History
    from runlog.analysis.plans.trial import Trial

#: So many rated runs are needed for an estimate of the noise, and so many that went either way to take the
#: part of what is planned out of it.
NOISE_FROM, EITHER_WAY = 20, 3
#: The SD of the difference between the ratings of two runs, in points, while too few are known, and between
#: what it may well lie. An assumption and no measurement: ratings that change by a point or two.
ASSUMED_SD, ASSUMED_LOW, ASSUMED_HIGH = 1.5, 1.0, 2.2


@dataclass(frozen=True, slots=True)
class Heard:
    """The noise within pairs of runs.

    Attributes:
        sd: of the difference between two runs of a pair, in points.
        rated: the rated runs that it was estimated from; 0 where it is assumed.
    """

    sd: float
    rated: int


def heard(history: History, trial: Trial, runs_a_week: int) -> Heard:
    """The noise within pairs of runs that follow each other.

    It is that of the ratings after runs (see links/noise.py). Nothing is taken out of it but what is planned
    itself, as all else goes on differing within the pairs.
    """
    ratings = after_runs(history, trial.area).rename("rating").dropna().to_frame()
    ratings["moment"] = history.runs["end"].reindex(ratings.index)
    ratings["went"] = trial.went(history).reindex(ratings.index)
    told = ratings.dropna(subset="went")
    if len(told) >= NOISE_FROM and min((told["went"] == way).sum() for way in (0, 1)) >= EITHER_WAY:
        estimate = fit_noise(told, ["went"])
    elif len(ratings) >= NOISE_FROM:
        estimate = fit_noise(ratings)
    else:
        return Heard(ASSUMED_SD, 0)
    return Heard(estimate.of_difference(7 / max(1, runs_a_week)), estimate.n)
