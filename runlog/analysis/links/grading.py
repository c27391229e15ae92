"""Grade an estimate, and say why a factor gets no grade or no better one.

1. **Grades that say what is missing**, and no grade where the diary cannot tell: a factor that does not
   vary, is unknown for more than half of the ratings that it applies to, or is collinear with one of
   another family. Two such with a correlation beyond 0.7 stay in the regression together; only one that is
   found *in spite of* the other keeps its grade, B at most, and its reason names the other.
2. **Rivals.** A factor is estimated without its family and without own columns that correlate with it
   (estimates.py), so two that move together may both be found where one has an effect. Then only one that
   is also found next to the other, or that explains clearly more of the ratings, keeps its grade.
3. What only ever rises or falls, such as the mileage of the only pair of shoes, is a C at most: it cannot be
   told apart from time. So is a load of session-RPE whose link vanishes with a load that no RPE enters.
   What each half of the diary says by itself is reported with every finding.
4. **One primary window.** The factors of the last run are those of the 24 hours before the rating. What the
   run of a day or two before adds is asked separately, next to the primary factors, with each p counted
   twice and a B at most.
5. **An A is large in steps that compare**: the near end of its range is at least half a point per SD of the
   factor (of a habit: done against skipped), whatever step its effect is reported for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlog.analysis.exposures import PRIMARY_WINDOW, effect_unit
from runlog.analysis.links.ratings import MIN_DIFFERING
from runlog.i18n import _, format_decimal, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from runlog.model import Floats


#: Fewer ratings than this carry a hint at most; an A needs the second number.
HINT_BELOW = 40
A_FROM = 100
#: The largest q of a finding where no milestone says otherwise (``links.ALLOWED_Q``).
FALSE_DISCOVERY_RATE = 0.10
#: Rating points that the 95% range of an A must be away from 0, per comparable step.
A_MIN_EFFECT = 0.5
#: 80% of the probability on one side of 0, as a two-sided tail probability.
LEANS_BELOW = 0.40
#: A smaller q is written as "<" this.
_TINY = 0.001


@dataclass(frozen=True, slots=True)
class Rival:
    """A factor that another was estimated without."""

    name: str  # of the factor
    r: float  # their correlation
    p: float  # of the rival
    lead: float  # how much more the factor explains than its rival: the difference of their squared z


@dataclass(frozen=True, slots=True)
class EffectEstimate:
    """The estimate for one factor. The other attributes are columns of ``links`` and described there."""

    n: int
    effect: float
    low: float
    high: float
    p: float
    q: float
    per_sd: float = math.nan
    se: float = math.nan
    unique: float = math.nan
    unique_low: float = math.nan
    unique_high: float = math.nan
    unique_p: float = math.nan  # two-sided tail probability of the unique effect
    b: float = math.nan
    s: float = math.nan
    first_half: float = math.nan
    second_half: float = math.nan
    tau_days: float = math.nan
    autocorrelated_share: float = math.nan  # the column lasting
    n_eff: float = math.nan
    r_time: float = 0.0
    # the column moves_with, correlations by factor
    collinear_with: dict[str, float] = field(default_factory=dict)
    # the column speaks_for, correlations by factor
    represents: dict[str, float] = field(default_factory=dict)
    rivals: tuple[Rival, ...] = ()  # the factors that it was estimated without
    window: int = PRIMARY_WINDOW  # in hours, one of `exposures.WINDOWS`
    allowed_q: float = FALSE_DISCOVERY_RATE  # the largest q of a finding
    comparable_steps: float = 1.0  # how many steps make one that compares between factors
    rpe_only: bool = False  # its link was repeated with a load that no RPE enters, and vanished

    @property
    def is_found(self) -> bool:
        """True if its q counts as a finding."""
        return self.q <= self.allowed_q

    @property
    def smallest_effect(self) -> float:
        """Distance of the 95% range from 0, per comparable step; 0 where the range includes it."""
        return max(self.low, -self.high, 0.0) * self.comparable_steps

    @property
    def stands_by_itself(self) -> bool:
        """True if its unique effect, beside all rivals, has the same sign and is no chance."""
        return self.unique_p <= ALONE_BELOW and self.unique * self.effect > 0

    def contenders(self) -> dict[str, float]:
        """Return the rivals that may be behind its link instead, and their correlations."""
        if self.stands_by_itself:
            return {}
        return {one.name: one.r for one in self.rivals if one.p <= RIVAL_BELOW and one.lead < CLEAR_LEAD}

    def confirms(self, other: EffectEstimate) -> bool:
        """Return True if this estimate, made another way, shows the link of another."""
        return self.p <= RIVAL_BELOW and self.effect * other.effect > 0

    @property
    def halves_agree(self) -> bool:
        """True if each half of the diary alone gives the effect its sign."""
        return self.effect * self.first_half > 0 and self.effect * self.second_half > 0


class Verdict(NamedTuple):
    """What is said of an estimate."""

    grade: str  # as in `links`
    reason: str  # a sentence or two
    short: str  # the heart of the reason in a few words, for a narrow table


def grade_estimate(estimate: EffectEstimate) -> Verdict:
    """Return the grade of an estimate and the reason for it."""
    strongest = max(map(abs, estimate.collinear_with.values()), default=0.0)
    if estimate.collinear_with and not (estimate.is_found and strongest <= INSEPARABLE_ABOVE):
        text = _("It can't be separated from {others}: they rise and fall together.")
        return Verdict("", text.format(others=list_factors(estimate.collinear_with)), "")
    contenders = estimate.contenders() if estimate.is_found and estimate.n >= HINT_BELOW else {}
    if any(abs(r) > COLLINEAR_ABOVE for r in contenders.values()):
        text = _("It can't be separated from {others}: they rise and fall together.")
        together = _("That one of them is linked is unlikely to be chance ({q}).").format(
            q=_format_q(estimate.q)
        )
        return Verdict("", f"{text.format(others=list_factors(contenders))} {together}", "")
    verdict = _grade_by_probability(estimate, contenders)
    sentences = [verdict.reason]
    if estimate.is_found and estimate.n >= HINT_BELOW:
        sentences.append(_compare_halves(estimate))
        if estimate.n < CURSED_BELOW:
            sentences.append(_("What is found in so few ratings is on average a quarter larger than it is."))
    if moving := estimate.collinear_with | _close_rivals(estimate):
        text = _("It was found in spite of {others}, with which it moves together.")
        sentences.append(text.format(others=list_factors(moving)))
    if estimate.represents:
        text = _("This includes {others}: they rise and fall together and can't be separated.")
        sentences.append(text.format(others=list_factors(estimate.represents)))
    return verdict._replace(reason=" ".join(sentences))


def grade_unsettled(estimate: EffectEstimate, next_at: int) -> Verdict:
    """Grade an estimate that no milestone has settled before ``next_at`` ratings: a hint at most."""
    if estimate.n < HINT_BELOW:
        return grade_estimate(estimate)
    if estimate.p > LEANS_BELOW:
        return _no_sign()
    text = _("{leans} of the probability is on this side; it is looked at for the first time at {n} ratings.")
    return Verdict(
        "hint",
        text.format(leans=_leans(estimate.p), n=next_at),
        _("settled at {n} ratings").format(n=next_at),
    )


def _no_sign() -> Verdict:
    return Verdict("none", _("The ratings lean neither way: no sign of a link."), _("leans neither way"))


def _compare_halves(estimate: EffectEstimate) -> str:
    """Return whether both halves agree, without points, which depend on the runner's unit of distance."""
    if math.isnan(estimate.first_half) or math.isnan(estimate.second_half):
        return _("The halves of the diary are too short to compare.")
    if estimate.halves_agree:
        return _("Both halves of the diary point the same way.")
    return _("The two halves of the diary disagree.")


def _grade_by_probability(estimate: EffectEstimate, contenders: dict[str, float]) -> Verdict:
    if estimate.p > LEANS_BELOW:
        return _no_sign()
    q = _format_q(estimate.q)
    leans = _leans(estimate.p)
    if estimate.n < HINT_BELOW:
        text = _(
            "{leans} of the probability is on this side, but {n} ratings carry a hint at most; "
            "{more} more for a grade."
        )
        more = HINT_BELOW - estimate.n
        return Verdict(
            "hint",
            text.format(leans=leans, n=estimate.n, more=more),
            ngettext("{n} more rating needed", "{n} more ratings needed", more).format(n=more),
        )
    if not estimate.is_found:
        text = _(
            "{leans} of the probability is on this side, which may be chance with so many factors "
            "looked at ({q})."
        )
        return Verdict("C", text.format(leans=leans, q=q), _("may be chance"))
    if doubt := _other_explanation(estimate, contenders):
        return Verdict("C", *doubt)
    chance = _("Unlikely to be chance, even with so many factors looked at ({q}).").format(q=q)
    if lacks := _missing_for_a(estimate):
        missing = _("For an A, {lacks}.").format(lacks=_(" and ").join(lacks))
        return Verdict("B", f"{chance} {missing}", _("unlikely to be chance"))
    whole = _(
        "The whole range is {points} points or more for a typical difference of the factor, and both halves "
        "of the diary agree."
    )
    reason = f"{chance} {whole.format(points=format_decimal(A_MIN_EFFECT, 1))}"
    return Verdict("A", reason, _("unlikely to be chance, and large"))


def _other_explanation(estimate: EffectEstimate, contenders: dict[str, float]) -> tuple[str, str] | None:
    """Return what else may be behind a finding, in a sentence and in a few words; None if nothing is."""
    if abs(estimate.r_time) > INSEPARABLE_ABOVE:
        short = _("rose all along") if estimate.r_time > 0 else _("fell all along")
        return _explain_time_trend(_leans(estimate.p), estimate.r_time), short
    q = _format_q(estimate.q)
    if contenders:
        text = _("Unlikely to be chance ({q}), but {others} may be behind it as well: they go together.")
        labels = _(" and ").join(_(effect_unit(name).label) for name in contenders)
        short = _("or {others}").format(others=labels)
        return text.format(q=q, others=list_factors(contenders)), short
    if estimate.rpe_only:
        text = _(
            "Unlikely to be chance ({q}), but with a load that no effort (RPE) enters the link vanishes: "
            "a sore run may just have felt harder."
        )
        return text.format(q=q), _("or sore runs felt harder")
    return None


def _leans(p: float) -> str:
    """Return the share of the probability on the side of the effect, as a percentage."""
    return _("{number}%").format(number=format_decimal(100 - 50 * p, 0))


def _format_q(q: float) -> str:
    """Return a q with two significant digits."""
    if q < _TINY:
        return f"q < {format_decimal(_TINY, 3)}"
    decimals = len(f"{q:.2g}".partition(".")[2])
    return f"q = {format_decimal(q, decimals)}"


def _missing_for_a(estimate: EffectEstimate) -> list[str]:
    """Return what keeps a finding from being an A."""
    if estimate.n < A_FROM:
        more = A_FROM - estimate.n
        return [ngettext("{n} more rating is needed", "{n} more ratings are needed", more).format(n=more)]
    whole = _(
        "the whole range must be {points} points or more for a typical difference of the factor"
    ).format(points=format_decimal(A_MIN_EFFECT, 1))
    lacks = {
        whole: estimate.smallest_effect < A_MIN_EFFECT,
        _("both halves of the diary must agree"): not estimate.halves_agree,
        _("no other factor may move with it"): bool(estimate.collinear_with or _close_rivals(estimate)),
        _("it must be of the 24 hours before the rating"): estimate.window != PRIMARY_WINDOW,
    }
    return [what for what, lacking in lacks.items() if lacking]


def _close_rivals(estimate: EffectEstimate) -> dict[str, float]:
    """Return the rivals of a finding that are collinear with it and alarming too, and the correlations."""
    if not estimate.is_found:
        return {}
    close = (one for one in estimate.rivals if one.p <= RIVAL_BELOW and abs(one.r) > COLLINEAR_ABOVE)
    return {one.name: one.r for one in close}


#: Findings from fewer ratings say that they tend to be too large (measured: 1.2 to 1.3 times).
CURSED_BELOW = 90
#: The largest p of a rival that may be behind a link, and of a unique effect that stands by itself.
RIVAL_BELOW, ALONE_BELOW = 0.05, 0.03
#: By so much more squared z a factor must explain the ratings for a rival not to be behind its link. With
#: both rules the wrong one of two correlated columns was graded in 1 to 5 of 100 simulated diaries.
CLEAR_LEAD = 3.0
#: Beyond this correlation two factors move together: neither is graded unless it is found with the other in
#: the regression. In simulation the wrong one of the two was then found in 4 to 7 of 100 diaries, where
#: only one had an effect; without the other in the regression it was in 70 to 90.
COLLINEAR_ABOVE = 0.7
#: Above this correlation two factors, or a factor and time, are not separable:
#: soreness that wanders as a random walk does was linked at p < .05 to a straight line in up to a
#: fifth of simulated diaries, whatever the method, and to shoes that were replaced once in 5 %.
INSEPARABLE_ABOVE = 0.9


def correlations(ratings: pd.DataFrame, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return each factor's correlation with each; 0 where too few ratings know both."""
    table = ratings[list(names)].corr(min_periods=2 * MIN_DIFFERING).fillna(0.0).to_numpy()
    return {name: dict(zip(names, row.tolist(), strict=True)) for name, row in zip(names, table, strict=True)}


def correlation_with(values: Floats, other: Floats) -> Floats:
    """Return the correlation of each column (n, f) where it is known with another (n,)."""
    known = ~np.isnan(values)
    number = known.sum(axis=0)
    others = np.where(known, other[:, None], 0.0)
    others = np.where(known, others - others.sum(axis=0) / number, 0.0)
    values = np.where(known, values, 0.0)
    values = np.where(known, values - values.sum(axis=0) / number, 0.0)
    return np.asarray(
        (values * others).sum(axis=0) / np.sqrt((values**2).sum(axis=0) * (others**2).sum(axis=0))
    )


def _explain_time_trend(leans: str, r: float) -> str:
    """Return the sentence on a factor that is collinear with time, ``r`` their correlation."""
    text = (
        _(
            "{leans} of the probability is on this side, but it rose all along (r = {r} with time), "
            "so anything else that changed over these weeks may be behind it."
        )
        if r > 0
        else _(
            "{leans} of the probability is on this side, but it fell all along (r = {r} with time), "
            "so anything else that changed over these weeks may be behind it."
        )
    )
    return text.format(leans=leans, r=_format_correlation(r))


def list_factors(others: dict[str, float]) -> str:
    """Return factors with their correlations in words, e.g. "Monotony (r = 0.82)"."""
    factors = [f"{_(effect_unit(name).label)} (r = {_format_correlation(r)})" for name, r in others.items()]
    return _(" and ").join(factors)


def _format_correlation(r: float) -> str:
    return format_decimal(r, 2).replace("−", "-")
