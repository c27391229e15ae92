"""The diary: read as people write it, and written so that it reads back the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.export import format_diary
from runlog.model import Area, Entry, Precision
from runlog.settings import Settings

BERLIN = Settings(timezone="Europe/Berlin")


def read(text, settings=BERLIN):
    data = text if isinstance(text, bytes) else text.encode()
    return importers.read_bytes(data, "diary.csv", settings)


def one(text, settings=BERLIN):
    (entry,) = read(text, settings).entries
    return entry


def reasons(text, settings=BERLIN):
    """Return the problems of a diary that has a good row too."""
    return [str(problem) for problem in read(text, settings).problems]


def test_a_full_row_is_an_entry():
    reading = read(
        "date,soreness,area,warmup,cooldown,shoe,rpe,strength,mobility,desk_hours,posture,note\n"
        "2026-03-04,3.5,neck,yes,no,Pegasus,6,30,no,7.5,8,stiff\n"
    )
    assert (reading.format, reading.problems, reading.notes) == ("diary", (), ())
    assert reading.entries == (
        Entry(
            moment=datetime(2026, 3, 4, 19, tzinfo=UTC),
            utc_offset_s=3600,
            soreness=3.5,
            area=Area.NECK,
            warmup=True,
            cooldown=False,
            shoe="Pegasus",
            rpe=6,
            strength=True,
            strength_min=30,
            mobility=False,
            desk_hours=7.5,
            posture=8,
            note="stiff",
            precision=Precision.DAY,
        ),
    )


def test_missing_values_are_unknown_and_0_is_a_value():
    entry = one("date,soreness,warmup\n2026-03-04,0,\n")
    moment = datetime(2026, 3, 4, 19, tzinfo=UTC)
    assert entry == Entry(moment, 3600, soreness=0, area=Area.UPPER_BACK, precision=Precision.DAY)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(delimiter, encoding):
    text = "Date,Note,PAIN\n2026-03-04,müde,2\n".replace(",", delimiter)
    entry = one(text.encode(encoding))
    assert (entry.soreness, entry.note) == (2, "müde")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end):
    assert len(read(f"{end}date,soreness{end}2026-03-04,1{end}{end}2026-03-05,2{end}").entries) == 2


@pytest.mark.parametrize("header", ["soreness", "Rating", "PAIN"])
def test_names_of_the_rating(header):
    assert one(f"date,{header}\n2026-03-04,4\n").soreness == 4


def test_a_decimal_comma():
    assert one("date;soreness\n2026-03-04;3,5\n").soreness == 3.5
    assert one('date,soreness\n2026-03-04,"3,5"\n').soreness == 3.5


@pytest.mark.parametrize(
    ("word", "value"), [("yes", True), ("TRUE", True), ("1", True), ("x", True), ("ja", True)]
)
@pytest.mark.parametrize("negative", [False, True])
def test_words_for_yes_and_no(word, value, negative):
    if negative:
        word = {"yes": "no", "TRUE": "false", "1": "0", "x": "N", "ja": "Nein"}[word]
    assert one(f"date,warmup\n2026-03-04,{word}\n").warmup is (not negative and value)


@pytest.mark.parametrize(
    ("cell", "done", "minutes"),
    [
        ("yes", True, None),
        ("no", False, None),
        ("1", True, None),
        ("0", False, None),
        ("45", True, 45),
        ("1 min", True, 1),
    ],
)
def test_strength_is_yes_no_or_minutes(cell, done, minutes):
    entry = one(f"date,strength\n2026-03-04,{cell}\n")
    assert (entry.strength, entry.strength_min) == (done, minutes)


@pytest.mark.parametrize(
    ("cell", "utc", "offset"),
    [
        ("2026-03-04", "2026-03-04T19:00", 3600),
        ("2026-07-04", "2026-07-04T18:00", 7200),
        ("2026/03/04", "2026-03-04T19:00", 3600),
        ("2026-03-04 06:30", "2026-03-04T05:30", 3600),
        ("2026-03-04 6:30", "2026-03-04T05:30", 3600),
        ("2026-03-04T06:30:00-05:00", "2026-03-04T11:30", -18000),
        ("2026-03-04T06:30:15Z", "2026-03-04T06:30:15", 3600),
        ("25.03.2026", "2026-03-25T19:00", 3600),
        ("25/3/2026 7:05", "2026-03-25T06:05", 3600),
        ("3/25/2026", "2026-03-25T19:00", 3600),
        ("04/04/2026", "2026-04-04T18:00", 7200),
    ],
)
def test_dates_and_times(cell, utc, offset):
    entry = one(f"date,soreness\n{cell},1\n")
    assert entry.moment == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert entry.utc_offset_s == offset


def test_a_date_alone_may_mean_the_morning():
    settings = replace(BERLIN, diary_time="morning")
    assert one("date,soreness\n2026-03-04,1\n", settings).moment == datetime(2026, 3, 4, 5, tzinfo=UTC)


def test_a_date_that_can_be_misread_is_refused_until_the_settings_decide():
    text = "date,soreness\n03/04/2026,1\n2026-03-05,2\n"
    assert len(read(text).entries) == 1
    (reason,) = reasons(text)
    assert reason.startswith("line 2: '03/04/2026' may be day-first or month-first")
    assert "set date_order in config.toml" in reason
    april = read(text, replace(BERLIN, date_order="day-first")).entries[0]
    march = read(text, replace(BERLIN, date_order="month-first")).entries[0]
    assert (april.moment.month, march.moment.month) == (4, 3)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-03-04,11,,", "soreness: 11 is not within 0 to 10"),
        ("2026-03-04,-1,,", "soreness: -1 is not within 0 to 10"),
        ("2026-03-04,nan,,", "soreness: 'nan' is not a number"),
        ("2026-03-04,1_0,,", "soreness: '1_0' is not a number"),
        ("2026-02-30,1,,", "'2026-02-30' is not a date"),
        ("yesterday,1,,", "'yesterday' is not a date; write 2026-03-04"),
        ("04.03.26,1,,", "may be day-first or month-first"),
        ("04-03-26,1,,", "no year of four digits"),
        ("4.3.126,1,,", "no year of four digits"),
        ("1926-03-04,1,,", "before 1990"),
        ("2926-03-04,1,,", "in the future"),
        ("2026-03-04 25:00,1,,", "not a date and time"),
        ("9999-12-31T23:00-23:00,1,,", "is not a date"),
        (",1,,", "it has no date"),
        ("2026-03-04,1,,,5", "5 cells in 4 columns"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_the_others_are_read(row, reason):
    text = f"date,soreness,area,warmup\n2026-03-03,1,,\n{row}\n2026-03-05,2,,\n"
    assert [entry.soreness for entry in read(text).entries] == [1, 2]
    (text_of_reason,) = reasons(text)
    assert text_of_reason.startswith("line 3: ")
    assert reason in text_of_reason


@pytest.mark.parametrize(
    ("row", "kept", "reason"),
    [
        ("2026-03-04,1,elbow,,", Area.OTHER, "area: 'elbow' is none of upper_back, neck"),
        ("2026-03-04,1,,perhaps,", Area.UPPER_BACK, "warmup: 'perhaps' is neither yes nor no; left out"),
        ("2026-03-04,1,,#NAME?,", Area.UPPER_BACK, "warmup: '#NAME?' is what a spreadsheet shows"),
        ("2026-03-04,1,,,hard", Area.UPPER_BACK, "rpe: 'hard' is not a number; left out"),
        ("2026-03-04,1,,,6-20", Area.UPPER_BACK, "rpe: '6-20' is not a number; left out"),
    ],
)
def test_a_cell_that_cannot_be_read_costs_no_rating(row, kept, reason):
    reading = read(f"date,soreness,area,warmup,rpe\n{row}\n")
    assert [(entry.soreness, entry.area) for entry in reading.entries] == [(1, kept)]
    (problem,) = reading.problems
    assert (problem.line, problem.is_warning) == (2, True)
    assert problem.reason.startswith(reason)


def test_a_rating_that_cannot_be_read_costs_nothing_else_and_is_a_loss():
    reading = read("date,soreness,rpe\n2026-03-04,bad,6\n2026-03-05,2,\n")
    assert [(entry.soreness, entry.rpe) for entry in reading.entries] == [(None, 6), (2, None)]
    assert [problem.is_warning for problem in reading.problems] == [False]
    assert list(reading.unread.values()) == [frozenset({"soreness"})]


def test_lines_are_counted_across_notes_of_several_lines():
    text = 'date,soreness,note\n2026-03-03,1,"one\ntwo"\n2026-03-04,12,\n'
    assert reasons(text)[0].startswith("line 4: ")


def test_a_row_of_the_same_time_and_area_is_reported_and_another_area_is_not():
    text = "date,soreness,area\n2026-03-03,1,\n2026-03-03,2,neck\n2026-03-03,3,upper back\n"
    assert [entry.soreness for entry in read(text).entries] == [1, 2]
    assert reasons(text)[0].startswith("line 4: the same time and area as line 2")


def test_a_row_with_nothing_but_a_date_is_ignored():
    reading = read("date,soreness,area,note\n2026-03-03,,neck,\n2026-03-04,,,\n,,,\n2026-03-05,1,,\n")
    assert len(reading.entries) == 1
    assert reading.problems == ()


def test_unknown_columns_are_named():
    assert "sleep" in read("date,soreness,sleep\n2026-03-03,1,8\n").notes[0]


def test_a_quote_that_is_never_closed_does_not_swallow_rows_silently():
    text = 'date,soreness,note\n2026-03-03,1,\n2026-03-04,2,"oh\n2026-03-05,3,\n'
    assert len(read(text).entries) == 1
    assert "line 3" in reasons(text)[0]
    assert "quote" in reasons(text)[0]


def test_if_no_row_can_be_taken_the_diary_is_not_readable():
    with pytest.raises(NotReadable, match=r"line 2: .*date_order"):
        read("date,soreness\n03/04/2026,1\n")


@pytest.mark.parametrize(
    "text", ["date,steps\n2026-03-03,1\n", "soreness,area\n1,neck\n", "hello\n", "", "\n\n"]
)
def test_another_table_is_no_diary(text):
    with pytest.raises(NotTaken):
        read(text)


def test_the_template_reads_as_a_diary_without_entries():
    assert (
        format_diary(())
        == "date,soreness,area,warmup,cooldown,shoe,rpe,strength,mobility,desk_hours,posture,note\n"
    )
    assert read(format_diary(())).entries == ()


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
NOTES = st.one_of(
    st.sampled_from(["=1+1", "+x", "-3", "@cmd", "a\r\nb", "\rb\n", '"', ",;\t", "  spaced  ", "#", "'"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
).filter(str.strip)
SHOES = LINE.map(str.strip).filter(bool)


MOMENTS = st.integers(
    int(datetime(1990, 1, 3, tzinfo=UTC).timestamp()), int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
)
STRENGTHS = [(None, None), (True, None), (False, None), (True, 1.0), (True, 42.5)]


@st.composite
def entries(draw):
    strength, minutes = draw(st.sampled_from(STRENGTHS))
    maybe = st.none() | st.booleans()
    return Entry(
        moment=datetime.fromtimestamp(draw(MOMENTS), UTC),
        utc_offset_s=60 * draw(st.integers(-14 * 60, 14 * 60)),
        soreness=draw(st.floats(0, 10)),
        area=draw(st.sampled_from(Area)),
        warmup=draw(maybe),
        cooldown=draw(maybe),
        shoe=draw(st.none() | SHOES),
        rpe=draw(st.none() | st.floats(0, 10)),
        strength=strength,
        strength_min=minutes,
        mobility=draw(maybe),
        desk_hours=draw(st.none() | st.floats(0, 24)),
        posture=draw(st.none() | st.floats(0, 10)),
        note=draw(st.none() | NOTES),
    )


@given(st.lists(entries(), unique_by=lambda entry: (entry.moment, entry.area)))
def test_what_is_written_reads_back_the_same(written):
    reading = read(format_diary(written))
    assert reading.problems == ()
    assert list(reading.entries) == written


@given(st.lists(entries(), min_size=1, max_size=3, unique_by=lambda entry: (entry.moment, entry.area)))
def test_writing_what_was_read_gives_the_same_text(written):
    text = format_diary(written)
    assert format_diary(read(text).entries) == text


ROWS = st.lists(st.lists(LINE | st.just(""), min_size=1, max_size=5), max_size=6)


@given(ROWS, st.sampled_from(",;\t"), st.text())
def test_any_table_is_read_or_refused(rows, delimiter, garbage):
    text = "\n".join(delimiter.join(row) for row in [["date", "soreness", "note"], *rows]) + garbage
    try:
        reading = read(text.encode("utf-8", errors="replace"))
    except (NotReadable, NotTaken):
        return
    limit = datetime.now(UTC) + timedelta(days=2)
    assert all(entry.moment <= limit for entry in reading.entries)


def test_a_header_of_absurd_length_is_not_readable(settings):
    data = b"date,soreness,note," + b"x" * 200_000 + b"\n2026-03-01,3,,\n"
    with pytest.raises(NotReadable, match="line 1"):
        importers.read_bytes(data, "diary.csv", settings)
