"""runlog shoes: rules, bulk assignment and its dry run, edits, other names, and all about one pair."""

from datetime import date, timedelta

import pytest


@pytest.fixture
def pairs(run, rows):
    """Two pairs without a default; gives what the list tells of each."""
    run("shoes", "add", "Pegasus", "--start-mi", "100")
    run("shoes", "add", "Speedgoat")
    return lambda: {pair["name"]: pair for pair in rows("shoes", "list")}


def shoes_of_runs(rows):
    return [row["shoe"] for row in rows("runs")]


@pytest.mark.usefixtures("pairs")
def test_a_rule_assigns_and_is_told_as_the_reason(run, ran, rows):
    ran()
    said = run("shoes", "rule", "add", "speedgoat", "--min-km", "1").stdout
    assert said.startswith("Rule 1: 'Speedgoat' when at least 1 km. 1 run changed.\n")
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
    assert "Nothing was changed yet" in shown.stderr
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
    said = run("shoes", "assign", "Speedgoat", "--since", days[1], "--until", days[1]).stdout
    assert said.startswith("Put 'Speedgoat' on 'Morning run'")
    assert shoes_of_runs(rows) == [None, "Speedgoat", None]
    assert "Put 'Pegasus' on" in run("shoes", "assign", "Pegasus", "--unassigned").stdout
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
    run("shoes", "add", "Pegasus")
    run("shoes", "add", "Speedgoat")
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


def test_a_pair_is_edited_and_renamed(run, ran, pairs):
    ran(ago=timedelta(days=5))
    run("shoes", "assign", "1", "Pegasus")
    words = ["--limit-mi", "500", "--start-km", "0", "--default", "--rename", "Peg 41"]
    said = run("shoes", "edit", "pegasus", *words)
    assert said.stdout == (
        "Changed 'Peg 41', which was 'Pegasus': 0 km before that, a limit of 805 km, "
        "worn when nothing else is said.\n"
    )
    pair = pairs()["Peg 41"]
    assert (round(pair["limit_km"], 3), pair["default"], pair["runs"]) == (804.672, True, 1)
    assert "instead of 'Peg 41'" in run("shoes", "edit", "Speedgoat", "--default").stdout
    run("shoes", "edit", "pegasus", "--no-limit", "--from", "2026-01-01")
    assert (pairs()["Peg 41"]["limit_km"], pairs()["Peg 41"]["from_date"]) == (800, "2026-01-01")
    assert "first day unknown" in run("shoes", "edit", "Peg 41", "--no-from").stdout
    assert pairs()["Peg 41"]["from_date"] is None
    run("shoes", "edit", "Peg 41", code=2)
    run("shoes", "edit", "Peg 41", "--limit-km", "3", "--no-limit", code=2)
    assert "shoes join" in run("shoes", "edit", "Peg 41", "--rename", "speedgoat", code=1).stderr


@pytest.mark.usefixtures("pairs")
def test_a_pair_is_not_first_worn_after_its_last_day(run):
    run("shoes", "retire", "Pegasus", "--on", "2026-03-01")
    assert "cannot be" in run("shoes", "edit", "Pegasus", "--from", "2026-04-01", code=1).stderr


@pytest.mark.usefixtures("pairs")
def test_a_retired_pair_is_taken_up_again(run, ran, rows):
    for days in (9, 6, 3):
        ran(ago=timedelta(days=days))
    days = [row["local_start"][:10] for row in rows("runs")]
    run("shoes", "retire", "Speedgoat", "--on", "2026-01-01")
    run("shoes", "retire", "Pegasus", "--on", days[0])
    assert "was in use until" in run("shoes", "resume", "Pegasus", "--on", "2026-01-01", code=1).stderr
    assert "in use again from" in run("shoes", "resume", "Pegasus", "--on", days[2]).stdout
    assert shoes_of_runs(rows) == ["Pegasus", None, "Pegasus"]
    assert len(rows("shoes", "show", "Pegasus")["rests"]) == 1
    assert "is not retired" in run("shoes", "resume", "Pegasus", code=1).stderr


def test_two_names_of_one_pair_are_joined_and_taken_apart(run, ran, rows, pairs):
    ran()
    run("log", "3", "--shoe", "Speedgoat")
    assert "is 'Pegasus' from now on" in run("shoes", "join", "pegasus", "speedgoat").stdout
    assert shoes_of_runs(rows) == ["Pegasus"]
    assert list(pairs()) == ["Pegasus"]
    assert rows("shoes", "show", "speedgoat")["other_names"] == ["Speedgoat"]
    assert "one pair already" in run("shoes", "join", "pegasus", "speedgoat", code=1).stderr
    assert "two pairs again" in run("shoes", "separate", "SPEEDGOAT").stdout
    assert shoes_of_runs(rows) == ["Speedgoat"]
    assert "not joined" in run("shoes", "separate", "Speedgoat", code=1).stderr


@pytest.mark.usefixtures("season")
def test_all_about_one_pair(run, rows):
    pair = rows("shoes", "show", "glide 12")
    assert pair["runs"] == sum(pair["reasons"].values()) == sum(month["runs"] for month in pair["months"])
    assert pair["km"] == pytest.approx(pair["start_km"] + sum(month["km"] for month in pair["months"]))
    assert pair["first_run"] < pair["longest_run"] < pair["last_run"]
    shown = run("shoes", "show", "Glide 12").stdout
    told = ("convention", "named in the diary", "2026-06", "first run", "share")
    assert all(word in shown for word in told)
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
    run("shoes", "add", "Pegasus")
    told = run("shoes", "list").stderr
    assert "All your runs have been in 'Pegasus' since" in told
    assert "observed, not tried out" in told
