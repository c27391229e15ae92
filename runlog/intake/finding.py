"""The files of an import: found in folders, with what a listing shows of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UNSEEN = -1


class Found(NamedTuple):
    """A file to import: as the runner named it, by its absolute path, and what a listing shows of it."""

    named: str
    path: str
    size: int = UNSEEN
    mtime_ns: int = UNSEEN

    @property
    def known_as(self) -> str:
        """The path for the store, which keeps text: the bytes of a name that are none are written out."""
        return self.path if self.path.isascii() else _text(self.path)


def _text(path: str) -> str:
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")


def find(paths: Iterable[str | os.PathLike[str]]) -> list[Found]:
    """All files that these files and folders name, each once, in the order of their absolute paths.

    Hidden files in a folder are left out and links to other folders not followed. What is
    not there stays in the list, so that it is told of.
    """
    found: dict[str, Found] = {}
    for given in paths:
        named = os.path.expanduser(given)  # noqa: PTH111 - Path would drop what tells ./a from a
        absolute = os.path.abspath(named)  # noqa: PTH100 - resolve() would give a link's target
        for file in _walk(os.path.normpath(named), absolute):
            found.setdefault(file.path, file)
    return [found[path] for path in sorted(found)]


def _walk(named: str, path: str) -> Iterator[Found]:
    """The file itself, or the files in the folder and in the folders within."""
    try:
        entries = list(os.scandir(path))
    except (OSError, ValueError):  # no folder, or one that cannot be read, which its loading tells
        yield _seen(named, path, Path(path))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        inner = f"{named}{os.sep}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(inner, entry.path)
        elif not (entry.is_symlink() and _is_folder(entry)):
            yield _seen(inner, entry.path, entry)


def _seen(named: str, path: str, at: os.DirEntry[str] | Path) -> Found:
    try:
        status = at.stat()
    except (OSError, ValueError):
        return Found(named, path)
    return Found(named, path, status.st_size, status.st_mtime_ns)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False
