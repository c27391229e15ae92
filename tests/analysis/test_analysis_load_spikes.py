"""Each run against the longest of the 30 days before it, once that says anything."""

from __future__ import annotations

import pytest
from past import past, ran

from runlog.analysis import load


def told(runs):
    return {run: round(ratio, 3) for run, ratio in load.run_spikes(past(runs)).dropna().items()}


def weekly_runs(first_day, how_many, km=10):
    return [ran(i, f"2026-05-{first_day + 7 * i:02d} 08:00", km) for i in range(how_many)]


@pytest.fixture
def five_weeks():
    """Every seventh day from 1 May on: 1, 8, 15, 22, 29 May."""
    return weekly_runs(1, 5)


def test_a_spike_is_over_the_longest_run_of_thirty_days(five_weeks):
    runs = [ran(8, "2026-04-20 08:00", 21), *five_weeks, ran(9, "2026-05-31 08:00", 15)]
    assert told(runs) == {3: 1.0, 4: 1.0, 9: 1.5}  # the 21 km lie 32 days back and more


def test_nothing_is_said_before_the_log_is_thirty_days_old(five_weeks):
    assert told([*five_weeks, ran(9, "2026-05-30 08:00", 20)]) == {}
    assert told([*five_weeks, ran(9, "2026-05-31 08:00", 20)]) == {9: 2.0}


def test_a_beginners_second_run_is_no_spike():
    assert told([ran(1, "2026-05-01 08:00", 5), ran(2, "2026-05-03 08:00", 6)]) == {}


def test_a_watch_without_a_clock_makes_no_first_week_a_late_one():
    first_week = [ran(i, f"2026-05-0{i} 08:00", 4 + i) for i in (1, 2, 3, 4, 5)]
    assert told([ran(9, "1990-01-02 08:00", 10), *first_week]) == {}


def test_nothing_is_said_after_a_silence_until_thirty_days_are_kept_again(five_weeks):
    back = [ran(10 + i, f"2026-07-{1 + 7 * i:02d} 08:00", 5 + i) for i in range(5)]
    assert told([*five_weeks, *back]) == {}
    assert told([*five_weeks, *back, ran(20, "2026-08-01 08:00", 18)]) == {20: 2.0}


def test_of_two_runs_the_longest_says_nothing():
    runs = [ran(1, "2026-04-01 08:00"), ran(2, "2026-04-14 08:00"), ran(3, "2026-04-27 08:00")]
    assert told([*runs, ran(4, "2026-05-10 08:00", 20)]) == {}
    assert told([*runs, ran(4, "2026-04-30 08:00"), ran(5, "2026-05-10 08:00", 20)]) == {5: 2.0}


def test_an_unknown_distance_is_neither_a_spike_nor_a_run_to_compare_with(five_weeks):
    assert told([*five_weeks, ran(9, "2026-05-31 08:00", None)]) == {}
    without = [ran(i, f"2026-05-{1 + 7 * i:02d} 08:00", None if i % 2 else 10) for i in range(5)]
    assert told([*without, ran(9, "2026-06-01 08:00", 20)]) == {}


def test_without_runs_there_are_none():
    assert load.run_spikes(past()).empty
