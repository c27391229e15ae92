"""Pairs of shoes, and which was put on a run by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3

    from runlog.model import Shoe

_VALUES = ", ".join(f":{column}" for column in rows.SHOE_COLUMNS)
_INSERT = f"INSERT INTO shoe VALUES ({_VALUES}) ON CONFLICT (name) DO NOTHING"  # noqa: S608 - our own names
_UPDATE = (
    f"UPDATE shoe SET ({', '.join(rows.SHOE_COLUMNS)}) = ({_VALUES}) "  # noqa: S608 - likewise
    "WHERE name = :name"
)
_NAMES = (
    "SELECT name FROM shoe UNION SELECT shoe FROM recording UNION SELECT shoe FROM entry "
    "UNION SELECT worn FROM activity"
)


def add_new(db: sqlite3.Connection, shoe: Shoe) -> bool:
    """Add a pair unless one of that name is there, and say whether it was new."""
    return db.execute(_INSERT, rows.shoe_row(shoe)).rowcount == 1


def add(db: sqlite3.Connection, shoe: Shoe) -> None:
    """Add a pair.

    Raises:
        BadInput: there is one of that name.
    """
    if not add_new(db, shoe):
        raise BadInput(f"there is a pair named {shoe.name!r} already; give this one another name")


def replace_with(db: sqlite3.Connection, shoe: Shoe) -> None:
    """Put other values in the place of those of the pair of that name.

    Raises:
        NotFound: there is none.
    """
    if db.execute(_UPDATE, rows.shoe_row(shoe)).rowcount == 0:
        raise NotFound(f"there is no pair named {shoe.name!r}; add it with: runlog shoes add")


def names(db: sqlite3.Connection) -> list[str]:
    """All pairs that were ever named: by the runner, a diary row or a recording."""
    return sorted(row[0] for row in db.execute(_NAMES) if row[0] is not None)


def wear(db: sqlite3.Connection, run_id: int, name: str | None) -> None:
    """Put a pair on a run by hand, or with None take that word back.

    Raises:
        NotFound: there is no such run or no pair of that name.
    """
    if name is not None and name not in names(db):
        raise NotFound(f"there is no pair named {name!r}; add it with: runlog shoes add")
    if db.execute("UPDATE activity SET worn = ? WHERE id = ?", (name, run_id)).rowcount == 0:
        raise NotFound(f"there is no run #{run_id}")
