"""The runs without a pair of shoes, and what would settle each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.analysis.shoes.assigning import NONE_IN_USE

if TYPE_CHECKING:
    import pandas as pd

    from runlog.analysis.history import History


def unassigned(history: History) -> pd.DataFrame:
    """The runs without a pair, as ``History.runs`` has them, with settled_by: the command that would do."""
    runs = history.runs[history.runs["shoe"].isna()]
    told = [
        _settled_by(run, reason, day)
        for run, reason, day in zip(runs.index, runs["shoe_reason"], runs["day"], strict=True)
    ]
    return runs.assign(settled_by=told)


def _settled_by(run: int, reason: str, day: pd.Timestamp) -> str:
    if reason == NONE_IN_USE:
        return f"runlog shoes add NAME --from {day:%Y-%m-%d}"
    return f"runlog shoes assign {run} NAME"
