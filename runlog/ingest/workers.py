"""Parse files in this process or in several, and return the results in order."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, TypeVar

from runlog.errors import BadInput, NotTaken
from runlog.i18n import N_, _, say, use_language

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Mapping
    from concurrent.futures import Future

    from runlog.importers import Format
    from runlog.model import Track
    from runlog.records import ParsedFile
    from runlog.settings import Settings
    from runlog.store.tracks import PackedDerived, PackedTrack


def derive_packed(track: Track) -> PackedDerived:
    """Derive the route shape and the summary of a track, and pack them."""
    from runlog.analysis import track_summary
    from runlog.store import tracks

    return tracks.pack_derived(*track_summary.summarise_track(track), track_summary.SUMMARY_VERSION)


T = TypeVar("T")

_JOBS_PER_WORKER = 4
_MAX_WAITING_BYTES = 64 * 2**20
_CRASHED = N_("the program that read it crashed, on a second try too; please report this file")


@dataclass(frozen=True, slots=True)
class ParseJob:
    """A file to be read from memory, by the name that the runner gave, with its sidecars by their names.

    A format of None is not identified yet.
    """

    name: str
    data: bytes
    sidecars: Mapping[str, bytes] = field(default_factory=dict)
    file_format: Format | None = None

    @property
    def size(self) -> int:
        """In bytes, with the sidecars."""
        return len(self.data) + sum(map(len, self.sidecars.values()))


@dataclass(frozen=True, slots=True)
class ParseResult:
    """A parsed file and its packed tracks, or why there is none."""

    outcome: str  # "read", "skipped" (sound, but nothing for runlog) or "failed"
    reason: str = ""  # why, unless it was read
    parsed: ParsedFile | None = None  # what it holds; the tracks of its activities are in ``streams``
    streams: tuple[PackedTrack | None, ...] = ()  # of each activity the packed track, if any
    is_final: bool = True  # whether reading the same bytes again would give the same


def in_language(language: str, read: Callable[[ParseJob], ParseResult], job: ParseJob) -> ParseResult:
    """Read a file, and say what is wrong with it in a language, in whichever process."""
    with use_language(language):
        return read(job)


def parse_file(job: ParseJob, settings: Settings, sport: str | None) -> ParseResult:
    """Parse one file, and pack its tracks with what is derived of them; every error becomes a reason."""
    from runlog import importers
    from runlog.store.tracks import pack_track

    try:
        parsed = importers.read_bytes(
            job.data, job.name, settings, sport, job.sidecars, file_format=job.file_format
        )
        tracks = [activity.track for activity in parsed.activities]
        streams = tuple(
            None if track is None else pack_track(track, derive_packed(track)) for track in tracks
        )
    except NotTaken as error:
        return ParseResult("skipped", str(error), is_final=not error.by_clock)
    except BadInput as error:
        return ParseResult("failed", str(error), is_final=not error.by_clock)
    except Exception as error:  # noqa: BLE001 - our own mistake about one file; it is reported, the others go on
        reason = say(
            "runlog made a mistake, please report it: {kind}: {error}", kind=type(error).__name__, error=error
        )
        return ParseResult("failed", reason, is_final=False)
    activities = tuple(replace(activity, track=None) for activity in parsed.activities)
    return ParseResult("read", parsed=replace(parsed, activities=activities), streams=streams)


def parse_in_order(
    jobs: Iterable[tuple[T, ParseJob]], read: Callable[[ParseJob], ParseResult], workers: int
) -> Generator[tuple[T, ParseResult]]:
    """Yield the results of reading files, in the order given, from as many processes as ``workers`` says.

    Only a few files are held at a time. A file whose reading takes its process down is
    tried once more alone and then reported as failed; the others are read all the same.

    Args:
        jobs: what to read, each with a key that is yielded with its result; taken as there is room.
        read: reads one; for several workers it must be picklable.
        workers: 1 reads within this process.
    """
    if workers == 1:
        yield from ((key, read(job)) for key, job in jobs)
        return
    pending: deque[tuple[T, ParseJob, Future[ParseResult]]] = deque()
    pool = _start_pool(workers)
    one_by_one = _IsolatedParser(read)
    try:
        for key, job in jobs:
            while pending and _is_queue_full(pending, job, workers):
                yield _finish_job(*pending.popleft(), one_by_one)
            try:
                future = pool.submit(read, job)
            except BrokenProcessPool:
                pool.shutdown()
                pool = _start_pool(workers)
                future = pool.submit(read, job)
            pending.append((key, job, future))
        while pending:
            yield _finish_job(*pending.popleft(), one_by_one)
    finally:
        pool.shutdown(cancel_futures=True)
        one_by_one.close()


def _is_queue_full(pending: Collection[tuple[object, ParseJob, object]], job: ParseJob, workers: int) -> bool:
    """Return whether one more file is more than the processes can use, or too much in memory."""
    ahead = sum(one.size for _, one, _ in pending)
    return len(pending) >= _JOBS_PER_WORKER * workers or ahead + job.size > _MAX_WAITING_BYTES


def _finish_job(
    key: T, job: ParseJob, future: Future[ParseResult], one_by_one: _IsolatedParser
) -> tuple[T, ParseResult]:
    try:
        return key, future.result()
    except BrokenProcessPool:  # by this file or by another one of that moment
        return key, one_by_one.read(job)


class _IsolatedParser:
    """Re-reads files one at a time after a crash, to find the one that causes it."""

    def __init__(self, read: Callable[[ParseJob], ParseResult]) -> None:
        self._read = read
        self._pool: ProcessPoolExecutor | None = None

    def read(self, job: ParseJob) -> ParseResult:
        """Read one file; the result says so where that crashes."""
        self._pool = self._pool or _start_pool(1)
        try:
            return self._pool.submit(self._read, job).result()
        except BrokenProcessPool:
            self.close()
            return ParseResult("failed", _(_CRASHED), is_final=False)

    def close(self) -> None:
        """End the process if there is one."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _start_pool(workers: int) -> ProcessPoolExecutor:
    """Start processes afresh, on every platform: forking a program that runs threads may hang."""
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
