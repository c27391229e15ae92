"""A plan as a table, as a calendar, and within an export."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

import runlog
from runlog import export
from runlog.errors import NotReadable
from runlog.importers import read_bytes
from runlog.model import Area, Entry, Plan, PlannedRun
from runlog.records import ExportedJournal
from runlog.settings import Settings
from runlog.store import trials
from runlog.trials import registry

DRAWN = Plan(
    id=3,
    factor="shoes",
    area=Area.UPPER_BACK,
    first='Pégasus, 41; the "blue" ones\\ \U0001f3c3 with a name that is longer than a line of a calendar is',
    second="Blue\r\nEND:VEVENT\x00\x1b[31m",
    effect=1.0,
    seed=12,
    made=datetime(2026, 5, 1, 10, 0, 0, 250_000, tzinfo=UTC),
    runs=tuple(PlannedRun(date(2026, 12, 30) + timedelta(days=i), i % 3 == 0) for i in range(4)),
)


LATER = date(2027, 2, 1)


def test_the_table_has_a_row_per_run():
    rows = list(csv.DictReader(io.StringIO(registry.plan_csv(DRAWN, LATER), newline="")))
    assert [row["day"] for row in rows] == ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]
    assert [row["pair"] for row in rows] == ["1", "1", "2", "2"]
    assert rows[0]["way"] == DRAWN.first
    assert rows[0]["what_to_do"] == f"Wear {DRAWN.first}."
    assert rows[1]["weekday"] == "Thu"
    assert not any(not character.isprintable() for row in rows for character in row["way"])


def test_the_arm_of_a_run_is_shown_from_its_day_on_and_not_before():
    for today, shown in ((date(2026, 12, 29), 0), (date(2026, 12, 30), 1), (date(2027, 1, 1), 3)):
        rows = registry.plan_rows(DRAWN, today)
        assert [bool(row["way"]) for row in rows] == [number < shown for number in range(4)]
        assert [bool(row["what_to_do"]) for row in rows] == [number < shown for number in range(4)]
    turned = replace(DRAWN, runs=tuple(replace(run, first=not run.first) for run in DRAWN.runs))
    assert registry.plan_csv(DRAWN, date(2026, 12, 29)) == registry.plan_csv(turned, date(2026, 12, 29))
    assert registry.plan_calendar(DRAWN) == registry.plan_calendar(turned)


def test_the_calendar_is_one_that_calendars_read():
    content = registry.plan_calendar(DRAWN)
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    read = icalendar.Calendar.from_ical(content)
    assert (str(read["version"]), bool(read["prodid"])) == ("2.0", True)
    events = read.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [run.day for run in DRAWN.runs]
    assert [event.decoded("dtend") for event in events] == [run.day + timedelta(days=1) for run in DRAWN.runs]
    assert str(events[0]["summary"]).startswith(f"Run 1 of 4, by coin: {DRAWN.first} or Blue")
    assert "runlog plan show 3" in str(events[0]["description"])
    assert "Rate your upper back within a day" in str(events[1]["description"])
    assert all(event.decoded("dtstamp").tzinfo is not None for event in events)
    assert len({str(event["uid"]) for event in events}) == 4


def test_the_same_plan_has_the_same_events_and_another_plan_others():
    assert registry.plan_calendar(DRAWN) == registry.plan_calendar(DRAWN)
    uids = [
        {
            str(event["uid"])
            for event in icalendar.Calendar.from_ical(registry.plan_calendar(plan)).walk("VEVENT")
        }
        for plan in (DRAWN, replace(DRAWN, seed=13))
    ]
    assert not uids[0] & uids[1]


@given(st.text(max_size=120))
def test_whatever_a_pair_is_called_is_one_property_of_the_event(name):
    read = icalendar.Calendar.from_ical(registry.plan_calendar(replace(DRAWN, first=name)))
    assert len(read.walk("VEVENT")) == 4
    assert not read.errors


def test_an_export_holds_the_plans_and_reads_back(tmp_path):
    with runlog.open(tmp_path / "home") as journal:
        journal.log(Entry(datetime(2026, 5, 1, tzinfo=UTC), 0, soreness=1.0))
        with journal._store.writing() as db:
            trials.add_trial(db, DRAWN)
            trials.add_trial(db, replace(DRAWN, factor="warmup", seed=7))
        journal.plans.cancel(1, datetime(2026, 6, 1, tzinfo=UTC))
        before = journal.plans.all()
        journal.export(tmp_path / "out")
    with runlog.open(tmp_path / "new") as journal:
        assert journal.add([tmp_path / "out"]).ok
        assert journal.plans.all() == before
        journal.add([tmp_path / "out"])
        assert journal.plans.all() == before
        journal.backup(tmp_path / "all.backup")
    with runlog.open(tmp_path / "third") as journal:
        journal.restore(tmp_path / "all.backup")
    with runlog.open(tmp_path / "third") as journal:
        assert journal.plans.all() == before


@pytest.mark.parametrize(
    "change",
    [b'"runs": []', b'"runs": [{"day": "2026-05-04", "first": true}]', b'"runs": 3', b'"runs": [1, 2]'],
)
def test_a_damaged_plan_is_said_to_be(change):
    content = export.format_journal(
        ExportedJournal(entries=(), shoes=(), files=(), versions={}, activities={}, plans=(DRAWN,))
    )
    start = content.index(b'"runs": [')
    damaged = content[:start] + change + content[content.index(b"]", start) + 1 :]
    with pytest.raises(NotReadable, match="damaged"):
        read_bytes(damaged, "journal.json", Settings())


def test_a_table_in_a_watched_folder_is_passed_over(tmp_path):
    (tmp_path / "plan.csv").write_text(registry.plan_csv(DRAWN, LATER), encoding="utf-8")
    with runlog.open(tmp_path / "home") as journal:
        summary = journal.add([tmp_path / "plan.csv"])
        assert summary.failed == 0
        assert "runlog plan" in summary.files[0].reason
        assert journal.entries() == []
