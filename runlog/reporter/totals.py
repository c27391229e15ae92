"""A week in numbers, and what is usual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.load import activity_evidence

if TYPE_CHECKING:
    from runlog.analysis.history import History
    from runlog.reporter.periods import Span

#: So many weeks before are what is usual.
WEEKS = 4


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers of a week, or the means of several; NaN is unknown.

    Attributes:
        weeks: how many weeks they are means of.
        runs, ratings: per week; ratings are those of one area.
        distance_m, moving_s: per week; NaN where no run tells them.
        soreness_mean: of all ratings of the area; soreness_max: the worst of them, of several weeks the mean
            of each one's worst.
    """

    weeks: int
    runs: float
    distance_m: float
    moving_s: float
    ratings: float
    soreness_mean: float
    soreness_max: float


def of_week(history: History, week: Span, area: str) -> Totals:
    """The numbers of one week."""
    return _totals(week.of(history.runs), ratings(history, area, week), weeks=1)


def usual(history: History, week: Span, area: str) -> Totals:
    """The means of the same days of the four weeks before, or of as many as the log was kept in."""
    begun = before(history, week)
    runs, rated = history.runs, ratings(history, area)
    ran, told = (pd.concat([span.of(frame) for span in begun] or [frame.iloc[:0]]) for frame in (runs, rated))
    worst = pd.Series([span.of(rated)["soreness"].max() for span in begun], dtype=float)
    return replace(_totals(ran, told, weeks=len(begun)), soreness_max=float(worst.mean()))


def before(history: History, week: Span) -> list[Span]:
    """The same days of the four weeks before, the latest first: of those that the log was kept in."""
    return [span for span in map(week.before, range(1, WEEKS + 1)) if _kept(history, span)]


def ratings(history: History, area: str, span: Span | None = None) -> pd.DataFrame:
    """The entries that rate an area, all or those of a span."""
    entries = history.entries
    rated = entries.loc[entries["soreness"].notna() & (entries["area"] == area)]
    return rated if span is None else span.of(rated)


def _kept(history: History, span: Span) -> bool:
    """Whether the log is known to be kept on a day of a span: what is silent for longer is unknown, not 0."""
    silence = timedelta(days=history.settings.silence_days)
    shown = activity_evidence(history)["day"].between(
        pd.Timestamp(span.first - silence), pd.Timestamp(span.last)
    )
    return bool(shown.any())


def _totals(runs: pd.DataFrame, rated: pd.DataFrame, weeks: int) -> Totals:
    each = weeks or float("nan")
    return Totals(
        weeks=weeks,
        runs=len(runs) / each,
        distance_m=_sum(runs["distance_m"]) / each,
        moving_s=_sum(runs["moving_s"].fillna(runs["duration_s"])) / each,
        ratings=len(rated) / each,
        soreness_mean=float(rated["soreness"].mean()) if len(rated) else float("nan"),
        soreness_max=float(rated["soreness"].max()) if len(rated) else float("nan"),
    )


def _sum(column: pd.Series[float]) -> float:
    """The sum of what is known: 0 for no runs at all, NaN where runs are there but none tells it."""
    return float(column.sum(min_count=1)) if len(column) else 0.0
