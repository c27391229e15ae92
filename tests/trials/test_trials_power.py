"""The number of pairs, against an independent implementation."""

import pytest
from statsmodels.stats.power import TTestPower

from runlog.trials import design


@pytest.mark.parametrize("pairs", [6, 12, 40])
@pytest.mark.parametrize(("effect", "sd"), [(1.0, 1.0), (-1.0, 1.4), (0.5, 2.2), (2.0, 1.0)])
def test_power_is_that_of_statsmodels(pairs, effect, sd):
    theirs = TTestPower().power(abs(effect) / sd, pairs, 0.05)
    assert design.power_of_test(pairs, effect, sd) == pytest.approx(theirs, abs=1e-6)


def test_no_difference_is_found_in_5_of_100():
    assert design.power_of_test(10, 1e-3, 1.0) == pytest.approx(0.05, abs=1e-5)


@pytest.mark.parametrize(("effect", "sd"), [(1.0, 1.5), (1.5, 1.5), (1.0, 1.0)])
def test_the_pairs_are_the_fewest_with_the_promised_power(effect, sd):
    pairs = design.pairs_needed(effect, sd)
    assert (
        design.power_of_test(pairs, effect, sd)
        >= design.TARGET_POWER
        > design.power_of_test(pairs - 1, effect, sd)
    )


def test_never_fewer_pairs_than_can_show_anything_and_none_where_it_takes_too_many():
    assert design.pairs_needed(5.0, 0.5) == design.MIN_PAIRS
    assert design.pairs_needed(0.5, 3.0) is None
    assert 2 / 2**design.MIN_PAIRS < 0.05 < 2 / 2 ** (design.MIN_PAIRS - 1)


@pytest.mark.parametrize("pairs", range(design.MIN_PAIRS, design.MAX_PAIRS + 1))
def test_what_is_told_to_be_detectable_has_the_promised_power(pairs):
    assert design.power_of_test(pairs, design.detectable_difference(pairs, 1.7), 1.7) == pytest.approx(
        design.TARGET_POWER, abs=1e-6
    )
