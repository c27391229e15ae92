"""How long the routes of many runs take. Run by hand: ``pytest tests/bench/test_bench_routes.py -n 0``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import many_files
import numpy as np
import pytest
import shapely

from runlog import journal
from runlog.analysis import routes
from runlog.analysis.geometry import TangentPlane, cumulative_distance, resample, to_cartesian, to_lat_lon

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

if TYPE_CHECKING:
    Shape = NDArray[np.float64]

FEW, MANY = 500, 2500
NEAR_ALIKE, IMPORTED = 2000, 200
ROUTES = 40
BLOCK_M = 120.0
HOME = TangentPlane(to_cartesian(np.array([[48.1, 11.6]]))[0])


def walk(chance: np.random.Generator, length_m: float) -> NDArray[np.float64]:
    """A way through the streets of a town from home: straight on mostly, a corner now and then."""
    headings = [int(chance.integers(4))]
    for _ in range(int(length_m / BLOCK_M)):
        headings.append((headings[-1] + int(chance.choice([0, 1, 3], p=[0.7, 0.15, 0.15]))) % 4)
    steps = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])[headings] * BLOCK_M
    return np.concatenate([[(0.0, 0.0)], np.cumsum(steps, axis=0)])


def town(chance: np.random.Generator) -> list[NDArray[np.float64]]:
    """Ways from one home, of 4 to 18 km: rounds of streets, there-and-backs, and variants of others."""
    ways: list[NDArray[np.float64]] = []
    for number in range(ROUTES):
        out = walk(chance, chance.uniform(2000, 9000))
        if number % 4 == 3:  # begins as an earlier one
            earlier = ways[int(chance.integers(len(ways)))]
            cut = len(earlier) * 2 // 3
            out = np.concatenate([earlier[:cut], earlier[cut - 1] + walk(chance, 2000)])
        ways.append(np.concatenate([out, out[::-1]]) if number % 2 else out)
    return ways


def near_alike(chance: np.random.Generator, ways: int) -> list[NDArray[np.float64]]:
    """Ways that share 50 to 90 % with an earlier one, as those of a runner who seldom runs quite the same.

    A stretch of an earlier way is left out, and its ends are joined by a detour to one side.
    """
    made = [walk(chance, chance.uniform(6000, 14000)) for _ in range(4)]
    while len(made) < ways:
        earlier = made[int(chance.integers(len(made)))]
        length = int(len(earlier) * chance.uniform(0.1, 0.5))
        first = int(chance.integers(1, len(earlier) - length))
        ends = earlier[first], earlier[first + length - 1]
        aside = chance.choice([-2, -1, 1, 2], 2) * 2 * BLOCK_M
        corners = np.array([ends[0], ends[0] + aside, ends[1] + aside, ends[1]])
        detour = resample(corners, np.arange(0.0, cumulative_distance(corners)[-1], BLOCK_M))
        made.append(np.concatenate([earlier[:first], detour, earlier[first + length :]]))
    return made


def run_on(chance: np.random.Generator, way: NDArray[np.float64]) -> Shape:
    """The shape of one run: 15 m off for some time at a stretch, now and then with a late start."""
    late = chance.uniform(0, 250) if chance.random() < 0.1 else 0.0
    places = resample(way, np.arange(late, cumulative_distance(way)[-1], 20.0))
    off = resample(chance.normal(0, 10, (len(places) // 5 + 2, 2)), np.arange(len(places)) * 2.0)
    line = shapely.LineString(places + off).simplify(10.0, preserve_topology=False)
    return to_lat_lon(HOME.unproject(shapely.get_coordinates(line)))


@pytest.fixture(scope="module")
def shapes() -> dict[int, Shape]:
    """As many runs as in twelve years, some routes run far more often than others."""
    chance = np.random.default_rng(4)
    ways = town(chance)
    often = 1 / np.arange(1, ROUTES + 1)
    picked = chance.choice(ROUTES, MANY + 1, p=often / often.sum())
    return {number: run_on(chance, ways[route]) for number, route in enumerate(picked)}


def test_from_scratch_grows_with_the_runs(
    shapes: dict[int, Shape], seconds: Callable[..., float], measured: Any
) -> None:
    few = {number: shapes[number] for number in range(FEW)}
    many = {number: shapes[number] for number in range(MANY)}
    of_few, of_many = (seconds(lambda some=some: routes.match_routes(some), 3) for some in (few, many))
    exponent = np.log(of_many / of_few) / np.log(MANY / FEW)
    found = len(routes.match_routes(many).routes)
    measured.amount(f"routes of {FEW} runs", "", f"{of_few:.2f} s", "")
    measured.amount(f"routes of {MANY:,} runs", f"{found} routes", f"{of_many:.2f} s", "")
    measured.amount(
        f"growth from {FEW} to {MANY:,} runs", "runs to the power of", f"{exponent:.2f}", "at most 1.3"
    )
    assert ROUTES * 0.8 <= found <= ROUTES * 1.3
    assert exponent <= 1.3


def test_one_more_run(shapes: dict[int, Shape], seconds: Callable[..., float], measured: Any) -> None:
    known = routes.match_routes({number: shapes[number] for number in range(MANY)}).routes
    one = {MANY: shapes[MANY]}
    elsewhere = {MANY: run_on(np.random.default_rng(9), walk(np.random.default_rng(77), 9000))}
    on_known, on_new = (seconds(lambda run=run: routes.match_routes(run, known)) for run in (one, elsewhere))
    assert not routes.match_routes(one, known).routes
    assert len(routes.match_routes(elsewhere, known).routes) == 1
    measured.amount(
        f"one more run than {MANY:,}", "on a known route", f"{1000 * on_known:.0f} ms", "well under 1 s"
    )
    measured.amount(
        f"one more run than {MANY:,}", "on a new route", f"{1000 * on_new:.0f} ms", "well under 1 s"
    )
    assert on_new < 0.5


def test_from_scratch_where_ways_share_most_with_each_other(
    cpu_seconds: Callable[..., float], measured: Any
) -> None:
    shapes = seldom_the_same(MANY)
    few = dict(list(shapes.items())[:FEW])
    of_few, of_many = (cpu_seconds(lambda some=some: routes.match_routes(some)) for some in (few, shapes))
    exponent = np.log(of_many / of_few) / np.log(MANY / FEW)
    measured.amount(f"routes of {MANY:,} runs that share 50 to 90 %", "", f"{of_many:.2f} s CPU", "")
    measured.amount(
        "growth where ways share 50 to 90 %", "runs to the power of", f"{exponent:.2f}", "at most 2"
    )
    assert exponent <= 2


def seldom_the_same(runs: int) -> dict[int, Shape]:
    """Runs on ways of which three go for five runs, and which share 50 to 90 % with each other."""
    chance = np.random.default_rng(5)
    ways = near_alike(chance, runs * 3 // 5)
    return {number: run_on(chance, ways[int(chance.integers(len(ways)))]) for number in range(runs)}


def real_like(runs: int) -> dict[int, Shape]:
    """Runs out and back along winding ways from one home, few of them quite the same: the hardest to tell."""
    chance = np.random.default_rng(7)

    def winding(length_m: float) -> NDArray[np.float64]:
        heading = np.cumsum(chance.normal(0, 0.12, int(length_m / 20))) + chance.integers(6) * np.pi / 3
        return np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1) * 20, axis=0)

    def variant(way: NDArray[np.float64]) -> NDArray[np.float64]:
        """Out on a part of a way, and back with a bend to one side."""
        out = way[: int(len(way) * chance.uniform(0.5, 1))]
        length = int(len(out) * chance.uniform(0.1, 0.4))
        first = int(chance.integers(0, len(out) - length))
        back = out.copy()
        back[first : first + length] += np.sin(np.linspace(0, np.pi, length))[:, None] * chance.normal(
            0, 250, 2
        )
        return np.concatenate([out, back[::-1]])

    corridors = [winding(chance.uniform(3000, 9000)) for _ in range(12)]
    ways = [variant(corridors[chance.integers(12)]) for _ in range(runs * 3 // 5)]
    return {number: run_on(chance, ways[int(chance.integers(len(ways)))]) for number in range(runs)}


def test_from_scratch_against_an_import_of_the_runs(
    cpu_seconds: Callable[..., float], measured: Any, tmp_path: Path
) -> None:
    """Nobody waits for the routes who has waited for the import."""
    many_files.write(tmp_path / "files", IMPORTED)

    def import_files() -> None:
        with journal.open(tmp_path / "home") as opened:
            assert opened.add([tmp_path / "files"], workers=1).runs_added == IMPORTED

    of_import = cpu_seconds(import_files) / IMPORTED * NEAR_ALIKE
    shapes = real_like(NEAR_ALIKE)
    of_routes = cpu_seconds(lambda: routes.match_routes(shapes))
    measured.amount(f"routes of {NEAR_ALIKE:,} runs, near alike", "", f"{of_routes:.1f} s CPU", "under 8 s")
    measured.ratio(
        f"routes of {NEAR_ALIKE:,} runs, near alike",
        "one import of them",
        of_routes / of_import,
        "at most 0.5",
    )
    assert of_routes / of_import <= 0.5
