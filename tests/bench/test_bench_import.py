"""How fast an import is, and how much memory it takes."""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import many_files
import pytest

from runlog import journal

FILES, FEW = 3000, 300
ROOT = Path(__file__).resolve().parents[2]

IMPORT = """
import json, sys, time
from pathlib import Path
from runlog import journal
def peak_mb():
    # Not getrusage: its peak is also that of the process which this one was started from.
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024 if status.exists() else None
if __name__ == "__main__":
    start = time.perf_counter()
    with journal.open(sys.argv[1]) as kept:
        summary = kept.add([sys.argv[2]], workers=int(sys.argv[3]))
    took = time.perf_counter() - start
    print(json.dumps({"runs": summary.runs_added, "seconds": took, "peak_mb": peak_mb()}))
"""


def imported(home, folder, workers):
    command = [sys.executable, "-c", IMPORT, str(home), str(folder), str(workers)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    many_files.write(folder, FEW)
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's own peak")
def test_memory_does_not_grow_with_the_number_of_files(few, taken, tmp_path, measured):
    small = imported(tmp_path / "home", few, os.cpu_count())
    _, large = taken
    measured.amount(
        f"memory of an import of {FILES:,} files",
        f"{FEW} files",
        f"{large['peak_mb']:.0f} MB against {small['peak_mb']:.0f} MB",
        "< 300 MB",
    )
    assert large["peak_mb"] < small["peak_mb"] + 100


def test_several_processes_against_one(few, taken, tmp_path, measured):
    """The start of the processes counts, too: it is the larger a part the fewer files there are."""
    _, together = taken
    alone = imported(tmp_path / "alone", few, 1)
    assert alone["runs"] == FEW
    rates = FILES / together["seconds"], FEW / alone["seconds"]
    told = "{:.0f} files/s against {:.0f}".format(*rates)
    measured.amount(f"import of runs of 40 min by {os.cpu_count()} processes", "by one", told, "")


def nested(tmp_path, members):
    """A zip within a zip, as Garmin's account export is laid out, of so many small files."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"{number}.fit", many_files.run(number, 60))
    path = tmp_path / f"{members}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0.zip", inner.getvalue())
    return path


def test_a_zip_within_a_zip_grows_with_its_files(tmp_path, cpu_seconds, measured):
    few, many = 200, 1600

    def import_archive(members):
        path = nested(tmp_path, members)

        def take():
            with journal.open(tmp_path / f"home{members}") as opened:
                assert opened.add([path], workers=1).runs_added == members

        return cpu_seconds(take)

    import_archive(20)  # loads the libraries
    of_few, of_many = import_archive(few), import_archive(many)
    exponent = math.log(of_many / of_few) / math.log(many / few)
    measured.amount(f"a zip within a zip of {many:,} files", "", f"{of_many:.2f} s CPU", "")
    measured.amount(
        f"growth from {few} to {many:,} files in it",
        "files to the power of",
        f"{exponent:.2f}",
        "at most 1.2",
    )
    assert exponent <= 1.2
