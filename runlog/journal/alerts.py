"""The alerts of a journal: what holds now, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlog.journal import cycle
from runlog.store import alerts as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlog.analysis.history import History
    from runlog.model import KeptAlert
    from runlog.store import Store


@dataclass(frozen=True, slots=True)
class Alerts:
    """What is known of the alerts of one runner, from day to day.

    ``follow`` looks which hold now; all else reads or changes what it has left. The report of an earlier
    week asks ``runlog.alerts(history, moment)`` instead, which changes nothing.
    """

    _store: Store

    def follow(self, history: History, now: datetime | None = None) -> list[KeptAlert]:
        """Look which alerts hold now, and keep what became of each.

        Args:
            history: all that the journal holds.
            now: aware; this moment by default. It is never to be one of the past.

        Returns:
            All alerts that there ever were: ``cycle.state`` tells where each stands.

        Raises:
            BadInput: ``now`` has no time zone.
            StoreError: the store cannot be written.
        """
        from runlog.reporter.alerts import alerts

        moment = _utc(now)
        notices = alerts(history, moment)
        with self._store.writing() as db:
            known = kept.read_alerts(db)
            after = cycle.follow(known, notices, moment)
            before = set(known)
            kept.save_alerts(db, [alert for alert in after if alert not in before])
            return kept.read_alerts(db)

    def all(self) -> list[KeptAlert]:
        """All alerts as ``follow`` has left them, by their ids; light, without a history."""
        with self._store.reading() as db:
            return kept.read_alerts(db)

    def notified(self, ids: Iterable[int], now: datetime | None = None) -> None:
        """Note that the runner was sent word of these; they are sent no more until they grow worse.

        Raises:
            NotFound: there is no such alert.
        """
        moment = _utc(now)
        self._change(ids, lambda alert: cycle.notified(alert, moment))

    def acknowledge(self, ids: Iterable[int], now: datetime | None = None) -> list[KeptAlert]:
        """Say that these are known, and give them as they are then; all of them, or none.

        Raises:
            NotFound: there is no such alert.
            BadInput: one is over.
        """
        moment = _utc(now)
        return self._change(ids, lambda alert: cycle.acknowledge(alert, moment))

    def snooze(self, ids: Iterable[int], until: datetime, now: datetime | None = None) -> list[KeptAlert]:
        """Let these sleep until a moment (aware), and give them as they are then; all of them, or none.

        Raises:
            NotFound: there is no such alert.
            BadInput: one is over, or the moment is not ahead.
        """
        moment = _utc(now)
        return self._change(ids, lambda alert: cycle.snooze(alert, until, moment))

    def wake(self, ids: Iterable[int]) -> list[KeptAlert]:
        """Let these speak again that were snoozed or acknowledged; all of them, or none.

        Raises:
            NotFound: there is no such alert.
            BadInput: one is over.
        """
        return self._change(ids, cycle.wake)

    def _change(self, ids: Iterable[int], step: Callable[[KeptAlert], KeptAlert]) -> list[KeptAlert]:
        with self._store.writing() as db:
            changed = [step(kept.read_alert(db, alert_id)) for alert_id in dict.fromkeys(ids)]
            kept.save_alerts(db, changed)
        return changed


def _utc(now: datetime | None) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) if now is None else now
