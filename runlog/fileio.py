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

#: Nothing above this is read into memory; a watch writes a few MB in a day, the wordiest GPX some 50.
MAX_FILE_BYTES = 128 * 2**20

#: A track packs 5 to 30 times smaller; what packs better than this is made to fill a memory.
MAX_COMPRESSION_RATIO = 200
RATIO_CHECK_FROM_BYTES = 2**20  # bytes, unpacked


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file beside its place and then move it there; a text as UTF-8, its line ends as they are.

    Args:
        path: where to; its folder is made where it is not there yet.
        content: all of the file.

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
    """An empty file beside this one's place, moved there once it is written; gone if that fails.

    Raises:
        OSError: as the system has it.
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
    """The mode that the file has, or that any new file gets: mkstemp's would shut others out."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
