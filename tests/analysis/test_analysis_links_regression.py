"""The regression and its mixture, each against a computation of another kind."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import multivariate_normal

from runlog.analysis.distributions import Mixture, t_cdf
from runlog.analysis.links import regression
from runlog.analysis.links.ratings import Design

TAU, SHARE = 9.0, 0.6
POINT = regression.ErrorGrid(np.array([TAU]), np.array([SHARE]), np.zeros(1))
POINTS = regression.ErrorGrid(
    np.array([1.0, 5.0, 5.0, 40.0]), np.array([0.0, 0.3, 0.8, 0.6]), np.log([3.0, 1.0, 1.0, 1.0])
)
FLAT = regression.Prior(own=np.inf, others=np.inf)


def some_design(seed: int = 1, n: int = 50, factors: int = 3, nuisance: int = 1) -> Design:
    rng = np.random.default_rng(seed)
    days = np.sort(rng.uniform(0, 1.5 * n, size=n))
    days[3] = days[2]  # two ratings at one moment
    columns = rng.normal(size=(n, factors + nuisance))
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    rating = np.clip(np.round(3 + 0.7 * columns[:, 0] + np.sin(days / 9) + rng.normal(size=n)), 0, 10)
    ones = np.ones(factors)
    return Design(days, rating, columns, tuple(f"f{i}" for i in range(factors)), ones, 0 * ones)


def covariance(days: np.ndarray, tau: float = TAU, share: float = SHARE) -> np.ndarray:
    apart = np.abs(days[:, None] - days)
    return share * np.exp(-apart / tau) + (1 - share) * np.eye(len(days))


def test_without_prior_at_one_point_it_is_generalised_least_squares():
    design = some_design()
    reference = sm.GLS(design.rating, sm.add_constant(design.columns), covariance(design.days)).fit()
    found = regression.regress(design, POINT, FLAT).effects()
    ranges = np.column_stack([found.quantile(0.025), found.quantile(0.975)])
    assert found.mean() == pytest.approx(reference.params[1:4], rel=1e-8)
    assert found.scale[0] == pytest.approx(reference.bse[1:4], rel=1e-8)
    assert found.sd() == pytest.approx(reference.bse[1:4] * np.sqrt(45 / 43), rel=1e-8)  # of a t with 45
    assert ranges == pytest.approx(reference.conf_int()[1:4], rel=1e-8)
    assert found.two_sided_p() == pytest.approx(reference.pvalues[1:4], rel=1e-8)


def test_whitening_is_what_the_dense_matrix_says():
    design = some_design()
    points = regression.error_grid()
    found = regression.cross_products(design.days, design.columns, design.rating, points)
    columns, rating = sm.add_constant(design.columns), design.rating - design.rating.mean()
    for i, (tau, share) in enumerate(zip(points.tau, points.share, strict=True)):
        dense = covariance(design.days, tau, share)
        white_columns, white_rating = np.linalg.solve(dense, columns), np.linalg.solve(dense, rating)
        assert found.zz[i] == pytest.approx(columns.T @ white_columns, abs=1e-9)
        assert found.zy[i] == pytest.approx(columns.T @ white_rating, abs=1e-9)
        assert found.yy[i] == pytest.approx(rating @ white_rating, abs=1e-9)
        assert found.log_det[i] == pytest.approx(np.linalg.slogdet(dense)[1], abs=1e-9)


def log_marginal(design: Design, point: int, prior_sd: np.ndarray) -> float:
    """Log density of the ratings with the columns, the intercept and σ² integrated out, by dense matrices.

    With β ~ N(0, σ² V) the ratings are N(intercept, σ²(R + X V X')); V as gls.fit puts it on σ²'s scale.
    """
    points = POINTS
    n, one = len(design.days), np.ones((len(design.days), 1))
    noise = covariance(design.days, points.tau[point], points.share[point])
    rating = design.rating

    def quadratic(matrix: np.ndarray) -> tuple[float, float]:
        weight = (one.T @ np.linalg.solve(matrix, one)).item()
        centre = (one.T @ np.linalg.solve(matrix, rating)).item() / weight
        rest = rating - centre
        return rest @ np.linalg.solve(matrix, rest), weight

    unit = quadratic(noise)[0] / (n - 1) / np.var(rating, ddof=1)
    total = noise + design.columns @ np.diag(prior_sd**2 / unit) @ design.columns.T
    squares, weight = quadratic(total)
    return float(
        gammaln((n - 1) / 2)
        - (n - 1) / 2 * np.log(np.pi * squares)
        - 0.5 * np.linalg.slogdet(total)[1]
        - 0.5 * np.log(weight)
    )


def test_grid_points_weigh_as_the_dense_marginal_likelihood_says():
    design = some_design()
    points, prior = POINTS, regression.Prior()
    found = regression.regress(design, points).effects()
    for factor in range(len(design.names)):
        sd = np.full(design.columns.shape[1], prior.others)
        sd[factor] = prior.own
        logs = np.array([log_marginal(design, i, sd) for i in range(len(points.tau))]) + points.log_weight
        expected = np.exp(logs - logs.max())
        assert found.weight[:, factor] == pytest.approx(expected / expected.sum(), rel=1e-8)


def test_the_marginal_likelihood_is_what_integrating_over_the_variance_gives():
    """With scipy's normal density of the ratings' contrasts, of which no intercept is left, given σ²."""
    design, sd = some_design(n=14), np.array([0.75, 0.35, 0.35, 0.35])
    n = len(design.days)
    contrasts = np.linalg.svd(np.ones((1, n)))[2][1:]
    seen, dense = contrasts @ design.rating, []
    for point in range(len(POINTS.tau)):
        noise = covariance(design.days, POINTS.tau[point], POINTS.share[point])
        inner = contrasts @ noise @ contrasts.T
        unit = seen @ np.linalg.solve(inner, seen) / (n - 1) / np.var(design.rating, ddof=1)
        effects = design.columns @ np.diag(sd**2 / unit) @ design.columns.T
        spread = contrasts @ (noise + effects) @ contrasts.T

        def density(log_variance: float, spread: np.ndarray = spread) -> float:
            return float(multivariate_normal(cov=np.exp(log_variance) * spread).pdf(seen))

        dense.append(np.log(quad(density, -8, 8, epsabs=0, epsrel=1e-11, limit=400)[0]))
    ours = [log_marginal(design, point, sd) for point in range(len(POINTS.tau))]
    assert np.diff(ours) == pytest.approx(np.diff(dense), rel=1e-8, abs=1e-8)


def test_one_prior_for_all_is_ridge():
    design = some_design()
    found = regression.regress(design, POINT, regression.Prior(own=0.3, others=0.3)).effects()
    dense = covariance(design.days)
    z = np.column_stack([np.ones(len(design.days)), design.columns])
    null = sm.GLS(design.rating, np.ones(len(design.days)), dense).fit()
    penalty = null.scale / np.var(design.rating, ddof=1) / 0.3**2 * np.diag([0, *np.ones(4)])
    ridge = np.linalg.solve(
        z.T @ np.linalg.solve(dense, z) + penalty, z.T @ np.linalg.solve(dense, design.rating)
    )
    assert found.mean() == pytest.approx(ridge[1:4], rel=1e-9)


def test_each_factor_alone_has_the_wide_prior():
    design = some_design()
    found = regression.regress(design, POINT, regression.Prior(own=2.0, others=0.1)).effects().mean()
    all_wide = regression.regress(design, POINT, regression.Prior(own=2.0, others=2.0)).effects().mean()
    all_narrow = regression.regress(design, POINT, regression.Prior(own=0.1, others=0.1)).effects().mean()
    assert abs(all_narrow[0]) < 0.6 * abs(found[0])
    assert found[0] == pytest.approx(all_wide[0], rel=0.15)


def test_grid_holds_every_tau_once_where_nothing_lasts():
    points = regression.error_grid()
    weight = np.exp(points.log_weight)
    assert np.sum(points.share == 0) == 1
    by_share = {share: weight[points.share == share].sum() for share in points.share}
    assert np.ptp(list(by_share.values())) < 1e-12
    assert (points.tau.min(), points.tau.max()) == pytest.approx((1, 1000))
    assert points.share.max() == pytest.approx(0.99)


def test_mixture_agrees_with_drawing_from_it():
    rng = np.random.default_rng(5)
    weight = np.array([[0.2], [0.5], [0.3]])
    centre, scale = np.array([[-1.0], [0.3], [2.0]]), np.array([[0.5], [1.0], [0.2]])
    df = np.array([[8.0], [30.0], [15.0]])
    mixture = Mixture.from_log_weights(centre, scale, np.log(weight), df)
    part = rng.choice(3, p=weight[:, 0], size=400_000)
    drawn = centre[part, 0] + scale[part, 0] * rng.standard_t(df[part, 0])
    assert mixture.mean()[0] == pytest.approx(drawn.mean(), abs=0.01)
    assert mixture.sd()[0] == pytest.approx(drawn.std(), rel=0.01)
    for mass in (0.025, 0.2, 0.975):
        assert mixture.quantile(mass)[0] == pytest.approx(np.quantile(drawn, mass), abs=0.02)
    assert mixture.two_sided_p()[0] == pytest.approx(2 * (drawn < 0).mean(), abs=0.01)


@given(seed=st.integers(0, 10_000), mass=st.floats(0.001, 0.999))
@settings(max_examples=40)
def test_quantile_undoes_below(seed: int, mass: float):
    rng = np.random.default_rng(seed)
    shape = (rng.integers(1, 9), 3)
    mixture = Mixture.from_log_weights(
        rng.normal(size=shape),
        rng.exponential(size=shape) + 0.01,
        rng.normal(size=shape),
        np.full((shape[0], 1), 7.0),
    )
    below = t_cdf((mixture.quantile(mass) - mixture.centre) / mixture.scale, mixture.df)
    assert (mixture.weight * below).sum(axis=0) == pytest.approx(np.full(3, mass), abs=1e-8)
    assert mixture.weight.sum(axis=0) == pytest.approx(np.ones(3))


def test_averages_are_of_the_components_that_are_left():
    mixture = Mixture.from_log_weights(
        np.zeros((3, 1)), np.ones((3, 1)), np.array([[0.0], [-99.0], [0.0]]), np.full((3, 1), 9.0)
    )
    assert mixture.kept.tolist() == [True, False, True]
    assert mixture.average(np.array([1.0, 50.0, 3.0])) == pytest.approx([2.0])


def test_tail_stays_above_zero_far_out():
    mixture = Mixture.from_log_weights(
        np.array([[40.0]]), np.array([[1.0]]), np.zeros((1, 1)), np.array([[30.0]])
    )
    assert 0 < mixture.two_sided_p()[0] < 1e-20
