"""How fast FIT is read: a whole import of the bytes, against decoders that only decode them."""

from __future__ import annotations

import csv
import io
from itertools import islice
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import fitfast
import pytest
from fitparse.base import UncachedFitFile
from made_damage import losses, sound_activities

from runlog import importers
from runlog.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

FILES = 50
ROUNDS = 7
SETTINGS = Settings(timezone="Europe/Berlin")


@pytest.fixture(scope="module")
def runs(devicefiles: Path, sample_data: Path) -> list[bytes]:
    """Fifty runs that fitfast reads as they are: those of devices, and for the rest some of the sample."""
    with (devicefiles / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "fit" and "running" in row["sport"]]
    paths = [devicefiles / row["file"] for row in rows] + sorted((sample_data / "activities").glob("*.fit"))
    return list(islice(filter(read_by_fitfast, (path.read_bytes() for path in paths)), FILES))


def read_by_fitfast(data: bytes) -> bool:
    try:
        fitfast.records(data)
    except ValueError:
        return False
    return True


def points(data: bytes) -> int:
    """Do all that an import does with the bytes, tracks and sums included; count the points."""
    activities = importers.read_bytes(data, "run.fit", SETTINGS).activities
    return sum(len(activity.track) for activity in activities if activity.track)


def records_by_fitparse(data: bytes) -> int:
    """Go through all messages and their values; count the records."""
    count = 0
    with UncachedFitFile(io.BytesIO(data)) as file:
        for message in file.get_messages():
            count += message.name == "record"
            message.get_values()
    return count


def once(read: Callable[[bytes], object], contents: list[bytes]) -> float:
    start = perf_counter()
    for data in contents:
        read(data)
    return perf_counter() - start


def taking_turns(contents: list[bytes], *readers: Callable[[bytes], object]) -> list[float]:
    """The median seconds of each reader for all files; a busy moment of the machine hits all alike."""
    rounds = [[once(read, contents) for read in readers] for _ in range(ROUNDS)]
    return [median(times) for times in zip(*rounds, strict=True)]


@pytest.mark.filterwarnings("ignore::UserWarning")  # of fitparse, about sizes of fields
def test_fit(benchmark: BenchmarkFixture, runs: list[bytes], measured):
    benchmark.pedantic(lambda: [points(data) for data in runs], rounds=ROUNDS)
    ours, columns, messages = taking_turns(runs, points, fitfast.records, fitfast.parse)
    pairs = [(once(records_by_fitparse, [data]), once(points, [data])) for data in runs]
    reference, meanwhile = (sum(times) for times in zip(*pairs, strict=True))
    what = f"FIT import of {len(runs)} runs with {sum(map(points, runs)):,} records"
    measured.ratio(what, "`fitfast.records` alone", ours / columns, "≤ 3")
    measured.ratio(what, "`fitfast.parse` alone", ours / messages, "")
    measured.ratio(
        "a loop over all of fitparse's messages",
        "FIT import of the same files",
        reference / meanwhile,
        "≥ 40",
    )
    smallest = sorted(runs, key=len)[:20]
    assert sum(map(points, smallest)) == sum(map(records_by_fitparse, smallest))
    assert meanwhile < reference


SEEDS = (1, 2, 3)


def test_damage(devicefiles: Path, measured):
    """Damage the device files at places spread over them, and count what is kept."""
    files = list(sound_activities(devicefiles / "fit"))
    found = [loss for seed in SEEDS for loss in losses(files, seed)]
    kept = [loss.kept for loss in found]
    mean = sum(kept) / len(kept)
    much_lost = sum(share < 0.9 for share in kept) / len(kept)
    wrong = sum(loss.wrong for loss in found) / sum(loss.records for loss in found)
    what = f"{len(found):,} damages of {len(files)} FIT files"
    measured.amount(what, "records that are kept", f"{mean:.1%}", "≥ 99%")
    measured.amount(what, "that lose more than 10% of them", f"{much_lost:.1%}", "≤ 2%")
    measured.amount(what, "records with a time that the whole file lacks", f"{wrong:.2%}", "≤ 0.2%")
    assert mean >= 0.99
    assert much_lost <= 0.02
    assert wrong <= 0.002
