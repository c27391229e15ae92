"""How an older database becomes a newer one."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from runlog.errors import StoreError
from runlog.store import tables
from runlog.store.seam import transaction

if TYPE_CHECKING:
    import sqlite3

#: Each takes a database of the version before it one step on.
MIGRATIONS = tables.STEPS


def migrate(db: sqlite3.Connection) -> None:
    """Bring the tables up to date, all steps in one transaction.

    Raises:
        StoreError: a newer runlog has written this database.
    """
    if _version(db) == len(MIGRATIONS):
        return
    with transaction(db):
        version = _version(db)  # again: another process may have been first
        if version > len(MIGRATIONS):
            raise StoreError(
                f"the database is of version {version}, this runlog knows up to {len(MIGRATIONS)}: "
                "a newer runlog wrote it; update this one"
            )
        for statement in chain.from_iterable(MIGRATIONS[version:]):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
