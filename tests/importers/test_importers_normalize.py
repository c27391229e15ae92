"""Totals that come from the track."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from runlog.importers import normalize, sports, tracks
from runlog.model import Activity, Kind, Track

START = datetime(2026, 3, 1, 7, tzinfo=UTC)


def made(**columns):
    times = np.arange(len(next(iter(columns.values()))), dtype=float)
    given = {name: np.asarray(values, dtype=float) for name, values in columns.items()}
    return Track({"time_s": times, "segment": np.zeros(len(times))} | given)


def activity(track, sport="running", **stated):
    return Activity(START, 600.0, sport, kind=sports.activity_kind(sport, None), track=track, **stated)


def test_the_great_circle_of_a_degree():
    metres = normalize.great_circle_m(
        np.array([0.0, 60.0]), np.array([0.0, 0.0]), np.array([1.0, 60.0]), np.array([0.0, 1.0])
    )
    assert metres == pytest.approx([111_195, 55_597], rel=1e-4)


def test_distance_prefers_the_device_and_skips_its_gaps():
    track = made(distance_m=[np.nan, 0, 3, np.nan, 9, 9], lat=[50, 51, 52, 53, 54, 55], lon=[8] * 6)
    assert normalize.track_distance(track) == 9


def test_distance_goes_on_over_points_without_position():
    whole = made(lat=50 + np.arange(10) * 1e-4, lon=np.full(10, 8.0))
    gaps = np.where(np.arange(10) % 3 == 1, np.nan, whole["lat"])
    assert normalize.track_distance(made(lat=gaps, lon=whole["lon"])) == pytest.approx(
        normalize.track_distance(whole)
    )


def test_standing_is_no_moving_time():
    metres = np.concatenate([np.arange(300) * 3.0, np.full(300, 897.0)])
    assert normalize.track_moving_time(made(distance_m=metres)) == pytest.approx(300, abs=8)


def test_without_any_distance_all_time_moves():
    assert normalize.track_moving_time(made(heart_rate_bpm=[120] * 61)) == 60


def test_noise_is_no_ascent_and_a_hill_is():
    rng = np.random.default_rng(1)
    flat = 100 + rng.normal(0, 0.5, 3600)
    hill = flat + 50 * np.sin(np.arange(3600) / 3600 * np.pi)
    assert normalize.track_ascent(made(altitude_m=flat)) < 10
    assert normalize.track_ascent(made(altitude_m=hill)) == pytest.approx(50, abs=10)
    assert normalize.track_ascent(made(distance_m=[0, 1])) is None


def test_what_the_source_states_is_read():
    track = made(distance_m=[0, 100], heart_rate_bpm=[100, 140])
    complete = normalize.fill_missing_sums(activity(track, distance_m=95.0, avg_hr=125.0))
    assert (complete.distance_m, complete.avg_hr, complete.max_hr) == (95, 125, 140)


@pytest.mark.parametrize(
    ("sport", "recorded", "steps"),
    [
        ("running", 85, 170),
        ("running", 170, 170),
        ("walking", 55, 110),
        ("walking", 110, 110),
        ("hiking", 50, 100),
    ],
)
def test_cadence_counts_both_feet(sport, recorded, steps):
    complete = normalize.fill_missing_sums(activity(made(cadence_spm=[0, recorded, recorded, np.nan]), sport))
    assert complete.avg_cadence_spm == steps
    assert complete.track["cadence_spm"][:3].tolist() == [0, steps, steps]
    assert (
        normalize.fill_missing_sums(activity(None, sport, avg_cadence_spm=float(recorded))).avg_cadence_spm
        == steps
    )


def test_the_cadence_of_a_ride_is_left_out():
    complete = normalize.fill_missing_sums(
        activity(made(cadence_spm=[90, 90]), "cycling", avg_cadence_spm=90.0)
    )
    assert complete.avg_cadence_spm is None
    assert "cadence_spm" not in complete.track


def test_completing_again_changes_nothing():
    once = normalize.fill_missing_sums(activity(made(cadence_spm=[85, 86], distance_m=[0, 3])))
    again = normalize.fill_missing_sums(once)
    assert again.avg_cadence_spm == once.avg_cadence_spm == 171
    assert (again.track["cadence_spm"] == once.track["cadence_spm"]).all()


@pytest.mark.parametrize(
    ("sport", "sub_sport", "kind"),
    [
        ("running", "treadmill", Kind.RUN),
        ("training", "strength_training", Kind.HABIT),
        ("yoga", None, Kind.HABIT),
        ("walking", None, Kind.OTHER),
    ],
)
def test_what_an_activity_counts_as(sport, sub_sport, kind):
    assert sports.activity_kind(sport, sub_sport) is kind


def test_a_track_needs_a_usable_time():
    none = np.array([np.nan, 5.0])
    assert tracks.build_track(none, np.zeros(2), {"lat": np.ones(2)}) is None
