"""Grade an estimate, and say why a factor gets no grade or no better one.

1. **Many factors.** Factors of one family (acute load, chronic load, their ratio) rise and fall together.
   In one regression each takes what the others would show, and "run load" gets no answer at all. So one is
   asked, and represents those of its family that are collinear with it. The choice is made before any
   rating is looked at, so that it raises no false alarm: primary factors first, then the order of FACTORS.
   Where acute load had an effect of 0.8 points per SD, simulated diaries of 100 ratings found something of
   load in 77 of 100 with a representative, and in 9 with all of them in the regression. p is the smaller
   tail of the averaged distribution, twice; q is p after Benjamini–Hochberg over the factors of the area
   that are asked about, weighted by family (``links.question_weights``; Genovese, Roeder & Wasserman,
   Biometrika 2006;93:509): each primary factor is a question of its own, and the other factors of a family
   share one. The false discovery rate stays what it was; next to 12 measures of form a primary factor is
   found in 66 of 100 diaries instead of 57, and a measure of form in 36 instead of 57 (an effect of 3 SE).
   That keeps the share of false findings among the findings at 10%; with one true effect, something else is
   then found as well in up to a fifth of diaries, which is what such a share means.
2. **Grades that say what is missing**, and no grade where the diary cannot tell: a factor that does not
   vary, is unknown for more than half of the ratings that it applies to, or is collinear with one of
   another family. Two such with a correlation beyond 0.7 stay in the regression together; only one that is
   found *in spite of* the other keeps its grade, B at most, and its reason names the other. What only ever
   rises or falls, such as the mileage of the only pair of shoes, is a C at most: it cannot be told apart
   from time. What each half of the diary says by itself is reported with every finding.
3. **One primary window.** The factors of the last run are those of the 24 hours before the rating. What the
   run of a day or two before adds is asked separately, next to the primary factors, with each p counted
   twice and a B at most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.exposures import PRIMARY_WINDOW, effect_unit
from runlog.i18n import _, format_decimal, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from runlog.analysis.exposures import EffectUnit

#: Fewer ratings than this carry a hint at most; an A needs the second number.
HINT_BELOW = 40
A_FROM = 100
#: Share of false findings among those that pass Benjamini–Hochberg.
FALSE_DISCOVERY_RATE = 0.10
#: Rating points that the 95% range of an A must be away from 0.
A_MIN_EFFECT = 0.5
#: 80% of the probability on one side of 0, as a two-sided tail probability.
LEANS_BELOW = 0.40
#: A smaller q is written as "<" this.
_TINY = 0.001


@dataclass(frozen=True, slots=True)
class EffectEstimate:
    """The estimate for one factor. The other attributes are columns of ``links`` and described there.

    Attributes:
        autocorrelated_share: the column lasting.
        collinear_with: the column moves_with, correlations by factor.
        represents: the column speaks_for, likewise.
        window: in hours, one of ``exposures.WINDOWS``.
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
    autocorrelated_share: float = math.nan
    n_eff: float = math.nan
    r_time: float = 0.0
    collinear_with: dict[str, float] = field(default_factory=dict)
    represents: dict[str, float] = field(default_factory=dict)
    window: int = PRIMARY_WINDOW

    @property
    def is_found(self) -> bool:
        """True if it passes Benjamini–Hochberg."""
        return self.q <= FALSE_DISCOVERY_RATE

    @property
    def smallest_effect(self) -> float:
        """Distance of the 95% range from 0; 0 where the range includes it."""
        return max(self.low, -self.high, 0.0)

    @property
    def halves_agree(self) -> bool:
        """True if each half of the diary alone gives the effect its sign."""
        return self.effect * self.first_half > 0 and self.effect * self.second_half > 0


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the q of each p: the smallest false discovery rate at which it is still found.

    Benjamini and Hochberg, J R Stat Soc B 1995;57:289.
    """
    order = np.argsort(p)[::-1]
    rank = np.arange(len(p), 0, -1)
    q = np.empty_like(p)
    q[order] = np.minimum.accumulate(p[order] * len(p) / rank)
    return q


def grade_estimate(estimate: EffectEstimate) -> tuple[str, str]:
    """Return the grade of an estimate and the reason for it."""
    if estimate.collinear_with and not (estimate.is_found and _is_separable(estimate)):
        text = _("It cannot be told apart from {others}: they move together.")
        return "", text.format(others=list_factors(estimate.collinear_with))
    grade, reason = _grade_by_probability(estimate)
    sentences = [reason]
    if estimate.is_found and estimate.n >= HINT_BELOW:
        sentences.append(_compare_halves(estimate))
    if estimate.collinear_with:
        text = _("It was found in spite of {others}, with which it moves together.")
        sentences.append(text.format(others=list_factors(estimate.collinear_with)))
    if estimate.represents:
        text = _("This includes {others}: they rise and fall together and can't be separated.")
        sentences.append(text.format(others=list_factors(estimate.represents)))
    return grade, " ".join(sentences)


def _is_separable(estimate: EffectEstimate) -> bool:
    return max(map(abs, estimate.collinear_with.values())) <= INSEPARABLE_ABOVE


def _compare_halves(estimate: EffectEstimate) -> str:
    halves = [estimate.first_half, estimate.second_half]
    if any(map(math.isnan, halves)):
        return _("The halves of the diary are too short to be compared.")
    first, second = (format_decimal(half, 2, signed=True) for half in halves)
    return _("The first half of the diary alone says {first}, the second {second}.").format(
        first=first, second=second
    )


def _grade_by_probability(estimate: EffectEstimate) -> tuple[str, str]:
    if estimate.p > LEANS_BELOW:
        return "none", _("The ratings lean neither way: no sign of a link.")
    q = f"q < {format_decimal(_TINY, 3)}" if estimate.q < _TINY else f"q = {_two_digits(estimate.q)}"
    leans = _("{number}%").format(number=format_decimal(100 - 50 * estimate.p, 0))
    if estimate.n < HINT_BELOW:
        text = _(
            "{leans} of the probability is on this side, but {n} ratings carry a hint at most; "
            "{more} more for a grade."
        )
        return "hint", text.format(leans=leans, n=estimate.n, more=HINT_BELOW - estimate.n)
    if not estimate.is_found:
        text = _(
            "{leans} of the probability is on this side, which may be chance with so many factors "
            "looked at ({q})."
        )
        return "C", text.format(leans=leans, q=q)
    if abs(estimate.r_time) > INSEPARABLE_ABOVE:
        return "C", _explain_time_trend(leans, estimate.r_time)
    chance = _("Unlikely to be chance, even with so many factors looked at ({q}).").format(q=q)
    if lacks := _missing_for_a(estimate):
        missing = _("For an A, {lacks}.").format(lacks=_(" and ").join(lacks))
        return "B", f"{chance} {missing}"
    whole = _("The whole range is {points} points or more, and both halves of the diary agree.")
    return "A", f"{chance} {whole.format(points=format_decimal(A_MIN_EFFECT, 1))}"


def _two_digits(q: float) -> str:
    """Return a probability with two significant digits."""
    text = f"{q:.2g}"
    return format_decimal(q, len(text.partition(".")[2])) if "e" not in text else text


def _missing_for_a(estimate: EffectEstimate) -> list[str]:
    """Return what keeps a finding from being an A."""
    if estimate.n < A_FROM:
        more = A_FROM - estimate.n
        return [ngettext("{n} more rating is needed", "{n} more ratings are needed", more).format(n=more)]
    whole = _("the whole range must be {points} points or more").format(
        points=format_decimal(A_MIN_EFFECT, 1)
    )
    lacks = {
        whole: estimate.smallest_effect < A_MIN_EFFECT,
        _("both halves of the diary must agree"): not estimate.halves_agree,
        _("no other factor may move with it"): bool(estimate.collinear_with),
        _("it must be of the 24 hours before the rating"): estimate.window != PRIMARY_WINDOW,
    }
    return [what for what, lacking in lacks.items() if lacking]


#: Fewer ratings are only described.
MIN_RATINGS = 20
#: Ratings that must differ from the factor's most common value.
MIN_DIFFERING = 5
#: Beyond this correlation two factors move together: neither is graded unless it is found with the other in
#: the regression. In simulation the wrong one of the two was then found in 4 to 7 of 100 diaries, where
#: only one had an effect; without the other in the regression it was in 70 to 90.
COLLINEAR_ABOVE = 0.7
#: Above this correlation two factors, or a factor and time, are not separable:
#: soreness that wanders as a random walk does was linked at p < .05 to a straight line in up to a
#: fifth of simulated diaries, whatever the method, and to shoes that were replaced once in 5 %.
INSEPARABLE_ABOVE = 0.9


def precheck(ratings: pd.DataFrame, name: str) -> tuple[str, str] | None:
    """Return grade and reason of a factor that nothing can be estimated for; None where something can."""
    if len(ratings) < MIN_RATINGS:
        return "describe", _describe_ratings(ratings, name)
    if np.ptp(ratings["rating"]) == 0:
        return "", _("All {n} ratings are the same, so nothing can go together with them.").format(
            n=len(ratings)
        )
    if reason := reason_not_estimable(ratings, name):
        return "", reason
    if ratings[name].count() < MIN_RATINGS:
        return "describe", _describe_ratings(ratings, name)
    return None


def reason_not_estimable(ratings: pd.DataFrame, name: str) -> str:
    """Return why no effect can be estimated from a factor's values; "" where one can."""
    values = ratings[name].to_numpy(dtype=float)
    known = values[~np.isnan(values)]
    applies = _is_applicable(ratings, name)
    if not applies.any():
        return _("It is unknown for all {n} ratings: none is known to lie in the day after a run.").format(
            n=len(ratings)
        )
    if not known.size:
        return _("It is unknown for all {n} ratings.").format(n=len(ratings))
    unknown = int(applies.sum()) - known.size
    if unknown > known.size:
        text = (
            _("It is unknown for {unknown} of {n} ratings, more than half of them.")
            if applies.all()
            else _(
                "It is unknown for {unknown} of {n} ratings in the day after a run, more than half of them."
            )
        )
        return text.format(unknown=unknown, n=applies.sum())
    differing = known.size - int(np.max(np.unique(known, return_counts=True)[1]))
    if differing == 0:
        return _("It does not vary: it was the same at every rating.")
    if differing < MIN_DIFFERING:
        return ngettext(
            "It hardly varies: only {differing} of {n} ratings differs from the rest.",
            "It hardly varies: only {differing} of {n} ratings differ from the rest.",
            differing,
        ).format(differing=differing, n=known.size)
    return ""


def _is_applicable(ratings: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """Return at which ratings a factor applies (last-run factors: within a day after a run).

    Who writes a diary every day but runs three times a week has no value of the last run on most days, and
    nothing is unknown for that. A run is known from any other last-run factor having a value.
    """
    everywhere = np.ones(len(ratings), dtype=bool)
    unit = effect_unit(name)
    if not unit.factor.last_run_only:
        return everywhere
    of_the_run = [other for other in ratings.columns if _of_same_run(effect_unit(other), unit)]
    if of_the_run == [name]:
        return everywhere
    return np.asarray(ratings[of_the_run].notna().any(axis=1), dtype=bool)


def _of_same_run(unit: EffectUnit, other: EffectUnit) -> bool:
    return unit.factor.last_run_only and other.factor.last_run_only and unit.window == other.window


def is_high(values: pd.Series[float]) -> pd.Series[bool]:
    """Return which known values are high: the ones of a factor of 0 and 1, else those above the median."""
    return values > (0.5 if values.isin([0, 1]).all() else values.median())


def correlations(ratings: pd.DataFrame, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return each factor's correlation with each; 0 where too few ratings know both."""
    table = ratings[list(names)].corr(min_periods=2 * MIN_DIFFERING).fillna(0.0).to_numpy()
    return {name: dict(zip(names, row.tolist(), strict=True)) for name, row in zip(names, table, strict=True)}


def collinear_factors(ratings: pd.DataFrame, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return for each factor those collinear with it and the correlations, the strongest first."""
    correlation = correlations(ratings, names)
    collinear: dict[str, dict[str, float]] = {}
    for name in names:
        strong = {o: r for o, r in correlation[name].items() if o != name and abs(r) > COLLINEAR_ABOVE}
        collinear[name] = dict(sorted(strong.items(), key=lambda item: -abs(item[1])))
    return collinear


def _explain_time_trend(leans: str, r: float) -> str:
    """Return the sentence on a factor that is collinear with time.

    Args:
        leans: a percentage of the probability.
        r: correlation with time.
    """
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


def _describe_ratings(ratings: pd.DataFrame, name: str) -> str:
    known = ratings[ratings[name].notna()]
    lacking = MIN_RATINGS - len(known)
    text = _("{n} of the {needed} ratings that an answer needs, {lacking} to go.").format(
        n=len(known), needed=MIN_RATINGS, lacking=lacking
    )
    high = is_high(known[name])
    if high.any() and not high.all():
        more, less = known["rating"][high], known["rating"][~high]
        so_far = _(
            "So far {more} points on average with more of it ({n_more}) and {less} with less ({n_less})."
        ).format(
            more=format_decimal(more.mean(), 1),
            n_more=len(more),
            less=format_decimal(less.mean(), 1),
            n_less=len(less),
        )
        text = f"{text} {so_far}"
    return text
