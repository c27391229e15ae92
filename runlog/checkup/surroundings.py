"""What a database needs around it: a folder to write to, settings that can be read, room, and libraries."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import time
from importlib import metadata
from typing import TYPE_CHECKING

from runlog import settings
from runlog.errors import BadInput
from runlog.store.checks import CheckFinding
from runlog.store.connection import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEAST_ROOM = 100 * 2**20
_ABANDONED_AFTER_S = 3600.0
_DRAFT = re.compile(r"\.restore-|\.(runlog\.db|config\.toml|report-)")
_ASIDE = ".before-restore-"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def check(home: Path) -> Iterator[CheckFinding]:
    """Check all that is around the database."""
    if home.exists():
        yield from _folder(home)
        yield from _config(home / settings.CONFIG)
        yield from _room(home)
        yield from _left_over(home)
    yield from _libraries()


def _folder(home: Path) -> Iterator[CheckFinding]:
    if not home.is_dir():
        yield CheckFinding("home", True, 1, f"{home}: this is no folder", "name another one with --home")
    elif not os.access(home, os.W_OK | os.X_OK):
        yield CheckFinding(
            "home",
            True,
            1,
            f"{home}: the folder cannot be written",
            "make it writable, or name another with --home",
        )


def _config(config: Path) -> Iterator[CheckFinding]:
    try:
        settings.read(config)
    except BadInput as error:
        yield CheckFinding(
            "config", True, 1, str(error), f"mend that line in {config}, or move the file away"
        )


def _room(home: Path) -> Iterator[CheckFinding]:
    database = home / DATABASE
    needed = max(_LEAST_ROOM, 2 * database.stat().st_size if database.exists() else 0)
    free = shutil.disk_usage(home).free
    if free < needed:
        told = f"only {free / 1e6:.0f} MB are free on the disk of the home"
        yield CheckFinding("room", True, 1, told, f"make room for at least {needed / 1e6:.0f} MB")


def _left_over(home: Path) -> Iterator[CheckFinding]:
    if not home.is_dir() or not os.access(home, os.R_OK):
        return
    now = time.time()
    for folder in (home, home / "reports"):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if _DRAFT.match(path.name) and now - path.lstat().st_mtime > _ABANDONED_AFTER_S:
                told = f"{path}: left behind by a runlog that was stopped"
                yield CheckFinding("left_over", False, 1, told, f"delete it: rm -r {shlex.quote(str(path))}")
            elif _ASIDE in path.name:
                told = f"{path}: kept aside by runlog restore"
                todo = f"delete it once you miss nothing: rm {shlex.quote(str(path))}"
                yield CheckFinding("kept_aside", False, 1, told, todo)


def _libraries() -> Iterator[CheckFinding]:
    missing = [name for name, installed in libraries().items() if installed is None]
    if missing:
        told = f"libraries are not installed: {', '.join(missing)}"
        todo = f"install them: python -m pip install {' '.join(missing)}"
        yield CheckFinding("libraries", True, len(missing), told, todo)


def libraries(extra: str | None = None) -> dict[str, str | None]:
    """The libraries that runlog needs, or one of its extras, and their versions; None is not installed."""
    try:
        needed = metadata.requires("runlog") or []
    except metadata.PackageNotFoundError:  # runlog itself is run from a folder
        return {}
    mark = f'extra == "{extra}"' if extra else "extra =="
    wanted = [one for one in needed if (mark in one.replace("'", '"')) is bool(extra)]
    names = sorted(found[0] for one in wanted if (found := _NAME.match(one)))
    return {name: version(name) for name in names}


def version(name: str) -> str | None:
    """The version of an installed package; None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
