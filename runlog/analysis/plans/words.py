"""Plans in words: what an idea would tell, and what a plan has shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.plans import ideas, power
from runlog.analysis.plans.progress import KEPT, MISSED, OTHERWISE, TO_COME, UNTOLD

if TYPE_CHECKING:
    from runlog.analysis.plans.comparing import Comparison
    from runlog.analysis.plans.ideas import Heard, Idea
    from runlog.analysis.plans.result import Result

LIMITS = (
    "You knew which way each run was to go, so what you expected may play a part. It is about you and these "
    "weeks, and about the day after a run; what shows later or builds up over weeks it does not see."
)
EARLY = (
    "This is a look before the end. Who looks early and stops when it pleases is misled by chance far more "
    "often than in 5 of 100 cases: go on to the end, and count only that."
)
_CHANCE = 0.05
_CLEARLY_FOUND = ("A", "B")
_SMALL_CHANCE = 0.05


def idea(one: Idea) -> str:
    """What a trial would tell, in a sentence or two."""
    first, second = one.ways
    runs = 2 * one.pairs
    told = f"that tells a difference of {_points(one.tells)} in 8 of 10 cases"
    if one.tells > one.effect * 1.05:
        told = f"even that tells no less than {_points(one.tells)} in 8 of 10 cases"
    elif one.tells > one.effect * 0.95:
        told = f"that tells a difference of {_points(one.effect)} in 8 of 10 cases"
    return f"Alternate {first} and {second} on your next {runs} easy runs: {told}; {_now(one)}."


def _now(one: Idea) -> str:
    if np.isnan(one.low):
        return "your diary says nothing of it yet"
    text = f"now the range is {_signed(one.low)} to {_signed(one.high)}"
    if one.grade in _CLEARLY_FOUND:
        return f"{text} (grade {one.grade}), and only lots can tell whether it is that itself"
    if one.chance < _SMALL_CHANCE:
        return f"{text}, which leaves little room for a difference of {_points(one.effect)}"
    return text


def basis(noise: Heard) -> str:
    """What the numbers of runs rest on."""
    if noise.rated:
        return (
            f"Two of your runs differ by {noise.sd:.1f} points (SD) in soreness by themselves, "
            f"as {noise.rated} rated runs tell."
        )
    low, high = (power.pairs_needed(1.0, sd) for sd in (ideas.ASSUMED_LOW, ideas.ASSUMED_HIGH))
    return (
        f"There are fewer than {ideas.NOISE_FROM} rated runs, so how much your soreness differs by itself is "
        f"assumed, not known: {ideas.ASSUMED_SD:g} points (SD) between two runs, where "
        f"{ideas.ASSUMED_LOW:g} to {ideas.ASSUMED_HIGH:g} may well be. For a difference of 1 point that means "
        f"{_runs(low)} to {_runs(high)} runs."
    )


def _runs(pairs: int | None) -> str:
    return f"more than {2 * power.MOST}" if pairs is None else str(2 * pairs)


def progress(found: Result) -> str:
    """How far a plan is."""
    parts = {
        "run as drawn": found.count(KEPT),
        "run otherwise": found.count(OTHERWISE),
        "run, but which way is not told": found.count(UNTOLD),
        "missed": found.count(MISSED),
        "to come": found.count(TO_COME),
        "not rated in the day after": found.unrated,
    }
    told = ", ".join(f"{number} {what}" for what, number in parts.items() if number)
    return f"{found.complete} of {found.pairs} pairs are complete. Of {len(found.runs)} runs: {told}."


def outcome(found: Result) -> str:
    """What a plan has shown, as the lots fell; or why nothing can be said."""
    if found.drawn is None:
        return _nothing_yet(found)
    return f"{_shown(found, found.drawn)} {_chance(found.drawn)} {_verdict(found, found.drawn)}"


def _nothing_yet(found: Result) -> str:
    if found.early:
        return "Not even two pairs are complete, so there is nothing to look at."
    if not found.over:
        left = found.pairs - found.complete
        return (
            f"{left} more {'pair' if left == 1 else 'pairs'} to go. The difference is told at the end "
            f"({found.open_until}), or before that when all pairs are complete."
        )
    lacking = power.FEWEST - found.complete
    return (
        f"Too few pairs are complete to tell anything: {found.complete} of the {power.FEWEST} that it takes "
        f"at least, {lacking} are missing. Rate each run within a day after it: runlog log 3"
    )


def _shown(found: Result, drawn: Comparison) -> str:
    plan, area = found.plan, found.plan.area.replace("_", " ")
    return (
        f"In your own trial: on the days drawn for {plan.first}, your {area} was {_more(drawn.difference)} "
        f"sore afterwards than on those drawn for {plan.second} ({_range(drawn)}; {drawn.pairs} pairs of runs)."
    )


def _chance(drawn: Comparison) -> str:
    if drawn.p < 0.001:  # noqa: PLR2004 - no more is told of it
        often = "fewer than 1 of 1,000"
    else:
        often = f"{round(1000 * drawn.p):,} of 1,000"
    return f"Were both ways alike, {often} draws would give a difference as large (p = {_p(drawn.p)})."


def _verdict(found: Result, drawn: Comparison) -> str:
    if found.early:
        return EARLY
    if drawn.p <= _CHANCE:
        return (
            f"As the lots decided which days those were, what else differed is no likely reason: on those days "
            f"{found.plan.first} itself, or what you expected of it, made the difference."
        )
    effect = found.plan.effect
    if max(-drawn.low, drawn.high) < effect:
        return f"So no difference was found, and one of {_points(effect)} or more is unlikely."
    return (
        f"So no difference was found, but the range still holds one of {_points(effect)}: "
        "the question stays open."
    )


def as_done(found: Result) -> str:
    """What the same runs show by what was really done; "" where that is all the same."""
    if found.done is None or (found.drawn == found.done and not found.count(UNTOLD)):
        return ""
    done = found.done
    return (
        f"By what was really done (no longer by lot, so only a side note): {_more(done.difference)} sore with "
        f"{found.plan.first} than with {found.plan.second} ({_range(done)}; {done.pairs} pairs with one of each)."
    )


def _range(one: Comparison) -> str:
    if np.isnan(one.low):
        return "all pairs differ by the same, so there is no range"
    return f"95% range {_signed(one.low)} to {_signed(one.high)}"


def _more(points: float) -> str:
    if abs(points) < 0.05:  # noqa: PLR2004 - what is told as 0.0
        return "as"
    return f"{_points(points)} {'more' if points > 0 else 'less'}"


def _points(points: float) -> str:
    number = f"{abs(points):.1f}".removesuffix(".0")
    return f"{number} {'point' if number == '1' else 'points'}"


def _signed(points: float) -> str:
    rounded = round(points, 1) + 0.0
    return f"{rounded:{'+' if rounded else ''}.1f}".replace("-", "−")


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.2g}"  # noqa: PLR2004 - no more is told of it
