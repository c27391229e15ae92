"""Plans in words: what an idea would tell, and what a plan has shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.plans import noise, power
from runlog.analysis.plans.noise import heard
from runlog.analysis.plans.progress import KEPT, MISSED, OTHERWISE, TO_COME, UNTOLD
from runlog.analysis.plans.trial import trial_of

if TYPE_CHECKING:
    from runlog.analysis.history import History
    from runlog.analysis.plans.comparing import Comparison
    from runlog.analysis.plans.ideas import Idea
    from runlog.analysis.plans.noise import Heard
    from runlog.analysis.plans.result import Result
    from runlog.model import Plan

LIMITS = (
    "You knew which way each run was to go, so what you expected may play a part. It is about you and these "
    "weeks, and about the day after a run; what shows later or builds up over weeks it does not see."
)
EARLY = (
    "This is a look before the end. Who looks early and stops when it pleases is misled by chance far more "
    "often than in 5 of 100 cases: go on to the end, and count only that."
)
#: Differences told as the one asked for: pairs are whole, so that they tell it a little better.
_ALIKE = 1.05
#: A p up to this is no chance any more.
_FOUND = 0.05
_TINY = 0.001
#: What is told as 0.0 points.
_NOTHING = 0.05


def idea(one: Idea) -> str:
    """What a trial would tell, in a sentence."""
    first, second = one.trial.ways
    return (
        f"Alternate {first} and {second} by lot on your next {2 * one.pairs} easy runs: "
        f"{tells(one)} in 8 of 10 cases; {_so_far(one)}."
    )


def tells(one: Idea) -> str:
    """Which difference a trial tells."""
    if one.tells > one.effect * _ALIKE:
        return f"even that tells a difference of {points(one.tells)} at least, and no smaller one,"
    return f"that tells a difference of {points(one.effect)}"


def _so_far(one: Idea) -> str:
    if np.isnan(one.low):
        return "your diary cannot tell anything of it yet"
    text = f"now the range of your diary is {ends(one.low, one.high)}"
    if max(-one.low, one.high) < one.effect:
        return f"{text}, which leaves hardly any room for that"
    if one.grade in ("A", "B"):
        return f"{text} (grade {one.grade}), and lots would tell whether it comes of that itself"
    return text


def basis(of: Heard) -> str:
    """What the number of runs rests on."""
    if of.rated:
        return (
            f"From one run to the next your soreness differs by {of.sd:.1f} points (SD), as {of.rated} rated "
            "runs show; the smaller a difference is beside that, the more runs it takes to tell it."
        )
    few, many = (power.pairs_needed(1.0, sd) for sd in (noise.ASSUMED_LOW, noise.ASSUMED_HIGH))
    return (
        f"Fewer than {noise.NOISE_FROM} runs are rated, so how much your soreness differs from run to run is "
        f"assumed, not known: {noise.ASSUMED_SD:g} points (SD), where {noise.ASSUMED_LOW:g} to "
        f"{noise.ASSUMED_HIGH:g} may be true. To tell a difference of 1 point may so take anything from "
        f"{_runs(few)} to {_runs(many)} runs."
    )


def _runs(pairs: int | None) -> str:
    return f"more than {2 * power.MOST}" if pairs is None else str(2 * pairs)


def promise(history: History, plan: Plan) -> str:
    """What a plan tells, and what that rests on."""
    pairs = len(plan.runs) // 2
    runs_a_week = len({run.day.weekday() for run in plan.runs})
    of = heard(history, trial_of(plan), runs_a_week)
    told = points(power.detectable(pairs, of.sd))
    return f"It tells a difference of {told} in your {_area(plan)} in 8 of 10 cases. {basis(of)}"


def progress(found: Result) -> str:
    """How far a plan is."""
    parts = {
        "run as drawn": found.count(KEPT),
        "run the other way": found.count(OTHERWISE),
        "run, but which way is not told": found.count(UNTOLD),
        "missed": found.count(MISSED),
        "to come": found.count(TO_COME),
    }
    told = ", ".join(f"{number} {what}" for what, number in parts.items() if number)
    rated = f" Not rated in the day after it: {found.unrated}." if found.unrated else ""
    return f"{found.complete} of {found.pairs} pairs are complete. Of {len(found.runs)} runs: {told}.{rated}"


def outcome(found: Result) -> str:
    """What a plan has shown, as the lots fell; or why nothing can be said."""
    if found.drawn is None:
        return _nothing_yet(found)
    last = EARLY if found.early else _verdict(found, found.drawn)
    return f"{_shown(found, found.drawn)} {_chance(found.drawn)} {last}"


def _nothing_yet(found: Result) -> str:
    if found.early:
        return "Not even two pairs are complete, so there is nothing to look at."
    if not found.over:
        left = found.pairs - found.complete
        return (
            f"{left} more {'pair' if left == 1 else 'pairs'} to go. What it shows is told when all pairs are "
            f"complete, or after {found.open_until}: who looks earlier is easily misled by chance."
        )
    lacking = power.FEWEST - found.complete
    return (
        f"That is too few to tell anything: of the {power.FEWEST} complete pairs that it takes at least, "
        f"{lacking} {'is' if lacking == 1 else 'are'} missing. A pair is complete when both of its runs are "
        "rated within a day."
    )


def _shown(found: Result, drawn: Comparison) -> str:
    plan, area = found.plan, _area(found.plan)
    return (
        f"In your own trial: on the days drawn for {plan.first}, your {area} was {_more(drawn.difference)} "
        f"sore afterwards than on those drawn for {plan.second} ({_range(drawn)}, {drawn.pairs} pairs)."
    )


def _chance(drawn: Comparison) -> str:
    often = "fewer than 1" if drawn.p < _TINY else f"{1000 * drawn.p:,.0f}"
    p = "p < 0.001" if drawn.p < _TINY else f"p = {drawn.p:.2g}"
    return f"Were both ways alike, {often} of 1,000 drawings of lots would give as large a difference ({p})."


def _verdict(found: Result, drawn: Comparison) -> str:
    beyond_nothing = drawn.low > 0 or drawn.high < 0
    if not np.isnan(drawn.low) and beyond_nothing != (drawn.p <= _FOUND):
        return "The range and the lots do not quite agree on whether that is more than chance: it is a hint."
    if drawn.p <= _FOUND:
        return (
            "Chance is an unlikely reason for it, and as lots decided which days those were, so is whatever "
            "else differed between them."
        )
    asked = found.plan.effect
    if max(-drawn.low, drawn.high) < asked:
        return f"So no difference was found, and one of {points(asked)} or more is unlikely."
    return (
        f"So no difference was found, but one of {points(asked)} is not ruled out: the question stays open."
    )


def paragraphs(found: Result) -> list[str]:
    """All that is to be said of what a plan has shown."""
    told = [progress(found), outcome(found)]
    if found.drawn is not None:
        told += [as_done(found), LIMITS]
    return [text for text in told if text]


def as_done(found: Result) -> str:
    """What the same runs show by what was really done; "" where that is the same or unknown."""
    if found.done is None or found.drawn is None or found.done == found.drawn:
        return ""
    done = found.done
    return (
        "By what was really done, whatever was drawn, which is no longer a matter of lots: "
        f"{_more(done.difference)} sore with {found.plan.first} than with {found.plan.second} "
        f"({_range(done)}, {done.pairs} pairs that had one of each)."
    )


def _range(one: Comparison) -> str:
    if np.isnan(one.low):
        return "the same in every pair, so without a range"
    return f"95% range {ends(one.low, one.high)}"


def _more(difference: float) -> str:
    if abs(difference) < _NOTHING:
        return "no more and no less"
    return f"{points(difference)} {'more' if difference > 0 else 'less'}"


def _area(plan: Plan) -> str:
    return plan.area.replace("_", " ")


def points(amount: float) -> str:
    """An amount in points, e.g. "1 point", "1.4 points"."""
    number = f"{abs(amount):.1f}".removesuffix(".0")
    return f"{number} {'point' if number == '1' else 'points'}"


def ends(low: float, high: float) -> str:
    """A range in points, e.g. "−1.9 to +0.4"."""
    return f"{_signed(low)} to {_signed(high)}"


def _signed(amount: float) -> str:
    rounded = round(amount, 1) + 0.0
    return f"{rounded:{'+' if rounded else ''}.1f}".replace("-", "−")
