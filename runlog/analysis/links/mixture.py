"""A mixture of Student's t-distributions, many of them at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr, stdtrit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Components that weigh less than this change no digit that anyone reads.
_NEGLIGIBLE = 1e-9
_HALVINGS = 48


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """For each of f effects a mixture of g components.

    Attributes:
        centre: (g, f).
        scale: (g, f).
        weight: (g, f), each column sums to 1.
        df: degrees of freedom of the components (g, 1).
        used: which of the components that it was made of are left, those of some weight.
    """

    centre: Floats
    scale: Floats
    weight: Floats
    df: Floats
    used: NDArray[np.bool_]

    @classmethod
    def of(cls, centre: Floats, scale: Floats, log_weight: Floats, df: Floats) -> Mixture:
        """Make a mixture from the logarithms of weights that need not sum to 1."""
        weight = np.exp(log_weight - log_weight.max(axis=0, initial=-np.inf))
        weight /= weight.sum(axis=0)
        used = (weight > _NEGLIGIBLE).any(axis=1)
        return cls(centre[used], scale[used], weight[used] / weight[used].sum(axis=0), df[used], used)

    def mean(self) -> Floats:
        """The means (f,)."""
        return self._averaged(self.centre)

    def sd(self) -> Floats:
        """The standard deviations (f,); more than two degrees of freedom are needed."""
        within = self.scale**2 * self.df / (self.df - 2)
        return np.sqrt(self._averaged(within + (self.centre - self.mean()) ** 2))

    def average(self, of_components: Floats) -> Floats:
        """The average over the components of what they have each (g before any was left out) (f,)."""
        return self._averaged(of_components[self.used, None])

    def below(self, x: Floats) -> Floats:
        """The mass below x (f,)."""
        return self._averaged(stdtr(self.df, (x - self.centre) / self.scale))

    def quantile(self, mass: float) -> Floats:
        """Find the x that have this mass below them (f,), by halving the range that must hold them."""
        ends = self.centre + self.scale * stdtrit(self.df, mass)
        low, high = ends.min(axis=0, initial=np.inf), ends.max(axis=0, initial=-np.inf)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            short = self.below(middle) < mass
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.asarray((low + high) / 2)

    def two_sided(self) -> Floats:
        """Twice the mass on the smaller side of 0 (f,)."""
        distance = self.centre / self.scale
        below, above = (self._averaged(stdtr(self.df, side)) for side in (-distance, distance))
        return np.asarray(np.minimum(1.0, 2 * np.minimum(below, above)))

    def _averaged(self, values: Floats) -> Floats:
        average: Floats = np.sum(self.weight * values, axis=0)
        return average
