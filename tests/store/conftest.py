"""Made-up recordings, and a store to put them into."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_recordings import Files, make_run, make_track

from runlog import store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlog.model import Activity, Track
    from runlog.store import Store


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Store]:
    with store.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def anybodys_folder() -> Iterator[Path]:
    """A folder that any user of this computer may look into; pytest's own are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def files(stored: Store) -> Files:
    return Files(stored)


@pytest.fixture
def run() -> Callable[..., Activity]:
    return make_run


@pytest.fixture
def track() -> Callable[..., Track]:
    return make_track
