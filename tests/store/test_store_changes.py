"""Whatever the runner changes by hand is undone and redone row by row, in one transaction or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from made_recordings import MONDAY, make_run, make_track

from runlog import ingest, store
from runlog.errors import BadInput
from runlog.model import Area, Entry, Plan, PlannedRun, Shoe, ShoeRule, Side
from runlog.store import activities, changes, diary, recordings, routes, shoes, trials
from runlog.store.changes import TABLES, read_last_change, redo_change, undo_change

ENTRY = Entry(MONDAY, 7200, soreness=3.0)
PLAN = Plan(
    id=0,
    factor="warmup",
    area=Area.UPPER_BACK,
    first="with",
    second="without",
    effect=1.0,
    seed=1,
    made=datetime(2026, 7, 1, tzinfo=UTC),
    runs=(PlannedRun(date(2026, 7, 2), True), PlannedRun(date(2026, 7, 4), False)),
)


@pytest.fixture
def filled(stored, files):
    """Runs 1 (from two files, on R1), 2 (on R2) and 3 (with a diary entry), and two pairs with a rule."""
    files.add("/a.fit", make_run(track=make_track(3000.0, 10_000.0)))
    files.add("/a.gpx", make_run(2.0, shoe="Red", track=make_track(3000.0, 10_000.0)))
    files.add("/b.fit", make_run(86_400.0, track=make_track(1500.0, 5_000.0)))
    files.add("/c.fit", make_run(172_800.0, track=make_track(1500.0, 5_000.0)))
    ingest.refresh(stored)
    stored.write(shoes.add_shoe, Shoe("Blue", default=True))
    stored.write(shoes.add_shoe, Shoe("Red", date(2026, 7, 1)))
    stored.write(shoes.add_shoe_rule, ShoeRule("Blue", max_m=5_000.0))
    stored.write(shoes.set_shoe_override, [2], "Blue")
    stored.write(diary.add_entry, replace(ENTRY, run=3, shoe="Blue"))
    return stored


def _content(stored):
    """Every row of what a runner says; a sequence of ids goes on, whatever is undone."""
    with stored.reading() as db:
        return {
            table: sorted(repr(tuple(row)) for row in db.execute(f"SELECT * FROM {table}"))  # noqa: S608
            for table in TABLES
        }


def _ids(stored):
    return [one.id for one in stored.read(activities.read_activities, derived=False)]


CHANGES = {
    "log": lambda stored: stored.change(diary.add_entry, replace(ENTRY, area=Area.NECK)),
    "log a side": lambda stored: stored.change(
        diary.add_entry, replace(ENTRY, area=Area.KNEE, side=Side.LEFT)
    ),
    "edit": lambda stored: stored.change(diary.update_entry, 1, replace(ENTRY, soreness=1 / 3, note="{")),
    "delete an entry": lambda stored: stored.change(diary.delete_entry, 1),
    "merge": lambda stored: stored.change(recordings.merge_by_hand, 2, 3),
    "split": lambda stored: stored.change(recordings.split_activity, 1),
    "delete runs": lambda stored: stored.change(activities.delete_activities, [1, 3]),
    "add a pair": lambda stored: stored.change(shoes.add_shoe, Shoe("Green", default=True)),
    "rename a pair": lambda stored: stored.change(shoes.rename_shoe, "Blue", "Sky"),
    "rename a pair twice": lambda stored: [
        stored.change(shoes.rename_shoe, "Blue", "Sky"),
        stored.change(shoes.rename_shoe, "Sky", "Blue"),
    ],
    "join pairs": lambda stored: stored.change(shoes.join_shoes, "Red", "Blue"),
    "delete a pair": lambda stored: stored.change(shoes.delete_shoe, "Blue"),
    "assign a pair": lambda stored: stored.change(shoes.set_shoe_override, [1, 2, 3], "Red"),
    "remove a rule": lambda stored: stored.change(shoes.remove_shoe_rule, 1),
    "name a route": lambda stored: stored.change(routes.rename_route, 1, "Loop"),
    "join routes": lambda stored: stored.change(routes.join_routes, 1, 2),
    "split a route": lambda stored: stored.change(routes.split_route, stored.read_snapshot(), [3]),
    "plan": lambda stored: stored.change(trials.add_trial, PLAN),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_undone_and_redone_to_the_last_row(filled, name):
    before = _content(filled)
    CHANGES[name](filled)
    after = _content(filled)
    undone = 0
    while filled.write(undo_change):
        undone += 1
    assert _content(filled) == before
    for _ in range(undone):
        assert filled.write(redo_change)
    assert _content(filled) == after != before or name == "rename a pair twice"
    assert filled.write(redo_change) is None


def test_undoing_goes_back_step_by_step_and_something_new_ends_redoing(filled):
    first = filled.change(diary.add_entry, replace(ENTRY, area=Area.NECK))
    filled.change(diary.update_entry, first, replace(ENTRY, area=Area.NECK, soreness=5.0))
    assert filled.write(undo_change).what == "update_entry"
    assert filled.write(undo_change).what == "add_entry"
    assert filled.read(read_last_change, undone=True).what == "add_entry"
    filled.change(diary.add_entry, replace(ENTRY, area=Area.FOOT))
    assert filled.write(redo_change) is None
    assert filled.read(read_last_change).entries[0][1].entry.area == Area.FOOT


def test_what_changes_nothing_is_no_change(filled):
    filled.change(shoes.set_shoe_override, [2], "Blue")
    assert filled.read(read_last_change) is None


def test_a_change_that_fails_leaves_nothing_to_undo(filled):
    before = _content(filled)
    with pytest.raises(BadInput):
        filled.change(diary.add_entry, ENTRY)
    filled.change(diary.add_entry, replace(ENTRY, area=Area.NECK))
    filled.write(undo_change)
    assert _content(filled) == before


def test_a_process_that_is_killed_leaves_both_or_neither(filled, tmp_path):
    filled._db.execute("BEGIN IMMEDIATE")
    with changes.recording_change(filled._db, "add_entry"):
        diary.add_entry(filled._db, replace(ENTRY, area=Area.NECK))
    filled._db.close()  # before it was committed
    with store.open(tmp_path / "home") as again:
        assert again.read(read_last_change) is None
        assert len(again.read(diary.read_entries)) == 1


def test_what_an_import_has_changed_since_is_not_undone(filled, files):
    log = filled.change(diary.add_entry, replace(ENTRY, area=Area.NECK))
    files.add("/diary.csv", entries=(replace(ENTRY, area=Area.NECK, note="from the list"),))
    before = _content(filled)
    with pytest.raises(BadInput, match="changed again since"):
        filled.write(undo_change)
    assert _content(filled) == before
    filled.write(diary.update_entry, log, replace(ENTRY, area=Area.NECK))
    assert filled.write(undo_change).imported_since


def test_a_split_that_others_refer_to_is_not_undone(filled):
    (new,) = filled.change(recordings.split_activity, 1)
    filled.write(diary.add_entry, replace(ENTRY, area=Area.NECK, run=new))
    with pytest.raises(BadInput, match="refer to"):
        filled.write(undo_change)
    assert new in _ids(filled)


def test_a_route_found_again_after_a_split_does_not_stand_in_the_way(filled):
    before = _content(filled)
    filled.change(recordings.split_activity, 1)
    ingest.refresh(filled)
    filled.write(undo_change)
    assert _content(filled) == before


def test_the_oldest_changes_are_forgotten(filled, monkeypatch):
    monkeypatch.setattr(changes, "MAX_CHANGES", 3)
    for hour in range(5):
        filled.change(diary.add_entry, replace(ENTRY, moment=MONDAY.replace(hour=10 + hour)))
    assert [bool(filled.write(undo_change)) for _ in range(4)] == [True, True, True, False]
    monkeypatch.setattr(changes, "MAX_BYTES", 1)
    filled.change(diary.add_entry, replace(ENTRY, area=Area.NECK))
    filled.change(diary.add_entry, replace(ENTRY, area=Area.FOOT))
    assert [bool(filled.write(undo_change)) for _ in range(2)] == [True, False]


def test_a_change_that_names_other_tables_is_refused(filled):
    filled.change(diary.add_entry, replace(ENTRY, area=Area.NECK))
    for rows in ('[["sqlite_schema",{"name":"x"},null]]', '[["entry",{"id":1,"no\\" = 1; --":2},null]]'):
        filled._db.execute("UPDATE change SET changed = ?", (rows,))
        with pytest.raises(BadInput, match="another version"):
            filled.write(undo_change)


# ---- deleting runs


def test_a_deleted_run_is_shown_nowhere_and_no_file_brings_it_back(filled, files):
    filled.change(activities.delete_activities, [1])
    assert _ids(filled) == [2, 3]
    assert files.add("/a.fit", make_run(track=make_track(3000.0, 10_000.0))).runs == ()
    other = files.add("/copy.fit", make_run(1.0, track=make_track(3000.0, 10_000.0)))
    assert (other.runs, other.runs_added) == ((), 0)
    assert _ids(filled) == [2, 3]
    assert 1 not in filled.read_snapshot().route_ids
    assert filled.read(activities.read_last_run, MONDAY + timedelta(hours=5)) is None
    filled.change(activities.restore_activities, [1])
    assert _ids(filled) == [1, 2, 3]
    assert len(filled.read(activities.read_sources, 1)) == 3


def test_a_recording_joins_a_run_that_is_there_rather_than_a_deleted_one(filled, files):
    filled.write(recordings.split_activity, 1)
    new = next(one for one in _ids(filled) if one > 3)
    filled.change(activities.delete_activities, [1])
    assert files.add("/copy.fit", make_run(1.0, track=make_track(3000.0, 10_000.0))).runs == (new,)


def test_a_pair_that_the_diary_names_is_still_listed_once_it_is_deleted(filled):
    assert filled.change(shoes.delete_shoe, "blue ") == 1
    assert filled.read(shoes.read_shoe_rules) == []
    assert [shoe.name for shoe in filled.read(shoes.read_shoes)] == ["Red"]
    assert filled.read(activities.read_activity, 2).shoe_override is None
    assert list(filled.read(shoes.read_shoe_names)) == ["Blue", "Red"]


def test_a_left_and_a_right_knee_at_one_moment_are_two_entries(stored):
    knee = replace(ENTRY, area=Area.KNEE)
    stored.write(diary.add_entry, replace(knee, side=Side.LEFT))
    stored.write(diary.add_entry, replace(knee, side=Side.RIGHT, soreness=5.0))
    with pytest.raises(BadInput, match="already"):
        stored.write(diary.add_entry, replace(knee, side=Side.RIGHT))
    sides = [(one.entry.side, one.entry.soreness) for one in stored.read(diary.read_entries)]
    assert sides == [("left", 3.0), ("right", 5.0)]


def test_a_diary_that_tells_the_side_later_keeps_its_rows(stored, files):
    knee = replace(ENTRY, area=Area.KNEE)
    files.add("/diary.csv", content="1", entries=(knee,), replaces_earlier=True)
    files.add("/diary.csv", content="2", entries=(replace(knee, side=Side.LEFT),), replaces_earlier=True)
    assert [(one.id, one.entry.side) for one in stored.read(diary.read_entries)] == [(1, "left")]


def test_only_the_expected_change_is_undone(filled):
    filled.change(shoes.retire_shoe, "Blue", date(2026, 8, 1))
    expected = filled.read(read_last_change)
    filled.change(shoes.retire_shoe, "Red", date(2026, 8, 1))
    before = _content(filled)
    with pytest.raises(BadInput, match="something else has been changed"):
        filled.write(undo_change, expected)
    assert _content(filled) == before
    filled.write(undo_change, filled.read(read_last_change))
    assert filled.write(undo_change, expected) == expected
