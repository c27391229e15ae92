"""Which factor speaks for its family, and how much each question weighs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from runlog.analysis import exposures
from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links, question_weights

START = pd.Timestamp("2026-01-05T20:00", tz="UTC")


def loads(n: int = 90, *, acute: float = 0.0, acwr: float = 0.0, seed: int = 2) -> pd.DataFrame:
    """Ratings beside three loads, of which the chronic one and the ratio move with the acute one."""
    rng = np.random.default_rng(seed)
    common, apart = rng.normal(size=(2, n))
    table = pd.DataFrame(
        {
            "moment": START + pd.to_timedelta(np.arange(n), unit="D"),
            "chronic_load": 40 + 6 * (0.85 * common + 0.5 * rng.normal(size=n)),
            "acwr": 1 + 0.2 * (0.9 * common + 0.4 * apart),
            "acute_load": 40 + 8 * common,
            "desk_hours": 7 + rng.normal(size=n),
        }
    )
    ratio = (table["acwr"] - 1) / 0.2
    return table.assign(rating=5 + acute * common + acwr * ratio + 0.8 * rng.normal(size=n))


def test_one_factor_of_a_family_speaks_for_those_that_move_with_it():
    found = links(loads(acute=0.8)).set_index("factor")
    assert found.loc["acute_load", "grade"] == "B"
    assert set(found.loc["acute_load", "speaks_for"]) == {"chronic_load", "acwr"}
    assert "This includes Chronic load (28 days) (r = 0." in found.loc["acute_load", "reason"]
    for name in ("chronic_load", "acwr"):
        assert found.loc[name, "grade"] == ""
        assert np.isnan(found.loc[name, "effect"])
        assert "Acute load (7 days) (r = 0." in found.loc[name, "reason"]
        assert "Can't be separated from" in found.loc[name, "reason"]


def test_an_effect_of_any_of_them_is_found_as_the_familys():
    assert links(loads(acwr=0.8)).set_index("factor").loc["acute_load", "grade"] == "B"


def test_who_speaks_does_not_hang_on_the_ratings_nor_on_the_order():
    tables = [loads(acute=0.8), loads(acwr=0.8), loads(), loads(acute=0.8)[::-1]]
    tables.append(loads()[sorted(loads())])
    for table in tables:
        found = links(table).set_index("factor")
        assert list(found.index[found["effect"].notna()]) == [
            name for name in table if name in ("acute_load", "desk_hours")
        ]


def test_a_member_that_cannot_be_estimated_does_not_speak():
    table = loads(acute=0.8)
    table["acute_load"] = 40.0
    found = links(table).set_index("factor")
    assert found.loc["chronic_load", "effect"] > 0
    assert "does not vary" in found.loc["acute_load", "reason"]


def test_members_that_do_not_move_together_are_all_asked():
    table = loads()
    table["chronic_load"] = np.random.default_rng(9).normal(40, 5, size=len(table))
    found = links(table).set_index("factor")
    assert found.loc[["acute_load", "chronic_load"], "effect"].notna().all()


def test_factors_of_two_families_do_not_speak_for_each_other():
    table = loads().drop(columns="acwr").rename(columns={"chronic_load": "shoe_km"})
    found = links(table).set_index("factor")
    assert found.loc[["acute_load", "shoe_km"], "effect"].notna().all()
    assert "shoe_km" in found.loc["acute_load", "moves_with"]


def test_columns_of_the_runners_own_are_of_no_family():
    found = links(loads().rename(columns={"acwr": "mine", "acute_load": "yours"})).set_index("factor")
    assert found.loc[["mine", "yours"], "effect"].notna().all()


def test_a_factor_of_the_primary_is_a_question_of_its_own_and_the_rest_of_a_family_share_one():
    primary = [factor.name for factor in FACTORS if factor.primary]
    assert question_weights(primary) == pytest.approx([1.0] * len(primary))
    names = ["warmup", "acute_load", "acwr", "monotony", "mine"]
    shares = np.array(question_weights(names))
    assert shares.mean() == pytest.approx(1)
    assert shares / shares[0] == pytest.approx([1, 1, 0.5, 0.5, 1])


def test_more_measures_of_one_family_cost_a_primary_factor_nothing(monkeypatch):
    """Its threshold, FALSE_DISCOVERIES × weight / questions, stays where it was."""
    names = ["warmup", "desk_hours", "cadence"]
    form = exposures.effect_unit("cadence")
    more = {f"form{i}": replace(form, factor=replace(form.factor, name=f"form{i}")) for i in range(11)}
    monkeypatch.setattr(exposures, "_EFFECT_UNITS", exposures._EFFECT_UNITS | more)
    few, many = question_weights(names), question_weights([*names, *more])
    assert many[0] / (len(names) + len(more)) == pytest.approx(few[0] / len(names))
    assert many[2] == pytest.approx(many[3])
    assert sum(many[2:]) == pytest.approx(many[0])
