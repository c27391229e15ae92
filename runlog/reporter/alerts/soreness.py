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
    from runlog.analysis.history import History

#: A single high rating raises an alert for so many days.
HIGH_RATING_DAYS = 7
#: Fewer ratings are no lasting soreness.
MIN_PERSISTING = 3
#: A rating later than this after a run's end says nothing of that run.
AFTER_RUN = pd.Timedelta(hours=48)


def soreness_high(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report a rating of 7 or more (by default) in the last seven days."""
    since = now - pd.Timedelta(days=HIGH_RATING_DAYS)
    return [
        notice
        for area, ratings in _ratings_by_area(history)
        if (notice := _high_notice(history, area, ratings.loc[ratings["moment"] > since], ratings))
    ]


def _high_notice(history: History, area: str, recent: pd.DataFrame, ratings: pd.DataFrame) -> Notice | None:
    limit = history.settings.soreness_high
    high = recent.loc[recent["soreness"] >= limit]
    if high.empty:
        return None
    up_to_last = ratings.loc[ratings["moment"] <= high["moment"].iloc[-1]]
    row = common.trailing_true((up_to_last["soreness"] >= limit).to_numpy())
    rated = _format_rating(high["soreness"].max())
    day = high["day"].iloc[int(high["soreness"].argmax())]
    return Notice(
        subject=area,
        severity="urgent",
        message=_("Your {area} was rated {rating} of 10. Have it looked at.").format(
            area=units.area(area), rating=rated
        ),
        why=_("{rating} of 10 on {day}. From {limit} on, see a clinician.").format(
            rating=rated, day=units.day(day), limit=_format_rating(limit)
        ),
        since=up_to_last["day"].iloc[-row].date(),
        todo=_clinician_todo(),
    )


def soreness_persists(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that every rating of the last two weeks or longer (by default) was 4 or more."""
    return [
        notice
        for area, ratings in _fresh_ratings(history, now)
        if (notice := _persists_notice(history, area, ratings))
    ]


def _persists_notice(history: History, area: str, ratings: pd.DataFrame) -> Notice | None:
    limit, lasting = history.settings.soreness_lasting, history.settings.soreness_lasting_days
    row = ratings.iloc[len(ratings) - common.trailing_true((ratings["soreness"] >= limit).to_numpy()) :]
    if len(row) < MIN_PERSISTING or (row["day"].iloc[-1] - row["day"].iloc[0]).days < lasting:
        return None
    first, last = row["day"].iloc[0], row["day"].iloc[-1]
    return Notice(
        subject=area,
        severity="warn",
        message=_("Your {area} has been sore for {days} days. Have it looked at.").format(
            area=units.area(area), days=(last - first).days
        ),
        why=_("All {n} ratings since {day} are {limit} or more, {mean} on average.").format(
            n=len(row),
            day=units.day(first),
            limit=_format_rating(limit),
            mean=units.number(row["soreness"].mean()),
        ),
        since=row["day"].loc[row["day"] >= first + pd.Timedelta(days=lasting)].iloc[0].date(),
        todo=_clinician_todo(),
    )


def soreness_rises(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that the ratings after the last four runs (by default) rise from each run to the next."""
    return [
        notice
        for area, ratings in _fresh_ratings(history, now)
        if (notice := _rises_notice(history, area, ratings))
    ]


def _rises_notice(history: History, area: str, ratings: pd.DataFrame) -> Notice | None:
    needed = history.settings.soreness_rising_runs
    after = _ratings_after_runs(history, ratings)
    after = after.loc[: after.last_valid_index()]  # the latest run may not be rated yet
    row = 1 + common.trailing_true((after.diff() > 0).to_numpy())
    if row < needed or after.iloc[-row:].isna().any():
        return None
    values = ", ".join(map(_format_rating, after.iloc[-row:]))
    return Notice(
        subject=area,
        severity="warn",
        message=_("Soreness of your {area} has risen over your last {n} runs. Have it looked at.").format(
            area=units.area(area), n=row
        ),
        why=_("After each run you rated {ratings}.").format(ratings=values),
        since=history.runs["day"].loc[after.index[len(after) - row + needed - 1]].date(),
        todo=_clinician_todo(),
    )


def _format_rating(value: float) -> str:
    """Format a rating as it was given: most are whole points."""
    return units.number(value, 0 if float(value).is_integer() else 1)


def _clinician_todo() -> str:
    return _("Ask a physiotherapist or a doctor. What makes it urgent is at the end of: {command}").format(
        command="runlog tips"
    )


def _ratings_after_runs(history: History, ratings: pd.DataFrame) -> pd.Series[float]:
    """Return per run, in order, the first rating within 48 hours and before the next run ends; else NaN."""
    ends = history.runs["end"].sort_values().reset_index()
    rated = pd.merge_asof(
        ratings[["moment", "soreness"]], ends, left_on="moment", right_on="end", tolerance=AFTER_RUN
    )
    return rated.dropna(subset="id").groupby("id")["soreness"].first().reindex(history.runs.index)


def _ratings_by_area(history: History) -> list[tuple[str, pd.DataFrame]]:
    return [(str(area), ratings) for area, ratings in ratings_of(history).groupby("area")]


def _fresh_ratings(history: History, now: pd.Timestamp) -> list[tuple[str, pd.DataFrame]]:
    """Return the ratings of each area that was rated in the last 14 days."""
    limit = now - pd.Timedelta(days=common.FRESH_DAYS)
    return [
        (area, ratings) for area, ratings in _ratings_by_area(history) if ratings["moment"].iloc[-1] > limit
    ]
