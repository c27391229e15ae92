"""Generalised least squares with a level that drifts, averaged over how it drifts.

y = Zβ + u,   Cov(u) = σ² R,   R = w·exp(−Δt/τ) + (1 − w)·I

y the ratings, Z an intercept and the columns of a Design, Δt the days between two ratings, τ the days over
which the runner's level lasts, w its share of the unexplained variance. With w and τ given, u is a level that
follows an Ornstein–Uhlenbeck process, seen with white noise, so a Kalman filter turns y and the columns into
independent ones in O(n) (Jones, Technometrics 1980;22:389, "Maximum likelihood fitting of ARMA models to time
series with missing observations"; Harvey, Forecasting, Structural Time Series Models and the Kalman Filter,
1989, ch. 3 and 9). Then each β has Student's t as its posterior and y a marginal likelihood in closed form
(normal-inverse-gamma; Gelman et al., Bayesian Data Analysis, ch. 14), and the answer is the mixture over
the grid of τ and w.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.links.mixture import Mixture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.analysis.links.design import Design

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The points over which the answer is averaged, all (g,): τ in days, w, and the log of their weight."""

    tau: Floats
    share: Floats
    log_weight: Floats


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior SDs of an effect per SD of its column, as fractions of the ratings' SD; inf is flat.

    Attributes:
        own: of the factor that the answer is about.
        others: of every other column while that factor is estimated.
    """

    own: float = 0.75
    others: float = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
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


def grid() -> Grid:
    """Make the grid: τ from 1 to 1,000 days, w from 0 to 0.99, all alike; at w = 0 there is no τ.

    A level that lasts 1,000 days wanders through a diary without ever coming back, as a random walk does.
    """
    taus, shares = np.geomspace(1, 1000, 10), np.array([0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.96, 0.99])
    tau, share = (axis.ravel() for axis in np.meshgrid(taus, shares))
    weight = np.append(np.ones_like(tau), len(taus))
    return Grid(np.append(tau, 1.0), np.append(share, 0.0), np.log(weight))


def fit(design: Design, points: Grid | None = None, prior: Prior | None = None) -> Mixture:
    """Estimate the effect of each factor, in rating points per SD of the factor.

    The prior's SDs are fractions of the ratings' SD; they are put on the scale of σ² by the variance that a
    grid point leaves unexplained without any factor. σ² is estimated with n − 1 − Σ(1 − prior precision ×
    posterior variance) degrees of freedom: what is subtracted is the number of parameters that the columns
    really use under the prior (Hastie & Tibshirani, Generalized Additive Models, 1990, ch. 3), all of them
    where it is flat.
    """
    points, prior = points or grid(), prior or Prior()
    n, k = design.columns.shape
    sums = _sums(design, points)
    unexplained = (sums.yy - sums.zy[:, 0] ** 2 / sums.zz[:, 0, 0]) / (n - 1)
    unit = unexplained / np.var(design.rating, ddof=1)
    own, others = unit / prior.own**2, unit / prior.others**2

    inverse = np.linalg.inv(sums.zz + others[:, None, None] * np.diag([0.0, *np.ones(k)]))
    beta = np.einsum("gij,gj->gi", inverse, sums.zy)
    variance = np.einsum("gii->gi", inverse)
    squares = sums.yy - np.einsum("gi,gi->g", beta, sums.zy)
    log_weight = points.log_weight + _log_evidence(sums.log_det, inverse, [own] + (k - 1) * [others])
    df = n - 1 - (1 - others[:, None] * variance[:, 1:]).sum(axis=1, keepdims=True)

    # Each factor in turn is given its own prior in place of the others' (Sherman–Morrison).
    answers = slice(1, 1 + len(design.names))
    beta, variance = beta[:, answers], variance[:, answers]
    released = (others - own)[:, None]
    left = 1 - released * variance
    residual = squares[:, None] - released * beta**2 / left
    proper = n - 1 - np.isinf(prior.own) - (k - 1) * np.isinf(prior.others)
    return Mixture.of(
        centre=beta / left,
        scale=np.sqrt(variance / left * residual / df),
        log_weight=log_weight[:, None] - 0.5 * np.log(left) - 0.5 * proper * np.log(residual),
        df=df,
    )


def whiten(days: Floats, columns: Floats, points: Grid) -> tuple[Floats, Floats]:
    """Turn columns with covariance R into independent ones of variance 1.

    Args:
        days: (n,), never falling.
        columns: (n, c).
        points: the grid (g,).

    Returns:
        The whitened columns (n, g, c) and log det R (g,).
    """
    stays = np.exp(-np.diff(days, prepend=days[0])[:, None] / points.tau)
    gain, variance = _gains(stays, points.share)
    level = np.zeros((len(points.tau), columns.shape[1]))
    white = np.empty((len(days), *level.shape))
    for row, surprise, kept, trust in zip(columns, white, stays[:, :, None], gain[:, :, None], strict=True):
        level *= kept
        np.subtract(row, level, out=surprise)
        level += trust * surprise
    white /= np.sqrt(variance)[:, :, None]
    return white, np.log(variance).sum(axis=0)


def _gains(stays: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Run the part of the Kalman filter that no data enter: its gains and the variance of what surprises."""
    gain, variance = np.empty_like(stays), np.empty_like(stays)
    unsure = share
    for i, kept in enumerate(stays):
        unsure = share + kept**2 * (unsure - share)
        variance[i] = unsure + 1 - share
        gain[i] = unsure / variance[i]
        unsure = unsure * (1 - gain[i])
    return gain, variance


def _sums(design: Design, points: Grid) -> Sums:
    centred = design.rating - design.rating.mean()
    columns = np.column_stack([np.ones_like(centred), design.columns, centred])
    white, log_det = whiten(design.days, columns, points)
    products = white.transpose(1, 2, 0) @ white.transpose(1, 0, 2)
    return Sums(products[:, :-1, :-1], products[:, :-1, -1], products[:, -1, -1], log_det)


def _log_evidence(log_det: Floats, inverse: Floats, precisions: list[Floats]) -> Floats:
    """Give the part of the log marginal likelihood without residuals; a flat prior (0) has no part in it."""
    prior = np.sum([np.log(np.where(precision > 0, precision, 1.0)) for precision in precisions], axis=0)
    evidence: Floats = 0.5 * (np.linalg.slogdet(inverse)[1] + prior - log_det)
    return evidence
