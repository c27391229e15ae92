"""An app's list of activities tells more of recordings, and a newer version of it says what holds now."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from made_recordings import shoes_of

from runlog.model import Entry, Kind, Shoe
from runlog.store.activities import read_activities, read_track
from runlog.store.diary import add_entry, read_entries
from runlog.store.shoes import read_shoes

NOON_S = 5 * 3600  # after that Monday's seven o'clock


@pytest.fixture
def row(run):
    """A row of an app's list."""

    def make(number, after_s=0.0, **values):
        return run(after_s, external=f"strava:{number}", **values)

    return make


@pytest.fixture
def paper(run):
    """A row of a list kept on paper, where a day has no time."""

    def make(number, **values):
        return run(NOON_S, external=f"paper:2026-07-13#{number}", day_only=True, utc_offset_s=7200, **values)

    return make


def test_a_row_gives_its_name_effort_and_gear_to_the_recording(files, stored, run, row, track):
    files.add("/1.fit", run(track=track(3000, 10_000), avg_hr=140.0, name="Running"))
    told = files.add("/activities.csv", row(1, 2.0, name="Hills", rpe=6.0, shoe="Blue", duration_s=3010.0))
    assert (told.outcome, told.reason, told.runs_added) == (
        "merged",
        "more about 1 activity that was there already",
        0,
    )
    (found,) = stored.read(read_activities)
    assert (found.activity.name, found.activity.rpe, found.activity.shoe) == ("Hills", 6.0, "Blue")
    assert (found.activity.avg_hr, found.activity.duration_s) == (140.0, 3000.0)
    assert found.sources == ("/1.fit", "/activities.csv")


def test_a_row_without_a_recording_is_a_run_of_its_own(files, stored, row):
    assert files.add("/activities.csv", row(1), row(2, 90_000)).runs_added == 2
    assert [one.activity.distance_m for one in stored.read(read_activities)] == [10_000.0, 10_000.0]


def test_a_recording_joins_the_row_that_came_before_it(files, stored, run, row, track):
    files.add("/activities.csv", row(1, name="Hills"))
    assert files.add("/1.fit", run(track=track(3000, 10_000))).outcome == "merged"
    (found,) = stored.read(read_activities)
    assert (found.activity.name, found.sources[0]) == ("Hills", "/1.fit")
    assert stored.read(read_track, found.id) is not None


def test_the_sport_that_the_runner_chose_in_the_app_holds(files, stored, run, row):
    files.add("/1.fit", run(sport="walking", kind=Kind.OTHER))
    files.add("/activities.csv", row(1))
    (found,) = stored.read(read_activities)
    assert (found.activity.sport, found.activity.kind) == ("running", Kind.RUN)


def test_a_distance_that_the_runner_put_right_in_the_app_makes_no_second_run(files, stored, run, row):
    files.add("/treadmill.fit", run(sub_sport="treadmill", distance_m=6_000.0))
    assert files.add("/activities.csv", row(1, distance_m=10_000.0)).runs_added == 0
    assert len(stored.read(read_activities)) == 1


def test_a_row_of_another_length_at_the_same_time_is_a_run_of_its_own(files, run, row):
    files.add("/1.fit", run(distance_m=6_000.0))
    assert files.add("/activities.csv", row(1, duration_s=2800.0)).runs_added == 1


def test_a_guessed_sport_holds_least(files, stored, run):
    files.add("/1.gpx", run(sport_guessed=True))
    files.add("/1.fit", run(5, sport="hiking", kind=Kind.OTHER))
    (found,) = stored.read(read_activities)
    assert (found.activity.sport, found.activity.kind) == ("hiking", Kind.OTHER)


def test_a_newer_list_says_what_holds(files, stored, row):
    files.add("/old/activities.csv", row(1, name="Morning Run"), row(2, 90_000), row(3, 180_000))
    newer = row(1, name="Hills", distance_m=10_050.0), row(2, 90_000), row(4, 270_000)
    told = files.add("/new/activities.csv", *newer)
    assert (told.outcome, told.reason, told.runs, told.runs_added) == ("added", "1 updated", (1, 2, 4), 1)
    names = {one.id: (one.activity.name, one.activity.distance_m) for one in stored.read(read_activities)}
    assert names == {1: ("Hills", 10_050.0), 2: (None, 10_000.0), 3: (None, 10_000.0), 4: (None, 10_000.0)}
    assert files.add("/newest/activities.csv", *newer).outcome == "known"


def test_a_row_that_no_longer_fits_its_recording_leaves_it(files, stored, run, row):
    files.add("/1.fit", run())
    files.add("/activities.csv", row(1))
    files.add("/newer.csv", row(1, 40_000))
    assert [one.sources for one in stored.read(read_activities)] == [("/1.fit",), ("/newer.csv",)]


def test_two_rows_of_one_list_are_two_runs(files, row):
    assert files.add("/activities.csv", row(1), row(2, 60)).runs_added == 2


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_two_rows_of_one_list_are_two_runs_also_through_a_recording(files, stored, run, row, order):
    """The recording goes with the closer row, whichever came first."""
    made = [
        ("/1.fit", run(5.0)),
        ("/a.csv", row(1, 0.0, name="Hills", duration_s=2990.0)),
        ("/b.csv", row(2, 50.0, name="Woods", duration_s=2990.0)),
    ]
    summaries = [files.add(*made[index]) for index in order]
    found = {one.activity.name: len(one.sources) for one in stored.read(read_activities)}
    assert found == {"Hills": 2, "Woods": 1}
    assert sum(one.runs_added for one in summaries) == 2


def test_a_row_that_is_edited_takes_the_place_of_one_that_is_less_close(files, stored, run, row):
    files.add("/1.fit", run())
    files.add("/a.csv", row(1, 20.0, name="Hills"), row(2, 40_000, name="Woods"))
    files.add("/b.csv", row(1, 20.0, name="Hills"), row(2, 1.0, name="Woods"))
    found = {one.activity.name: len(one.sources) for one in stored.read(read_activities)}
    assert found == {"Hills": 1, "Woods": 2}


def test_a_recording_goes_to_the_next_row_once_the_closer_one_is_removed(files, stored, run):
    files.add("/1.fit", run())
    near, far = (run(seconds, external=f"paper:{seconds}", name=f"{seconds}") for seconds in (10, 50))
    files.add("/paper.csv", near, far, replaces_earlier=True)
    assert [one.activity.name for one in stored.read(read_activities)] == ["10", "50"]
    files.add("/paper.csv", far, content="v2", replaces_earlier=True)
    (found,) = stored.read(read_activities)
    assert (found.id, found.activity.name, found.sources[0]) == (1, "50", "/1.fit")


def test_rows_of_one_list_within_one_file_are_two_runs_also_through_a_recording(files, stored, run, row):
    files.add("/1.fit", run())
    files.add(
        "/activities.csv", row(1, 30.0), row(2, 1.0), row(3, 1500.0, duration_s=1500.0, distance_m=5000.0)
    )
    assert sorted(len(one.sources) for one in stored.read(read_activities)) == [1, 1, 2]


def test_a_run_keeps_its_number_and_its_rating_where_its_recording_goes(files, stored, run, row):
    files.add("/a.csv", row(1, 40.0))
    files.add("/1.fit", run())
    stored.write(add_entry, Entry(run().start, 7200, soreness=3.0, run=1))
    told = files.add("/b.csv", row(2, 5.0))
    assert (told.runs, told.runs_added) == ((1,), 1)
    assert {one.id: one.sources for one in stored.read(read_activities)} == {
        1: ("/1.fit", "/b.csv"),
        2: ("/a.csv",),
    }


TYPED = {
    "in a list of the runner's": {"external": "paper:2026-07-13#1"},
    "in an app, which names no file": {"external": "strava:1", "source_file": ""},
}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
@pytest.mark.parametrize("distance_m", [None, 3000.0])
def test_a_run_typed_by_hand_within_the_time_of_another_stays(files, stored, run, typed, distance_m):
    inside = run(900, duration_s=900.0, distance_m=distance_m, **typed)
    made = [("/1.fit", run(), {}), ("/paper.csv", inside, {"replaces_earlier": "paper" in typed["external"]})]
    for path, activity, options in made:
        files.add(path, activity, **options)
    assert len(stored.read(read_activities)) == 2


def test_a_recording_that_broke_off_is_of_the_run_typed_by_hand(files, stored, run):
    files.add("/paper.csv", run(external="paper:2026-07-13#1"), replaces_earlier=True)
    files.add("/1.fit", run(300, duration_s=900.0, distance_m=3000.0))
    assert len(stored.read(read_activities)) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_row_is_of_the_file_that_it_names_whatever_the_times_say(files, stored, run, row, order):
    """The clock of the recording is a day off; another one is where the row says."""
    made = [
        ("/export.zip/activities/77.fit.gz", run(86_400.0)),
        ("/phone.gpx", run(60.0, duration_s=2900.0)),
        ("/export.zip/activities.csv", row(1, source_file="activities/77.FIT.gz", name="Hills")),
    ]
    for index in order:
        files.add(*made[index])
    found = {one.activity.name: set(one.sources) for one in stored.read(read_activities)}
    assert found["Hills"] >= {made[0][0], made[2][0]}


def test_each_row_is_of_one_part_of_the_file_that_it_names(files, stored, run, row):
    files.add("/77.fit", run(), run(4000.0), run(8000.0))
    rows = [row(number, number * 4000.0, source_file="77.fit", distance_m=9e3) for number in range(3)]
    assert files.add("/activities.csv", *rows).runs_added == 0
    assert [len(one.sources) for one in stored.read(read_activities)] == [2, 2, 2]


def test_a_day_on_paper_is_the_run_that_the_watch_has_of_it(files, stored, run, paper):
    files.add("/1.fit", run(utc_offset_s=7200))
    files.add("/2.fit", run(9 * 3600, distance_m=5000.0, duration_s=1700.0, utc_offset_s=7200))
    told = files.add(
        "/paper.csv",
        paper(1, distance_m=10_300.0, rpe=4.0),
        paper(2, distance_m=4000.0),
        replaces_earlier=True,
    )
    assert told.runs_added == 1
    found = {one.id: one.activity for one in stored.read(read_activities)}
    assert found[1].rpe == 4.0
    assert (found[1].start.hour, found[3].distance_m) == (5, 4000.0)


def test_a_day_on_paper_is_not_the_day_after(files, run, paper):
    files.add("/1.fit", run(18 * 3600, utc_offset_s=7200))  # one o'clock at night
    assert files.add("/paper.csv", paper(1), replaces_earlier=True).runs_added == 1


def test_a_paper_list_is_followed_as_it_is_edited(files, stored, run, paper):
    files.add("/1.fit", run(utc_offset_s=7200))
    files.add(
        "/paper.csv",
        paper(1),
        paper(2, distance_m=7000.0),
        paper(3, distance_m=3000.0),
        replaces_earlier=True,
    )
    changed = paper(1), paper(2, distance_m=7500.0)
    told = files.add("/paper.csv", *changed, content="v2", replaces_earlier=True)
    assert told.reason == "1 updated; 1 removed, being no longer in it"
    assert [one.activity.distance_m for one in stored.read(read_activities)] == [10_000.0, 7500.0]
    back = paper(1), paper(2, distance_m=7000.0), paper(3, distance_m=3000.0)
    assert files.add("/paper.csv", *back, replaces_earlier=True).runs_added == 1
    assert files.add("/paper.csv", *back, replaces_earlier=True).outcome == "known"


def test_two_paper_lists_are_told_apart(files, stored, paper):
    files.add("/a.csv", paper(1, distance_m=3000.0), replaces_earlier=True)
    files.add("/b.csv", paper(1, distance_m=9000.0), replaces_earlier=True)
    assert len(stored.read(read_activities)) == 2


def test_what_the_diary_says_of_a_run_survives_its_row(files, stored, paper, run):
    files.add("/paper.csv", paper(1), replaces_earlier=True)
    entry = Entry(run().start, 7200, soreness=3.0, run=1)
    stored.write(add_entry, entry)
    files.add("/paper.csv", content="v2", replaces_earlier=True)
    assert stored.read(read_activities) == []
    assert stored.read(read_entries)[0].entry.run is None


def test_a_pair_learns_what_was_not_known_of_it(files, stored):
    shoes_of(stored).add(Shoe("Blue", limit_m=600_000.0))
    pair = Shoe("blue", date(2025, 3, 1), retired=date(2026, 2, 1), limit_m=1.0)
    assert files.add("/gear.json", shoes=(pair,)).reason == "1 completed with what was not known of them"
    assert stored.read(read_shoes) == [Shoe("Blue", date(2025, 3, 1), date(2026, 2, 1), limit_m=600_000.0)]
