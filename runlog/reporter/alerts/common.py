"""Define a notice, and what several rules ask of a history, which holds nothing after ``now``."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runlog.analysis import periods
from runlog.analysis.factors import find_factor
from runlog.reporter.guidance import all_tips

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from runlog.analysis.history import History


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert: something that holds now.

    Attributes:
        subject: what it is about (a pair, a route, a body area …).
        severity: "info", "warn" or "urgent".
        message: what it is, in one sentence.
        why: the numbers behind the message, and how much they mean.
        since: the local day since which the condition has held without a break.
        todo: what the runner can do about it.
        kind: the name of the rule, set by ``alerts``.
        see_clinician: whether it means the advice to see a clinician, set by ``alerts`` from the rule.
    """

    subject: str
    severity: str
    message: str
    why: str
    since: date
    todo: str
    kind: str = ""
    see_clinician: bool = False

    @property
    def id(self) -> str:
        """The name of the notice, the same from day to day: "kind:subject"."""
        return f"{self.kind}:{self.subject}"

    def as_dict(self) -> dict[str, Any]:
        """Return the notice as JSON has it; ``tips`` are the ids of the tips that answer it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "subject": self.subject,
            "severity": self.severity,
            "message": self.message,
            "why": self.why,
            "since": self.since.isoformat(),
            "todo": self.todo,
            "tips": tips_answering(self.kind),
        }


def tips_answering(kind: str) -> list[str]:
    """Return the ids of the tips that answer a kind of alert."""
    return [tip.id for tip in all_tips() if kind in tip.answers]


#: Runs and ratings older than this raise no alert.
FRESH_DAYS = 14
#: The window of "four weeks".
RECENT_DAYS = 28
#: How many days back the first day of a condition is looked for.
LOOK_BACK_DAYS = 180


def recent_runs(history: History, now: pd.Timestamp, days: int = RECENT_DAYS) -> pd.DataFrame:
    """Return the runs of the last days."""
    return history.runs[history.runs["end"] > now - pd.Timedelta(days=days)]


def ran_recently(history: History, now: pd.Timestamp) -> bool:
    """Return whether there was a run in the last 14 days."""
    return len(recent_runs(history, now, FRESH_DAYS)) > 0


def days_until(history: History, now: pd.Timestamp) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Return the last local days (naive), today last, and each one's end, or now for today."""
    days = pd.DatetimeIndex(pd.date_range(end=history.clock.day(now), periods=LOOK_BACK_DAYS))
    ends = periods.ends_of_days(history, days)
    return days, pd.DatetimeIndex([*ends[:-1], now])


def factor_values(name: str, history: History, moments: pd.DatetimeIndex) -> pd.Series:
    """Return the values of a factor, the same as in the links and charts."""
    return find_factor(name).values(history, moments)


def count_runs(ends: pd.Series[pd.Timestamp], moments: pd.DatetimeIndex) -> NDArray[np.intp]:
    """Count the runs, given by their ends, in the 28 days before each moment."""
    times = np.sort(pd.DatetimeIndex(ends).as_unit("us").asi8)
    at = moments.as_unit("us").asi8
    since = (moments - pd.Timedelta(days=RECENT_DAYS)).as_unit("us").asi8
    return np.searchsorted(times, at, side="right") - np.searchsorted(times, since, side="right")


def trailing_true(flags: NDArray[np.bool_]) -> int:
    """Count the trailing true values."""
    return sum(1 for _flag in takewhile(bool, reversed(flags)))


def streak_start(days: pd.DatetimeIndex, flags: NDArray[np.bool_]) -> date:
    """Return the first day of the current streak of true flags, one a day; the last day if there is none."""
    first: date = days[len(days) - max(1, trailing_true(flags))].date()
    return first
