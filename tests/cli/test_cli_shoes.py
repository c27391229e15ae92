"""runlog shoes: pairs, windows, and runs put on them."""

from datetime import timedelta

import pytest


@pytest.fixture
def shoes(rows):
    return lambda: {shoe["name"]: shoe for shoe in rows("shoes", "list")}


def test_a_pair_with_all_that_can_be_said_of_it(run, shoes):
    words = ["--from", "2026-03-01", "--start-km", "120,5", "--limit-km", "600", "--default"]
    said = run("shoes", "add", "Pegasus 41", *words).stdout
    assert said == "Added 'Pegasus 41' from Sun 1 Mar 2026, worn when nothing else is said.\n"
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
    run("shoes", "add", "Pegasus")
    assert rows("runs")[0]["shoe"] == "Pegasus"
    assert run("shoes", "retire", "pegasus", "--on", "2026-03-01").stdout.startswith("Retired 'Pegasus'")
    assert shoes()["Pegasus"]["retired"] == "2026-03-01"
    assert rows("runs")[0]["shoe"] is None


def test_a_second_default_takes_it_from_the_first(run, ran, rows):
    ran()
    run("shoes", "add", "Pegasus", "--default")
    said = run("shoes", "add", "Speedgoat", "--default").stdout
    assert said == "Added 'Speedgoat', worn when nothing else is said instead of 'Pegasus'.\n"
    assert rows("runs")[0]["shoe"] == "Speedgoat"


def test_a_retired_default_keeps_the_runs_it_had(run, ran, rows):
    ran()
    run("shoes", "add", "Pegasus", "--default")
    run("shoes", "add", "Speedgoat")
    run("shoes", "retire", "Pegasus")
    assert rows("runs")[0]["shoe"] == "Pegasus"


def test_a_name_in_other_letters_is_the_same_pair(run, ran, rows):
    ran()
    run("shoes", "add", "Pegasus")
    assert "a pair named 'Pegasus' already" in run("shoes", "add", " pegasus ", code=1).stderr
    run("shoes", "add", "Speedgoat")
    run("shoes", "assign", "1", " PEGASUS ")
    assert rows("runs")[0]["shoe"] == "Pegasus"


def test_a_pair_is_not_retired_before_its_first_day(run):
    run("shoes", "add", "Pegasus", "--from", "2026-03-01")
    assert "first worn" in run("shoes", "retire", "Pegasus", "--on", "2026-02-01", code=1).stderr


def test_ties_are_named_and_a_hand_decides(run, ran, rows):
    ran(ago=timedelta(days=3))
    ran()
    run("shoes", "add", "Pegasus")
    run("shoes", "add", "Speedgoat")
    unassigned = rows("shoes", "assign")
    assert [row["id"] for row in unassigned] == [1, 2]
    assert "could be any of Pegasus, Speedgoat" in unassigned[0]["shoe_reason"]
    assert run("shoes", "assign", "1", "last", "speedgoat").stdout.startswith(
        "Put 'Speedgoat' on 'Morning run'"
    )
    assert [row["shoe"] for row in rows("runs")] == ["Speedgoat", "Speedgoat"]
    assert run("shoes", "assign").stderr == "Every run has its pair of shoes.\n"
    run("shoes", "assign", "--clear", "1")
    assert [row["id"] for row in rows("shoes", "assign")] == [1]


def test_assigning_is_all_or_nothing(run, ran, rows):
    ran()
    run("shoes", "add", "Pegasus")
    run("shoes", "add", "Speedgoat")
    run("shoes", "assign", "1", "99", "Pegasus", code=1)
    assert rows("runs")[0]["shoe"] is None
    assert "did you mean Pegasus? (a new pair" in run("shoes", "assign", "1", "Pegasis", code=1).stderr
    run("shoes", "assign", "1", "Pegasus", "--json", code=2)
