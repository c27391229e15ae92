"""The names that a pair of shoes goes by: one of its own, and those of the diary, the watch and the apps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runlog.errors import BadInput
from runlog.model import Shoe, shoe_key
from runlog.store import shoes

if TYPE_CHECKING:
    import sqlite3


def join(db: sqlite3.Connection, name: str, other: str) -> None:
    """Let two names be of one pair, in all that is there and all that comes; the pair goes by the first.

    What was said of the other fills in what is not known of the first, and stays with it for ``separate``.

    Raises:
        NotFound: one of them was never named.
        BadInput: they are of one pair already.
    """
    one, another = (_kept_from_now_on(db, each) for each in (name, other))
    if one.name == another.name:
        raise BadInput(f"{name!r} and {other!r} are one pair already, {one.name!r}")
    whole = replace(
        shoes.completed(one, another),
        start_m=one.start_m or another.start_m,
        default=one.default or another.default,
    )
    shoes.replace_with(db, whole)
    shoes.replace_with(db, replace(another, same_as=one.name))


def separate(db: sqlite3.Connection, name: str) -> str:
    """Let a name be a pair of its own again, and return the name of the one that it was joined to.

    Raises:
        BadInput: it is none that was joined.
    """
    row = next(
        (row for row in db.execute("SELECT * FROM shoe WHERE same_as IS NOT NULL") if _is(row["name"], name)),
        None,
    )
    if row is None:
        raise BadInput(f"{name!r} is not joined to another pair")
    db.execute("UPDATE shoe SET same_as = NULL WHERE name = ?", (row["name"],))
    return str(row["same_as"])


def rename(db: sqlite3.Connection, name: str, new: str) -> None:
    """Give a pair another name; the one before stays one of its names.

    Raises:
        NotFound: there is no pair of that name.
        BadInput: another pair goes by the new name, or it is none.
    """
    pair = shoes.kept(db, name)
    if pair is None:
        raise shoes.unknown(name)
    if not shoe_key(new):
        raise BadInput("a pair needs a name")
    there = shoes.kept(db, new)
    if there is not None and there.name != pair.name:
        raise BadInput(
            f"there is a pair named {there.name!r} already; if it is the same one: runlog shoes join"
        )
    _drop_name(db, pair, new)
    db.execute("UPDATE shoe SET name = ? WHERE name = ?", (new, pair.name))
    if not _is(pair.name, new):
        shoes.keep(db, Shoe(pair.name, same_as=new))


def _drop_name(db: sqlite3.Connection, pair: Shoe, new: str) -> None:
    """Take out a pair's other name that is to be its own."""
    own = [row["name"] for row in db.execute("SELECT name FROM shoe WHERE name <> ?", (pair.name,))]
    for other in own:
        if _is(other, new):
            db.execute("UPDATE shoe SET same_as = ? WHERE same_as = ?", (pair.name, other))
            db.execute("UPDATE shoe_rule SET shoe = ? WHERE shoe = ?", (pair.name, other))
            db.execute("DELETE FROM shoe WHERE name = ?", (other,))


def _kept_from_now_on(db: sqlite3.Connection, name: str) -> Shoe:
    """The pair of that name; one that only a diary or watch names is kept from now on."""
    pair = shoes.kept(db, name)
    if pair is None:
        written = next((each for each in shoes.names(db) if _is(each, name)), None)
        if written is None:
            raise shoes.unknown(name)
        pair = Shoe(written)
        shoes.keep(db, pair)
    return pair


def _is(one: str, other: str) -> bool:
    return shoe_key(one) == shoe_key(other)
