"""A track has each of its columns from the best recording that has it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from runlog.model import Track
from runlog.store.activities import read_track
from runlog.store.recordings import merge_by_hand


def only(track, *columns):
    return Track({name: track[name] for name in ("time_s", "segment", *columns)})


def thinned(track, every):
    return Track({name: column[::every] for name, column in track.columns.items()})


def test_what_the_best_one_lacks_is_drawn_from_the_next(files, stored, run, track):
    whole = track(3000, 10_000, heart_rate_bpm=150.0, power_w=250.0)
    watch = only(whole, "distance_m", "heart_rate_bpm", "power_w")
    phone = thinned(only(whole, "lat", "lon"), 10)
    files.add("/watch.fit", run(track=watch))
    files.add("/phone.gpx", run(track=phone))
    blended = stored.read(read_track, 1)
    assert set(blended.columns) == {"time_s", "segment", "lat", "lon", *watch.columns}
    np.testing.assert_array_equal(blended["power_w"], watch["power_w"])
    metres = 111_195 * np.abs(blended["lat"] - whole["lat"])
    assert np.nanmax(metres) < 1.0


def test_what_the_best_one_has_stays_its_own(files, stored, run, track):
    best = track(3000, 10_000, heart_rate_bpm=150.0, power_w=250.0)
    files.add("/watch.fit", run(track=best))
    files.add("/phone.gpx", run(track=track(3000, 10_000, heart_rate_bpm=151.0)))
    np.testing.assert_array_equal(stored.read(read_track, 1)["heart_rate_bpm"], best["heart_rate_bpm"])


def test_it_is_put_in_its_place_by_the_clock(files, stored, run, track):
    whole = track(3000, 10_000, power_w=250.0)
    rising = Track({**whole.columns, "heart_rate_bpm": 100 + whole["time_s"] / 100})
    late = Track({name: column[600:] for name, column in rising.columns.items() if name != "power_w"})
    late = Track({**late.columns, "time_s": late["time_s"] - 600})
    files.add("/watch.fit", run(track=only(whole, "lat", "lon", "distance_m", "power_w")))
    files.add("/phone.gpx", run(600 + 7200, duration_s=2400.0, distance_m=8000.0, track=late))
    beats = stored.read(read_track, 1)["heart_rate_bpm"]
    assert np.isnan(beats[:600]).all()
    np.testing.assert_allclose(beats[600:], rising["heart_rate_bpm"][600:])


def test_nothing_is_drawn_across_a_gap(files, stored, run, track):
    whole = track(3000, 10_000, heart_rate_bpm=150.0, power_w=250.0)
    with_gap = np.r_[0:1000, 2000:3001]
    phone = only(whole, "lat", "lon")
    phone = Track({name: column[with_gap] for name, column in phone.columns.items()})
    files.add("/watch.fit", run(track=only(whole, "distance_m", "heart_rate_bpm", "power_w")))
    files.add("/phone.gpx", run(track=phone))
    lat = stored.read(read_track, 1)["lat"]
    assert np.flatnonzero(np.isnan(lat)).tolist() == list(range(1000, 2000))


def test_what_was_not_at_one_time_is_left_apart(files, stored, run, track):
    files.add("/a.fit", run(track=only(track(3000, 10_000, power_w=250.0), "distance_m", "power_w")))
    other = replace(run(30 * 3600, distance_m=9_000.0), track=only(track(3000, 9_000), "lat", "lon"))
    files.add("/b.gpx", other)
    stored.write(merge_by_hand, 1, 2)
    assert "lat" not in stored.read(read_track, 1)
