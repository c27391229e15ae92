"""runlog shoes assign and rule: by hand, by rules, many at once, and the dry run."""

from datetime import date, timedelta

import pytest


@pytest.fixture
def pairs(run, rows):
    """Two pairs without a default; gives what the list tells of each."""
    run("shoes", "add", "Pegasus", "--start-mi", "100", "--no-from", "--yes")
    run("shoes", "add", "Speedgoat", "--no-from", "--yes")
    return lambda: {pair["name"]: pair for pair in rows("shoes", "list")}


def shoes_of_runs(rows):
    return [row["shoe"] for row in rows("runs")]


@pytest.mark.usefixtures("pairs")
def test_a_rule_assigns_and_is_told_as_the_reason(run, ran, rows):
    ran()
    printed = run("shoes", "rule", "add", "speedgoat", "--min-km", "1").stdout
    assert printed.startswith("Rule 1: 'Speedgoat' when at least 1 km. 1 run changed.\n")
    assert shoes_of_runs(rows) == ["Speedgoat"]
    assert rows("show", "last")["shoe_reason"] == "rule 1: at least 1 km"
    listed = rows("shoes", "rule", "list")[0]
    assert (listed["id"], listed["shoe"], listed["min_m"], listed["runs"]) == (1, "Speedgoat", 1000, 1)
    assert "rule" in run("shoes", "show", "speedgoat").stdout
    assert "Removed rule 1" in run("shoes", "rule", "remove", "1").stdout
    assert shoes_of_runs(rows) == [None]
    assert run("shoes", "rule", "list").stderr.startswith("No rules yet")


@pytest.mark.usefixtures("pairs")
def test_a_dry_run_shows_and_changes_nothing(run, ran, rows):
    ran()
    would = rows(
        "shoes", "rule", "add", "Speedgoat", "--weekday", "monday,tue,wed,thu,fri,sat,sun", "--dry-run"
    )
    assert [(row["id"], row["before"], row["after"]) for row in would["runs"]] == [(1, None, "Speedgoat")]
    assert would["pairs"][0]["name"] == "Speedgoat"
    assert would["pairs"][0]["km_before"] == 0 < would["pairs"][0]["km_after"]
    would = rows("shoes", "assign", "1", "Pegasus", "--dry-run")
    assert would["pairs"][0]["km_before"] == pytest.approx(160.9344)
    shown = run("shoes", "assign", "Pegasus", "--unassigned", "--dry-run")
    assert "put on by hand" in shown.stdout
    assert "Nothing was changed; to change it" in shown.stderr
    assert rows("shoes", "rule", "list") == []
    assert shoes_of_runs(rows) == [None]
    run("shoes", "assign", "1", "Pegasus")
    run("shoes", "rule", "add", "Speedgoat", "--surface", "road")
    assert rows("shoes", "rule", "remove", "1", "--dry-run")["runs"] == []


@pytest.mark.usefixtures("pairs")
def test_many_runs_are_chosen_by_options(run, ran, rows):
    for days in (9, 6, 3):
        ran(ago=timedelta(days=days))
    days = [date.fromisoformat(row["local_start"][:10]) for row in rows("runs")]
    printed = run("shoes", "assign", "Speedgoat", "--since", days[1], "--until", days[1]).stdout
    assert printed.startswith("Assigned 'Speedgoat' to 'Morning run'")
    assert shoes_of_runs(rows) == [None, "Speedgoat", None]
    assert "Assigned 'Pegasus' to" in run("shoes", "assign", "Pegasus", "--unassigned").stdout
    assert shoes_of_runs(rows) == ["Pegasus", "Speedgoat", "Pegasus"]
    run("shoes", "assign", "--clear", "--since", days[2])
    assert shoes_of_runs(rows) == ["Pegasus", "Speedgoat", None]
    run("shoes", "assign", "Pegasus", "--surface", "road", "--route", rows("runs")[0]["route"])
    assert shoes_of_runs(rows) == ["Pegasus"] * 3
    assert "nothing was changed" in run("shoes", "assign", "Pegasus", "--surface", "track", code=1).stderr
    assert "did you mean" in run("shoes", "assign", "Pegasis", "--unassigned", code=1).stderr
    assert "no route" in run("shoes", "assign", "Pegasus", "--route", "R99", code=1).stderr


@pytest.mark.usefixtures("pairs")
def test_runs_are_named_or_chosen_and_not_both(run, ran):
    ran()
    assert "not both" in run("shoes", "assign", "1", "Pegasus", "--unassigned", code=2).stderr
    assert "Which runs?" in run("shoes", "assign", "Pegasus", code=2).stderr
    assert "Which runs?" in run("shoes", "assign", "--clear", code=2).stderr
    run("shoes", "assign", "--dry-run", code=2)


def test_what_would_settle_a_run_without_a_pair_is_told(run, ran, rows):
    start = ran()
    assert rows("shoes", "assign")[0]["settled_by"] == f"runlog shoes add NAME --from {start:%Y-%m-%d}"
    run("shoes", "add", "Pegasus", "--no-from", "--yes")
    run("shoes", "add", "Speedgoat", "--no-from", "--yes")
    assert rows("shoes", "assign")[0]["settled_by"] == "runlog shoes assign 1 NAME"
    assert "1 run without a pair" in run("shoes", "list").stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--weekday", "caturday"],
        ["--season", "summer"],
        ["--min-km", "9", "--max-km", "8"],
        ["--min-km", "9", "--min-mi", "8"],
        ["--surface", "moon"],
        [],
    ],
)
@pytest.mark.usefixtures("pairs")
def test_a_rule_that_makes_no_sense_is_refused(run, rows, words):
    code = 1 if words[:1] in ([], ["--season"]) or "--max-km" in words else 2
    assert run("shoes", "rule", "add", "Pegasus", *words, code=code).stderr
    assert rows("shoes", "rule", "list") == []


@pytest.fixture
def shoes(rows):
    return lambda: {shoe["name"]: shoe for shoe in rows("shoes", "list")}


def test_ties_are_named_and_a_hand_decides(run, ran, rows):
    ran(ago=timedelta(days=3))
    ran()
    run("shoes", "add", "Pegasus", "--no-from", "--yes")
    run("shoes", "add", "Speedgoat", "--no-from", "--yes")
    unassigned = rows("shoes", "assign")
    assert [row["id"] for row in unassigned] == [1, 2]
    assert "could be any of Pegasus, Speedgoat" in unassigned[0]["shoe_reason"]
    assert run("shoes", "assign", "1", "last", "speedgoat").stdout.startswith(
        "Assigned 'Speedgoat' to 'Morning run'"
    )
    assert [row["shoe"] for row in rows("runs")] == ["Speedgoat", "Speedgoat"]
    assert run("shoes", "assign").stderr == "Every run has its pair of shoes.\n"
    run("shoes", "assign", "--clear", "1")
    assert [row["id"] for row in rows("shoes", "assign")] == [1]


def test_assigning_is_all_or_nothing(run, ran, rows):
    ran()
    run("shoes", "add", "Pegasus", "--no-from", "--yes")
    run("shoes", "add", "Speedgoat", "--no-from", "--yes")
    run("shoes", "assign", "1", "99", "Pegasus", code=1)
    assert rows("runs")[0]["shoe"] is None
    assert "did you mean Pegasus? (a new pair" in run("shoes", "assign", "1", "Pegasis", code=1).stderr
    run("shoes", "assign", "1", "Pegasus", "--json", code=2)
