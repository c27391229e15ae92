"""Find which factors a runner's soreness goes together with, and how certain that is.

``links`` takes a table of ``exposures`` and returns an effect, its range and a grade per factor. How it works
is described in ``regression``, ``estimates`` and ``grading``. Here false findings are kept rare although many
factors, several body areas and every week are looked at:

1. **Many factors.** q is p after Benjamini–Hochberg over the groups of an area, and Simes within each group.
   A group is what answers one question in several ways: a family of factors, and columns of no family that
   correlate with each other or with a factor (``estimates.find_rivals``). Within a group each primary factor
   is a question of its own and the others of a family share one, so that a dozen measures of form weigh no
   more than a single one (weighted: Genovese, Roeder & Wasserman, Biometrika 2006;93:509).
2. **Several areas** are one family of questions: Simes per area, then Benjamini–Hochberg over the areas
   (Benjamini & Bogomolov, J R Stat Soc B 2014;76:297).
3. **Looking again and again.** Who looks at the same growing diary every week finds something by chance
   sooner or later. So grades are settled at milestones only, from the ratings up to the milestone, and each
   milestone spends a part of the error that a year is allowed (Lan & DeMets, Biometrika 1983;70:659).
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runlog.analysis.exposures import (
    PRIMARY_WINDOW,
    WINDOWS,
    check_window,
    effect_unit,
    window_text,
    windowed_name,
)
from runlog.analysis.links import grading
from runlog.analysis.links.estimates import AreaFit, fit_area, repeat_without_rpe
from runlog.analysis.links.ratings import check_ratings, is_high, split_by_area, step_size
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.model import Bools, Floats

__all__ = ["LINK_COLUMNS", "METHOD_VERSION", "links", "step_size"]

#: Rises with every change of the method that changes a result.
METHOD_VERSION = 3

#: The numbers of ratings at which grades are settled; after the last every hundred.
MILESTONES = (40, 60, 90, 130, 200)
_THEN_EVERY = 100
#: The largest q that is a finding at a milestone. So a year of milestones costs 4 to 8% of error, by
#: simulation; shares that grow or fall with the milestones found less for as much (tests/bench/calibration).
ALLOWED_Q = 0.025

#: The columns of fields of an ``EffectEstimate`` that are called otherwise.
_COLUMNS = {"autocorrelated_share": "lasting", "collinear_with": "moves_with", "represents": "speaks_for"}
#: The columns of ``links``, described there.
LINK_COLUMNS = (
    *("area", "factor", "window", "step", "effect", "low", "high", "p", "q"),
    *("ratings", "n", "n_high", "n_low", "grade", "reason", "per_sd", "se", "first_half", "second_half"),
    *("tau_days", "lasting", "n_eff", "r_time", "moves_with", "speaks_for", "method"),
    *("settled_at", "next_at", "unique", "unique_low", "unique_high", "b", "s", "short_reason"),
)


def links(
    table: pd.DataFrame, factors: Sequence[str] | None = None, window: int = PRIMARY_WINDOW
) -> pd.DataFrame:
    """Estimate what a runner's ratings go together with.

    Args:
        table: a row per rating, in any order: ``moment`` (aware), ``rating`` (NaN: left out), ``area``
            (optional; each area is estimated by itself), ``day`` (optional: dates of the runner's calendar,
            for the weekday; else it is the moment's own) and numeric columns of factors (NaN is unknown).
        factors: columns to estimate; None is every numeric column.
        window: 24 for the factors as of the rating. 48 and 72 are the secondary windows: what the values of
            the run that ended 24 to 48 (48 to 72) hours before go together with, from a table of
            ``exposures(..., window=...)``, whose primary factors then stay in the regression with them.

    Returns:
        A row per factor and area, with

        - area (None where the table has none), factor, window
        - step: the difference in the factor, in its own unit, that the effect is given for: that of the
          factor of this name (a relative one as a fraction of its mean), else 1
        - effect, low, high: rating points per step, and the 95% range; NaN without an answer. The factor is
          estimated without those of its family and without columns of no family that correlate with it
        - p: two-sided tail probability
        - q: p after Simes in each group of factors and Benjamini–Hochberg over the groups and the areas, from
          the ratings that the grade was settled from
        - ratings: those of the area
        - n: ratings at which the factor was known; n_high, n_low: of those, the ratings above the factor's
          middle and the others (for a factor of 0 and 1: ones and zeros; else above its median and not above)
        - grade: "A", "B", "C" (leans one way), "hint" (20 to 39 ratings, or not settled yet), "none" (no
          sign), "describe" (fewer than 20 ratings), or "" where nothing can be estimated
        - reason: a sentence or two
        - per_sd, se: rating points per SD of the factor, and the SD of its posterior
        - first_half, second_half: the effect per step from each half alone of the ratings that the grade was
          settled from
        - tau_days, lasting: how many days the unexplained level lasts, and its share of what is unexplained
          (posterior means; of τ the geometric one)
        - n_eff: the number of independent ratings that would give the mean level as exactly as these
        - r_time: correlation of the factor with the time of the ratings
        - moves_with, speaks_for: by factor, the correlations with those that it is collinear with, and with
          those of its family that it represents
        - method: METHOD_VERSION
        - settled_at: from how many ratings of the area, the first in time, q and grade were settled; NaN
          where they were not. They stay until the next milestone, while effect and range go on moving
        - next_at: the number of ratings at which the grade is settled next
        - unique, unique_low, unique_high: the effect per step beside all other factors, and its 95% range
        - b, s: mean and SD of the effect per step with a flat prior, as pooling over runners needs them
        - short_reason: the heart of the reason in a few words; "" where nothing can be estimated.

    A rating that is added or changed later for an earlier moment enters the first ratings, and may so change
    what they settled.

    Raises:
        BadInput: the table lacks a column, a moment has no time zone, a factor holds no numbers, or there
            is no such window.
    """
    check_window(window)
    columns = None
    if factors is not None:  # in a secondary window those of that window, and the primary ones
        adjusted_for = [name for name in factors if window != PRIMARY_WINDOW and name in table.columns]
        columns = [*(windowed_name(name, window) for name in factors), *adjusted_for]
    ratings, names = check_ratings(table, columns)
    asked = [name for name in names if effect_unit(name).window == window]
    adjusted_for = [name for name in names if effect_unit(name).window == PRIMARY_WINDOW != window]
    if names and not asked:
        raise BadInput(
            "The table of ratings has no factors of {when}: make it with "
            "exposures(history, window={window}).",
            when=window_text(window),
            window=window,
        )
    areas = dict(split_by_area(ratings))
    settled = Settlements(areas, asked, adjusted_for)
    rows = [
        {"area": area} | row
        for area, rated in areas.items()
        for row in _links_of_area(rated, asked, adjusted_for, settled.of(area))
    ]
    return pd.DataFrame(rows, columns=list(LINK_COLUMNS))


def effect_range(table: pd.DataFrame, factor: str) -> tuple[float, float]:
    """Return low and high of a factor as ``links`` does, from ratings of one area; settle no grade."""
    ratings, names = check_ratings(table, None)
    estimate = fit_area(ratings, names, (), halves=False).estimates.get(factor)
    return (np.nan, np.nan) if estimate is None else (estimate.low, estimate.high)


class Settlements:
    """The fits at milestones of all areas of a table, whose checked ratings are given; see `fit_area`."""

    def __init__(
        self, areas: Mapping[str | None, pd.DataFrame], asked: Sequence[str], adjusted_for: Sequence[str]
    ) -> None:
        self._areas, self._asked, self._adjusted_for = areas, asked, adjusted_for
        self._fits: dict[tuple[str | None, int], AreaFit] = {}

    def of(self, area: str | None) -> AreaFit | None:
        """Return the fit of an area at its last milestone, with q over all areas; None before the first."""
        milestone = last_milestone(len(self._areas[area]))
        return None if milestone is None else self.at(area, milestone)

    def at(self, area: str | None, milestone: int) -> AreaFit:
        """Return the fit of an area at a milestone that it has reached, with q over all areas.

        The other areas count with what their last milestones by that moment said, so that nothing which is
        rated later changes what was settled.
        """
        rated = self._areas[area]
        moment = rated["moment"].iloc[milestone - 1]
        simes = {area: _simes(self._fit(area, milestone))}
        for other, ratings in self._areas.items():
            by_then = last_milestone(int((ratings["moment"] <= moment).sum()))
            if other != area and by_then is not None:
                simes[other] = _simes(self._fit(other, by_then))
        fit, ratio = self._fit(area, milestone), factor_of_areas(simes, area)
        estimates = {
            name: replace(estimate, q=min(1.0, estimate.q * ratio), allowed_q=ALLOWED_Q)
            for name, estimate in fit.estimates.items()
        }
        fit = fit._replace(estimates=estimates)
        if any(estimate.is_found for estimate in estimates.values()):
            fit = repeat_without_rpe(rated.iloc[:milestone], fit, self._adjusted_for)
        return fit

    def _fit(self, area: str | None, milestone: int) -> AreaFit:
        key = area, milestone
        if key not in self._fits:
            ratings = self._areas[area].iloc[:milestone]
            self._fits[key] = with_q(fit_area(ratings, self._asked, self._adjusted_for, halves=True))
        return self._fits[key]


def last_milestone(ratings: int) -> int | None:
    """Return the last milestone that so many ratings have reached; None before the first."""
    if ratings >= MILESTONES[-1]:
        return ratings // _THEN_EVERY * _THEN_EVERY
    return max((milestone for milestone in MILESTONES if milestone <= ratings), default=None)


def next_milestone(ratings: int) -> int:
    """Return the milestone after so many ratings."""
    if ratings >= MILESTONES[-1]:
        return (ratings // _THEN_EVERY + 1) * _THEN_EVERY
    return min(milestone for milestone in MILESTONES if milestone > ratings)


def benjamini_hochberg(p: Floats) -> Floats:
    """Return the q of each p: the smallest false discovery rate at which it is still found.

    Benjamini and Hochberg, J R Stat Soc B 1995;57:289. The smallest of them is the p of Simes' test that
    there is nothing at all (Biometrika 1986;73:751).
    """
    order = np.argsort(p)[::-1]
    rank = np.arange(len(p), 0, -1)
    q = np.empty_like(p)
    q[order] = np.minimum.accumulate(p[order] * len(p) / rank)
    return np.minimum(q, 1.0)


def grouped_q(p: Floats, groups: Sequence[int], weights: Floats) -> Floats:
    """Return the q of each factor: weighted Simes within its group, then Benjamini–Hochberg over groups."""
    labels = np.asarray(groups)
    within, simes = np.empty_like(p), []
    for label in np.unique(labels):
        member = labels == label
        share = weights[member] / weights[member].mean()
        within[member] = benjamini_hochberg(np.minimum(1.0, p[member] / share))
        simes.append(within[member].min())
    over_groups = benjamini_hochberg(np.array(simes))
    ratio = over_groups / np.maximum(simes, np.finfo(float).tiny)
    return np.minimum(1.0, within * ratio[np.searchsorted(np.unique(labels), labels)])


def with_q(fit: AreaFit) -> AreaFit:
    """Return a fit with the q of its factors.

    In a secondary window a p counts twice, as there are two such windows.
    """
    names = list(fit.estimates)
    if not names:
        return fit
    p = np.array([estimate.p for estimate in fit.estimates.values()])
    if effect_unit(names[0]).window != PRIMARY_WINDOW:
        p = np.minimum(1.0, (len(WINDOWS) - 1) * p)
    rivals = [{rival.name for rival in estimate.rivals} for estimate in fit.estimates.values()]
    linked = np.array([[other in of_one for other in names] for of_one in rivals])
    q = grouped_q(p, connected_groups(linked), np.array(question_weights(names)))
    estimates = {
        name: replace(estimate, q=float(value))
        for (name, estimate), value in zip(fit.estimates.items(), q, strict=True)
    }
    return fit._replace(estimates=estimates)


def question_weights(names: Sequence[str]) -> list[float]:
    """Return the weight of each factor among the questions; the mean is 1.

    A primary factor and one of no family are questions of their own; the others of a family share one.
    """
    factors = [effect_unit(name).factor for name in names]
    shared = [factor.family for factor in factors if not factor.primary and factor.family]
    shares = [1.0 / (1 if factor.primary else max(1, shared.count(factor.family))) for factor in factors]
    return [share * len(names) / sum(shares) for share in shares]


def _simes(fit: AreaFit) -> float:
    """Return the p of Simes' test that an area has no link at all."""
    return min((estimate.q for estimate in fit.estimates.values()), default=1.0)


def factor_of_areas(simes: Mapping[str | None, float], area: str | None) -> float:
    """Return by how much the q of an area grow because others are looked at too, by each one's smallest q."""
    names = list(simes)
    q = benjamini_hochberg(np.array([simes[name] for name in names]))
    own = simes[area]
    return float(q[names.index(area)] / own) if own > 0 else float(len(names))


def connected_groups(linked: Bools) -> list[int]:
    """Return the number of the connected group of each item, from a symmetric matrix of direct links."""
    group = list(range(len(linked)))
    for i, j in np.argwhere(linked):
        if group[i] != group[j]:
            old, new = max(group[i], group[j]), min(group[i], group[j])
            group = [new if label == old else label for label in group]
    return group


def _links_of_area(
    ratings: pd.DataFrame, asked: Sequence[str], adjusted_for: Sequence[str], settled: AreaFit | None
) -> list[dict[str, Any]]:
    """Return a row for each factor of one area that is asked about."""
    fit = with_q(fit_area(ratings, asked, adjusted_for, halves=False))
    milestone = last_milestone(len(ratings))
    rows = []
    for name in asked:
        row = _rating_counts(ratings, name) | {"method": METHOD_VERSION}
        row["next_at"] = next_milestone(len(ratings))
        reason, estimate = fit.prechecks[name], fit.estimates.get(name)
        if estimate is None:
            verdict = grading.Verdict(*(reason or ("", "")), "")
        else:
            columns = {_COLUMNS.get(key, key): value for key, value in asdict(estimate).items()}
            rivals = {one.name: one.r for one in estimate.rivals if abs(one.r) > grading.COLLINEAR_ABOVE}
            columns["moves_with"] |= rivals
            row |= {key: value for key, value in columns.items() if key in LINK_COLUMNS}
            if settled is not None and name in settled.estimates:
                then = settled.estimates[name]
                verdict = grading.grade_estimate(then)
                row |= {"settled_at": milestone, "q": then.q}
                row |= {"first_half": then.first_half, "second_half": then.second_half}
            else:
                verdict = grading.grade_unsettled(estimate, row["next_at"])
        row |= {"grade": verdict.grade, "reason": verdict.reason, "short_reason": verdict.short}
        rows.append(row)
    return rows


def _rating_counts(ratings: pd.DataFrame, name: str) -> dict[str, Any]:
    known = ratings[name].dropna()
    high = int(is_high(known).sum())
    return {
        "factor": effect_unit(name).factor.name,
        "window": effect_unit(name).window,
        "step": step_size(known, name),
        "ratings": len(ratings),
        "n": len(known),
        "n_high": high,
        "n_low": len(known) - high,
    }
