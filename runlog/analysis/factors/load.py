"""Compute factors of training load. A run counts on its local calendar day, from its end on.

At the end of a day each has the value of the daily series (``load.daily_metrics``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from runlog.analysis import load_formulas
from runlog.analysis.factors import base
from runlog.analysis.factors.base import Factor, FactorUnit, WeekSummary
from runlog.analysis.load import FIRST_FULL_DAY, activity_evidence, daily_loads, known_stretches, run_spikes
from runlog.i18n import N_

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.analysis.history import History


def acute_load(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Acute load: the daily loads weighted towards the last 7 days (EWMA), today's so far included.

    Unit: that of ``history.load_kind``, per day. Step: 10% of its mean. NaN in the first 7 days of a log,
    and after a silence in which nobody kept it.
    """
    return pd.Series(_ewma_at(history, moments, load_formulas.ACUTE_DAYS), index=moments)


ACUTE_LOAD = Factor(
    values=acute_load,
    label=N_("Acute load (7 days)"),
    family="load",
    step=0.1,
    relative=True,
    step_text=N_("+10% acute load"),
    each_step=N_("Every 10% more load in 7 days"),
    value_text=N_("{value} a day"),
    unit=FactorUnit.LOAD,
    primary=True,
)


def chronic_load(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Chronic load: the daily loads weighted towards the last 28 days (EWMA), today's so far included.

    Unit: that of ``history.load_kind``, per day. Step: 10% of its mean. NaN in the first 28 days of a log,
    and after a silence in which nobody kept it.
    """
    return pd.Series(_ewma_at(history, moments, load_formulas.CHRONIC_DAYS), index=moments)


CHRONIC_LOAD = Factor(
    values=chronic_load,
    label=N_("Chronic load (28 days)"),
    family="load",
    step=0.1,
    relative=True,
    step_text=N_("+10% chronic load"),
    each_step=N_("Every 10% more load in 28 days"),
    value_text=N_("{value} a day"),
    unit=FactorUnit.LOAD,
)


def acwr(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Acute over chronic load, a description and no risk (the ratio is contested).

    Unit: ratio, 1 is a load like that of the last four weeks. Step: 0.1. NaN where the chronic load is.
    """
    acute, chronic = (
        _ewma_at(history, moments, days) for days in (load_formulas.ACUTE_DAYS, load_formulas.CHRONIC_DAYS)
    )
    return pd.Series(load_formulas.safe_ratio(acute, chronic), index=moments)


ACWR = Factor(
    values=acwr,
    label=N_("Acute over chronic load"),
    family="load",
    step=0.1,
    step_text=N_("+0.1 in the ratio"),
    each_step=N_("Every 0.1 more of acute over chronic load"),
)


def run_spike(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Distance of the last run over the longest run of the 30 days before it.

    Unit: ratio, above 1.1 is a spike (Frandsen 2025). Step: 0.1. NaN where the log was not kept for those
    30 days or has fewer than three runs in them, and without a run in the 24 hours before the moment.
    """
    return base.value_of_recent_run(base.runs_by_end(history), run_spikes(history).to_numpy(float), moments)


RUN_SPIKE = Factor(
    values=run_spike,
    label=N_("Single-run spike"),
    family="load",
    step=0.1,
    step_text=N_("+10% over the longest of 30 days"),
    each_step=N_("Every 10% more than the longest run of 30 days"),
    value_text=N_("{value} the longest run of 30 days"),
    axis_unit=N_("times the longest run of 30 days"),
    unit=FactorUnit.RATIO,
    week_summary=WeekSummary.MAX,
    primary=True,
    last_run_only=True,
)


def monotony(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Mean over population SD of the last 7 calendar days' loads, today's so far included.

    Unit: ratio, at most 10. Step: 0.5. NaN where all 7 days are alike, in the first 7 days of a log, and
    after a silence in which nobody kept it.
    """
    log = _log_state(history, moments)
    first, full = _daily_series(history)
    days = log.today[:, None] - np.arange(load_formulas.WEEK_DAYS)[::-1]
    loads = np.where(days < log.last_day[:, None], _take_inside(full, days - first), 0.0)
    loads = np.where(days == log.last_day[:, None], log.load_of_last_day[:, None], loads)
    known = log.stretch_days >= FIRST_FULL_DAY["monotony"]
    return pd.Series(np.where(known, load_formulas.monotony(loads), np.nan), index=moments)


MONOTONY = Factor(
    values=monotony,
    label=N_("Monotony"),
    family="load",
    step=0.5,
    step_text=N_("+0.5 monotony"),
    each_step=N_("Every 0.5 more monotony (days that are more alike)"),
)


#: Sentinel for "no such day".
NEVER = -1_000_000


class _LogState(NamedTuple):
    """State of the log at each moment; days are counted from 1970.

    Attributes:
        today: the local day of the moment.
        last_day: the last day with a run, activity or entry.
        stretch_start: the first run's day of the unbroken stretch.
        load_of_last_day: so far.
        stretch_days: length of the stretch, today included; -1 where today is not known to be in one.
    """

    today: NDArray[np.int64]
    last_day: NDArray[np.int64]
    stretch_start: NDArray[np.int64]
    load_of_last_day: NDArray[np.float64]
    stretch_days: NDArray[np.int64]


def _log_state(history: History, moments: pd.DatetimeIndex) -> _LogState:
    table = activity_evidence(history)
    at = base.to_microseconds(moments)
    position = base.index_before(base.to_microseconds(table["moment"]), at)
    so_far = table.groupby("day")["load"].cumsum().to_numpy(float)
    last_day, stretch_start = (_day_numbers(table[name], position) for name in ("day", "stretch_start"))
    today = np.maximum(history.clock.days(at), last_day)
    known = (stretch_start != NEVER) & (today - last_day <= history.settings.silence_days)
    return _LogState(
        today,
        last_day,
        stretch_start,
        base.take_at(so_far, position),
        np.where(known, today - stretch_start + 1, -1),
    )


def _ewma_at(history: History, moments: pd.DatetimeIndex, days: int) -> NDArray[np.float64]:
    """Return ``load_formulas.ewma`` as of each moment.

    It is made of the mean of the day before the last, the load of the last day so far, and days of rest.
    """
    log = _log_state(history, moments)
    first, means = _daily_series(history, days)
    weight = load_formulas.smoothing_factor(days)
    before = _take_inside(means, log.last_day - 1 - first)
    with_load = np.where(
        log.last_day == log.stretch_start,
        log.load_of_last_day,
        before + weight * (log.load_of_last_day - before),
    )
    faded = with_load * (1.0 - weight) ** (log.today - log.last_day)
    return np.where(log.stretch_days >= days, faded, np.nan)


def _daily_series(history: History, days: int | None = None) -> tuple[int, NDArray[np.float64]]:
    """Return the first day of the log and the load of every day, or its mean over so many days."""
    loads = daily_loads(history)
    if loads.empty:
        return 0, np.asarray(loads, dtype=float)
    values = loads.copy()
    if days is not None:
        for stretch in known_stretches(loads):
            values[stretch.index] = load_formulas.ewma(stretch, days)
    return (loads.index[0] - pd.Timestamp(0)).days, np.asarray(values, dtype=float)


def _day_numbers(days: pd.Series[pd.Timestamp], position: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the days at the positions, counted from 1970; ``NEVER`` for NaT and position -1."""
    number = ((days - pd.Timestamp(0)) / pd.Timedelta(days=1)).fillna(NEVER)
    return np.append(number, NEVER)[position].astype(np.int64)


def _take_inside(values: NDArray[np.float64], position: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the values at the positions, NaN outside."""
    inside = (position >= 0) & (position < len(values))
    return np.append(values, np.nan)[np.where(inside, position, len(values))]
