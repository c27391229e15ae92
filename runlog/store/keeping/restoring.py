"""A backup put back into a home, all of it or nothing, whoever has the home open."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from runlog.errors import StoreError
from runlog.files import drafted, write_atomically
from runlog.settings import CONFIG
from runlog.store.keeping import looking
from runlog.store.keeping.backups import look, of_a_backup
from runlog.store.keeping.copying import BESIDE, beside, connect, copy, patience, sync, written
from runlog.store.seam import DATABASE, translated

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.store.keeping.looking import Contents

_PAGES_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where that lies which it took the place of (None: there was nothing)."""

    contents: Contents
    database_aside: Path | None
    config_aside: Path | None


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
            copy(file, draft, live)
            with written(live), closing(connect(draft)) as db:
                contents = of_a_backup(db, file)
                db.execute("DROP TABLE IF EXISTS backup")
            aside = _put_in_place(draft, live, now)
        return Restored(contents, aside, _put_config(contents.config, home / CONFIG, now))
    except OSError as error:
        raise StoreError(f"{error.filename or home}: cannot be written: {error.strerror or error}") from error


def _put_in_place(draft: Path, live: Path, now: datetime) -> Path | None:
    """Put the draft in the place of the live database; return where the former one is kept."""
    if _is_whole(live):
        aside = _free_name(live, now)
        with drafted(aside) as draft_aside:
            copy(live, draft_aside, aside)
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
    except StoreError as error:
        if not looking.means_damage(error):
            raise
        return False


def _overwrite(draft: Path, live: Path) -> None:
    """Copy over a live database in one transaction, which other processes see whole or not at all."""
    with translated(live), closing(connect(live)) as target, closing(connect(draft)) as db:
        target.execute("PRAGMA journal_mode = WAL")
        target.execute("PRAGMA synchronous = FULL")
        page_size = int(target.execute("PRAGMA page_size").fetchone()[0])
        if page_size != int(db.execute("PRAGMA page_size").fetchone()[0]):
            db.execute(f"PRAGMA page_size = {page_size}")
            db.execute("VACUUM")
        db.backup(target, pages=_PAGES_AT_ONCE, progress=patience(live))
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _exchange(draft: Path, live: Path, now: datetime) -> Path | None:
    """Move the draft to where a damaged database is, or none; what was there nobody can have in use."""
    aside = _free_name(live, now)
    there = [end for end in ("", *BESIDE) if beside(live, end).exists()]
    for end in there:
        shutil.copy2(beside(live, end), beside(aside, end))
    for end in there:
        if end:
            beside(live, end).unlink()  # else SQLite would take its pages for those of the new database
    sync(draft)
    draft.replace(live)
    sync(live.parent)
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
