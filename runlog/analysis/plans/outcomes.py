"""What is compared: one number per run, the soreness of the day after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.factors import base

if TYPE_CHECKING:
    from runlog.analysis.history import History


def after_runs(history: History, area: str) -> pd.Series[float]:
    """The mean rating of an area in the 24 hours after each run and before the next one's end.

    The mean, so that nobody chooses among several ratings afterwards.

    Returns:
        By run id, in the order of the runs' ends; NaN where there is none.
    """
    runs = base.runs_by_end(history)
    entries = history.entries
    rated = entries[entries["soreness"].notna() & (entries["area"] == area)]
    at = base.to_microseconds(rated["moment"])
    ends = base.to_microseconds(runs["end"])
    position = base.index_before(ends, at)
    fresh = (position >= 0) & (at - base.take_at(ends.astype(float), position) < base.LAST_RUN_HOLDS_US)
    means = rated["soreness"][fresh].groupby(position[fresh]).mean()
    return pd.Series(means.reindex(np.arange(len(runs))).to_numpy(float), index=runs.index)


def most_rated(history: History) -> str | None:
    """The area with the most ratings; None where nothing is rated."""
    rated = history.entries.loc[history.entries["soreness"].notna(), "area"]
    return None if rated.empty else str(rated.value_counts().index[0])
