"""The limits of the heart rate: what is told, estimated and assumed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog.analysis import load_formulas
from runlog.analysis.session_load import ASSUMED_REST, HeartRateLimits, heart_rate_limits, highest_held
from runlog.settings import Settings

EASY = {140: 1500.0, 150: 1500.0, 160: 20.0}


def test_the_highest_rate_is_one_that_was_held():
    assert highest_held({150: 3000.0, 185: 20.0, 188: 15.0, 200: 4.0}) == 185
    assert highest_held({150: 3000.0, 185: 20.0, 240: 600.0}) == 150  # no heart beats 240
    assert highest_held({150: 29.0}) is None
    assert highest_held({}) is None


def test_a_strap_that_errs_in_one_run_makes_no_highest_rate():
    runs = [EASY] * 10 + [EASY | {178: 40.0}, EASY | {181: 40.0}, EASY | {215: 400.0}]
    limits = heart_rate_limits(runs, Settings())
    assert isinstance(limits, HeartRateLimits)
    assert (limits.rest_bpm, limits.max_bpm, limits.sex) == (60, 178, "male")


@pytest.mark.parametrize("artefacts", [(235, 234, 206), (219, 218, 206), (212, 205), (220, 219)])
@pytest.mark.parametrize("runs", [90, 900])
def test_rates_that_no_other_run_comes_near_are_none_of_the_runner(artefacts, runs):
    chance = np.random.default_rng(1)
    tops = np.minimum(198, chance.normal(185, 8, runs)).round().astype(int)
    histories = [EASY | {int(top): 60.0} for top in tops] + [EASY | {rate: 90.0} for rate in artefacts]
    limits = heart_rate_limits(histories, Settings())
    assert 194 <= limits.max_bpm <= 198
    assert f"{limits.runs_reaching} runs held it" in limits.note()
    assert sum(top >= limits.max_bpm for top in tops) >= limits.runs_reaching


@pytest.mark.parametrize("runs", [[EASY] * 9, [{120: 3000.0}] * 20, []])
def test_little_or_only_easy_running_tells_no_limit(runs):
    assert heart_rate_limits(runs, Settings()) == ""


def test_what_is_set_is_taken_and_not_told():
    limits = heart_rate_limits([], Settings(hr_rest=48, hr_max=188, sex="female"))
    assert limits == HeartRateLimits(48, 188, "female")
    assert limits.banister == {"hr_rest": 48, "hr_max": 188, "a": 0.86, "b": 1.67}


def test_a_highest_rate_that_was_passed_is_told():
    limits = heart_rate_limits([EASY | {187: 40.0}] * 10, Settings(hr_rest=48, hr_max=180, sex="female"))
    assert "2 of your runs held 187 bpm for 30 s, more than the hr_max of 180" in limits.note()
    assert (
        heart_rate_limits([EASY | {180: 40.0}] * 10, Settings(hr_rest=48, hr_max=180, sex="male")).note()
        == ""
    )


def test_estimated_limits_keep_the_proportions_of_a_runners_load():
    """As the docstring says: 3% around a constant factor, against 15% for the distance."""
    chance = np.random.default_rng(1)
    astray = np.array([simulated(chance) for _ in range(300)])
    by_heart, by_distance = np.median(astray, axis=0)
    assert by_heart == pytest.approx(0.03, abs=0.005)
    assert np.quantile(astray[:, 0], 0.95) == pytest.approx(0.06, abs=0.01)
    assert by_distance == pytest.approx(0.15, abs=0.01)


def simulated(chance):
    """How far 150 runs' loads stray from the true TRIMP, by estimated limits and by distance."""
    rest, highest = chance.normal(55, 8), chance.normal(187, 10)
    a, b = load_formulas.BANISTER["female" if chance.random() < 0.5 else "male"]
    effort = np.clip(chance.normal(0.72, 0.07, 150), 0.45, 0.93)
    rate, minutes = rest + effort * (highest - rest), 50 * np.exp(chance.normal(0, 0.35, 150))
    km = minutes / 60 * 13 * (rate - 40) / (highest - 40) * np.exp(chance.normal(0, 0.05, 150))
    true = load_formulas.banister_trimp(minutes, rate, hr_rest=rest, hr_max=highest, a=a, b=b)
    seen = highest - abs(chance.normal(8, 5))
    estimated = load_formulas.banister_trimp(minutes, rate, hr_rest=ASSUMED_REST, hr_max=seen)
    return [float(np.log(load / true).std()) for load in (estimated, km)]


@given(st.dictionaries(st.integers(30, 260), st.floats(0.1, 600), max_size=30))
def test_the_rate_held_is_the_highest_with_half_a_minute_at_or_above_it(heart_s):
    every_second = Counter({rate: seconds for rate, seconds in heart_s.items() if rate <= 220})
    enough = [rate for rate in every_second if sum(s for r, s in every_second.items() if r >= rate) >= 30]
    found = highest_held(heart_s)
    if found is None or not enough:
        assert not enough or sum(every_second.values()) == pytest.approx(30)
    elif found != max(enough):  # a sum of floats in another order
        assert sum(s for r, s in every_second.items() if r >= max(enough)) == pytest.approx(30)
