"""The seam to fitparse, whose tables of the FIT profile (names, scales, words, base types) are ours too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RECORD = 20
EPOCH = 631065600  # 1989-12-31 in Unix seconds

#: What is read of each kind of message, and the most messages of the kind that a recording has.
_WANTED: dict[str, tuple[int, tuple[str, ...]]] = {
    "file_id": (20, ("type", "manufacturer", "product", "product_name")),
    "sport": (500, ("sport", "sub_sport")),
    "activity": (20, ("timestamp", "local_timestamp")),
    "event": (20_000, ("timestamp", "event", "event_type")),
    "lap": (
        20_000,
        (
            "start_time",
            "total_elapsed_time",
            "total_distance",
            "intensity",
            "wkt_step_index",
            "sport",
            "sub_sport",
        ),
    ),
    "split": (20_000, ("split_type", "start_time", "total_elapsed_time")),
    "workout_step": (2_000, ("message_index", "intensity")),
    "session": (
        500,
        (
            "start_time",
            "sport",
            "sub_sport",
            "sport_profile_name",
            "total_elapsed_time",
            "total_timer_time",
            "total_distance",
            "total_ascent",
            "avg_heart_rate",
            "max_heart_rate",
            "avg_cadence",
            "avg_fractional_cadence",
            "workout_rpe",
            "workout_feel",
        ),
    ),
    "field_description": (
        2_000,
        (
            "developer_data_index",
            "field_definition_number",
            "fit_base_type_id",
            "field_name",
            "units",
            "native_mesg_num",
            "native_field_num",
        ),
    ),
}
_RECORD_FIELDS = (
    "timestamp",
    "position_lat",
    "position_long",
    "distance",
    "enhanced_speed",
    "speed",
    "compressed_speed_distance",
    "enhanced_altitude",
    "altitude",
    "heart_rate",
    "cadence",
    "fractional_cadence",
    "power",
    "vertical_oscillation",
    "vertical_ratio",
    "stance_time",
    "stance_time_balance",
    "step_length",
)
_TIMES = ("date_time", "local_date_time")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the number in a field means: a word, or the number divided by the scale, less the offset."""

    name: str
    scale: float
    offset: float
    words: Mapping[int, str]

    def of(self, value: Any) -> Any:  # noqa: ANN401 - a field holds a number or a text
        """Return the word, the number in the field's unit (Unix seconds of a time), or the text."""
        if not isinstance(value, int | float):
            return value
        if value in self.words:
            return self.words[int(value)]
        if self.scale == 1.0 and isinstance(self.offset, int):
            return value - self.offset
        return value / self.scale - self.offset


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message that is read: its name, its fields by number, and how many of it there may be."""

    name: str
    fields: Mapping[int, Meaning]
    most: int


@dataclass(frozen=True, slots=True)
class Base:
    """How a base type is stored."""

    name: str
    code: str  # of struct, and of numpy
    size: int
    invalid: int | None  # the number that stands for none; of a float it is NaN
    parse: Callable[[Any], Any]  # None for what stands for none, and text of bytes


@cache
def kinds() -> dict[int, Kind]:
    """Return the kinds of message that are read whole, by FIT's number for them."""
    from fitparse.profile import MESSAGE_TYPES

    numbers = {kind.name: number for number, kind in MESSAGE_TYPES.items()}
    return {
        numbers[name]: Kind(name, _meanings(numbers[name], fields), most)
        for name, (most, fields) in _WANTED.items()
    }


@cache
def record_fields() -> dict[int, Meaning]:
    """Return the fields that are read of records, by FIT's number for them."""
    return _meanings(RECORD, _RECORD_FIELDS)


def _meanings(kind: int, names: tuple[str, ...]) -> dict[int, Meaning]:
    from fitparse.profile import MESSAGE_TYPES

    fields = [field for field in MESSAGE_TYPES[kind].fields.values() if field.name in names]
    return {field.def_num: _meaning(field) for field in fields}


def _meaning(field: Any) -> Meaning:  # noqa: ANN401 - fitparse has no types
    offset = -EPOCH if field.type.name in _TIMES else field.offset or 0
    return Meaning(field.name, float(field.scale or 1.0), offset, field.type.values or {})


@cache
def bases() -> dict[int, Base]:
    """Return the base types that hold one number or a text, by FIT's number for them."""
    from fitparse.records import BASE_TYPES

    return {
        number: Base(base.name, base.fmt, base.size, _invalid(base), base.parse)
        for number, base in BASE_TYPES.items()
        if base.name != "byte"
    }


def base_named(name: object) -> Base | None:
    """Return the base type that a field's description names."""
    return next((base for base in bases().values() if base.name == name), None)


def _invalid(base: Any) -> int | None:  # noqa: ANN401 - fitparse has no types
    if base.name in {"float32", "float64", "string"}:
        return None
    if base.name.endswith("z"):
        return 0
    return int(2 ** (8 * base.size - base.name.startswith("s")) - 1)


def product_name(number: int) -> str | None:
    """Return the name of a Garmin product by its number."""
    from fitparse.profile import FIELD_TYPES

    name: str | None = FIELD_TYPES["garmin_product"].values.get(number)
    return name
