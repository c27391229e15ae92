"""Store the state of each alert: seen, notified, acknowledged, snoozed, resolved."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from runlog.errors import NotFound
from runlog.records import StoredAlert
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_COLUMNS = tuple(field.name for field in fields(StoredAlert))
_TIMES = ("began", "notified", "acknowledged", "snoozed_until", "resolved")


def read_alerts(db: sqlite3.Connection) -> list[StoredAlert]:
    """Return all alerts there ever were, by id."""
    return [_alert_from_row(row) for row in db.execute("SELECT * FROM alert ORDER BY id")]


def read_alert(db: sqlite3.Connection, alert_id: int) -> StoredAlert:
    """Return one alert.

    Raises:
        NotFound: there is none of that id.
    """
    row = db.execute("SELECT * FROM alert WHERE id = ?", (alert_id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no alert {alert_id}; runlog alerts --all lists them")
    return _alert_from_row(row)


def save_alerts(db: sqlite3.Connection, alerts: Iterable[StoredAlert]) -> None:
    """Store alerts; one without a stored id gets a new one."""
    for alert in alerts:
        row = _alert_row(alert)
        if not rows.update(db, "alert", row):
            rows.insert(db, "alert", row | {"id": None})


def import_alerts(db: sqlite3.Connection, exported: Iterable[StoredAlert]) -> None:
    """Store the alerts of an export whose kind and subject are not stored yet, by their ids where free."""
    known = {(alert.kind, alert.subject) for alert in read_alerts(db)}
    for alert in exported:
        if (alert.kind, alert.subject) not in known:
            rows.insert_with_id(db, "alert", _alert_row(alert), alert.id)
            known.add((alert.kind, alert.subject))


def _alert_from_row(row: sqlite3.Row) -> StoredAlert:
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    values["since"] = date.fromisoformat(row["since"])
    values |= {name: row[name] and datetime.fromisoformat(row[name]) for name in _TIMES}
    return StoredAlert(**values)


def _alert_row(alert: StoredAlert) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(alert, name) for name in _COLUMNS}
    row["since"] = alert.since.isoformat()
    for name in _TIMES:
        moment = getattr(alert, name)
        row[name] = None if moment is None else rows.utc_text(moment)
    return row
