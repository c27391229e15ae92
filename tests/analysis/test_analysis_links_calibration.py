"""That links errs as seldom as it says, on simulated runners whose errors are not its model's.

Seeded, some dozens of runners; tests/bench/calibration measures the same on many more, by hand.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

if TYPE_CHECKING:
    from pathlib import Path

RUNNERS = 5  # of each cell
N = 60
SEED = 7_000


@pytest.fixture(scope="module")
def bench(root: Path):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "tests/bench"))
        from calibration import cells, judge, methods, simulate, tables

        yield SimpleNamespace(cells=cells, judge=judge, methods=methods, simulate=simulate, tables=tables)


@pytest.fixture(scope="module")
def unlinked(bench) -> pd.DataFrame:
    cells = bench.simulate.CELLS
    return pd.concat(bench.judge.of_cell(cell, N, RUNNERS, first=SEED, others=True) for cell in cells)


def most(rate: float, of: int) -> int:
    """The largest number of hits that a true rate would give by chance in all but 1 of 1,000 runs."""
    return int(binom.ppf(0.999, of, rate))


def test_each_factor_raises_false_alarms_at_most_as_often_as_said(unlinked: pd.DataFrame):
    for name, judged in unlinked.groupby("factor"):
        rate = 0.07 if name == "shoe_km" else 0.05
        assert judged["alarm runlog"].sum() <= most(rate, len(judged)), name
    assert unlinked["alarm runlog"].mean() < 0.06


def test_seldom_is_anything_found_where_nothing_is_linked(unlinked: pd.DataFrame):
    found = unlinked.groupby(["cell", "runner"])["found runlog"].any()
    assert found.sum() <= most(0.10, len(found))


def test_other_methods_cry_wolf_on_the_same_runners(unlinked: pd.DataFrame):
    ours = unlinked["alarm runlog"].mean()
    assert unlinked["alarm Spearman"].mean() > 2 * ours
    assert unlinked["alarm HAC"].mean() > 2 * ours
    assert unlinked.loc[unlinked["factor"] == "shoe_km", "alarm Spearman"].mean() > 0.2


def test_the_range_holds_the_truth_and_a_real_effect_is_seen(bench):
    judged = bench.judge.linked({"desk_hours": 0.8}, N, 28, first=SEED)
    linked = judged[judged["truth"] != 0]
    assert (~linked["covered"]).sum() <= most(0.07, len(linked))
    assert linked["alarm runlog"].mean() >= 0.7
    assert 0.93 <= judged["covered"].mean() <= 0.985


def test_the_true_effect_of_a_habit_is_what_it_changes_on_the_scale(bench):
    done = pd.Series([-1.0, 1.0, np.nan] * 20)
    latent = 0.2 + 0.8 * done.fillna(0).to_numpy()  # written down as 0 and as 1
    assert bench.simulate._observed(latent, done, 0.8) == pytest.approx(0.5)
    assert bench.simulate._observed(5 + latent, done, 0.8) == pytest.approx(1.0)  # 4 and 6: a point per SD


def test_what_is_left_out_of_a_regression_belongs_to_what_is_estimated(bench):
    rng = np.random.default_rng(1)
    load, desk = rng.normal(size=(2, 400))
    truth = bench.simulate.Truth(
        own=pd.Series({"acute_load": 0.5, "chronic_load": -0.2, "desk_hours": 0.3}),
        standardised=pd.DataFrame({"acute_load": load, "chronic_load": 0.5 * load, "desk_hours": desk}),
    )
    through = bench.judge._through_kin(truth, ["acute_load", "desk_hours"])
    assert through["acute_load"] == pytest.approx(-0.1)
    assert through["desk_hours"] == pytest.approx(0.0, abs=1e-9)


def test_a_linked_warm_up_is_not_claimed_of_the_day_before(bench):
    judged = bench.judge.linked({"warmup": 1.2}, 80, 14, first=SEED, window=48)
    found = judged.groupby("runner")["found runlog"].any()
    assert found.sum() <= most(0.10, len(found))


# What once went wrong, each on a few diaries


def test_mixed_hours_make_no_load_a_finding_and_hide_none(bench):
    for effect, least, largest in ((0.0, 0, 2), (0.6, 8, 16)):
        every = list(bench.cells.mixed_hours(2, 8, 130, effect))
        graded = [one.loc[one["grade"].isin(["A", "B"]), "factor"].tolist() for one in every]
        assert least <= sum("acute_load" in one for one in graded) <= largest


def test_a_year_of_looks_seldom_finds_what_is_not_there_and_finds_what_is(bench):
    looks = [bench.cells.year_of_looks(SEED + seed, 200) for seed in range(12)]
    assert sum(any(one) for one in looks) <= most(0.10, len(looks))
    three = [bench.cells.year_of_looks(SEED + seed, 130, 3) for seed in range(4)]
    assert sum(any(one) for one in three) <= most(0.10, len(three))
    linked = [bench.cells.year_of_looks(SEED + seed, 130, 1, {"desk_hours": 0.8}) for seed in range(6)]
    assert sum(("area 0", "desk_hours") in one[3] for one in linked) >= 4


def test_effort_that_feeds_on_soreness_makes_no_finding(bench):
    tables = [bench.cells.rpe_from_soreness(SEED + seed, 130) for seed in range(15)]
    assert sum("acute_load" in bench.cells.graded(table) for table in tables) <= most(0.05, len(tables))
    plain = [table[[name for name in table if "without" not in name]] for table in tables]
    assert sum("acute_load" in bench.cells.graded(table) for table in plain) >= 3


def test_the_wrong_one_of_two_columns_is_seldom_graded(bench):
    graded = [bench.cells.graded(bench.cells.two_columns(SEED + seed, 90, 0.7, 0.8)) for seed in range(20)]
    assert sum("shadow" in one for one in graded) <= most(0.07, len(graded))
    assert sum("cause" in one for one in graded) >= 13


def test_an_athletes_own_load_is_found_and_anothers_is_not(bench):
    for own, least, largest in ((True, 5, 16), (False, 0, most(0.05, 16))):
        graded = [
            bench.cells.graded(bench.cells.athlete(SEED + seed, 130, 0.6, own=own)) for seed in range(16)
        ]
        assert least <= sum(bool({"load_yesterday", "acute_load"} & set(one)) for one in graded) <= largest


# The bench itself


def test_a_runner_is_the_same_every_time_and_has_what_was_put_in(bench):
    cell = bench.simulate.CELLS["slow drift"].with_effects({"desk_hours": 3.0})
    table, spread = bench.simulate.runner(1, 80, cell)
    assert table.equals(bench.simulate.runner(1, 80, cell)[0])
    assert table["rating"].between(0, 10).all()
    assert table["moment"].is_monotonic_increasing
    assert table["rating"].corr(table["desk_hours"]) > 0.6
    assert spread["desk_hours"] == pytest.approx(table["desk_hours"].std(ddof=0))
    lagged, _ = bench.simulate.runner(1, 80, cell, window=72)
    assert {"warmup_72h", "cadence_72h"} < set(lagged)


@pytest.mark.parametrize("method", ["Spearman", "HAC", "blocks", "shift"])
def test_the_other_methods_see_what_is_plain_and_keep_quiet_about_noise(bench, method: str):
    ask = bench.methods.METHODS[method]
    rng = np.random.default_rng(5)
    quiet = []
    for _ in range(20):
        table = pd.DataFrame(rng.normal(size=(70, 3)), columns=["rating", "a", "b"])
        table["rating"] += 1.5 * table["a"]
        table["moment"] = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(np.arange(70), unit="D")
        table.loc[::9, "b"] = np.nan
        seen, noise = ask(table, ["a", "b"], rng)
        assert seen < 0.06  # 14-day blocks of 70 days have 120 orders
        quiet.append(noise > 0.05)
    assert sum(quiet) >= 15


def test_a_target_is_missed_only_by_more_than_chance(bench):
    assert not bench.tables.beyond(8, 100, 0.05)
    assert bench.tables.beyond(15, 100, 0.05)
    judged = pd.DataFrame({"runner": range(200), "covered": [0.9] * 100 + [0.85] * 100, "truth": 1.0})
    assert bench.tables.coverage(judged)["all"] == "87.5 **✗**"
