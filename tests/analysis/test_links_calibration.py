"""That links errs as seldom as it says, on simulated runners whose errors are not its model's.

Seeded, a few hundred runners; tests/bench/calibration.py measures the same on more, by hand.
"""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING

import pytest
from scipy.stats import binom

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

RUNNERS = 96
N = 60


@pytest.fixture(scope="module")
def bench(root: Path) -> dict:
    return runpy.run_path(str(root / "tests/bench/calibration.py"))


@pytest.fixture(scope="module")
def unlinked(bench: dict) -> pd.DataFrame:
    return bench["simulated"](N, RUNNERS)


def most(rate: float, of: int) -> int:
    """The largest number of hits that a true rate would give by chance in all but 1 of 1,000 runs."""
    return int(binom.ppf(0.999, of, rate))


def test_each_factor_raises_false_alarms_at_most_as_often_as_said(unlinked: pd.DataFrame):
    for name, judged in unlinked.groupby(level=0):
        rate = 0.07 if name == "shoe_km" else 0.05
        assert judged["alarm"].sum() <= most(rate, len(judged)), name
    assert unlinked["alarm"].mean() < 0.055


def test_seldom_is_anything_found_where_nothing_is_linked(unlinked: pd.DataFrame):
    assert unlinked.groupby("runner")["found"].any().sum() <= most(0.10, RUNNERS)


def test_the_naive_way_cries_wolf_on_the_same_runners(unlinked: pd.DataFrame):
    assert unlinked.loc["shoe_km", "naive_alarm"].mean() > 0.2
    assert unlinked["naive_alarm"].mean() > 2 * unlinked["alarm"].mean()


def test_the_range_holds_the_truth_and_a_real_effect_is_seen(bench: dict):
    judged = bench["simulated"](N, RUNNERS, {"desk_hours": 0.8})
    linked = judged[judged["truth"] != 0]
    missed = (~linked["covered"]).sum()
    assert missed <= most(0.07, len(linked))
    assert linked["alarm"].mean() >= 0.75
    assert 0.93 <= judged["covered"].mean() <= 0.985
