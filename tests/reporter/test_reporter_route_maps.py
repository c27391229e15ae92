"""Maps from the tracks alone: true to scale, and without what lies in a privacy zone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from runlog.analysis.geometry import cumulative_distance, to_cartesian
from runlog.reporter import charts
from runlog.reporter.charts import routes
from runlog.settings import PrivacyZone

#: 1 km to the north, then 1 km to the east.
CORNER = np.array([[52.0, 13.0], [52.009, 13.0], [52.009, 13.0146]])
START = PrivacyZone(52.0, 13.0, 300.0)


def test_a_map_is_in_metres_with_north_up():
    ((line,), start, hidden) = routes.outside_zones(CORNER, ())
    assert (start, hidden) == (True, 0.0)
    east, north = (line[-1] - line[0]).tolist()
    assert (east, north) == (pytest.approx(1000, rel=0.01), pytest.approx(1000, rel=0.01))
    assert cumulative_distance(line)[-1] == pytest.approx(
        cumulative_distance(to_cartesian(CORNER))[-1], rel=0.001
    )


def test_a_privacy_zone_is_cut_away_with_the_start_in_it():
    ((line,), start, hidden) = routes.outside_zones(CORNER, (START,))
    assert not start
    assert hidden == pytest.approx(0.15, abs=0.01)
    assert cumulative_distance(line)[-1] == pytest.approx(1700, rel=0.01)


def test_a_zone_in_the_middle_leaves_two_pieces():
    lines, start, _hidden = routes.outside_zones(CORNER, (PrivacyZone(52.009, 13.0, 200.0),))
    assert (len(lines), start) == (2, True)


def test_what_lies_nearly_all_in_a_zone_is_not_drawn():
    lines, start, hidden = routes.outside_zones(CORNER, (PrivacyZone(52.005, 13.005, 5000.0),))
    assert (lines, start, hidden) == ((), False, 1.0)


@pytest.mark.parametrize("zone", [PrivacyZone(-52.0, -167.0, 100_000.0), PrivacyZone(10.0, 13.0, 100_000.0)])
def test_a_zone_far_away_hides_nothing(zone):
    assert routes.outside_zones(CORNER, (zone,))[2] == pytest.approx(0.0, abs=1e-12)


@given(
    lat=st.floats(51.99, 52.02),
    lon=st.floats(12.98, 13.03),
    radius=st.floats(50.0, 3000.0),
)
def test_no_point_of_a_zone_is_ever_shown(lat, lon, radius):
    zone = PrivacyZone(lat, lon, radius)
    whole = (*routes.outside_zones(CORNER, ())[0],)[0]
    lines, _start, _hidden = routes.outside_zones(CORNER, (zone,))
    plane = routes.TangentPlane(to_cartesian(CORNER).mean(axis=0))
    middle = plane.project(to_cartesian(np.array([[lat, lon]])))[0]
    for line in lines:
        assert shapely.LineString(line).distance(shapely.Point(middle)) >= 0.998 * radius
        assert shapely.LineString(whole).buffer(0.1).contains(shapely.LineString(line))


@pytest.mark.parametrize(("most", "length"), [(0.3, 0.2), (1.0, 1.0), (4.9, 2.0), (5.0, 5.0), (70.0, 50.0)])
def test_a_scale_bar_has_a_round_length(most, length):
    assert routes.round_length(most) == pytest.approx(length)


def test_the_routes_of_28_days_the_most_used_first(diary, at):
    for day, loop in ((0, 3), (40, 1), (42, 2), (44, 1), (46, 1), (48, 2)):
        diary.run(day, loop=loop, name="Lake" if loop == 1 else None)
    history = diary.history()
    data = routes.route_maps_data(history, charts.make_view(history, at(50)))
    assert [(one.route, one.name, one.share, one.runs) for one in data.maps] == [
        ("R2", "Lake", pytest.approx(0.6), 3),
        ("R3", None, pytest.approx(0.4), 2),
    ]
    assert data.title == "2 routes in 28 days, 60% of the runs on Lake (R2)"


def test_the_zones_of_the_settings_are_cut(diary, at):
    diary.run(0, loop=1)
    history = diary.history(privacy_zones=(PrivacyZone(52.6, 13.4, 3000.0),))
    data = routes.route_maps_data(history, charts.make_view(history, at(1)))
    assert data.maps[0].lines == ()


def test_six_routes_at_most(diary, at):
    for day in range(9):
        diary.run(day, loop=day + 1)
    history = diary.history()
    data = routes.route_maps_data(history, charts.make_view(history, at(10)))
    assert len(data.maps) == 6
    assert data.title.startswith("9 routes in 28 days")
