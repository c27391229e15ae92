"""The wellness list of intervals.icu."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers.detect import Head
from runlog.model import Area, Entry, Precision
from runlog.records import Night
from runlog.settings import Settings

HEADER = (
    "date,weight,restingHR,hrv,hrvSDNN,kcalConsumed,sleepSecs,sleepScore,sleepQuality,avgSleepingHR,"
    "soreness,fatigue,stress,mood,motivation,injury,spO2,comments"
)
BERLIN = Settings(timezone="Europe/Berlin")


def row(day, soreness):
    return f"{day},70.5,48,65.0,,,27000,81,2,52,{soreness},2,1,2,2,1,,slept well"


def read(*rows, header=HEADER):
    return importers.read_bytes("\n".join([header, *rows, ""]).encode(), "wellness.csv", BERLIN)


@pytest.mark.parametrize(
    ("rated", "soreness"), [(1, 0), (2, pytest.approx(3.333, abs=0.001)), (3, pytest.approx(20 / 3)), (4, 10)]
)
def test_1_is_low_and_4_is_extreme(rated, soreness):
    (entry,) = read(row("2026-03-04", rated)).entries
    assert entry.soreness == soreness
    assert entry == Entry(
        datetime(2026, 3, 4, 19, tzinfo=UTC),
        3600,
        soreness=entry.soreness,
        area=Area.OTHER,
        precision=Precision.DAY,
    )


def test_a_day_without_a_rating_or_with_a_cleared_one_is_none():
    reading = read(row("2026-03-04", ""), row("2026-03-05", 0), row("2026-03-06", 2))
    assert [entry.moment.day for entry in reading.entries] == [6]


def test_assumptions_and_unread_columns_are_noted():
    notes = " / ".join(read(row("2026-03-04", 1)).notes)
    assert "1 (low) to 4 (extreme)" in notes
    assert "under the area other" in notes
    assert "restinghr" not in notes
    assert "fatigue" in notes


def test_the_api_calls_the_day_an_id():
    (entry,) = read("2026-03-04,3,48", header="id,soreness,restingHR").entries
    assert entry.moment == datetime(2026, 3, 4, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("2026-03-06", 7), "soreness: 7 is not within 0 to 4"),
        (row("2026-03-06", "0.5"), "soreness: 0.5 is not within 1 to 4"),
        (row("06-03", 2), "is not a date"),
        (row("", 2), "it has no date"),
        (row("2026-03-04", 4), "the same day as line 2"),
    ],
)
def test_a_bad_row_is_reported_and_the_others_are_read(bad, reason):
    reading = read(row("2026-03-04", 1), bad, row("2026-03-05", 1))
    assert len(reading.entries) == 2
    assert [problem.line for problem in reading.problems] == [3]
    assert reason in str(reading.problems[0])


def test_a_diary_of_ones_own_with_other_columns_stays_a_diary():
    """A diary with ratings of 0 to 10 must not be read on the scale of 1 to 4."""
    reading = read("2026-03-04,9,60,3", header="date,soreness,hrv,resting_hr")
    assert (reading.format, reading.entries[0].soreness) == ("diary", 9)


def test_only_one_format_claims_it():
    for header in (HEADER, "id,soreness,restingHR", "Date;Soreness;sleepSecs"):
        head = header.encode()
        assert [one.name for one in importers.FORMATS if one.claims(Head(head, "x.csv"))] == ["intervals.icu"]


def test_a_night_is_read_whether_soreness_was_rated_or_not():
    first, second = read(row("2026-03-04", ""), row("2026-03-05", 2)).nights
    assert first == Night("intervals", date(2026, 3, 4), sleep_hours=7.5, resting_hr=48, hrv=65, stress=0)
    assert second.day == date(2026, 3, 5)


def test_a_cell_of_a_night_that_cannot_be_read_costs_that_cell():
    reading = read(row("2026-03-04", 2).replace(",48,65.0,", ",48 bpm,65.0,"))
    assert (len(reading.entries), reading.nights[0].resting_hr, reading.nights[0].hrv) == (1, None, 65)
    assert [str(problem) for problem in reading.problems] == [
        "line 2: restinghr: '48 bpm' is not a number; left out"
    ]


def test_a_value_that_cannot_be_is_unknown():
    (night,) = read(row("2026-03-04", "").replace(",27000,", ",0,").replace(",48,", ",0,")).nights
    assert (night.sleep_hours, night.resting_hr, night.hrv) == (None, None, 65)


@pytest.mark.parametrize(
    ("soreness", "injury", "rated", "note"),
    [
        (2, 1, 10 / 3, None),
        (2, 4, 10, "intervals.icu: soreness 2 of 4, injury 4 of 4"),
        ("", 3, 20 / 3, "intervals.icu: injury 3 of 4"),
    ],
)
def test_an_injury_counts_where_it_is_the_worse(soreness, injury, rated, note):
    (entry,) = read(row("2026-03-04", soreness).replace(",2,2,1,,", f",2,2,{injury},,")).entries
    assert (entry.soreness, entry.note) == (pytest.approx(rated), note)


CELL = st.one_of(st.integers(-1, 6).map(str), st.text(max_size=8), st.dates().map(str))


@given(st.lists(st.lists(CELL, max_size=4), max_size=5), st.sampled_from(",;\t"), st.text(max_size=5))
def test_any_table_is_read_or_refused(rows, delimiter, garbage):
    text = "\n".join(delimiter.join(cells) for cells in [["date", "soreness", "sleepSecs"], *rows]) + garbage
    try:
        reading = importers.read_bytes(text.encode("utf-8", "replace"), "wellness.csv", BERLIN)
    except (NotReadable, NotTaken):
        return
    assert all(0 <= entry.soreness <= 10 for entry in reading.entries)
