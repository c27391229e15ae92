"""How many pairs of runs a planned comparison needs.

The differences within the pairs are compared with 0 by Student's t. With m pairs, a true difference d and
an SD s of the differences, t is noncentral with m − 1 degrees of freedom and noncentrality d·√m / s, and

    power = P(|t| > t₀),   t₀ the 97.5% point of the central t with m − 1 degrees of freedom,

which is taken from t², noncentral F with 1 and m − 1 degrees of freedom and noncentrality m·d²/s²

(Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988, ch. 2; for trials of one person: Senn,
"Sample size considerations for n-of-1 trials", Stat Methods Med Res 2019;28:372). The randomisation test
that the result rests on has the same power to within a few of a hundred (tests/analysis/test_plans_*.py).
"""

from __future__ import annotations

from scipy.optimize import brentq
from scipy.special import ncfdtr, stdtrit

#: What a plan promises: to find a difference of the size it is made for in so many of 10 cases.
PROMISED = 0.8
#: With fewer pairs no outcome at all is unlikely enough: 2 of 2⁵ draws are 6%.
FEWEST = 6
#: 80 runs are half a year for most.
MOST = 40

_SURE = 0.975
#: With this noncentrality any number of pairs has all the power; far beyond it noncentral F is not computed.
_NONCENTRAL = 400.0


def power(pairs: int, effect: float, sd: float) -> float:
    """The probability that so many pairs find a difference at p < .05.

    Args:
        pairs: 2 or more.
        effect: the true difference, in points, not 0.
        sd: of the differences within pairs, in points.
    """
    df = pairs - 1
    return 1.0 - float(ncfdtr(1, df, pairs * (effect / sd) ** 2, stdtrit(df, _SURE) ** 2))


def pairs_needed(effect: float, sd: float) -> int | None:
    """The fewest pairs with the promised power; None where it takes more than ``MOST``."""
    return next((pairs for pairs in range(FEWEST, MOST + 1) if power(pairs, effect, sd) >= PROMISED), None)


def detectable(pairs: int, sd: float) -> float:
    """The difference, in points, that so many pairs find with the promised power."""
    sure_to_be_found = (_NONCENTRAL / pairs) ** 0.5
    unit = brentq(lambda effect: power(pairs, effect, 1.0) - PROMISED, 0.05, sure_to_be_found)
    return float(unit) * sd
