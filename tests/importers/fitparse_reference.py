"""Read a file with fitparse, the reference FIT decoder: slow, a message at a time."""

from __future__ import annotations

import io
import warnings

import numpy as np
from fitparse.base import UncachedFitFile
from fitparse.records import DevFieldDefinition
from fitparse.utils import FitCRCError, FitEOFError

from runlog.importers.fit import decode as fit_decode
from runlog.importers.fit import profile

SINGLE = (int, float, str)
STRYD = {
    "Power": ("power", 1),
    "Cadence": ("cadence", 1),
    "Ground Time": ("stance_time", 1),
    "Vertical Oscillation": ("vertical_oscillation", 10),
}
FIT_EPOCH = 631065600  # 1989-12-31 in Unix seconds
TIMES = ("date_time", "local_date_time")


def decode(sequence):
    """Decode one FIT file as far as it is sound.

    Returns:
        The messages by kind, each a dict of native fields and a dict of developer fields, without those
        that are not set; and what was wrong, or None.
    """
    messages = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of oddities; half a last record it would give as a whole one
        warnings.filterwarnings("error", "File was terminated unexpectedly")
        try:
            with UncachedFitFile(io.BytesIO(sequence), check_developer_data=False) as file:
                for message in file.get_messages():
                    messages.setdefault(message.name, []).append(fields(message))
        except (FitEOFError, UserWarning):
            return messages, "it ends early"
        except FitCRCError:
            return messages, "its checksum is wrong"
        except Exception as error:  # noqa: BLE001 - damaged bytes raise anything at all in it, KeyError to struct.error
            return messages, repr(error)
    return messages, None


def fields(message):
    """Return the native fields (stated ones outrank expanded components) and the developer fields."""
    native, developer = {}, {}
    for field in message.fields:
        found = value(field)
        if found is None:
            continue
        if isinstance(field.field_def, DevFieldDefinition):
            developer[field.name] = found
        elif field.field_def is None and name(field).startswith("enhanced_"):
            continue  # a copy of what is there as well
        elif field.field_def is not None or name(field) not in native:
            native[name(field)] = found
    return native, developer


def name(field):
    """Return the name of a field, or of the main field of a sub-field."""
    return field.parent_field.name if field.parent_field else field.name


def value(field):
    if field.raw_value is None:
        return None
    if field.type.name in TIMES:
        return field.raw_value + FIT_EPOCH if isinstance(field.raw_value, int) else None
    if field.parent_field:
        return field.raw_value
    return field.value


def assert_same(data):
    """Assert that runlog reads the same values from a FIT file as fitparse."""
    ours, fault = fit_decode.decode_messages(data)
    theirs, their_fault = decode(data)
    assert (fault is None) == (their_fault is None)
    assert_same_messages(ours, theirs)
    assert_same_records(ours, theirs.get("record", []))


def assert_same_messages(ours, theirs):
    for kind in profile.message_types().values():
        names = {meaning.name for meaning in kind.fields.values()}
        expected = [
            {name: value for name, value in native.items() if name in names and isinstance(value, SINGLE)}
            for native, _ in theirs.get(kind.name, [])
        ]
        assert list(ours.by_type.get(kind.name, [])) == expected, kind.name


def assert_same_records(ours, theirs):
    native = [fields for fields, _ in theirs]
    for name in {meaning.name for meaning in profile.record_fields().values()} - {
        "compressed_speed_distance"
    }:
        found = ours.records.get(name, np.full(len(theirs), np.nan))
        expected = column(native, name)
        np.testing.assert_array_equal(found, expected, err_msg=name)
    developer = [fields for _, fields in theirs]
    for stryd, (name, factor) in STRYD.items():
        expected = column(developer, stryd) * factor
        if not np.isnan(expected).all():
            np.testing.assert_array_equal(ours.developer_records[name], expected, err_msg=stryd)


def column(messages, name):
    values = [fields.get(name) for fields in messages]
    return np.array([value if isinstance(value, (int, float)) else np.nan for value in values], float)
