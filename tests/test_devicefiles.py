"""All device files through the journal: what the manifest calls a run is there, once."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from runlog import journal

#: Each is cut short or bent (a wrong checksum, foreign bytes at its end); the rest of it is kept.
DAMAGED = {
    "dtcooper__python-fitparse__activity-activity-filecrc.fit",
    "dtcooper__python-fitparse__activity-filecrc.fit",
    "dtcooper__python-fitparse__activity-settings-corruptheader.fit",
    "dtcooper__python-fitparse__activity-settings-nodata.fit",
    "dtcooper__python-fitparse__activity-unexpected-eof.fit",
    "dtcooper__python-fitparse__nick.fit",
    "dtcooper__python-fitparse__strava-android-app-201.10-b1218918.fit",
}


def running(devicefiles):
    """The manifest's rows that hold a run."""
    with (devicefiles / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = {"running", "run"}
    return [row for row in rows if words & {word.split("/")[0] for word in row["sport"].lower().split("+")}]


def agrees(run, metres):
    return run.distance_m == pytest.approx(metres, rel=0.01, abs=0.1)


def test_every_run_of_the_manifest_is_there_once(devicefiles, tmp_path):
    with journal.open(tmp_path / "home") as kept:
        summary = kept.add([devicefiles])
        assert kept.add([devicefiles]).known == len(summary.files) - summary.skipped
        runs = {run.id: run.activity for run in kept.runs()}
    assert summary.failed == 0
    assert {Path(file.path).name for file in summary.files if file.problems} == DAMAGED
    assert summary.runs_added == len(runs)
    assert max(Counter(run.start for run in runs.values()).values()) == 1
    ids = {Path(file.path).name: file.runs for file in summary.files}
    reasons = {Path(file.path).name: file.reason for file in summary.files}
    rows = running(devicefiles)
    assert len(rows) > 30
    for row in rows:
        told = [runs[run_id] for run_id in set(ids[Path(row["file"]).name])]
        assert told or "kept as another activity" in reasons[Path(row["file"]).name], row["file"]
        stated = [float(metres) for metres in row["session_distance_m"].split(";") if metres]
        for run in told if stated else []:
            assert any(agrees(run, metres) for metres in stated), row["file"]
