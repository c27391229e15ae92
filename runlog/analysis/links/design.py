"""From a table of ratings to the columns of the regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.links.table import WEEKDAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

#: From this many ratings on, each weekday has a term of its own.
WEEKDAYS_FROM = 80


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """One area's ratings, ready to be fitted.

    Attributes:
        days: when each rating was given, in days since the first (n,), never falling.
        rating: (n,).
        columns: (n, k), each of mean 0 and SD 1: first the factors, then the nuisance columns (whether a
            factor was unknown, the weekdays).
        names: of the factors.
        spread: each factor's SD, in its own unit.
        mean: each factor's mean, likewise.
    """

    days: NDArray[np.float64]
    rating: NDArray[np.float64]
    columns: NDArray[np.float64]
    names: tuple[str, ...]
    spread: NDArray[np.float64]
    mean: NDArray[np.float64]


def design(ratings: pd.DataFrame, names: Sequence[str]) -> Design:
    """Make the columns for these factors, each of which must vary.

    Where a factor is unknown its column is 0 (its mean) and a column of its own says that it was unknown,
    one for all factors that are unknown at the same ratings. So a rating is not lost because one of twelve
    factors was not told that day, and ratings with something unknown may differ from the others.

    Args:
        ratings: checked ratings of one area (see table.checked).
        names: the factors.
    """
    values = ratings[list(names)].to_numpy(dtype=float)
    mean, spread = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    known = np.nan_to_num((values - mean) / spread, nan=0.0)
    return Design(
        days=days(ratings),
        rating=ratings["rating"].to_numpy(dtype=float),
        columns=np.column_stack([known, _standardised(_unknown(values)), _standardised(_weekdays(ratings))]),
        names=tuple(names),
        spread=spread,
        mean=mean,
    )


def days(ratings: pd.DataFrame) -> NDArray[np.float64]:
    """Days since the first rating (n,)."""
    moments = ratings["moment"]
    return np.asarray((moments - moments.iloc[0]).dt.total_seconds() / 86_400, dtype=float)


def _unknown(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.unique(np.isnan(values), axis=1), dtype=float)


def _weekdays(ratings: pd.DataFrame) -> NDArray[np.float64]:
    """Give a column to each of the seven days.

    The prior makes up for one too many. Without the Sunday's, a rhythm of weekends had to be told by five
    other days, each held back by the prior, and leaked into a factor of weekends: 68% false alarms against
    12% where both went together in nine ratings of ten.
    """
    if len(ratings) < WEEKDAYS_FROM:
        return np.empty((len(ratings), 0))
    weekday = ratings[WEEKDAY].to_numpy()
    return np.asarray(weekday[:, None] == np.arange(7), dtype=float)


def _standardised(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring columns to mean 0 and SD 1, without those that do not vary."""
    varying = columns[:, np.ptp(columns, axis=0) > 0]
    return np.asarray((varying - varying.mean(axis=0)) / varying.std(axis=0))
