"""Every device file: never a traceback, every run read, and every FIT value as fitparse reads it."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import fitparse_reference
import numpy as np
import pytest

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers.fit import decode, profile, scan
from runlog.model import TRACK_COLUMNS, Kind
from runlog.settings import Settings

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "devicefiles"
#: Of larger files every message but some of the records is compared.
KEPT_RECORDS = 200
#: The records of files at which fitparse stops: at a developer field of no size, and where bytes are missing.
BEYOND_FITPARSE = {
    "fit/jat255__Fit-File-Faker__tpv_dev_fields_20260222.fit": 3400,
    "fit/dtcooper__python-fitparse__strava-android-app-201.10-b1218918.fit": 5313,
}

#: What is damaged for certain, and by how much.
SALVAGED = {
    "fit/dtcooper__python-fitparse__activity-unexpected-eof.fit": "14 records",
    "fit/dtcooper__python-fitparse__activity-filecrc.fit": "14 records",
    "fit/dtcooper__python-fitparse__strava-android-app-201.10-b1218918.fit": "5313 records",
}


def manifest():
    if not FOLDER.is_dir():
        return []
    with (FOLDER / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ROWS = manifest() or [{"file": "absent", "sport": "", "session_distance_m": "", "kind": "", "records": "0"}]


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
    """The manifest lists a multisport file's sports once each, its distances per session.

    Some files are of a watch that was tried out on a desk: called a run, of no metres or a few seconds.
    """
    runs = [activity for activity in reading.activities if activity.kind is Kind.RUN]
    if any(sport.split("/")[0] == "running" for sport in sports):
        assert runs or any("called a run, but" in note for note in reading.notes)
    stated = [float(metres) for metres in row["session_distance_m"].split(";") if metres]
    for run in runs:
        if stated:
            assert any(run.distance_m == pytest.approx(metres, rel=0.01, abs=0.1) for metres in stated)


FIT_FILES = [row for row in ROWS if row["kind"] == "fit"] or [ROWS[0]]


@pytest.mark.parametrize("row", FIT_FILES, ids=lambda row: row["file"])
def test_every_value_is_the_one_that_fitparse_reads(devicefiles, row):
    sequences, _ = scan.split_chained((devicefiles / row["file"]).read_bytes())
    for sequence in sequences:
        data = thinned(sequence.data)
        if row["file"] in BEYOND_FITPARSE:
            assert fitparse_reference.decode(data)[1]
        else:
            fitparse_reference.assert_same(data)


@pytest.mark.parametrize("row", FIT_FILES, ids=lambda row: row["file"])
def test_every_record_is_there(devicefiles, row):
    sequences, _ = scan.split_chained((devicefiles / row["file"]).read_bytes())
    record_count = sum(len(decode.decode_messages(sequence.data)[0].times) for sequence in sequences)
    assert record_count == BEYOND_FITPARSE.get(row["file"], int(row["records"]))


def thinned(sequence):
    """Return a file with only some of its records, and all other messages."""
    begin, end = scan.data_range(sequence)
    records = [
        one
        for one in scan.scan_messages(sequence, begin, end).definitions
        if one.message_number == profile.RECORD_MESSAGE
    ]
    spans = sorted((start, start + one.size) for one in records for start in one.message_offsets)
    if len(spans) <= KEPT_RECORDS:
        return sequence
    later = spans[KEPT_RECORDS // 2 :]
    sampled = later[:: len(later) // (KEPT_RECORDS // 2)][: KEPT_RECORDS - KEPT_RECORDS // 2]
    dropped = [(0, begin), *(span for span in later if span not in set(sampled)), (end, end)]
    body = b"".join(sequence[after:start] for (_, after), (start, _) in pairwise(dropped))
    head = sequence[:4] + len(body).to_bytes(4, "little") + sequence[8:12] + bytes(begin - 12)
    whole = head + body
    return whole + scan.fit_checksum(whole).to_bytes(2, "little")
