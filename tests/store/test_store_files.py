"""A file lands whole, once, and is told of."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from made_recordings import Outcome, shoes_of

from runlog.errors import StoreError
from runlog.model import EasySegment, Kind, Shoe, ThirdMeans, TrackSummary
from runlog.records import ParsedFile
from runlog.store.activities import read_activities, read_track
from runlog.store.files import add_file, find_known, set_sport
from runlog.store.shoes import read_shoes
from runlog.store.tracks import pack_derived, pack_track


def test_a_file_with_a_run_is_added(files, stored, run, track):
    outcome = files.add(
        "/a.fit", run(name="Hills", sub_sport="trail", utc_offset_s=7200, track=track(60, 200))
    )
    assert outcome == Outcome("added", runs=(1,), runs_added=1)
    (found,) = stored.read(read_activities)
    assert found.activity == run(name="Hills", sub_sport="trail", utc_offset_s=7200)
    assert (found.sources, found.shoe_override, found.shape) == (("/a.fit",), None, None)
    np.testing.assert_array_equal(stored.read(read_track, 1)["lat"], track(60, 200)["lat"])


def test_habits_and_other_sports_are_no_runs(files, run):
    strength = run(sport="training", sub_sport="strength_training", kind=Kind.HABIT, distance_m=None)
    outcome = files.add("/brick.fit", run(), run(4000, sport="cycling", kind=Kind.OTHER), strength)
    assert (outcome.runs, outcome.runs_added, outcome.other_added) == ((1,), 1, 2)


def test_the_same_bytes_are_known_wherever_they_are(files, stored, run):
    files.add("/a.fit", run(), content="bytes")
    again = files.add("/a.fit", run(), content="bytes")
    copy = files.add("/copy.fit", run(), content="bytes")
    assert (again.outcome, again.reason, again.runs) == ("known", "imported before", (1,))
    assert (copy.outcome, copy.reason, copy.runs) == ("known", "the same bytes as /a.fit", (1,))
    assert len(stored.read(read_activities)) == 1


def test_whether_bytes_are_known_is_asked_without_reading(files, stored, run):
    files.add("/a.fit", run())
    assert stored.write(find_known, "/a.fit", "0" * 64) is None
    digest = stored._db.execute("SELECT sha256 FROM file").fetchone()[0]
    assert stored.write(find_known, "/b.fit", digest).path == "/a.fit"


def test_a_file_that_fails_half_way_leaves_nothing(files, stored, run, track):
    unheard_of = run(4000, track=track(60, 200), utc_offset_s=object())
    with pytest.raises(StoreError):
        files.add("/a.fit", run(), unheard_of)
    assert stored.read(read_activities) == []
    assert files.add("/a.fit", run()).runs == (1,)


def test_pairs_from_a_file_leave_the_runners_own_word(files, stored):
    own = Shoe("Blue", limit_m=600_000.0)
    shoes_of(stored).add(own)
    told = (Shoe("Blue", limit_m=1.0), Shoe("Red", date(2026, 3, 1), default=True))
    assert files.add("/shoes.csv", shoes=told).reason == "1 pair of shoes added"
    assert stored.read(read_shoes) == [own, told[1]]
    assert files.add("/shoes.csv", shoes=told).outcome == "known"
    assert files.add("/shoes.csv", shoes=told, content="new bytes").outcome == "known"


def test_a_known_file_counts_as_what_the_runner_says(files, stored, run):
    files.add("/a.gpx", run(), run(9000), content="bytes")
    digest = stored._db.execute("SELECT sha256 FROM file").fetchone()[0]
    ride = run(9000, sport="cycling", kind=Kind.OTHER)
    assert stored.write(set_sport, "/a.fit", digest, [run(), ride]) == 1
    assert stored.write(set_sport, "/a.fit", digest, [run(), ride]) == 0
    assert [found.activity.kind for found in stored.read(read_activities)] == [Kind.RUN, Kind.OTHER]
    assert stored.write(find_known, "/a.gpx", digest).runs == (1,)


def test_what_is_derived_of_tracks_is_kept_and_made_anew_for_newer_code(stored, run, track):
    reading = ParsedFile("made", activities=(run(), run(9100), run(18_300)))
    first, newer = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])
    form = {"cadence_spm": ThirdMeans(170.0, 168.0, None)}
    beat = TrackSummary(heart_s={140: 60.0}, form=form, warmup=EasySegment(600, 1.2, 9))
    made = pack_derived(first, beat, 1), pack_derived(None, TrackSummary(), 1)
    streams = [*(pack_track(track(60, 200), one) for one in made), None]
    stored.write(add_file, "/a.fit", "a", reading, streams)
    seen = []

    def derive(track):
        seen.append(len(track))
        return pack_derived(newer, TrackSummary(), 2)

    stored.update_derived(derive, 1)
    assert seen == []
    assert [activity.summary for activity in stored.read(read_activities)] == [beat, TrackSummary(), None]
    found = [activity.shape for activity in stored.read(read_activities)]
    np.testing.assert_array_equal(found[0], first)
    assert found[1:] == [None, None]
    stored.update_derived(derive, 2)
    stored.update_derived(derive, 2)
    assert seen == [61, 61]
    np.testing.assert_array_equal(stored.read(read_activities)[1].shape, newer)
    assert stored.read(read_activities, derived=False)[0].shape is None
