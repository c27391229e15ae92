"""The easy start and end of a stream: made runs, hills, stops, and nonsense."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runlog.analysis.track_summary import find_easy_segments
from runlog.model import TRACK_COLUMNS, EasySegment, Track

EASY, HARD, LOW, HIGH = 2.5, 3.5, 120.0, 160.0


def run(*parts, every_s=2, **columns):
    """A track of (minutes, m/s, bpm) one after the other; the speed wavers and the heart lags."""
    speed, bpm = (
        np.concatenate([np.full(int(minutes * 60 / every_s), value) for minutes, value in pairs])
        for pairs in ([(m, v) for m, v, _ in parts], [(m, h) for m, _, h in parts])
    )
    time_s = np.arange(len(speed)) * float(every_s)
    speed = speed * (1 + 0.05 * np.sin(time_s / 40))
    bpm = np.convolve(np.pad(bpm, (60, 0), mode="edge"), np.full(61, 1 / 61), mode="valid")
    made = {
        "time_s": time_s,
        "segment": np.zeros(len(time_s)),
        "distance_m": np.append(0.0, np.cumsum(speed * every_s)[:-1]),
        "heart_rate_bpm": bpm,
    }
    return Track(made | {name: values(time_s) for name, values in columns.items()})


def without(track, *columns):
    return Track({name: values for name, values in track.columns.items() if name not in columns})


def backwards(track):
    turned = {name: values[::-1] for name, values in track.columns.items()}
    time_s, metres = track["time_s"], track["distance_m"]
    return Track(turned | {"time_s": time_s[-1] - time_s[::-1], "distance_m": metres[-1] - metres[::-1]})


WARMED_UP = run((10, EASY, LOW), (30, HARD, HIGH))


def test_an_easy_start_and_an_easy_end():
    start, end = find_easy_segments(run((10, EASY, LOW), (30, HARD, HIGH), (7, EASY, LOW)))
    assert start.duration_s == pytest.approx(600, abs=60)
    assert end.duration_s == pytest.approx(420, abs=60)
    assert start.slower == pytest.approx(HARD / EASY, abs=0.06)
    assert start.hr_below_bpm == pytest.approx(HIGH - LOW, abs=8)


def test_the_end_is_the_mirror_of_the_start():
    start, nothing = find_easy_segments(WARMED_UP)
    assert nothing is None
    none, end = find_easy_segments(backwards(WARMED_UP))
    assert none is None
    assert end.duration_s == pytest.approx(start.duration_s, abs=20)


@pytest.mark.parametrize(
    "parts",
    [
        [(40, HARD, HIGH)],
        [(4, EASY, LOW), (30, HARD, HIGH)],  # too short
        [(35, EASY, LOW), (60, HARD, HIGH)],  # an easy run, then a hard one
        [(10, EASY, LOW), (8, HARD, HIGH)],  # hardly a main part
        [(10, EASY, HIGH), (30, HARD, HIGH)],  # the heart says that it was as hard
        [(10, 0.95 * HARD, LOW), (30, HARD, HIGH)],  # hardly slower
        [(10, HARD, HIGH), (20, EASY, LOW), (10, HARD, HIGH)],  # slow in the middle
    ],
)
def test_what_is_no_easy_start(parts):
    assert find_easy_segments(run(*parts))[0] is None


@pytest.mark.parametrize("missing", ["heart_rate_bpm", "distance_m"])
def test_without_heart_rates_or_ways_nothing_is_supposed(missing):
    assert find_easy_segments(without(WARMED_UP, missing)) == (None, None)


def test_positions_stand_in_for_distances():
    north = {"lat": 50 + WARMED_UP["distance_m"] / 111_195, "lon": np.full(len(WARMED_UP), 8.0)}
    track = Track(dict(without(WARMED_UP, "distance_m").columns) | north)
    assert find_easy_segments(track)[0].duration_s == pytest.approx(600, abs=60)


def test_a_climb_at_the_start_is_no_warm_up():
    def climb(time_s):
        return 300.0 + 100.0 * np.minimum(time_s / 600, 1.0)  # 100 m on the first 1.5 km

    assert find_easy_segments(run((10, EASY, LOW), (30, HARD, HIGH), altitude_m=climb))[0] is None
    assert find_easy_segments(run((10, EASY, LOW), (30, HARD, HIGH), altitude_m=np.zeros_like))[0] is not None


def test_a_stop_is_neither_slow_nor_time():
    stops = [(3, HARD, LOW), (4, 0.0, LOW), (3, HARD, HIGH), (4, 0.0, LOW), (30, HARD, HIGH)]
    assert find_easy_segments(run(*stops))[0] is None
    start, _ = find_easy_segments(run((5, EASY, LOW), (6, 0.0, LOW), (5, EASY, LOW), (30, HARD, HIGH)))
    assert start.duration_s == pytest.approx(600, abs=60)


def test_a_pause_is_no_time():
    paused = WARMED_UP["time_s"] + 1200.0 * (WARMED_UP["time_s"] >= 300)
    segment = (WARMED_UP["time_s"] >= 300).astype(float)
    track = Track(dict(WARMED_UP.columns) | {"time_s": paused, "segment": segment})
    assert find_easy_segments(track)[0].duration_s == pytest.approx(600, abs=60)


def test_strides_within_a_warm_up_do_not_end_it():
    strides = [(0.4, 6.0, HIGH), (1.5, EASY, LOW)] * 3
    start, _ = find_easy_segments(run((8, EASY, LOW), *strides, (30, HARD, HIGH)))
    assert start.duration_s > 700


def test_the_rests_of_intervals_are_not_the_main_parts_pace():
    intervals = [(3, 4.5, 175.0), (3, 1.5, 130.0)] * 6
    start, end = find_easy_segments(run((12, EASY, LOW), *intervals, (12, EASY, LOW)))
    assert start.duration_s == pytest.approx(720, abs=90)
    assert end.duration_s == pytest.approx(720 + 180, abs=90)  # the last rest is easy as well


def test_a_point_now_and_then_is_enough():
    seldom = Track({name: values[::10] for name, values in WARMED_UP.columns.items()})
    assert find_easy_segments(seldom)[0].duration_s == pytest.approx(600, abs=60)


odd_numbers = st.floats(-1e9, 1e9) | st.sampled_from([np.nan, 0.0, 1.0, -0.0, 3.0, 150.0])


@st.composite
def nonsense(draw):
    """A track that a broken or hostile file may hold: times never fall, all else is as it comes."""
    points = draw(st.integers(0, 80))
    steps = draw(hnp.arrays(float, points, elements=st.floats(0, 1e4)))
    pauses = draw(hnp.arrays(bool, points))
    names = draw(st.sets(st.sampled_from(TRACK_COLUMNS[2:])))
    drawn = {name: draw(hnp.arrays(float, points, elements=odd_numbers)) for name in names}
    return Track({"time_s": np.cumsum(steps), "segment": np.cumsum(pauses).astype(float)} | drawn)


#: Moments next to the same one, between which a distance grows without bounds.
NO_TIME_APART = Track(
    {
        "time_s": 4.9e-324 * np.arange(1.0, 5.0),
        "segment": np.zeros(4),
        "speed_mps": np.zeros(4),
        "distance_m": np.array([0.0, np.nan, np.nan, 1.0]),
    }
)


@given(nonsense())
@example(NO_TIME_APART)
def test_nonsense_is_taken_without_a_word_and_never_told_as_more_than_it_is(track):
    for part in find_easy_segments(track):
        if part is not None:
            assert isinstance(part, EasySegment)
            assert 300 <= part.duration_s <= 1800
            assert part.slower >= 1.1
            assert part.hr_below_bpm >= 5


@given(
    hnp.arrays(float, 900, elements=st.floats(0.1, 8.0)),
    hnp.arrays(float, 900, elements=st.floats(60, 200)),
)
def test_what_is_told_is_within_the_run_and_the_same_backwards(speed, bpm):
    columns = {
        "time_s": np.arange(900) * 4.0,
        "segment": np.zeros(900),
        "distance_m": np.cumsum(speed * 4.0),
        "heart_rate_bpm": bpm,
    }
    start, end = find_easy_segments(Track(columns))
    assert sum(part.duration_s for part in (start, end) if part) <= 3600
