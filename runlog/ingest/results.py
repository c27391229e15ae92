"""Record what became of each file, report progress, and skip files unchanged since the last import."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from runlog.i18n import N_, _, ngettext, say
from runlog.model import Kind
from runlog.records import READER_VERSION
from runlog.results import FileResult, ImportSummary, join_messages
from runlog.store.files import CachedScan, read_scans, save_scans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlog.ingest.sources import FoundFile
    from runlog.records import Recording
    from runlog.settings import Settings
    from runlog.store import Store
    from runlog.store.files import KnownFile
    from runlog.store.recordings import ImportCounts


#: What is said of a file that was read before and has nothing new.
IMPORTED_BEFORE = N_("imported before")


class ImportResult(NamedTuple):
    """The result of a file."""

    result: FileResult  # as it is reported
    counts: ImportCounts | None = None  # what it changed in the store
    file_id: int | None = None  # the stored file; None where it has to be read again next time
    is_final: bool = False  # whether importing the same bytes again would give the same
    notes: tuple[str, ...] = ()  # what was assumed about it


def summarise(results: Iterable[ImportResult]) -> ImportSummary:
    """Count new records, and files by their outcome."""
    listed = list(results)
    outcomes = Counter(one.result.outcome for one in listed)
    counts = [one.counts for one in listed if one.counts is not None]
    return ImportSummary(
        runs_added=sum(one.runs_added for one in counts),
        other_added=sum(one.other_added for one in counts),
        ratings_added=sum(one.entries.added for one in counts),
        ratings_updated=sum(one.entries.updated for one in counts),
        known=outcomes["known"],
        merged=outcomes["merged"],
        skipped=outcomes["skipped"],
        failed=sum(one.result.failed for one in listed),
        warnings=sum(bool(one.result.problems) and not one.result.failed for one in listed),
        new_activities=tuple(sorted({new for one in counts for new in one.new})),
        files=tuple(one.result for one in listed),
    )


def describe_known(known: KnownFile, path: str) -> str:
    """Return the reason why a file of this path is not read again, and what was said about it before."""
    reason = _(IMPORTED_BEFORE) if known.path == path else say("the same bytes as {path}", path=known.path)
    return join_messages(reason, known.remarks.notes, known.remarks.problems)


#: What the runner calls the fields that a newer list may not be understood about.
_FIELD_NAMES = {
    "name": N_("name"),
    "moving_s": N_("moving time"),
    "distance_m": N_("distance"),
    "ascent_m": N_("ascent"),
    "avg_hr": N_("average heart rate"),
    "max_hr": N_("highest heart rate"),
    "avg_cadence_spm": N_("cadence"),
    "rpe": N_("effort"),
    "shoe": N_("shoe"),
    "sport": N_("sport"),
}


def describe_counts(counts: ImportCounts, *, is_empty: bool = False) -> tuple[str, str]:
    """Return the outcome of a file that was imported, or held nothing, and what it changed."""
    pairs = counts.shoes_added
    changes = (
        (counts.entries.added, _("added to the diary")),
        (counts.entries.updated, _("updated")),
        (counts.entries.removed, _("removed, being no longer in it")),
        (counts.updated, _("updated")),
        (counts.improved, _("read better than by an older runlog")),
        (counts.removed, _("removed, being no longer in it")),
        (counts.nights, _("night") if counts.nights == 1 else _("nights")),
        (pairs, _("pair of shoes added") if pairs == 1 else _("pairs of shoes added")),
        (counts.shoes_completed, _("completed with what was not known of them")),
    )
    matches = [_same_as_text(recordings) for recordings in counts.duplicates]
    matches += [say("more of #{id}", id=activity_id) for activity_id in counts.extended]
    if counts.joined:
        more = ngettext(
            "more about {n} activity that was there already",
            "more about {n} activities that were there already",
            counts.joined,
        )
        matches.append(more.format(n=counts.joined))
    unread = [
        say(
            "{count} keep their {name}, which this list does not say in words known to runlog",
            count=count,
            name=_(_FIELD_NAMES[name]),
        )
        for name, count in counts.unread.items()
        if name in _FIELD_NAMES
    ]
    texts = [*matches, *(f"{count} {what}" for count, what in changes if count), *unread]
    if counts.runs_added or counts.other_added or any(count for count, _ in changes):
        return "added", "; ".join(texts)
    if matches:
        return "merged", "; ".join(texts)
    if is_empty:
        return "skipped", _("a list in which no row has a value")
    return "known", "; ".join([_("all of it was there already"), *unread])


def _same_as_text(recordings: Sequence[Recording]) -> str:
    """Return that a new recording is of the activities that these, the closest first, are recordings of."""
    is_run = recordings[0].activity.kind is Kind.RUN
    same = _("the same run as {others}") if is_run else _("the same activity as {others}")
    by_activity = {one.activity_id: one for one in reversed(recordings)}
    others = []
    for activity_id, one in reversed(by_activity.items()):
        name = f" {one.activity.name!r}" if one.activity.name else ""
        others.append(f"#{activity_id}{name} ({PurePath(one.path).name})")
    return same.format(others=_(" and ").join(others))


class MemberPosition(NamedTuple):
    """A file on disk, and of an archive the index and the name of the member."""

    file: FoundFile
    number: int
    member: str


class ImportProgress:
    """The results so far; reports the progress."""

    def __init__(self, files: int, progress: Callable[[int, int, str], None] | None) -> None:
        self._total = files
        self._progress = progress
        self._results: list[tuple[MemberPosition, ImportResult]] = []

    def add_members(self, members: int) -> None:
        """Count an archive as its members."""
        self._total += members - 1

    def add(self, position: MemberPosition, result: ImportResult) -> None:
        """Add the result of a file."""
        self._results.append((position, result))
        if self._progress is not None:
            self._progress(len(self._results), self._total, result.result.path)

    def in_order(self) -> list[tuple[MemberPosition, ImportResult]]:
        """Return the results in the order of paths and members."""
        return sorted(self._results, key=lambda one: (one[0].file.path, one[0].number))


#: A file changed in the last two seconds may change again without a new modification time.
_SETTLED_AFTER_NS = 2_000_000_000
_IMPORTED = ("added", "merged", "known")


class ScanCache:
    """The results of files from earlier imports by the same code with the same settings."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._reader = f"{READER_VERSION} {hashlib.sha256(repr(settings).encode()).hexdigest()[:16]}"
        self._begun_ns = time.time_ns()

    def find_unchanged(self, files: Sequence[FoundFile]) -> dict[str, list[tuple[str, ImportResult]]]:
        """Return the results of the files that have not changed, by path and by the names of members."""
        by_path = {file.abs_path: file for file in files}
        unchanged: dict[str, list[tuple[str, ImportResult]]] = {}
        for scan in self._store.read(read_scans, list(by_path), self._reader):
            file = by_path[scan.path]
            if (scan.size, scan.mtime_ns) == (file.size, file.mtime_ns):
                path = f"{file.display_path}/{scan.member}" if scan.member else file.display_path
                result = ImportResult(scan.result._replace(path=path))
                unchanged.setdefault(file.path, []).append((scan.member, result))
        return unchanged

    def save(self, files: Iterable[FoundFile], progress: ImportProgress) -> None:
        """Store the results of these files, unless the same bytes might give others next time."""
        by_path: dict[str, list[tuple[str, ImportResult]]] = {}
        for position, result in progress.in_order():
            by_path.setdefault(position.file.path, []).append((position.member, result))
        scans = [
            _scan_of(file, member, one)
            for file in files
            if 0 <= file.mtime_ns < self._begun_ns - _SETTLED_AFTER_NS
            and all(one.is_final for _, one in by_path.get(file.path, ()))
            for member, one in by_path.get(file.path, ())
        ]
        self._store.write(save_scans, self._reader, [file.abs_path for file in files], scans)


def _scan_of(file: FoundFile, member: str, one: ImportResult) -> CachedScan:
    result = one.result
    if result.outcome in _IMPORTED:
        reason = join_messages(_(IMPORTED_BEFORE), one.notes, result.problems)
        result = result._replace(outcome="known", reason=reason)
    return CachedScan(file.abs_path, member, file.size, file.mtime_ns, result, one.file_id)
