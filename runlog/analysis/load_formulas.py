"""Compute the field's formulas of training load, on arrays, each with its unit and source.

A daily series holds one value per calendar day, 0 on days of rest; the results hold one value per day too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from runlog.model import Floats

ACUTE_DAYS = 7
CHRONIC_DAYS = 28
FITNESS_DAYS = 42
FATIGUE_DAYS = 7
WEEK_DAYS = 7
MONOTONY_CAP = 10.0

#: Banister's A and b by sex.
BANISTER = {"male": (0.64, 1.92), "female": (0.86, 1.67)}

#: Edwards' zones are tenths of the highest heart rate from 50% on.
EDWARDS_ZONES = 5


def session_rpe(minutes: ArrayLike, rpe: ArrayLike) -> Floats:
    """Return a session's load by effort felt: CR-10 rating × minutes (Foster 2001). Unit: points × min.

    Both are of the whole session, breaks included; the rating is 0 to 10.
    """
    return np.asarray(np.asarray(minutes, dtype=float) * np.asarray(rpe, dtype=float))


def banister_trimp(
    minutes: ArrayLike,
    heart_rate: ArrayLike,
    *,
    hr_rest: float,
    hr_max: float,
    a: float = 0.64,
    b: float = 1.92,
) -> Floats:
    """Return Banister's TRIMP: minutes × r × a·e^(b·r), r the share of heart-rate reserve (Banister 1991).

    Because it bends upwards, that of a mean heart rate is less than the sum over the seconds.

    Args:
        minutes: of exercise.
        heart_rate: mean, bpm; below rest counts as rest, above the highest as the highest.
        hr_rest: bpm.
        hr_max: bpm, above ``hr_rest``.
        a: .64 for men, .86 for women.
        b: 1.92 for men, 1.67 for women.

    Returns:
        TRIMP, of the same shape.
    """
    reserve = np.clip((np.asarray(heart_rate, dtype=float) - hr_rest) / (hr_max - hr_rest), 0.0, 1.0)
    return np.asarray(minutes, dtype=float) * reserve * a * np.exp(b * reserve)


def edwards_zone(heart_rate: ArrayLike, *, hr_max: float) -> NDArray[np.int64]:
    """Return Edwards' zone of a heart rate: 1 from 50% of the highest on … 5 from 90% on, 0 below."""
    tenths = np.floor(10.0 * np.asarray(heart_rate, dtype=float) / hr_max)
    return np.clip(tenths - 4.0, 0, EDWARDS_ZONES).astype(np.int64)


def edwards_trimp(zone_minutes: ArrayLike) -> Floats:
    """Return Edwards' TRIMP (1993): minutes (…, 5) in 50–60, … 90–100% of the top heart rate, times 1 … 5."""
    return np.asarray(np.asarray(zone_minutes, dtype=float) @ np.arange(1.0, EDWARDS_ZONES + 1))


def smoothing_factor(days: int) -> float:
    """Return λ = 2 / (N + 1) of an exponentially weighted mean over N days (Williams, BJSM 2017;51:209)."""
    return 2.0 / (days + 1.0)


def ewma(daily: ArrayLike, days: int) -> Floats:
    """Return the exponentially weighted mean of a daily series from its first value on (Williams 2017).

    Each day λ × today + (1 − λ) × yesterday's mean. Unit: that of the loads, per day.
    """
    return _exponential_mean(np.asarray(daily, dtype=float), smoothing_factor(days))


def trailing_windows(daily: ArrayLike, days: int) -> Floats:
    """Return the last days of each day, itself included: shape (n, days), NaN before the first day."""
    values = np.asarray(daily, dtype=float)
    led = np.concatenate([np.full(days, np.nan), values])
    return np.lib.stride_tricks.sliding_window_view(led, days)[1:]


def acwr_coupled(daily: ArrayLike) -> Floats:
    """Return the mean of the last 7 days over that of the last 28 (with those 7); no unit (Gabbett 2016).

    NaN in the first 27 days and where there is no load.
    """
    month = trailing_windows(daily, CHRONIC_DAYS)
    return safe_ratio(month[:, -ACUTE_DAYS:].mean(axis=1), month.mean(axis=1))


def acwr_uncoupled(daily: ArrayLike) -> Floats:
    """Return the mean of the last 7 days over that of the 21 before them; no unit (Lolli 2019).

    NaN in the first 27 days and where there is no load before.
    """
    month = trailing_windows(daily, CHRONIC_DAYS)
    return safe_ratio(month[:, -ACUTE_DAYS:].mean(axis=1), month[:, :-ACUTE_DAYS].mean(axis=1))


def fitness(daily: ArrayLike, tau: float = FITNESS_DAYS) -> Floats:
    """Return CTL, or ATL with ``tau`` 7: from 0, each day 1 − e^(−1/τ) nearer to its load (GoldenCheetah).

    Unit: that of the loads, per day.
    """
    from_zero = np.concatenate([[0.0], np.asarray(daily, dtype=float)])
    return _exponential_mean(from_zero, 1.0 - float(np.exp(-1.0 / tau)))[1:]


def training_stress_balance(daily: ArrayLike) -> Floats:
    """Return TSB, yesterday's CTL − ATL, per day (the first is 0) and for the day after the last.

    Unit: that of the loads, per day; below 0 the last week was harder than the last six.
    """
    balance = fitness(daily, FITNESS_DAYS) - fitness(daily, FATIGUE_DAYS)
    return np.concatenate([[0.0], balance])


def monotony(week: ArrayLike) -> Floats:
    """Return mean over population SD of seven loads, at most 10; NaN if the SD is 0 (Foster 1998, PMSys).

    The shape is (…, 7); a week with an unknown day gives NaN.
    """
    loads = np.asarray(week, dtype=float)
    mean, spread = loads.mean(axis=-1), loads.std(axis=-1)
    varies = spread > 1e-9 * np.abs(mean)
    ratio = np.divide(mean, spread, out=np.full_like(mean, np.nan), where=varies)
    return np.asarray(np.minimum(ratio, MONOTONY_CAP))


def strain(week: ArrayLike) -> Floats:
    """Return the week's sum × its monotony (Foster 1998). Unit: that of the loads."""
    loads = np.asarray(week, dtype=float)
    return np.asarray(loads.sum(axis=-1) * monotony(loads))


def safe_ratio(above: Floats, below: Floats) -> Floats:
    """Return one series over another; NaN where the other is 0 or unknown."""
    return np.divide(above, below, out=np.full_like(below, np.nan), where=below > 0)


def _exponential_mean(values: Floats, weight: float) -> Floats:
    return pd.Series(values).ewm(alpha=weight, adjust=False).mean().to_numpy(float)
