"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("runlog", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("runlog")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's top level."""
    return ROOT


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The committed sample season."""
    return ROOT / "sample_data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the golden numbers and device files; absent on most machines, never in CI."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"CI lays shared beside the clone, but {folder} is not there")
        pytest.skip("no shared folder beside the checkout")
    return folder


@pytest.fixture(scope="session")
def devicefiles(shared: Path) -> Path:
    """Real files from watches and apps, with MANIFEST.csv."""
    return shared / "devicefiles"


@pytest.fixture
def aged() -> Callable[[Path], None]:
    """Make a file, or all files in a folder, look unchanged for an hour."""

    def age(path: Path) -> None:
        for file in [path, *path.rglob("*")]:
            status = file.stat()
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns - 3_600_000_000_000))

    return age
