"""Files read one by one or by several processes, and handed over in their order."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlog.errors import BadInput, NotTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from runlog.intake.finding import Found
    from runlog.model import Reading
    from runlog.settings import Settings

_AHEAD_OF_EACH_WORKER = 4
_CRASHED = "the program that read it crashed, on a second try too; please report this file"


@dataclass(frozen=True, slots=True)
class Read:
    """What reading a file came to: a reading and its route shapes, or why there is none.

    Attributes:
        outcome: "read", "skipped" (sound, but nothing for runlog) or "failed".
        reason: why, unless it was read.
        reading: what it holds.
        shapes: the route shape of each of its activities.
        shape_version: of the code that made the shapes.
    """

    outcome: str
    reason: str = ""
    reading: Reading | None = None
    shapes: tuple[NDArray[Any] | None, ...] = ()
    shape_version: int = 0


def read_file(path: str, settings: Settings, sport: str | None) -> Read:
    """Read one file and shape the routes of its activities; whatever is wrong becomes a reason."""
    from runlog import importers
    from runlog.analysis import routes

    try:
        reading = importers.read(Path(path), settings, sport)
        tracks = (activity.track for activity in reading.activities)
        shapes = tuple(None if track is None else routes.shape(track) for track in tracks)
    except NotTaken as error:
        return Read("skipped", str(error))
    except BadInput as error:
        return Read("failed", str(error))
    except Exception as error:  # noqa: BLE001 - our own mistake about one file; it is told, the others go on
        return Read("failed", f"runlog made a mistake, please report it: {type(error).__name__}: {error}")
    return Read("read", reading=reading, shapes=shapes, shape_version=routes.SHAPE_VERSION)


def read_in_order(
    files: Sequence[Found], read: Callable[[str], Read], workers: int
) -> Generator[tuple[Found, Read]]:
    """Read files, in as many processes as workers are asked for, and hand them over in the order given.

    Only a few readings are held at a time. A file whose reading takes its process down is
    tried once more alone and then told as failed; the others are read all the same.

    Args:
        files: what to read.
        read: reads one path; for several workers it must be picklable.
        workers: 1 reads within this process.
    """
    if workers == 1:
        yield from ((file, read(file.path)) for file in files)
    else:
        yield from _in_processes(files, read, workers)


def _in_processes(
    files: Sequence[Found], read: Callable[[str], Read], workers: int
) -> Generator[tuple[Found, Read]]:
    waiting: deque[tuple[Found, Future[Read]]] = deque()
    pool = _pool(workers)
    one_by_one = _OneByOne(read)
    try:
        for file in files:
            if len(waiting) == _AHEAD_OF_EACH_WORKER * workers:
                yield _finished(*waiting.popleft(), one_by_one)
            try:
                future = pool.submit(read, file.path)
            except BrokenProcessPool:
                pool.shutdown()
                pool = _pool(workers)
                future = pool.submit(read, file.path)
            waiting.append((file, future))
        while waiting:
            yield _finished(*waiting.popleft(), one_by_one)
    finally:
        pool.shutdown(cancel_futures=True)
        one_by_one.close()


def _finished(file: Found, future: Future[Read], one_by_one: _OneByOne) -> tuple[Found, Read]:
    try:
        return file, future.result()
    except BrokenProcessPool:  # by this file or by one beside it
        return file, one_by_one.read(file.path)


class _OneByOne:
    """A process for files of which one has taken the pool down: read alone, the culprit shows itself."""

    def __init__(self, read: Callable[[str], Read]) -> None:
        self._read = read
        self._pool: ProcessPoolExecutor | None = None

    def read(self, path: str) -> Read:
        """Read one file, or say that reading it crashes."""
        self._pool = self._pool or _pool(1)
        try:
            return self._pool.submit(self._read, path).result()
        except BrokenProcessPool:
            self.close()
            return Read("failed", _CRASHED)

    def close(self) -> None:
        """End the process where there is one."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _pool(workers: int) -> ProcessPoolExecutor:
    """Processes that start afresh everywhere: forking a program that runs threads may hang."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start_worker)


def _start_worker() -> None:
    """Leave Ctrl-C to the main process, and do not outlive it."""
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
