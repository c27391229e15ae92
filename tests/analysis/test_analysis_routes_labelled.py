"""How often runs are taken for one route that are, and only those: on roads whose labels are known."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from made_ways import loop, on_globe, real_tracks, road, run, there_and_back, track, turned

from runlog.analysis import routes
from runlog.analysis.geometry import TangentPlane, cumulative_distance, resample, route_shape, to_cartesian

#: One and the same way as receivers and watches see it.
WAYS_TO_RUN = (
    {"off_m": 10},
    {"off_m": 20},
    {"skip_s": 60},
    {"pause_s": 600},
    {"smart": True},
    {"every_s": 7, "off_m": 15},
    {"wild": True},
    {"smart": True, "skip_s": 60, "pause_s": 300, "off_m": 15},
)


def labelled(lines):
    """The shape of each line run in every way, with its label."""
    return [
        (label, route_shape(run(line, seed=100 * number + i, **way)))
        for number, (label, line) in enumerate(lines)
        for i, way in enumerate(WAYS_TO_RUN)
    ]


def precision_and_recall(what, shapes) -> tuple[float, float]:
    """Of the pairs found to be one route how many are, and of those that are how many were found."""
    order = np.random.default_rng(1).permutation(len(shapes))  # whichever of them comes first
    found = routes.match_routes({int(i): shapes[i][1] for i in order}).route_ids
    pairs = list(itertools.combinations(range(len(shapes)), 2))
    together = np.array([found[a] == found[b] for a, b in pairs])
    truth = np.array([shapes[a][0] == shapes[b][0] for a, b in pairs])
    hits = (together & truth).sum()
    precision, recall = hits / together.sum(), hits / truth.sum()
    labels = len({label for label, _ in shapes})
    print(  # noqa: T201 - shown by pytest -s
        f"\n{what}: {len(shapes)} runs of {labels} routes, {truth.sum()} pairs of one route: "
        f"precision {precision:.4f}, recall {recall:.4f}"
    )
    for kind, pair in (("taken for one", together & ~truth), ("taken apart", truth & ~together)):
        wrong = sorted(
            {(shapes[a][0], shapes[b][0]) for (a, b), is_wrong in zip(pairs, pair, strict=True) if is_wrong}
        )
        print(f"  {kind}: {wrong[:8]}" if wrong else f"  {kind}: none")  # noqa: T201 - likewise
    return precision, recall


def around(label, way, other):
    """Ways that are easily taken for a way, and are not: each is a route of its own.

    Args:
        label: of the way.
        way: in metres (n, 2).
        other: another way, of which one that shares a stretch with the first goes on.
    """
    length = cumulative_distance(way)[-1]
    even = resample(way, np.arange(0.0, length, 10.0))
    first, last, middle = len(even) * 4 // 10, len(even) * 6 // 10, len(even) // 2
    bulge = np.sin(np.linspace(0, np.pi, last - first))[:, None] * sideways(even[last - 1] - even[first])
    detour = np.concatenate([even[:first], even[first:last] + max(400.0, 0.1 * length) * bulge, even[last:]])
    onward = resample(other, np.arange(0.0, cumulative_distance(other)[-1] / 2, 10.0))
    found = [
        (label, even),
        (f"{label} with a detour", detour),
        (f"{label}, then elsewhere", np.concatenate([even[:last], even[last - 1] + onward - onward[0]])),
        (f"half of {label}", even[:middle]),
    ]
    if is_its_own_reverse(even):  # a real out-and-back: its half is already among them
        return found
    return [
        *found,
        (f"{label} backwards", even[::-1]),
        (f"{label} there and back", there_and_back(even)),
    ]


def sideways(step):
    return np.array([-step[1], step[0]]) / max(np.hypot(*step), 1.0)


def is_its_own_reverse(way) -> bool:
    line = shapely.LineString(way[::10])
    return shapely.frechet_distance(line, line.reverse()) < 250


def stadium(laps, *, clockwise=False):
    """Laps of a track of 400 m."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 60)
    bend = np.stack([42.2 + 36.5 * np.cos(angle), 36.5 * np.sin(angle)], axis=1)
    lap = np.concatenate([bend, -bend])
    return np.concatenate([*[lap] * laps, lap[:1]])[:: -1 if clockwise else 1]


def made_lines():
    """Routes from one home that are easily mistaken for one another."""
    for seed in range(4):
        yield from around(f"way {seed}", road(seed, 4000), road(90 + seed, 3000))
        yield from around(f"round {seed}", loop(50 + seed, 7000 + 600 * seed), road(80 + seed, 4000))


def real_lines(devicefiles):
    """The ways of one real runner's runs, in metres, each without its own noise."""
    for name, one in real_tracks(devicefiles).items():
        shape = route_shape(one)
        if shape is not None:
            space = to_cartesian(shape)
            yield name, TangentPlane(space[len(space) // 2]).project(space)


def test_made_roads_are_told_apart():
    precision, recall = precision_and_recall("made roads", labelled(list(made_lines())))
    assert precision >= 0.98
    assert recall >= 0.98


def test_real_roads_are_told_apart(devicefiles):
    long_enough = [
        (name, line) for name, line in real_lines(devicefiles) if cumulative_distance(line)[-1] > 2500
    ]
    ways = long_enough[::4]
    assert len(ways) >= 12
    lines = []
    for number, (name, line) in enumerate(ways):
        # each on its own spot, because which of this runner's runs went the same way nobody has written down
        spot = np.array([0.0, 50_000.0 * number])
        others = ways[(number + 1) % len(ways)][1] @ turned(2.0)
        lines += [(label, one - line[0] + spot) for label, one in around(name, line, others)]
    precision, recall = precision_and_recall("real roads", labelled(lines))
    assert precision >= 0.98
    assert recall >= 0.98


def test_laps_of_a_stadium_count_by_their_number():
    lines = [
        ("10 laps", stadium(10)),
        ("25 laps", stadium(25)),
        ("25 laps the other way round", stadium(25, clockwise=True)),
        ("6 laps", stadium(6)),
        ("6 laps the other way round", stadium(6, clockwise=True)),
    ]
    precision, recall = precision_and_recall("laps of 400 m", labelled(lines))
    assert precision >= 0.98
    assert recall >= 0.98


def test_a_variant_is_similar_and_other_ways_are_not():
    way, round_ = road(3, 6000), loop(55, 8000)
    longer = np.concatenate([way, way[-1] + road(4, 1500)])
    begun_elsewhere = np.concatenate([round_[300:], round_[:300]])
    (_, way), (_, detour), (_, elsewhere), (_, half), (_, backwards), (_, there) = around(
        "way", way, road(9, 9000)
    )
    lines = [
        way,
        detour,
        longer,
        elsewhere,
        half,
        backwards,
        there,
        round_ + 30_000,
        begun_elsewhere + 30_000,
    ]
    shapes = {number: route_shape(run(line, seed=number)) for number, line in enumerate(lines, 1)}
    found = routes.match_routes(shapes)
    assert list(found.route_ids) == list(found.route_ids.values())
    similar = {route.id: route.similar_to for route in found.routes}
    assert similar == {1: None, 2: 1, 3: 1, 4: None, 5: None, 6: None, 7: None, 8: None, 9: 8}


def test_a_track_without_noise_and_one_with_it_are_one_route():
    lat, lon = on_globe(road(7, 5000)).T
    shapes = {
        1: route_shape(track(lat, lon)),
        2: route_shape(run(road(7, 5000), seed=1, off_m=20)),
    }
    assert set(routes.match_routes(shapes).route_ids.values()) == {1}
