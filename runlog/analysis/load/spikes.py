"""Each run against the longest of the 30 days before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.load.keeping import signs

if TYPE_CHECKING:
    from runlog.analysis.history import History

SPIKE_DAYS = 30
#: Of so few runs in those days the longest says nothing about what the runner is used to.
LEAST_RUNS = 3


def spikes(history: History) -> pd.Series[float]:
    """The distance of each run over the longest run of the 30 days before it (Frandsen, BJSM 2025).

    What a runner is used to is known when the log has been kept for those 30 days without a silence
    (``keeping``) and has three runs with a distance in them: a beginner's 6 km after 5 km are no spike,
    nor are the first runs after a break, and a run that a watch without a clock dates years back does
    not make a first week a late one.

    Returns:
        The ratios (no unit) by run id, in the order of the runs' ends; NaN where that is not known.
    """
    ended = history.runs.sort_values("end", kind="stable")
    distance = pd.Series(ended["distance_m"].to_numpy(float), index=pd.DatetimeIndex(ended["end"]))
    before = distance.rolling(f"{SPIKE_DAYS}D", closed="left", min_periods=LEAST_RUNS)
    longest = before.max().where(lambda metres: metres > 0)
    ratio = pd.Series((distance / longest).to_numpy(), index=ended.index)
    table = signs(history).dropna(subset="run").set_index("run")
    kept_long = table["day"] - table["begun"] >= pd.Timedelta(days=SPIKE_DAYS)
    return ratio.where(kept_long.reindex(ended.index).to_numpy(bool), np.nan)
