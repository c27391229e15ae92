"""Look up the FIT profile (names, scales, enumerations, base types) in fitparse's tables.

The only module that imports fitparse. Developer fields that hold a native one, such as those of a Stryd foot
pod, are mapped here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

RECORD_MESSAGE = 20
FIT_EPOCH_S = 631065600  # 1989-12-31 in Unix seconds

#: The fields that are read of each message type, and the largest number of such messages in a recording.
_MESSAGES_READ = {
    "file_id": (20, "type manufacturer product product_name"),
    "sport": (500, "sport sub_sport"),
    "activity": (20, "timestamp local_timestamp"),
    "event": (20_000, "timestamp event event_type"),
    "lap": (
        20_000,
        (
            "start_time total_elapsed_time total_timer_time total_distance intensity wkt_step_index sport "
            "sub_sport"
        ),
    ),
    "split": (20_000, "split_type start_time total_elapsed_time"),
    "workout_step": (2_000, "message_index intensity"),
    "session": (
        500,
        (
            "start_time sport sub_sport sport_profile_name total_elapsed_time total_timer_time "
            "total_distance total_ascent avg_heart_rate max_heart_rate avg_cadence avg_fractional_cadence "
            "workout_rpe workout_feel"
        ),
    ),
    "field_description": (
        2_000,
        (
            "developer_data_index field_definition_number fit_base_type_id field_name units native_mesg_num "
            "native_field_num"
        ),
    ),
}
_RECORD_FIELDS = (
    "timestamp position_lat position_long distance enhanced_speed speed compressed_speed_distance "
    "enhanced_altitude altitude heart_rate cadence fractional_cadence power vertical_oscillation "
    "vertical_ratio stance_time stance_time_balance step_length"
)
_TIME_TYPES = ("date_time", "local_date_time")


@dataclass(frozen=True, slots=True)
class FieldProfile:
    """The meaning of a field's number: an enumeration name, or the number divided by scale, less offset."""

    name: str
    scale: float
    offset: float
    enum_names: Mapping[int, str]

    def convert(self, value: Any) -> Any:  # noqa: ANN401 - a field holds a number or a text
        """Return the enumeration name, the number in its unit (times in Unix seconds), or the text."""
        if not isinstance(value, int | float):
            return value
        if value in self.enum_names:
            return self.enum_names[int(value)]
        if self.scale == 1.0 and isinstance(self.offset, int):
            return value - self.offset
        return value / self.scale - self.offset


@dataclass(frozen=True, slots=True)
class MessageType:
    """A message type that is read: its name, its fields by number, and the largest number of messages."""

    name: str
    fields: Mapping[int, FieldProfile]
    max_count: int


@dataclass(frozen=True, slots=True)
class BaseType:
    """The storage of a base type."""

    name: str
    code: str  # of struct, and of numpy
    size: int
    invalid: int | None  # the number that means "no value"; for a float it is NaN
    parse: Callable[[Any], Any]  # turns "no value" into None, and bytes into text


@cache
def message_types() -> dict[int, MessageType]:
    """Return the message types that are read whole, by FIT's number."""
    from fitparse.profile import MESSAGE_TYPES

    numbers = {message_type.name: number for number, message_type in MESSAGE_TYPES.items()}
    return {
        numbers[name]: MessageType(name, _field_profiles(numbers[name], fields), max_count)
        for name, (max_count, fields) in _MESSAGES_READ.items()
    }


@cache
def record_fields() -> dict[int, FieldProfile]:
    """Return the fields that are read of records, by FIT's number."""
    return _field_profiles(RECORD_MESSAGE, _RECORD_FIELDS)


def _field_profiles(message_number: int, names: str) -> dict[int, FieldProfile]:
    from fitparse.profile import MESSAGE_TYPES

    read, profiles = set(names.split()), {}
    for field in MESSAGE_TYPES[message_number].fields.values():
        if field.name in read:
            offset = -FIT_EPOCH_S if field.type.name in _TIME_TYPES else field.offset or 0
            values = field.type.values or {}
            profiles[field.def_num] = FieldProfile(field.name, float(field.scale or 1.0), offset, values)
    return profiles


@cache
def base_types() -> dict[int, BaseType]:
    """Return the base types that hold one number or a text, by FIT's number."""
    from fitparse.records import BASE_TYPES

    return {
        number: BaseType(base.name, base.fmt, base.size, _invalid_value(base), base.parse)
        for number, base in BASE_TYPES.items()
        if base.name != "byte"
    }


def _invalid_value(base: Any) -> int | None:  # noqa: ANN401 - fitparse has no types
    if base.name in {"float32", "float64", "string"}:
        return None
    if base.name.endswith("z"):
        return 0
    return int(2 ** (8 * base.size - base.name.startswith("s")) - 1)


def garmin_product_name(number: int) -> str | None:
    """Return the name of a Garmin product by its number."""
    from fitparse.profile import FIELD_TYPES

    name: str | None = FIELD_TYPES["garmin_product"].values.get(number)
    return name


#: The record fields that a developer field may hold, by Stryd's name of it or by its native field number.
_NATIVE_OF_NAME = {
    "Heart Rate": ("heart_rate", 3),
    "Cadence": ("cadence", 4),
    "Power": ("power", 7),
    "Vertical Oscillation": ("vertical_oscillation", 39),
    "Ground Time": ("stance_time", 41),
}
_NATIVE_NAMES = {number: name for name, number in _NATIVE_OF_NAME.values()}
_UNIT_FACTORS = {"centimeters": 10.0, "cm": 10.0}  # to FIT's own millimetres


class DeveloperField(NamedTuple):
    """A developer field: the record field that it holds, its storage, and the factor to the field's unit."""

    name: str
    base: BaseType | None
    unit_factor: float


def native_developer_fields(
    descriptions: Iterable[Mapping[str, Any]],
) -> dict[tuple[Any, Any], DeveloperField]:
    """Return the developer fields that hold a native one, by developer index and field number."""
    base_of_name = {base.name: base for base in base_types().values()}
    fields = {}
    for description in descriptions:
        name = _native_name(description)
        if name is not None:
            key = description.get("developer_data_index"), description.get("field_definition_number")
            base = base_of_name.get(description.get("fit_base_type_id", ""))
            factor = _UNIT_FACTORS.get(str(description.get("units")).lower(), 1.0)
            fields[key] = DeveloperField(name, base, factor)
    return fields


def _native_name(description: Mapping[str, Any]) -> str | None:
    by_name = _NATIVE_OF_NAME.get(description.get("field_name", ""))
    if by_name is not None:
        return by_name[0]
    if description.get("native_mesg_num", "record") != "record":
        return None
    return _NATIVE_NAMES.get(description.get("native_field_num", -1))
