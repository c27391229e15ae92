"""Track each alert from day to day: new, notified, acknowledged, snoozed, resolved.

new -> notified once -> acknowledged or snoozed -> resolved when the cause ends, and new again when it
returns. The functions are pure: what is stored, what holds now and the moment give the next state.
``Alerts`` loads and stores them.

* The runner is notified once per crossing: when the cause appears, and when it becomes more severe.
* An acknowledged alert stays silent until it becomes more severe, or ends and returns.
* A snoozed alert is shown once more when the time is over, if the cause still holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from runlog.errors import BadInput
from runlog.model import SEVERITIES
from runlog.records import StoredAlert
from runlog.store import alerts as alert_rows
from runlog.store import reads

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from runlog.analysis.history import History
    from runlog.reporter.alerts.common import Notice
    from runlog.store import Store

STATES = ("new", "notified", "acknowledged", "snoozed", "resolved")
NEW, NOTIFIED, ACKNOWLEDGED, SNOOZED, RESOLVED = STATES
#: The states in which an alert is shown to the runner.
OPEN_STATES = (NEW, NOTIFIED)

#: The id of an alert that the store has not numbered yet.
UNSAVED_ID = 0


def alert_state(alert: StoredAlert, now: datetime) -> str:
    """Return the state of an alert at a moment."""
    if alert.resolved is not None:
        return RESOLVED
    if alert.acknowledged is not None:
        return ACKNOWLEDGED
    if alert.snoozed_until is not None and alert.snoozed_until > now:
        return SNOOZED
    return NEW if alert.notified is None or alert.snoozed_until is not None else NOTIFIED


def is_open(alert: StoredAlert, now: datetime) -> bool:
    """Return whether the alert holds, and is neither acknowledged nor snoozed."""
    return alert_state(alert, now) in OPEN_STATES


def update_alerts(
    stored: Iterable[StoredAlert], notices: Sequence[Notice], now: datetime
) -> list[StoredAlert]:
    """Return the state of every alert, given the notices that hold at a moment.

    There is one stored alert of each kind and subject; new ones have the id ``UNSAVED_ID``.
    """
    holding = {(notice.kind, notice.subject): notice for notice in notices}
    continued = [
        _continue_alert(alert, holding.pop((alert.kind, alert.subject), None), now) for alert in stored
    ]
    return [*continued, *(_start_alert(UNSAVED_ID, notice, now) for notice in holding.values())]


def _continue_alert(alert: StoredAlert, notice: Notice | None, now: datetime) -> StoredAlert:
    if notice is None:
        return alert if alert.resolved is not None else replace(alert, resolved=now)
    if alert.resolved is not None:
        return _start_alert(alert.id, notice, now)
    alert = replace(alert, **_notice_fields(notice))
    if SEVERITIES.index(notice.severity) < SEVERITIES.index(alert.worst):
        alert = replace(alert, worst=notice.severity, notified=None, acknowledged=None, snoozed_until=None)
    if alert.snoozed_until is not None and alert.snoozed_until <= now:
        alert = replace(alert, notified=None, snoozed_until=None)
    return alert


def _start_alert(number: int, notice: Notice, now: datetime) -> StoredAlert:
    return StoredAlert(
        id=number,
        kind=notice.kind,
        subject=notice.subject,
        worst=notice.severity,
        began=now,
        **_notice_fields(notice),
    )


def _notice_fields(notice: Notice) -> dict[str, Any]:
    names = ("severity", "message", "why", "todo", "since")
    return {name: getattr(notice, name) for name in names}


def due_alerts(alerts: Iterable[StoredAlert], now: datetime) -> list[StoredAlert]:
    """Return the alerts that the runner has not been notified of."""
    return [alert for alert in alerts if alert_state(alert, now) == NEW]


def mark_notified(alert: StoredAlert, now: datetime) -> StoredAlert:
    """Note that the runner was notified of it; a snooze that is still running goes on."""
    until = alert.snoozed_until
    return replace(alert, notified=now, snoozed_until=until if until is not None and until > now else None)


def acknowledge_alert(alert: StoredAlert, now: datetime) -> StoredAlert:
    """Note that the runner knows.

    Raises:
        BadInput: the alert is over.
    """
    _require_active(alert)
    return replace(alert, acknowledged=alert.acknowledged or now, snoozed_until=None)


def snooze_alert(alert: StoredAlert, until: datetime, now: datetime) -> StoredAlert:
    """Silence an alert until a moment; an acknowledged one is shown again then, too.

    Raises:
        BadInput: the alert is over, or the moment is not ahead.
    """
    _require_active(alert)
    if until <= now:
        raise BadInput("an alert can only be snoozed until a moment that is still to come")
    return replace(alert, acknowledged=None, snoozed_until=until)


def wake_alert(alert: StoredAlert) -> StoredAlert:
    """Show an alert again that was snoozed or acknowledged; no notification is sent, the runner knows it.

    Raises:
        BadInput: the alert is over.
    """
    _require_active(alert)
    return replace(alert, acknowledged=None, snoozed_until=None)


def _require_active(alert: StoredAlert) -> None:
    if alert.resolved is not None:
        raise BadInput("alert {id} is over: what it was about has ended", id=alert.id)


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts of one runner and their states, in the store.

    ``update`` checks which hold now and stores the result; the other methods read or change that. The report
    of an earlier week asks ``runlog.alerts(history, moment)`` instead, which changes nothing.

    Those that change alerts change all that are named, or none where one does not exist (NotFound) or is over
    (BadInput), and return them.
    """

    _store: Store

    def update(
        self, history: History, now: datetime | None = None, notices: Sequence[Notice] | None = None
    ) -> list[StoredAlert]:
        """Check which alerts hold now, and store the state of each, where anything can be stored.

        The moment (aware, by default this one) is never to be one of the past; the notices that hold then
        can be given where they are known already.

        Returns:
            All alerts that there ever were; ``alert_state`` gives the state of each.

        Raises:
            BadInput: ``now`` has no time zone.
            StoreError: the store cannot be read.
        """
        from runlog.reporter.alerts import alerts

        moment = _moment_or_now(now)
        notices = alerts(history, moment) if notices is None else notices
        stored = self.all()
        if not _changes(stored, notices, moment):
            return stored
        return self._store.write_derived(_save_changes, notices, moment)

    def check_writable(self) -> None:
        """Raise StoreError where nothing can be stored, so that no alert is sent again and again."""
        self._store.check_writable()

    all = reads(alert_rows.read_alerts)  # as ``update`` has stored them; light, without a history

    def notified(self, ids: Iterable[int], now: datetime | None = None) -> None:
        """Note that the runner was notified of these, which are not sent again until they are more severe."""
        moment = _moment_or_now(now)
        self._change(ids, lambda alert: mark_notified(alert, moment))

    def acknowledge(self, ids: Iterable[int], now: datetime | None = None) -> list[StoredAlert]:
        """Acknowledge alerts."""
        moment = _moment_or_now(now)
        return self._change(ids, lambda alert: acknowledge_alert(alert, moment))

    def snooze(self, ids: Iterable[int], until: datetime, now: datetime | None = None) -> list[StoredAlert]:
        """Snooze alerts until a moment (aware); raises BadInput where that is not ahead."""
        moment = _moment_or_now(now)
        return self._change(ids, lambda alert: snooze_alert(alert, until, moment))

    def wake(self, ids: Iterable[int]) -> list[StoredAlert]:
        """Show alerts again that were snoozed or acknowledged."""
        return self._change(ids, wake_alert)

    def _change(self, ids: Iterable[int], step: Callable[[StoredAlert], StoredAlert]) -> list[StoredAlert]:
        with self._store.writing() as db:
            changed = [step(alert_rows.read_alert(db, alert_id)) for alert_id in dict.fromkeys(ids)]
            alert_rows.save_alerts(db, changed)
        return changed


def _save_changes(db: sqlite3.Connection, notices: Sequence[Notice], moment: datetime) -> list[StoredAlert]:
    """Store what has changed, and return all alerts."""
    alert_rows.save_alerts(db, _changes(alert_rows.read_alerts(db), notices, moment))
    return alert_rows.read_alerts(db)


def _changes(stored: Sequence[StoredAlert], notices: Sequence[Notice], now: datetime) -> list[StoredAlert]:
    """Return the alerts that are new or have changed."""
    before = set(stored)
    return [alert for alert in update_alerts(stored, notices, now) if alert not in before]


def _moment_or_now(now: datetime | None) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) if now is None else now
