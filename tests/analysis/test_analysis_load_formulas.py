"""The formulas of training load against published numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog.analysis import load_formulas

# Williams et al., BJSM 2017;51:209: the three load series of its figure, and the ratios that it prints
STEADY = [30] * 21 + [50] * 7
RISING = [15, 15, 20, 20, 20, 25, 25, 25, 25, 30, 30, 30, 35, 35, 35, 35, 35, 40, 45, 45, 45, 40, 40, 45, 45]
RISING += [50, 60, 70]
FALLING = [
    55,
    50,
    40,
    60,
    45,
    50,
    50,
    20,
    30,
    80,
    25,
    10,
    30,
    15,
    20,
    15,
    5,
    5,
    15,
    5,
    5,
    5,
    5,
    15,
    45,
    90,
    95,
]
FALLING += [95]


@pytest.mark.parametrize(("daily", "ratio"), [(STEADY, 1.25), (RISING, 1.41), (FALLING, 1.55)])
def test_acute_over_chronic_as_published(daily, ratio):
    found = (
        load_formulas.ewma(daily, load_formulas.ACUTE_DAYS)[-1]
        / load_formulas.ewma(daily, load_formulas.CHRONIC_DAYS)[-1]
    )
    assert round(found, 2) == ratio


def test_rolling_ratios_as_published():
    assert load_formulas.acwr_coupled(STEADY)[-1] == pytest.approx(1.43, abs=0.005)
    assert load_formulas.acwr_uncoupled(STEADY)[-1] == pytest.approx(50 / 30)
    assert np.isnan(load_formulas.acwr_coupled(STEADY)[:27]).all()
    assert np.isnan(load_formulas.acwr_uncoupled([0] * 28)).all()


def test_fitness_and_form_as_in_goldencheetah():
    assert load_formulas.fitness(STEADY)[-1] == pytest.approx(17.66785193120994)
    assert load_formulas.fitness(STEADY, load_formulas.FATIGUE_DAYS)[-1] == pytest.approx(42.09294200990914)
    assert load_formulas.training_stress_balance(STEADY)[28] == pytest.approx(-24.4250900786992)
    assert load_formulas.training_stress_balance(STEADY)[0] == 0


def test_banister_and_edwards():
    found = load_formulas.banister_trimp(66.2, 138, hr_rest=44, hr_max=187)
    assert found == pytest.approx(98.39022, abs=1e-5)  # intervals.icu forum 68634
    a, b = load_formulas.BANISTER["female"]
    assert load_formulas.banister_trimp(45, 150, hr_rest=60, hr_max=190, a=a, b=b) == pytest.approx(
        85.13759105433489
    )
    assert load_formulas.banister_trimp(45, 40, hr_rest=60, hr_max=190) == 0
    assert load_formulas.edwards_trimp([10, 20, 15, 10, 5]) == 160


def test_monotony_and_strain_as_in_soccermon():
    week = [700, 300, 480, 630, 490, 630, 560]  # SoccerMon, team A, player 14, 2020-04-19
    assert load_formulas.monotony(week) == pytest.approx(4.40, abs=0.005)
    assert load_formulas.strain(week) == pytest.approx(16676, rel=1e-3)
    assert load_formulas.monotony([0, 300, 450, 0, 600, 300, 900]) == pytest.approx(1.2205, abs=1e-4)


def test_monotony_of_like_days_is_unknown_and_of_nearly_like_days_capped():
    assert np.isnan(load_formulas.monotony([50.0] * 7))
    assert np.isnan(load_formulas.monotony([0.1 + 0.2] * 6 + [0.3]))
    assert load_formulas.monotony([50.0] * 6 + [51.0]) == 10


@given(st.lists(st.floats(0, 1000), min_size=7, max_size=7))
def test_monotony_does_not_depend_on_the_unit(week):
    np.testing.assert_allclose(
        load_formulas.monotony(np.array(week) * 8), load_formulas.monotony(week), rtol=1e-6
    )


def test_all_golden_numbers(shared):
    golden = json.loads((shared / "golden/load_metrics.json").read_text(encoding="utf-8"))
    for name, expected in golden["williams2017"]["expect_day28"].items():
        daily = golden["williams2017"]["series"][name]
        acute, chronic = load_formulas.ewma(daily, 7)[-1], load_formulas.ewma(daily, 28)[-1]
        assert [acute, chronic] == pytest.approx([expected["ewma_acute"], expected["ewma_chronic"]])
        assert acute / chronic == pytest.approx(expected["ewma_ratio"])
    steady = golden["williams2017"]["series"]["1"]
    assert load_formulas.acwr_coupled(steady)[-1] == pytest.approx(golden["williams2017"]["rac_coupled"])
    assert load_formulas.acwr_uncoupled(steady)[-1] == pytest.approx(golden["williams2017"]["rau_uncoupled"])
    for case in golden["banister"]:
        limits = {"hr_rest": case["rest"], "hr_max": case["max"], "a": case["A"], "b": case["b"]}
        assert load_formulas.banister_trimp(case["D"], case["HRex"], **limits) == pytest.approx(case["TRIMP"])
    pmc = golden["pmc"]
    assert load_formulas.fitness(steady)[-1] == pytest.approx(pmc["ctl28"])
    assert load_formulas.fitness(steady, load_formulas.FATIGUE_DAYS)[-1] == pytest.approx(pmc["atl28"])
    assert load_formulas.training_stress_balance(steady)[-1] == pytest.approx(pmc["tsb_day29"])
    assert load_formulas.edwards_trimp(golden["edwards"]["minutes"]) == golden["edwards"]["TRIMP"]
    assert load_formulas.monotony(golden["monotony"][0]["loads"]) == pytest.approx(
        golden["monotony"][0]["monotony_sd0"], abs=0.005
    )
    assert load_formulas.strain(golden["monotony"][1]["loads"]) == pytest.approx(
        golden["monotony"][1]["strain_sd0"], abs=0.01
    )
    assert load_formulas.acwr_coupled(golden["acwr_soccermon"]["loads28"])[-1] == pytest.approx(
        golden["acwr_soccermon"]["acwr"], abs=1e-4
    )


def test_edwards_zones_are_tenths_of_the_highest_rate():
    rates = [0, 99, 100, 119, 120, 160, 179, 180, 200, 230]
    assert load_formulas.edwards_zone(rates, hr_max=200).tolist() == [0, 0, 1, 1, 2, 4, 4, 5, 5, 5]


def test_averages_by_hand():
    assert load_formulas.ewma([8.0, 0.0, 4.0], 7).tolist() == [8.0, 6.0, 5.5]  # a quarter of the way each day
    k = 1 - np.exp(-1 / 42)
    assert load_formulas.fitness([100.0, 0.0]) == pytest.approx([100 * k, 100 * k * (1 - k)])
    assert load_formulas.ewma([], 7).tolist() == load_formulas.fitness([]).tolist() == []
    assert load_formulas.training_stress_balance([]).tolist() == [0.0]


def test_windows_are_unknown_before_they_are_full():
    found = load_formulas.trailing_windows([1.0, 2.0, 3.0], 2)
    np.testing.assert_array_equal(found, [[np.nan, 1.0], [1.0, 2.0], [2.0, 3.0]])
    assert load_formulas.trailing_windows([], 7).shape == (0, 7)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=60), st.sampled_from([7, 28]))
def test_a_mean_never_leaves_the_range_of_the_loads(daily, days):
    means = load_formulas.ewma(daily, days)
    assert means.min() >= min(daily) - 1e-9
    assert means.max() <= max(daily) + 1e-9
