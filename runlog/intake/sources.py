"""What is read in an import: a file on disk, or a member of an archive, which is never unpacked to disk."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Protocol

from runlog.errors import BadInput, NotReadable, NotTaken
from runlog.files import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from runlog.intake.finding import Found


class Source(Protocol):
    """Bytes with a name; every error of reading them is a BadInput."""

    @property
    def named(self) -> str:
        """The name to tell it by: the path as the runner named it, and the member within."""

    @property
    def known_as(self) -> str:
        """The absolute path, and the member within."""

    @property
    def size(self) -> int:
        """In bytes."""

    def opened(self) -> AbstractContextManager[IO[bytes]]:
        """The bytes as a file that can be searched."""

    def refuse_bomb(self) -> None:
        """Refuse what unpacks to far more than its size."""

    def head(self, length: int) -> bytes:
        """Read the beginning."""

    def load(self) -> bytes:
        """Read all of it; at most ``LARGEST`` bytes."""

    def beside(self, patterns: tuple[str, ...]) -> dict[str, bytes]:
        """Read the files of the same folder whose names match, by their names."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file on disk."""

    file: Found

    @property
    def named(self) -> str:
        """As the runner named it."""
        return self.file.named

    @property
    def known_as(self) -> str:
        """Its absolute path."""
        return self.file.known_as

    @property
    def size(self) -> int:
        """As the listing showed it."""
        return self.file.size

    def opened(self) -> AbstractContextManager[IO[bytes]]:
        """The bytes as a file; raises as ``open_file`` does."""
        return open_file(self.file.path)

    def refuse_bomb(self) -> None:
        """Nothing on disk is larger than it is."""

    def head(self, length: int) -> bytes:
        """Read the beginning; raises as ``open_file`` does."""
        with self.opened() as file:
            return file.read(length)

    def load(self) -> bytes:
        """Read all of it; raises as ``open_file`` does."""
        return self.head(LARGEST)

    def beside(self, patterns: tuple[str, ...]) -> dict[str, bytes]:
        """Read the files of the same folder whose names match."""
        folder = Path(self.file.path).parent
        with _translated():
            names = os.listdir(folder) if patterns else []  # noqa: PTH208 - the names alone
        found = {}
        for name in matching(names, patterns):
            with open_file(str(folder / name)) as file:
                found[name] = file.read(LARGEST)
        return found


def matching(names: list[str], patterns: tuple[str, ...]) -> list[str]:
    """The names that match one of the patterns, whatever their letter case."""
    return [
        name
        for name in sorted(names)
        if any(fnmatchcase(PurePosixPath(name).name.lower(), pattern.lower()) for pattern in patterns)
    ]


@contextmanager
def open_file(path: str) -> Iterator[IO[bytes]]:
    """Open a file to read its bytes.

    Raises:
        BadInput: there is no such file, or it cannot be read.
        NotTaken: it is a device, pipe or socket, which may never end.
    """
    with _translated():
        if Path(path).is_dir():
            raise BadInput("this folder cannot be read")
        if Path(path).exists() and not Path(path).is_file():
            raise NotTaken("a device or pipe, not a file")
        with Path(path).open("rb") as file:
            yield file


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BadInput("no such file") from error
    except ValueError as error:
        raise BadInput("no file can have this name") from error
    except OSError as error:
        raise NotReadable(f"cannot be read: {error.strerror or error}") from error
