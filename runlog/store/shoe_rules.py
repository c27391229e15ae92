"""The runner's rules: on which runs a pair is worn of which nothing else is said."""

from __future__ import annotations

import re
from dataclasses import astuple, fields, replace
from datetime import date
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound
from runlog.model import WEEKDAYS, KeptShoeRule, ShoeRule, Surface
from runlog.store import shoes

if TYPE_CHECKING:
    import sqlite3

_COLUMNS = tuple(field.name for field in fields(ShoeRule))
_SEASON = re.compile(r"(\d\d-\d\d)\.\.(\d\d-\d\d)")
_A_LEAP_YEAR = 2024


def rules(db: sqlite3.Connection) -> list[KeptShoeRule]:
    """All rules in the order in which they were made."""
    return [_kept(row) for row in db.execute("SELECT * FROM shoe_rule ORDER BY id")]


def _kept(row: sqlite3.Row) -> KeptShoeRule:
    values = {name: row[name] for name in _COLUMNS}
    return KeptShoeRule(
        row["id"], ShoeRule(**values | {"surface": row["surface"] and Surface(row["surface"])})
    )


def add(db: sqlite3.Connection, rule: ShoeRule) -> int:
    """Keep a rule and return its number.

    Raises:
        NotFound: the runner keeps no pair of that name.
        BadInput: it has no condition or one that no run could fit, or is there already.
    """
    rule = check(db, rule)
    values = ", ".join("?" * len(_COLUMNS))
    added = db.execute(
        f"INSERT INTO shoe_rule ({', '.join(_COLUMNS)}) VALUES ({values})",  # noqa: S608 - our own names
        astuple(rule),
    )
    return int(added.lastrowid or 0)


def check(db: sqlite3.Connection, rule: ShoeRule) -> ShoeRule:
    """A rule that can be added, with its pair as the runner writes it; raises as ``add``."""
    rule = _sound(db, rule)
    there = _number(db, rule)
    if there is not None:
        raise BadInput(f"this is rule {there} already")
    return rule


def put_back(db: sqlite3.Connection, rule: ShoeRule) -> bool:
    """Keep a rule of an export where it is not there, and say whether it was not.

    Raises:
        NotFound: as for ``add``.
        BadInput: likewise.
    """
    if _number(db, _sound(db, rule)) is not None:
        return False
    add(db, rule)
    return True


def _number(db: sqlite3.Connection, rule: ShoeRule) -> int | None:
    return next((kept.id for kept in rules(db) if kept.rule == rule), None)


def remove(db: sqlite3.Connection, number: int) -> ShoeRule:
    """Take a rule out and return it.

    Raises:
        NotFound: there is none of that number.
    """
    found = next((kept.rule for kept in rules(db) if kept.id == number), None)
    if found is None:
        raise NotFound(f"there is no rule {number}; runlog shoes rule list shows them")
    db.execute("DELETE FROM shoe_rule WHERE id = ?", (number,))
    return found


def _sound(db: sqlite3.Connection, rule: ShoeRule) -> ShoeRule:
    pair = shoes.kept(db, rule.shoe)
    if pair is None:
        raise shoes.unknown(rule.shoe)
    if astuple(rule)[1:] == (None,) * (len(_COLUMNS) - 1):
        raise BadInput("a rule needs a condition: a surface, weekdays, a distance or a season")
    _check_distance(rule)
    if rule.weekdays is not None and not set(rule.weekdays.split(",")) <= set(WEEKDAYS):
        raise BadInput(f"{rule.weekdays!r} names no weekdays; write them as sat,sun")
    if rule.season is not None and not _is_season(rule.season):
        raise BadInput(f"{rule.season!r} is no season; write it as 11-01..03-31")
    return replace(rule, shoe=pair.name)


def _check_distance(rule: ShoeRule) -> None:
    if any(value is not None and not 0 <= value < float("inf") for value in (rule.min_m, rule.max_m)):
        raise BadInput("a distance cannot be below 0")
    if rule.min_m is not None and rule.max_m is not None and rule.min_m > rule.max_m:
        raise BadInput("no run is at least so long and at most so long; the most is less than the least")


def _is_season(text: str) -> bool:
    match = _SEASON.fullmatch(text)
    try:
        return match is not None and all(
            date.fromisoformat(f"{_A_LEAP_YEAR}-{day}") for day in match.groups()
        )
    except ValueError:
        return False
