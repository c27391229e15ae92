"""Keep what is uploaded in a folder of the home until it is imported."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from runlog import fileio
from runlog.web.pairing import WEB_FOLDER

#: An archive of many years has some GB.
MAX_UPLOAD_BYTES = 8 * 2**30
_STALE_AFTER_S = 3600.0


def folder(home: Path) -> Path:
    """Return the folder of uploads."""
    return home / WEB_FOLDER / "uploads"


def prepare_folder(home: Path) -> None:
    """Make the folder, and delete what a server that was killed has left in it."""
    path = folder(home)
    fileio.make_folder(path)
    before = time.time() - _STALE_AFTER_S
    for left in path.iterdir():
        with suppress(OSError):
            if left.stat().st_mtime < before:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def new_folder(home: Path) -> Path:
    """Return a new folder for one upload, made for its owner alone."""
    return Path(tempfile.mkdtemp(dir=folder(home), prefix="upload-"))


def delete(path: Path) -> None:
    """Delete the folder of an upload with all that is in it."""
    shutil.rmtree(path, ignore_errors=True)
