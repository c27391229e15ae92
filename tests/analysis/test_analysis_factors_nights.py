"""Factors of the night before, as watches and apps say it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from past import at, ran, wrote

from runlog.analysis import periods
from runlog.analysis.build import build_history
from runlog.analysis.exposures import exposures
from runlog.analysis.factors import find_factor
from runlog.analysis.history import night_table
from runlog.records import NIGHT_LIMITS, Night, Snapshot, make_night
from runlog.settings import Settings

DAY = date(2026, 5, 4)
NIGHTS = (
    Night("garmin", DAY, sleep_hours=7.0, resting_hr=48, hrv=60, stress=30),
    Night("garmin", DAY + timedelta(days=1), sleep_hours=6.0),
    Night("garmin", DAY + timedelta(days=3), sleep_hours=8.0, stress=0),
)


@pytest.fixture
def history():
    runs = [ran(1, "2026-05-03 18:00"), ran(2, "2026-05-04 18:00")]
    rated = [wrote(1, "2026-05-04 20:00", soreness=3), wrote(2, "2026-05-06 20:00", soreness=2)]
    return build_history(Snapshot(runs, rated, nights=NIGHTS), Settings(), lambda _: None)


def value(name, history, local):
    found = find_factor(name).values(history, pd.DatetimeIndex([at(local)])).iloc[0]
    return None if np.isnan(found) else found


@pytest.mark.parametrize(
    ("local", "hours"),
    [
        ("2026-05-03 23:59", None),
        ("2026-05-04 00:30", None),  # not gone to bed yet
        ("2026-05-04 03:59", None),
        ("2026-05-04 04:00", 7.0),
        ("2026-05-04 23:00", 7.0),
        ("2026-05-05 01:00", 7.0),
        ("2026-05-05 12:00", 6.0),
        ("2026-05-06 12:00", None),  # a night without the watch is unknown, and not the last one known
        ("2026-05-07 12:00", 8.0),
        ("2026-05-08 12:00", None),
    ],
)
def test_a_night_counts_for_the_day_after_it(history, local, hours):
    assert value("sleep_hours", history, local) == hours


def test_each_value_is_known_or_unknown_by_itself(history):
    names = ("sleep_hours", "resting_hr", "hrv", "stress")
    assert [value(name, history, "2026-05-04 20:00") for name in names] == [7.0, 48.0, 60.0, 30.0]
    assert [value(name, history, "2026-05-05 20:00") for name in names] == [6.0, None, None, None]
    assert value("stress", history, "2026-05-07 20:00") == 0.0, "zero is a value"


def test_they_stand_beside_the_ratings(history):
    table = exposures(history)
    assert table["sleep_hours"].tolist()[0] == 7.0
    assert np.isnan(table["sleep_hours"].tolist()[1])


def test_without_any_night_all_are_unknown():
    history = build_history(Snapshot([ran(1, "2026-05-03 18:00")]), Settings(), lambda _: None)
    assert value("hrv", history, "2026-05-04 20:00") is None
    assert history.nights.empty


def test_nights_to_come_are_not_in_the_history_of_a_moment(history):
    past = periods.history_as_of(history, pd.Timestamp(at("2026-05-05 12:00")))
    assert [day.date() for day in past.nights.index] == [DAY, DAY + timedelta(days=1)]


def test_a_source_fills_in_what_another_lacks_and_garmin_goes_first():
    table = night_table(
        [
            Night("pmsys", DAY, sleep_hours=5.0),
            Night("intervals", DAY, sleep_hours=6.0, hrv=50),
            Night("garmin", DAY, sleep_hours=7.0),
            Night("intervals", DAY + timedelta(days=1), sleep_hours=6.5),
        ]
    )
    assert table["sleep_hours"].tolist() == [7.0, 6.5]
    assert table["hrv"].iloc[0] == 50


def test_stress_is_of_one_source_as_they_count_by_other_numbers():
    asked, measured = Night("intervals", DAY, stress=100), Night("garmin", DAY + timedelta(days=1), stress=25)
    assert night_table([asked])["stress"].tolist() == [100]
    both = night_table([asked, measured])["stress"]
    assert np.isnan(both.iloc[0])
    assert both.iloc[1] == 25


def test_a_value_that_cannot_be_is_unknown():
    assert make_night("x", DAY, sleep_hours=0.0, resting_hr=None, hrv=9999, stress=-1) is None
    for name, (least, most) in NIGHT_LIMITS.items():
        assert make_night("x", DAY, **{name: least - 0.01}) is None
        assert make_night("x", DAY, **{name: most}) == Night("x", DAY, **{name: most})
