"""The load of each run: its kind, what stands in for what is missing, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest
from past import past, ran

from runlog.analysis import load_formulas
from runlog.analysis.session_load import LoadKind
from runlog.model import TrackSummary

LIMITS = {"hr_rest": 50, "hr_max": 190, "sex": "female"}
A, B = load_formulas.BANISTER["female"]


def trimp(minutes, rate):
    return float(load_formulas.banister_trimp(minutes, rate, hr_rest=50, hr_max=190, a=A, b=B))


def beating(run, seconds_at, **more):
    """An hour's run with so many seconds at each heart rate."""
    return ran(run, f"2026-05-{run:02d} 08:00", summary=TrackSummary(heart_s=seconds_at), **more)


def test_load_by_distance_when_nothing_else_is_known():
    history = past(
        [ran(1, "2026-05-01 08:00", 10), ran(2, "2026-05-02 08:00", 5), ran(3, "2026-05-03 08:00", None)]
    )
    assert history.load_kind == LoadKind.DISTANCE == "km"
    assert history.runs["load"].tolist() == [10, 5, pytest.approx(7.5)]  # 60 min at the median 0.125 km/min
    assert history.runs["load_source"].tolist() == ["distance", "distance", "time"]
    assert history.load_note == "For 1 of 3 runs without a distance, load is estimated from time."


def test_load_by_time_when_no_distance_is_known():
    history = past([ran(1, "2026-05-01 08:00", None, 40)])
    assert (history.load_kind, history.runs["load"].tolist()) == (LoadKind.TIME, [40])
    assert history.load_note == ""


def test_load_by_effort_puts_the_others_on_its_scale_by_distance():
    runs = [ran(1, "2026-05-01 08:00", 10, 50, rpe=4), ran(2, "2026-05-02 08:00", 10, 60, rpe=5)]
    history = past([*runs, ran(3, "2026-05-03 08:00", 20, 120)])
    assert history.load_kind == LoadKind.EFFORT
    assert history.runs["load"].tolist() == [200, 300, 500]
    assert history.runs["load_source"].tolist() == ["effort", "effort", "distance"]
    assert "1 of 3 runs without an effort rating (RPE)" in history.load_note


def test_a_kind_that_few_runs_have_is_not_used():
    runs = [ran(day, f"2026-05-0{day} 08:00", 10, rpe=5 if day == 1 else None) for day in (1, 2, 3)]
    assert past(runs).load_kind == LoadKind.DISTANCE


def rated(answers):
    """Runs of an hour, a day apart, of which those marked x have an effort."""
    return [
        ran(day, f"2026-{4 + day // 28:02d}-{1 + day % 28:02d} 08:00", 10, rpe=5 if answer == "x" else None)
        for day, answer in enumerate(answers)
    ]


@pytest.mark.parametrize("start", ["x-x-x-x-x-", "-x-x-x-x-x", "xxxxx-----", "-----xxxxx", "xxx-xx----"])
def test_one_more_effort_does_not_turn_the_kind_back_and_forth(start):
    """Around half of the runs have one: whatever it is counted in, it stays so for many runs."""
    kinds = [past(rated(start + ("x-" * 12)[:more])).load_kind for more in range(24)]
    assert len({*kinds}) == 1


def test_the_kind_changes_once_enough_runs_have_it_and_back_once_few_do():
    few = "-" * 20
    more = [past(rated(few + "x" * count)).load_kind for count in range(36)]
    assert more.index(LoadKind.EFFORT) == 30  # of 50: 60%
    assert set(more[30:]) == {LoadKind.EFFORT}
    less = [past(rated("x" * 20 + "-" * count)).load_kind for count in range(36)]
    assert less.index(LoadKind.DISTANCE) == 31  # 20 of 51: below 40%


def test_a_session_lasts_with_its_breaks_and_a_distance_or_heart_does_not():
    run = ran(1, "2026-05-01 08:00", 10, 60, moving_s=45 * 60.0, rpe=4, avg_hr=150.0)
    history = past([run], **LIMITS)
    assert history.runs["load"].tolist() == [240]
    assert history.runs["trimp"].tolist() == pytest.approx([trimp(45, 150)])


def test_the_load_without_efforts_is_of_the_next_kind():
    by_heart = [ran(day, f"2026-05-0{day} 08:00", 10, rpe=4, avg_hr=150.0) for day in (1, 2)]
    history = past(by_heart, **LIMITS)
    assert history.load_kind == LoadKind.EFFORT
    assert history.runs["load_without_rpe"].tolist() == pytest.approx([trimp(60, 150)] * 2)
    by_distance = past([ran(1, "2026-05-01 08:00", 8, rpe=4), ran(2, "2026-05-02 08:00", None, rpe=4)])
    assert by_distance.runs["load_without_rpe"].tolist() == pytest.approx([8, 8])
    without = past([ran(1, "2026-05-01 08:00", 8)])
    assert without.runs["load_without_rpe"].equals(without.runs["load"].rename("load_without_rpe"))


def test_a_heart_rate_above_the_highest_counts_as_the_highest():
    history = past([beating(1, {190: 1800.0, 200: 1800.0}, avg_hr=195.0)], **LIMITS)
    assert history.runs["trimp"].tolist() == pytest.approx([trimp(60, 190)])
    assert trimp(60, 195) == trimp(60, 190)


def test_an_effort_of_0_is_a_load_of_0():
    history = past([ran(1, "2026-05-01 08:00", rpe=0), ran(2, "2026-05-02 08:00", rpe=3)])
    assert history.runs["load"].tolist() == [0, 180]


def test_load_by_mean_heart_rate_where_no_stream_is_there():
    runs = [ran(day, f"2026-05-0{day} 08:00", 10, 60, avg_hr=150.0) for day in (1, 2)]
    history = past(runs, **LIMITS)
    assert history.load_kind == LoadKind.HEART_RATE
    assert history.runs["load"].tolist() == pytest.approx([trimp(60, 150)] * 2)
    assert history.runs["load_source"].tolist() == ["mean heart rate"] * 2
    assert history.load_note.startswith("2 of 2 runs count by their mean heart rate")
    assert history.runs["edwards"].isna().all()


def test_each_second_counts_at_its_own_rate():
    history = past([beating(1, {120: 1800.0, 180: 1800.0}, avg_hr=150.0)], **LIMITS)
    assert history.runs["load"].tolist() == pytest.approx([trimp(30, 120) + trimp(30, 180)])
    assert history.runs["load"][1] > trimp(60, 150)  # of the mean, which bends nothing
    assert history.runs["edwards"].tolist() == pytest.approx([30 * 2 + 30 * 5])  # 63% and 95% of 190
    assert history.runs["load_source"].tolist() == ["heart rate, second by second"]
    assert history.load_note == ""


def test_a_strap_that_fell_silent_stands_for_the_rest_of_the_run_or_for_nothing():
    half, less = beating(1, {150: 1800.0}), beating(2, {150: 1700.0}, avg_hr=140.0)
    history = past([half, less], **LIMITS)
    assert history.runs["trimp"][1] == pytest.approx(trimp(60, 150))
    assert history.runs["trimp"][2] == pytest.approx(trimp(60, 140))
    assert history.runs["edwards"].isna().tolist() == [False, True]


def test_runs_with_a_mean_alone_are_made_like_those_counted_by_the_second():
    by_second = beating(1, {120: 1800.0, 180: 1800.0}, avg_hr=150.0)
    history = past([by_second, ran(2, "2026-05-02 08:00", avg_hr=150.0)], **LIMITS)
    assert history.runs["load"][2] == pytest.approx(history.runs["load"][1])
    assert history.runs["load_source"][2] == "mean heart rate"
    ratio = history.runs["load"][1] / trimp(60, 150)
    assert f"1 of 2 runs count by their mean heart rate, times {ratio:.2f}" in history.load_note


def test_runs_without_a_heart_rate_are_put_on_its_scale():
    runs = [beating(1, {150: 3600.0}), beating(2, {150: 3600.0}), ran(3, "2026-05-03 08:00", 5)]
    history = past(runs, **LIMITS)
    assert history.runs["load"][3] == pytest.approx(trimp(60, 150) / 2)
    assert history.runs["load_source"][3] == "distance"
    assert history.load_note.startswith("For 1 of 3 runs without a heart rate")


def test_estimated_limits_are_told_with_what_to_write():
    history = past([beating(day, {140: 3500.0, 180 + day: 60.0}) for day in range(1, 13)])
    assert history.load_kind == LoadKind.HEART_RATE
    for part in (
        "191 bpm",
        "60 bpm at rest is assumed",
        "factors of men",
        'hr_max = 191, hr_rest = 60, sex = "male"',
    ):
        assert part in history.load_note
    note = past([beating(day, {140: 3500.0, 180 + day: 60.0}) for day in range(1, 13)], hr_max=200).load_note
    assert "hr_max" not in note
    assert "hr_rest = 60" in note


def test_few_heart_rates_and_impossible_limits_are_not_counted_by():
    few = [beating(day, {140: 3600.0}) for day in range(1, 10)]
    assert (past(few).load_kind, past(few).load_note) == (LoadKind.DISTANCE, "")
    assert past(few, hr_rest=50).load_note == "Heart rates are not counted: set hr_max in config.toml."
    turned = past(few, hr_rest=190, hr_max=60)
    assert turned.load_kind == LoadKind.DISTANCE
    assert "hr_max is not above hr_rest" in turned.load_note


def test_what_was_not_used_is_not_warned_of():
    runs = [beating(day, {140: 3500.0, 185: 60.0}, rpe=4) for day in range(1, 13)]
    history = past(runs)
    assert (history.load_kind, history.load_note) == (LoadKind.EFFORT, "")
    assert np.isfinite(history.runs["trimp"]).all()


def test_no_runs_have_no_loads():
    history = past()
    assert history.runs["load"].tolist() == []
    assert history.load_note == ""
