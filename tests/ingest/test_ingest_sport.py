"""What the runner says of the sport of a file, and how that is taken back."""

from __future__ import annotations

import zipfile

import pytest
from made_files import gpx

import runlog

STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,"
    "Elapsed Time,Distance,Filename\n"
    '1,"Oct 7, 2020, 2:43:11 PM",Hills,Run,,3000,10,\n'
    '2,"Oct 8, 2020, 2:43:11 PM",Woods,Ride,,3000,20,\n'
    '3,"Oct 9, 2020, 2:43:11 PM",Fast,Run,,3000,40,\n'
)
RUNS = "date,distance,duration\n2019-03-05,10,50\n2019-03-05,8,40\n2019-03-06,80,40\n"


@pytest.fixture
def journal(tmp_path):
    with runlog.open(tmp_path / "home") as journal:
        yield journal


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "export_1.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("activities/1.gpx", gpx())
        made.writestr("activities.csv", STRAVA)
    return path


def sports_of(journal):
    return [one.activity.sport for one in journal.activities()]


def test_an_archive_is_not_given_one_sport(journal, archive):
    for before in ([], ["running", "cycling", "running"]):
        summary = journal.add([archive], sport="cycling")
        assert (summary.failed, sports_of(journal)) == (1, before)
        assert "without --sport" in summary.files[0].reason
        journal.add([archive])
    with zipfile.ZipFile(archive) as made:
        made.extractall(archive.parent / "unpacked")
    summary = journal.add([archive.parent / "unpacked" / "activities.csv"], sport="cycling")
    assert (summary.failed, sports_of(journal)) == (1, ["running", "cycling", "running"])


def test_what_the_files_say_can_count_again(journal, archive):
    journal.add([archive])
    journal._store.write(lambda db: db.execute("UPDATE recording SET sport = 'cycling', kind = 'other'"))
    assert journal.runs() == []
    assert "what the file says counts again" in journal.add([archive], sport="file").files[0].reason
    assert sports_of(journal) == ["running", "cycling", "running"]
    assert len(journal.runs()) == 2


@pytest.mark.parametrize(("name", "text"), [("a.gpx", gpx()), ("runs.csv", RUNS), ("b.gpx", gpx(sport=""))])
def test_a_sport_that_was_said_is_taken_back(journal, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    journal.add([tmp_path / name])
    before = journal.activities()
    journal.add([tmp_path / name], sport="swimming")
    assert set(sports_of(journal)) == {"swimming"}
    journal.add([tmp_path / name], sport="file")
    assert journal.activities() == before


def test_rows_of_a_list_are_not_told_to_use_an_option_for_whole_files(journal, archive, tmp_path):
    (tmp_path / "runs.csv").write_text(RUNS)
    summary = journal.add([archive, tmp_path / "runs.csv"])
    reasons = "; ".join(file.reason for file in summary.files)
    assert reasons.count("faster than any run") == 2
    assert "--sport" not in reasons
