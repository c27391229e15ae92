"""Import files into the store: find them, parse the new ones, store their records, report each result.

Start at `import_files`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotReadable, NotTaken, Problem
from runlog.fileio import MAX_FILE_BYTES
from runlog.i18n import N_, _, current_language, say
from runlog.ingest import results
from runlog.ingest.archives import is_archive, walk_source
from runlog.ingest.results import (
    ImportProgress,
    ImportResult,
    MemberPosition,
    describe_counts,
    describe_known,
    summarise,
)
from runlog.ingest.sources import FoundFile, find_files
from runlog.ingest.workers import ParseJob, derive_packed, in_language, parse_file, parse_in_order
from runlog.results import FileResult, join_messages
from runlog.store import diary, portable, routes
from runlog.store import files as stored_files
from runlog.store.files import KnownFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from runlog.ingest.archives import InputSource
    from runlog.ingest.workers import ParseResult
    from runlog.records import ParsedFile, Snapshot
    from runlog.results import ImportSummary
    from runlog.settings import Settings
    from runlog.store import Store
    from runlog.store.recordings import ImportCounts

__all__ = ["import_files", "import_found", "refresh", "summarise"]

#: Bytes that take longer to read than processes with all their libraries take to start.
_PARALLEL_FROM_BYTES = 8 * 2**20

#: The sport to give where what the file says is to count again.
AS_IN_FILE = "file"
_MANY_SPORTS = N_(
    "which holds activities of many sports: import it without --sport, and single "
    "recordings (of an archive, once it is unpacked) with it"
)


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
    summary = summarise(import_found(store, files, settings, sport=sport, progress=progress, workers=workers))
    existing = set(store.read(portable.list_activity_ids))  # a later file may have made one of two new ones
    return replace(summary, new_activities=tuple(one for one in summary.new_activities if one in existing))


def import_found(
    store: Store,
    files: list[FoundFile],
    settings: Settings,
    *,
    sport: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workers: int | None = None,
    are_kept: bool = True,
) -> list[ImportResult]:
    """Import files that were found already, and return the results in the order of paths and members.

    Files that are not kept, such as downloads, are not looked up by their size and time.
    """
    report = ImportProgress(len(files), progress)
    cache = results.ScanCache(store, settings)
    is_cached = are_kept and not sport
    unchanged = cache.find_unchanged(files) if is_cached else {}
    for file in files:
        members = unchanged.get(file.path, [])
        report.add_members(max(1, len(members)))
        for index, (member, result) in enumerate(members):
            report.add(MemberPosition(file, index, member), result)
    new = [file for file in files if file.path not in unchanged]
    parse = partial(parse_file, settings=settings, sport=None if sport == AS_IN_FILE else sport)
    read = partial(in_language, current_language(), parse)
    jobs = ((candidate, candidate.job) for candidate in _candidates(store, new, report, sport))
    with closing(parse_in_order(jobs, read, workers or _choose_workers(new))) as parsed_files:
        for candidate, parsed in parsed_files:
            report.add(candidate.position, _store_result(store, candidate, parsed, sport))
    if new and is_cached:
        cache.save(new, report)
    return [result for _, result in report.in_order()]


def _candidates(
    store: Store, files: list[FoundFile], report: ImportProgress, sport: str | None
) -> Iterator[Candidate]:
    """Yield what is to be parsed; the lists of apps last, once the recordings they describe are there."""
    lists = []
    for file in files:
        if sport not in (None, AS_IN_FILE) and is_archive(file):
            result = FileResult(file.display_path, "failed", say("an archive, {why}", why=_(_MANY_SPORTS)))
            report.add(MemberPosition(file, 0, ""), ImportResult(result))
            continue
        for index, (source, error) in enumerate(walk_source(file, report.add_members)):
            position = MemberPosition(file, index, source.abs_path[len(file.abs_path) + 1 :])
            if error:
                report.add(position, _refused_result(source, error))
                continue
            candidate = _prepare(store, source, position, sport)
            if isinstance(candidate, ImportResult):
                report.add(position, candidate)
            elif candidate.is_list and sport not in (None, AS_IN_FILE):
                result = FileResult(
                    candidate.job.name, "failed", say("an app's list, {why}", why=_(_MANY_SPORTS))
                )
                report.add(position, ImportResult(result))
            elif candidate.is_list:
                lists.append(candidate)
            else:
                yield candidate
    yield from lists


def _store_result(store: Store, candidate: Candidate, result: ParseResult, sport: str | None) -> ImportResult:
    """Store what was parsed."""
    path, parsed = candidate.job.name, result.parsed
    if parsed is None:
        return ImportResult(FileResult(path, result.outcome, result.reason), is_final=result.is_final)
    problems, notes = parsed.problems, parsed.notes
    if any(not problem.is_warning for problem in problems) and _is_empty(parsed):
        return ImportResult(FileResult(path, "failed", join_messages("", problems), problems=problems))
    change: ImportCounts | KnownFile
    if parsed.exported is not None:
        change = store.write(portable.import_exported, parsed.exported, result.streams)
    else:
        file = candidate.abs_path, candidate.sha256
        try:
            change = store.write(stored_files.add_file, *file, parsed, result.streams)
        except NotReadable as error:
            return ImportResult(FileResult(path, "failed", join_messages(str(error), notes)))
    set_to = _set_sport(store, candidate, parsed, sport)
    if isinstance(change, KnownFile):
        return _known_result(path, candidate.abs_path, change, set_to)
    outcome, reason = describe_counts(change, is_empty=_is_empty(parsed))
    problems += tuple(map(Problem, change.problems))
    is_final = change.file_id is not None and not any(problem.by_clock for problem in problems)
    file_result = FileResult(
        path, outcome, join_messages(reason, notes, problems, set_to), change.runs, problems
    )
    return ImportResult(file_result, change, change.file_id, is_final=is_final, notes=notes)


def _set_sport(store: Store, candidate: Candidate, parsed: ParsedFile, sport: str | None) -> tuple[str, ...]:
    """Set the sport that the runner gives, and return what that changes."""
    if sport is None:
        return ()
    changed = store.write(stored_files.set_sport, candidate.abs_path, candidate.sha256, parsed.activities)
    now = (
        _("what the file says counts again")
        if sport == AS_IN_FILE
        else say("counts as {sport} now", sport=sport)
    )
    return (now,) if changed else ()


def _known_result(
    display_path: str, abs_path: str, known: KnownFile, more: tuple[str, ...] = ()
) -> ImportResult:
    """Return the result of a file whose bytes were imported before: what it said then."""
    reason, (problems, notes) = join_messages(describe_known(known, abs_path), more), known.remarks
    result = FileResult(display_path, "known", reason, known.runs, problems)
    return ImportResult(result, file_id=known.file_id, is_final=True, notes=notes)


def _is_empty(parsed: ParsedFile) -> bool:
    return not (parsed.activities or parsed.entries or parsed.shoes or parsed.nights or parsed.exported)


def _choose_workers(files: Iterable[FoundFile]) -> int:
    """Return the number of processors where several processes pay, and no script of the runner runs again.

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
    """A file that is to be parsed; its sha256 is of its bytes and of its sidecars."""

    position: MemberPosition
    abs_path: str
    sha256: str
    job: ParseJob

    @property
    def is_list(self) -> bool:
        """Whether it is an app's list of activities, which describes recordings of other files."""
        return self.job.file_format is not None and self.job.file_format.sidecars is not None


def _prepare(
    store: Store, source: InputSource, position: MemberPosition, sport: str | None
) -> Candidate | ImportResult:
    """Load a source, or return its result where it is not to be parsed."""
    from runlog import importers

    try:
        file_format = importers.identify(source.head(importers.HEAD_SIZE), source.display_path)
        if source.size > MAX_FILE_BYTES:
            raise NotReadable(
                "{size:.0f} MB is more than any recording has; runlog reads files up to {most} MB",
                size=source.size / 2**20,
                most=MAX_FILE_BYTES // 2**20,
            )
        sidecars = source.read_sidecars(file_format.sidecars or ())
        job = ParseJob(source.display_path, source.read_all(), sidecars, file_format)
    except BadInput as error:
        if isinstance(error, NotTaken) and store.read(diary.is_list, source.abs_path):
            reason = say(
                "nothing was changed, because this was a list and its headings are no longer understood: "
                "{error}",
                error=error,
            )
            return ImportResult(FileResult(source.display_path, "failed", reason))
        return _refused_result(source, error)
    digest = hashlib.sha256(job.data)
    for name in sorted(job.sidecars):
        digest.update(hashlib.sha256(job.sidecars[name]).digest())
    sha256 = digest.hexdigest()
    known = None if sport else store.write(stored_files.find_known, source.abs_path, sha256)
    if known is not None:
        return _known_result(source.display_path, source.abs_path, known)
    return Candidate(position, source.abs_path, sha256, job)


def _refused_result(source: InputSource, error: BadInput) -> ImportResult:
    """Return the result of a source that cannot be loaded, or that holds nothing for runlog."""
    nothing = isinstance(error, NotTaken)
    result = FileResult(source.display_path, "skipped" if nothing else "failed", str(error))
    return ImportResult(result, is_final=nothing or not isinstance(source, FoundFile))


def refresh(store: Store, progress: Callable[[int, int], None] | None = None) -> Snapshot:
    """Compute and store derived data and routes that are missing, and return everything stored.

    If another process stored routes meanwhile, retry with theirs. While routes are found, ``progress`` is
    called with how many comparisons are done, and how many there are by now.
    """
    from runlog.analysis.routes import complete_routes, find_new_routes
    from runlog.analysis.track_summary import SUMMARY_VERSION

    store.update_derived(derive_packed, SUMMARY_VERSION)
    while True:
        snapshot = store.read_snapshot()
        new = find_new_routes(snapshot, progress)
        if not new.route_ids:
            return snapshot
        if store.write_derived(routes.save_found_routes, snapshot.routes, new.routes, new.route_ids):
            return complete_routes(snapshot, new)
