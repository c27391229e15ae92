"""What the regression found for each factor of one area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.links import gls, withheld
from runlog.analysis.links.design import design
from runlog.analysis.links.grade import A_FROM, Answer, benjamini_hochberg
from runlog.analysis.links.steps import step_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def answers(ratings: pd.DataFrame, names: Sequence[str]) -> dict[str, Answer]:
    """Estimate the effects of these factors together.

    Args:
        ratings: checked ratings of one area, not all the same.
        names: the factors, each of which varies.
    """
    if not names:
        return {}
    columns = design(ratings, names)
    found = gls.fit(columns)
    per_step = np.array([size(ratings[name], name) for name in names]) / columns.spread
    effect, low, high = (
        per_step * end for end in (found.mean(), found.quantile(0.025), found.quantile(0.975))
    )
    p = found.two_sided()
    q = benjamini_hochberg(p)
    agree = _halves_agree(ratings, names, effect)
    with_time = ratings[list(names)].corrwith(ratings["moment"].astype("int64"))
    moves_with = withheld.companions(ratings, names)
    return {
        name: Answer(
            n=int(ratings[name].count()),
            effect=float(effect[i]),
            low=float(low[i]),
            high=float(high[i]),
            p=float(p[i]),
            q=float(q[i]),
            halves_agree=agree[name],
            with_time=float(with_time[name]),
            moves_with=moves_with[name],
        )
        for i, name in enumerate(names)
    }


def size(values: pd.Series[float], name: str) -> float:
    """Give the step of a factor in its own unit; NaN where it is relative and nothing is known."""
    step = step_of(name)
    return step.size * abs(float(values.mean())) if step.relative else step.size


def _halves_agree(ratings: pd.DataFrame, names: Sequence[str], effect: np.ndarray) -> dict[str, bool]:
    """Tell for each factor whether each half of the diary by itself gives the effect its sign."""
    if len(ratings) < A_FROM:
        return dict.fromkeys(names, False)
    middle = len(ratings) // 2
    signs = [_signs(half, names) for half in (ratings.iloc[:middle], ratings.iloc[middle:])]
    return {
        name: all(half.get(name) == np.sign(mean) for half in signs)
        for name, mean in zip(names, effect, strict=True)
    }


def _signs(half: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    names = [name for name in names if withheld.beforehand(half, name) is None]
    if not names:
        return {}
    return dict(zip(names, np.sign(gls.fit(design(half, names)).mean()), strict=True))
