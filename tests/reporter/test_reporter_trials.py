"""The runner's own plans in the report: told apart from links, and only what was known by then."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from made_diary import MONDAY

from runlog.analysis import periods
from runlog.model import Area, Plan, PlannedRun
from runlog.reporter import render
from runlog.reporter.weekly import build_week
from runlog.trials.text import best_suggestion, trial_statuses

FIRST = date(2026, 3, 2)


def plan(runs, **known):
    """A plan of warm-ups, a run every other day, the warm-up first in each pair."""
    days = tuple(PlannedRun(FIRST + timedelta(days=2 * n), n % 2 == 0) for n in range(runs))
    known = {"made": MONDAY - timedelta(days=1), "first": "a warm-up", "second": "no warm-up", **known}
    return Plan(1, "warmup", Area.UPPER_BACK, effect=1.0, seed=1, runs=days, **known)


@pytest.fixture
def followed(diary):
    """Follows a plan: so many runs as drawn, soreness 4 without a warm-up and less with one."""

    def follow(runs, made, less):
        for n in range(runs):
            diary.run(2 * n, warmup=made.runs[n].first)
            diary.rate(2 * n, 4 - less[n // 2] if made.runs[n].first else 4)
        return replace(diary.history(), plans=(made,))

    return follow


def test_a_plan_under_way_says_how_far_it_is_and_what_comes_next_but_no_difference(followed, at):
    history = followed(5, plan(12), [2] * 6)
    (trial,) = build_week(history, "2026-W11", now=at(9)).trials
    assert (trial.over, trial.complete, trial.pairs, trial.difference) == (False, 2, 6, None)
    assert (trial.next_day, trial.next_way) == (date(2026, 3, 12), "")
    text = render.render_page(build_week(history, "2026-W11", now=at(9)))
    assert "Trial 1: a warm-up or no warm-up" in text
    assert "Next: Thu 12 Mar. Which way to do it, you see on that day." in text
    assert "Next, on Thu 12 Mar: no warm-up." in render.render_page(
        build_week(history, "2026-W11", now=at(10))
    )
    assert "A trial that would tell you more" not in text, "one thing at a time"


def test_a_plan_that_is_over_says_what_lots_have_shown(followed, at):
    history = followed(16, plan(16), [1, 2, 3, 2, 1, 2, 3, 2])
    (trial,) = trial_statuses(history, periods.to_utc(at(40)))
    assert trial.over
    assert trial.difference == pytest.approx(-2.0)
    assert trial.low < trial.difference < trial.high < 0
    assert trial.p < 0.05
    assert "your upper back was 2.0 points less sore afterwards" in trial.sentence
    assert "8 pairs" in trial.sentence
    assert "chance is unlikely to explain the difference" in trial.sentence
    assert "more than what goes together" in render.render_page(build_week(history, "2026-W14", now=at(40)))


def test_a_plan_without_a_difference_says_what_is_ruled_out(followed, at):
    history = followed(16, plan(16), [0.5, -0.5] * 4)
    (trial,) = trial_statuses(history, periods.to_utc(at(40)))
    assert "was no more and no less sore" in trial.sentence
    assert "one of 1.0 points or more is unlikely" in trial.sentence


def test_a_plan_that_was_hardly_followed_tells_nothing(followed, at):
    (trial,) = trial_statuses(followed(4, plan(12), [2] * 6), periods.to_utc(at(60)))
    assert trial.over
    assert trial.difference is None
    assert "too few" in trial.sentence


def test_what_was_given_up_or_made_later_is_not_told(followed, at):
    history = followed(4, plan(12, cancelled=at(30)), [2] * 6)
    assert build_week(history, "2026-W13", now=at(60)).trials, "it was not given up yet"
    assert not build_week(history, "2026-W15", now=at(60)).trials
    later = replace(history, plans=(plan(12, made=at(20)),))
    assert not build_week(later, "2026-W11", now=at(60)).trials


def test_a_plan_of_another_runlog_is_passed_over(followed, at):
    unknown = replace(plan(12), factor="moonlight")
    assert trial_statuses(followed(4, unknown, [2] * 6), periods.to_utc(at(9))) == ()


def test_what_would_tell_more_is_one_sentence_with_its_command(full_season):
    idea = best_suggestion(full_season, "upper_back", date(2026, 8, 30))
    assert idea.sentence.startswith("Flip a coin before each of your next ")
    assert idea.command.startswith("runlog plan ")


def test_hostile_names_of_pairs_stay_text_in_a_plan(followed, at):
    hostile = plan(12, first="<b>bold</b>", second='" onload="x')
    text = render.render_page(build_week(followed(4, hostile, [2] * 6), "2026-W11", now=at(9)))
    assert "<b>bold" not in text
    assert "&lt;b&gt;bold" in text
