"""runlog plan show, list and result: what a trial has shown."""

from datetime import datetime, timedelta

import pytest

import runlog
from runlog.model import Activity, Entry
from runlog.records import ParsedFile
from runlog.store.files import add_file

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.usefixtures("calm")
def test_nothing_is_shown_before_the_end(run, rows):
    run("plan", "warmup", "--pairs", 6, "--days", "mon,thu")
    printed = run("plan", "result", 1).stdout
    assert "0 of 6 pairs are complete" in printed
    assert "chance easily misleads an earlier look" in printed
    assert "nothing to look at" in run("plan", "result", 1, "--early").stdout
    row = rows("plan", "result", 1)[0]
    assert (row["difference"], row["p"], row["over"], row["complete"]) == (None, None, False, 0)


@pytest.mark.usefixtures("calm")
def test_a_plan_that_was_followed_tells_what_it_showed(run, rows, home):
    """A plan is made today, and its runs of the future are imported: the end is when all are rated."""
    run("plan", "warmup", "--pairs", 6, "--days", ",".join(WEEKDAYS), "--seed", 2)
    with runlog.open(home) as journal:
        planned = journal.plans.get(1).runs
    for number, one in enumerate(planned, 1):
        start = datetime.fromisoformat(f"{one.day}T07:00:00+00:00")
        with runlog.open(home) as journal:
            _put_in(journal, start)
            warm = one.first
            rating = 2.0 + number % 2 if warm else 5.0
            journal.log(Entry(start + timedelta(hours=12), 0, soreness=rating, warmup=warm))
    row = rows("plan", "result", 1)[0]
    assert (row["complete"], row["over"], row["kept"], row["compared_pairs"]) == (6, True, 12, 6)
    assert row["low"] < row["difference"] < row["high"] < 0
    assert row["p"] == pytest.approx(2 / 64)
    text = run("plan", "result", 1).stdout
    assert "On days when the coin said a warm-up" in text
    assert "your expectations may play a part" in text
    assert rows("plan", "list")[0]["state"] == "over"


def _put_in(journal, start):
    run = Activity(start, 1800.0, "running", utc_offset_s=0, distance_m=5000.0)
    journal._store.write(
        add_file, f"{start:%Y%m%d}.fit", f"{start:%Y%m%d}", ParsedFile("fit", (run,)), [None]
    )
