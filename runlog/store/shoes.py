"""Pairs of shoes, and which was put on a run by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound, no_run
from runlog.model import pair_by_key, shoe_key
from runlog.store import read, rows

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
_NAMED = "SELECT shoe FROM recording UNION SELECT shoe FROM entry UNION SELECT worn FROM activity ORDER BY 1"
#: The defaults that another one would not follow: of two, the one with the later first day is worn.
_DEFAULTS = (
    "SELECT name FROM shoe WHERE is_default AND retired IS NULL AND same_as IS NULL AND name <> :name "
    "AND NOT coalesce(coalesce(from_date, '') < :from_date, 0) ORDER BY name"
)


ADDED, COMPLETED = "added", "completed"


def take_over(db: sqlite3.Connection, shoe: Shoe) -> str | None:
    """Add a pair that a file lists, or learn of one that is there what is not known of it.

    It does not become the default where the runner has one.

    Returns:
        ADDED, COMPLETED, or None where nothing of it was new.
    """
    own = kept(db, shoe.name)
    if own is None:
        if shoe.default and shoe.retired is None and _defaults(db, shoe):
            shoe = replace(shoe, default=False)
        keep(db, shoe)
        return ADDED
    learnt = completed(own, shoe)
    if learnt == own:
        return None
    replace_with(db, learnt)
    return COMPLETED


def completed(own: Shoe, other: Shoe) -> Shoe:
    """A pair with what is not known of it from another account of it."""
    return replace(own, **{name: getattr(own, name) or getattr(other, name) for name in _LEARNT})


def put_back(db: sqlite3.Connection, exported: Iterable[Shoe]) -> list[str | None]:
    """Keep the pairs of an export: just as they were where there are none, else as those of any list."""
    pairs = {shoe_key(shoe.name): shoe for shoe in exported}
    is_first = not db.execute("SELECT 1 FROM shoe").fetchone()
    became: list[str | None] = []
    for key, shoe in pairs.items():
        bare = replace(shoe, same_as=None)
        if is_first:
            keep(db, bare)
        became.append(ADDED if is_first else take_over(db, bare))
        if became[-1] != ADDED:
            pairs[key] = bare  # what it is called here is the runner's word
    _put_names_together(db, pairs.values())
    return became


def _put_names_together(db: sqlite3.Connection, pairs: Iterable[Shoe]) -> None:
    known = pair_by_key(read.shoes(db))
    db.executemany(
        "UPDATE shoe SET same_as = ? WHERE name = ?",
        [(known.get(shoe_key(shoe.same_as)), shoe.name) for shoe in pairs if shoe.same_as],
    )


def add(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    """Add a pair by hand, and name those that it takes the place of as the default.

    Raises:
        BadInput: there is one of that name.
    """
    own = kept(db, shoe.name)
    if own is not None:
        raise BadInput(f"there is a pair named {own.name!r} already; give this one another name")
    before = _step_back(db, shoe)
    keep(db, shoe)
    return before


def keep(db: sqlite3.Connection, shoe: Shoe) -> None:
    """Keep a pair of a new name."""
    db.execute(_INSERT, rows.shoe_row(shoe))


def kept(db: sqlite3.Connection, name: str) -> Shoe | None:
    """The pair that goes by a name; None where the runner keeps none."""
    shoes = {shoe.name: shoe for shoe in read.shoes(db)}
    return shoes.get(pair_by_key(shoes.values()).get(shoe_key(name), ""))


def edit(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    """Put other values in the place of a pair's, and name those that it takes the place of as the default.

    Raises:
        NotFound: there is none of that name.
    """
    before = _step_back(db, shoe)
    replace_with(db, shoe)
    return before


def replace_with(db: sqlite3.Connection, shoe: Shoe) -> None:
    """Put other values in the place of those of the pair of that name.

    Raises:
        NotFound: there is none.
    """
    if db.execute(_UPDATE, rows.shoe_row(shoe)).rowcount == 0:
        raise unknown(shoe.name)


def unknown(name: str) -> NotFound:
    """The error of a name that is no pair's."""
    return NotFound(f"there is no pair named {name!r}; add it with: runlog shoes add")


def _step_back(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    before = _defaults(db, shoe) if shoe.default else []
    db.executemany("UPDATE shoe SET is_default = 0 WHERE name = ?", [(name,) for name in before])
    return before


def _defaults(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    """The defaults whose place a pair takes; one that was worn before keeps the days before."""
    return [row[0] for row in db.execute(_DEFAULTS, rows.shoe_row(shoe))]


def names(db: sqlite3.Connection) -> dict[str, str]:
    """The pair by each name that was ever written for it: by the runner, a diary row or a recording.

    Names that differ in case or blanks alone are here once, as the runner writes them.
    """
    shoes = read.shoes(db)
    pair = pair_by_key(shoes)
    written = {shoe_key(shoe.name): shoe.name for shoe in shoes}
    for row in db.execute(_NAMED):
        if shoe_key(row[0]):
            written.setdefault(shoe_key(row[0]), row[0])
    return {written[key]: pair.get(key, written[key]) for key in sorted(written, key=written.__getitem__)}


def wear(db: sqlite3.Connection, run_ids: Iterable[int], name: str | None) -> None:
    """Put a pair on runs by hand, or with None take that word back.

    Raises:
        NotFound: there is no such run or no pair of that name.
    """
    if name is not None and shoe_key(name) not in map(shoe_key, names(db)):
        raise unknown(name)
    for run_id in run_ids:
        if db.execute("UPDATE activity SET worn = ? WHERE id = ?", (name, int(run_id))).rowcount == 0:
            raise no_run(run_id)
