"""runlog shoes show and list: how worn a pair is."""

from datetime import timedelta

import pytest


@pytest.fixture
def pairs(run, rows):
    """Two pairs without a default; gives what the list tells of each."""
    run("shoes", "add", "Pegasus", "--start-mi", "100", "--no-from", "--yes")
    run("shoes", "add", "Speedgoat", "--no-from", "--yes")
    return lambda: {pair["name"]: pair for pair in rows("shoes", "list")}


@pytest.mark.usefixtures("season")
def test_all_about_one_pair(run, rows):
    pair = rows("shoes", "show", "glide 12")
    assert pair["runs"] == sum(pair["reasons"].values()) == sum(month["runs"] for month in pair["months"])
    assert pair["km"] == pytest.approx(pair["start_km"] + sum(month["km"] for month in pair["months"]))
    assert pair["first_run"] < pair["longest_run"] < pair["last_run"]
    shown = run("shoes", "show", "Glide 12").stdout
    expected = ("convention", "named in the diary", "2026-06", "first run", "share")
    assert all(word in shown for word in expected)
    csv = run("shoes", "show", "Glide 12", "--csv").stdout.splitlines()
    assert csv[0] == "month,km,runs"
    assert len(csv) == 1 + len(pair["months"])


@pytest.mark.usefixtures("pairs")
def test_a_pair_without_a_run_is_shown(run, rows):
    assert rows("shoes", "show", "Speedgoat")["first_run"] is None
    assert "0 km in 0 runs" in run("shoes", "show", "Speedgoat").stdout


def test_the_only_pair_in_rotation_is_told_with_what_is_known_of_it(run, ran):
    for days in range(1, 7):
        ran(ago=timedelta(days=days))
    run("shoes", "add", "Pegasus", "--no-from", "--yes")
    printed = run("shoes", "list").stderr
    assert "All your runs have been in 'Pegasus' since" in printed
    assert "observed, not tried out" in printed
