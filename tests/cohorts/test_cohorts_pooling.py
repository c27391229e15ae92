"""Effects pooled over runners: against brute force, another implementation, and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import halfnorm, norm
from statsmodels.stats.meta_analysis import combine_effects

from runlog.cohorts.pooling import MEAN_PRIOR, SPREAD_PRIOR, judge_by_pool, pool_effects


def simulated(effects, seed, error=0.42):
    rng = np.random.default_rng(seed)
    errors = error * np.sqrt(rng.chisquare(30, len(effects)) / 30)
    return rng.normal(effects, errors), errors


def brute_force(b, s):
    """Mean of μ, τ and each θ by summing the joint density over a fine grid of μ and τ."""
    mu, tau = np.linspace(-4, 4, 1601)[:, None], np.linspace(0, 4, 1601)[None, :]
    log_density = norm.logpdf(mu, 0, MEAN_PRIOR) + halfnorm.logpdf(tau, scale=SPREAD_PRIOR)
    for one, error in zip(b, s, strict=True):
        log_density = log_density + norm.logpdf(one, mu, np.hypot(error, tau))
    density = np.exp(log_density - log_density.max())
    density /= density.sum()
    own = [
        (density * (error**2 * mu + tau**2 * one) / (error**2 + tau**2)).sum()
        for one, error in zip(b, s, strict=True)
    ]
    return (density * mu).sum(), (density * tau).sum(), own


def test_the_closed_form_is_what_brute_force_finds():
    b, s = simulated(np.array([-0.6, -0.2, -1.4, 0.3, -0.9]), seed=4)
    mean, spread, own = brute_force(b, s)
    pooled = pool_effects(b, s)
    assert pooled.mean.value == pytest.approx(mean, abs=0.005)
    assert pooled.spread.value == pytest.approx(spread, abs=0.01)
    assert pooled.given_others[:, 0] == pytest.approx(own, abs=0.005)


@pytest.mark.parametrize(("mean", "spread"), [(-0.6, 0.5), (0.0, 0.6), (-0.6, 0.2)])
def test_many_runners_are_pooled_as_statsmodels_pools_them(mean, spread):
    b, s = simulated(np.random.default_rng(8).normal(mean, spread, 400), seed=9)
    theirs = combine_effects(b, s**2, method_re="pm", use_t=False)  # Paule-Mandel
    pooled = pool_effects(b, s)
    assert pooled.mean.value == pytest.approx(theirs.mean_effect_re, abs=0.01)
    assert pooled.spread.value**2 == pytest.approx(theirs.tau2, abs=0.02)
    assert pooled.q == pytest.approx(theirs.q)
    assert pooled.i2 == pytest.approx(max(0.0, theirs.i2), abs=1e-9)
    low, high = theirs.summary_frame().loc["random effect wls", ["ci_low", "ci_upp"]]  # Hartung-Knapp
    assert pooled.mean.low == pytest.approx(low, abs=0.02)
    assert pooled.mean.high == pytest.approx(high, abs=0.02)


def test_the_order_of_the_runners_changes_nothing():
    b, s = simulated(np.random.default_rng(1).normal(-0.5, 0.4, 50), seed=2)
    turned = np.random.default_rng(3).permutation(50)
    one, other = pool_effects(b, s), pool_effects(b[turned], s[turned])
    assert one.mean == other.mean
    assert one.spread == other.spread
    assert one.given_others[turned].tolist() == other.given_others.tolist()


def test_runners_alike_gain_most_and_a_runner_without_others_nothing():
    b, s = simulated(np.full(200, -0.6), seed=5)
    alike = pool_effects(b, s)
    width = alike.given_others[:, 2] - alike.given_others[:, 1]
    assert (width < 0.6 * (alike.alone[:, 2] - alike.alone[:, 1])).all()
    far = pool_effects([-3.0, 3.0], [0.1, 0.1])
    assert far.given_others[:, 0] == pytest.approx([-3, 3], abs=0.05)
    assert far.new_runner.low < -3
    assert far.new_runner.high > 3


@pytest.mark.parametrize("seed", range(3))
def test_judging_a_newcomer_is_pooling_with_the_newcomer(seed):
    b, s = simulated(np.random.default_rng(seed).normal(-0.6, 0.4, 40), seed=seed)
    everybody = pool_effects(b, s)
    others = pool_effects(b[1:], s[1:])
    newcomer = judge_by_pool(b[0], s[0], others.grid)
    assert [newcomer.value, newcomer.low, newcomer.high] == pytest.approx(everybody.given_others[0], abs=0.01)
    member = judge_by_pool(b[0], s[0], everybody.grid, is_member=True)
    assert [member.value, member.low, member.high] == pytest.approx(everybody.given_others[0], abs=1e-5)


@pytest.mark.parametrize(
    ("population", "mean"),
    [
        (lambda rng: 0 * rng.random(30), 0.0),
        (lambda rng: rng.normal(-0.6, 0.2, 30), -0.6),
        (lambda rng: rng.normal(-0.6, 0.5, 30), -0.6),
        (lambda rng: np.where(rng.random(30) < 0.5, 0.0, -1.2), -0.6),
        (lambda rng: rng.normal(0.0, 0.6, 30), 0.0),
    ],
    ids=["nobody", "alike", "varied", "half", "both-signs"],
)
def test_ranges_hold_the_truth_in_populations_of_every_shape(population, mean):
    """At least .93 of them, which 40 studies of 30 runners tell to ± .015."""
    rng = np.random.default_rng(11)
    held, means = [], []
    for study in range(40):
        truth = population(rng)
        pooled = pool_effects(*simulated(truth, seed=study))
        held.append((pooled.given_others[:, 1] <= truth) & (truth <= pooled.given_others[:, 2]))
        means.append(pooled.mean.low <= mean <= pooled.mean.high)
    assert np.mean(held) >= 0.93 - 0.015
    assert np.mean(means) >= 0.87


@pytest.mark.parametrize(
    ("effects", "errors"),
    [([0.1], [0.1]), ([0.1, np.nan], [0.1, 0.1]), ([0.1, 0.2], [0.1, 0.0]), ([0.1, 0.2], [0.1])],
    ids=["one runner", "unknown", "no error", "shapes"],
)
def test_what_cannot_be_pooled_is_refused(effects, errors):
    with pytest.raises(ValueError, match=r"pooling needs|finite"):
        pool_effects(effects, errors)
