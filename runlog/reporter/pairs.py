"""The pairs of shoes that a runner has at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.shoe_assignment import pairs_resting
from runlog.analysis.shoe_wear import shoe_table
from runlog.reporter import periods

if TYPE_CHECKING:
    from datetime import date

    from runlog.analysis.history import History


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair, as the report tells of it.

    Attributes:
        km, limit_km, left_km: with what it had run before runlog knew it; left is below 0 beyond the limit.
        runs: in it, in all.
        share_28d: of all runs of the last 28 days; NaN without any.
        expected: the day of the limit, or None; expected_low, expected_high: the range of it.
    """

    name: str
    km: float
    limit_km: float
    left_km: float
    runs: int
    share_28d: float
    expected: date | None
    expected_low: date | None
    expected_high: date | None

    @property
    def is_over(self) -> bool:
        """Whether it has reached its limit."""
        return self.left_km <= 0


@lru_cache(maxsize=8)  # several alerts, a chart and the page ask for it
def in_use(history: History, now: pd.Timestamp) -> pd.DataFrame:
    """The pairs begun and not retired by a moment, as ``analysis.shoes`` gives them, the most worn first.

    Not to be changed.
    """
    table = shoe_table(history, now)
    today = now.tz_convert(periods.clock(history)).tz_localize(None)
    away = pd.Series(pairs_resting(history.shoes, pd.Series([today]))[0])
    in_use = ~away & ~(table["retired"] <= today) & ~(table["from_date"] > today)
    return table.loc[in_use].sort_values("km", ascending=False, kind="stable", ignore_index=True)


def pairs(history: History, now: pd.Timestamp) -> tuple[Pair, ...]:
    """The pairs in use, the most worn first."""
    return tuple(
        Pair(
            name=str(row["name"]),
            km=float(row["km"]),
            limit_km=float(row["limit_km"]),
            left_km=float(row["left_km"]),
            runs=int(row["runs"]),
            share_28d=float(row["share_28d"]),
            expected=_day(row["expected"]),
            expected_low=_day(row["expected_low"]),
            expected_high=_day(row["expected_high"]),
        )
        for row in in_use(history, now).to_dict("records")
    )


def _day(value: pd.Timestamp) -> date | None:
    return None if pd.isna(value) else value.date()
