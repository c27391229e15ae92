"""A runner with a home of their own, and the command line in this process or a real one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from gpx_text import gpx_text

import runlog
from runlog.cli import main
from runlog.model import Entry


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    monkeypatch.setenv("RUNLOG_HOME", str(folder))
    monkeypatch.setenv("COLUMNS", "200")
    return folder


@pytest.fixture
def run(home):
    """Call runlog in this process, with the words of a command line."""
    del home

    def call(*words, typed=None, code=0):
        result = CliRunner().invoke(main, [str(word) for word in words], input=typed)
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.fixture
def rows(run):
    """Call a listing with --json and give what it printed."""
    return lambda *words, code=0: json.loads(run(*words, "--json", code=code).stdout)


@pytest.fixture
def season(home, sample_home):
    """Put the sample season into the runner's home."""
    shutil.copytree(sample_home, home)


@pytest.fixture
def process(home):
    """Call runlog in a process of its own."""
    del home

    def call(*words, **environment):
        command = [sys.executable, "-m", "runlog", *map(str, words)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            env={**os.environ, "PYTHONUTF8": "1", **environment},
            check=False,
        )

    return call


@pytest.fixture
def offered(home):
    """Ask in this process what the shell offers, the way that bash asks."""
    del home

    def complete(*words):
        asked = {"COMP_WORDS": " ".join(["runlog", *words]), "COMP_CWORD": str(len(words))}
        env = {"_RUNLOG_COMPLETE": "bash_complete", **asked}
        done = CliRunner().invoke(main, [], env=env, prog_name="runlog")
        assert (done.exit_code, done.stderr) == (0, "")
        return [line.partition(",")[2] for line in done.stdout.splitlines() if line]

    return complete


@pytest.fixture
def gpx():
    """Write a run as GPX."""
    return gpx_text


@pytest.fixture
def ran(run, tmp_path):
    """Import a run that ended so long ago; gives its start."""

    def record(ago=timedelta(hours=3), **kwargs):
        start = datetime.now(UTC).replace(microsecond=0) - ago - timedelta(hours=1)
        path = tmp_path / f"{start:%Y%m%dT%H%M%S}.gpx"
        path.write_text(gpx_text(start, **kwargs), encoding="utf-8")
        run("import", path)
        return start

    return record


@pytest.fixture
def at_the_end_of_the_season(monkeypatch, season):
    """Let it be the evening on which the sample season ends."""
    from datetime import UTC, datetime

    from runlog.cli import base

    del season
    monkeypatch.setattr(base, "now", lambda: datetime(2026, 11, 15, 21, tzinfo=UTC))


@pytest.fixture
def calm(home, made_once):
    """A runner with ratings that alarm nobody, on the clock of UTC."""

    def fill(folder):
        (folder / "config.toml").write_text('timezone = "UTC"\n')
        with runlog.open(folder) as journal:
            for ago in range(12):
                moment = datetime.now(UTC).replace(microsecond=0) - timedelta(days=ago, minutes=1)
                journal.log(Entry(moment, 0, soreness=float(ago % 3), warmup=bool(ago % 2)))

    shutil.copytree(made_once("calm-home", fill), home)
