"""Every listing stays near the time that pandas takes to load, on the sample season and on ten years."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import ten_years

import runlog

LISTINGS = ("runs", "load", "routes", "shoes list", "alerts", "links", "exposures", "diary list")
ROUNDS = 4
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


@pytest.mark.usefixtures("compiled")
def test_listings_come_at_once(homes: Any, measured: Any, least_cpu):
    slow = []
    for home, (name, most) in homes.items():
        listings = {one: ["-m", "runlog", "--home", home, *one.split()] for one in LISTINGS}
        times = least_cpu({"pandas": ["-c", "import pandas"]} | listings, ROUNDS)
        for listing in LISTINGS:
            ratio = times[listing] / times["pandas"]
            measured.ratio(f"`runlog {listing}`, {name}", "`import pandas`", ratio, f"≤ {most:g}")
            slow += [(listing, name, ratio)] if ratio > most else []
        shutil.rmtree(home)
    assert slow == []
