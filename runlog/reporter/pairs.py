"""The pairs of shoes that a runner has at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.shoes import shoes
from runlog.analysis.shoes.pairs import resting
from runlog.reporter import periods

if TYPE_CHECKING:
    from runlog.analysis.history import History


def in_use(history: History, now: pd.Timestamp) -> pd.DataFrame:
    """The pairs begun and not retired by a moment, as ``analysis.shoes`` gives them, the most worn first."""
    table = shoes(history, now)
    today = now.tz_convert(periods.clock(history)).tz_localize(None)
    away = pd.Series(resting(history.shoes, pd.Series([today]))[0])
    in_use = ~away & ~(table["retired"] <= today) & ~(table["from_date"] > today)
    return table.loc[in_use].sort_values("km", ascending=False, kind="stable", ignore_index=True)
