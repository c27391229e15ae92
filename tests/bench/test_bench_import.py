"""How fast an import is, and how much memory it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import many_files
import pytest

from runlog import journal

FILES = 3000
ROOT = Path(__file__).resolve().parents[2]

IMPORT = """
import json, resource, sys, time
from runlog import journal
if __name__ == "__main__":
    start = time.perf_counter()
    with journal.open(sys.argv[1]) as kept:
        summary = kept.add([sys.argv[2]], workers=int(sys.argv[3]))
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"runs": summary.runs_added, "seconds": took, "peak_mb": peak}))
"""


def imported(home, folder, workers):
    command = [sys.executable, "-c", IMPORT, str(home), str(folder), str(workers)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    many_files.write(folder, 300)
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    many_files.write(folder, FILES)
    hour_ago = time.time() - 3600
    for path in folder.iterdir():
        os.utime(path, (hour_ago, hour_ago))
    return folder


@pytest.fixture(scope="module")
def taken(many, tmp_path_factory):
    """A home that has all of them, and what taking them came to."""
    home = tmp_path_factory.mktemp("taken")
    return home, imported(home, many, os.cpu_count())


def listed(folder):
    """What any import has to do: look at every file once."""
    return sum(entry.stat().st_size for entry in os.scandir(folder))


def test_a_second_import_costs_a_listing(benchmark, many, taken, seconds, measured):
    home, first = taken
    assert first["runs"] == FILES
    with journal.open(home) as kept:
        again = benchmark(kept.add, [many])
        assert again.known == FILES
        ours = seconds(lambda: kept.add([many]))
    ratio = ours / seconds(lambda: listed(many))
    measured.ratio(f"second import of {FILES:,} known files", "`os.scandir` and `stat` of them", ratio, "≤ 5")
    assert ratio < 50


def test_memory_does_not_grow_with_the_number_of_files(few, taken, tmp_path, measured):
    small = imported(tmp_path / "home", few, os.cpu_count())
    _, large = taken
    measured.amount(
        f"memory of an import of {FILES:,} files",
        "300 files",
        f"{large['peak_mb']:.0f} MB against {small['peak_mb']:.0f} MB",
        "< 300 MB",
    )
    assert large["peak_mb"] < small["peak_mb"] + 100


def test_several_processes_against_one(few, tmp_path, measured):
    alone = imported(tmp_path / "alone", few, 1)
    together = imported(tmp_path / "together", few, os.cpu_count())
    assert alone["runs"] == together["runs"] == 300
    rate = f"{300 / together['seconds']:.0f} files/s against {300 / alone['seconds']:.0f}"
    measured.amount(f"import of 300 runs of 40 min on {os.cpu_count()} processes", "on one", rate, "")
