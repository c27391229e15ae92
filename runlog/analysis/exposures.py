"""The table that links are sought in: a row per rating, a column per factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.errors import BadInput
from runlog.model import Area

if TYPE_CHECKING:
    from runlog.analysis.history import History


def exposures(history: History, area: str | None = None) -> pd.DataFrame:
    """Every rating with the value of every factor at its moment.

    Args:
        history: what happened.
        area: only the ratings of this body area; None is all areas.

    Returns:
        moment (aware UTC), rating (0 to 10), area, then the factors by name, NaN where unknown; in the
        order of the moments.

    Raises:
        BadInput: there is no such area; the message names those that are.
    """
    if area is not None and area not in list(Area):
        raise BadInput(f"unknown area {area!r}; known are {', '.join(Area)}")
    rated = history.entries[history.entries["soreness"].notna()]
    if area is not None:
        rated = rated[rated["area"] == area]
    table = (
        rated[["moment", "soreness", "area"]].rename(columns={"soreness": "rating"}).reset_index(drop=True)
    )
    moments = pd.DatetimeIndex(table["moment"])
    values = {factor.name: factor.values(history, moments).to_numpy(float) for factor in FACTORS}
    return pd.concat([table, pd.DataFrame(values, index=table.index)], axis=1)
