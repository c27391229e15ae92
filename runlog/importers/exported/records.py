"""Records of runlog.model as JSON and back: the fields by name, the types as the dataclass has them."""

from __future__ import annotations

import math
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from runlog.model import Area, Intensity, Kind, Surface

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

T = TypeVar("T")


class Unsound(ValueError):
    """Not what ``written`` makes of a record; the text says which field is wrong."""


def written(record: Any, without: Collection[str] = ()) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    """Give the fields of a record as JSON has them: times in ISO 8601, numbers that are none as null."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: _plain(value) for name, value in values.items() if name not in without}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field's
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def read(kind: type[T], values: object, **given: Any) -> T:  # noqa: ANN401 - any field's
    """Make a record of JSON's values; what is left out has its default.

    Args:
        kind: the dataclass.
        values: a JSON object of its fields.
        given: fields that are not in ``values``.

    Raises:
        Unsound: a field is missing, unknown or of another type.
    """
    if not isinstance(values, dict):
        raise Unsound(f"{kind.__name__} is no object")
    types = {field.name: str(field.type) for field in fields(kind)}  # type: ignore[arg-type]  # it is a dataclass
    unknown = sorted(values.keys() - types.keys() - given.keys())
    if unknown:
        raise Unsound(f"{kind.__name__} has no {unknown[0]!r}")
    try:
        return kind(**{name: _value(name, types[name], value) for name, value in values.items()}, **given)
    except TypeError as error:
        raise Unsound(f"{kind.__name__}: {error}") from error


def _value(name: str, kind: str, value: object) -> Any:  # noqa: ANN401 - any field's
    plain = kind.removesuffix(" | None")
    if value is None and plain != kind:
        return None
    try:
        return _READERS[plain](value)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Unsound(f"{name} cannot be {value!r:.40}") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unsound
    value.encode()  # half of a surrogate pair is no text
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unsound
    return value


def whole(value: object) -> int:
    """Take a whole number that SQLite can hold.

    Raises:
        Unsound: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise Unsound(f"{value!r:.40} is no whole number")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unsound
    return float(value)


def moment(value: object) -> datetime:
    """Take a time with its zone, as UTC.

    Raises:
        ValueError: it is none.
    """
    when = datetime.fromisoformat(_text(value))
    if when.tzinfo is None:
        raise Unsound(f"{value} says no zone")
    return when.astimezone(UTC)


_READERS: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "bool": _truth,
    "int": whole,
    "float": _number,
    "datetime": moment,
    "date": lambda value: date.fromisoformat(_text(value)),
    "Area": Area,
    "Kind": Kind,
    "Intensity": Intensity,
    "Surface": Surface,
}
