"""runlog routes: listed, named, joined and split, each with the way back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from runlog.cli import training

START = datetime(2026, 3, 1, 7, tzinfo=UTC)


@pytest.fixture
def runs(run, gpx, tmp_path):
    """Runs 1, 2 and 3 on R1, run 4 on R2."""
    for day, north in enumerate((48.0, 48.0, 48.0, 49.0)):
        file = tmp_path / f"{day}.gpx"
        file.write_text(gpx(START + timedelta(days=day), name="Morning run", north=north), encoding="utf-8")
    run("import", tmp_path)


def listed(run):
    return {row["route"]: row for row in json.loads(run("routes", "--json").stdout)}


def test_the_list_has_the_most_used_first(run, runs):
    del runs
    found = listed(run)
    assert [(route, row["runs"]) for route, row in found.items()] == [("R1", 3), ("R2", 1)]
    assert list(found["R1"]) == [
        "route", "runs", "share_28d", "first", "last", "distance_m", "name",
        "longest_streak", "given_name", "similar_to", "form", "heading",
    ]  # fmt: skip
    table = run("routes").stdout
    assert "(Morning run)" in table
    assert "Variant of" not in table
    assert "R2" not in run("routes", "--min-runs", 2).stdout
    assert "No route was run 9 times." in run("routes", "--min-runs", 9).stderr


@pytest.mark.usefixtures("runs")
def test_the_share_is_of_the_last_28_days_as_on_the_maps(run, monkeypatch):
    for days, share in ((5, 0.75), (30, 0.5), (60, None)):
        monkeypatch.setattr(training, "now", lambda days=days: START + timedelta(days=days))
        assert listed(run)["R1"]["share_28d"] == share
        assert listed(run)["R1"]["runs"] == 3


def test_a_name_is_shown_wherever_the_route_is(run, runs):
    del runs
    printed = run("routes", "name", "r1", "River loop").stdout
    assert printed == "R1 is called 'River loop' now.\nTo undo it: runlog routes name R1 --none\n"
    for words in (["routes"], ["runs"], ["show", "1"], ["runs", "--route", "river loop"]):
        assert "River loop" in run(*words).stdout
    assert "River loop (R1)" in run("show", "1").stdout
    printed = run("routes", "name", "river loop", "Lake").stdout
    assert "To undo it: runlog routes name R1 'River loop'" in printed
    assert "R1 has no name now." in run("routes", "name", "Lake", "--none").stdout
    assert "either a name or --none" in run("routes", "name", "R1", code=2).stderr


def test_the_runs_of_a_route_can_be_listed(run, runs, rows):
    del runs
    assert [row["id"] for row in rows("runs", "--route", "R1")] == [1, 2, 3]
    assert [row["id"] for row in rows("runs", "--route", "2")] == [4]
    assert "no route 'R9'; there are R1, R2" in run("runs", "--route", "R9", code=1).stderr


def test_every_word_can_be_taken_back_as_it_says(run, runs):
    del runs
    before = listed(run)
    for words in (["join", "R2", "R1"], ["split", "1", "2"]):
        undo = run("routes", *words).stdout.partition("To undo it: runlog ")[2].split()
        assert listed(run) != before
        run(*undo)
        assert {route: row["runs"] for route, row in listed(run).items()} == {"R1": 3, "R2": 1}


def test_joining_and_splitting_say_what_became_of_it(run, runs):
    del runs
    assert (
        run("routes", "join", "R1", "R2").stdout.splitlines()[0]
        == "R2 is a part of R1 now, which has 4 runs."
    )
    assert "one route already" in run("routes", "join", "R1", "R1", code=1).stderr
    assert "of its own again, with 1 run." in run("routes", "unjoin", "R2").stdout
    assert run("routes", "split", "1", "2026-03-02").stdout.splitlines()[0] == "2 runs of R1 are R3 now."
    assert run("routes", "split", "3", code=1).stderr.startswith("runlog: these are all the runs of R1")
    assert "Variant of" in run("routes").stdout


def test_without_runs_there_is_nothing_to_list_or_name(run, home):
    del home
    assert run("routes").stderr == "No routes yet: no run with positions.\n"
    assert "there is none yet" in run("routes", "name", "R1", "Lake", code=1).stderr
