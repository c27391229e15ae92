"""A history is built once, and again only after a change; each page's facts are made once."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

import runlog
from runlog.model import Activity, Entry, Kind
from runlog.web.shared import Facts, SharedJournal


@pytest.fixture
def shared(small_home):
    shared = SharedJournal(small_home)
    yield shared
    shared.close()


def test_a_history_is_held_until_something_changes(shared, clock):
    first = shared.facts()
    assert shared.facts() is first
    with runlog.open(shared.folder) as journal:
        journal.log(Entry(clock.now, 0, soreness=1.0))
    second = shared.facts()
    assert second is not first
    assert len(second.history.entries) == len(first.history.entries) + 1
    (shared.folder / "config.toml").write_text('units = "mi"\n')
    assert shared.facts().history.settings.units == "mi"


def test_only_the_activities_that_changed_are_read_again(shared, clock):
    def read() -> dict[int, object]:
        shared.facts()
        return {run: stored for run, (_, stored) in shared._read_before.items()}

    with runlog.open(shared.folder) as journal:
        for days in (1, 2):
            journal.record(Activity(clock.now - timedelta(days=days), 600.0, "strength", kind=Kind.OTHER))
    before = read()
    renamed, *others = before
    with runlog.open(shared.folder) as journal:
        journal.rename(renamed, "Along the canal")
        journal.log(Entry(clock.now, 0, soreness=1.0))
    after = read()
    assert shared.facts().history.runs.loc[renamed, "name"] == "Along the canal"
    assert after[renamed] != before[renamed]
    assert len(others) == 2
    assert all(after[run] is before[run] for run in others)
    with runlog.open(shared.folder) as journal:
        journal.delete([others[0]])
        anew = journal.history()
    held = shared.facts().history
    assert others[0] not in held.others.index
    pd.testing.assert_frame_equal(held.runs, anew.runs)
    pd.testing.assert_frame_equal(held.others, anew.others)


def test_a_restored_backup_shows_at_the_next_look(shared, tmp_path, clock):
    with runlog.open(shared.folder) as journal:
        journal.backup(tmp_path / "backup.db")
        journal.log(Entry(clock.now, 0, soreness=1.0))
    more = len(shared.facts().history.entries)
    with runlog.open(shared.folder) as journal:
        journal.restore(tmp_path / "backup.db")
    assert len(shared.facts().history.entries) == more - 1


def test_a_tracks_history_can_be_used_in_any_thread(shared):
    from threading import Thread

    found = []
    run = int(shared.facts().history.runs.index[0])
    thread = Thread(target=lambda: found.append(shared.facts().history.track(run)))
    thread.start()
    thread.join()
    assert found == [None]


def test_facts_are_made_once_per_slot():
    facts, made = Facts(None), []

    def make():
        made.append(1)
        return len(made)

    assert [facts.get("a", 1, make), facts.get("a", 1, make), facts.get("a", 2, make)] == [1, 1, 2]
    assert facts.get("b", 1, make) == 3
