"""The files of an import: found in folders, told apart by their bytes."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotTaken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Found:
    """A file to import: as the runner named it, and by the absolute path that the store knows it by."""

    named: str
    path: str

    @property
    def known_as(self) -> str:
        """The path for the store, which keeps text: the bytes of a name that are none are written out."""
        return os.fsencode(self.path).decode("utf-8", errors="backslashreplace")


def find(paths: Iterable[str | os.PathLike[str]]) -> list[Found]:
    """All files that these files and folders name, each once, in the order of their absolute paths.

    Hidden files in a folder are left out and links to other folders not followed. What is
    not there stays in the list, so that it is told of.
    """
    found: dict[str, Found] = {}
    for given in paths:
        for path in _walk(Path(given).expanduser()):
            absolute = os.path.abspath(path)  # noqa: PTH100 - resolve() would give a link's target
            found.setdefault(absolute, Found(str(path), absolute))
    return [found[path] for path in sorted(found)]


def _walk(path: Path) -> Iterator[Path]:
    if not _is_folder(path):
        yield path
        return
    unreadable: list[OSError] = []
    for folder, inner, names in os.walk(path, onerror=unreadable.append):
        inner[:] = [name for name in inner if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if not name.startswith("."))
    yield from (Path(error.filename) for error in unreadable)


def _is_folder(path: Path) -> bool:
    with suppress(OSError):  # a name that is too long
        return path.is_dir()
    return False


def sha256_of(path: str) -> str:
    """The hash of a file's bytes, in hex.

    Raises:
        BadInput: there is no such file, or it cannot be read.
        NotTaken: it is a device, pipe or socket, which may never end.
    """
    try:
        if Path(path).is_dir():
            raise BadInput("this folder cannot be read")
        if Path(path).exists() and not Path(path).is_file():
            raise NotTaken("a device or pipe, not a file")
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise BadInput("no such file") from error
    except ValueError as error:
        raise BadInput("no file can have this name") from error
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror or error}") from error


def size_of(path: str) -> int:
    """The size of a file in bytes, 0 where none of that name can be seen."""
    with suppress(OSError, ValueError):
        return Path(path).stat().st_size
    return 0
