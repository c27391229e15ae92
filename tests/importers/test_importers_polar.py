"""Training sessions of Polar, in the layout until 2025 and the one since."""

from __future__ import annotations

import contextlib
import copy
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers import polar, sports
from runlog.importers.detect import Head, SourceFile
from runlog.model import TRACK_COLUMNS, Kind, Lap
from runlog.settings import Settings

SETTINGS = Settings(timezone="Europe/Berlin")
UTC_START = datetime(2024, 5, 4, 15, 30, 0, 250_000, tzinfo=UTC)
LOCAL_START = datetime.fromisoformat("2024-05-04T18:30:00.250")  # at UTC+3


def at(second):
    return (LOCAL_START + timedelta(seconds=second)).isoformat(timespec="milliseconds")


def samples(seconds, value):
    return [{"dateTime": at(second), "value": value(second)} for second in seconds]


def route(seconds, late=0.004):
    return [
        {
            "dateTime": at(second + late),
            "longitude": 24.94,
            "latitude": 60.17 + second * 2.7e-5,
            "altitude": 8.0,
        }
        for second in seconds
    ]


def exercise(seconds=range(121), **more):
    return {
        "startTime": at(0),
        "stopTime": at(120),
        "timezoneOffset": 180,
        "duration": "PT2M0.000S",
        "distance": 360.0,
        "sport": "RUNNING",
        "kiloCalories": 30,
        "heartRate": {"min": 100, "avg": 140, "max": 160},
        "zones": {"heart_rate": [{"lowerLimit": 95, "higherLimit": 113, "inZone": "PT1S", "zoneIndex": 1}]},
        "samples": {
            "heartRate": samples(seconds, lambda second: 130 + second % 20),
            "speed": samples(seconds, lambda _: 10.8),
            "distance": samples(seconds, lambda second: 3.0 * second),
            "cadence": samples(seconds, lambda _: 84),
            "altitude": samples(seconds, lambda _: 8.0),
            "temperature": [{"dateTime": at(0)}],
            "recordedRoute": route(seconds),
        },
        **more,
    }


def session(*exercises, **more):
    return {
        "exportVersion": "2.6",
        "name": "Evening run",
        "deviceId": "SECRET",
        "startTime": at(0),
        "stopTime": at(120),
        "timeZoneOffset": 180,
        "distance": 360.0,
        "duration": "PT2M0.000S",
        "maximumHeartRate": 160,
        "averageHeartRate": 140,
        "kiloCalories": 30,
        "physicalInformationSnapshot": {"dateTime": at(0), "weight, kg": 70.0},
        "exercises": list(exercises) or [exercise()],
        **more,
    }


def since_2025(**more):
    even = {"intervalMillis": 1000}
    return {
        "identifier": {"id": "8380114520"},
        "created": "2026-05-30T18:59:52.000",
        "startTime": "2026-05-23T10:46:22",
        "stopTime": "2026-05-23T10:48:25",
        "name": "Running",
        "latitude": 37.77,
        "longitude": -122.42,
        "durationMillis": 120_500,
        "distanceMeters": 361.5,
        "hrAvg": 139,
        "hrMax": 161,
        "timezoneOffsetMinutes": -420,
        "sport": {"id": "1"},
        "product": {"modelName": "Polar Vantage V3"},
        "exercises": [
            {
                "startTime": "2026-05-23T10:46:22",
                "stopTime": "2026-05-23T10:48:25",
                "durationMillis": 120_500,
                "distanceMeters": 361.5,
                "timezoneOffsetMinutes": -420,
                "sport": {"id": "1"},
                "laps": {},
                "statistics": {"statistics": [{"type": "STATISTICS_TYPE_SPEED", "avg": 10.8, "max": 11.0}]},
                "samples": {
                    "samples": [
                        {"type": "HEART_RATE", "values": [None] + [140] * 120, **even},
                        {"type": "DISTANCE", "values": [3.0 * second for second in range(121)], **even},
                        {"type": "SPEED", "values": [10.8] * 121, **even},
                        {"type": "STRANGE", "values": [1] * 121, **even},
                    ]
                },
                "routes": {
                    "route": {
                        "wayPoints": [
                            {
                                "longitude": -122.42,
                                "latitude": 37.77 + second * 2.7e-5,
                                "elapsedMillis": second * 1000 + 3,
                            }
                            for second in range(1, 121)
                        ],
                        "startTime": "2026-05-23T10:46:22",
                    }
                },
                **more,
            }
        ],
    }


def read(tree, name="training-session-2024-05-04-1-2.json"):
    data = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return importers.read_bytes(data, name, SETTINGS)


def one(tree):
    (activity,) = read(tree).activities
    return activity


def test_an_exercise_is_an_activity():
    run = one(session())
    assert (run.start, run.utc_offset_s, run.duration_s, run.moving_s) == (UTC_START, 3 * 3600, 120, 120)
    assert (run.sport, run.kind, run.name, run.device) == ("running", Kind.RUN, "Evening run", None)
    assert (run.distance_m, run.avg_hr, run.max_hr, run.avg_cadence_spm) == (360, 140, 160, 168)


def test_its_samples_are_on_one_axis():
    track = one(session()).track
    assert len(track) == 121
    assert track["time_s"].tolist() == list(range(121))
    assert (track["segment"] == 0).all()
    assert track["heart_rate_bpm"][:3].tolist() == [130, 131, 132]
    assert track["speed_mps"][0] == pytest.approx(3)  # 10.8 km/h
    assert track["distance_m"][-1] == 360
    assert track["lat"][1] - track["lat"][0] == pytest.approx(2.7e-5)
    assert (track["cadence_spm"] == 168).all()


def test_the_layout_since_2025():
    run = one(since_2025())
    assert (run.start, run.utc_offset_s) == (datetime(2026, 5, 23, 17, 46, 22, tzinfo=UTC), -7 * 3600)
    assert (run.duration_s, run.moving_s, run.distance_m) == (123, 120.5, 361.5)
    assert (run.avg_hr, run.max_hr, run.device) == (139, 161, "Polar Vantage V3")
    assert len(run.track) == 121
    assert np.isnan(run.track["heart_rate_bpm"][0])
    assert np.isnan(run.track["lat"][0])
    assert run.track["lat"][1] == pytest.approx(37.77 + 2.7e-5)
    assert run.track["speed_mps"][5] == pytest.approx(3)


def test_a_sensor_that_failed_is_written_nan_which_is_no_json():
    data = json.dumps(since_2025()).replace("[null, 140,", "[NaN, NaN,").encode()
    assert b"NaN" in data
    heart_rate = one(data).track["heart_rate_bpm"]
    assert np.isnan(heart_rate[:2]).all()
    assert (heart_rate[2:] == 140).all()


def test_the_route_has_a_start_of_its_own():
    late = since_2025()
    late["exercises"][0]["routes"]["route"]["startTime"] = "2026-05-23T10:46:32"
    track = one(late).track
    assert np.flatnonzero(~np.isnan(track["lat"]))[0] == 11


def test_streams_may_begin_and_end_at_other_times():
    tree = session(exercise())
    streams = tree["exercises"][0]["samples"]
    streams["heartRate"] = streams["heartRate"][30:]
    streams["recordedRoute"] = streams["recordedRoute"][:100]
    track = one(tree).track
    assert np.isnan(track["heart_rate_bpm"][:30]).all()
    assert np.isnan(track["lat"][100:]).all()
    assert len(track) == 121


def test_where_nothing_was_sampled_it_was_paused():
    tree = session(exercise([*range(60), *range(360, 421)], stopTime=at(420)))
    del tree["exercises"][0]["samples"]["distance"]
    del tree["exercises"][0]["distance"]
    run = one(tree)
    assert run.track["segment"].tolist() == [0.0] * 60 + [1.0] * 61
    assert (run.duration_s, run.moving_s) == (420, 120)
    assert run.distance_m == pytest.approx(3.0 * 119, rel=0.01)  # and not the 900 m between


def test_every_fifth_second_is_no_pause():
    assert (one(session(exercise(range(0, 121, 15)))).track["segment"] == 0).all()


def test_sensors_that_were_not_there():
    still = exercise(sport="STRENGTH_TRAINING", distance=0)
    still["samples"] = {
        "heartRate": samples(range(121), lambda _: 90),
        "speed": samples(range(121), lambda _: 0),
        "distance": samples(range(121), lambda _: 0.0),
        "cadence": [{"dateTime": at(0)}],
    }
    activity = one(session(still))
    assert (activity.kind, activity.sport, activity.distance_m) == (Kind.HABIT, "training", None)
    assert set(activity.track.columns) == {"time_s", "segment", "heart_rate_bpm"}


def test_without_samples_there_is_no_track():
    bare = exercise()
    del bare["samples"]
    run = one(session(bare))
    assert run.track is None
    assert (run.distance_m, run.duration_s) == (360, 120)


def test_each_exercise_of_a_multisport_session():
    legs = [
        exercise(sport=f"TRIATHLON_{leg}", startTime=at(begins), stopTime=at(begins + 120))
        for begins, leg in ((0, "SWIMMING"), (200, "CYCLING"), (400, "RUNNING"))
    ]
    reading = read(session(*legs, averageHeartRate=99))
    assert [activity.sport for activity in reading.activities] == ["swimming", "cycling", "running"]
    assert [activity.start for activity in reading.activities] == [
        UTC_START + timedelta(seconds=begins) for begins in (0, 200, 400)
    ]
    assert {activity.avg_hr for activity in reading.activities} == {140}


def test_laps_of_the_runner_outrank_those_of_the_watch():
    own = [{"lapNumber": 0, "duration": "PT1M10S", "distance": 210.0}, {"duration": "PT50.5S"}]
    automatic = [{"duration": "PT2M", "distance": 360.0}]
    run = one(session(exercise(laps=own, autoLaps=automatic)))
    assert run.laps == (Lap(UTC_START, 70, 210), Lap(UTC_START + timedelta(seconds=70), 50.5))
    assert [lap.duration_s for lap in one(session(exercise(autoLaps=automatic))).laps] == [120]
    newer = one(
        since_2025(laps={"laps": [], "autoLaps": [{"durationMillis": 60_000, "distanceMeters": 180}]})
    )
    assert [(lap.duration_s, lap.distance_m) for lap in newer.laps] == [(60, 180)]


@pytest.mark.parametrize(
    ("named", "label", "sport"),
    [
        ("RUNNING", None, ("running", None)),
        ("JOGGING", None, ("running", None)),
        ("ROAD_RUNNING", None, ("running", None)),
        ("TRAIL_RUNNING", None, ("running", "trail")),
        ("TREADMILL_RUNNING", None, ("running", "treadmill")),
        ("TRACK_AND_FIELD_RUNNING", None, ("running", "track")),
        ("ULTRARUNNING_RUNNING", None, ("running", "ultra")),
        ("CROSS-COUNTRY_RUNNING", None, ("running", "trail")),
        ("DUATHLON_RUNNING", None, ("running", None)),
        ("OFFROADTRIATHLON_RUNNING", None, ("running", "trail")),
        ("OFFROADDUATHLON_CYCLING", None, ("cycling", "mountain")),
        ("WATER_RUNNING", None, ("water_running", None)),
        ("PADEL", None, ("padel", None)),
        ({"id": "1"}, "Juoksu", ("running", None)),
        ({"id": "27"}, None, ("running", "trail")),
        ({"id": "17"}, None, ("running", "treadmill")),
        ({"id": 15}, None, ("training", "strength_training")),
        ({"id": "127"}, None, ("training", "mobility")),
        ({"id": "9999"}, "Trail running", ("running", "trail")),
        ({"id": "9999"}, None, ("unknown", None)),
        ({}, None, ("unknown", None)),
        (None, None, ("unknown", None)),
    ],
)
def test_polars_sports(named, label, sport):
    assert sports.normalize_polar_sport(named, label) == sport


@pytest.mark.parametrize(
    ("duration", "seconds"), [("PT4.224S", 4.224), ("PT1H2M3.5S", 3723.5), ("PT2H", 7200)]
)
def test_durations(duration, seconds):
    bare = exercise(duration=duration)
    del bare["samples"], bare["stopTime"], bare["distance"]
    assert one(session(bare)).duration_s == seconds


def test_the_offset_may_stand_at_the_session_alone():
    apart = exercise()
    del apart["timezoneOffset"]
    assert one(session(apart)).start == UTC_START


def test_without_an_offset_the_settings_decide_with_a_note():
    apart = exercise()
    del apart["timezoneOffset"], apart["samples"]["recordedRoute"]
    tree = session(apart)
    del tree["timeZoneOffset"]
    reading = read(tree)
    (run,) = reading.activities
    assert (run.start.hour, run.utc_offset_s) == (16, None)
    assert "names no time zone" in reading.notes[0]


def test_a_time_in_utc_leaves_the_local_clock_to_the_position():
    apart = exercise(startTime="2024-05-04T15:30:00.250Z")
    del apart["timezoneOffset"]
    for stream in apart["samples"].values():
        for entry in stream:
            local = datetime.fromisoformat(entry["dateTime"])
            entry["dateTime"] = (local - timedelta(hours=3)).isoformat() + "Z"
    tree = session(apart)
    del tree["timeZoneOffset"]
    reading = read(tree)
    assert (reading.activities[0].start, reading.notes) == (UTC_START, ())
    assert reading.activities[0].utc_offset_s == 3 * 3600  # Helsinki


def test_an_exercise_without_a_time_is_reported_and_the_others_are_read():
    tree = session(exercise(startTime="soon"), exercise())
    tree["startTime"] = None
    reading = read(tree)
    assert len(reading.activities) == 1
    assert str(reading.problems[0]) == "exercise 1 of 2 tells no time"


@pytest.mark.parametrize("exercises", [[], None, "none", [1], {}])
def test_a_session_without_exercises_is_not_taken(exercises):
    with pytest.raises(NotTaken, match="without an exercise"):
        read(session() | {"exercises": exercises})


def test_damaged_json_is_not_readable():
    whole = json.dumps(session()).encode()
    with pytest.raises(NotReadable, match="not JSON"):
        read(whole[:-50])


def test_deeply_nested_json_is_not_readable():
    with pytest.raises(NotReadable):
        read(b'{"startTime": 1, "stopTime": 1, "exercises": ' + b"[" * 200_000)


def test_more_than_any_session_holds_is_not_parsed():
    with pytest.raises(NotReadable, match="more than any training session"):
        polar.read(SourceFile(b"{" + b" " * (49 * 2**20), SETTINGS))


def test_a_name_that_no_database_keeps():
    name = one(session(name=" \ud800 run ")).name
    assert name == "? run"
    assert one(session(name="")).name is None


def test_it_is_recognised_by_its_shape():
    data = b"\xef\xbb\xbf\n" + json.dumps(session()).encode()
    assert read(data, "whatever.txt").format == "polar"
    target = {"exportVersion": "1.2", "startTime": at(0), "exercises": [{"sport": "RUNNING", "phases": []}]}
    for other in (target, {"exercises": []}, [session()]):
        assert not polar.claims(Head(json.dumps(other).encode(), "training-session-1.json"))


@pytest.mark.parametrize(
    ("name", "tree"),
    [
        (
            "activity-2024-05-04-1-a.json",
            {"exportVersion": "1.3", "date": "2024-05-04", "samples": {"mets": []}},
        ),
        ("247ohr_2024_5-1-a.json", {"deviceDays": [{"userId": 1, "date": "2024-05-04", "samples": []}]}),
        ("sleep_result_1.json", [{"night": "2024-05-04", "evaluation": {}}]),
        ("training-target-2024-05-04-1.json", {"startTime": "2024-05-04T18:00:00", "exercises": []}),
        ("polar.zip/calendar-items-1.json", {"physicalInformations": []}),
        ("sport-profiles-1.json", [{"sport": "RUNNING"}]),
    ],
)
def test_the_rest_of_an_export_is_named(name, tree):
    with pytest.raises(NotTaken, match=r"Polar's .* its training sessions are what runlog reads"):
        read(tree, name)


def test_an_hour_of_seconds():
    (run,) = read(session(exercise(range(3601), stopTime=at(3600)))).activities
    assert len(run.track) == 3601


HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=10),
    st.sampled_from(["9999-12-31T23:59:59", "0001-01-01T00:00:00", "2024-05-04T18:30:00Z", "PT9999H", 1e300]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(
        st.sampled_from(["id", "type", "values", "value", "dateTime"]), st.integers(), max_size=3
    ),
)
SMALL = session(exercise(range(0, 121, 30), laps=[{"duration": "PT1M"}]))
SMALL_NEWER = since_2025(laps={"laps": [{"durationMillis": 1000}]})
for stream in SMALL_NEWER["exercises"][0]["samples"]["samples"]:
    stream["values"] = stream["values"][:5]
SMALL_NEWER["exercises"][0]["routes"]["route"]["wayPoints"] = SMALL_NEWER["exercises"][0]["routes"]["route"][
    "wayPoints"
][:5]


def places(tree, path=()):
    """Yield every key and index of a tree."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


@st.composite
def bent(draw):
    """Draw a session with a few values replaced, removed or doubled."""
    tree = copy.deepcopy(draw(st.sampled_from([SMALL, SMALL_NEWER])))
    for _ in range(draw(st.integers(1, 4))):
        *path, key = draw(st.sampled_from(list(places(tree))))
        holder = tree
        for step in path:
            holder = holder[step]
        change = draw(st.sampled_from(["replace", "remove", "double"]))
        if change == "replace":
            holder[key] = draw(HOSTILE)
        elif change == "remove":
            del holder[key]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
    return tree


@hypothesis_settings(max_examples=400)
@given(bent())
def test_bent_sessions_are_read_or_refused(tree):
    try:
        reading = read(tree)
    except (NotReadable, NotTaken):
        return
    for activity in reading.activities:
        assert activity.duration_s > 0
        numbers = [
            activity.distance_m,
            activity.ascent_m,
            activity.avg_hr,
            activity.moving_s,
            activity.max_hr,
        ]
        assert np.isfinite([number for number in numbers if number is not None]).all()
        if activity.track is not None:
            assert set(activity.track.columns) <= set(TRACK_COLUMNS)
            assert (np.diff(activity.track["time_s"]) >= 0).all()


@hypothesis_settings(max_examples=200)
@given(st.data())
def test_bent_bytes_are_read_or_refused(data):
    whole = bytearray(json.dumps(SMALL_NEWER).encode())
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(0, len(whole)))
    with contextlib.suppress(NotReadable, NotTaken):
        read(bytes(whole[:cut]))
