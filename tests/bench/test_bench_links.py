"""How fast links is. Run by hand: ``pytest tests/bench -n 0 --benchmark-enable -p no:cacheprovider``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runlog.analysis.links import links, regression

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

N, FACTORS = 2000, 12


def many_ratings(n: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    days = np.sort(rng.uniform(0, 2 * n, size=n))
    columns = {f"f{i}": rng.normal(size=n) for i in range(FACTORS)}
    moment = pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(days, unit="D")
    return pd.DataFrame({"moment": moment, "rating": rng.integers(0, 8, size=n), **columns})


def one_dense_solve(table: pd.DataFrame) -> np.ndarray:
    """What a single point of the grid costs with the n × n matrix that the recursion does without."""
    days = (table["moment"] - table["moment"].min()).dt.total_seconds().to_numpy() / 86_400
    covariance = 0.5 * np.exp(-np.abs(days[:, None] - days) / 10) + 0.5 * np.eye(N)
    return np.linalg.solve(covariance, table[[f"f{i}" for i in range(FACTORS)]].to_numpy())


def test_two_thousand_ratings_of_twelve_factors(
    benchmark: BenchmarkFixture, seconds: Callable[..., float], measured: Any
):
    table = many_ratings()
    found = benchmark(links, table)
    assert len(found) == FACTORS
    ours, dense = seconds(lambda: links(table)), seconds(lambda: one_dense_solve(table), rounds=3)
    measured.amount("links, 2,000 ratings × 12 factors", "–", f"{ours:.2f} s", "< 0.5 s")
    ratio = dense * len(regression.error_grid().tau) / ours
    measured.ratio("links, 2,000 ratings × 12 factors", "dense matrices", ratio, "> 2 ×")
    assert ours < 0.5
    assert ratio > 2


def test_the_time_grows_as_the_ratings_do(seconds: Callable[..., float], measured: Any):
    few, many = (many_ratings(n) for n in (2_000, 16_000))
    exponent = np.log(seconds(lambda: links(many), rounds=3) / seconds(lambda: links(few))) / np.log(8)
    measured.amount("links, 16,000 against 2,000 ratings", "–", f"n^{exponent:.2f}", "≤ n^1.3")
    assert exponent <= 1.3
