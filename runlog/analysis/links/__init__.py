"""Links: what soreness goes together with, for one runner, and how sure that is.

The question is that of an n-of-1 study without an experimenter: some tens or hundreds of ratings of one
person, each beside the factors as they stood just then. Three things make plain correlation cry wolf here.
Ratings resemble those of the days before, so that they are fewer than they look. Factors drift too (the
kilometres on a shoe only rise), and any two things that drift correlate. And who asks of a dozen factors
finds one by chance. What is done about each:

1. **All factors in one regression** of the rating, so that a factor is asked what it adds to the others
   (design.py).
2. **Errors that last.** What the factors leave unexplained is a level that wanders plus noise of the day:
   Cov = σ²[w·exp(−Δt/τ) + (1 − w)·I], with Δt the true days between ratings. Nobody knows τ and w for a
   runner, so the answer is averaged over a grid of them, each point weighted by how well it foretells the
   ratings (gls.py). This is the Bayesian form of generalised least squares with continuous-time AR(1) errors
   (Jones 1980; for n-of-1 studies: Schmid, "Marginal and dynamic regression models for longitudinal
   data", Stat Med 2001;20:3295).
3. **A sceptical prior.** While one factor is estimated, each other column is held to effects of the size of
   N(0, (0.35 s)²) per SD of it, s the ratings' SD, and the factor itself to N(0, (0.75 s)²). Without a prior,
   a dozen factors and 40 ratings gave 10% false alarms. With 0.25 s for all, strong effects were shrunk so
   far that their 95% range held the truth in three of four simulated diaries only; with 0.25 s for the
   others alone, a strong effect leaked into a factor that moves with it. The variance of the errors is
   estimated with the degrees of freedom that the columns leave (gls.py); tests/bench/calibration.py
   measures all this.
4. **Many factors.** p is the smaller tail of the averaged distribution, twice; q is p after Benjamini–
   Hochberg over the factors of the area (grade.py).
5. **Grades that say what is missing**, and no grade where the diary cannot tell: a factor that does not
   vary, is unknown for more than half of the ratings that it applies to, or moves with another one
   (withheld.py). Two factors with a correlation beyond 0.7 stay in the regression together; only one that is
   found *in spite of* the other keeps its grade, B at most, and its reason names the other. What only ever
   rises or falls, as the kilometres on the only pair of shoes do, is a C at most: it cannot be told apart
   from time.

The 95% range is a Bayesian one: over effects of all sizes that the prior expects it holds the truth about
95 times of 100, and somewhat more often with few ratings. What lies beyond the prior (effects of more than a
point per SD, from few ratings) is told too small rather than too large.

All this is association. Nobody drew lots over who warms up, so it goes together with, and proves no cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog.analysis.links import withheld
from runlog.analysis.links.answers import answers, size
from runlog.analysis.links.grade import graded
from runlog.analysis.links.sentence import sentence
from runlog.analysis.links.table import by_area, checked

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COLUMNS", "links", "sentence"]

#: What the answer has for each factor.
COLUMNS = (
    "area",
    "factor",
    "step",
    "effect",
    "low",
    "high",
    "p",
    "q",
    "n",
    "n_high",
    "n_low",
    "grade",
    "reason",
)


def links(table: pd.DataFrame, factors: Sequence[str] | None = None) -> pd.DataFrame:
    """Find what a runner's ratings go together with.

    Args:
        table: a row per rating, in any order: ``moment`` (aware), ``rating`` (NaN: left out), ``area``
            (optional; each area is looked at by itself) and numeric columns of factors (NaN is unknown).
        factors: the columns to look at; None is every numeric column.

    Returns:
        A row per factor and area, with

        - area (None where the table has none), factor
        - step: the difference in the factor, in its own unit, that the effect is told for: that of the
          known factor of this name (a relative one as a fraction of the factor's mean), else 1
        - effect, low, high: rating points per step, and the 95% range; NaN without an answer
        - p, q: two-sided tail probability, and the same after Benjamini–Hochberg
        - n: ratings at which the factor was known; n_high, n_low: of those, the ratings above the factor's
          middle and the others (for a factor of 0 and 1: ones and zeros; else above its median and not above)
        - grade: "A", "B", "C" (leans one way), "hint" (20 to 39 ratings), "none" (no sign), "describe"
          (fewer than 20 ratings), or "" where the reason says that the diary cannot tell
        - reason: a sentence or two.

    Raises:
        BadInput: the table lacks a column, a moment has no time zone, or a factor holds no numbers.
    """
    ratings, names = checked(table, factors)
    rows = [{"area": area} | row for area, rated in by_area(ratings) for row in _of_area(rated, names)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_area(ratings: pd.DataFrame, names: Sequence[str]) -> list[dict[str, Any]]:
    """Answer for each factor of one area."""
    outcomes = {name: withheld.beforehand(ratings, name) for name in names}
    found = answers(ratings, [name for name in names if outcomes[name] is None])
    rows = []
    for name in names:
        grade, reason = outcomes[name] or graded(found[name])
        row = _counts(ratings, name) | {"grade": grade, "reason": reason}
        if name in found:
            row |= {key: getattr(found[name], key) for key in ("effect", "low", "high", "p", "q")}
        rows.append(row)
    return rows


def _counts(ratings: pd.DataFrame, name: str) -> dict[str, Any]:
    known = ratings[name].dropna()
    high = int(withheld.is_high(known).sum())
    return {
        "factor": name,
        "step": size(known, name),
        "n": len(known),
        "n_high": high,
        "n_low": len(known) - high,
    }
