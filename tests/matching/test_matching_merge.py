"""One run of several files: the best file leads, the others fill in, none is lost."""

from __future__ import annotations

from dataclasses import replace

from runlog.model import Intensity, Lap
from runlog.store.activities import read_activities, read_track


def test_each_value_comes_from_the_richest_file_that_has_it(files, stored, run, track):
    rich = track(3000, 10_000, heart_rate_bpm=150.0, power_w=250.0)
    files.add("/phone.gpx", run(avg_hr=151.0, shoe="Blue", rpe=0.0, track=track(3000, 10_000)))
    files.add("/watch.fit", run(5, avg_hr=148.0, max_hr=171.0, track=rich))
    kept_run = stored.read(read_activities)[0]
    merged = kept_run.activity
    assert kept_run.sources == ("/watch.fit", "/phone.gpx")
    assert merged.start == run(5).start
    assert (merged.avg_hr, merged.max_hr, merged.shoe, merged.rpe) == (148.0, 171.0, "Blue", 0.0)
    assert merged.track is None
    assert "power_w" in stored.read(read_track, 1)


def test_a_recording_that_broke_off_does_not_lead_however_rich(files, stored, run, track):
    whole = track(3000, 10_000, heart_rate_bpm=150.0, power_w=250.0)
    rich = replace(whole, columns={name: column[:901] for name, column in whole.columns.items()})
    files.add("/broken.fit", run(duration_s=900.0, distance_m=3_000.0, max_hr=165.0, track=rich))
    files.add("/phone.gpx", run(track=track(3000, 10_000)))
    merged = stored.read(read_activities)[0].activity
    assert (merged.duration_s, merged.distance_m, merged.max_hr) == (3000.0, 10_000.0, 165.0)
    assert len(stored.read(read_track, 1)) == 3001


def test_what_is_said_in_an_app_comes_after_the_watch(files, stored, run, track):
    files.add("/watch.fit", run(rpe=3.0, feel=25.0, shoe="Blue", track=track(3000, 10_000)))
    files.add("/list.csv", run(rpe=7.0, shoe="Red", external="app:1"))
    merged = stored.read(read_activities)[0].activity
    assert (merged.rpe, merged.feel, merged.shoe) == (7.0, 25.0, "Blue")


def test_the_track_comes_from_the_best_file_that_has_one(files, stored, run, track):
    files.add("/manual.csv", run(rpe=5.0))
    assert stored.read(read_track, 1) is None
    files.add("/phone.gpx", run(track=track(3000, 10_000)))
    assert len(stored.read(read_track, 1)) == 3001
    assert stored.read(read_track, 99) is None


def test_a_name_that_somebody_gave_wins_over_a_stock_name(files, stored, run, track):
    rich = track(3000, 10_000, heart_rate_bpm=150.0)
    files.add("/watch.fit", run(name="Morning Run", track=rich))
    files.add("/strava.gpx", run(name="Along the river with Ada", track=track(3000, 10_000)))
    assert stored.read(read_activities)[0].activity.name == "Along the river with Ada"


def test_a_stock_name_is_better_than_none(files, stored, run):
    files.add("/watch.fit", run())
    files.add("/strava.gpx", run(name="Morning Run"))
    assert stored.read(read_activities)[0].activity.name == "Morning Run"


def test_laps_come_whole_from_one_file(files, stored, run, track):
    laps = (
        Lap(run().start, 600.0, 1500.0, Intensity.WARMUP),
        Lap(run(600).start, 2400.0, None, None),
    )
    files.add("/watch.fit", run(laps=laps))
    files.add("/phone.gpx", run(track=track(3000, 10_000)))
    assert stored.read(read_activities)[0].activity.laps == laps


def test_activities_come_in_the_order_of_their_starts(files, stored, run):
    files.add("/a", run(90_000))
    files.add("/b", run())
    assert [activity.id for activity in stored.read(read_activities)] == [2, 1]
