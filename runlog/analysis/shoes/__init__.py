"""How worn each pair of shoes is, when it comes to its limit, and which pairs are in rotation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.shoes.outlook import USE_WEEKS, Outlook, when_reached
from runlog.analysis.shoes.wear import after_each_run

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History

__all__ = ["RECENT_DAYS", "USE_WEEKS", "shoes"]

RECENT_DAYS = 28
#: Fewer runs in a row say nothing of a rotation.
_LEAST_IN_A_ROW = 5
_COLUMNS = {
    "km": "float64",
    "runs": "int64",
    "limit_km": "float64",
    "left_km": "float64",
    "from_date": "datetime64[us]",
    "retired": "datetime64[us]",
    "default": "bool",
    "expected": "datetime64[us]",
    "expected_low": "datetime64[us]",
    "expected_high": "datetime64[us]",
    "share_28d": "float64",
    "share_8w": "float64",
    "only_since": "datetime64[us]",
}


def shoes(history: History, now: datetime | None = None) -> pd.DataFrame:
    """How worn each pair is, when it comes to its limit, and how much of the running it does.

    Args:
        history: whose runs count that had ended by now.
        now: aware; None is the end of the last run.

    Returns:
        A row per pair: name, km, runs, limit_km, left_km, from_date, retired, default, expected,
        expected_low, expected_high (naive days, as ``when_reached`` gives them; NaT for a retired or unused
        pair, low and high also where two weeks are not known yet; for a pair over its limit the day on
        which it passed it, NaT where it had before its first run here), share_28d and share_8w (of all
        runs of the last 28 days and 8 weeks; NaN without any), only_since (of the one pair that all
        runs of 28 days were in, at least 5: the day of the first of its runs in a row).
    """
    moment = history.runs["end"].max() if now is None else pd.Timestamp(now).tz_convert("UTC")
    ended = history.runs[history.runs["end"] <= moment]
    totals = after_each_run(history).loc[lambda runs: runs["end"] <= moment]
    runs_of = totals.groupby("shoe").indices
    shares = [_shares(ended, moment, days) for days in (RECENT_DAYS, 7 * USE_WEEKS)]
    only, since = _only_pair(ended, moment)
    rows = []
    for name, pair in history.shoes.iterrows():
        of_pair = totals.iloc[runs_of.get(name, [])]
        worn_m = of_pair["total_m"].iloc[-1] if len(of_pair) else pair["start_m"]
        rows.append(
            (
                *(worn_m / 1000.0, len(of_pair)),
                *(pair["limit_m"] / 1000.0, (pair["limit_m"] - worn_m) / 1000.0),
                *(pair["from_date"], pair["retired"], pair["default"]),
                *_outlook(pair, of_pair, ended, moment),
                *(share.get(name, none) for share, none in shares),
                since if name == only else pd.NaT,
            )
        )
    table = pd.DataFrame(rows, columns=list(_COLUMNS), index=history.shoes.index)
    return table.astype(_COLUMNS).reset_index().astype({"name": object})


def _outlook(pair: pd.Series, totals: pd.DataFrame, ended: pd.DataFrame, moment: pd.Timestamp) -> Outlook:
    """When a pair comes to its limit, or the day on which it did."""
    if totals.empty or pair["retired"] <= moment.tz_localize(None):
        return Outlook()
    worn = totals.join(ended[["distance_m", "utc_offset_s"]])
    over = worn["total_m"] >= pair["limit_m"]
    if not over.any():
        return when_reached(pair["limit_m"] - worn["total_m"].iloc[-1], worn, moment)
    passed = pd.NaT if pair["start_m"] >= pair["limit_m"] else worn["day"][over.idxmax()]
    return Outlook(passed, passed, passed)


def _shares(ended: pd.DataFrame, moment: pd.Timestamp, days: int) -> tuple[dict[object, float], float]:
    """Each pair's share of all runs of the last days, and that of a pair without any."""
    worn = ended.loc[ended["end"] > moment - pd.Timedelta(days=days), "shoe"]
    if worn.empty:
        return {}, math.nan
    return (worn.value_counts() / len(worn)).to_dict(), 0.0


def _only_pair(ended: pd.DataFrame, moment: pd.Timestamp) -> tuple[str | None, object]:
    """The pair that all runs of the last 28 days were in, and the day of the first of its runs in a row."""
    known = ended.sort_values("end", kind="stable").dropna(subset="shoe")
    recent = known[known["end"] > moment - pd.Timedelta(days=RECENT_DAYS)]
    worn = recent["shoe"].unique()
    if len(worn) != 1:
        return None, pd.NaT
    name = str(worn[0])
    others = (known["shoe"] != name).to_numpy()
    in_a_row = known.iloc[others.nonzero()[0][-1] + 1 if others.any() else 0 :]
    long_enough = len(in_a_row) >= _LEAST_IN_A_ROW
    return (name, in_a_row["day"].iloc[0]) if long_enough else (None, pd.NaT)
