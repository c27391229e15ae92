"""A guided warm-up is recorded with its time, and is the warm-up of the run that follows."""

from __future__ import annotations

from datetime import timedelta

import made_home
import pytest

import runlog
from runlog.model import Activity, Entry


@pytest.fixture
def home(small_home):
    return small_home


def finish(pages, which="before", **fields):
    return pages.post(f"/{which}", {"key": pages.key(f"/{which}"), "seconds": "300"} | fields)


def run_at(home, start, **answer):
    """Import a run that starts then, and return what is known of it."""
    with runlog.open(home) as journal:
        made_home.add(journal, "/w/2.fit", Activity(start, 1800.0, "running", distance_m=5e3, utc_offset_s=0))
        run = max(stored.id for stored in journal.runs())
        if answer:
            journal.log(Entry(start + timedelta(hours=1), 0, soreness=2.0, run=run, **answer))
        return journal.history().runs.loc[run]


def test_it_is_the_warm_up_of_the_run_that_begins_within_45_minutes(pages, home, clock):
    answer = finish(pages)
    assert answer.status_code == 303
    assert "Warm-up recorded" in pages.text(answer.headers["Location"])
    run = run_at(home, clock.now + timedelta(minutes=40))
    assert (run["warmup"], run["warmup_source"], run["warmup_confidence"]) == (1.0, "recorded", 1.0)


def test_it_is_not_that_of_a_later_run(pages, home, clock):
    finish(pages)
    assert run_at(home, clock.now + timedelta(minutes=50))["warmup_source"] is None


def test_a_measurement_outranks_a_memory(pages, home, clock):
    finish(pages)
    run = run_at(home, clock.now + timedelta(minutes=10), warmup=False)
    assert (run["warmup"], run["warmup_source"]) == (1.0, "recorded")


def test_where_the_diary_agrees_it_is_its_answer_so_that_runs_can_be_compared(pages, home, clock):
    finish(pages)
    run = run_at(home, clock.now + timedelta(minutes=10), warmup=True)
    assert (run["warmup"], run["warmup_source"]) == (1.0, "diary")


def test_a_cool_down_is_that_of_the_run_that_has_ended(pages, home):
    finish(pages, "after")
    with runlog.open(home) as journal:
        run = journal.history().runs.iloc[-1]
    assert (run["cooldown"], run["cooldown_source"]) == (1.0, "recorded")
    page = pages.text("/")
    assert "recorded when done" in page


def test_without_a_timer_it_takes_as_long_as_the_page_was_open(pages, home, clock):
    key, opened = pages.key("/before"), int(clock.now.timestamp())
    clock.now += timedelta(minutes=4)
    assert pages.post("/before", {"key": key, "opened": str(opened), "seconds": ""}).status_code == 303
    with runlog.open(home) as journal:
        (warmup,) = [stored.activity for stored in journal.activities() if stored.activity.device == "runlog"]
    assert warmup.duration_s == 240.0
    assert warmup.start == clock.now - timedelta(minutes=4)


def test_sent_twice_it_is_recorded_once(pages, home, clock):
    key = pages.key("/before")
    for _ in range(2):
        assert pages.post("/before", {"key": key, "seconds": "300"}).status_code == 303
        clock.now += timedelta(seconds=20)
    with runlog.open(home) as journal:
        assert sum(stored.activity.device == "runlog" for stored in journal.activities()) == 1


@pytest.mark.parametrize("fields", [{"seconds": "119"}, {"seconds": "0"}, {"seconds": "", "opened": ""}])
def test_what_was_too_short_is_not_recorded(pages, home, fields):
    assert finish(pages, **fields).status_code == 400
    with runlog.open(home) as journal:
        assert len(journal.activities()) == 1


def test_an_export_brings_it_back(pages, home, clock, tmp_path):
    finish(pages)
    run_at(home, clock.now + timedelta(minutes=10))
    with runlog.open(home) as journal:
        assert journal.doctor().ok
        journal.export(tmp_path / "export")
    with runlog.open(tmp_path / "second") as journal:
        assert journal.add([tmp_path / "export"]).ok
        assert journal.history().runs["warmup_source"].tolist()[-1] == "recorded"
