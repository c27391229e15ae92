"""What spreadsheets and forms of many languages write; each list here stands for a kind."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.export import format_diary
from runlog.importers import csv_dates, csv_values
from runlog.importers.csv_values import InvalidValue, Notation
from runlog.model import Area, Entry, Kind, Side
from runlog.settings import Settings

# ruff: noqa: E501 - long lists, words in their own scripts

BERLIN = Settings(timezone="Europe/Berlin")
DAY_FIRST = replace(BERLIN, date_order="day-first")
MONTH_FIRST = replace(BERLIN, date_order="month-first")


def read(text, settings=BERLIN):
    data = text if isinstance(text, bytes) else text.encode()
    return importers.read_bytes(data, "list.csv", settings)


#: Two ratings, of 3 May 2026 at 18:30 with a warm-up and of 14 May without, as many languages write them.
DIARIES = [
    "Datum;Uhrzeit;Schmerz (0-10);Aufw\u00e4rmen\n03.05.2026;18:30;3,5;WAHR\n14.05.2026;18:30;2;FALSCH\n",
    "Date;Heure;Douleur (0 \u00e0 10);\u00c9chauffement ?\n03/05/2026;18h30;3,5;oui\n14/05/26;18h30;2;non\n",
    "Datum;Tijd;Spierpijn (0-10);Warming-up\n03-05-2026;18:30;3,5;WAAR\n14-05-26;18.30;2;ONWAAR\n",
    "Fecha;Dolor;Calentamiento\n03/05/2026 18:30;3,5;VERDADERO\n14/05/2026 6:30 p. m.;2;FALSO\n",
    "Data;Ora;Dolore;Riscaldamento\n03/05/2026;18.30;3,5;VERO\n14/05/2026;18:30:00;2;FALSO\n",
    "Data;Dor;Aquecimento\n3 de maio de 2026 18:30;3,5;sim\n14/05/2026 18:30;2;n\u00e3o\n",
    "Datum;Tr\u00e4ningsv\u00e4rk;Uppv\u00e4rmning\n2026-05-03 18:30;3,5;SANT\n2026-05-14 kl. 18.30;2;FALSKT\n",
    "Dato;Smerte;Opvarmning\n03-05-2026 18.30;3,5;SAND\n14-05-2026 18.30;2;FALSK\n",
    "P\u00e4iv\u00e4m\u00e4\u00e4r\u00e4;Kipu;L\u00e4mmittely\n3.5.2026 klo 18.30;3,5;TOSI\n14.5.2026 18.30;2;EP\u00c4TOSI\n",
    "Data;B\u00f3l;Rozgrzewka\n2026-05-03 18:30;3,5;PRAWDA\n14 maja 2026 18:30;2;FA\u0141SZ\n",
    "Datum;Bolest;Rozcvi\u010den\u00ed\n3. 5. 2026 18:30;3,5;PRAVDA\n14. 5. 2026 18:30;2;NEPRAVDA\n",
    "D\u00e1tum;F\u00e1jdalom;Bemeleg\u00edt\u00e9s\n2026. 05. 03. 18:30;3,5;IGAZ\n2026. 05. 14. 18:30;2;HAMIS\n",
    "Tarih;A\u011fr\u0131;Is\u0131nma\n03.05.2026 18:30;3,5;DO\u011eRU\n14.05.2026 18:30;2;YANLI\u015e\n",
    "Дата;Боль;Разминка\n03.05.2026 18:30;3,5;ИСТИНА\n14.05.2026 18:30;2;ЛОЖЬ\n",
    "Ημερομηνία;Πόνος;Προθέρμανση\n3/5/2026 6:30 μμ;3,5;ΑΛΗΘΗΣ\n14/5/2026 18:30;2;ΨΕΥΔΗΣ\n",
    "日付,痛み,ウォームアップ\n2026/5/3 18:30,3.5,はい\n2026年5月14日 午後6:30,2,いいえ\n",
    "日期,疼痛,热身\n2026年5月3日 18:30,3.5,是\n2026/5/14 下午6:30,2,否\n",
    "날짜,통증,준비운동\n2026. 5. 3. 오후 6:30,3.5,예\n2026. 5. 14. 18:30,2,아니요\n",
    "When?,How sore are you today (0-10)?,Did you warm up?\n2026-05-03 18:30,3.5,Yes\n2026-05-14 18:30,2,No\n",
    "Diary 2026\n,,\nDate,Time,Pain level,Warm-up\n46145,0.770833,3.5,\u2713\n46156,0.770833,2,\u2717\nMean,,2.75,\n",
    'sep=;\n"Date";"Soreness\n(0 = none, 10 = worst)";warmup\n2026-05-03T18:30;3.5;1.0\n2026-05-14T18:30;2;0.0\n',
    "When,,How,\nDate,Time,Soreness,Warm-up\n2026-05-03,1899-12-30 18:30:00,3.5/10,x\n2026-05-14,6:30 PM,20%,n\n",
    "Date,Time,Soreness,warmup,,\n2026-05-03,2026-05-03 18:30,3.5,y,,\n2026-05-14,18:30:00,2,n,,\n",
    "\n;;;\ndate;soreness;warmup;\n(yyyy-mm-dd);;;\n2026-05-03 18:30;3,5;TRUE;\ndate;soreness;warmup;\n2026-05-14 18:30;2;FALSE;\n",
]


@pytest.mark.parametrize("text", DIARIES, ids=lambda text: text[:12].strip())
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_diary_of_any_spreadsheet(text, encoding):
    reading = read(text.encode(encoding), DAY_FIRST)
    assert [str(problem) for problem in reading.problems] == []
    assert [(one.moment, one.soreness, one.warmup) for one in reading.entries] == [
        (datetime(2026, 5, 3, 16, 30, tzinfo=UTC), 3.5, True),
        (datetime(2026, 5, 14, 16, 30, tzinfo=UTC), 2.0, False),
    ]


@pytest.mark.parametrize(
    ("cell", "local"),
    [
        ("5/3/2026 6:30 PM", "2026-05-03 18:30"),
        ("5/3/2026 12:01 AM", "2026-05-03 00:01"),
        ("5/3/26 12:05:10 p.m.", "2026-05-03 12:05"),
        ("Sun, May 3, 2026, 6:30 PM", "2026-05-03 18:30"),
        ("3-May-26 18:30", "2026-05-03 18:30"),
        ("mar. 5 mai 2026 18h30", "2026-05-05 18:30"),
        ("5. Mai 2026 um 18.30 Uhr", "2026-05-05 18:30"),
        ("2026-05-03T22:30:00Z", "2026-05-04 00:30"),
        ("2026-05-03 18:30:00 +0200", "2026-05-03 18:30"),
        ("20260503T183000", "2026-05-03 18:30"),
        ("46145,770833", "2026-05-03 18:30"),
    ],
)
def test_dates_with_times(cell, local):
    (entry,) = read(f'date,soreness\n"{cell}",1\n', MONTH_FIRST).entries
    assert f"{entry.moment.astimezone(BERLIN.zone):%Y-%m-%d %H:%M}" == local
    assert entry.utc_offset_s == 7200


@pytest.mark.parametrize(
    "cell",
    [
        "3 May",
        "May 2026",
        "2026-05-03 25:00",
        "18:30 AM",
        "13:00 AM 5/3/2026",
        "26-05-03",
        "#N/A",
        "########",
    ],
)
def test_what_is_no_date(cell):
    with pytest.raises(NotReadable, match="line 2"):
        read(f"date,soreness\n{cell},1\n")


def test_midnight_on_each_date_is_no_time():
    for rows in ("5/3/2026 0:00,3\n5/14/2026 0:00,4\n", "2026-05-03T00:00:00Z,3\n2026-05-14T00:00:00Z,4\n"):
        assert {one.moment.hour for one in read(f"date,soreness\n{rows}", MONTH_FIRST).entries} == {18}


@pytest.mark.parametrize(
    ("cell", "notation", "is_whole", "value"),
    [
        ("1,845", Notation(decimal="."), False, 1845),
        ("1,845", Notation(decimal=","), False, 1.845),
        ("1.845", Notation(decimal=","), False, 1845),
        ("1,845", Notation(), True, 1845),
        ("1.845", Notation(groups_dots=True), False, 1845),
        ("1.845", Notation(), False, 1.845),
        ("1.845,3", Notation(), False, 1845.3),
        ("1,234,567.5", Notation(), False, 1_234_567.5),
        ("1 845", Notation(), False, 1845),
        ("1\u202f845", Notation(), False, 1845),
        ("1'845.5", Notation(), False, 1845.5),
        ("1\u2019845", Notation(), False, 1845),
        ("\u22123,5", Notation(), False, -3.5),
        ("0,845", Notation(), True, 0.845),
        ("1.5E+03", Notation(), False, 1500),
    ],
)
def test_numbers(cell, notation, is_whole, value):
    cleaned = csv_values.clean_cell(cell)
    assert csv_values.parse_number(cleaned, -1e9, 1e9, notation, is_whole=is_whole) == value


def test_a_mark_before_three_digits_counts_as_what_can_be():
    assert csv_values.parse_number("10,500", 0, 5000) == 10.5
    with pytest.raises(InvalidValue, match="not within"):
        csv_values.parse_number("10,500", 20, 5000)


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("1h 05m 30s", 3930),
        ("PT45M30S", 2730),
        ("1 Std. 5 Min.", 3900),
        ("1:05 h", 3900),
        ("45:30 min", 2730),
        ("1.02.03", 3723),
        ("65'30", 3930),
        ("0.03125", 2700),
        ("1:02:03,5", 3723.5),
        ("00:28:31.5", 1711.5),
        ("12:45:30 AM", 2730),
        ("1899-12-30 00:45:30", 2730),
        ("12/30/1899 0:45:30", 2730),
    ],
)
def test_durations(cell, seconds):
    assert csv_values.parse_duration(cell) == seconds


RUNS = [
    (
        "Date;Distance (km);Dur\u00e9e;D\u00e9nivel\u00e9\n03/05/2026;12,5;1h05;1 845\nTotal;12,5;1:05:00;\n",
        12_500,
        3900,
        1845,
    ),
    ("Datum;Distanz [m];Dauer [min];H\u00f6henmeter\n03.05.2026;12'500;65;1'845\n", 12_500, 3900, 1845),
    ('Date,Miles,Time,Elev Gain (ft)\n2026-05-03,7.5,1:05,"1,845"\n', 12_070.08, 3900, 562.356),
    ('Datum,Distanz,Zeit,Gesamtanstieg\n2026-05-03 07:12:33,"12,50",01:05:00,"1.845"\n', 12_500, 3900, 1845),
    ('Date,Distance km,Time min,Ascent m\n2026-05-03,12.5,65,"1,845"\n', 12_500, 3900, 1845),
    (
        "Start,Distance,Moving Time,Total Ascent\n2026-05-03 18:30,7.5 miles,1:05:00,#N/A\n",
        12_070.08,
        3900,
        None,
    ),
    ("date;km;duration (h);ascent\n2026-05-03;12.500;1,0833333;1.845 m\n", 12_500, 3900, 1845),
]


@pytest.mark.parametrize(("text", "metres", "seconds", "ascent"), RUNS, ids=lambda value: str(value)[:12])
def test_a_run_of_any_spreadsheet(text, metres, seconds, ascent):
    (run,) = read(text, DAY_FIRST).activities
    assert (run.distance_m, run.duration_s) == (pytest.approx(metres), pytest.approx(seconds, abs=0.1))
    assert run.ascent_m == (None if ascent is None else pytest.approx(ascent))


def test_a_sport_column_in_another_language_keeps_rides_apart():
    text = (
        "Aktivit\u00e4tstyp,Datum,Distanz,Zeit\nRadfahren,2026-05-03,40,2:00:00\nLaufen,2026-05-04,10,50:00\n"
    )
    assert [one.kind for one in read(text).activities] == [Kind.OTHER, Kind.RUN]


@pytest.mark.parametrize(
    ("cell", "area", "side"),
    [
        ("left knee", Area.KNEE, Side.LEFT),
        ("Knee (R)", Area.KNEE, Side.RIGHT),
        ("rechte Wade", Area.LOWER_LEG, Side.RIGHT),
        ("Achilles", Area.LOWER_LEG, None),
        ("oberer R\u00fccken", Area.UPPER_BACK, None),
        ("genou gauche", Area.KNEE, Side.LEFT),
        ("calves, both", Area.LOWER_LEG, Side.BOTH),
        ("lower back", Area.LOWER_BACK, None),
        ("lower back, left, after lifting", Area.LOWER_BACK, Side.LEFT),
        ("knee and neck", Area.OTHER, None),
    ],
)
def test_areas_in_words(cell, area, side):
    (entry,) = read(f'date,soreness,area\n2026-05-03,3,"{cell}"\n').entries
    assert (entry.area, entry.side) == (area, side)


@pytest.mark.parametrize(
    "text",
    [
        "Comment Date,Comment\n2026-05-03,hi\n",
        "Position,Name,Time,Distance\n1,Ann,40:00,10 km\n",
        "date,Sleep rating,Mood score\n2026-05-03,3,4\n",
        "Name,Distance\nLake,5\n",
    ],
)
def test_other_tables_are_left_alone(text):
    with pytest.raises(NotTaken):
        read(text)


@pytest.mark.parametrize("heading", ["Soreness (1-5)", "Pain (0 to 100)", "Soreness (10 = none)"])
def test_a_rating_of_another_scale_is_refused_aloud(heading):
    with pytest.raises(NotReadable, match="unknown: "):
        read(f"date,{heading}\n2026-05-03,3\n")


# A diary that runlog writes, saved again by a spreadsheet of another country.

LOCALES = {
    "de": (";", ",", "%d.%m.%Y %H:%M:%S", {"yes": "WAHR", "no": "FALSCH"}, DAY_FIRST, "cp1252"),
    "fr": (";", ",", "%d/%m/%Y %H:%M:%S", {"yes": "VRAI", "no": "FAUX"}, DAY_FIRST, "utf-8-sig"),
    "us": (",", ".", "%m/%d/%Y %I:%M:%S %p", {"yes": "TRUE", "no": "FALSE"}, MONTH_FIRST, "utf-8"),
    "cs": (";", ",", "%d. %m. %Y %H:%M:%S", {"yes": "PRAVDA", "no": "NEPRAVDA"}, DAY_FIRST, "utf-8"),
    "fi": ("\t", ",", "%d.%m.%Y %H.%M.%S", {"yes": "TOSI", "no": "EP\u00c4TOSI"}, DAY_FIRST, "utf-16"),
    "sv": (";", ",", "%Y-%m-%d %H:%M:%S", {"yes": "SANT", "no": "FALSKT"}, BERLIN, "utf-8"),
}
SCALES = st.integers(0, 10_000).map(lambda hundredth: hundredth / 1000)


@st.composite
def plain_entries(draw):
    minute = draw(st.integers(1, 1_000_000).filter(lambda minute: minute % 1440))  # midnights alone are days
    local = datetime(2024, 1, 1) + timedelta(minutes=minute)  # noqa: DTZ001 - on the clock
    aware = local.replace(tzinfo=BERLIN.zone)
    offset = aware.utcoffset()
    return Entry(
        moment=aware.astimezone(UTC),
        utc_offset_s=int(offset.total_seconds()),
        soreness=draw(SCALES),
        area=draw(st.sampled_from(Area)),
        warmup=draw(st.none() | st.booleans()),
        rpe=draw(st.none() | SCALES),
        desk_hours=draw(st.none() | SCALES),
        note=draw(st.none() | st.sampled_from(["stiff, but ok", "a;b", "x\ty", "later"])),
    )


def saved_again(text, name):
    """Return a diary as a spreadsheet of that locale saves it, with a title above and a row of means below."""
    delimiter, mark, pattern, words, _, encoding = LOCALES[name]
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=delimiter)
    table.writerows([["Diary"], [""] * len(head), [*head, ""]])
    for row in rows:
        date, *others = row
        cells = [
            words.get(cell) or (cell.replace(".", mark) if re.fullmatch(r"[\d.]+", cell) else cell)
            for cell in others
        ]
        table.writerow([f"{datetime.fromisoformat(date):{pattern}}", *cells, ""])
    table.writerow(["Mean", "3"])
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize("name", LOCALES)
@given(st.lists(plain_entries(), min_size=1, max_size=4, unique_by=lambda one: (one.moment, one.area)))
def test_a_diary_that_another_spreadsheet_has_saved_reads_back_the_same(name, written):
    reading = read(saved_again(format_diary(written), name), LOCALES[name][4])
    assert reading.problems == ()
    assert [replace(one, precision=written[0].precision) for one in reading.entries] == written


@given(st.text(max_size=40))
def test_any_cell_is_a_date_or_refused(cell):
    try:
        moment, _ = csv_dates.parse_moment(cell, DAY_FIRST, 12)
    except InvalidValue:
        return
    assert moment.tzinfo is not None


@given(st.from_regex(r"[0-9hms:.,' \-+/]{1,200}", fullmatch=True))
def test_no_number_or_duration_takes_long(cell):
    for parse in (csv_values.parse_duration, lambda text: csv_values.parse_number(text, 0, 1e9)):
        try:
            assert parse(cell) >= 0
        except InvalidValue:
            continue
    csv_values.decimal_marks(cell)
    csv_values.split_unit(cell)
