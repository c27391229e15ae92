"""Define what a journal's methods return: plain records, without logic of storage or import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from runlog.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from pathlib import Path


_MAX_MESSAGES = 5


def join_messages(*messages: Iterable[object] | str) -> str:
    """Join what is said about a file: texts, and of lists of messages the first few that differ."""
    texts = []
    for one in messages:
        different = [one] if isinstance(one, str) else list(dict.fromkeys(map(str, one)))
        more = len(different) - _MAX_MESSAGES
        texts += different[:_MAX_MESSAGES] + ([f"and {more} more"] if more > 0 else [])
    return "; ".join(filter(None, texts))


class FileResult(NamedTuple):
    """Result of importing one file."""

    path: str  # the file as it was named; in an archive with the member's name appended
    outcome: str  # "added", "merged", "known", "skipped" or "failed"
    reason: str = ""  # why, what was assumed and what was wrong with it; "" where there is nothing to say
    runs: tuple[int, ...] = ()  # the ids of the runs in it, new or not
    problems: tuple[Problem, ...] = ()  # what could not be read in a file of which the rest was imported

    @property
    def failed(self) -> bool:
        """True where the file, or a run or rating in it, could not be imported."""
        return self.outcome == "failed" or any(not problem.is_warning for problem in self.problems)

    @property
    def remark(self) -> str:
        """The reason without the problems in it."""
        before, _, after = self.reason.partition(join_messages(self.problems) or self.reason)
        return join_messages(before.removesuffix("; "), after.removeprefix("; "))


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """Result of an import: counts of new records, and of files by their outcome."""

    runs_added: int = 0
    other_added: int = 0
    ratings_added: int = 0
    ratings_updated: int = 0
    known: int = 0
    merged: int = 0
    skipped: int = 0
    failed: int = 0  # files that could not be imported, or not all of it
    warnings: int = 0  # files of which everything was imported that could be saved: damaged ones, odd cells
    new_activities: tuple[int, ...] = ()  # the ids of the activities that are new, runs or not
    files: tuple[FileResult, ...] = ()

    @property
    def ok(self) -> bool:
        """True without any file that failed, in all or in part."""
        return not self.failed

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as ``runlog import --json`` prints it; the reason includes the problems."""
        keys = ("path", "outcome", "reason", "runs")
        counts = {name: getattr(self, name) for name in self.__slots__ if name != "files"}
        problems = []
        for file in self.files:
            whole = [Problem(file.reason)] if file.outcome == "failed" and not file.problems else []
            for one in (*whole, *file.problems):
                where = {"path": file.path, "line": one.line, "byte": one.byte}
                problems.append(where | {"reason": one.reason, "warning": one.is_warning})
        files = [{key: getattr(file, key) for key in keys} for file in self.files]
        return counts | {"problems": problems, "files": files}


@dataclass(frozen=True, slots=True)
class SyncResult:
    """Result of fetching from one service."""

    service: str
    title: str  # as people call it
    summary: ImportSummary = ImportSummary()  # of the import of what was fetched
    updated: int = 0  # activities of which the service says something else than before
    withheld: int = 0  # activities that the service may not pass on
    nights: int = 0  # that are new or say something else
    ratings: int = 0  # of soreness, that are new or say something else
    notes: tuple[str, ...] = ()  # what should be known of it
    problems: tuple[str, ...] = ()  # what could not be fetched or used
    # whether the service was asked for everything; what is missing is tried again next time
    complete: bool = False

    @property
    def ok(self) -> bool:
        """True where everything was fetched and read."""
        return self.complete and not self.problems and self.summary.ok

    @property
    def is_news(self) -> bool:
        """True where anything is new, so that alerts may come or go."""
        counts = self.summary
        new = counts.runs_added + counts.other_added + counts.merged
        return bool(new + self.updated + self.nights + self.ratings)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as ``runlog sync --json`` prints it."""
        names = ("service", "updated", "withheld", "nights", "ratings", "notes", "problems", "complete")
        return {name: getattr(self, name) for name in names} | {"import": self.summary.as_dict()}


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """A service that runs can be fetched from."""

    service: str
    title: str  # as people call it
    key_place: str | None  # "environment", "file" or "keyring"; None without a key
    key_expires: date | None  # the last local day on which the key is accepted; None: not known, or never
    refused_at: datetime | None  # when the service refused the key, and accepted none since
    synced_at: datetime | None  # when all activities up to then had been fetched
    since: date | None  # the first local day that is fetched; None: everything
    activities: int  # that were fetched
    withheld: int  # activities that the service may not pass on
    failed: tuple[tuple[str, str], ...]  # what could not be read, by the activity's id
    key_page: str  # where a key is made

    def as_dict(self) -> dict[str, Any]:
        """Return the status as ``runlog sync --status --json`` prints it."""
        values = {name: getattr(self, name) for name in self.__slots__}
        days = ("key_expires", "refused_at", "synced_at", "since")
        texts = {name: None if values[name] is None else values[name].isoformat() for name in days}
        return values | texts | {"failed": [{"id": one, "reason": reason} for one, reason in self.failed]}


class RecordingInfo(NamedTuple):
    """A recording of an activity, read from a file or from a part of one."""

    id: int
    path: str  # of the file
    format: str  # the importer's name for it: "fit", "gpx", "strava" …
    device: str | None  # the watch or app that made it, if it is named
    is_row: bool  # whether the file is a list with this activity in one row
    points: int  # of its track
    columns: int  # of its track that hold values


@dataclass(frozen=True, slots=True)
class HomeContents:
    """Record counts of a database."""

    version: int  # of its tables, as `schema.MIGRATIONS` counts
    runs: int
    others: int  # other activities
    ratings: int  # diary entries
    shoes: int  # pairs
    made: datetime | None = None  # the time of the backup; None if it is not a backup
    config: bytes | None = None  # the config.toml in a backup; None if there is none
    checksum: str | None = None  # the SHA-256 stored in a backup; None if it is none, or of an older runlog
    faults: tuple[str, ...] = ()  # what the doctor found wrong in it when it was made

    def __bool__(self) -> bool:
        return bool(self.runs or self.others or self.ratings or self.shoes)


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was restored, and the paths of the previous database and settings (None: there were none)."""

    contents: HomeContents
    previous_database: Path | None
    previous_config: Path | None


RESTORE_ADVICE = (
    "copy the home to a safe place first; then put back your last backup: runlog restore FILE. "
    "Without one, move runlog.db away and import your files again"
)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """The result of a check."""

    check: str  # its name, the same in every home
    wrong: bool  # True for a fault that has to be mended, False for a note
    count: int  # how many things it applies to
    message: str  # what it is
    todo: str  # what to do, with the command where there is one

    @property
    def is_loss(self) -> bool:
        """True where only a backup brings back what is lost."""
        return self.wrong and RESTORE_ADVICE in self.todo
