"""Exit codes and messages: what the runner can mend, what we did wrong, and Ctrl-C."""

import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import runlog.journal
from runlog.cli import base, main


@pytest.fixture
def raising(monkeypatch):
    def will(error):
        def fail(*_, **__):
            raise error

        monkeypatch.setattr(runlog.journal, "open", fail)

    return will


def test_an_unforeseen_error_is_one_line_without_a_traceback(run, raising):
    raising(ValueError("two\nlines \x1b[31m"))
    done = run("runs", code=1)
    assert done.stderr == (
        "runlog: unexpected error: ValueError: two lines \\x1b[31m (run with --debug to see where)\n"
    )
    assert done.stdout == ""


@pytest.mark.parametrize("error", [ValueError("boom"), runlog.NotFound("boom")])
def test_debug_shows_where(run, raising, error):
    raising(error)
    done = run("--debug", "runs", code=1)
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("runlog: ")


def test_runlogs_own_errors_are_their_message(run, raising):
    raising(runlog.StoreError("disk full"))
    assert run("runs", code=1).stderr == "runlog: disk full\n"


def test_an_error_of_the_system_is_its_reason(run, raising):
    raising(PermissionError(13, "Permission denied", "/there"))
    assert run("runs", code=1).stderr == "runlog: /there: Permission denied\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_full_disk_is_one_line(home):
    del home
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "runlog", "tips"]
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (1, "runlog: No space left on device\n")


def test_ctrl_c_exits_with_130(run, raising):
    raising(KeyboardInterrupt())
    assert run("runs", code=130).stderr == "\nrunlog: stopped\n"


def test_a_reader_that_has_gone_is_no_error(home):
    del home
    program = f"{sys.executable} -m runlog tips --json | head -c 1"
    done = subprocess.run(["/bin/sh", "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("[", "")


@pytest.mark.parametrize(
    "words",
    [
        ["import"],
        ["import", "no/such/file"],
        ["frobnicate"],
        ["runs", "--last", "0"],
        ["runs", "--nonsense"],
        ["chart", "nonsense", "--out", "x.png"],
        ["chart", "links"],
        ["chart", "exposure", "--factor", "nonsense", "--out", "x.png"],
        ["links", "--area", "nonsense"],
        ["tips", "--for", "nonsense"],
        ["completion", "tcsh"],
        ["report", "--week", "2026-W30", "--last"],
        ["shoes", "add", " "],
        ["shoes", "add", "x", "--limit-km", "-1"],
        ["shoes", "add", "x", "--from", "someday"],
        ["shoes", "assign", "41"],
        ["shoes", "assign", "--clear"],
        ["log", "--strength-min", "x"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_2_and_writes_no_home(run, home, words):
    done = run(*words, code=2)
    assert done.stdout == ""
    assert "Error: " in done.stderr
    assert not (home / "runlog.db").exists()


def test_reading_commands_need_no_home(run, home):
    for words in (["factors"], ["tips"], ["chart"], ["diary", "template"], ["completion", "bash"]):
        run(*words)
    assert not home.exists()


def test_home_is_where_it_was_said(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNLOG_HOME", str(tmp_path / "one"))
    CliRunner().invoke(main, ["--home", str(tmp_path / "two"), "log", "3"], catch_exceptions=False)
    assert (tmp_path / "two/runlog.db").exists()
    assert not (tmp_path / "one").exists()


def test_a_home_that_is_no_database_is_one_line(run, home):
    home.mkdir()
    (home / "runlog.db").write_bytes(b"not a database at all" * 100)
    done = run("log", "3", code=1)
    assert done.stderr.startswith("runlog: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_at_the_first_question_logs_nothing(home, rows):
    del home
    command = [sys.executable, "-m", "runlog", "log"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as running:
        while b"Soreness" not in running.stderr.read1(200):
            pass
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=30)
    assert (running.returncode, stdout) == (130, b"")
    assert stderr.endswith(b"\nNothing logged.\n")
    assert rows("diary", "list") == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("loaded", [b"click.core", b"runlog.journal", b"numpy", b"pandas"])
def test_ctrl_c_while_modules_are_loaded_leaves_no_traceback(home, loaded):
    del home
    command = [sys.executable, "-X", "importtime", "-m", "runlog", "runs"]
    seen = b""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        while loaded not in seen:
            more = running.stderr.read1(10_000)
            assert more, "it ended before"
            seen += more
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=30)
    assert running.returncode in {-signal.SIGINT, 130}
    assert b"Traceback" not in stderr


def test_a_long_search_for_routes_is_shown_and_cleared(capsys):
    for done in range(0, 301, 50):
        base._show_route_progress(done, 300)
    base._show_route_progress(0, 5)
    shown = capsys.readouterr().err
    assert "finding routes: 100 of 300" in shown
    assert shown.endswith("\r")  # click leaves out the rest where there is no terminal


def test_a_command_in_a_sentence_is_not_broken(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    said = base.wrap("This is a sentence: runlog shoes retire 'Pacer 3'. And one more.", Terminal())
    assert "\nrunlog shoes retire 'Pacer 3'. And one\nmore." in said
    assert base.wrap("a " * 60, io.StringIO()) == "a " * 60
    long = base.wrap(f"Do this: runlog import {'x' * 30} {'y' * 30}", Terminal(), "  ")
    assert max(map(len, long.splitlines())) <= 40
