"""Damaged GPX files that gpxpy reads and expat does not."""

from __future__ import annotations

import numpy as np
import pytest
from test_importers_gpx import START, gpx, point, points, track

from runlog import importers
from runlog.errors import NotReadable
from runlog.importers import gpx as importers_gpx

RUN = gpx(
    track(
        points(range(30), extra="<extensions><hr>150</hr></extensions>"),
        points(range(40, 61), zone="+02:00"),
        about="<name>Mine</name><type>running</type>",
    ),
    track(points(range(7200, 7261))),
)


@pytest.fixture
def read(settings):
    return lambda text: importers.read_bytes(text.encode(), "run.gpx", settings)


def test_both_read_the_same():
    (fast, fault), (slow, left_out) = importers_gpx.parse_tracks(RUN), importers_gpx.read_with_gpxpy(RUN)
    assert (fault, left_out) == (None, 0)
    assert (fast.tracks, fast.rows_by_track(), fast.has_routes) == (
        slow.tracks,
        slow.rows_by_track(),
        slow.has_routes,
    )
    assert np.diff(fast.points.segments).tolist() == np.diff(slow.points.segments).tolist()
    for name in ("times", "offsets"):
        np.testing.assert_array_equal(getattr(fast.points, name), getattr(slow.points, name))
    for column, values in fast.points.columns.items():
        np.testing.assert_array_equal(values, slow.points.columns[column], err_msg=column)


@pytest.mark.parametrize(
    ("sound", "damaged"),
    [
        ("<ele>100</ele>", "<ele>100</ele"),
        ("</trkpt>", "</trkp>"),
        ('lon="8.0"', 'lon="8.0'),
        ("<trkpt", "<trkpt &"),
        ("<time>", "<t\x00ime>"),
    ],
)
def test_a_damaged_point_costs_itself_and_not_those_after_it(read, sound, damaged):
    text = gpx(track(points(range(30)) + point(30).replace(sound, damaged, 1) + points(range(31, 61))))
    reading = read(text)
    (run,) = reading.activities
    count = len(run.track)
    assert count in (60, 61)  # a control character within a tag is left out, and the point is whole
    assert (run.start, run.duration_s) == (START, 60)
    reasons = [str(problem) for problem in reading.problems]
    assert reasons == [one for one in reasons if "60 points were kept, 1 could not be read" in one]
    assert len(reasons) == 61 - count


@pytest.mark.parametrize(
    ("written", "name"),
    [("Tom & Ann", "Tom & Ann"), ("R&uuml;ben", "R&uuml;ben"), ("a\x0bb", "ab"), ("&#38; &amp;", "& &")],
)
def test_what_is_no_xml_in_a_name_costs_nothing(read, written, name):
    reading = read(gpx(track(points(range(61)), about=f"<name>{written}</name><type>run</type>")))
    (run,) = reading.activities
    assert (run.name, len(run.track), reading.problems) == (name, 61, ())


def test_what_is_before_the_fault_is_read_if_gpxpy_fails_too(read):
    without_position = "<trkpt><time>2026-03-01T07:00:50Z</time></trkpt>"
    damaged = points(range(30)) + "<trkpt" + points(range(30, 40)) + without_position
    assert importers_gpx.read_with_gpxpy(gpx(track(damaged))) is None
    reading = read(gpx(track(damaged)))
    assert len(reading.activities[0].track) == 30
    assert "30 points before it were kept" in str(reading.problems[0])


def test_a_point_that_lacks_its_end_is_the_next_one(read):
    text = gpx(track(points(range(30)) + point(30).replace("</trkpt>", "") + points(range(31, 61))))
    (run,) = read(text).activities
    assert (run.duration_s, len(run.track)) == (60, 60)


@pytest.mark.parametrize(
    "filling", ["<trkpt ", "<trkpt>", "<trkpt><a>", "<trkpt>" + "<a>" * 500, "&", "\x00"]
)
def test_hostile_points_are_left_out_in_no_time(filling):
    text = gpx(track("&" + point(0) + filling * (1_000_000 // len(filling)), point(1)))
    repaired, _ = importers_gpx.read_with_gpxpy(text)
    assert len(repaired.points) <= 2


def test_name_spaces_without_end_do_not_reach_gpxpy():
    assert importers_gpx.read_with_gpxpy(gpx(track("&" + point(0) + " xmlns" * 200_000))) is None


def test_elements_without_bounds_do_not_reach_gpxpy():
    nested = "<extensions>" + "<a>" * 200_000 + "</a>" * 200_000 + "</extensions>"
    with pytest.raises(NotReadable, match="deep"):
        importers_gpx.read_with_gpxpy(gpx(f"<trk><trkseg>&{point(0)}</trkseg>{nested}</trk>"))
    within = point(0, extra=nested)
    repaired, left_out = importers_gpx.read_with_gpxpy(gpx(track(point(1) + within)))
    assert (len(repaired.points), left_out) == (1, 1)


def test_a_large_file_is_not_for_gpxpy():
    assert importers_gpx.read_with_gpxpy(RUN + " " * (16 * 2**20)) is None


@pytest.mark.parametrize("zone", ["+99:99", "-24:00", "+24:00", "Q"])
@pytest.mark.parametrize("damage", ["", "&"])
def test_an_offset_that_is_none_costs_the_time_of_its_point_alone(read, zone, damage):
    text = gpx(track(points(range(30)) + point(30, zone=zone) + points(range(31, 61)), about=damage))
    (run,) = read(text).activities
    assert (run.start, run.duration_s, len(run.track)) == (START, 60, 61)
    assert run.track["time_s"].tolist() == pytest.approx(range(61), abs=0.01)
