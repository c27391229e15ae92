"""The number of pairs, against an independent implementation."""

import pytest
from statsmodels.stats.power import TTestPower

from runlog.analysis.plans import power


@pytest.mark.parametrize("pairs", [6, 12, 40])
@pytest.mark.parametrize(("effect", "sd"), [(1.0, 1.0), (-1.0, 1.4), (0.5, 2.2), (2.0, 1.0)])
def test_power_is_that_of_statsmodels(pairs, effect, sd):
    theirs = TTestPower().power(abs(effect) / sd, pairs, 0.05)
    assert power.power(pairs, effect, sd) == pytest.approx(theirs, abs=1e-6)


def test_no_difference_is_found_in_5_of_100():
    assert power.power(10, 1e-3, 1.0) == pytest.approx(0.05, abs=1e-5)


@pytest.mark.parametrize(("effect", "sd"), [(1.0, 1.5), (1.5, 1.5), (1.0, 1.0)])
def test_the_pairs_are_the_fewest_with_the_promised_power(effect, sd):
    pairs = power.pairs_needed(effect, sd)
    assert power.power(pairs, effect, sd) >= power.PROMISED > power.power(pairs - 1, effect, sd)


def test_never_fewer_pairs_than_can_show_anything_and_none_where_it_takes_too_many():
    assert power.pairs_needed(5.0, 0.5) == power.FEWEST
    assert power.pairs_needed(0.5, 3.0) is None
    assert 2 / 2**power.FEWEST < 0.05 < 2 / 2 ** (power.FEWEST - 1)


@pytest.mark.parametrize("pairs", range(power.FEWEST, power.MOST + 1))
def test_what_is_told_to_be_detectable_has_the_promised_power(pairs):
    assert power.power(pairs, power.detectable(pairs, 1.7), 1.7) == pytest.approx(power.PROMISED, abs=1e-6)
