"""Who needs a call this week: the runners' own alerts, what presses most first."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from made_diary import MONDAY, Diary

from runlog.cohorts.status import PRESSING, status, status_of
from runlog.reporter.alerts import ALERTS

LAST = 39
NOW = MONDAY + timedelta(days=LAST, hours=14)


def steady(**last):
    """Six weeks of easy running with calm ratings; ``last`` is what the final day holds instead."""
    diary = Diary()
    for day in (day for day in range(LAST + 1) if day % 7 in {0, 2, 4}):
        final = last if day == LAST else {}
        diary.run(day, km=final.get("km", 8), shoe="Blue").rate(day, final.get("soreness", 1))
    return diary


def kinds(diary, now=NOW):
    return [row.kind for row in status_of("Anna", diary.history(), now)]


def test_a_runner_without_a_reason_is_one_quiet_row():
    (row,) = status_of("Anna", steady().history(), NOW)
    assert (row.athlete, row.kind, row.severity) == ("Anna", "", "")
    assert row.last_rating == 1
    assert row.last_rated == row.last_run == (MONDAY + timedelta(days=LAST)).date()


@pytest.mark.parametrize(
    ("last", "kind"), [({"soreness": 8}, "soreness_high"), ({"km": 14}, "run_spike")], ids=["sore", "jump"]
)
def test_what_presses_is_named(last, kind):
    assert kind in kinds(steady(**last))


def test_who_falls_silent_is_named():
    (row,) = status_of("Anna", steady().history(), NOW + timedelta(days=20))
    assert row.kind == "silent"
    assert row.message == "Neither a run nor a rating for 20 days."
    assert row.since == (MONDAY + timedelta(days=LAST)).date()


def test_nothing_later_than_the_moment_counts():
    diary = steady(soreness=9)
    assert kinds(diary, NOW - timedelta(days=3)) == [""]


def test_a_home_of_nothing_is_quiet():
    (row,) = status_of("New", Diary().history(), NOW)
    assert (row.kind, row.last_rating, row.last_run) == ("", None, None)


def test_the_most_pressing_comes_first_and_a_folder_that_cannot_be_read_is_named(sample_home, tmp_path):
    for name in ("Anna", "Ben"):
        shutil.copytree(sample_home, tmp_path / name)
    (tmp_path / "Ben" / "runlog.db").write_bytes(b"no database")
    seen = []
    rows = status([tmp_path / "Anna", tmp_path / "Ben"], NOW, lambda done, _, name: seen.append((done, name)))
    assert seen == [(1, "Anna"), (2, "Ben")]
    assert [row.athlete for row in rows if row.kind == "unreadable"] == ["Ben"]
    ranks = [("urgent", "warn", "info", "").index(row.severity) for row in rows]
    assert ranks == sorted(ranks)


def test_every_reason_is_an_alert_of_runlog():
    assert {*PRESSING} - {"silent"} <= {rule.kind for rule in ALERTS}
