"""List the shoes and routes that a report mentions, for a week and for a season."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from runlog import units
from runlog.analysis.factors.last_run import route_streak
from runlog.analysis.routes import route_table
from runlog.analysis.shoe_assignment import pairs_resting
from runlog.analysis.shoe_wear import shoe_table
from runlog.i18n import _

if TYPE_CHECKING:
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
        when: the same in words as sure as that is, "" where it is not known or past.
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
    when: str

    @property
    def is_over(self) -> bool:
        """Whether it has reached its limit."""
        return self.left_m <= 0


@lru_cache(maxsize=8)  # shared by several alerts, a chart, a finding and the page
def in_use_table(history: History, now: pd.Timestamp) -> pd.DataFrame:
    """Return the rows of ``shoe_table`` of pairs in use at a moment, the most worn first.

    The table is shared, so do not change it.
    """
    table = shoe_table(history, now)
    today = pd.Timestamp(history.clock.day(now))
    away = pd.Series(pairs_resting(history.shoes, pd.Series([today]))[0])
    in_use = ~away & ~(table["retired"] <= today) & ~(table["from_date"] > today)
    return table[in_use].sort_values("km", ascending=False, kind="stable", ignore_index=True)


def shoes_in_use(history: History, now: pd.Timestamp) -> tuple[ShoeInUse, ...]:
    """Return the pairs in use, the most worn first."""
    today = history.clock.day(now)
    shapes = history.routes["shape"].dropna()
    southern = len(shapes) > 0 and float(shapes.iloc[0][:, 0].mean()) < 0  # December is in summer
    pairs = []
    for row in in_use_table(history, now).to_dict("records"):
        expected, low, high = (
            _date_or_none(row[name]) for name in ("expected", "expected_low", "expected_high")
        )
        when = ""
        if expected is not None and row["left_km"] > 0:
            when = units.forecast(expected, low, high, today, southern=southern)
        pairs.append(
            ShoeInUse(
                name=str(row["name"]),
                worn_m=1000.0 * row["km"],
                limit_m=1000.0 * row["limit_km"],
                left_m=1000.0 * row["left_km"],
                runs=int(row["runs"]),
                share_28d=row["share_28d"],
                expected=expected,
                expected_low=low,
                expected_high=high,
                when=when,
            )
        )
    return tuple(pairs)


def used_text(shoe: ShoeInUse, unit: str) -> str:
    """Return the distance of a pair and its limit, e.g. "745 of 700 km"."""
    worn = units.number(shoe.worn_m / units.METRES[unit], 0)
    return _("{worn} of {limit}").format(worn=worn, limit=units.distance(shoe.limit_m, unit, 0))


def _date_or_none(value: pd.Timestamp) -> date | None:
    return None if pd.isna(value) else value.date()


def _name_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


MOST_RECENT_ROUTES = 5


@dataclass(frozen=True, slots=True)
class RecentRoute:
    """One route.

    Attributes:
        route: its label.
        name: the runner's, or the usual one of its runs, or None.
        distance_m: the median of its runs.
        runs: in all.
        share_28d: its share of the runs with a route in the last 28 days.
        longest_streak: the most runs in a row on it.
        streak: the runs in a row on it up to the last run, 0 if that was on another route.
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


def routes_by_use(history: History, now: pd.Timestamp) -> pd.DataFrame:
    """Return ``route_table``, the routes most used in the last 28 days first."""
    return route_table(history, now).sort_values("share_28d", ascending=False, kind="stable")


def recent_routes(history: History, now: pd.Timestamp) -> tuple[RecentRoute, ...]:
    """Return the routes of the last 28 days, the most used first, five at most."""
    used = routes_by_use(history, now)
    used = used[used["share_28d"] > 0]
    routed = history.runs["route"].dropna()
    streak = route_streak(history, pd.DatetimeIndex([now])).iloc[0]
    return tuple(
        RecentRoute(
            route=str(row["route"]),
            name=_name_or_none(row["name"]),
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
    """A pair with runs in the season.

    Attributes:
        runs: in the season.
        distance_m: in the season.
        worn_m: in all, at the season's end.
        limit_m: its limit.
        over: the day on which it passed its limit, if within the season, else None.
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
    """A route of the season: its runs, and their share of the runs with a route."""

    route: str
    name: str | None
    runs: int
    share: float
    distance_m: float


def season_shoes(history: History, span: Span, end: pd.Timestamp) -> tuple[SeasonShoe, ...]:
    """Return the pairs with runs in a season, those with the most runs first."""
    runs = span.of(history.runs).groupby("shoe")["distance_m"].agg(["size", "sum"])
    table = runs.join(shoe_table(history, end).set_index("name"))
    return tuple(
        SeasonShoe(
            name=str(name),
            runs=int(row["size"]),
            distance_m=float(row["sum"]),
            worn_m=1000 * float(row["km"]),
            limit_m=1000 * float(row["limit_km"]),
            over=_date_within(row["expected"], span) if row["left_km"] <= 0 else None,
            retired=_date_within(row["retired"], span),
        )
        for name, row in table.sort_values("size", ascending=False, kind="stable").iterrows()
    )


def season_routes(history: History, span: Span) -> tuple[SeasonRoute, ...]:
    """Return the routes of a season, the most used first."""
    routed = span.of(history.runs).dropna(subset=["route"])
    names = route_table(history).set_index("route")["name"] if len(routed) else pd.Series(dtype=object)
    routes = routed.groupby("route")["distance_m"].agg(["size", "median"])
    routes = routes.sort_values("size", ascending=False, kind="stable").head(MOST_SEASON_ROUTES)
    return tuple(
        SeasonRoute(
            route=str(label),
            name=_name_or_none(names.get(label)),
            runs=int(row["size"]),
            share=float(row["size"]) / len(routed),
            distance_m=float(row["median"]),
        )
        for label, row in routes.iterrows()
    )


def _date_within(moment: pd.Timestamp, span: Span) -> date | None:
    day = _date_or_none(moment)
    return day if day is not None and span.first <= day <= span.last else None
