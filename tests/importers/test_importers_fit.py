"""FIT files made for one trait each."""

from __future__ import annotations

import struct
from datetime import timedelta

import numpy as np
import pytest
from fit_bytes import START

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers.fit import scan
from runlog.model import Intensity, Kind


@pytest.fixture
def read(settings):
    def read_bytes(data, name="run.fit"):
        return importers.read_bytes(data, name, settings)

    return read_bytes


def with_crc(data):
    return data + scan.fit_checksum(data).to_bytes(2, "little")


def test_a_run_has_its_session_and_its_stream(read, run_fit):
    reading = read(run_fit)
    (run,) = reading.activities
    assert (reading.format, reading.problems, reading.notes) == ("fit", (), ())
    assert (run.start, run.duration_s, run.sport, run.sub_sport, run.kind) == (
        START,
        120,
        "running",
        None,
        Kind.RUN,
    )
    assert run.distance_m == 360
    assert run.device == "garmin fenix5"
    assert len(run.track) == 121
    assert run.track["lat"][0] == pytest.approx(50, abs=1e-6)
    assert run.track["distance_m"][-1] == 360
    assert run.avg_hr == pytest.approx(139.5, abs=1)
    assert (run.track["cadence_spm"] == 164).all()  # one foot's 82, doubled
    assert run.avg_cadence_spm == 164


def test_the_session_states_rpe_feel_and_cadence_of_one_foot(read, fit_writer):
    stated = {"workout_rpe": 40, "workout_feel": 75, "avg_cadence": 83, "avg_fractional_cadence": 0.5}
    (run,) = read(fit_writer().begin().records(61).session(60, **stated).close()).activities
    assert (run.rpe, run.feel, run.avg_cadence_spm) == (4, 75, 167)


def test_a_native_distance_is_not_overwritten_by_a_developer_field_of_its_name(read, fit_writer):
    writer = fit_writer([("distance", "m")]).begin()
    writer.records(61, developer_fields=lambda second: {0: 1000.0 * second}).session(60, total_distance=None)
    (run,) = read(writer.close()).activities
    assert run.track["distance_m"][-1] == 180
    assert run.distance_m == 180


def test_developer_fields_fill_what_the_watch_itself_lacks(read, fit_writer):
    writer = fit_writer([("Power", "Watts"), ("Vertical Oscillation", "Centimeters")]).begin()
    writer.records(61, developer_fields=lambda second: {0: 200.0 + second, 1: 6.5}).session(60)
    (run,) = read(writer.close()).activities
    assert run.track["power_w"][:3].tolist() == [200, 201, 202]
    assert run.track["vertical_oscillation_mm"] == pytest.approx(65)


def test_a_treadmill_run_is_a_run_without_a_route(read, fit_writer):
    writer = fit_writer().begin()
    for second in range(61):
        begin = START + timedelta(seconds=second)
        writer.write("record", timestamp=begin, distance=3.0 * second, heart_rate=130)
    (run,) = read(writer.session(60, sub_sport="treadmill").close()).activities
    assert (run.kind, run.sub_sport, run.distance_m) == (Kind.RUN, "treadmill", 180)
    assert set(run.track.columns) == {"time_s", "segment", "distance_m", "heart_rate_bpm"}


def test_running_dynamics_are_in_their_units(read, fit_writer):
    stated = {
        "stance_time": 251.5,
        "stance_time_balance": 49.25,
        "vertical_oscillation": 82.5,
        "vertical_ratio": 7.75,
        "step_length": 1120.0,
        "power": 288,
        "enhanced_speed": 3.25,
        "enhanced_altitude": 101.2,
        "fractional_cadence": 0.5,
    }
    writer = (
        fit_writer()
        .begin()
        .records(31, **{name: lambda _, value=value: value for name, value in stated.items()})
    )
    (run,) = read(writer.session(30).close()).activities
    first = {name: run.track[name][0] for name in run.track.columns}
    assert first == pytest.approx(
        {
            "time_s": 0,
            "segment": 0,
            "lat": 50,
            "lon": 8,
            "distance_m": 0,
            "heart_rate_bpm": 120,
            "stance_time_ms": 251.5,
            "stance_time_balance_pct": 49.25,
            "vertical_oscillation_mm": 82.5,
            "vertical_ratio_pct": 7.75,
            "step_length_mm": 1120,
            "power_w": 288,
            "speed_mps": 3.25,
            "altitude_m": 101.2,
            "cadence_spm": 165,
        }
    )


def test_a_stop_and_start_of_the_timer_makes_a_segment(read, fit_writer):
    writer = fit_writer().begin()
    writer.write("event", timestamp=START, event="timer", event_type="start")
    writer.records(31)
    writer.write("event", timestamp=START + timedelta(seconds=30), event="timer", event_type="stop_all")
    writer.write("event", timestamp=START + timedelta(seconds=90), event="timer", event_type="start")
    writer.records(31, first=90).session(120, total_timer_time=60.0)
    (run,) = read(writer.close()).activities
    assert run.track["segment"].tolist() == [0] * 31 + [1] * 31
    assert run.moving_s == 60


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("warmup", "active", "cooldown"), (Intensity.WARMUP, Intensity.ACTIVE, Intensity.COOLDOWN)),
        (("rest", "rest", "rest"), (None, None, None)),
        (("active", "active", "active"), (None, None, None)),
    ],
)
def test_laps_keep_an_intensity_that_varies(read, fit_writer, words, expected):
    writer = fit_writer().begin().records(121)
    for number, word in enumerate(words):
        begin = START + timedelta(seconds=40 * number)
        end = begin + timedelta(seconds=40)
        stated = {"total_elapsed_time": 40.0, "total_distance": 120.0, "intensity": word}
        writer.write("lap", timestamp=end, start_time=begin, **stated)
    (run,) = read(writer.session(120).close()).activities
    assert [(lap.duration_s, lap.distance_m) for lap in run.laps] == [(40, 120)] * 3
    assert tuple(lap.intensity for lap in run.laps) == expected


def with_laps(writer, *lengths_s, **stated):
    """Write laps of these lengths, each with its item of every list of values."""
    first = 0
    for number, seconds in enumerate(lengths_s):
        begin, end = (START + timedelta(seconds=second) for second in (first, first + seconds))
        values = {name: words[number] for name, words in stated.items()}
        writer.write("lap", timestamp=end, start_time=begin, total_elapsed_time=float(seconds), **values)
        first += seconds
    return writer


def split(writer, first, seconds, kind):
    begin, end = (START + timedelta(seconds=second) for second in (first, first + seconds))
    writer.write("split", start_time=begin, end_time=end, total_elapsed_time=float(seconds), split_type=kind)


def intensities(read, writer):
    (run,) = read(writer.session(120).close()).activities
    return [lap.intensity for lap in run.laps]


def test_laps_that_do_not_vary_take_the_word_of_the_split_that_they_lie_in(read, fit_writer):
    writer = with_laps(fit_writer().begin().records(121), 30, 30, 30, 30, intensity=["interval"] * 4)
    split(writer, 0, 31, "interval_warmup")
    split(writer, 10, 80, "rwd_run")
    split(writer, 30, 60, "interval_active")
    split(writer, 91, 29, "interval_cooldown")
    expected = [Intensity.WARMUP, Intensity.ACTIVE, Intensity.ACTIVE, Intensity.COOLDOWN]
    assert intensities(read, writer) == expected


def test_a_lap_across_several_splits_has_no_word(read, fit_writer):
    writer = with_laps(fit_writer().begin().records(121), 20, 20, 80)
    split(writer, 0, 20, "interval_warmup")
    split(writer, 20, 20, "interval_active")
    split(writer, 40, 40, "interval_rest")
    split(writer, 80, 40, "interval_cooldown")
    assert intensities(read, writer) == [Intensity.WARMUP, Intensity.ACTIVE, None]


def test_the_laps_own_words_go_before_those_of_splits(read, fit_writer):
    writer = with_laps(fit_writer().begin().records(121), 60, 60, intensity=["active", "cooldown"])
    split(writer, 0, 60, "interval_warmup")
    split(writer, 60, 60, "interval_active")
    assert intensities(read, writer) == [Intensity.ACTIVE, Intensity.COOLDOWN]


def test_laps_without_words_take_those_of_the_steps_of_the_workout(read, fit_writer):
    writer = fit_writer().begin().records(121)
    for number, word in enumerate(("warmup", "active", "cooldown")):
        writer.write("workout_step", message_index=number, intensity=word)
    with_laps(writer, 40, 40, 40, wkt_step_index=[0, 1, 2])
    assert intensities(read, writer) == [Intensity.WARMUP, Intensity.ACTIVE, Intensity.COOLDOWN]


def test_a_real_watch_marks_the_warm_up_in_its_splits_alone(devicefiles, read):
    reading = read((devicefiles / "fit" / "jimmykane__fit-parser__garmin-stamina.fit").read_bytes())
    intensities = [lap.intensity for lap in reading.activities[0].laps]
    assert intensities == [
        Intensity.WARMUP,
        *[Intensity.ACTIVE, *[Intensity.ACTIVE, Intensity.RECOVERY] * 4, Intensity.ACTIVE],
        Intensity.COOLDOWN,
    ]


def test_each_session_of_a_multisport_file_is_an_activity(read, fit_writer):
    writer = fit_writer().begin().records(121)
    writer.session(60, sport="cycling", total_distance=180.0).session(60, first=60, total_distance=177.0)
    ride, run = read(writer.close()).activities
    assert (ride.sport, ride.kind, len(ride.track)) == ("cycling", Kind.OTHER, 60)
    assert (run.sport, run.kind, len(run.track), run.start) == (
        "running",
        Kind.RUN,
        61,
        START + timedelta(seconds=60),
    )
    assert run.track["time_s"][0] == 0
    assert "cadence_spm" not in ride.track  # turns of a crank are no steps


def test_chained_files_are_all_read(read, run_fit, fit_writer):
    yoga = (
        fit_writer()
        .begin()
        .session(1800, first=4000, sport="training", sub_sport="yoga", total_distance=None)
    )
    reading = read(run_fit + yoga.close())
    assert [activity.kind for activity in reading.activities] == [Kind.RUN, Kind.HABIT]
    assert reading.activities[1].track is None


@pytest.mark.parametrize(
    "sub_sport", ["strength_training", "yoga", "pilates", "flexibility_training", "warm_up"]
)
def test_training_of_these_kinds_is_a_habit(read, fit_writer, sub_sport):
    (habit,) = read(
        fit_writer().begin().session(900, sport="training", sub_sport=sub_sport).close()
    ).activities
    assert habit.kind is Kind.HABIT


def offset_by_local_timestamp(read, writer, hours):
    end = START + timedelta(seconds=60)
    local = round(end.timestamp()) - 631065600 + round(hours * 3600)
    (run,) = read(writer.write("activity", timestamp=end, local_timestamp=local).close()).activities
    return run.utc_offset_s


@pytest.mark.parametrize("hours", [-7, 5.5, 5.75, 13, 13.75])
def test_without_positions_the_utc_offset_comes_from_the_local_timestamp(read, fit_writer, hours):
    assert offset_by_local_timestamp(read, fit_writer().begin().session(60), hours) == hours * 3600


@pytest.mark.parametrize("hours", [0, 0.25, 2.2, 5.25, 7.9, 15])
def test_a_local_timestamp_that_repeats_utc_or_is_of_no_zone_says_nothing(read, fit_writer, hours):
    assert offset_by_local_timestamp(read, fit_writer().begin().session(60), hours) is None


@pytest.mark.parametrize("hours", [-7, 0, 2, 5.75])
def test_the_positions_outrank_the_local_timestamp(read, fit_writer, hours):
    writer = fit_writer().begin().records(61).session(60)
    assert offset_by_local_timestamp(read, writer, hours) == 3600


def test_a_local_timestamp_that_was_never_set_says_nothing(read, fit_writer):
    writer = fit_writer().begin().session(60)  # without positions, which would tell
    (run,) = read(writer.write("activity", timestamp=START, local_timestamp=0).close()).activities
    assert run.utc_offset_s is None


def test_without_a_session_the_records_make_the_activity(read, fit_writer):
    writer = fit_writer().begin().write("sport", sport="running", sub_sport="trail").records(121)
    (run,) = read(writer.close()).activities
    assert (run.start, run.duration_s, run.sub_sport) == (START, 120, "trail")
    assert run.distance_m == 360
    assert run.moving_s == 120


def test_a_truncated_file_gives_the_records_before_the_fault(read, run_fit):
    reading = read(run_fit[: len(run_fit) // 2])
    (run,) = reading.activities
    count = len(run.track)
    assert 30 < count < 121
    assert run.distance_m == 3 * (count - 1)
    (problem,) = reading.problems
    assert problem.reason == f"damaged (it ends early); {count} records were kept"


def test_the_damage_lies_where_the_last_whole_message_ends(read, fit_writer, run_fit):
    whole = fit_writer().begin().records(31).close()[:-2]
    (after_a_record,) = read(whole + b"\x00\x01").problems
    assert after_a_record.byte == len(whole)
    (checksum,) = read(run_fit[:-2] + b"\xff\xff").problems
    assert checksum.byte == len(run_fit) - 2
    (in_the_second,) = read(run_fit + run_fit[:-2] + b"\xff\xff").problems
    assert in_the_second.byte == 2 * len(run_fit) - 2


def test_a_header_that_was_never_completed_loses_nothing(read, run_fit):
    data = bytearray(run_fit[:-2])
    data[4:8] = bytes(4)
    reading = read(bytes(data))
    assert len(reading.activities[0].track) == 121
    assert reading.problems


def test_a_wrong_checksum_keeps_all_records_and_says_so(read, run_fit):
    reading = read(run_fit[:-2] + b"\xff\xff")
    assert len(reading.activities[0].track) == 121
    assert "checksum is wrong" in str(reading.problems[0])


def test_a_header_without_a_checksum_is_as_good_as_any(read, run_fit):
    reading = read(with_crc(run_fit[:12] + b"\x00\x00" + run_fit[14:-2]))
    assert reading.problems == ()
    np.testing.assert_array_equal(
        reading.activities[0].track["lat"], read(run_fit).activities[0].track["lat"]
    )


def test_a_record_that_looks_like_a_definition_costs_itself_and_the_one_before(read, fit_writer):
    data = bytearray(fit_writer().begin().records(21).session(20).close()[:-2])
    data[85] = 0x46  # a record's first byte
    reading = read(with_crc(bytes(data)))
    assert len(reading.activities[0].track) == 19
    assert "; 19 records were kept" in str(reading.problems[0])


def test_bytes_after_the_end_are_reported_and_zeros_are_not(read, run_fit):
    assert "5 bytes are not FIT" in str(read(run_fit + b"trash").problems[0])
    assert read(run_fit + bytes(64)).problems == ()


@pytest.mark.parametrize(
    ("file_type", "reason"),
    [
        ("course", "course"),
        ("settings", "settings"),
        ("workout", "planned workout"),
        ("monitoring_b", "monitoring"),
    ],
)
def test_other_types_of_file_are_not_taken_with_the_reason(read, fit_writer, file_type, reason):
    with pytest.raises(NotTaken, match=reason):
        read(fit_writer().begin(file_type).records(10).close())


def test_an_activity_file_without_any_activity_is_not_taken(read, fit_writer):
    with pytest.raises(NotTaken, match="no activity"):
        read(fit_writer().begin().close())


def test_a_heart_rate_of_0_and_a_position_of_0_0_are_unknown(read, fit_writer):
    writer = fit_writer().begin()
    for second in range(60):
        begin = START + timedelta(seconds=second)
        writer.write(
            "record", timestamp=begin, heart_rate=0, position_lat=0, position_long=0, distance=3.0 * second
        )
    (run,) = read(writer.session(60, avg_heart_rate=0).close()).activities
    assert run.avg_hr is None
    assert set(run.track.columns) == {"time_s", "segment", "distance_m"}


def test_a_record_from_another_decade_is_left_out(read, fit_writer):
    writer = fit_writer().begin().records(61)
    writer.write("record", timestamp=START + timedelta(days=4000), heart_rate=99)
    (run,) = read(writer.session(60).close()).activities
    assert len(run.track) == 61


def test_an_activity_in_the_future_is_not_taken(read, fit_writer):
    data = fit_writer().begin().session(60, first=3600 * 24 * 365 * 60).close()
    with pytest.raises(NotReadable, match="future"):
        read(data)


@pytest.mark.parametrize("speed", [13, 4000])
def test_a_run_faster_than_any_run_is_not_taken(read, fit_writer, speed):
    with pytest.raises(NotReadable, match="faster"):
        read(fit_writer().begin().session(600, total_distance=600.0 * speed).close())


def test_the_checksum_is_that_of_the_sdk(run_fit):
    assert scan.fit_checksum(run_fit[:-2]) == struct.unpack("<H", run_fit[-2:])[0]
    assert scan.fit_checksum(run_fit) == 0
