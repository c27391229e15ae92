"""Compute load by day and by week, the days on which the log was kept, and single-run spikes.

A day without a run counts as a rest day only while the log is known to be kept, which a run, another
activity or a diary entry shows. For ``silence_days`` days after the last of them (14 by default) a day
without a run is still a rest day; after that the days are unknown until the next run, which starts a new
stretch. Two weeks, because breaks of some days are ordinary, and after that long an acute load has decayed
to 2% and says nothing about the runner any more. The rule only looks back, so the value of a day never
changes later.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis import load_formulas
from runlog.analysis.periods import days_into_week

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.model import Floats


@lru_cache(maxsize=8)  # every factor of load asks for it, at every moment
def activity_evidence(history: History) -> pd.DataFrame:
    """Return all runs, activities and entries in the order in which they became known.

    Each of them shows that the log is kept.

    Returns:
        A row for each, not to be changed, with
            moment: when it became known, aware UTC;
            day: the local day (naive) that it counts for, which never goes back for a traveller;
            run: the id of the run, NaN for all else;
            load: of the run, 0 for all else;
            stretch: the number of its unbroken stretch of the log;
            stretch_start: the day of the first run of that stretch up to then, NaT before it.
    """
    others, entries = history.others, history.entries
    rows = [
        _evidence_rows(history.runs["end"], history.runs["day"]).assign(
            run=history.runs.index.astype(float), load=history.runs["load"].fillna(0.0)
        ),
        _evidence_rows(others["end"], others["day"]),
        _evidence_rows(entries["moment"], entries["day"]),
    ]
    table = pd.concat(rows, ignore_index=True).sort_values("moment", kind="stable", ignore_index=True)
    table["day"] = table["day"].cummax()
    broken = table["day"].diff() > pd.Timedelta(days=history.settings.silence_days + 1)
    table["stretch"] = broken.cumsum()
    is_run = table["run"].notna()
    first_run = table["day"].where(is_run).groupby(table["stretch"]).transform("min")
    table["stretch_start"] = first_run.where(is_run.groupby(table["stretch"]).cummax())
    return table


def _evidence_rows(moment: pd.Series[pd.Timestamp], day: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    return pd.DataFrame({"moment": moment, "day": day, "run": float("nan"), "load": 0.0})


@lru_cache(maxsize=16)
def daily_loads(history: History, through: pd.Timestamp | None = None) -> pd.Series[float]:
    """Return the load per local calendar day: 0 on days of rest, NaN where the log is not known to be kept.

    It is from the day of the first run on, not to be changed; empty without runs. ``through`` is the last day
    (naive); None is the last day with a run, activity or entry.
    """
    table = activity_evidence(history)
    run_rows = table[table["run"].notna()]
    if run_rows.empty:
        return pd.Series(dtype=float, index=pd.DatetimeIndex([], name="day"), name="load")
    last_day = table["day"].iloc[-1]
    days = pd.date_range(
        run_rows["day"].iloc[0], last_day if through is None else max(last_day, through), name="day"
    )
    total = run_rows.groupby("day")["load"].sum().reindex(days, fill_value=0.0)
    stretch_start = (
        table.groupby("day")["stretch_start"]
        .last()
        .reindex(days, method="ffill", limit=history.settings.silence_days)
    )
    return total.where(stretch_start.notna()).rename("load")


def known_stretches(daily: pd.Series[float]) -> Iterator[pd.Series[float]]:
    """Yield the known days of a daily series, stretch by stretch."""
    for _, stretch in daily.dropna().groupby(daily.isna().cumsum()):
        yield stretch


#: First day of an unbroken stretch on which each metric is known (its window is full).
FIRST_FULL_DAY = {
    "load": 1,
    "acute": load_formulas.ACUTE_DAYS,
    "chronic": load_formulas.CHRONIC_DAYS,
    "acwr": load_formulas.CHRONIC_DAYS,
    "acwr_coupled": load_formulas.CHRONIC_DAYS,
    "acwr_uncoupled": load_formulas.CHRONIC_DAYS,
    "ctl": load_formulas.FITNESS_DAYS,
    "atl": load_formulas.FATIGUE_DAYS,
    "tsb": load_formulas.FITNESS_DAYS + 1,
    "monotony": load_formulas.WEEK_DAYS,
    "strain": load_formulas.WEEK_DAYS,
}
#: Metrics without a unit; the others have that of the loads.
RATIOS = ("acwr", "acwr_coupled", "acwr_uncoupled", "monotony")


def daily_metrics(
    history: History, through: pd.Timestamp | None = None, now: datetime | None = None
) -> pd.DataFrame:
    """Return all metrics of load by local calendar day, from the first run's day on.

    The averages start again with the first run after a silence; each is NaN until its window is full again.
    They go through a day (naive), as in ``daily_loads``. The day that is under way ``now`` (aware; None where
    all days are over) is no day of rest yet: its runs can raise a load but not lower it, as in the factors.

    Returns:
        Indexed by day (naive midnight), in the unit of ``history.load_kind`` but for the ratios:
            load: the day's sum;
            acute, chronic: means of 7 and 28 days, weighted towards the last (EWMA, per day);
            acwr: acute over chronic; acwr_coupled, acwr_uncoupled: the same of plain means;
            ctl, atl, tsb: fitness (42 days), fatigue (7 days) and form (yesterday's difference);
            monotony, strain: of the last 7 days; undefined (NaN) where these are all alike.
        The ratios describe; they are no risk (Impellizzeri 2021: contested).
    """
    loads = daily_loads(history, through)
    parts = [load_metrics(stretch) for stretch in known_stretches(loads)]
    known = pd.concat(parts) if parts else pd.DataFrame(columns=list(FIRST_FULL_DAY), dtype=float)
    table = known.reindex(loads.index)
    under_way = None if now is None else pd.Timestamp(history.clock.day(now + timedelta(minutes=1)))
    if len(table) > 1 and table.index[-1] == under_way:
        table.iloc[-1] = _metrics_so_far(loads, table.iloc[-2], table.iloc[-1])
    return table


def _metrics_so_far(
    loads: pd.Series[float], yesterday: pd.Series[float], at_end: pd.Series[float]
) -> pd.Series[float]:
    """Return the metrics of a day under way, the last of the loads, given what they were were it over now."""
    so_far = at_end.copy()
    means = ["acute", "chronic", "ctl", "atl"]
    so_far[means] = np.maximum(yesterday[means], at_end[means])
    so_far["acwr"] = so_far["acute"] / so_far["chronic"] if so_far["chronic"] > 0 else np.nan
    for name, windows in _WINDOWS.items():
        leaving = loads.reindex([loads.index[-1] - pd.Timedelta(days=days) for days in windows])
        if not (loads.iloc[-1] >= leaving).all():
            so_far[name] = yesterday[name]
    return so_far


#: The lengths of the windows, in days, of the metrics that have any.
_WINDOWS = {
    "monotony": (load_formulas.WEEK_DAYS,),
    "strain": (load_formulas.WEEK_DAYS,),
    "acwr_coupled": (load_formulas.WEEK_DAYS, load_formulas.CHRONIC_DAYS),
    "acwr_uncoupled": (load_formulas.WEEK_DAYS,),
}


def load_metrics(loads: pd.Series[float]) -> pd.DataFrame:
    """Return all metrics of unbroken days, NaN where a window is not full yet (``FIRST_FULL_DAY``)."""
    acute, chronic = (
        load_formulas.ewma(loads, days) for days in (load_formulas.ACUTE_DAYS, load_formulas.CHRONIC_DAYS)
    )
    week = load_formulas.trailing_windows(loads, load_formulas.WEEK_DAYS)
    columns: dict[str, Floats] = {
        "load": np.asarray(loads, dtype=float),
        "acute": acute,
        "chronic": chronic,
        "acwr": load_formulas.safe_ratio(acute, chronic),
        "acwr_coupled": load_formulas.acwr_coupled(loads),
        "acwr_uncoupled": load_formulas.acwr_uncoupled(loads),
        "ctl": load_formulas.fitness(loads),
        "atl": load_formulas.fitness(loads, load_formulas.FATIGUE_DAYS),
        "tsb": load_formulas.training_stress_balance(loads)[:-1],
        "monotony": load_formulas.monotony(week),
        "strain": load_formulas.strain(week),
    }
    table = pd.DataFrame(columns, index=loads.index)
    day = np.arange(1, len(table) + 1)
    full = {name: day >= first for name, first in FIRST_FULL_DAY.items()}
    return table.where(pd.DataFrame(full, index=table.index))


def weekly_metrics(
    history: History, through: pd.Timestamp | None = None, now: datetime | None = None
) -> pd.DataFrame:
    """Return the load of each of the runner's weeks (``settings.week_start``), and how the week ended.

    ``through`` and ``now`` are those of ``daily_metrics``.

    Returns:
        Indexed by the first day of the week: last (day of it), runs, days (of which something is known),
        load (their sum, NaN if none is known), and the other metrics as on the last of those days.
    """
    by_day = daily_metrics(history, through, now)
    by_day["days"] = by_day["load"].notna().astype(int)
    by_day["runs"] = history.runs.groupby("day").size().reindex(by_day.index, fill_value=0)
    days = pd.DatetimeIndex(by_day.index)
    into_week = days_into_week(days.day_of_week.to_numpy(), history.settings.week_start)
    by_day["first"] = days - pd.to_timedelta(into_week, unit="D")
    weeks = by_day.groupby("first")
    table = by_day.drop_duplicates("first", keep="last").set_index("first")
    table[["days", "runs"]] = weeks[["days", "runs"]].sum()
    table["load"] = weeks["load"].sum(min_count=1)
    table.insert(0, "last", pd.DatetimeIndex(table.index) + pd.Timedelta(days=load_formulas.WEEK_DAYS - 1))
    return table


SPIKE_DAYS = 30
#: With fewer runs in the 30 days there is no spike.
MIN_RUNS_BEFORE = 3


@lru_cache(maxsize=4)
def run_spikes(history: History) -> pd.Series[float]:
    """Return the distance of each run over the longest run of the 30 days before it (Frandsen, BJSM 2025).

    The usual distance is known when the log has been kept for those 30 days without a silence and has three
    runs with a distance in them: a beginner's 6 km after 5 km are no spike,
    nor are the first runs after a break, and a run that a watch without a clock dates years back does
    not make a first week a late one.

    Returns:
        The ratios (no unit) by run id, in the order of the runs' ends; NaN where that is not known. Not to
        be changed.
    """
    runs = history.runs.sort_values("end", kind="stable")
    distance = pd.Series(runs["distance_m"].to_numpy(float), index=pd.DatetimeIndex(runs["end"]))
    before = distance.rolling(f"{SPIKE_DAYS}D", closed="left", min_periods=MIN_RUNS_BEFORE)
    longest = before.max().where(lambda metres: metres > 0)
    ratio = pd.Series((distance / longest).to_numpy(), index=runs.index)
    table = activity_evidence(history).dropna(subset="run").set_index("run")
    long_enough = table["day"] - table["stretch_start"] >= pd.Timedelta(days=SPIKE_DAYS)
    return ratio.where(long_enough.reindex(runs.index).to_numpy(bool), np.nan)
