"""Compute factors of route repetition; runs without a route (treadmill, no positions) do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis import routes
from runlog.analysis.factors import base
from runlog.analysis.factors.base import Factor, FactorUnit
from runlog.i18n import N_

if TYPE_CHECKING:
    from runlog.analysis.history import History


def route_share(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Share of the last 28 days' runs with a route that went on the most used one; NaN without any.

    Unit: 0 to 1. Step: 0.1 (10 percentage points).
    """
    runs = _runs_with_route(history)
    codes, _ = pd.factorize(runs["route"])
    moment, run = base.window_pairs(
        base.to_microseconds(runs["end"]), base.to_microseconds(moments), routes.SHARE_DAYS
    )
    pairs = pd.DataFrame({"moment": moment, "route": codes[run]})
    count = pairs.groupby(["moment", "route"]).size().groupby("moment")
    share = (count.max() / count.sum()).reindex(np.arange(len(moments)))
    return pd.Series(share.to_numpy(float), index=moments)


ROUTE_SHARE = Factor(
    values=route_share,
    label=N_("Route share"),
    family="routes",
    step=0.1,
    step_text=N_("+10 percentage points of runs on one route"),
    each_step=N_("Every 10 percentage points more of your runs on one route"),
    value_text=N_("{value} of your runs on one route"),
    unit=FactorUnit.SHARE,
    primary=True,
)


def route_streak(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Streak of runs on the same route, up to the last run with a route.

    Unit: runs, 1 or more; NaN before the first. Step: 1.
    """
    runs = _runs_with_route(history)
    position = base.index_before(base.to_microseconds(runs["end"]), base.to_microseconds(moments))
    return pd.Series(
        base.take_at(routes.streak_lengths(runs["route"]).to_numpy().astype(float), position), index=moments
    )


ROUTE_STREAK = Factor(
    values=route_streak,
    label=N_("Runs in a row on one route"),
    family="routes",
    step=1.0,
    step_text=N_("+1 run in a row"),
    each_step=N_("Every further run in a row on one route"),
    value_text=N_("{value} in a row on one route"),
    unit=FactorUnit.RUNS,
    per_run=True,
)


def _runs_with_route(history: History) -> pd.DataFrame:
    runs = base.runs_by_end(history)
    return runs[runs["route"].notna()]
