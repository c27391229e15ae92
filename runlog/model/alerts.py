"""Alerts and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


#: How an alert presses, the most severe first.
SEVERITIES = ("urgent", "warn", "info")


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """An alert in the store: what was said of it last, and what the runner and runlog have done about it.

    Attributes:
        id: what the runner calls it by; the same whenever the cause comes again.
        kind, subject: which cause; there is one alert of each.
        severity: "info", "warn" or "urgent", as it stands.
        message, why, todo: as they were said last.
        since: the first local day on which the cause held.
        worst: the highest severity since it began.
        began: when it was first seen since the cause came (again).
        notified: when the runner was sent word of it; None: never since it began or grew worse.
        acknowledged: when the runner said that it is known; None: not, or it has grown worse since.
        snoozed_until: when it shall speak again; None: it is not asleep.
        resolved: when the cause was first seen to have ended; None: it holds.
    """

    id: int
    kind: str
    subject: str
    severity: str
    message: str
    why: str
    todo: str
    since: date
    worst: str
    began: datetime
    notified: datetime | None = None
    acknowledged: datetime | None = None
    snoozed_until: datetime | None = None
    resolved: datetime | None = None
