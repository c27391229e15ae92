"""The secondary windows: what the run of a day or two before goes together with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from past import past, ran, wrote

import runlog
from runlog.analysis.exposures import effect_unit, exposures, windowed_name
from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links

LAST_RUN_ONLY = [factor.name for factor in FACTORS if factor.last_run_only]


def warm(run: int, local: str, **more: object) -> list:
    return [ran(run, local, **more)], [wrote(run, local[:11] + "12:00", warmup=True)]


def values(window: int, *ratings: str, **history: list) -> pd.DataFrame:
    rated = [wrote(100 + i, local, soreness=3) for i, local in enumerate(ratings)]
    entries = [*history.pop("entries", []), *rated]
    return exposures(past(history["runs"], entries), window=window)


def test_each_window_holds_the_run_that_ended_in_it():
    runs, entries = warm(1, "2026-05-01 08:00")  # ends at 9:00
    moments = ("2026-05-01 20:00", "2026-05-02 20:00", "2026-05-03 20:00", "2026-05-04 20:00")
    known = {24: [1, 0, 0, 0], 48: [0, 1, 0, 0], 72: [0, 0, 1, 0]}
    for window, expected in known.items():
        table = values(window, *moments, runs=runs, entries=entries)
        assert table[windowed_name("warmup", window)].notna().tolist() == [bool(one) for one in expected]


def test_the_edges_of_a_window_are_those_of_the_primary_one_a_day_later():
    runs, entries = warm(1, "2026-05-01 08:00")
    table = values(
        48,
        "2026-05-02 08:59",
        "2026-05-02 09:00",
        "2026-05-03 08:59",
        "2026-05-03 09:00",
        runs=runs,
        entries=entries,
    )
    assert table["warmup_48h"].notna().tolist() == [False, True, True, False]
    assert table["warmup"].notna().tolist() == [True, False, False, False]


def test_a_secondary_window_adds_the_factors_of_the_last_run_and_changes_no_other():
    runs = [ran(i, f"2026-05-{i:02} 08:00", km=5 + i) for i in range(1, 20)]
    primary = values(24, "2026-05-20 20:00", "2026-05-21 07:00", runs=runs)
    secondary = values(48, "2026-05-20 20:00", "2026-05-21 07:00", runs=runs)
    assert list(secondary) == [*primary, *(f"{name}_48h" for name in LAST_RUN_ONLY)]
    pd.testing.assert_frame_equal(secondary[list(primary)], primary)


def test_nothing_after_the_moment_a_day_before_counts():
    runs, entries = warm(1, "2026-05-01 08:00")
    later = [ran(2, "2026-05-02 10:00", km=30), ran(3, "2026-05-02 19:00")]
    before = values(48, "2026-05-02 20:00", runs=runs, entries=entries)
    after = values(48, "2026-05-02 20:00", runs=[*runs, *later], entries=entries)
    columns = [f"{name}_48h" for name in LAST_RUN_ONLY]
    pd.testing.assert_frame_equal(after[columns], before[columns])


def test_the_day_is_the_local_one():
    table = values(24, "2026-05-02 01:00", runs=[])
    assert table["moment"].iloc[0].day == 1
    assert table["day"].iloc[0] == pd.Timestamp("2026-05-02")


@pytest.mark.parametrize("window", [0, 23, 96, "48"])
def test_an_unknown_window_is_named(window):
    with pytest.raises(runlog.BadInput, match="known are 24, 48, 72"):
        exposures(past(), window=window)
    with pytest.raises(runlog.BadInput, match="known are 24, 48, 72"):
        links(days_apart(30), window=window)


def days_apart(n: int = 120, *, now: float = 0.0, then: float = 0.0, seed: int = 4) -> pd.DataFrame:
    """Daily ratings of who warms up by phases, so that today's warm-up tells much of yesterday's."""
    rng = np.random.default_rng(seed)
    habit = np.repeat(rng.random(n // 4 + 2), 4)[: n + 1]
    done = (rng.random(n + 1) < np.where(habit > 0.5, 0.85, 0.15)).astype(float)
    rating = 4 + now * done[1:] + then * done[:-1] + 0.7 * rng.normal(size=n)
    moment = pd.Timestamp("2026-01-05T20:00", tz="UTC") + pd.to_timedelta(np.arange(n), unit="D")
    table = pd.DataFrame({"moment": moment, "rating": rating, "warmup": done[1:], "warmup_48h": done[:-1]})
    return table.assign(desk_hours=rng.normal(7, 1, size=n))


def test_only_what_lies_in_the_window_is_answered_and_said_to_be_of_it():
    primary, secondary = links(days_apart()), links(days_apart(), window=48)
    assert primary["factor"].tolist() == ["warmup", "desk_hours"]
    assert set(primary["window"]) == {24}
    assert secondary["factor"].tolist() == ["warmup"]
    assert secondary["window"].tolist() == [48]


def test_what_the_day_before_adds_is_found_but_is_never_an_a():
    row = links(days_apart(130, then=-1.5), window=48).iloc[0]
    assert row["grade"] == "B"
    assert row["low"] <= -1.5 <= row["high"]
    assert "it must be of the 24 hours before the rating" in row["reason"]
    assert effect_unit("warmup_48h").label == "Warm-up 24 to 48 hours before"


def test_what_the_day_itself_does_is_not_claimed_of_the_day_before():
    claimed = [links(days_apart(now=-1.5, seed=seed), window=48).iloc[0] for seed in range(12)]
    assert sum(row["q"] <= 0.1 for row in claimed) <= 2
    assert all(abs(row["effect"]) < 0.5 for row in claimed)


def test_the_q_of_a_secondary_window_counts_both_of_them():
    row = links(days_apart(90, then=-0.3), window=48).iloc[0]
    assert row["q"] == pytest.approx(min(1.0, 2 * row["p"]))


def test_a_table_without_the_window_says_how_it_is_made():
    with pytest.raises(runlog.BadInput, match=r"24 to 48 hours before.*exposures\(history, window=48\)"):
        links(days_apart().drop(columns="warmup_48h"), window=48)
    with pytest.raises(runlog.BadInput, match="“desk_hours_48h”"):
        links(days_apart(), ["desk_hours"], window=48)


def test_factors_asked_for_by_name_keep_their_primary_values_beside_them():
    asked = links(days_apart(now=-1.5), ["warmup"], window=48)
    assert asked["factor"].tolist() == ["warmup"]
    assert abs(asked["effect"].iloc[0]) < 0.5
