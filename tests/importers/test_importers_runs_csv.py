"""A plain list of runs, as of years kept on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import importers
from runlog.cli.runs import RUN_KEYS
from runlog.errors import NotReadable, NotTaken
from runlog.importers.detect import Head
from runlog.model import Activity, Kind
from runlog.settings import Settings

BERLIN = Settings(timezone="Europe/Berlin")


def read(text, settings=BERLIN):
    data = text if isinstance(text, bytes) else text.encode()
    return importers.read_bytes(data, "old runs.csv", settings)


def one(text, settings=BERLIN):
    (activity,) = read(text, settings).activities
    return activity


def test_a_full_row_is_a_run():
    reading = read(
        "date,start,distance_km,duration,sport,name,rpe,shoe,avg_hr,ascent\n"
        "2009-05-03,18:30,12.5,1:02:03,trail run,Round the lake,6,Pegasus,151,230\n"
    )
    assert (reading.format, reading.problems, reading.notes) == ("runs", (), ())
    assert reading.activities == (
        Activity(
            start=datetime(2009, 5, 3, 16, 30, tzinfo=UTC),
            duration_s=3723,
            sport="running",
            sub_sport="trail",
            name="Round the lake",
            utc_offset_s=7200,
            distance_m=12500,
            ascent_m=230,
            avg_hr=151,
            rpe=6,
            shoe="Pegasus",
            external="paper:2009-05-03#1",
        ),
    )


def test_a_date_alone_is_noon_of_that_day():
    run = one("date,km,duration\n2009-01-03,10,50:00\n")
    assert (run.start, run.utc_offset_s, run.day_only) == (datetime(2009, 1, 3, 11, tzinfo=UTC), 3600, True)


@pytest.mark.parametrize(
    "text",
    [
        "date,duration\n2009-01-03 18:30,50:00\n",
        "date,duration\n2009-01-03T18:30,50:00\n",
        "date,start,duration\n2009-01-03,18:30,50:00\n",
        "date,time,duration\n2009-01-03,18:30,50:00\n",
        "Date;Start time;Time\n2009-01-03;18:30;50:00\n",
    ],
)
def test_a_time_of_day(text):
    run = one(text)
    assert (run.start, run.duration_s, run.day_only) == (
        datetime(2009, 1, 3, 17, 30, tzinfo=UTC),
        3000,
        False,
    )


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("45:30", 2730),
        ("90:00", 5400),
        ("1:02:03", 3723),
        ("01:02:03", 3723),
        ("62", 3720),
        ("62.5", 3750),
        ('"62,5"', 3750),
        ("45 min", 2700),
        ("45min.", 2700),
        ("45'", 2700),
        ("1.5 h", 5400),
        ("1h30", 5400),
        ("1 h 02 min", 3720),
        ("2 hours 5 minutes", 7500),
    ],
)
def test_durations(cell, seconds):
    assert one(f"date,duration\n2009-01-03,{cell}\n").duration_s == seconds


@pytest.mark.parametrize(
    ("header", "cell", "units", "metres"),
    [
        ("distance", "10", "km", 10_000),
        ("distance", "10", "mi", 16_093.44),
        ("distance_km", "10.5", "mi", 10_500),
        ("km", '"10,5"', "mi", 10_500),
        ("Distance (km)", "10", "mi", 10_000),
        ("distance_mi", "6.2", "km", 9977.9328),
        ("miles", "6.2", "km", 9977.9328),
        ("metres", "400", "mi", 400),
        ("distance", "6 mi", "km", 9656.064),
        ("miles", "10km", "mi", 10_000),
        ("distance", "3 Miles", "km", 4828.032),
    ],
)
def test_distances(header, cell, units, metres):
    text = f"date,{header},duration\n2009-01-03,{cell},60\n"
    assert one(text, replace(BERLIN, units=units)).distance_m == pytest.approx(metres)


@pytest.mark.parametrize("cell", ["", "0", "-", "--"])
def test_a_distance_that_was_not_noted_is_unknown(cell):
    assert one(f"date,km,duration\n2009-01-03,{cell},60\n").distance_m is None


@pytest.mark.parametrize(
    ("column", "word", "sport", "kind"),
    [
        ("sport", "", "running", Kind.RUN),
        ("sport", "Ride", "cycling", Kind.OTHER),
        ("sport", "yoga", "yoga", Kind.HABIT),
        ("sport", "padel", "padel", Kind.OTHER),
        ("Activity Type", "Treadmill Running", "running", Kind.RUN),
        ("type", "tempo", "running", Kind.RUN),
        ("type", "long run", "running", Kind.RUN),
        ("type", "Cycling", "cycling", Kind.OTHER),
    ],
)
def test_sports_and_kinds_of_runs(column, word, sport, kind):
    activity = one(f"date,duration,{column}\n2009-01-03,60,{word}\n")
    assert (activity.sport, activity.kind) == (sport, kind)


def test_a_note_stands_for_a_name():
    assert one("date,duration,notes\n2009-01-03,60,in the rain\n").name == "in the rain"
    reading = read("date,duration,title,note,weather\n2009-01-03,60,Park,in the rain,rain\n")
    assert reading.activities[0].name == "Park"
    assert "note, weather" in reading.notes[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(delimiter, encoding):
    text = "Name,KM,Date,Minutes\nmüde,10,2009-01-03,60\n".replace(",", delimiter)
    run = one(text.encode(encoding))
    assert (run.name, run.distance_m, run.duration_s) == ("müde", 10_000, 3600)


def test_day_first_dates_as_the_settings_say():
    text = "date,minutes\n03/04/2009,60\n25/04/2009,60\n"
    (reason,) = [str(problem) for problem in read(text).problems]
    assert "set date_order in config.toml" in reason
    april = read(text, replace(BERLIN, date_order="day-first")).activities[0]
    assert (april.start.month, april.external) == (4, "paper:2009-04-03#1")


def test_rows_of_a_day_are_counted_those_that_are_refused_too():
    text = "date,duration\n2009-01-03,60\n2009-01-04,50\n2009-01-03,soon\n2009-01-03 18:00,30\n"
    assert [run.external for run in read(text).activities] == [
        "paper:2009-01-03#1",
        "paper:2009-01-04#1",
        "paper:2009-01-03#3",
    ]
    mended = read(text.replace("soon", "40")).activities
    assert [run.external for run in mended if run.duration_s == 1800] == ["paper:2009-01-03#3"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",10,60", "it has no date"),
        ("2009-01-03,10,", "it has no duration, and runlog does not make one up"),
        ("2009-01-03,10,an hour", "duration: 'an hour' is not a duration; write 45:30"),
        ("2009-01-03,10,1:75:00", "is not a duration"),
        ("2009-01-03,10,0", "has no duration"),
        ("2009-01-03,100,60", "faster than any run"),
        ("2009-13-03,10,60", "is not a date"),
        ("1979-01-03,10,60", "before 1990"),
        ("2999-01-03,10,60", "in the future"),
        ("2009-01-03 18:30 25:00,10,60", "not a date and time"),
        ("2009-01-03,10,60,1,2", "5 cells in 3 columns"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_the_others_are_read(row, reason):
    reading = read(f"date,distance,duration\n2009-01-01,10,60\n{row}\n2009-01-05,10,60\n")
    assert [run.start.day for run in reading.activities] == [1, 5]
    (problem,) = reading.problems
    assert problem.line == 3
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("rpe", "11", "11 is not within"),
        ("avg_hr", "12", "12 is not within"),
        ("ascent", "-1", "-1 is not within"),
        ("distance", "ten", "'ten' is not a number"),
        ("distance", "10 blocks", "'10 blocks' is not a distance"),
        ("distance", "-3", "-3 is not within"),
        ("distance", "#WERT!", "'#WERT!' is what a spreadsheet shows where it has no value"),
        ("start", "early", "'early' is not a time of day"),
    ],
)
def test_a_cell_that_cannot_be_read_costs_no_run(column, cell, reason):
    reading = read(f"date,duration,{column}\n2009-01-03,60,{cell}\n")
    assert [run.duration_s for run in reading.activities] == [3600]
    (problem,) = reading.problems
    assert (problem.line, problem.is_warning) == (2, True)
    assert problem.reason.startswith(f"{column}: {reason}")
    assert set(reading.unread) == {"paper:2009-01-03#1"}


def test_distances_alone_are_not_readable():
    with pytest.raises(NotReadable, match=r"line 2: it has no duration.*line 3"):
        read("date,km\n2009-01-03,10\n2009-01-04,10\n")


def test_the_table_of_a_watchs_web_site():
    reading = read(
        "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Total Ascent\n"
        'Running,2020-10-07 18:43:11,false,Berlin Running,"10.02","500",00:50:12,150,--\n'
        'Cycling,2020-10-08 07:00:00,false,To work,"5.00","100",00:20:00,--,12\n'
    )
    run, ride = reading.activities
    assert (run.distance_m, run.duration_s, run.avg_hr, run.ascent_m) == (10_020, 3012, 150, None)
    assert (ride.kind, ride.name, ride.avg_hr) == (Kind.OTHER, "To work", None)


def test_runlogs_own_list_is_not_taken_for_another_runners():
    with pytest.raises(NotTaken, match="runlog's own list of runs"):
        read(",".join(RUN_KEYS) + "\n1,Run,2026-01-01T08:00:00+00:00,,running,10000,3000,,,,,,,,,\n")


@pytest.mark.parametrize(
    ("header", "format_"),
    [
        ("date,distance", "runs"),
        ("date,rpe,shoe,note,duration", "runs"),
        ("date,rpe,shoe,note", "diary"),
        ("date,soreness,distance", "diary"),
        ("date,warm-up,km,minutes", "diary"),
        ("date,name,time", "runs"),
        ("name,from,default", "shoes"),
        ("name,time", None),
        ("distance,duration", None),
    ],
)
def test_a_table_is_of_one_kind(header, format_):
    claimants = [one.name for one in importers.FORMATS if one.claims(Head(f"{header}\n".encode(), "x.csv"))]
    assert claimants == ([] if format_ is None else [format_])


CELL = st.one_of(
    st.text(max_size=8),
    st.dates().map(str),
    st.floats().map(str),
    st.from_regex(r"[0-9]{1,3}(:[0-9]{1,3}){1,3}", fullmatch=True),
    st.from_regex(r"[0-9.,]{1,9} ?(km|mi|m|h|min|')?", fullmatch=True),
)
HEADERS = st.permutations(["date", "start", "time", "distance", "duration", "type", "rpe", "note"])


@given(
    HEADERS, st.lists(st.lists(CELL, max_size=9), max_size=5), st.sampled_from(",;\t"), st.text(max_size=5)
)
def test_any_table_is_read_or_refused(header, rows, delimiter, garbage):
    text = "\n".join(delimiter.join(cells) for cells in [header, *rows]) + garbage
    try:
        reading = read(text.encode("utf-8", "replace"))
    except (NotReadable, NotTaken):
        return
    assert len({run.external for run in reading.activities}) == len(reading.activities)
    assert all(run.duration_s > 0 for run in reading.activities)


@given(st.from_regex(r"[0-9hm:., ']{1,300}", fullmatch=True))
def test_no_duration_takes_long_to_refuse(cell):
    try:
        reading = read(f'date,duration\n2009-01-03,"{cell}"\n')
    except NotReadable:
        return
    assert all(run.duration_s <= 14 * 86400 for run in reading.activities)
