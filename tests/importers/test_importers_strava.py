"""Strava's lists in any language and of any age; problems name the line."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime

import made_archives as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import importers
from runlog.errors import BadInput, NotReadable, NotTaken
from runlog.importers import csv_dates, detect, shoes_csv, sports, strava
from runlog.importers.csv_values import InvalidValue
from runlog.importers.detect import Head, SourceFile
from runlog.model import UNKNOWN_SPORT, Kind

START = datetime(2020, 10, 7, 14, 43, 11, tzinfo=UTC)
PLAIN = made.Outing(
    7, START, 3189.0, 2970.0, 9444.5, "Evening loop", rpe=6.0, shoe="Brooks Glide 12", avg_hr=148.0
)
LANGUAGES = [("en", 87), ("en", 101), ("de", 92), ("es", 94)]


def read(data, settings, **sidecar_texts):
    sidecars = {f"{name}.csv": content for name, content in sidecar_texts.items()}
    return strava.read(SourceFile(data, settings, sidecars))


ROW_HEADER = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance"


def rows(*lines, header=f"{ROW_HEADER},Filename"):
    """Return a short English list, whose columns are found by name."""
    return "\n".join((header, *lines)).encode()


@pytest.mark.parametrize(("language", "columns"), LANGUAGES)
def test_a_row_becomes_an_activity(settings, language, columns):
    data = made.strava_csv([PLAIN], language, columns)
    assert strava.claims(Head(data, "activities.csv"))
    reading = importers.read_bytes(data, "activities.csv", settings)
    [activity] = reading.activities
    assert (activity.start, activity.duration_s, activity.moving_s) == (START, 3189.0, 2970.0)
    assert (activity.distance_m, activity.rpe, activity.shoe) == (9444.5, 6.0, "Brooks Glide 12")
    assert (activity.avg_hr, activity.max_hr) == (148.0, 168.0)
    assert (activity.sport, activity.kind, activity.name) == ("running", Kind.RUN, "Evening loop")
    assert (activity.external, activity.track) == ("strava:7", None)
    assert reading.problems == ()


def test_a_list_that_a_spreadsheet_saved_as_unicode_text_is_read(settings):
    data = made.strava_csv([PLAIN]).decode().replace(",", "\t").encode("utf-16")
    assert strava.claims(Head(data, "activities.csv"))
    assert len(read(data, settings).activities) == 1


@pytest.mark.parametrize(("language", "columns"), LANGUAGES)
def test_missing_values_are_unknown(settings, language, columns):
    bare = made.Outing(7, START, 3189.0, 2970.0, 0.0, "Rows")
    [activity] = read(made.strava_csv([bare], language, columns), settings).activities
    unknown = (activity.distance_m, activity.rpe, activity.avg_hr, activity.max_hr)
    assert unknown == (None,) * 4
    assert (activity.shoe, activity.gear_listed) == (None, True)


def test_descriptions_hold_line_ends_quotes_and_backslashes(settings):
    wordy = made.Outing(7, START, 60.0, 60.0, 200.0, "A, b", description='1\r\n2\n"x" \\ ,7,\\"\n')
    reading = read(made.strava_csv([wordy, PLAIN]), settings)
    assert [activity.name for activity in reading.activities] == ["A, b"]
    assert [problem.line for problem in reading.problems] == [6]
    reading = read(made.strava_csv([wordy, made.Outing(8, START, 60.0, 60.0, 200.0, "Next")]), settings)
    assert [activity.name for activity in reading.activities] == ["A, b", "Next"]


def test_a_manual_entry_is_read(settings):
    data = rows('7,"Oct 7, 2020, 2:43:11 PM",By hand,Run,1800,5.00,')
    [activity] = read(data, settings).activities
    assert (activity.duration_s, activity.distance_m) == (1800.0, 5000.0)


def test_a_row_names_its_recording(settings):
    when = '"Oct 7, 2020, 2:43:11 PM"'
    data = rows(
        f"1,{when},Recorded,Run,1800,5.00, activities/1.fit.gz ",
        f"2,{when},By hand,Run,1800,5.00,",
        f"3,{when},Lost,Run,1800,5.00,#error#",
    )
    named = [activity.source_file for activity in read(data, settings).activities]
    assert named == ["activities/1.fit.gz", "", None]
    without = rows(f"1,{when},No such column,Run,1800,5.00,12", header=f"{ROW_HEADER},Calories")
    assert read(without, settings).activities[0].source_file is None


def test_columns_in_another_order_are_found_by_name(settings):
    data = rows(
        'Run,7,activities/7.fit,9.44,"Oct 7, 2020, 2:43:11 PM",Loop,4.0,1800',
        header="Activity Type,Activity ID,Filename,Distance,Activity Date,Activity Name,Perceived Exertion,"
        "Elapsed Time",
    )
    [activity] = read(data, settings).activities
    assert (activity.name, activity.distance_m, activity.duration_s) == ("Loop", 9440.0, 1800.0)
    assert (activity.rpe, activity.sport) == (4.0, "running")


def test_the_list_of_2018_is_in_metres(settings):
    data = (
        b"id,date,name,type,description,elapsed_time,distance,commute,gear,filename\n"
        b"7,2018-09-12 15:02:23,Evening Run,Run,,783,3681.0,false,Old Pair,activities/7.gpx\n"
    )
    reading = importers.read_bytes(data, "activities.csv", settings)
    [activity] = reading.activities
    assert (activity.distance_m, activity.shoe) == (3681.0, "Old Pair")


def test_the_distance_for_people_serves_where_the_plain_one_is_missing_or_repeats_it(settings):
    header = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename,Distance"
    data = rows(
        '1,"Oct 7, 2020, 2:43:11 PM",,Run,1390,"2,81",activities/1.fit,"2,81"',
        '2,"Oct 7, 2020, 3:43:11 PM",,Run,1390,"2,81",activities/2.fit,',
        '3,"Oct 7, 2020, 4:43:11 PM",,Run,1390,"2,81",activities/3.fit,2812.5',
        '4,"Oct 7, 2020, 5:43:11 PM",,Swim,1390,"1,500",activities/4.fit,',
        header=header,
    )
    distances = [activity.distance_m for activity in read(data, settings).activities]
    assert distances == [2810.0, 2810.0, 2812.5, 1500.0]


def test_a_bike_is_no_shoe(settings):
    ride = made.Outing(8, START, 60.0, 60.0, 200.0, "Out", word="ride", shoe=made.BIKE)
    reading = read(made.strava_csv([ride]), settings)
    assert reading.activities[0].shoe is None
    assert reading.shoes == ()


def test_a_sport_in_a_language_that_is_unknown_is_left_to_the_pace(settings):
    data = made.strava_csv([PLAIN], "de", 92)
    strange = data.replace(b",Lauf,", b",Renn,")
    [activity] = read(strange, settings).activities
    assert (activity.sport, activity.shoe) == (UNKNOWN_SPORT, None)
    [taken] = importers.read_bytes(strange, "activities.csv", settings).activities
    assert (taken.sport, taken.sport_guessed) == ("running", True)
    listed = b"a,b,c,d\n,Brooks,Glide 12,x\n"
    assert read(strange, settings, shoes=listed).activities[0].shoe == "Brooks Glide 12"


def test_an_english_sport_that_runlog_has_no_word_for_is_no_run(settings):
    data = made.strava_csv([PLAIN]).replace(b",Run,", b",Alpine Ski,")
    [activity] = importers.read_bytes(data, "activities.csv", settings).activities
    assert (activity.sport, activity.kind) == ("alpine_ski", Kind.OTHER)


def test_a_row_that_cannot_be_taken_is_reported_with_its_line(settings):
    data = rows(
        '1,"Oct 7, 2020, 2:43:11 PM",Good,Run,1800,5.00,activities/1.fit',
        'x,"Oct 7, 2020, 2:43:11 PM",No id,Run,1800,5.00,',
        '2,"Foo 7, 2020, 2:43:11 PM",No month,Run,1800,5.00,',
        '3,"Oct 7, 2020, 2:43:11 PM",No time,Run,,5.00,',
        '1,"Oct 7, 2020, 2:43:11 PM",Twice,Run,1800,5.00,',
        "4,too few",
    )
    reading = read(data, settings)
    assert [activity.name for activity in reading.activities] == ["Good"]
    reasons = {problem.line: problem.reason for problem in reading.problems}
    assert set(reasons) == {3, 4, 5, 6, 7}
    assert "id of an activity" in reasons[3]
    assert "language" in reasons[4]
    assert "duration" in reasons[5]
    assert "line 2" in reasons[6]
    assert "2 cells in 7 columns" in reasons[7]


def test_a_value_that_cannot_be_true_is_left_out_and_reported(settings):
    data = made.strava_csv([made.Outing(7, START, 60.0, 60.0, 200.0, "X", rpe=70.0)])
    reading = read(data, settings)
    assert reading.activities[0].rpe is None
    assert [(problem.line, "rpe" in problem.reason) for problem in reading.problems] == [(2, True)]


def test_a_column_is_no_exertion_only_for_its_place(settings):
    """In an unknown language, a column at that position with other numbers is another column."""
    rated = [made.Outing(number, START, 60.0, 60.0, 200.0, "X", rpe=rpe) for number, rpe in ((1, 7), (2, 70))]
    reading = read(made.strava_csv(rated, "es", 94), settings)
    assert [activity.rpe for activity in reading.activities] == [None, None]
    assert reading.problems == ()


def test_columns_after_the_file_count_only_if_they_repeat_those_before_it(settings):
    """A new layout in an unknown language: better fewer values than wrong ones."""
    table_ = list(csv.reader(io.StringIO(made.strava_csv([PLAIN], "es", 94).decode())))
    for row in table_:
        row[13:13] = ["", ""]
    out = io.StringIO()
    csv.writer(out).writerows(table_)
    [activity] = read(out.getvalue().encode(), settings).activities
    assert (activity.duration_s, activity.distance_m) == (3189.0, 9440.0)
    assert (activity.avg_hr, activity.rpe, activity.moving_s) == (None, None, None)


def test_a_list_of_nothing_but_rubbish_is_not_readable(settings):
    with pytest.raises(NotReadable, match="line 2"):
        read(rows("x,y,z,Run,1,1,"), settings)


def test_a_quote_that_is_left_open_is_reported(settings):
    data = made.strava_csv([PLAIN]) + b'8,"Oct 8, 2020, 2:43:11 PM","no end'
    reading = read(data, settings)
    assert len(reading.activities) == 1
    assert "quote" in reading.problems[0].reason


def test_recordings_that_strava_lost_are_named(settings):
    lost = [
        made.Outing(number, START, 60.0, 60.0, 200.0, f"Run {number}", file="#error#") for number in range(8)
    ]
    [note] = read(made.strava_csv(lost), settings).notes
    assert "Run 0, Run 1, Run 2, Run 3, Run 4 and 3 more" in note


@pytest.mark.parametrize("name", ["activities/7.fit.gz", "activities/#error#", "activities/7.gpx"])
@pytest.mark.parametrize("content", [b"#error#", b"#error#\n"])
def test_the_placeholder_of_a_lost_recording_is_named(settings, name, content):
    with pytest.raises(NotTaken, match="Strava could not export it"):
        importers.read_bytes(content, name, settings)


# shoes


def test_pairs_are_named_by_the_activities_and_begin_with_the_first(settings):
    early = made.Outing(
        1, datetime(2020, 5, 1, 22, 30, tzinfo=UTC), 60, 60, 200, "A", shoe="Adidas Pacer Reds"
    )
    reading = read(made.strava_csv([PLAIN, early]), settings, shoes=made.strava_shoes_csv())
    pairs = {shoe.name: shoe.from_date for shoe in reading.shoes}
    assert pairs == {
        "Adidas Pacer Reds": date(2020, 5, 2),  # on the runner's clock
        "Brooks Glide 12": date(2020, 10, 7),
        "Salomon Mudclaw For the winter": date(2020, 10, 7),  # unworn until the end of the list
    }


@pytest.mark.parametrize("gear", ["Adidas Pacer", "adidas  pacer reds", "Reds", "Adidas Pacer Reds"])
def test_a_pair_is_listed_once_however_the_activities_name_it(settings, gear):
    run = made.Outing(1, START, 60, 60, 200, "A", shoe=gear)
    listed = b"Shoe Name,Shoe Brand,Shoe Model,Shoe Default Sport Types\nReds,Adidas,Pacer,Run\n"
    [pair] = read(made.strava_csv([run]), settings, shoes=listed).shoes
    assert pair.name == gear


def test_damaged_shoes_do_not_cost_the_activities(settings):
    reading = read(made.strava_csv([PLAIN]), settings, shoes=b'a,b,c,d\n"open' + b"x" * 200_000)
    assert len(reading.activities) == 1
    assert "shoes.csv" in str(reading.problems[0])


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_shoes_alone_are_read(settings, language):
    reading = importers.read_bytes(made.strava_shoes_csv(language), "export/shoes.csv", settings)
    assert reading.format == "strava shoes"
    assert [shoe.name for shoe in reading.shoes][1:] == [
        "Adidas Pacer Reds",
        "Salomon Mudclaw For the winter",
    ]


def test_shoes_with_the_activities_are_read_together_with_them(settings):
    sidecar_texts = {"activities.csv": made.strava_csv([PLAIN])}
    with pytest.raises(NotTaken, match=r"together with activities\.csv"):
        importers.read_bytes(made.strava_shoes_csv(), "shoes.csv", settings, sidecars=sidecar_texts)


def test_our_own_list_of_shoes_is_not_taken_for_stravas(settings, sample_data):
    data = b"name,from,limit_km,default\nGlide 12,2026-05-02,800,yes\n"
    assert importers.read_bytes(data, "shoes.csv", settings).format == "shoes"
    assert not shoes_csv.claims_strava(Head((sample_data / "shoes.csv").read_bytes(), "shoes.csv"))


# what is claimed


@pytest.mark.parametrize(("language", "columns"), LANGUAGES)
def test_every_file_of_an_archive_has_one_claimant_or_none(sample_data, language, columns):
    for name, data in made.strava_members(made.outings(sample_data), language, columns).items():
        head = detect.decompress_head(data)
        claimants = [one.name for one in importers.FORMATS if one.claims(Head(head, name))]
        is_read = name in ("activities.csv", "shoes.csv") or re.search(r"/\d+\.", name) is not None
        assert len(claimants) == is_read, (name, claimants)


def test_a_list_of_manual_entries_alone_is_claimed_in_any_language():
    bare = made.Outing(7, START, 60.0, 60.0, 200.0, "Rows")
    assert strava.claims(Head(made.strava_csv([bare], "es", 94), "anything.csv"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 99,
        b"a,b,c,d,e,f,g,h,i\n1,2,3,4,5,6,7,8,9\n",
        b"id,name,distance\n7,x,1\n",
        b"date,soreness\n2026-01-01,3\n",
    ],
)
def test_other_tables_are_not_claimed(data):
    assert not strava.claims(Head(data, "activities.csv"))


# dates and words


@pytest.mark.parametrize(
    "written",
    [
        "Oct 7, 2020, 2:43:11 PM",
        "Oct 7, 2020, 2:43:11\u202fPM",
        "7 Oct 2020, 14:43:11",
        "07.10.2020, 14:43:11",
        "7 oct. 2020 à 14:43:11",
        "7 oct 2020, 14:43:11",
        "7 oct. 2020, 2:43:11 p. m.",
        "7 ott 2020, 14:43:11",
        "7 de out. de 2020, 14:43:11",
        "07/10/2020, 14:43:11",
        "7 okt 2020 14:43:11",
        "7 Okt 2020 14.43.11",
        "7 окт. 2020 г., 14:43:11",  # noqa: RUF001 - Russian
        "2020/10/07 14:43:11",
        "2020年10月7日 14:43:11",
        "2020年10月7日 下午2:43:11",
        "2020. 10. 7. 오후 2:43:11",
        "2020-10-07 14:43:11",
    ],
)
def test_dates_of_many_languages(written):
    assert csv_dates.parse_utc(written) == START


@pytest.mark.parametrize(
    ("written", "hour"), [("12:05:00 AM", 0), ("12:05:00 PM", 12), ("1:05:00 AM", 1), ("11:05:00 PM", 23)]
)
def test_noon_and_midnight(written, hour):
    assert csv_dates.parse_utc(f"Oct 7, 2020, {written}").hour == hour


@pytest.mark.parametrize(
    "written",
    [
        "",
        "7 xyz 2020, 14:43:11",
        "10/7/20 14:43",
        "13/13/2020, 10:00:00",
        "Oct 7, 2020",
        ",:" * 99_999,
        "9" * 9999,
    ],
)
def test_what_is_no_date_is_refused(written):
    with pytest.raises(InvalidValue):
        csv_dates.parse_utc(written)


@given(st.text(max_size=90))
def test_any_text_is_a_date_or_refused(written):
    try:
        moment = csv_dates.parse_utc(written)
    except InvalidValue:
        return
    assert moment.tzinfo is UTC


@given(st.integers(1_234_567_890, 2_345_678_901), st.sampled_from(["en", "de", "es"]))
def test_written_dates_are_read_back(seconds, language):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert csv_dates.parse_utc(made.strava_date(moment, language)) == moment


@pytest.mark.parametrize(
    ("word", "sport"),
    [
        ("Lauf", ("running", None)),
        ("Course à pied", ("running", None)),
        ("Hardloopsessie", ("running", None)),
        ("ラン", ("running", None)),
        ("Trail Run", ("running", "trail")),
        ("VirtualRun", ("running", "virtual_activity")),
        ("Radfahrt", ("cycling", None)),
        ("ライド", ("cycling", None)),
        ("Randonnée", ("hiking", None)),
        ("Weight Training", ("training", "strength_training")),
        ("Yoga", ("yoga", None)),
        ("Alpine Ski", ("alpine_ski", None)),
        ("", (UNKNOWN_SPORT, None)),
    ],
)
def test_sports_in_words_of_many_languages(word, sport):
    assert sports.normalize_sport(word) == sport
    assert sports.is_known_sport(word) is (word != "")


# hostile input

cells = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["7", "8", "1e400", "-5", "Run", "#error#", "activities/7.fit", "Oct 7, 2020, 2:43:11 PM"]
    ),
)


@given(st.lists(st.lists(cells, max_size=14), max_size=5), st.booleans(), st.binary(max_size=30))
def test_whatever_the_cells_hold_is_read_or_refused(table_rows, english, tail):
    out = io.StringIO(newline="")
    csv.writer(out).writerow(made.strava_header("en" if english else "es", 94)[:14])
    csv.writer(out).writerows(table_rows)
    data = out.getvalue().encode(errors="replace") + tail
    strava.claims(Head(data, "activities.csv"))
    try:
        reading = importers.read_bytes(data, "activities.csv", made.SETTINGS)
    except BadInput:
        return
    assert all(activity.duration_s > 0 for activity in reading.activities)


@given(st.lists(st.lists(cells, min_size=1, max_size=50), min_size=1, max_size=6))
def test_columns_are_found_within_the_header(table_rows):
    header, *rest = table_rows
    places = strava.find_columns(header, rest)
    assert all(0 <= place < len(header) for place in places.values())
