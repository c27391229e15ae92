"""Estimate how much a runner's ratings vary by themselves: the noise of any comparison.

The model is that of regression.py: what is not explained is a level that drifts plus noise of the day, with
Cov = σ²[w·exp(−Δt/τ) + (1 − w)·I]. At each point of the grid over τ and w the intercept and the columns are
fitted with flat priors, which leaves σ² = residual sum of squares / (n − p), and the point is weighted by
its restricted likelihood (Harville, J Am Stat Assoc 1977;72:320). All results are means over these weights,
so that no single τ and w has to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.links import regression
from runlog.analysis.links.ratings import days_since_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from runlog.analysis.links.regression import Floats

#: Lower bound: the variance of rounding to whole points.
_ROUNDING_VARIANCE = 1 / 12


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Unexplained variation of one area's ratings, over the points of the grid (g,).

    Attributes:
        n: the ratings that it was estimated from.
        variance: σ², in points squared.
        tau: days over which the level lasts.
        share: w, the level's share of σ².
        weight: of each point, together 1.
    """

    n: int
    variance: Floats
    tau: Floats
    share: Floats
    weight: Floats

    @property
    def sd(self) -> float:
        """SD of one rating, in points."""
        return float(np.sqrt(self.weight @ self.variance))

    @property
    def autocorrelated_share(self) -> float:
        """Share of the variance that is autocorrelated (w)."""
        return float(self.weight @ self.share)

    @property
    def autocorrelation_days(self) -> float:
        """Days over which that share lasts (τ, the geometric mean); NaN where the share is 0."""
        weight = self.weight * self.share
        return float(np.exp(weight @ np.log(self.tau) / weight.sum())) if weight.sum() > 0 else np.nan

    def sd_of_difference(self, days_apart: float) -> float:
        """Return the SD of the difference between two ratings so many days apart, in points.

        Var = 2σ²(1 − w·exp(−Δt/τ)).
        """
        variance = 2 * self.variance * (1 - self.share * np.exp(-days_apart / self.tau))
        return float(np.sqrt(max(float(self.weight @ variance), 2 * _ROUNDING_VARIANCE)))


def fit_noise(ratings: pd.DataFrame, names: Sequence[str] = ()) -> Noise:
    """Estimate the noise of one area's ratings.

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
    return Noise(len(rating), variance, grid.tau, grid.share, weight / weight.sum())
