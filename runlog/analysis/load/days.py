"""Every metric of load as a daily series, and by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.load import formulas
from runlog.analysis.load.keeping import daily_loads, unbroken

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.analysis.history import History

#: The metrics of a day, and from which day of an unbroken log on each is told: its window is full by then.
FROM_DAY = {
    "load": 1,
    "acute": formulas.ACUTE_DAYS,
    "chronic": formulas.CHRONIC_DAYS,
    "acwr": formulas.CHRONIC_DAYS,
    "acwr_coupled": formulas.CHRONIC_DAYS,
    "acwr_uncoupled": formulas.CHRONIC_DAYS,
    "ctl": formulas.FITNESS_DAYS,
    "atl": formulas.FATIGUE_DAYS,
    "tsb": formulas.FITNESS_DAYS + 1,
    "monotony": formulas.WEEK,
    "strain": formulas.WEEK,
}
#: Those that have no unit; the others have that of the loads.
RATIOS = ("acwr", "acwr_coupled", "acwr_uncoupled", "monotony")

#: The weekdays on which a week may start.
_FIRST = {"monday": 0, "saturday": 5, "sunday": 6}


def daily(history: History, through: pd.Timestamp | None = None) -> pd.DataFrame:
    """All metrics of load by local calendar day, from the first run's day on.

    A day without a run counts 0 where the log is known to be kept (``keeping``), else it is unknown. The
    averages start anew with the first run after a silence, and each is NaN until its window is full again.

    Args:
        history: whose.
        through: the last day (naive); None is the last one that the log tells of.

    Returns:
        Indexed by day (naive midnight), in the unit of ``history.load_kind`` but for the ratios:
            load: the day's sum;
            acute, chronic: means of 7 and 28 days, weighted towards the last (EWMA, per day);
            acwr: acute over chronic; acwr_coupled, acwr_uncoupled: the same of plain means;
            ctl, atl, tsb: fitness (42 days), fatigue (7 days) and form (yesterday's difference);
            monotony, strain: of the last 7 days.
        The ratios describe; they are no risk (Impellizzeri 2021: contested).
    """
    loads = daily_loads(history, through)
    parts = [metrics(stretch) for stretch in unbroken(loads)]
    known = pd.concat(parts) if parts else pd.DataFrame(columns=list(FROM_DAY), dtype=float)
    return known.reindex(loads.index)


def metrics(loads: pd.Series[float]) -> pd.DataFrame:
    """All metrics of unbroken days, NaN where a window is not full yet (``FROM_DAY``)."""
    acute, chronic = (formulas.ewma(loads, days) for days in (formulas.ACUTE_DAYS, formulas.CHRONIC_DAYS))
    week = formulas.windows(loads, formulas.WEEK)
    columns: dict[str, NDArray[np.float64]] = {
        "load": np.asarray(loads, dtype=float),
        "acute": acute,
        "chronic": chronic,
        "acwr": formulas.over(acute, chronic),
        "acwr_coupled": formulas.acwr_coupled(loads),
        "acwr_uncoupled": formulas.acwr_uncoupled(loads),
        "ctl": formulas.fitness(loads),
        "atl": formulas.fitness(loads, formulas.FATIGUE_DAYS),
        "tsb": formulas.form(loads)[:-1],
        "monotony": formulas.monotony(week),
        "strain": formulas.strain(week),
    }
    table = pd.DataFrame(columns, index=loads.index)
    day = np.arange(1, len(table) + 1)
    full = {name: day >= first for name, first in FROM_DAY.items()}
    return table.where(pd.DataFrame(full, index=table.index))


def weekly(history: History, through: pd.Timestamp | None = None) -> pd.DataFrame:
    """The load of each of the runner's weeks (``settings.week_start``), and how the week ended.

    Args:
        history: whose.
        through: the last day (naive); None is the last one that the log tells of.

    Returns:
        Indexed by the first day of the week: last (day of it), runs, days (of which something is known),
        load (their sum, NaN if none is known), and the other metrics as on the last of those days.
    """
    by_day = daily(history, through)
    by_day["days"] = by_day["load"].notna().astype(int)
    by_day["runs"] = history.runs.groupby("day").size().reindex(by_day.index, fill_value=0)
    by_day["first"] = _week_of(pd.DatetimeIndex(by_day.index), history.settings.week_start)
    weeks = by_day.groupby("first")
    table = by_day.drop_duplicates("first", keep="last").set_index("first")
    table[["days", "runs"]] = weeks[["days", "runs"]].sum()
    table["load"] = weeks["load"].sum(min_count=1)
    table.insert(0, "last", pd.DatetimeIndex(table.index) + pd.Timedelta(days=formulas.WEEK - 1))
    return table


def _week_of(days: pd.DatetimeIndex, start: str) -> pd.DatetimeIndex:
    """The first day of the week of each day."""
    into = (days.day_of_week.to_numpy() - _FIRST[start]) % formulas.WEEK
    return days - pd.to_timedelta(into, unit="D")
