"""A store to put made-up recordings into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_recordings import Files, make_run, make_track

from runlog import store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runlog.model import Activity, Track
    from runlog.store import Store


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Store]:
    with store.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def files(stored: Store) -> Files:
    return Files(stored)


@pytest.fixture
def run() -> Callable[..., Activity]:
    return make_run


@pytest.fixture
def track() -> Callable[..., Track]:
    return make_track
