"""Define what a journal's methods return: plain records, without logic of storage or import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class FileResult(NamedTuple):
    """Result of importing one file.

    Attributes:
        path: the file as it was named; in an archive with the member's name appended.
        outcome: "added", "merged", "known", "skipped" or "failed".
        reason: why, what was assumed and what was wrong with it; "" where there is nothing to say.
        runs: the ids of the runs in it, new or not.
        problems: what could not be read in a file of which the rest was imported.
    """

    path: str
    outcome: str
    reason: str = ""
    runs: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()


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
    failed: int = 0
    files: tuple[FileResult, ...] = ()

    @property
    def ok(self) -> bool:
        """True without any failed file, damaged part or refused row."""
        return not any(file.outcome == "failed" or file.problems for file in self.files)

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as ``runlog import --json`` prints it; the reason includes the problems."""
        keys = ("path", "outcome", "reason", "runs")
        files = [{key: getattr(file, key) for key in keys} for file in self.files]
        counts = {name: getattr(self, name) for name in self.__slots__ if name != "files"}
        return counts | {"files": files}


class RecordingInfo(NamedTuple):
    """A recording of an activity, read from a file or from a part of one.

    Attributes:
        id: of the recording.
        path: of the file.
        format: the importer's name for it: "fit", "gpx", "strava" …
        device: the watch or app that made it, if it is named.
        is_row: whether the file is a list with this activity in one row.
        points: number of points of its track.
        columns: number of columns of the track that hold values.
    """

    id: int
    path: str
    format: str
    device: str | None
    is_row: bool
    points: int
    columns: int


@dataclass(frozen=True, slots=True)
class HomeContents:
    """Record counts of a database.

    Attributes:
        version: of its tables, as ``schema.MIGRATIONS`` counts.
        runs: number of runs.
        others: number of other activities.
        ratings: number of diary entries.
        shoes: number of pairs.
        made: the time of the backup; None if it is not a backup.
        config: the config.toml in a backup; None if there is none.
        checksum: the SHA-256 stored in a backup; None if it is none, or of an older runlog.
        faults: what the doctor found wrong in it when it was made.
    """

    version: int
    runs: int
    others: int
    ratings: int
    shoes: int
    made: datetime | None = None
    config: bytes | None = None
    checksum: str | None = None
    faults: tuple[str, ...] = ()

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
    """The result of a check.

    Attributes:
        check: its name, the same in every home.
        wrong: True for a fault that has to be mended, False for a note.
        count: how many things it applies to.
        message: what it is.
        todo: what to do, with the command where there is one.
    """

    check: str
    wrong: bool
    count: int
    message: str
    todo: str

    @property
    def is_loss(self) -> bool:
        """True where only a backup brings back what is lost."""
        return self.wrong and RESTORE_ADVICE in self.todo
