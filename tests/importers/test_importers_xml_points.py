"""Recordings in XML: any structure is read as written, and damaged or hostile files do no harm."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from test_importers_gpx import gpx, point, points, track
from test_importers_tcx import activity, lap, tcx

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers import gpx as importers_gpx
from runlog.importers import xml_points
from runlog.settings import Settings

SETTINGS = Settings(timezone="Europe/Berlin")
DEVICE_FILES = Path(__file__).resolve().parents[2].parent / "shared" / "devicefiles"

COORDINATES = st.floats(-180, 180)
VALUES = st.none() | st.floats(0, 200)
NAMES = st.none() | st.text(st.characters(exclude_categories=("C", "Z")), min_size=1)
POINTS = st.tuples(COORDINATES, COORDINATES, VALUES, VALUES, st.none() | st.integers(0, 10**9), st.booleans())
TRACKS = st.lists(st.tuples(NAMES, NAMES, st.lists(st.lists(POINTS, max_size=4), max_size=4)), max_size=4)


def written(tracks):
    """Return GPX text of tracks, each point in one of two equivalent forms."""
    text = []
    for name, kind, segments in tracks:
        text.append("<trk>")
        text += [f"<name> {escape(name)}\n</name>"] if name else []
        text += [f"<type><![CDATA[{kind}]]></type>"] if kind else []
        text += ["<trkseg>" + "".join(map(written_point, segment)) + "</trkseg>" for segment in segments]
        text.append("</trk>")
    return f"<?xml version='1.0'?><gpx>{''.join(text)}</gpx>"


def written_point(point):
    lat, lon, altitude, heart_rate, second, wordy = point
    inner = "" if altitude is None else f"<ele>\n{altitude!r}\n</ele>"
    inner += "" if second is None else f"<time>{moment(second)}</time>"
    inner += "" if heart_rate is None else f"<extensions><p:t><p:hr>{heart_rate!r}</p:hr></p:t></extensions>"
    if wordy:
        inner = f"<!-- <ele>1</ele> -->\n{inner}<cmt>&lt;ele></cmt>\n"
        return f"\n <trkpt lon='{lon!r}' lat=' {lat!r} ' >{inner}</trkpt>\n"
    return f'<trkpt lat="{lat!r}" lon="{lon!r}">{inner}</trkpt>'


def moment(second):
    return f"{datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"


@hypothesis_settings(max_examples=200)
@given(TRACKS)
def test_every_structure_is_read_as_it_was_written(tracks):
    parsed, fault = importers_gpx.parse_tracks(xml_points.decode_xml(written(tracks).encode()))
    assert fault is None
    with_points = [one for one in tracks if any(one[2])]
    segments = [segment for _, _, segments in tracks for segment in segments if segment]
    assert [(head.name, head.type) for head in parsed.tracks] == [
        (name, kind) for name, kind, _ in with_points
    ]
    _, counts = np.unique(parsed.points.segments, return_counts=True)
    assert counts.tolist() == [len(segment) for segment in segments]
    flat = [one for segment in segments for one in segment]
    start = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
    assert_column(parsed.points.times, [None if one[4] is None else start + one[4] for one in flat])
    for place, column in enumerate(("lat", "lon", "altitude_m", "heart_rate_bpm")):
        values = parsed.points.columns.get(column, np.full(len(flat), np.nan))
        assert_column(values, [one[place] for one in flat])


def assert_column(values, expected):
    np.testing.assert_array_equal(values, [math.nan if value is None else value for value in expected])


@cache
def sources(kind):
    """Return small recordings, and parts of real ones if there are any."""
    made = {
        "gpx": gpx(track(points(range(30)), points(range(40, 70)), about="<name>Läufe</name>")),
        "tcx": tcx(activity(lap(0, range(20)), lap(20, range(20, 40)))),
    }
    real = sorted((DEVICE_FILES / kind).glob("*"), key=lambda path: path.stat().st_size)[:40:4]
    return [made[kind].encode(), *(path.read_bytes()[:30_000] for path in real)]


@st.composite
def bent(draw, kind):
    """Draw bytes of a recording that was flipped, cut and spliced."""
    data = bytearray(draw(st.sampled_from(sources(kind))))
    places = st.integers(0, len(data) - 1)
    for _ in range(draw(st.integers(0, 6))):
        data[draw(places)] = draw(st.integers(0, 255))
    for _ in range(draw(st.integers(0, 2))):
        first, second, into = [*sorted((draw(places), draw(places))), draw(places)]
        data[into:into] = data[first : min(second, first + 2000)]
    first, second = sorted((draw(places), draw(places)))
    if draw(st.booleans()):
        del data[first:second]
    return bytes(data)


@pytest.mark.parametrize("kind", ["gpx", "tcx"])
@hypothesis_settings(max_examples=400)
@given(draw=st.data())
def test_a_bent_recording_is_read_or_refused(kind, draw):
    try:
        reading = importers.read_bytes(draw.draw(bent(kind)), f"run.{kind}", SETTINGS)
    except (NotReadable, NotTaken):
        return
    for one in reading.activities:
        assert one.duration_s > 0
        assert one.track is None or (np.diff(one.track["time_s"]) >= 0).all()


MB = 2**20
POINT = '<trkpt lat="50" lon="8">'
HOSTILE = {
    "deep": ("<a>" * 1000, "deep"),
    "deep within a point": (POINT + "<a>" * MB, "a point of more than 1 MB"),
    "a point without end": (POINT + "<hr>1</hr>" * (MB // 5), "a point of more than 1 MB"),
    "a number without end": (POINT + "<ele>" + "1" * 3 * MB, "a point of more than 1 MB"),
    "a tag without end": ('<trkpt lat="' + "1" * 3 * MB, "a tag of more than 1 MB"),
    "names of attributes": (
        "".join(f'<a b{number}=""/>' for number in range(2 * MB // 14)),
        "more than 10000 names of elements or attributes",
    ),
    "names of attributes within a point": (
        POINT + "<b/>".join(f'<a b{number}=""/>' for number in range(60_000)),
        "more than 10000 names of elements or attributes",
    ),
    "a comment without end": ("<!--" + "-a" * 2 * MB, "a tag of more than 1 MB"),
    "names": ("".join(f"<a{number}/>" for number in range(20_000)), "names"),
    "names within a point": (POINT + "".join(f"<a{number}/>" for number in range(20_000)), "names"),
}


@pytest.mark.parametrize("made", HOSTILE)
def test_oversized_files_are_refused(made):
    text, reason = HOSTILE[made]
    with pytest.raises(NotReadable, match=reason):
        importers_gpx.parse_tracks(f"<gpx><trk><trkseg>{text}")


def test_more_points_than_any_recording_has_are_refused(monkeypatch):
    monkeypatch.setattr(xml_points, "_MAX_POINTS", 10_000)
    with pytest.raises(NotReadable, match="10000 points"):
        importers_gpx.parse_tracks(gpx(track(points(range(20_000)))))


def test_more_laps_than_any_recording_has_are_refused():
    with pytest.raises(NotReadable, match="laps"):
        importers.read_bytes(tcx(activity("<Lap/>" * 200_000)).encode(), "run.tcx", SETTINGS)


@pytest.mark.parametrize("cut", range(0, 240, 20))
def test_a_large_file_may_end_anywhere(cut):
    """A tag or point across two chunks is not one without end."""
    text = gpx(track(points(range(2 * MB // len(point(0)) + 100))))[: 2 * MB - 100 + cut]
    parsed, fault = importers_gpx.parse_tracks(text)
    assert fault is not None
    assert len(parsed.points) == len(re.findall("<trkpt[^>]*>", text))
