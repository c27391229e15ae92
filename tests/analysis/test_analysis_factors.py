"""Every factor: its value as of a moment, by plain counting; and that the future never shows in it."""

from __future__ import annotations

import ast
import inspect
import time
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from past import OFFSET_S, at, past, ran, strength_session, wrote

from runlog.analysis.exposures import exposures
from runlog.analysis.factors import FACTORS
from runlog.model import Activity, Area, Entry, Shoe, ThirdMeans, TrackSummary
from runlog.records import StoredActivity, StoredEntry

BY_NAME = {factor.name: factor for factor in FACTORS}


def value(name, history, local):
    found = BY_NAME[name].values(history, pd.DatetimeIndex([at(local)]))
    return None if np.isnan(found.iloc[0]) else found.iloc[0]


def line(seed: int):
    """The shape of a route of its own."""
    return np.array([[47.0 + seed, 8.0], [47.0 + seed, 8.02], [47.01 + seed, 8.03]])


def on_routes(seeds, first="2026-05-01"):
    days = pd.date_range(first, periods=len(seeds))
    return [
        ran(i, f"{day:%Y-%m-%d} 08:00", shape=None if seed is None else line(seed))
        for i, (day, seed) in enumerate(zip(days, seeds, strict=True))
    ]


def test_route_share_counts_runs_with_a_route_of_28_days():
    history = past(on_routes([1, 1, None, 2, 1]))
    assert value("route_share", history, "2026-05-05 20:00") == 0.75
    assert value("route_share", history, "2026-05-04 20:00") == pytest.approx(2 / 3)
    assert value("route_share", history, "2026-05-29 12:00") == pytest.approx(2 / 3)  # the first is over
    assert value("route_share", history, "2026-04-30 12:00") is None
    assert value("route_share", history, "2026-07-30 12:00") is None


def test_route_streak_passes_over_runs_without_a_route():
    history = past(on_routes([2, 1, 1, None, 1]))
    assert value("route_streak", history, "2026-05-01 20:00") == 1
    assert value("route_streak", history, "2026-05-05 20:00") == 3
    assert value("route_streak", history, "2026-05-05 08:30") == 2  # the last run is still being run
    assert value("route_streak", past(on_routes([None])), "2026-05-05 20:00") is None


def test_treadmills_have_no_route_whatever_they_claim():
    history = past([ran(1, "2026-05-01 08:00", sub_sport="treadmill", shape=line(1))])
    assert history.runs["route"].tolist() == [None]


def test_warmup_is_that_of_the_last_run_within_24_hours():
    entry = wrote(1, "2026-05-01 20:00", soreness=3, warmup=False, cooldown=True)
    history = past([ran(1, "2026-05-01 08:00")], [entry])
    assert value("warmup", history, "2026-05-01 20:00") == 0
    assert value("cooldown", history, "2026-05-01 20:00") == 1
    assert value("warmup", history, "2026-05-01 08:30") is None
    assert value("warmup", history, "2026-05-02 08:59") == 0
    assert value("warmup", history, "2026-05-02 09:00") is None


def test_shoe_km_is_that_of_the_last_runs_shoe():
    runs = [
        ran(1, "2026-05-01 08:00", 10, shoe="A"),
        ran(2, "2026-05-02 08:00", 7, shoe="B"),
        ran(3, "2026-05-03 08:00", 5, shoe="A"),
        ran(4, "2026-05-04 08:00", 5),
    ]
    history = past(runs, (), [Shoe("A", start_m=100_000), Shoe("B", from_date=date(2026, 5, 2)), Shoe("C")])
    days = [f"2026-05-0{day} 12:00" for day in (1, 2, 3, 4)]
    assert [value("shoe_km", history, day) for day in days] == [110, 7, 115, None]


def test_cadence_is_that_of_the_last_run():
    runs = [ran(1, "2026-05-01 08:00", 10, avg_cadence_spm=170.0), ran(2, "2026-05-02 08:00", 15)]
    history = past(runs)
    assert value("cadence", history, "2026-05-01 12:00") == 170
    assert value("cadence", history, "2026-05-02 12:00") is None


def test_what_a_run_did_does_not_apply_a_day_later_but_its_shoe_does():
    history = past(
        [
            ran(1, "2026-05-01 08:00", 10, avg_cadence_spm=170.0, shoe="A"),
            ran(2, "2026-05-02 08:00", 15, avg_cadence_spm=172.0, shoe="A"),
        ]
    )
    assert value("cadence", history, "2026-05-03 08:59") == 172
    assert value("cadence", history, "2026-05-03 09:00") is None
    assert value("shoe_km", history, "2026-05-20 12:00") == 25


def test_exposures_have_a_row_per_rating_and_a_column_per_factor():
    entries = [
        wrote(1, "2026-05-02 20:00", soreness=0),
        wrote(2, "2026-05-01 20:00", soreness=4, area=Area.NECK),
        wrote(3, "2026-05-01 20:00", soreness=2, warmup=True),
        wrote(4, "2026-05-03 20:00", desk_hours=3),
    ]
    history = past([ran(1, "2026-05-01 08:00")], entries)
    table = exposures(history)
    assert table.columns.tolist() == ["moment", "rating", "area", "day", "local_hour", *BY_NAME]
    assert table["rating"].tolist() == [4, 2, 0]
    assert table["local_hour"].tolist() == [20, 20, 20]
    assert table["warmup"].tolist()[:2] == [1, 1]
    assert exposures(history, "neck")["rating"].tolist() == [4]
    with pytest.raises(Exception, match="unknown area 'nose'; known are upper_back"):
        exposures(history, "nose")


def test_an_empty_history_has_no_values_and_says_so_quietly():
    moments = pd.DatetimeIndex([at("2026-05-01 08:00")])
    for history in (past(), past((), [wrote(1, "2026-05-01 08:00", soreness=1)], [Shoe("A"), Shoe("B")])):
        for factor in FACTORS:
            for asked in (moments, moments[:0]):
                values = factor.values(history, asked)
                assert values.index.equals(asked)
                assert values.dtype == float
                assert values.isna().all()
    assert exposures(past()).dtypes.astype(str).tolist()[1:3] == ["float64", "object"]


RAN = [ran(1, "2026-05-01 08:00"), ran(2, "2026-05-03 08:00")]


@pytest.mark.parametrize("runs", [[], RAN], ids=["nothing", "two runs"])
def test_nothing_is_known_at_a_moment_that_is_not(runs):
    """As of the end of a history without anything in it."""
    moments = pd.DatetimeIndex([pd.NaT, at("2026-05-03 20:00"), pd.NaT])
    history = past(runs)
    for factor in FACTORS:
        values = factor.values(history, moments)
        assert values.isna().to_numpy()[[0, 2]].all(), factor.name
        expected = factor.values(history, moments[[1]])
        assert values.iloc[1] == expected.iloc[0] or (np.isnan(values.iloc[1]) and np.isnan(expected.iloc[0]))


def test_every_function_is_listed(root):
    folder = root / "runlog/analysis/factors"
    written = [
        node.name
        for file in sorted(folder.glob("*.py"))
        if file.name not in {"__init__.py", "base.py"}
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    assert sorted(written) == sorted(BY_NAME)
    for factor in FACTORS:
        described = inspect.getdoc(factor.values)
        assert "Unit: " in described
        assert "Step: " in described


STRAP = TrackSummary(
    form={
        "cadence_spm": ThirdMeans(168.0, 170.0, 165.0),
        "stance_time_ms": ThirdMeans(250.0, 240.0, None),
        "stance_time_balance_pct": ThirdMeans(49.2, 49.0, 49.5),
        "vertical_ratio_pct": ThirdMeans(8.1, 8.0, 8.3),
    }
)
DAYS = st.integers(0, 40)
KM = st.one_of(st.none(), st.floats(1, 40))
OFFSETS = st.sampled_from([OFFSET_S, 0, -36_000, 46_800])
MAYBE = st.sampled_from([None, True, False])
MOMENTS = st.builds(
    lambda day, minute: at("2026-03-01 00:00") + timedelta(days=day, minutes=minute),
    DAYS,
    st.integers(0, 1439),
)


@st.composite
def histories(draw):
    runs = [
        StoredActivity(
            number,
            Activity(
                start=draw(MOMENTS),
                duration_s=draw(st.integers(0, 20_000)),
                sport="running",
                utc_offset_s=draw(OFFSETS),
                distance_m=draw(KM),
                avg_cadence_spm=draw(KM),
                shoe=draw(st.sampled_from([None, "A", "B"])),
            ),
            ("x",),
            summary=draw(st.sampled_from([None, STRAP])),
            shape=draw(st.sampled_from([None, line(1), line(2)])),
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    entries = [
        StoredEntry(
            number,
            Entry(
                draw(MOMENTS),
                draw(OFFSETS),
                soreness=draw(st.sampled_from([None, 0.0, 5.0])),
                warmup=draw(MAYBE),
                cooldown=draw(MAYBE),
                strength=draw(MAYBE),
                mobility=draw(MAYBE),
                desk_hours=draw(KM),
                posture=draw(KM),
            ),
            "log",
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    return past([*runs, strength_session(99, "2026-03-10 18:00")], entries)


def until(history, moment):
    """What of a history had happened by a moment."""
    return replace(
        history,
        runs=history.runs[history.runs["end"] <= moment],
        others=history.others[history.others["end"] <= moment],
        entries=history.entries[history.entries["moment"] <= moment],
    )


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.lists(MOMENTS, max_size=3))
def test_the_future_never_shows(history, moments):
    every = [*moments, *history.entries["moment"], *history.runs["end"]]
    asked = pd.DatetimeIndex(every, tz="UTC").unique()
    with_future = {factor.name: factor.values(history, asked) for factor in FACTORS}
    for place, moment in enumerate(asked):
        past_only, now = until(history, moment), pd.DatetimeIndex([moment])
        for factor in FACTORS:
            expected = pytest.approx(with_future[factor.name].iloc[place], nan_ok=True)
            assert factor.values(past_only, now).iloc[0] == expected, factor.name


def test_all_factors_of_2000_moments_and_2500_runs_take_a_moment():
    days = pd.date_range("2020-01-01", periods=2500)
    runs = [ran(i, f"{day:%Y-%m-%d} 08:00", 5 + i % 9, shape=line(i % 7)) for i, day in enumerate(days)]
    entries = [wrote(i, f"{day:%Y-%m-%d} 20:00", soreness=i % 5) for i, day in enumerate(days[:2000])]
    history = past(runs, entries)
    began = time.perf_counter()
    assert len(exposures(history)) == 2000
    assert time.perf_counter() - began < 2
