"""Decoding of FIT: any definition gives the same values as fitparse; damage is skipped; bounds hold."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from fit_bytes import definition, file_of, message
from fitparse_reference import assert_same
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from runlog.importers.fit import decode, profile, scan

RECORD, EVENT, SESSION = 20, 21, 18
TIMESTAMP, DISTANCE, PULSE, ALTITUDE = (253, 4, 0x86), (5, 4, 0x86), (3, 1, 0x02), (2, 2, 0x84)
NOON = 1_000_000_000  # FIT seconds


def records_of(*messages):
    data = file_of(*messages)
    assert_same(data)
    result, fault = decode.decode_messages(data)
    assert fault is None
    return result.records


def seconds(records):
    return (records["timestamp"] - profile.FIT_EPOCH_S - NOON).tolist()


@pytest.mark.parametrize(("big", "order"), [(False, "<"), (True, ">")])
def test_both_byte_orders(big, order):
    records = records_of(
        definition(0, RECORD, PULSE, TIMESTAMP, DISTANCE, ALTITUDE, big=big),
        *(message(0, f"{order}BIIH", 120 + second, NOON + second, 300 * second, 3000) for second in range(5)),
    )
    assert seconds(records) == [0, 1, 2, 3, 4]
    assert records["heart_rate"].tolist() == [120, 121, 122, 123, 124]
    assert records["distance"].tolist() == [0, 3, 6, 9, 12]
    assert records["altitude"].tolist() == [100] * 5  # a scale of 5, an offset of 500


@pytest.mark.parametrize(
    ("code", "base", "none"),
    [
        ("B", 0x02, 0xFF),
        ("b", 0x01, 0x7F),
        ("H", 0x84, 0xFFFF),
        ("h", 0x83, 0x7FFF),
        ("I", 0x86, 0xFFFFFFFF),
        ("i", 0x85, 0x7FFFFFFF),
        ("Q", 0x8F, 2**64 - 1),
        ("q", 0x8E, 2**63 - 1),
        ("f", 0x88, math.nan),
        ("d", 0x89, math.nan),
        ("B", 0x0A, 0),
        ("H", 0x8B, 0),
        ("I", 0x8C, 0),
        ("Q", 0x90, 0),
    ],
)
def test_a_field_of_any_base_type_and_its_value_for_none(code, base, none):
    field = (PULSE[0], struct.calcsize(f"<{code}"), base)
    values = [100, none, 101]
    records = records_of(definition(0, RECORD, field), *(message(0, f"<{code}", value) for value in values))
    np.testing.assert_array_equal(records["heart_rate"], [100, np.nan, 101])


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "field", [(5, 3, 0x86), (5, 8, 0x86), (5, 4, 0x0D), (5, 4, 0x07), (5, 0, 0x88), (5, 4, 0x55)]
)
def test_a_field_that_holds_no_single_number_is_none(field):
    data = file_of(
        definition(0, RECORD, TIMESTAMP, field, PULSE),
        message(0, f"<I{field[1]}sB", NOON, bytes(range(1, field[1] + 1)), 120),
    )
    if field[1]:  # which fitparse does not read
        assert_same(data)
    (result, fault) = decode.decode_messages(data)
    assert fault is None
    assert "distance" not in result.records
    assert result.records["heart_rate"].tolist() == [120]


def test_a_local_kind_defined_anew_and_others_in_between():
    records = records_of(
        definition(0, RECORD, TIMESTAMP, PULSE),
        definition(1, EVENT, TIMESTAMP, (0, 1, 0), (1, 1, 0)),
        message(0, "<IB", NOON, 120),
        message(1, "<IBB", NOON + 1, 0, 4),
        message(0, "<IB", NOON + 1, 121),
        definition(0, RECORD, DISTANCE, TIMESTAMP, big=True),
        message(0, ">II", 600, NOON + 2),
        definition(2, RECORD, TIMESTAMP, PULSE),
        message(2, "<IB", NOON + 3, 123),
        message(0, ">II", 1200, NOON + 4),
        message(1, "<IBB", NOON + 4, 0, 0),
    )
    assert seconds(records) == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(records["heart_rate"], [120, 121, np.nan, 123, np.nan])
    np.testing.assert_array_equal(records["distance"], [np.nan, np.nan, 6, np.nan, 12])


def test_a_definition_before_each_record_costs_no_column_each():
    defined = definition(0, RECORD, TIMESTAMP, PULSE)
    data = file_of(
        *(part for second in range(3000) for part in (defined, message(0, "<IB", NOON + second, 99)))
    )
    result = scan.scan_messages(data, 14, len(data) - 2)
    assert (len(result.definitions), len(result), result.fault) == (1, 3000, None)


def test_compressed_times_go_on_from_the_last_time_of_any_message():
    records = records_of(
        definition(0, RECORD, TIMESTAMP, PULSE),
        definition(1, RECORD, PULSE),
        definition(2, EVENT, TIMESTAMP, (0, 1, 0), (1, 1, 0)),
        message(0, "<IB", NOON, 100),
        *(message(1, "<B", 101, seconds=NOON + second) for second in (1, 1, 20, 40)),
        message(2, "<IBB", NOON + 1000, 0, 0),
        *(message(1, "<B", 102, seconds=NOON + second) for second in (1010, 1031, 1062)),
        message(0, "<IB", 0xFFFFFFFF, 103),
        message(1, "<B", 104, seconds=NOON + 1063),
    )
    np.testing.assert_array_equal(
        records["timestamp"] - profile.FIT_EPOCH_S - NOON,
        [0, 1, 1, 20, 40, 1010, 1031, 1062, np.nan, 1063],
    )


def test_events_with_compressed_times_have_them():
    data = file_of(
        definition(0, RECORD, TIMESTAMP, PULSE),
        definition(1, EVENT, (0, 1, 0), (1, 1, 0)),
        message(0, "<IB", NOON, 100),
        message(1, "<BB", 0, 4, seconds=NOON + 7),
    )
    assert_same(data)
    (event,) = decode.decode_messages(data)[0].by_type["event"]
    assert event == {"timestamp": profile.FIT_EPOCH_S + NOON + 7, "event": "timer", "event_type": "stop_all"}


def test_packed_speed_and_distance_are_separated_and_summed():
    metres = [0.0, 100.5, 250.0, 300.0, 520.25]  # the counter begins anew at 256 m

    def packed(speed, distance):
        return (speed | (round(distance * 16) % 4096) << 12).to_bytes(3, "little")

    records = records_of(
        definition(0, RECORD, TIMESTAMP, (8, 3, 0x0D)),
        *(message(0, "<I3s", NOON + at, packed(300 + at, one)) for at, one in enumerate(metres)),
        message(0, "<I3s", NOON + 5, b"\xff\xff\xff"),
    )
    np.testing.assert_array_equal(records["distance"], [*metres, np.nan])
    np.testing.assert_array_equal(records["speed"], [3, 3.01, 3.02, 3.03, 3.04, np.nan])


def test_texts_end_at_their_first_zero_and_may_be_no_text_at_all():
    def name(raw):
        data = file_of(definition(0, SESSION, (2, 4, 0x86), (110, 8, 0x07)), message(0, "<I8s", NOON, raw))
        assert_same(data)
        return decode.decode_messages(data)[0].by_type["session"][0].get("sport_profile_name")

    assert name(b"Lauf\x00abc") == "Lauf"
    assert name("Läufer!".encode()) == "Läufer!"
    assert name(b"\xff\xfeLauf\x00\x00") == "��Lauf"
    assert name(b"\x00" * 8) is None


def test_a_developer_field_stands_for_the_native_field_that_its_description_names():
    described = (206, (0, 1, 2), (1, 1, 2), (2, 1, 2), (3, 16, 7), (8, 16, 7), (14, 2, 0x84), (15, 1, 2))

    def description(number, base, name, units, *, kind=RECORD, native=0xFF):
        values = (0, number, base, name.encode(), units.encode(), kind, native)
        return message(1, "<BBB16s16sHB", *values)

    data = file_of(
        definition(1, *described),
        description(0, 0x84, "Power", "Watts"),
        description(1, 0x88, "VO", "Centimeters", native=39),
        description(2, 0x02, "HR at the ear", "bpm", native=3),
        description(3, 0x84, "Lap Power", "Watts", kind=19, native=7),
        description(4, 0x84, "Battery", "%"),
        definition(
            0, RECORD, TIMESTAMP, developer=[(4, 2, 0), (3, 2, 0), (0, 2, 0), (1, 4, 0), (2, 1, 0), (9, 1, 0)]
        ),
        message(0, "<IHHHfBB", NOON, 50, 999, 250, 7.5, 150, 1),
        message(0, "<IHHHfBB", NOON + 1, 50, 999, 0xFFFF, math.nan, 0xFF, 1),
    )
    developer = decode.decode_messages(data)[0].developer_records
    assert set(developer) == {"power", "vertical_oscillation", "heart_rate"}
    np.testing.assert_array_equal(developer["power"], [250, np.nan])
    np.testing.assert_array_equal(developer["vertical_oscillation"], [75, np.nan])
    np.testing.assert_array_equal(developer["heart_rate"], [150, np.nan])


# --- any structure ---

_KINDS = {
    RECORD: [253, 0, 1, 2, 3, 4, 5, 6, 7, 39, 53, 73, 78, 85, 13],
    EVENT: [253, 0, 1, 3],
    SESSION: [253, 2, 5, 6, 7, 9, 110],
    140: [253, 1],
}
_EXPANDED = {2, 3, 6}  # altitude, an event's data, speed: fitparse fails to expand an array of them
_BASES = [0x00, 0x01, 0x02, 0x83, 0x84, 0x85, 0x86, 0x07, 0x0A, 0x8B, 0x8C, 0x0D, 0x8E, 0x8F]


@st.composite
def sound_files(draw):
    """Draw definitions of any fields, each followed by messages of any local type defined so far."""
    parts, sizes = [], {}
    for _ in range(draw(st.integers(1, 5))):
        local, kind = draw(st.integers(0, 4)), draw(st.sampled_from(list(_KINDS)))
        numbers = draw(st.lists(st.sampled_from(_KINDS[kind]), min_size=1, max_size=5, unique=True))
        fields = [(number, *draw(field_forms(kind, number))) for number in numbers]
        parts.append(definition(local, kind, *fields, big=draw(st.booleans())))
        sizes[local] = sum(size for _, size, _ in fields)
        for _ in range(draw(st.integers(0, 6))):
            chosen = draw(st.sampled_from(sorted(sizes)))
            at = draw(st.none() | st.integers(0, 31)) if chosen < 4 else None
            values = draw(st.binary(min_size=sizes[chosen], max_size=sizes[chosen]))
            parts.append(message(chosen, f"{sizes[chosen]}s", values, seconds=at))
    return file_of(*parts)


@st.composite
def field_forms(draw, kind, number):
    """Draw the size and base type of a field; times have their own type, as fitparse expects it."""
    if number == 253 or (kind, number) == (SESSION, 2):
        return TIMESTAMP[1:]
    base = draw(st.sampled_from(_BASES))
    own = profile.base_types()[base].size if base != 0x0D else 1
    several = 1 if number in _EXPANDED else draw(st.sampled_from([1, 1, 1, 2]))
    return own * several, base


@hypothesis_settings(max_examples=100)
@given(sound_files())
def test_any_sound_structure_is_read_as_fitparse_reads_it(data):
    assert_same(data)
