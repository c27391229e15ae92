"""Estimate how much a runner's ratings vary by themselves: the noise in any comparison of them.

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
    from numpy.typing import NDArray

if TYPE_CHECKING:
    Floats = NDArray[np.float64]

#: Who rates in whole points cannot be steadier than this: the variance of rounding.
_ROUNDING_VARIANCE = 1 / 12


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """What is unexplained in one area's ratings, over the points of the grid (g,).

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
        """The SD of one rating, in points."""
        return float(np.sqrt(self.weight @ self.variance))

    @property
    def lasting_share(self) -> float:
        """The share of the variance that lasts from day to day (w)."""
        return float(self.weight @ self.share)

    @property
    def lasts_days(self) -> float:
        """The days over which that share lasts (τ, the geometric mean); NaN where nothing lasts."""
        lasting = self.weight * self.share
        return float(np.exp(lasting @ np.log(self.tau) / lasting.sum())) if lasting.sum() > 0 else np.nan

    def of_difference(self, apart: float) -> float:
        """The SD of the difference between two ratings so many days apart, in points.

        Var = 2σ²(1 − w·exp(−Δt/τ)): of what lasts, two ratings near each other share the most.
        """
        variance = 2 * self.variance * (1 - self.share * np.exp(-apart / self.tau))
        return float(np.sqrt(max(float(self.weight @ variance), 2 * _ROUNDING_VARIANCE)))


def fit_noise(ratings: pd.DataFrame, names: Sequence[str] = ()) -> Noise:
    """Estimate the noise of one area's ratings.

    Args:
        ratings: ``moment`` (aware), ``rating`` and the columns ``names``, in the order of the moments.
        names: columns, each known at every rating and not the same at all of them, whose part in the
            ratings is no noise. All that is not named counts as noise.
    """
    columns = ratings[list(names)].to_numpy(float)
    rating = ratings["rating"].to_numpy(float)
    points = regression.error_grid()
    centred = np.column_stack([np.ones_like(rating), columns - columns.mean(axis=0), rating - rating.mean()])
    white, log_det = regression.whiten(days_since_first(ratings), centred, points)
    products = white.transpose(1, 2, 0) @ white.transpose(1, 0, 2)
    zz, zy, yy = products[:, :-1, :-1], products[:, :-1, -1], products[:, -1, -1]
    left = yy - np.einsum("gi,gi->g", zy, np.linalg.solve(zz, zy[..., None])[..., 0])
    df = len(rating) - 1 - len(names)
    variance = np.maximum(left / df, _ROUNDING_VARIANCE)
    log_weight = points.log_weight - 0.5 * (log_det + np.linalg.slogdet(zz)[1] + df * np.log(variance))
    weight = np.exp(log_weight - log_weight.max())
    return Noise(len(rating), variance, points.tau, points.share, weight / weight.sum())
