"""Factors of route repetition. Runs without a route (treadmill, no positions) count neither way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis import routes
from runlog.analysis.factors import asof

if TYPE_CHECKING:
    from runlog.analysis.history import History


def route_share(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Share of the last 28 days' runs with a route that went on the most used one; NaN without any.

    Unit: 0 to 1. Step: 0.1 (10 percentage points).
    """
    runs = _routed(history)
    codes, _ = pd.factorize(runs["route"])
    moment, run = asof.within(asof.micros(runs["end"]), asof.micros(moments), routes.SHARE_DAYS)
    pairs = pd.DataFrame({"moment": moment, "route": codes[run]})
    count = pairs.groupby(["moment", "route"]).size().groupby("moment")
    share = (count.max() / count.sum()).reindex(np.arange(len(moments)))
    return pd.Series(share.to_numpy(float), index=moments)


def route_streak(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Runs in a row on the same route, up to the last run with a route.

    Unit: runs, 1 or more; NaN before the first. Step: 1.
    """
    runs = _routed(history)
    position = asof.last(asof.micros(runs["end"]), asof.micros(moments))
    return pd.Series(
        asof.pick(routes.streaks(runs["route"]).to_numpy().astype(float), position), index=moments
    )


def _routed(history: History) -> pd.DataFrame:
    runs = asof.ended(history)
    return runs[runs["route"].notna()]
