"""Files are found, read in their order by one or several processes, and none stops the others."""

from __future__ import annotations

import os
import socket
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from runlog import importers, intake, store
from runlog.errors import BadInput, NotReadable, NotTaken
from runlog.intake.finding import find, sha256_of
from runlog.intake.reading import Read, read_file, read_in_order
from runlog.settings import Settings


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def named(folder, *paths):
    return [Path(found.named).relative_to(folder).as_posix() for found in find(paths or [folder])]


def test_folders_are_walked_in_order_without_hidden_files(tmp_path):
    touch(tmp_path, "b.fit", "a/2.gpx", "a/1.gpx", ".hidden", "a/.DS_Store", ".git/c.fit", "B.FIT")
    assert named(tmp_path) == ["B.FIT", "a/1.gpx", "a/2.gpx", "b.fit"]


def test_each_file_comes_once_whatever_order_it_is_named_in(tmp_path):
    touch(tmp_path, "a/1.gpx", "b.fit")
    again = tmp_path / "b.fit", tmp_path / "a" / ".." / "b.fit", tmp_path, tmp_path / "a" / "1.gpx"
    assert [Path(found.path).name for found in find(again)] == ["1.gpx", "b.fit"]


def test_a_hidden_file_that_was_named_is_taken(tmp_path):
    touch(tmp_path, ".a.fit")
    assert named(tmp_path, tmp_path / ".a.fit") == [".a.fit"]


def test_a_loop_of_links_ends(tmp_path):
    touch(tmp_path, "a/1.gpx")
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "linked.gpx").symlink_to(tmp_path / "a" / "1.gpx")
    assert named(tmp_path) == ["a/1.gpx", "linked.gpx"]


def test_the_home_is_where_the_tilde_says(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    touch(tmp_path, "a.fit")
    assert find(["~/a.fit"])[0].path == str(tmp_path / "a.fit")


def test_a_hash_is_of_the_bytes(tmp_path):
    touch(tmp_path, "a.fit")
    assert sha256_of(str(tmp_path / "a.fit")) == sha256(b"a.fit").hexdigest()


def test_what_cannot_be_hashed_says_why(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        sha256_of(str(tmp_path / "none.fit"))
    with pytest.raises(BadInput, match="folder"):
        sha256_of(str(tmp_path))


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b"])
def test_a_name_that_no_file_can_have_is_told(tmp_path, name):
    (found,) = find([tmp_path / name])
    with pytest.raises(BadInput):
        sha256_of(found.path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders there")
def test_pipes_and_sockets_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotTaken, match="pipe"):
        sha256_of(str(tmp_path / "pipe"))
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path must be short
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        with pytest.raises(NotTaken):
            sha256_of(str(tmp_path / "socket"))


def read_name(path, crash_on="", log=None):
    """Stands for a reader, in this process or another one."""
    name = Path(path).name
    if log is not None:
        log.append(name)
    if name == crash_on:
        os._exit(139)
    return Read("read", reason=name)


def test_one_worker_reads_as_the_results_are_taken(tmp_path):
    touch(tmp_path, "a", "b", "c")
    log: list[str] = []
    readings = read_in_order(find([tmp_path]), partial(read_name, log=log), 1)
    assert next(readings)[1].reason == "a"
    assert log == ["a"]


def test_several_workers_keep_the_order(tmp_path):
    touch(tmp_path, *(f"{number:02}" for number in range(30)))
    readings = list(read_in_order(find([tmp_path]), read_name, 2))
    assert [read.reason for _, read in readings] == [f"{number:02}" for number in range(30)]
    assert all(Path(found.path).name == read.reason for found, read in readings)


def test_a_crash_fails_only_the_file_that_crashes(tmp_path):
    touch(tmp_path, *(f"{number:02}" for number in range(12)))
    readings = read_in_order(find([tmp_path]), partial(read_name, crash_on="03"), 2)
    failed = {found.named: read.reason for found, read in readings if read.outcome == "failed"}
    assert list(failed) == [str(tmp_path / "03")]
    assert "crashed" in failed[str(tmp_path / "03")]


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (NotTaken("a course"), "skipped", "a course"),
        (NotReadable("cut short"), "failed", "cut short"),
        (BadInput("bad date"), "failed", "bad date"),
        (
            ZeroDivisionError("oops"),
            "failed",
            "runlog made a mistake, please report it: ZeroDivisionError: oops",
        ),
    ],
)
def test_whatever_is_wrong_with_a_file_becomes_its_reason(monkeypatch, error, outcome, reason):
    def fail(*_):
        raise error

    monkeypatch.setattr(importers, "read", fail)
    read = read_file("a.fit", Settings(), None)
    assert (read.outcome, read.reason, read.reading) == (outcome, reason, None)


def test_a_small_import_starts_no_processes(tmp_path):
    touch(tmp_path, "a", "b")
    assert intake._workers_for(find([tmp_path])) == 1


def test_what_is_too_large_to_be_read_is_not_even_hashed(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "sha256_of", pytest.fail)
    for name, beginning in (("a.fit", b"\x0e\x10\x34\x08\0\0\0\0.FIT\0\0"), ("b.zip", b"PK\x03\x04")):
        with (tmp_path / name).open("wb") as file:
            file.write(beginning)
            file.truncate(2 * 2**30)
    with store.open(tmp_path / "home") as kept:
        files = intake.take(kept, [tmp_path / "a.fit", tmp_path / "b.zip"], Settings()).files
    assert [file.outcome for file in files] == ["failed", "skipped"]
    assert "2048 MB" in files[0].reason
    assert "zip archive" in files[1].reason


def test_a_large_one_starts_some_unless_a_script_would_run_again(tmp_path, monkeypatch):
    (tmp_path / "large").write_bytes(b"\0" * intake._WORTH_SEVERAL_PROCESSES)
    large = find([tmp_path])
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.delitem(intake.sys.modules, "runlog.cli", raising=False)
    monkeypatch.setattr(intake.sys.modules["__main__"], "__file__", "analyse_me.py", raising=False)
    assert intake._workers_for(large) == 1
    monkeypatch.setitem(intake.sys.modules, "runlog.cli", intake)
    assert intake._workers_for(large) == 4
    monkeypatch.delitem(intake.sys.modules, "runlog.cli")
    monkeypatch.delattr(intake.sys.modules["__main__"], "__file__")
    assert intake._workers_for(large) == 4


def test_many_equal_remarks_are_told_once_and_not_all():
    assert intake._said(("a", "a", "b")) == "a; b"
    assert intake._said(tuple("abcdefg")) == "a; b; c; d; e; and 2 more"
    assert intake._said(()) == ""
