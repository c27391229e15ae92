"""A factor's words come from the factor itself, and each primary factor has its place in the report."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from past import past, ran, wrote

from runlog import units
from runlog.analysis.factors import FACTORS, find_factor
from runlog.analysis.factors.base import Factor, FactorUnit
from runlog.analysis.periods import Span
from runlog.errors import NotFound
from runlog.reporter import findings
from runlog.reporter.findings import Finding


def sleep_hours(history, moments):
    return pd.Series(7.0 + len(history.runs) / 2, index=moments)


SLEEP = Factor(
    values=sleep_hours,
    label="Sleep",
    family="sleep",
    step=1.0,
    step_text="+1 hour of sleep",
    each_step="Every further hour of sleep",
)


def test_a_new_factor_needs_no_words_but_its_own():
    row = {"grade": "A", "effect": -0.5}
    said = findings.link_sentence(SLEEP, row, "km")
    assert said == "Every further hour of sleep goes with 0.5 points less soreness."
    history = past([ran(1, "2026-05-01 18:00")], [wrote(1, "2026-05-01 21:00", soreness=3.0)])
    week = Span(pd.Timestamp("2026-04-27"), pd.Timestamp("2026-05-03"))
    values = SLEEP.values(history, findings._moments_in_week(SLEEP, history, week))
    assert findings._summarise_week(SLEEP, values, history) == (7.5, "7.5")


@pytest.mark.parametrize("unit", FactorUnit)
def test_every_unit_can_be_written(unit):
    factor = next(factor for factor in FACTORS if factor.unit is unit)
    history = past([ran(1, "2026-05-01 18:00")], [])
    assert "3" in findings.format_value(factor, 3.0, history)


def test_a_habit_is_a_value_of_the_last_run():
    with pytest.raises(ValueError, match="sleep_hours must be last_run_only"):
        Factor(
            values=sleep_hours,
            label="Sleep",
            family="sleep",
            step=1.0,
            step_text="",
            each_step="",
            unit=FactorUnit.HABIT,
        )


def test_only_a_distance_has_a_step_in_miles():
    words = {"label": "Sleep", "family": "sleep", "step": 1.0, "step_text": "", "each_step": ""}
    for wrong in ({"step_mi": 50.0}, {"unit": FactorUnit.DISTANCE}):
        with pytest.raises(ValueError, match="sleep_hours: a factor has step_mi"):
            Factor(values=sleep_hours, **words, **wrong)


@pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.name)
def test_a_step_is_round_in_the_runner_s_own_unit(factor):
    is_length = factor.unit is FactorUnit.DISTANCE
    metres = 1000 * factor.step_in("mi")
    assert (metres != 1000 * factor.step) == is_length
    row = {"grade": "A", "effect": 1.0}
    said = [
        findings.format_step(factor, "mi"),
        findings.format_short_step(factor, "mi"),
        findings.link_sentence(factor, row, "mi"),
        findings.short_link(factor, row, "mi"),
    ]
    if is_length:
        miles = metres / 1609.344
        assert miles == pytest.approx(50 * round(miles / 50)), "50, 100, 150 … miles"
        points = units.number(metres / 1000 / factor.step)
        assert all(f"{round(miles)} mi" in text for text in said)
        assert all(f"{points} points" in text for text in said[2:])
    assert not any(re.search(r"\d (km|m)\b", text) for text in said)


def test_each_primary_factor_has_an_entry_or_is_in_the_table_besides_running():
    numbers = dict.fromkeys(("now", "median", "effect", "low", "high", "impact"), float("nan"))
    texts = dict.fromkeys(("label", "now_text", "median_text", "sentence"), "")
    every = [Finding(factor.name, n=0, grade="none", **numbers, **texts) for factor in FACTORS]
    own_entry = {finding.factor for finding in every if finding.has_own_place}
    other_habits = {factor.name for factor in FACTORS if factor.family in findings.OTHER_HABIT_FAMILIES}
    nights = {"sleep_hours", "resting_hr", "hrv", "stress"}
    assert other_habits == {"strength_7d", "mobility_7d", "desk_hours", "posture"} | nights
    assert {factor.name for factor in FACTORS if factor.primary} <= own_entry | other_habits


def test_an_unknown_factor_is_named_with_those_that_there_are():
    assert find_factor("posture").label == "Posture"
    with pytest.raises(NotFound, match="no factor 'moon'; there are warmup, cooldown"):
        find_factor("moon")
