"""What runlog finds in the season, held against the truth that made it."""

from __future__ import annotations

import tomllib

import pytest

import runlog


@pytest.fixture(scope="module")
def truth(sample_data):
    return tomllib.loads((sample_data / "truth.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def links(history, truth):
    return runlog.links(runlog.exposures(history, truth["area"])).set_index("factor")


@pytest.mark.parametrize("factor", ["warmup", "route_share", "shoe_km", "run_spike"])
def test_a_cause_is_found_with_its_sign_and_size(links, truth, factor):
    found, true = links.loc[factor], truth["factors"][factor]["effect"]
    assert found["effect"] * true > 0
    assert found["low"] <= true <= found["high"]
    assert found["grade"] in ("A", "B")


def test_nothing_is_claimed_of_what_has_no_effect(links, truth):
    innocent = links.loc[truth["no_effect"]["factors"]]
    assert not set(innocent["grade"]) & {"A", "B"}
    nights = {"sleep_hours", "resting_hr", "hrv", "stress"}  # of which the sample has none
    assert set(links.index) == set(truth["factors"]) | set(truth["no_effect"]["factors"]) | nights
    assert set(links.loc[list(nights), "grade"]) == {""}
