"""When a factor gets no answer: too few ratings, nothing varies, unknown, or it moves with another factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.links.steps import step_of
from runlog.wording import _, counted, decimal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from runlog.analysis.links.steps import Step

#: Fewer ratings than this are described only.
DESCRIBED_BELOW = 20
#: So many ratings at least must differ from the factor's most common value.
VARIES_FROM = 5
#: Beyond this correlation two factors move together: neither is graded unless it is found with the other in
#: the regression. In simulation the wrong one of the two was then found in 4 to 7 of 100 diaries, where
#: only one had an effect; without the other in the regression it was in 70 to 90.
MOVES_WITH = 0.7
#: Beyond this they are too alike for the regression to tell them apart. The same holds for a factor and time
#: itself: soreness that wanders as a random walk does was linked at p < .05 to a straight line in up to a
#: fifth of simulated diaries, whatever the method, and to shoes that were replaced once in 5 %.
ALIKE = 0.9


def beforehand(ratings: pd.DataFrame, name: str) -> tuple[str, str] | None:
    """Give the grade and reason of a factor that nothing can be estimated for; None where something can."""
    if len(ratings) < DESCRIBED_BELOW:
        return "describe", _description(ratings, name)
    if np.ptp(ratings["rating"]) == 0:
        return "", _("All {n} ratings are the same, so nothing can go together with them.").format(
            n=len(ratings)
        )
    if reason := not_estimable(ratings, name):
        return "", reason
    if ratings[name].count() < DESCRIBED_BELOW:
        return "describe", _description(ratings, name)
    return None


def not_estimable(ratings: pd.DataFrame, name: str) -> str:
    """Say why no effect can be estimated from a factor's values; "" where one can."""
    values = ratings[name].to_numpy(dtype=float)
    known = values[~np.isnan(values)]
    applies = _applies(ratings, name)
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
    differing = known.size - int(np.unique(known, return_counts=True)[1].max())
    if differing == 0:
        return _("It does not vary: it was the same at every rating.")
    if differing < VARIES_FROM:
        return counted(
            "It hardly varies: only {differing} of {n} ratings differs from the rest.",
            "It hardly varies: only {differing} of {n} ratings differ from the rest.",
            differing,
        ).format(differing=differing, n=known.size)
    return ""


def _applies(ratings: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """Tell at which ratings a factor may have a value at all.

    A value of the last run lasts for a day. Who writes a diary every day but runs three times a week has
    none on most days, and nothing is unknown for that. That there was a run, another such value tells.
    """
    everywhere = np.ones(len(ratings), dtype=bool)
    step = step_of(name)
    if not step.fresh:
        return everywhere
    of_the_run = [other for other in ratings.columns if _of_the_same_run(step_of(other), step)]
    if of_the_run == [name]:
        return everywhere
    return np.asarray(ratings[of_the_run].notna().any(axis=1), dtype=bool)


def _of_the_same_run(one: Step, other: Step) -> bool:
    return one.fresh and other.fresh and one.window == other.window


def is_high(values: pd.Series[float]) -> pd.Series[bool]:
    """Tell which known values are high: the ones of a factor of 0 and 1, else those above the median."""
    return values > (0.5 if values.isin([0, 1]).all() else values.median())


def correlations(ratings: pd.DataFrame, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Give each factor's correlation with each; 0 where too few ratings know both."""
    table = ratings[list(names)].corr(min_periods=2 * VARIES_FROM).fillna(0.0).to_numpy()
    return {name: dict(zip(names, row.tolist(), strict=True)) for name, row in zip(names, table, strict=True)}


def companions(ratings: pd.DataFrame, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each factor, those that move with it and their correlation with it, the strongest first."""
    correlation = correlations(ratings, names)
    found: dict[str, dict[str, float]] = {}
    for name in names:
        strong = {o: r for o, r in correlation[name].items() if o != name and abs(r) > MOVES_WITH}
        found[name] = dict(sorted(strong.items(), key=lambda item: -abs(item[1])))
    return found


def not_apart(others: dict[str, float]) -> str:
    """Say that a factor cannot be told apart from its companions."""
    return _("It cannot be told apart from {others}: they move together.").format(others=_told(others))


def spoken_for(other: str, r: float) -> str:
    """Say that another factor of its family is asked for both."""
    text = _("{other} speaks for it: they move together, so one answer is given for both.")
    return text.format(other=_told({other: r}))


def speaks_for(others: dict[str, float]) -> str:
    """Say which factors of its family an answer holds for as well."""
    text = _("It speaks for {others} too: they move together and cannot be told apart.")
    return text.format(others=_told(others))


def found_in_spite(others: dict[str, float]) -> str:
    """Say that a factor was found although it has companions."""
    return _("It was found in spite of {others}, with which it moves together.").format(others=_told(others))


def runs_with_time(leans: str, r: float) -> str:
    """Say that a factor cannot be told apart from time.

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
    return text.format(leans=leans, r=_correlation(r))


def _told(others: dict[str, float]) -> str:
    told = [f"{_(step_of(name).label)} (r = {_correlation(r)})" for name, r in others.items()]
    return _(" and ").join(told)


def _correlation(r: float) -> str:
    return decimal(r, 2).replace("−", "-")


def _description(ratings: pd.DataFrame, name: str) -> str:
    known = ratings[ratings[name].notna()]
    lacking = DESCRIBED_BELOW - len(known)
    text = _("{n} of the {needed} ratings that an answer needs, {lacking} to go.").format(
        n=len(known), needed=DESCRIBED_BELOW, lacking=lacking
    )
    high = is_high(known[name])
    if high.any() and not high.all():
        more, less = known["rating"][high], known["rating"][~high]
        so_far = _(
            "So far {more} points on average with more of it ({n_more}) and {less} with less ({n_less})."
        ).format(
            more=decimal(more.mean(), 1), n_more=len(more), less=decimal(less.mean(), 1), n_less=len(less)
        )
        text = f"{text} {so_far}"
    return text
