"""runlog split, merge, delete, undelete and undo, and the sources of runlog show."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from gpx_text import gpx_text

import runlog
from runlog.cli import main
from runlog.model import Entry

START = datetime(2026, 3, 1, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """One run in three files, of 8.2, 8.1 and 8.0 km: their folder, a home, and what its import said."""
    folder, home = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("imported") / "home"
    for name, km in (("watch", 8.2), ("phone", 8.1), ("app", 8.0)):
        (folder / f"{name}.gpx").write_text(gpx_text(START, name=name, km=km), encoding="utf-8")
    done = CliRunner().invoke(main, ["--home", str(home), "import", str(folder)], catch_exceptions=False)
    assert done.exit_code == 0
    return folder, home, done


@pytest.fixture
def copies(home, imported, tmp_path):
    """That home, the files, and what was said."""
    folder, filled, done = imported
    shutil.copytree(filled, home)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return done


def test_the_import_says_what_was_joined_and_how_to_undo_it(copies):
    assert "the same run as #1 'app' (app.gpx)" in copies.stdout
    assert "To see the files of a merged run: runlog show 1. To split it: runlog split 1" in copies.stdout


@pytest.mark.usefixtures("copies")
def test_show_numbers_the_sources_the_best_first(run, rows, imported):
    folder, *_ = imported
    lines = [line.split() for line in run("show", "1").stdout.splitlines() if "source" in line]
    names = ["watch", "phone", "app"]
    assert [line[:3] for line in lines] == [
        ["source", str(number), str(folder / f"{name}.gpx")] for number, name in enumerate(names, start=1)
    ]
    assert " ".join(lines[0][3:]) == "(GPX, 165 points, 2 columns)"
    assert rows("show", "1")["sources"] == [str(folder / f"{name}.gpx") for name in names]


def test_split_makes_each_source_a_run_and_merge_undoes_it(run, rows, copies):
    before = rows("show", "1")
    printed = run("split", "1").stdout
    assert "runlog undo" in printed
    assert re.search(r"1 +'watch' \(Sun 1 Mar.*, 8.2 km\): watch.gpx", printed)
    assert re.search(r"3 +'app' \(Sun 1 Mar.*, 8.0 km\): app.gpx", printed)
    assert [one["name"] for one in rows("runs")] == ["watch", "phone", "app"]
    run("merge", "1", "2")
    run("merge", "1", "3")
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
    assert "1 is now part of 2:" in printed
    undo = printed.splitlines()[-1].partition("or later: runlog ")[2]
    run(*undo.split())
    assert sorted(one["id"] for one in rows("runs")) == [1, 2]
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


def test_runs_that_do_not_overlap_are_merged_once_the_runner_agrees(run, rows, gpx, tmp_path):
    for name, later in (("first", 0), ("second", 5)):
        text = gpx(START + timedelta(hours=later), name=name, km=4 + later / 10, north=48 + later)
        (tmp_path / f"{name}.gpx").write_text(text, encoding="utf-8")
    run("import", tmp_path)
    for typed in (None, "n\n", "\n"):
        refused = run("merge", "1", "2", typed=typed, code=1)
        assert "do not overlap" in refused.stdout
        assert "nothing was changed" in refused.stderr
    assert len(rows("runs")) == 2
    run("merge", "1", "2", typed="y\n")
    run("undo")
    run("merge", "1", "2", "--yes")
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
        (["merge", "1", "1"], "are the same run already"),
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


# ---- delete and undo


def test_a_deleted_run_does_not_come_back_with_its_files_and_is_brought_back(run, rows, copies, tmp_path):
    del copies
    before = rows("runs")
    printed = run("delete", "last").stdout
    assert "Importing the same files again does not bring it back" in printed
    assert rows("runs") == []
    run("import", tmp_path)
    assert rows("runs") == []
    assert "no runs yet" in run("show", "1", code=1).stderr
    assert "1  'watch'" in run("undelete").stdout
    run(*printed.strip().partition("this does: runlog ")[2].split())
    assert rows("runs") == before
    assert run("undelete").stdout == "No run is deleted.\n"
    assert "run 1 is not deleted" in run("undelete", "1", code=1).stderr
    assert "there is no deleted run 7" in run("undelete", "7", code=1).stderr


def test_deleted_runs_are_offered_to_undelete(run, copies, offered):
    del copies
    run("delete", "1")
    assert offered("undelete", "") == ["1"]
    assert offered("delete", "") == []


@pytest.mark.usefixtures("copies")
def test_an_export_keeps_a_deletion(run, rows, home, tmp_path, monkeypatch):
    run("split", "1")
    run("delete", "2")
    run("export", tmp_path / "out")
    assert len((tmp_path / "out" / "runs.csv").read_text().splitlines()) == 3
    monkeypatch.setenv("RUNLOG_HOME", str(home.with_name("other")))
    run("import", tmp_path / "out")
    assert [one["id"] for one in rows("runs")] == [1, 3]
    run("undelete", "2")
    assert [one["id"] for one in rows("runs")] == [1, 2, 3]


def test_a_name_and_a_sport_given_by_hand_outlast_every_import(run, rows, copies, gpx, tmp_path):
    del copies
    said = run("edit", "1", "--name", "  Loop\twith Ida ", "--sport", "walking").stdout
    assert re.search(r"1: 'Loop with Ida' \(Sun 1 Mar.*, 8.2 km\), walking", said)
    assert rows("runs") == []
    (tmp_path / "later.gpx").write_text(gpx(START, name="later", km=8.3), encoding="utf-8")
    run("import", tmp_path)
    (one,) = rows("runs", "--others")
    assert (one["name"], one["sport"], len(one["sources"])) == ("Loop with Ida", "walking", 4)
    run("edit", "1", "--sport", "file", "--name", "")
    (one,) = rows("runs")
    assert one["name"] == "later"


def test_a_list_that_says_something_else_later_changes_no_name_given_by_hand(run, rows, tmp_path):
    listed = tmp_path / "runs.csv"
    text = "date,time,distance_km,duration,name\n2026-03-01,07:00,8,0:40:00,{}\n"
    listed.write_text(text.format("Early"), encoding="utf-8")
    run("import", listed)
    run("edit", "last", "--name", "Mine")
    listed.write_text(text.format("Renamed"), encoding="utf-8")
    run("import", listed)
    assert [one["name"] for one in rows("runs")] == ["Mine"]
    run("edit", "last", "--name", "")
    assert [one["name"] for one in rows("runs")] == ["Renamed"]


def test_what_is_said_last_of_a_sport_counts(run, rows, gpx, tmp_path):
    file = tmp_path / "one.gpx"
    file.write_text(gpx(START, name="one", km=8.0), encoding="utf-8")
    run("import", file)
    run("edit", "1", "--sport", "walking")
    run("import", file)
    assert rows("runs") == []
    assert "counts as cycling now" in run("import", file, "--sport", "cycling").stdout
    assert [one["sport"] for one in rows("runs", "--others")] == ["cycling"]
    run("edit", "1", "--sport", "hiking")
    assert "what the file says counts again" in run("import", file, "--sport", "file").stdout
    assert [one["sport"] for one in rows("runs")] == ["running"]


def test_an_edit_says_what_it_does_not_understand_and_then_changes_nothing(run, rows, copies):
    del copies
    before = rows("runs")
    assert (
        "runlog knows no sport 'runing'"
        in run("edit", "1", "--name", "x", "--sport", "runing", code=1).stderr
    )
    assert "no run 9" in run("edit", "9", "--name", "x", code=1).stderr
    assert "--name or --sport" in run("edit", "1", code=2).stderr
    assert rows("runs") == before


def test_a_merge_a_split_and_a_backup_keep_what_was_given_by_hand(run, rows, copies, tmp_path):
    del copies
    run("split", "1")
    run("edit", "3", "--name", "Mine", "--sport", "treadmill")
    run("merge", "1", "3")
    (one,) = [one for one in rows("runs") if one["id"] == 1]
    assert (one["name"], one["sport"]) == ("Mine", "running")
    assert rows("show", "1")["sub_sport"] == "treadmill"
    run("edit", "2", "--sport", "walking")
    run("backup", tmp_path / "b.db")
    assert "1 run," in run("restore", tmp_path / "b.db", "--yes").output.replace("1 run and", "1 run,")


def test_an_export_takes_what_was_given_by_hand_along(run, rows, copies, tmp_path):
    del copies
    run("edit", "1", "--name", "Mine", "--sport", "walking")
    run("export", tmp_path / "export")
    with runlog.open(tmp_path / "other") as other:
        other.add([tmp_path / "export"])
        (stored,) = other.activities()
    assert (stored.activity.name, stored.activity.sport, stored.given_name) == ("Mine", "walking", "Mine")
    assert rows("runs") == []


CHANGES = {
    "Undone: log upper back 3 of 10 (": ["log", "3"],
    "Undone: change upper back 5 of 10 to upper back 4 of 10.": ["log", "4", "--edit"],
    "Undone: delete upper back 5 of 10 (": ["diary", "delete", "1"],
    "Undone: split runs 1, 2 and 3.": ["split", "1"],
    "Undone: delete run 1.": ["delete", "1"],
    "Undone: add 'Blue'.": ["shoes", "add", "Blue"],
    "Undone: change 'Red'": ["shoes", "edit", "Red", "--rename", "Rot", "--limit-km", "300"],
    "Undone: retire 'Red'.": ["shoes", "retire", "Red"],
    "Undone: assign shoes to run 1.": ["shoes", "assign", "1", "Red"],
    "Undone: delete 'Red'.": ["shoes", "delete", "Red"],
    "Undone: change run 1.": ["edit", "1", "--name", "Loop with Ida", "--sport", "treadmill"],
    "Undone: name route R1.": ["routes", "name", "R1", "Loop"],
}


@pytest.fixture
def state(home):
    """All that lists are made of."""

    def read():
        with runlog.open(home) as journal:
            history = journal.history()
        tables = (history.runs, history.others, history.entries, history.shoes, history.routes)
        return [table.reset_index().to_csv(index=False) for table in tables]

    return read


@pytest.mark.parametrize("said", CHANGES)
def test_undo_takes_back_each_kind_of_change_whole_and_says_which(run, state, copies, said):
    del copies
    run("shoes", "add", "Red", "--yes")
    run("log", "5", "--at", "2026-03-02 08:00")
    before = state()
    run(*CHANGES[said])
    after = state()
    assert after != before
    assert run("undo", "--dry-run").stdout.startswith(said.replace("Undone", "Would undo"))
    assert state() == after
    assert run("undo").stdout.startswith(said)
    assert state() == before
    assert run("undo", "--redo").stdout.startswith(said.replace("Undone", "Redone"))
    assert state() == after


def test_where_there_is_nothing_to_undo_or_redo_that_is_said(run, copies):
    del copies
    assert "nothing to undo" in run("undo", code=1).stderr
    assert "nothing to redo" in run("undo", "--redo", code=1).stderr
    assert "nothing to undo" in run("undo", "--dry-run", code=1).stderr


def test_undo_says_that_an_import_stays(run, rows, copies, gpx, tmp_path):
    del copies
    run("shoes", "add", "Blue", "--yes")
    (tmp_path / "later.gpx").write_text(gpx(START + timedelta(days=1)), encoding="utf-8")
    run("import", tmp_path)
    assert "What was imported since then stays." in run("undo").stdout
    assert len(rows("runs")) == 2
