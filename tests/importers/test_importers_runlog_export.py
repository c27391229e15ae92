"""What an export writes reads back the same; what somebody has bent is told, whatever it is."""

from __future__ import annotations

import gzip
import json
import math
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import export
from runlog.errors import BadInput, NotReadable
from runlog.importers import read_bytes
from runlog.model import TRACK_COLUMNS, Activity, Area, Entry, Intensity, Kind, Lap, Shoe, Track
from runlog.records import (
    ExportedActivity,
    ExportedJournal,
    ExportedRecording,
    ImportedFile,
    RecordingKey,
    Sport,
    StoredEntry,
)
from runlog.settings import Settings

START = datetime(2026, 6, 1, 5, 0, 0, 1, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
VALUE = st.floats(allow_infinity=False)
MOMENT = st.datetimes(datetime(1990, 1, 2), datetime(2026, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by it
SHA = st.text("0123456789abcdef", min_size=4, max_size=4)

FILES = st.builds(
    ImportedFile, sha256=SHA, path=TEXT, format=TEXT, is_diary=st.booleans(), imported_at=MOMENT
)
LAPS = st.builds(Lap, MOMENT, NUMBER, st.none() | NUMBER, st.none() | st.sampled_from(Intensity))
ORIGINS = st.builds(RecordingKey, SHA, st.integers(0, 9), st.none() | TEXT)


@st.composite
def tracks(draw):
    length = draw(st.integers(1, 6))
    names = draw(st.lists(st.sampled_from(TRACK_COLUMNS[2:]), unique=True, max_size=4))
    columns = {name: np.array(draw(st.lists(VALUE, min_size=length, max_size=length))) for name in names}
    clock = np.cumsum(draw(st.lists(st.floats(0, 9), min_size=length, max_size=length)))
    return Track({"time_s": clock, "segment": np.zeros(length), **columns})


ACTIVITIES = st.builds(
    Activity,
    start=MOMENT,
    duration_s=st.floats(0.1, 86400.0),
    sport=TEXT,
    sub_sport=st.none() | TEXT,
    kind=st.sampled_from([Kind.HABIT, Kind.OTHER]),
    name=st.none() | TEXT,
    utc_offset_s=st.none() | st.integers(-50400, 50400),
    moving_s=st.none() | NUMBER,
    distance_m=st.none() | st.floats(0, 1e5),
    avg_hr=st.none() | NUMBER,
    shoe=st.none() | TEXT,
    sport_guessed=st.booleans(),
    day_only=st.booleans(),
    external=st.none() | TEXT,
    laps=st.lists(LAPS, max_size=2).map(tuple),
    track=st.none() | tracks(),
)
ENTRIES = st.builds(
    Entry,
    moment=MOMENT,
    utc_offset_s=st.integers(-50400, 50400),
    soreness=st.none() | NUMBER,
    area=st.sampled_from(Area),
    warmup=st.none() | st.booleans(),
    note=st.none() | TEXT,
    run=st.none() | st.integers(1, 9),
)
SHOES = st.builds(
    Shoe,
    name=TEXT,
    from_date=st.none() | st.dates(date(1990, 1, 1)),
    start_m=NUMBER,
    limit_m=st.none() | NUMBER,
    default=st.booleans(),
)


def columns_of(activity):
    return (
        None
        if activity.track is None
        else {name: values.tolist() for name, values in activity.track.columns.items()}
    )


SPORTS = st.builds(Sport, TEXT, st.none() | TEXT, st.sampled_from(Kind))


def plain(activity):
    """An activity without its track, which does not compare, and NaN as itself."""
    return [getattr(activity, name) for name in Activity.__dataclass_fields__ if name != "track"]


def an_export(recordings, **values):
    parts = tuple(ExportedRecording(file, position, one, one.track) for one, file, position in recordings)
    return ExportedActivity(recordings=parts, **values)


BY_HAND = ("merged_by_hand", "given_name", "given_sport")


def unchanged(exported):
    return {name: getattr(exported, name) for name in ("id", "worn", "kept_apart", "apart", *BY_HAND)}


@given(
    recordings=st.lists(st.tuples(ACTIVITIES, FILES, st.integers(0, 9)), min_size=1, max_size=3),
    worn=st.none() | TEXT,
    apart=st.lists(ORIGINS, max_size=2),
    kept_apart=st.booleans(),
    by_hand=st.tuples(st.booleans(), st.none() | TEXT, st.none() | SPORTS),
)
def test_an_activity_reads_back_the_same(recordings, worn, apart, kept_apart, by_hand):
    activities, files, positions = zip(*recordings, strict=True)
    exported = an_export(
        recordings,
        id=7,
        worn=worn,
        kept_apart=kept_apart,
        apart=tuple(apart),
        **dict(zip(BY_HAND, by_hand, strict=True)),
    )
    data = export.format_activity(exported)
    reading = read_bytes(data, "activities/000007.json.gz", Settings())
    parts = reading.exported.recordings
    assert replace(reading.exported, recordings=()) == replace(exported, recordings=())
    assert [(one.file, one.position) for one in parts] == list(zip(files, positions, strict=True))
    assert all(one.track is None for one in parts)  # each track is handed on once, in the activities
    assert list(map(plain, reading.activities)) == list(map(plain, activities))
    for one, other in zip(reading.activities, activities, strict=True):
        np.testing.assert_equal(columns_of(one), columns_of(other))
    again = an_export(zip(reading.activities, files, positions, strict=True), **unchanged(reading.exported))
    assert export.format_activity(again) == data


@given(
    entries=st.lists(st.builds(StoredEntry, st.integers(1, 99), ENTRIES, TEXT), max_size=3),
    shoes=st.lists(SHOES, max_size=2),
    files=st.lists(FILES, max_size=2),
    versions=st.dictionaries(TEXT, SHA, max_size=2),
    activities=st.dictionaries(st.integers(1, 9), st.lists(ORIGINS, max_size=2).map(tuple), max_size=3),
)
def test_a_journal_reads_back_the_same(entries, shoes, files, versions, activities):
    journal = ExportedJournal(
        entries=tuple(entries),
        shoes=tuple(shoes),
        files=tuple(files),
        versions=versions,
        activities=activities,
    )
    data = export.format_journal(journal)
    json.loads(data)
    reading = read_bytes(data, "journal.json", Settings())
    assert reading.exported == journal
    assert export.format_journal(reading.exported) == data


def an_activity():
    file = ImportedFile("ab12", "/w/1.fit", "fit", is_diary=False, imported_at=START)
    track = Track({"time_s": np.arange(3.0), "segment": np.zeros(3), "lat": np.array([50.0, math.nan, 50.1])})
    activity = Activity(start=START, duration_s=2.0, sport="running", laps=(Lap(START, 2.0),), track=track)
    exported = an_export([(activity, file, 0)], id=1, worn=None, kept_apart=False, apart=())
    return json.loads(gzip.decompress(export.format_activity(exported)))


def a_journal():
    entry = StoredEntry(1, Entry(START, 7200, soreness=3.0), "log")
    file = ImportedFile("ab12", "/w/1.fit", "fit", is_diary=True, imported_at=START)
    journal = ExportedJournal(
        entries=(entry,),
        shoes=(Shoe("Blue"),),
        files=(file,),
        versions={"/w/1.fit": "ab12"},
        activities={1: (RecordingKey("ab12", 0),)},
    )
    return json.loads(export.format_journal(journal))


ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | st.just([])
    | st.just({})
    | st.just([[1]])
)


def places(content, path=()):
    """All places within JSON."""
    yield path
    inner = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    for key, value in inner:
        yield from places(value, (*path, key))


@pytest.mark.parametrize("made", [an_activity, a_journal])
@given(data=st.data())
def test_whatever_is_put_anywhere_is_told_or_taken(made, data):
    content = made()
    *outer, last = data.draw(
        st.sampled_from([path for path in places(content) if path and path != ("runlog",)])
    )
    inner = content
    for key in outer:
        inner = inner[key]
    if data.draw(st.booleans()) and isinstance(inner, dict):
        del inner[last]
    else:
        inner[last] = data.draw(ODD)
    with suppress(BadInput):
        read_bytes(json.dumps(content).encode(), "x.json", Settings())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one.update(version=2), "update it"),
        (lambda one: one.update(recordings=[]), "no recording"),
        (
            lambda one: one["recordings"][0]["track"]["time_s"].reverse(),
            "times of a track are unknown or fall",
        ),
        (lambda one: one["recordings"][0]["track"].update(time_s=[None, 1, 2]), "unknown or fall"),
        (lambda one: one["recordings"][0]["track"].update(time_s=[-1, 1, 2]), "unknown or fall"),
        (lambda one: one["recordings"][0]["track"]["lat"].pop(), "not equally long"),
        (lambda one: one["recordings"][0]["track"].update(lat=["1", "2", "3"]), "'lat' that is none"),
        (lambda one: one["recordings"][0]["track"].update(lat=[10**400, 2, 3]), "too large"),
        (
            lambda one: one["recordings"][0]["track"].update({"__class__": [1, 2, 3]}),
            "'__class__' that is none",
        ),
        (lambda one: one["recordings"][0]["activity"].update(start="2026-06-01T05:00:00"), "start cannot be"),
        (
            lambda one: one["recordings"][0]["activity"].update(start="1980-06-01T05:00:00+00:00"),
            "before 1990",
        ),
        (
            lambda one: one["recordings"][0]["activity"].update(duration_s="long"),
            "duration_s cannot be 'long'",
        ),
        (lambda one: one["recordings"][0]["activity"].update(kind="flight"), "kind cannot be 'flight'"),
        (lambda one: one["recordings"][0]["activity"].update(more=1), "has no 'more'"),
        (lambda one: one["recordings"][0].pop("file"), "file"),
    ],
)
def test_what_is_wrong_with_an_activity_is_told(change, told):
    content = an_activity()
    change(content)
    with pytest.raises(NotReadable, match=told):
        read_bytes(json.dumps(content).encode(), "x.json", Settings())


def test_what_comes_of_a_clock_in_the_future_is_told():
    content = an_activity()
    later = datetime.now(UTC) + timedelta(days=30)
    content["recordings"][0]["activity"]["start"] = later.isoformat()
    with pytest.raises(NotReadable, match="lies in the future"):
        read_bytes(json.dumps(content).encode(), "x.json", Settings())


def test_a_sport_said_on_the_command_line_changes_no_export():
    data = json.dumps(an_activity()).encode()
    assert read_bytes(data, "x.json", Settings(), sport="cycling").activities[0].sport == "running"
