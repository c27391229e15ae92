"""A home in one file: made while others write to it, checked before it is in place, and put back whole.

A backup is the database of runlog itself, with one table more: the settings of that time.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

from runlog.errors import BadInput, StoreError
from runlog.files import drafted
from runlog.settings import CONFIG
from runlog.store import rows
from runlog.store.keeping import looking
from runlog.store.keeping.copying import BESIDE, beside, connect, copy, sync, written
from runlog.store.schema import MIGRATIONS
from runlog.store.seam import DATABASE

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime
    from pathlib import Path

    from runlog.store.keeping.looking import Contents

_MAGIC = b"SQLite format 3\x00"


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
            copy(live, draft, file)
            with written(file), closing(connect(draft)) as db:
                _keep_config(db, home / CONFIG, now)
                contents = _sound(db, live)
            sync(draft)
        sync(file.parent)
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
            return of_a_backup(db, file)
    except StoreError as error:
        raise BadInput(f"{file}: this backup is damaged or cannot be read; use another one") from error


def of_a_backup(db: sqlite3.Connection, file: Path) -> Contents:
    """What a database holds that can be put into a home; raises as ``look`` does."""
    if not looking.is_runlogs(db):
        raise BadInput(f"{file}: a database, but not one of runlog")
    found = looking.faults(db)
    if found:
        raise BadInput(f"{file}: this backup is damaged ({found[0]}); use another one")
    contents = looking.contents(db)
    if contents.version > len(MIGRATIONS):
        raise BadInput(f"{file}: a newer runlog has written it; update this one, then restore again")
    return contents


def _refuse_place(home: Path, file: Path, *, force: bool) -> None:
    if file.is_dir():
        raise BadInput(f"{file}: this is a folder; name a file in it, like {file / 'runlog-backup.db'}")
    if not file.parent.is_dir():
        raise BadInput(f"{file.parent}: there is no such folder; make it first, or choose another")
    own = [home / CONFIG, *(beside(home / DATABASE, end) for end in ("", *BESIDE))]
    if file.resolve() in [path.resolve() for path in own]:
        raise BadInput(f"{file}: this is where runlog keeps what is to be backed up; choose another file")
    if file.exists() and not force:
        raise BadInput(f"{file}: there is a file of that name already; --force replaces it")


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


def _refuse_other(file: Path, magic: bytes) -> NoReturn:
    if magic.startswith(b"PK"):
        raise BadInput(f"{file}: a zip archive and no backup; what an app exports is read by runlog import")
    raise BadInput(f"{file}: no backup of runlog; those are made by: runlog backup FILE")
