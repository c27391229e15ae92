"""Store the state of each alert: seen, notified, acknowledged, snoozed, resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.errors import NotFound
from runlog.records import StoredAlert
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


def read_alerts(db: sqlite3.Connection) -> list[StoredAlert]:
    """Return all alerts there ever were, by id."""
    return [rows.from_row(StoredAlert, row) for row in db.execute("SELECT * FROM alert ORDER BY id")]


def read_alert(db: sqlite3.Connection, alert_id: int) -> StoredAlert:
    """Return one alert.

    Raises:
        NotFound: there is none of that id.
    """
    row = db.execute("SELECT * FROM alert WHERE id = ?", (alert_id,)).fetchone()
    if row is None:
        raise NotFound("there is no alert {id}; runlog alerts --all lists them", id=alert_id)
    return rows.from_row(StoredAlert, row)


def save_alerts(db: sqlite3.Connection, alerts: Iterable[StoredAlert]) -> None:
    """Store alerts; one without a stored id gets a new one."""
    for alert in alerts:
        row = rows.to_row(alert)
        if not rows.update(db, "alert", row):
            rows.insert(db, "alert", row | {"id": None})


def import_alerts(db: sqlite3.Connection, exported: Iterable[StoredAlert]) -> None:
    """Store the alerts of an export whose kind and subject are not stored yet, by their ids where free."""
    known = {(alert.kind, alert.subject) for alert in read_alerts(db)}
    for alert in exported:
        if (alert.kind, alert.subject) not in known:
            rows.insert_with_id(db, "alert", rows.to_row(alert), alert.id)
            known.add((alert.kind, alert.subject))
