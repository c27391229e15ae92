"""Limit how much of a file is read into memory, and write files atomically."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

#: No larger file is read into memory; a watch writes a few MB in a day, and the largest GPX has some 50.
MAX_FILE_BYTES = 128 * 2**20

#: Tracks compress 5 to 30 times; higher compression ratios indicate a zip bomb.
MAX_COMPRESSION_RATIO = 200
RATIO_CHECK_FROM_BYTES = 2**20  # bytes, unpacked


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file under a temporary name and move it into place; a text as UTF-8, its line ends as they are.

    Args:
        path: path of the file; its folder is created where it does not exist.
        content: the whole content.

    Raises:
        BadInput: it cannot be written there; the message says why.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replace_atomically(path) as draft:
            draft.write_bytes(data)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written: {error.strerror or error}") from error


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
        draft.chmod(_file_mode(path))
        draft.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise


def _file_mode(path: Path) -> int:
    """Return the mode of the file, or of a new file by the umask: mkstemp's would shut others out."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
