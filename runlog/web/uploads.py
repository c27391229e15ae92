"""Keep what is uploaded in a folder of the home until it is imported."""

from __future__ import annotations

import os
import re
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
#: The folder of an upload tells which process takes it.
_OF_PROCESS = re.compile(r"upload-(\d+)-")
_STARTED = time.time()


def folder(home: Path) -> Path:
    """Return the folder of uploads."""
    return home / WEB_FOLDER / "uploads"


def prepare_folder(home: Path) -> None:
    """Make the folder, and delete what servers that were killed have left in it."""
    path = folder(home)
    fileio.make_folder(path)
    for left in path.iterdir():
        with suppress(OSError):
            if _is_left_over(left):
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def _is_left_over(path: Path) -> bool:
    """Return whether nobody is at an upload any more."""
    changed, found = path.stat().st_mtime, _OF_PROCESS.match(path.name)
    if found is None:
        return changed < time.time() - _STALE_AFTER_S
    if int(found[1]) == os.getpid():  # or an earlier process of the same number, as in a container
        return changed < _STARTED
    return not _is_running(int(found[1]))


def _is_running(process: int) -> bool:
    if os.name == "nt":  # where a signal of 0 would not only ask
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def new_folder(home: Path) -> Path:
    """Return a new folder for one upload of this process, made for its owner alone."""
    return Path(tempfile.mkdtemp(dir=folder(home), prefix=f"upload-{os.getpid()}-"))


def delete(path: Path) -> None:
    """Delete the folder of an upload with all that is in it."""
    shutil.rmtree(path, ignore_errors=True)
