"""Alerts about soreness itself: each one means the advice to see a clinician."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from runlog.reporter import units
from runlog.reporter.alerts.notice import FRESH, Notice, trailing

if TYPE_CHECKING:
    from runlog.analysis.history import History

#: From here on a single rating is enough.
HIGH = 7.0
#: From here on it is enough when it lasts for so many days.
LASTING, LASTING_DAYS = 4.0, 14
#: A rating within so long of a run's end belongs to that run, and so many in a row must rise.
AFTER_RUN, RISING_RUNS = pd.Timedelta(hours=48), 4


def soreness_high(history: History, now: pd.Timestamp) -> list[Notice]:
    """A rating of 7 or more in the last seven days."""
    return [
        notice
        for area, ratings in _ratings(history)
        if (notice := _high(area, ratings.loc[ratings["moment"] > now - pd.Timedelta(days=7)], ratings))
    ]


def _high(area: str, recent: pd.DataFrame, ratings: pd.DataFrame) -> Notice | None:
    high = recent.loc[recent["soreness"] >= HIGH]
    if high.empty:
        return None
    up_to_last = ratings.loc[ratings["moment"] <= high["moment"].iloc[-1]]
    row = trailing((up_to_last["soreness"] >= HIGH).to_numpy())
    worst = high["soreness"].max()
    day = high["day"].iloc[int(high["soreness"].argmax())]
    rated = f"{units.number(worst, 0)} of 10"
    return Notice(
        "soreness_high",
        area,
        "urgent",
        f"Your {units.area(area)} was rated {rated}. Have it looked at.",
        f"{rated} on {units.day(day)}. From {units.number(HIGH, 0)} on, see a clinician.",
        up_to_last["day"].iloc[-row].date(),
    )


def soreness_persists(history: History, now: pd.Timestamp) -> list[Notice]:
    """Every rating of the last two weeks or longer was 4 or more."""
    return [notice for area, ratings in _fresh(history, now) if (notice := _persists(area, ratings))]


def _persists(area: str, ratings: pd.DataFrame) -> Notice | None:
    row = ratings.iloc[len(ratings) - trailing((ratings["soreness"] >= LASTING).to_numpy()) :]
    if len(row) < 3 or row["day"].iloc[-1] - row["day"].iloc[0] < pd.Timedelta(days=LASTING_DAYS):  # noqa: PLR2004 - two ratings are no fortnight
        return None
    first = row["day"].iloc[0]
    return Notice(
        "soreness_persists",
        area,
        "warn",
        f"Your {units.area(area)} has been sore for more than two weeks. Have it looked at.",
        f"All {len(row)} ratings since {units.day(first)} are {units.number(LASTING, 0)} or more, "
        f"{units.number(row['soreness'].mean())} on average.",
        (row["day"].loc[row["day"] >= first + pd.Timedelta(days=LASTING_DAYS)].iloc[0]).date(),
    )


def soreness_rises(history: History, now: pd.Timestamp) -> list[Notice]:
    """The ratings after the last four runs rise from each run to the next."""
    return [notice for area, ratings in _fresh(history, now) if (notice := _rises(history, area, ratings))]


def _rises(history: History, area: str, ratings: pd.DataFrame) -> Notice | None:
    after = _after_runs(history, ratings)
    after = after.loc[: after.last_valid_index()]  # the latest run may not be rated yet
    row = 1 + trailing((after.diff() > 0).to_numpy())
    if row < RISING_RUNS or after.iloc[-row:].isna().any():
        return None
    values = [units.number(value, 0) for value in after.iloc[-row:]]
    day = history.runs["day"].loc[after.index[len(after) - row + RISING_RUNS - 1]]
    return Notice(
        "soreness_rises",
        area,
        "warn",
        f"Soreness of your {units.area(area)} has risen over your last {row} runs. Have it looked at.",
        f"After each run you rated {', '.join(values)}.",
        day.date(),
    )


def _after_runs(history: History, ratings: pd.DataFrame) -> pd.Series[float]:
    """Per run, in order, its first rating within 48 hours and before the next run's end; NaN without one."""
    ends = history.runs["end"].sort_values().reset_index()
    rated = pd.merge_asof(
        ratings[["moment", "soreness"]], ends, left_on="moment", right_on="end", tolerance=AFTER_RUN
    )
    return rated.dropna(subset="id").groupby("id")["soreness"].first().reindex(history.runs.index)


def _ratings(history: History) -> list[tuple[str, pd.DataFrame]]:
    rated = history.entries.dropna(subset=["soreness"])
    return [(str(area), ratings) for area, ratings in rated.groupby("area")]


def _fresh(history: History, now: pd.Timestamp) -> list[tuple[str, pd.DataFrame]]:
    """The ratings of each area that was rated lately."""
    limit = now - pd.Timedelta(days=FRESH)
    return [(area, ratings) for area, ratings in _ratings(history) if ratings["moment"].iloc[-1] > limit]
