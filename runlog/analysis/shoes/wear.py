"""How many kilometres a pair has run as of a moment: the one place that counts them.

A pair has what it had run before runlog knew it, and from its end on each run that it was worn on, also
while it is retired. A run of unknown distance adds none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from runlog.analysis.history import History


def after_each_run(history: History) -> pd.DataFrame:
    """What the pair of each run had run once that run was over.

    Returns:
        A row per run by its id, in the order of their ends: end, day, shoe, and total_m (metres, NaN
        where the pair of the run is not known).
    """
    runs = history.runs[["end", "day", "shoe", "distance_m"]].sort_values("end", kind="stable")
    start_m = runs["shoe"].map(history.shoes["start_m"]).astype(float)
    runs["total_m"] = start_m + runs["distance_m"].fillna(0.0).groupby(runs["shoe"]).cumsum()
    return runs.drop(columns="distance_m")


def km_at(history: History, moments: pd.DatetimeIndex) -> pd.DataFrame:
    """The kilometres on each pair as of moments: a row per moment (aware), a column per pair."""
    totals = after_each_run(history)
    km = {}
    for name, start_m in history.shoes["start_m"].items():
        of_pair = totals[totals["shoe"] == name]
        last = of_pair["end"].searchsorted(moments, side="right") - 1  # -1, none yet, is the start at the end
        km[name] = np.append(of_pair["total_m"], start_m)[last] / 1000.0
    return pd.DataFrame(km, index=moments)
