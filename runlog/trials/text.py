"""Describe trials in words: suggestions, power, progress and results, for the command line and the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from runlog import units
from runlog.errors import BadInput
from runlog.i18n import _, ngettext
from runlog.trials import design, result, suggestions
from runlog.trials.design import estimate_pair_noise, trial_from_plan
from runlog.trials.result import ARM_UNKNOWN, AS_ASSIGNED, MISSED, OTHER_ARM, UPCOMING

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.model import Plan
    from runlog.trials.design import PairNoise
    from runlog.trials.result import Comparison, TrialResult
    from runlog.trials.suggestions import Suggestion

LIMITS_TEXT = (
    "You knew which way each run was to go, so what you expected may play a part. It is about you and these "
    "weeks, and about the day after a run; what shows later or builds up over weeks it does not see."
)
EARLY_LOOK_WARNING = (
    "This is a look before the end. Who looks early and stops when it pleases is misled by chance far more "
    "often than in 5 of 100 cases: go on to the end, and count only that."
)
#: Differences told as the one asked for: pairs are whole, so that they tell it a little better.
_SAME_EFFECT_RATIO = 1.05
#: A p up to this is no chance any more.
_ALPHA = 0.05
_SMALLEST_P = 0.001
#: What is told as 0.0 points.
_ROUNDS_TO_ZERO = 0.05


def suggestion_text(one: Suggestion) -> str:
    """What a trial would tell, in a sentence."""
    first, second = one.trial.ways
    return (
        f"Alternate {first} and {second} by lot on your next {2 * one.pairs} easy runs: "
        f"{detectable_text(one)} in 8 of 10 cases; {_current_evidence(one)}."
    )


def detectable_text(one: Suggestion) -> str:
    """Which difference a trial tells."""
    if one.tells > one.effect * _SAME_EFFECT_RATIO:
        return f"even that tells a difference of {format_points(one.tells)} at least, and no smaller one,"
    return f"that tells a difference of {format_points(one.effect)}"


def _current_evidence(one: Suggestion) -> str:
    if np.isnan(one.low):
        return "your diary cannot tell anything of it yet"
    text = f"now the range of your diary is {format_range(one.low, one.high)}"
    if max(-one.low, one.high) < one.effect:
        return f"{text}, which leaves hardly any room for that"
    if one.grade in ("A", "B"):
        return f"{text} (grade {one.grade}), and lots would tell whether it comes of that itself"
    return text


def noise_text(of: PairNoise) -> str:
    """What the number of runs rests on."""
    if of.rated:
        return (
            f"From one run to the next your soreness differs by {of.sd:.1f} points (SD), as {of.rated} rated "
            "runs show; the smaller a difference is beside that, the more runs it takes to tell it."
        )
    few, many = (design.pairs_needed(1.0, sd) for sd in (design.ASSUMED_LOW, design.ASSUMED_HIGH))
    return (
        f"Fewer than {design.MIN_RATED_RUNS} runs are rated, so how much your soreness differs from run to "
        f"run is assumed, not known: {design.ASSUMED_SD:g} points (SD), where {design.ASSUMED_LOW:g} to "
        f"{design.ASSUMED_HIGH:g} may be true. To tell a difference of 1 point may so take anything from "
        f"{_run_count(few)} to {_run_count(many)} runs."
    )


def _run_count(pairs: int | None) -> str:
    return f"more than {2 * design.MAX_PAIRS}" if pairs is None else str(2 * pairs)


def power_text(history: History, plan: Plan) -> str:
    """What a plan tells, and what that rests on."""
    pairs = len(plan.runs) // 2
    runs_a_week = len({run.day.weekday() for run in plan.runs})
    of = estimate_pair_noise(history, trial_from_plan(plan), runs_a_week)
    told = format_points(design.detectable_difference(pairs, of.sd))
    return f"It tells a difference of {told} in your {_area_text(plan)} in 8 of 10 cases. {noise_text(of)}"


def progress_text(found: TrialResult) -> str:
    """How far a plan is."""
    parts = {
        "run as drawn": found.count(AS_ASSIGNED),
        "run the other way": found.count(OTHER_ARM),
        "run, but which way is not told": found.count(ARM_UNKNOWN),
        "missed": found.count(MISSED),
        "to come": found.count(UPCOMING),
    }
    told = ", ".join(f"{number} {what}" for what, number in parts.items() if number)
    rated = f" Not rated in the day after it: {found.unrated}." if found.unrated else ""
    return f"{found.complete} of {found.pairs} pairs are complete. Of {len(found.runs)} runs: {told}.{rated}"


def result_text(found: TrialResult) -> str:
    """What a plan has shown, as the lots fell; or why nothing can be said."""
    if found.drawn is None:
        return _no_result_text(found)
    last = EARLY_LOOK_WARNING if found.early else _conclusion(found, found.drawn)
    return f"{_difference_text(found, found.drawn)} {_p_value_text(found.drawn)} {last}"


def _no_result_text(found: TrialResult) -> str:
    if found.early:
        return "Not even two pairs are complete, so there is nothing to look at."
    if not found.over:
        left = found.pairs - found.complete
        return (
            f"{left} more {'pair' if left == 1 else 'pairs'} to go. What it shows is told when all pairs are "
            f"complete, or after {found.open_until}: who looks earlier is easily misled by chance."
        )
    lacking = design.MIN_PAIRS - found.complete
    return (
        f"That is too few to tell anything: of the {design.MIN_PAIRS} complete pairs that it takes at least, "
        f"{lacking} {'is' if lacking == 1 else 'are'} missing. A pair is complete when both of its runs are "
        "rated within a day."
    )


def _difference_text(found: TrialResult, drawn: Comparison) -> str:
    plan, area = found.plan, _area_text(found.plan)
    return (
        f"In your own trial: on the days drawn for {plan.first}, your {area} was "
        f"{_more_or_less(drawn.difference)} sore afterwards than on those drawn for {plan.second} "
        f"({_range_text(drawn)}, {drawn.pairs} pairs)."
    )


def _p_value_text(drawn: Comparison) -> str:
    often = "fewer than 1" if drawn.p < _SMALLEST_P else f"{1000 * drawn.p:,.0f}"
    p = "p < 0.001" if drawn.p < _SMALLEST_P else f"p = {drawn.p:.2g}"
    return f"Were both ways alike, {often} of 1,000 drawings of lots would give as large a difference ({p})."


def _conclusion(found: TrialResult, drawn: Comparison) -> str:
    beyond_nothing = drawn.low > 0 or drawn.high < 0
    if not np.isnan(drawn.low) and beyond_nothing != (drawn.p <= _ALPHA):
        return "The range and the lots do not quite agree on whether that is more than chance: it is a hint."
    if drawn.p <= _ALPHA:
        return (
            "Chance is an unlikely reason for it, and as lots decided which days those were, so is whatever "
            "else differed between them."
        )
    asked = found.plan.effect
    if max(-drawn.low, drawn.high) < asked:
        return f"So no difference was found, and one of {format_points(asked)} or more is unlikely."
    ruled_out = f"one of {format_points(asked)} is not ruled out"
    return f"So no difference was found, but {ruled_out}: the question stays open."


def result_paragraphs(found: TrialResult) -> list[str]:
    """All that is to be said of what a plan has shown."""
    told = [progress_text(found), result_text(found)]
    if found.drawn is not None:
        told += [as_treated_text(found), LIMITS_TEXT]
    return [text for text in told if text]


def as_treated_text(found: TrialResult) -> str:
    """What the same runs show by what was really done; "" where that is the same or unknown."""
    if found.done is None or found.drawn is None or found.done == found.drawn:
        return ""
    done = found.done
    return (
        "By what was really done, whatever was drawn, which is no longer a matter of lots: "
        f"{_more_or_less(done.difference)} sore with {found.plan.first} than with {found.plan.second} "
        f"({_range_text(done)}, {done.pairs} pairs that had one of each)."
    )


def _range_text(one: Comparison) -> str:
    if np.isnan(one.low):
        return "the same in every pair, so without a range"
    return f"95% range {format_range(one.low, one.high)}"


def _more_or_less(difference: float) -> str:
    if abs(difference) < _ROUNDS_TO_ZERO:
        return "no more and no less"
    return f"{format_points(difference)} {'more' if difference > 0 else 'less'}"


def _area_text(plan: Plan) -> str:
    return plan.area.replace("_", " ")


def format_points(amount: float) -> str:
    """An amount in points, e.g. "1 point", "1.4 points"."""
    number = f"{abs(amount):.1f}".removesuffix(".0")
    return f"{number} {'point' if number == '1' else 'points'}"


def format_range(low: float, high: float) -> str:
    """A range in points, e.g. "−1.9 to +0.4"."""
    return f"{_format_signed(low)} to {_format_signed(high)}"


def _format_signed(amount: float) -> str:
    rounded = round(amount, 1) + 0.0
    return f"{rounded:{'+' if rounded else ''}.1f}".replace("-", "−")


#: So many finished plans are told of, the latest.
MAX_FINISHED = 2
#: From here on a difference is told as one.
_REPORT_ROUNDS_TO_ZERO = 0.05
#: A p up to this is told as unlikely to be chance.
_REPORT_ALPHA = 0.05
#: What a trial is asked to tell, in points; and more than this is no longer that.
_DEFAULT_EFFECT, _REPORT_SAME_EFFECT_RATIO = 1.0, 1.05


@dataclass(frozen=True, slots=True)
class TrialStatus:
    """One planned comparison of two ways of running, by lot.

    Attributes:
        id: what the runner calls it by.
        first, second: the ways, in words; area: whose soreness is compared.
        over: nothing more can come.
        complete: pairs of runs of which both are rated; pairs: how many were planned.
        next_day, next_way: of the next run to come; None and "" when there is none.
        difference, low, high: points, first way less second, and the 95% range; p: by the lots. None until
            it is over, or where too few pairs are complete.
        sentence: how far it is, or what it has shown.
    """

    id: int
    first: str
    second: str
    area: str
    over: bool
    complete: int
    pairs: int
    next_day: date | None
    next_way: str
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ReportSuggestion:
    """The trial that would tell most for its runs: in one sentence, with the command that plans it."""

    sentence: str
    command: str


def trial_statuses(history: History, now: pd.Timestamp) -> tuple[TrialStatus, ...]:
    """The plans under way, and the latest of those that are over; what was given up is not told."""
    found = [_trial_status(one) for one in _evaluate_all(history, now)]
    finished = [one for one in found if one.over]
    return (*(one for one in found if not one.over), *finished[::-1][:MAX_FINISHED])


def _evaluate_all(history: History, now: pd.Timestamp) -> list[TrialResult]:
    moment = now.to_pydatetime()
    found = []
    for plan in history.plans:
        if plan.cancelled is not None:
            continue
        try:
            found.append(result.evaluate_trial(history, plan, moment))
        except BadInput:  # another runlog has made it, of what this one does not know
            continue
    return found


def _trial_status(found: TrialResult) -> TrialStatus:
    plan, drawn = found.plan, found.drawn
    to_come = next((one for one in found.runs if one.state == "to come"), None) if not found.over else None
    next_way = "" if to_come is None else _(plan.first if to_come.first else plan.second)
    return TrialStatus(
        id=plan.id,
        first=_(plan.first),
        second=_(plan.second),
        area=str(plan.area),
        over=found.over,
        complete=found.complete,
        pairs=found.pairs,
        next_day=None if to_come is None else to_come.day,
        next_way=next_way,
        difference=None if drawn is None else drawn.difference,
        low=None if drawn is None else drawn.low,
        high=None if drawn is None else drawn.high,
        p=None if drawn is None else drawn.p,
        sentence=_status_outcome(found) if found.over else _status_progress(found),
    )


def _status_progress(found: TrialResult) -> str:
    return ngettext(
        "{complete} of {n} pair of runs is complete. What it shows is told at the end: "
        "who looks earlier is easily misled by chance.",
        "{complete} of {n} pairs of runs are complete. What it shows is told at the end: "
        "who looks earlier is easily misled by chance.",
        found.pairs,
    ).format(complete=found.complete, n=found.pairs)


def _status_outcome(found: TrialResult) -> str:
    drawn = found.drawn
    if drawn is None:
        return _("It is over, but too few of its pairs of runs are complete to tell anything.")
    return f"{_status_difference(found, drawn)} {_status_conclusion(found, drawn)}"


def _status_difference(found: TrialResult, drawn: Comparison) -> str:
    if abs(drawn.difference) < _REPORT_ROUNDS_TO_ZERO:
        text = _(
            "On the days drawn for {first}, your {area} was no more and no less sore afterwards than on "
            "those drawn for {second} (95% range {low} to {high}, {n} pairs)."
        )
    elif drawn.difference > 0:
        text = _(
            "On the days drawn for {first}, your {area} was {points} points more sore afterwards than on "
            "those drawn for {second} (95% range {low} to {high}, {n} pairs)."
        )
    else:
        text = _(
            "On the days drawn for {first}, your {area} was {points} points less sore afterwards than on "
            "those drawn for {second} (95% range {low} to {high}, {n} pairs)."
        )
    return text.format(
        first=_(found.plan.first),
        second=_(found.plan.second),
        area=units.area(str(found.plan.area)),
        points=units.number(abs(drawn.difference)),
        low=units.number(drawn.low, signed=True),
        high=units.number(drawn.high, signed=True),
        n=drawn.pairs,
    )


def _status_conclusion(found: TrialResult, drawn: Comparison) -> str:
    if drawn.p <= _REPORT_ALPHA:
        return _("Lots decided which days those were, and chance is an unlikely reason for it.")
    asked = units.number(found.plan.effect)
    if max(-drawn.low, drawn.high) < found.plan.effect:
        return _("So no difference was found, and one of {points} points or more is unlikely.").format(
            points=asked
        )
    return _("So no difference was found, but one of {points} points is not ruled out.").format(points=asked)


def best_suggestion(history: History, area: str, last: date) -> ReportSuggestion | None:
    """The trial that would tell most for its runs, if it were planned from the day after on."""
    found = suggestions.suggest_trials(history, area, last + timedelta(days=1), _DEFAULT_EFFECT)
    if not found:
        return None
    best = found[0]
    first, second = best.trial.ways
    if best.tells > best.effect * _REPORT_SAME_EFFECT_RATIO:
        text = _(
            "To tell whether {first} or {second} makes the difference, let a lot decide on your next {n} "
            "easy runs; even that tells only {points} points or more."
        )
    else:
        text = _(
            "To tell whether {first} or {second} makes the difference, let a lot decide on your next {n} "
            "easy runs: that shows a difference of {points} points in 8 of 10 cases."
        )
    sentence = text.format(
        first=_(first), second=_(second), n=2 * best.pairs, points=units.number(max(best.tells, best.effect))
    )
    return ReportSuggestion(sentence, f"runlog plan {best.trial.planned.name}")
