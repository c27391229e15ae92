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

QUARTER = 900.0

SPORTS = (
    {"sport": "running"},
    {"sport": "cycling", "kind": Kind.OTHER},
    {"sport": "running", "sport_guessed": True},
)


@st.composite
def recordings(draw):
    """A run or ride on one of two courses, at some quarter of an hour, recorded well or badly."""
    duration_s = draw(st.sampled_from([900.0, 1800.0, 3600.0]))
    speed = draw(st.sampled_from([2.5, 3.3]))
    knows = draw(st.sampled_from(["nothing", "places", "heart"]))
    extra = {"heart_rate_bpm": 150.0} if knows == "heart" else {}
    course = draw(st.sampled_from([0.0, 5_000.0]))
    track = make_track(duration_s, duration_s * speed, wobble_m=course, **extra)
    return make_run(
        draw(st.integers(-4, 8)) * QUARTER + draw(st.sampled_from([0.0, 20.0, 400.0])),
        duration_s=duration_s,
        distance_m=duration_s * speed,
        external=draw(st.sampled_from([None, None, None, "strava", "garmin"])),
        track=None if knows == "nothing" else track,
        **draw(st.sampled_from(SPORTS)),
    )


def grouped(made, order):
    """The files of each activity, once those files have come in that order."""
    with tempfile.TemporaryDirectory() as folder, store.open(Path(folder)) as stored:
        files = Files(stored)
        for number in order:
            one = made[number]
            row = one.external and f"{one.external}:{number}"
            bare = {"external": row, "track": None if row else one.track}
            files.add(f"/{number}", replace(one, **bare))
        return {frozenset(activity.sources) for activity in stored.read(read_activities)}


@given(st.lists(recordings(), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_same_recordings_are_one_activity_in_any_order(made, random):
    forth = list(range(len(made)))
    shuffled = random.sample(forth, len(forth))
    assert grouped(made, forth) == grouped(made, shuffled)
