"""Factors that the diary tells: strength, mobility, desk and posture, day by local day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day

import numpy as np
import pandas as pd
from past import at, past, ran, strength_session, wrote

from runlog.analysis.factors import diary
from runlog.model import Entry, Kind
from runlog.records import StoredEntry


def value(factor, history, local):
    found = factor(history, pd.DatetimeIndex([at(local)]))
    return None if np.isnan(found.iloc[0]) else found.iloc[0]


def test_strength_counts_days_from_diary_and_watch():
    history = past(
        [strength_session(9, "2026-05-02 07:00"), strength_session(8, "2026-05-02 19:00")],
        [
            wrote(1, "2026-05-02 20:00", strength=True),
            wrote(2, "2026-05-03 20:00", strength_min=20),
            wrote(3, "2026-05-04 20:00", strength=False),
            wrote(4, "2026-05-20 20:00", strength=False),
        ],
    )
    assert value(diary.strength_7d, history, "2026-05-02 08:30") == 1
    assert value(diary.strength_7d, history, "2026-05-04 20:00") == 2
    assert value(diary.strength_7d, history, "2026-05-10 12:00") == 1
    assert value(diary.strength_7d, history, "2026-05-11 12:00") == 0
    assert value(diary.strength_7d, history, "2026-05-12 12:00") is None
    assert value(diary.strength_7d, history, "2026-05-20 20:00") == 0


def test_strength_days_are_seven_at_most_and_of_the_local_calendar():
    """A day without a session counts only when it is over: until then the seven days before it do."""
    entries = [wrote(day, f"2026-05-{day:02d} 20:00", strength=True) for day in range(1, 8)]
    history = past([strength_session(9, "2026-05-08 07:00")], entries)
    assert value(diary.strength_7d, history, "2026-05-07 23:00") == 7
    assert value(diary.strength_7d, history, "2026-05-08 12:00") == 7
    assert value(diary.strength_7d, history, "2026-05-09 00:30") == 7
    assert value(diary.strength_7d, history, "2026-05-09 23:58") == 7
    assert value(diary.strength_7d, history, "2026-05-09 23:59") == 6


def test_mobility_counts_days_of_yoga_stretching_and_pilates():
    history = past(
        [
            ran(7, "2026-05-02 07:00", km=None, sport="yoga", kind=Kind.HABIT),
            ran(8, "2026-05-02 21:00", km=None, sport="training", sub_sport="pilates", kind=Kind.HABIT),
            ran(6, "2026-05-03 08:00", km=None, sport="training", sub_sport="warm_up", kind=Kind.HABIT),
            strength_session(9, "2026-05-03 07:00"),
        ],
        [wrote(1, "2026-05-04 20:00", mobility=True), wrote(2, "2026-05-20 20:00", mobility=False)],
    )
    assert value(diary.mobility_7d, history, "2026-05-01 12:00") is None
    assert value(diary.mobility_7d, history, "2026-05-03 12:00") == 1
    assert value(diary.mobility_7d, history, "2026-05-04 21:00") == 2
    assert value(diary.mobility_7d, history, "2026-05-10 12:00") == 1
    assert value(diary.mobility_7d, history, "2026-05-11 12:00") == 1
    assert value(diary.mobility_7d, history, "2026-05-12 12:00") is None
    assert value(diary.mobility_7d, history, "2026-05-21 12:00") == 0
    assert value(diary.strength_7d, history, "2026-05-04 21:00") == 1


def test_of_two_rows_of_a_day_the_latest_that_tells_it_holds():
    entries = [
        wrote(1, "2026-05-01 13:00", desk_hours=4, posture=3),
        wrote(2, "2026-05-01 19:00", desk_hours=8),
        wrote(3, "2026-05-01 21:00", soreness=2),
    ]
    history = past((), entries)
    assert value(diary.desk_hours, history, "2026-05-01 18:00") == 4
    assert value(diary.desk_hours, history, "2026-05-01 21:00") == 8
    assert value(diary.posture, history, "2026-05-01 21:00") == 3
    assert value(diary.desk_hours, history, "2026-05-02 23:59") == 8
    assert value(diary.desk_hours, history, "2026-05-03 00:00") is None


def test_a_day_that_is_an_hour_longer_or_shorter_is_one_day():
    """Clocks go forward on 29 March 2026 and back on 25 October, in Berlin."""
    for evening, before, after in (
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), 3600, 7200),  # 23:30
        (datetime(2026, 10, 24, 21, 30, tzinfo=UTC), 7200, 3600),  # 23:30
    ):
        entries = [
            StoredEntry(1, Entry(evening, before, desk_hours=6.0, strength=True), "log"),
            StoredEntry(2, Entry(evening + timedelta(hours=10), after, soreness=2.0), "log"),
        ]
        history = past((), entries)
        night = datetime.combine(evening.date() + timedelta(days=2), time_of_day(), UTC)
        midnight = night - timedelta(seconds=after)
        moments = pd.DatetimeIndex([midnight - timedelta(minutes=1), midnight])
        assert diary.desk_hours(history, moments).isna().tolist() == [False, True]
        week = midnight + timedelta(days=6)
        moments = pd.DatetimeIndex([week - timedelta(minutes=2), week - timedelta(minutes=1)])
        assert diary.strength_7d(history, moments).isna().tolist() == [False, True]


def test_what_a_traveller_did_tomorrow_counts_as_todays():
    """From Auckland, where it is 2 May already, to Los Angeles on 1 May: days ahead are no further days."""
    entries = [
        StoredEntry(
            1, Entry(datetime(2026, 5, 1, 13, tzinfo=UTC), 43_200, strength=True, desk_hours=9), "log"
        ),
        StoredEntry(2, Entry(datetime(2026, 5, 1, 20, tzinfo=UTC), -25_200, strength=True), "log"),
    ]
    history = past((), entries)
    landed = pd.DatetimeIndex([datetime(2026, 5, 1, 21, tzinfo=UTC)])
    assert history.entries["day"].dt.day.tolist() == [2, 1]
    assert diary.strength_7d(history, landed).tolist() == [1]
    assert diary.desk_hours(history, landed).tolist() == [9]


def test_desk_hours_and_posture_are_todays_or_yesterdays():
    entries = [
        wrote(1, "2026-05-01 20:00", desk_hours=0, posture=4),
        wrote(2, "2026-05-02 20:00", desk_hours=8),
    ]
    history = past((), entries)
    assert value(diary.desk_hours, history, "2026-05-01 19:59") is None
    assert value(diary.desk_hours, history, "2026-05-01 20:00") == 0
    assert value(diary.desk_hours, history, "2026-05-02 12:00") == 0
    assert value(diary.desk_hours, history, "2026-05-02 20:00") == 8
    assert value(diary.posture, history, "2026-05-02 20:00") == 4
    assert value(diary.desk_hours, history, "2026-05-04 00:10") is None


def test_a_travellers_day_is_the_local_one():
    sydney = StoredEntry(1, Entry(datetime(2026, 5, 1, 13, 0, tzinfo=UTC), 36_000, desk_hours=5.0), "log")
    history = past((), [sydney])
    assert history.entries["day"].tolist() == [pd.Timestamp("2026-05-01")]
    afterwards = pd.DatetimeIndex(
        [datetime(2026, 5, 2, 13, 59, tzinfo=UTC), datetime(2026, 5, 2, 14, 0, tzinfo=UTC)]
    )
    assert diary.desk_hours(history, afterwards).isna().tolist() == [False, True]
