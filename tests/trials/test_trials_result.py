"""What a plan has shown: matching, never peeking, as drawn and as done."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from past import at, past, ran, wrote

from runlog.model import Area, Plan, PlannedRun
from runlog.trials import result
from runlog.trials import text as trials_text
from runlog.trials.design import soreness_after_runs

START = date(2026, 5, 4)  # a Monday
END = at("2026-07-30 12:00")


def plan(pairs=6, **more):
    """Every third day; the first run of each pair goes the first way."""
    runs = tuple(PlannedRun(START + timedelta(days=3 * i), i % 2 == 0) for i in range(2 * pairs))
    return Plan(
        **{
            "id": 1,
            "factor": "warmup",
            "area": Area.UPPER_BACK,
            "first": "a warm-up",
            "second": "no warm-up",
            "effect": 1.0,
            "seed": 1,
            "made": at("2026-05-01 12:00"),
            "runs": runs,
            **more,
        }
    )


def followed(made, rating, *, received=None, skipped=(), unrated=(), late=()):
    """A history in which the plan was followed, except as the arguments say, by run numbers."""
    runs, entries = [], []
    for number, planned in enumerate(made.runs, 1):
        if number in skipped:
            continue
        day = planned.day + timedelta(days=number in late)
        warm = planned.first if received is None else received(number)
        runs.append(ran(number, f"{day} 07:00"))
        entries.append(
            wrote(
                number,
                f"{day} 19:00",
                warmup=warm,
                soreness=None if number in unrated else float(rating(number)),
            )
        )
    return past(runs, entries, timezone="Europe/Berlin")


def jittered(number):
    """The odd runs received the first arm."""
    return 5 + (number % 3) - (3 if number % 2 else 0)


def test_a_plan_that_was_followed():
    made = plan()
    found = result.evaluate_trial(followed(made, jittered), made, END)
    assert (found.complete_pairs, found.pairs, found.over, found.early) == (6, 6, True, False)
    assert found.states == {"kept": 12}
    differences = [jittered(n) - jittered(n + 1) for n in range(1, 12, 2)]
    assert found.as_randomised.difference == pytest.approx(np.mean(differences))
    assert found.as_treated == found.as_randomised
    text = trials_text.result_text(found)
    assert text.startswith("On days when the coin said a warm-up, your upper back was")
    assert "less sore afterwards" in text
    assert "p = 0.031" in text
    assert "Chance is unlikely to explain that" in text
    assert trials_text.as_treated_text(found) == ""
    assert trials_text.LIMITS_TEXT in trials_text.result_paragraphs(found)


def test_the_runs_of_a_pair_lie_two_days_apart():
    """The first run came a day late: a run on the day after it is too early for the second."""
    made = plan()
    days = [planned.day for planned in made.runs]
    runs = [ran(1, f"{days[0] + timedelta(days=2)} 07:00"), ran(2, f"{days[1]} 07:00")]
    later = ran(3, f"{days[1] + timedelta(days=1)} 07:00")
    one = result.run_outcomes(past(runs), made, END)[:2]
    assert [outcome.run for outcome in one] == [1, None]
    assert [outcome.run for outcome in result.run_outcomes(past([*runs, later]), made, END)[:2]] == [1, 3]


def test_an_arm_is_shown_on_the_day_of_its_run():
    made = plan()
    history = followed(made, jittered, skipped=range(3, 13))
    for now, arms in ((f"{made.runs[1].day} 12:00", 2), (f"{made.runs[2].day - timedelta(days=1)} 12:00", 2)):
        found = result.evaluate_trial(history, made, at(now))
        assert [found.shown_arm(run) is not None for run in found.runs] == [i < arms for i in range(12)]
        assert (found.next_run.run_number, found.next_arm) == (3, None)
    on_the_day = result.evaluate_trial(history, made, at(f"{made.runs[2].day} 06:00"))
    assert on_the_day.next_arm == "a warm-up"


def test_nobody_peeks_before_the_end():
    made = plan()
    history = followed(made, jittered, skipped=range(9, 13))
    now = at("2026-05-26 12:00")
    found = result.evaluate_trial(history, made, now)
    assert (found.complete_pairs, found.over, found.as_randomised, found.as_treated) == (4, False, None, None)
    assert found.states["to come"] == 4
    assert "2 more pairs to go" in trials_text.result_text(found)
    assert not any(character in trials_text.result_text(found) for character in "±%")
    looked = result.evaluate_trial(history, made, now, early=True)
    assert looked.early
    assert looked.as_randomised.pairs == 4
    assert trials_text.result_text(looked).endswith(trials_text.EARLY_LOOK_WARNING)


def test_early_before_anything_has_happened():
    made = plan()
    found = result.evaluate_trial(past(timezone="Europe/Berlin"), made, at("2026-05-02 12:00"), early=True)
    assert found.as_randomised is None
    assert "nothing to look at" in trials_text.result_text(found)


def test_all_pairs_complete_is_the_end_even_before_the_last_day():
    made = plan()
    history = followed(made, jittered)
    last = made.runs[-1].day
    assert result.evaluate_trial(history, made, at(f"{last} 20:00")).over


def test_the_end_comes_when_nothing_more_can_be_rated():
    made = plan()
    history = followed(made, jittered, skipped=[12])
    days = [made.runs[-1].day + timedelta(days=more) for more in (4, 5)]
    assert [result.evaluate_trial(history, made, at(f"{day} 12:00")).over for day in days] == [False, True]


def test_too_few_pairs_say_how_many_are_missing():
    made = plan()
    found = result.evaluate_trial(followed(made, jittered, skipped=[2], unrated=[7, 8]), made, END)
    assert found.over
    assert found.as_randomised is None
    assert (found.complete_pairs, found.states["missed"], found.unrated) == (4, 1, 2)
    assert "it takes at least 6, and 2 are missing" in trials_text.result_text(found)
    assert "Not rated within a day: 2." in trials_text.progress_text(found)


def test_a_cancelled_plan_may_be_looked_at():
    made = plan(8, cancelled=at("2026-06-10 12:00"))
    history = followed(made, jittered, skipped=range(13, 17))
    found = result.evaluate_trial(history, made, at("2026-06-11 12:00"))
    assert found.over
    assert found.as_randomised.pairs == 6


def test_as_drawn_counts_the_lot_and_as_done_what_was_done():
    """Whoever warms up every time although half of the lots say no shows no difference as drawn."""
    made = plan(8)
    warm = {n: planned.first if n <= 12 else True for n, planned in enumerate(made.runs, 1)}
    history = followed(made, lambda n: (2 if warm[n] else 5) + n % 2, received=warm.__getitem__)
    found = result.evaluate_trial(history, made, END)
    assert found.states["otherwise"] == 2
    assert found.as_randomised.pairs == 8
    assert found.as_randomised.difference == pytest.approx((6 * -2 + 2 * 1) / 8)
    assert (found.as_treated.pairs, found.as_treated.difference) == (6, pytest.approx(-2))
    assert "no longer a fair test" in trials_text.as_treated_text(found)
    assert "2 done the other way" in trials_text.progress_text(found)


def test_which_way_is_not_told_counts_as_drawn_alone():
    made = plan(6)
    found = result.evaluate_trial(followed(made, jittered, received=lambda _: None), made, END)
    assert found.states["not told"] == 12
    assert found.as_randomised.pairs == 6
    assert found.as_treated is None


def test_a_run_a_day_late_counts_and_one_on_the_next_planned_day_does_not():
    made = plan()
    found = result.evaluate_trial(followed(made, jittered, late=[4], skipped=[7]), made, END)
    assert [outcome.run for outcome in found.runs] == [1, 2, 3, 4, 5, 6, None, 8, 9, 10, 11, 12]
    assert found.complete_pairs == 5


def test_of_two_runs_on_a_day_the_longer_one_is_meant():
    made = plan()
    day = made.runs[0].day
    history = past([ran(1, f"{day} 06:00", minutes=10), ran(2, f"{day} 07:00", minutes=50)])
    assert result.run_outcomes(history, made, END)[0].run == 2


def test_no_difference_is_told_with_what_it_rules_out():
    made = plan(10)
    narrow = result.evaluate_trial(followed(made, lambda n: 3 + (n % 4 in (0, 1))), made, END)
    assert narrow.as_randomised.p > 0.05
    assert "one of 1 point or more is unlikely" in trials_text.result_text(narrow)
    wild = result.evaluate_trial(followed(made, lambda n: (n * n * 7) % 11), made, END)
    assert wild.as_randomised.p > 0.05
    assert "the question stays open" in trials_text.result_text(wild)


def test_where_range_and_lots_disagree_it_is_a_hint():
    """Six differences on one side, of which one is large: rare for lots, and wide for Student."""
    made = plan()
    small = {1: 9, 2: 0}
    history = followed(made, lambda n: small.get(n, n % 2))
    found = result.evaluate_trial(history, made, END)
    assert found.as_randomised.p < 0.05
    assert found.as_randomised.low < 0
    assert trials_text.result_text(found).endswith("it is only a hint.")
    (status,) = trials_text.trial_statuses(replace(history, plans=(made,)), END)
    assert status.sentence.endswith("it is only a hint."), "the report concludes the same"


def test_the_same_in_every_pair_has_no_range():
    made = plan()
    found = result.evaluate_trial(followed(made, lambda n: 2 if n % 2 else 3), made, END)
    assert np.isnan(found.as_randomised.low)
    assert "without a range" in trials_text.result_text(found)
    equal = result.evaluate_trial(followed(made, lambda _: 3), made, END)
    assert equal.as_randomised.p == 1
    assert "no more and no less sore" in trials_text.result_text(equal)


# ---- one number per run


def test_the_rating_of_a_run_is_the_mean_of_the_day_after_it():
    runs = [ran(1, "2026-05-04 07:00"), ran(2, "2026-05-06 07:00"), ran(3, "2026-05-06 18:00")]
    entries = [
        wrote(1, "2026-05-04 06:00", soreness=9.0),
        wrote(2, "2026-05-04 09:00", soreness=2.0),
        wrote(3, "2026-05-05 07:30", soreness=4.0),
        wrote(4, "2026-05-05 09:00", soreness=8.0),
        wrote(5, "2026-05-06 12:00", soreness=1.0),
        wrote(6, "2026-05-06 12:00", soreness=7.0, area=Area.KNEE),
        wrote(7, "2026-05-06 20:00", soreness=0.0),
    ]
    history = past(runs, entries)
    assert soreness_after_runs(history, "upper_back").to_dict() == {1: 3.0, 2: 1.0, 3: 0.0}
    assert soreness_after_runs(history, "knee").dropna().to_dict() == {2: 7.0}
