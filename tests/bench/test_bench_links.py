"""How fast links is. Run by hand: ``pytest tests/bench -n 0 --benchmark-enable -p no:cacheprovider``."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runlog.analysis.links import gls, links

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

N, FACTORS = 2000, 12


def many_ratings() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    days = np.sort(rng.uniform(0, 2 * N, size=N))
    columns = {f"f{i}": rng.normal(size=N) for i in range(FACTORS)}
    moment = pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(days, unit="D")
    return pd.DataFrame({"moment": moment, "rating": rng.integers(0, 8, size=N), **columns})


def seconds(call: Callable[[], Any]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def one_dense_solve(table: pd.DataFrame) -> np.ndarray:
    """What a single point of the grid costs with the n × n matrix that the recursion does without."""
    days = (table["moment"] - table["moment"].min()).dt.total_seconds().to_numpy() / 86_400
    covariance = 0.5 * np.exp(-np.abs(days[:, None] - days) / 10) + 0.5 * np.eye(N)
    return np.linalg.solve(covariance, table[[f"f{i}" for i in range(FACTORS)]].to_numpy())


def test_two_thousand_ratings_of_twelve_factors(benchmark: BenchmarkFixture):
    table = many_ratings()
    dense = min(seconds(lambda: one_dense_solve(table)) for _ in range(3))
    found = benchmark(links, table)
    assert len(found) == FACTORS
    ours = min(seconds(lambda: links(table)) for _ in range(3))
    ratio = ours / (dense * len(gls.grid().tau))
    benchmark.extra_info["share_of_dense_solves"] = round(ratio, 4)
    assert ratio < 0.5
