"""Parse files in this process or in several, and return the results in order."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, TypeVar

from runlog.errors import BadInput, NotTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Mapping
    from concurrent.futures import Future

    from runlog.model import Activity, ParsedFile, Track
    from runlog.settings import Settings
    from runlog.store.tracks import PackedDerived, PackedTrack


def derive_packed(track: Track) -> PackedDerived:
    """Derive the route shape and the digest of a track, and pack them."""
    from runlog.analysis import track_summary
    from runlog.store import tracks

    return tracks.pack_derived(*track_summary.summarise_track(track), track_summary.SUMMARY_VERSION)


T = TypeVar("T")

_JOBS_PER_WORKER = 4
_MAX_WAITING_BYTES = 64 * 2**20
_CRASHED = "the program that read it crashed, on a second try too; please report this file"


@dataclass(frozen=True, slots=True)
class ParseJob:
    """A file to be read, from memory.

    Attributes:
        name: of the file, as importers see it.
        data: its bytes.
        beside: the files of its folder that belong to it, by their names.
    """

    name: str
    data: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """In bytes, all in all."""
        return len(self.data) + sum(map(len, self.beside.values()))


@dataclass(frozen=True, slots=True)
class ParseResult:
    """What reading a file came to: a reading and its packed streams, or why there is none.

    Attributes:
        outcome: "read", "skipped" (sound, but nothing for runlog) or "failed".
        reason: why, unless it was read.
        reading: what it holds; the tracks of its activities are in ``streams``.
        streams: the packed track of each of its activities, with what is derived of it;
            None where it has no track.
        lasting: whether reading the same bytes again would come to the same.
    """

    outcome: str
    reason: str = ""
    reading: ParsedFile | None = None
    streams: tuple[PackedTrack | None, ...] = ()
    lasting: bool = True


def parse_file(job: ParseJob, settings: Settings, sport: str | None) -> ParseResult:
    """Read one file, derive of its tracks and pack them; whatever is wrong becomes a reason."""
    from runlog import importers

    try:
        reading = importers.read_bytes(job.data, job.name, settings, sport, job.beside)
        streams = tuple(map(_pack_activity_track, reading.activities))
    except NotTaken as error:
        return ParseResult("skipped", str(error))
    except BadInput as error:
        return ParseResult("failed", str(error))
    except Exception as error:  # noqa: BLE001 - our own mistake about one file; it is told, the others go on
        reason = f"runlog made a mistake, please report it: {type(error).__name__}: {error}"
        return ParseResult("failed", reason, lasting=False)
    activities = tuple(replace(activity, track=None) for activity in reading.activities)
    return ParseResult("read", reading=replace(reading, activities=activities), streams=streams)


def _pack_activity_track(activity: Activity) -> PackedTrack | None:
    from runlog.store.tracks import pack_track

    return None if activity.track is None else pack_track(activity.track, derive_packed(activity.track))


def parse_in_order(
    jobs: Iterable[tuple[T, ParseJob]], read: Callable[[ParseJob], ParseResult], workers: int
) -> Generator[tuple[T, ParseResult]]:
    """Read files, in as many processes as workers are asked for, and hand them over in the order given.

    Only a few files are held at a time. A file whose reading takes its process down is
    tried once more alone and then told as failed; the others are read all the same.

    Args:
        jobs: what to read, each with what it is known by; taken as there is room.
        read: reads one; for several workers it must be picklable.
        workers: 1 reads within this process.
    """
    if workers == 1:
        yield from ((key, read(job)) for key, job in jobs)
    else:
        yield from _parse_in_processes(jobs, read, workers)


def _parse_in_processes(
    jobs: Iterable[tuple[T, ParseJob]], read: Callable[[ParseJob], ParseResult], workers: int
) -> Generator[tuple[T, ParseResult]]:
    waiting: deque[tuple[T, ParseJob, Future[ParseResult]]] = deque()
    pool = _start_pool(workers)
    one_by_one = _IsolatedParser(read)
    try:
        for key, job in jobs:
            while waiting and _is_queue_full(waiting, job, workers):
                yield _finish_job(*waiting.popleft(), one_by_one)
            try:
                future = pool.submit(read, job)
            except BrokenProcessPool:
                pool.shutdown()
                pool = _start_pool(workers)
                future = pool.submit(read, job)
            waiting.append((key, job, future))
        while waiting:
            yield _finish_job(*waiting.popleft(), one_by_one)
    finally:
        pool.shutdown(cancel_futures=True)
        one_by_one.close()


def _is_queue_full(waiting: Collection[tuple[object, ParseJob, object]], job: ParseJob, workers: int) -> bool:
    """Whether one more file would be more than the processes can use, or too much in memory."""
    ahead = sum(one.size for _, one, _ in waiting)
    return len(waiting) >= _JOBS_PER_WORKER * workers or ahead + job.size > _MAX_WAITING_BYTES


def _finish_job(
    key: T, job: ParseJob, future: Future[ParseResult], one_by_one: _IsolatedParser
) -> tuple[T, ParseResult]:
    try:
        return key, future.result()
    except BrokenProcessPool:  # by this file or by one beside it
        return key, one_by_one.read(job)


class _IsolatedParser:
    """A process for files of which one has taken the pool down: read alone, the culprit shows itself."""

    def __init__(self, read: Callable[[ParseJob], ParseResult]) -> None:
        self._read = read
        self._pool: ProcessPoolExecutor | None = None

    def read(self, job: ParseJob) -> ParseResult:
        """Read one file, or say that reading it crashes."""
        self._pool = self._pool or _start_pool(1)
        try:
            return self._pool.submit(self._read, job).result()
        except BrokenProcessPool:
            self.close()
            return ParseResult("failed", _CRASHED, lasting=False)

    def close(self) -> None:
        """End the process where there is one."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _start_pool(workers: int) -> ProcessPoolExecutor:
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
