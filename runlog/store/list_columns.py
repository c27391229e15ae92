"""Refuse a newer version of a list that is understood less well than the one before it.

A column that is no longer read would look like one whose cells the runner has emptied.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runlog.errors import NotReadable
from runlog.model import Area
from runlog.units import count_noun

if TYPE_CHECKING:
    import sqlite3

    from runlog.records import ParsedFile

#: When a stored entry has a value in a column, and what the runner calls that column.
_ENTRY_VALUES = {
    "moment": ("TRUE", "date"),
    "area": ("area NOT IN (SELECT value FROM json_each(:areas))", "area"),
    "side": ("side IS NOT NULL", "side"),
    "strength": ("strength IS NOT NULL", "strength"),
    **{
        name: (f"{name} IS NOT NULL", name)
        for name in ("soreness", "warmup", "cooldown", "shoe", "rpe", "mobility", "desk_hours", "posture")
    },
    "note": ("note IS NOT NULL", "note"),
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
    """Refuse a list without a column that its earlier version had values in.

    Args:
        db: the database.
        path: of the list.
        parsed: its newer version.

    Raises:
        NotReadable: with the columns that are missing.
    """
    if parsed.columns is None:
        return
    before = _read_columns(db, path)
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
            f"nothing was changed, because columns of its earlier version are missing or renamed: {rows}. "
            "Give them their old headings back; to delete their values, leave the headings and empty the "
            "cells"
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


def _read_columns(db: sqlite3.Connection, path: str) -> frozenset[str]:
    """Return the columns of the earlier version; none where an older runlog has imported it."""
    return frozenset(
        row["name"] for row in db.execute("SELECT name FROM list_column WHERE path = ?", (path,))
    )
