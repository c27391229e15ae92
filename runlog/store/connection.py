"""Open, copy and sync SQLite databases, and turn SQLite's errors into ours."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from runlog.errors import BadInput, StoreError
from runlog.fileio import make_file
from runlog.i18n import N_, _
from runlog.results import HomeContents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: In the home.
DATABASE = "runlog.db"

BUSY_TIMEOUT_S = 60.0

#: No stored value or row is larger, since each is read whole; the track of a day has some 14 MB.
MAX_VALUE_BYTES = 256 * 2**20
#: Of a config.toml in a backup.
MAX_CONFIG_BYTES = 2**20

#: What reading a stored value raises when it is not what runlog has written.
UNDECODABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)

LOCKED = N_("another program is writing to it; try again when that has finished")
FULL = N_("the disk is full; make room and try again")
_DAMAGED = N_("it is damaged; put back a copy of it from a backup")

_REASONS = {
    sqlite3.SQLITE_READONLY: N_("it or its folder is read-only; make both writable, or choose a --home"),
    sqlite3.SQLITE_CANTOPEN: N_("it cannot be opened; is its folder there and writable?"),
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_NOTADB: N_("it is no database; move it away, or choose another folder with --home"),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_IOERR_SHMSIZE: FULL,
    sqlite3.SQLITE_IOERR: N_("the disk failed while it was read or written"),
}


@contextmanager
def translate_errors(path: Path, *, reading: bool = False) -> Iterator[None]:
    """Raise StoreError, naming the database and what to do, for every error of sqlite3.

    Where the block only reads, so does every value that is not what runlog has written.

    Raises:
        BadInput: a text holds bytes that are no letters, as a terminal of another encoding sends them.
    """
    damage = UNDECODABLE if reading else (UnicodeDecodeError,)  # the latter: bytes where a text was written
    try:
        yield
    except damage as error:
        raise StoreError(f"{path}: {_(_DAMAGED)}") from error
    except UnicodeEncodeError as error:
        raise BadInput("{text!r} is no text in UTF-8; type it again", text=error.object) from error
    except sqlite3.Error as error:
        reason = _REASONS.get(_extended_code(error)) or _REASONS.get(error_code(error), str(error))
        raise StoreError(f"{path}: {_(reason)}") from error


def error_code(error: BaseException | None) -> int:
    """Return SQLite's primary result code of an error, the last byte of the extended one, or 0."""
    return _extended_code(error) & 0xFF


def _extended_code(error: BaseException | None) -> int:
    return int(getattr(error, "sqlite_errorcode", 0))


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Run the block in one transaction."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # sqlite itself rolls back when the disk is full
            db.execute("ROLLBACK")
        raise


@contextmanager
def closed_on_error(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Close a connection if the block fails."""
    try:
        yield db
    except BaseException:
        db.close()
        raise


def connect(
    database: Path | str, *, timeout: float = 5.0, uri: bool = False, any_thread: bool = False
) -> sqlite3.Connection:
    """Open a database as every connection of runlog is: it trusts no function in views and triggers of it.

    Others that write to it are waited for so many seconds. With ``any_thread`` it may be used in other
    threads, by one at a time.
    """
    db = sqlite3.connect(
        database, timeout=timeout, uri=uri, isolation_level=None, check_same_thread=not any_thread
    )
    with closed_on_error(db):
        db.row_factory = sqlite3.Row
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA temp_store = MEMORY")
    return db


_REQUIRED_TABLES = {"file", "activity", "recording", "track", "entry", "shoe"}
#: Errors of a home that cannot be written, though it may well be read: read-only, or on a full disk.
UNWRITABLE_CODES = (
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM),
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
)
_MAX_FAULTS = 5


@contextmanager
def open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that only reads.

    In a folder that cannot be written SQLite cannot share a database in WAL mode with others;
    there the file is read as it is, or a copy of it in memory if it has pending writes in a WAL file.

    Raises:
        StoreError: it cannot be opened or read, also while it is used.
    """
    with translate_errors(path, reading=True), closing(connect_read_only(path)) as db:
        yield db


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Return the connection that ``open_read_only`` yields, for the caller to close."""
    try:
        return _connect_uri(f"{path.absolute().as_uri()}?mode=ro")
    except sqlite3.OperationalError as error:
        if error_code(error) not in UNWRITABLE_CODES:
            raise
        wal = sidecar_path(path, "-wal")
        if not (wal.exists() and wal.stat().st_size):
            return _connect_uri(f"{path.absolute().as_uri()}?mode=ro&immutable=1")
        loaded = _load_with_wal(path)
        if loaded is None:
            raise
        return loaded


def _load_with_wal(path: Path) -> sqlite3.Connection | None:
    """Return a copy in memory of a database and its pending writes; None if that is not possible just now."""
    files = [path, sidecar_path(path, "-wal")]
    try:
        with TemporaryDirectory(prefix="runlog-") as folder:
            before = [(file.stat().st_mtime_ns, file.stat().st_size) for file in files]
            for file in files:
                shutil.copyfile(file, Path(folder, file.name))
            if before != [(file.stat().st_mtime_ns, file.stat().st_size) for file in files]:
                return None  # somebody writes to it
            with closing(open_writable(Path(folder, path.name))) as db:
                return copy_to_memory(db)
    except OSError:
        return None


def copy_to_memory(db: sqlite3.Connection) -> sqlite3.Connection:
    """Return a copy of a database that is gone when it is closed."""
    with closed_on_error(connect(":memory:")) as memory:
        db.backup(memory)
    return memory


def _connect_uri(uri: str) -> sqlite3.Connection:
    with closed_on_error(connect(uri, uri=True)) as db:
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return db


def is_runlog_database(db: sqlite3.Connection) -> bool:
    """Return whether it has the tables of runlog."""
    names = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return names >= _REQUIRED_TABLES


def integrity_errors(db: sqlite3.Connection) -> list[str]:
    """Return what ``PRAGMA integrity_check`` finds; nothing where the database is sound."""
    try:
        found = [row[0] for row in db.execute(f"PRAGMA integrity_check({_MAX_FAULTS})")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def is_damage(error: StoreError) -> bool:
    """Return whether a database could not be opened because it is damaged, or is no database."""
    damaged = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
    return isinstance(error.__cause__, UNDECODABLE) or error_code(error.__cause__) in damaged


def count_contents(db: sqlite3.Connection) -> HomeContents:
    """Count what a database of runlog holds.

    Raises:
        ValueError: it is a backup whose settings are not what runlog has written.
    """
    given = "SELECT count(*) FROM pragma_table_info('activity') WHERE name = 'given_kind'"
    kind = "coalesce(given_kind, kind)" if _query_int(db, given) else "kind"  # no backup of old has it
    both = "recording JOIN activity ON activity.id = activity_id"
    runs = _query_int(db, f"SELECT count(DISTINCT activity_id) FROM {both} WHERE {kind} = 'run'")  # noqa: S608 - our own names
    made, config, checksum = _read_backup_row(db)
    return HomeContents(
        version=read_version(db),
        runs=runs,
        others=_query_int(db, "SELECT count(*) FROM activity") - runs,
        ratings=_query_int(db, "SELECT count(*) FROM entry"),
        shoes=_query_int(db, "SELECT count(*) FROM shoe"),
        made=datetime.fromisoformat(made) if made else None,
        config=config,
        checksum=checksum,
    )


def read_version(db: sqlite3.Connection) -> int:
    """Return the version of the tables of a database."""
    return _query_int(db, "PRAGMA user_version")


def _query_int(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def has_backup_row(db: sqlite3.Connection) -> bool:
    """Return whether it has the table that only a backup has."""
    return bool(_query_int(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'backup'"))


def _read_backup_row(db: sqlite3.Connection) -> tuple[str | None, bytes | None, str | None]:
    """Return time, settings and checksum of a backup.

    Raises:
        ValueError: they are not what `runlog backup` has written.
    """
    if not has_backup_row(db):
        return None, None, None
    found = db.execute("SELECT max(length(config)) AS config, count(*) AS rows FROM backup").fetchone()
    if found["rows"] != 1:
        raise ValueError("its settings are lost")
    if (found["config"] or 0) > MAX_CONFIG_BYTES:
        raise ValueError(f"its settings are larger than {MAX_CONFIG_BYTES // 2**20} MB")
    row = db.execute("SELECT * FROM backup").fetchone()
    return row["made_at"], row["config"], (row["sha256"] if "sha256" in row.keys() else None)  # noqa: SIM118 - a Row


#: The files next to a database in use.
WAL_SUFFIXES = ("-wal", "-shm")


def sidecar_path(path: Path, end: str) -> Path:
    """Return the path of the file with that ending next to a database."""
    return path.with_name(f"{path.name}{end}")


def open_writable(path: Path) -> sqlite3.Connection:
    """Open a database to write to it, just as it is."""
    return connect(path, timeout=BUSY_TIMEOUT_S)


def copy_database(source: Path, draft: Path, reported_path: Path) -> None:
    """Copy a database as it is at this moment, into one file without a WAL; errors name ``reported_path``."""
    make_file(draft)
    with (
        open_read_only(source) as db,
        translate_write_errors(reported_path),
        closing(open_writable(draft)) as target,
    ):
        db.backup(target, progress=limit_busy_wait(source))
        target.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def translate_write_errors(file: Path) -> Iterator[None]:
    """Turn write errors into BadInput; let corruption of the source pass."""
    try:
        yield
    except sqlite3.Error as error:
        if error_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        reason = _(FULL) if error_code(error) == sqlite3.SQLITE_FULL else error
        raise BadInput("{file}: cannot be written: {reason}", file=file, reason=reason) from error


def limit_busy_wait(path: Path) -> Callable[[int, int, int], None]:
    """Abort a copy that waits for a lock too long; sqlite3 would wait forever."""
    begun = monotonic()

    def wait(status: int, _left: int, _pages: int) -> None:
        waits = status & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if waits and monotonic() - begun > BUSY_TIMEOUT_S:
            raise StoreError(f"{path}: {_(LOCKED)}")

    return wait


def fsync_path(path: Path) -> None:
    """Flush a file to the disk; a folder only where the system can do that."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


MAGIC = b"SQLite format 3\x00"  # what every database begins with
_PAGE_SIZE_AT = slice(16, 18)
_PAGE_SIZES = (1, *(2**power for power in range(9, 16)))  # 1 for 65536


def is_cut_off(path: Path) -> bool:
    """Return whether a database ends within a page, as a copy does that was stopped; SQLite fills that up."""
    with path.open("rb") as file:
        header = file.read(_PAGE_SIZE_AT.stop)
    page_size = int.from_bytes(header[_PAGE_SIZE_AT], "big")
    if not header.startswith(MAGIC) or page_size not in _PAGE_SIZES:
        return False
    return path.stat().st_size % (2**16 if page_size == 1 else page_size) != 0


class ChangeWatcher:
    """Tells of each change of a database, by whichever connection and process; for use in any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._db: sqlite3.Connection | None = None
        self._file = (0, 0)

    def version(self) -> tuple[int, int, int]:
        """Return a value that is another one after each change, also when a backup was restored.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._lock, translate_errors(self._path):
            status = self._path.stat() if self._path.exists() else None
            file = (status.st_dev, status.st_ino) if status else (0, 0)
            if self._db is None or self._file != file:
                self._close()
                self._db = connect(self._path, timeout=BUSY_TIMEOUT_S, any_thread=True)
                self._file = file
            return (*file, _query_int(self._db, "PRAGMA data_version"))

    def close(self) -> None:
        """Close its connection; it opens another one when asked again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
        self._db = None
