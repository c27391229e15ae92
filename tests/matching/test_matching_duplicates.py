"""What is the same run twice, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runlog.model import Kind
from runlog.store.activities import read_activities

HOUR = 3600.0


def ids(stored):
    return [activity.id for activity in stored.read(read_activities)]


def test_two_devices_on_one_run_are_merged_and_told(files, stored, run):
    files.add("/watch/a.fit", run(name="Morning loop"))
    second = files.add("/phone/a.gpx", run(20, duration_s=2950, distance_m=10_120))
    assert second.outcome == "merged"
    assert second.runs == (1,)
    assert second.runs_added == 0
    assert second.reason == "the same run as #1 'Morning loop' (a.fit)"
    assert ids(stored) == [1]
    assert set(stored.read(read_activities)[0].sources) == {"/watch/a.fit", "/phone/a.gpx"}


@pytest.mark.parametrize(
    ("after_s", "changes"),
    [
        pytest.param(0, {"distance_m": None}, id="one distance is unknown"),
        pytest.param(0, {"distance_m": 8_500.0}, id="treadmill by wrist and foot pod"),
        pytest.param(0, {"duration_s": 900.0, "distance_m": 3_000.0}, id="broke off"),
        pytest.param(1500, {"duration_s": 1500.0, "distance_m": 5_000.0}, id="started late"),
        pytest.param(-30, {"duration_s": 7200.0}, id="not stopped at the end"),
        pytest.param(0, {"sub_sport": "trail"}, id="another word for the same"),
    ],
)
def test_the_same_run(files, stored, run, after_s, changes):
    files.add("/a", run())
    assert files.add("/b", run(after_s, **changes)).outcome == "merged"
    assert ids(stored) == [1]


@pytest.mark.parametrize(
    ("after_s", "changes"),
    [
        pytest.param(
            -600, {"duration_s": 600.0, "distance_m": 1_500.0}, id="warm-up by itself, right before"
        ),
        pytest.param(
            -600, {"duration_s": 630.0, "distance_m": 2_000.0}, id="warm-up stopped half a minute late"
        ),
        pytest.param(3000, {"duration_s": 900.0, "distance_m": 2_000.0}, id="cool-down right after"),
        pytest.param(3300, {}, id="the same again, five minutes later"),
        pytest.param(0, {"distance_m": 5_000.0}, id="the distances do not agree"),
        pytest.param(0, {"sport": "cycling", "kind": Kind.OTHER}, id="a ride"),
        pytest.param(0, {"sport": "training", "kind": Kind.HABIT, "distance_m": None}, id="strength"),
        pytest.param(24 * HOUR, {}, id="the next day"),
    ],
)
def test_not_the_same_run(files, stored, run, after_s, changes):
    files.add("/a", run())
    assert files.add("/b", run(after_s, **changes)).outcome == "added"
    assert ids(stored) in ([1, 2], [2, 1])


def test_other_activities_are_the_same_only_in_one_sport(files, stored, run):
    files.add("/ride.fit", run(sport="cycling", kind=Kind.OTHER))
    walked = files.add("/walk.gpx", run(sport="walking", kind=Kind.OTHER))
    assert (walked.outcome, walked.other_added, walked.runs) == ("added", 1, ())
    assert [activity.activity.sport for activity in stored.read(read_activities)] == ["cycling", "walking"]


def test_a_recording_that_names_no_sport_is_of_the_activity_of_that_time(files, stored, run):
    files.add("/ride.fit", run(sport="cycling", kind=Kind.OTHER))
    unnamed = files.add("/ride.gpx", run(sport="unknown", kind=Kind.OTHER))
    assert unnamed.outcome == "merged"
    assert unnamed.reason.startswith("the same activity as #1 ")
    assert [activity.activity.sport for activity in stored.read(read_activities)] == ["cycling"]


@pytest.mark.parametrize("shift_h", [1, -2, 5.5, 10])
def test_a_copy_in_another_zone_is_the_same_run(files, stored, run, track, shift_h):
    files.add("/a.fit", run(track=track(3000, 10_000)))
    copy = run(
        shift_h * HOUR + 12, duration_s=2988, distance_m=9_990, track=_without_start(track(3000, 10_000), 12)
    )
    assert files.add("/b.gpx", copy).outcome == "merged"
    assert ids(stored) == [1]


def test_a_treadmill_copy_in_another_zone_is_known_by_its_heart_rate(files, run, track):
    indoors = _without(track(3000, 10_000, heart_rate_bpm=150.0), "lat", "lon")
    files.add("/a.fit", run(track=indoors))
    assert files.add("/b.tcx", run(HOUR, track=indoors)).outcome == "merged"


@pytest.mark.parametrize(
    ("after_s", "changes"),
    [
        pytest.param(2 * HOUR, {"track": (3000, 10_000, {"wobble_m": 120.0})}, id="other streets"),
        pytest.param(2 * HOUR + 40, {"track": (3000, 10_000, {})}, id="same loop again, 40 s off the hour"),
        pytest.param(2 * HOUR + 400, {"track": (3000, 10_000, {})}, id="same loop again, off the hour"),
        pytest.param(2 * HOUR, {"duration_s": 3100.0, "track": (3100, 10_000, {})}, id="same loop, slower"),
        pytest.param(2 * HOUR, {"distance_m": 10_300.0, "track": (3000, 10_300, {})}, id="another distance"),
        pytest.param(2 * HOUR, {"track": None}, id="nothing to confirm it by"),
        pytest.param(24 * HOUR, {"track": (3000, 10_000, {})}, id="no clock is so far off"),
        pytest.param(2 * HOUR, {"track": (3000, 10_000, {"heart_rate_bpm": 160.0})}, id="another heart rate"),
    ],
)
def test_a_second_run_of_the_day_stays_one(files, run, track, after_s, changes):
    files.add("/a.fit", run(track=track(3000, 10_000, heart_rate_bpm=150.0)))
    if changes["track"]:
        duration_s, distance_m, extra = changes["track"]
        changes = changes | {"track": track(duration_s, distance_m, **extra)}
    assert files.add("/b.gpx", run(after_s, **changes)).runs_added == 1


def test_a_part_of_the_run_in_another_zone_is_the_same_run(files, stored, run, track):
    whole = track(3000, 10_000)
    files.add("/a.fit", run(track=whole))
    cropped = run(2 * HOUR + 400, duration_s=2600.0, distance_m=8_667.0, track=_without_start(whole, 400))
    assert files.add("/b.gpx", cropped).outcome == "merged"
    assert stored.read(read_activities)[0].activity.duration_s == 3000.0


def test_a_part_by_the_heart_rate_alone_stays_one(files, run, track):
    whole = _without(track(3000, 10_000, heart_rate_bpm=150.0), "lat", "lon")
    files.add("/a.fit", run(track=whole))
    part = run(2 * HOUR + 400, duration_s=2600.0, distance_m=8_667.0, track=_without_start(whole, 400))
    assert files.add("/b.tcx", part).runs_added == 1


def test_a_minute_at_the_same_place_says_nothing(files, run, track):
    files.add("/a.fit", run(duration_s=60.0, distance_m=200.0, track=track(60, 200)))
    again = run(2 * HOUR - 5, duration_s=60.0, distance_m=210.0, track=track(60, 210))
    assert files.add("/b.fit", again).runs_added == 1


def test_a_receiver_on_a_treadmill_says_nothing(files, run, track):
    still = track(3000, 60)
    files.add("/a.fit", run(track=still))
    assert files.add("/b.fit", run(2 * HOUR, track=still)).runs_added == 1


def test_two_runners_at_one_time_are_two(files, run, track):
    files.add("/mine.fit", run(track=track(3000, 10_000)))
    slower = run(duration_s=3600.0, track=track(3600, 10_000))
    assert files.add("/partner.fit", slower).runs_added == 1


def test_a_made_up_world_does_not_make_another_run(files, run, track):
    files.add("/watch.fit", run(sub_sport="treadmill", track=track(3000, 10_000)))
    virtual = run(sub_sport="virtual_activity", track=track(3000, 10_000, wobble_m=90_000.0))
    assert files.add("/app.fit", virtual).outcome == "merged"


def test_a_recording_that_is_the_same_as_two_makes_one_of_all(files, stored, run):
    first, second = (
        run(duration_s=1500.0, distance_m=5_000.0),
        run(1500, duration_s=1500.0, distance_m=5_000.0),
    )
    assert files.add("/a.fit", first, second).runs_added == 2
    told = files.add("/whole.gpx", run())
    assert told.reason == "the same run as #1 (a.fit) and #2 (a.fit)"
    assert told.runs == (1,)
    assert [(one.id, one.activity.distance_m) for one in stored.read(read_activities)] == [(1, 10_000.0)]


def test_two_treadmill_runs_at_whole_hours_stay_two(files, stored, run, track):
    first = _without(track(3000, 10_000, heart_rate_bpm=150.0), "lat", "lon")
    second = _without(track(3000, 10_000, heart_rate_bpm=154.0), "lat", "lon")
    files.add("/a.fit", run(track=first))
    files.add("/b.fit", run(5 * HOUR, track=second))
    files.add("/c.fit", run(10 * HOUR, track=_without(first, "heart_rate_bpm")))
    assert len(ids(stored)) == 3


def _without(track, *columns):
    return replace(track, columns={name: track[name] for name in track.columns if name not in columns})


def _without_start(track, seconds):
    columns = {name: column[seconds:] for name, column in track.columns.items()}
    return replace(track, columns=columns | {"time_s": columns["time_s"] - seconds})
