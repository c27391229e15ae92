"""Alert rules about soreness itself; each advises to see a clinician."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from runlog import units
from runlog.analysis.history import ratings_of
from runlog.i18n import _
from runlog.reporter.alerts import common
from runlog.reporter.alerts.common import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.analysis.history import History

#: A single high rating raises an alert for so many days.
HIGH_RATING_DAYS = 7
#: A rise is a reason only from this rating on, and by so many points in all (a clear change).
RISEN_TO, RISEN_BY = 5.0, 2.0
#: Fewer ratings are no lasting soreness.
MIN_PERSISTING = 3
#: A rating later than this after a run's end says nothing of that run.
AFTER_RUN = pd.Timedelta(hours=48)


def soreness_high(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report a rating of 7 or more (by default) in the last seven days."""
    since, limit = now - pd.Timedelta(days=HIGH_RATING_DAYS), history.settings.soreness_high
    for area, ratings in ratings_of(history).groupby("area"):
        high = ratings[(ratings["moment"] > since) & (ratings["soreness"] >= limit)]
        if high.empty:
            continue
        up_to_last = ratings[ratings["moment"] <= high["moment"].iloc[-1]]
        row = common.trailing_true((up_to_last["soreness"] >= limit).to_numpy())
        worst = high[high["soreness"] == high["soreness"].max()].iloc[-1]
        rated, day = units.short_number(worst["soreness"]), worst["day"]
        yield Notice(
            subject=str(area),
            severity="urgent",
            message=_("{area}: {rating} of 10 on {day} is high. See a physio or doctor.").format(
                area=_title(area), rating=rated, day=units.day(day)
            ),
            why=_("A rating of {limit} or more is worth a professional’s look.").format(
                limit=units.short_number(limit)
            ),
            since=up_to_last["day"].iloc[-row].date(),
            todo=_clinician_todo(),
        )


def soreness_persists(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that every rating of the last two weeks or longer (by default) was 4 or more."""
    limit, lasting = history.settings.soreness_lasting, history.settings.soreness_lasting_days
    for area, ratings in _fresh_ratings(history, now):
        sore = common.trailing_true((ratings["soreness"] >= limit).to_numpy())
        row = ratings.iloc[len(ratings) - sore :]
        if len(row) < MIN_PERSISTING or (row["day"].iloc[-1] - row["day"].iloc[0]).days < lasting:
            continue
        first, last = row["day"].iloc[0], row["day"].iloc[-1]
        yield Notice(
            subject=area,
            severity="warn",
            message=_("{area}: sore for {days} days. See a physio or doctor.").format(
                area=_title(area), days=(last - first).days
            ),
            why=_("All {n} ratings since {day} were {limit} or more, {mean} on average.").format(
                n=len(row),
                day=units.day(first),
                limit=units.short_number(limit),
                mean=units.number(row["soreness"].mean()),
            ),
            since=row["day"].loc[row["day"] >= first + pd.Timedelta(days=lasting)].iloc[0].date(),
            todo=_clinician_todo(),
        )


def soreness_rises(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that soreness rose after each of the last four runs (by default), clearly and to 5 or more."""
    needed = history.settings.soreness_rising_runs
    for area, ratings in _fresh_ratings(history, now):
        after = _ratings_after_runs(history, ratings)
        after = after.loc[: after.last_valid_index()]  # the latest run may not be rated yet
        row = 1 + common.trailing_true((after.diff() > 0).to_numpy())
        risen = after.iloc[-row:]
        if row < needed or risen.isna().any():
            continue
        if risen.iloc[-1] < RISEN_TO or risen.iloc[-1] - risen.iloc[0] < RISEN_BY:
            continue
        values = ", ".join(map(units.short_number, risen))
        yield Notice(
            subject=area,
            severity="warn",
            message=_("{area}: sorer after each of {n} runs. See a physio or doctor.").format(
                area=_title(area), n=row
            ),
            why=_("After each run you rated {ratings}.").format(ratings=values),
            since=history.runs["day"].loc[after.index[len(after) - row + needed - 1]].date(),
            todo=_clinician_todo(),
        )


def _title(area: object) -> str:
    return units.capital(units.area(str(area)))


def _clinician_todo() -> str:
    return _("Warning signs: {command}").format(command="runlog alerts")


def _ratings_after_runs(history: History, ratings: pd.DataFrame) -> pd.Series[float]:
    """Return per run, in order, the first rating within 48 hours and before the next run ends; else NaN."""
    ends = history.runs["end"].sort_values().reset_index()
    rated = pd.merge_asof(
        ratings[["moment", "soreness"]], ends, left_on="moment", right_on="end", tolerance=AFTER_RUN
    )
    return rated.dropna(subset="id").groupby("id")["soreness"].first().reindex(history.runs.index)


def _fresh_ratings(history: History, now: pd.Timestamp) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the ratings of each area that was rated in the last 14 days."""
    limit = now - pd.Timedelta(days=common.FRESH_DAYS)
    for area, ratings in ratings_of(history).groupby("area"):
        if ratings["moment"].iloc[-1] > limit:
            yield str(area), ratings
