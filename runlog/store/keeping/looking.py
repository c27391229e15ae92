"""A database of runlog looked into without changing it: wherever it lies, whoever writes to it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from runlog.store.seam import code, translated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlog.errors import StoreError

_TABLES = {"file", "activity", "recording", "track", "entry", "shoe"}
_UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_FAULTS_TOLD = 5


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds.

    Attributes:
        version: of its tables, as ``schema.MIGRATIONS`` counts.
        runs: how many runs.
        others: how many activities that are no runs.
        ratings: how many diary entries.
        shoes: how many pairs.
        made: when it was made, of a backup.
        config: the config.toml that a backup holds; None where there was none.
    """

    version: int
    runs: int
    others: int
    ratings: int
    shoes: int
    made: datetime | None = None
    config: bytes | None = None

    def __bool__(self) -> bool:
        return bool(self.runs or self.others or self.ratings or self.shoes)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads.

    In a folder that cannot be written SQLite cannot share a database in WAL mode with others;
    there the file is read as it is, unless others have left writes beside it.

    Raises:
        StoreError: it cannot be opened or read, also while it is used.
    """
    with translated(path):
        db = _connect(path)
        try:
            yield db
        finally:
            db.close()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        return _read(f"{path.absolute().as_uri()}?mode=ro")
    except sqlite3.OperationalError as error:
        if code(error) not in _UNWRITABLE or _has_writes_beside(path):
            raise
        return _read(f"{path.absolute().as_uri()}?mode=ro&immutable=1")


def _read(uri: str) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        db.row_factory = sqlite3.Row
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def _has_writes_beside(path: Path) -> bool:
    wal = path.with_name(f"{path.name}-wal")
    return wal.exists() and wal.stat().st_size > 0


def is_runlogs(db: sqlite3.Connection) -> bool:
    """Whether the tables of runlog are in it."""
    names = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return names >= _TABLES


def faults(db: sqlite3.Connection) -> list[str]:
    """What ``PRAGMA integrity_check`` finds; nothing where the database is whole."""
    try:
        found = [row[0] for row in db.execute(f"PRAGMA integrity_check({_FAULTS_TOLD})")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def means_damage(error: StoreError) -> bool:
    """Whether a database could not be opened because it is damaged, or none at all."""
    return code(error.__cause__) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def contents(db: sqlite3.Connection) -> Contents:
    """Count what a database of runlog holds."""
    runs = _count(db, "SELECT count(DISTINCT activity_id) FROM recording WHERE kind = 'run'")
    made, config = _backup_row(db)
    return Contents(
        version=_count(db, "PRAGMA user_version"),
        runs=runs,
        others=_count(db, "SELECT count(*) FROM activity") - runs,
        ratings=_count(db, "SELECT count(*) FROM entry"),
        shoes=_count(db, "SELECT count(*) FROM shoe"),
        made=datetime.fromisoformat(made) if made else None,
        config=config,
    )


def _count(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def _backup_row(db: sqlite3.Connection) -> tuple[str | None, bytes | None]:
    if not _count(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'backup'"):
        return None, None
    row = db.execute("SELECT made_at, config FROM backup").fetchone()
    return (row["made_at"], row["config"]) if row else (None, None)
