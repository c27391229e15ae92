"""Import files into the store: find them, parse the new ones, store their records, report each result.

Start at `import_files`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotReadable, NotTaken
from runlog.fileio import MAX_FILE_BYTES
from runlog.ingest import results
from runlog.ingest.archives import walk_source
from runlog.ingest.results import ImportProgress, ImportResult, MemberPosition, summarise
from runlog.ingest.sources import DiskFile, find_files
from runlog.ingest.workers import ParseJob, derive_packed, parse_file, parse_in_order
from runlog.results import FileResult
from runlog.store import imports, routes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from runlog.ingest.sources import FoundFile, InputSource
    from runlog.ingest.workers import ParseResult
    from runlog.model import Snapshot
    from runlog.results import ImportSummary
    from runlog.settings import Settings
    from runlog.store import Store

__all__ = ["Candidate", "import_files", "prepare_candidate", "refresh", "refused_result"]

#: Bytes that take longer to read than processes with all their libraries take to start.
_PARALLEL_FROM_BYTES = 8 * 2**20

_MAX_MESSAGES = 5


def import_files(
    store: Store,
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings,
    *,
    sport: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workers: int | None = None,
) -> ImportSummary:
    """Import files, and all files in folders and archives; no file stops the others. See ``Journal.add``."""
    files = find_files(paths)
    ledger = ImportProgress(len(files), progress)
    memory = results.ScanCache(store, settings)
    new = files if sport else _skip_unchanged(files, memory, ledger)
    read = partial(parse_file, settings=settings, sport=sport)
    jobs = _parse_jobs(store, new, ledger, sport)
    with closing(parse_in_order(jobs, read, workers or _choose_workers(new))) as readings:
        for (place, what), came_to in readings:
            ledger.note(place, _store_result(store, what, came_to, sport))
    if new and not sport:
        memory.remember(new, ledger)
    return summarise(ledger.in_order())


def _skip_unchanged(
    files: list[FoundFile], memory: results.ScanCache, ledger: ImportProgress
) -> list[FoundFile]:
    """The files that a listing does not show to be those of an import before, which are told of at once."""
    recalled = memory.recall(files)
    for file in files:
        members = recalled.get(file.path, [])
        ledger.found_more(max(1, len(members)))
        for number, (member, taken) in enumerate(members):
            ledger.note(MemberPosition(file, number, member), taken)
    return [file for file in files if file.path not in recalled]


def _parse_jobs(
    store: Store, files: list[FoundFile], ledger: ImportProgress, sport: str | None
) -> Iterator[tuple[tuple[MemberPosition, Candidate], ParseJob]]:
    """What is to be read; the lists of apps come last, when the recordings that they tell of are there."""
    lists = []
    for file in files:
        for number, (source, error) in enumerate(walk_source(DiskFile(file), ledger.found_more)):
            place = MemberPosition(file, number, source.known_as[len(file.known_as) + 1 :])
            what = refused_result(source, error) if error else prepare_candidate(store, source, sport)
            if isinstance(what, ImportResult):
                ledger.note(place, what)
            elif what.is_list:
                lists.append((place, what))
            else:
                yield (place, what), what.job
    for place, what in lists:
        yield (place, what), what.job


def _store_result(store: Store, what: Candidate, came_to: ParseResult, sport: str | None) -> ImportResult:
    """Put what was read into the store."""
    reading = came_to.reading
    if reading is None:
        return ImportResult(FileResult(what.named, came_to.outcome, came_to.reason), lasting=came_to.lasting)
    problems = tuple(str(problem) for problem in reading.problems)
    if problems and not (reading.activities or reading.entries or reading.shoes or reading.exported):
        return ImportResult(FileResult(what.named, "failed", _join_messages(problems), problems=problems))
    kept = store.write(imports.add_file, what.known_as, what.sha256, reading, came_to.streams)
    problems += kept.problems
    reasons = [kept.reason, _join_messages(reading.notes), _join_messages(problems)]
    if kept.outcome == "known" and sport and store.write(imports.set_sport, what.sha256, reading.activities):
        reasons.append(f"counts as {sport} now")
    reason = "; ".join(reason for reason in reasons if reason)
    result = FileResult(what.named, kept.outcome, reason, kept.runs, problems)
    return ImportResult(result, kept, lasting=kept.file_id is not None)


def _join_messages(remarks: tuple[str, ...]) -> str:
    different = list(dict.fromkeys(remarks))
    said = "; ".join(different[:_MAX_MESSAGES])
    more = len(different) - _MAX_MESSAGES
    return f"{said}; and {more} more" if more > 0 else said


def _choose_workers(files: Iterable[FoundFile]) -> int:
    """As many processes as processors, where that pays and nothing of the runner's own is run again.

    A process that starts afresh imports the main script; one that lacks the usual guard
    would do all of its work once more. Notebooks have no script, runlog's own is guarded.
    """
    script = getattr(sys.modules["__main__"], "__file__", None)
    if script and "runlog.cli" not in sys.modules:
        return 1
    size = sum(max(0, file.size) for file in files)
    return (os.cpu_count() or 1) if size >= _PARALLEL_FROM_BYTES else 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that is to be read.

    Attributes:
        named: as the runner named it.
        known_as: by its absolute path.
        sha256: of its bytes and of those beside it that belong to it.
        job: what is to be read.
        is_list: whether it is an app's list of activities, which tells more of recordings.
    """

    named: str
    known_as: str
    sha256: str
    job: ParseJob
    is_list: bool


def prepare_candidate(store: Store, source: InputSource, sport: str | None) -> Candidate | ImportResult:
    """Load a source, or say what comes of it without reading it."""
    from runlog import importers

    try:
        patterns = importers.sidecar_patterns(source.head(importers.HEAD_SIZE), source.named)
        if source.size > MAX_FILE_BYTES:
            raise NotReadable(
                f"{source.size / 2**20:.0f} MB is more than any recording has; "
                f"runlog reads files up to {MAX_FILE_BYTES // 2**20} MB"
            )
        job = ParseJob(source.named, source.load(), source.beside(patterns or ()))
    except BadInput as error:
        return refused_result(source, error)
    sha256 = _hash_bytes(job.data, job.beside)
    known = None if sport else store.write(imports.recognise_file, source.known_as, sha256)
    if known is not None:
        result = FileResult(source.named, known.outcome, known.reason, known.runs)
        return ImportResult(result, known, lasting=True)
    return Candidate(source.named, source.known_as, sha256, job, patterns is not None)


def refused_result(source: InputSource, error: BadInput) -> ImportResult:
    """What is told of a source that cannot be loaded, or that holds nothing for runlog."""
    nothing = isinstance(error, NotTaken)
    result = FileResult(source.named, "skipped" if nothing else "failed", str(error))
    return ImportResult(result, lasting=nothing or not isinstance(source, DiskFile))


def _hash_bytes(data: bytes, beside: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(data)
    for name in sorted(beside):
        digest.update(hashlib.sha256(beside[name]).digest())
    return digest.hexdigest()


def refresh(store: Store) -> Snapshot:
    """Compute and store derived data and routes that are missing, and return everything stored.

    If another process stored routes meanwhile, retry with theirs.
    """
    from runlog.analysis.routes import complete_routes, find_new_routes
    from runlog.analysis.track_summary import SUMMARY_VERSION

    store.update_derived(derive_packed, SUMMARY_VERSION)
    while True:
        snapshot = store.read_snapshot()
        new = find_new_routes(snapshot)
        if not new.route_of:
            return snapshot
        if store.write(routes.save_found_routes, snapshot.routes, new.routes, new.route_of):
            return complete_routes(snapshot, new)
