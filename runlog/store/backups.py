"""A home in one file: made while others write to it, checked before it is in place, and put back whole.

A backup is the database of runlog itself, with one table more: the settings of that time.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, NoReturn

from runlog.errors import BadInput, StoreError
from runlog.files import drafted, write_atomically
from runlog.store import looking, rows
from runlog.store.looking import Contents
from runlog.store.schema import MIGRATIONS
from runlog.store.seam import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

__all__ = ["Contents", "Restored", "backup", "look", "present", "restore"]

DATABASE = "runlog.db"
CONFIG = "config.toml"

_BESIDE = ("-wal", "-shm")  # what SQLite keeps beside a database in use
_MAGIC = b"SQLite format 3\x00"
_WAIT_FOR_OTHERS_S = 60.0
_PAGES_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where that lies which it took the place of (None: there was nothing)."""

    contents: Contents
    database_aside: Path | None
    config_aside: Path | None


def backup(home: Path, file: Path, now: datetime, *, force: bool = False) -> Contents:
    """Put all that a runner owns, settings included, into one file; others may go on writing meanwhile.

    Args:
        home: the runner's folder.
        file: where to; its folder has to be there.
        now: told by the backup as its time.
        force: take the place of a file that is there already.

    Raises:
        BadInput: there is nothing to back up, or the file cannot be written there.
        StoreError: the database is damaged or cannot be read.
    """
    live = home / DATABASE
    if not live.exists():
        raise BadInput(f"{home}: there is nothing to back up yet; is this the right --home?")
    _refuse_place(home, file, force=force)
    try:
        with drafted(file) as draft:
            _copy(live, draft, file)
            with _written(file), closing(_connect(draft)) as db:
                _keep_config(db, home / CONFIG, now)
                contents = _sound(db, live)
            _sync(draft)
        _sync(file.parent)
    except OSError as error:
        raise BadInput(f"{file}: cannot be written: {error.strerror or error}") from error
    return contents


def look(file: Path) -> Contents:
    """What a backup holds.

    Raises:
        BadInput: it is no database of runlog, is damaged, or a newer runlog has written it.
    """
    try:
        with file.open("rb") as beginning:
            magic = beginning.read(len(_MAGIC))
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror or error}") from error
    if magic != _MAGIC:
        _refuse_other(file, magic)
    try:
        with looking.opened(file) as db:
            return _of_a_backup(db, file)
    except StoreError as error:
        raise BadInput(f"{file}: this backup is damaged or cannot be read; use another one") from error


def present(home: Path) -> Contents | None:
    """What a home holds now; None where it has no database.

    Raises:
        StoreError: its database cannot be read.
    """
    live = home / DATABASE
    if not live.exists():
        return None
    with looking.opened(live) as db:
        if looking.faults(db):
            raise StoreError(f"{live}: it is damaged")
        return looking.contents(db) if looking.is_runlogs(db) else None


def restore(home: Path, file: Path, now: datetime) -> Restored:
    """Put a backup in the place of all that a home holds, which is kept aside.

    Whoever has the home open goes on with what was restored. When this is stopped midway, the
    home holds all of the old or all of the new.

    Args:
        home: the runner's folder.
        file: a backup, or a copy of a runlog.db.
        now: local time, for the names of what is kept aside.

    Raises:
        BadInput: the file is no backup, is damaged, or a newer runlog has written it.
        StoreError: the home cannot be written, or another program writes to it for too long.
    """
    look(file)
    live = home / DATABASE
    try:
        home.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".restore-", dir=home) as folder:
            draft = Path(folder, DATABASE)
            _copy(file, draft, live)
            with _written(live), closing(_connect(draft)) as db:
                contents = _of_a_backup(db, file)
                db.execute("DROP TABLE IF EXISTS backup")
            aside = _put_in_place(draft, live, now)
        return Restored(contents, aside, _put_config(contents.config, home / CONFIG, now))
    except OSError as error:
        raise StoreError(f"{error.filename or home}: cannot be written: {error.strerror or error}") from error


# ---- a file that can be relied on


def _refuse_place(home: Path, file: Path, *, force: bool) -> None:
    if file.is_dir():
        raise BadInput(f"{file}: this is a folder; name a file in it, like {file / 'runlog-backup.db'}")
    if not file.parent.is_dir():
        raise BadInput(f"{file.parent}: there is no such folder; make it first, or choose another")
    own = [home / CONFIG, *(_beside(home / DATABASE, end) for end in ("", *_BESIDE))]
    if file.resolve() in [path.resolve() for path in own]:
        raise BadInput(f"{file}: this is where runlog keeps what is to be backed up; choose another file")
    if file.exists() and not force:
        raise BadInput(f"{file}: there is a file of that name already; --force replaces it")


def _copy(source: Path, draft: Path, told: Path) -> None:
    """Copy a database as it is at this moment, into one file that needs none beside it."""
    with looking.opened(source) as db, _written(told), closing(_connect(draft)) as target:
        db.backup(target, progress=_patience(source))
        target.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _written(file: Path) -> Iterator[None]:
    """Say which file cannot be written; damage is of what is read."""
    try:
        yield
    except sqlite3.Error as error:
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        reason = "the disk is full; make room and try again" if primary == sqlite3.SQLITE_FULL else error
        raise BadInput(f"{file}: cannot be written: {reason}") from error


def _keep_config(db: sqlite3.Connection, config: Path, now: datetime) -> None:
    text = config.read_bytes() if config.exists() else None
    db.execute("DROP TABLE IF EXISTS backup")
    db.execute("CREATE TABLE backup (made_at TEXT NOT NULL, config BLOB) STRICT")
    db.execute("INSERT INTO backup VALUES (?, ?)", (rows.time_text(now), text))


def _sound(db: sqlite3.Connection, live: Path) -> Contents:
    found = looking.faults(db)
    if found:
        raise StoreError(
            f"{live}: it is damaged ({found[0]}), so no backup was made; runlog doctor says what to do"
        )
    return looking.contents(db)


def _of_a_backup(db: sqlite3.Connection, file: Path) -> Contents:
    if not looking.is_runlogs(db):
        raise BadInput(f"{file}: a database, but not one of runlog")
    found = looking.faults(db)
    if found:
        raise BadInput(f"{file}: this backup is damaged ({found[0]}); use another one")
    contents = looking.contents(db)
    if contents.version > len(MIGRATIONS):
        raise BadInput(f"{file}: a newer runlog has written it; update this one, then restore again")
    return contents


def _refuse_other(file: Path, magic: bytes) -> NoReturn:
    if magic.startswith(b"PK"):
        raise BadInput(f"{file}: a zip archive and no backup; what an app exports is read by runlog import")
    raise BadInput(f"{file}: no backup of runlog; those are made by: runlog backup FILE")


# ---- into the place of what is there


def _put_in_place(draft: Path, live: Path, now: datetime) -> Path | None:
    """Put the draft in the place of the live database; return where the former one is kept."""
    if _is_whole(live):
        aside = _free_name(live, now)
        with drafted(aside) as copy:
            _copy(live, copy, aside)
        shutil.copymode(live, aside)
        _overwrite(draft, live)
        return aside
    return _exchange(draft, live, now)


def _is_whole(live: Path) -> bool:
    if not live.exists():
        return False
    try:
        with looking.opened(live) as db:
            return not looking.faults(db)
    except StoreError:
        return False


def _overwrite(draft: Path, live: Path) -> None:
    """Copy over a live database in one transaction, which other processes see whole or not at all."""
    with translated(live), closing(_connect(live)) as target, closing(_connect(draft)) as db:
        target.execute("PRAGMA journal_mode = WAL")
        target.execute("PRAGMA synchronous = FULL")
        page_size = int(target.execute("PRAGMA page_size").fetchone()[0])
        if page_size != int(db.execute("PRAGMA page_size").fetchone()[0]):
            db.execute(f"PRAGMA page_size = {page_size}")
            db.execute("VACUUM")
        db.backup(target, pages=_PAGES_AT_ONCE, progress=_patience(live))
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _exchange(draft: Path, live: Path, now: datetime) -> Path | None:
    """Move the draft to where a damaged database is, or none; what was there nobody can have in use."""
    aside = _free_name(live, now)
    there = [end for end in ("", *_BESIDE) if _beside(live, end).exists()]
    for end in there:
        shutil.copy2(_beside(live, end), _beside(aside, end))
    for end in there:
        if end:
            _beside(live, end).unlink()  # else SQLite would take its pages for those of the new database
    _sync(draft)
    draft.replace(live)
    _sync(live.parent)
    return aside if there else None


def _put_config(config: bytes | None, place: Path, now: datetime) -> Path | None:
    """Put the settings of the backup in place; without any in it, those that are there stay."""
    before = place.read_bytes() if place.exists() else None
    if config is None or config == before:
        return None
    aside = None
    if before is not None:
        aside = _free_name(place, now)
        write_atomically(aside, before)
    write_atomically(place, config)
    return aside


def _free_name(path: Path, now: datetime) -> Path:
    name = f"{path.name}.before-restore-{now:%Y%m%d-%H%M%S}"
    aside = path.with_name(name)
    number = 2
    while aside.exists():
        aside = path.with_name(f"{name}-{number}")
        number += 1
    return aside


def _beside(path: Path, end: str) -> Path:
    return path.with_name(f"{path.name}{end}")


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_WAIT_FOR_OTHERS_S, isolation_level=None)
    db.row_factory = sqlite3.Row
    return db


def _patience(path: Path) -> Callable[[int, int, int], None]:
    """Stop a copy that waits for others too long: sqlite3 alone would wait for ever."""
    begun = monotonic()

    def wait(status: int, _left: int, _pages: int) -> None:
        waits = status & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if waits and monotonic() - begun > _WAIT_FOR_OTHERS_S:
            raise StoreError(f"{path}: another program is writing to it; try again when that has finished")

    return wait


def _sync(path: Path) -> None:
    """See that what was written is on the disk; folders only where the system can do that."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
