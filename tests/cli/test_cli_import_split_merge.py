"""runlog split and merge, and the sources of runlog show."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

import runlog
from runlog.model import Entry

START = datetime(2026, 3, 1, 7, tzinfo=UTC)


@pytest.fixture
def copies(run, gpx, tmp_path):
    """One run in three files, of 8.2, 8.1 and 8.0 km."""
    for name, km in (("watch", 8.2), ("phone", 8.1), ("app", 8.0)):
        (tmp_path / f"{name}.gpx").write_text(gpx(START, name=name, km=km), encoding="utf-8")
    return run("import", tmp_path)


def test_the_import_says_what_was_joined_and_how_to_undo_it(copies):
    assert "the same run as #1 'app' (app.gpx)" in copies.stdout
    assert "runlog show 1 lists the files of a run; runlog split 1 takes them apart." in copies.stdout


def test_show_numbers_the_sources_the_best_first(run, rows, copies, tmp_path):
    del copies
    lines = [line.split() for line in run("show", "1").stdout.splitlines() if "source" in line]
    names = ["watch", "phone", "app"]
    assert [line[:3] for line in lines] == [
        ["source", str(number), str(tmp_path / f"{name}.gpx")] for number, name in enumerate(names, start=1)
    ]
    assert " ".join(lines[0][3:]) == "(GPX, 165 points, 2 columns)"
    assert rows("show", "1")["sources"] == [str(tmp_path / f"{name}.gpx") for name in names]


def test_split_makes_each_source_a_run_and_merge_undoes_it(run, rows, copies):
    before = rows("show", "1")
    printed = run("split", "1").stdout
    assert re.search(r"1 +'watch' \(Sun 1 Mar.*, 8.2 km\): watch.gpx", printed)
    assert re.search(r"3 +'app' \(Sun 1 Mar.*, 8.0 km\): app.gpx", printed)
    assert [one["name"] for one in rows("runs")] == ["watch", "phone", "app"]
    for line in printed.splitlines():
        if line.startswith("  runlog merge"):
            run(*line.split()[1:])
    assert rows("show", "1") == before
    assert len(rows("runs")) == 1
    del copies


def test_split_takes_only_the_sources_that_are_named(run, rows, copies):
    del copies
    run("split", "last", "--source", "2", "--source", "3")
    assert [(one["id"], len(one["sources"])) for one in rows("runs")] == [(1, 1), (2, 2)]


def test_merge_says_how_to_undo_itself(run, rows, copies):
    del copies
    run("split", "1", "--source", "2")
    printed = run("merge", "2", "1").stdout
    assert "2 is a part of" not in printed
    assert "1 is a part of 2 now:" in printed
    undo = printed.splitlines()[-1].removeprefix("To undo it: runlog ")
    run(*undo.split())
    assert {tuple(one["sources"][0].rsplit("/", 1)[1:]) for one in rows("runs")} == {
        ("watch.gpx",),
        ("phone.gpx",),
    }
    assert len(rows("runs")) == 2


def test_importing_the_same_files_again_changes_nothing(run, rows, copies, gpx, tmp_path):
    del copies
    run("split", "1")
    before = rows("runs")
    again = rows("import", tmp_path)
    assert (again["runs_added"], again["merged"], again["known"]) == (0, 0, 3)
    (tmp_path / "watch.gpx").touch()
    assert rows("import", tmp_path)["known"] == 3
    assert rows("runs") == before
    (tmp_path / "new.gpx").write_text(gpx(START, name="new", km=8.15), encoding="utf-8")
    assert rows("import", tmp_path)["merged"] == 1
    assert len(rows("runs")) == 3


def test_what_the_diary_says_follows_the_run_it_is_about(run, home, copies):
    del copies
    run("split", "1", "--source", "3")
    run("shoes", "add", "Blue")
    run("shoes", "assign", "2", "Blue")
    with runlog.open(home) as journal:
        journal.log(Entry(START + timedelta(hours=2), 0, soreness=4.0, run=2))
    run("merge", "1", "2")
    shown = run("show", "1").stdout
    assert "Blue" in shown
    assert "4 of 10" in shown


def test_runs_that_were_not_at_one_time_are_merged_with_a_word_about_it(run, rows, gpx, tmp_path):
    for name, later in (("first", 0), ("second", 5)):
        text = gpx(START + timedelta(hours=later), name=name, km=4 + later / 10, north=48 + later)
        (tmp_path / f"{name}.gpx").write_text(text, encoding="utf-8")
    run("import", tmp_path)
    assert "They were not at one time." in run("merge", "1", "2").stdout
    assert [one["distance_m"] for one in rows("runs")] == [pytest.approx(4500, rel=0.01)]


def test_a_ride_can_be_shown_split_and_merged_by_its_id(run, rows, gpx, tmp_path):
    for name, km in (("watch", 8.2), ("phone", 8.1)):
        text = gpx(START, name="", km=km).replace("<type>running", "<type>cycling")
        (tmp_path / f"{name}.gpx").write_text(text, encoding="utf-8")
    run("import", tmp_path)
    shown = run("show", "1").stdout
    assert shown.startswith("Cycling (1)")
    assert "source 2" in shown
    assert "warm-up" not in shown
    assert "cycling 2 (Sun 1 Mar" in run("split", "1").stdout
    assert len(rows("runs", "--others")) == 2
    run("merge", "1", "2")
    assert len(rows("runs", "--others")) == 1
    assert "no runs yet" in run("show", "last", code=1).stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["split", "7"], "there is no run 7"),
        (["split", "1", "--source", "4"], "has the sources 1 to 3; runlog show 1 lists them"),
        (["split", "1", *("--source", "1", "--source", "2", "--source", "3")], "leave it at least one"),
        (["merge", "1", "1"], "are one run already"),
        (["merge", "1", "7"], "there is no run 7"),
    ],
)
def test_what_cannot_be_done_is_said(run, rows, copies, words, message):
    del copies
    before = rows("runs")
    assert message in run(*words, code=1).stderr
    assert rows("runs") == before


def test_a_single_source_cannot_be_split(run, ran):
    ran()
    assert "has a single source" in run("split", "last", code=1).stderr
