"""Files are found, read in their order by one or several processes, and none stops the others."""

from __future__ import annotations

import os
import socket
from functools import partial
from pathlib import Path

import pytest

from runlog import importers, ingest, store
from runlog.errors import BadInput, NotReadable, NotTaken
from runlog.ingest import results, workers
from runlog.ingest.sources import FoundFile, find_files
from runlog.ingest.workers import ParseJob, ParseResult, parse_file, parse_in_order
from runlog.settings import Settings


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def named(folder, *paths):
    return [
        Path(found.display_path).relative_to(folder).as_posix() for found in find_files(paths or [folder])
    ]


def test_folders_are_walked_in_order_without_hidden_files(tmp_path):
    touch(tmp_path, "b.fit", "a/2.gpx", "a/1.gpx", ".hidden", "a/.DS_Store", ".git/c.fit", "B.FIT")
    assert named(tmp_path) == ["B.FIT", "a/1.gpx", "a/2.gpx", "b.fit"]


def test_each_file_comes_once_whatever_order_it_is_named_in(tmp_path):
    touch(tmp_path, "a/1.gpx", "b.fit")
    again = tmp_path / "b.fit", tmp_path / "a" / ".." / "b.fit", tmp_path, tmp_path / "a" / "1.gpx"
    assert [Path(found.path).name for found in find_files(again)] == ["1.gpx", "b.fit"]


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
    assert find_files(["~/a.fit"])[0].path == str(tmp_path / "a.fit")


def head_of(path):
    (found,) = find_files([path])
    return found.head(4)


def test_a_listing_shows_size_and_time(tmp_path):
    touch(tmp_path, "a.fit")
    for found in (*find_files([tmp_path]), *find_files([tmp_path / "a.fit"])):
        assert (found.size, found.mtime_ns) == (5, (tmp_path / "a.fit").stat().st_mtime_ns)


def test_what_cannot_be_read_says_why(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        head_of(tmp_path / "none.fit")
    with pytest.raises(BadInput, match="folder"):
        FoundFile(str(tmp_path), str(tmp_path)).head(4)


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b"])
def test_a_name_that_no_file_can_have_is_told(tmp_path, name):
    with pytest.raises(BadInput):
        head_of(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders there")
def test_pipes_and_sockets_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotTaken, match="pipe"):
        head_of(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path must be short
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        with pytest.raises(NotTaken):
            head_of(tmp_path / "socket")


@pytest.mark.skipif(not Path("/proc/kmsg").exists(), reason="Linux's")
@pytest.mark.parametrize("target", ["/proc/kmsg", "/proc/self/status", "/dev/zero", "/dev/tty"])
def test_a_link_to_what_never_ends_is_not_followed(tmp_path, target):
    (tmp_path / "run.fit").symlink_to(target)
    (tmp_path / "again.fit").symlink_to(tmp_path / "run.fit")
    for found in find_files([tmp_path]):
        with pytest.raises(NotTaken, match="device"):
            found.head(4)


def test_folders_may_lie_as_deep_as_their_names_allow(tmp_path):
    deepest = tmp_path
    made = []
    for _ in range(1500):
        deepest /= "d"
        deepest.mkdir()
        made.append(deepest)
    (deepest / "run.fit").touch()
    try:
        (found,) = find_files([tmp_path])
        assert found.path == str(deepest / "run.fit")
        assert found.display_path == found.path
    finally:  # what clears up after the tests gives up at such a depth
        (deepest / "run.fit").unlink()
        for folder in reversed(made):
            folder.rmdir()


def read_name(job, crash_on="", log=None):
    """Stands for a reader, in this process or another one."""
    if log is not None:
        log.append(job.name)
    if job.name == crash_on:
        os._exit(139)
    return ParseResult("read", reason=job.name)


def jobs(*names):
    return ((name, ParseJob(name, b"bytes")) for name in names)


def test_one_worker_reads_as_the_results_are_taken():
    log: list[str] = []
    readings = parse_in_order(jobs("a", "b", "c"), partial(read_name, log=log), 1)
    assert next(readings)[1].reason == "a"
    assert log == ["a"]


def test_several_workers_keep_the_order():
    names = [f"{number:02}" for number in range(30)]
    readings = list(parse_in_order(jobs(*names), read_name, 2))
    assert [(key, read.reason) for key, read in readings] == [(name, name) for name in names]


def test_no_more_is_held_than_the_processes_need(monkeypatch):
    taken: list[int] = []
    names = (taken.append(number) or str(number) for number in range(40))
    monkeypatch.setattr(workers, "_MAX_WAITING_BYTES", 12)  # two jobs and a bit
    for count, _ in enumerate(
        parse_in_order(((name, ParseJob(name, b"bytes")) for name in names), read_name, 2)
    ):
        assert len(taken) <= count + 4


def test_a_crash_fails_only_the_file_that_crashes():
    names = [f"{number:02}" for number in range(12)]
    readings = parse_in_order(jobs(*names), partial(read_name, crash_on="03"), 2)
    failed = {key: read.reason for key, read in readings if read.outcome == "failed"}
    assert list(failed) == ["03"]
    assert "crashed" in failed["03"]


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
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(importers, "read_bytes", fail)
    read = parse_file(ParseJob("a.fit", b""), Settings(), None)
    assert (read.outcome, read.reason, read.parsed) == (outcome, reason, None)


def test_a_small_import_starts_no_processes(tmp_path):
    touch(tmp_path, "a", "b")
    assert ingest._choose_workers(find_files([tmp_path])) == 1


def test_what_is_too_large_to_be_read_is_not_even_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(FoundFile, "read_all", pytest.fail)
    for name, beginning in (("a.fit", b"\x0e\x10\x34\x08\0\0\0\0.FIT\0\0"), ("b.zip", b"PK\x03\x04")):
        with (tmp_path / name).open("wb") as file:
            file.write(beginning)
            file.truncate(2 * 2**30)
    with store.open(tmp_path / "home") as kept:
        files = ingest.import_files(kept, [tmp_path / "a.fit", tmp_path / "b.zip"], Settings()).files
    assert [file.outcome for file in files] == ["failed", "failed"]
    assert "2048 MB" in files[0].reason
    assert "zip archive is damaged" in files[1].reason


def test_a_large_one_starts_some_unless_a_script_would_run_again(tmp_path, monkeypatch):
    (tmp_path / "large").write_bytes(b"\0" * ingest._PARALLEL_FROM_BYTES)
    large = find_files([tmp_path])
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.delitem(ingest.sys.modules, "runlog.cli", raising=False)
    monkeypatch.setattr(ingest.sys.modules["__main__"], "__file__", "analyse_me.py", raising=False)
    assert ingest._choose_workers(large) == 1
    monkeypatch.setitem(ingest.sys.modules, "runlog.cli", ingest)
    assert ingest._choose_workers(large) == 4
    monkeypatch.delitem(ingest.sys.modules, "runlog.cli")
    monkeypatch.delattr(ingest.sys.modules["__main__"], "__file__")
    assert ingest._choose_workers(large) == 4


def test_many_equal_remarks_are_told_once_and_not_all():
    assert results.join_messages("", ("a", "a", "b"), "c") == "a; b; c"
    assert results.join_messages("first", list("abcdefg")) == "first; a; b; c; d; e; and 2 more"
    assert results.join_messages("", ()) == ""
