"""With what runlog runs, and what it keeps: versions, sizes and counts."""

from __future__ import annotations

import platform
import shutil
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from runlog.checkup import surroundings
from runlog.errors import StoreError
from runlog.store import connection
from runlog.store.connection import DATABASE

if TYPE_CHECKING:
    from pathlib import Path


def known(home: Path) -> dict[str, Any]:
    """Tell what can be known, whatever is damaged; None is what cannot."""
    database = home / DATABASE
    there = database.exists()
    return {
        "runlog": surroundings.version("runlog"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libraries": surroundings.libraries(),
        "notebook": surroundings.libraries("notebook"),
        "home": str(home),
        "database_bytes": database.stat().st_size if there else None,
        "free_bytes": shutil.disk_usage(home).free if home.exists() else None,
        **_counts(database),
    }


def _counts(database: Path) -> dict[str, int | None]:
    names = ("version", "runs", "others", "ratings", "shoes")
    with suppress(StoreError), connection.open_read_only(database) as db:
        if connection.is_runlog_database(db):
            contents = connection.count_contents(db)
            return {name: getattr(contents, name) for name in names}
    return dict.fromkeys(names)
