"""The kilometres of a pair: one number, wherever it is told."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from past import at, past, ran, wrote

from runlog.analysis.factors.last_run import shoe_km
from runlog.analysis.shoe_wear import compare_shoes, mileage_at, shoe_detail, shoe_table
from runlog.model import Shoe
from runlog.reporter import alerts
from runlog.reporter.charts import shoes as chart
from runlog.reporter.charts.view import View

DAYS = [f"2026-05-{day:02} 08:00" for day in range(1, 29)]


@pytest.fixture
def season():
    """Two pairs in turn, one over its limit, with runs of unknown distance and unknown shoe, in any order."""
    pairs = [Shoe("A", start_m=480_000, limit_m=500_000), Shoe("B", limit_m=600_000)]
    runs = [
        ran(
            number,
            day,
            None if number == 9 else 5.0 + number / 3,
            shoe=None if number == 12 else "AB"[number % 2],
        )
        for number, day in enumerate(DAYS)
    ]
    return past(runs[::-1], (), pairs)


def test_list_factor_chart_alert_and_detail_tell_the_same_kilometres(season):
    for now in pd.DatetimeIndex(
        [at("2026-05-20 12:00"), at("2026-05-28 23:00"), *season.runs["end"].iloc[[3, 11, 12, 27]]]
    ):
        listed = shoe_table(season, now).set_index("name")["km"]
        assert listed.to_dict() == mileage_at(season, pd.DatetimeIndex([now])).iloc[0].to_dict()
        last = season.runs[season.runs["end"] <= now].iloc[-1]["shoe"]
        factor = shoe_km(season, pd.DatetimeIndex([now])).iloc[0]
        assert np.isnan(factor) if last is None else factor == listed[last]
        drawn = chart.shoes_data(season, View(now, now.date())).pairs.set_index("name")["worn"]
        assert drawn.to_dict() == listed.to_dict()
        assert {name: shoe_detail(season, name, now).row["km"] for name in listed.index} == listed.to_dict()


def test_the_alert_tells_the_kilometres_and_the_day_of_the_list(season):
    now = pd.Timestamp(at("2026-05-20 12:00"))
    pair = shoe_table(season, now).set_index("name").loc["A"]
    notice = next(notice for notice in alerts.alerts(season, now) if notice.kind == "shoe_limit")
    assert f"{pair['km']:.0f} of 500 km" in notice.message
    assert notice.since == pair["expected"].date()


def test_kilometres_count_from_the_end_of_a_run_on_and_also_when_retired():
    history = past([ran(1, "2026-05-01 08:00", 10, 60, shoe="A")], (), [Shoe("A", retired=date(2026, 4, 1))])
    moments = pd.DatetimeIndex([at("2026-05-01 08:59"), at("2026-05-01 09:00")])
    assert mileage_at(history, moments)["A"].tolist() == [0, 10]


def test_without_a_run_there_is_the_start():
    history = past([], (), [Shoe("A", start_m=120_000)])
    assert shoe_table(history, at("2026-05-01 08:00")).iloc[0]["km"] == 120
    assert shoe_table(history).iloc[0]["km"] == 120


def test_names_that_are_joined_are_one_pair():
    pairs = [
        Shoe("Brooks Glide 12", start_m=30_000),
        Shoe("Glide 12", start_m=99_000, same_as="Brooks Glide 12"),
    ]
    runs = [
        ran(1, DAYS[0], shoe="brooks glide 12"),
        ran(2, DAYS[1]),
        ran(3, DAYS[2], shoe_override="GLIDE 12"),
    ]
    history = past(runs, [wrote(1, "2026-05-02 20:00", shoe="Glide 12")], pairs)
    assert history.runs["shoe"].tolist() == ["Brooks Glide 12"] * 3
    assert shoe_table(history).set_index("name")["km"].to_dict() == {"Brooks Glide 12": 60}


def test_names_that_are_each_others_do_no_harm():
    history = past([ran(1, DAYS[0], shoe="A")], (), [Shoe("A", same_as="B"), Shoe("B", same_as="A")])
    assert history.runs["shoe"].notna().all()


def test_a_pair_that_rested_is_not_the_only_one_meanwhile():
    pair = Shoe("A", rests=((date(2026, 5, 2), date(2026, 5, 3)),))
    history = past([ran(number, day) for number, day in enumerate(DAYS[:4])], (), [pair])
    assert history.runs["shoe"].tolist() == ["A", None, None, "A"]


def test_shares_and_since_when_there_is_only_one_pair():
    day = date(2026, 3, 1)
    runs = [
        ran(n, f"{day + timedelta(days=3 * n)} 08:00", shoe="A" if n in {2, 9} else "B") for n in range(30)
    ]
    history = past(runs)
    table = shoe_table(history).set_index("name")
    assert table["share_28d"].to_dict() == {"A": 0, "B": 1}
    assert table["share_8w"].to_dict() == {"A": 0, "B": 1}
    assert table["only_since"].dropna().to_dict() == {"B": pd.Timestamp(day + timedelta(days=30))}
    soon = shoe_table(history, at(f"{day + timedelta(days=40)} 20:00")).set_index("name")
    assert soon["only_since"].isna().all()
    assert soon["share_28d"].round(3).to_dict() == {"A": 0.111, "B": 0.889}
    assert shoe_table(past([ran(1, DAYS[0], shoe="A")]))["only_since"].isna().all()


def test_what_changes_is_told_by_run_and_by_pair():
    before = past([ran(1, DAYS[0], 10, shoe="A"), ran(2, DAYS[1], 7, shoe="A"), ran(3, DAYS[2])], (), [])
    after = past(
        [
            ran(1, DAYS[0], 10, shoe="A"),
            ran(2, DAYS[1], 7, shoe_override="B"),
            ran(3, DAYS[2], shoe_override="B"),
        ]
    )
    found = compare_shoes(before, after, at("2026-06-01 00:00"))
    assert found.runs["before"].tolist() == ["A", None]
    assert found.runs["after"].tolist() == ["B", "B"]
    assert found.pairs.loc["A"].tolist() == [17, 10, 2, 1]
    assert found.pairs.loc["B"].tolist() == [0, 17, 0, 2]
    assert compare_shoes(before, before, at("2026-06-01 00:00")).runs.empty
