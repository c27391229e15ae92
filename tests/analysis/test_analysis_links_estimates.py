"""A runner's own noise, against the covariance written out and against simulated diaries."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from runlog.analysis.links import regression
from runlog.analysis.links.estimates import fit_noise


def covariance(days, tau, share):
    apart = np.abs(days[:, None] - days[None, :])
    return share * np.exp(-apart / tau) + (1 - share) * np.eye(len(days))


def diary(chance, n, *, sd=1.0, tau=5.0, share=0.5, effect=0.0):
    days = np.sort(chance.choice(3 * n, n, replace=False)).astype(float)
    went = (chance.random(n) < 0.5).astype(float)
    unexplained = np.linalg.cholesky(covariance(days, tau, share)) @ chance.normal(0, sd, n)
    moments = pd.to_datetime(datetime(2026, 1, 1, tzinfo=UTC)) + pd.to_timedelta(days, unit="D")
    return pd.DataFrame({"moment": moments, "rating": 4 + effect * went + unexplained, "went": went})


def test_the_numbers_are_those_of_the_covariance_written_out():
    table = diary(np.random.default_rng(3), 30, effect=-1.0)
    found = fit_noise(table, ["went"])
    days = (table["moment"] - table["moment"].iloc[0]).dt.total_seconds().to_numpy() / 86400
    z = np.column_stack([np.ones(30), table["went"] - table["went"].mean()])
    y = table["rating"].to_numpy()
    grid = regression.error_grid()
    variance, log_weight = [], []
    for tau, share, prior in zip(grid.tau, grid.share, grid.log_weight, strict=True):
        r = covariance(days, tau, share)
        inverse = np.linalg.inv(r)
        gram = z.T @ inverse @ z
        left = y - z @ np.linalg.solve(gram, z.T @ inverse @ y)
        variance.append(left @ inverse @ left / 28)
        log_det = np.linalg.slogdet(r)[1] + np.linalg.slogdet(gram)[1]
        log_weight.append(prior - 0.5 * (log_det + 28 * np.log(variance[-1])))
    weight = np.exp(np.array(log_weight) - max(log_weight))
    np.testing.assert_allclose(found.variance, variance, rtol=1e-8)
    np.testing.assert_allclose(found.weight, weight / weight.sum(), atol=1e-10)
    variance_of_rating = np.average(variance, weights=weight)
    assert found.sd_of_difference(1e9) == pytest.approx(np.sqrt(2 * variance_of_rating))


@pytest.mark.parametrize(("tau", "share"), [(5.0, 0.7), (2.0, 0.3), (30.0, 0.8)])
def test_the_noise_of_a_difference_is_found_again(tau, share):
    chance = np.random.default_rng(11)
    found = [
        fit_noise(diary(chance, 80, sd=1.2, tau=tau, share=share)).sd_of_difference(2.5) for _ in range(30)
    ]
    truth = 1.2 * np.sqrt(2 * (1 - share * np.exp(-2.5 / tau)))
    assert np.mean(found) == pytest.approx(truth, rel=0.08)


def test_what_is_named_is_no_noise():
    table = diary(np.random.default_rng(2), 80, effect=-3.0)
    assert fit_noise(table, ["went"]).sd_of_difference(1e9) == pytest.approx(2**0.5, abs=0.35)
    assert fit_noise(table).sd_of_difference(1e9) > 2.1


def test_runs_close_to_each_other_differ_by_less():
    found = fit_noise(diary(np.random.default_rng(4), 120, tau=8.0, share=0.9))
    assert found.sd_of_difference(1) < found.sd_of_difference(4) < found.sd_of_difference(30)
    weight = found.weight * found.share
    assert 0.5 < weight.sum() < 1
    assert 2 < np.exp(weight @ np.log(found.tau) / weight.sum()) < 40


def test_who_always_rates_the_same_is_no_steadier_than_rounding():
    table = diary(np.random.default_rng(1), 25).assign(rating=2.0)
    assert fit_noise(table).sd_of_difference(2) == pytest.approx(np.sqrt(2 / 12))
