"""Routes are told apart by where they go, on real and made roads with the labels known."""

from __future__ import annotations

import itertools
import time
import warnings

import gpxpy
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from runlog.analysis import routes
from runlog.analysis.geometry import Plane, along, resample, to_degrees, to_space
from runlog.model import Track



def grouped(shapes):
    """The label of each run's route, found afresh."""
    return {run: routes.label(route) for run, route in routes.find(shapes).route_of.items()}


HOME = to_space(np.array([[47.37, 8.54]]))[0]


def road(seed: int, length_m: float, start: tuple[float, float] = (0.0, 0.0), heading: float | None = None):
    """A winding one-way road in metres from home (n, 2), a point every 10 m."""
    chance = np.random.default_rng(seed)
    steps = int(length_m / 10)
    first = chance.uniform(0, 2 * np.pi) if heading is None else heading
    turns = chance.normal(0, 0.06, steps) + (chance.random(steps) < 0.02) * chance.normal(0, 1.0, steps)
    headings = first + np.cumsum(turns)
    return np.array(start) + np.cumsum(10 * np.stack([np.cos(headings), np.sin(headings)], axis=1), axis=0)


def loop(seed: int, length_m: float):
    """A round from home and back to it."""
    chance = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, int(length_m / 10))
    phase = chance.uniform(0, 6, 2)
    wobble = 1 + 0.25 * np.sin(3 * angle + phase[0]) + 0.1 * np.sin(7 * angle + phase[1])
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1) * wobble[:, None]
    line = (circle - circle[0]) @ turned(chance.uniform(0, 2 * np.pi))
    return line * length_m / along(line)[-1]


def turned(angle: float):
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def there_and_back(line):
    return np.concatenate([line, line[::-1]])


def on_globe(line, centre=HOME):
    return to_degrees(Plane(centre).lift(line))


def run(line, seed: int, *, every_s: int = 1, skip_s: int = 0, pause_s: int = 0, wild: bool = False) -> Track:
    """Run a line once: own pace, a receiver 10–20 m off; maybe a late start, a pause, wild points."""
    chance = np.random.default_rng(seed)
    seconds = int(along(line)[-1] / chance.uniform(2.4, 4.0))
    way = np.linspace(0, along(line)[-1], seconds)
    if pause_s:
        way = np.insert(way, np.full(pause_s, seconds // 3), way[seconds // 3])
    points = resample(line, way) + drift(chance, len(way), 8.0, 40) + chance.normal(0, 5.0, (len(way), 2))
    if wild:
        points[chance.integers(0, len(way), 5)] += chance.normal(0, 800, (5, 2))
    kept = np.arange(skip_s, len(way), every_s)
    lat, lon = on_globe(points[kept]).T
    return Track({"time_s": kept - float(skip_s), "segment": np.zeros(len(kept)), "lat": lat, "lon": lon})


def drift(chance, n: int, sd: float, memory_s: float):
    """The slow error of a receiver: noise that lasts."""
    keep = np.exp(-1 / memory_s)
    noise = chance.normal(0, sd * np.sqrt(1 - keep**2), (n, 2))
    noise[0] = chance.normal(0, sd, 2)
    for i in range(1, n):
        noise[i] += keep * noise[i - 1]
    return noise


WAYS_TO_RUN = ({}, {}, {"skip_s": 60}, {"pause_s": 600}, {"every_s": 7}, {"wild": True})


def labelled(lines):
    """Each line run in every way, with its label."""
    return [
        (label, run(line, seed=100 * number + i, **way))
        for number, (label, line) in enumerate(lines)
        for i, way in enumerate(WAYS_TO_RUN)
    ]


def precision_and_recall(tracks) -> tuple[float, float]:
    """Of the pairs found to be one route how many are, and of those that are how many were found."""
    found = grouped({i: routes.shape(track) for i, (_, track) in enumerate(tracks)})
    pairs = list(itertools.combinations(range(len(tracks)), 2))
    together = np.array([found[a] == found[b] for a, b in pairs])
    truth = np.array([tracks[a][0] == tracks[b][0] for a, b in pairs])
    hits = (together & truth).sum()
    return hits / together.sum(), hits / truth.sum()


def neighbouring_lines():
    """Routes from one home that are easily mistaken for one another."""
    lines = []
    for seed in range(4):
        way, round_ = road(seed, 4000), loop(50 + seed, 7000 + 600 * seed)
        detour = np.concatenate(
            [way[:130], way[130:230] + 450 * np.sin(np.linspace(0, np.pi, 100))[:, None], way[230:]]
        )
        other_end = np.concatenate([way[:250], road(90 + seed, 1500, start=tuple(way[249]))])
        lines += [
            (f"way {seed}", way),
            (f"way {seed} backwards", way[::-1]),
            (f"way {seed} there and back", there_and_back(way)),
            (f"way {seed} with a detour", detour),
            (f"way {seed} with another end", other_end),
            (f"round {seed}", round_),
            (f"round {seed} backwards", round_[::-1]),
            (f"round {seed} twice", np.concatenate([round_, round_])),
        ]
    return lines


def test_made_roads_are_told_apart():
    precision, recall = precision_and_recall(labelled(neighbouring_lines()))
    print(f"made roads: precision {precision:.3f}, recall {recall:.3f}")  # noqa: T201 - shown by pytest -s
    assert precision >= 0.95
    assert recall >= 0.95


def real_tracks(devicefiles):
    """The runs of one real runner, by the first letters of their files' names."""
    tracks = {}
    for file in sorted((devicefiles / "gpx").glob("corriporai__runpandas__????????-*.gpx")):
        gpx = gpxpy.parse(file.read_text(encoding="utf-8").strip())
        points = [point for point in gpx.walk(only_points=True) if point.time]
        seconds = np.array([(point.time - points[0].time).total_seconds() for point in points])
        name = file.name.removeprefix("corriporai__runpandas__")[:4]
        tracks[name] = track([p.latitude for p in points], [p.longitude for p in points], seconds)
    return tracks


def real_lines(devicefiles):
    """The ways of that runner's first runs, in metres."""
    for name, one in itertools.islice(real_tracks(devicefiles).items(), 18):
        space = to_space(np.stack([one["lat"], one["lon"]], axis=1))
        line = Plane(space[len(space) // 2]).flatten(space)
        if along(line)[-1] > 2000:
            yield name, line


def test_real_runs_of_one_runner_are_told_apart_as_by_eye(devicefiles):
    found = grouped({name: routes.shape(one) for name, one in real_tracks(devicefiles).items()})
    for one, other in (("270c", "2a96"), ("5e9a", "a385"), ("0c97", "7e46"), ("36bb", "e303")):
        assert found[one] == found[other]
    for one, other in (("36bb", "e3f2"), ("5a37", "a68b"), ("7318", "8c32")):
        assert found[one] != found[other]


def test_real_roads_are_told_apart(devicefiles):
    lines = list(real_lines(devicefiles))
    assert len(lines) > 12
    halves = [(f"{label} by half", line[: len(line) // 2]) for label, line in lines]
    # each on its own spot, because which of this runner's runs went the same way nobody has written down
    spots = [np.array([0.0, 30_000.0 * i]) for i in range(len(lines))] * 2
    apart = [(label, line + spot) for (label, line), spot in zip(lines + halves, spots, strict=True)]
    precision, recall = precision_and_recall(labelled(apart))
    print(f"real roads: precision {precision:.3f}, recall {recall:.3f}")  # noqa: T201 - shown by pytest -s
    assert precision >= 0.95
    assert recall >= 0.95


def test_a_later_run_changes_no_earlier_label():
    shapes = {i: routes.shape(track) for i, (_, track) in enumerate(labelled(neighbouring_lines()[:8]))}
    whole = grouped(shapes)
    for cut in (1, 7, 20):
        part = dict(itertools.islice(shapes.items(), cut))
        assert grouped(part) == {run: whole[run] for run in part}
    assert list(dict.fromkeys(whole.values())) == [f"R{n + 1}" for n in range(len(set(whole.values())))]


@pytest.mark.parametrize(
    "place", [(0.0, 180.0), (0.0, -180.0), (89.995, 10.0), (-33.9, 151.2), (70.0, 179.999)]
)
def test_routes_work_anywhere_on_the_globe(place):
    line, centre = loop(1, 5000), to_space(np.array([place]))[0]
    chance = np.random.default_rng(5)
    seconds = np.arange(1500.0)
    shapes = {}
    for number, way in enumerate((line, line, line[::-1])):
        points = resample(way, np.linspace(0, along(way)[-1], 1500)) + chance.normal(0, 5, (1500, 2))
        lat, lon = on_globe(points, centre).T
        shapes[number] = routes.shape(
            Track({"time_s": seconds, "segment": seconds * 0, "lat": lat, "lon": lon})
        )
    assert grouped(shapes) == {0: "R1", 1: "R1", 2: "R2"}
    assert along(to_space(shapes[0]))[-1] == pytest.approx(5000, rel=0.05)


def track(lat, lon, time_s=None) -> Track:
    time_s = np.arange(float(len(lat))) if time_s is None else time_s
    return Track(
        {"time_s": time_s, "segment": np.zeros(len(lat)), "lat": np.array(lat), "lon": np.array(lon)}
    )


def test_no_way_has_no_shape():
    assert routes.shape(Track({"time_s": np.arange(9.0), "segment": np.zeros(9)})) is None
    assert routes.shape(track([], [])) is None
    assert routes.shape(track([47.0], [8.0])) is None
    assert routes.shape(track([np.nan] * 50, [8.0] * 50)) is None
    assert routes.shape(track([0.0] * 50, [0.0] * 50)) is None
    assert routes.shape(track([9945.0] * 50, [8.0] * 50)) is None
    assert routes.shape(track([47.0] * 500, [8.0] * 500)) is None


def test_gaps_and_unknown_positions_do_not_change_the_shape():
    lat, lon = on_globe(road(3, 3000)).T
    whole = track(lat, lon)
    holes = track(np.where(np.arange(300) % 4 == 1, np.nan, lat), lon)
    asleep = track(lat, lon, np.where(np.arange(300) < 150, 0.0, 1e9) + np.arange(300.0))
    shapes = [routes.shape(one) for one in (whole, holes, asleep)]
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
        shape = routes.shape(track(numbers[:, 0], numbers[:, 1], np.sort(np.nan_to_num(numbers[:, 2]))))
    if shape is not None:
        assert np.isfinite(shape).all()
        assert grouped({1: shape, 2: shape}) == {1: "R1", 2: "R1"}


def test_thousands_of_runs_are_grouped_in_seconds():
    lines = [road(seed, 8000) for seed in range(30)]
    shapes = {i: routes.shape(run(lines[i % 30], seed=i, every_s=5)) for i in range(120)}
    many = {i: shapes[i % 120] for i in range(2400)}
    began = time.perf_counter()
    found = grouped(many)
    assert time.perf_counter() - began < 10
    assert len(set(found.values())) == 30


def test_streaks_count_runs_in_a_row():
    route = pd.Series(["R1", "R1", "R2", "R1", "R1", "R1"])
    assert routes.streaks(route).tolist() == [1, 2, 1, 1, 2, 3]
