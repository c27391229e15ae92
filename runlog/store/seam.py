"""The seam to sqlite3: its errors become StoreError here, and a write is one transaction."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runlog.errors import BadInput, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCKED = "another program is writing to it; try again when that has finished"
_DAMAGED = "it is damaged; put back a copy of it from a backup"

_REASONS = {
    sqlite3.SQLITE_READONLY: "it or its folder is read-only; make both writable, or choose another --home",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; is its folder there and writable?",
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: "the disk is full; make room and try again",
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
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the extended code's last byte
        raise StoreError(f"{path}: {_REASONS.get(primary, str(error))}") from error


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
