from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_diary import MONDAY, Diary

from runlog.analysis import periods
from runlog.errors import BadInput
from runlog.settings import Settings

STARTS = {"monday": 0, "saturday": 5, "sunday": 6}


@given(st.dates(date(1990, 1, 10), date(2090, 1, 1)), st.sampled_from(list(STARTS)))
def test_every_day_lies_in_one_week_whose_name_leads_back(day, start):
    settings = Settings(week_start=start)
    week = periods.week_of(day, settings)
    assert week.first <= day <= week.last
    assert week.first.weekday() == STARTS[start]
    assert week.last - week.first == timedelta(days=6)
    assert periods.parse_week(periods.week_name(week), settings) == week


@pytest.mark.parametrize("name", ["2026", "2026-30", "2026-W54", "2026-W00", "last week", ""])
def test_what_is_no_week_is_refused_with_an_example(name):
    with pytest.raises(BadInput, match="2026-W30"):
        periods.parse_week(name, Settings())


def test_a_sunday_week_starts_on_the_day_before_the_iso_monday():
    week = periods.parse_week("2026-W30", Settings(week_start="sunday"))
    assert (week.first, week.last) == (date(2026, 7, 19), date(2026, 7, 25))


def test_the_clock_is_the_one_last_seen():
    diary = Diary()
    july = datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert diary.history().clock.day(july) == date(2026, 7, 2)  # the zone of the settings
    assert diary.run(0).history().clock.day(july) == date(2026, 7, 1)


def test_until_leaves_out_what_came_later():
    history = Diary().run(0).rate(0, 3).run(1).rate(1, 4).history()
    known = periods.history_as_of(history, pd.Timestamp(MONDAY.replace(hour=20)))
    assert list(known.runs.index) == [1]
    assert list(known.entries["soreness"]) == [3.0]
    assert len(history.runs) == 2


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(BadInput, match="time zone"):
        periods.to_utc(datetime(2026, 3, 2))  # noqa: DTZ001 - the mistake under test
    assert periods.to_utc(datetime(2026, 3, 2, tzinfo=UTC)) == pd.Timestamp("2026-03-02", tz="UTC")


@pytest.mark.parametrize(
    ("rated", "main"),
    [
        ((), None),
        (("knee", "neck", "knee"), "knee"),
        (("knee", "upper_back"), "upper_back"),
        (("foot", "knee", "neck", "foot", "knee"), "knee"),
    ],
)
def test_the_main_area_is_the_one_rated_most_and_of_a_tie_the_first_in_their_order(rated, main):
    diary = Diary()
    for day, area in enumerate(rated):
        diary.rate(day, 3, area=area)
    assert periods.main_area(diary.tell(9, desk_hours=8.0).history()) == main
