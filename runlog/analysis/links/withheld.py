"""When a factor gets no answer: too few ratings, nothing varies, unknown, or it moves with another factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.links.steps import step_of

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
        return "", f"All {len(ratings)} ratings are the same, so nothing can go together with them."
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
        return f"It is unknown for all {len(ratings)} ratings: none is known to lie in the day after a run."
    if not known.size:
        return f"It is unknown for all {len(ratings)} ratings."
    unknown = int(applies.sum()) - known.size
    if unknown > known.size:
        where = "" if applies.all() else " in the day after a run"
        return f"It is unknown for {unknown} of {applies.sum()} ratings{where}, more than half of them."
    differing = known.size - int(np.unique(known, return_counts=True)[1].max())
    if differing == 0:
        return "It does not vary: it was the same at every rating."
    if differing < VARIES_FROM:
        return f"It hardly varies: only {differing} of {known.size} ratings differ from the rest."
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
    return f"It cannot be told apart from {_told(others)}: they move together."


def spoken_for(other: str, r: float) -> str:
    """Say that another factor of its family is asked for both."""
    return f"{_told({other: r})} speaks for it: they move together, so one answer is given for both."


def speaks_for(others: dict[str, float]) -> str:
    """Say which factors of its family an answer holds for as well."""
    return f"It speaks for {_told(others)} too: they move together and cannot be told apart."


def found_in_spite(others: dict[str, float]) -> str:
    """Say that a factor was found although it has companions."""
    return f"It was found in spite of {_told(others)}, with which it moves together."


def runs_with_time(r: float) -> str:
    """Say that a factor cannot be told apart from time."""
    return (
        f"it {'rose' if r > 0 else 'fell'} all along (r = {r:.2f} with time), "
        "so anything else that changed over these weeks may be behind it."
    )


def _told(others: dict[str, float]) -> str:
    return " and ".join(f"{step_of(name).label} (r = {r:.2f})" for name, r in others.items())


def _description(ratings: pd.DataFrame, name: str) -> str:
    known = ratings[ratings[name].notna()]
    lacking = DESCRIBED_BELOW - len(known)
    text = f"{len(known)} of the {DESCRIBED_BELOW} ratings that an answer needs, {lacking} to go."
    high = is_high(known[name])
    if high.any() and not high.all():
        more, less = known["rating"][high], known["rating"][~high]
        text += (
            f" So far {more.mean():.1f} points on average with more of it ({len(more)})"
            f" and {less.mean():.1f} with less ({len(less)})."
        )
    return text
