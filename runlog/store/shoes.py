"""Pairs of shoes, and which was put on a run by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound, no_run
from runlog.model import shoe_key
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from runlog.model import Shoe

_VALUES = ", ".join(f":{column}" for column in rows.SHOE_COLUMNS)
_INSERT = f"INSERT INTO shoe VALUES ({_VALUES})"  # noqa: S608 - our own names
_UPDATE = (
    f"UPDATE shoe SET ({', '.join(rows.SHOE_COLUMNS)}) = ({_VALUES}) "  # noqa: S608 - likewise
    "WHERE name = :name"
)
_LEARNT = ("from_date", "retired", "limit_m")
_NAMES = (
    "SELECT name FROM shoe",  # as the runner writes it, which outranks other spellings
    "SELECT shoe FROM recording UNION SELECT shoe FROM entry UNION SELECT worn FROM activity ORDER BY 1",
)
#: The defaults that another one would not follow: of two, the one with the later first day is worn.
_DEFAULTS = (
    "SELECT name FROM shoe WHERE is_default AND retired IS NULL "
    "AND NOT coalesce(coalesce(from_date, '') < :from_date, 0) ORDER BY name"
)


ADDED, COMPLETED = "added", "completed"


def take_over(db: sqlite3.Connection, shoe: Shoe) -> str | None:
    """Add a pair that a file lists, or learn of one that is there what is not known of it.

    It does not become the default where the runner has one.

    Returns:
        ADDED, COMPLETED, or None where nothing of it was new.
    """
    kept = _kept_name(db, shoe.name)
    if kept is None:
        if shoe.default and shoe.retired is None and _defaults(db, shoe):
            shoe = replace(shoe, default=False)
        db.execute(_INSERT, rows.shoe_row(shoe))
        return ADDED
    own = rows.shoe(db.execute("SELECT * FROM shoe WHERE name = ?", (kept,)).fetchone())
    completed = replace(own, **{name: getattr(own, name) or getattr(shoe, name) for name in _LEARNT})
    if completed == own:
        return None
    db.execute(_UPDATE, rows.shoe_row(completed))
    return COMPLETED


def put_back(db: sqlite3.Connection, exported: Iterable[Shoe]) -> list[str | None]:
    """Keep the pairs of an export: just as they were where there are none, else as those of any list."""
    if db.execute("SELECT 1 FROM shoe").fetchone():
        return [take_over(db, shoe) for shoe in exported]
    pairs = {shoe_key(shoe.name): shoe for shoe in exported}
    db.executemany(_INSERT, map(rows.shoe_row, pairs.values()))
    return [ADDED] * len(pairs)


def add(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    """Add a pair by hand, and name those that it takes the place of as the default.

    Raises:
        BadInput: there is one of that name.
    """
    kept = _kept_name(db, shoe.name)
    if kept is not None:
        raise BadInput(f"there is a pair named {kept!r} already; give this one another name")
    before = _defaults(db, shoe) if shoe.default else []
    db.executemany("UPDATE shoe SET is_default = 0 WHERE name = ?", [(name,) for name in before])
    db.execute(_INSERT, rows.shoe_row(shoe))
    return before


def _kept_name(db: sqlite3.Connection, name: str) -> str | None:
    """The pair of that name as the runner writes it."""
    return next((row[0] for row in db.execute(_NAMES[0]) if shoe_key(row[0]) == shoe_key(name)), None)


def _defaults(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    """The defaults whose place a pair takes; one that was worn before keeps the days before."""
    return [row[0] for row in db.execute(_DEFAULTS, rows.shoe_row(shoe))]


def replace_with(db: sqlite3.Connection, shoe: Shoe) -> None:
    """Put other values in the place of those of the pair of that name.

    Raises:
        NotFound: there is none.
    """
    if db.execute(_UPDATE, rows.shoe_row(shoe)).rowcount == 0:
        raise NotFound(f"there is no pair named {shoe.name!r}; add it with: runlog shoes add")


def names(db: sqlite3.Connection) -> list[str]:
    """All pairs that were ever named: by the runner, a diary row or a recording; each once."""
    by_key: dict[str, str] = {}
    for query in _NAMES:
        for row in db.execute(query):
            by_key.setdefault(shoe_key(row[0]), row[0])
    return sorted(name for key, name in by_key.items() if key)


def wear(db: sqlite3.Connection, run_id: int, name: str | None) -> None:
    """Put a pair on a run by hand, or with None take that word back.

    Raises:
        NotFound: there is no such run or no pair of that name.
    """
    if name is not None and shoe_key(name) not in map(shoe_key, names(db)):
        raise NotFound(f"there is no pair named {name!r}; add it with: runlog shoes add")
    if db.execute("UPDATE activity SET worn = ? WHERE id = ?", (name, run_id)).rowcount == 0:
        raise no_run(run_id)
