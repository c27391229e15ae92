"""Convert records to table rows and back, by the types of their fields."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from runlog import model
from runlog.model import Activity, Entry, Kind, Shoe
from runlog.records import Recording, Sport, StoredEntry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

T = TypeVar("T")

#: The columns of a recording that are the fields of an Activity, of an entry those of an Entry.
ACTIVITY_COLUMNS = tuple(field.name for field in fields(Activity) if field.name != "track")
ENTRY_COLUMNS = tuple(field.name for field in fields(Entry))


def insert(db: sqlite3.Connection, table: str, row: Mapping[str, object], *, replace: bool = False) -> int:
    """Insert a row, given by its columns, if need be in the place of one of its key, and return its id."""
    insert_into = "INSERT OR REPLACE INTO" if replace else "INSERT INTO"
    values = ", ".join(f":{column}" for column in row)
    return int(db.execute(f"{insert_into} {table} ({', '.join(row)}) VALUES ({values})", row).lastrowid or 0)


def insert_with_id(db: sqlite3.Connection, table: str, row: Mapping[str, object], wanted: int) -> int:
    """Insert a row with the id of an export where that is free, else with a new one; return its id."""
    taken = db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (wanted,)).fetchone()  # noqa: S608 - our own names
    return insert(db, table, {**row, "id": None if taken or wanted < 1 else wanted})


def update(db: sqlite3.Connection, table: str, row: Mapping[str, object], key: str = "id") -> bool:
    """Update the row with the same key, and return whether there is one."""
    values = ", ".join(f"{column} = :{column}" for column in row if column != key)
    return db.execute(f"UPDATE {table} SET {values} WHERE {key} = :{key}", row).rowcount > 0  # noqa: S608 - our own names


def utc_text(moment: datetime) -> str:
    """Return UTC in ISO 8601 of a fixed width, so that texts sort as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def to_row(record: object) -> dict[str, object]:
    """Return the fields of a record as columns: moments as ``utc_text``, days as ISO 8601, lists as JSON."""
    return {one.name: to_column(getattr(record, one.name)) for one in fields(record)}  # type: ignore[arg-type]  # it is a dataclass


def to_column(value: object) -> object:
    """Return a field as its column holds it."""
    return json.dumps(_to_json(value)) if isinstance(value, tuple) else _to_json(value)


def _to_json(value: object) -> object:
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_to_json(one) for one in value]
    if is_dataclass(value):
        return [_to_json(getattr(value, one.name)) for one in fields(value)]
    return value


def from_row(kind: type[T], row: sqlite3.Row | Mapping[str, Any], /, **given: object) -> T:
    """Return the record of a row that ``to_row`` has made; fields that are given are not read from it.

    Raises:
        ValueError: a column holds no value of its field.
    """
    values = dict(given)
    for name, parse in _column_parsers(kind).items():  # type: ignore[arg-type]  # a class is hashable
        if name not in given:
            column = row[name]
            values[name] = column if parse is None or column is None else parse(column)
    return kind(**values)


@cache
def _column_parsers(kind: Any) -> dict[str, Callable[[Any], object] | None]:  # noqa: ANN401 - a dataclass
    """Return what parses the column of each field of a record; None where the column is its value."""
    hints = get_type_hints(kind, localns={**vars(model), "date": date, "datetime": datetime})
    return {one.name: _column_parser(hints[one.name]) for one in fields(kind)}


def _column_parser(hint: Any) -> Callable[[Any], object] | None:  # noqa: ANN401 - any type
    """Return what parses a column of this type, which may be optional."""
    types = [one for one in get_args(hint) if one is not type(None)]
    if types[1:] == [...]:
        element = types[0]
        return lambda text: tuple(_parse_json(element, one) for one in json.loads(text))
    kind = types[0] if types else hint
    if kind in (date, datetime):
        return kind.fromisoformat  # type: ignore[no-any-return]
    return kind if kind is bool or issubclass(kind, StrEnum) else None


def _parse_json(kind: Any, values: list[Any]) -> object:  # noqa: ANN401 - likewise
    """Return an element of a list: a record or a tuple."""
    is_record = is_dataclass(kind)
    parsers = _column_parsers(kind).values() if is_record else map(_column_parser, get_args(kind))
    pairs = zip(parsers, values, strict=True)
    parsed = tuple(one if parse is None or one is None else parse(one) for parse, one in pairs)
    return kind(*parsed) if is_record else parsed


def activity_row(activity: Activity) -> dict[str, object]:
    """Return the columns of a recording, by name."""
    row = to_row(activity)
    del row["track"]
    return row


def recording_from_row(row: sqlite3.Row) -> Recording:
    """Return the recording of a row that holds its columns and the file's ``path``."""
    return from_row(Recording, row, activity=from_row(Activity, row, track=None))


def given_sport(row: sqlite3.Row) -> Sport | None:
    """Return the sport that the runner says an activity was, by its row; None where nothing was said."""
    if row["given_sport"] is None:
        return None
    return Sport(row["given_sport"], row["given_sub_sport"], Kind(row["given_kind"]))


def given_sport_row(sport: Sport | None) -> dict[str, str | None]:
    """Return the columns of an activity that hold the sport that the runner says it was."""
    name, sub_sport, kind = sport or (None, None, None)
    return {"given_sport": name, "given_sub_sport": sub_sport, "given_kind": kind}


def entry_from_row(row: sqlite3.Row | Mapping[str, Any]) -> StoredEntry:
    """Return the entry of a row."""
    return StoredEntry(id=row["id"], entry=from_row(Entry, row), source=row["source"])


def shoe_row(shoe: Shoe) -> dict[str, object]:
    """Return the columns of a shoe, by name."""
    row = to_row(shoe)
    return row | {"is_default": row.pop("default")}


def shoe_from_row(row: sqlite3.Row) -> Shoe:
    """Return the pair of a row."""
    return from_row(Shoe, row, default=bool(row["is_default"]))
