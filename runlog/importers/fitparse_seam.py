"""The seam to fitparse, the reference FIT decoder: slow, and it gives what stands before a fault."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

from runlog.model import Problem

if TYPE_CHECKING:
    from runlog.importers.fitfast_seam import Messages

_FIT_EPOCH = 631065600  # 1989-12-31 in Unix seconds
_TIMES = ("date_time", "local_date_time")


def decode(sequence: bytes) -> tuple[Messages, Problem | None]:
    """Decode one FIT sequence as far as it is sound, into the same messages as fitfast's.

    Returns:
        The messages before the fault, and what the fault was and where the last whole message before it
        ends, or None where there was none.
    """
    from fitparse.base import UncachedFitFile
    from fitparse.utils import FitCRCError, FitEOFError

    messages: Messages = {}
    stream, end = io.BytesIO(sequence), 0
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of oddities it warns, and half a last record it would give as a whole one
        warnings.filterwarnings("error", "File was terminated unexpectedly")
        try:
            with UncachedFitFile(stream, check_developer_data=False) as file:
                for message in file.get_messages():
                    end = stream.tell()
                    messages.setdefault(message.name, []).append(_fields(message))
        except (FitEOFError, UserWarning):
            return messages, Problem("it ends early", byte=end)
        except FitCRCError:
            return messages, Problem("its checksum is wrong", byte=end)
        except Exception as error:  # noqa: BLE001 - damaged bytes raise anything at all in it, KeyError to struct.error
            return messages, Problem(str(error) or type(error).__name__, byte=end)
    return messages, None


def product_name(number: int) -> str | None:
    """Return the name of a Garmin product by its number."""
    from fitparse.profile import FIELD_TYPES

    name: str | None = FIELD_TYPES["garmin_product"].values.get(number)
    return name


def _fields(message: Any) -> dict[str | int, Any]:  # noqa: ANN401 - fitparse has no types
    """Return a message's fields by name; native ones outrank developer fields and expanded components."""
    from fitparse.records import DevFieldDefinition

    native: dict[str | int, Any] = {}
    developer: dict[str | int, Any] = {}
    for field in message.fields:
        value = _value(field)
        if isinstance(field.field_def, DevFieldDefinition):
            developer[field.name] = value
        elif value is not None or _name(field) not in native:
            expanded = field.field_def is None and native.get(_name(field)) is not None
            if not expanded:
                native[_name(field)] = value
    return {name: value for name, value in (developer | native).items() if value is not None}


def _name(field: Any) -> str:  # noqa: ANN401 - fitparse has no types
    """Return the main field's name where fitparse resolved a sub-field, as fitfast does not."""
    name: str = field.parent_field.name if field.parent_field else field.name
    return name


def _value(field: Any) -> Any:  # noqa: ANN401 - fitparse has no types
    if field.raw_value is None:
        return None
    if field.type.name in _TIMES:
        return field.raw_value + _FIT_EPOCH if isinstance(field.raw_value, int) else None
    if field.parent_field:
        return field.raw_value
    return field.value
