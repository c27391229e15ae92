"""Hold all state of one runner in one SQLite file.

Open it with `open`; `Store.reading` and `Store.writing` give a connection, ``db``, to the functions of this
package's modules. Those that change anything work within one transaction.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from functools import wraps
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, Self, TypeVar

from runlog import fileio
from runlog.errors import StoreError, system_reason
from runlog.records import Snapshot
from runlog.settings import CONFIG_NAME
from runlog.store import (
    activities,
    changes,
    clouds,
    connection,
    diary,
    recordings,
    routes,
    shoes,
    trials,
)
from runlog.store.connection import closed_on_error, transaction, translate_errors
from runlog.store.schema import is_current, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.model import Track
    from runlog.records import ReadBefore
    from runlog.store.tracks import PackedDerived

P = ParamSpec("P")
T = TypeVar("T")
#: A function of this package's modules.
Query = Callable[Concatenate[sqlite3.Connection, P], T]


def open(folder: Path, read_before: ReadBefore | None = None) -> Store:  # noqa: A001 - reads as store.open
    """Open the store in this folder, making both where they are not there yet, for their owner alone.

    A home that others could read is closed to them, which is logged as a warning. One that cannot be
    written, read-only or on a full disk, is opened for reading.

    It adds to ``read_before``, the activities that snapshots of this folder held.

    Raises:
        StoreError: it cannot be made or opened, or a newer runlog has written it.
    """
    path = folder / connection.DATABASE
    try:
        fileio.make_folder(folder)
    except OSError as error:
        raise StoreError(
            "{folder}: the folder cannot be made: {reason}", folder=folder, reason=system_reason(error)
        ) from error
    existed = path.exists()
    with suppress(OSError):  # sqlite says why it cannot be made
        fileio.make_file(path)
    try:
        with translate_errors(path), closed_on_error(connection.open_writable(path)) as db:
            _configure(db)
    except StoreError as error:
        if not existed or connection.error_code(error.__cause__) not in connection.UNWRITABLE_CODES:
            raise
        return Store(path, _open_unwritable(path, error), read_before, unwritable=str(error))
    could_enter = fileio.is_open_to_others(folder)
    if close_home(folder) and could_enter and existed:
        logging.getLogger("runlog").warning(
            "%s: other users of this computer could read what is in it; now you alone can", folder
        )
    return Store(path, db, read_before)


def _open_unwritable(path: Path, reason: StoreError) -> sqlite3.Connection:
    """Open a database that cannot be written; one of an older runlog as a copy, brought up to date.

    Raises:
        StoreError: it cannot be read either, for the reason why it cannot be written.
    """
    try:
        with translate_errors(path):
            db = connection.connect_read_only(path)
            if is_current(db):
                return db
            with closing(db), closed_on_error(connection.copy_to_memory(db)) as copy:
                migrate(copy)
            return copy
    except StoreError as error:
        if connection.error_code(error.__cause__) in connection.UNWRITABLE_CODES:
            raise reason from error
        raise


def _write_ahead(db: sqlite3.Connection) -> None:
    """Let readers and a writer work at once.

    Where several make a database together, SQLite refuses all but one at once, whatever the timeout.
    """
    begun = monotonic()
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            waited = monotonic() - begun
            if connection.error_code(error) != sqlite3.SQLITE_BUSY or waited > connection.BUSY_TIMEOUT_S:
                raise
            sleep(_ASK_AGAIN_S)
        else:
            return


#: A database that is made by another process is asked for again after this time, in seconds.
_ASK_AGAIN_S = 0.02


def _configure(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    _write_ahead(db)
    db.execute("PRAGMA synchronous = NORMAL")
    migrate(db)
    if connection.has_backup_row(db):  # a backup copied into place by hand: its checksum soon is outdated
        db.execute("DROP TABLE IF EXISTS backup")


class Store:
    """Everything stored for one runner. A context manager; every error of sqlite3 comes as StoreError.

    Where nothing can be written, because the home is read-only or the disk full, it is read all the same:
    what runlog finds again by itself (``write_derived``) is then held in memory, until the store is closed.
    """

    def __init__(
        self, path: Path, db: sqlite3.Connection, read_before: ReadBefore | None = None, unwritable: str = ""
    ) -> None:
        self.path = path
        self._db = db
        self._read_before = read_before
        self._unwritable = unwritable  # why nothing can be written
        self._in_memory = False
        self._in_change = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; closing again does nothing."""
        with translate_errors(self.path):
            self._db.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Return the connection, for reading with the functions of this package."""
        with translate_errors(self.path, reading=True):
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Return the connection within one transaction, which a raised exception rolls back.

        Raises:
            StoreError: nothing can be written.
        """
        self.check_writable()
        with translate_errors(self.path), transaction(self._db):
            yield self._db

    def read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function of this package's modules reads, as in ``store.read(read_entries)``."""
        with self.reading() as db:
            return query(db, *args, **kwargs)

    def write(self, command: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function of this package's modules in one transaction, and return what it returns."""
        with self.writing() as db:
            return command(db, *args, **kwargs)

    def change(self, command: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function by which the runner changes something, so that it can be undone; see ``write``."""
        if self._in_change:
            return command(self._db, *args, **kwargs)
        with self.as_one_change(getattr(command, "__name__", "")):
            return command(self._db, *args, **kwargs)

    @contextmanager
    def as_one_change(self, what: str) -> Iterator[None]:
        """Make all changes of the block in one transaction, undone in one go, as the function ``what``."""
        with self.writing() as db, changes.recording_change(db, what):
            self._in_change = True
            try:
                yield
            finally:
                self._in_change = False

    def check_writable(self) -> None:
        """Raise StoreError if it is known that nothing can be written."""
        if self._unwritable:
            raise StoreError(self._unwritable)

    def write_derived(self, command: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that stores what runlog finds again by itself, and return what it returns.

        Where nothing can be written it writes to a copy in memory, and a warning is logged.
        """
        try:
            if not self._unwritable:
                return self.write(command, *args, **kwargs)
        except StoreError as error:
            if connection.error_code(error.__cause__) not in connection.UNWRITABLE_CODES:
                raise
            self._unwritable = str(error)
        with translate_errors(self.path):
            if not self._in_memory:
                with closing(self._db):
                    self._db = connection.copy_to_memory(self._db)
                self._in_memory = True
                logging.getLogger("runlog").warning(
                    "what was found out is shown and not saved: %s", self._unwritable
                )
            with transaction(self._db):
                return command(self._db, *args, **kwargs)

    @contextmanager
    def consistent_reads(self) -> Iterator[None]:
        """Read from one consistent state, whatever others write meanwhile; writing is not possible."""
        with translate_errors(self.path):
            self._db.execute("BEGIN")
        try:
            yield
        finally:
            with translate_errors(self.path):
                self._db.execute("ROLLBACK")

    def read_snapshot(self, *, derived: bool = True) -> Snapshot:
        """Read everything that a history is built of, with or without what is derived of tracks."""
        with self.reading() as db:
            return Snapshot(
                activities=activities.read_activities(
                    db, derived=derived, read_before=self._read_before if derived else None
                ),
                entries=diary.read_entries(db),
                shoes=shoes.read_shoes(db),
                shoe_rules=shoes.read_shoe_rules(db),
                routes=routes.read_routes(db),
                route_ids=routes.read_route_by_run(db),
                plans=trials.read_trials(db),
                nights=diary.read_nights(db),
                services=clouds.read_services(db),
            )

    def update_derived(self, derive: Callable[[Track], PackedDerived], version: int) -> None:
        """Recompute derived values that are missing or were made by another version of the code."""
        for recording_id in self.read(activities.recordings_without_derived, version):
            track = self.read(activities.read_recording_track, recording_id)
            if track is not None:
                self.write_derived(recordings.save_derived, recording_id, derive(track))


class _HasStore(Protocol):
    @property
    def _store(self) -> Store: ...


def reads(query: Query[P, T]) -> Callable[Concatenate[_HasStore, P], T]:
    """Make a method, with the same arguments and docstring, of a function that reads the database."""

    @wraps(query)
    def method(owner: _HasStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return owner._store.read(query, *args, **kwargs)  # noqa: SLF001 - it becomes a method of the owner

    return method


def writes(command: Query[P, T]) -> Callable[Concatenate[_HasStore, P], T]:
    """Make a method of a function by which the runner changes something, in a transaction of its own."""

    @wraps(command)
    def method(owner: _HasStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return owner._store.change(command, *args, **kwargs)  # noqa: SLF001 - it becomes a method of the owner

    return method


#: The folders in the home that hold the reports, and what the pages of `runlog serve` need.
REPORTS = "reports"
WEB = "web"

_OWN_NAMES = (connection.DATABASE, CONFIG_NAME, f".{connection.DATABASE}", f".{CONFIG_NAME}", ".restore-")


def list_open(home: Path) -> list[Path]:
    """Return the home and those of runlog's files in it that others than their owner may read.

    Other files in the home, and what links point to, are left out. So is the home itself where it is a
    folder that serves more than runlog: the runner's own home folder, or one where everybody may write.
    """
    return [path for path in _own_paths(home) if fileio.is_open_to_others(path)]


def close_home(home: Path) -> list[Path]:
    """Close the home and runlog's files in it to others; return those that were open and are closed now."""
    closed = []
    for path in list_open(home):
        try:
            fileio.close_to_others(path)
        except OSError:  # another's file, or a disk that cannot be written: doctor names it
            continue
        closed.append(path)
    return closed


def _own_paths(home: Path) -> Iterator[Path]:
    if not _is_shared(home):
        yield home
    try:
        entries = sorted(home.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(_OWN_NAMES):
            yield entry
        elif entry.name in {REPORTS, WEB}:
            yield entry
            for folder, folders, files in os.walk(entry):
                yield from (Path(folder, name) for name in sorted([*folders, *files]))


def _is_shared(folder: Path) -> bool:
    """Return whether a folder is the runner's own home folder or one like /tmp."""
    try:
        return folder.resolve() == Path.home().resolve() or bool(folder.stat().st_mode & 0o1000)
    except (OSError, RuntimeError):
        return True
