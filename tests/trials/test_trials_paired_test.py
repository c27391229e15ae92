"""The planned comparison keeps its word whatever the soreness does: false alarms, coverage, power."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog.trials import design
from runlog.trials.design import PairNoise, randomise_pairs
from runlog.trials.result import compare_pairs, randomisation_p_value

#: Half points, as a mean of two ratings is.
RATED = st.lists(st.integers(-20, 20).map(lambda half: half / 2), min_size=1, max_size=9)
RUNS_APART_DAYS = 2.5


@given(RATED)
def test_p_is_the_share_of_all_orders(differences):
    values = np.array(differences)
    sums = [abs(np.dot(signs, values)) for signs in itertools.product([1, -1], repeat=len(values))]
    assert randomisation_p_value(values) == pytest.approx(np.mean(np.array(sums) >= abs(values.sum()) - 1e-9))


def test_p_of_the_lady_tasting_tea():
    """All differences on one side: of the 2**m orders only this and its mirror image are as far out."""
    for pairs in (1, 2, 6, 11):
        assert randomisation_p_value(np.arange(1.0, pairs + 1)) == pytest.approx(2 / 2**pairs)
    assert randomisation_p_value(np.zeros(5)) == 1


def test_forty_pairs_are_no_more_than_a_moment():
    assert 0 < randomisation_p_value(np.random.default_rng(1).normal(0.4, 1, design.MAX_PAIRS)) < 1


def test_nothing_to_compare_and_nothing_that_varies():
    assert compare_pairs(np.array([])) is None
    single, same = compare_pairs(np.array([1.0])), compare_pairs(np.array([-2.0] * 6))
    assert (single.difference, single.p) == (1, 1)
    assert np.isnan(single.low)
    assert np.isnan(single.high)
    assert (same.difference, same.p) == (-2, 2 / 64)
    assert np.isnan(same.low)


def test_the_range_is_students_over_the_pairs():
    values = np.array([1.0, 0.0, 2.0, 1.5, -0.5, 1.0])
    found = compare_pairs(values)
    margin = 2.5706 * values.std(ddof=1) / 6**0.5
    assert (found.low, found.high) == pytest.approx(
        (values.mean() - margin, values.mean() + margin), abs=1e-4
    )


# ---- by simulation: ratings that drift, are skewed, rounded and bounded, as no model has it


def wandering(chance, runs, days=6.0):
    """A level that wanders, a weekly rhythm, bursts and skewed noise, in points from run to run."""
    stays = np.exp(-RUNS_APART_DAYS / days)
    level = np.empty(runs)
    level[0] = chance.normal()
    for i in range(1, runs):
        level[i] = stays * level[i - 1] + np.sqrt(1 - stays**2) * chance.normal()
    week = 0.6 * np.sin(2 * np.pi * RUNS_APART_DAYS * np.arange(runs) / 7 + chance.uniform(0, 7))
    bursts = 2.0 * (chance.random(runs) < 0.05)
    return 3.0 + level + week + bursts + 0.03 * np.arange(runs) + chance.gamma(1.5, 0.5, runs)


def trial(chance, pairs, effect, *, rounded=True):
    first = np.array(randomise_pairs(int(chance.integers(2**32)), pairs))
    rating = wandering(chance, 2 * pairs) + effect * first
    if rounded:
        rating = np.clip(np.round(rating), 0, 10)
    rating, first = rating.reshape(-1, 2), first.reshape(-1, 2)
    return np.where(first[:, 0], rating[:, 0] - rating[:, 1], rating[:, 1] - rating[:, 0])


@pytest.mark.parametrize("pairs", [6, 12, 20])
def test_false_alarms_are_no_more_than_5_in_100(pairs):
    chance = np.random.default_rng(pairs)
    p = np.array([randomisation_p_value(trial(chance, pairs, 0.0)) for _ in range(1500)])
    assert (p <= 0.05).mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(p))


@pytest.mark.parametrize(("pairs", "effect"), [(8, 0.0), (20, -1.0)])
def test_the_range_holds_the_truth_in_95_of_100(pairs, effect):
    chance = np.random.default_rng(pairs)
    found = [compare_pairs(trial(chance, pairs, effect, rounded=False)) for _ in range(2000)]
    held = np.mean([one.low <= effect <= one.high for one in found])
    assert 0.93 < held < 0.975


@pytest.mark.parametrize("pairs", [8, 20])
def test_the_power_is_near_the_promised_one(pairs):
    """For the difference that the pairs are said to tell, with the noise of exactly these ratings."""
    chance = np.random.default_rng(pairs)
    sd = np.std(np.concatenate([trial(chance, pairs, 0.0, rounded=False) for _ in range(400)]))
    effect = design.detectable_difference(pairs, PairNoise(sd, 400, (sd,), whole_points=False))
    found = np.mean(
        [randomisation_p_value(trial(chance, pairs, effect, rounded=False)) <= 0.05 for _ in range(1500)]
    )
    assert found == pytest.approx(design.TARGET_POWER, abs=0.05)


def test_a_runner_who_skips_ratings_by_chance_raises_no_false_alarms():
    chance = np.random.default_rng(5)
    alarms = 0
    for _ in range(1500):
        differences = trial(chance, 16, 0.0)
        alarms += randomisation_p_value(differences[chance.random(16) < 0.7]) <= 0.05
    assert alarms / 1500 < 0.066
