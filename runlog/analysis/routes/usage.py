"""How often each route is run, and what the runner has made of the routes that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.model import Route

SHARE_DAYS = 28


def label(route_id: int) -> str:
    """What the runner calls a route by."""
    return f"R{route_id}"


def joined(routes: Iterable[Route]) -> dict[int, int]:
    """By each route's id that of the route that it counts as, after all that the runner has joined."""
    step = {route.id: route.joined_to for route in routes}
    return {one: _end(step, one) for one in step}


def _end(step: Mapping[int, int | None], start: int) -> int:
    seen, here = {start}, start
    while (onward := step.get(here)) is not None and onward not in seen:
        seen.add(onward)
        here = onward
    return here


def known(routes: Sequence[Route]) -> pd.DataFrame:
    """The routes that count, by label: given_name and similar_to (a label), each or None, and shape."""
    counts_as = joined(routes)
    shape = {route.id: route.shape for route in routes}
    rows: dict[int, dict[str, Any]] = {
        one: {"given_name": None, "similar_to": None, "shape": shape.get(one)} for one in counts_as.values()
    }
    for route in sorted(routes, key=lambda route: (route.id != counts_as[route.id], route.id)):
        row = rows[counts_as[route.id]]
        row["given_name"] = row["given_name"] or route.name
        model = counts_as.get(route.similar_to or 0)
        if route.id == counts_as[route.id] and model != route.id:
            row["similar_to"] = None if model is None else label(model)
    index = pd.Index([label(one) for one in rows], dtype=object, name="route")
    return pd.DataFrame(
        list(rows.values()), index=index, columns=["given_name", "similar_to", "shape"], dtype=object
    )


def streaks(route: pd.Series[str]) -> pd.Series[int]:
    """For each run in order, how many in a row up to it went its route."""
    return route.groupby((route != route.shift()).cumsum()).cumcount() + 1


def routes(history: History, now: datetime | None = None) -> pd.DataFrame:
    """The routes, the most used first.

    Args:
        history: whose runs with a route count that had ended by now.
        now: aware; the share is that of the 28 days before. None is the end of the last run.

    Returns:
        A row per route: route (label), runs, share_28d (0 to 1, of the runs with a route; NaN without
        any), first and last (starts), distance_m (median), name (given by the runner, or else the most
        usual of its runs', or None), longest_streak (runs in a row), given_name (or None), similar_to
        (the label of an earlier route of which this is a variant, or None).
    """
    moment = history.runs["end"].max() if now is None else pd.Timestamp(now)
    runs = history.runs[history.runs["route"].notna() & (history.runs["end"] <= moment)]
    recent = runs[runs["end"] > moment - pd.Timedelta(days=SHARE_DAYS)]
    by_route = runs.assign(streak=streaks(runs["route"])).groupby("route", sort=False)
    table = by_route.agg(
        runs=("start", "size"),
        first=("start", "min"),
        last=("start", "max"),
        distance_m=("distance_m", "median"),
        longest_streak=("streak", "max"),
    )
    count = recent["route"].value_counts().reindex(table.index, fill_value=0).astype(float)
    table.insert(1, "share_28d", count / (len(recent) or np.nan))
    usual = pd.Series([_usual(names) for _, names in by_route["name"]], index=table.index, dtype=object)
    told = history.routes[["given_name", "similar_to"]].reindex(table.index)
    table.insert(5, "name", told["given_name"].where(told["given_name"].notna(), usual))
    table = table.join(told)
    return table.sort_values("runs", ascending=False, kind="stable").reset_index()


def _usual(names: pd.Series[str]) -> str | None:
    counts = names.value_counts()
    return None if counts.empty else str(counts.index[0])
