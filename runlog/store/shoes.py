"""Store pairs of shoes, the names they go by, and the rules that assign them to runs."""

from __future__ import annotations

import re
from dataclasses import astuple, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from runlog import units
from runlog.errors import BadInput, NotFound, run_not_found
from runlog.i18n import N_
from runlog.model import WEEKDAYS, Shoe, ShoeRule, replaces_default, shoe_key, shoe_names_by_key
from runlog.records import StoredShoeRule
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_COMPLETABLE_FIELDS = ("from_date", "retired", "limit_m")
_SELECT_NAMES = (
    "SELECT shoe FROM recording UNION SELECT shoe FROM entry UNION SELECT worn FROM activity ORDER BY 1"
)


ADDED, COMPLETED = "added", "completed"


def read_shoes(db: sqlite3.Connection) -> list[Shoe]:
    """Return all pairs by name, including the names that are only joined to another pair."""
    return [rows.shoe_from_row(row) for row in db.execute("SELECT * FROM shoe ORDER BY name")]


def add_or_complete(db: sqlite3.Connection, shoe: Shoe) -> str | None:
    """Add a pair from a file, or fill unknown fields of the stored one; return ADDED, COMPLETED or None.

    It does not become the default where the runner has one.
    """
    own = find_shoe(db, shoe.name)
    if own is None:
        if shoe.default and shoe.retired is None and _replaced_defaults(db, shoe):
            shoe = replace(shoe, default=False)
        insert_shoe(db, shoe)
        return ADDED
    completed = fill_unknown(own, shoe)
    if completed == own:
        return None
    update_shoe(db, completed)
    return COMPLETED


def fill_unknown(own: Shoe, other: Shoe) -> Shoe:
    """Return a pair with its unknown fields filled from another record of it.

    It is bounded by the last day that lists name it only as long as no record says that it is in use.
    """
    named = (own.named_until, other.named_until)
    values = {name: getattr(own, name) or getattr(other, name) for name in _COMPLETABLE_FIELDS}
    return replace(own, **values, named_until=None if None in named else max(filter(None, named)))


def add_shoe(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    """Add a pair by hand, and return the names of those it replaces as the default.

    Raises:
        BadInput: there is one of that name.
    """
    if (own := find_shoe(db, shoe.name)) is not None:
        raise BadInput("there is a pair named {name!r} already; give this one another name", name=own.name)
    replaced = _clear_replaced_defaults(db, shoe)
    insert_shoe(db, shoe)
    return replaced


def insert_shoe(db: sqlite3.Connection, shoe: Shoe) -> None:
    """Store a pair of a new name."""
    rows.insert(db, "shoe", rows.shoe_row(shoe))


def find_shoe(db: sqlite3.Connection, name: str) -> Shoe | None:
    """Return the pair that goes by a name; None where there is none."""
    shoes = {shoe.name: shoe for shoe in read_shoes(db)}
    return shoes.get(shoe_names_by_key(shoes.values()).get(shoe_key(name), ""))


def edit_shoe(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    """Replace the values of a pair, and return the names of those it replaces as the default.

    Raises:
        NotFound: there is none of that name.
    """
    replaced = _clear_replaced_defaults(db, shoe)
    update_shoe(db, shoe)
    return replaced


def retire_shoe(db: sqlite3.Connection, name: str, last: date) -> Shoe:
    """Note the last day on which a pair is worn, and return the pair; its runs stay with it.

    Raises:
        NotFound: there is none of that name.
        BadInput: it was first worn later.
    """
    shoe = replace(_find_or_add_shoe(db, name), retired=last)
    if shoe.from_date and last < shoe.from_date:
        first = units.day(shoe.from_date, year=True)
        raise BadInput("{name!r} was first worn {day}, after {last}", name=shoe.name, day=first, last=last)
    update_shoe(db, shoe)
    return shoe


def resume_shoe(db: sqlite3.Connection, name: str, first: date) -> Shoe:
    """Take up a retired pair again from a day on, and return it.

    Raises:
        NotFound: there is none of that name.
        BadInput: it is not retired, or was in use until a later day.
    """
    shoe = _find_or_add_shoe(db, name)
    if shoe.retired is None:
        raise BadInput("{name!r} is not retired", name=shoe.name)
    if first < shoe.retired:
        last = units.day(shoe.retired, year=True)
        raise BadInput("{name!r} was in use until {last}", name=shoe.name, last=last)
    rest = (shoe.retired + timedelta(days=1), first - timedelta(days=1))
    rests = (*shoe.rests, rest) if rest[0] <= rest[1] else shoe.rests
    shoe = replace(shoe, retired=None, rests=rests)
    edit_shoe(db, shoe)
    return shoe


def delete_shoe(db: sqlite3.Connection, name: str) -> int:
    """Delete a pair, its other names, its rules, and its assignments by hand.

    Return how many diary entries and recordings go on naming it, so that it is still listed.

    Raises:
        NotFound: there is no pair of that name.
    """
    pair = find_shoe(db, name)
    if pair is None:
        raise unknown_shoe(name)
    keys = {shoe_key(one) for one, of in read_shoe_names(db).items() if of == pair.name}
    for query, statement in (
        ("SELECT rowid, shoe FROM shoe_rule", "DELETE FROM shoe_rule WHERE rowid = ?"),
        ("SELECT rowid, worn FROM activity", "UPDATE activity SET worn = NULL WHERE rowid = ?"),
        ("SELECT rowid, name FROM shoe ORDER BY same_as IS NULL", "DELETE FROM shoe WHERE rowid = ?"),
    ):
        found = [row for row in db.execute(query) if shoe_key(row[1]) in keys]
        db.executemany(statement, [(row[0],) for row in found])
    named = db.execute("SELECT shoe FROM recording UNION ALL SELECT shoe FROM entry").fetchall()
    return sum(shoe_key(row[0]) in keys for row in named)


def update_shoe(db: sqlite3.Connection, shoe: Shoe) -> None:
    """Replace the values of the pair of that name.

    Raises:
        NotFound: there is none.
    """
    if not rows.update(db, "shoe", rows.shoe_row(shoe), key="name"):
        raise unknown_shoe(shoe.name)


def unknown_shoe(name: str) -> NotFound:
    """Return the error of a name that is no pair's."""
    return NotFound("there is no pair named {name!r}; add it with: runlog shoes add", name=name)


def _clear_replaced_defaults(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    replaced = _replaced_defaults(db, shoe) if shoe.default else []
    db.executemany("UPDATE shoe SET is_default = 0 WHERE name = ?", [(name,) for name in replaced])
    return replaced


def _replaced_defaults(db: sqlite3.Connection, shoe: Shoe) -> list[str]:
    return [other.name for other in read_shoes(db) if replaces_default(shoe, other)]


def read_shoe_names(db: sqlite3.Connection) -> dict[str, str]:
    """Return the pair of each name that was ever written: by the runner, in a diary row or a recording.

    Names that differ in case or blanks alone are here once, as the runner writes them.
    """
    shoes = read_shoes(db)
    pair = shoe_names_by_key(shoes)
    written = {shoe_key(shoe.name): shoe.name for shoe in shoes}
    for row in db.execute(_SELECT_NAMES):
        if shoe_key(row[0]):
            written.setdefault(shoe_key(row[0]), row[0])
    return {written[key]: pair.get(key, written[key]) for key in sorted(written, key=written.__getitem__)}


def set_shoe_override(db: sqlite3.Connection, run_ids: Iterable[int], name: str | None) -> None:
    """Set the pair of runs by hand, or with None unset it.

    Raises:
        NotFound: there is no such run or no pair of that name.
    """
    if name is not None and shoe_key(name) not in map(shoe_key, read_shoe_names(db)):
        raise unknown_shoe(name)
    for run_id in run_ids:
        if db.execute("UPDATE activity SET worn = ? WHERE id = ?", (name, int(run_id))).rowcount == 0:
            raise run_not_found(run_id)


def join_shoes(db: sqlite3.Connection, name: str, other: str) -> None:
    """Join two names to one pair, for stored and future runs; the pair goes by the first.

    The other's values fill unknown ones of the first; its row stays, for `separate_shoe`.

    Raises:
        NotFound: one of them was never named.
        BadInput: they are of one pair already.
    """
    one, another = (_find_or_add_shoe(db, each) for each in (name, other))
    if one.name == another.name:
        text = N_("{name!r} and {other!r} are one pair already, {pair!r}")
        raise BadInput(text, name=name, other=other, pair=one.name)
    combined = replace(
        fill_unknown(one, another),
        start_m=one.start_m or another.start_m,
        default=one.default or another.default,
    )
    update_shoe(db, combined)
    update_shoe(db, replace(another, same_as=one.name))


def separate_shoe(db: sqlite3.Connection, name: str) -> str:
    """Make a name a pair of its own again, and return the name of the one that it was joined to.

    Raises:
        BadInput: it is none that was joined.
    """
    for row in db.execute("SELECT name, same_as FROM shoe WHERE same_as IS NOT NULL").fetchall():
        if _is_same_name(row["name"], name):
            db.execute("UPDATE shoe SET same_as = NULL WHERE name = ?", (row["name"],))
            return str(row["same_as"])
    raise BadInput("{name!r} is not joined to another pair", name=name)


def rename_shoe(db: sqlite3.Connection, name: str, new: str) -> None:
    """Give a pair another name; the one before stays one of its names.

    Raises:
        NotFound: there is no pair of that name.
        BadInput: another pair goes by the new name, or it is none.
    """
    pair = find_shoe(db, name)
    if pair is None:
        raise unknown_shoe(name)
    if not shoe_key(new):
        raise BadInput("a pair needs a name")
    there = find_shoe(db, new)
    if there is not None and there.name != pair.name:
        text = N_("there is a pair named {name!r} already; if it is the same one: runlog shoes join")
        raise BadInput(text, name=there.name)
    _remove_alias(db, pair, new)
    db.execute("UPDATE shoe SET name = ? WHERE name = ?", (new, pair.name))
    if not _is_same_name(pair.name, new):
        insert_shoe(db, Shoe(pair.name, same_as=new))


def _remove_alias(db: sqlite3.Connection, pair: Shoe, new: str) -> None:
    """Remove another name of a pair that is to become its own."""
    own = [row["name"] for row in db.execute("SELECT name FROM shoe WHERE name <> ?", (pair.name,))]
    for other in own:
        if _is_same_name(other, new):
            db.execute("UPDATE shoe SET same_as = ? WHERE same_as = ?", (pair.name, other))
            db.execute("UPDATE shoe_rule SET shoe = ? WHERE shoe = ?", (pair.name, other))
            db.execute("DELETE FROM shoe WHERE name = ?", (other,))


def _find_or_add_shoe(db: sqlite3.Connection, name: str) -> Shoe:
    """Return the pair of a name, adding one that so far only a diary or watch names."""
    pair = find_shoe(db, name)
    if pair is None:
        written = next((each for each in read_shoe_names(db) if _is_same_name(each, name)), None)
        if written is None:
            raise unknown_shoe(name)
        pair = Shoe(written)
        insert_shoe(db, pair)
    return pair


def _is_same_name(one: str, other: str) -> bool:
    return shoe_key(one) == shoe_key(other)


_SEASON_PATTERN = re.compile(r"(\d\d-\d\d)\.\.(\d\d-\d\d)")
_LEAP_YEAR = 2024


def read_shoe_rules(db: sqlite3.Connection) -> list[StoredShoeRule]:
    """Return all rules in the order in which they were made."""
    found = db.execute("SELECT * FROM shoe_rule ORDER BY id")
    return [StoredShoeRule(row["id"], rows.from_row(ShoeRule, row)) for row in found]


def add_shoe_rule(db: sqlite3.Connection, rule: ShoeRule) -> int:
    """Store a rule and return its number.

    Raises:
        NotFound: the runner keeps no pair of that name.
        BadInput: it has no condition or one that no run could fit, or is there already.
    """
    rule = check_shoe_rule(db, rule)
    return rows.insert(db, "shoe_rule", rows.to_row(rule))


def check_shoe_rule(db: sqlite3.Connection, rule: ShoeRule) -> ShoeRule:
    """Return a rule that can be added, with its pair as the runner writes it; raises as `add_shoe_rule`."""
    rule = _validated_rule(db, rule)
    if (number := _rule_number(db, rule)) is not None:
        raise BadInput("this is rule {number} already", number=number)
    return rule


def import_shoe_rule(db: sqlite3.Connection, rule: ShoeRule) -> bool:
    """Store a rule of an export unless it exists; return whether it is new.

    Raises:
        NotFound: as for `add_shoe_rule`.
        BadInput: it has no condition, or one that no run could fit.
    """
    rule = _validated_rule(db, rule)
    is_new = _rule_number(db, rule) is None
    if is_new:
        rows.insert(db, "shoe_rule", rows.to_row(rule))
    return is_new


def _rule_number(db: sqlite3.Connection, rule: ShoeRule) -> int | None:
    return next((stored.id for stored in read_shoe_rules(db) if stored.rule == rule), None)


def remove_shoe_rule(db: sqlite3.Connection, number: int) -> ShoeRule:
    """Remove a rule and return it.

    Raises:
        NotFound: there is none of that number.
    """
    found = next((stored.rule for stored in read_shoe_rules(db) if stored.id == number), None)
    if found is None:
        raise NotFound("there is no rule {number}; runlog shoes rule list shows them", number=number)
    db.execute("DELETE FROM shoe_rule WHERE id = ?", (number,))
    return found


def _validated_rule(db: sqlite3.Connection, rule: ShoeRule) -> ShoeRule:
    pair = find_shoe(db, rule.shoe)
    if pair is None:
        raise unknown_shoe(rule.shoe)
    if not any(one is not None for one in astuple(rule)[1:]):
        raise BadInput("a rule needs a condition: a surface, weekdays, a distance or a season")
    if any(value is not None and not 0 <= value < float("inf") for value in (rule.min_m, rule.max_m)):
        raise BadInput("a distance cannot be below 0")
    if rule.min_m is not None and rule.max_m is not None and rule.min_m > rule.max_m:
        raise BadInput("no run is at least so long and at most so long; the most is less than the least")
    if rule.weekdays is not None and not set(rule.weekdays.split(",")) <= set(WEEKDAYS):
        raise BadInput("{weekdays!r} names no weekdays; write them as sat,sun", weekdays=rule.weekdays)
    if rule.season is not None and not _is_season(rule.season):
        raise BadInput("{season!r} is no season; write it as 11-01..03-31", season=rule.season)
    return replace(rule, shoe=pair.name)


def _is_season(text: str) -> bool:
    match = _SEASON_PATTERN.fullmatch(text)
    try:
        return match is not None and all(date.fromisoformat(f"{_LEAP_YEAR}-{day}") for day in match.groups())
    except ValueError:
        return False
