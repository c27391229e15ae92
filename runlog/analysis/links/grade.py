"""Grades: how much the ratings say of one factor, and why not more."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.links import withheld
from runlog.analysis.links.steps import PRIMARY
from runlog.wording import _, counted, decimal

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Fewer ratings than this carry a hint at most; an A needs the second number.
HINT_BELOW = 40
A_FROM = 100
#: The share of false findings among those that pass Benjamini–Hochberg.
FALSE_DISCOVERIES = 0.10
#: In rating points, how far from 0 the near end of an A's range is at least.
A_NEAR_END = 0.5
#: 80% of the probability on one side of 0, as a two-sided tail probability.
LEANS = 0.40
#: A q below this is told as no more than that.
_TINY = 0.001


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for one factor.

    Attributes:
        n: ratings at which the factor was known.
        effect: rating points per step; low, high: its 95% range.
        p: two-sided tail probability; q: the same after Benjamini–Hochberg.
        per_sd: rating points per SD of the factor; se: the SD of its posterior.
        first_half, second_half: the effect per step from each half of the diary alone; NaN below 40 ratings
            and where a half cannot tell.
        tau_days, lasting: how long the unexplained level lasts, and its share of the unexplained variance.
        n_eff: independent ratings that would tell the mean level as well as these.
        r_time: correlation with the time of the ratings.
        moves_with: correlations with other factors of the regression that move with it.
        speaks_for: likewise with those of its family that were left out for it.
        window: in hours, of steps.WINDOWS.
    """

    n: int
    effect: float
    low: float
    high: float
    p: float
    q: float
    per_sd: float = math.nan
    se: float = math.nan
    first_half: float = math.nan
    second_half: float = math.nan
    tau_days: float = math.nan
    lasting: float = math.nan
    n_eff: float = math.nan
    r_time: float = 0.0
    moves_with: dict[str, float] = field(default_factory=dict)
    speaks_for: dict[str, float] = field(default_factory=dict)
    window: int = PRIMARY

    @property
    def found(self) -> bool:
        """Whether it passes Benjamini–Hochberg."""
        return self.q <= FALSE_DISCOVERIES

    @property
    def near_end(self) -> float:
        """The end of the range that is nearer to 0, without its sign; 0 where the range holds 0."""
        return max(self.low, -self.high, 0.0)

    @property
    def halves_agree(self) -> bool:
        """Whether both halves of the diary by themselves give the effect its sign."""
        return self.effect * self.first_half > 0 and self.effect * self.second_half > 0


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the q of each p: the smallest rate of false discoveries at which it is still found.

    Benjamini and Hochberg, J R Stat Soc B 1995;57:289.
    """
    order = np.argsort(p)[::-1]
    rank = np.arange(len(p), 0, -1)
    q = np.empty_like(p)
    q[order] = np.minimum.accumulate(p[order] * len(p) / rank)
    return q


def graded(answer: Answer) -> tuple[str, str]:
    """Give the grade of an answer and the reason for it."""
    if answer.moves_with and not (answer.found and _can_be_parted(answer)):
        return "", withheld.not_apart(answer.moves_with)
    grade, reason = _by_probability(answer)
    sentences = [reason]
    if answer.found and answer.n >= HINT_BELOW:
        sentences.append(_halves(answer))
    if answer.moves_with:
        sentences.append(withheld.found_in_spite(answer.moves_with))
    if answer.speaks_for:
        sentences.append(withheld.speaks_for(answer.speaks_for))
    return grade, " ".join(sentences)


def _can_be_parted(answer: Answer) -> bool:
    return max(map(abs, answer.moves_with.values())) <= withheld.ALIKE


def _halves(answer: Answer) -> str:
    halves = [answer.first_half, answer.second_half]
    if any(map(math.isnan, halves)):
        return _("The halves of the diary are too short to be compared.")
    first, second = (decimal(half, 2, signed=True) for half in halves)
    return _("The first half of the diary alone says {first}, the second {second}.").format(
        first=first, second=second
    )


def _by_probability(answer: Answer) -> tuple[str, str]:
    if answer.p > LEANS:
        return "none", _("The ratings lean neither way: no sign of a link.")
    q = f"q < {decimal(_TINY, 3)}" if answer.q < _TINY else f"q = {_two_digits(answer.q)}"
    leans = _("{number}%").format(number=decimal(100 - 50 * answer.p, 0))
    if answer.n < HINT_BELOW:
        text = _(
            "{leans} of the probability is on this side, but {n} ratings carry a hint at most; "
            "{more} more for a grade."
        )
        return "hint", text.format(leans=leans, n=answer.n, more=HINT_BELOW - answer.n)
    if not answer.found:
        text = _(
            "{leans} of the probability is on this side, which may be chance with so many factors "
            "looked at ({q})."
        )
        return "C", text.format(leans=leans, q=q)
    if abs(answer.r_time) > withheld.ALIKE:
        return "C", withheld.runs_with_time(leans, answer.r_time)
    chance = _("Unlikely to be chance, even with so many factors looked at ({q}).").format(q=q)
    if lacks := _lacks(answer):
        missing = _("For an A, {lacks}.").format(lacks=_(" and ").join(lacks))
        return "B", f"{chance} {missing}"
    whole = _("The whole range is {points} points or more, and both halves of the diary agree.")
    return "A", f"{chance} {whole.format(points=decimal(A_NEAR_END, 1))}"


def _two_digits(q: float) -> str:
    """A probability to two digits that count."""
    text = f"{q:.2g}"
    return decimal(q, len(text.partition(".")[2])) if "e" not in text else text


def _lacks(answer: Answer) -> list[str]:
    """Say what keeps a finding from being an A."""
    if answer.n < A_FROM:
        more = A_FROM - answer.n
        return [counted("{n} more rating is needed", "{n} more ratings are needed", more).format(n=more)]
    whole = _("the whole range must be {points} points or more").format(points=decimal(A_NEAR_END, 1))
    lacks = {
        whole: answer.near_end < A_NEAR_END,
        _("both halves of the diary must agree"): not answer.halves_agree,
        _("no other factor may move with it"): bool(answer.moves_with),
        _("it must be of the 24 hours before the rating"): answer.window != PRIMARY,
    }
    return [what for what, lacking in lacks.items() if lacking]
