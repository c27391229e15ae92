"""How fast the report and the start are. Run by hand: ``pytest tests/bench -n 0 --benchmark-enable``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import ten_years

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROUNDS = 5
#: The same number of pictures as the page has, each of a line, as matplotlib draws them.
PICTURES = """
import pandas, matplotlib
from io import BytesIO
from matplotlib.figure import Figure
for _ in range({number}):
    figure = Figure()
    figure.add_subplot().plot(range(30))
    figure.savefig(BytesIO(), format="svg")
"""
REPORT = """
import sys, runlog, ten_years
with runlog.open(sys.argv[1]) as journal:
    runlog.report(journal.history(), out=sys.argv[2], now=ten_years.NOW)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home of ten years."""
    folder = tmp_path_factory.mktemp("ten") / "home"
    ten_years.fill(folder)
    return folder


@pytest.fixture
def python(monkeypatch) -> Callable[..., None]:
    """Runs Python in a process of its own, with the folder of the benches on its path."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.path.dirname(__file__), *sys.path]))  # noqa: PTH120

    def run(*words: object) -> None:
        subprocess.run([sys.executable, *map(str, words)], check=True, capture_output=True)

    return run


def test_the_report_of_ten_years(home: Path, tmp_path: Path, python, seconds, measured: Any):
    page = tmp_path / "page.html"
    report = seconds(lambda: python("-c", REPORT, home, page), rounds=ROUNDS)
    html = page.read_text(encoding="utf-8")
    pictures = html.count("<figure") + html.count('<div class="wide">')  # those are drawn narrow as well
    alone = seconds(lambda: python("-c", PICTURES.format(number=pictures)), rounds=ROUNDS)
    against = f"`import pandas, matplotlib` and {pictures} `savefig`"
    measured.ratio("weekly report, 2,500 runs and 1,500 ratings", against, report / alone, "≤ 1.5")
    assert report / alone <= 2.5


def test_help_comes_at_once(python, seconds, measured: Any):
    ours = seconds(lambda: python("-m", "runlog", "--help"), rounds=2 * ROUNDS)
    click = seconds(lambda: python("-c", "import click"), rounds=2 * ROUNDS)
    measured.ratio("`runlog --help`", "`import click`", ours / click, "≤ 3")
    assert ours / click <= 3


def test_a_rating_is_kept_at_once(home: Path, tmp_path: Path, python, seconds, measured: Any):
    own = tmp_path / "home"
    shutil.copytree(home, own)
    ratings = iter(range(2 * ROUNDS))

    def log() -> None:
        python("-m", "runlog", "--home", own, "log", "3", "--at", f"2026-11-19 20:{next(ratings):02}")

    ours = seconds(log, rounds=2 * ROUNDS)
    bare = seconds(lambda: python("-c", "import sqlite3, click"), rounds=2 * ROUNDS)
    measured.ratio("`runlog log 3`, ten years kept", "`import sqlite3, click`", ours / bare, "≤ 5")
    assert ours / bare <= 5
