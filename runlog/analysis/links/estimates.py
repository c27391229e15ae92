"""Estimate the effects of an area's factors, and gather what their grades are decided by.

Columns that move together halve each other's power: in one regression each takes what the others would
show. So a factor is estimated without those of its family and without columns of no family that correlate
with it, beside all others; the *unique* effect, beside those too, says whether it stands by itself. Of a
family one factor represents those that are collinear with it; the choice is made before any rating is looked
at, so that it raises no false alarm: primary factors first, then the order of FACTORS.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlog.analysis.distributions import chi_square_quantiles
from runlog.analysis.exposures import effect_unit, without_rpe
from runlog.analysis.links import grading, regression
from runlog.analysis.links.grading import COLLINEAR_ABOVE, EffectEstimate, Rival, correlations
from runlog.analysis.links.ratings import (
    days_since_first,
    is_yes_or_no,
    make_design,
    prechecks,
    step_size,
)
from runlog.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from runlog.analysis.distributions import Mixture
    from runlog.analysis.links.regression import Regression
    from runlog.model import Bools, Floats

#: Beyond this correlation a column of no family and another are asked one without the other.
RIVALS_ABOVE = 0.5


class AreaFit(NamedTuple):
    """What the ratings of one area say."""

    # grade and reason of each factor that nothing can be estimated for, else None
    prechecks: dict[str, tuple[str, str] | None]
    estimates: dict[str, EffectEstimate]  # of the factors asked about, without q


def fit_area(
    ratings: pd.DataFrame, asked: Sequence[str], adjusted_for: Sequence[str], *, halves: bool
) -> AreaFit:
    """Estimate what can be estimated of one area.

    Args:
        ratings: checked ratings of the area.
        asked: the factors to estimate.
        adjusted_for: others that enter the regression with them.
        halves: also estimate from each half of the ratings alone.
    """
    checked = prechecks(ratings, [*asked, *adjusted_for])
    known = [name for name in checked if checked[name] is None]
    correlation = correlations(ratings, known)
    represented = choose_representatives(known, correlation)
    for name, (other, r) in represented.items():
        text = _("Can't be separated from {other}: they rise and fall together. See there.")
        checked[name] = "", text.format(other=grading.list_factors({other: r}))
    left, others = ([name for name in names if checked[name] is None] for names in (asked, adjusted_for))
    estimates = estimate_effects(ratings, left, others, correlation, halves=halves)
    for name, (other, r) in represented.items():
        if other in estimates:
            estimates[other].represents[name] = r
    return AreaFit(checked, estimates)


def choose_representatives(
    names: Sequence[str], correlation: Mapping[str, Mapping[str, float]]
) -> dict[str, tuple[str, float]]:
    """Choose one representative per collinear family of factors that can be estimated.

    Returns:
        For each factor that is represented its representative and their correlation.
    """
    representatives: dict[str, tuple[str, float]] = {}
    asked: list[str] = []
    units = {name: effect_unit(name) for name in names}
    for name in sorted(names, key=lambda name: (not units[name].factor.primary, units[name].order)):
        same_family = [other for other in asked if _same_family(name, other)]
        closest = max(same_family, key=lambda other: abs(correlation[name][other]), default=None)
        if closest is not None and abs(correlation[name][closest]) > COLLINEAR_ABOVE:
            representatives[name] = closest, correlation[name][closest]
        else:
            asked.append(name)
    return representatives


def _same_family(name: str, other_name: str) -> bool:
    """Return True if two factors are of one family, in the same window."""
    unit, other = effect_unit(name), effect_unit(other_name)
    family = unit.factor.family
    return bool(family) and family == other.factor.family and unit.window == other.window


def find_rivals(names: Sequence[str], asked: int, correlation: Floats) -> Bools:
    """Return which of the factors (f) are asked one without the other (f, f), by their correlation (f, f).

    They are those of one family, and a column of no family with whatever it correlates with. Only so many,
    the first, are asked about; the others always stay in the regression.
    """
    rivals = np.zeros((len(names), len(names)), dtype=bool)
    for i, name in enumerate(names[:asked]):
        for j, other in enumerate(names[:i]):
            of_none = not (effect_unit(name).factor.family and effect_unit(other).factor.family)
            correlated = abs(correlation[i, j]) > RIVALS_ABOVE
            rivals[i, j] = rivals[j, i] = _same_family(name, other) or (of_none and correlated)
    return rivals


def estimate_effects(
    ratings: pd.DataFrame,
    asked: Sequence[str],
    adjusted_for: Sequence[str],
    table: Mapping[str, Mapping[str, float]],
    *,
    halves: bool,
) -> dict[str, EffectEstimate]:
    """Estimate the effects of the factors asked about, each of which varies, as `fit_area` does.

    The ratings are not all the same; ``table`` has the correlation of each of the factors with each.
    """
    names = [*asked, *adjusted_for]
    if not asked:
        return {}
    correlation = np.array([[table[name][other] for other in names] for name in names])
    rivals = find_rivals(names, len(asked), correlation)
    design = make_design(ratings, names)
    fitted = regression.regress(design)
    per_step = _per_step(ratings, names, design.sd)
    posterior, flat = fitted.effects(left_out=rivals), fitted.effects(own=np.inf, left_out=rivals)
    b, s = flat.mean() * per_step, flat.sd() * per_step
    unique = fitted.effects(widened=rivals) if rivals.any() else posterior
    low, high = posterior.quantile(0.025) * per_step, posterior.quantile(0.975) * per_step
    unique_low, unique_high = low, high
    if unique is not posterior:
        unique_low, unique_high = unique.quantile(0.025) * per_step, unique.quantile(0.975) * per_step
    p, unique_p = posterior.two_sided_p(), unique.two_sided_p()
    first, second = dict[str, float](), dict[str, float]()
    if halves and len(ratings) >= grading.HINT_BELOW:  # else the ratings of a half do not suffice
        middle = len(ratings) // 2
        first = _effects_of_half(ratings, ratings.iloc[:middle], names, rivals)
        second = _effects_of_half(ratings, ratings.iloc[middle:], names, rivals)
    tau, share, n_eff = _error_model(posterior, ratings)
    with_time = grading.correlation_with(ratings[names].to_numpy(float), days_since_first(ratings))
    mean, sd, unique_mean = posterior.mean(), posterior.sd(), unique.mean()
    return {
        name: EffectEstimate(
            n=int(ratings[name].count()),
            effect=float(mean[i] * per_step[i]),
            low=float(low[i]),
            high=float(high[i]),
            p=float(p[i]),
            q=math.nan,
            per_sd=float(mean[i]),
            se=float(sd[i]),
            unique=float(unique_mean[i] * per_step[i]),
            unique_low=float(unique_low[i]),
            unique_high=float(unique_high[i]),
            unique_p=float(unique_p[i]),
            b=float(b[i]),
            s=float(s[i]),
            first_half=first.get(name, np.nan),
            second_half=second.get(name, np.nan),
            tau_days=float(tau[i]),
            autocorrelated_share=float(share[i]),
            n_eff=n_eff,
            r_time=float(with_time[i]),
            collinear_with=_collinear_with(i, names, correlation, ~rivals[i]),
            rivals=_rivals_of(i, names, correlation, rivals, p),
            window=effect_unit(name).window,
            comparable_steps=_comparable_steps(ratings[name].dropna().to_numpy(), float(per_step[i])),
        )
        for i, name in enumerate(asked)
    }


def _collinear_with(i: int, names: Sequence[str], correlation: Floats, among: Bools) -> dict[str, float]:
    """Return the factors collinear with one, and the correlations, the strongest first."""
    strong = {
        names[j]: float(correlation[i, j])
        for j in range(len(names))
        if j != i and among[j] and abs(correlation[i, j]) > COLLINEAR_ABOVE
    }
    return dict(sorted(strong.items(), key=lambda item: -abs(item[1])))


def _rivals_of(
    i: int,
    names: Sequence[str],
    correlation: Floats,
    rivals: Bools,
    p: Floats,
) -> tuple[Rival, ...]:
    return tuple(
        Rival(names[j], float(correlation[i, j]), float(p[j]), _evidence(p[i]) - _evidence(p[j]))
        for j in np.flatnonzero(rivals[i]).tolist()
    )


def _evidence(p: float) -> float:
    """Return the square of the normal value that is exceeded on both sides with this probability."""
    return NormalDist().inv_cdf(max(float(p), np.finfo(float).tiny) / 2) ** 2


def _comparable_steps(known: Floats, per_step: float) -> float:
    """Return how many steps make one that compares between factors: an SD, or done against skipped."""
    return 1.0 / (per_step * float(known.std())) if is_yes_or_no(known) and per_step else 1.0 / per_step


def repeat_without_rpe(ratings: pd.DataFrame, fit: AreaFit, adjusted_for: Sequence[str]) -> AreaFit:
    """Return a fit with its loads of session-RPE checked against loads that no RPE enters.

    RPE and soreness are written into one entry: who feels sore may call the same run harder, and then a load
    made of RPE goes together with soreness although no load does.
    """
    doubtful = [name for name in fit.estimates if without_rpe(name) in ratings.columns]
    if not doubtful:
        return fit
    asked, others = list(fit.estimates), [name for name in adjusted_for if fit.prechecks[name] is None]
    plain = ratings.copy()
    for name in (*asked, *others):
        if without_rpe(name) in ratings.columns:
            plain[name] = ratings[without_rpe(name)]
    checked = prechecks(plain, [*asked, *others])
    varying, others = ([name for name in names if checked[name] is None] for names in (asked, others))
    table = correlations(plain, [*varying, *others])
    repeated = estimate_effects(plain, varying, others, table, halves=False)
    estimates = dict(fit.estimates)
    for name in doubtful:
        again = repeated.get(name)
        confirmed = again is not None and again.confirms(estimates[name])
        estimates[name] = replace(estimates[name], rpe_only=not confirmed)
    return fit._replace(estimates=estimates)


def _per_step(ratings: pd.DataFrame, names: Sequence[str], sd: np.ndarray) -> np.ndarray:
    """Return the factors that convert an effect per SD into one per step."""
    return np.asarray([step_size(ratings[name], name) for name in names] / sd, dtype=float)


def _effects_of_half(
    ratings: pd.DataFrame, half: pd.DataFrame, names: Sequence[str], rivals: Bools
) -> dict[str, float]:
    """Estimate the effects per step from one half of the diary by itself."""
    known = [i for i, check in enumerate(prechecks(half, names).values()) if check is None]
    if not known:
        return {}
    left = [names[i] for i in known]
    design = make_design(half, left)
    fitted: Regression = regression.regress(design)
    effect = fitted.effects(left_out=rivals[np.ix_(known, known)]).mean()
    return dict(zip(left, (effect * _per_step(ratings, left, design.sd)).tolist(), strict=True))


def _error_model(posterior: Mixture, ratings: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Return τ in days (its geometric mean) and w of the errors, by factor, and the effective n.

    The last is the number of independent ratings that would give the mean level as exactly.
    """
    grid = regression.error_grid()
    tau, share = np.exp(posterior.average(np.log(grid.tau))), posterior.average(grid.share)
    return tau, share, regression.effective_number(days_since_first(ratings), float(tau[0]), float(share[0]))


#: Lower bound: the variance of rounding to whole points.
_ROUNDING_VARIANCE = 1 / 12
#: Number of plausible values that stand for a distribution.
_PARTS = 21


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Unexplained variation of one area's ratings, over the points of the grid (g,)."""

    n: int  # the ratings that it was estimated from
    df: int  # degrees of freedom of the variance
    variance: Floats  # σ², in points squared
    tau: Floats  # days over which the level lasts
    share: Floats  # w, the level's share of σ²
    weight: Floats  # of each point, together 1

    def sd_of_difference(self, days_apart: float) -> float:
        """Return the SD of the difference between two ratings so many days apart, in points.

        Var = 2σ²(1 − w·exp(−Δt/τ)).
        """
        variance = self._variance_of_difference(days_apart)
        return float(np.sqrt(max(float(self.weight @ variance), 2 * _ROUNDING_VARIANCE)))

    def plausible_sds_of_difference(self, days_apart: float) -> Floats:
        """Return equally probable values of the SD of a difference, the smallest first, in points (21,).

        How few ratings it was estimated from makes them spread: at each grid point df σ̂²/σ² is χ² with df
        degrees of freedom.
        """
        middles = (np.arange(_PARTS) + 0.5) / _PARTS
        spread = self.df / chi_square_quantiles(middles, self.df)
        variance = np.multiply.outer(self._variance_of_difference(days_apart), spread).ravel()
        weight = np.repeat(self.weight, _PARTS) / _PARTS
        order = np.argsort(variance)
        below = np.cumsum(weight[order]) - 0.5 * weight[order]
        found = np.interp(middles, below, variance[order])
        return np.asarray(np.sqrt(np.maximum(found, 2 * _ROUNDING_VARIANCE)))

    def _variance_of_difference(self, days_apart: float) -> Floats:
        return 2 * self.variance * (1 - self.share * np.exp(-days_apart / self.tau))


def fit_noise(ratings: pd.DataFrame, names: Sequence[str] = ()) -> Noise:
    """Estimate how much one area's ratings vary by themselves: the noise of any comparison.

    At each point of the grid over τ and w the intercept and the columns are fitted with flat priors, which
    leaves σ² = residual sum of squares / (n − p), and the point is weighted by its restricted likelihood
    (Harville, J Am Stat Assoc 1977;72:320), so that no single τ and w has to be believed.

    Args:
        ratings: ``moment`` (aware), ``rating`` and the columns ``names``, in the order of the moments.
        names: columns whose effect is not noise, each known at every rating and varying.
    """
    columns = ratings[list(names)].to_numpy(float)
    rating = ratings["rating"].to_numpy(float)
    grid = regression.error_grid()
    products = regression.cross_products(
        days_since_first(ratings), columns - columns.mean(axis=0), rating, grid
    )
    beta = np.linalg.solve(products.zz, products.zy[..., None])[..., 0]
    residual = products.yy - np.einsum("gi,gi->g", products.zy, beta)
    df = len(rating) - 1 - len(names)
    variance = np.maximum(residual / df, _ROUNDING_VARIANCE)
    log_weight = grid.log_weight - 0.5 * (
        products.log_det + np.linalg.slogdet(products.zz)[1] + df * np.log(variance)
    )
    weight = np.exp(log_weight - log_weight.max())
    return Noise(len(rating), df, variance, grid.tau, grid.share, weight / weight.sum())
