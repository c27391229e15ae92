"""Load as of a moment: at the end of a day it is the daily series, and during it what was run so far."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from past import OFFSET_S, at, past, ran, wrote

from runlog.analysis import load, load_formulas, periods
from runlog.analysis.factors import load as factors
from runlog.model import Kind

SERIES = {
    "acute_load": "acute",
    "chronic_load": "chronic",
    "acwr": "acwr",
    "monotony": "monotony",
}
FIRST = pd.Timestamp("2026-01-01")


def value(name, history, local):
    found = getattr(factors, name)(history, pd.DatetimeIndex([at(local)])).iloc[0]
    return None if np.isnan(found) else found


def ends(days):
    return pd.DatetimeIndex([at(f"{day:%Y-%m-%d} 23:59") for day in days])


def on(day, hour=8, minute=0):
    return f"{FIRST + timedelta(days=day, hours=hour, minutes=minute):%Y-%m-%d %H:%M}"


@st.composite
def logs(draw):
    """Runs, rides and entries of half a year with silences in it, two hours east."""
    days = draw(st.lists(st.integers(0, 180), min_size=1, max_size=60))
    runs = [
        ran(i, on(day, draw(st.integers(4, 21))), draw(st.floats(1, 40)), 55) for i, day in enumerate(days)
    ]
    rides = [
        ran(1000 + i, on(day), sport="cycling", kind=Kind.OTHER)
        for i, day in enumerate(draw(st.lists(st.integers(0, 180), max_size=3)))
    ]
    entries = [
        wrote(i, on(day, 20), soreness=0)
        for i, day in enumerate(draw(st.lists(st.integers(0, 180), max_size=5)))
    ]
    return past([*runs, *rides], entries, silence_days=draw(st.sampled_from([3, 14, 40])))


@settings(max_examples=25)
@given(logs())
def test_at_the_end_of_a_day_every_factor_is_the_daily_series(history):
    through = pd.Timestamp(on(200)).normalize()
    daily = load.daily_metrics(history, through)
    for name, column in SERIES.items():
        found = getattr(factors, name)(history, ends(daily.index)).to_numpy()
        np.testing.assert_allclose(found, daily[column], rtol=1e-9, atol=1e-9, err_msg=name)


@settings(max_examples=25)
@given(logs(), st.integers(0, 200 * 24 * 60), st.sampled_from([OFFSET_S, -36_000, 46_800]))
def test_at_any_moment_every_factor_is_the_series_of_what_was_known_then(history, minute, offset):
    moment = pd.Timestamp(at(on(0, 0, minute)))
    shifted = history.entries.assign(utc_offset_s=offset)
    known = replace(
        history,
        runs=history.runs[history.runs["end"] <= moment],
        others=history.others[history.others["end"] <= moment],
        entries=shifted[shifted["moment"] <= moment],
    )
    clocks = pd.concat(
        [
            known.runs[["end", "utc_offset_s"]].set_axis(["moment", "offset"], axis=1),
            known.entries[["moment", "utc_offset_s"]].set_axis(["moment", "offset"], axis=1),
        ]
    ).sort_values("moment", kind="stable")
    if clocks.empty:
        return
    ahead = pd.Timedelta(seconds=int(clocks["offset"].iloc[-1]), minutes=1)
    today = (moment + ahead).tz_localize(None).normalize()
    daily = load.daily_metrics(known, today, moment)
    for name, column in SERIES.items():
        found = getattr(factors, name)(replace(history, entries=shifted), pd.DatetimeIndex([moment])).iloc[0]
        expected = daily[column].iloc[-1] if len(daily) else np.nan
        assert found == pytest.approx(expected, nan_ok=True), name


HOURS = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 30)] + ["23:59"]


@pytest.mark.parametrize("starts", [["06:00"], ["18:00"], ["06:00", "18:00"], ["12:00", "12:45", "21:00"]])
def test_the_hour_moves_no_load_of_a_steady_runner(starts):
    """One who runs the same every day, at once or in parts, rates at any hour and finds the same load."""
    runs = [
        ran(100 * day + number, f"{FIRST + timedelta(days=day):%Y-%m-%d} {start}", 12 / len(starts), 30)
        for day in range(40)
        for number, start in enumerate(starts)
    ]
    history = past(runs)
    moments = pd.DatetimeIndex([at(f"{FIRST + timedelta(days=39):%Y-%m-%d} {hour}") for hour in HOURS])
    for name, steady in {"acute_load": 12, "chronic_load": 12, "acwr": 1}.items():
        assert getattr(factors, name)(history, moments).to_numpy() == pytest.approx(steady), name
    assert factors.monotony(history, moments).isna().all()
    for moment in moments:
        known = periods.history_as_of(history, moment)
        last = load.daily_metrics(known, FIRST + timedelta(days=39), moment).iloc[-1]
        assert last[["acute", "chronic"]].to_numpy(float) == pytest.approx(12)
        ratios = ["acwr", "acwr_coupled", "acwr_uncoupled"]
        assert last[ratios].to_numpy(float) == pytest.approx(1)
        assert last[["monotony", "strain"]].isna().all()


@settings(max_examples=25)
@given(logs(), st.integers(1, 200))
def test_until_its_first_run_ends_a_day_has_the_loads_of_the_day_before(history, day):
    """Whatever the hour: a day that is not over is no day of rest."""
    local = FIRST + timedelta(days=day)
    runs = history.runs.loc[history.runs["day"] == local, "end"]
    until = min(runs.min(), pd.Timestamp(at(f"{local:%Y-%m-%d} 23:58"))) if len(runs) else None
    last = pd.Timestamp(at(f"{local:%Y-%m-%d} 23:58")) if until is None else until - timedelta(seconds=1)
    eve = at(f"{local - timedelta(days=1):%Y-%m-%d} 23:59")
    if history.runs["end"].between(pd.Timestamp(eve), last).any():
        return  # a run over midnight
    for name in SERIES:
        before, until_then = getattr(factors, name)(history, pd.DatetimeIndex([eve, last]))
        assert until_then == pytest.approx(before, nan_ok=True), name


def test_todays_run_counts_from_its_end():
    history = past([ran(1, "2026-05-01 08:00", 10), ran(2, "2026-05-08 08:00", 10)])
    before = value("acute_load", history, "2026-05-08 08:59")
    after = value("acute_load", history, "2026-05-08 09:00")
    assert before == pytest.approx(10 * 0.75**6)
    assert after == pytest.approx(before + (10 - before) * load_formulas.smoothing_factor(7))


def test_a_short_run_lowers_a_load_when_its_day_is_over():
    runs = [ran(i, f"2026-05-{i:02d} 08:00", 10) for i in range(1, 9)] + [ran(9, "2026-05-09 08:00", 2)]
    history = past(runs)
    assert value("acute_load", history, "2026-05-09 20:00") == pytest.approx(10)
    assert value("acute_load", history, "2026-05-09 23:59") == pytest.approx(8)


def test_a_run_over_midnight_counts_for_its_day_once_it_has_ended():
    history = past([ran(1, "2026-05-01 08:00", 10), ran(2, "2026-05-09 23:30", 10)])
    during, before = (value("acute_load", history, f"2026-05-{when}") for when in ("10 00:10", "09 20:00"))
    keep = 1 - load_formulas.smoothing_factor(7)
    assert during == pytest.approx(before * keep)
    assert value("acute_load", history, "2026-05-10 00:31") == pytest.approx(before * keep + 2.5)


def test_nothing_is_known_in_a_silence_nor_until_the_window_is_full_again():
    runs = [ran(i, f"2026-05-{i:02d} 08:00") for i in range(1, 31)]
    history = past([*runs, ran(31, "2026-07-01 08:00")])
    assert value("acute_load", history, "2026-06-13 20:00") == pytest.approx(10 * 0.75**13)
    assert value("acute_load", history, "2026-06-14 20:00") == pytest.approx(10 * 0.75**14)
    for name in SERIES:
        assert value(name, history, "2026-06-14 23:59") is None
        assert value(name, history, "2026-07-07 20:00") is None
    assert value("acute_load", history, "2026-07-07 23:59") == pytest.approx(10 * 0.75**6)
    assert value("chronic_load", history, "2026-07-15 20:00") is None


def test_a_rating_after_a_silence_finds_no_load():
    history = past(
        [ran(i, f"2026-05-{i:02d} 08:00") for i in range(1, 31)], [wrote(1, "2026-06-20 20:00", soreness=2)]
    )
    assert value("acute_load", history, "2026-06-20 20:00") is None


def test_the_spike_is_that_of_the_last_run_for_a_day():
    runs = [ran(i, f"2026-05-{1 + 7 * i:02d} 08:00", 10) for i in range(5)]
    history = past([*runs, ran(9, "2026-06-01 08:00", 15)])
    assert value("run_spike", history, "2026-05-29 12:00") is None
    assert value("run_spike", history, "2026-06-01 08:59") is None
    assert value("run_spike", history, "2026-06-02 08:59") == 1.5
    assert value("run_spike", history, "2026-06-02 09:00") is None
