"""Compute factors of the runs by themselves: habits, shoe and form of the last one, and how routes repeat.

Only a few columns of running form in ``History.runs`` are factors, as each further question makes every
answer less certain. Step length follows from pace and cadence, vertical oscillation from step length and
vertical ratio. Drifts are no factors: they follow the pace, and who warms up starts slowly, so next to the
drift of the cadence the warm-up itself could not be estimated (r = 0.75 in the sample season).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis import routes
from runlog.analysis.factors import base
from runlog.analysis.factors.base import Factor, FactorUnit, WeekSummary
from runlog.analysis.shoe_wear import mileage_after_runs
from runlog.analysis.warmup import comparable_answers
from runlog.i18n import N_

if TYPE_CHECKING:
    from runlog.analysis.history import History


def warmup(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Whether the last run had a warm-up, if it ended in the 24 hours before.

    Unit: 1 done, 0 skipped, NaN unknown or no such run. Step: done against skipped. It does not matter when
    the diary was written. Only the diary and the laps count: a stream or a neighbouring activity can say
    "yes", but never "no", and speaks only of runs that the diary leaves out (``comparable_answers``).
    """
    return _habit_of_recent_run(history, moments, "warmup")


WARMUP = Factor(
    values=warmup,
    label=N_("Warm-up"),
    family="habits",
    step=1.0,
    step_text=N_("done against skipped"),
    each_step=N_("Runs with a warm-up"),
    unit=FactorUnit.HABIT,
    week_summary=WeekSummary.MEAN,
    primary=True,
    last_run_only=True,
)


def cooldown(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Whether the last run had a cool-down, if it ended in the 24 hours before.

    Unit: 1 done, 0 skipped, NaN unknown or no such run. Step: done against skipped. It is known from the
    same sources as the warm-up.
    """
    return _habit_of_recent_run(history, moments, "cooldown")


COOLDOWN = Factor(
    values=cooldown,
    label=N_("Cool-down"),
    family="habits",
    step=1.0,
    step_text=N_("done against skipped"),
    each_step=N_("Runs with a cool-down"),
    unit=FactorUnit.HABIT,
    week_summary=WeekSummary.MEAN,
    primary=True,
    last_run_only=True,
)


def _habit_of_recent_run(history: History, moments: pd.DatetimeIndex, column: str) -> pd.Series[float]:
    runs = base.runs_by_end(history)
    return base.value_of_recent_run(runs, comparable_answers(runs, column).to_numpy(float), moments)


def shoe_km(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Distance on the shoe of the last run, that run included.

    Unit: km, with what the shoe had run before runlog knew it; NaN where it is unknown. Step: 100 km
    (shown as 50 mi to runners who use miles).
    """
    runs = mileage_after_runs(history)
    return base.value_of_last_run(runs, runs["total_m"].to_numpy(float) / 1000.0, moments)


SHOE_KM = Factor(
    values=shoe_km,
    label=N_("Shoe distance"),
    family="shoes",
    step=100.0,
    step_mi=50.0,
    step_text=N_("+{distance} on the shoe"),
    each_step=N_("Every {distance} on the shoe"),
    value_text=N_("{value} on the shoe of your last run"),
    unit=FactorUnit.DISTANCE,
    primary=True,
)


EVEN_PCT = 50.0


def cadence(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Mean cadence of the last run, if it ended in the 24 hours before.

    Unit: steps per minute, both feet, while running. Step: 5.
    """
    return _column_of_recent_run(history, moments, "avg_cadence_spm")


CADENCE = Factor(
    values=cadence,
    label=N_("Cadence"),
    family="form",
    step=5.0,
    step_text=N_("+5 steps/min"),
    each_step=N_("A cadence 5 steps a minute higher"),
    value_text=N_("{value} steps a minute"),
    axis_unit=N_("steps/min"),
    last_run_only=True,
)


def stance_time(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Mean ground contact time of the last run, if it ended in the 24 hours before.

    Unit: milliseconds per step. Step: 10. It is shorter at a faster pace.
    """
    return _column_of_recent_run(history, moments, "stance_time_ms")


STANCE_TIME = Factor(
    values=stance_time,
    label=N_("Ground contact time"),
    family="form",
    step=10.0,
    step_text=N_("+10 ms on the ground"),
    each_step=N_("Every 10 ms more on the ground"),
    value_text=N_("{value} ms on the ground"),
    axis_unit=N_("ms"),
    last_run_only=True,
)


def stance_imbalance(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """How far from even both feet's ground contact was in the last run, if it ended in the 24 hours before.

    Unit: percentage points from 50, in tenths as watches show it: a mean of finer ones is noise. Towards
    either foot: FIT's profile does not say whose share it is (by convention the left foot's). Step: 1.
    """
    return (_column_of_recent_run(history, moments, "stance_time_balance_pct") - EVEN_PCT).abs().round(1)


STANCE_IMBALANCE = Factor(
    values=stance_imbalance,
    label=N_("Ground contact imbalance"),
    family="form",
    step=1.0,
    step_text=N_("+1 percentage point from even"),
    each_step=N_("Every percentage point more between the feet's times on the ground"),
    value_text=N_("{value} percentage points from even"),
    axis_unit=N_("percentage points from even"),
    last_run_only=True,
)


def vertical_ratio(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Bounce as a share of the step length in the last run, if it ended in the 24 hours before.

    Unit: percent. Step: 0.5.
    """
    return _column_of_recent_run(history, moments, "vertical_ratio_pct")


VERTICAL_RATIO = Factor(
    values=vertical_ratio,
    label=N_("Vertical ratio"),
    family="form",
    step=0.5,
    step_text=N_("+0.5 percentage points of bounce"),
    each_step=N_("Every 0.5 percentage points more bounce for the step length"),
    value_text=N_("{value}% of the step length"),
    axis_unit=N_("%"),
    last_run_only=True,
)


def _column_of_recent_run(history: History, moments: pd.DatetimeIndex, column: str) -> pd.Series[float]:
    runs = base.runs_by_end(history)
    return base.value_of_recent_run(runs, runs[column].to_numpy(float), moments)


def route_share(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Share of your runs with a route in the last 28 days that were on the most used one.

    Runs without a route (treadmill, no positions) do not count.

    Unit: 0 to 1; NaN without any such run. Step: 0.1 (10 percentage points).
    """
    runs = _runs_with_route(history)
    codes, _ = pd.factorize(runs["route"])
    moment, run = base.window_pairs(
        base.to_microseconds(runs["end"]), base.to_microseconds(moments), routes.SHARE_DAYS
    )
    pairs = pd.DataFrame({"moment": moment, "route": codes[run]})
    count = pairs.groupby(["moment", "route"]).size().groupby("moment")
    share = (count.max() / count.sum()).reindex(np.arange(len(moments)))
    return pd.Series(share.to_numpy(float), index=moments)


ROUTE_SHARE = Factor(
    values=route_share,
    label=N_("Route share"),
    family="routes",
    step=0.1,
    step_text=N_("+10 percentage points of runs on one route"),
    each_step=N_("Every 10 percentage points more of your runs on one route"),
    value_text=N_("{value} of your runs on one route"),
    unit=FactorUnit.SHARE,
    primary=True,
)


def route_streak(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """How many runs in a row were on one route, up to the last run with a route.

    Unit: runs, 1 or more; NaN before the first. Step: 1.
    """
    runs = _runs_with_route(history)
    position = base.index_before(base.to_microseconds(runs["end"]), base.to_microseconds(moments))
    return pd.Series(
        base.take_at(routes.streak_lengths(runs["route"]).to_numpy().astype(float), position), index=moments
    )


ROUTE_STREAK = Factor(
    values=route_streak,
    label=N_("Runs in a row on one route"),
    family="routes",
    step=1.0,
    step_text=N_("+1 run in a row"),
    each_step=N_("Every further run in a row on one route"),
    value_text=N_("{value} in a row on one route"),
    unit=FactorUnit.RUNS,
    per_run=True,
)


def _runs_with_route(history: History) -> pd.DataFrame:
    runs = base.runs_by_end(history)
    return runs[runs["route"].notna()]
