"""Add, change and remove diary entries; apply a diary file to its rows; store the nights of a watch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound
from runlog.model import MAX_ENTRY_VALUES
from runlog.records import NIGHT_LIMITS, Night
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable

    from runlog.model import Entry
    from runlog.records import StoredEntry

LOG = "log"


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """What a diary file changed."""

    added: int = 0
    updated: int = 0
    removed: int = 0


def read_entries(db: sqlite3.Connection) -> list[StoredEntry]:
    """Return all diary entries in the order of their moments."""
    found = db.execute("SELECT * FROM entry ORDER BY moment, area, side")
    return [rows.entry_from_row(row) for row in found]


def add_entry(db: sqlite3.Connection, entry: Entry, source: str = LOG) -> int:
    """Store a new entry and return its id.

    Raises:
        BadInput: a value is out of its range, or that area has an entry at that very moment.
    """
    checked = _validated(entry)
    _refuse_duplicate(db, checked, None)
    return _insert_entry(db, checked, source)


def update_entry(db: sqlite3.Connection, entry_id: int, entry: Entry) -> None:
    """Replace the values of an entry.

    Raises:
        NotFound: there is no entry of that id.
        BadInput: as for `add_entry`.
    """
    checked = _validated(entry)
    _refuse_duplicate(db, checked, entry_id)
    if not rows.update(db, "entry", rows.entry_row(checked) | {"id": entry_id}):
        raise NotFound(f"there is no entry {entry_id}; runlog diary list shows them")


def delete_entry(db: sqlite3.Connection, entry_id: int) -> StoredEntry:
    """Delete an entry by hand, and return it.

    Raises:
        NotFound: there is no entry of that id.
    """
    row = db.execute("DELETE FROM entry WHERE id = ? RETURNING *", (entry_id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no entry {entry_id}; runlog diary list shows them")
    return rows.entry_from_row(row)


def last_logged(db: sqlite3.Connection) -> StoredEntry | None:
    """Return the entry that was logged by hand last; None where none was."""
    row = db.execute("SELECT * FROM entry WHERE source = ? ORDER BY id DESC LIMIT 1", (LOG,)).fetchone()
    return rows.entry_from_row(row) if row else None


ADDED, UPDATED = "added", "updated"


def import_entry(db: sqlite3.Connection, exported: StoredEntry) -> str | None:
    """Store an entry of an export, by its own id where free, or fill missing values of the stored one.

    Returns:
        ADDED, UPDATED, or None where nothing of it was new.

    Raises:
        BadInput: a value is out of its range.
    """
    entry = _validated(exported.entry)
    stored = _find_entry_at(db, entry)
    if stored is None:
        rows.insert_with_id(db, "entry", rows.entry_row(entry) | {"source": exported.source}, exported.id)
        return ADDED
    lacks = {name for name in rows.ENTRY_COLUMNS if getattr(stored.entry, name) is None}
    changed = _validated(replace(stored.entry, **{name: getattr(entry, name) for name in lacks}))
    if changed == stored.entry:
        return None
    rows.update(db, "entry", rows.entry_row(changed) | {"id": stored.id})
    return UPDATED


def update_from_diary(
    db: sqlite3.Connection,
    path: str,
    entries: Iterable[Entry],
    *,
    complete: bool,
    columns: Collection[str] | None = None,
) -> EntryCounts:
    """Apply a diary file to its stored rows.

    Rows from this file get its values as they are. Entries from elsewhere at the same moment
    get the values that the file has, and keep the others.

    Args:
        db: the database, within a transaction.
        path: which diary it is.
        entries: its rows; of two for one moment and area the later holds.
        complete: whether all of its rows could be read. Only then are those that are no longer
            in it removed: one that cannot be read may be any of them.
        columns: the fields that it has a column for; the others stay as they are. None: all.
    """
    added = updated = 0
    kept_ids: set[int] = set()
    for entry in {(one.moment, one.area, one.side): _validated(one) for one in entries}.values():
        stored = _find_entry_at(db, entry) or _find_without_side(db, entry, path, kept_ids)
        if stored is None:
            kept_ids.add(_insert_entry(db, entry, path))
            added += 1
            continue
        kept_ids.add(stored.id)
        changed = _validated(_merged_entry(stored, entry, path, columns))
        if changed != stored.entry:
            rows.update(db, "entry", rows.entry_row(changed) | {"id": stored.id})
            updated += 1
    removed = _remove_missing(db, path, kept_ids) if complete else 0
    return EntryCounts(added, updated, removed)


def _merged_entry(stored: StoredEntry, entry: Entry, path: str, columns: Collection[str] | None) -> Entry:
    if stored.source == path:
        names = () if columns is None else set(rows.ENTRY_COLUMNS) - set(columns) - {"run"}
        unread = {name: getattr(stored.entry, name) for name in names}
        return replace(entry, **unread, run=stored.entry.run if entry.run is None else entry.run)
    known = {name: value for name in rows.ENTRY_COLUMNS if (value := getattr(entry, name)) is not None}
    return replace(stored.entry, **known)


def _remove_missing(db: sqlite3.Connection, path: str, kept_ids: set[int]) -> int:
    own = [row["id"] for row in db.execute("SELECT id FROM entry WHERE source = ?", (path,))]
    vanished = [(entry_id,) for entry_id in own if entry_id not in kept_ids]
    db.executemany("DELETE FROM entry WHERE id = ?", vanished)
    return len(vanished)


def _find_entry_at(db: sqlite3.Connection, entry: Entry) -> StoredEntry | None:
    key = (rows.utc_text(entry.moment), entry.area, entry.side)
    query = "SELECT * FROM entry WHERE moment = ? AND area = ? AND side IS ?"
    row = db.execute(query, key).fetchone()
    return rows.entry_from_row(row) if row else None


def _find_without_side(
    db: sqlite3.Connection, entry: Entry, path: str, taken: Collection[int]
) -> StoredEntry | None:
    """Return the row that an earlier version of this diary had for an entry, before it told the side."""
    found = None if entry.side is None else _find_entry_at(db, replace(entry, side=None))
    return found if found is not None and found.source == path and found.id not in taken else None


def _insert_entry(db: sqlite3.Connection, entry: Entry, source: str) -> int:
    return rows.insert(db, "entry", rows.entry_row(entry) | {"source": source})


def _refuse_duplicate(db: sqlite3.Connection, entry: Entry, entry_id: int | None) -> None:
    stored = _find_entry_at(db, entry)
    if stored is not None and stored.id != entry_id:
        raise BadInput(
            f"there is an entry for {entry.area} at {entry.moment:%Y-%m-%d %H:%M:%S} UTC already; "
            "edit that one, or give this one another time"
        )


def _validated(entry: Entry) -> Entry:
    """Return the entry in whole seconds, with minutes of strength only where there was a session.

    Raises:
        BadInput: the moment has no zone, or a value is out of its range.
    """
    if entry.moment.tzinfo is None:
        raise BadInput(f"the time {entry.moment} says no zone; give it one, such as +02:00")
    for name, highest in MAX_ENTRY_VALUES.items():
        value = getattr(entry, name)
        if value is not None and not 0 <= value <= highest:
            raise BadInput(f"{name.replace('_', ' ')} must be between 0 and {highest}, not {value:g}")
    done, minutes = entry.strength, entry.strength_min
    if minutes is not None and done is not False:
        done = minutes > 0
    return replace(
        entry,
        moment=entry.moment.replace(microsecond=0),
        strength=done,
        strength_min=minutes if done else None,
    )


_NIGHT_VALUES = tuple(NIGHT_LIMITS)


def read_nights(db: sqlite3.Connection) -> list[Night]:
    """Return what all sources say about all nights, by day."""
    return [night_from_row(row) for row in db.execute("SELECT * FROM night ORDER BY day, source")]


def night_from_row(row: sqlite3.Row) -> Night:
    """Return the night in a row."""
    return Night(row["source"], date.fromisoformat(row["day"]), *(row[name] for name in _NIGHT_VALUES))


def save_nights(db: sqlite3.Connection, nights: Iterable[Night]) -> int:
    """Store nights, and return how many are new or say something else; a value that is missing now stays."""
    return sum(_save_night(db, night) for night in nights)


def _save_night(db: sqlite3.Connection, night: Night) -> bool:
    values = [getattr(night, name) for name in _NIGHT_VALUES]
    names = ", ".join(_NIGHT_VALUES)
    merged = [f"coalesce(excluded.{name}, night.{name})" for name in _NIGHT_VALUES]
    done = db.execute(
        f"INSERT INTO night (source, day, {names}) VALUES (?, ?, ?, ?, ?, ?) "  # noqa: S608 - our own names
        f"ON CONFLICT (source, day) DO UPDATE SET ({names}) = ({', '.join(merged)}) "
        f"WHERE ({names}) IS NOT ({', '.join(merged)})",
        (night.source, night.day.isoformat(), *values),
    )
    return done.rowcount > 0
