"""Record what the runner changes by hand, row by row, so that it can be undone and redone.

Triggers of the connection note which rows a change touches and how they were before. The rows before and
after are stored with the change, in the same transaction.
"""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from runlog.errors import BadInput
from runlog.records import Change
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from runlog.records import StoredEntry

    Row = Mapping[str, Any]

#: The tables that hold what a runner says. Imports, alerts and caches are not undone.
TABLES = ("entry", "activity", "recording", "route", "route_run", "shoe", "shoe_rule", "plan", "planned_run")
#: Tables in which runlog changes rows by itself, so that undoing may find other rows than it left.
_ALSO_AUTOMATIC = ("route_run",)

#: How many changes are remembered, and how many bytes of them at most; the last one always is.
MAX_CHANGES = 100
MAX_BYTES = 16 * 2**20


class _RowChange(NamedTuple):
    """A row of a table before and after a change; None where it did not exist."""

    table: str
    before: Row | None
    after: Row | None

    def reversed(self) -> _RowChange:
        return _RowChange(self.table, self.after, self.before)


@contextmanager
def recording_change(db: sqlite3.Connection, what: str) -> Iterator[None]:
    """Record what the block changes as one change, named after the function ``what``.

    It works within a transaction, which a failure rolls back.
    """
    _start_watching(db)
    yield
    changed = list(_changed_rows(db))
    _stop_watching(db)
    if changed:
        _save(db, what, changed)


def _start_watching(db: sqlite3.Connection) -> None:
    db.execute("CREATE TEMP TABLE touched (name TEXT, key INTEGER, PRIMARY KEY (name, key))")
    for table in TABLES:
        copy = f"SELECT rowid AS at_rowid, * FROM main.{table} LIMIT 0"  # noqa: S608 - our own names
        db.execute(f"CREATE TEMP TABLE before_{table} AS {copy}")
        old = ", ".join(["OLD.rowid", *(f'OLD."{column}"' for column in _columns(db, table))])
        is_first = f"NOT EXISTS (SELECT 1 FROM touched WHERE name = '{table}' AND key = OLD.rowid)"  # noqa: S608 - likewise
        keep = f"INSERT INTO before_{table} SELECT {old} WHERE {is_first}"
        note = f"INSERT OR IGNORE INTO touched VALUES ('{table}', "  # noqa: S608 - likewise
        for event, steps in (
            ("INSERT", f"{note} NEW.rowid)"),
            ("UPDATE", f"{keep}; {note} OLD.rowid)"),
            ("DELETE", f"{keep}; {note} OLD.rowid)"),
        ):
            db.execute(
                f"CREATE TEMP TRIGGER {table}_{event} AFTER {event} ON main.{table} BEGIN {steps}; END"
            )


def _stop_watching(db: sqlite3.Connection) -> None:
    for table in TABLES:
        for event in ("INSERT", "UPDATE", "DELETE"):
            db.execute(f"DROP TRIGGER temp.{table}_{event}")
        db.execute(f"DROP TABLE temp.before_{table}")
    db.execute("DROP TABLE temp.touched")


def _changed_rows(db: sqlite3.Connection) -> Iterator[_RowChange]:
    for table, key in db.execute("SELECT name, key FROM touched ORDER BY rowid").fetchall():
        before = db.execute(f"SELECT * FROM temp.before_{table} WHERE at_rowid = ?", (key,)).fetchone()  # noqa: S608 - our own names
        after = db.execute(f"SELECT * FROM main.{table} WHERE rowid = ?", (key,)).fetchone()  # noqa: S608 - likewise
        was = None if before is None else {name: before[name] for name in before.keys()[1:]}
        now = None if after is None else dict(after)
        if was != now:
            yield _RowChange(table, was, now)


def _save(db: sqlite3.Connection, what: str, changed: Sequence[_RowChange]) -> None:
    """Store a change, and forget those that were undone and the oldest beyond the limits."""
    text = json.dumps(
        changed,
        ensure_ascii=False,
        separators=(",", ":"),
        default=lambda blob: {"base64": base64.b64encode(blob).decode("ascii")},
    )
    db.execute("DELETE FROM change WHERE is_undone")
    made_at = rows.utc_text(datetime.now(UTC))
    last = rows.insert(db, "change", {"made_at": made_at, "what": what, "changed": text})
    size = kept = 0
    for row in db.execute("SELECT id, length(changed) AS size FROM change ORDER BY id DESC").fetchall():
        size, kept = size + row["size"], kept + 1
        if row["id"] != last and (kept > MAX_CHANGES or size > MAX_BYTES):
            db.execute("DELETE FROM change WHERE id <= ?", (row["id"],))
            return


def read_last_change(db: sqlite3.Connection, *, undone: bool = False) -> Change | None:
    """Return the change that ``undo_change``, or where ``undone`` ``redo_change``, is about; None without."""
    row = _last_row(db, undone=undone)
    return None if row is None else _change_from_row(db, row, _load(db, row))


def undo_change(db: sqlite3.Connection, expected: Change | None = None) -> Change | None:
    """Undo the last change that is not undone yet, and return it; None without one.

    Raises:
        BadInput: it is not the expected one, or what it changed was changed again since, as by an import.
    """
    row = _last_row(db, undone=False)
    last = None if row is None else (row["what"], datetime.fromisoformat(row["made_at"]))
    if expected is not None and last != (expected.what, expected.made_at):
        raise BadInput("something else has been changed in the meantime; nothing was undone")
    return _reverse_last(db, undone=False)


def redo_change(db: sqlite3.Connection) -> Change | None:
    """Make the change again that was undone last; None without one, also once something else was changed.

    Raises:
        BadInput: as for `undo_change`.
    """
    return _reverse_last(db, undone=True)


def _reverse_last(db: sqlite3.Connection, *, undone: bool) -> Change | None:
    row = _last_row(db, undone=undone)
    if row is None:
        return None
    changed = _load(db, row)
    _apply(db, changed if undone else [one.reversed() for one in reversed(changed)])
    db.execute("UPDATE change SET is_undone = ? WHERE id = ?", (not undone, row["id"]))
    return _change_from_row(db, row, changed)


def _last_row(db: sqlite3.Connection, *, undone: bool) -> sqlite3.Row | None:
    order = "ASC" if undone else "DESC"
    query = f"SELECT * FROM change WHERE is_undone = ? ORDER BY id {order} LIMIT 1"  # noqa: S608 - one of two words
    row: sqlite3.Row | None = db.execute(query, (undone,)).fetchone()
    return row


def _load(db: sqlite3.Connection, row: sqlite3.Row) -> list[_RowChange]:
    """Return the rows of a change.

    Raises:
        BadInput: they are of tables or columns that this runlog does not have.
    """
    changed = [_RowChange(*one) for one in json.loads(row["changed"], object_hook=_blob_from_json)]
    for one in changed:
        names = {*(one.before or ()), *(one.after or ())}
        if one.table not in TABLES or not names <= set(_columns(db, one.table)):
            raise BadInput(
                "the change of {made_at} is of another version of runlog; it stays",
                made_at=row["made_at"][:10],
            )
    return changed


def _blob_from_json(values: dict[str, Any]) -> object:
    return base64.b64decode(values["base64"]) if values.keys() == {"base64"} else values


def _apply(db: sqlite3.Connection, changed: Sequence[_RowChange]) -> None:
    """Give the rows of a change their values after it, if they still are as before it."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    if not all(_is_unchanged(db, one, changed) for one in changed if one.table not in _ALSO_AUTOMATIC):
        raise BadInput(
            "what it changed has been changed again since, as by an import; nothing was undone or redone"
        )
    updated = [one for one in changed if _is_same_row(db, one)]  # others with its name may take its place
    replaced = [one for one in changed if one not in updated]
    for table, before, after in replaced:
        if before is not None or table in _ALSO_AUTOMATIC:
            where, key = _key(db, table, before or after or {})
            db.execute(f"DELETE FROM {table} WHERE {where}", key)  # noqa: S608 - our own names
    for table, before, after in updated:
        where, key = _key(db, table, before or {})
        values = ", ".join(f'"{name}" = ?' for name in after or {})
        db.execute(f"UPDATE {table} SET {values} WHERE {where}", [*(after or {}).values(), *key])  # noqa: S608 - checked names
    for table, _before, after in replaced:
        if after is not None:
            rows.insert(db, table, after)
    for table in TABLES:
        if db.execute(f"PRAGMA foreign_key_check({table})").fetchone():
            raise BadInput("other records refer to what it would take away; nothing was undone or redone")


def _is_same_row(db: sqlite3.Connection, one: _RowChange) -> bool:
    """Return whether a row is updated in its place; else it is removed, added, or has another key."""
    if one.before is None or one.after is None or one.table in _ALSO_AUTOMATIC:
        return False
    return _key(db, one.table, one.before) == _key(db, one.table, one.after)


def _is_unchanged(db: sqlite3.Connection, one: _RowChange, changed: Sequence[_RowChange]) -> bool:
    """Return whether a row is as it was before a change, or the place of a new one is free."""
    if one.before is not None:
        stored = _find(db, one.table, one.before)
        return stored is not None and all(stored[name] == value for name, value in one.before.items())
    place = _key(db, one.table, one.after or {})
    left = (other.before for other in changed if other.table == one.table and other.before is not None)
    is_left = place in [_key(db, one.table, row) for row in left]
    return is_left or _find(db, one.table, one.after or {}) is None


def _find(db: sqlite3.Connection, table: str, row: Row) -> sqlite3.Row | None:
    where, key = _key(db, table, row)
    found: sqlite3.Row | None = db.execute(f"SELECT * FROM {table} WHERE {where}", key).fetchone()  # noqa: S608 - likewise
    return found


def _key(db: sqlite3.Connection, table: str, row: Row) -> tuple[str, list[Any]]:
    """Return the condition that selects a row by its primary key, and the values of the key."""
    names = [name for name, is_key in _columns(db, table).items() if is_key]
    return " AND ".join(f'"{name}" = ?' for name in names), [row[name] for name in names]


def _columns(db: sqlite3.Connection, table: str) -> dict[str, bool]:
    """Return the columns of a table, and which of them are its primary key."""
    return {row["name"]: row["pk"] > 0 for row in db.execute(f"PRAGMA main.table_info({table})")}


def _change_from_row(db: sqlite3.Connection, row: sqlite3.Row, changed: Sequence[_RowChange]) -> Change:
    entries = [one for one in changed if one.table == "entry"]
    imported = db.execute("SELECT max(imported_at) FROM file").fetchone()[0]
    return Change(
        what=row["what"],
        made_at=datetime.fromisoformat(row["made_at"]),
        entries=tuple((_entry(one.before), _entry(one.after)) for one in entries),
        shoes=_names(changed, ("shoe", "name"), ("shoe_rule", "shoe")),
        runs=_names(changed, ("activity", "id")),
        routes=_names(changed, ("route", "id")),
        plans=_names(changed, ("plan", "id")),
        imported_since=imported is not None and imported > row["made_at"],
    )


def _entry(row: Row | None) -> StoredEntry | None:
    return None if row is None else rows.entry_from_row(row)


def _names(changed: Sequence[_RowChange], *columns: tuple[str, str]) -> tuple[Any, ...]:
    """Return the different values of columns, of rows before or else after the change."""
    found = (
        (one.before or one.after or {})[column]
        for table, column in columns
        for one in changed
        if one.table == table
    )
    return tuple(dict.fromkeys(found))
