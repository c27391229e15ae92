"""Developer fields: what a sensor or an app adds to a watch's records, such as a Stryd foot pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from runlog.importers.fit.profile import base_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runlog.importers.fit.profile import Base

#: The fields of records that a developer field may stand for: as its native field says, or by Stryd's name.
_STANDS_FOR = {
    "Heart Rate": ("heart_rate", 3),
    "Cadence": ("cadence", 4),
    "Power": ("power", 7),
    "Vertical Oscillation": ("vertical_oscillation", 39),
    "Ground Time": ("stance_time", 41),
}
_BY_NATIVE = {number: name for name, number in _STANDS_FOR.values()}
_FACTORS = {"centimeters": 10.0, "cm": 10.0}  # to FIT's own millimetres


class Addition(NamedTuple):
    """What a developer field adds: the record field it stands for, how it is stored, and in what unit."""

    name: str
    base: Base | None
    factor: float


def additions(descriptions: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, Any], Addition]:
    """Return the developer fields that stand for a native one, by developer's index and field's number."""
    found = {}
    for description in descriptions:
        name = _stands_for(description)
        if name is not None:
            key = description.get("developer_data_index"), description.get("field_definition_number")
            factor = _FACTORS.get(str(description.get("units")).lower(), 1.0)
            found[key] = Addition(name, base_named(description.get("fit_base_type_id")), factor)
    return found


def _stands_for(description: Mapping[str, Any]) -> str | None:
    by_name = _STANDS_FOR.get(description.get("field_name", ""))
    if by_name is not None:
        return by_name[0]
    if description.get("native_mesg_num", "record") != "record":
        return None
    return _BY_NATIVE.get(description.get("native_field_num", -1))
