"""What becomes of an alert from day to day.

new -> notified once -> acknowledged or snoozed -> resolved by itself when the cause ends, and new again
when it comes again. All here is pure: what is known, what holds now and the moment give what is known next.

* The runner is sent word of each crossing once: when the cause comes, and when it becomes more severe.
* Who acknowledges an alert hears no more of it until it becomes more severe, or ends and comes again.
* Who snoozes it is told of it once more when the time is over, if the cause still holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runlog.errors import BadInput
from runlog.model import SEVERITIES, KeptAlert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from runlog.reporter.alerts.notice import Notice

NEW, NOTIFIED, ACKNOWLEDGED, SNOOZED, RESOLVED = STATES = (
    "new",
    "notified",
    "acknowledged",
    "snoozed",
    "resolved",
)
#: The states in which an alert speaks.
OPEN = (NEW, NOTIFIED)

#: The id of an alert that the store has not numbered yet.
UNNUMBERED = 0


def state(alert: KeptAlert, now: datetime) -> str:
    """Where an alert stands at a moment."""
    if alert.resolved is not None:
        return RESOLVED
    if alert.acknowledged is not None:
        return ACKNOWLEDGED
    if alert.snoozed_until is not None and alert.snoozed_until > now:
        return SNOOZED
    return NEW if alert.notified is None or alert.snoozed_until is not None else NOTIFIED


def is_open(alert: KeptAlert, now: datetime) -> bool:
    """Whether it speaks: it holds, and is neither acknowledged nor asleep."""
    return state(alert, now) in OPEN


def follow(known: Iterable[KeptAlert], notices: Sequence[Notice], now: datetime) -> list[KeptAlert]:
    """Give what is known of every alert, now that these notices hold and no others.

    Args:
        known: all alerts so far, one of each kind and subject.
        notices: all that hold.
        now: aware.

    Returns:
        Every known alert, changed or not, and the new ones, with the id ``UNNUMBERED``.
    """
    holding = {(notice.kind, notice.subject): notice for notice in notices}
    known = list(known)
    seen = {(alert.kind, alert.subject) for alert in known}
    went_on = [_gone_on(alert, holding.get((alert.kind, alert.subject)), now) for alert in known]
    came = [_begun(UNNUMBERED, notice, now) for cause, notice in holding.items() if cause not in seen]
    return [*went_on, *came]


def _gone_on(alert: KeptAlert, notice: Notice | None, now: datetime) -> KeptAlert:
    if notice is None:
        return alert if alert.resolved is not None else replace(alert, resolved=now)
    if alert.resolved is not None:
        return _begun(alert.id, notice, now)
    alert = replace(alert, **_words(notice))
    if SEVERITIES.index(notice.severity) < SEVERITIES.index(alert.worst):
        alert = replace(alert, worst=notice.severity, notified=None, acknowledged=None, snoozed_until=None)
    if alert.snoozed_until is not None and alert.snoozed_until <= now:
        alert = replace(alert, notified=None, snoozed_until=None)
    return alert


def _begun(number: int, notice: Notice, now: datetime) -> KeptAlert:
    return KeptAlert(
        id=number,
        kind=notice.kind,
        subject=notice.subject,
        worst=notice.severity,
        began=now,
        **_words(notice),
    )


def _words(notice: Notice) -> dict[str, Any]:
    said = ("severity", "message", "why", "todo", "since")
    return {name: getattr(notice, name) for name in said}


def due(alerts: Iterable[KeptAlert], now: datetime) -> list[KeptAlert]:
    """Those that the runner has to be sent word of."""
    return [alert for alert in alerts if state(alert, now) == NEW]


def notified(alert: KeptAlert, now: datetime) -> KeptAlert:
    """Note that the runner was sent word of it."""
    return replace(alert, notified=now, snoozed_until=_still(alert, now))


def acknowledge(alert: KeptAlert, now: datetime) -> KeptAlert:
    """Note that the runner knows.

    Raises:
        BadInput: the alert is over.
    """
    _refuse_if_over(alert)
    return replace(alert, acknowledged=alert.acknowledged or now, snoozed_until=None)


def snooze(alert: KeptAlert, until: datetime, now: datetime) -> KeptAlert:
    """Let an alert sleep until a moment; one that was acknowledged speaks again then, too.

    Raises:
        BadInput: the alert is over, or the moment is not ahead.
    """
    _refuse_if_over(alert)
    if until <= now:
        raise BadInput("an alert can only be snoozed until a moment that is still to come")
    return replace(alert, acknowledged=None, snoozed_until=until)


def wake(alert: KeptAlert) -> KeptAlert:
    """Let an alert speak that was snoozed or acknowledged; no word is sent of it, since the runner knows.

    Raises:
        BadInput: the alert is over.
    """
    _refuse_if_over(alert)
    return replace(alert, acknowledged=None, snoozed_until=None)


def _still(alert: KeptAlert, now: datetime) -> datetime | None:
    """The end of a snooze that is still to come."""
    until = alert.snoozed_until
    return until if until is not None and until > now else None


def _refuse_if_over(alert: KeptAlert) -> None:
    if alert.resolved is not None:
        raise BadInput(f"alert {alert.id} is over: what it was about has ended")
