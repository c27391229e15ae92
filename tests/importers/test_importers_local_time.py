"""The UTC offset at a recording's start, from the file or its first position."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_importers_gpx import gpx, points, track

from runlog import importers, localtime
from runlog.errors import NotReadable, NotTaken
from runlog.importers import normalize
from runlog.model import Activity, Lap, Track

SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)
WINTER = datetime(2026, 1, 1, 12, tzinfo=UTC)


def run(lat, lon, start=SUMMER, **values):
    lat, lon = (np.atleast_1d(np.asarray(degrees, dtype=np.float64)) for degrees in (lat, lon))
    columns = {"time_s": np.arange(len(lat)) * 1.0, "segment": np.zeros(len(lat)), "lat": lat, "lon": lon}
    return Activity(start=start, duration_s=60.0, sport="running", track=Track(columns), **values)


def hours(lat, lon, start=SUMMER):
    offset = localtime.fill_utc_offset(run(lat, lon, start)).utc_offset_s
    return None if offset is None else offset / 3600


@pytest.mark.parametrize(
    ("lat", "lon", "summer", "winter"),
    [
        (52.52, 13.40, 2, 1),  # Berlin
        (51.50, -0.12, 1, 0),  # London: 0 is an offset, not an unknown one
        (40.71, -74.00, -4, -5),  # New York
        (27.70, 85.32, 5.75, 5.75),  # Kathmandu
        (-31.95, 115.86, 8, 8),  # Perth
        (-33.87, 151.21, 10, 11),  # Sydney, where summer is in January
        (-31.55, 159.08, 10.5, 11),  # Lord Howe Island, half an hour of summer time
        (-43.95, -176.55, 12.75, 13.75),  # Chatham Islands, beyond the antimeridian
    ],
)
def test_cities(lat, lon, summer, winter):
    assert (hours(lat, lon), hours(lat, lon, WINTER)) == (summer, winter)


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ("2026-03-29T00:59:59", 1),
        ("2026-03-29T01:00:00", 2),
        ("2026-10-25T00:59:59", 2),
        ("2026-10-25T01:00:00", 1),
    ],
)
def test_the_edges_of_summer_time(utc, expected):
    assert hours(52.52, 13.40, datetime.fromisoformat(utc).replace(tzinfo=UTC)) == expected


def test_either_side_of_the_date_line_and_the_antimeridian():
    assert hours(1.87, -157.36) == 14  # Kiritimati
    assert hours(-14.28, -170.70) == -11  # Pago Pago, nearly at the same clock, a day earlier
    assert hours(-16.5, 179.9999) == hours(-16.5, -179.9999) == 12  # Taveuni lies on both sides
    assert hours(40.0, 180.0) == 12
    assert hours(40.0, -180.0) == -12


@pytest.mark.parametrize(("lat", "lon", "expected"), [(45.0, -30.0, -2), (0.0, 0.0, 0), (-40.0, 90.0, 6)])
def test_at_sea_the_nautical_zone_counts(lat, lon, expected):
    assert hours(lat, lon) == expected


@pytest.mark.parametrize(("lat", "lon"), [(90.0, 0.0), (-90.0, 0.0), (90.0, 180.0), (-90.0, -180.0)])
def test_at_the_poles_there_is_a_clock(lat, lon):
    assert -12 <= hours(lat, lon) <= 14


def test_the_first_point_with_a_fix_counts():
    assert hours([np.nan, 52.52, 40.71], [np.nan, 13.40, -74.00]) == 2
    assert hours([52.52, 40.71], [np.nan, -74.00]) == -4


def test_what_has_no_position_stays_unknown():
    assert hours(np.nan, np.nan) is None
    assert hours([], []) is None
    assert hours(np.nan, 13.4) is None
    indoors = replace(run(0, 0), track=Track({"time_s": np.zeros(1), "segment": np.zeros(1)}))
    assert localtime.fill_utc_offset(indoors) is indoors
    listed = replace(run(0, 0), track=None)
    assert localtime.fill_utc_offset(listed) is listed


@pytest.mark.parametrize("stated", [0, 3600, -18000])  # UTC, last winter's, that of the home
def test_the_positions_outrank_what_the_file_states(stated):
    assert localtime.fill_utc_offset(run(52.52, 13.40, utc_offset_s=stated)).utc_offset_s == 7200


def test_at_sea_what_the_file_states_stays():
    assert localtime.fill_utc_offset(run(45.0, -30.0, utc_offset_s=3600)).utc_offset_s == 3600


def test_a_pier_has_the_clock_of_the_town():
    assert hours([45.0, 52.52], [-30.0, 13.40]) == 2


@pytest.mark.parametrize(
    "virtual",
    [
        {"sub_sport": "virtual_activity"},
        {"device": "zwift"},
        {"device": "Rouvy 3.1"},
        {"name": "Zwift - Tempo Hills in Watopia"},
    ],
)
def test_the_positions_of_a_virtual_run_say_nothing(virtual):
    stated = normalize.mark_virtual(run(-11.64, 166.95, **virtual), None)
    assert stated.sub_sport == "virtual_activity"
    assert localtime.fill_utc_offset(stated) is stated


def test_a_program_of_virtual_worlds_is_known_by_its_name():
    assert normalize.mark_virtual(run(51.5, -0.12), "Zwift").sub_sport == "virtual_activity"
    assert normalize.mark_virtual(run(51.5, -0.12), "StravaGPX").sub_sport is None


def test_a_treadmill_that_does_not_move_has_the_clock_of_its_place():
    still = run([52.52, 52.5201], [13.40, 13.4001], sub_sport="treadmill")
    moving = run([51.50, 51.53], [-0.12, -0.15], sub_sport="treadmill")
    assert localtime.fill_utc_offset(still).utc_offset_s == 7200
    assert localtime.fill_utc_offset(moving).utc_offset_s is None


def test_laps_and_times_are_untouched():
    before = run(52.52, 13.40, laps=(Lap(SUMMER, 60.0),))
    after = localtime.fill_utc_offset(before)
    assert replace(after, utc_offset_s=None) == before


def test_a_zone_that_this_computer_does_not_know_leaves_it_unknown(monkeypatch):
    monkeypatch.setattr("tzfpy.get_tz", lambda *_: "Mars/Olympus_Mons")
    assert hours(52.52, 13.40) is None


@given(st.floats(), st.floats(), st.datetimes(datetime(1990, 1, 2), datetime(2030, 1, 1)))  # noqa: DTZ001 - given a zone below
def test_any_position_has_a_clock_of_this_world_or_none(lat, lon, start):
    offset = hours(lat, lon, start.replace(tzinfo=UTC))
    assert offset is None or -12 <= offset <= 14
    assert (offset is not None) == (abs(lat) <= 90 and abs(lon) <= 180)


def test_every_format_gets_it(settings):
    data = gpx(track(points(range(120)))).encode()
    (activity,) = importers.read_bytes(data, "run.gpx", settings).activities
    first = activity.track["lat"][0], activity.track["lon"][0]
    zone = localtime.time_zone_at(*(float(degrees) for degrees in first))
    assert activity.utc_offset_s == activity.start.astimezone(zone).utcoffset().total_seconds()


#: A clock set to UTC in Colombia, and a run made up in a tool.
WRONG_CLOCKS = {
    "fit/dtcooper__python-fitparse__coros-pace-2-cycling-misaligned-fields.fit",
    "fit/CodeWithCJ__SparkyFitness__tennis-activity.fit",
}
LARGEST_COMPARED = 150_000


def test_the_position_gives_the_clock_that_devices_state(devicefiles, settings):
    with (devicefiles / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    agreed = 0
    for row in rows:
        made_up = row["maker"].startswith("development")
        if row["kind"] != "fit" or made_up or int(row["bytes"]) > LARGEST_COMPARED:
            continue
        data = (devicefiles / row["file"]).read_bytes()
        try:
            activities = importers.read_bytes(data, row["file"], settings).activities
        except (NotReadable, NotTaken):
            continue
        for activity in activities:
            guessed = localtime.fill_utc_offset(replace(activity, utc_offset_s=None)).utc_offset_s
            if guessed is not None and row["file"] not in WRONG_CLOCKS:
                assert activity.utc_offset_s in (guessed, None), row["file"]
                agreed += activity.utc_offset_s is not None
    assert agreed > 20
