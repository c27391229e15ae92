"""Factors that the diary tells. What a row tells counts from the row's own moment on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.factors import asof

if TYPE_CHECKING:
    from runlog.analysis.history import History

STRENGTH_DAYS = 7


def strength_7d(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Days with a strength session among the last 7 × 24 hours, from the diary and from recorded sessions.

    Unit: local calendar days. Step: 1. NaN where the diary says nothing of strength in those 7 days
    and no session was recorded.
    """
    told = _strength(history)
    moment, row = asof.within(asof.micros(told["moment"]), asof.micros(moments), STRENGTH_DAYS)
    pairs = told.iloc[row].assign(moment=moment)
    known = pairs.groupby("moment").size()
    done = pairs[pairs["done"]].groupby("moment")["day"].nunique()
    days = done.reindex(known.index, fill_value=0).reindex(np.arange(len(moments)))
    return pd.Series(days.to_numpy(float), index=moments)


def desk_hours(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Hours at the desk on the moment's day, or on the day before where that day's are not told yet.

    Unit: hours. Step: 1. NaN where neither is told.
    """
    return _last_told(history, moments, "desk_hours")


def posture(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Posture on the moment's day, or on the day before where that day's is not told yet.

    Unit: points, 0 slumped to 10 upright. Step: 1. NaN where neither is told.
    """
    return _last_told(history, moments, "posture")


def _strength(history: History) -> pd.DataFrame:
    """Moment, day and whether strength was done then, wherever anything tells it; in order of the moments."""
    entries = history.entries
    done = (entries["strength"] == 1.0) | (entries["strength_min"] > 0.0)
    known = entries["strength"].notna() | entries["strength_min"].notna()
    diary = entries[["moment", "day"]].assign(done=done)[known]
    others = history.others
    sessions = others[(others["kind"] == "habit") & (others["sub_sport"] == "strength_training")]
    recorded = sessions[["end", "day"]].rename(columns={"end": "moment"}).assign(done=True)
    return pd.concat([diary, recorded]).sort_values("moment", kind="stable")


def _last_told(history: History, moments: pd.DatetimeIndex, column: str) -> pd.Series[float]:
    told = history.entries[history.entries[column].notna()]
    at = asof.micros(moments)
    position = asof.last(asof.micros(told["moment"]), at)
    day = asof.pick((asof.micros(told["day"]) // asof.DAY).astype(float), position)
    fresh = asof.local_day(history, at) - day <= 1.0
    values = asof.pick(told[column].to_numpy(float), position)
    return pd.Series(np.where(fresh, values, np.nan), index=moments)
