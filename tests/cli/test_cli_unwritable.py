"""What only reads works in a home that cannot be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import runlog

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are not made read-only there so")

NOBODY = 65534
READING = [
    ("runs",),
    ("show", "1"),
    ("load",),
    ("links",),
    ("alerts",),
    ("report", "--out", "{out}/report.html"),
    ("export", "{out}/export"),
]


@contextmanager
def an_ordinary_user():
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def read_only_home(run, sample_home, monkeypatch):
    """A copy of the sample season, in a folder that everybody may enter."""
    del run  # it sets another home
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(sample_home, folder / "home")
    (folder / "root").mkdir()
    (folder / "out").mkdir()
    (folder / "out").chmod(0o777)
    folder.chmod(0o755)
    monkeypatch.setenv("RUNLOG_HOME", str(folder / "home"))
    yield folder / "home"
    for path in (folder, folder / "home", folder / "home" / "reports"):
        if path.exists():
            path.chmod(0o700)
    shutil.rmtree(folder)


def forbid_writing(home):
    for path in home.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    home.chmod(0o555)


def test_reading_needs_no_writing(run, read_only_home):
    if os.geteuid() == 0:  # all modules are imported while they may be read
        for words in READING:
            run(*(word.format(out=read_only_home.parent / "root") for word in words))
    with closing(sqlite3.connect(read_only_home / "runlog.db", isolation_level=None)) as db:
        db.execute("DELETE FROM derived")
        db.execute("DELETE FROM alert")
    forbid_writing(read_only_home)
    before = (read_only_home / "runlog.db").read_bytes()
    out = read_only_home.parent / "out"
    for words in READING:
        with an_ordinary_user():
            result = run(*(word.format(out=out) for word in words))
        said = [line for line in result.stderr.splitlines() if line.startswith("runlog: ")]
        assert len(said) <= 1, (words, said)
        if words[0] == "alerts":
            assert result.stdout.count("[") > 0
            assert "shown and not saved" in said[0]
    assert (read_only_home / "runlog.db").read_bytes() == before
    assert (out / "report.html").exists()


def test_what_has_to_be_written_is_refused(run, read_only_home):
    for words in (("alerts",), ("log", "3"), ("shoes", "add", "Green")):  # all modules are imported as root
        run(*words)
    forbid_writing(read_only_home)
    with an_ordinary_user():
        assert "make both writable" in run("log", "4", code=1).stderr
        assert "make both writable" in run("shoes", "add", "Blue", code=1).stderr


def test_pending_writes_are_read_too(read_only_home):
    kept = read_only_home / "kept"
    kept.mkdir()
    with closing(sqlite3.connect(read_only_home / "runlog.db", isolation_level=None)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("UPDATE activity SET worn = 'Blue'")
        for name in ("runlog.db", "runlog.db-wal"):  # as a process leaves them that is killed
            shutil.copy(read_only_home / name, kept / name)
    for name in ("runlog.db", "runlog.db-wal"):
        (kept / name).replace(read_only_home / name)
    forbid_writing(read_only_home)
    with an_ordinary_user(), runlog.open(read_only_home) as journal:
        assert {stored.shoe_override for stored in journal.runs()} == {"Blue"}


def test_a_home_of_a_newer_runlog_is_refused_there_too(run, read_only_home):
    with closing(sqlite3.connect(read_only_home / "runlog.db", isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 999")
    run("runs", code=1)  # modules are imported while they may be read
    forbid_writing(read_only_home)
    with an_ordinary_user():
        assert "newer runlog" in run("runs", code=1).stderr
