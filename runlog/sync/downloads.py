"""Keep downloads until they are imported: in the home, for its owner alone, unpacked, and no web pages."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.fileio import MAX_FILE_BYTES, PRIVATE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER_PREFIX = ".sync-"  # doctor finds what a killed sync has left
_GZIP = b"\x1f\x8b"
_CHUNK_BYTES = 2**20
_HEAD_BYTES = 512
_NO_RECORDING = (b"<", b"{", b"[")
_XML_RECORDINGS = (b"<?xml", b"<gpx", b"<TrainingCenterDatabase")


@contextmanager
def folder_in(home: Path) -> Iterator[Path]:
    """Give a folder for downloads in the home, for its owner alone; it is deleted afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX, dir=home))
    folder.chmod(PRIVATE_FOLDER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_recording(path: Path) -> bool:
    """Return whether a download may be a recording, and is no web page or message; an empty one may."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).lstrip()
    return head.startswith(_XML_RECORDINGS) or not head.startswith(_NO_RECORDING)


def unpack(path: Path) -> None:
    """Unpack a download that is packed with gzip: then the same file from two services has the same bytes.

    One that is damaged, or larger than any recording, stays as it is; the import says what is wrong with it.
    """
    with path.open("rb") as file:
        if file.read(len(_GZIP)) != _GZIP:
            return
    unpacked = path.with_suffix(".unpacked")
    size = 0
    try:
        with gzip.open(path) as packed, unpacked.open("xb") as file:
            while size <= MAX_FILE_BYTES and (chunk := packed.read(_CHUNK_BYTES)):
                size += file.write(chunk)
    except (OSError, EOFError, zlib.error):
        size = MAX_FILE_BYTES + 1
    if size <= MAX_FILE_BYTES:
        unpacked.replace(path)
    else:
        unpacked.unlink(missing_ok=True)
