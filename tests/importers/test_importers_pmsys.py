"""The wellness questionnaire of PMSys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers.detect import Head
from runlog.model import Area, Entry
from runlog.records import Night
from runlog.settings import Settings

HEADER = (
    "effective_time_frame,fatigue,mood,readiness,sleep_duration_h,sleep_quality,soreness,soreness_area,stress"
)
BERLIN = Settings(timezone="Europe/Berlin")


def row(soreness, areas="[]", when="2019-11-01T08:31:40.751Z"):
    return f'{when},2,3,5,6,3,{soreness},"{areas}",3'


def read(*rows, settings=BERLIN, header=HEADER):
    return importers.read_bytes("\n".join([header, *rows, ""]).encode(), "wellness.csv", settings)


def test_an_area_each_is_an_entry():
    reading = read(row(2, "[48979004, 32696007, 12921003]"))
    moment = datetime(2019, 11, 1, 8, 31, 40, tzinfo=UTC)
    assert (reading.format, reading.problems) == ("pmsys", ())
    assert reading.entries == (
        Entry(moment, 3600, soreness=7.5, area=Area.LOWER_LEG),
        Entry(moment, 3600, soreness=7.5, area=Area.HIP_GROIN),
    )


@pytest.mark.parametrize(("answer", "soreness"), [(1, 10), (2, 7.5), (3, 5), (4, 2.5), (5, 0), ("4,5", 1.25)])
def test_5_is_not_sore_and_1_is_the_worst(answer, soreness):
    answer = f'"{answer}"' if "," in str(answer) else answer
    assert [entry.soreness for entry in read(row(answer)).entries] == [soreness]


def test_0_and_nothing_are_no_rating():
    assert read(row(0), row("")).entries == ()


def test_an_area_is_never_guessed():
    (without,) = read(row(3)).entries
    assert (without.area, without.note) == (Area.OTHER, "PMSys: no area named")
    knee, trunk = read(row(3, "[22943007, 82169009, 368208006]")).entries
    assert (knee.area, knee.note) == (Area.KNEE, None)
    assert (trunk.area, trunk.note) == (Area.OTHER, "PMSys: SNOMED CT 22943007, 368208006")


@pytest.mark.parametrize(
    ("code", "area"),
    [
        (91775009, "shoulder"),
        (91774008, "shoulder"),
        (61396006, "thigh"),
        (6757004, "knee"),
        (7769000, "foot"),
        (51185008, "chest"),
        (45048000, "neck"),
    ],
)
def test_codes_of_areas(code, area):
    assert [entry.area for entry in read(row(3, [code])).entries] == [area]


def test_the_local_day_is_that_of_the_settings():
    (entry,) = read(row(3), settings=Settings(timezone="Asia/Tokyo")).entries
    assert (entry.moment.hour, entry.utc_offset_s) == (8, 9 * 3600)


def test_a_date_alone_means_that_evening_or_morning():
    (evening,) = read(row(3, when="2019-11-01")).entries
    (morning,) = read(row(3, when="2019-11-01"), settings=replace(BERLIN, diary_time="morning")).entries
    assert (evening.moment.hour, morning.moment.hour) == (19, 5)


def test_unread_columns_are_noted():
    notes = read(row(2)).notes
    assert any("5 (none) to 1" in note for note in notes)
    assert any("fatigue, mood, readiness" in note and "stress" not in note for note in notes)
    assert any("under the area other" in note for note in notes)
    assert not any("under the area other" in note for note in read(row(2, [12921003])).notes)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(6), "soreness: 6 is not within 0 to 5"),
        (row(-1), "soreness: -1 is not within"),
        (row("0.5"), "soreness: 0.5 is not within 1 to 5"),
        (row("sore"), "soreness: 'sore' is not a number"),
        (row(3, when=""), "no effective_time_frame"),
        (row(3, when="32.13.2019T"), "is not a date"),
        (row(3, when="2919-11-01T08:00:00Z"), "in the future"),
        (row(1), "the same time and area as line 2"),
    ],
)
def test_a_bad_row_is_reported_and_the_others_are_read(bad, reason):
    reading = read(row(3), bad, row(4, when="2019-11-02T08:00:00Z"))
    assert [entry.soreness for entry in reading.entries] == [5, 2.5]
    assert [problem.line for problem in reading.problems] == [3]
    assert reason in str(reading.problems[0])


def test_nothing_but_bad_rows_is_not_readable():
    with pytest.raises(NotReadable, match="line 2: soreness"):
        read(row(9))


def test_only_one_format_claims_it():
    head = HEADER.encode()
    assert [one.name for one in importers.FORMATS if one.claims(Head(head, "wellness.csv"))] == ["pmsys"]


CELL = st.one_of(st.integers(-1, 7).map(str), st.text(max_size=8), st.just("2019-11-01T08:31:40Z"))


@given(st.lists(st.lists(CELL, max_size=9), max_size=5), st.text(max_size=5))
def test_any_table_is_read_or_refused(rows, garbage):
    text = "\n".join([HEADER, *(",".join(cells) for cells in rows)]) + garbage
    try:
        reading = importers.read_bytes(text.encode("utf-8", "replace"), "wellness.csv", BERLIN)
    except (NotReadable, NotTaken):
        return
    assert all(0 <= entry.soreness <= 10 for entry in reading.entries)


def test_a_night_is_that_before_the_local_day():
    reading = read(row(0), row(2, when="2019-11-01T23:10:00.000Z"), "2019-11-05T07:00:00Z,2,3,5,0,3,2,[],0")
    assert reading.nights == (
        Night("pmsys", date(2019, 11, 1), sleep_hours=6.0, stress=50.0),
        Night("pmsys", date(2019, 11, 2), sleep_hours=6.0, stress=50.0),
    )
