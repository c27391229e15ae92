"""The number of pairs, against an independent implementation and by simulation."""

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower

from runlog.trials import design
from runlog.trials.design import PairNoise


def known(sd, unrated=0.0, *, whole=False):
    """Noise whose SD is known for certain."""
    return PairNoise(sd, 100, (sd,), unrated, whole)


@pytest.mark.parametrize("pairs", [6, 12, 40])
@pytest.mark.parametrize(("effect", "sd"), [(1.0, 1.0), (-1.0, 1.4), (0.5, 2.2), (2.0, 1.0)])
def test_power_is_that_of_statsmodels(pairs, effect, sd):
    theirs = TTestPower().power(abs(effect) / sd, pairs, 0.05)
    assert design.expected_power(pairs, abs(effect), known(sd)) == pytest.approx(theirs, abs=1e-6)


def test_no_difference_is_found_in_5_of_100():
    assert design.expected_power(10, 1e-3, known(1.0)) == pytest.approx(0.05, abs=1e-5)


def test_the_expected_power_is_the_mean_over_what_is_plausible():
    both = design.expected_power(12, 1.0, PairNoise(1.4, 20, (1.0, 1.8), whole_points=False))
    each = [design.expected_power(12, 1.0, known(sd)) for sd in (1.0, 1.8)]
    assert both == pytest.approx(sum(each) / 2)


@pytest.mark.parametrize("noise", [known(1.5), known(1.0), known(1.3, 0.2), known(1.2, whole=True)])
def test_the_pairs_are_the_fewest_with_the_promised_power(noise):
    pairs = design.pairs_needed(1.0, noise)
    power, of_fewer = (design.expected_power(number, 1.0, noise) for number in (pairs, pairs - 1))
    assert power >= design.TARGET_POWER > of_fewer


def test_unrated_runs_and_whole_points_take_more_pairs():
    plain = design.pairs_needed(1.0, known(1.2))
    assert design.pairs_needed(1.0, known(1.2, 0.2)) == pytest.approx(plain / 0.8**2, abs=2)
    assert design.pairs_needed(1.0, known(1.2, whole=True)) in range(plain + 1, plain + 5)


def test_never_fewer_pairs_than_can_show_anything_and_none_where_it_takes_too_many():
    assert design.pairs_needed(5.0, known(0.5)) == design.MIN_PAIRS
    assert design.pairs_needed(5.0, known(0.5, 0.2)) == 10
    assert design.pairs_needed(0.5, known(3.0)) is None
    assert 2 / 2**design.MIN_PAIRS < 0.05 < 2 / 2 ** (design.MIN_PAIRS - 1)


@pytest.mark.parametrize("pairs", [6, 11, 25, 40])
@pytest.mark.parametrize("noise", [known(1.7), known(1.2, 0.1, whole=True)])
def test_what_is_told_to_be_detectable_has_the_promised_power(pairs, noise):
    effect = design.detectable_difference(pairs, noise)
    assert design.expected_power(pairs, effect, noise) == pytest.approx(design.TARGET_POWER, abs=1e-6)


def test_nothing_beyond_the_scale_is_told_to_be_detectable():
    assert design.detectable_difference(6, known(20.0)) == 10.0


# ---- the promise, by simulation: a runner's ratings before, the plan that they make, the trial, its result


@pytest.mark.parametrize(("before", "unrated"), [(20, 0.2), (40, 0.0), (100, 0.1)])
def test_80_percent_power_is_80_percent(root, monkeypatch, before, unrated):
    """78 to 85 in long simulations (tests/bench/calibration); here within what 300 trials can tell."""
    monkeypatch.syspath_prepend(str(root / "tests/bench"))
    from calibration.trials import simulated_trial

    chance = np.random.default_rng([before, round(10 * unrated)])
    trials = [simulated_trial(chance, before, unrated) for _ in range(300)]
    found = [one for one in trials if one is not None]
    assert len(found) > 255
    assert 0.74 < np.mean(found) < 0.89
