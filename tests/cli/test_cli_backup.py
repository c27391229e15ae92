"""backup, restore, export and doctor."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import click
import pytest

import runlog


@pytest.fixture
def at_a_terminal(monkeypatch):
    """Let there be somebody to answer."""
    from runlog.cli import base

    monkeypatch.setattr(base, "is_typed", lambda: True)


@pytest.mark.usefixtures("season")
def test_a_backup_says_what_is_in_it(run, home, tmp_path):
    text = run("backup", tmp_path / "b.db").stdout
    counts = r"\d\.\d MB, 90 runs, 1 other activity, \d+ diary entries"
    assert re.fullmatch(rf".*b\.db: {counts}, no settings, because none are set\.\n", text)
    assert "--force replaces it" in run("backup", tmp_path / "b.db", code=1).stderr
    (home / "config.toml").write_text("units = 'leagues'\n")
    assert "the settings." in run("backup", tmp_path / "b.db", "--force").stdout, (
        "also those of another runlog"
    )
    assert "no such folder" in run("backup", tmp_path / "none" / "b.db", code=1).stderr


def test_nothing_to_back_up_or_to_export_is_told(run, tmp_path):
    assert "nothing to back up yet" in run("backup", tmp_path / "b.db", code=1).stderr
    assert "nothing to export yet" in run("export", tmp_path / "out", code=1).stderr


@pytest.mark.usefixtures("season")
def test_restoring_asks_before_it_replaces(run, home, tmp_path, at_a_terminal):
    del at_a_terminal
    run("backup", tmp_path / "b.db")
    run("log", "3")
    declined = run("restore", tmp_path / "b.db", typed="n\n", code=1)
    assert "holds 90 runs" in declined.output
    assert not list(home.glob("*before-restore*"))
    done = run("restore", tmp_path / "b.db", typed="y\n").output
    (aside,) = home.glob("runlog.db.before-restore-*")
    assert f"What was there is now {aside}" in done
    with runlog.open(home) as journal:
        assert journal.last_logged() is None


@pytest.mark.usefixtures("season")
def test_restoring_without_a_terminal_needs_a_yes(run, home, tmp_path):
    (home / "config.toml").write_text("units = 'mi'\n")
    run("backup", tmp_path / "b.db")
    (home / "config.toml").write_text("units = 'leagues'\n")
    refused = run("restore", tmp_path / "b.db", code=2).stderr
    assert "--yes" in refused
    text = run("restore", tmp_path / "b.db", "--yes").stdout
    assert "Restored 90 runs" in text
    assert (home / "config.toml").read_text() == "units = 'mi'\n"
    assert "leagues" in next(home.glob("config.toml.before-restore-*")).read_text()


def test_an_empty_home_needs_no_yes(run, home, tmp_path, sample_home):
    with runlog.open(sample_home) as journal:
        journal.backup(tmp_path / "b.db")
    assert "Restored 90 runs" in run("restore", tmp_path / "b.db").stdout
    with runlog.open(home) as journal:
        assert len(journal.runs()) == 90


@pytest.mark.usefixtures("season")
def test_a_damaged_home_is_restored(run, home, tmp_path):
    run("backup", tmp_path / "b.db")
    (home / "runlog.db").write_text("a shopping list " * 100)
    assert "a database that cannot be read" in run("restore", tmp_path / "b.db", code=2).stderr
    run("restore", tmp_path / "b.db", "--yes")
    assert "90 runs" in run("doctor").stdout


@pytest.mark.usefixtures("season")
def test_a_backup_without_a_checksum_is_told_and_restored(run, home, tmp_path):
    run("backup", tmp_path / "b.db")
    assert "checksum" not in run("restore", tmp_path / "b.db", "--yes").stderr
    done = run("restore", home / "runlog.db", "--yes")
    assert "carries no checksum" in done.stderr
    assert "Restored 90 runs" in done.stdout


@pytest.mark.usefixtures("season")
def test_a_backup_of_a_home_in_which_something_is_lost_is_told(run, home, tmp_path):
    run("backup", tmp_path / "b.db")
    with closing(sqlite3.connect(home / "runlog.db", isolation_level=None)) as db:
        db.execute("DELETE FROM track WHERE recording_id = 1")
    refused = run("backup", tmp_path / "b.db", "--force", code=1).stderr
    assert "b.db stays as it was; runlog doctor says what to do" in " ".join(refused.split())
    told = " ".join(run("backup", tmp_path / "c.db").stderr.split())
    assert "Backed up, but something is wrong: the track of 1 recording" in told


def test_what_is_no_backup_is_told(run, tmp_path):
    (tmp_path / "b.db").write_bytes(b"PK\x03\x04 an archive of an app")
    assert "read by runlog import" in run("restore", tmp_path / "b.db", code=1).stderr
    assert "No such file" in run("restore", tmp_path / "none.db", code=1).stderr


@pytest.mark.usefixtures("season")
def test_an_export_comes_back_by_import(run, home, tmp_path, monkeypatch):
    text = run("export", tmp_path / "out", "--gpx").stdout
    assert re.search(
        r"out: \d+\.\d MB, 91 activities, 89 of them also as GPX, \d+ diary entries, 3 pairs", text
    )
    assert "--force goes over an export" in run("export", tmp_path / "out", code=1).stderr
    before = run("runs", "--json").stdout
    monkeypatch.setenv("RUNLOG_HOME", str(tmp_path / "new"))
    assert "Imported 90 runs and 1 other activity" in run("import", tmp_path / "out").stdout
    assert run("runs", "--json").stdout == before
    assert (tmp_path / "new/runlog.db").exists()
    del home


# ---- doctor


@pytest.mark.usefixtures("season")
def test_all_is_well(run, rows):
    assert re.search(r"All is well\. 90 runs and \d+ diary entries were checked\.", run("doctor").stdout)
    report = rows("doctor")
    assert report["ok"]
    assert report["facts"]["runs"] == 90
    assert report["findings"] == []


@pytest.mark.usefixtures("season")
def test_what_is_wrong_is_told_with_what_to_do_and_the_exit_code(run, rows, home):
    with closing(sqlite3.connect(home / "runlog.db", isolation_level=None)) as db:
        db.execute("UPDATE derived SET shape = x'00' WHERE recording_id = 1")
        db.execute("INSERT INTO activity DEFAULT VALUES")
    text = run("doctor", code=1).stdout
    assert "wrong: what is derived of 1 tracks" in text
    assert "    What to do: make them anew: runlog doctor --repair" in text
    assert "All is well" not in text
    assert text.index("wrong:") < text.index("note:")
    report = rows("doctor", code=1)
    assert [one["check"] for one in report["findings"] if one["wrong"]] == ["derived"]
    assert "All is well" in run("doctor", "--repair").stdout


@pytest.mark.usefixtures("season")
def test_a_damaged_home_gives_no_traceback(run, home, tmp_path):
    (home / "config.toml").write_text("units = ")
    (home / "runlog.db").write_text("a shopping list " * 100)
    done = run("doctor", "--repair", "--support", tmp_path / "s.json", code=1)
    assert "Nothing repaired" in done.stderr
    assert "runlog restore FILE" in done.stdout
    assert "not valid TOML" in done.stdout
    assert "Traceback" not in done.output
    assert {one["check"] for one in json.loads((tmp_path / "s.json").read_text())["findings"]} == {
        "config",
        "database",
    }


@pytest.mark.usefixtures("season")
def test_the_support_file_names_no_run_and_no_place(run, home, tmp_path):
    run("doctor", "--support", tmp_path / "s.json")
    text = (tmp_path / "s.json").read_text()
    with runlog.open(home) as journal:
        history = journal.history()
        track = journal.track(int(history.runs.index[0]))
    secrets = {
        *history.runs["name"].dropna(),
        *history.entries["note"].dropna(),
        *history.shoes.index,
        str(home),
    }
    secrets |= {f"{value:.3f}" for value in (*track["lat"][:50], *track["lon"][:50])}
    assert len(secrets) > 30
    assert [secret for secret in secrets if secret in text] == []


def test_where_there_is_nothing_yet_all_is_well(run, home):
    assert "nothing is kept here yet" in run("doctor").stdout
    assert not home.exists()


# ---- real processes

IMPORT = """
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from gpx_text import gpx_text
import runlog
folder, backed_up = map(Path, sys.argv[3:])
for number in range(120):
    start = datetime(2020, 1, 1, 6, tzinfo=UTC) + timedelta(days=number)
    (folder / f"{number:04}.gpx").write_text(gpx_text(start))
def report(done, total, name):
    if done == 20:
        print("amid", flush=True)
    if done > 20 and not backed_up.exists():
        time.sleep(0.05)
with runlog.open(sys.argv[1]) as journal:
    journal.add([folder], progress=report)
"""


def test_a_backup_while_an_import_runs_is_whole(process, home, tmp_path, root):
    (tmp_path / "gpx").mkdir()
    command = [sys.executable, "-c", IMPORT, home, root / "tests/cli", tmp_path / "gpx", tmp_path / "done"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as importing:
        assert importing.stdout.readline() == "amid\n"
        done = process("backup", tmp_path / "b.db")
        amid = importing.poll() is None
        (tmp_path / "done").touch()
        assert importing.wait(120) == 0
    assert done.returncode == 0, done.stderr
    assert amid, "the import was over too soon for this test to show anything"
    restored = process("--home", tmp_path / "other", "restore", tmp_path / "b.db")
    assert restored.returncode == 0, restored.stderr
    with runlog.open(tmp_path / "other") as journal:
        assert 20 <= len(journal.runs()) < 120
    assert process("--home", tmp_path / "other", "doctor").returncode == 0
    with runlog.open(home) as journal:
        assert len(journal.runs()) == 120


@pytest.mark.usefixtures("season")
def test_an_export_that_is_interrupted_says_so_when_imported(run, home, tmp_path, root):
    code = (
        "import os, signal, sys, runlog\n"
        "with runlog.open(sys.argv[1]) as journal:\n"
        "    journal.export(sys.argv[2], progress=lambda done, *_: done == 9 and os.kill(os.getpid(), 9))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, home, tmp_path / "out"], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list((tmp_path / "out/activities").iterdir())) == 9
    report = run("--home", tmp_path / "new", "import", tmp_path / "out", code=1).stdout
    assert "was never finished" in " ".join(report.split())


def test_the_commands_are_in_the_help():
    from runlog.cli import main

    assert list(main.sections["Back up"]) == ["backup", "restore", "export", "doctor"]
    for name in main.sections["Back up"]:
        assert main.get_command(click.Context(main), name).help
