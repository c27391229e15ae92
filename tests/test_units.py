import json
from datetime import date

import pytest

from runlog import units
from runlog.i18n import available_languages, use_language
from runlog.model import Area, Side


@pytest.mark.parametrize(
    ("value", "digits", "signed", "text"),
    [
        (3.44, 1, False, "3.4"),
        (0.0, 1, False, "0.0"),
        (-1.25, 1, True, "−1.2"),
        (0.8, 1, True, "+0.8"),
        (-0.04, 1, True, "0.0"),
        (1234.5, 0, False, "1,234"),
        (None, 1, False, "–"),
        (float("nan"), 1, False, "–"),
    ],
)
def test_numbers_have_true_minus_signs_and_unknown_is_a_dash(value, digits, signed, text):
    assert units.number(value, digits, signed=signed) == text


def test_loads_are_told_with_their_unit_and_distances_in_the_runners():
    assert units.load(233.6, "session-RPE points", "mi") == "234 session-RPE points"
    assert units.load(16.09344, "km", "mi") == "10.0 mi"
    assert units.load(0.0, "km") == "0.0 km"
    assert units.load(None, "TRIMP") == units.load(float("nan"), "TRIMP") == "–"


def test_distances_in_both_units():
    assert units.distance(10_000) == "10.0 km"
    assert units.distance(10_000, "mi") == "6.2 mi"
    assert units.distance(0) == "0.0 km"
    assert units.distance(float("nan")) == "–"


def test_pace_in_both_units_and_without_distance():
    assert units.pace(3000, 10_000) == "5:00 min/km"
    assert units.pace(3000, 10_000, "mi") == "8:03 min/mi"
    assert units.pace(2999.9, 10_000) == "5:00 min/km"
    assert units.pace(3000, 0) == "–"


def test_durations():
    assert units.duration(0) == "0 min"
    assert units.duration(59 * 60) == "59 min"
    assert units.duration(3599) == "1 h 00 min"
    assert units.duration(3900) == "1 h 05 min"


def test_days_read_well():
    assert units.day(date(2026, 11, 15)) == "Sun 15 Nov"
    assert units.day(date(2026, 11, 15), weekday=False, year=True) == "15 Nov 2026"
    assert units.days(date(2026, 7, 20), date(2026, 7, 26)) == "20–26 Jul 2026"
    assert units.days(date(2026, 7, 27), date(2026, 8, 2)) == "27 Jul – 2 Aug 2026"
    assert units.days(date(2026, 12, 28), date(2027, 1, 3)) == "28 Dec 2026 – 3 Jan 2027"


def test_what_was_typed_turns_and_breaks_no_line():
    assert units.printable("a\u202eb\u2066c\nd\x1b[31m") == "abcd[31m"
    assert units.printable("נעליים 🏃 <b>") == "נעליים 🏃 <b>"


#: Of each kind: C0, DEL, C1, direction marks, line ends, overrides, isolates, surrogates.
UNPRINTABLE = "\x00\x07\x1b\x7f\x80\x9b\x9f\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ud800\udfff"


@pytest.mark.parametrize("character", UNPRINTABLE, ids=ascii)
def test_one_list_says_what_neither_a_page_nor_a_terminal_gets(character):
    assert units.printable(f"a{character}b") == "ab"
    assert units.printable(f"a{character}b", " ") == "a b"
    assert character not in units.escape_controls(f"a{character}b")
    document = json.dumps({"name": f"a{character}b"}, ensure_ascii=False)
    assert character not in units.escape_json(document)
    assert json.loads(units.escape_json(document)) == json.loads(document)


def test_counts_and_areas():
    assert units.count_noun(1, "run") == "1 run"
    assert units.count_noun(0, "run") == "0 runs"
    assert units.area("upper_back") == "upper back"
    assert units.area("hip_groin") == "hip or groin"


@pytest.mark.parametrize("language", available_languages())
@pytest.mark.parametrize("area", Area)
def test_an_area_is_understood_by_the_name_that_is_shown(language, area):
    with use_language(language):
        for side in (None, *Side):
            shown = units.area_and_side(area, side)
            assert units.parse_area(shown) == (area, side), shown
    assert units.parse_area(area) == (area, None)


@pytest.mark.parametrize(
    ("text", "typed", "in_a_diary"),
    [
        ("knee, on stairs", None, (Area.KNEE, None)),
        ("left lower back", (Area.LOWER_BACK, Side.LEFT), (Area.LOWER_BACK, Side.LEFT)),
        ("left and right hip", (Area.HIP_GROIN, Side.BOTH), (Area.HIP_GROIN, Side.BOTH)),
        ("H\u00fcften", (Area.HIP_GROIN, None), (Area.HIP_GROIN, None)),
        ("my Achilles", (Area.LOWER_LEG, None), (Area.LOWER_LEG, None)),
        ("knee neck", None, None),
        ("left", None, None),
        ("elbow", None, None),
        ("", None, None),
    ],
)
def test_what_is_typed_must_be_an_area_and_no_more(text, typed, in_a_diary):
    assert units.parse_area(text) == typed
    assert units.parse_area(text, whole=False) == in_a_diary


@pytest.mark.parametrize(
    ("expected", "low", "high", "text"),
    [
        (date(2026, 3, 12), date(2026, 3, 8), date(2026, 3, 18), "around 12 March"),
        (date(2026, 3, 5), date(2026, 2, 20), date(2026, 4, 1), "around early March"),
        (date(2026, 3, 15), date(2026, 2, 20), date(2026, 4, 1), "around mid-March"),
        (date(2027, 1, 31), date(2027, 1, 1), date(2027, 2, 20), "around late January 2027"),
        (date(2027, 10, 2), date(2027, 6, 9), date(2028, 11, 11), "around autumn 2027"),
        (date(2027, 12, 20), date(2027, 9, 1), date(2028, 6, 1), "around winter 2027/28"),
        (date(2028, 1, 20), date(2027, 9, 1), date(2028, 6, 1), "around winter 2027/28"),
        (date(2027, 8, 27), date(2027, 5, 5), date(2029, 3, 13), "not before May 2027"),
        (date(2027, 8, 27), date(2027, 5, 5), None, "not before May 2027"),
        (date(2026, 3, 12), None, None, "around 12 March"),
        (date(2026, 8, 12), None, None, "around summer 2026"),
    ],
)
def test_a_forecast_is_told_as_sure_as_it_is(expected, low, high, text):
    assert units.forecast(expected, low, high, date(2026, 3, 4), southern=False) == text


def test_seasons_follow_the_hemisphere():
    months = [
        units.forecast(
            date(2027, month, 2), date(2026, 9, 1), date(2027, 12, 1), date(2026, 8, 1), southern=True
        )
        for month in (1, 4, 7, 10)
    ]
    assert months == [
        "around summer 2026/27",
        "around autumn 2027",
        "around winter 2027",
        "around spring 2027",
    ]


def test_a_day_of_the_last_seven_goes_by_its_name():
    today = date(2026, 11, 15)
    assert units.recent_day(today, today) == "Sunday"
    assert units.recent_day(date(2026, 11, 9), today) == "Monday"
    assert units.recent_day(date(2026, 11, 8), today) == "Sun 8 Nov"
    assert units.recent_day(date(2026, 11, 16), today) == "Mon 16 Nov"


def test_below_a_limit_is_below_it():
    assert units.distance_below(13_659.0) == "13.6 km"
    assert units.distance_below(1609.344 * 5.4999, "mi") == "5.4 mi"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.7, "1:00"), (239.6, "4:00"), (4503, "75:03")])
def test_a_lap_is_written_in_minutes_and_seconds_alike_everywhere(seconds, text):
    assert units.minutes_seconds(seconds) == text
    assert units.pace(seconds, 1000.0) == f"{text} min/km"
