"""What runlog show tells of a run."""

from datetime import UTC, datetime, timedelta

import pytest

import runlog
from runlog.model import Area, Entry

MORNING = datetime(2026, 7, 12, 6, tzinfo=UTC)


@pytest.fixture
def two_runs_on_a_day(home, tmp_path, gpx):
    """Import a run of the morning and one of the evening."""
    for start, km in ((MORNING, 8.2), (MORNING + timedelta(hours=10), 5.0)):
        (tmp_path / f"{start:%H}.gpx").write_text(gpx(start, km=km, north=40 + km), encoding="utf-8")
    with runlog.open(home) as journal:
        journal.add([tmp_path / "06.gpx", tmp_path / "16.gpx"])
        yield journal


def rate(journal, soreness, *, hours, **more):
    moment = MORNING + timedelta(hours=hours)
    journal.log(Entry(moment, 7200, soreness=soreness, area=Area.UPPER_BACK, **more))


def test_a_rating_is_listed_under_the_one_run_that_it_is_about(two_runs_on_a_day, run):
    journal = two_runs_on_a_day
    first, second = (stored.id for stored in journal.runs())
    rate(journal, 3.0, hours=14)
    rate(journal, 5.0, hours=4)
    rate(journal, 7.0, hours=15, run=first)
    rate(journal, 9.0, hours=38)
    of_first, of_second = (run("show", number).stdout for number in (first, second))
    assert [f" {points} of 10" in of_first for points in (3, 5, 7, 9)] == [False, True, True, False]
    assert [f" {points} of 10" in of_second for points in (3, 5, 7, 9)] == [True, False, False, False]
