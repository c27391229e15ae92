"""Factors of training load. Loads count by local calendar day, from the end of a run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis import load
from runlog.analysis.factors import asof

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.analysis.history import History

WEEK = 7


def acute_load(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Acute load: the daily loads weighted towards the last 7 days (EWMA), today's so far included.

    Unit: that of ``history.load_kind``, per day. Step: 10% of its mean. NaN in the first 7 days.
    """
    return pd.Series(_ewma(history, moments, load.ACUTE_DAYS), index=moments)


def chronic_load(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Chronic load: the daily loads weighted towards the last 28 days (EWMA), today's so far included.

    Unit: that of ``history.load_kind``, per day. Step: 10% of its mean. NaN in the first 28 days.
    """
    return pd.Series(_ewma(history, moments, load.CHRONIC_DAYS), index=moments)


def acwr(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Acute over chronic load, a description and no risk (the ratio is contested).

    Unit: ratio, 1 is a load like that of the last four weeks. Step: 0.1. NaN in the first 28 days.
    """
    return acute_load(history, moments) / chronic_load(history, moments)


def run_spike(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Distance of the last run over the longest run of the 30 days before it.

    Unit: ratio, above 1.1 is a spike (Frandsen 2025). Step: 0.1. NaN where no run lies in those 30 days,
    or none in the 24 hours before the moment.
    """
    runs = asof.ended(history)
    spikes = load.run_spikes(runs["end"], runs["distance_m"])
    return asof.of_fresh_run(runs, spikes.to_numpy(float), moments)


def monotony(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Mean over population SD of the last 7 calendar days' loads, today's so far included.

    Unit: ratio, at most 10. Step: 0.5. NaN where all 7 days are alike and in the first 7 days.
    """
    runs = asof.ended(history)
    at = asof.micros(moments)
    today = asof.local_day(history, at)
    moment, run = asof.within(asof.micros(runs["end"]), at, WEEK + 2)
    ago = today[moment] - asof.micros(runs["day"])[run] // asof.DAY
    inside = (ago >= 0) & (ago < WEEK)
    loads = np.zeros((len(at), WEEK))
    np.add.at(loads, (moment[inside], ago[inside]), runs["load"].to_numpy(float)[run[inside]])
    return pd.Series(np.where(_known(runs, at, today, WEEK), load.monotony(loads), np.nan), index=moments)


def _ewma(history: History, moments: pd.DatetimeIndex, days: int) -> NDArray[np.float64]:
    """``load.ewma`` of the daily loads as of each moment: a run raises it, each day lets it fade."""
    runs = asof.ended(history)
    at = asof.micros(moments)
    today = asof.local_day(history, at)
    run_day = np.maximum.accumulate(asof.micros(runs["day"]) // asof.DAY)
    keep = 1.0 - load.smoothing(days)
    after_run = np.empty(len(runs))
    value = 0.0
    for i, amount in enumerate(runs["load"].to_numpy(float)):
        seeding = run_day[i] == run_day[0]
        faded = value if i == 0 else value * keep ** int(run_day[i] - run_day[i - 1])
        value = faded + (amount if seeding else (1.0 - keep) * amount)
        after_run[i] = value
    position = asof.last(asof.micros(runs["end"]), at)
    days_since = np.maximum(today - asof.pick(run_day.astype(float), position), 0.0)
    values = asof.pick(after_run, position) * keep**days_since
    return np.where(_known(runs, at, today, days), values, np.nan)


def _known(
    runs: pd.DataFrame, at: NDArray[np.int64], today: NDArray[np.int64], days: int
) -> NDArray[np.bool_]:
    """Whether a run had ended by then and the window reaches back no further than the first run's day."""
    if runs.empty:
        return np.zeros(len(at), dtype=bool)
    first_day = asof.micros(runs["day"])[0] // asof.DAY
    begun = asof.micros(runs["end"])[0] <= at
    return np.asarray(begun & (today - first_day >= days - 1))
