"""Add, change and remove diary entries; apply a diary file to its rows; store the nights of a watch.

A newer version of a list that is understood less well than the one before it is refused: a column that is no
longer read would look like one whose cells the runner has emptied.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound, NotReadable
from runlog.model import MAX_ENTRY_VALUES, Area
from runlog.records import NIGHT_LIMITS, Night
from runlog.store import rows
from runlog.units import count_noun

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Hashable, Iterable, Mapping

    from runlog.model import Entry
    from runlog.records import ParsedFile, StoredEntry

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


def add_entry(db: sqlite3.Connection, entry: Entry) -> int:
    """Store a new entry and return its id.

    Raises:
        BadInput: a value is out of its range, or that area has an entry at that very moment.
    """
    checked = _validated(entry)
    _refuse_duplicate(db, checked, None)
    return _insert_entry(db, checked, LOG)


def update_entry(db: sqlite3.Connection, entry_id: int, entry: Entry) -> None:
    """Replace the values of an entry.

    Raises:
        NotFound: there is no entry of that id.
        BadInput: as for `add_entry`.
    """
    checked = _validated(entry)
    _refuse_duplicate(db, checked, entry_id)
    if not rows.update(db, "entry", rows.to_row(checked) | {"id": entry_id}):
        raise NotFound("there is no entry {id}; runlog diary list shows them", id=entry_id)


def delete_entry(db: sqlite3.Connection, entry_id: int) -> StoredEntry:
    """Delete an entry by hand, and return it.

    Raises:
        NotFound: there is no entry of that id.
    """
    row = db.execute("DELETE FROM entry WHERE id = ? RETURNING *", (entry_id,)).fetchone()
    if row is None:
        raise NotFound("there is no entry {id}; runlog diary list shows them", id=entry_id)
    return rows.entry_from_row(row)


def last_logged(db: sqlite3.Connection) -> StoredEntry | None:
    """Return the entry that was logged by hand last; None where none was."""
    row = db.execute("SELECT * FROM entry WHERE source = ? ORDER BY id DESC LIMIT 1", (LOG,)).fetchone()
    return rows.entry_from_row(row) if row else None


ADDED, UPDATED = "added", "updated"


def import_entry(db: sqlite3.Connection, exported: StoredEntry) -> str | None:
    """Store an entry of an export, by its own id where free, or fill missing values of the stored one.

    Return ADDED, UPDATED, or None where nothing of it was new.

    Raises:
        BadInput: a value is out of its range.
    """
    entry = _validated(exported.entry)
    stored = _find_entry_at(db, entry)
    if stored is None:
        rows.insert_with_id(db, "entry", rows.to_row(entry) | {"source": exported.source}, exported.id)
        return ADDED
    lacks = {name for name in rows.ENTRY_COLUMNS if getattr(stored.entry, name) is None}
    changed = _validated(replace(stored.entry, **{name: getattr(entry, name) for name in lacks}))
    if changed == stored.entry:
        return None
    rows.update(db, "entry", rows.to_row(changed) | {"id": stored.id})
    return UPDATED


def update_from_diary(
    db: sqlite3.Connection,
    path: str,
    entries: Iterable[Entry],
    *,
    complete: bool,
    columns: Collection[str] | None = None,
    unread: Mapping[Hashable, Collection[str]] | None = None,
) -> EntryCounts:
    """Apply a diary file to its stored rows.

    Rows from this file get its values as they are. Entries from elsewhere at the same moment
    get the values that the file has, and keep the others. Of two rows for one moment and area the later
    holds. Only where all rows could be read, as ``complete`` says, are those removed that are no longer in
    the file: one that cannot be read may be any of them.

    Fields without a column in it stay as they are (``columns`` has those with one; None: all), and so do
    those of cells that could not be read (``unread``, by moment, area and side).
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
        kept = set() if columns is None else set(rows.ENTRY_COLUMNS) - set(columns) - {"run"}
        kept.update((unread or {}).get((entry.moment, entry.area, entry.side), ()))
        changed = _validated(_merged_entry(stored, entry, path, kept))
        if changed != stored.entry:
            rows.update(db, "entry", rows.to_row(changed) | {"id": stored.id})
            updated += 1
    own = db.execute("SELECT id FROM entry WHERE source = ?", (path,)) if complete else ()
    vanished = [(row["id"],) for row in own if row["id"] not in kept_ids]
    db.executemany("DELETE FROM entry WHERE id = ?", vanished)
    return EntryCounts(added, updated, len(vanished))


def _merged_entry(stored: StoredEntry, entry: Entry, path: str, kept: Collection[str]) -> Entry:
    if stored.source == path:
        values = {name: getattr(stored.entry, name) for name in kept}
        return replace(entry, **values, run=stored.entry.run if entry.run is None else entry.run)
    known = {name: value for name in rows.ENTRY_COLUMNS if (value := getattr(entry, name)) is not None}
    return replace(stored.entry, **known | {"precision": stored.entry.precision})


def _find_entry_at(db: sqlite3.Connection, entry: Entry) -> StoredEntry | None:
    key = (rows.utc_text(entry.moment), entry.area, entry.side)
    query = "SELECT * FROM entry WHERE moment = ? AND area = ? AND side IS ?"
    row = db.execute(query, key).fetchone()
    return rows.entry_from_row(row) if row else None


def _find_without_side(
    db: sqlite3.Connection, entry: Entry, path: str, taken: Collection[int]
) -> StoredEntry | None:
    """Return the row that an earlier version of this diary had for an entry, before it had the side."""
    found = None if entry.side is None else _find_entry_at(db, replace(entry, side=None))
    return found if found is not None and found.source == path and found.id not in taken else None


def _insert_entry(db: sqlite3.Connection, entry: Entry, source: str) -> int:
    return rows.insert(db, "entry", rows.to_row(entry) | {"source": source})


def _refuse_duplicate(db: sqlite3.Connection, entry: Entry, entry_id: int | None) -> None:
    stored = _find_entry_at(db, entry)
    if stored is not None and stored.id != entry_id:
        raise BadInput(
            "there is an entry for {area} at {moment:%Y-%m-%d %H:%M:%S} UTC already; edit that "
            "one, or give this one another time",
            area=entry.area,
            moment=entry.moment,
        )


def _validated(entry: Entry) -> Entry:
    """Return the entry in whole seconds, with minutes of strength only where there was a session.

    Raises:
        BadInput: the moment has no zone, or a value is out of its range.
    """
    if entry.moment.tzinfo is None:
        raise BadInput("the time {moment} says no zone; give it one, such as +02:00", moment=entry.moment)
    for name, highest in MAX_ENTRY_VALUES.items():
        value = getattr(entry, name)
        if value is not None and not 0 <= value <= highest:
            raise BadInput(
                "{name} must be between 0 and {highest}, not {value:g}",
                name=name.replace("_", " "),
                highest=highest,
                value=value,
            )
    done, minutes = entry.strength, entry.strength_min
    if minutes is not None and done is not False:
        done = minutes > 0
    return replace(
        entry,
        moment=entry.moment.replace(microsecond=0),
        strength=done,
        strength_min=minutes if done else None,
    )


def read_nights(db: sqlite3.Connection) -> list[Night]:
    """Return what all sources say about all nights, by day."""
    return [rows.from_row(Night, row) for row in db.execute("SELECT * FROM night ORDER BY day, source")]


def save_nights(db: sqlite3.Connection, nights: Iterable[Night]) -> int:
    """Store nights, and return how many are new or say something else; a value that is missing now stays."""
    names = ", ".join(NIGHT_LIMITS)
    merged = ", ".join(f"coalesce(excluded.{name}, night.{name})" for name in NIGHT_LIMITS)
    statement = (
        f"INSERT INTO night (source, day, {names}) VALUES (:source, :day, :{', :'.join(NIGHT_LIMITS)}) "  # noqa: S608 - our own names
        f"ON CONFLICT (source, day) DO UPDATE SET ({names}) = ({merged}) WHERE ({names}) IS NOT ({merged})"
    )
    return sum(db.execute(statement, rows.to_row(night)).rowcount > 0 for night in nights)


#: When a stored entry has a value in a column, and what the runner calls that column.
_ENTRY_VALUES = {
    "moment": ("TRUE", "date"),
    "area": ("area NOT IN (SELECT value FROM json_each(:areas))", "area"),
    **{
        name: (f"{name} IS NOT NULL", name)
        for name in (
            *("side", "strength", "soreness", "warmup", "cooldown", "shoe", "rpe", "mobility"),
            *("desk_hours", "posture", "note"),
        )
    },
}
#: The same for a row of a list of runs. A note counts as the name where no column is called name.
_RUN_VALUES = {
    "start": ("TRUE", "date"),
    "day_only": ("day_only = 0", "start"),
    "distance_m": ("distance_m IS NOT NULL", "distance"),
    "sport": ("sport <> 'running' OR sub_sport IS NOT NULL", "sport"),
    "title": ("name IS NOT NULL", "name"),
    "name": ("name IS NOT NULL", "name"),
    "shoe": ("shoe IS NOT NULL", "shoe"),
    "rpe": ("rpe IS NOT NULL", "rpe"),
    "avg_hr": ("avg_hr IS NOT NULL", "avg_hr"),
    "ascent_m": ("ascent_m IS NOT NULL", "ascent"),
}
#: Columns that older databases cannot tell from another of the same values.
_NEVER_GUESSED = frozenset({"title"})


_ENTRIES = "SELECT count(*) FROM entry WHERE source = :path AND "
_RUNS = "SELECT count(*) FROM recording WHERE substr(external, -length(:suffix)) = :suffix AND "


def check_columns(db: sqlite3.Connection, path: str, parsed: ParsedFile) -> None:
    """Refuse a newer version of a list without a column that the earlier one had values in.

    Raises:
        NotReadable: with the columns that are missing.
    """
    if parsed.columns is None:
        return
    stored = db.execute("SELECT name FROM list_column WHERE path = ?", (path,))
    before = {row["name"] for row in stored}  # none where an older runlog has imported it
    nothing = frozenset[str]()
    of_entries, of_runs = (nothing, parsed.columns) if parsed.replaces_earlier else (parsed.columns, nothing)
    areas = json.dumps([Area.UPPER_BACK, *(entry.area for entry in parsed.entries)])
    values = {"path": path, "suffix": f"@{path}", "areas": areas}
    lost: dict[str, int] = {}
    for query, conditions, columns in (
        (_ENTRIES, _ENTRY_VALUES, of_entries),
        (_RUNS, _RUN_VALUES, of_runs),
    ):
        known_before = before if before and columns else conditions.keys() - _NEVER_GUESSED
        for field, (condition, heading) in conditions.items():
            if field in known_before and field not in columns:
                count = db.execute(f"{query}({condition})", values).fetchone()[0]
                lost |= {heading: count} if count else {}
    if lost:
        rows = ", ".join(f"{heading} ({count_noun(count, 'row')})" for heading, count in lost.items())
        raise NotReadable(
            "nothing was changed, because columns of its earlier version are missing or renamed: "
            "{rows}. Give them their old headings back; to delete their values, leave the "
            "headings and empty the cells",
            rows=rows,
        )


def save_columns(db: sqlite3.Connection, path: str, parsed: ParsedFile) -> None:
    """Remember which columns were read of a list; within one transaction."""
    if parsed.columns is not None:
        db.execute("DELETE FROM list_column WHERE path = ?", (path,))
        db.executemany(
            "INSERT INTO list_column VALUES (?, ?)", [(path, name) for name in sorted(parsed.columns)]
        )


def is_list(db: sqlite3.Connection, path: str) -> bool:
    """Return whether a file of this path was imported as a list that the runner goes on editing."""
    query = "SELECT 1 FROM list_column WHERE path = :path UNION SELECT 1 FROM diary WHERE path = :path"
    return db.execute(query, {"path": path}).fetchone() is not None
