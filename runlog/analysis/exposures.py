"""The table that links are sought in: a row per rating, a column per factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.analysis.links.steps import PRIMARY, WINDOWS, lagged
from runlog.errors import BadInput
from runlog.model import Area

if TYPE_CHECKING:
    from runlog.analysis.history import History


def exposures(history: History, area: str | None = None, window: int = PRIMARY) -> pd.DataFrame:
    """Every rating with the value of every factor at its moment.

    Args:
        history: what happened.
        area: only the ratings of this body area; None is all areas.
        window: 24; or 48 or 72, which add the values of the run that ended 24 to 48 or 48 to 72 hours
            before the rating, in columns of their own ("warmup_48h"), for the factors of the last run.
            They are the factors as they stood 24 or 48 hours before the rating.

    Returns:
        moment (aware UTC), rating (0 to 10), area, day (naive midnight of the local day), then the factors
        by name, NaN where unknown; in the order of the moments.

    Raises:
        BadInput: there is no such area or window; the message names those that are.
    """
    if area is not None and area not in list(Area):
        raise BadInput(f"unknown area {area!r}; known are {', '.join(Area)}")
    if window not in WINDOWS:
        raise BadInput(f"unknown window {window!r}; known are {', '.join(map(str, WINDOWS))} (hours)")
    rated = history.entries[history.entries["soreness"].notna()]
    if area is not None:
        rated = rated[rated["area"] == area]
    table = rated[["moment", "soreness", "area", "day"]].rename(columns={"soreness": "rating"})
    table = table.reset_index(drop=True)
    moments = pd.DatetimeIndex(table["moment"])
    values = {factor.name: factor.values(history, moments).to_numpy(float) for factor in FACTORS}
    if window != PRIMARY:
        before = moments - pd.Timedelta(hours=window - PRIMARY)
        values |= {
            lagged(factor.name, window): factor.values(history, before).to_numpy(float)
            for factor in FACTORS
            if factor.fresh
        }
    return pd.concat([table, pd.DataFrame(values, index=table.index)], axis=1)
