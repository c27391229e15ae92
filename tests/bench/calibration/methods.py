"""What others do with the same table: a p for each factor by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import statsmodels.api as sm
from scipy import stats

if TYPE_CHECKING:
    import pandas as pd

SHUFFLES = 400
BLOCK_DAYS = 14


def spearman(table: pd.DataFrame, names: list[str], rng: np.random.Generator) -> np.ndarray:
    """Rank correlation, factor by factor, as if no rating had to do with the one before."""
    del rng
    return np.array(
        [stats.spearmanr(*table[["rating", name]].dropna().to_numpy().T).pvalue for name in names]
    )


def hac(table: pd.DataFrame, names: list[str], rng: np.random.Generator) -> np.ndarray:
    """All factors in one least-squares regression with the errors of Newey and West (statsmodels).

    What is unknown is the factor's mean, with a column that says so; as many lags as Newey and West's rule
    gives, 4(n/100)^(2/9).
    """
    del rng
    values = table[names].to_numpy(float)
    unknown = np.unique(np.isnan(values), axis=1).astype(float)
    centred = np.nan_to_num((values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0))
    columns = np.column_stack([centred, unknown[:, np.ptp(unknown, axis=0) > 0]])
    lags = int(4 * (len(table) / 100) ** (2 / 9))
    model = sm.OLS(table["rating"].to_numpy(float), sm.add_constant(columns))
    fitted = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    return np.asarray(fitted.pvalues[1 : 1 + len(names)])


def block_permutation(table: pd.DataFrame, names: list[str], rng: np.random.Generator) -> np.ndarray:
    """Correlation against that with the factors' blocks of 14 days in another order."""
    days = (table["moment"] - table["moment"].iloc[0]).dt.total_seconds().to_numpy() / 86_400
    block = (days // BLOCK_DAYS).astype(int)
    blocks = [np.flatnonzero(block == one) for one in np.unique(block)]
    orders = [rng.permutation(len(blocks)) for _ in range(SHUFFLES)]
    moved = np.array([np.concatenate([blocks[one] for one in order]) for order in orders])
    return _against(table, names, moved)


def circular_shift(table: pd.DataFrame, names: list[str], rng: np.random.Generator) -> np.ndarray:
    """Correlation against that with the factors shifted round the diary, by every number of ratings."""
    del rng
    n = len(table)
    return _against(table, names, (np.arange(n) + np.arange(1, n)[:, None]) % n)


def _against(table: pd.DataFrame, names: list[str], moved: np.ndarray) -> np.ndarray:
    """How often a correlation with moved factors is at least as large as the one with the factors."""
    rating = table["rating"].to_numpy(float)
    p = []
    for name in names:
        values = table[name].to_numpy(float)
        real = _correlation(rating, values[None, :])
        made = _correlation(rating, values[moved])
        p.append((1 + np.sum(made >= real - 1e-12)) / (1 + len(made)))
    return np.array(p)


def _correlation(rating: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Size of the correlation of the ratings with each row of values, over what is known."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    x, y = np.where(known, values, 0.0), np.where(known, rating, 0.0)
    x = np.where(known, x - (x.sum(axis=1) / count)[:, None], 0.0)
    y = np.where(known, y - (y.sum(axis=1) / count)[:, None], 0.0)
    size = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return np.abs((x * y).sum(axis=1)) / np.where(size > 0, size, np.inf)


METHODS = {
    "Spearman": spearman,
    "HAC": hac,
    "blocks": block_permutation,
    "shift": circular_shift,
}
