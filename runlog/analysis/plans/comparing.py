"""The comparison itself: differences within pairs, their mean, its range, and what chance alone would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Sums that differ by less than this are equal: means of ratings are no exact numbers.
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ways of running compared within pairs of runs.

    Attributes:
        pairs: how many.
        difference: the mean difference, first way less second, in points.
        low: the lower end of its 95% range; NaN with a single pair, or where all differences are the same.
        high: the upper end.
        p: of all orders that the lots could have fallen in, the share with a difference as far from 0.
    """

    pairs: int
    difference: float
    low: float
    high: float
    p: float


def compare(differences: Floats) -> Comparison | None:
    """Compare by the differences within pairs; None where there are none.

    The range is Student's over the pairs, the unit in which lots were drawn (Senn, Cross-over Trials in
    Clinical Research, 2002).
    """
    pairs = len(differences)
    if not pairs:
        return None
    mean = float(differences.mean())
    spread = float(differences.std(ddof=1)) if pairs > 1 else 0.0
    margin = float(stdtrit(pairs - 1, 0.975)) * spread / pairs**0.5 if spread > _EQUAL else np.nan
    return Comparison(pairs, mean, mean - margin, mean + margin, by_lot(differences))


def by_lot(differences: Floats) -> float:
    """Fisher's randomisation test, exact: the share of all 2^m orders with a sum as far from 0.

    Were both ways alike, each rating would have been the same whatever the lot, and only the sign of each
    difference is chance. That holds whatever the ratings' distribution and however they drift. The sums of
    both halves are made apart and each half's are searched for in the other's, so that 40 pairs take 2^20
    steps and not 2^40 (Horowitz & Sahni, J ACM 1974;21:277).
    """
    limit = abs(differences.sum()) - _EQUAL
    one, other = (_signed_sums(half) for half in np.array_split(differences, 2))
    other.sort()
    at_least = len(other) - np.searchsorted(other, limit - one, side="left")
    at_most = np.searchsorted(other, -limit - one, side="right")
    found = at_least.sum() + at_most.sum() if limit > 0 else len(one) * len(other)
    return float(found / (len(one) * len(other)))


def _signed_sums(values: Floats) -> Floats:
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums
