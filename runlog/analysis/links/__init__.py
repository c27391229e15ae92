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
   estimated with the degrees of freedom that the columns leave (gls.py). With s for the factor itself,
   something was found in 13 of 100 diaries where nothing is linked, instead of in 10;
   tests/bench/calibration measures all this.
4. **Many factors.** Of those of one family that move together, such as acute load and its ratio to the
   chronic one, one is asked and speaks for all; which one, no rating decides (families.py). p is the
   smaller tail of the averaged distribution, twice; q is p after Benjamini–Hochberg over the factors of the
   area that are asked, in which each factor of the mission is one question and the others of a family are
   one together. That keeps the share of false findings among the findings at 10%; with one true effect,
   something else is then found as well in up to a fifth of diaries, which is what such a share means.
5. **Grades that say what is missing**, and no grade where the diary cannot tell: a factor that does not
   vary, is unknown for more than half of the ratings that it applies to, or moves with one of another
   family (withheld.py). Two such with a correlation beyond 0.7 stay in the regression together; only one
   that is found *in spite of* the other keeps its grade, B at most, and its reason names the other. What
   only ever rises or falls, as the kilometres on the only pair of shoes do, is a C at most: it cannot be
   told apart from time. What each half of the diary says by itself is told beside every finding.
6. **One primary window.** The factors of the last run are those of the 24 hours before the rating. What the
   run of a day or two before adds is asked apart, beside the primary factors, with each p counted twice and
   a B at most (exposures.py).

The weekday, that of the runner's own day, has terms of its own from 80 ratings on (design.py).

The 95% range is a Bayesian one: over effects of all sizes that the prior expects it holds the truth about
95 times of 100, and somewhat more often with few ratings. What lies beyond the prior (effects of more than a
point per SD, from few ratings) is told too small rather than too large. What no method can give is told by
tests/bench/calibration/RESULTS.md: a factor that changes slowly, such as the kilometres on a shoe, is hard
to tell from a level that drifts, and takes two hundred ratings where a warm-up takes forty.

All this is association. Nobody drew lots over who warms up, so it goes together with, and proves no cause.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog.analysis.links import withheld
from runlog.analysis.links.answers import answers, size
from runlog.analysis.links.families import spokesmen
from runlog.analysis.links.grade import graded
from runlog.analysis.links.sentence import sentence
from runlog.analysis.links.steps import PRIMARY, WINDOWS, between, lagged, step_of
from runlog.analysis.links.table import by_area, checked
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COLUMNS", "METHOD", "links", "sentence"]

#: Changes with every change of the method that changes an answer.
METHOD = 2

#: What the answer has for each factor.
COLUMNS = (
    "area",
    "factor",
    "window",
    "step",
    "effect",
    "low",
    "high",
    "p",
    "q",
    "ratings",
    "n",
    "n_high",
    "n_low",
    "grade",
    "reason",
    "per_sd",
    "se",
    "first_half",
    "second_half",
    "tau_days",
    "lasting",
    "n_eff",
    "r_time",
    "moves_with",
    "speaks_for",
    "method",
)


def links(table: pd.DataFrame, factors: Sequence[str] | None = None, window: int = PRIMARY) -> pd.DataFrame:
    """Find what a runner's ratings go together with.

    Args:
        table: a row per rating, in any order: ``moment`` (aware), ``rating`` (NaN: left out), ``area``
            (optional; each area is looked at by itself), ``day`` (optional: dates of the runner's calendar,
            for the weekday; else it is the moment's own) and numeric columns of factors (NaN is unknown).
        factors: the factors to look at; None is every numeric column.
        window: 24 for the factors as of the rating. 48 and 72 are the secondary windows: what the values of
            the run that ended 24 to 48 (48 to 72) hours before go together with, from a table of
            ``exposures(..., window=...)``, whose primary factors then stay beside them in the regression.

    Returns:
        A row per factor and area, with

        - area (None where the table has none), factor, window
        - step: the difference in the factor, in its own unit, that the effect is told for: that of the
          known factor of this name (a relative one as a fraction of the factor's mean), else 1
        - effect, low, high: rating points per step, and the 95% range; NaN without an answer
        - p, q: two-sided tail probability, and the same after Benjamini–Hochberg
        - ratings: those of the area
        - n: ratings at which the factor was known; n_high, n_low: of those, the ratings above the factor's
          middle and the others (for a factor of 0 and 1: ones and zeros; else above its median and not above)
        - grade: "A", "B", "C" (leans one way), "hint" (20 to 39 ratings), "none" (no sign), "describe"
          (fewer than 20 ratings), or "" where the reason says that the diary cannot tell
        - reason: a sentence or two
        - per_sd, se: rating points per SD of the factor, and the SD of its posterior
        - first_half, second_half: the effect per step from each half of the diary alone (from 40 ratings on)
        - tau_days, lasting: how many days the unexplained level lasts, and its share of what is unexplained
          (posterior means; of τ the geometric one)
        - n_eff: the number of independent ratings that would tell the mean level as well as these
        - r_time: correlation of the factor with the time of the ratings
        - moves_with, speaks_for: by factor, the correlations with those that it cannot well be told apart
          from, and with those of its family that it was asked for
        - method: METHOD.

    Raises:
        BadInput: the table lacks a column, a moment has no time zone, a factor holds no numbers, or there
            is no such window.
    """
    ratings, names = checked(table, _columns(table, factors, window))
    asked = [name for name in names if step_of(name).window == window]
    beside = [name for name in names if step_of(name).window == PRIMARY != window]
    if names and not asked:
        raise BadInput(
            f"The table of ratings has no factors of {between(window)}: make it with "
            f"exposures(history, window={window})."
        )
    rows = [
        {"area": area} | row for area, rated in by_area(ratings) for row in _of_area(rated, asked, beside)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _columns(table: pd.DataFrame, factors: Sequence[str] | None, window: int) -> list[str] | None:
    """Name the columns of these factors: in a secondary window theirs, and beside them the primary ones."""
    if window not in WINDOWS:
        raise BadInput(f"unknown window {window!r}; known are {', '.join(map(str, WINDOWS))} (hours)")
    if factors is None:
        return None
    beside = [name for name in factors if window != PRIMARY and name in table.columns]
    return [*(lagged(name, window) for name in factors), *beside]


def _of_area(ratings: pd.DataFrame, asked: Sequence[str], beside: Sequence[str]) -> list[dict[str, Any]]:
    """Answer for each factor of one area that is asked."""
    outcomes = {name: withheld.beforehand(ratings, name) for name in (*asked, *beside)}
    spoken_for = spokesmen(ratings, [name for name in outcomes if outcomes[name] is None])
    for name, (other, r) in spoken_for.items():
        outcomes[name] = "", withheld.spoken_for(other, r)
    found = answers(ratings, *([n for n in names if outcomes[n] is None] for names in (asked, beside)))
    for name, (other, r) in spoken_for.items():
        if other in found:
            found[other].speaks_for[name] = r
    rows = []
    for name in asked:
        grade, reason = outcomes[name] or graded(found[name])
        row = _counts(ratings, name) | {"grade": grade, "reason": reason, "method": METHOD}
        if name in found:
            row |= {key: value for key, value in asdict(found[name]).items() if key in COLUMNS}
        rows.append(row)
    return rows


def _counts(ratings: pd.DataFrame, name: str) -> dict[str, Any]:
    known = ratings[name].dropna()
    high = int(withheld.is_high(known).sum())
    return {
        "factor": step_of(name).factor,
        "window": step_of(name).window,
        "step": size(known, name),
        "ratings": len(ratings),
        "n": len(known),
        "n_high": high,
        "n_low": len(known) - high,
    }
