"""Finished trials as effects: the difference of the arms with its standard error."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from made_diary import MONDAY, Diary
from scipy.stats import sem

from runlog.cohorts.tables import trial_effects
from runlog.model import Area, Plan, PlannedRun

PAIRS = 8


def history_with_trial(ratings):
    """A warm-up trial of eight pairs, run as planned; ratings are (warmed up, not) per pair."""
    diary, runs = Diary(), []
    for pair, (first, second) in enumerate(ratings):
        for place, (arm, soreness) in enumerate(((True, first), (False, second))):
            day = 4 * pair + 2 * place
            diary.run(day, warmup=arm).rate(day, soreness)
            runs.append(PlannedRun((MONDAY + timedelta(days=day)).date(), arm))
    plan = Plan(1, "warmup", Area.UPPER_BACK, "warm up", "no warm-up", 1.0, 5, MONDAY, tuple(runs))
    return replace(diary.history(), plans=(plan,))


def test_a_finished_trial_is_its_difference_with_its_standard_error():
    ratings = [(1, 3), (2, 3), (1, 2), (3, 3), (0, 3), (2, 4), (1, 1), (2, 3)]
    effects = trial_effects(history_with_trial(ratings), MONDAY + timedelta(days=60))
    (row,) = effects.to_dict("records")
    differences = np.array([first - second for first, second in ratings])
    assert (row["area"], row["factor"], row["n"]) == ("upper_back", "trial:warmup", PAIRS)
    assert row["b"] == pytest.approx(differences.mean())
    assert row["s"] == pytest.approx(sem(differences))


def test_a_trial_that_runs_tells_nothing_yet():
    ratings = [(1, 3)] * PAIRS
    assert trial_effects(history_with_trial(ratings), MONDAY + timedelta(days=5)).empty


def test_differences_that_are_all_the_same_have_no_error_to_pool_by():
    ratings = [(1, 3)] * PAIRS
    assert trial_effects(history_with_trial(ratings), MONDAY + timedelta(days=60)).empty
