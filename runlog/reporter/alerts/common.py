"""Define a notice, and the questions that several alert rules ask of a history."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runlog.analysis import periods
from runlog.analysis.factors import find_factor

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from runlog.analysis.history import History


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert: something that holds now.

    Attributes:
        kind: the name of the rule; subject: what it is about (a pair, a route, a body area …).
        severity: "info", "warn" or "urgent".
        message: what it is, in one sentence.
        why: the numbers behind the message, and how much they mean.
        since: the first local day on which the condition held in its present run.
        todo: what the runner can do about it.
    """

    kind: str
    subject: str
    severity: str
    message: str
    why: str
    since: date
    todo: str

    @property
    def id(self) -> str:
        """The name by which the notice is known from day to day: "kind:subject"."""
        return f"{self.kind}:{self.subject}"

    @property
    def see_clinician(self) -> bool:
        """Whether it means the advice to see a clinician, with the signs that make it urgent."""
        return self.kind.startswith("soreness_")

    def as_dict(self) -> dict[str, Any]:
        """The notice as JSON has it; ``tips`` are the ids of the tips that answer it."""
        return {
            "id": self.id,
            **asdict(self),
            "since": self.since.isoformat(),
            "tips": tips_answering(self.kind),
        }


def tips_answering(kind: str) -> list[str]:
    """The ids of the tips that answer a kind of alert."""
    from runlog.reporter.guidance import all_tips

    return [tip.id for tip in all_tips() if kind in tip.answers]


#: After so many days the last run or rating is too old to alarm anybody.
FRESH_DAYS = 14
#: The window of what is told of "four weeks".
RECENT_DAYS = 28
#: How many days back the beginning of what holds now is looked for.
LOOK_BACK_DAYS = 180


def ran_recently(history: History, now: pd.Timestamp) -> bool:
    """Whether there was a run lately."""
    return bool((history.runs["end"] > now - pd.Timedelta(days=FRESH_DAYS)).any())


def recent_runs(history: History, now: pd.Timestamp) -> pd.DataFrame:
    """The runs of the last 28 days."""
    return history.runs.loc[history.runs["end"] > now - pd.Timedelta(days=RECENT_DAYS)]


def days_until(history: History, now: pd.Timestamp) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """The last local days (naive), today last, and the moment of each to look at it: its end, or now."""
    days = pd.DatetimeIndex(pd.date_range(end=history.clock.day(now), periods=LOOK_BACK_DAYS))
    ends = periods.ends_of_days(history, days)
    return days, pd.DatetimeIndex([*ends[:-1], now])


def factor_values(name: str, history: History, moments: pd.DatetimeIndex) -> pd.Series:
    """The values of a factor, the same as in the links and charts."""
    return find_factor(name).values(history, moments)


def count_runs(ends: pd.Series[pd.Timestamp], moments: pd.DatetimeIndex) -> NDArray[np.intp]:
    """How many runs, given by their ends, lie in the 28 days before each moment."""
    times = np.sort(pd.DatetimeIndex(ends).as_unit("us").asi8)
    at = moments.as_unit("us").asi8
    since = (moments - pd.Timedelta(days=RECENT_DAYS)).as_unit("us").asi8
    return np.searchsorted(times, at, side="right") - np.searchsorted(times, since, side="right")


def trailing_true(flags: NDArray[np.bool_]) -> int:
    """How many are true in a row at the end."""
    row = 0
    for flag in reversed(list(flags)):
        if not flag:
            break
        row += 1
    return row


def streak_start(days: pd.DatetimeIndex, flags: NDArray[np.bool_]) -> date:
    """The day from which on all flags, one a day, are true; the last day where the last one is not."""
    first: date = days[len(days) - max(1, trailing_true(flags))].date()
    return first
