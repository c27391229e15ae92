"""Limit how much of a file is read into memory, and write files atomically and for their owner alone."""

from __future__ import annotations

import os
import re
import stat
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.errors import cannot_write

if TYPE_CHECKING:
    from collections.abc import Iterator

#: No larger file is read into memory; a watch writes a few MB in a day, and the largest GPX has some 50.
MAX_FILE_BYTES = 128 * 2**20

#: Tracks compress 5 to 30 times; higher compression ratios indicate a zip bomb.
MAX_COMPRESSION_RATIO = 200
RATIO_CHECK_FROM_BYTES = 2**20  # bytes, unpacked


#: The modes of what runlog makes: a diary of health and places is its owner's alone.
#: Windows has no such modes.
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700

_HAS_MODES = os.name == "posix"


def is_open_to_others(path: Path) -> bool:
    """Return whether others than its owner may read, write or enter a file or folder; no link counts."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return _HAS_MODES and not stat.S_ISLNK(mode) and bool(mode & 0o077)


def close_to_others(path: Path) -> None:
    """Take all rights to a file or folder from everybody but its owner.

    Raises:
        OSError: it belongs to somebody else, or lies on a disk that cannot be written.
    """
    path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, for their owner alone; one that exists stays as it is.

    Raises:
        OSError: it cannot be made, or there is a file of that name.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        if _HAS_MODES:
            folder.chmod(PRIVATE_FOLDER)
    path.mkdir(exist_ok=True)  # raises where a file is in the way


def make_file(path: Path) -> None:
    """Make an empty file for its owner alone, whatever the umask; one that exists stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    with suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE)
        os.close(handle)
        path.chmod(PRIVATE_FILE)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file under a temporary name and move it into place; a text as UTF-8, its line ends as they are.

    A new file is its owner's alone, one that is replaced passes on its mode. Its folder is made where there
    is none.

    Raises:
        BadInput: it cannot be written there; the message says why.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        make_folder(path.parent)
        with replace_atomically(path) as draft:
            draft.write_bytes(data)
    except OSError as error:
        raise cannot_write(path, error) from error


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
    """Yield a temporary file that replaces ``path`` when the block succeeds and is deleted when it fails.

    Raises:
        OSError: it cannot be created or moved.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        mode = PRIVATE_FILE
        with suppress(FileNotFoundError):  # else that of the file which is replaced
            mode = stat.S_IMODE(path.stat().st_mode)
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise


#: No command writes one file for longer; an older draft was left behind by one that was killed.
STALE_AFTER_S = 3600.0
_DRAFT_NAME = re.compile(
    r"\.(.+)\.[a-z0-9_]{8}(?:-journal|-wal|-shm)?"
)  # as mkstemp makes them in replace_atomically


def list_stale_drafts(folder: Path, name: str | None = None) -> list[Path]:
    """Return the drafts (of one file, or of all) in a folder that a killed command has left behind."""
    before = time.time() - STALE_AFTER_S
    found = []
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            match = _DRAFT_NAME.fullmatch(path.name)
            if match and name in (None, match[1]) and path.is_file() and path.lstat().st_mtime < before:
                found.append(path)
    return found


def delete_stale_drafts(folder: Path, name: str | None = None) -> None:
    """Delete the drafts that ``list_stale_drafts`` returns, where that can be done."""
    for draft in list_stale_drafts(folder, name):
        with suppress(OSError):
            draft.unlink()
