"""Sums and places that a file states, against its points."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from made_points import LENGTH_M, START, fit, gpx, moment, moved, run, shifted, tcx

from runlog import importers
from runlog.errors import NotTaken

ROWS = run()
HOUR = 3600


@pytest.fixture
def read(settings):
    return lambda data: importers.read_bytes(data, "run", settings)


def the_run(reading, *, distance=LENGTH_M, duration=1790.0, start=START):
    (activity,) = reading.activities
    assert activity.distance_m == pytest.approx(
        distance, rel=0.02
    )  # half a step is lost where a counter begins
    assert activity.duration_s == pytest.approx(duration, abs=15)
    assert abs(activity.start - start) <= timedelta(seconds=10)
    return activity


def counted(values):
    """Return the rows with other running totals."""
    return [replace(row, metres=float(value)) for row, value in zip(ROWS, values, strict=True)]


TOTAL = np.array([row.metres for row in ROWS])
WOBBLING = TOTAL + np.tile([0, 9, -6], 60)
COUNTERS = {
    "sound": (TOTAL, ""),
    "wobbling": (WOBBLING, ""),
    "anew at a lap": (np.where(TOTAL < 2700, TOTAL, TOTAL - 2700), "begins anew once"),
    "anew at each kilometre": (TOTAL % 1000, "begins anew 5 times"),
    "a zero in between": (np.where(np.arange(180) == 90, 0, TOTAL), "1 of its running distances"),
    "a value far too high": (np.where(np.arange(180) == 90, 65_000, TOTAL), "1 of its running distances"),
    "three values too high": (
        np.where(np.isin(np.arange(180), [90, 91, 92]), 9e6, TOTAL),
        "3 of its running",
    ),
    "wobbling and anew": (np.maximum(WOBBLING % 2600, 0), "begins anew"),
    "standing still": (np.zeros(180), "stands still"),
}


@pytest.mark.parametrize("name", COUNTERS)
@pytest.mark.parametrize("form", [fit, tcx])
def test_the_distance_of_a_counter_that_errs(read, name, form):
    values, note = COUNTERS[name]
    reading = read(form(counted(values), counter=True))
    activity = the_run(reading)
    assert any(note in one for one in reading.notes) or not note
    if "distance_m" in activity.track:
        assert (np.diff(activity.track["distance_m"][~np.isnan(activity.track["distance_m"])]) >= 0).all()


@pytest.mark.parametrize("stated", [0, 5, 1200, 54_000, 5_370_000])
@pytest.mark.parametrize("form", ["tcx", "fit"])
def test_a_stated_distance_that_the_points_contradict(read, stated, form):
    data = (
        tcx(ROWS, lap_m=stated, lap_s=1790) if form == "tcx" else fit(ROWS, session=(0, 1790, 1790, stated))
    )
    reading = read(data)
    the_run(reading)
    assert any("km, which count" in note for note in reading.notes)


@pytest.mark.parametrize("stated", [4500, 5400, 6600])
def test_a_stated_distance_near_that_of_the_points_counts(read, stated):
    assert the_run(read(fit(ROWS, session=(0, 1790, 1790, stated))), distance=stated)
    assert the_run(read(tcx(ROWS, lap_m=stated, lap_s=1790)), distance=stated)


@pytest.mark.parametrize(
    ("elapsed", "timer"), [(0, 1790), (None, 1790), (0, 0), (None, None), (600, 1790), (1790, 0), (96, 96)]
)
def test_a_session_that_ends_long_before_its_records(read, elapsed, timer):
    reading = read(fit(ROWS, session=(0, elapsed, timer, None)))
    activity = the_run(reading)
    assert activity.moving_s == pytest.approx(1790, abs=40)


def test_the_distance_of_a_session_that_ends_before_its_records_is_of_a_part(read):
    reading = read(fit(ROWS, session=(0, 600, 600, 1800), counter=True))
    activity = the_run(reading)
    assert "the file states 10 min, but its points go on for 30 min, which counts" in reading.notes
    assert activity.moving_s == pytest.approx(1790, abs=40)


@pytest.mark.parametrize("elsewhere", [-2 * HOUR, 2 * HOUR, 600, 86_400, -30 * 86_400])
def test_a_session_and_its_laps_that_lie_elsewhere_than_their_records(read, elsewhere):
    laps = [(elsewhere, 900, 2700), (elsewhere + 900, 890, 2670)]
    reading = read(fit(ROWS, session=(elsewhere, 1790, 1790, 5370), laps=laps))
    activity = the_run(reading)
    assert [round((lap.start - START).total_seconds()) for lap in activity.laps] == [0, 900]
    assert len(activity.track) == 180
    assert any("from its records; the records count" in note for note in reading.notes)


def test_a_session_that_begins_while_the_watch_still_looks_for_satellites_keeps_its_start(read):
    activity = the_run(
        read(fit(ROWS, session=(-120, 1910, 1790, 5370))), duration=1910, start=START - timedelta(seconds=120)
    )
    assert activity.track["time_s"][0] == 120


@pytest.mark.parametrize("metres", [None, 0, 290])
def test_a_lap_of_an_hour_and_a_half_over_a_minute_and_a_half_of_points(read, metres):
    rows = ROWS[:11]
    reading = read(tcx(rows, lap_s=5300, lap_m=metres))
    the_run(reading, distance=metres or 300, duration=100)
    assert "a lap of 88 min has points of 2 min, which count" in reading.notes


def test_one_lap_of_two_that_states_no_distance(read):
    first, second = (
        tcx(part, lap_s=895, lap_m=metres).decode() for part, metres in ((ROWS[:90], 0), (ROWS[90:], 2685))
    )
    inner = second[second.index("<Lap") : second.index("</Activity>")]
    reading = read(first.replace("</Activity>", f"{inner}</Activity>", 1).encode())
    activity = the_run(reading)
    assert [lap.distance_m for lap in activity.laps] == [None, 2685]
    assert "a lap states 0 km, but its points cover 2.7 km, which count" in reading.notes


def test_a_lap_of_0_m_whose_points_have_no_position(read):
    rows = [*ROWS[:90], *(replace(row, lat=None, lon=None) for row in ROWS[90:])]
    laps = [(0, 900, 2700), (900, 890, 0)]
    (activity,) = read(fit(rows, session=(0, 1790, 1790, None), laps=laps)).activities
    assert activity.distance_m == pytest.approx(2670, abs=40)
    assert [lap.distance_m for lap in activity.laps] == [2700, 0]


def test_a_lap_whose_points_were_lost_keeps_its_time(read):
    the_run(read(tcx(ROWS[:11], lap_s=5300, lap_m=15_000)), distance=15_000, duration=5300)


@pytest.mark.parametrize("elsewhere", [-10 * HOUR, 2 * HOUR, -20 * 86_400])
def test_a_lap_that_begins_elsewhere_than_its_points(read, elsewhere):
    reading = read(tcx(ROWS, lap_s=1790, lap_m=5370, lap_start=elsewhere))
    (lap,) = the_run(reading).laps
    assert lap.start == START


# --- numbers and times that are written oddly ---


def comma(value):
    return f"{value:.7f}".replace(".", ",")


class Odd(str):
    """A layout of a number that is no layout of Python's."""

    __slots__ = ("write",)

    def format(self, value):
        return self.write(value)


def odd(write):
    layout = Odd("odd")
    layout.write = write
    return layout


NUMBERS = {
    "comma": comma,
    "spaces": lambda value: f"  {value:.7f} ",
    "exponent": lambda value: f"{value:.9e}",
    "comma and spaces": lambda value: f" {comma(value)} ",
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("form", [gpx, tcx])
@pytest.mark.parametrize("south_west", [False, True])
def test_numbers_as_apps_write_them(read, name, form, south_west):
    rows = [replace(row, lat=-row.lat, lon=-row.lon) for row in ROWS] if south_west else ROWS
    activity = the_run(read(form(rows, number=odd(NUMBERS[name]))))
    assert activity.track["lat"][0] == pytest.approx(rows[0].lat)


def test_a_minus_sign_of_a_typesetter(read):
    rows = [replace(row, lat=-row.lat) for row in ROWS]
    data = gpx(rows, number=odd(lambda value: comma(value).replace("-", "\N{MINUS SIGN}")))
    assert the_run(read(data)).track["lat"][0] == pytest.approx(-52.5)


@pytest.mark.parametrize("form", [gpx, tcx])
def test_positions_that_cannot_be_read_are_named(read, form):
    reading = read(form(ROWS, number=odd(lambda value: f"{value:.5f}° N")))
    assert any(
        note.startswith("180 of its latitudes cannot be read, such as '52.50000°") for note in reading.notes
    )


TIMES = {
    "unpadded": lambda second: f"{moment(second):%Y-%-m-%-dT%-H:%-M:%-S}Z",
    "with a space": lambda second: f"{moment(second):%Y-%m-%d %H:%M:%S}",
    "two zones": lambda second: f"{moment(second):%Y-%m-%dT%H:%M:%S}+00:00Z",
    "slashes": lambda second: f"{moment(second):%Y/%m/%d %H:%M:%S}",
    "Unix seconds": lambda second: f"{moment(second).timestamp():.0f}",
    "Unix milliseconds": lambda second: f"{1000 * moment(second).timestamp():.0f}",
    "a comma": lambda second: f"{moment(second):%Y-%m-%dT%H:%M:%S},250Z",
}


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("form", [gpx, tcx])
def test_times_as_apps_write_them(read, name, form):
    the_run(read(form(ROWS, stamp=TIMES[name])))


def test_times_that_cannot_be_read_are_not_called_missing(read):
    with pytest.raises(NotTaken, match="none of its times can be read, such as 'yesterday at seven'"):
        read(gpx(ROWS, stamp=lambda _: "yesterday at seven"))


def test_a_recording_of_1998_and_2002_lies_not_before_1990(read):
    old = datetime(1998, 5, 3, 6, tzinfo=UTC) - START
    older = shifted(ROWS[:100], round(old.total_seconds()))
    newer = shifted(ROWS[100:], round((datetime(2002, 5, 3, 6, tzinfo=UTC) - START).total_seconds()))
    far = [moved(row, 20_000) for row in newer]
    reading = read(gpx([*older, *far]))
    assert reading.activities[0].start.year in (1998, 2002)
    assert reading.notes


def test_a_recording_before_1990_is_called_that(read):
    with pytest.raises(NotTaken, match="before 1990"):
        read(gpx(shifted(ROWS, -40 * 365 * 86_400)))


@pytest.mark.parametrize("every", [10, 20, 7])
@pytest.mark.parametrize("form", [gpx, tcx])
def test_times_of_whole_minutes_have_a_moving_time(read, every, form):
    reading = read(form(run(every=every), stamp=lambda second: f"{moment(second):%Y-%m-%dT%H:%M}:00Z"))
    (activity,) = reading.activities
    assert activity.moving_s == pytest.approx(1790, abs=70)
    assert activity.duration_s == pytest.approx(1790, abs=60)
    assert activity.distance_m == pytest.approx(LENGTH_M, rel=0.01)
    assert any("60 s apart" in note for note in reading.notes)


# --- made-up places, and clocks ---


@pytest.mark.parametrize("maker", ["zwift"])
@pytest.mark.parametrize("sub_sport", [0, 1, 58])  # generic, treadmill, virtual
def test_a_run_in_a_virtual_world_has_no_clock_and_no_route_of_its_place(read, maker, sub_sport):
    rows = [replace(row, lat=-11.64 + row.lat - 52.5, lon=166.95 + row.lon - 13.4) for row in ROWS]
    (activity,) = read(fit(rows, session=(0, 1790, 1790, 5370), maker=maker, sub_sport=sub_sport)).activities
    assert activity.utc_offset_s is None
    assert activity.sub_sport in ("treadmill", "virtual_activity")


@pytest.mark.parametrize("creator", ["Zwift", "ROUVY 3.2", "Kinomap", "qdomyos-zwift"])
def test_a_gpx_of_a_virtual_world_is_known_by_its_program(read, creator):
    (activity,) = read(gpx(ROWS, creator=creator)).activities
    assert (activity.utc_offset_s, activity.sub_sport) == (None, "virtual_activity")


@pytest.mark.parametrize("local_s", [0, 3600, -18_000, 7187, 8000])
def test_the_position_decides_the_clock_of_a_fit_file(read, local_s):
    activity = the_run(read(fit(ROWS, session=(0, 1790, 1790, 5370), local_s=local_s)))
    assert activity.utc_offset_s == 7200
