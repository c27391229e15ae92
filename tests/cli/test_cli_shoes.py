"""runlog shoes: pairs, their windows, edits, rests and other names."""

from datetime import timedelta

import pytest


@pytest.fixture
def shoes(rows):
    return lambda: {shoe["name"]: shoe for shoe in rows("shoes", "list")}


def test_a_pair_with_all_that_can_be_said_of_it(run, shoes):
    words = ["--from", "2026-03-01", "--start-km", "120,5", "--limit-km", "600", "--default"]
    printed = run("shoes", "add", "Pegasus 41", *words).stdout
    assert printed == "Added 'Pegasus 41' from Sun 1 Mar 2026 as the default.\n"
    pair = shoes()["Pegasus 41"]
    assert (pair["km"], pair["limit_km"], pair["from_date"], pair["default"]) == (
        120.5,
        600,
        "2026-03-01",
        True,
    )
    assert "already" in run("shoes", "add", "Pegasus 41", code=1).stderr


def test_the_only_pair_is_worn_until_it_is_retired(run, ran, rows, shoes):
    ran()
    run("shoes", "add", "Pegasus", "--no-from", "--yes")
    assert rows("runs")[0]["shoe"] == "Pegasus"
    assert run("shoes", "retire", "pegasus", "--on", "2026-03-01").stdout.startswith("Retired 'Pegasus'")
    assert shoes()["Pegasus"]["retired"] == "2026-03-01"
    assert rows("runs")[0]["shoe"] is None


def test_a_second_default_takes_it_from_the_first(run, ran, rows):
    ran()
    run("shoes", "add", "Pegasus", "--default", "--no-from", "--yes")
    printed = run("shoes", "add", "Speedgoat", "--default", "--no-from", "--yes").stdout
    assert printed.endswith("Added 'Speedgoat' as the default, instead of 'Pegasus'.\n")
    assert rows("runs")[0]["shoe"] == "Speedgoat"


def test_a_retired_default_keeps_the_runs_it_had(run, ran, rows):
    ran()
    run("shoes", "add", "Pegasus", "--default", "--no-from", "--yes")
    run("shoes", "add", "Speedgoat", "--no-from", "--yes")
    run("shoes", "retire", "Pegasus")
    assert rows("runs")[0]["shoe"] == "Pegasus"


def test_a_name_in_other_letters_is_the_same_pair(run, ran, rows):
    ran()
    run("shoes", "add", "Pegasus", "--no-from", "--yes")
    assert "a pair named 'Pegasus' already" in run("shoes", "add", " pegasus ", code=1).stderr
    run("shoes", "add", "Speedgoat", "--no-from", "--yes")
    run("shoes", "assign", "1", " PEGASUS ")
    assert rows("runs")[0]["shoe"] == "Pegasus"


def test_a_pair_is_not_retired_before_its_first_day(run):
    run("shoes", "add", "Pegasus", "--from", "2026-03-01")
    assert "first worn" in run("shoes", "retire", "Pegasus", "--on", "2026-02-01", code=1).stderr


@pytest.fixture
def pairs(run, rows):
    """Two pairs without a default; gives what the list tells of each."""
    run("shoes", "add", "Pegasus", "--start-mi", "100", "--no-from", "--yes")
    run("shoes", "add", "Speedgoat", "--no-from", "--yes")
    return lambda: {pair["name"]: pair for pair in rows("shoes", "list")}


def shoes_of_runs(rows):
    return [row["shoe"] for row in rows("runs")]


def test_a_pair_is_edited_and_renamed(run, ran, pairs):
    ran(ago=timedelta(days=5))
    run("shoes", "assign", "1", "Pegasus")
    words = ["--limit-mi", "500", "--start-km", "0", "--default", "--rename", "Peg 41"]
    printed = run("shoes", "edit", "pegasus", *words)
    assert printed.stdout == (
        "Changed 'Peg 41', which was 'Pegasus': 0 km before that, a limit of 805 km, the default pair.\n"
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


# ---- from which day on


def test_a_new_pair_takes_no_run_of_the_past(run, ran, rows, shoes):
    ran(ago=timedelta(days=3))
    printed = run("shoes", "add", "Pegasus 41").stdout
    assert "runlog shoes edit 'Pegasus 41' --from DATE" in printed
    assert rows("runs")[0]["shoe"] is None
    assert shoes()["Pegasus 41"]["from_date"]


def test_without_runs_a_pair_has_no_first_day(run, shoes):
    run("shoes", "add", "Pegasus")
    assert shoes()["Pegasus"]["from_date"] is None


@pytest.mark.parametrize("words", [["--from", "2026-01-01"], ["--no-from"], ["--no-from", "--default"]])
def test_what_would_move_earlier_runs_says_which_and_asks(run, ran, rows, words):
    ran(ago=timedelta(days=3))
    refused = run("shoes", "add", "New", *words, code=1)
    assert "This moves 1 run (8 km) from no pair to 'New'." in refused.stdout
    assert rows("shoes", "list") == []
    run("shoes", "add", "New", *words, typed="y\n")
    assert rows("runs")[0]["shoe"] == "New"
    moved = run("shoes", "edit", "New", "--from", "2099-01-01").stdout
    assert "This moves 1 run (8 km) from 'New' to no pair. To undo it: runlog undo" in moved
    run("undo")
    assert rows("runs")[0]["shoe"] == "New"


def test_a_distance_says_its_unit_or_has_that_of_the_settings(run, home, shoes):
    run("shoes", "add", "Metric", "--limit", "500")
    run("shoes", "add", "Miles", "--limit", "500mi", "--start", "10 KM")
    (home / "config.toml").write_text('units = "mi"')
    run("shoes", "add", "Imperial", "--limit", "300")
    limits = {name: round(pair["limit_km"], 2) for name, pair in shoes().items()}
    assert limits == {"Metric": 500, "Miles": 804.67, "Imperial": 482.8}
    assert shoes()["Miles"]["km"] == 10
    assert "isn't a distance" in run("shoes", "add", "x", "--limit", "5 furlongs", code=2).stderr
    assert "takes no mi" in run("shoes", "add", "x", "--limit-km", "5mi", code=2).stderr
    assert "exclude each other" in run("shoes", "add", "x", "--limit-km", "5", "--limit", "5", code=2).stderr


def test_a_pair_is_deleted_with_its_rules_and_what_still_names_it_is_said(run, ran, rows):
    ran()
    run("shoes", "add", "Blue")
    run("shoes", "add", "Red")
    run("shoes", "rule", "add", "Blue", "--max", "5")
    assert run("shoes", "delete", "blue").stdout == "Deleted 'Blue'. To undo it: runlog undo\n"
    assert [pair["name"] for pair in rows("shoes", "list")] == ["Red"]
    run("log", "3", "--shoe", "Red")
    assert "1 run or diary entry still names it" in run("shoes", "delete", "Red").stdout
    run("undo")
    assert "no pair of shoes" in run("shoes", "delete", "Rod", code=1).stderr
