"""Compute factors that are values of the last run: warm-up, cool-down, shoe and running form.

Only a few columns of running form in ``History.runs`` are factors, as each further question makes every
answer less certain. Step length follows from pace and cadence, vertical oscillation from step length and
vertical ratio. Drifts are no factors: they follow the pace, and who warms up starts slowly, so next to the
drift of the cadence the warm-up itself could not be estimated (r = 0.75 in the sample season).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.analysis.factors import base
from runlog.analysis.shoe_wear import mileage_after_runs
from runlog.analysis.warmup import comparable_answers

if TYPE_CHECKING:
    import pandas as pd

    from runlog.analysis.history import History


def warmup(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Whether the last run had a warm-up, if it ended in the 24 hours before.

    Unit: 1 done, 0 skipped, NaN unknown or no such run. Step: done against skipped. It does not matter when
    the diary told it. Only what the diary and the laps say counts: a stream or a neighbouring activity can
    say "yes", but never "no", and would tell of just the runs of which the diary is silent
    (``warmup.comparable``).
    """
    return _habit_of_recent_run(history, moments, "warmup")


def cooldown(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Whether the last run had a cool-down, if it ended in the 24 hours before.

    Unit: 1 done, 0 skipped, NaN unknown or no such run. Step: done against skipped. It does not matter when
    the diary told it. Only what the diary and the laps say counts: a stream or a neighbouring activity can
    say "yes", but never "no", and would tell of just the runs of which the diary is silent
    (``warmup.comparable``).
    """
    return _habit_of_recent_run(history, moments, "cooldown")


def shoe_km(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Distance on the shoe of the last run, that run included.

    Unit: km, with what the shoe had run before runlog knew it; NaN where it is unknown. Step: 100 km.
    """
    runs = mileage_after_runs(history)
    return base.value_of_last_run(runs, runs["total_m"].to_numpy(float) / 1000.0, moments)


def _habit_of_recent_run(history: History, moments: pd.DatetimeIndex, column: str) -> pd.Series[float]:
    runs = base.runs_by_end(history)
    return base.value_of_recent_run(runs, comparable_answers(runs, column).to_numpy(float), moments)


EVEN_PCT = 50.0


def cadence(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Mean cadence of the last run, if it ended in the 24 hours before.

    Unit: steps per minute, both feet, while running. Step: 5.
    """
    return _column_of_recent_run(history, moments, "avg_cadence_spm")


def stance_time(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Mean ground contact time of the last run, if it ended in the 24 hours before.

    Unit: milliseconds per step. Step: 10. It is shorter at a faster pace.
    """
    return _column_of_recent_run(history, moments, "stance_time_ms")


def stance_imbalance(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """How far from even both feet's ground contact was in the last run, if it ended in the 24 hours before.

    Unit: percentage points from 50, in tenths as watches show it: a mean of finer ones is noise. Towards
    either foot: FIT's profile does not say whose share it is (by convention the left foot's). Step: 1.
    """
    return (_column_of_recent_run(history, moments, "stance_time_balance_pct") - EVEN_PCT).abs().round(1)


def vertical_ratio(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Bounce as a share of the step length in the last run, if it ended in the 24 hours before.

    Unit: percent. Step: 0.5.
    """
    return _column_of_recent_run(history, moments, "vertical_ratio_pct")


def _column_of_recent_run(history: History, moments: pd.DatetimeIndex, column: str) -> pd.Series[float]:
    runs = base.runs_by_end(history)
    return base.value_of_recent_run(runs, runs[column].to_numpy(float), moments)
