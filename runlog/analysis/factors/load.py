"""Compute factors of training load. A run counts on its local calendar day, from its end on.

At the end of a day each has the value of the daily series (``load.daily_metrics``). The time of day moves
none of them: a day that is not over is no day of rest yet, so its runs can raise a load but not lower it.
"""

from __future__ import annotations

from functools import lru_cache
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
    from runlog.model import Floats


def acute_load(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Acute load: mean daily load, weighted towards the last 7 days; today can only raise it.

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
    of_session_load=True,
)


def chronic_load(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Chronic load: mean daily load, weighted towards the last 28 days; today can only raise it.

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
    of_session_load=True,
)


def acwr(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Acute over chronic load; a description, not a risk (the ratio is contested).

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
    of_session_load=True,
)


def run_spike(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Distance of the last run, divided by that of the longest run of the 30 days before it.

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
    """How alike the last 7 days were: the mean of their loads over the spread.

    The spread is the population SD, the days are calendar days that are over. Today takes the place of the
    first of them once its runs make at least that day's load. Unit: ratio, at most 10. Step: 0.5. NaN, as
    undefined, where all 7 days are alike; in the first 7 days of a log, and after a silence in which nobody
    kept it.
    """
    log = _log_state(history, moments)
    first, full = _daily_series(history)
    days = log.today[:, None] - np.arange(load_formulas.WEEK_DAYS + 1)[::-1]
    loads = np.where(days < log.last_day[:, None], _take_inside(full, days - first), 0.0)
    loads = np.where(days == log.last_day[:, None], log.load_of_last_day[:, None], loads)
    with_today = (loads[:, -1] >= loads[:, 0])[:, None]
    week = np.where(with_today, loads[:, 1:], loads[:, :-1])
    known = log.finished_days >= FIRST_FULL_DAY["monotony"]
    return pd.Series(np.where(known, load_formulas.monotony(week), np.nan), index=moments)


MONOTONY = Factor(
    values=monotony,
    label=N_("Monotony"),
    family="load",
    step=0.5,
    step_text=N_("+0.5 monotony"),
    each_step=N_("Every 0.5 more monotony (days that are more alike)"),
    of_session_load=True,
    undefined_text=N_("It is undefined where the loads of seven days are exactly alike."),
)


#: Sentinel for "no such day".
NEVER = -1_000_000


class _LogState(NamedTuple):
    """State of the log at each moment; days are counted from 1970."""

    today: NDArray[np.int64]  # the local day under way; in the last minute of a day, which is over, the next
    last_day: NDArray[np.int64]  # the last day with a run, activity or entry
    stretch_start: NDArray[np.int64]  # the first run's day of the unbroken stretch
    load_of_last_day: Floats  # so far
    # number of the days of the stretch that are over; -1 where the last of them is not known to be in one
    finished_days: NDArray[np.int64]


def _log_state(history: History, moments: pd.DatetimeIndex) -> _LogState:
    table = activity_evidence(history)
    at = base.to_microseconds(moments)
    position = base.index_before(base.to_microseconds(table["moment"]), at)
    last_day, stretch_start = (np.append(days, NEVER)[position] for days in _days_of_evidence(history))
    today = np.maximum(base.days_under_way(history, at), last_day)
    known = (stretch_start != NEVER) & (today - 1 - last_day <= history.settings.silence_days)
    return _LogState(
        today,
        last_day,
        stretch_start,
        base.take_at(_loads_so_far(history), position),
        np.where(known, today - stretch_start, -1),
    )


def _ewma_at(history: History, moments: pd.DatetimeIndex, days: int) -> Floats:
    """Return ``load_formulas.ewma`` as of each moment.

    It is made of the mean of the day before the last with evidence, the load of that day so far, and the
    days of rest that are over since. As long as that last day is under way, it can only raise the mean.
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
    rest_days = log.today - 1 - log.last_day
    mean = np.where(rest_days < 0, np.maximum(with_load, before), with_load * (1.0 - weight) ** rest_days)
    return np.where(log.finished_days >= days, mean, np.nan)


@lru_cache(maxsize=8)  # three factors ask for each mean
def _daily_series(history: History, days: int | None = None) -> tuple[int, Floats]:
    """Return the first day of the log and the load of every day, or its mean over so many days.

    The array is not to be changed.
    """
    loads = daily_loads(history)
    if loads.empty:
        return 0, np.asarray(loads, dtype=float)
    values = loads.copy()
    if days is not None:
        for stretch in known_stretches(loads):
            values[stretch.index] = load_formulas.ewma(stretch, days)
    return (loads.index[0] - pd.Timestamp(0)).days, np.asarray(values, dtype=float)


@lru_cache(maxsize=4)
def _days_of_evidence(history: History) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return day and stretch_start of ``activity_evidence``, counted from 1970; ``NEVER`` for NaT."""
    table = activity_evidence(history)
    day, start = (
        ((table[name] - pd.Timestamp(0)) / pd.Timedelta(days=1)).fillna(NEVER).to_numpy().astype(np.int64)
        for name in ("day", "stretch_start")
    )
    return day, start


@lru_cache(maxsize=4)
def _loads_so_far(history: History) -> Floats:
    """Return the load of the day up to each row of ``activity_evidence``."""
    return activity_evidence(history).groupby("day")["load"].cumsum().to_numpy(float)


def _take_inside(values: Floats, position: NDArray[np.int64]) -> Floats:
    """Return the values at the positions, NaN outside."""
    inside = (position >= 0) & (position < len(values))
    return np.append(values, np.nan)[np.where(inside, position, len(values))]
