"""Pool the effects of one factor over many runners, and say what each runner's own estimate gains by it.

A random-effects model of estimates with known standard errors (Gelman et al., Bayesian Data Analysis, 3rd
ed. 2013, ch. 5.5; for n-of-1 studies: Zucker et al., "Combining single patient (N-of-1) trials to estimate
population treatment effects", J Clin Epidemiol 1997;50:401):

    bᵢ ~ N(θᵢ, sᵢ²), θᵢ ~ N(μ, τ²), μ ~ N(0, 10²), τ half-normal

bᵢ is the effect that a runner's own diary shows (with a flat prior on it), sᵢ its standard error, θᵢ what is
true for that runner, μ the mean of all runners and τ how much they differ. Given τ everything is normal in
closed form, so that the answer is a mixture over a grid of τ, without sampling and the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

    from runlog.model import Floats


#: SD of the prior of μ, in rating points: nearly flat on a scale from 0 to 10.
MEAN_PRIOR = 10.0
#: Scale of the half-normal prior of τ, in rating points: runners rarely differ by more than two points.
SPREAD_PRIOR = 1.0
#: Runners that are needed to tell how much runners differ.
FEWEST = 2
#: Points of the grid of τ; they lie closer where τ is small.
GRID_POINTS = 120
#: Share of the distribution that a range leaves out below and above.
TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate and its 95% range, in rating points per step of the factor."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class SpreadGrid:
    """What is known of τ, and of μ given τ: enough to judge one more runner by the pool.

    Attributes:
        tau: the grid, (g,), in rating points.
        weight: the posterior probability of each point, (g,); they sum to 1.
        mean: μ given τ, (g,).
        mean_var: its variance, (g,).
    """

    tau: Floats
    weight: Floats
    mean: Floats
    mean_var: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """One factor over k runners.

    Attributes:
        runners: k, the number of runners with an estimate.
        mean: μ, the mean effect over all runners.
        spread: τ, the SD of the true effects between runners.
        new_runner: the effect to expect in a runner who is not among them.
        alone: each runner's own estimate with its 95% range, (k, 3): value, low, high.
        given_others: the same given all the others, (k, 3).
        q: Cochran's Q of the estimates around their fixed-effect mean.
        i2: I², the share of their variation that is beyond chance (Higgins & Thompson,
            Stat Med 2002;21:1539).
        grid: what the pool knows of τ and μ.
    """

    runners: int
    mean: Estimate
    spread: Estimate
    new_runner: Estimate
    alone: Floats
    given_others: Floats
    q: float
    i2: float
    grid: SpreadGrid


def pool_effects(effects: ArrayLike, errors: ArrayLike) -> Pooled:
    """Pool the estimates b and their standard errors s, both (k,) in rating points; k is at least 2.

    Raises:
        ValueError: Fewer than two runners, other shapes, a value that is not finite or an error not above 0.
    """
    b, s = np.asarray(effects, dtype=float), np.asarray(errors, dtype=float)
    if b.ndim != 1 or b.shape != s.shape or len(b) < FEWEST:
        raise ValueError(
            f"pooling needs an effect and an error of two runners or more, not {b.shape} and {s.shape}"
        )
    if not (np.isfinite(b).all() and np.isfinite(s).all() and (s > 0).all()):
        raise ValueError("an effect or a standard error is not a finite number, or an error is not above 0")
    order = np.lexsort((s, b))  # sums do not depend on the order of the runners
    grid = _posterior_of_spread(b[order], s[order])
    mean_sd = np.sqrt(grid.mean_var)
    fixed = 1 / s[order] ** 2
    q = float(np.sum(fixed * (b[order] - np.sum(fixed * b[order]) / fixed.sum()) ** 2))
    return Pooled(
        runners=len(b),
        mean=_as_estimate(_mixture(grid.weight, grid.mean[None], mean_sd[None])),
        spread=_spread_estimate(grid),
        new_runner=_as_estimate(_mixture(grid.weight, grid.mean[None], np.hypot(mean_sd, grid.tau)[None])),
        alone=np.column_stack([b, b - _Z * s, b + _Z * s]),
        given_others=_given_others(b, s, grid),
        q=q,
        i2=max(0.0, 1 - (len(b) - 1) / q) if q > 0 else 0.0,
        grid=grid,
    )


def judge_by_pool(effect: float, error: float, grid: SpreadGrid, *, is_member: bool = False) -> Estimate:
    """Return one runner's effect b, with its standard error s, given a pool of others, in rating points.

    A runner whom the pool already holds, a member, does not count in it again.
    """
    b, s = np.array([effect]), np.array([error])
    if not is_member:
        own = s**2 + grid.tau**2
        log_weight = -0.5 * (np.log(own + grid.mean_var) + (b - grid.mean) ** 2 / (own + grid.mean_var))
        weight = grid.weight * np.exp(log_weight - np.max(log_weight))
        gain = grid.mean_var / (grid.mean_var + own)
        grid = SpreadGrid(
            grid.tau,
            weight / weight.sum(),
            grid.mean + gain * (b - grid.mean),
            grid.mean_var * (1 - gain),
        )
    return _as_estimate(_given_others(b, s, grid).T)


#: Quantile of the standard normal distribution at 97.5%.
_Z = 1.959963984540054


def _posterior_of_spread(b: Floats, s: Floats) -> SpreadGrid:
    """Weigh each τ by how well it predicts the estimates, μ integrated out."""
    # from 0 to 4 scales of its prior, fine where the errors could tell it from 0
    fine = min(float(np.median(s)) / np.sqrt(len(s)), SPREAD_PRIOR)
    tau = np.append(0.0, np.geomspace(fine / 20, 4 * SPREAD_PRIOR, GRID_POINTS - 1))
    precision = 1 / (s[None, :] ** 2 + tau[:, None] ** 2)
    total = precision.sum(axis=1) + 1 / MEAN_PRIOR**2
    mean = (precision @ b) / total
    log_likelihood = 0.5 * (
        np.log(precision).sum(axis=1) - np.log(total) - precision @ b**2 + total * mean**2
    )
    # each point stands for the stretch of τ around it
    log_weight = log_likelihood - 0.5 * (tau / SPREAD_PRIOR) ** 2 + np.log(np.gradient(tau))
    weight = np.exp(log_weight - np.max(log_weight))
    return SpreadGrid(tau, weight / weight.sum(), mean, 1 / total)


def _given_others(b: Floats, s: Floats, grid: SpreadGrid) -> Floats:
    """Return value, low and high of each θᵢ given all estimates, (k, 3)."""
    parts = []
    for start in range(0, len(b), _BLOCK):
        own, error = b[start : start + _BLOCK, None], s[start : start + _BLOCK, None]
        pull = error**2 / (error**2 + grid.tau**2)
        centre = pull * grid.mean + (1 - pull) * own
        sd = np.sqrt((1 - pull) * error**2 + pull**2 * grid.mean_var)
        parts.append(np.column_stack(_mixture(grid.weight, centre, sd)))
    return np.concatenate(parts)


#: Runners at a time, which bounds the memory to 2,000 × g numbers.
_BLOCK = 2000


def _mixture(weight: Floats, centre: Floats, sd: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean and 95% range of mixtures of normals: weight (g,), centre and sd (k, g)."""
    low, high = (_quantile(share, weight, centre, sd) for share in (TAIL, 1 - TAIL))
    return (centre * weight).sum(axis=1), low, high


def _quantile(share: float, weight: Floats, centre: Floats, sd: Floats) -> Floats:
    """Return a quantile of each mixture by bisection, to a millionth of a point."""
    low: Floats = (centre - 8 * sd).min(axis=1)
    high: Floats = (centre + 8 * sd).max(axis=1)
    while float(np.max(high - low, initial=0.0)) > PRECISION:
        middle = (low + high) / 2
        below = (ndtr((middle[:, None] - centre) / sd) * weight).sum(axis=1) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


#: Rating points to which a quantile is found.
PRECISION = 1e-6


def _spread_estimate(grid: SpreadGrid) -> Estimate:
    """Return the posterior mean of τ and the range between its quantiles on the grid."""
    reached = np.cumsum(grid.weight)
    low, high = (float(np.interp(share, reached, grid.tau)) for share in (TAIL, 1 - TAIL))
    return Estimate(float(grid.weight @ grid.tau), low, high)


def _as_estimate(columns: Iterable[Floats]) -> Estimate:
    value, low, high = (float(column[0]) for column in columns)
    return Estimate(value, low, high)
