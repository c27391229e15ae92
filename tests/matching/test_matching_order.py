"""The order in which files come in does not decide what becomes one activity."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from made_recordings import Files, make_run, make_track

from runlog import store
from runlog.model import Kind
from runlog.store.activities import read_activities
from runlog.store.recordings import merge_by_hand, split_activity

QUARTER = 900.0

SPORTS = (
    {"sport": "running"},
    {"sport": "cycling", "kind": Kind.OTHER},
    {"sport": "running", "sport_guessed": True},
)
#: Rows of two apps' lists, of one that is typed, of one without times, and the recordings themselves.
SOURCES = (None, None, None, "strava", "strava", "strava by hand", "garmin", "paper", "paper", "day", "day")


@st.composite
def recordings(draw, sports=SPORTS):
    """A run or ride on one of two courses, at some quarter of an hour, recorded well or badly."""
    duration_s = draw(st.sampled_from([900.0, 1800.0, 3600.0]))
    speed = draw(st.sampled_from([2.5, 3.3]))
    knows = draw(st.sampled_from(["nothing", "places", "heart"]))
    extra = {"heart_rate_bpm": 150.0} if knows == "heart" else {}
    course = draw(st.sampled_from([0.0, 5_000.0]))
    track = make_track(duration_s, duration_s * speed, wobble_m=course, **extra)
    source = draw(st.sampled_from(SOURCES))
    names = draw(st.sampled_from([None, "0.fit", "1.fit"])) if source == "strava" else None
    after_s = draw(st.integers(-4, 8)) * QUARTER + draw(st.sampled_from([0.0, 20.0, 400.0]))
    return make_run(
        5 * 3600 if source == "day" else after_s,
        duration_s=duration_s,
        distance_m=duration_s * speed,
        external=source and {"strava by hand": "strava", "day": "paper"}.get(source, source),
        source_file="" if source == "strava by hand" else names,
        day_only=source == "day",
        track=None if knows == "nothing" else track,
        **draw(st.sampled_from(sports)),
    )


def put(files, made, number):
    """Put one recording in, as a file of its own; a row is known by its number."""
    one = made[number]
    row = one.external and f"{one.external}:{number}"
    files.add(f"/{number}.fit", replace(one, external=row, track=None if row else one.track))


def groups(stored):
    return {frozenset(activity.sources) for activity in stored.read(read_activities)}


def grouped(made, order):
    """The files of each activity, once those files have come in that order."""
    with tempfile.TemporaryDirectory() as folder, store.open(Path(folder)) as stored:
        files = Files(stored)
        for number in order:
            put(files, made, number)
        return groups(stored)


RUNS = recordings(SPORTS[:1])


@given(st.lists(recordings(), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_same_recordings_are_one_activity_in_any_order(made, random):
    forth = list(range(len(made)))
    shuffled = random.sample(forth, len(forth))
    assert grouped(made, forth) == grouped(made, shuffled)


@given(st.lists(RUNS, min_size=4, max_size=8), st.randoms(use_true_random=False))
def test_many_runs_of_a_day_are_grouped_alike_in_any_order_and_no_list_says_one_twice(made, random):
    forth = list(range(len(made)))
    found = grouped(made, forth)
    assert found == grouped(made, random.sample(forth, len(forth)))
    for sources in found:
        lists = [one.external for one in (made[int(Path(path).stem)] for path in sources) if one.external]
        assert len(lists) == len(set(lists))


@given(st.lists(RUNS, min_size=2, max_size=6), st.data())
def test_a_list_that_changes_gives_what_its_last_version_would_have_given(made, data):
    """Rows that are edited, removed and added leave nothing of what they were."""
    rows = [replace(one, external=f"paper:{number}", track=None) for number, one in enumerate(made[1:4])]
    later = [data.draw(RUNS) if data.draw(st.booleans()) else one for one in rows]
    newer = [
        replace(one, external=f"paper:{number}", source_file=None, track=None)
        for number, one in enumerate(later)
        if data.draw(st.booleans())
    ]
    others = [number for number, one in enumerate(made) if number in (0, 4, 5)]
    found = []
    for versions in ((rows, newer), (newer,)):
        with tempfile.TemporaryDirectory() as folder, store.open(Path(folder)) as stored:
            files = Files(stored)
            for number in others:
                put(files, made, number)
            for version in versions:
                files.add("/list.csv", *version, content=repr(version), replaces_earlier=True)
            activities = stored.read(read_activities)
            found.append(
                sorted((one.activity.start, one.activity.duration_s, one.sources) for one in activities)
            )
            files.add("/list.csv", *newer, content="the same again", replaces_earlier=True)
            assert stored.read(read_activities) == activities
    assert found[0] == found[1]


@given(st.lists(RUNS, min_size=4, max_size=7))
def test_what_the_runner_has_merged_or_split_stays_so(made):
    with tempfile.TemporaryDirectory() as folder, store.open(Path(folder)) as stored:
        files = Files(stored)
        for number in range(3):
            put(files, made, number)
        before = stored.read(read_activities)
        several = next((one for one in before if len(one.sources) > 1), None)
        if several:
            stored.write(split_activity, several.id)
        else:
            stored.write(merge_by_hand, before[0].id, before[1].id)
        for number in range(3, len(made)):
            put(files, made, number)
        found = groups(stored)
        if several:
            assert all(len(sources & set(several.sources)) <= 1 for sources in found)
        else:
            assert any({*before[0].sources, *before[1].sources} <= sources for sources in found)
