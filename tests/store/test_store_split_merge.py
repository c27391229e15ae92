"""What the runner has split or merged stays so, whatever comes later."""

from __future__ import annotations

import pytest

from runlog.errors import BadInput, NotFound
from runlog.store.activities import read_activities
from runlog.store.recordings import merge_by_hand, split_activity

DAY_S = 86_400.0


def sources(stored):
    return {one.id: one.sources for one in stored.read(read_activities)}


def test_what_was_split_is_not_joined_by_a_later_copy(files, stored, run):
    files.add("/a.fit", run())
    files.add("/b.fit", run(300))
    assert stored.write(split_activity, 1) == [2]
    copy = files.add("/c.fit", run(290))
    assert (copy.outcome, copy.reason) == ("merged", "the same run as #2 (b.fit)")
    assert sources(stored) == {1: ("/a.fit",), 2: ("/b.fit", "/c.fit")}


def test_what_was_split_is_still_joined_with_what_was_not(files, stored, run):
    files.add("/a.fit", run())
    files.add("/b.fit", run(20))
    stored.write(split_activity, 1)
    files.add("/late.fit", run(3000, duration_s=1500.0, distance_m=5_000.0))
    assert len(sources(stored)) == 3
    files.add("/all.gpx", run(duration_s=4500.0, distance_m=15_000.0))
    assert sources(stored) == {1: ("/all.gpx", "/a.fit", "/late.fit"), 2: ("/b.fit",)}


def test_merging_the_parts_again_gives_what_was_there(files, stored, run):
    for path in ("/a.fit", "/b.fit", "/c.fit"):
        files.add(path, run(name=path))
    before = stored.read(read_activities)
    for part in stored.write(split_activity, 1):
        stored.write(merge_by_hand, 1, part)
    assert stored.read(read_activities) == before


def test_two_recordings_of_one_file_can_be_parted(files, stored, run):
    files.add("/chained.fit", run(), run(10))
    assert stored.write(split_activity, 1) == [2]
    assert sources(stored) == {1: ("/chained.fit",), 2: ("/chained.fit",)}


def test_only_the_sources_that_are_named_leave(files, stored, run):
    for path in ("/a.fit", "/b.fit", "/c.fit"):
        files.add(path, run())
    assert stored.write(split_activity, 1, [1, 3, 3]) == [2]
    assert sources(stored) == {1: ("/b.fit",), 2: ("/a.fit", "/c.fit")}


def test_what_cannot_be_split_or_merged_changes_nothing(files, stored, run):
    files.add("/a.fit", run())
    files.add("/b.fit", run())
    before = stored.read(read_activities)
    for call, error in (
        (lambda: stored.write(split_activity, 9), NotFound),
        (lambda: stored.write(split_activity, 1, [3]), BadInput),
        (lambda: stored.write(split_activity, 1, [1, 2]), BadInput),
        (lambda: stored.write(merge_by_hand, 1, 1), BadInput),
        (lambda: stored.write(merge_by_hand, 1, 9), NotFound),
        (lambda: stored.write(merge_by_hand, 9, 1), NotFound),
    ):
        with pytest.raises(error):
            call()
    assert stored.read(read_activities) == before
    files.add("/c.fit", run(DAY_S))
    with pytest.raises(BadInput, match="single source"):
        stored.write(split_activity, 2)


def test_a_row_that_was_split_off_stays_so_when_it_is_renamed(files, stored, run):
    files.add("/a.fit", run())
    files.add("/v1.csv", run(external="strava:1", name="Old"))
    stored.write(split_activity, 1)
    files.add("/v2.csv", run(external="strava:1", name="New"))
    assert sources(stored) == {1: ("/a.fit",), 2: ("/v2.csv",)}


def test_a_row_that_was_merged_by_hand_stays_so_when_it_is_renamed(files, stored, run):
    files.add("/a.fit", run())
    files.add("/v1.csv", run(DAY_S, external="strava:1", name="Old"))
    stored.write(merge_by_hand, 1, 2)
    files.add("/v2.csv", run(DAY_S, external="strava:1", name="New"))
    assert sources(stored) == {1: ("/a.fit", "/v2.csv")}


@pytest.mark.parametrize("beside", [True, False], ids=["from another recording", "from alone"])
def test_a_row_that_is_put_right_joins_the_run_that_it_is_of(files, stored, run, beside):
    files.add("/a.fit", run())
    if beside:
        files.add("/other.fit", run(DAY_S))
    files.add("/v1.csv", run(DAY_S, external="strava:1"))
    files.add("/v2.csv", run(external="strava:1"))
    assert sources(stored) == {1: ("/a.fit", "/v2.csv")} | ({2: ("/other.fit",)} if beside else {})


def test_a_new_row_of_a_list_is_not_the_old_row_below_it(files, stored, run):
    day = {"day_only": True, "utc_offset_s": 0}
    files.add("/paper.csv", run(external="paper:1", name="One", **day), replaces_earlier=True)
    both = run(external="paper:2", name="Two", **day), run(external="paper:1", name="One", **day)
    assert files.add("/paper.csv", *both, content="v2", replaces_earlier=True).runs_added == 1
    assert {one.activity.name for one in stored.read(read_activities)} == {"One", "Two"}
