"""The season through importers, store and analysis: it must come out as the generator planned it."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

import runlog

#: Before the log is so old, nothing is said of spikes; the generator knows its runner better.
FIRST_MONTH = pd.Timedelta(days=31)


@pytest.fixture(scope="session")
def plan(sample_data):
    """The generator's runs and its own factors."""
    sys.path.insert(0, str(sample_data))
    try:
        import season
        import soreness

        return season.runs(), soreness
    finally:
        sys.path.remove(str(sample_data))


def test_every_run_is_there_with_its_distance_and_shoe(history, plan):
    runs, _ = plan
    assert len(history.runs) == len(runs)
    for (_, kept), run in zip(history.runs.iterrows(), runs, strict=True):
        assert abs((kept["start"] - run.start).total_seconds()) < 10
        assert kept["distance_m"] == pytest.approx(1000 * run.recorded_km, rel=0.015)
        assert kept["shoe"] == run.shoe.name


def test_the_five_routes_are_told_apart_by_their_geometry(history, plan):
    runs, _ = plan
    labels = dict(zip(history.runs["route"], (run.route for run in runs), strict=True))
    assert len(labels) == 6
    for label, run in zip(history.runs["route"], runs, strict=True):
        assert labels[label] == run.route


def test_what_is_known_of_warm_up_and_cool_down_is_true(history, plan):
    runs, _ = plan
    for habit in ("warmup", "cooldown"):
        told = [
            (known, getattr(run, habit))
            for known, run in zip(history.runs[habit], runs, strict=True)
            if known in (0.0, 1.0)
        ]
        assert 60 < len(told) < 90
        assert all(known == done for known, done in told)
    assert {"diary", "laps"} <= set(history.runs["warmup_source"])


def test_exposures_are_what_the_generator_computed_by_itself(history, plan):
    runs, soreness = plan
    table = runlog.exposures(history, "upper_back")
    assert len(table) >= 130
    for _, row in table.iterrows():
        planned = soreness.factors(runs, row["moment"].to_pydatetime())
        assert row["route_share"] == pytest.approx(planned["route_share"])
        assert row["shoe_km"] == pytest.approx(planned["shoe_km"], abs=5)
        if planned["run_spike"] is not None and row["moment"] > history.runs["end"].iloc[0] + FIRST_MONTH:
            assert row["run_spike"] == pytest.approx(planned["run_spike"], rel=0.02)
        if row["warmup"] in (0.0, 1.0):
            assert row["warmup"] == planned["warmup"]
