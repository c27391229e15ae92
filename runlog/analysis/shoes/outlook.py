"""When a pair comes to its limit if it goes on to be used as in the last weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

USE_WEEKS = 8
COVERAGE = 0.8
FORESEEABLE_WEEKS = 520

_WEEK_S = 7 * 86_400


class Outlook(NamedTuple):
    """The day on which the limit is expected, and the range of it; NaT where that cannot be told."""

    expected: object = pd.NaT
    low: object = pd.NaT
    high: object = pd.NaT


def when_reached(left_m: float, worn: pd.DataFrame, now: pd.Timestamp) -> Outlook:
    """The day of the limit, and the earliest and the latest that it may well be.

    The rate is that of the last 8 weeks, or of the whole weeks since the pair was first worn where
    those are fewer. The range holds 8 times of 10 if weeks go on to differ as much as those did: with
    m and s their mean and standard deviation, n their number, k the weeks to go and t the 90 % point of
    Student's distribution with n - 1 degrees of freedom, left / (m ± t · s · √(1/n + 1/k)).

    Args:
        left_m: metres to the limit, above 0.
        worn: the runs in the pair up to now, at least one: end, distance_m, utc_offset_s.
        now: aware.
    """
    weekly = _weekly_m(worn, now)
    today = (now.tz_localize(None) + pd.Timedelta(seconds=worn["utc_offset_s"].iloc[-1])).normalize()
    mean, weeks = weekly.mean(), len(weekly)
    spread = np.inf
    if weeks > 1:
        spread = _t(weeks - 1) * weekly.std(ddof=1) * np.sqrt(1.0 / weeks + mean / left_m)
    return Outlook(*(_day_after(today, left_m, rate) for rate in (mean, mean + spread, mean - spread)))


def _weekly_m(worn: pd.DataFrame, now: pd.Timestamp) -> NDArray[np.float64]:
    """The metres of each of the last weeks, the latest first, as many as the pair was worn for in full."""
    weeks_ago = (now - worn["end"]).dt.total_seconds().to_numpy(float) / _WEEK_S
    weeks = max(1, min(USE_WEEKS, int(weeks_ago.max())))
    recent = weeks_ago < weeks
    metres = worn["distance_m"].fillna(0.0).to_numpy(float)
    return np.bincount(weeks_ago[recent].astype(int), metres[recent], minlength=weeks).astype(float)


def _t(degrees: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + COVERAGE) / 2))


def _day_after(today: pd.Timestamp, left_m: float, weekly_m: float) -> object:
    weeks = left_m / weekly_m if 0 < weekly_m < np.inf else np.inf
    return today + pd.Timedelta(days=round(7 * weeks)) if weeks < FORESEEABLE_WEEKS else pd.NaT
