"""Clocks that step, points that repeat, old fixes: in GPX, in TCX and in FIT alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from made_points import LENGTH_M, START, fit, gpx, moved, run, shifted, tcx

from runlog import importers

HOUR, DAY = 3600, 86_400
ROWS = run()
EVERY_SECOND = run(every=1)
LAST = len(ROWS) - 1


def paused(rows):
    """Return rows with a pause before the first of them."""
    return [replace(rows[0], pause=True), *rows[1:]]


def untimed(rows, keep):
    """Return rows of which only some keep their time."""
    return [row if keep(index) else replace(row, second=None) for index, row in enumerate(rows)]


OLD = moved(replace(ROWS[0], second=-10 * HOUR), 430_000)
#: What each recording is, and how its note begins ("" where nothing is to be said).
SAME_START = {
    "sound": (ROWS, ""),
    "a point per second": (EVERY_SECOND, ""),
    "an hour back": (shifted(ROWS, -HOUR, 91), "the clock of the device was 1 h behind, for 89 points"),
    "an hour back, each second": (shifted(EVERY_SECOND, -HOUR, 900), "the clock of the device was 1 h"),
    "seven minutes back near the end": (shifted(ROWS, -420, 150), "the clock of the device was 7 min behind"),
    "two hours behind at the start": (shifted(ROWS, -2 * HOUR, 0, 20), "the clock of the device was 2 h"),
    "days behind at the start": (shifted(ROWS, -3 * DAY, 0, 20), "the clock of the device was 3 days behind"),
    "years behind at the start": (shifted(ROWS, -7 * 365 * DAY, 0, 30), "the clock of the device was 2555"),
    "days ahead at the start": (shifted(ROWS, 5 * DAY, 0, 25), "the clock of the device was 5 days ahead"),
    "days ahead, and right again": (
        shifted(ROWS, 3 * DAY, 60, 100),
        "the clock of the device was 3 days ahead",
    ),
    "hours back, and right again": (
        shifted(ROWS, -2 * HOUR, 60, 100),
        "the clock of the device was 2 h behind",
    ),
    "ever further ahead": (
        shifted(shifted(ROWS, 2 * DAY, 110), 3 * DAY, 150),
        "the clock of the device was 2 days ahead and wrong 2 times",
    ),
    "summer time begins": (shifted(ROWS, HOUR, 91), "the clock of the device was 1 h ahead, for 89 points"),
    "the newest point first": (ROWS[::-1], ""),
    "one time a day ahead": (shifted(ROWS, DAY, 90, 91), "1 point with a wrong time"),
    "one time a day behind": (shifted(ROWS, -DAY, 90, 91), "1 point with a wrong time"),
    "three wrong times": (
        shifted(shifted(shifted(ROWS, -400, 30, 31), 99_999, 80, 81), -20 * DAY, 140, 141),
        "3 points with a wrong time",
    ),
    "the first time in the future": (shifted(ROWS, 400 * DAY, 0, 1), ""),
    "two points in the wrong order": ([*ROWS[:50], ROWS[51], ROWS[50], *ROWS[52:]], ""),
    "an old fix far away": ([OLD, *ROWS], "1 point left out: 10 h and 430 km before the first of the others"),
    "an old fix here": (
        [replace(ROWS[0], second=-10 * HOUR), *ROWS],
        "1 point left out: 10 h before the first",
    ),
    "two old fixes": (
        [OLD, replace(OLD, second=-9 * HOUR), *ROWS],
        "2 points left out: 9 h and 430 km before the first",
    ),
    "two old fixes of different days": (
        [replace(OLD, second=-30 * HOUR), OLD, *ROWS],
        "2 points left out: 10 h and 430",
    ),
    "an old fix of twenty minutes ago": (
        [moved(replace(ROWS[0], second=-1200), 30_000), *ROWS],
        "1 position lies far off the way",
    ),
    "a forgotten stop": (
        [*ROWS, moved(replace(ROWS[-1], second=5 * HOUR), 12_000)],
        "1 point left out: 5 h and 12 km after the last of the others",
    ),
    "some points of a forgotten stop": (
        [*ROWS, *(replace(ROWS[-1], second=5 * HOUR + second) for second in range(3))],
        "3 points left out: 5 h after the last of the others",
    ),
    "every twentieth point has a time": (
        untimed(ROWS, lambda index: index % 20 == 0 or index == LAST),
        "170 points without a time got that of their place",
    ),
    "the first and the last have a time": (
        untimed(ROWS, lambda index: index in (0, LAST)),
        "178 points without",
    ),
    "segments that repeat all before": (
        [*ROWS[:60], *paused(ROWS[:120]), *paused(ROWS)],
        "180 points left out: repeats of earlier ones",
    ),
    "segments that repeat a part": (
        [*ROWS[:60], *paused(ROWS[40:120]), *paused(ROWS[100:])],
        "40 points left out: repeats of earlier ones",
    ),
    "the whole three times": (
        [*ROWS, *paused(ROWS), *paused(ROWS)],
        "360 points left out: repeats of earlier ones",
    ),
    "segments in the wrong order": ([*ROWS[90:], *paused(ROWS[:90])], ""),
    "one wild position": ([*ROWS[:90], moved(ROWS[90], 3000), *ROWS[91:]], "1 position lies far off the way"),
    "three wild positions": (
        [moved(row, 3000) if index in (30, 77, 140) else row for index, row in enumerate(ROWS)],
        "3 positions lie far off the way",
    ),
    "a wild minute": (
        [moved(row, 5000, 800) if 60 <= index < 68 else row for index, row in enumerate(ROWS)],
        "8 positions lie far off the way",
    ),
    "a wild end": ([*ROWS[:-1], moved(ROWS[-1], 8000)], "1 position lies far off the way"),
    "a wild second": (
        [*EVERY_SECOND[:900], moved(EVERY_SECOND[900], 0, 170), *EVERY_SECOND[901:]],
        "1 position",
    ),
}
#: Most points are on a clock that is wrong by so much, and nothing says so.
OTHER_START = {
    "a minute back": (shifted(ROWS, -60, 36), -60),
    "a minute back, each second": (shifted(EVERY_SECOND, -60, 360), -60),
    "twenty days ahead": (shifted(ROWS, 20 * DAY, 48), 20 * DAY),
    "twenty days back": (shifted(ROWS, -20 * DAY, 48), -20 * DAY),
}
WRITERS = {
    "gpx": gpx,
    "tcx": tcx,
    "tcx with a counter": lambda rows: tcx(rows, counter=True),
    "fit": fit,
    "fit with a counter": lambda rows: fit(rows, counter=True),
}


@pytest.fixture
def read(settings):
    return lambda data, name="run": importers.read_bytes(data, name, settings)


def assert_is_the_run(reading, start=START):
    (activity,) = reading.activities
    assert abs(activity.start - start) <= timedelta(seconds=10)
    assert activity.duration_s == pytest.approx(1790, abs=15)
    assert activity.distance_m == pytest.approx(LENGTH_M, abs=70)  # a step at each of two pauses is not known
    assert activity.moving_s == pytest.approx(1790, abs=40)
    assert activity.utc_offset_s == 7200
    assert (np.diff(activity.track["time_s"]) >= 0).all()
    return activity


@pytest.mark.parametrize("name", SAME_START)
@pytest.mark.parametrize("form", WRITERS)
def test_a_run_with_a_fault_is_the_run_without_it_and_the_note_says_so(read, name, form):
    rows, note = SAME_START[name]
    reading = read(WRITERS[form](rows))
    activity = assert_is_the_run(reading)
    assert len(activity.track) == pytest.approx(len({row.metres for row in rows}), abs=3)
    notes = [one for one in reading.notes if "names no sport" not in one]
    assert not note or any(one.startswith(note) for one in notes), notes
    assert note or not any("left out" in one for one in notes), notes


@pytest.mark.parametrize("name", OTHER_START)
@pytest.mark.parametrize("form", WRITERS)
def test_the_clock_of_most_points_counts(read, name, form):
    rows, seconds = OTHER_START[name]
    reading = read(WRITERS[form](rows))
    assert_is_the_run(reading, START + timedelta(seconds=seconds))
    assert any(one.startswith("the clock of the device was") for one in reading.notes)


@pytest.mark.parametrize("name", SAME_START | OTHER_START)
def test_the_start_that_a_session_states_counts(read, name):
    rows = (SAME_START | OTHER_START)[name][0]
    assert_is_the_run(read(fit(rows, session=(0, 1790, 1790, None))))


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("marked", [True, False])
def test_a_pause_of_forty_minutes_is_no_step_of_the_clock(read, form, marked):
    after = shifted(ROWS[90:], 2400)
    reading = read(WRITERS[form]([*ROWS[:90], *(paused(after) if marked else after)]))
    (activity,) = reading.activities
    assert (activity.start, activity.duration_s) == (START, 4190)
    assert activity.moving_s == pytest.approx(1790, abs=20)
    assert not any("clock" in one for one in reading.notes)


def test_times_that_jitter_lose_no_point(read):
    rows = [
        replace(row, second=row.second - (3 if index % 9 == 4 else 0))
        for index, row in enumerate(EVERY_SECOND)
    ]
    reading = read(gpx(rows))
    assert len(assert_is_the_run(reading).track) == len(rows)
    assert reading.notes == ()


def test_laps_and_pauses_are_moved_with_the_clock(read):
    rows = shifted([*ROWS[:48], *shifted(paused(ROWS[48:]), 30)], 20 * DAY, 30)
    laps = [(0, 300, 900), (20 * DAY + 300, 1520, 4470)]
    (activity,) = read(fit(rows, session=(0, 1820, 1790, 5370), laps=laps)).activities
    assert [(lap.start - START).total_seconds() for lap in activity.laps] == [0, 300]
    assert np.flatnonzero(np.diff(activity.track["segment"])).tolist() == [47]
    assert activity.track["time_s"][-1] == 1820


def test_segments_of_different_days_are_activities_of_their_own(read):
    reading = read(gpx([*ROWS, *paused(shifted(ROWS, 2 * DAY))]))
    assert [(one.start - START).days for one in reading.activities] == [0, 2]
    assert [round(one.distance_m) for one in reading.activities] == [5369, 5369]


def test_a_hostile_clock_does_not_hold_up(read):
    rows = [
        replace(row, second=row.second + (5000 if index % 2 else 0))
        for index, row in enumerate(EVERY_SECOND * 3)
    ]
    for form in (gpx, tcx, fit):
        assert len(read(form(rows)).activities) == 1
