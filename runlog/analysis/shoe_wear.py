"""Compute each pair's mileage, when it will reach its limit, and its share of the running.

This is the one place that counts mileage: what the pair had run before runlog knew it, plus each run in it,
from the end of that run on, also while it is retired. A run of unknown distance adds nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from runlog.analysis.distributions import t_quantile

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.model import Floats

RECENT_DAYS = 28
#: Fewer runs in a row do not show a rotation.
_MIN_IN_A_ROW = 5
_DAY = "datetime64[us]"
_SHOE_COLUMNS = {
    "km": "float64",
    "runs": "int64",
    **dict.fromkeys(("limit_km", "left_km"), "float64"),
    **dict.fromkeys(("from_date", "retired"), _DAY),
    "default": "bool",
    **dict.fromkeys(("expected", "expected_low", "expected_high"), _DAY),
    **dict.fromkeys(("share_28d", "share_8w"), "float64"),
    "only_since": _DAY,
}


def shoe_table(history: History, now: datetime | None = None) -> pd.DataFrame:
    """Return each pair's mileage, when it will reach its limit, and its share of the running.

    Args:
        history: of which the runs that had ended by now count.
        now: aware; None is the end of the last run.

    Returns:
        A row per pair: name, km, runs, limit_km, left_km, from_date, retired, default, expected,
        expected_low, expected_high (naive days, as ``forecast_limit`` returns them; NaT for a retired or
        unused pair, low and high also where two weeks are not known yet; for a pair over its limit the day on
        which it passed it, NaT where it had before its first run here), share_28d and share_8w (of all
        runs of the last 28 days and 8 weeks; NaN without any), only_since (of the one pair that all
        runs of 28 days were in, at least 5: the day of the first of its runs in a row).
    """
    moment = history.runs["end"].max() if now is None else pd.Timestamp(now).tz_convert("UTC")
    today = pd.Timestamp(history.clock.day(moment)) if pd.notna(moment) else moment
    ended = history.runs[history.runs["end"] <= moment]
    totals = mileage_after_runs(history).loc[lambda runs: runs["end"] <= moment]
    runs_of = totals.groupby("shoe").indices
    shares = [_usage_shares(ended, moment, days) for days in (RECENT_DAYS, 7 * USE_WEEKS)]
    only, since = _only_pair_in_use(ended, moment)
    rows = []
    for name, pair in history.shoes.iterrows():
        pair_runs = totals.iloc[runs_of.get(name, [])]
        worn_m = pair_runs["total_m"].iloc[-1] if len(pair_runs) else pair["start_m"]
        rows.append(
            (
                *(worn_m / 1000.0, len(pair_runs)),
                *(pair["limit_m"] / 1000.0, (pair["limit_m"] - worn_m) / 1000.0),
                *(pair["from_date"], pair["retired"], pair["default"]),
                *_limit_forecast(pair, pair_runs, history, moment, today),
                *(share.get(name, none) for share, none in shares),
                since if name == only else pd.NaT,
            )
        )
    table = pd.DataFrame(rows, columns=list(_SHOE_COLUMNS), index=history.shoes.index)
    return table.astype(_SHOE_COLUMNS).reset_index().astype({"name": object})


def _limit_forecast(
    pair: pd.Series, runs_in_pair: pd.DataFrame, history: History, moment: pd.Timestamp, today: pd.Timestamp
) -> LimitForecast:
    """Return when a pair comes to its limit, or the day on which it did."""
    if runs_in_pair.empty or pair["retired"] <= today:
        return LimitForecast()
    over = runs_in_pair["total_m"] >= pair["limit_m"]
    if not over.any():
        left_m = pair["limit_m"] - runs_in_pair["total_m"].iloc[-1]
        return forecast_limit(left_m, runs_in_pair.join(history.runs["distance_m"]), moment, today)
    passed = pd.NaT if pair["start_m"] >= pair["limit_m"] else runs_in_pair["day"][over.idxmax()]
    return LimitForecast(passed, passed, passed)


def _usage_shares(ended: pd.DataFrame, moment: pd.Timestamp, days: int) -> tuple[dict[object, float], float]:
    """Return each pair's share of all runs of the last days, and that of a pair without any."""
    shoes = ended["shoe"][ended["end"] > moment - pd.Timedelta(days=days)]
    if shoes.empty:
        return {}, math.nan
    return (shoes.value_counts() / len(shoes)).to_dict(), 0.0


def _only_pair_in_use(ended: pd.DataFrame, moment: pd.Timestamp) -> tuple[str | None, object]:
    """Return the only pair of the last 28 days, and the day of the first of its runs in a row."""
    known = ended.sort_values("end", kind="stable").dropna(subset="shoe")
    recent = known[known["end"] > moment - pd.Timedelta(days=RECENT_DAYS)]
    names = recent["shoe"].unique()
    if len(names) != 1:
        return None, pd.NaT
    name = str(names[0])
    others = (known["shoe"] != name).to_numpy()
    in_a_row = known.iloc[others.nonzero()[0][-1] + 1 if others.any() else 0 :]
    long_enough = len(in_a_row) >= _MIN_IN_A_ROW
    return (name, in_a_row["day"].iloc[0]) if long_enough else (None, pd.NaT)


@lru_cache(maxsize=2)
def mileage_after_runs(history: History) -> pd.DataFrame:
    """Return the mileage of each run's pair after that run; not to be changed.

    Returns:
        A row per run by its id, in the order of their ends: end, day, shoe, and total_m (metres, NaN
        where the pair of the run is not known).
    """
    runs = history.runs[["end", "day", "shoe", "distance_m"]].sort_values("end", kind="stable")
    start_m = runs["shoe"].map(history.shoes["start_m"]).astype(float)
    runs["total_m"] = start_m + runs["distance_m"].fillna(0.0).groupby(runs["shoe"]).cumsum()
    return runs.drop(columns="distance_m")


def mileage_at(history: History, moments: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the kilometres on each pair as of moments: a row per moment (aware), a column per pair."""
    totals = mileage_after_runs(history)
    km = {}
    for name, start_m in history.shoes["start_m"].items():
        pair_runs = totals[totals["shoe"] == name]
        # Where there was no run yet, -1 picks the appended start value.
        last = pair_runs["end"].searchsorted(moments, side="right") - 1
        km[name] = np.append(pair_runs["total_m"], start_m)[last] / 1000.0
    return pd.DataFrame(km, index=moments)


USE_WEEKS = 8
COVERAGE = 0.8
MAX_FORECAST_WEEKS = 520

_WEEK_S = 7 * 86_400


class LimitForecast(NamedTuple):
    """Day on which the limit is expected, and its 80% range; NaT where unknown."""

    expected: object = pd.NaT
    low: object = pd.NaT
    high: object = pd.NaT


def forecast_limit(
    left_m: float, runs: pd.DataFrame, now: pd.Timestamp, today: pd.Timestamp
) -> LimitForecast:
    """Return the day of the limit, and its 80% range.

    The rate is that of the last 8 weeks, or of the whole weeks since the pair was first worn where
    those are fewer. The range holds 8 times of 10 if weeks keep differing as much as those did: with
    m and s their mean and standard deviation, n their number, k the weeks to go and t the 90 % point of
    Student's distribution with n - 1 degrees of freedom, left / (m ± t · s · √(1/n + 1/k)).

    Args:
        left_m: metres to the limit, above 0.
        runs: those in the pair up to now, at least one: end, distance_m.
        now: aware.
        today: its local day, naive.
    """
    weekly = _weekly_metres(runs, now)
    mean, weeks = weekly.mean(), len(weekly)
    spread = np.inf
    if weeks > 1:
        spread = (
            t_quantile((1 + COVERAGE) / 2, weeks - 1)
            * weekly.std(ddof=1)
            * np.sqrt(1.0 / weeks + mean / left_m)
        )
    return LimitForecast(
        *(_day_reached(today, left_m, rate) for rate in (mean, mean + spread, mean - spread))
    )


def _weekly_metres(runs: pd.DataFrame, now: pd.Timestamp) -> Floats:
    """Return the metres of each of the last full weeks since the first run, the latest first, at most 8."""
    weeks_ago = (now - runs["end"]).dt.total_seconds().to_numpy(float) / _WEEK_S
    weeks = max(1, min(USE_WEEKS, int(weeks_ago.max())))
    recent = weeks_ago < weeks
    metres = runs["distance_m"].fillna(0.0).to_numpy(float)
    return np.bincount(weeks_ago[recent].astype(int), metres[recent], minlength=weeks).astype(float)


def _day_reached(today: pd.Timestamp, left_m: float, weekly_m: float) -> object:
    weeks = left_m / weekly_m if 0 < weekly_m < np.inf else np.inf
    return today + pd.Timedelta(days=round(7 * weeks)) if weeks < MAX_FORECAST_WEEKS else pd.NaT


@dataclass(frozen=True, slots=True, eq=False)
class ShoeDetail:
    """One pair as of a moment."""

    row: pd.Series  # its row of `shoe_table`
    start_m: float  # mileage before runlog knew it
    other_names: tuple[str, ...]
    rests: tuple[tuple[object, object], ...]  # first and last day of each period in which it was out of use
    runs: pd.DataFrame  # its runs in the order of their starts, as `History.runs` has them
    months: pd.DataFrame  # km and runs by month ("2026-07"), without months of no run
    reasons: pd.Series[int]  # number of its runs by the reason for the assignment, the most frequent first


def shoe_detail(history: History, name: str, now: datetime) -> ShoeDetail:
    """Return the details of the pair of this name (of ``History.shoes``); ``now`` is aware."""
    runs = history.runs[(history.runs["shoe"] == name) & (history.runs["end"] <= pd.Timestamp(now))]
    month = runs["day"].dt.strftime("%Y-%m").rename("month")
    by_month = runs["distance_m"].fillna(0.0).groupby(month)
    pair = history.shoes.loc[[name]].iloc[0]
    table = shoe_table(history, now)
    return ShoeDetail(
        row=table[table["name"] == name].iloc[0],
        start_m=float(pair["start_m"]),
        other_names=pair["other_names"],
        rests=pair["rests"],
        runs=runs,
        months=pd.DataFrame({"km": by_month.sum() / 1000.0, "runs": by_month.size()}),
        reasons=runs["shoe_reason"].value_counts(),
    )


class ShoeChanges(NamedTuple):
    """Runs with another pair, and pairs with another mileage."""

    runs: pd.DataFrame  # by id: day, name, distance_m, before, after (a pair or None), why_before, why_after
    pairs: pd.DataFrame  # by name: km_before, km_after, runs_before, runs_after


def compare_shoes(before: History, after: History, now: datetime) -> ShoeChanges:
    """Compare shoe assignment and mileage, as of ``now`` (aware), before and after an edit."""
    both = before.runs[["day", "name", "distance_m"]].assign(
        before=before.runs["shoe"],
        after=after.runs["shoe"],
        why_before=before.runs["shoe_reason"],
        why_after=after.runs["shoe_reason"],
    )
    moved = both[both["before"].fillna("") != both["after"].fillna("")]
    pairs = pd.DataFrame(
        {
            "km_before": _mileage_now(before, now),
            "km_after": _mileage_now(after, now),
            "runs_before": before.runs["shoe"].value_counts(),
            "runs_after": after.runs["shoe"].value_counts(),
        }
    ).rename_axis("name")
    pairs = pairs.fillna(0.0).astype({"runs_before": int, "runs_after": int})
    touched = (pairs["km_before"] != pairs["km_after"]) | (pairs["runs_before"] != pairs["runs_after"])
    return ShoeChanges(moved, pairs[touched])


def _mileage_now(history: History, now: datetime) -> pd.Series[float]:
    return mileage_at(history, pd.DatetimeIndex([now])).iloc[0]
