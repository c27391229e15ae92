"""Cut and bent files: a reading or a reason, never a traceback."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from fit_bytes import FitWriter
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from test_importers_gpx import gpx, points, track
from test_importers_tcx import activity, lap, tcx

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.export import format_diary
from runlog.importers.fit import scan
from runlog.settings import Settings

SETTINGS = Settings(timezone="Europe/Berlin")
BERLIN_DIARY = (
    format_diary(()) + "2026-03-04,3,neck,yes,no,Ghost,5,30,8,7,=note\n2026-03-05 07:00,2,,,,,,,,,\n"
)


@cache
def sources():
    return {
        "run.fit": FitWriter([("Power", "Watts")]).begin().records(20).session(20).close(),
        "run.gpx": gpx(track(points(range(20)), points(range(40, 60)))).encode(),
        "run.tcx": tcx(activity(lap(0, range(20)), lap(20, range(20, 40)))).encode(),
        "diary.csv": BERLIN_DIARY.encode(),
        "shoes.csv": b"name,from,retired,start_km,limit_km,default\nGhost,2026-01-01,,10,700,yes\n",
    }


@st.composite
def bent(draw, name):
    """Draw the bytes of a source after a few changes, and perhaps a cut."""
    data = bytearray(sources()[name])
    for _ in range(draw(st.integers(0, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    cut = draw(st.none() | st.integers(0, len(data)))
    return bytes(data[:cut])


def assert_reading_or_reason(data, name):
    try:
        reading = importers.read_bytes(data, name, SETTINGS)
    except (NotReadable, NotTaken) as refusal:
        return str(refusal)
    for one in reading.activities:
        assert one.duration_s > 0
        assert np.isfinite([one.duration_s, one.distance_m or 0, one.ascent_m or 0, one.avg_hr or 0]).all()
        if one.track is not None:
            assert (np.diff(one.track["time_s"]) >= 0).all()
    return None


@pytest.mark.parametrize("name", sources())
def test_the_sources_themselves_are_sound(name):
    assert assert_reading_or_reason(sources()[name], name) is None


@pytest.mark.parametrize("name", sources())
@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_bent_bytes(name, draw):
    assert assert_reading_or_reason(draw.draw(bent(name)), name) != ""


@hypothesis_settings(max_examples=150)
@given(bent("run.fit"))
def test_bent_fit_whose_checksum_is_right(data):
    assert assert_reading_or_reason(data + scan.fit_checksum(data).to_bytes(2, "little"), "run.fit") != ""


@hypothesis_settings(max_examples=100)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x0e\x20\x00\x00\xff\x00\x00\x00.FIT", b"<gpx>", b"date,pain\n"]),
)
def test_any_bytes(data, head):
    assert assert_reading_or_reason(head + data, "x") != ""


@pytest.mark.parametrize("name", ["run.fit", "run.gpx", "run.tcx"])
def test_every_cut(name):
    data = sources()[name]
    counts = []
    for end in range(0, len(data), len(data) // 150):
        try:
            activities = importers.read_bytes(data[:end], name, SETTINGS).activities
            counts.append(sum(len(one.track) for one in activities if one.track))
        except (NotReadable, NotTaken):
            counts.append(0)
    assert counts == sorted(counts)
    assert counts[-1] >= 18
