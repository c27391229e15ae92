"""Damaged and hostile FIT files: sound parts are read, the fault is reported, and bounds hold."""

from __future__ import annotations

import re
import struct

import numpy as np
import pytest
from fit_bytes import definition, file_of, message
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from made_damage import losses, sound_activities

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers.fit import decode, scan
from runlog.model import Kind
from runlog.settings import Settings

SETTINGS = Settings(timezone="Europe/Berlin")
NOON = 1_000_000_000  # FIT seconds
RUN = 600
SMALLEST = 20_000  # bytes of the device files that are bent


def run_parts():
    """Return the messages of a ten-minute run, with an event between some of the records."""
    yield definition(0, 0, (0, 1, 0))
    yield message(0, "<B", 4)
    yield definition(1, 20, (253, 4, 0x86), (5, 4, 0x86), (3, 1, 2))
    yield definition(2, 21, (253, 4, 0x86), (0, 1, 0), (1, 1, 0))
    for second in range(RUN):
        yield message(1, "<IIB", NOON + second, 300 * second, 120 + second % 40)
        if second % 60 == 59:
            yield message(2, "<IBB", NOON + second, 14, 3)
    yield definition(3, 18, (2, 4, 0x86), (5, 1, 0), (7, 4, 0x86))
    yield message(3, "<IBI", NOON, 1, (RUN - 1) * 1000)


RUN_FILE = file_of(*run_parts())
MIDDLE = len(RUN_FILE) // 2


def read(data):
    return importers.read_bytes(data, "run.fit", SETTINGS)


def with_size(data):
    """Return the file with the right size in its header, and the checksum from before the damage."""
    return data[:4] + (len(data) - 16).to_bytes(4, "little") + data[8:]


def one(reading):
    (activity,) = reading.activities
    (problem,) = reading.problems
    return activity, problem


@pytest.mark.parametrize(
    "bent",
    [
        pytest.param(RUN_FILE[:MIDDLE] + RUN_FILE[MIDDLE + 1 :], id="a byte is missing"),
        pytest.param(RUN_FILE[:MIDDLE] + RUN_FILE[MIDDLE + 705 :], id="a page is missing"),
        pytest.param(RUN_FILE[:MIDDLE] + b"\xa5\x5a\xa5" + RUN_FILE[MIDDLE:], id="bytes too many"),
        pytest.param(RUN_FILE[:MIDDLE] + b"\xff" * 512 + RUN_FILE[MIDDLE + 512 :], id="a page is erased"),
        pytest.param(RUN_FILE[:MIDDLE] + b"\x00" * 512 + RUN_FILE[MIDDLE + 512 :], id="a page is empty"),
    ],
)
def test_after_damage_in_the_middle_the_records_go_on(bent):
    run, problem = one(read(with_size(bent)))
    whole = read(RUN_FILE).activities[0].track
    assert RUN - 75 < len(run.track) < RUN
    assert re.fullmatch(rf"damaged \(.+\); {len(run.track)} records were kept", problem.reason)
    assert MIDDLE - 10 <= problem.byte <= MIDDLE + 520
    same = np.searchsorted(whole["time_s"], run.track["time_s"])
    for column in ("time_s", "distance_m", "heart_rate_bpm"):
        np.testing.assert_array_equal(run.track[column], whole[column][same])
    assert (run.kind, run.duration_s) == (Kind.RUN, RUN - 1)


def test_several_damaged_places_are_passed_over():
    parts = list(run_parts())
    for at in (100, 250, 400):
        parts[at] = parts[at][:-2]
    run, problem = one(read(file_of(*parts)))
    assert len(run.track) == RUN - 3
    assert re.search("not defined|unknown byte order|a time far", problem.reason)


def test_a_header_with_an_old_size_loses_nothing():
    stale = RUN_FILE[:4] + (MIDDLE).to_bytes(4, "little") + RUN_FILE[8:]
    run, _ = one(read(stale))
    assert len(run.track) == RUN


def test_a_file_of_another_kind_after_the_end_is_no_part_of_it():
    reading = read(RUN_FILE + b"GARMIN\x00 trash")
    assert len(reading.activities[0].track) == RUN
    assert "13 bytes are not FIT" in str(reading.problems[0])


def test_after_the_end_of_all_that_is_sound_nothing_is_made_up():
    damaged = RUN_FILE[:MIDDLE] + np.random.default_rng(1).bytes(100_000)
    run, _ = one(read(with_size(damaged)))
    assert RUN // 2 - 3 < len(run.track) <= RUN // 2


def test_an_undefined_message_at_once_leaves_nothing():
    with pytest.raises(
        NotReadable, match=r"byte 14: damaged \(a message of the kind 5 that was not defined\)"
    ):
        read(file_of(message(5, "<I", 1)))


def test_a_definition_of_an_unknown_byte_order_is_damage():
    parts = list(run_parts())
    parts[2] = parts[2][:2] + b"\x07" + parts[2][3:]
    with pytest.raises(NotReadable, match="unknown byte order"):
        read(file_of(*parts))


def test_a_header_that_is_longer_than_the_file_is_damage():
    with pytest.raises(NotReadable, match="ends early"):
        read(b"\x20" + RUN_FILE[1:20])


def test_a_latitude_without_a_longitude_is_no_position():
    half = definition(1, 20, (253, 4, 0x86), (0, 4, 0x85))
    records = [message(1, "<Ii", NOON + second, 600_000_000) for second in range(60)]
    (activity,) = read(file_of(half, *records)).activities
    assert set(activity.track.columns) == {"time_s", "segment"}


# --- bounds ---


def test_messages_beyond_the_limit_are_left_out():
    result, problem = decode.decode_messages(
        RUN_FILE, max_messages=104
    )  # three of them definitions, two other messages
    assert len(result.times) == 99
    assert "more messages than any recording has" in problem.reason


def test_the_limit_of_messages_is_for_the_whole_chain(monkeypatch):
    monkeypatch.setattr(scan, "MAX_MESSAGES", 1000)
    reading = read(RUN_FILE * 3)
    lengths = [len(activity.track) for activity in reading.activities if activity.track]
    assert sum(lengths) <= 1000
    assert "more messages than any recording has" in str(reading.problems[0])


def test_a_chain_has_an_end():
    sequences, (problem,) = scan.split_chained(file_of() * 1_100)
    assert len(sequences) == 1_000
    assert problem.byte == 16_000


def test_more_laps_than_any_recording_has_are_reported():
    laps = [message(4, "<II", NOON + lap, 1000) for lap in range(20_005)]
    run, problem = one(read(file_of(*run_parts(), definition(4, 19, (2, 4, 0x86), (7, 4, 0x86)), *laps)))
    assert len(run.laps) == 20_000
    assert "more than 20000 messages of the kind lap" in problem.reason


def test_more_kinds_of_messages_than_any_recording_has_are_not_taken_in():
    kinds = [definition(0, 20, (number % 250, 1 + number // 250, 0x0D)) for number in range(3_000)]
    result = scan.scan_messages(b"".join(kinds), 0, 10**9)
    assert len(result.definitions) == 2_000
    assert "more kinds of messages" in result.fault


def test_messages_without_any_field_do_not_hold_up():
    empty = definition(1, 20) + b"\x01" * 100_000
    result, problem = decode.decode_messages(file_of(empty), max_messages=50_000)
    assert len(result.times) == 49_999
    assert np.isnan(result.times).all()
    assert problem


# --- bent device files ---


@pytest.fixture(scope="module")
def small_files(devicefiles):
    paths = sorted((devicefiles / "fit").glob("*"))
    return [path.read_bytes() for path in paths if path.stat().st_size < SMALLEST]


@hypothesis_settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_bent_device_files_give_a_reading_or_a_reason(small_files, data):
    bent = data.draw(bent_bytes(small_files))
    assume(bent)
    try:
        reading = read(bent)
    except (NotReadable, NotTaken):
        return
    for activity in reading.activities:
        assert activity.duration_s > 0
        assert np.isfinite([activity.distance_m or 0, activity.moving_s or 0, activity.avg_hr or 0]).all()
        if activity.track is not None:
            assert (np.diff(activity.track["time_s"]) >= 0).all()


@st.composite
def bent_bytes(draw, files):
    """Draw a file that was flipped, cut and spliced with itself and another, mostly with a right checksum."""
    data = bytearray(draw(st.sampled_from(files)))
    for _ in range(draw(st.integers(1, 4))):
        at, other = draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))
        change = draw(st.sampled_from(["flip", "cut out", "splice", "end", "size"]))
        if change == "flip":
            data[at : at + 1] = bytes([draw(st.integers(0, 255))])
        elif change == "cut out":
            del data[at : at + draw(st.integers(1, 40))]
        elif change == "splice":
            foreign = draw(st.sampled_from(files))
            data[at:at] = foreign[other : other + draw(st.integers(1, 400))]
        elif change == "end":
            del data[max(at, 14) :]
        else:
            data[4:8] = struct.pack("<I", draw(st.sampled_from([0, 1, at, 2**31, 2**32 - 1])))
    if draw(st.booleans()):
        data += scan.fit_checksum(bytes(data)).to_bytes(2, "little")
    return bytes(data)


# --- damage at places spread over device files; tests/bench has the whole table ---

SEVERAL = 12  # device files of all makers; the bench takes all of them


def test_damage_costs_little_more_than_its_own_bytes(devicefiles):
    files = sorted(sound_activities(devicefiles / "fit"), key=lambda file: len(file[1]))[:SEVERAL]
    found = list(losses(files, seed=1, places=3))
    assert np.mean([one.kept for one in found]) > 0.97  # the files are short, each byte counts
    assert sum(one.kept < 0.8 for one in found) <= 0.04 * len(found)
    assert sum(one.wrong for one in found) <= 0.005 * sum(one.records for one in found)


def two_kinds(seconds):
    """Return the messages of a run whose records get another layout, under the same number, in its middle."""
    yield definition(0, 0, (0, 1, 0))
    yield message(0, "<B", 4)
    yield definition(1, 20, (253, 4, 0x86), (3, 1, 2))
    for second in range(seconds // 2):
        yield message(1, "<IB", NOON + second, 150)
    yield definition(1, 20, (253, 4, 0x86), (5, 4, 0x86), (3, 1, 2))
    for second in range(seconds // 2, seconds):
        yield message(1, "<IIB", NOON + second, 300 * second, 150)


def test_a_new_definition_soon_after_damage_is_found():
    parts = list(two_kinds(RUN))
    lost = len(b"".join(parts[:295]))
    data = file_of(*parts)
    bent = with_size(data[: 14 + lost] + bytes(30) + data[14 + lost + 30 :])
    run, _ = one(read(bent))
    assert RUN - 14 <= len(run.track) < RUN
    assert run.track["distance_m"][-1] == 3 * (RUN - 1)


def test_compressed_times_go_on_after_damage():
    parts = [
        definition(0, 0, (0, 1, 0)),
        message(0, "<B", 4),
        definition(2, 21, (253, 4, 0x86), (0, 1, 0), (1, 1, 0)),
    ]
    parts += [definition(1, 20, (3, 1, 2), (5, 4, 0x86)), message(2, "<IBB", NOON, 0, 0)]
    parts += [message(1, "<BI", 150, 300 * second, seconds=NOON + second) for second in range(RUN)]
    parts += [message(2, "<IBB", NOON + RUN, 0, 4)]
    data = file_of(*parts)
    at = 14 + len(b"".join(parts[:300]))
    run, _ = one(read(with_size(data[:at] + data[at + 403 :])))  # more than the 32 s that five bits can tell
    assert RUN - 90 <= len(run.track) < RUN - 60
    np.testing.assert_array_equal(run.track["distance_m"], 3 * run.track["time_s"])


def test_a_clock_that_was_set_is_no_damage_to_the_records():
    parts = [
        definition(0, 0, (0, 1, 0)),
        message(0, "<B", 4),
        definition(1, 20, (253, 4, 0x86), (5, 4, 0x86)),
    ]
    parts += [message(1, "<II", NOON + second, 300 * second) for second in range(100)]
    parts += [message(1, "<II", NOON + 30 * 86_400 + second, 300 * second) for second in range(100, RUN)]
    data = file_of(*parts)
    run, _ = one(read(data[:-1] + bytes([data[-1] ^ 1])))
    assert len(run.track) == RUN
    assert run.duration_s == RUN - 1


def test_hostile_damage_does_not_hold_up():
    definitions = b"".join(definition(local, 20, (253, 4, 0x86), (5, 4, 0x86)) for local in range(16)) * 4_000
    zeros = RUN_FILE[:MIDDLE] + bytes(2_000_000)
    for data in (RUN_FILE[:MIDDLE] + definitions, zeros, RUN_FILE[:MIDDLE] + b"\x01" * 1_000_000):
        run, _ = one(read(with_size(data)))
        assert RUN // 2 - 75 < len(run.track) < RUN
