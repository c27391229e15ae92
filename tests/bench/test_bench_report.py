"""How fast the report and the start are. Run by hand: ``pytest tests/bench -n 0 --benchmark-enable``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import ten_years

import runlog

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
#: As the command ``runlog report`` does, at another moment than now.
REPORT = """
from runlog.__main__ import prepare_process
prepare_process()
import sys, runlog
from datetime import datetime
with runlog.open(sys.argv[1]) as journal:
    runlog.report(journal.history(), out=sys.argv[2], now=datetime.fromisoformat(sys.argv[3]))
"""
SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A home with the sample season, and one of ten years; each with its last moment."""
    folder = tmp_path_factory.mktemp("homes")
    with runlog.open(folder / "sample") as journal:
        journal.add([SAMPLE])
        last = journal.history().entries["moment"].max()
    ten_years.fill(folder / "ten")
    return {"the sample season": (folder / "sample", last), "ten years": (folder / "ten", ten_years.NOW)}


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(("which", "most"), [("the sample season", 1.5), ("ten years", 2.2)])
def test_the_report(which, most, homes, tmp_path, least_cpu, measured):  # noqa: PLR0917 - fixtures
    page, (home, last) = tmp_path / "report.html", homes[which]
    words = ["-c", REPORT, home, page, last.isoformat()]
    least_cpu({"report": words}, 1)
    html = page.read_text(encoding="utf-8")
    pictures = html.count("<figure") + html.count('<div class="wide">')  # those are drawn narrow as well
    times = least_cpu({"report": words, "alone": ["-c", PICTURES.format(number=pictures)]}, ROUNDS)
    against = f"`import pandas, matplotlib` and {pictures} `savefig`"
    measured.ratio(f"weekly report, {which}", against, times["report"] / times["alone"], "≤ 1.5")
    assert times["report"] / times["alone"] <= most


@pytest.mark.usefixtures("compiled")
def test_help_comes_at_once(least_cpu, measured: Any):
    times = least_cpu({"ours": ["-m", "runlog", "--help"], "click": ["-c", "import click"]}, 2 * ROUNDS)
    measured.ratio("`runlog --help`", "`import click`", times["ours"] / times["click"], "≤ 3")
    assert times["ours"] / times["click"] <= 3


@pytest.mark.usefixtures("compiled")
def test_a_rating_is_kept_at_once(homes: Any, tmp_path: Path, least_cpu, measured: Any):
    own, (home, last) = tmp_path / "home", homes["ten years"]
    shutil.copytree(home, own)
    minutes = iter(range(2 * ROUNDS))

    def log() -> list[object]:
        at = f"{last:%Y-%m-%d} 20:{next(minutes):02}"
        return ["-m", "runlog", "--home", own, "log", "3", "--at", at]

    times = least_cpu({"log": log, "bare": ["-c", "import sqlite3, click"]}, 2 * ROUNDS)
    ratio = times["log"] / times["bare"]
    measured.ratio("`runlog log 3`, ten years kept", "`import sqlite3, click`", ratio, "≤ 5")
    assert ratio <= 5
