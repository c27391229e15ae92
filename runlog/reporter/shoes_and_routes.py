"""List the shoes and routes that a report mentions, for a week and for a season."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog import units
from runlog.analysis.factors.route import route_streak
from runlog.analysis.routes import route_table
from runlog.analysis.shoe_assignment import pairs_resting
from runlog.analysis.shoe_wear import shoe_table

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date

    from runlog.analysis.history import History
    from runlog.analysis.periods import Span


@dataclass(frozen=True, slots=True)
class ShoeInUse:
    """One pair that is in use.

    Attributes:
        worn_m: distance in it, with what it had run before runlog knew it.
        limit_m: its limit; left_m: what is left of it, below 0 beyond the limit.
        runs: in it, in all.
        share_28d: of all runs of the last 28 days; NaN without any.
        expected: the day of the limit, or None; expected_low, expected_high: the range of it.
    """

    name: str
    worn_m: float
    limit_m: float
    left_m: float
    runs: int
    share_28d: float
    expected: date | None
    expected_low: date | None
    expected_high: date | None

    @property
    def is_over(self) -> bool:
        """Whether it has reached its limit."""
        return self.left_m <= 0


@lru_cache(maxsize=8)  # several alerts, a chart and the page ask for it
def in_use_table(history: History, now: pd.Timestamp) -> pd.DataFrame:
    """The pairs begun and not retired by a moment, as ``analysis.shoes`` gives them, the most worn first.

    Not to be changed.
    """
    table = shoe_table(history, now)
    today = pd.Timestamp(history.clock.day(now))
    away = pd.Series(pairs_resting(history.shoes, pd.Series([today]))[0])
    in_use = ~away & ~(table["retired"] <= today) & ~(table["from_date"] > today)
    return table.loc[in_use].sort_values("km", ascending=False, kind="stable", ignore_index=True)


def shoes_in_use(history: History, now: pd.Timestamp) -> tuple[ShoeInUse, ...]:
    """Return the pairs in use, the most worn first."""
    return tuple(
        ShoeInUse(
            name=str(row["name"]),
            worn_m=1000.0 * row["km"],
            limit_m=1000.0 * row["limit_km"],
            left_m=1000.0 * row["left_km"],
            runs=int(row["runs"]),
            share_28d=row["share_28d"],
            expected=_date_or_none(row["expected"]),
            expected_low=_date_or_none(row["expected_low"]),
            expected_high=_date_or_none(row["expected_high"]),
        )
        for row in in_use_table(history, now).to_dict("records")
    )


def _date_or_none(value: pd.Timestamp) -> date | None:
    return None if pd.isna(value) else value.date()


MOST_RECENT_ROUTES = 5


@dataclass(frozen=True, slots=True)
class RecentRoute:
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


def route_title(route: str, name: str | None) -> str:
    """Return a route's name and label, e.g. "Along the river (R3)", or "R3" without a name."""
    return f"{units.printable(name)} ({route})" if name else route


def recent_routes(history: History, now: pd.Timestamp) -> tuple[RecentRoute, ...]:
    """The routes of the last 28 days, the most used first, five at most."""
    used = route_table(history, now)
    used = used.loc[used["share_28d"] > 0].sort_values("share_28d", ascending=False, kind="stable")
    routed = history.runs["route"].dropna()
    streak = route_streak(history, pd.DatetimeIndex([now])).iloc[0]
    return tuple(
        RecentRoute(
            route=str(row["route"]),
            name=None if pd.isna(row["name"]) else str(row["name"]),
            distance_m=float(row["distance_m"]),
            runs=int(row["runs"]),
            share_28d=float(row["share_28d"]),
            longest_streak=int(row["longest_streak"]),
            streak=int(streak) if row["route"] == routed.iloc[-1] else 0,
        )
        for row in used.head(MOST_RECENT_ROUTES).to_dict("records")
    )


#: Of more routes only these, the most used.
MOST_SEASON_ROUTES = 8


@dataclass(frozen=True, slots=True)
class SeasonShoe:
    """A pair that was worn in the season.

    Attributes:
        runs, distance_m: in the season.
        worn_m, limit_m: in all, at its end.
        over: the day on which it passed its limit, where that was in the season, else None.
        retired: the day on which it was put away, likewise.
    """

    name: str
    runs: int
    distance_m: float
    worn_m: float
    limit_m: float
    over: date | None
    retired: date | None


@dataclass(frozen=True, slots=True)
class SeasonRoute:
    """A route that was run in the season: its runs, and their share of the runs with a route."""

    route: str
    name: str | None
    runs: int
    share: float
    distance_m: float


def season_shoes(history: History, span: Span, end: pd.Timestamp) -> tuple[SeasonShoe, ...]:
    """The pairs worn in a season, those with the most runs first."""
    worn = span.of(history.runs).groupby("shoe")["distance_m"].agg(runs="size", metres="sum")
    pairs = shoe_table(history, end).set_index("name").to_dict("index")
    found = [
        _season_shoe(str(row.Index), int(row["runs"]), float(row.metres), pairs[row.Index], span)
        for row in worn.itertuples()
    ]
    return tuple(sorted(found, key=lambda one: -one.runs))


def _season_shoe(
    name: str, runs: int, distance_m: float, pair: dict[Hashable, Any], span: Span
) -> SeasonShoe:
    return SeasonShoe(
        name=name,
        runs=runs,
        distance_m=distance_m,
        worn_m=1000 * float(pair["km"]),
        limit_m=1000 * float(pair["limit_km"]),
        over=_date_within(pair["expected"], span) if pair["left_km"] <= 0 else None,
        retired=_date_within(pair["retired"], span),
    )


def season_routes(history: History, span: Span) -> tuple[SeasonRoute, ...]:
    """The routes of a season, the most used first."""
    routed = span.of(history.runs).dropna(subset=["route"])
    known = route_table(history).set_index("route")["name"] if len(routed) else pd.Series(dtype=object)
    ways = routed.groupby("route")["distance_m"].agg(["size", "median"])
    ways = ways.sort_values("size", ascending=False, kind="stable").head(MOST_SEASON_ROUTES)
    return tuple(
        SeasonRoute(
            route=str(label),
            name=None if pd.isna(name := known.get(label)) else str(name),
            runs=int(row["size"]),
            share=float(row["size"]) / len(routed),
            distance_m=float(row["median"]),
        )
        for label, row in ways.iterrows()
    )


def _date_within(day: pd.Timestamp, span: Span) -> date | None:
    if pd.isna(day) or not span.first <= day.date() <= span.last:
        return None
    return day.date()
