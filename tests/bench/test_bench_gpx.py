"""How fast GPX and TCX are read."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING
from xml.parsers import expat

import gpxpy
import pytest

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runlog.records import ParsedFile

ROUNDS = 5
SMALLEST = 100_000  # bytes: what is read in a blink says nothing of a pass over points
SETTINGS = Settings(timezone="Europe/Berlin")


@pytest.fixture
def gpx(devicefiles: Path) -> list[bytes]:
    return list(recordings(devicefiles / "gpx"))


@pytest.fixture
def tcx(devicefiles: Path) -> list[bytes]:
    return list(recordings(devicefiles / "tcx"))


def recordings(folder: Path) -> Iterator[bytes]:
    """The large files of a folder in which activities are, without the space that expat refuses."""
    for path in sorted(folder.iterdir()):
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf").lstrip()
        if len(data) >= SMALLEST and is_taken(data):
            yield data


def is_taken(data: bytes) -> bool:
    try:
        return bool(read(data).activities)
    except (NotReadable, NotTaken):
        return False


def read(data: bytes) -> ParsedFile:
    return importers.read_bytes(data, "run.xml", SETTINGS)


def parsed(data: bytes) -> None:
    expat.ParserCreate().Parse(data, True)


def heard(data: bytes) -> None:
    """What any reader pays that hears in Python of each element and text."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda _tag, _attributes: None
    parser.EndElementHandler = lambda _tag: None
    parser.CharacterDataHandler = lambda _text: None
    parser.Parse(data, True)


def by_gpxpy(data: bytes) -> None:
    gpxpy.parse(data.decode())


def taking_turns(files: list[bytes], *readers: Callable[[bytes], object]) -> list[float]:
    """The least time of each reader for each file, added up; they take turns, on the same machine."""
    least = [[float("inf")] * len(files) for _ in readers]
    for _ in range(ROUNDS):
        for number, data in enumerate(files):
            for times, reader in zip(least, readers, strict=True):
                start = perf_counter()
                reader(data)
                times[number] = min(times[number], perf_counter() - start)
    return [sum(times) for times in least]


def test_gpx(benchmark, gpx, measured):
    benchmark.pedantic(lambda: [read(data) for data in gpx], rounds=ROUNDS)
    ours, hearing, parsing, reference = taking_turns(gpx, read, heard, parsed, by_gpxpy)
    what = f"GPX import of {len(gpx)} device files"
    measured.ratio(what, "expat alone, with handlers that do nothing", ours / hearing, "≤ 3")
    measured.ratio(what, "expat alone, without handlers", ours / parsing, "")
    measured.ratio("gpxpy", "GPX import of the same files", reference / ours, "≥ 4")
    assert ours / hearing < 4
    assert reference / ours > 3


def test_tcx(benchmark, tcx, measured):
    benchmark.pedantic(lambda: [read(data) for data in tcx], rounds=ROUNDS)
    ours, hearing, parsing = taking_turns(tcx, read, heard, parsed)
    what = f"TCX import of {len(tcx)} device files"
    measured.ratio(what, "expat alone, with handlers that do nothing", ours / hearing, "≤ 3")
    measured.ratio(what, "expat alone, without handlers", ours / parsing, "")
    assert ours / hearing < 4
