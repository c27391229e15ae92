"""What the regression found for each factor of one area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.analysis.links import families, gls, withheld
from runlog.analysis.links.design import days, design
from runlog.analysis.links.grade import HINT_BELOW, Answer, benjamini_hochberg
from runlog.analysis.links.steps import PRIMARY, WINDOWS, step_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from runlog.analysis.links.mixture import Mixture


def answers(ratings: pd.DataFrame, asked: Sequence[str], beside: Sequence[str]) -> dict[str, Answer]:
    """Estimate the effects of these factors together.

    Args:
        ratings: checked ratings of one area, not all the same.
        asked: the factors that the answers are about, each of which varies.
        beside: others that enter the regression with them.
    """
    names = [*asked, *beside]
    if not asked:
        return {}
    columns = design(ratings, names)
    found = gls.fit(columns)
    per_step = _per_step(ratings, names, columns.spread)
    effect, low, high = (
        per_step * end for end in (found.mean(), found.quantile(0.025), found.quantile(0.975))
    )
    p = found.two_sided()
    q = _false_discovery_rates(asked, p[: len(asked)])
    first, second = _halves(ratings, names)
    tau, share, n_eff = _errors(found, ratings)
    with_time = ratings[names].corrwith(ratings["moment"].astype("int64"))
    moves_with = withheld.companions(ratings, names)
    return {
        name: Answer(
            n=int(ratings[name].count()),
            effect=float(effect[i]),
            low=float(low[i]),
            high=float(high[i]),
            p=float(p[i]),
            q=float(q[i]),
            per_sd=float(found.mean()[i]),
            se=float(found.sd()[i]),
            first_half=first.get(name, np.nan),
            second_half=second.get(name, np.nan),
            tau_days=float(tau[i]),
            lasting=float(share[i]),
            n_eff=n_eff,
            r_time=float(with_time[name]),
            moves_with=moves_with[name],
            window=step_of(name).window,
        )
        for i, name in enumerate(asked)
    }


def size(values: pd.Series[float], name: str) -> float:
    """Give the step of a factor in its own unit; NaN where it is relative and nothing is known."""
    step = step_of(name)
    return step.size * abs(float(values.mean())) if step.relative else step.size


def _false_discovery_rates(asked: Sequence[str], p: np.ndarray) -> np.ndarray:
    """Give the q of each factor of one area.

    In a secondary window a p counts twice: there are two such windows, and who looks into one looks
    into the other.
    """
    looks = 1 if step_of(asked[0]).window == PRIMARY else len(WINDOWS) - 1
    return benjamini_hochberg(np.minimum(1.0, looks * p / families.weights(asked)))


def _per_step(ratings: pd.DataFrame, names: Sequence[str], spread: np.ndarray) -> np.ndarray:
    """What turns an effect per SD into one per step."""
    return np.asarray([size(ratings[name], name) for name in names] / spread, dtype=float)


def _halves(ratings: pd.DataFrame, names: Sequence[str]) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Estimate the effects per step from each half of the diary by itself, where its ratings suffice."""
    if len(ratings) < HINT_BELOW:
        return {}, {}
    middle = len(ratings) // 2
    return _half(ratings, ratings.iloc[:middle], names), _half(ratings, ratings.iloc[middle:], names)


def _half(ratings: pd.DataFrame, half: pd.DataFrame, names: Sequence[str]) -> Mapping[str, float]:
    names = [name for name in names if withheld.beforehand(half, name) is None]
    if not names:
        return {}
    columns = design(half, names)
    effect = gls.fit(columns).mean() * _per_step(ratings, names, columns.spread)
    return dict(zip(names, effect.tolist(), strict=True))


def _errors(found: Mixture, ratings: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Give τ in days (its geometric mean) and w of what is unexplained, by factor; and what is left of n.

    The last is the number of independent ratings that would tell the mean level as well.
    """
    points = gls.grid()
    tau, share = np.exp(found.average(np.log(points.tau))), found.average(points.share)
    typical = gls.Grid(tau[:1], share[:1], np.zeros(1))
    white, _ = gls.whiten(days(ratings), np.ones((len(ratings), 1)), typical)
    return tau, share, float((white**2).sum())
