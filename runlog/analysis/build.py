"""Build a History from what the store holds, and assign diary entries to runs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from datetime import datetime

#: The columns of an entry that are about a run.
RUN_COLUMNS = ("warmup", "cooldown", "shoe", "rpe")


def runs_of_entries(runs: pd.DataFrame, entries: pd.DataFrame) -> pd.Series[float]:
    """The id of the run that each entry is about; NaN where none or more than one could be meant.

    It is the run that the entry names, else the only run of the entry's local day, else the last of
    that day's runs that had ended by the entry's moment.
    """
    runs_of_day: defaultdict[datetime, list[tuple[datetime, int]]] = defaultdict(list)
    for run, day, end in zip(runs.index, runs["day"], runs["end"], strict=True):
        runs_of_day[day].append((end, run))
    return pd.Series(
        [
            _known_run(named, runs.index)
            if pd.notna(named)
            else _run_of_day(runs_of_day.get(day, []), moment)
            for named, day, moment in zip(entries["run"], entries["day"], entries["moment"], strict=True)
        ],
        index=entries.index,
        dtype=float,
    )


def agreed_values(column: pd.Series, about: pd.Series[float], named: pd.Series[float]) -> pd.Series:
    """One column of the diary by run: the value that a run's entries agree on.

    Args:
        column: a column of the entries, unknown where it tells nothing.
        about: the run of each entry, as ``run_of`` gives it.
        named: the run that the entry itself names, which outranks entries that are about it by their day.

    Returns:
        The values by run id; runs of which nothing is told, or contradictory things, are absent.
    """
    rows = pd.DataFrame({"value": column, "run": about, "named": named.notna()})
    rows = rows[rows["value"].notna() & rows["run"].notna()]
    rows = rows[rows["named"] == rows.groupby("run")["named"].transform("max")]
    agreed = rows[rows.groupby("run")["value"].transform("nunique") == 1]
    return agreed.drop_duplicates("run").set_index("run")["value"]


def _known_run(run: float, known: pd.Index) -> float:
    return run if run in known else np.nan


def _run_of_day(candidates: list[tuple[datetime, int]], moment: datetime) -> float:
    if len(candidates) == 1:
        return candidates[0][1]
    before = [candidate for candidate in candidates if candidate[0] <= moment]
    if not before:
        return np.nan
    latest = max(end for end, _ in before)
    last = [run for end, run in before if end == latest]
    return last[0] if len(last) == 1 else np.nan
