"""Whatever happens to an import, nothing is lost, nothing is there twice, and repeating it completes it."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from made_processes import import_all, import_until, start

from runlog import journal

ROOT = Path(__file__).resolve().parents[2]

needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal there")


@pytest.fixture(scope="module")
def owned(sample_data, tmp_path_factory):
    """What a runner has: a folder, an archive with more of the same, a diary and pairs of shoes."""
    folder = tmp_path_factory.mktemp("owned")
    recordings = sorted((sample_data / "activities").iterdir())[:24]
    for path in recordings[:16]:
        shutil.copy(path, folder)
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for path in recordings[10:]:
            archive.write(path, f"activities/{path.name}")
        archive.writestr("activities/damaged.fit", recordings[0].read_bytes()[:200])
    for name in ("diary.csv", "shoes.csv"):
        shutil.copy(sample_data / name, folder)
    return folder


def process(code, *arguments, **how):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **how,
    )


def content(home):
    """All that is stored, but for when it was imported and for caches."""
    db = sqlite3.connect(home / "runlog.db")
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.executescript("UPDATE file SET imported_at = ''; DELETE FROM seen")
        # Routes are numbered in the order of being looked at.
        db.executescript("DELETE FROM route_run; DELETE FROM route")
        db.execute("DELETE FROM sqlite_sequence WHERE name = 'route'")
        db.commit()
        return list(db.iterdump())
    finally:
        db.close()


@pytest.fixture(scope="module")
def whole(owned, tmp_path_factory):
    """The content after an import that nothing interrupts."""
    home = tmp_path_factory.mktemp("whole")
    with journal.open(home) as kept:
        summary = kept.add([owned], workers=1)
    assert summary.runs_added > 15
    return content(home)


@needs_kill
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_statement_it_goes_on_where_it_was(owned, whole, tmp_path, seed):
    home, chance = tmp_path / "home", random.Random(seed)
    statements = 0
    for _ in range(5):
        importing = start(import_until, home, chance.randint(2, 220), [owned])
        importing.join(timeout=120)
        assert importing.exitcode in (0, -signal.SIGKILL)
        statements += importing.exitcode != 0
        if (home / "runlog.db").exists():
            with journal.open(home) as kept:
                kept.runs()
            content(home)
    assert statements > 0
    with journal.open(home) as kept:
        kept.add([owned], workers=1)
    assert content(home) == whole


@needs_kill
@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_any_time_it_goes_on_where_it_was(owned, whole, tmp_path, workers):
    home, chance = tmp_path / "home", random.Random(workers)
    for _ in range(5):
        importing = start(import_all, home, workers, [owned])
        importing.join(timeout=chance.uniform(0.1, 2.0))
        if importing.exitcode is None:
            try:
                os.killpg(importing.pid, signal.SIGKILL)
            except ProcessLookupError:  # it has no group of its own yet
                importing.kill()
            importing.join(timeout=120)
        if (home / "runlog.db").exists():
            with journal.open(home) as kept:
                kept.history()
    with journal.open(home) as kept:
        kept.add([owned], workers=1)
    assert content(home) == whole


def test_three_imports_at_once_all_finish_and_keep_nothing_twice(owned, whole, tmp_path):
    home = tmp_path / "home"
    orders = [[owned], sorted(owned.iterdir(), reverse=True), [owned / "more.zip", owned]]
    importing = [start(import_all, home, 1, paths) for paths in orders]
    for each in importing:
        each.join(timeout=120)
        assert each.exitcode == 0
    with journal.open(home) as kept:
        runs, entries = kept.runs(), kept.entries()
        summary = kept.add([owned])
    assert (summary.runs_added, summary.ratings_added) == (0, 0)
    content(home)
    starts = [run.activity.start for run in runs]
    assert len(starts) == len(set(starts)) == sum('INSERT INTO "activity"' in line for line in whole)
    assert len(entries) == sum('INSERT INTO "entry"' in line for line in whole)


FULL = """
import sys
from runlog import store
prepare = store._configure
def small(db):
    prepare(db)
    db.execute("PRAGMA max_page_count = 60")
store._configure = small
from runlog.cli import main
main(["--home", sys.argv[1], "import", *sys.argv[2:]])
"""


def test_a_full_disk_is_told_and_what_is_there_is_whole(owned, whole, tmp_path):
    with process(FULL, tmp_path / "home", owned) as importing:
        _, error = importing.communicate(timeout=120)
    assert importing.returncode == 1
    assert "the disk is full; make room and try again" in error
    assert "Traceback" not in error
    content(tmp_path / "home")
    with journal.open(tmp_path / "home") as kept:
        kept.add([owned], workers=1)
    assert content(tmp_path / "home") == whole


def without_root_rights():
    """Let the file modes hold for root, too: drop CAP_DAC_OVERRIDE for what is run."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, 1, 0, 0, 0) != 0:  # PR_CAPBSET_DROP
        os._exit(77)


@pytest.mark.skipif(sys.platform != "linux", reason="root can be kept from writing on Linux alone")
def test_a_home_that_cannot_be_written_is_told(owned, tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    code = "import sys; from runlog.cli import main; main(sys.argv[1:])"
    arguments = ("--home", home, "import", owned / "diary.csv")
    with process(code, *arguments, preexec_fn=without_root_rights) as importing:
        _, error = importing.communicate(timeout=120)
    if importing.returncode == 77:
        pytest.skip("root cannot be kept from writing here")
    assert importing.returncode == 1
    assert "writable" in error
    assert "Traceback" not in error
    assert list(home.iterdir()) == []
