"""The runner's own plans: what is under way, what was found, and what would tell more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from runlog.analysis import plans
from runlog.errors import BadInput
from runlog.reporter import units
from runlog.wording import _, counted

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.analysis.plans import Result
    from runlog.analysis.plans.comparing import Comparison

#: So many finished plans are told of, the latest.
MOST_FINISHED = 2
#: From here on a difference is told as one.
_NOTHING = 0.05
#: A p up to this is told as unlikely to be chance.
_FOUND = 0.05
#: What a trial is asked to tell, in points; and more than this is no longer that.
_ASKED, _ALIKE = 1.0, 1.05


@dataclass(frozen=True, slots=True)
class Trial:
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
class Idea:
    """The trial that would tell most for its runs: in one sentence, with the command that plans it."""

    sentence: str
    command: str


def trials(history: History, now: pd.Timestamp) -> tuple[Trial, ...]:
    """The plans under way, and the latest of those that are over; what was given up is not told."""
    found = [_trial(one) for one in _results(history, now)]
    finished = [one for one in found if one.over]
    return (*(one for one in found if not one.over), *finished[::-1][:MOST_FINISHED])


def _results(history: History, now: pd.Timestamp) -> list[Result]:
    moment = now.to_pydatetime()
    found = []
    for plan in history.plans:
        if plan.cancelled is not None:
            continue
        try:
            found.append(plans.result(history, plan, moment))
        except BadInput:  # another runlog has made it, of what this one does not know
            continue
    return found


def _trial(found: Result) -> Trial:
    plan, drawn = found.plan, found.drawn
    to_come = next((one for one in found.runs if one.state == "to come"), None) if not found.over else None
    next_way = "" if to_come is None else _(plan.first if to_come.first else plan.second)
    return Trial(
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
        sentence=_outcome(found) if found.over else _progress(found),
    )


def _progress(found: Result) -> str:
    return counted(
        "{complete} of {n} pair of runs is complete. What it shows is told at the end: "
        "who looks earlier is easily misled by chance.",
        "{complete} of {n} pairs of runs are complete. What it shows is told at the end: "
        "who looks earlier is easily misled by chance.",
        found.pairs,
    ).format(complete=found.complete, n=found.pairs)


def _outcome(found: Result) -> str:
    drawn = found.drawn
    if drawn is None:
        return _("It is over, but too few of its pairs of runs are complete to tell anything.")
    return f"{_shown(found, drawn)} {_verdict(found, drawn)}"


def _shown(found: Result, drawn: Comparison) -> str:
    if abs(drawn.difference) < _NOTHING:
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


def _verdict(found: Result, drawn: Comparison) -> str:
    if drawn.p <= _FOUND:
        return _("Lots decided which days those were, and chance is an unlikely reason for it.")
    asked = units.number(found.plan.effect)
    if max(-drawn.low, drawn.high) < found.plan.effect:
        return _("So no difference was found, and one of {points} points or more is unlikely.").format(
            points=asked
        )
    return _("So no difference was found, but one of {points} points is not ruled out.").format(points=asked)


def would_tell_more(history: History, area: str, last: date) -> Idea | None:
    """The trial that would tell most for its runs, if it were planned from the day after on."""
    found = plans.ideas(history, area, last + timedelta(days=1), _ASKED)
    if not found:
        return None
    best = found[0]
    first, second = best.trial.ways
    if best.tells > best.effect * _ALIKE:
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
    return Idea(sentence, f"runlog plan {best.trial.planned.name}")
