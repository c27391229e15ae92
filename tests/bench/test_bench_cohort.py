"""What pooling gains, and how fast many athletes are. By hand: ``pytest tests/bench -k cohort -n 0``.

RUNLOG_ATHLETES=1000 asks for fewer athletes than the 10,000 that the aims are for.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import runlog
from runlog.cohorts import cohort, engine, sources
from runlog.cohorts.pooling import pool_effects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ATHLETES = int(os.environ.get("RUNLOG_ATHLETES", "10000"))
RATINGS, FACTORS, PER_FILE, WORKERS = 100, 8, 100, 2
#: The true effects of k runners, and their mean.
POPULATIONS = {
    "all 0": (lambda rng, k: 0 * rng.random(k), 0.0),
    "-.6 ± .2": (lambda rng, k: rng.normal(-0.6, 0.2, k), -0.6),
    "-.6 ± .5": (lambda rng, k: rng.normal(-0.6, 0.5, k), -0.6),
    "half 0, half -1.2": (lambda rng, k: np.where(rng.random(k) < 0.5, 0.0, -1.2), -0.6),
    "0 ± .6": (lambda rng, k: rng.normal(0.0, 0.6, k), 0.0),
}
#: An effect of at least so many points is real; of at most so many it is none.
REAL, NONE = 0.3, 0.1


def test_pooling_in_populations_of_every_shape(capsys: pytest.CaptureFixture[str]):
    """RMSE, coverage, power (|θ| ≥ .3) and false alarms (|θ| ≤ .1), alone and pooled, at 40 ratings."""
    lines, covered = [], []
    for runners, studies in ((30, 200), (300, 40), (3000, 6)):
        for name, (draw, mean) in POPULATIONS.items():
            row = _measure(draw, mean, runners, studies)
            covered.append(row["coverage"][1])
            cells = " ".join(f"{alone:5.2f} {pooled:5.2f} " for alone, pooled in row.values())
            lines.append(f"{name:18} {runners:5}  {cells}")
    header = (
        "population        runners  RMSE        coverage    power       false       mean in range",
        "                            alone pool. alone pool. alone pool. alone pool.",
    )
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *header, *lines, ""]))
    assert min(covered) >= 0.925


def _measure(draw: Any, mean: float, runners: int, studies: int) -> dict[str, tuple[float, float]]:
    rng = np.random.default_rng(runners)
    squares, covered, powers, false, means = ([[], []] for _ in range(5))
    for _ in range(studies):
        truth = draw(rng, runners)
        errors = 0.42 * np.sqrt(rng.chisquare(30, runners) / 30)
        pooled = pool_effects(rng.normal(truth, errors), errors)
        means[0].append(pooled.mean.low <= mean <= pooled.mean.high)
        for place, table in enumerate((pooled.alone, pooled.given_others)):
            value, low, high = table.T
            found = (low > 0) | (high < 0)
            squares[place].extend((value - truth) ** 2)
            covered[place].extend((low <= truth) & (truth <= high))
            powers[place].extend(found[np.abs(truth) >= REAL])
            false[place].extend(found[np.abs(truth) <= NONE])
    of = {"RMSE": squares, "coverage": covered, "power": powers, "false": false}
    row = {name: tuple(np.mean(cell) if cell else np.nan for cell in cells) for name, cells in of.items()}
    row["RMSE"] = tuple(np.sqrt(value) for value in row["RMSE"])
    return row | {"mean": (float(np.mean(means[0])), np.nan)}


def write_athletes(folder: Path, athletes: int) -> Path:
    """Athletes of 100 ratings and 8 factors, 100 to a file."""
    folder.mkdir()
    rng = np.random.default_rng(5)
    for start in range(0, athletes, PER_FILE):
        count = min(PER_FILE, athletes - start)
        table = pd.DataFrame(
            {f"f{i}": rng.normal(size=count * RATINGS) for i in range(FACTORS)}
            | {"rating": rng.integers(0, 11, count * RATINGS).astype(float)}
        )
        table["athlete"] = np.repeat([f"a{start + n:06}" for n in range(count)], RATINGS)
        table["moment"] = np.tile(pd.date_range("2025-01-01", periods=RATINGS, tz="UTC"), count)
        sources._write_file(folder, start // PER_FILE, [table])
    return folder


def _cpu_and_memory() -> tuple[float, int]:
    return process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _estimate(folder: Path, out: Path, workers: int) -> tuple[float, float, int]:
    """Return wall and CPU seconds of the work itself, and the largest memory of a worker."""
    with engine.connect(workers=workers) as client:
        client.run(_warm)
        before = client.run(_cpu_and_memory)

        @contextmanager
        def connected(*_: object) -> Iterator[Any]:
            yield client

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "connect", connected)
            began = perf_counter()
            engine.estimate_groups(sources.find_groups([folder]), out)
            wall = perf_counter() - began
        after = client.run(_cpu_and_memory)
    cpu = sum(after[worker][0] - before[worker][0] for worker in after)
    return wall, cpu, max(memory for _, memory in after.values())


def _warm() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"f": rng.normal(size=40), "rating": rng.integers(0, 5, 40)})
    runlog.links(table.assign(moment=pd.date_range("2025-01-01", periods=40, tz="UTC")))


def test_many_athletes_cost_what_their_links_cost(tmp_path: Path, measured: Any):
    few = write_athletes(tmp_path / "few", ATHLETES // 10)
    many = write_athletes(tmp_path / "many", ATHLETES)
    some = [athlete.exposures for athlete in sources.read_group(sources.find_groups([few])[0])]
    _warm()
    began = process_time()
    for table in some:
        runlog.links(table)
    single = (process_time() - began) / len(some)
    wall_few, cpu_few, _ = _estimate(few, tmp_path / "out-few", WORKERS)
    wall, cpu, memory = _estimate(many, tmp_path / "out", WORKERS)
    exponent = float(np.log10(cpu / cpu_few))
    alone, what = single * ATHLETES, f"{ATHLETES:,} athletes"
    measured.ratio(f"{what}, CPU of all workers", "links one by one", cpu / alone, "≤ 1.25 ×")
    measured.ratio(f"{what}, wall × {WORKERS}", "links one by one", wall * WORKERS / alone, "≤ 1.25 ×")
    growth = f"n^{exponent:.3f} (wall n^{np.log10(wall / wall_few):.3f})"
    measured.amount(f"{what} against {ATHLETES // 10:,}", "–", growth, "≤ n^1.05")
    measured.amount("memory of a worker", "–", f"{memory / 2**20:.0f} MB", "< 1,024 MB")
    assert cpu / alone <= 1.25
    assert exponent <= 1.05
    assert memory < 2**30


def test_the_number_of_workers_changes_nothing(tmp_path: Path):
    folder = write_athletes(tmp_path / "data", 300)
    tables = [cohort([folder], tmp_path / str(workers), workers=workers) for workers in (1, 2, 4)]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    pd.testing.assert_frame_equal(tables[0], tables[2])


def test_fifty_homes_get_the_numbers_of_their_own_links(tmp_path: Path, sample_data: Path):
    """The sample season with other seeds, as many runners."""
    for seed in range(50):
        files = tmp_path / "files"
        code = (
            f"import chance; chance.SEED = {seed}\nimport generate, pathlib\n"
            f"generate.main(pathlib.Path({str(files)!r}))"
        )
        subprocess.run([sys.executable, "-c", code], cwd=sample_data, check=True)
        with runlog.open(tmp_path / "club" / f"runner {seed:02}") as journal:
            journal.add([files])
        shutil.rmtree(files)
    table = cohort([tmp_path / "club"], tmp_path / "out", workers=2)
    assert table["athlete"].nunique() == 50
    for seed in range(50):
        with runlog.open(tmp_path / "club" / f"runner {seed:02}") as journal:
            own = runlog.links(runlog.exposures(journal.history()))
        found = table[table["athlete"] == f"runner {seed:02}"]
        both = own.merge(found, on=["area", "factor"], suffixes=("", "_cohort"))
        assert len(both) == len(own) == len(found)
        np.testing.assert_allclose(both["effect"], both["effect_cohort"], rtol=1e-9)
        assert both["grade"].tolist() == both["grade_cohort"].tolist()
