"""The seam to sqlite3: its errors become StoreError here, and a write is one transaction."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runlog.errors import BadInput, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: In the home.
DATABASE = "runlog.db"

WAIT_FOR_OTHERS_S = 60.0

LOCKED = "another program is writing to it; try again when that has finished"
FULL = "the disk is full; make room and try again"
_DAMAGED = "it is damaged; put back a copy of it from a backup"

_REASONS = {
    sqlite3.SQLITE_READONLY: "it or its folder is read-only; make both writable, or choose another --home",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; is its folder there and writable?",
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_NOTADB: "it is no database; move it away, or choose another folder with --home",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_IOERR: "the disk failed while it was read or written",
}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise StoreError, naming the database and what to do, for every error of sqlite3.

    Raises:
        BadInput: a text holds bytes that are no letters, as a terminal of another encoding sends them.
    """
    try:
        yield
    except UnicodeDecodeError as error:  # sqlite3 meets bytes where a text was written
        raise StoreError(f"{path}: {_DAMAGED}") from error
    except UnicodeEncodeError as error:
        raise BadInput(f"{error.object!r} is no text in UTF-8; type it again") from error
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {_REASONS.get(code(error), str(error))}") from error


def code(error: BaseException | None) -> int:
    """Return SQLite's primary result code of an error, the last byte of the extended one, or 0."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """Raise StoreError where what was written by us does not read back; around reading alone."""
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{path}: {_DAMAGED}") from error


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that is written inside lands together or not at all."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # sqlite itself rolls back when the disk is full
            db.execute("ROLLBACK")
        raise
