"""Garmin's list of activities and its gear: undocumented units, and shoes joined by Garmin's ids."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import made_archives as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import importers
from runlog.errors import BadInput, NotReadable, NotTaken
from runlog.importers import garmin
from runlog.importers.detect import Head, SourceFile
from runlog.model import Kind
from runlog.settings import Settings

START = datetime(2020, 10, 7, 14, 43, 11, tzinfo=UTC)
RUN = made.Outing(
    7, START, 3189.0, 2970.0, 9444.5, "Evening loop", rpe=6.0, shoe="Brooks Glide 12", avg_hr=148.0
)


def read(rows, settings, gear=None):
    sidecars = {} if gear is None else {"me_gear.json": gear}
    return garmin.read(SourceFile(_dumped({"summarizedActivitiesExport": rows}), settings, sidecars))


def _dumped(part):
    return json.dumps([part]).encode()


def row(**changed):
    """Return a run as Garmin lists it; None removes a key."""
    [listed] = json.loads(made.garmin_summaries([RUN]))[0]["summarizedActivitiesExport"]
    return {key: value for key, value in (listed | changed).items() if value is not None}


def gear(*pairs, links=None):
    return _dumped({"gearDTOS": list(pairs), "gearActivityDTOs": links or {}})


def pair(key, **fields):
    return {"gearPk": key, "gearTypeName": "Shoes", "gearStatusName": "active", **fields}


def test_a_row_becomes_an_activity(settings):
    data = made.garmin_summaries([RUN])
    assert garmin.claims(Head(data, "me_0_summarizedActivities.json"))
    reading = garmin.read(SourceFile(data, settings, {"me_gear.json": made.garmin_gear([RUN])}))
    [activity] = reading.activities
    assert (activity.start, activity.utc_offset_s) == (START, 7200)
    assert (activity.duration_s, activity.moving_s) == (3189.0, 2970.0)
    assert (activity.distance_m, activity.ascent_m) == (9444.5, 12.34)
    assert (activity.avg_hr, activity.avg_cadence_spm) == (148.0, 168.0)
    assert (activity.rpe, activity.feel, activity.shoe) == (6.0, 75.0, "Brooks Glide 12")
    assert (activity.sport, activity.kind, activity.name) == ("running", Kind.RUN, "Evening loop")
    assert (activity.external, activity.track) == ("garmin:7", None)
    assert reading.problems == ()


def test_missing_values_are_unknown(settings):
    bare = row(
        **dict.fromkeys(("name", "startTimeLocal", "distance", "elevationGain", "avgHr", "workoutFeel")),
        workoutRpe=0,
        avgDoubleCadence=0.0,
    )
    [activity] = read([bare], settings).activities
    unknown = ("name", "utc_offset_s", "distance_m", "ascent_m", "avg_hr", "feel", "rpe", "avg_cadence_spm")
    assert [getattr(activity, name) for name in unknown] == [None] * len(unknown)


def test_a_list_without_the_elapsed_time_has_the_timer_alone(settings):
    [activity] = read([row(elapsedDuration=None)], settings).activities
    assert (activity.duration_s, activity.moving_s) == (2970.0, 2970.0)


def test_feeling_very_weak_is_reported(settings):
    assert read([row(workoutFeel=0)], settings).activities[0].feel == 0.0


@pytest.mark.parametrize(
    ("local_s", "offset_s"), [(-18000, -18000), (20700, 20700), (7201, 7200), (0, 0), (90000, None)]
)
def test_the_offset_of_the_local_clock(settings, local_s, offset_s):
    listed = row(startTimeLocal=START.timestamp() * 1000 + local_s * 1000)
    assert read([listed], settings).activities[0].utc_offset_s == offset_s


def test_cadence_counts_both_feet(settings):
    data = _dumped({"summarizedActivitiesExport": [row(avgDoubleCadence=None, avgRunCadence=84.0)]})
    [activity] = importers.read_bytes(data, "a.json", settings).activities
    assert activity.avg_cadence_spm == 168.0


@pytest.mark.parametrize(
    ("word", "sport"),
    [
        ("running", ("running", None)),
        ("treadmill_running", ("running", "treadmill")),
        ("trail_running", ("running", "trail")),
        ("indoor_running", ("running", "indoor_running")),
        ("virtual_run", ("running", "virtual_activity")),
        ("road_biking", ("cycling", "road")),
        ("casual_walking", ("walking", None)),
        ("strength_training", ("training", "strength_training")),
        ("yoga", ("yoga", None)),
        ("stand_up_paddleboarding", ("stand_up_paddleboarding", None)),
        (None, ("running", None)),  # its sportType
    ],
)
def test_sports(settings, word, sport):
    [activity] = read([row(activityType=word)], settings).activities
    assert (activity.sport, activity.sub_sport) == sport


def test_the_sum_of_a_multisport_activity_is_left_out(settings):
    reading = read([row(), row(activityId=8, activityType="multi_sport")], settings)
    assert [activity.external for activity in reading.activities] == ["garmin:7"]
    assert "1 sums of multisport" in reading.notes[0]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"activityId": None}, "activityId"),
        ({"activityId": True}, "activityId"),
        ({"activityId": "7; DROP"}, "activityId"),
        ({"beginTimestamp": "yesterday"}, "beginTimestamp"),
        ({"beginTimestamp": None, "startTimeGmt": None}, "beginTimestamp"),
        ({"beginTimestamp": -5}, "beginTimestamp"),
        ({"duration": [1]}, "duration"),
        ({"duration": 0, "elapsedDuration": 0}, "duration"),
        ({"distance": 1e300}, "distance"),
        ({"distance": 10**400}, "distance"),
        ({"name": {"x": 1}}, "name"),
        ({"workoutRpe": 700}, "workoutRpe"),
        ({"avgHr": True}, "avgHr"),
    ],
)
def test_a_row_of_strange_values_is_refused_with_the_reason(settings, changed, reason):
    reading = read([row(activityId=1), row(**changed)], settings)
    assert [activity.external for activity in reading.activities] == ["garmin:1"]
    assert reason in str(reading.problems[0])
    assert "activity 2" in str(reading.problems[0])


def test_a_list_of_nothing_but_rubbish_is_not_readable(settings):
    with pytest.raises(NotReadable, match="activity 1"):
        read([17], settings)


@pytest.mark.parametrize(
    "data",
    [
        b'[{"summarizedActivitiesExport": [',
        b'{"summarizedActivitiesExport": 7}',
        b'[{"summarizedActivitiesExport": [{"distance": ' + b"9" * 9999 + b"}]}]",
        b'[{"summarizedActivitiesExport": ' + b"[" * 200_000,
    ],
)
def test_damaged_json_is_reported(settings, data):
    with pytest.raises(NotReadable):
        importers.read_bytes(data, "me_0_summarizedActivities.json", settings)


def test_numbers_that_json_does_not_have_are_unknown(settings):
    data = made.garmin_summaries([RUN]).replace(b'"avgHr": 148.0', b'"avgHr": NaN')
    assert garmin.read(SourceFile(data, settings)).activities[0].avg_hr is None


# gear


def test_pairs_have_their_limits_and_days(settings):
    reading = garmin.read(
        SourceFile(made.garmin_summaries([RUN]), settings, {"me_gear.json": made.garmin_gear([RUN])})
    )
    fields = [(shoe.name, shoe.from_date, shoe.retired, shoe.limit_m) for shoe in reading.shoes]
    assert fields == [
        ("Brooks Glide 12", date(2026, 5, 2), None, 650000.0),
        ("Adidas Pacer Reds", date(2025, 9, 20), date(2026, 7, 1), None),
    ]


def test_gear_may_be_an_object_as_well_as_a_list(settings):
    [wrapped] = json.loads(made.garmin_gear([RUN]))
    reading = garmin.read(
        SourceFile(made.garmin_summaries([RUN]), settings, {"g.json": json.dumps(wrapped).encode()})
    )
    assert reading.activities[0].shoe == "Brooks Glide 12"


def test_two_pairs_of_one_name_are_distinguished(settings):
    twins = gear(
        pair(10, displayName="Glide"),
        pair(9, customMakeModel="glide"),
        pair(11, displayName="Glide (2)"),
        pair(12, displayName=""),
        links={"9": [{"activityId": 7}], "10": [{"activityId": 8}]},
    )
    reading = read([row(), row(activityId=8)], settings, twins)
    assert {shoe.name for shoe in reading.shoes} == {"glide", "Glide (2)", "Glide (2) (2)", "shoes 12"}
    assert [activity.shoe for activity in reading.activities] == ["glide", "Glide (2)"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-04T00:00:00.0", date(2026, 3, 4)),
        ("2026-03-04", date(2026, 3, 4)),
        (1772582400000, date(2026, 3, 4)),
        (None, None),
        ("", None),
    ],
)
def test_days_of_gear(settings, written, day):
    reading = garmin.read_gear(SourceFile(gear(pair(1, displayName="A", dateBegin=written)), settings))
    assert [shoe.from_date for shoe in reading.shoes] == [day]
    assert reading.problems == ()


def test_values_of_gear_that_cannot_be_true_are_left_out_and_reported(settings):
    odd = gear(pair(1, displayName="A", dateBegin="soon", maximumMeters="far"), "no pair", {"uuid": "x"})
    reading = garmin.read_gear(SourceFile(odd, settings))
    assert [(shoe.from_date, shoe.limit_m) for shoe in reading.shoes] == [(None, None)]
    reasons = " ".join(map(str, reading.problems))
    assert all(part in reasons for part in ("dateBegin", "maximumMeters", "gear 2", "gear 3"))


def test_a_pair_that_is_retired_without_a_day_is_reported(settings):
    reading = garmin.read_gear(SourceFile(gear(pair(1, displayName="A", gearStatusName="retired")), settings))
    assert reading.shoes[0].retired is None
    assert "A is retired" in reading.notes[0]


def test_damaged_gear_does_not_cost_the_activities(settings):
    reading = read([row()], settings, b"{")
    assert len(reading.activities) == 1
    assert "me_gear.json" in str(reading.problems[0])


def test_a_bike_is_no_shoe(settings):
    ride = made.Outing(8, START, 60.0, 60.0, 300.0, "Out", word="ride", shoe=made.BIKE)
    reading = garmin.read(
        SourceFile(made.garmin_summaries([ride]), settings, {"g.json": made.garmin_gear([ride])})
    )
    assert reading.activities[0].shoe is None
    assert made.BIKE not in {shoe.name for shoe in reading.shoes}


def test_gear_alone_is_read_and_with_the_list_it_is_left_to_it(settings):
    data = made.garmin_gear([RUN])
    assert len(importers.read_bytes(data, "me_gear.json", settings).shoes) == 2
    with pytest.raises(NotTaken, match="together with the list"):
        importers.read_bytes(data, "me_gear.json", settings, sidecars={"x": b""})


# what is claimed


def test_every_file_of_an_archive_has_one_claimant_or_none(sample_data):
    for name, data in made.garmin_members(made.outings(sample_data)).items():
        claimants = [one.name for one in importers.FORMATS if one.claims(Head(data, name))]
        assert len(claimants) == name.endswith(("summarizedActivities.json", "_gear.json")), (name, claimants)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("DI_CONNECT/DI-Connect-User/user_profile.json", b'{"userName": "x"}'),
        ("x/UDSFile_2026.json", b'[{"calendarDate": "2026-05-22", "userProfilePK": 1}]'),
        ("sleep.json", b'\xef\xbb\xbf[{"userProfileId": 1}]'),
    ],
)
def test_wellness_and_settings_are_named_as_such(settings, name, data):
    with pytest.raises(NotTaken, match="Garmin's wellness or settings data"):
        importers.read_bytes(data, name, settings)


def test_any_other_json_is_just_json(settings):
    with pytest.raises(NotTaken, match="it is JSON"):
        importers.read_bytes(b'{"a": 1}', "a.json", settings)


# hostile input

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("7"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


def test_half_a_surrogate_pair_is_replaced_in_a_name(settings):
    [activity] = read([row(name="\ud800 Park")], settings).activities
    assert activity.name == "? Park"


KEYS = ["activityId", "beginTimestamp", "startTimeLocal", "duration", "distance", "name", "activityType"]


@given(st.lists(values | st.dictionaries(st.sampled_from(KEYS), values), max_size=3), st.booleans())
def test_whatever_the_rows_hold_is_read_or_refused(changes, sound):
    rows = [row(**change) if isinstance(change, dict) and sound else change for change in changes]
    data = _dumped({"summarizedActivitiesExport": rows})
    try:
        reading = importers.read_bytes(data, "a.json", made.SETTINGS)
    except BadInput:
        return
    assert all(activity.duration_s > 0 for activity in reading.activities)


GEAR_KEYS = ["gearPk", "displayName", "customMakeModel", "dateBegin", "dateEnd", "maximumMeters"]


@given(st.lists(st.dictionaries(st.sampled_from(GEAR_KEYS), values), max_size=4), values)
def test_whatever_the_gear_holds_is_read_or_refused(pairs, links):
    shoes = [fields | {"gearTypeName": "Shoes"} for fields in pairs]
    data = json.dumps({"gearDTOS": shoes, "gearActivityDTOs": links}).encode()
    try:
        parsed_gear = garmin.read_gear(SourceFile(data, Settings()))
    except BadInput:
        return
    names = [shoe.name for shoe in parsed_gear.shoes]
    assert len(set(names)) == len(names)
