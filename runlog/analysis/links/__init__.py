"""Find which factors a runner's soreness goes together with, and how certain that is.

``links`` is the door: it takes a table of ``exposures`` and returns an effect, its range and a grade per
factor. How it works is described in ``regression`` and ``grading``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runlog.analysis.exposures import PRIMARY_WINDOW, WINDOWS, effect_unit, window_text, windowed_name
from runlog.analysis.links import grading, regression
from runlog.analysis.links.grading import (
    COLLINEAR_ABOVE,
    HINT_BELOW,
    EffectEstimate,
    benjamini_hochberg,
    correlations,
    grade_estimate,
)
from runlog.analysis.links.ratings import check_ratings, days_since_first, make_design, split_by_area
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.analysis.links.regression import Mixture

__all__ = ["LINK_COLUMNS", "METHOD_VERSION", "links"]

#: Changes with every change of the method that changes an answer.
METHOD_VERSION = 2

#: What the answer has for each factor.
LINK_COLUMNS = (
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


def links(
    table: pd.DataFrame, factors: Sequence[str] | None = None, window: int = PRIMARY_WINDOW
) -> pd.DataFrame:
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
    ratings, names = check_ratings(table, _factor_columns(table, factors, window))
    asked = [name for name in names if effect_unit(name).window == window]
    beside = [name for name in names if effect_unit(name).window == PRIMARY_WINDOW != window]
    if names and not asked:
        raise BadInput(
            f"The table of ratings has no factors of {window_text(window)}: make it with "
            f"exposures(history, window={window})."
        )
    rows = [
        {"area": area} | row
        for area, rated in split_by_area(ratings)
        for row in _links_of_area(rated, asked, beside)
    ]
    return pd.DataFrame(rows, columns=list(LINK_COLUMNS))


def _factor_columns(table: pd.DataFrame, factors: Sequence[str] | None, window: int) -> list[str] | None:
    """Name the columns of these factors: in a secondary window theirs, and beside them the primary ones."""
    if window not in WINDOWS:
        raise BadInput(f"unknown window {window!r}; known are {', '.join(map(str, WINDOWS))} (hours)")
    if factors is None:
        return None
    beside = [name for name in factors if window != PRIMARY_WINDOW and name in table.columns]
    return [*(windowed_name(name, window) for name in factors), *beside]


def _links_of_area(
    ratings: pd.DataFrame, asked: Sequence[str], beside: Sequence[str]
) -> list[dict[str, Any]]:
    """Answer for each factor of one area that is asked."""
    outcomes = {name: grading.precheck(ratings, name) for name in (*asked, *beside)}
    spoken_for = choose_representatives(ratings, [name for name in outcomes if outcomes[name] is None])
    for name, (other, r) in spoken_for.items():
        outcomes[name] = "", grading.explain_represented(other, r)
    found = estimate_effects(
        ratings, *([n for n in names if outcomes[n] is None] for names in (asked, beside))
    )
    for name, (other, r) in spoken_for.items():
        if other in found:
            found[other].speaks_for[name] = r
    rows = []
    for name in asked:
        grade, reason = outcomes[name] or grade_estimate(found[name])
        row = _rating_counts(ratings, name) | {"grade": grade, "reason": reason, "method": METHOD_VERSION}
        if name in found:
            row |= {key: value for key, value in asdict(found[name]).items() if key in LINK_COLUMNS}
        rows.append(row)
    return rows


def _rating_counts(ratings: pd.DataFrame, name: str) -> dict[str, Any]:
    known = ratings[name].dropna()
    high = int(grading.is_high(known).sum())
    return {
        "factor": effect_unit(name).factor.name,
        "window": effect_unit(name).window,
        "step": step_size(known, name),
        "ratings": len(ratings),
        "n": len(known),
        "n_high": high,
        "n_low": len(known) - high,
    }


def choose_representatives(ratings: pd.DataFrame, names: Sequence[str]) -> dict[str, tuple[str, float]]:
    """Give for each factor that another one speaks for that other one, and their correlation.

    Args:
        ratings: checked ratings of one area.
        names: the factors that something can be estimated for.
    """
    correlation = correlations(ratings, names)
    found: dict[str, tuple[str, float]] = {}
    asked: list[str] = []
    for name in sorted(names, key=_representative_rank):
        kin = [other for other in asked if _same_family(name, other)]
        closest = max(kin, key=lambda other: abs(correlation[name][other]), default=None)
        if closest is not None and abs(correlation[name][closest]) > COLLINEAR_ABOVE:
            found[name] = closest, correlation[name][closest]
        else:
            asked.append(name)
    return found


def _representative_rank(name: str) -> tuple[bool, int]:
    unit = effect_unit(name)
    return not unit.factor.primary, unit.order


def question_weights(names: Sequence[str]) -> list[float]:
    """Give each factor that is asked its share of the questions, 1 on average."""
    shares = [1.0 / (1 if _is_own_question(name) else _family_size(name, names)) for name in names]
    return [share * len(names) / sum(shares) for share in shares]


def _is_own_question(name: str) -> bool:
    return effect_unit(name).factor.primary or not effect_unit(name).factor.family


def _family_size(name: str, names: Sequence[str]) -> int:
    family = effect_unit(name).factor.family
    return sum(not _is_own_question(other) and effect_unit(other).factor.family == family for other in names)


def _same_family(name: str, other_name: str) -> bool:
    """Return True if two factors are of one family, in the same window."""
    unit, other = effect_unit(name), effect_unit(other_name)
    family = unit.factor.family
    return bool(family) and family == other.factor.family and unit.window == other.window


def estimate_effects(
    ratings: pd.DataFrame, asked: Sequence[str], beside: Sequence[str]
) -> dict[str, EffectEstimate]:
    """Estimate the effects of these factors together.

    Args:
        ratings: checked ratings of one area, not all the same.
        asked: the factors that the answers are about, each of which varies.
        beside: others that enter the regression with them.
    """
    names = [*asked, *beside]
    if not asked:
        return {}
    columns = make_design(ratings, names)
    found = regression.fit_effects(columns)
    per_step = _per_step(ratings, names, columns.spread)
    effect, low, high = (
        per_step * end for end in (found.mean(), found.quantile(0.025), found.quantile(0.975))
    )
    p = found.two_sided()
    q = _false_discovery_rates(asked, p[: len(asked)])
    first, second = _effects_by_half(ratings, names)
    tau, share, n_eff = _error_model(found, ratings)
    with_time = ratings[names].corrwith(ratings["moment"].astype("int64"))
    moves_with = grading.collinear_factors(ratings, names)
    return {
        name: EffectEstimate(
            n=int(ratings[name].count()),
            effect=float(effect[i]),
            low=float(low[i]),
            high=float(high[i]),
            p=float(p[i]),
            q=float(q[i]),
            per_sd=float(found.mean()[i]),
            se=float(found.sd()[i]),
            first_half=first.get(name, np.nan),
            second_half=second.get(name, np.nan),
            tau_days=float(tau[i]),
            lasting=float(share[i]),
            n_eff=n_eff,
            r_time=float(with_time[name]),
            moves_with=moves_with[name],
            window=effect_unit(name).window,
        )
        for i, name in enumerate(asked)
    }


def step_size(values: pd.Series[float], name: str) -> float:
    """Return the step of a factor in its own unit; NaN where it is relative and nothing is known."""
    factor = effect_unit(name).factor
    return factor.step * abs(float(values.mean())) if factor.relative else factor.step


def _false_discovery_rates(asked: Sequence[str], p: np.ndarray) -> np.ndarray:
    """Give the q of each factor of one area.

    In a secondary window a p counts twice: there are two such windows, and who looks into one looks
    into the other.
    """
    looks = 1 if effect_unit(asked[0]).window == PRIMARY_WINDOW else len(WINDOWS) - 1
    return benjamini_hochberg(np.minimum(1.0, looks * p / question_weights(asked)))


def _per_step(ratings: pd.DataFrame, names: Sequence[str], spread: np.ndarray) -> np.ndarray:
    """What turns an effect per SD into one per step."""
    return np.asarray([step_size(ratings[name], name) for name in names] / spread, dtype=float)


def _effects_by_half(
    ratings: pd.DataFrame, names: Sequence[str]
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Estimate the effects per step from each half of the diary by itself, where its ratings suffice."""
    if len(ratings) < HINT_BELOW:
        return {}, {}
    middle = len(ratings) // 2
    return _effects_of_half(ratings, ratings.iloc[:middle], names), _effects_of_half(
        ratings, ratings.iloc[middle:], names
    )


def _effects_of_half(ratings: pd.DataFrame, half: pd.DataFrame, names: Sequence[str]) -> Mapping[str, float]:
    names = [name for name in names if grading.precheck(half, name) is None]
    if not names:
        return {}
    columns = make_design(half, names)
    effect = regression.fit_effects(columns).mean() * _per_step(ratings, names, columns.spread)
    return dict(zip(names, effect.tolist(), strict=True))


def _error_model(found: Mixture, ratings: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Give τ in days (its geometric mean) and w of what is unexplained, by factor; and what is left of n.

    The last is the number of independent ratings that would tell the mean level as well.
    """
    points = regression.error_grid()
    tau, share = np.exp(found.average(np.log(points.tau))), found.average(points.share)
    typical = regression.ErrorGrid(tau[:1], share[:1], np.zeros(1))
    white, _ = regression.whiten(days_since_first(ratings), np.ones((len(ratings), 1)), typical)
    return tau, share, float((white**2).sum())
