"""Keep a home to its owner: find what others may read, and close it to them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.fileio import close_to_others, is_open_to_others
from runlog.settings import CONFIG_NAME
from runlog.store.connection import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The folders in the home that hold the reports, and what the pages of `runlog serve` need.
REPORTS = "reports"
WEB = "web"

_OWN_NAMES = (DATABASE, CONFIG_NAME, f".{DATABASE}", f".{CONFIG_NAME}", ".restore-")


def list_open(home: Path) -> list[Path]:
    """Return the home and those of runlog's files in it that others than their owner may read.

    Other files in the home, and what links point to, are left out. So is the home itself where it is a
    folder that serves more than runlog: the runner's own home folder, or one where everybody may write.
    """
    return [path for path in _own_paths(home) if is_open_to_others(path)]


def close_home(home: Path) -> list[Path]:
    """Close the home and runlog's files in it to others; return those that were open and are closed now."""
    closed = []
    for path in list_open(home):
        try:
            close_to_others(path)
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
