"""Cut, flipped and spliced real files: a reading or a reason, never a traceback or a hang.

RUNLOG_FUZZ=50 asks for fifty times as many as the usual run has.
"""

from __future__ import annotations

import os
import random
import signal
from contextlib import contextmanager

import pytest

from runlog import journal
from runlog.ingest.workers import ParseJob, parse_file
from runlog.settings import Settings
from runlog.store.activities import read_activities

MUTANTS_OF_EACH = 6 * int(os.environ.get("RUNLOG_FUZZ", "1"))
LARGEST = 120_000
GROUPS = 8
#: Where a reader is bent into a long loop, this ends it; no mutant of a small file needs a tenth of it.
HANGS_AFTER_S = 20

SETTINGS = Settings(timezone="Europe/Berlin")


@pytest.fixture(scope="module")
def real(devicefiles, sample_data):
    """The small ones of the device files and a few of the sample's, by name."""
    files = [*devicefiles.glob("*/*"), *(sample_data / "activities").iterdir()]
    files += [sample_data / "diary.csv", sample_data / "shoes.csv"]
    small = sorted(path for path in files if path.stat().st_size <= LARGEST)
    return {path.name: path.read_bytes() for path in small}


@contextmanager
def no_hang():
    """Fail what takes far too long, wherever it is caught."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def hung(*_):
        raise KeyboardInterrupt("this reader hangs")

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(HANGS_AFTER_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def flipped(chance, data):
    """Other bytes in a few places."""
    bent = bytearray(data)
    for _ in range(chance.choice([1, 2, 5, 50])):
        bent[chance.randrange(len(bent))] = chance.randrange(256)
    return bytes(bent)


def mutant(chance, data, other):
    """The bytes with a change of one sort; ``other`` is another real file to splice with."""
    at, length = chance.randrange(len(data)), chance.randrange(1, 200)
    changes = (
        lambda: data[:at],
        lambda: data[at:],
        lambda: flipped(chance, data),
        lambda: data[:at] + bytes(length) + data[at + length :],
        lambda: data[:at] + other[chance.randrange(len(other)) :],
        lambda: data[:at] + data[chance.randrange(at + 1) :],
        lambda: data[:at] + chance.randbytes(length) + data[at:],
    )
    return chance.choice(changes)()


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_mutant_comes_to_a_reading_or_a_reason(real, group):
    chance = random.Random(f"mutants {group}")
    names = sorted(real)[group::GROUPS]
    others = list(real.values())
    outcomes = []
    for name in names:
        for _ in range(MUTANTS_OF_EACH):
            data = mutant(chance, real[name], chance.choice(others))
            with no_hang():
                read = parse_file(ParseJob(name, data), SETTINGS, None)
            by_the_clock = (
                read.reason is not None and "lies in the future" in read.reason
            )  # asked again later
            assert read.is_final is not by_the_clock, f"{name}: {read.reason}"
            assert (read.parsed is None) == bool(read.reason)
            outcomes.append(read.outcome)
    assert {"read", "skipped", "failed"} == set(outcomes)


def test_a_mutant_is_imported_whole_or_not_at_all(real, tmp_path):
    chance = random.Random("imports")
    names = [name for name in sorted(real) if name.endswith((".fit", ".gpx", ".csv"))]
    for number in range(60):
        name = chance.choice(names)
        data = mutant(chance, real[name], real[chance.choice(names)])
        (tmp_path / f"{number:03}_{name}").write_bytes(data)
    with journal.open(tmp_path / "home") as kept:
        summary = kept.add([tmp_path])
        held = {source for activity in kept._store.read(read_activities) for source in activity.sources}
        held |= {entry.source for entry in kept.entries()}
    by_outcome = {}
    for file in summary.files:
        by_outcome.setdefault(file.outcome, set()).add(file.path)
    assert not held & (by_outcome.get("failed", set()) | by_outcome.get("skipped", set()))
    assert held
