"""The daily series: local days, days of rest, days that nobody knows, and the metrics on them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from past import at, past, ran, wrote

from runlog.analysis import load, load_formulas
from runlog.analysis.load import FIRST_FULL_DAY, RATIOS
from runlog.model import Kind


def day_by_day(first, loads, begin=1):
    """A run of so many km on each day; None and 0 are no run."""
    day = datetime.fromisoformat(first)
    return [
        ran(number, f"{day + timedelta(days=number - begin):%Y-%m-%d} 08:00", km)
        for number, km in enumerate(loads, start=begin)
        if km
    ]


def known(series):
    return {f"{day:%m-%d}": value for day, value in series.dropna().items()}


def test_daily_counts_local_calendar_days_and_rests():
    history = past(
        [
            ran(1, "2026-05-01 23:30", 10),
            ran(2, "2026-05-03 00:30", 5),
            ran(3, "2026-05-03 18:00", 4),
        ]
    )
    daily = load.daily_metrics(history)
    assert daily["load"].tolist() == [10, 0, 9]
    assert daily.index[0] == pd.Timestamp("2026-05-01")
    assert daily.columns.tolist() == list(FIRST_FULL_DAY)


def test_a_travellers_day_never_goes_back():
    westward = [ran(1, "2026-05-02 10:00", 10), ran(2, "2026-05-02 20:00", 5, utc_offset_s=-36_000)]
    assert past(westward).runs["day"].tolist() == [pd.Timestamp("2026-05-02")] * 2
    late = [ran(1, "2026-05-02 01:00", 10), ran(2, "2026-05-02 08:00", 5, utc_offset_s=-36_000)]
    assert past(late).runs["day"].tolist() == [pd.Timestamp("2026-05-02"), pd.Timestamp("2026-05-01")]
    assert load.daily_metrics(past(late))["load"].tolist() == [15]


def test_rest_is_believed_for_two_weeks_and_then_nothing_is_known():
    history = past([ran(1, "2026-05-01 08:00", 10), ran(2, "2026-05-31 08:00", 5)])
    daily = load.daily_metrics(history, pd.Timestamp("2026-06-20"))["load"]
    expected = {"05-01": 10.0} | {f"05-{day:02d}": 0.0 for day in range(2, 16)}
    expected |= {"05-31": 5.0} | {f"06-{day:02d}": 0.0 for day in range(1, 15)}
    assert known(daily) == expected
    assert daily.index[-1] == pd.Timestamp("2026-06-20")


def test_so_many_days_of_rest_are_a_setting():
    runs = [ran(1, "2026-05-01 08:00", 10), ran(2, "2026-05-10 08:00", 5)]
    assert load.daily_metrics(past(runs, silence_days=8))["load"].notna().all()
    assert load.daily_metrics(past(runs, silence_days=7))["load"].isna().sum() == 1


@pytest.mark.parametrize("sign", [wrote(1, "2026-05-15 20:00", desk_hours=0), None])
def test_a_diary_or_a_ride_shows_that_the_log_is_kept(sign):
    runs = [ran(1, "2026-05-01 08:00", 10), ran(2, "2026-05-29 08:00", 5)]
    others = [] if sign else [ran(3, "2026-05-15 08:00", 30, sport="cycling", kind=Kind.OTHER)]
    daily = load.daily_metrics(past([*runs, *others], [sign] if sign else []))["load"]
    assert daily.notna().all()
    assert daily.sum() == 15


def test_a_stretch_begins_with_a_run():
    diary = [wrote(1, "2026-04-20 20:00", soreness=0), wrote(2, "2026-06-10 20:00", soreness=0)]
    daily = load.daily_metrics(past([ran(1, "2026-05-01 08:00"), ran(2, "2026-06-12 08:00")], diary))["load"]
    assert daily.index[0] == pd.Timestamp("2026-05-01")
    assert list(known(daily))[-2:] == ["05-15", "06-12"]  # the 10th and 11th: kept, but after a silence


def test_the_averages_start_anew_after_a_silence():
    again = day_by_day("2026-07-01", [5.0] * 30, begin=41)
    daily = load.daily_metrics(past([*day_by_day("2026-05-01", [20.0] * 40), *again]))
    alone = load.daily_metrics(past(again))
    pd.testing.assert_frame_equal(daily.loc["2026-07-01":], alone, check_freq=False)
    assert daily.loc["2026-07-06", "acute"] != daily.loc["2026-07-06", "acute"]  # NaN
    assert daily.loc["2026-07-07", "acute"] == pytest.approx(5)
    assert daily.loc["2026-07-28", "acwr"] == pytest.approx(1)


def test_every_metric_is_told_from_the_day_on_that_fills_its_window():
    chance = np.random.default_rng(1)
    daily = load.daily_metrics(past(day_by_day("2026-01-01", chance.uniform(3, 20, 60))))
    first = {name: int(daily[name].notna().to_numpy().argmax()) + 1 for name in daily}
    assert first == FIRST_FULL_DAY
    for name in daily:
        assert daily[name].iloc[FIRST_FULL_DAY[name] - 1 :].notna().all()


def test_every_metric_is_its_formula():
    chance = np.random.default_rng(2)
    loads = np.where(chance.random(90) < 0.6, chance.uniform(3, 20, 90), 0.0)
    loads[0] = loads[-1] = 10.0
    daily = load.daily_metrics(past(day_by_day("2026-01-01", loads)))
    last = daily.iloc[-1]
    assert last["acute"] == pytest.approx(load_formulas.ewma(loads, 7)[-1])
    assert last["acwr"] == pytest.approx(load_formulas.ewma(loads, 7)[-1] / load_formulas.ewma(loads, 28)[-1])
    assert last["acwr_coupled"] == pytest.approx(loads[-7:].mean() / loads[-28:].mean())
    assert last["acwr_uncoupled"] == pytest.approx(loads[-7:].mean() / loads[-28:-7].mean())
    assert last["tsb"] == pytest.approx(daily["ctl"].iloc[-2] - daily["atl"].iloc[-2])
    assert last["monotony"] == pytest.approx(loads[-7:].mean() / loads[-7:].std())
    assert last["strain"] == pytest.approx(loads[-7:].sum() * last["monotony"])


def test_ratios_have_no_unit_and_all_else_has_that_of_the_load():
    loads = np.random.default_rng(3).uniform(3, 20, 60)
    single, double = (load.daily_metrics(past(day_by_day("2026-01-01", loads * times))) for times in (1, 2))
    for name in FIRST_FULL_DAY:
        assert double[name].iloc[-1] == pytest.approx(single[name].iloc[-1] * (1 if name in RATIOS else 2))


def test_weeks_add_up_and_tell_how_they_ended():
    history = past(day_by_day("2026-05-01", [10.0] * 12))  # a Friday
    weeks, daily = load.weekly_metrics(history), load.daily_metrics(history)
    assert weeks.index.tolist() == [pd.Timestamp(f"2026-{day}") for day in ("04-27", "05-04", "05-11")]
    assert weeks["last"].tolist() == [pd.Timestamp(f"2026-05-{day}") for day in ("03", "10", "17")]
    assert weeks[["days", "runs", "load"]].to_numpy().tolist() == [[3, 3, 30], [7, 7, 70], [2, 2, 20]]
    assert weeks["acute"].tolist()[1:] == daily["acute"].loc[["2026-05-10", "2026-05-12"]].tolist()
    assert np.isnan(weeks["acute"].iloc[0])


@pytest.mark.parametrize(
    ("start", "first"), [("monday", "04-27"), ("saturday", "04-25"), ("sunday", "04-26")]
)
def test_weeks_start_where_the_runners_do(start, first):
    assert load.weekly_metrics(past(day_by_day("2026-05-01", [10.0]), week_start=start)).index[
        0
    ] == pd.Timestamp(f"2026-{first}")


def test_a_week_of_which_nothing_is_known_is_no_week_of_rest():
    weeks = load.weekly_metrics(past([ran(1, "2026-05-04 08:00"), ran(2, "2026-06-22 08:00")]))
    assert weeks["days"].tolist() == [7, 7, 1, 0, 0, 0, 0, 1]
    assert weeks["load"].isna().tolist() == [False] * 3 + [True] * 4 + [False]


def test_without_runs_there_are_no_days():
    empty = past([], [wrote(1, "2026-05-01 20:00", soreness=1)])
    assert load.daily_metrics(empty, pd.Timestamp("2026-06-01")).empty
    assert load.weekly_metrics(empty).empty
    assert (
        load.weekly_metrics(empty).columns.tolist()
        == load.weekly_metrics(past([ran(1, "2026-05-01 08:00")])).columns.tolist()
    )


def test_ten_years_of_days_are_fast():
    history = past(day_by_day("2016-01-01", [5.0 + day % 7 for day in range(3650)]))
    began = time.perf_counter()
    assert len(load.daily_metrics(history)) == 3650
    assert time.perf_counter() - began < 1


def test_a_watch_without_a_clock_makes_no_decades_of_rest():
    history = past([ran(1, "1990-01-03 08:00", 42), *day_by_day("2026-05-01", [5.0] * 40, begin=2)])
    daily = load.daily_metrics(history)
    assert daily["load"].notna().sum() == 15 + 40
    assert daily["chronic"].iloc[-1] == pytest.approx(5)


def test_local_midnight_is_the_runners():
    history = past([ran(1, "2026-05-01 08:00"), ran(2, "2026-05-01 23:59", 5)])
    assert history.runs["end"].max() > at("2026-05-02 00:00")
    assert load.daily_metrics(history)["load"].tolist() == [15]
