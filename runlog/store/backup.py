"""Back up a home into one file, and restore it completely or not at all.

A backup is runlog's own database with one extra table that holds the settings and a checksum of it all.
"""

from __future__ import annotations

import shutil
import struct
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from runlog.errors import BadInput, StoreError, cannot_read, cannot_write
from runlog.fileio import delete_stale_drafts, make_folder, replace_atomically, write_atomically
from runlog.results import RestoreResult
from runlog.settings import CONFIG_NAME
from runlog.store import checks, close_home, connection, rows
from runlog.store.connection import (
    DATABASE,
    MAX_CONFIG_BYTES,
    WAL_SUFFIXES,
    copy_database,
    fsync_path,
    limit_busy_wait,
    open_writable,
    sidecar_path,
    translate_errors,
    translate_write_errors,
)
from runlog.store.schema import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from runlog.results import HomeContents


def make_backup(home: Path, file: Path, now: datetime, *, force: bool = False) -> HomeContents:
    """Back up a home; see ``Journal.backup``.

    The copy is checked as the doctor does. One from which something is lost replaces no other file; as a new
    file it is better than none, and its faults are returned.
    """
    live = home / DATABASE
    if not live.exists():
        raise BadInput("{home}: there is nothing to back up yet; is this the right --home?", home=home)
    _check_target(home, file, force=force)
    config = _read_config(home / CONFIG_NAME)
    delete_stale_drafts(file.parent, file.name)
    try:
        with replace_atomically(file) as draft:
            copy_database(live, draft, file)
            with translate_errors(live, reading=True), closing(open_writable(draft)) as db:
                faults = _find_faults(db, live, file)
                with translate_write_errors(file):
                    db.execute("DROP TABLE IF EXISTS backup")
                    db.execute(checks.BACKUP_TABLE)
                    db.execute("INSERT INTO backup VALUES (?, ?, ?)", (rows.utc_text(now), config, "0" * 64))
                    db.execute("UPDATE backup SET sha256 = ?", (content_checksum(db),))
                contents = connection.count_contents(db)
            fsync_path(draft)
        fsync_path(file.parent)
    except OSError as error:
        raise cannot_write(file, error) from error
    return replace(contents, faults=faults)


def inspect_backup(file: Path) -> HomeContents:
    """Return what a backup holds.

    Raises:
        BadInput: it is no database of runlog, is damaged or not as runlog makes it, or a newer one has
            written it.
    """
    try:
        with file.open("rb") as beginning:
            magic = beginning.read(len(connection.MAGIC))
        is_cut_off = connection.is_cut_off(file)
    except OSError as error:
        raise cannot_read(file, error) from error
    if magic.startswith(b"PK"):
        raise BadInput(
            "{file}: a zip archive and no backup; what an app exports is read by runlog import", file=file
        )
    if magic != connection.MAGIC:
        raise BadInput("{file}: no backup of runlog; those are made by: runlog backup FILE", file=file)
    if is_cut_off:
        raise BadInput("{file}: this backup is damaged (its end is missing); use another one", file=file)
    return _read_backup(file, file)


def _read_backup(path: Path, file: Path, *, is_last: bool = False) -> HomeContents:
    """Check a backup, or a copy of the file that errors name, and return what it holds.

    Where it is about to be restored, every row of one that has no checksum is read.
    """
    try:
        with connection.open_read_only(path) as db:
            contents = check_backup(db, file)
            if is_last and contents.checksum is None:
                _check_rows(db, file)
            return contents
    except StoreError as error:
        raise BadInput("{file}: this backup is damaged or unreadable; use another", file=file) from error


def check_backup(db: sqlite3.Connection, file: Path) -> HomeContents:
    """Return what a database holds, once it is known to be a sound one; raises as `inspect_backup` does."""
    if not connection.is_runlog_database(db):
        raise BadInput("{file}: a database, but not one of runlog", file=file)
    if connection.read_version(db) > len(MIGRATIONS):
        raise BadInput("{file}: a newer runlog has written it; update this one, then restore", file=file)
    found = connection.integrity_errors(db) or checks.find_schema_differences(db)
    if found:
        raise BadInput("{file}: this backup is damaged ({found}); use another one", file=file, found=found[0])
    contents = connection.count_contents(db)
    if contents.checksum is not None and contents.checksum != content_checksum(db):
        raise BadInput("{file}: this backup is damaged (its checksum is another); use another one", file=file)
    return contents


def _check_rows(db: sqlite3.Connection, file: Path) -> None:
    lost = next((finding for finding in checks.check_database(db) if finding.is_loss), None)
    if lost is not None:
        raise BadInput(
            "{file}: this backup is damaged ({fault}); use another one. If there is none, "
            "copy it to {database} in an empty home, and see what runlog doctor says there",
            file=file,
            fault=lost.message,
            database=DATABASE,
        )


_SELECT_SCHEMA = (
    "SELECT type, name, tbl_name, sql FROM sqlite_schema "
    "WHERE tbl_name <> 'backup' AND tbl_name NOT LIKE 'sqlite_stat%' ORDER BY type, name"
)
_PRAGMAS = ("user_version", "application_id", "encoding")


class _Text(bytes):
    """A text as its bytes, which need not be UTF-8 in a damaged database."""

    __slots__ = ()


def content_checksum(db: sqlite3.Connection) -> str:
    """Return the SHA-256 of what a backup holds: tables, rows and settings, all but the checksum itself.

    It stays the same however SQLite lays out its pages.
    """
    text_factory, db.text_factory = db.text_factory, _Text
    try:
        cursor = db.cursor()
        cursor.row_factory = None
        digest = sha256()
        for pragma in _PRAGMAS:
            digest.update(_encode_row(cursor.execute(f"PRAGMA {pragma}").fetchone()))
        schema = cursor.execute(_SELECT_SCHEMA).fetchall()
        tables = [bytes(name).decode() for kind, name, *_ in schema if kind == b"table"]
        queries = [f'SELECT * FROM "{table}" ORDER BY rowid' for table in tables]  # noqa: S608 - compared with our own before
        for query in (_SELECT_SCHEMA, *queries, "SELECT made_at, config FROM backup"):
            digest.update(query.encode())
            for row in cursor.execute(query):
                digest.update(_encode_row(row))
        return digest.hexdigest()
    finally:
        db.text_factory = text_factory


def _encode_row(row: tuple[object, ...]) -> bytes:
    return b"(" + b"".join(map(_encode, row)) + b")"


def _encode(value: object) -> bytes:
    """Return a value as bytes that no other value has, whatever stands after them."""
    if isinstance(value, _Text):
        return b"t%d:" % len(value) + value
    if isinstance(value, bytes):
        return b"b%d:" % len(value) + value
    if isinstance(value, float):
        return b"f" + struct.pack(">d", value)
    return b"n" if value is None else f"i{value}:".encode()


def _check_target(home: Path, file: Path, *, force: bool) -> None:
    if file.is_dir():
        example = file / "runlog-backup.db"
        raise BadInput(
            "{file}: this is a folder; name a file in it, like {example}", file=file, example=example
        )
    if not file.parent.is_dir():
        folder = file.parent
        raise BadInput("{folder}: there is no such folder; make it first, or choose another", folder=folder)
    own = [home / CONFIG_NAME, *(sidecar_path(home / DATABASE, end) for end in ("", *WAL_SUFFIXES))]
    if file.resolve() in [path.resolve() for path in own]:
        raise BadInput("{file}: this is where runlog keeps what is backed up; choose another file", file=file)
    if file.exists() and not force:
        raise BadInput("{file}: there is a file of that name already; --force replaces it", file=file)


def _read_config(config: Path) -> bytes | None:
    if not config.exists():
        return None
    with config.open("rb") as file:
        text = file.read(MAX_CONFIG_BYTES + 1)
    if len(text) > MAX_CONFIG_BYTES:
        raise BadInput(
            "{file}: larger than {most} MB, which settings never are; shorten it or move it away, "
            "then back up again",
            file=config,
            most=MAX_CONFIG_BYTES // 2**20,
        )
    return text


def _find_faults(db: sqlite3.Connection, live: Path, file: Path) -> tuple[str, ...]:
    """Return what is wrong in the copy of a database.

    Raises:
        StoreError: SQLite finds it damaged, its tables are not those of runlog, or something is lost in it
            and it would replace an older backup.
    """
    wrong = [finding for finding in checks.check_database(db) if finding.wrong]
    for finding in wrong:
        if finding.check in checks.FUNDAMENTAL:
            raise StoreError(
                "{live}: it is damaged ({fault}), so no backup was made; runlog doctor says what to do",
                live=live,
                fault=finding.message,
            )
        if finding.is_loss and file.exists():
            raise StoreError(
                "{live}: it is damaged ({fault}), so {file} stays as it was; runlog doctor says "
                "what to do. To back up what is left, name a new file",
                live=live,
                fault=finding.message,
                file=file,
            )
    return tuple(finding.message for finding in wrong)


_PAGES_PER_STEP = 1024


def read_current_contents(home: Path) -> HomeContents | None:
    """Return what a home holds now; None where it has no database.

    Raises:
        StoreError: its database cannot be read.
    """
    live = home / DATABASE
    if not live.exists():
        return None
    with connection.open_read_only(live) as db:
        if connection.integrity_errors(db):
            raise StoreError("{live}: it is damaged", live=live)
        return connection.count_contents(db) if connection.is_runlog_database(db) else None


def restore_backup(home: Path, file: Path, now: datetime) -> RestoreResult:
    """Replace everything in a home by a backup; see ``Journal.restore``.

    Processes that have the home open go on with what was restored. If this is stopped midway, the home holds
    all of the old or all of the new.
    """
    inspect_backup(file)
    live = home / DATABASE
    try:
        make_folder(home)
        close_home(home)
        with TemporaryDirectory(prefix=".restore-", dir=home) as folder:
            draft = Path(folder, DATABASE)
            copy_database(file, draft, live)
            contents = _read_backup(draft, file, is_last=True)
            with translate_write_errors(live), closing(open_writable(draft)) as db:
                db.execute("DROP TABLE IF EXISTS backup")
            renamed = _replace_database(draft, live, now)
        return RestoreResult(contents, renamed, _restore_config(contents.config, home / CONFIG_NAME, now))
    except OSError as error:
        raise StoreError(str(cannot_write(error.filename or home, error))) from error


def _replace_database(draft: Path, live: Path, now: datetime) -> Path | None:
    """Put the draft in the place of the live database; return where the previous one is now."""
    if _is_intact(live):
        renamed = _unused_path(live, now)
        with replace_atomically(renamed) as new_copy:
            copy_database(live, new_copy, renamed)
        shutil.copymode(live, renamed)
        _copy_over(draft, live)
        return renamed
    return _replace_damaged(draft, live, now)


def _is_intact(live: Path) -> bool:
    if not live.exists():
        return False
    try:
        with connection.open_read_only(live) as db:
            return not connection.integrity_errors(db)
    except StoreError as error:
        if not connection.is_damage(error):
            raise
        return False


def _copy_over(draft: Path, live: Path) -> None:
    """Copy over a live database in one transaction, which other processes see whole or not at all."""
    with translate_errors(live), closing(open_writable(live)) as target, closing(open_writable(draft)) as db:
        target.execute("PRAGMA journal_mode = WAL")
        target.execute("PRAGMA synchronous = FULL")
        page_size = int(target.execute("PRAGMA page_size").fetchone()[0])
        if page_size != int(db.execute("PRAGMA page_size").fetchone()[0]):
            db.execute(f"PRAGMA page_size = {page_size}")
            db.execute("VACUUM")
        db.backup(target, pages=_PAGES_PER_STEP, progress=limit_busy_wait(live))
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _replace_damaged(draft: Path, live: Path, now: datetime) -> Path | None:
    """Replace a missing or damaged database, which no process can have open."""
    renamed = _unused_path(live, now)
    there = [end for end in ("", *WAL_SUFFIXES) if sidecar_path(live, end).exists()]
    for end in there:
        shutil.copy2(sidecar_path(live, end), sidecar_path(renamed, end))
    for end in there:
        if end:
            sidecar_path(live, end).unlink()  # else SQLite would take its pages for those of the new database
    fsync_path(draft)
    draft.replace(live)
    fsync_path(live.parent)
    return renamed if there else None


def _restore_config(config: bytes | None, place: Path, now: datetime) -> Path | None:
    """Restore the settings of a backup; where it has none, the present ones stay."""
    before = place.read_bytes() if place.exists() else None
    if config is None or config == before:
        return None
    renamed = None
    if before is not None:
        renamed = _unused_path(place, now)
        write_atomically(renamed, before)
    write_atomically(place, config)
    return renamed


def _unused_path(path: Path, now: datetime) -> Path:
    name = f"{path.name}.before-restore-{now:%Y%m%d-%H%M%S}"
    renamed = path.with_name(name)
    number = 2
    while renamed.exists():
        renamed = path.with_name(f"{name}-{number}")
        number += 1
    return renamed
