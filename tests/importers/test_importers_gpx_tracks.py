"""Which tracks of a GPX file are one recording."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_points import LENGTH_M, START, gpx, moved, run, shifted, utc
from made_points import ROWS_180 as ROWS

from runlog import importers


@pytest.fixture
def read(settings):
    return lambda data: importers.read_bytes(data, "run.gpx", settings)


def track(rows, name="Run", kind="running"):
    points = "".join(
        f'<trkpt lat="{row.lat:.7f}" lon="{row.lon:.7f}"><time>{utc(row.second)}</time></trkpt>'
        for row in rows
    )
    return f"<trk><name>{name}</name><type>{kind}</type><trkseg>{points}</trkseg></trk>"


def file(*tracks):
    return f'<gpx version="1.1" creator="x">{"".join(tracks)}</gpx>'.encode()


def laps(*, shared=True, order=(0, 1, 2, 3), names="Lap {}"):
    """Return a track per quarter; with ``shared`` each begins with the last point of the one before."""
    parts = [ROWS[45 * lap : 45 * (lap + 1) + (shared and lap < 3)] for lap in range(4)]
    return [track(parts[lap], names.format(lap + 1)) for lap in order]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
@pytest.mark.parametrize("names", ["Lap {}", "{} km", "Runde", "2026-05-03 {}"])
def test_a_track_per_lap_is_one_recording_with_laps(read, shared, order, names):
    (activity,) = read(file(*laps(shared=shared, order=order, names=names))).activities
    assert (activity.start, activity.duration_s) == (START, 1790)
    assert activity.distance_m == pytest.approx(LENGTH_M, abs=10)
    assert activity.moving_s == pytest.approx(1790, abs=10)
    assert [lap.duration_s for lap in activity.laps] == pytest.approx([450, 450, 450, 440], abs=10)
    assert activity.name == (names if names == "Runde" else None)


def test_tracks_of_another_name_after_a_pause_are_runs_of_their_own(read):
    apart = track(shifted(ROWS[90:], 300), "Evening")
    assert len(read(file(track(ROWS[:90], "Morning"), apart)).activities) == 2


def test_tracks_that_touch_in_time_alone_are_of_two_runners(read):
    other = track([moved(row, 5000) for row in ROWS[90:]], "Other")
    assert len(read(file(track(ROWS[:90]), other)).activities) == 2


def test_tracks_of_another_sport_are_activities_of_their_own(read):
    ride = track(ROWS[90:], "Ride", "cycling")
    assert [one.sport for one in read(file(track(ROWS[:90]), ride)).activities] == ["running", "cycling"]


@pytest.mark.parametrize("copies", [2, 3])
def test_the_same_track_several_times_counts_once(read, copies):
    reading = read(file(*(track(ROWS, f"Copy {copy}") for copy in range(copies))))
    (activity,) = reading.activities
    assert activity.distance_m == pytest.approx(LENGTH_M, abs=10)
    assert any(note.startswith(f"{copies - 1} of its tracks repeat others") for note in reading.notes)


def test_tracks_that_grow_count_once(read):
    reading = read(file(track(ROWS[:60]), track(ROWS[:120]), track(ROWS)))
    (activity,) = reading.activities
    assert len(activity.track) == 180
    assert activity.name == "Run"


def test_two_runs_of_a_file_keep_their_order_in_it(read):
    later = track(shifted(run(), 86_400), "Later")
    starts = [one.start for one in read(file(later, track(ROWS))).activities]
    assert starts == sorted(starts, reverse=True)


def test_an_old_fix_at_the_start_of_each_segment_is_left_out(read):
    old = moved(replace(ROWS[0], second=-7 * 3600), 50_000)
    reading = read(gpx([old, *ROWS[:90], replace(old, pause=True), *ROWS[90:]]))
    (activity,) = reading.activities
    assert (activity.start, activity.duration_s) == (START, 1790)
    assert activity.distance_m == pytest.approx(LENGTH_M, abs=40)
