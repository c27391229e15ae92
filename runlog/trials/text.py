"""Describe trials in words: suggestions, power, progress and results, for the command line and the report."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from runlog import units
from runlog.errors import BadInput
from runlog.i18n import _, ngettext
from runlog.trials import design, suggestions
from runlog.trials.result import (
    ARM_UNKNOWN,
    AS_ASSIGNED,
    MISSED,
    OTHER_ARM,
    UPCOMING,
    Conclusion,
    conclude,
    evaluate_trial,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from runlog.analysis.history import History
    from runlog.model import Plan
    from runlog.trials.design import PairNoise
    from runlog.trials.result import Comparison, TrialResult
    from runlog.trials.suggestions import Evidence, Suggestion

LIMITS_TEXT = (
    "You knew which way each run was to go, so your expectations may play a part. The result is about you, "
    "these weeks and the day after a run; what comes later or builds up slowly it cannot show. What lasts "
    "longer than two days carries over to the pair's other run and makes the difference smaller."
)
EARLY_LOOK_WARNING = (
    "This is an early look. If you stop when the result looks good, chance misleads you far more often than "
    "5 times in 100. Carry on to the end, and count only that result."
)
#: A detectable difference up to this multiple of the one asked for counts as that: pairs are whole numbers.
_SAME_EFFECT_RATIO = 1.05
_SMALLEST_P = 0.001
_ROUNDS_TO_ZERO = 0.05  # a smaller difference is shown as 0.0 points


def suggestion_text(suggestion: Suggestion) -> str:
    """Say in a sentence what a suggested trial would tell."""
    first, second = suggestion.trial.arms
    if _detects_asked_effect(suggestion):
        chance = f"That gives an 80% chance to see an effect of {format_points(suggestion.effect)}"
    else:
        least = format_points(suggestion.detectable)
        chance = f"Even that gives an 80% chance only to see an effect of {least} or more"
    return (
        f"Flip a coin before each of your next {2 * suggestion.pairs} easy runs: {first} or {second}. "
        f"{chance}; {_current_evidence(suggestion)}."
    )


def _detects_asked_effect(suggestion: Suggestion) -> bool:
    return suggestion.detectable <= suggestion.effect * _SAME_EFFECT_RATIO


def _current_evidence(suggestion: Suggestion) -> str:
    low, high, grade = suggestion.low, suggestion.high, suggestion.grade
    if np.isnan(low):
        return "your diary says nothing about it yet"
    text = f"your diary so far suggests {format_range(low, high)} points"
    if max(-low, high) < suggestion.effect:
        return f"{text}, which makes an effect that large unlikely"
    if grade in ("A", "B"):
        return f"{text} (grade {grade}), and the coin would show whether it is the cause"
    return text


def noise_text(noise: PairNoise) -> str:
    """Say what the number of runs rests on."""
    if noise.rated_runs:
        return (
            f"Your soreness varies by {noise.sd:.1f} points (SD) from one run to the next, judging by "
            f"{noise.rated_runs} rated runs. The smaller the difference, the more runs it takes to see it."
        )
    few, many = (
        design.pairs_needed(1.0, replace(noise, plausible_sds=(sd,)))
        for sd in (design.ASSUMED_LOW, design.ASSUMED_HIGH)
    )
    return (
        f"With fewer than {design.MIN_RATED_RUNS} rated runs, runlog assumes that your soreness varies by "
        f"{design.ASSUMED_SD:g} points (SD) from run to run; {design.ASSUMED_LOW:g} to "
        f"{design.ASSUMED_HIGH:g} is possible. To see a difference of 1 point may take anything from "
        f"{_run_count(few)} to {_run_count(many)} runs."
    )


def _run_count(pairs: int | None) -> str:
    return f"more than {2 * design.MAX_PAIRS}" if pairs is None else str(2 * pairs)


def power_text(history: History, plan: Plan) -> str:
    """Say which difference a plan detects, and what that rests on."""
    runs_a_week = len({run.day.weekday() for run in plan.runs})
    noise = design.estimate_pair_noise(history, design.trial_from_plan(plan), runs_a_week)
    least = format_points(design.detectable_difference(len(plan.runs) // 2, noise))
    area = units.area(plan.area)
    return f"It has an 80% chance to see a difference of {least} in your {area}. {noise_text(noise)}"


def progress_text(result: TrialResult) -> str:
    """Say how far a plan is."""
    parts = {
        "done as the coin said": AS_ASSIGNED,
        "done the other way": OTHER_ARM,
        "done, but not logged which way": ARM_UNKNOWN,
        "missed": MISSED,
        "still to come": UPCOMING,
    }
    states = result.states
    counts = ", ".join(f"{states[state]} {what}" for what, state in parts.items() if states[state])
    unrated = f" Not rated within a day: {result.unrated}." if result.unrated else ""
    complete = f"{result.complete_pairs} of {result.pairs} pairs are complete."
    return f"{complete} Of {len(result.runs)} runs: {counts}.{unrated}"


def result_text(result: TrialResult) -> str:
    """Say what a plan has shown as randomised, or why nothing can be said."""
    comparison = result.as_randomised
    if comparison is None:
        return _no_result_text(result)
    plan, small = result.plan, comparison.p < _SMALLEST_P
    often = "fewer than 1" if small else f"{1000 * comparison.p:,.0f}"
    p = "p < 0.001" if small else f"p = {comparison.p:.2g}"
    last = EARLY_LOOK_WARNING if result.early else _conclusion_text(comparison, plan.effect)
    return (
        f"On days when the coin said {plan.first}, your {units.area(plan.area)} was "
        f"{_more_or_less(comparison.difference)} sore afterwards than when it said {plan.second} "
        f"({_range_text(comparison)}, {comparison.pairs} pairs). "
        f"If it made no difference, {often} of 1,000 such trials would still show one as large ({p}). {last}"
    )


def _no_result_text(result: TrialResult) -> str:
    if result.early:
        return "There is nothing to look at yet: fewer than two pairs are complete."
    if not result.over:
        left = result.pairs - result.complete_pairs
        return (
            f"{left} more {'pair' if left == 1 else 'pairs'} to go. The result appears when all pairs are "
            f"complete, or after {units.day(result.last_rating_day, year=True)}: chance easily misleads an "
            "earlier look."
        )
    lacking = design.MIN_PAIRS - result.complete_pairs
    return (
        f"Too few pairs are complete for a result: it takes at least {design.MIN_PAIRS}, and {lacking} "
        f"{'is' if lacking == 1 else 'are'} missing. A pair is complete when both of its runs are rated "
        "within a day."
    )


def _conclusion_text(comparison: Comparison, effect: float) -> str:
    asked = format_points(effect)
    return {
        Conclusion.HINT: "The two tests disagree on whether that is more than chance: it is only a hint.",
        Conclusion.UNLIKELY_CHANCE: (
            "Chance is unlikely to explain that. Nor is anything else that differed between those days, "
            "because a coin chose them."
        ),
        Conclusion.LARGE_UNLIKELY: f"It shows no difference, and one of {asked} or more is unlikely.",
        Conclusion.OPEN: (
            f"It shows no difference, but does not rule out one of {asked}: the question stays open."
        ),
    }[conclude(comparison, effect)]


def result_paragraphs(result: TrialResult) -> list[str]:
    """Return all paragraphs about the progress and the result of a plan."""
    paragraphs = [progress_text(result), result_text(result)]
    if result.as_randomised is not None:
        paragraphs += [as_treated_text(result), LIMITS_TEXT]
    return [text for text in paragraphs if text]


def as_treated_text(result: TrialResult) -> str:
    """Say what the same runs show as treated; "" where that is the same or unknown."""
    comparison = result.as_treated
    if comparison is None or result.as_randomised in (None, comparison):
        return ""
    return (
        "Going by what you actually did, whatever the coin said (so no longer a fair test): "
        f"{_more_or_less(comparison.difference)} sore with {result.plan.first} than with "
        f"{result.plan.second} ({_range_text(comparison)}, {comparison.pairs} pairs that had one of each)."
    )


def _range_text(comparison: Comparison) -> str:
    if np.isnan(comparison.low):
        return "the same in every pair, so without a range"
    return f"95% range {format_range(comparison.low, comparison.high)}"


def _more_or_less(difference: float) -> str:
    if abs(difference) < _ROUNDS_TO_ZERO:
        return "no more and no less"
    return f"{format_points(difference)} {'more' if difference > 0 else 'less'}"


def format_points(amount: float) -> str:
    """Format an amount in points, e.g. "1 point", "1.4 points"."""
    number = units.number(abs(amount)).removesuffix(".0")
    return f"{number} {'point' if number == '1' else 'points'}"


def format_range(low: float, high: float) -> str:
    """Format a range in points, e.g. "−1.9 to +0.4"."""
    return f"{units.number(low, signed=True)} to {units.number(high, signed=True)}"


MAX_FINISHED = 2  # of the latest plans in the report


@dataclass(frozen=True, slots=True)
class TrialStatus:
    """Status of one trial, for the report."""

    id: int  # the plan's number
    first: str  # the first arm, in words
    second: str  # the second arm
    area: str  # the area whose soreness is compared
    over: bool  # nothing more can come
    complete: int  # pairs of runs of which both are rated
    pairs: int  # number of planned pairs
    next_day: date | None  # the day of the next run to come, or None
    next_way: str  # its arm in words from its day on, else ""
    # points, first arm less second, as randomised. This and the next three are None until it is over, or
    # where too few pairs are complete
    difference: float | None
    low: float | None  # lower end of the 95% range
    high: float | None  # upper end of the 95% range
    p: float | None  # of the randomisation test
    sentence: str  # its progress, or its result

    @property
    def next_run(self) -> str:
        """The next run to come, in words; which way to do it is told on its day. "" where none is to come."""
        if self.next_day is None:
            return ""
        day = units.day(self.next_day)
        if self.next_way:
            return _("Next, on {day}: {way}.").format(day=day, way=self.next_way)
        return _("Next: {day}. Which way to do it, you see on that day.").format(day=day)


@dataclass(frozen=True, slots=True)
class ReportSuggestion:
    """The most informative trial for its runs: one sentence, and the command that plans it."""

    sentence: str
    command: str


def trial_statuses(history: History, now: datetime) -> tuple[TrialStatus, ...]:
    """Return the trials under way and the latest of those that are over, without the cancelled ones."""
    statuses = []
    for plan in history.plans:
        if plan.cancelled is None:
            with suppress(
                BadInput
            ):  # a newer version has planned an intervention that this one does not know
                statuses.append(_trial_status(evaluate_trial(history, plan, now)))
    finished = [status for status in statuses if status.over]
    return (*(status for status in statuses if not status.over), *finished[::-1][:MAX_FINISHED])


def _trial_status(result: TrialResult) -> TrialStatus:
    plan, comparison, next_run = result.plan, result.as_randomised, result.next_run
    return TrialStatus(
        id=plan.id,
        first=_(plan.first),
        second=_(plan.second),
        area=str(plan.area),
        over=result.over,
        complete=result.complete_pairs,
        pairs=result.pairs,
        next_day=None if next_run is None else next_run.day,
        next_way="" if result.next_arm is None else _(result.next_arm),
        difference=None if comparison is None else comparison.difference,
        low=None if comparison is None else comparison.low,
        high=None if comparison is None else comparison.high,
        p=None if comparison is None else comparison.p,
        sentence=_status_sentence(result),
    )


def _status_sentence(result: TrialResult) -> str:
    """Say how far a trial is, or once it is over what it has shown."""
    comparison = result.as_randomised
    if result.over and comparison is None:
        return _("It is over, but too few of its pairs are complete for a result.")
    if result.over and comparison is not None:
        difference = _status_difference(result.plan, comparison)
        return f"{difference} {_status_conclusion(comparison, result.plan.effect)}"
    return ngettext(
        "{complete} of {n} pair of runs is complete. The result comes at the end: "
        "chance easily misleads an earlier look.",
        "{complete} of {n} pairs of runs are complete. The result comes at the end: "
        "chance easily misleads an earlier look.",
        result.pairs,
    ).format(complete=result.complete_pairs, n=result.pairs)


def _status_difference(plan: Plan, comparison: Comparison) -> str:
    if abs(comparison.difference) < _ROUNDS_TO_ZERO:
        text = _(
            "On days when the coin said {first}, your {area} was no more and no less sore afterwards than "
            "when it said {second} (95% range {low} to {high}, {n} pairs)."
        )
    elif comparison.difference > 0:
        text = _(
            "On days when the coin said {first}, your {area} was {points} points more sore afterwards than "
            "when it said {second} (95% range {low} to {high}, {n} pairs)."
        )
    else:
        text = _(
            "On days when the coin said {first}, your {area} was {points} points less sore afterwards than "
            "when it said {second} (95% range {low} to {high}, {n} pairs)."
        )
    return text.format(
        first=_(plan.first),
        second=_(plan.second),
        area=units.area(str(plan.area)),
        points=units.number(abs(comparison.difference)),
        low=units.number(comparison.low, signed=True),
        high=units.number(comparison.high, signed=True),
        n=comparison.pairs,
    )


def _status_conclusion(comparison: Comparison, effect: float) -> str:
    return {
        Conclusion.HINT: _("The two tests disagree on whether that is more than chance: it is only a hint."),
        Conclusion.UNLIKELY_CHANCE: _("A coin chose the days: chance is unlikely to explain the difference."),
        Conclusion.LARGE_UNLIKELY: _(
            "It shows no difference, and one of {points} points or more is unlikely."
        ),
        Conclusion.OPEN: _("It shows no difference, but does not rule out one of {points} points."),
    }[conclude(comparison, effect)].format(points=units.number(effect))


def best_suggestion(
    history: History, area: str, last: date, evidence: Evidence | None = None
) -> ReportSuggestion | None:
    """Return the most informative trial for its runs, planned from the day after ``last`` on."""
    day = last + timedelta(days=1)
    found = suggestions.suggest_trials(history, area, day, evidence=evidence, graded=False)
    if not found:
        return None
    best = found[0]
    points = round(max(best.detectable, best.effect), 1)
    if _detects_asked_effect(best):
        text = ngettext(
            "Flip a coin before each of your next {n} easy runs: {first} or {second}. That gives an 80% "
            "chance to see an effect of {points} point.",
            "Flip a coin before each of your next {n} easy runs: {first} or {second}. That gives an 80% "
            "chance to see an effect of {points} points.",
            1 if points == 1 else 2,
        )
    else:
        text = _(
            "Flip a coin before each of your next {n} easy runs: {first} or {second}. Even that only shows "
            "an effect of {points} points or more."
        )
    shown = units.short_number(points)
    first, second = map(_, best.trial.arms)
    sentence = text.format(first=first, second=second, n=2 * best.pairs, points=shown)
    return ReportSuggestion(sentence, f"runlog plan {best.trial.intervention.name}")
