"""What would tell more: in which order, resting on what, and in which words."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from past import past, ran, wrote

from runlog.analysis.exposures import exposures
from runlog.analysis.links import links
from runlog.model import Shoe
from runlog.trials import design, suggestions
from runlog.trials import text as trials_text
from runlog.trials.design import ASSUMED_SD

FIRST, START = date(2026, 1, 5), date(2026, 5, 4)


def season(runs=60, *, effect=-1.5, sd=1.0, seed=4, shoes=()):
    """A run every other day; soreness goes with the warm-up, not with the cool-down or the shoes."""
    chance = np.random.default_rng(seed)
    activities, entries = [], []
    for i in range(runs):
        day = FIRST + timedelta(days=2 * i)
        warm, cool = bool(chance.random() < 0.5), bool(chance.random() < 0.5)
        shoe = shoes[int(chance.integers(len(shoes)))] if shoes else None
        activities.append(ran(i + 1, f"{day} 07:00", km=8 + chance.normal(), shoe=shoe))
        rating = float(np.clip(np.round(4 + effect * warm + chance.normal(0, sd)), 0, 10))
        entries.append(wrote(i + 1, f"{day} 19:00", soreness=rating, warmup=warm, cooldown=cool))
    return past(activities, entries, [Shoe(name) for name in shoes], timezone="Europe/Berlin")


@pytest.fixture(scope="module")
def found():
    history = season(shoes=("Red", "Blue"))
    return history, suggestions.suggest_trials(history, "upper_back", START)


def by_name(ideas):
    return {idea.trial.intervention.name: idea for idea in ideas}


def test_what_may_matter_comes_before_what_hardly_can(found):
    _, ideas = found
    assert ideas[0].trial.intervention.name == "warmup"
    assert [idea.score for idea in ideas] == sorted((idea.score for idea in ideas), reverse=True)
    assert by_name(ideas)["warmup"].p_effect > 0.8
    assert by_name(ideas)["cooldown"].p_effect < 0.2


def test_only_what_this_runner_can_do_is_offered(found):
    assert set(by_name(found[1])) == {"warmup", "cooldown", "strength", "shoes"}


def test_the_range_is_that_of_the_links(found):
    history, ideas = found
    table = links(exposures(history, "upper_back")).set_index("factor")
    for name in ("warmup", "cooldown"):
        idea = by_name(ideas)[name]
        assert (idea.low, idea.high, idea.grade) == tuple(table.loc[name, ["low", "high", "grade"]])


def test_what_is_no_factor_is_asked_of_the_diary_too(found):
    shoes = by_name(found[1])["shoes"]
    assert set(shoes.trial.arms) == {"Red", "Blue"}
    assert shoes.low < 0 < shoes.high
    strength = by_name(found[1])["strength"]
    assert np.isnan(strength.low)
    assert trials_text.suggestion_text(strength).endswith("your diary says nothing about it yet.")


def test_the_sentence_of_an_idea(found):
    warmup = by_name(found[1])["warmup"]
    text = trials_text.suggestion_text(warmup)
    assert text.startswith(
        f"Flip a coin before each of your next {2 * warmup.pairs} easy runs: a warm-up or no warm-up."
    )
    assert "That gives an 80% chance to see an effect of 1 point;" in text
    assert f"suggests {trials_text.format_range(warmup.low, warmup.high)}" in text
    cooldown = trials_text.suggestion_text(by_name(found[1])["cooldown"])
    assert cooldown.endswith("which makes an effect that large unlikely.")


def test_the_noise_is_this_runners_own():
    quiet, loud = (
        design.estimate_pair_noise(history, design.new_trial(history, "warmup", "upper_back", START), 3)
        for history in (season(sd=0.6), season(sd=1.8))
    )
    assert quiet.rated_runs == loud.rated_runs == 60
    assert quiet.sd == pytest.approx(0.6 * 2**0.5, abs=0.35)
    assert loud.sd == pytest.approx(1.8 * 2**0.5, abs=0.6)
    assert "60 rated runs" in trials_text.noise_text(quiet)


def test_the_part_of_what_is_planned_is_no_noise():
    history = season(effect=-4.0, sd=0.8)
    warmup, cooldown = (
        design.estimate_pair_noise(history, design.new_trial(history, name, "upper_back", START), 3).sd
        for name in ("warmup", "cooldown")
    )
    assert warmup < 1.8
    assert cooldown > 2.2


def test_with_few_ratings_the_noise_is_assumed_and_said_to_be():
    history = season(12)
    idea = by_name(suggestions.suggest_trials(history, "upper_back", START))["warmup"]
    assert (idea.noise.sd, idea.noise.rated_runs) == (ASSUMED_SD, 0)
    text = trials_text.noise_text(idea.noise)
    assert "runlog assumes" in text
    few, many = (design.pairs_needed(1.0, replace(idea.noise, plausible_sds=(sd,))) for sd in (1.0, 2.2))
    assert f"from {2 * few} to more than 80 runs" in text
    assert many is None
    assert np.isnan(idea.low)


def test_where_it_would_take_too_many_runs_the_least_that_they_tell_is_said():
    idea = by_name(suggestions.suggest_trials(season(sd=4.5), "upper_back", START))["cooldown"]
    assert idea.pairs == design.MAX_PAIRS
    assert idea.detectable > 1.05
    assert "or more" in trials_text.suggestion_text(idea)


def test_no_runs_and_no_ratings_are_no_traceback():
    assert {idea.noise.rated_runs for idea in suggestions.suggest_trials(past(), "neck", START)} == {0}
