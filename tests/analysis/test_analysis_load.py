"""The formulas of training load against published numbers."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from past import at, past, ran

from runlog.analysis import load

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
    found = load.ewma(daily, load.ACUTE_DAYS)[-1] / load.ewma(daily, load.CHRONIC_DAYS)[-1]
    assert round(found, 2) == ratio


def test_rolling_ratios_as_published():
    assert load.acwr_coupled(STEADY) == pytest.approx(1.43, abs=0.005)
    assert load.acwr_uncoupled(STEADY) == pytest.approx(50 / 30)
    assert np.isnan(load.acwr_coupled(STEADY[:27]))
    assert np.isnan(load.acwr_uncoupled([0] * 28))


def test_fitness_and_form_as_in_goldencheetah():
    assert load.fitness(STEADY)[-1] == pytest.approx(17.66785193120994)
    assert load.fitness(STEADY, load.FATIGUE_DAYS)[-1] == pytest.approx(42.09294200990914)
    assert load.form(STEADY)[28] == pytest.approx(-24.4250900786992)
    assert load.form(STEADY)[0] == 0


def test_banister_and_edwards():
    found = load.banister(66.2, 138, hr_rest=44, hr_max=187)
    assert found == pytest.approx(98.39022, abs=1e-5)  # intervals.icu forum 68634
    a, b = load.BANISTER["female"]
    assert load.banister(45, 150, hr_rest=60, hr_max=190, a=a, b=b) == pytest.approx(85.13759105433489)
    assert load.banister(45, 40, hr_rest=60, hr_max=190) == 0
    assert load.edwards([10, 20, 15, 10, 5]) == 160


def test_monotony_and_strain_as_in_soccermon():
    week = [700, 300, 480, 630, 490, 630, 560]  # SoccerMon, team A, player 14, 2020-04-19
    assert load.monotony(week) == pytest.approx(4.40, abs=0.005)
    assert load.strain(week) == pytest.approx(16676, rel=1e-3)
    assert load.monotony([0, 300, 450, 0, 600, 300, 900]) == pytest.approx(1.2205, abs=1e-4)


def test_monotony_of_like_days_is_unknown_and_of_nearly_like_days_capped():
    assert np.isnan(load.monotony([50.0] * 7))
    assert np.isnan(load.monotony([0.1 + 0.2] * 6 + [0.3]))
    assert load.monotony([50.0] * 6 + [51.0]) == 10


@given(st.lists(st.floats(0, 1000), min_size=7, max_size=7))
def test_monotony_does_not_depend_on_the_unit(week):
    np.testing.assert_allclose(load.monotony(np.array(week) * 8), load.monotony(week), rtol=1e-6)


def test_all_golden_numbers(shared):
    golden = json.loads((shared / "golden/load_metrics.json").read_text(encoding="utf-8"))
    for name, expected in golden["williams2017"]["expect_day28"].items():
        daily = golden["williams2017"]["series"][name]
        acute, chronic = load.ewma(daily, 7)[-1], load.ewma(daily, 28)[-1]
        assert [acute, chronic] == pytest.approx([expected["ewma_acute"], expected["ewma_chronic"]])
        assert acute / chronic == pytest.approx(expected["ewma_ratio"])
    steady = golden["williams2017"]["series"]["1"]
    assert load.acwr_coupled(steady) == pytest.approx(golden["williams2017"]["rac_coupled"])
    assert load.acwr_uncoupled(steady) == pytest.approx(golden["williams2017"]["rau_uncoupled"])
    for case in golden["banister"]:
        limits = {"hr_rest": case["rest"], "hr_max": case["max"], "a": case["A"], "b": case["b"]}
        assert load.banister(case["D"], case["HRex"], **limits) == pytest.approx(case["TRIMP"])
    assert load.edwards(golden["edwards"]["minutes"]) == golden["edwards"]["TRIMP"]
    assert load.monotony(golden["monotony"][0]["loads"]) == pytest.approx(
        golden["monotony"][0]["monotony_sd0"], abs=0.005
    )
    assert load.strain(golden["monotony"][1]["loads"]) == pytest.approx(
        golden["monotony"][1]["strain_sd0"], abs=0.01
    )
    assert load.acwr_coupled(golden["acwr_soccermon"]["loads28"]) == pytest.approx(
        golden["acwr_soccermon"]["acwr"], abs=1e-4
    )


def test_spike_is_over_the_longest_run_of_thirty_days():
    ends = pd.Series(
        pd.to_datetime([at(f"2026-{day} 09:00") for day in ("01-01", "02-01", "02-03", "02-20")])
    )
    spikes = load.run_spikes(ends, pd.Series([20_000.0, 8_000.0, 10_000.0, np.nan]))
    assert np.isnan(spikes[0])
    assert np.isnan(spikes[1])  # the 20 km lie 31 days back
    assert spikes[2] == pytest.approx(1.25)
    assert np.isnan(spikes[3])


def test_load_by_distance_when_nothing_else_is_known():
    history = past(
        [ran(1, "2026-05-01 08:00", 10), ran(2, "2026-05-02 08:00", 5), ran(3, "2026-05-03 08:00", None)]
    )
    assert history.load_kind == load.DISTANCE_LOAD
    assert history.runs["load"].tolist() == [10, 5, pytest.approx(7.5)]  # 60 min at the median 0.125 km/min
    assert history.load_note.startswith("1 of 3 runs")
    assert history.load_note.endswith(
        "by your own median ratio to distance, or to time where the distance is unknown."
    )


def test_load_by_effort_puts_the_others_on_its_scale_by_distance():
    runs = [ran(1, "2026-05-01 08:00", 10, 50, rpe=4), ran(2, "2026-05-02 08:00", 10, 60, rpe=5)]
    history = past([*runs, ran(3, "2026-05-03 08:00", 20, 120)])
    assert history.load_kind == load.RPE_LOAD
    assert history.runs["load"].tolist() == [200, 300, 500]
    assert "RPE" in history.load_note


def test_load_by_heart_rate_needs_the_limits():
    runs = [ran(day, f"2026-05-0{day} 08:00", 10, 60, avg_hr=150.0) for day in (1, 2)]
    history = past(runs, hr_rest=50, hr_max=190, sex="female")
    assert history.load_kind == load.HEART_LOAD
    expected = load.banister(60, 150, hr_rest=50, hr_max=190, a=0.86, b=1.67)
    assert history.runs["load"].tolist() == pytest.approx([expected] * 2)
    assert history.load_note == ""
    assert past(runs, hr_rest=50, hr_max=190).load_kind == load.DISTANCE_LOAD


def test_a_single_kind_that_few_runs_have_is_not_used():
    runs = [ran(day, f"2026-05-0{day} 08:00", 10, rpe=5 if day == 1 else None) for day in (1, 2, 3)]
    assert past(runs).load_kind == load.DISTANCE_LOAD


def test_daily_counts_local_calendar_days_and_rests():
    history = past(
        [
            ran(1, "2026-05-01 23:30", 10),
            ran(2, "2026-05-03 00:30", 5),
            ran(3, "2026-05-03 18:00", 4),
        ]
    )
    daily = load.daily(history)
    assert daily.tolist() == [10, 0, 9]
    assert daily.index[0] == pd.Timestamp("2026-05-01")
