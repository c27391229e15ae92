"""Making a plan: days, lots, and what can be drawn lots for."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from past import at, past, ran, strength_session, wrote

from runlog.analysis.factors import FACTORS
from runlog.errors import BadInput
from runlog.model import Plan, PlannedRun, Shoe
from runlog.trials import design, interventions
from runlog.trials.design import randomise_pairs
from runlog.trials.interventions import NOT_RANDOMISABLE, find_intervention

MONDAY = date(2026, 3, 2)
START = date(2026, 5, 4)


def season(weekdays=(0, 2, 5), weeks=9, **more):
    days = [MONDAY + timedelta(weeks=week, days=day) for week in range(weeks) for day in weekdays]
    return [ran(number, f"{day} 07:00", **more) for number, day in enumerate(days, 1)]


def drawn(history, name="warmup", **options):
    trial = design.new_trial(history, name, "upper_back", START)
    return design.plan_trial(history, trial, **{"seed": 1, "made": at("2026-05-03 20:00"), **options})


def test_each_pair_has_one_run_of_each_way_in_an_order_by_chance():
    many = randomise_pairs(7, 400)
    assert all(one != other for one, other in zip(many[::2], many[1::2], strict=True))
    assert 160 < sum(many[::2]) < 240
    assert many == randomise_pairs(7, 400) != randomise_pairs(8, 400)
    assert randomise_pairs(7, 3) == many[:6]


def test_a_seed_draws_the_same_lots_for_ever():
    assert randomise_pairs(2026, 4) == (True, False, False, True, False, True, False, True)


def test_the_days_are_the_usual_ones():
    history = past(season())
    assert design.usual_weekdays(history) == (0, 2, 5)
    plan = drawn(history, pairs=6)
    assert [run.day for run in plan.runs[:4]] == [date(2026, 5, day) for day in (4, 6, 9, 11)]
    assert len(plan.runs) == 12


def test_the_usual_days_are_those_of_the_last_eight_weeks():
    before = season((1, 3), weeks=10)
    lately = [ran(100 + week, f"{MONDAY + timedelta(weeks=10 + week, days=6)} 09:00") for week in range(8)]
    assert design.usual_weekdays(past([*before, *lately])) == (6,)
    assert design.usual_weekdays(past()) == ()


@pytest.mark.parametrize("weekdays", [(0, 1, 2, 3, 4, 5, 6), (5, 6), (0, 1, 3, 4), (6, 0)])
def test_two_runs_of_a_plan_lie_two_days_apart(weekdays):
    days = [run.day for run in drawn(past(season()), weekdays=weekdays, pairs=8).runs]
    assert len(days) == 16
    assert all(later - day >= timedelta(days=2) for day, later in pairwise(days))
    assert {day.weekday() for day in days} <= set(weekdays)


@pytest.mark.parametrize(("rated", "share"), [(40, 0.011), (20, 0.456), (36, 0.1)])
def test_runs_that_nobody_rated_are_expected_again(rated, share):
    after = pd.Series([np.nan] * 30 + [2.0] * rated + [np.nan] * (40 - rated))
    assert design.share_unrated(after) == pytest.approx(min(share, 0.3), abs=0.015)
    assert design.share_unrated(pd.Series([np.nan] * 9)) == pytest.approx(0.2)


def test_days_can_be_told_and_must_be_where_there_are_no_runs():
    history = past()
    assert {run.day.weekday() for run in drawn(history, weekdays=(1, 6)).runs} == {1, 6}
    with pytest.raises(BadInput, match="--days"):
        drawn(history)


def test_a_larger_difference_takes_fewer_runs():
    history = past(season())
    small, large = drawn(history, effect=1.0), drawn(history, effect=2.0)
    assert len(small.runs) > len(large.runs) >= 12
    assert (large.first, large.second, large.area, large.effect) == (
        "a warm-up",
        "no warm-up",
        "upper_back",
        2.0,
    )


# ---- what can be drawn lots for


def test_every_factor_can_be_planned_or_is_told_why_not():
    unfit = [factor for factor in FACTORS if factor.family in NOT_RANDOMISABLE]
    assert {find_intervention(factor.name).name for factor in FACTORS if factor not in unfit} == {
        planned.name for planned in interventions.INTERVENTIONS
    }
    for factor in unfit:
        with pytest.raises(BadInput, match=NOT_RANDOMISABLE[factor.family][:20]):
            find_intervention(factor.name)


@pytest.mark.parametrize(
    ("factor", "name"), [("route_share", "route"), ("shoe_km", "shoes"), ("strength_7d", "strength")]
)
def test_a_factor_stands_for_what_it_is_about(factor, name):
    assert find_intervention(factor).name == name


@pytest.mark.parametrize("name", ["run_spike", "acute_load"])
def test_no_lots_are_drawn_for_loads(name):
    with pytest.raises(BadInput, match="injury"):
        find_intervention(name)


def test_what_another_runlog_has_planned_is_no_traceback():
    plan = Plan(
        1, "moon", "neck", "full", "new", 1.0, 1, at("2026-05-03 20:00"), (PlannedRun(START, True),) * 2
    )
    with pytest.raises(BadInput, match="moon cannot be tested in a trial"):
        design.trial_from_plan(plan)


def test_shoes_take_two_pairs_in_use():
    runs = [ran(i, f"2026-04-{i:02} 07:00", shoe="Red" if i % 3 else "Blue") for i in range(1, 20)]
    history = past(runs, shoes=[Shoe("Red"), Shoe("Blue"), Shoe("Old")])
    trial = design.new_trial(history, "shoes", "upper_back", START)
    assert trial.arms == ("Red", "Blue")
    assert trial.instructions() == ("Wear Red.", "Wear Blue.")
    assert trial.received_arm(history).loc[[1, 3]].tolist() == [1.0, 0.0]
    retired = past(runs, shoes=[Shoe("Red"), Shoe("Blue", retired=date(2026, 4, 30))])
    with pytest.raises(BadInput, match="two pairs"):
        design.new_trial(retired, "shoes", "upper_back", START)


def test_route_takes_a_route():
    with pytest.raises(BadInput, match="record them with GPS"):
        design.new_trial(past(season()), "route", "upper_back", START)


def test_strength_counts_on_the_day_before():
    runs = [ran(i, f"2026-04-{i:02} 07:00") for i in (2, 4, 6, 8)]
    history = past(
        [*runs, strength_session(90, "2026-04-01 18:00")],
        [
            wrote(1, "2026-04-03 20:00", strength=False),
            wrote(2, "2026-04-05 20:00", strength_min=30.0),
            wrote(3, "2026-04-08 20:00", strength=True),
        ],
    )
    received = design.new_trial(history, "strength", "upper_back", START).received_arm(history)
    assert received.loc[[2, 4, 6]].tolist() == [1.0, 0.0, 1.0]
    assert received.isna().loc[8]
