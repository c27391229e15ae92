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
tell from a level that drifts, and takes two hundred ratings where a warm-up takes forty. Its range is that
of a t with few degrees of freedom (``SLOW_DF``).

All this is association. Nobody randomised who warms up, so it goes together with, and proves no cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.distributions import Mixture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.analysis.links.ratings import Design
    from runlog.model import Bools, Floats, Indices


@dataclass(frozen=True, slots=True, eq=False)
class ErrorGrid:
    """Points of τ (days) and w over which the result is averaged, and their log weights, all (g,)."""

    tau: Floats
    share: Floats
    log_weight: Floats


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior SDs of an effect per SD of its column, as fractions of the ratings' SD; inf is flat."""

    own: float = 0.75  # of the factor that is estimated
    others: float = 0.35  # of every other column while that factor is estimated


@dataclass(frozen=True, slots=True, eq=False)
class CrossProducts:
    """Cross-products of the whitened intercept and columns (p = 1 + k) and ratings at each grid point."""

    zz: Floats  # (g, p, p)
    zy: Floats  # (g, p)
    yy: Floats  # (g,)
    log_det: Floats  # of R (g,)


def error_grid() -> ErrorGrid:
    """Return the grid: τ from 1 to 1,000 days, w from 0 to 0.99, weighted alike; at w = 0 there is no τ.

    A level that lasts 1,000 days wanders through a diary without ever coming back, as a random walk does.
    """
    taus, shares = np.geomspace(1, 1000, 10), np.array([0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.96, 0.99])
    tau, share = (axis.ravel() for axis in np.meshgrid(taus, shares))
    weight = np.append(np.ones_like(tau), len(taus))
    return ErrorGrid(np.append(tau, 1.0), np.append(share, 0.0), np.log(weight))


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """All columns fitted together at each grid point, before any factor has its own prior."""

    grid: ErrorGrid  # the points (g,)
    prior: Prior  # as fractions of the ratings' SD
    n: int  # ratings
    f: int  # factors, the first columns
    unit: Floats  # the prior precision of an effect of the ratings' SD, on the scale of σ² (g,)
    beta: Floats  # (g, k), of the columns
    inverse: Floats  # of the cross-products of intercept and columns with the others' prior (g, p, p)
    squares: Floats  # penalised residual sum of squares (g,)
    log_det: Floats  # that of the inverse less that of R (g,)
    slowness: Floats  # of each factor (f,)

    def effects(
        self,
        *,
        own: float | None = None,
        left_out: Bools | None = None,
        widened: Bools | None = None,
    ) -> Mixture:
        """Return the effect of each factor, in rating points per SD of the factor.

        Args:
            own: prior SD of the factor that is estimated, as a fraction of the ratings' SD; inf is flat.
            left_out: (f, f): for each factor those that stay out of the regression while it is estimated.
            widened: (f, f): instead, those that are held to no smaller effects than the factor itself.
        """
        own_sd = self.prior.own if own is None else own
        own_precision, others = self.unit / own_sd**2, self.unit / self.prior.others**2
        beta, variance = self.beta[:, : self.f].copy(), self._variances[:, : self.f].copy()
        squares, log_det, df = (
            np.repeat(value[:, None], self.f, axis=1)
            for value in (self.squares, self.log_det, self._df(others[:, None] * self._variances))
        )
        columns = np.full(self.f, self.beta.shape[1])
        for i, row in enumerate(() if left_out is None else left_out):
            if len(out := np.flatnonzero(row)):
                beta[:, i], left, squares[:, i], log_det[:, i] = self._reweighted(i, out, 0.0 * others)
                variance[:, i], columns[i] = left[:, i], columns[i] - len(out)
                df[:, i] = self._df(others[:, None] * np.delete(left, out, axis=1))
        for i, row in enumerate(() if widened is None else widened):
            if len(wide := np.flatnonzero(row)):
                inverse_change = 1 / (own_precision - others)
                beta[:, i], left, squares[:, i], log_det[:, i] = self._reweighted(i, wide, inverse_change)
                variance[:, i] = left[:, i]
                precision = np.repeat(others[:, None], left.shape[1], axis=1)
                precision[:, wide] = own_precision[:, None]
                df[:, i] = self._df(precision * left)
        # The factor's own prior replaces the others' (Sherman–Morrison).
        prior_change = (others - own_precision)[:, None]
        shrinkage = 1 - prior_change * variance
        residual = squares - prior_change * beta**2 / shrinkage
        wide_columns = 1 + (0 if widened is None else widened.sum(axis=1)) * np.ones(self.f)
        priors = _log_precision(others)[:, None] * (columns - wide_columns)
        priors = priors + _log_precision(own_precision)[:, None] * wide_columns
        flat = np.isinf(own_sd) * wide_columns + np.isinf(self.prior.others) * (columns - wide_columns)
        return Mixture.from_log_weights(
            centre=beta / shrinkage,
            scale=np.sqrt(variance / shrinkage * residual / df),
            log_weight=self.grid.log_weight[:, None]
            + 0.5 * (log_det + priors - np.log(shrinkage) - (self.n - 1 - flat) * np.log(residual)),
            df=1 / ((1 - self.slowness) / df + self.slowness / SLOW_DF),
        )

    @property
    def _variances(self) -> Floats:
        """Variances of β under the others' prior, on the scale of σ² (g, k)."""
        return np.asarray(np.einsum("gii->gi", self.inverse)[:, 1:])

    def _df(self, precision_times_variance: Floats) -> Floats:
        return np.asarray(self.n - 1 - (1 - precision_times_variance).sum(axis=1))

    def _reweighted(
        self, i: int, some: Indices, inverse_change: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Return β of a factor, variances of all, squares and log_det with another prior of some columns.

        They follow from those with the others' prior (Woodbury), by the inverse of the change of the prior
        precision (g,); 0 takes the columns out.
        """
        block = self.inverse[:, 1 + some[:, None], 1 + some]
        rows, gone = self.inverse[:, 1 + some, 1:], self.beta[:, some]
        change = inverse_change[:, None, None] * np.eye(len(some))
        share = np.linalg.solve(change + block, np.concatenate([rows, gone[:, :, None]], axis=2))
        beta = self.beta[:, i] - np.einsum("gr,gr->g", share[:, :, i], gone)
        variances = self._variances - np.einsum("grk,grk->gk", share[:, :, :-1], rows)
        squares = self.squares + np.einsum("gr,gr->g", share[:, :, -1], gone)
        scale = np.where(inverse_change == 0, 1.0, inverse_change)
        log_det = self.log_det - np.linalg.slogdet((change + block) / scale[:, None, None])[1]
        return beta, variances, squares, log_det


def regress(design: Design, grid: ErrorGrid | None = None, prior: Prior | None = None) -> Regression:
    """Fit all columns at each grid point.

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
    others = unit / prior.others**2
    inverse = np.linalg.inv(products.zz + others[:, None, None] * np.diag([0.0, *np.ones(k)]))
    beta = np.einsum("gij,gj->gi", inverse, products.zy)
    squares = products.yy - np.einsum("gi,gi->g", beta, products.zy)
    log_det = np.linalg.slogdet(inverse)[1] - products.log_det
    slowness = _slowness(design.days, design.columns[:, : len(design.names)])
    return Regression(
        grid, prior, n, len(design.names), unit, beta[:, 1:], inverse, squares, log_det, slowness
    )


#: Degrees of freedom of a factor that only changes slowly, however many ratings there are.
SLOW_DF = 12.0
#: Half waves over the diary that count as slow, and the share of them in a factor that is none.
_SLOW_WAVES, _NOT_SLOW = 4, 0.2


def _slowness(days: Floats, columns: Floats) -> Floats:
    """Return how far each column (n, f) only changes slowly, from 0 to 1.

    What a slow column says of itself are a few rises and falls, which a level that drifts has as well, so its
    range is that of few degrees of freedom. With all of them, the mileage of shoes was held to be linked at
    p < .001 in 5 of 1,000 unlinked diaries, and its range held the truth in 85 to 93 of 100.
    """
    span = days[-1] - days[0]
    phase = np.pi * (days - days[0]) / span if span > 0 else np.zeros_like(days)
    waves = np.cos(np.multiply.outer(phase, np.arange(_SLOW_WAVES + 1)))
    basis = np.linalg.qr(waves)[0]
    share = (np.einsum("nw,nf->wf", basis, columns) ** 2).sum(axis=0) / len(days)
    return np.asarray(np.clip((share - _NOT_SLOW) / (1 - _NOT_SLOW), 0.0, 1.0))


#: Rows that are whitened and multiplied at a time: they stay in the processor's cache, and products so small
#: are made by one thread.
_BLOCK = 64


def _whitened_blocks(columns: Floats, gains: Floats, decays: Floats, variance: Floats) -> Iterator[Floats]:
    """Yield the whitened columns (``_BLOCK`` or fewer rows, g, c); each in the place of the one before."""
    scale = 1 / np.sqrt(variance)
    level = np.zeros((decays.shape[1], columns.shape[1]))
    step, block = np.empty_like(level), np.empty((_BLOCK, *level.shape))
    for first in range(0, len(columns), _BLOCK):
        rows = slice(first, first + _BLOCK)
        white = block[: len(columns[rows])]
        for row, innovation, decay, gain in zip(
            columns[rows], white, decays[rows, :, None], gains[rows, :, None], strict=True
        ):
            np.multiply(level, decay, out=level)
            np.subtract(row, level, out=innovation)
            np.multiply(gain, innovation, out=step)
            np.add(level, step, out=level)
        white *= scale[rows, :, None]
        yield white


def _kalman_gains(days: Floats, grid: ErrorGrid) -> tuple[Floats, Floats, Floats]:
    """Compute the Kalman gains, the decays of the level and the innovation variances (n, g).

    They depend on the times only. Of the level's variance the share 1 − gain is left after each rating.
    """
    decays = np.exp(-np.diff(days, prepend=days[0])[:, None] / grid.tau)
    kept = decays**2
    drift, kept = grid.share * (1 - kept), kept * (1 - grid.share)
    gains, variance = np.empty_like(decays), np.empty_like(decays)
    level_variance, last_gain = np.empty_like(grid.share), grid.share / (1 - grid.share)
    for added, factor, gain, total in zip(drift, kept, gains, variance, strict=True):
        np.multiply(factor, last_gain, out=level_variance)
        level_variance += added
        np.add(level_variance, 1 - grid.share, out=total)
        np.divide(level_variance, total, out=gain)
        last_gain = gain
    return gains, decays, variance


def cross_products(days: Floats, columns: Floats, rating: Floats, grid: ErrorGrid) -> CrossProducts:
    """Whiten an intercept, columns (n, k) and ratings (n,) and return their cross-products."""
    centred = rating - rating.mean()
    gains, decays, variance = _kalman_gains(days, grid)
    everything = np.column_stack([np.ones_like(centred), columns, centred])
    products = np.zeros((len(grid.tau), everything.shape[1], everything.shape[1]))
    for white in _whitened_blocks(everything, gains, decays, variance):
        products += white.transpose(1, 2, 0) @ white.transpose(1, 0, 2)
    log_det = np.log(variance).sum(axis=0)
    return CrossProducts(products[:, :-1, :-1], products[:, :-1, -1], products[:, -1, -1], log_det)


def effective_number(days: Floats, tau: float, share: float) -> float:
    """Return how many independent ratings would give the mean level as exactly as those of these days.

    The days (n,) never fall; the level lasts over ``tau`` days and has this share of the variance.
    """
    level, level_variance, number = 0.0, share, 0.0
    for decay in np.exp(-np.diff(days, prepend=days[0]) / tau).tolist():
        level_variance = share + decay**2 * (level_variance - share)
        variance = level_variance + 1 - share
        innovation, gain = 1 - decay * level, level_variance / variance
        number += innovation**2 / variance
        level = decay * level + gain * innovation
        level_variance *= 1 - gain
    return number


def _log_precision(precision: Floats) -> Floats:
    """Return the logarithms of precisions; a flat prior (0) does not enter the evidence."""
    return np.log(np.where(precision > 0, precision, 1.0))
