"""List the week's runners for a coach or physio: who needs a call, and why, what presses most first.

It shows only what each runner's own folder shows: the same alerts, by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runlog.analysis import periods
from runlog.analysis.history import ratings_of
from runlog.errors import RunlogError
from runlog.journal import open as open_journal
from runlog.model import SEVERITIES
from runlog.reporter.alerts import alerts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from runlog.analysis.history import History

#: The alerts that concern a coach, what presses most first; "silent" is of the list itself.
PRESSING = (
    "soreness_high",
    "soreness_persists",
    "soreness_rises",
    "run_spike",
    "week_jump",
    "shoe_limit",
    "diary_gap",
    "silent",
)
#: A runner without a run and a rating for so long is silent.
SILENT_DAYS = 14
CONSENT = (
    "Soreness is health data. Look only at runners who have agreed to it, and who can take that back: "
    "what is listed here is what each runner's own folder shows."
)


_OF_NOTICE = ("kind", "severity", "message", "why", "since")


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One reason to talk to a runner, or a runner without one.

    Attributes:
        athlete: the name of the runner's folder.
        kind: of PRESSING; "" for a runner without a reason; "unreadable" where the folder cannot be read.
        severity: "urgent", "warn", "info", or "" without a reason.
        message: what it is; why: the numbers behind it.
        since: the local day since when it holds, None where there is none.
        last_rating: the latest soreness of any area, and last_rated its day; None without a rating.
        last_run: the day of the latest run; None without one.
    """

    athlete: str
    kind: str = ""
    severity: str = ""
    message: str = ""
    why: str = ""
    since: date | None = None
    last_rating: float | None = None
    last_rated: date | None = None
    last_run: date | None = None


def status(
    homes: Sequence[Path], now: datetime, progress: Callable[[int, int, str], None] | None = None
) -> list[StatusRow]:
    """Return all reasons to talk to these runners, the most pressing first, then the runners without one.

    ``progress`` is called after each home with the number done, their total, and its name.
    """
    rows: list[StatusRow] = []
    for done, home in enumerate(homes, 1):
        name = home.resolve().name
        try:
            with open_journal(home) as journal:
                rows += status_of(name, journal.history(), now)
        except (RunlogError, OSError) as error:
            rows.append(StatusRow(name, "unreadable", "warn", "This folder cannot be read.", str(error)))
        if progress is not None:
            progress(done, len(homes), home.name)
    severities, kinds = (*SEVERITIES, ""), ("unreadable", *PRESSING, "")
    return sorted(rows, key=lambda row: (severities.index(row.severity), kinds.index(row.kind), row.athlete))


def status_of(name: str, history: History, now: datetime) -> list[StatusRow]:
    """Return the reasons to talk to one runner, or one row without a reason."""
    past = periods.history_as_of(history, periods.to_utc(now))
    rated, last_run = ratings_of(past), past.runs["day"].max() if len(past.runs) else None
    latest = StatusRow(
        name,
        last_rating=float(rated["soreness"].iloc[-1]) if len(rated) else None,
        last_rated=rated["day"].iloc[-1].date() if len(rated) else None,
        last_run=None if last_run is None else last_run.date(),
    )
    rows = [
        replace(latest, **{name: getattr(notice, name) for name in _OF_NOTICE})
        for notice in alerts(past, now)
        if notice.kind in PRESSING
    ]
    days = [*past.runs["day"].iloc[-1:], *past.entries["day"].iloc[-1:]]
    if days:
        last = max(days).date()
        silent = (past.clock.day(now) - last).days
        if silent >= SILENT_DAYS:
            text = f"Neither a run nor a rating for {silent} days."
            rows.append(replace(latest, kind="silent", severity="info", message=text, since=last))
    return rows or [latest]
