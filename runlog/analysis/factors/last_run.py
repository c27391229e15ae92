"""Factors that are values of the last run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.analysis.factors import asof
from runlog.analysis.shoes.wear import after_each_run
from runlog.analysis.warmup import comparable

if TYPE_CHECKING:
    import pandas as pd

    from runlog.analysis.history import History


def warmup(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Whether the last run had a warm-up, if it ended in the 24 hours before.

    Unit: 1 done, 0 skipped, NaN unknown or no such run. Step: done against skipped. It does not matter when
    the diary told it. Only what the diary and the laps say counts: a stream or a neighbouring activity can
    say "yes", but never "no", and would tell of just the runs of which the diary is silent
    (``warmup.comparable``).
    """
    return _habit(history, moments, "warmup")


def cooldown(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Whether the last run had a cool-down, if it ended in the 24 hours before.

    Unit: 1 done, 0 skipped, NaN unknown or no such run. Step: done against skipped. It does not matter when
    the diary told it. Only what the diary and the laps say counts: a stream or a neighbouring activity can
    say "yes", but never "no", and would tell of just the runs of which the diary is silent
    (``warmup.comparable``).
    """
    return _habit(history, moments, "cooldown")


def shoe_km(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Distance on the shoe of the last run, that run included.

    Unit: km, with what the shoe had run before runlog knew it; NaN where it is unknown. Step: 100 km.
    """
    runs = after_each_run(history)
    return asof.of_last_run(runs, runs["total_m"].to_numpy(float) / 1000.0, moments)


def _habit(history: History, moments: pd.DatetimeIndex, column: str) -> pd.Series[float]:
    runs = asof.ended(history)
    return asof.of_fresh_run(runs, comparable(runs, column).to_numpy(float), moments)
