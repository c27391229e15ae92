"""Every listing stays near the time that pandas takes to load, on the sample season and on ten years."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import ten_years

import runlog

LISTINGS = ("runs", "load", "routes", "shoes list", "alerts", "links", "exposures", "diary list")
#: Loading scipy.special for Student's t takes a quarter of what pandas takes.
MORE_FOR_LINKS = 0.5
ROUNDS = 3
SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A home with the sample season, and one of ten years; with the most that is asked of each."""
    folder = tmp_path_factory.mktemp("homes")
    with runlog.open(folder / "sample") as journal:
        journal.add([SAMPLE])
        journal.history()
    ten_years.fill(folder / "ten")
    return {folder / "sample": ("the sample season", 2.0), folder / "ten": ("ten years, 2,500 runs", 3.0)}


def _cpu_seconds(*words: object) -> float:
    """The least CPU time of some processes: others on the machine matter less."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    times = []
    for _ in range(ROUNDS):
        before = spent()
        subprocess.run([sys.executable, *map(str, words)], check=True, capture_output=True)
        times.append(spent() - before)
    return min(times)


def test_listings_come_at_once(homes: Any, measured: Any, monkeypatch, tmp_path):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path))
    pandas = _cpu_seconds("-c", "import pandas")
    slow = []
    for home, (name, aim) in homes.items():
        for listing in LISTINGS:
            most = aim + MORE_FOR_LINKS * (listing == "links")
            ratio = _cpu_seconds("-m", "runlog", "--home", home, *listing.split()) / pandas
            measured.ratio(f"`runlog {listing}`, {name}", "`import pandas`", ratio, f"≤ {most:g}")
            slow += [(listing, name, ratio)] if ratio > most else []
        shutil.rmtree(home)
    assert slow == []
