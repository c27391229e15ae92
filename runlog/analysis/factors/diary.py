"""Compute factors from the diary and of the nights.

An entry counts from its own moment on. A night counts from four in the morning of the day after it on, until
four in the next morning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.factors import base
from runlog.analysis.factors.base import Factor, FactorUnit, WeekSummary
from runlog.i18n import N_

if TYPE_CHECKING:
    from runlog.analysis.history import History

WEEK_DAYS = 7
#: Sports and sub-sports.
STRENGTH = {"strength_training"}
MOBILITY = {"flexibility_training", "mobility", "stretching", "yoga", "pilates"}


def strength_7d(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Days with strength training among the last 7 that are over, logged or recorded.

    Today takes the place of the first of them as soon as there is a session today. Unit: local calendar
    days, 0 to 7. Step: 1. NaN where the diary says nothing of strength in those 7 days and no session was
    recorded. Minutes do not count: they are rarely told.
    """
    done, minutes = history.entries["strength"], history.entries["strength_min"]  # each is an answer
    answers = done.fillna((minutes > 0.0).astype(float).where(minutes.notna()))
    return _days_in_week(history, moments, _known_sessions(history, answers, STRENGTH))


STRENGTH_7D = Factor(
    values=strength_7d,
    label=N_("Strength days of the last 7"),
    family="strength",
    step=1.0,
    step_text=N_("+1 day with strength"),
    each_step=N_("Every further day with strength in 7"),
    unit=FactorUnit.DAYS,
    primary=True,
)


def mobility_7d(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Days with mobility work (stretching, yoga, pilates) among the last 7, counted as for strength.

    Unit: local calendar days, 0 to 7. Step: 1. NaN where the diary says nothing of mobility in those 7
    days and no session was recorded.
    """
    return _days_in_week(history, moments, _known_sessions(history, history.entries["mobility"], MOBILITY))


MOBILITY_7D = Factor(
    values=mobility_7d,
    label=N_("Mobility days of the last 7"),
    family="strength",
    step=1.0,
    step_text=N_("+1 day with mobility work"),
    each_step=N_("Every further day with mobility work in 7"),
    unit=FactorUnit.DAYS,
)


def desk_hours(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Hours at the desk that day, or the day before if that day's are not logged yet.

    Unit: hours of a local calendar day. Step: 1. NaN where neither is told; of several rows of a day the
    latest holds.
    """
    return _latest_answer(history, moments, "desk_hours")


DESK_HOURS = Factor(
    values=desk_hours,
    label=N_("Desk hours"),
    family="desk",
    step=1.0,
    step_text=N_("+1 hour at the desk"),
    each_step=N_("Every further hour at the desk"),
    value_text=N_("{value} hours a day"),
    axis_unit=N_("hours"),
    week_summary=WeekSummary.MEAN,
    primary=True,
)


def posture(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Posture that day, or the day before if that day's is not logged yet.

    Unit: points, 0 slumped to 10 upright. Step: 1. NaN where neither is told; of several rows of a day the
    latest holds.
    """
    return _latest_answer(history, moments, "posture")


POSTURE = Factor(
    values=posture,
    label=N_("Posture"),
    family="desk",
    step=1.0,
    step_text=N_("+1 point towards upright"),
    each_step=N_("Every point more upright"),
    value_text=N_("{value} of 10"),
    axis_unit=N_("0 slumped to 10 upright"),
    week_summary=WeekSummary.MEAN,
    primary=True,
)


def sleep_hours(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Hours asleep in the night before, as the watch or the app says.

    Unit: hours. Step: 1. NaN where nothing is known of that night.
    """
    return _value_of_night(history, moments, "sleep_hours")


SLEEP_HOURS = Factor(
    values=sleep_hours,
    label=N_("Sleep"),
    family="recovery",
    step=1.0,
    step_text=N_("+1 hour of sleep"),
    each_step=N_("Every further hour of sleep"),
    value_text=N_("{value} hours a night"),
    axis_unit=N_("hours"),
    week_summary=WeekSummary.MEAN,
)


def resting_hr(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Resting heart rate of the day after the night before, as the watch or the app says.

    Unit: bpm. Step: 5. NaN where it is not known.
    """
    return _value_of_night(history, moments, "resting_hr")


RESTING_HR = Factor(
    values=resting_hr,
    label=N_("Resting heart rate"),
    family="recovery",
    step=5.0,
    step_text=N_("+5 bpm of resting heart rate"),
    each_step=N_("Every further 5 bpm of resting heart rate"),
    value_text=N_("{value} bpm"),
    axis_unit=N_("bpm"),
    week_summary=WeekSummary.MEAN,
)


def hrv(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Heart rate variability in the night before (RMSSD), as the watch or the app says.

    Unit: ms. Step: 10. NaN where it is not known.
    """
    return _value_of_night(history, moments, "hrv")


HRV = Factor(
    values=hrv,
    label=N_("Heart rate variability"),
    family="recovery",
    step=10.0,
    step_text=N_("+10 ms of heart rate variability"),
    each_step=N_("Every further 10 ms of heart rate variability"),
    value_text=N_("{value} ms"),
    axis_unit=N_("ms"),
    week_summary=WeekSummary.MEAN,
)


def stress(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Stress before the moment's day: a watch's mean of the day before, or the runner's rating in an app.

    Unit: 0 to 100. Step: 10. NaN where it is not known. All values are from one source, a watch if there is
    one, as sources do not count alike.
    """
    return _value_of_night(history, moments, "stress")


STRESS = Factor(
    values=stress,
    label=N_("Stress"),
    family="recovery",
    step=10.0,
    step_text=N_("+10 points of stress"),
    each_step=N_("Every further 10 points of stress"),
    value_text=N_("{value} of 100"),
    axis_unit=N_("0 to 100"),
    week_summary=WeekSummary.MEAN,
)

#: Until then the night before is not over, and its values are not known.
_NIGHT_ENDS_US = 4 * base.HOUR_US


def _value_of_night(history: History, moments: pd.DatetimeIndex, column: str) -> pd.Series[float]:
    nights = history.nights
    day_of_night = base.to_microseconds(pd.DatetimeIndex(nights.index)) // base.DAY_US
    values = pd.Series(nights[column].to_numpy(float), index=day_of_night)
    days = history.clock.days(base.to_microseconds(moments) - _NIGHT_ENDS_US)
    return pd.Series(values.reindex(days).to_numpy(float), index=moments)


def _known_sessions(history: History, answers: pd.Series[float], words: set[str]) -> pd.DataFrame:
    """Return moment, day and done of each answer and each recorded session, in the order of the moments.

    A session counts if its sport or sub-sport is one of these words.
    """
    diary = history.entries[["moment", "day"]].assign(done=answers == 1.0)[answers.notna()]
    others = history.others
    sessions = others[others["sport"].isin(words) | others["sub_sport"].isin(words)]
    recorded = sessions[["end", "day"]].rename(columns={"end": "moment"}).assign(done=True)
    return pd.concat([diary, recorded]).sort_values("moment", kind="stable")


def _days_in_week(history: History, moments: pd.DatetimeIndex, sessions: pd.DataFrame) -> pd.Series[float]:
    """Return on how many of 7 local days it was done, NaN where all are unknown.

    They are the last 7 that are over: a day under way says nothing before it has a session. Then it counts
    instead of the first of them.
    """
    at_us = base.to_microseconds(moments)
    moment, row = base.window_pairs(base.to_microseconds(sessions["moment"]), at_us, WEEK_DAYS + 3)
    today = base.days_under_way(history, at_us)[moment]
    ago = today - base.to_microseconds(sessions["day"])[row] // base.DAY_US
    ago = np.maximum(ago, 0)  # of a traveller who went back a day: today
    pairs = pd.DataFrame({"moment": moment, "ago": ago, "done": sessions["done"].to_numpy(bool)[row]})
    done_today = pairs["moment"][pairs["done"] & (pairs["ago"] == 0)]
    first = np.where(pairs["moment"].isin(done_today), WEEK_DAYS - 1, WEEK_DAYS)
    pairs = pairs[pairs["ago"] <= first]
    known = pairs.groupby("moment").size()
    done = pairs[pairs["done"]].groupby("moment")["ago"].nunique()
    days = done.reindex(known.index, fill_value=0).reindex(np.arange(len(moments)))
    return pd.Series(days.to_numpy(float), index=moments)


def _latest_answer(history: History, moments: pd.DatetimeIndex, column: str) -> pd.Series[float]:
    rows = history.entries[history.entries[column].notna()]
    at_us = base.to_microseconds(moments)
    position = base.index_before(base.to_microseconds(rows["moment"]), at_us)
    day = base.take_at((base.to_microseconds(rows["day"]) // base.DAY_US).astype(float), position)
    recent = history.clock.days(at_us) - day <= 1.0
    values = base.take_at(rows[column].to_numpy(float), position)
    return pd.Series(np.where(recent, values, np.nan), index=moments)
