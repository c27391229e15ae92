"""What becomes of runs and pairs where something else is said of shoes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from runlog.analysis.shoes.wear import km_at

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History


class Changes(NamedTuple):
    """The runs whose pair is another one, and the pairs whose kilometres are.

    Attributes:
        runs: by id: day, name, distance_m, before, after (a pair or None), why_before, why_after.
        pairs: by name: km_before, km_after, runs_before, runs_after.
    """

    runs: pd.DataFrame
    pairs: pd.DataFrame


def changes(before: History, after: History, now: datetime) -> Changes:
    """Compare two histories of the same runs; the kilometres are those of ``now`` (aware)."""
    both = before.runs[["day", "name", "distance_m"]].assign(
        before=before.runs["shoe"],
        after=after.runs["shoe"],
        why_before=before.runs["shoe_reason"],
        why_after=after.runs["shoe_reason"],
    )
    moved = both[both["before"].fillna("") != both["after"].fillna("")]
    pairs = pd.DataFrame(
        {
            "km_before": _km(before, now),
            "km_after": _km(after, now),
            "runs_before": before.runs["shoe"].value_counts(),
            "runs_after": after.runs["shoe"].value_counts(),
        }
    ).rename_axis("name")
    pairs = pairs.fillna(0.0).astype({"runs_before": int, "runs_after": int})
    touched = (pairs["km_before"] != pairs["km_after"]) | (pairs["runs_before"] != pairs["runs_after"])
    return Changes(moved, pairs[touched])


def _km(history: History, now: datetime) -> pd.Series[float]:
    return km_at(history, pd.DatetimeIndex([now])).iloc[0]
