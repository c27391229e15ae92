"""Which shoe, why, and how long it will last. Ties are never guessed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from past import at, past, ran, wrote

from runlog.analysis.shoe_wear import shoe_table
from runlog.model import Shoe

RUN = [ran(1, "2026-05-01 08:00")]
MAY = date(2026, 5, 1)


def worn(runs, entries=(), pairs=()):
    run = past(runs, entries, pairs).runs.iloc[0]
    return run["shoe"], run["shoe_reason"]


def test_the_order_of_trust():
    pairs = [Shoe("Hand"), Shoe("Diary"), Shoe("Gear"), Shoe("Own", default=True)]
    diary = [wrote(1, "2026-05-01 20:00", shoe="diary ")]
    by_hand = [ran(1, "2026-05-01 08:00", shoe="gear", shoe_override="Hand")]
    by_source = [ran(1, "2026-05-01 08:00", shoe="gear", shoe_override=" ")]
    assert worn(by_hand, diary, pairs) == ("Hand", "put on by hand")
    assert worn(by_source, diary, pairs) == ("Diary", "named in the diary")
    assert worn(by_source, (), pairs) == ("Gear", "named by the watch or app")
    assert worn(RUN, (), pairs) == ("Own", "the default of the 4 pairs in use that day")
    assert worn(RUN, (), pairs[:1]) == ("Hand", "the only pair in use that day")


def test_the_latest_default_in_use_that_day_is_worn():
    first, later = Shoe("A", default=True), Shoe("B", from_date=date(2026, 5, 2), default=True)
    runs = [ran(1, "2026-05-01 08:00"), ran(2, "2026-05-03 08:00")]
    assert past(runs, (), [first, later, Shoe("C")]).runs["shoe"].tolist() == ["A", "B"]


def test_ties_are_not_guessed():
    assert worn(RUN, (), [Shoe("A"), Shoe("B")]) == (None, "could be any of A, B")
    assert worn(RUN, (), [Shoe("A", default=True), Shoe("B", default=True), Shoe("C")])[0] is None
    assert worn(RUN) == (None, "no pair was in use that day")
    contradictory = [wrote(1, "2026-05-01 12:00", shoe="A"), wrote(2, "2026-05-01 13:00", shoe="B")]
    assert worn(RUN, contradictory, [Shoe("A"), Shoe("B")])[0] is None


@pytest.mark.parametrize(
    ("pair", "fits"),
    [
        (Shoe("A", from_date=MAY), True),
        (Shoe("A", from_date=date(2026, 5, 2)), False),
        (Shoe("A", retired=MAY), True),
        (Shoe("A", retired=date(2026, 4, 30)), False),
    ],
)
def test_windows(pair, fits):
    assert (worn(RUN, (), [pair])[0] == "A") is fits


def test_a_pair_that_only_a_file_or_the_diary_names_counts_where_it_is_named():
    runs = [
        ran(1, "2026-05-01 08:00", shoe="Pegasus"),
        ran(2, "2026-05-02 08:00"),
        ran(3, "2026-05-03 08:00"),
    ]
    history = past(runs, [wrote(1, "2026-05-02 20:00", shoe="Vomero"), wrote(2, "2026-05-03 20:00")])
    assert history.runs["shoe"].tolist() == ["Pegasus", "Vomero", None]
    assert history.shoes["limit_m"].tolist() == [800_000, 800_000]
    assert not history.shoes["kept"].any()


def test_wear_counts_what_was_run_before():
    history = past([ran(1, "2026-05-01 08:00", 12)], (), [Shoe("A", start_m=100_000, limit_m=600_000)])
    row = shoe_table(history).iloc[0]
    assert (row["km"], row["runs"], row["limit_km"], row["left_km"]) == (112, 1, 600, 488)
    assert row["share_28d"] == 1


def weekly(km, weeks=10, first=0, shoe=None):
    """A run each Monday, the last on 2026-06-29."""
    monday = pd.Timestamp("2026-06-29") - pd.Timedelta(weeks=weeks - 1)
    days = [f"{monday + pd.Timedelta(weeks=week):%Y-%m-%d} 08:00" for week in range(weeks)]
    return [ran(first + i, day, km[i % len(km)], shoe=shoe) for i, day in enumerate(days)]


def test_the_limit_is_expected_when_the_last_weeks_go_on():
    pair = Shoe("A", limit_m=300_000)
    steady = shoe_table(past(weekly([20]), (), [pair]), at("2026-06-29 12:00")).iloc[0]
    assert (
        steady["expected"] == steady["expected_low"] == steady["expected_high"] == pd.Timestamp("2026-08-03")
    )
    uneven = shoe_table(past(weekly([5, 35]), (), [pair]), at("2026-06-29 12:00")).iloc[0]
    assert uneven["expected"] == pd.Timestamp("2026-08-03")
    assert uneven["expected_low"] < uneven["expected"] < uneven["expected_high"]


def test_no_date_is_invented():
    once = shoe_table(past(weekly([20], 1), (), [Shoe("A")])).iloc[0]
    assert pd.isna(once["expected_low"])
    assert pd.isna(once["expected_high"])
    unused = shoe_table(past(RUN, (), [Shoe("A", from_date=date(2026, 6, 1))])).iloc[0]
    assert pd.isna(unused["expected"])
    retired = shoe_table(past(RUN, (), [Shoe("A", retired=MAY)]), at("2026-07-01 12:00")).iloc[0]
    assert pd.isna(retired["expected"])
    long_ago = shoe_table(past(RUN, (), [Shoe("A")]), at("2027-07-01 12:00")).iloc[0]
    assert pd.isna(long_ago["expected"])
    assert np.isnan(long_ago["share_28d"])


def test_a_pair_over_its_limit_names_the_day():
    over = shoe_table(past(weekly([20]), (), [Shoe("A", limit_m=50_000)])).iloc[0]
    assert over["expected"] == over["expected_low"] == over["expected_high"] == pd.Timestamp("2026-05-11")
    assert over["left_km"] == -150


def test_a_pair_over_its_limit_before_its_first_run_here_names_no_day():
    history = past([ran(1, "2026-05-01 08:00", 12)], (), [Shoe("A", start_m=900_000, limit_m=800_000)])
    worn = shoe_table(history).set_index("name").loc["A"]
    assert worn["left_km"] == -112
    assert worn[["expected", "expected_low", "expected_high"]].isna().all()


def test_only_runs_before_now_count():
    history = past(weekly([20]), (), [Shoe("A")])
    assert shoe_table(history, at("2026-06-22 12:00")).iloc[0]["km"] == 180
