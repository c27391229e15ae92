"""All about one pair of shoes: its runs, month by month, and why they are its."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.shoes import shoes

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """One pair as of a moment.

    Attributes:
        wear: its row of ``shoes``.
        start_m: what it had run before runlog knew it.
        other_names: what else it is called.
        rests: the first and the last day of each while that it was out of use.
        runs: its runs in the order of their starts, as ``History.runs`` has them.
        months: km and runs by month ("2026-07"), without months of no run.
        reasons: how many of its runs are its for each reason, the most frequent first.
    """

    wear: pd.Series
    start_m: float
    other_names: tuple[str, ...]
    rests: tuple[tuple[object, object], ...]
    runs: pd.DataFrame
    months: pd.DataFrame
    reasons: pd.Series[int]


def detail(history: History, name: str, now: datetime) -> Detail:
    """All about the pair of that name, as ``History.shoes`` writes it; ``now`` is aware."""
    runs = history.runs[(history.runs["shoe"] == name) & (history.runs["end"] <= pd.Timestamp(now))]
    month = runs["day"].dt.strftime("%Y-%m").rename("month")
    by_month = runs["distance_m"].fillna(0.0).groupby(month)
    pair = history.shoes.loc[[name]].iloc[0]
    worn = shoes(history, now)
    return Detail(
        wear=worn[worn["name"] == name].iloc[0],
        start_m=float(pair["start_m"]),
        other_names=pair["other_names"],
        rests=pair["rests"],
        runs=runs,
        months=pd.DataFrame({"km": by_month.sum() / 1000.0, "runs": by_month.size()}),
        reasons=runs["shoe_reason"].value_counts(),
    )
