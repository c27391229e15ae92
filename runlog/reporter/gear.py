"""What was worn and where it was run, over a season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog.analysis.routes import route_table
from runlog.analysis.shoe_wear import shoe_table

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date

    from runlog.analysis.history import History
    from runlog.reporter.periods import Span

#: Of more routes only these, the most used.
MOST_ROUTES = 8


@dataclass(frozen=True, slots=True)
class ShoeWorn:
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
class RouteWorn:
    """A route that was run in the season: its runs, and their share of the runs with a route."""

    route: str
    name: str | None
    runs: int
    share: float
    distance_m: float


def shoes_worn(history: History, span: Span, end: pd.Timestamp) -> tuple[ShoeWorn, ...]:
    """The pairs worn in a season, those with the most runs first."""
    worn = span.of(history.runs).groupby("shoe")["distance_m"].agg(runs="size", metres="sum")
    pairs = shoe_table(history, end).set_index("name").to_dict("index")
    found = [
        _worn(str(row.Index), int(row.runs), float(row.metres), pairs[row.Index], span)
        for row in worn.itertuples()
    ]
    return tuple(sorted(found, key=lambda one: -one.runs))


def _worn(name: str, runs: int, distance_m: float, pair: dict[Hashable, Any], span: Span) -> ShoeWorn:
    return ShoeWorn(
        name=name,
        runs=runs,
        distance_m=distance_m,
        worn_m=1000 * float(pair["km"]),
        limit_m=1000 * float(pair["limit_km"]),
        over=_within(pair["expected"], span) if pair["left_km"] <= 0 else None,
        retired=_within(pair["retired"], span),
    )


def routes_run(history: History, span: Span) -> tuple[RouteWorn, ...]:
    """The routes of a season, the most used first."""
    routed = span.of(history.runs).dropna(subset=["route"])
    known = route_table(history).set_index("route")["name"] if len(routed) else pd.Series(dtype=object)
    ways = routed.groupby("route")["distance_m"].agg(["size", "median"])
    ways = ways.sort_values("size", ascending=False, kind="stable").head(MOST_ROUTES)
    return tuple(
        RouteWorn(
            route=str(label),
            name=None if pd.isna(name := known.get(label)) else str(name),
            runs=int(row["size"]),
            share=float(row["size"]) / len(routed),
            distance_m=float(row["median"]),
        )
        for label, row in ways.iterrows()
    )


def _within(day: pd.Timestamp, span: Span) -> date | None:
    if pd.isna(day) or not span.first <= day.date() <= span.last:
        return None
    return day.date()
