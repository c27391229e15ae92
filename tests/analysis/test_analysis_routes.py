"""Routes are told apart by where they go, and keep their identity."""

from __future__ import annotations

import itertools
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_ways import loop, on_globe, real_tracks, road, run, track
from scipy import spatial

from runlog.analysis import geometry, routes
from runlog.analysis.geometry import cumulative_distance, resample, route_shape, to_cartesian
from runlog.model import Track


def grouped(shapes):
    """The label of each run's route, found afresh."""
    return {run: routes.route_label(route) for run, route in routes.match_routes(shapes).route_ids.items()}


def test_real_runs_of_one_runner_are_told_apart_as_by_eye(devicefiles):
    found = grouped({name: route_shape(one) for name, one in real_tracks(devicefiles).items()})
    for one, other in (("270c", "2a96"), ("5e9a", "a385"), ("0c97", "7e46"), ("36bb", "e303")):
        assert found[one] == found[other]
    for one, other in (("36bb", "e3f2"), ("5a37", "a68b"), ("7318", "8c32")):
        assert found[one] != found[other]


def test_a_later_run_changes_no_earlier_label():
    lines = [line for seed in range(3) for line in (road(seed, 3000), loop(seed, 6000))]
    shapes = {i: route_shape(run(lines[i * i % 6], seed=i, every_s=3)) for i in range(30)}
    whole = grouped(shapes)
    for cut in (1, 7, 20):
        part = dict(itertools.islice(shapes.items(), cut))
        assert grouped(part) == {run: whole[run] for run in part}
    assert list(dict.fromkeys(whole.values())) == [f"R{n + 1}" for n in range(len(set(whole.values())))]


@pytest.mark.parametrize(
    "place", [(0.0, 180.0), (0.0, -180.0), (89.995, 10.0), (-33.9, 151.2), (70.0, 179.999)]
)
def test_routes_work_anywhere_on_the_globe(place):
    line, centre = loop(1, 5000), to_cartesian(np.array([place]))[0]
    chance = np.random.default_rng(5)
    seconds = np.arange(1500.0)
    shapes = {}
    for number, way in enumerate((line, line, line[::-1])):
        points = resample(way, np.linspace(0, cumulative_distance(way)[-1], 1500)) + chance.normal(
            0, 5, (1500, 2)
        )
        lat, lon = on_globe(points, centre).T
        shapes[number] = route_shape(
            Track({"time_s": seconds, "segment": seconds * 0, "lat": lat, "lon": lon})
        )
    assert grouped(shapes) == {0: "R1", 1: "R1", 2: "R2"}
    assert cumulative_distance(to_cartesian(shapes[0]))[-1] == pytest.approx(5000, rel=0.05)


def test_no_way_has_no_shape():
    assert route_shape(Track({"time_s": np.arange(9.0), "segment": np.zeros(9)})) is None
    assert route_shape(track([], [])) is None
    assert route_shape(track([47.0], [8.0])) is None
    assert route_shape(track([np.nan] * 50, [8.0] * 50)) is None
    assert route_shape(track([0.0] * 50, [0.0] * 50)) is None
    assert route_shape(track([9945.0] * 50, [8.0] * 50)) is None
    assert route_shape(track([47.0] * 500, [8.0] * 500)) is None


def test_gaps_and_unknown_positions_do_not_change_the_shape():
    lat, lon = on_globe(road(3, 3000)).T
    whole = track(lat, lon)
    holes = track(np.where(np.arange(300) % 4 == 1, np.nan, lat), lon)
    asleep = track(lat, lon, np.where(np.arange(300) < 150, 0.0, 1e9) + np.arange(300.0))
    shapes = [route_shape(one) for one in (whole, holes, asleep)]
    assert set(grouped(dict(enumerate(shapes))).values()) == {"R1"}
    assert all(2 <= len(shape) < 200 for shape in shapes)


@given(
    arrays(
        float,
        st.tuples(st.integers(0, 30), st.just(3)),
        elements=st.floats(allow_nan=True, allow_infinity=True),
    )
)
def test_any_numbers_give_a_shape_or_none(numbers):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shape = route_shape(track(numbers[:, 0], numbers[:, 1], np.sort(np.nan_to_num(numbers[:, 2]))))
    if shape is not None:
        assert np.isfinite(shape).all()
        assert grouped({1: shape, 2: shape}) == {1: "R1", 2: "R1"}


def test_thousands_of_runs_are_grouped():
    lines = [road(seed, 8000) for seed in range(30)]
    shapes = {i: route_shape(run(lines[i % 30], seed=i, every_s=5)) for i in range(120)}
    many = {i: shapes[i % 120] for i in range(2400)}
    found = grouped(many)
    assert len(set(found.values())) == 30


def test_streaks_count_runs_in_a_row():
    route = pd.Series(["R1", "R1", "R2", "R1", "R1", "R1"])
    assert routes.streak_lengths(route).tolist() == [1, 2, 1, 1, 2, 3]


def variants(count, seed=0):
    """Shapes of one run each on ways that share 50 to 90 % with an earlier one, or a little less."""
    chance = np.random.default_rng(seed)
    ways = [road(seed, 6000), loop(seed, 8000)]
    while len(ways) < count:
        way = ways[int(chance.integers(len(ways)))].copy()
        length = int(len(way) * chance.uniform(0.1, 0.55))
        first = int(chance.integers(0, len(way) - length))
        bend = np.sin(np.linspace(0, np.pi, length))[:, None] * chance.normal(0, 500, 2)
        way[first : first + length] += bend
        ways.append(way[: int(len(way) * chance.uniform(0.8, 1))])
    return {number: on_globe(way) for number, way in enumerate(ways)}


def test_the_most_similar_route_is_what_comparing_all_pairs_finds():
    found = routes.match_routes(variants(60)).routes
    lines = [geometry.MeasuredLine(to_cartesian(route.shape)) for route in found]
    expected = []
    for number, line in enumerate(lines):
        shares = [geometry.shared_fraction(other, line) for other in lines[:number]]
        most = max(shares, default=0.0)
        expected.append(found[shares.index(most)].id if most >= geometry.SIMILAR_SHARE else None)
    assert [route.similar_to for route in found] == expected
    assert sum(one is not None for one in expected) > 20


def test_a_few_points_never_rule_out_what_is_one_route():
    """Also where one of two runs lacks its start, or is a little shorter."""
    chance = np.random.default_rng(3)
    ways = [on_line for seed in range(8) for on_line in (road(seed, 1500 * (seed + 1)), loop(seed, 4000))]
    shapes = []
    for way in ways:
        for late in (0.0, 150.0, 380.0):
            end = cumulative_distance(way)[-1] * chance.uniform(0.93, 1)
            points = resample(way, np.arange(late, end, 20.0))
            off = chance.normal(0, 25, (len(points) // 8 + 2, 2))
            shapes.append(
                on_globe(
                    points + resample(off, np.linspace(0, 1, len(points)) * cumulative_distance(off)[-1])
                )
            )
    lines = [geometry.MeasuredLine(to_cartesian(shape)) for shape in shapes]
    even, lengths = np.stack([line.even_points for line in lines]), np.array([line.length for line in lines])
    possible = np.stack([geometry.may_be_route(line, even, lengths) for line in lines])
    same = np.array([[np.isfinite(geometry.route_distance(one, two)) for two in lines] for one in lines])
    assert possible[same].all()
    assert same.sum() > 1.5 * len(lines)
    assert possible.sum() < len(lines) ** 2 / 2


def test_what_belongs_to_one_line_is_worked_out_once(monkeypatch):
    """Not for each pair: trees and headings grow with the lines, comparisons slower than the pairs."""
    calls = {"trees": 0, "headings": 0}
    tree, gradient = spatial.KDTree, np.gradient

    def counted_tree(*given):
        calls["trees"] += 1
        return tree(*given)

    def counted_gradient(*given, **options):
        calls["headings"] += 1
        return gradient(*given, **options)

    monkeypatch.setattr(spatial, "KDTree", counted_tree)
    monkeypatch.setattr(geometry.np, "gradient", counted_gradient)
    found = routes.match_routes(variants(100)).routes
    assert 0 < calls["trees"] <= len(found)
    assert 0 < calls["headings"] <= len(found)


def test_progress_goes_up_to_its_end():
    calls = []
    found = routes.match_routes(variants(30), progress=lambda done, total: calls.append((done, total)))
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert calls[-1] == (30 + len(found.routes),) * 2


def test_a_smaller_share_than_asked_for_may_be_nothing():
    shapes = list(variants(20).values())
    lines = [geometry.MeasuredLine(to_cartesian(shape)) for shape in shapes]
    for one, other in itertools.combinations(lines, 2):
        share = geometry.shared_fraction(one, other)
        assert geometry.shared_fraction(one, other, share) == share
        assert geometry.shared_fraction(one, other, share + 0.01) in (0.0, share)


NORTH, EAST = 1 / 111_195, 1 / 71_500  # degrees in a metre at 50 N


def line(*corners):
    """Return a way through corners in metres north and east of 50 N 8 E."""
    return np.array([(50 + north * NORTH, 8 + east * EAST) for north, east in corners])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (line((0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)), ("loop", "north-east")),
        (line((0, 0), (-1000, 0), (-1000, 300), (0, 300), (0, 20)), ("loop", "south")),
        (line((0, 0), (0, -2000), (10, 0)), ("there_and_back", "west")),
        (line((0, 0), (2000, -100), (0, 10)), ("there_and_back", "north")),
        (line((0, 0), (500, 500), (-100, 5000)), ("one_way", "east")),
        (line((0, 0), (-3000, -3000)), ("one_way", "south-west")),
    ],
)
def test_the_form_of_a_route_and_where_it_leads(shape, expected):
    assert routes.route_form(shape) == expected


def test_a_name_that_runs_everywhere_have_is_no_name_of_a_route():
    names = Counter({"Afternoon Run": 5, "River": 3})
    counted = names + Counter({"Afternoon Run": 20, "River": 1})
    assert routes._usual_name(names, counted) is None
    assert routes._usual_name(Counter({"River": 3}), counted) == "River"
    assert routes._usual_name(Counter(), counted) is None
