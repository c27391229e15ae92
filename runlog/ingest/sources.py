"""Find the files to import in folders, read them, and watch folders for new ones."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, NamedTuple

from runlog.errors import BadInput, NotReadable, NotTaken, system_reason
from runlog.fileio import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

UNKNOWN_SIZE = -1

#: Reading some files of these never ends (/proc/kmsg), and none is a recording.
_KERNEL_FOLDERS = ("/proc/", "/sys/")


class FoundFile(NamedTuple):
    """A file on disk: as the runner named it, by its absolute path, and its size and time of change.

    ``origin`` is what it is stored as where the path is a passing one, as of a download.
    """

    display_path: str
    path: str
    size: int = UNKNOWN_SIZE
    mtime_ns: int = UNKNOWN_SIZE
    origin: str = ""

    @property
    def abs_path(self) -> str:
        """The absolute path as storable text; undecodable bytes are escaped."""
        if self.origin:
            return self.origin
        return os.fsencode(self.path).decode("utf-8", errors="backslashreplace")

    def open(self) -> AbstractContextManager[IO[bytes]]:
        """Open it; raises as ``open_file`` does."""
        return open_file(self.path)

    def head(self, length: int) -> bytes:
        """Read the beginning; raises as ``open_file`` does."""
        with self.open() as file:
            return file.read(length)

    def read_all(self) -> bytes:
        """Read all of it; raises as ``open_file`` does."""
        return self.head(MAX_FILE_BYTES)

    def read_sidecars(self, patterns: tuple[str, ...]) -> dict[str, bytes]:
        """Read the files of the same folder whose names match."""
        folder = Path(self.path).parent
        with _translate_os_errors():
            names = os.listdir(folder) if patterns else []  # noqa: PTH208 - the names alone
        found = {}
        for name in match_names(names, patterns):
            with open_file(str(folder / name)) as file:
                found[name] = file.read(MAX_FILE_BYTES)
        return found


def find_files(paths: Iterable[str | os.PathLike[str]]) -> list[FoundFile]:
    """Return all files that these files and folders name, each once, in the order of their absolute paths.

    Hidden files in a folder are left out and links to other folders not followed. What is
    not there stays in the list, so that it is reported.
    """
    found: dict[str, FoundFile] = {}
    for given in paths:
        named = os.path.expanduser(given)  # noqa: PTH111 - Path would drop what tells ./a from a
        absolute = os.path.abspath(named)  # noqa: PTH100 - resolve() would give a link's target
        for file in _walk_folder(os.path.normpath(named), absolute):
            found.setdefault(file.path, file)
    return [found[path] for path in sorted(found)]


def _walk_folder(display_path: str, path: str) -> Iterator[FoundFile]:
    """Yield the file itself, or the files in the folder and in the folders within."""
    waiting: list[tuple[str, str]] = [(display_path, path)]
    while waiting:
        shown, folder = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except (OSError, ValueError):  # no folder, or one that cannot be read; reading it reports that
            yield _found_file(shown, folder, Path(folder))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            inner = f"{shown}{os.sep}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append((inner, entry.path))
            elif not (entry.is_symlink() and _is_linked_folder(entry)):
                yield _found_file(inner, entry.path, entry)


def _found_file(display_path: str, path: str, at: os.DirEntry[str] | Path) -> FoundFile:
    try:
        status = at.stat()
    except (OSError, ValueError):
        return FoundFile(display_path, path)
    return FoundFile(display_path, path, status.st_size, status.st_mtime_ns)


def _is_linked_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False


def match_names(names: list[str], patterns: tuple[str, ...]) -> list[str]:
    """Return the names that match one of the patterns, in any letter case."""
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
    with _translate_os_errors():
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise BadInput("this folder cannot be read")
        # The kernel's files claim to be regular.
        if not stat.S_ISREG(status.st_mode) or os.path.realpath(path).startswith(_KERNEL_FOLDERS):
            raise NotTaken("a device or pipe, not a file")
        with Path(path).open("rb") as file:
            yield file


@contextmanager
def _translate_os_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BadInput("no such file") from error
    except ValueError as error:
        raise BadInput("no file can have this name") from error
    except OSError as error:
        raise NotReadable("cannot be read: {reason}", reason=system_reason(error)) from error


def watch_folders(folders: Sequence[Path], wait: Callable[[], bool]) -> Iterator[list[FoundFile]]:
    """Yield the files to import, each time some are new or changed and were the same at two looks in a row.

    A folder that is not there yet, or no longer, is waited for. What was in one that comes back is given
    again: the import knows what it has.

    ``wait`` is called between two looks; there are no more once it says False.
    """
    before: dict[str, FoundFile] = {}
    given: dict[str, FoundFile] = {}
    while True:
        now = {found.path: found for found in find_files(folders) if found.size != UNKNOWN_SIZE}
        given = {path: found for path, found in given.items() if path in now}
        quiet = [found for path, found in now.items() if before.get(path) == found != given.get(path)]
        if quiet:
            given |= {found.path: found for found in quiet}
            yield quiet
        before = now
        if not wait():
            return
