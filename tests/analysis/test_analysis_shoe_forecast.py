"""The range of the day on which a pair reaches its limit holds eight of ten futures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from runlog.analysis import shoe_wear
from runlog.analysis.shoe_wear import forecast_limit

NOW = pd.Timestamp("2026-07-01", tz="UTC")
TODAY = NOW.tz_localize(None)
FUTURE_WEEKS = 110
RUNNERS = 300


def season_km(chance, weeks, likeness):
    """A day's kilometres: about half of the days runs of 4 to 12, more in some weeks than in others.

    How much is run in a week drifts: the correlation of one week with the next is ``likeness``.
    """
    drift = np.zeros(weeks)
    for week in range(1, weeks):
        drift[week] = likeness * drift[week - 1] + chance.normal(0, 0.3 * np.sqrt(1 - likeness**2))
    days = 7 * weeks
    runs = chance.random(days) < 0.5
    return runs * chance.gamma(6, 8 / 6, days) * np.exp(np.repeat(drift, 7))


def held(chance, weeks, likeness):
    """Whether the range held what then came."""
    km = season_km(chance, weeks + FUTURE_WEEKS, likeness)
    past, future = km[: 7 * weeks], km[7 * weeks :]
    past[0] = max(past[0], 5.0)  # worn since then
    days = np.flatnonzero(past)
    ends = NOW - pd.to_timedelta(24 * (7 * weeks - days) - 20, unit="h")
    worn = pd.DataFrame({"end": ends, "distance_m": past[days] * 1000.0})
    left_km = chance.uniform(100, 400)
    reached = int(np.argmax(future.cumsum() >= left_km))
    _, low, high = forecast_limit(left_km * 1000.0, worn, NOW, TODAY)
    day = TODAY + pd.Timedelta(days=reached)
    slack = pd.Timedelta(days=1)
    return low - slack <= day and (pd.isna(high) or day <= high + slack)


@pytest.mark.parametrize("likeness", [0.0, 0.3])
@pytest.mark.parametrize("weeks", [3, 8, 20])
def test_the_range_holds_eight_of_ten_futures(weeks, likeness):
    chance = np.random.default_rng([weeks, int(10 * likeness)])
    share = np.mean([held(chance, weeks, likeness) for _ in range(RUNNERS)])
    assert 0.74 < share < 0.88


def test_a_pair_worn_for_part_of_a_week_does_not_seem_less_used():
    """Ten days of a run each day: the three days before the last whole week do not count as one."""
    ends = NOW - pd.to_timedelta(np.arange(10)[::-1], unit="D")
    worn = pd.DataFrame({"end": ends, "distance_m": 10_000.0})
    assert forecast_limit(70_000.0, worn, NOW, TODAY).expected == pd.Timestamp("2026-07-08")


@pytest.mark.parametrize("weeks", range(2, 9))
def test_the_range_is_that_of_students_t_as_scipy_has_it(weeks):
    from scipy.special import stdtrit

    metres = 20_000.0 + 1_000.0 * np.arange(weeks) ** 2
    ends = NOW - pd.to_timedelta(7 * np.arange(weeks)[::-1] + 3, unit="D")
    ends = ends.delete(0).insert(0, NOW - pd.Timedelta(weeks=weeks))  # the first full week begins with a run
    worn = pd.DataFrame({"end": ends, "distance_m": metres})
    left_m = 2_000_000.0
    found = forecast_limit(left_m, worn, NOW, TODAY)
    weekly = np.append(metres[1:], 0.0)
    t = float(stdtrit(weeks - 1, (1 + shoe_wear.COVERAGE) / 2))
    spread = t * weekly.std(ddof=1) * np.sqrt(1 / weeks + weekly.mean() / left_m)
    days = round(7 * left_m / (weekly.mean() + spread))
    assert found.low == TODAY + pd.Timedelta(days=days)
