"""Compute Student's t, mixtures of it, and chi-square, as the estimates need them.

scipy.special has them too, and takes a third as long to load as pandas, which every listing of links would
wait for. With n degrees of freedom and t = √n·sinh u, the density of t is c·cosh(u)^−n; with x = n·exp(v),
that of chi-square is c·exp(n/2·(v − exp v)). Both are analytic and fall fast, so a few points of Gauss and
Legendre integrate them to the last digits. The tests hold them to scipy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from runlog.model import Bools, Floats

#: Points of the integral from the middle, which has to be exact to the 10th digit after the point, and of the
#: one of a tail, whose first digits count however small it is.
_BODY_POINTS, _TAIL_POINTS = 24, 48
#: What is left out is smaller by this logarithm.
_NEGLIGIBLE_LOG = 38.0
#: Nearer to the middle than this, a density does not fall yet.
_FLAT = 1e-6


def t_cdf(t: Floats, df: Floats, log_constant: Floats | None = None) -> Floats:
    """Return the mass of Student's t below t, to 10 digits after the point.

    Args:
        t: any shape.
        df: degrees of freedom, above 0; broadcast to t.
        log_constant: of the density with so many, where it is at hand.
    """
    constant = np.exp(_log_constant(df) if log_constant is None else log_constant)
    length = np.minimum(np.arcsinh(np.abs(t) / np.sqrt(df)), _reach(df))
    return np.asarray(0.5 + np.sign(t) * constant * _integral(0.0, length, df, _BODY_POINTS))


def t_upper_tail(t: Floats, df: Floats) -> Floats:
    """Return the mass of Student's t above t, where that is small to as many digits as where it is not.

    Args:
        t: any shape, not below 0.
        df: degrees of freedom, above 0; broadcast to t.
    """
    start = np.arcsinh(t / np.sqrt(df))
    slope = df * np.tanh(np.maximum(start, _FLAT))
    length = np.minimum(_reach(df), _NEGLIGIBLE_LOG / slope)
    return np.asarray(np.exp(_log_constant(df)) * _integral(start, length, df, _TAIL_POINTS))


@cache
def t_quantile(mass: float, df: float) -> float:
    """Return the t below which this mass of Student's t lies."""
    one = np.ones((1, 1))
    return float(Mixture(0.0 * one, one, one, df * one, np.ones(1, dtype=bool)).quantile(mass)[0])


def chi_square_quantiles(masses: Floats, df: float) -> Floats:
    """Return the values below which these masses of chi-square lie, all of the shape of the masses."""
    low = np.full_like(masses, _chi_square_ends(df)[0])
    v = np.array([NormalDist().inv_cdf(mass) for mass in masses.tolist()]) * math.sqrt(2 / df)
    for _step in range(_STEPS):
        missing = masses - _chi_square_mass(low, v, df)
        if (np.abs(missing) < _EXACT).all():
            break
        v += np.clip(missing / _chi_square_density(v, df), -1 / math.sqrt(df), 1 / math.sqrt(df))
    return np.asarray(df * np.exp(v))


def chi_points(df: float) -> tuple[Floats, Floats]:
    """Return values (p,) of √(χ²/df) with weights (p,), whose weighted mean of a function is its mean."""
    places, weights = np.array(_gauss_legendre(_TAIL_POINTS)).T
    low, high = (math.exp(end / 2) for end in _chi_square_ends(df))
    s = low + (high - low) * places
    return s, _chi_square_density(2 * np.log(s), df) * 2 / s * weights * (high - low)


def _chi_square_density(v: Floats, df: float) -> Floats:
    """Return the density of v = log(χ²/df)."""
    a = df / 2
    return np.asarray(np.exp(a * (v - np.exp(v) + math.log(a)) - math.lgamma(a)))


def _chi_square_ends(df: float) -> tuple[float, float]:
    """Return between which v all mass that counts lies: there exp v − v is 1 + h or more."""
    h = 2 * _NEGLIGIBLE_LOG / df
    return -h - math.sqrt(2 * h), math.log1p(h + math.sqrt(2 * h))


def _chi_square_mass(low: Floats, v: Floats, df: float) -> Floats:
    total = np.zeros_like(v)
    for place, weight in _gauss_legendre(_TAIL_POINTS):
        total += weight * _chi_square_density(low + (v - low) * place, df)
    return np.asarray(total * (v - low))


def _log_constant(df: Floats) -> Floats:
    """Return the logarithm of c, Γ((n + 1)/2) / (√π Γ(n/2))."""
    return np.asarray(_log_gamma((df + 1) / 2) - _log_gamma(df / 2) - 0.5 * math.log(math.pi))


_log_gamma = np.vectorize(math.lgamma, otypes=[float])


def _log_cosh(u: Floats) -> Floats:
    """Return log(2 cosh u), u not below 0."""
    return np.asarray(u + np.log1p(np.exp(-2 * u)))


def _reach(df: Floats) -> Floats:
    """Return the u from which on nothing counts, where log cosh u = ``_NEGLIGIBLE_LOG`` / n."""
    height = _NEGLIGIBLE_LOG / df
    return np.asarray(height + np.log1p(np.sqrt(-np.expm1(-2 * height))))


def _integral(start: Floats | float, length: Floats, df: Floats, points: int) -> Floats:
    """Return the integral of cosh(u)^−n from a start over a length; all of one shape."""
    total = np.zeros(np.broadcast_shapes(np.shape(length), np.shape(df)))
    for place, weight in _gauss_legendre(points):
        total += weight * np.exp(df * (math.log(2) - _log_cosh(start + length * place)))
    return np.asarray(total * length)


@cache
def _gauss_legendre(points: int) -> tuple[tuple[float, float], ...]:
    """Return places and weights for an integral from 0 to 1."""
    places, weights = np.polynomial.legendre.leggauss(points)
    return tuple(zip(((1 + places) / 2).tolist(), (weights / 2).tolist(), strict=True))


#: Components of less weight are left out.
_NEGLIGIBLE = 1e-9
#: A quantile is found once its mass is so exact, or after so many steps, none of them longer than so many
#: times the way from the middle and a scale.
_EXACT, _STEPS, _LONGEST_STEP = 1e-12, 120, 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """A mixture of g Student's t distributions for each of f effects."""

    centre: Floats  # (g, f)
    scale: Floats  # (g, f)
    weight: Floats  # (g, f), each column sums to 1
    df: Floats  # degrees of freedom of the components (g, f) or (g, 1)
    kept: Bools  # which of the components that it was made of have enough weight to be kept

    @classmethod
    def from_log_weights(cls, centre: Floats, scale: Floats, log_weight: Floats, df: Floats) -> Mixture:
        """Make a mixture from the logarithms of weights that need not sum to 1."""
        weight = np.exp(log_weight - log_weight.max(axis=0, initial=-np.inf))
        weight /= weight.sum(axis=0)
        kept = (weight > _NEGLIGIBLE).any(axis=1)
        return cls(centre[kept], scale[kept], weight[kept] / weight[kept].sum(axis=0), df[kept], kept)

    def mean(self) -> Floats:
        """Return the means (f,)."""
        return self._averaged(self.centre)

    def sd(self) -> Floats:
        """Return the standard deviations (f,); more than two degrees of freedom are needed."""
        within = self.scale**2 * self.df / (self.df - 2)
        return np.sqrt(self._averaged(within + (self.centre - self.mean()) ** 2))

    def average(self, values: Floats) -> Floats:
        """Average values of the components (g, before any was left out) by their weights (f,)."""
        return self._averaged(values[self.kept, None])

    def quantile(self, mass: float) -> Floats:
        """Return the x with this mass below them (f,), by Newton's method within bounds that close in."""
        constant = _log_constant(self.df)
        log_height, power = constant - np.log(self.scale * np.sqrt(self.df)), (self.df + 1) / 2
        spread = self._averaged(self.scale)
        middle = self.mean()
        x = middle + NormalDist().inv_cdf(mass) * spread
        low, high = np.full_like(x, -np.inf), np.full_like(x, np.inf)
        for _step in range(_STEPS):
            t = (x - self.centre) / self.scale
            missing = mass - self._averaged(t_cdf(t, self.df, constant))
            missed = np.abs(missing) > _EXACT
            if not missed.any():
                break
            low, high = np.where(missing > 0, x, low), np.where(missing > 0, high, x)
            density = self._averaged(np.exp(log_height - power * np.log1p(t**2 / self.df)))
            step = missing / np.maximum(density, np.finfo(float).tiny)
            longest = _LONGEST_STEP * (spread + np.abs(x - middle))
            ahead = x + np.clip(step, -longest, longest)
            inside = (low < ahead) & (ahead < high)
            with np.errstate(invalid="ignore"):  # between bounds of which one is not known yet
                x = np.where(missed, np.where(inside, ahead, (low + high) / 2), x)
        return np.asarray(x)

    def two_sided_p(self) -> Floats:
        """Return twice the mass on the smaller side of 0 (f,)."""
        distance = self.centre / self.scale
        smaller = t_upper_tail(np.abs(distance), self.df)
        below = self._averaged(np.where(distance > 0, smaller, 1 - smaller))
        above = self._averaged(np.where(distance > 0, 1 - smaller, smaller))
        return np.asarray(np.minimum(1.0, 2 * np.minimum(below, above)))

    def _averaged(self, values: Floats) -> Floats:
        average: Floats = np.sum(self.weight * values, axis=0)
        return average
