"""Find which factors a runner's soreness goes together with, and how certain that is.

``links`` takes a table of ``exposures`` and returns an effect, its range and a grade per factor. How it works
is described in ``regression`` and ``grading``.
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
from runlog.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.analysis.links.regression import Mixture

__all__ = ["LINK_COLUMNS", "METHOD_VERSION", "links"]

#: Rises with every change of the method that changes a result.
METHOD_VERSION = 2

#: The columns of fields of an ``EffectEstimate`` that are called otherwise.
_COLUMNS = {"autocorrelated_share": "lasting", "collinear_with": "moves_with", "represents": "speaks_for"}
#: The columns of ``links``, described there.
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
        - effect, low, high: rating points per step, and the 95% range; NaN without an answer
        - p, q: two-sided tail probability, and the same after Benjamini–Hochberg
        - ratings: those of the area
        - n: ratings at which the factor was known; n_high, n_low: of those, the ratings above the factor's
          middle and the others (for a factor of 0 and 1: ones and zeros; else above its median and not above)
        - grade: "A", "B", "C" (leans one way), "hint" (20 to 39 ratings), "none" (no sign), "describe"
          (fewer than 20 ratings), or "" where nothing can be estimated
        - reason: a sentence or two
        - per_sd, se: rating points per SD of the factor, and the SD of its posterior
        - first_half, second_half: the effect per step from each half of the diary alone (from 40 ratings on)
        - tau_days, lasting: how many days the unexplained level lasts, and its share of what is unexplained
          (posterior means; of τ the geometric one)
        - n_eff: the number of independent ratings that would give the mean level as exactly as these
        - r_time: correlation of the factor with the time of the ratings
        - moves_with, speaks_for: by factor, the correlations with those that it is collinear with, and with
          those of its family that it represents
        - method: METHOD_VERSION.

    Raises:
        BadInput: the table lacks a column, a moment has no time zone, a factor holds no numbers, or there
            is no such window.
    """
    ratings, names = check_ratings(table, _factor_columns(table, factors, window))
    asked = [name for name in names if effect_unit(name).window == window]
    adjusted_for = [name for name in names if effect_unit(name).window == PRIMARY_WINDOW != window]
    if names and not asked:
        raise BadInput(
            f"The table of ratings has no factors of {window_text(window)}: make it with "
            f"exposures(history, window={window})."
        )
    rows = [
        {"area": area} | row
        for area, rated in split_by_area(ratings)
        for row in _links_of_area(rated, asked, adjusted_for)
    ]
    return pd.DataFrame(rows, columns=list(LINK_COLUMNS))


def _factor_columns(table: pd.DataFrame, factors: Sequence[str] | None, window: int) -> list[str] | None:
    """Return the columns of these factors: in a secondary window theirs and the primary ones."""
    if window not in WINDOWS:
        raise BadInput(f"unknown window {window!r}; known are {', '.join(map(str, WINDOWS))} (hours)")
    if factors is None:
        return None
    adjusted_for = [name for name in factors if window != PRIMARY_WINDOW and name in table.columns]
    return [*(windowed_name(name, window) for name in factors), *adjusted_for]


def _links_of_area(
    ratings: pd.DataFrame, asked: Sequence[str], adjusted_for: Sequence[str]
) -> list[dict[str, Any]]:
    """Return a row for each factor of one area that is asked about."""
    prechecks = {name: grading.precheck(ratings, name) for name in (*asked, *adjusted_for)}
    represented = choose_representatives(ratings, [name for name in prechecks if prechecks[name] is None])
    for name, (other, r) in represented.items():
        text = _("Can't be separated from {other}: they rise and fall together. See there.")
        prechecks[name] = "", text.format(other=grading.list_factors({other: r}))
    estimates = estimate_effects(
        ratings, *([n for n in names if prechecks[n] is None] for names in (asked, adjusted_for))
    )
    for name, (other, r) in represented.items():
        if other in estimates:
            estimates[other].represents[name] = r
    rows = []
    for name in asked:
        grade, reason = prechecks[name] or grade_estimate(estimates[name])
        row = _rating_counts(ratings, name) | {"grade": grade, "reason": reason, "method": METHOD_VERSION}
        if name in estimates:
            columns = {_COLUMNS.get(key, key): value for key, value in asdict(estimates[name]).items()}
            row |= {key: value for key, value in columns.items() if key in LINK_COLUMNS}
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
    """Choose one representative per collinear family.

    Args:
        ratings: checked ratings of one area.
        names: the factors that something can be estimated for.

    Returns:
        For each factor that is represented its representative and their correlation.
    """
    correlation = correlations(ratings, names)
    representatives: dict[str, tuple[str, float]] = {}
    asked: list[str] = []
    for name in sorted(names, key=_representative_rank):
        same_family = [other for other in asked if _same_family(name, other)]
        closest = max(same_family, key=lambda other: abs(correlation[name][other]), default=None)
        if closest is not None and abs(correlation[name][closest]) > COLLINEAR_ABOVE:
            representatives[name] = closest, correlation[name][closest]
        else:
            asked.append(name)
    return representatives


def _representative_rank(name: str) -> tuple[bool, int]:
    unit = effect_unit(name)
    return not unit.factor.primary, unit.order


def question_weights(names: Sequence[str]) -> list[float]:
    """Return the weight of each factor in Benjamini–Hochberg; the mean is 1."""
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
    ratings: pd.DataFrame, asked: Sequence[str], adjusted_for: Sequence[str]
) -> dict[str, EffectEstimate]:
    """Estimate the effects of these factors together.

    Args:
        ratings: checked ratings of one area, not all the same.
        asked: the factors to estimate, each of which varies.
        adjusted_for: others that enter the regression with them.
    """
    names = [*asked, *adjusted_for]
    if not asked:
        return {}
    design = make_design(ratings, names)
    posterior = regression.fit_effects(design)
    per_step = _per_step(ratings, names, design.sd)
    effect, low, high = (
        per_step * end for end in (posterior.mean(), posterior.quantile(0.025), posterior.quantile(0.975))
    )
    p = posterior.two_sided_p()
    q = _false_discovery_rates(asked, p[: len(asked)])
    first, second = _effects_by_half(ratings, names)
    tau, share, n_eff = _error_model(posterior, ratings)
    with_time = ratings[names].corrwith(ratings["moment"].astype("int64"))
    collinear_with = grading.collinear_factors(ratings, names)
    return {
        name: EffectEstimate(
            n=int(ratings[name].count()),
            effect=float(effect[i]),
            low=float(low[i]),
            high=float(high[i]),
            p=float(p[i]),
            q=float(q[i]),
            per_sd=float(posterior.mean()[i]),
            se=float(posterior.sd()[i]),
            first_half=first.get(name, np.nan),
            second_half=second.get(name, np.nan),
            tau_days=float(tau[i]),
            autocorrelated_share=float(share[i]),
            n_eff=n_eff,
            r_time=float(with_time[name]),
            collinear_with=collinear_with[name],
            window=effect_unit(name).window,
        )
        for i, name in enumerate(asked)
    }


def step_size(values: pd.Series[float], name: str) -> float:
    """Return the step of a factor in its own unit; NaN where it is relative and nothing is known."""
    factor = effect_unit(name).factor
    return factor.step * abs(float(values.mean())) if factor.relative else factor.step


def _false_discovery_rates(asked: Sequence[str], p: np.ndarray) -> np.ndarray:
    """Return the q of each factor of one area.

    In a secondary window a p counts twice, as there are two such windows.
    """
    looks = 1 if effect_unit(asked[0]).window == PRIMARY_WINDOW else len(WINDOWS) - 1
    return benjamini_hochberg(np.minimum(1.0, looks * p / question_weights(asked)))


def _per_step(ratings: pd.DataFrame, names: Sequence[str], sd: np.ndarray) -> np.ndarray:
    """Return the factors that convert an effect per SD into one per step."""
    return np.asarray([step_size(ratings[name], name) for name in names] / sd, dtype=float)


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
    design = make_design(half, names)
    effect = regression.fit_effects(design).mean() * _per_step(ratings, names, design.sd)
    return dict(zip(names, effect.tolist(), strict=True))


def _error_model(posterior: Mixture, ratings: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Return τ in days (its geometric mean) and w of the errors, by factor, and the effective n.

    The last is the number of independent ratings that would give the mean level as exactly.
    """
    grid = regression.error_grid()
    tau, share = np.exp(posterior.average(np.log(grid.tau))), posterior.average(grid.share)
    typical = regression.ErrorGrid(tau[:1], share[:1], np.zeros(1))
    white, _ = regression.whiten(days_since_first(ratings), np.ones((len(ratings), 1)), typical)
    return tau, share, float((white**2).sum())
