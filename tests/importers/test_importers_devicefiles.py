"""Every device file: never a traceback, every run read, and both FIT decoders of one mind."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers import fit, fit_chain, fitfast_seam, fitparse_seam
from runlog.model import TRACK_COLUMNS, Kind
from runlog.settings import Settings

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "devicefiles"
#: fitparse reads 6,000 records a second: of larger files the first so many bytes are compared.
COMPARED_BYTES = 25_000
#: Sound files that fitparse cannot read (a developer field of no size).
BEYOND_FITPARSE = {"fit/jat255__Fit-File-Faker__tpv_dev_fields_20260222.fit"}

#: What is damaged for certain, and by how much.
SALVAGED = {
    "fit/dtcooper__python-fitparse__activity-unexpected-eof.fit": "14 records",
    "fit/dtcooper__python-fitparse__activity-filecrc.fit": "14 records",
    "fit/dtcooper__python-fitparse__strava-android-app-201.10-b1218918.fit": "473 records",
}


def manifest():
    if not FOLDER.is_dir():
        return []
    with (FOLDER / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ROWS = manifest() or [{"file": "absent", "sport": "", "session_distance_m": "", "kind": "", "bytes": "0"}]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_device_file_is_read_or_refused_with_a_reason(devicefiles, row):
    sports = row["sport"].lower().split("+")
    try:
        reading = importers.read_bytes(
            (devicefiles / row["file"]).read_bytes(), str(devicefiles / row["file"]), Settings()
        )
    except (NotReadable, NotTaken):
        assert "running" not in sports
        return
    for activity in reading.activities:
        assert activity.duration_s > 0
        if activity.track is not None:
            assert_sound(activity.track)
    if row["file"] in SALVAGED:
        assert SALVAGED[row["file"]] in str(reading.problems[0])
    assert_runs_are_there(reading, row, sports)


def assert_sound(track):
    assert set(track.columns) <= set(TRACK_COLUMNS)
    assert {len(values) for values in track.columns.values()} == {len(track)}
    assert {values.dtype for values in track.columns.values()} == {np.dtype(np.float64)}
    assert (np.diff(track["time_s"]) >= 0).all()
    assert track["time_s"][0] >= 0
    assert set(np.diff(track["segment"]).tolist()) <= {0.0, 1.0}


def assert_runs_are_there(reading, row, sports):
    """The manifest lists a multisport file's sports once each, its distances per session."""
    runs = [activity for activity in reading.activities if activity.kind is Kind.RUN]
    if any(sport.split("/")[0] == "running" for sport in sports):
        assert runs
    stated = [float(metres) for metres in row["session_distance_m"].split(";") if metres]
    for run in runs:
        if stated:
            assert any(run.distance_m == pytest.approx(metres, rel=0.01, abs=0.1) for metres in stated)


FIT_FILES = [row["file"] for row in ROWS if row["kind"] == "fit"] or ["absent"]


@pytest.mark.parametrize("name", FIT_FILES)
def test_both_fit_decoders_read_the_same(devicefiles, name):
    sequences, _ = fit_chain.split((devicefiles / name).read_bytes())
    for sequence in sequences:
        try:
            fast = fitfast_seam.decode(fit_chain.with_header_crc(sequence.data) or sequence.data, frozenset())
        except fitfast_seam.Refused:
            continue
        slow, fault = fitparse_seam.decode(sequence.data[:COMPARED_BYTES])
        whole = len(sequence.data) <= COMPARED_BYTES and name not in BEYOND_FITPARSE
        assert (fault is None) == whole
        if not whole:
            fast, slow = records_of(fast, slow), records_of(slow, slow)
        assert_same(fit.activities(fast), fit.activities(slow))


def records_of(messages, slow):
    """The records alone, as far as the slow decoder came; they stand in for a session."""
    return {"record": messages.get("record", [])[: len(slow.get("record", []))]}


def assert_same(fast, slow):
    assert len(fast) == len(slow)
    for one, other in zip(fast, slow, strict=True):
        tracks = (one.track, other.track)
        for name in ("start", "utc_offset_s", "device", "laps"):
            assert getattr(one, name) == getattr(other, name)
        for name in (
            "duration_s",
            "distance_m",
            "moving_s",
            "avg_hr",
            "max_hr",
            "avg_cadence_spm",
            "ascent_m",
            "rpe",
        ):
            assert getattr(one, name) == pytest.approx(getattr(other, name))
        if tracks[0] is None or tracks[1] is None:
            assert tracks[0] is tracks[1]
            continue
        assert set(tracks[0].columns) == set(tracks[1].columns)
        for column in tracks[0].columns:
            np.testing.assert_allclose(
                tracks[0][column], tracks[1][column], rtol=1e-9, atol=1e-9, err_msg=column
            )
