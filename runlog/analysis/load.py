"""Training load: the field's formulas on arrays, and the load of each run of a history.

Daily series hold one value per calendar day, rest days 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from runlog.analysis.history import History
    from runlog.settings import Settings

ACUTE_DAYS = 7
CHRONIC_DAYS = 28
FITNESS_DAYS = 42.0
FATIGUE_DAYS = 7.0
MONOTONY_CAP = 10.0
SPIKE_DAYS = 30
KNOWN_SHARE = 0.5  # of the runs must have what a kind of load needs

#: Banister's A and b by sex.
BANISTER = {"male": (0.64, 1.92), "female": (0.86, 1.67)}

RPE_LOAD = "session-RPE (points × min)"
HEART_LOAD = "Banister TRIMP"
DISTANCE_LOAD = "distance (km)"
TIME_LOAD = "time (min)"


def session_rpe(minutes: ArrayLike, rpe: ArrayLike) -> NDArray[np.float64]:
    """Load of a session by the effort felt: CR-10 rating × minutes (Foster 2001). Unit: points × min."""
    return np.asarray(np.asarray(minutes, dtype=float) * np.asarray(rpe, dtype=float))


def banister(
    minutes: ArrayLike,
    heart_rate: ArrayLike,
    *,
    hr_rest: float,
    hr_max: float,
    a: float = 0.64,
    b: float = 1.92,
) -> NDArray[np.float64]:
    """Banister's TRIMP: minutes × r × a·e^(b·r), r the fraction of the heart-rate reserve.

    Args:
        minutes: of exercise.
        heart_rate: its mean, bpm; below rest counts as rest.
        hr_rest: bpm.
        hr_max: bpm, above ``hr_rest``.
        a: .64 for men, .86 for women.
        b: 1.92 for men, 1.67 for women.
    """
    reserve = np.maximum((np.asarray(heart_rate, dtype=float) - hr_rest) / (hr_max - hr_rest), 0.0)
    return np.asarray(minutes, dtype=float) * reserve * a * np.exp(b * reserve)


def edwards(zone_minutes: ArrayLike) -> float:
    """Edwards' TRIMP: minutes in 50–60, 60–70 … 90–100% of the highest heart rate, times 1 … 5."""
    return float(np.asarray(zone_minutes, dtype=float) @ np.arange(1.0, 6.0))


def smoothing(days: int) -> float:
    """λ = 2 / (N + 1) of an exponentially weighted mean over N days (Williams, BJSM 2017;51:209)."""
    return 2.0 / (days + 1.0)


def ewma(daily: ArrayLike, days: int) -> NDArray[np.float64]:
    """Exponentially weighted mean of a daily series, seeded with its first value (Williams 2017).

    Each day λ × today + (1 − λ) × yesterday's mean. Unit: that of the loads, per day.
    """
    return _recursion(daily, smoothing(days), seeded=True)


def acwr_coupled(daily: ArrayLike) -> float:
    """Mean of the last 7 days over that of the last 28 (with those 7). NaN with fewer days or no load."""
    values = np.asarray(daily, dtype=float)
    return _ratio(values[-ACUTE_DAYS:], values[-CHRONIC_DAYS:], len(values))


def acwr_uncoupled(daily: ArrayLike) -> float:
    """Mean of the last 7 days over that of the 21 before them. NaN with fewer days or no load before."""
    values = np.asarray(daily, dtype=float)
    return _ratio(values[-ACUTE_DAYS:], values[-CHRONIC_DAYS:-ACUTE_DAYS], len(values))


def fitness(daily: ArrayLike, tau: float = FITNESS_DAYS) -> NDArray[np.float64]:
    """CTL, or ATL with ``tau`` 7: from 0, each day k = 1 − e^(−1/τ) nearer to its load (GoldenCheetah)."""
    return _recursion(daily, 1.0 - float(np.exp(-1.0 / tau)), seeded=False)


def form(daily: ArrayLike) -> NDArray[np.float64]:
    """TSB: yesterday's CTL − ATL; a value per day (the first is 0) and one for the day after the last."""
    balance = fitness(daily, FITNESS_DAYS) - fitness(daily, FATIGUE_DAYS)
    return np.concatenate([[0.0], balance])


def monotony(week: ArrayLike) -> NDArray[np.float64]:
    """Mean over population SD of seven daily loads, capped at 10; NaN where the SD is 0 (Foster 1998, PMSys).

    Args:
        week: shape (…, 7).
    """
    loads = np.asarray(week, dtype=float)
    mean, spread = loads.mean(axis=-1), loads.std(axis=-1)
    varies = spread > 1e-9 * np.abs(mean)
    ratio = np.divide(mean, spread, out=np.full_like(mean, np.nan), where=varies)
    return np.asarray(np.minimum(ratio, MONOTONY_CAP))


def strain(week: ArrayLike) -> NDArray[np.float64]:
    """The week's sum × its monotony (Foster 1998)."""
    loads = np.asarray(week, dtype=float)
    return np.asarray(loads.sum(axis=-1) * monotony(loads))


def run_spikes(ends: pd.Series[pd.Timestamp], distance_m: pd.Series[float]) -> pd.Series[float]:
    """Each run's distance over the longest run of the 30 days before it (Frandsen, BJSM 2025).

    Args:
        ends: in time order.
        distance_m: of the same runs.

    Returns:
        The ratios; NaN where no distance is known in the 30 days before.
    """
    distance = pd.Series(distance_m.to_numpy(float), index=pd.DatetimeIndex(ends))
    longest = distance.rolling(f"{SPIKE_DAYS}D", closed="left", min_periods=1).max()
    ratio = distance / longest.where(longest > 0)
    return pd.Series(ratio.to_numpy(), index=distance_m.index)


def session_loads(runs: pd.DataFrame, settings: Settings) -> tuple[pd.Series[float], str, str]:
    """The load of each run, all of one kind.

    The kind is the first of session-RPE, Banister's TRIMP (of the mean heart rate) and distance that at
    least half of the runs have. The others are put on that scale by the runner's own median ratio to
    the distance or, where there is none, to the time. Kind and ratio are those of the whole series:
    they are its unit, not values of a moment.

    Args:
        runs: with duration_s, moving_s, distance_m, avg_hr and rpe.
        settings: with the limits of the heart rate.

    Returns:
        The loads, their kind for people, and a note on what was converted ("" if nothing was).
    """
    minutes = runs["moving_s"].fillna(runs["duration_s"]) / 60.0
    km = (runs["distance_m"] / 1000.0).where(runs["distance_m"] > 0)
    kinds = {
        RPE_LOAD: pd.Series(session_rpe(minutes, runs["rpe"]), index=runs.index),
        HEART_LOAD: _heart_loads(runs, minutes, settings),
        DISTANCE_LOAD: km,
    }
    kind = next((kind for kind, loads in kinds.items() if loads.notna().mean() >= KNOWN_SHARE), TIME_LOAD)
    loads = kinds.get(kind, minutes)
    per_minute = (loads / minutes.where(minutes > 0)).median()
    converted = loads.fillna(km * (loads / km).median()).fillna(minutes * per_minute)
    return converted, kind, _note(kind, int(loads.isna().sum()), len(runs))


def daily(history: History) -> pd.Series[float]:
    """Load per local calendar day, from the first run's day to the last run's, rest days 0.

    Unit: that of ``history.load_kind``.
    """
    total = history.runs.groupby("day")["load"].sum()
    if total.empty:
        return total
    return total.reindex(pd.date_range(total.index[0], total.index[-1], freq="D", name="day"), fill_value=0.0)


def _heart_loads(runs: pd.DataFrame, minutes: pd.Series[float], settings: Settings) -> pd.Series[float]:
    rest, highest, sex = settings.hr_rest, settings.hr_max, settings.sex
    if rest is None or highest is None or sex is None or highest <= rest:
        return pd.Series(np.nan, index=runs.index)
    a, b = BANISTER[sex]
    trimp = banister(minutes, runs["avg_hr"], hr_rest=rest, hr_max=highest, a=a, b=b)
    return pd.Series(trimp, index=runs.index)


def _note(kind: str, missing: int, runs: int) -> str:
    if missing == 0:
        return ""
    return (
        f"{missing} of {runs} runs lack what {kind} needs; they were put on its scale by your own median "
        "ratio to distance, or to time where the distance is unknown."
    )


def _recursion(daily: ArrayLike, weight: float, *, seeded: bool) -> NDArray[np.float64]:
    values = np.asarray(daily, dtype=float)
    means = np.empty_like(values)
    mean = 0.0
    for i, value in enumerate(values):
        mean = value if seeded and i == 0 else mean + weight * (value - mean)
        means[i] = mean
    return means


def _ratio(acute: NDArray[np.float64], chronic: NDArray[np.float64], days: int) -> float:
    if days < CHRONIC_DAYS or chronic.mean() == 0:
        return float("nan")
    return float(acute.mean() / chronic.mean())
