"""Record what became of each file, report progress, and skip files unchanged since the last import."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from runlog.results import FileResult, ImportSummary
from runlog.store.files import CachedScan, read_scans, save_scans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlog.ingest.sources import FoundFile
    from runlog.settings import Settings
    from runlog.store import Store
    from runlog.store.imports import FileOutcome


class ImportResult(NamedTuple):
    """What became of a file, what the store says of it if it came so far, and whether it stays so.

    Attributes:
        result: what is told.
        kept: what the store says of it, if it came so far.
        lasting: whether the same bytes would come to the same again.
    """

    result: FileResult
    kept: FileOutcome | None = None
    lasting: bool = False


def summarise(taken: Iterable[ImportResult]) -> ImportSummary:
    """Count what became of the files."""
    listed = list(taken)
    outcomes = Counter(one.result.outcome for one in listed)
    kept = [one.kept for one in listed if one.kept is not None]
    return ImportSummary(
        runs_added=sum(outcome.runs_added for outcome in kept),
        other_added=sum(outcome.other_added for outcome in kept),
        ratings_added=sum(outcome.ratings.added for outcome in kept),
        ratings_updated=sum(outcome.ratings.updated for outcome in kept),
        known=outcomes["known"],
        merged=outcomes["merged"],
        skipped=outcomes["skipped"],
        failed=outcomes["failed"],
        files=tuple(one.result for one in listed),
    )


class MemberPosition(NamedTuple):
    """Which file: the one on disk, and within an archive the how manieth member, and its name."""

    file: FoundFile
    number: int
    member: str


class ImportProgress:
    """Notes what came of each file, and tells the progress."""

    def __init__(self, files: int, progress: Callable[[int, int, str], None] | None) -> None:
        self._total = files
        self._progress = progress
        self._taken: list[tuple[MemberPosition, ImportResult]] = []

    def found_more(self, members: int) -> None:
        """Count the members of an archive in the place of the archive."""
        self._total += members - 1

    def note(self, place: MemberPosition, taken: ImportResult) -> None:
        """Note what came of a file."""
        self._taken.append((place, taken))
        if self._progress is not None:
            self._progress(len(self._taken), self._total, taken.result.path)

    def in_order(self) -> list[ImportResult]:
        """What came of the files, in the order of their paths and places."""
        return [taken for _, taken in sorted(self._taken, key=_sort_key)]

    def by_path(self) -> dict[str, list[tuple[str, ImportResult]]]:
        """What came of each file on disk: of its members by their names, or by "" of the file itself."""
        found: dict[str, list[tuple[str, ImportResult]]] = {}
        for place, taken in sorted(self._taken, key=_sort_key):
            found.setdefault(place.file.path, []).append((place.member, taken))
        return found


def _sort_key(one: tuple[MemberPosition, ImportResult]) -> tuple[str, int]:
    place = one[0]
    return place.file.path, place.number


#: Counts up whenever what is read from a file becomes more or other than before.
_READER_VERSION = 1
#: A file that was changed so lately may change once more without its time showing it.
_SETTLED_AFTER_NS = 2_000_000_000
_IMPORTED = ("added", "merged", "known")


class ScanCache:
    """What came of files when the same code with the same settings took them."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._reader = f"{_READER_VERSION} {hashlib.sha256(repr(settings).encode()).hexdigest()[:16]}"
        self._begun_ns = time.time_ns()

    def recall(self, files: Sequence[FoundFile]) -> dict[str, list[tuple[str, ImportResult]]]:
        """What came of those files, by path, that have not changed: of each member, or by "" of the file."""
        by_path = {file.known_as: file for file in files}
        recalled: dict[str, list[tuple[str, ImportResult]]] = {}
        for seen, runs in self._store.read(read_scans, list(by_path), self._reader):
            file = by_path[seen.path]
            if (seen.size, seen.mtime_ns) == (file.size, file.mtime_ns):
                recalled.setdefault(file.path, []).append((seen.member, _repeated_result(file, seen, runs)))
        return recalled

    def remember(self, files: Iterable[FoundFile], ledger: ImportProgress) -> None:
        """Remember what came of these files, unless the same bytes might come to something else."""
        taken = ledger.by_path()
        seen = [
            _scan_of(file, member, one)
            for file in files
            if self._is_settled(file) and all(one.lasting for _, one in taken.get(file.path, ()))
            for member, one in taken.get(file.path, ())
        ]
        self._store.write(save_scans, self._reader, [file.known_as for file in files], seen)

    def _is_settled(self, file: FoundFile) -> bool:
        return 0 <= file.mtime_ns < self._begun_ns - _SETTLED_AFTER_NS


def _repeated_result(file: FoundFile, seen: CachedScan, runs: tuple[int, ...]) -> ImportResult:
    named = f"{file.named}/{seen.member}" if seen.member else file.named
    if seen.outcome in _IMPORTED:
        return ImportResult(FileResult(named, "known", "imported before", runs))
    return ImportResult(FileResult(named, seen.outcome, seen.reason, runs, seen.problems))


def _scan_of(file: FoundFile, member: str, taken: ImportResult) -> CachedScan:
    result = taken.result
    told = (
        ("known", "", ()) if result.outcome in _IMPORTED else (result.outcome, result.reason, result.problems)
    )
    return CachedScan(
        file.known_as,
        member,
        file.size,
        file.mtime_ns,
        *told,
        file_id=taken.kept.file_id if taken.kept else None,
    )
