"""The nights in the archive of a Garmin account."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import runlog
from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers.detect import Head
from runlog.importers.wellness import garmin_nights
from runlog.records import Night
from runlog.settings import Settings

SLEEP = [
    {
        "sleepStartTimestampGMT": "2026-05-21T21:30:00.0",
        "sleepEndTimestampGMT": "2026-05-22T05:00:00.0",
        "calendarDate": "2026-05-22",
        "deepSleepSeconds": 5_400,
        "lightSleepSeconds": 14_400,
        "remSleepSeconds": 5_400,
        "awakeSleepSeconds": 1_800,
        "sleepScores": {"overallScore": 80},
    },
    {"sleepWindowConfirmationType": "UNCONFIRMED", "calendarDate": "2026-05-23"},
]
DAYS = [
    {
        "userProfilePK": 1,
        "calendarDate": "2026-05-22",
        "totalSteps": 9000,
        "restingHeartRate": 48,
        "allDayStress": {
            "calendarDate": "2026-05-22",
            "aggregatorList": [
                {"type": "AWAKE", "averageStressLevel": 40},
                {"type": "TOTAL", "averageStressLevel": 31},
                {"type": "ASLEEP", "averageStressLevel": 15},
            ],
        },
    }
]


def read(document, name="x.json"):
    return importers.read_bytes(json.dumps(document).encode(), name, Settings(timezone="Europe/Berlin"))


def test_sleep_is_deep_light_and_rem_without_lying_awake():
    assert read(SLEEP).nights == (Night("garmin", date(2026, 5, 22), sleep_hours=7.0),)


def test_the_stress_of_a_whole_day_is_known_on_the_day_after():
    assert read(DAYS).nights == (
        Night("garmin", date(2026, 5, 22), resting_hr=48),
        Night("garmin", date(2026, 5, 23), stress=31),
    )


def test_each_is_claimed_by_one_format_alone():
    for document in (SLEEP, DAYS):
        head = Head(json.dumps(document).encode(), "2026_sleepData.json")
        assert [one.name for one in importers.FORMATS if one.claims(head)] == ["garmin nights"]


def test_days_that_say_nothing_of_a_night_are_passed_over():
    with pytest.raises(NotTaken):
        read([{"calendarDate": "2026-05-22", "restingHeartRate": None}])


def test_the_archive_and_the_service_speak_of_the_same_nights(tmp_path):
    for name, document in (("a_sleepData.json", SLEEP), ("UDSFile_1.json", DAYS)):
        (tmp_path / name).write_text(json.dumps(document))
    with runlog.open(tmp_path / "home") as journal:
        summary = journal.add([tmp_path / "a_sleepData.json", tmp_path / "UDSFile_1.json"])
        assert [(file.outcome, file.reason) for file in summary.files] == [
            ("added", "2 nights"),
            ("added", "1 night"),
        ]
        table = journal.history().nights
    assert table.loc["2026-05-22", ["sleep_hours", "resting_hr"]].tolist() == [7.0, 48.0]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=10), st.just("2026-05-22")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["calendarDate", "restingHeartRate", "values", "aggregatorList", "type", "x"]),
            inner,
        ),
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_gives_nights_that_can_be(document):
    for night in garmin_nights(document):
        assert night.resting_hr is None or 20 <= night.resting_hr <= 150


@given(JSON)
def test_any_json_is_read_or_refused(document):
    try:
        reading = importers.read_bytes(json.dumps([document, {"calendarDate": 1}]).encode(), "x", Settings())
    except (NotReadable, NotTaken):
        return
    assert reading.nights
