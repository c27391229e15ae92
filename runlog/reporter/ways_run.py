"""The routes that were run lately: how often, and how many times in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors.route import route_streak
from runlog.analysis.routes import route_table

if TYPE_CHECKING:
    from runlog.analysis.history import History

MOST = 5


@dataclass(frozen=True, slots=True)
class WayRun:
    """One route.

    Attributes:
        route: its label; name: the runner's, or the usual one of its runs, or None.
        distance_m: the median of its runs.
        runs: in all.
        share_28d: of the runs with a route of the last 28 days.
        longest_streak: the most runs in a row on it; streak: those up to the last run, 0 where that went
            another way.
    """

    route: str
    name: str | None
    distance_m: float
    runs: int
    share_28d: float
    longest_streak: int
    streak: int


def ways_run(history: History, now: pd.Timestamp) -> tuple[WayRun, ...]:
    """The routes of the last 28 days, the most used first, five at most."""
    used = route_table(history, now)
    used = used.loc[used["share_28d"] > 0].sort_values("share_28d", ascending=False, kind="stable")
    routed = history.runs["route"].dropna()
    streak = route_streak(history, pd.DatetimeIndex([now])).iloc[0]
    return tuple(
        WayRun(
            route=str(row["route"]),
            name=None if pd.isna(row["name"]) else str(row["name"]),
            distance_m=float(row["distance_m"]),
            runs=int(row["runs"]),
            share_28d=float(row["share_28d"]),
            longest_streak=int(row["longest_streak"]),
            streak=int(streak) if row["route"] == routed.iloc[-1] else 0,
        )
        for row in used.head(MOST).to_dict("records")
    )
