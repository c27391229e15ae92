"""Which local day a moment is: one answer, wherever it is asked."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from past import at, past, ran, wrote

from runlog import localtime
from runlog.analysis import periods
from runlog.analysis.factors import diary
from runlog.localtime import RunnerClock
from runlog.reporter import weekly
from runlog.reporter.alerts import common
from runlog.trials.design import new_trial

LATE = datetime(2026, 10, 18, 23, tzinfo=UTC)  # an hour past midnight on a clock of +02:00
NEXT = date(2026, 10, 19)
BERLIN = ZoneInfo("Europe/Berlin")


def clock(*seen, zone=UTC):
    moments, offsets = zip(*seen, strict=True) if seen else ((), ())
    return RunnerClock([round(one.timestamp() * 1e6) for one in moments], offsets, lambda: zone)


@pytest.fixture(autouse=True)
def _computer_in_utc(monkeypatch):
    monkeypatch.setattr("tzlocal.get_localzone", lambda: UTC)


@pytest.fixture
def diary_at_two_hours():
    return past(
        [ran(1, "2026-10-17 18:00", shoe="Ghost")],
        [wrote(1, "2026-10-18 20:00", soreness=3.0, desk_hours=8.0)],
    )


def test_all_say_the_same_local_day(diary_at_two_hours, tmp_path):
    import runlog

    history = diary_at_two_hours
    assert history.clock.day(LATE) == NEXT
    assert common.days_until(history, pd.Timestamp(LATE))[0][-1] == pd.Timestamp(NEXT)
    assert weekly.current_week(history, LATE) == "2026-W43"
    with runlog.open(tmp_path) as journal, pytest.raises(runlog.BadInput, match="2026-10-18 has passed"):
        journal.plans.make(history, new_trial(history, "warmup", "upper_back", date(2026, 10, 18)), LATE)


def test_factors_count_their_days_on_it(diary_at_two_hours):
    """The day after the entry is over at midnight of the runner's clock."""
    midnight = datetime(2026, 10, 19, 22, tzinfo=UTC)
    moments = pd.DatetimeIndex([midnight - timedelta(minutes=1), midnight])
    assert diary.desk_hours(diary_at_two_hours, moments).isna().tolist() == [False, True]


def test_a_forecast_of_shoes_is_told_from_the_runners_day():
    """A pair that was last run in at home is forecast for where the runner is now."""
    from runlog.analysis.shoe_wear import shoe_table

    runs = [ran(day, f"2026-10-{day:02d} 18:00", shoe="Ghost", utc_offset_s=0) for day in range(1, 15)]
    away = wrote(1, "2026-10-18 20:00", soreness=1.0)
    before, after = (shoe_table(past(runs, entries), LATE)["expected"][0] for entries in ((), (away,)))
    assert after - before == pd.Timedelta(days=1)


def test_a_pair_is_retired_from_the_runners_midnight_on():
    from runlog.analysis.shoe_wear import shoe_table
    from runlog.model import Shoe

    history = past(
        [ran(1, "2026-10-17 18:00", shoe="Ghost")],
        shoes=[Shoe("Ghost", retired=NEXT)],
    )
    shown = [shoe_table(history, LATE - timedelta(hours=ago))["expected"].isna()[0] for ago in (0, 2)]
    assert shown == [True, False]


def test_the_end_of_a_day_is_on_the_clock_of_that_day():
    history = past(
        [ran(1, "2026-03-02 12:00", utc_offset_s=3600), ran(2, "2026-04-02 12:00")], timezone="Asia/Tokyo"
    )
    days = pd.DatetimeIndex(["2026-03-01", "2026-03-02", "2026-03-31", "2026-04-02"])
    assert [f"{end:%m-%d %H:%M:%S}" for end in periods.ends_of_days(history, days)] == [
        "03-01 14:59:59",
        "03-02 22:59:59",
        "03-31 22:59:59",
        "04-02 21:59:59",
    ]


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_without_any_record_the_zone_of_the_settings_holds(day, end):
    empty = clock(zone=BERLIN)
    assert empty.end_of(day) == end
    assert empty.day(end) == day
    assert empty.day(end + timedelta(seconds=1)) == day + timedelta(days=1)


@given(st.lists(st.tuples(st.datetimes(datetime(2020, 1, 1), datetime(2021, 1, 1)), st.integers(-48, 56))))  # noqa: DTZ001 - made aware below
def test_many_moments_give_what_one_gives(seen):
    seen = sorted((moment.replace(tzinfo=UTC), 900 * quarters) for moment, quarters in seen)
    runner = clock(*seen, zone=BERLIN)
    moments = [datetime(2019, 12, 31, 23, 30, tzinfo=UTC), *(moment for moment, _ in seen), LATE]
    numbers = runner.days(np.array([round(one.timestamp() * 1e6) for one in moments]))
    assert [date(1970, 1, 1) + timedelta(days=int(number)) for number in numbers] == [
        runner.day(one) for one in moments
    ]


def test_the_clock_is_the_one_last_seen_at_or_before_the_moment():
    first, second = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    runner = clock((first, 3600), (second, 7200), zone=ZoneInfo("Asia/Tokyo"))
    assert runner.offset_at(first - timedelta(seconds=1)) == 9 * 3600
    assert runner.offset_at(first) == 3600
    assert runner.at(second).isoformat() == "2026-06-01T02:00:00+02:00"


def test_a_record_is_told_on_its_own_clock_else_on_that_of_the_settings():
    moment = at("2026-10-19 01:00")
    assert localtime.local_day(moment, 7200, UTC) == NEXT
    assert localtime.local_day(moment, None, UTC) == date(2026, 10, 18)
    assert localtime.local_day(moment, None, BERLIN) == NEXT
