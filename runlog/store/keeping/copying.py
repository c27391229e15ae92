"""One database copied over another or into a file, and seen onto the disk."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING

from runlog.errors import BadInput, StoreError
from runlog.store import seam
from runlog.store.keeping import looking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: What SQLite keeps beside a database in use.
BESIDE = ("-wal", "-shm")


def beside(path: Path, end: str) -> Path:
    """The file of that ending beside a database."""
    return path.with_name(f"{path.name}{end}")


def connect(path: Path) -> sqlite3.Connection:
    """Open a database to write to it, just as it is."""
    db = sqlite3.connect(path, timeout=seam.WAIT_FOR_OTHERS_S, isolation_level=None)
    db.row_factory = sqlite3.Row
    return db


def copy(source: Path, draft: Path, told: Path) -> None:
    """Copy a database as it is at this moment, into one file that needs none beside it."""
    with looking.opened(source) as db, written(told), closing(connect(draft)) as target:
        db.backup(target, progress=patience(source))
        target.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def written(file: Path) -> Iterator[None]:
    """Say which file cannot be written; damage is of what is read."""
    try:
        yield
    except sqlite3.Error as error:
        if seam.code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        reason = seam.FULL if seam.code(error) == sqlite3.SQLITE_FULL else error
        raise BadInput(f"{file}: cannot be written: {reason}") from error


def patience(path: Path) -> Callable[[int, int, int], None]:
    """Stop a copy that waits for others too long: sqlite3 alone would wait for ever."""
    begun = monotonic()

    def wait(status: int, _left: int, _pages: int) -> None:
        waits = status & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if waits and monotonic() - begun > seam.WAIT_FOR_OTHERS_S:
            raise StoreError(f"{path}: {seam.LOCKED}")

    return wait


def sync(path: Path) -> None:
    """See that what was written is on the disk; folders only where the system can do that."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
