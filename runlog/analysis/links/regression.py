"""Estimate the effects of all factors together, with errors that persist over days.

The question is that of an n-of-1 study without an experimenter: some tens or hundreds of ratings of one
person, each with the factors as of that moment. Plain correlation gives false alarms here. Ratings resemble
those of the days before, so there are fewer independent ones than rows. Factors drift too (the mileage of a
shoe only rises), and any two series that drift correlate. And asking about a dozen factors finds one by
chance. Against that:

1. **All factors in one regression** of the rating, so that a factor is asked what it adds to the others.
   The weekday, that of the runner's local day, has terms of its own from 80 ratings on (ratings.py).
2. **Autocorrelated errors.** y = Zβ + u, Cov(u) = σ² R, R = w·exp(−Δt/τ) + (1 − w)·I: y the ratings, Z an
   intercept and the columns of a Design, Δt the days between two ratings, τ the days over which the
   runner's level lasts, w its share of the unexplained variance. With w and τ given, u is a level that
   follows an Ornstein–Uhlenbeck process, observed with white noise, so a Kalman filter turns y and the
   columns into independent ones in O(n) (Jones, Technometrics 1980;22:389, "Maximum likelihood fitting of
   ARMA models to time series with missing observations"; Harvey, Forecasting, Structural Time Series Models
   and the Kalman Filter, 1989, ch. 3 and 9; for n-of-1 studies: Schmid, "Marginal and dynamic regression
   models for longitudinal data", Stat Med 2001;20:3295). Then each β has Student's t as its posterior and y
   a marginal likelihood in closed form (normal-inverse-gamma; Gelman et al., Bayesian Data Analysis, ch.
   14). τ and w are unknown, so the answer is the mixture over a grid of them, each point weighted by how
   well it predicts the ratings.
3. **A sceptical prior.** While one factor is estimated, every other column is held to effects of the size
   of N(0, (0.35 s)²) per SD of it, s the ratings' SD, and the factor itself to N(0, (0.75 s)²). Without a
   prior, a dozen factors and 40 ratings gave 10% false alarms. With 0.25 s for all, strong effects were
   shrunk so far that their 95% range held the truth in only three of four simulated diaries; with 0.25 s
   for the others alone, a strong effect leaked into a factor that is collinear with it. The variance of the
   errors is estimated with the degrees of freedom that the columns leave. With s for the factor itself,
   something was found in 13 of 100 diaries without any link, instead of in 10; tests/bench/calibration
   measures all this.

The 95% range is a Bayesian one: over effects of all sizes that the prior expects, it holds the truth about
95 times of 100, and somewhat more often with few ratings. Effects beyond the prior (more than a point per
SD, from few ratings) are reported too small rather than too large. The limits of any method are in
tests/bench/calibration/RESULTS.md: a factor that changes slowly, such as the mileage of a shoe, is hard to
tell from a level that drifts, and takes two hundred ratings where a warm-up takes forty.

All this is association. Nobody randomised who warms up, so it goes together with, and proves no cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr, stdtrit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.analysis.links.ratings import Design

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ErrorGrid:
    """Points of τ (days) and w over which the result is averaged, and their log weights, all (g,)."""

    tau: Floats
    share: Floats
    log_weight: Floats


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior SDs of an effect per SD of its column, as fractions of the ratings' SD; inf is flat.

    Attributes:
        own: of the factor that is estimated.
        others: of every other column while that factor is estimated.
    """

    own: float = 0.75
    others: float = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class CrossProducts:
    """Cross-products of the whitened intercept and columns (p = 1 + k) and ratings at each grid point.

    Attributes:
        zz: (g, p, p).
        zy: (g, p).
        yy: (g,).
        log_det: of R (g,).
    """

    zz: Floats
    zy: Floats
    yy: Floats
    log_det: Floats


def error_grid() -> ErrorGrid:
    """Return the grid: τ from 1 to 1,000 days, w from 0 to 0.99, weighted alike; at w = 0 there is no τ.

    A level that lasts 1,000 days wanders through a diary without ever coming back, as a random walk does.
    """
    taus, shares = np.geomspace(1, 1000, 10), np.array([0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.96, 0.99])
    tau, share = (axis.ravel() for axis in np.meshgrid(taus, shares))
    weight = np.append(np.ones_like(tau), len(taus))
    return ErrorGrid(np.append(tau, 1.0), np.append(share, 0.0), np.log(weight))


def fit_effects(design: Design, grid: ErrorGrid | None = None, prior: Prior | None = None) -> Mixture:
    """Estimate the effect of each factor, in rating points per SD of the factor.

    The prior's SDs are fractions of the ratings' SD; they are put on the scale of σ² by the variance that a
    grid point leaves unexplained without any factor. σ² is estimated with n − 1 − Σ(1 − prior precision ×
    posterior variance) degrees of freedom: what is subtracted is the number of parameters that the columns
    really use under the prior (Hastie & Tibshirani, Generalized Additive Models, 1990, ch. 3), all of them
    where it is flat.
    """
    grid, prior = grid or error_grid(), prior or Prior()
    n, k = design.columns.shape
    products = cross_products(design.days, design.columns, design.rating, grid)
    unexplained = (products.yy - products.zy[:, 0] ** 2 / products.zz[:, 0, 0]) / (n - 1)
    unit = unexplained / np.var(design.rating, ddof=1)
    own, others = unit / prior.own**2, unit / prior.others**2

    inverse = np.linalg.inv(products.zz + others[:, None, None] * np.diag([0.0, *np.ones(k)]))
    beta = np.einsum("gij,gj->gi", inverse, products.zy)
    variance = np.einsum("gii->gi", inverse)
    squares = products.yy - np.einsum("gi,gi->g", beta, products.zy)
    log_weight = grid.log_weight + _log_evidence(products.log_det, inverse, [own] + (k - 1) * [others])
    df = n - 1 - (1 - others[:, None] * variance[:, 1:]).sum(axis=1, keepdims=True)

    # Each factor in turn is given its own prior in place of the others' (Sherman–Morrison).
    factors = slice(1, 1 + len(design.names))
    beta, variance = beta[:, factors], variance[:, factors]
    prior_change = (others - own)[:, None]
    shrinkage = 1 - prior_change * variance
    residual = squares[:, None] - prior_change * beta**2 / shrinkage
    n_proper = n - 1 - np.isinf(prior.own) - (k - 1) * np.isinf(prior.others)
    return Mixture.from_log_weights(
        centre=beta / shrinkage,
        scale=np.sqrt(variance / shrinkage * residual / df),
        log_weight=log_weight[:, None] - 0.5 * np.log(shrinkage) - 0.5 * n_proper * np.log(residual),
        df=df,
    )


def whiten(days: Floats, columns: Floats, grid: ErrorGrid) -> tuple[Floats, Floats]:
    """Turn columns with covariance R into independent ones of variance 1.

    Args:
        days: (n,), never falling.
        columns: (n, c).
        grid: (g,).

    Returns:
        The whitened columns (n, g, c) and log det R (g,).
    """
    decays = np.exp(-np.diff(days, prepend=days[0])[:, None] / grid.tau)
    gains, variance = _kalman_gains(decays, grid.share)
    level = np.zeros((len(grid.tau), columns.shape[1]))
    white = np.empty((len(days), *level.shape))
    for row, innovation, decay, gain in zip(
        columns, white, decays[:, :, None], gains[:, :, None], strict=True
    ):
        level *= decay
        np.subtract(row, level, out=innovation)
        level += gain * innovation
    white /= np.sqrt(variance)[:, :, None]
    return white, np.log(variance).sum(axis=0)


def _kalman_gains(decays: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Compute the Kalman gains and innovation variances, which depend on the times only."""
    gain, variance = np.empty_like(decays), np.empty_like(decays)
    level_variance = share
    for i, decay in enumerate(decays):
        level_variance = share + decay**2 * (level_variance - share)
        variance[i] = level_variance + 1 - share
        gain[i] = level_variance / variance[i]
        level_variance = level_variance * (1 - gain[i])
    return gain, variance


def cross_products(days: Floats, columns: Floats, rating: Floats, grid: ErrorGrid) -> CrossProducts:
    """Whiten an intercept, columns (n, k) and ratings (n,) and return their cross-products."""
    centred = rating - rating.mean()
    white, log_det = whiten(days, np.column_stack([np.ones_like(centred), columns, centred]), grid)
    products = white.transpose(1, 2, 0) @ white.transpose(1, 0, 2)
    return CrossProducts(products[:, :-1, :-1], products[:, :-1, -1], products[:, -1, -1], log_det)


def _log_evidence(log_det: Floats, inverse: Floats, precisions: list[Floats]) -> Floats:
    """Return the part of the log marginal likelihood without residuals; a flat prior (0) does not enter."""
    prior = np.sum([np.log(np.where(precision > 0, precision, 1.0)) for precision in precisions], axis=0)
    evidence: Floats = 0.5 * (np.linalg.slogdet(inverse)[1] + prior - log_det)
    return evidence


#: Components of less weight are left out.
_NEGLIGIBLE = 1e-9
_BISECTIONS = 48


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """A mixture of g Student's t distributions for each of f effects.

    Attributes:
        centre: (g, f).
        scale: (g, f).
        weight: (g, f), each column sums to 1.
        df: degrees of freedom of the components (g, 1).
        kept: which of the components that it was made of have enough weight to be kept.
    """

    centre: Floats
    scale: Floats
    weight: Floats
    df: Floats
    kept: NDArray[np.bool_]

    @classmethod
    def from_log_weights(cls, centre: Floats, scale: Floats, log_weight: Floats, df: Floats) -> Mixture:
        """Make a mixture from the logarithms of weights that need not sum to 1."""
        weight = np.exp(log_weight - log_weight.max(axis=0, initial=-np.inf))
        weight /= weight.sum(axis=0)
        kept = (weight > _NEGLIGIBLE).any(axis=1)
        return cls(centre[kept], scale[kept], weight[kept] / weight[kept].sum(axis=0), df[kept], kept)

    def mean(self) -> Floats:
        """Return the means (f,)."""
        return self._averaged(self.centre)

    def sd(self) -> Floats:
        """Return the standard deviations (f,); more than two degrees of freedom are needed."""
        within = self.scale**2 * self.df / (self.df - 2)
        return np.sqrt(self._averaged(within + (self.centre - self.mean()) ** 2))

    def average(self, values: Floats) -> Floats:
        """Average values of the components (g, before any was left out) by their weights (f,)."""
        return self._averaged(values[self.kept, None])

    def cdf(self, x: Floats) -> Floats:
        """Return the mass below x (f,)."""
        return self._averaged(stdtr(self.df, (x - self.centre) / self.scale))

    def quantile(self, mass: float) -> Floats:
        """Return the x with this mass below them (f,), by bisection."""
        ends = self.centre + self.scale * stdtrit(self.df, mass)
        low, high = ends.min(axis=0, initial=np.inf), ends.max(axis=0, initial=-np.inf)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            short = self.cdf(middle) < mass
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.asarray((low + high) / 2)

    def two_sided_p(self) -> Floats:
        """Return twice the mass on the smaller side of 0 (f,)."""
        distance = self.centre / self.scale
        below, above = (self._averaged(stdtr(self.df, side)) for side in (-distance, distance))
        return np.asarray(np.minimum(1.0, 2 * np.minimum(below, above)))

    def _averaged(self, values: Floats) -> Floats:
        average: Floats = np.sum(self.weight * values, axis=0)
        return average
