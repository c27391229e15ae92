"""What was refused because this machine's clock was wrong is read again once it is right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from made_files import DIARY, gpx

import runlog
from runlog import importers
from runlog.importers import csv_dates, runs_csv

RUNS = "date,distance,duration\n2009-03-05,10,50\n2026-05-07,8,40\n"
STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,"
    "Elapsed Time,Distance,Filename\n"
    '1,"Oct 7, 2009, 2:43:11 PM",Hills,Run,,3000,10,\n2,"Jul 13, 2026, 2:43:11 PM",Woods,Run,,3000,10,\n'
)
TRACK = gpx().partition("<trk>")[2].removesuffix("</gpx>")
TWO_DAYS = gpx(-6000).replace("</gpx>", f"<trk>{TRACK}</gpx>")


class Early(datetime):
    """A clock that is years behind."""

    @classmethod
    def now(cls, tz=None):
        return datetime(2012, 1, 1, tzinfo=tz or UTC)


@pytest.mark.parametrize(
    "case",
    [
        ("a.gpx", gpx(), 1, 0),
        ("two.gpx", TWO_DAYS, 2, 0),
        ("diary.csv", DIARY, 0, 3),
        ("runs.csv", RUNS, 2, 0),
        ("later.csv", RUNS.replace("2009", "2026"), 2, 0),
        ("activities.csv", STRAVA, 2, 0),
    ],
)
def test_a_wrong_clock_refuses_nothing_for_good(tmp_path, monkeypatch, aged, case):
    name, text, runs, entries = case
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / name).write_text(text)
    aged(folder)
    with runlog.open(tmp_path / "home") as journal:
        with monkeypatch.context() as patch:
            for module in (importers, csv_dates, runs_csv):
                patch.setattr(module, "datetime", Early)
            for _ in range(2):
                summary = journal.add([folder])
                assert "future" in summary.files[0].reason
                assert len(journal.runs()) < runs or len(journal.entries()) < entries
        assert journal.add([folder]).ok
        assert (len(journal.runs()), len(journal.entries())) == (runs, entries)
        assert all(len(journal.sources(run.id)) == 1 for run in journal.runs())
        assert journal.add([folder]).known == 1
