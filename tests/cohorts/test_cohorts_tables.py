"""Tables of effects pooled factor by factor, and the file that a runner takes home."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import runlog
from runlog.cohorts import page, tables
from runlog.cohorts.pooling import pool_effects
from runlog.errors import BadInput


def made_effects(runners=12, seed=3, **columns):
    rng = np.random.default_rng(seed)
    rows = [
        {"athlete": f"runner {number:02}", "area": "upper_back", "factor": factor, "step": 1.0, "n": 60}
        | {"b": rng.normal(mean, 0.5), "s": 0.4}
        for factor, mean in (("warmup", -0.8), ("shoe_km", 0.2))
        for number in range(runners)
    ]
    return pd.DataFrame(rows).assign(**columns)


def test_each_factor_is_pooled_by_itself():
    effects = made_effects()
    pooled = runlog.pool(effects).set_index("factor")
    rows = effects[effects["factor"] == "warmup"]
    expected = pool_effects(rows["b"], rows["s"])
    assert pooled.loc["warmup", "mean"] == expected.mean.value
    assert pooled.loc["warmup", "new_runner_low"] == expected.new_runner.low
    assert pooled["runners"].tolist() == [12, 12]


def test_what_is_unknown_and_what_one_runner_has_is_left_out():
    effects = made_effects(3)
    effects.loc[0, "b"] = np.nan
    effects.loc[3:4, "s"] = 0.0
    pooled = runlog.pool(effects).set_index("factor")
    assert pooled["runners"].to_dict() == {"warmup": 2}


def test_areas_are_pooled_apart_and_may_be_missing():
    both = pd.concat([made_effects(), made_effects(area="neck")])
    assert runlog.pool(both)["area"].tolist() == ["neck", "neck", "upper_back", "upper_back"]
    assert runlog.pool(made_effects().drop(columns="area"))["area"].isna().all()


def test_a_column_that_is_missing_is_named():
    with pytest.raises(BadInput, match="lacks the column s"):
        runlog.pool(made_effects().drop(columns="s"))


def test_a_pool_that_was_taken_home_judges_as_the_pool_itself(tmp_path):
    effects = made_effects(shared=True)
    tables.write_pool(effects, tmp_path / "pool.json")
    pool = tables.Pool.read(tmp_path / "pool.json")
    given = tables.runners_given_others(effects)
    row = given.iloc[0]
    judged = pool.judge("upper_back", row["factor"], row["b"], row["s"], is_member=True)
    assert [judged.value, judged.low, judged.high] == pytest.approx(
        row[["given_others", "given_others_low", "given_others_high"]].to_list(), abs=1e-5
    )
    assert pool.members == set(effects["athlete"])
    assert (pool.runners("upper_back", "warmup"), pool.runners("neck", "warmup")) == (12, 0)
    assert pool.judge("upper_back", "warmup", float("nan"), 0.4) is None


def test_a_pool_of_homes_names_nobody(tmp_path):
    tables.write_pool(made_effects(), tmp_path / "pool.json")
    assert "runner" not in (tmp_path / "pool.json").read_text().replace("runners", "").replace(
        "new_runner", ""
    ).replace("A runner's grade", "").replace("a runner near zero", "")


def _weights(content):
    content["pools"][0]["grid"]["weight"][0] = 5.0


def _shorter(content):
    content["pools"][0]["grid"]["tau"].pop()


def _infinite(content):
    content["pools"][0]["grid"]["mean"][0] = float("inf")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: content.update(runlog_pool=9), "no pool of runlog"),
        (lambda content: content.update(method=1), "of method 1"),
        (lambda content: content.pop("pools"), "a damaged pool"),
        (_weights, "do not sum to 1"),
        (_shorter, "differ in length"),
        (_infinite, "not finite"),
    ],
)
def test_a_pool_that_cannot_be_one_is_refused(tmp_path, change, reason):
    tables.write_pool(made_effects(), tmp_path / "pool.json")
    content = json.loads((tmp_path / "pool.json").read_text())
    change(content)
    (tmp_path / "pool.json").write_text(json.dumps(content))
    with pytest.raises(BadInput, match=reason):
        tables.Pool.read(tmp_path / "pool.json")


@pytest.mark.parametrize("text", ["", "[" * 100_000, "null", "<html>"])
def test_what_is_no_json_is_refused(tmp_path, text):
    (tmp_path / "pool.json").write_text(text)
    with pytest.raises(BadInput, match="no pool of runlog"):
        tables.Pool.read(tmp_path / "pool.json")


def test_the_page_shows_each_factor_and_runs_nothing_of_a_name():
    effects = made_effects()
    effects["athlete"] = effects["athlete"].replace("runner 00", "<script>alert(1)</script>\u202e")
    html = page.render_page(effects, [("Zed", "<b>broken</b>")])
    assert "12 runners" in html
    assert html.index("Warm-up") < html.index("Shoe distance"), "the surest first"
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "&lt;b&gt;broken" in html
    assert "\u202e" not in html
    assert "no proof of cause" in html


def test_of_many_runners_some_are_drawn():
    html = page.render_page(made_effects(200), [])
    assert html.count('<svg class="axis') == 2 * page.MOST_DRAWN
