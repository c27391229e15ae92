"""Student's t, mixtures of it and chi-square, against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from runlog.analysis import distributions

DEGREES = (1.0, 1.7, 3.0, 12.0, 38.4, 250.0, 1500.0)
PLACES = np.array([-60.0, -12.5, -4.0, -1.96, -0.3, -1e-6, 0.0, 1e-6, 0.7, 2.3, 8.0, 33.0])


@pytest.mark.parametrize("degrees", DEGREES)
def test_the_mass_below_is_that_of_scipy(degrees):
    df = np.full_like(PLACES, degrees)
    assert distributions.t_cdf(PLACES, df) == pytest.approx(special.stdtr(degrees, PLACES), abs=2e-11)


@pytest.mark.parametrize("degrees", DEGREES)
def test_a_tail_has_its_first_digits_however_small_it_is(degrees):
    places = np.abs(PLACES)
    ours = distributions.t_upper_tail(places, np.full_like(places, degrees))
    assert ours == pytest.approx(special.stdtr(degrees, -places), rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("mass", [1e-4, 0.025, 0.5, 0.8, 0.975])
@pytest.mark.parametrize("degrees", DEGREES)
def test_the_place_of_a_mass_is_that_of_scipy(mass, degrees):
    expected = special.stdtrit(degrees, mass)
    assert distributions.t_quantile(mass, degrees) == pytest.approx(expected, rel=1e-6, abs=1e-10)


def test_a_mixture_has_the_masses_of_its_parts():
    df = np.array([[5.0], [40.0], [900.0]])
    centre, scale = np.array([[0.0, -3.0], [1.0, 9.0], [-2.0, 0.2]]), np.array([[1.0, 0.1], [0.5, 4], [3, 1]])
    mixture = distributions.Mixture.from_log_weights(centre, scale, np.zeros((3, 2)), df)
    for mass in (1e-4, 0.025, 0.6, 0.975):
        found = mixture.quantile(mass)
        assert special.stdtr(df, (found - centre) / scale).mean(axis=0) == pytest.approx(
            [mass] * 2, abs=1e-11
        )
    below = special.stdtr(df, -centre / scale).mean(axis=0)
    assert mixture.two_sided_p() == pytest.approx(2 * np.minimum(below, 1 - below), rel=1e-9)


@pytest.mark.parametrize("degrees", [1, 2, 5, 18, 77, 1480])
def test_chi_square_is_that_of_scipy(degrees):
    masses = (np.arange(21) + 0.5) / 21
    expected = 2 * special.gammaincinv(degrees / 2, masses)
    assert distributions.chi_square_quantiles(masses, degrees) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("degrees", [1.0, 4.0, 5.6, 39.0, 200.0])
def test_the_points_of_chi_give_its_means(degrees):
    s, weight = distributions.chi_points(degrees)
    first = math.sqrt(2 / degrees) * math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2))
    assert (weight.sum(), weight @ s, weight @ s**2) == pytest.approx((1.0, first, 1.0), abs=1e-6)
