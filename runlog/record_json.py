"""Convert records to JSON and back, by the types of their fields, so that each reads back the same.

A dataclass is an object of its fields, those that hold many values last; a named tuple is a list. Times are
ISO 8601, a number that is unknown is null. What is left out has its default; unknown fields are refused.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache, partial
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from runlog import model, records
from runlog.model import Activity, Precision, Track
from runlog.records import StoredEntry

T = TypeVar("T")

#: How types are read that need more than the types of their fields; each may raise InvalidRecord.
Parsers = Mapping[Any, Callable[[Any], Any]]

#: The names in the annotations of runlog.model and records, which import them for type checkers alone.
_NAMES = (
    vars(model)
    | vars(records)
    | {"date": date, "datetime": datetime, "Mapping": Mapping, "NDArray": NDArray, "np": np}
)


#: Fields that came later; unset they are left out, so that an older runlog still reads the export.
_LATER_FIELDS = frozenset(
    {"source_file", "merged_by_hand", "nights", "precision", "named_until", "gear_listed"}
    | {"given_name", "given_sport"}
)


_UNSET = (None, False, (), Precision.EXACT)


class InvalidRecord(ValueError):
    """Not what `to_json` makes of a record; the text says which field is wrong."""


def to_json(value: Any) -> Any:  # noqa: ANN401, PLR0911 - any record or field, one line for each type
    """Return a record, or a value of one, as JSON has it."""
    if isinstance(value, StoredEntry):
        return {"id": value.id, "source": value.source} | to_json(value.entry)
    if isinstance(value, Track):
        return {
            name: [number if math.isfinite(number) else None for number in column.tolist()]
            for name, column in value.columns.items()
        }
    if is_dataclass(value):
        kind: Any = type(value)
        values = {name: getattr(value, name) for name in _field_types(kind)}
        unset = {name for name in values.keys() & _LATER_FIELDS if values[name] in _UNSET}
        values = {name: one for name, one in values.items() if name not in unset}
        in_order = sorted(values, key=lambda name: isinstance(values[name], tuple | Mapping | np.ndarray))
        return {name: to_json(values[name]) for name in in_order}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(one) for key, one in value.items()}
    return value


def record_from_json(kind: type[T], values: object, parsers: Parsers | None = None) -> T:
    """Make a record of a JSON object of its fields.

    ``parsers`` holds one for each type that needs more than the types of its fields.

    Raises:
        InvalidRecord: a field is missing, unknown or of another type.
    """
    if not isinstance(values, dict):
        raise InvalidRecord(f"{kind.__name__} is no object")
    if kind is StoredEntry:
        rest = {name: value for name, value in values.items() if name not in ("id", "source")}
        return kind(
            parse_int(values["id"]), record_from_json(model.Entry, rest), _parse_text(values["source"])
        )  # type: ignore[call-arg]  # it is a StoredEntry
    hints = _field_types(kind)  # type: ignore[arg-type]  # a class is hashable
    unknown = sorted(values.keys() - hints.keys())
    if unknown:
        raise InvalidRecord(f"{kind.__name__} has no {unknown[0]!r}")
    try:
        return kind(**{name: _parse_field(name, hints[name], values[name], parsers or {}) for name in values})
    except TypeError as error:
        raise InvalidRecord(f"{kind.__name__}: {error}") from error


@cache
def _field_types(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass or named tuple
    """Return the fields of a record and their types; in JSON, an activity does not hold its track."""
    hints = get_type_hints(kind, localns=_NAMES)
    if is_dataclass(kind):
        return {one.name: hints[one.name] for one in fields(kind) if (kind, one.name) != (Activity, "track")}
    return hints


def _parse_field(name: str, kind: Any, value: Any, parsers: Parsers) -> Any:  # noqa: ANN401 - any field's
    try:
        return _parse_value(kind, value, parsers)
    except InvalidRecord:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvalidRecord(f"{name} cannot be {value!r:.40}") from error


def _parse_value(kind: Any, value: Any, parsers: Parsers) -> Any:  # noqa: ANN401, PLR0911 - any field, one line for each type
    if isinstance(kind, types.UnionType):
        return None if value is None else _parse_value(get_args(kind)[0], value, parsers)
    if kind in parsers:
        return parsers[kind](value)
    if kind in _PARSERS:
        return _PARSERS[kind](value)
    if get_origin(kind) is tuple:
        first, *others = get_args(kind)
        items = _require(list, value)
        if others == [...]:
            return tuple(_parse_value(first, one, parsers) for one in items)
        return tuple(_parse_value(*pair, parsers) for pair in zip((first, *others), items, strict=True))
    if get_origin(kind) is Mapping:
        of_key, of_value = get_args(kind)
        return {
            parse_int(int(key)) if of_key is int else _parse_text(key): _parse_value(of_value, one, parsers)
            for key, one in value.items()
        }
    if issubclass(kind, StrEnum):
        return kind(value)
    if issubclass(kind, tuple):
        pairs = zip(_field_types(kind).values(), _require(list, value), strict=True)
        return kind(*(_parse_value(*pair, parsers) for pair in pairs))
    return record_from_json(kind, value, parsers)


def _require(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError
    return value


def _parse_text(value: object) -> str:
    text = _require(str, value)
    text.encode()  # half of a surrogate pair is no text
    return text


def parse_int(value: object) -> int:
    """Return a whole number that SQLite can hold.

    Raises:
        InvalidRecord: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise InvalidRecord(f"{value!r:.40} is no whole number")
    return value


def _parse_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError
    return float(value)


def _parse_time(value: object) -> datetime:
    moment = datetime.fromisoformat(_parse_text(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


_PARSERS: Parsers = {
    str: _parse_text,
    bool: partial(_require, bool),
    int: parse_int,
    float: _parse_float,
    date: lambda value: date.fromisoformat(_parse_text(value)),
    datetime: _parse_time,
}
