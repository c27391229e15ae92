"""The diary in the store: by hand, and in step with a diary file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runlog.errors import BadInput, NotFound, Problem
from runlog.model import Area, Entry
from runlog.store.diary import EntryCounts, add_entry, delete_entry, last_logged, read_entries, update_entry

EVENING = datetime(2026, 7, 13, 18, 0, tzinfo=UTC)
DIARY = "/home/ada/diary.csv"


def entry(day=0, soreness=3.0, **values):
    return Entry(EVENING + timedelta(days=day), 7200, soreness=soreness, **values)


def write_diary(files, *entries, path=DIARY, content=None, problems=()):
    return files.add(path, content=content or repr(entries), entries=entries, problems=problems)


def rows_of(stored):
    return [(kept_entry.id, kept_entry.entry.soreness) for kept_entry in stored.read(read_entries)]


optional = st.none() | st.floats(0, 10)
texts = st.none() | st.text(st.characters(codec="utf-8"), min_size=1)
entries = st.builds(
    Entry,
    moment=st.integers(-100_000, 100_000_000).map(lambda seconds: EVENING + timedelta(seconds=seconds)),
    utc_offset_s=st.integers(-12 * 3600, 14 * 3600),
    soreness=optional,
    area=st.sampled_from(Area),
    warmup=st.none() | st.booleans(),
    cooldown=st.none() | st.booleans(),
    shoe=texts,
    rpe=optional,
    strength=st.none() | st.booleans(),
    strength_min=st.none() | st.floats(0, 300),
    mobility=st.none() | st.booleans(),
    desk_hours=st.none() | st.floats(0, 24),
    posture=optional,
    note=texts,
).filter(lambda entry: entry.strength_min is None or (entry.strength is True and entry.strength_min > 0))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries)
def test_every_entry_comes_back_as_it_went_in(stored, wanted):
    entry_id = stored.write(add_entry, wanted)
    (found,) = [kept_entry for kept_entry in stored.read(read_entries) if kept_entry.id == entry_id]
    assert found.entry == wanted
    assert found.source == "log"
    stored.write(delete_entry, entry_id)


def test_unknown_zero_and_no_stay_apart(stored):
    stored.write(add_entry, entry(soreness=0.0, warmup=False, cooldown=None))
    found = stored.read(read_entries)[0].entry
    assert (found.soreness, found.warmup, found.cooldown) == (0.0, False, None)


def test_the_last_logged_entry_is_the_last_by_hand(files, stored):
    assert stored.read(last_logged) is None
    stored.write(add_entry, entry(5))
    stored.write(add_entry, entry(1))
    write_diary(files, entry(9))
    assert stored.read(last_logged).entry == entry(1)


def test_ids_are_never_used_again(stored):
    first = stored.write(add_entry, entry())
    stored.write(delete_entry, first)
    assert stored.write(add_entry, entry()) > first


def test_an_entry_is_replaced(stored):
    entry_id = stored.write(add_entry, entry())
    stored.write(update_entry, entry_id, entry(soreness=None, note="slept well"))
    assert stored.read(read_entries)[0].entry == entry(soreness=None, note="slept well")


def test_entries_that_are_not_there_are_named(stored):
    with pytest.raises(NotFound, match="no entry 7"):
        stored.write(update_entry, 7, entry())
    with pytest.raises(NotFound, match="no entry 7"):
        stored.write(delete_entry, 7)


def test_a_second_entry_for_one_moment_and_area_is_refused(stored):
    stored.write(add_entry, entry())
    stored.write(add_entry, entry(area=Area.NECK))
    other = stored.write(add_entry, entry(1))
    with pytest.raises(BadInput, match="upper_back at 2026-07-13 18:00:00 UTC"):
        stored.write(add_entry, entry(soreness=5.0))
    with pytest.raises(BadInput, match="already"):
        stored.write(update_entry, other, entry())
    assert len(stored.read(read_entries)) == 3


@pytest.mark.parametrize(
    "values", [{"soreness": 10.5}, {"soreness": -1.0}, {"rpe": 11.0}, {"posture": 11.0}, {"desk_hours": 25.0}]
)
def test_values_out_of_range_are_refused(stored, values):
    with pytest.raises(BadInput, match="must be between 0 and"):
        stored.write(add_entry, entry(**values))


def test_a_time_without_a_zone_is_refused(stored):
    with pytest.raises(BadInput, match="zone"):
        stored.write(add_entry, replace(entry(), moment=EVENING.replace(tzinfo=None)))


def test_moments_are_kept_as_utc_in_whole_seconds(stored):
    berlin = timezone(timedelta(hours=2))
    stored.write(add_entry, replace(entry(), moment=EVENING.astimezone(berlin).replace(microsecond=999)))
    assert stored.read(read_entries)[0].entry.moment == EVENING


def test_a_diary_is_added_then_known(files):
    first = write_diary(files, entry(0), entry(1))
    assert first.outcome == "added"
    assert first.ratings == EntryCounts(added=2)
    again = write_diary(files, entry(0), entry(1))
    assert (again.outcome, again.ratings) == ("known", EntryCounts())


def test_an_edited_diary_updates_and_removes_its_own_rows(files, stored):
    stored.write(add_entry, entry(7, 1.0))
    write_diary(files, entry(0, 3.0), entry(1, 4.0), entry(2, 5.0))
    outcome = write_diary(files, entry(0, 3.0), entry(1, 0.0), entry(3, 6.0))
    assert outcome.outcome == "added"
    assert outcome.ratings == EntryCounts(added=1, updated=1, removed=1)
    assert outcome.reason == "1 added to the diary; 1 updated; 1 removed, being no longer in it"
    assert rows_of(stored) == [(2, 3.0), (3, 0.0), (5, 6.0), (1, 1.0)]


def test_a_value_deleted_in_the_diary_is_deleted(files, stored):
    write_diary(files, entry(note="sore after rowing"))
    assert write_diary(files, entry()).ratings == EntryCounts(updated=1)
    assert stored.read(read_entries)[0].entry.note is None


def test_only_the_diary_of_that_path_loses_rows(files, stored):
    write_diary(files, entry(0), path="/a.csv")
    write_diary(files, entry(1), path="/b.csv")
    outcome = write_diary(files, entry(2), path="/b.csv")
    assert outcome.ratings == EntryCounts(added=1, removed=1)
    assert [found.source for found in stored.read(read_entries)] == ["/a.csv", "/b.csv"]


def test_a_diary_emptied_of_rows_loses_them_all(files, stored):
    write_diary(files, entry(0))
    assert write_diary(files, content="only a header").ratings == EntryCounts(removed=1)
    assert stored.read(read_entries) == []


def test_an_edit_is_undone_by_importing_the_old_file(files, stored):
    old, new = (entry(0, 3.0), entry(1, 4.0)), (entry(0, 8.0),)
    write_diary(files, *old)
    write_diary(files, *new)
    undone = write_diary(files, *old)
    assert undone.ratings == EntryCounts(added=1, updated=1)
    assert [soreness for _, soreness in rows_of(stored)] == [3.0, 4.0]
    assert write_diary(files, *old).outcome == "known"
    assert write_diary(files, *new).ratings == EntryCounts(updated=1, removed=1)


def test_an_old_copy_beside_the_diary_does_not_bring_old_values_back(files, stored):
    write_diary(files, entry(0, 3.0))
    copy = write_diary(files, entry(0, 3.0), path="/home/ada/copy.csv")
    assert (copy.outcome, copy.reason) == ("known", f"the same bytes as {DIARY}")
    write_diary(files, entry(0, 8.0))
    assert write_diary(files, entry(0, 3.0), path="/home/ada/copy.csv").outcome == "known"
    assert rows_of(stored) == [(1, 8.0)]


def test_a_diary_with_rows_that_cannot_be_read_removes_none_and_may_come_again(files, stored):
    write_diary(files, entry(0), entry(1))
    typo = Problem("soreness 33 is above 10", line=3)
    first = write_diary(files, entry(0, 4.0), content="typo", problems=(typo,))
    assert first.ratings == EntryCounts(updated=1)
    assert len(stored.read(read_entries)) == 2
    again = write_diary(files, entry(0, 4.0), entry(1, 9.0), content="typo")  # after a change of the settings
    assert again.ratings == EntryCounts(updated=1)


def test_a_version_with_bad_rows_is_undone_by_importing_the_old_file(files, stored):
    write_diary(files, entry(0, 3.0))
    write_diary(files, entry(0, 8.0), problems=(Problem("no date", line=3),))
    assert write_diary(files, entry(0, 3.0)).ratings == EntryCounts(updated=1)
    assert rows_of(stored) == [(1, 3.0)]


def test_a_row_logged_by_hand_that_the_diary_tells_too_stays_as_it_is(files, stored):
    stored.write(add_entry, entry(note="by hand"))
    assert write_diary(files, entry(note="by hand")).outcome == "known"
    assert stored.read(read_entries)[0].source == "log"


def test_a_diary_fills_in_what_was_logged_by_hand_and_clears_nothing(files, stored):
    stored.write(add_entry, entry(soreness=3.0, note="by hand"))
    outcome = write_diary(files, entry(soreness=4.0, warmup=False))
    assert outcome.ratings == EntryCounts(updated=1)
    assert stored.read(read_entries)[0].entry == entry(soreness=4.0, warmup=False, note="by hand")
    write_diary(files, entry(5))
    assert len(stored.read(read_entries)) == 2


def test_the_run_that_was_said_by_hand_stays(files, stored, run):
    files.add("/a.fit", run())
    stored.write(add_entry, entry(run=1))
    assert write_diary(files, entry()).outcome == "known"
    assert stored.read(read_entries)[0].entry.run == 1


@pytest.mark.parametrize(
    ("told", "kept_as"),
    [((None, 20.0), (True, 20.0)), ((None, 0.0), (False, None)), ((False, 20.0), (False, None))],
)
def test_minutes_of_strength_say_whether_there_was_a_session(stored, told, kept_as):
    stored.write(add_entry, entry(strength=told[0], strength_min=told[1]))
    (found,) = stored.read(read_entries)
    assert (found.entry.strength, found.entry.strength_min) == kept_as


def test_a_diary_that_says_no_strength_takes_logged_minutes_away(files, stored):
    stored.write(add_entry, entry(strength=True, strength_min=30.0))
    write_diary(files, entry(strength=False))
    (found,) = stored.read(read_entries)
    assert (found.entry.strength, found.entry.strength_min) == (False, None)
