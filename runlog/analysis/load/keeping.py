"""Which days the log is known to be kept on: only there is a day without a run a day of rest.

The log shows that it is kept by a run, another activity or a diary entry. For ``silence_days`` days after
the last of them (14 if not set otherwise) a day without a run is still a day of rest; then nobody can
tell, and the days are unknown until the next run, which begins a new stretch. Two weeks: breaks of some
days are ordinary, and after so long an acute load has faded to 2%, so that it says no more about the
runner, only about the log. The rule looks back only, so that what was said of a day stays said.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.analysis.history import History


@lru_cache(maxsize=8)  # every factor of load asks for it, at every moment
def signs(history: History) -> pd.DataFrame:
    """Everything that shows that the log is kept, in the order in which it was known.

    Returns:
        A row for each, not to be changed, with
            moment: from when on it is known, aware UTC;
            day: the local day (naive) that it counts for; that of a traveller never goes back;
            run: the id of the run, NaN for all else;
            load: of the run, 0 for all else;
            stretch: the number of its unbroken stretch of the log;
            begun: the day of the first run of that stretch up to then, NaT before it.
    """
    others, entries = history.others, history.entries
    told = [
        _told(history.runs["end"], history.runs["day"]).assign(
            run=history.runs.index.astype(float), load=history.runs["load"].fillna(0.0)
        ),
        _told(others["end"], others["day"]),
        _told(entries["moment"], entries["day"]),
    ]
    table = pd.concat(told, ignore_index=True).sort_values("moment", kind="stable", ignore_index=True)
    table["day"] = table["day"].cummax()
    broken = table["day"].diff() > pd.Timedelta(days=history.settings.silence_days + 1)
    table["stretch"] = broken.cumsum()
    is_run = table["run"].notna()
    first_run = table["day"].where(is_run).groupby(table["stretch"]).transform("min")
    table["begun"] = first_run.where(is_run.groupby(table["stretch"]).cummax())
    return table


def _told(moment: pd.Series[pd.Timestamp], day: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    return pd.DataFrame({"moment": moment, "day": day, "run": float("nan"), "load": 0.0})


@lru_cache(maxsize=16)
def daily_loads(history: History, through: pd.Timestamp | None = None) -> pd.Series[float]:
    """Load per local calendar day: 0 on days of rest, NaN where the log is not known to be kept.

    Args:
        history: whose.
        through: the last day (naive); None is the last one that the log tells of.

    Returns:
        From the day of the first run on, not to be changed; empty without runs.
    """
    table = signs(history)
    ran = table[table["run"].notna()]
    if ran.empty:
        return pd.Series(dtype=float, index=pd.DatetimeIndex([], name="day"), name="load")
    told = table["day"].iloc[-1]
    days = pd.date_range(ran["day"].iloc[0], told if through is None else max(told, through), name="day")
    total = ran.groupby("day")["load"].sum().reindex(days, fill_value=0.0)
    begun = (
        table.groupby("day")["begun"]
        .last()
        .reindex(days, method="ffill", limit=history.settings.silence_days)
    )
    return total.where(begun.notna()).rename("load")


def unbroken(daily: pd.Series[float]) -> Iterator[pd.Series[float]]:
    """The known days of a daily series, stretch by stretch."""
    for _, stretch in daily.dropna().groupby(daily.isna().cumsum()):
        yield stretch
