"""Device files in XML: GPX against gpxpy, TCX against ElementTree."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import gpxpy
import numpy as np
import pytest

from runlog.importers import gpx, tcx, xml_points

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "devicefiles"
#: Real files that the references refuse: a point without latitude, an undeclared prefix.
BEYOND_GPXPY = {"marcusvolz__strava_py__invalid-lon-lat-missing.gpx"}
BEYOND_ELEMENTTREE = {"corriporai__runpandas__malformed.tcx"}

EXTENSIONS = {"hr": "heart_rate_bpm", "cad": "cadence_spm", "speed": "speed_mps", "power": "power_w"}
EXTENSIONS["PowerInWatts"] = "power_w"


def names(kind):
    return sorted(path.name for path in (FOLDER / kind).glob("*")) or ["absent"]


def local(element):
    return element.tag.rpartition("}")[2]


def unix(time):
    if time is None:
        return np.nan
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return np.nan


def column_of(points, columns, column):
    """Return a column as it was read, or NaN if the parser left it out."""
    return columns.get(column, np.full(len(points), np.nan))


@pytest.mark.parametrize("name", names("gpx"))
def test_a_gpx_is_read_as_gpxpy_reads_it(devicefiles, name):
    data = (devicefiles / "gpx" / name).read_bytes()
    parsed, fault = gpx.parse_tracks(xml_points.decode_xml(data))
    assert fault is None
    if name in BEYOND_GPXPY:
        with pytest.raises(gpxpy.gpx.GPXException):
            gpxpy.parse(data)
        assert np.isnan(parsed.points.columns["lat"]).tolist() == [True, False, False, False]
        return
    tree = gpxpy.parse(data, version="1.1")
    tracks = [track for track in tree.tracks if any(segment.points for segment in track.segments)]
    points = [point for track in tracks for segment in track.segments for point in segment.points]
    assert parsed.has_routes == bool(tree.routes)
    assert_same_tracks(parsed, tracks)
    columns = parsed.points.columns
    np.testing.assert_array_equal(parsed.points.times, [unix(point.time) for point in points])
    for column, field in (("lat", "latitude"), ("lon", "longitude"), ("altitude_m", "elevation")):
        expected = np.array([getattr(point, field) for point in points], dtype=float)
        np.testing.assert_array_equal(column_of(points, columns, column), expected, err_msg=column)
    assert_same_extensions(columns, points)


def assert_same_tracks(parsed, tracks):
    sizes = [[len(segment.points) for segment in track.segments if segment.points] for track in tracks]
    assert [(head.name, head.type) for head in parsed.tracks] == [
        ((track.name or "").strip() or None, (track.type or "").strip() or None) for track in tracks
    ]
    assert [end - first for _, first, end in parsed.rows_by_track()] == [sum(size) for size in sizes]
    _, counts = np.unique(parsed.points.segments, return_counts=True)
    assert counts.tolist() == [count for size in sizes for count in size]


def assert_same_extensions(columns, points):
    expected = {column: np.full(len(points), np.nan) for column in EXTENSIONS.values()}
    for row, point in enumerate(points):
        for extension in point.extensions:
            for element in extension.iter():
                if local(element) in EXTENSIONS:
                    expected[EXTENSIONS[local(element)]][row] = number(element.text)
    for column, values in expected.items():
        values_read = column_of(points, columns, column)
        rows = ~np.isnan(values)
        np.testing.assert_array_equal(values_read[rows], values[rows], err_msg=column)
        if column != "speed_mps":  # GPX 1.0 has a speed of its own, which gpxpy leaves to that version
            assert np.isnan(values_read[~rows]).all()


def test_the_speed_of_gpx_1_0_is_read(devicefiles):
    data = (devicefiles / "gpx" / "tkrajina__gpxpy__track_with_speed.gpx").read_bytes()
    points = gpxpy.parse(data, version="1.0").tracks[0].segments[0].points
    parsed, _ = gpx.parse_tracks(xml_points.decode_xml(data))
    assert parsed.points.columns["speed_mps"].tolist() == [point.speed for point in points]


TCX_COLUMNS = {
    "lat": "Position/LatitudeDegrees",
    "lon": "Position/LongitudeDegrees",
    "altitude_m": "AltitudeMeters",
    "distance_m": "DistanceMeters",
    "heart_rate_bpm": "HeartRateBpm/Value",
    "speed_mps": "Extensions/TPX/Speed",
    "power_w": "Extensions/TPX/Watts",
}


@pytest.mark.parametrize("name", names("tcx"))
def test_a_tcx_is_read_as_elementtree_reads_it(devicefiles, name):
    data = (devicefiles / "tcx" / name).read_bytes()
    parsed = tcx._TcxParser()
    assert parsed.parse(xml_points.decode_xml(data)) is None
    if name in BEYOND_ELEMENTTREE:
        data = data.replace(b"xsi:type", b"type")
    root = ET.fromstring(data.strip())  # noqa: S314 - device files are not hostile
    for element in root.iter():
        element.tag = local(element)
    activities = list(root.iter("Activity"))
    assert [head.sport for head in parsed.activities] == [one.get("Sport") for one in activities]
    assert [[lap.start for lap in head.laps] for head in parsed.activities] == [
        [lap.get("StartTime") for lap in one.findall("Lap")] for one in activities
    ]
    points = [point for one in activities for point in one.iter("Trackpoint")]
    times = [datetime.fromisoformat(point.findtext("Time")).timestamp() for point in points]
    np.testing.assert_array_equal(parsed.points().times, times)
    columns = parsed.points().columns
    for column, path in TCX_COLUMNS.items():
        expected = [number(point.findtext(path)) for point in points]
        np.testing.assert_array_equal(column_of(points, columns, column), expected, err_msg=column)
    cadences = [
        number(point.findtext("Cadence") or point.findtext("Extensions/TPX/RunCadence")) for point in points
    ]
    np.testing.assert_array_equal(column_of(points, columns, "cadence_spm"), cadences)
