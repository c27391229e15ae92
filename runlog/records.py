"""Define the records of an import and of the store: plain, frozen, made of those of ``runlog.model``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from runlog.model import (
        Activity,
        Entry,
        Plan,
        Route,
        RouteAssignment,
        Shoe,
        ShoeRule,
        Track,
        TrackSummary,
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a source that did not stop the reading of the rest."""

    reason: str
    line: int | None = None  # of a text file
    byte: int | None = None  # of a binary file

    def __str__(self) -> str:
        if self.line is not None:
            return f"line {self.line}: {self.reason}"
        if self.byte is not None:
            return f"byte {self.byte}: {self.reason}"
        return self.reason


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What one file held: any of activities, diary entries, shoes and problems."""

    format: str  # "fit", "gpx", "diary" …
    activities: tuple[Activity, ...] = ()
    entries: tuple[Entry, ...] = ()
    shoes: tuple[Shoe, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = field(default=())  # said in the summary: assumptions, salvage
    edited: bool = False  # the runner goes on editing it: rows that are no longer in it are taken out
    exported: ExportedActivity | ExportedJournal | None = None  # an export of runlog itself


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file as it was taken once: known again by its bytes."""

    sha256: str
    path: str
    format: str
    is_diary: bool
    imported_at: datetime


class RecordingKey(NamedTuple):
    """Which recording it is, in whatever store: its place in a file, or by its row of a list."""

    sha256: str
    position: int
    external: str | None = None


@dataclass(frozen=True, slots=True)
class StoredActivity:
    """An activity in the store: one of its columns each from the best of its sources.

    Attributes:
        id: what the runner calls it by; never changes, never used again.
        activity: the merged values, without the track (the store reads tracks one by one).
        sources: the files that it was read from, the one with the richest stream first.
        worn: the shoe that the runner put on it by hand, which outranks everything else.
        shape: the cached route shape, degrees (n, 2) as lat, lon; None without positions.
        digest: what the streams come to, each part from the best of the sources; None without a stream.
    """

    id: int
    activity: Activity
    sources: tuple[str, ...]
    worn: str | None = None
    shape: NDArray[Any] | None = None
    digest: TrackSummary | None = None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A diary entry in the store, and where it came from ("log" or a file's path)."""

    id: int
    entry: Entry
    source: str


@dataclass(frozen=True, slots=True)
class StoredShoeRule:
    """A rule in the store."""

    id: int
    rule: ShoeRule


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert in the store: what was said of it last, and what the runner and runlog have done about it.

    Attributes:
        id: what the runner calls it by; the same whenever the cause comes again.
        kind, subject: which cause; there is one alert of each.
        severity: "info", "warn" or "urgent", as it stands.
        message, why, todo: as they were said last.
        since: the first local day on which the cause held.
        worst: the highest severity since it began.
        began: when it was first seen since the cause came (again).
        notified: when the runner was sent word of it; None: never since it began or grew worse.
        acknowledged: when the runner said that it is known; None: not, or it has grown worse since.
        snoozed_until: when it shall speak again; None: it is not asleep.
        resolved: when the cause was first seen to have ended; None: it holds.
    """

    id: int
    kind: str
    subject: str
    severity: str
    message: str
    why: str
    todo: str
    since: date
    worst: str
    began: datetime
    notified: datetime | None = None
    acknowledged: datetime | None = None
    snoozed_until: datetime | None = None
    resolved: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the store holds, but for the streams: what a history is built of."""

    activities: Sequence[StoredActivity] = ()
    entries: Sequence[StoredEntry] = ()
    shoes: Sequence[Shoe] = ()
    shoe_rules: Sequence[StoredShoeRule] = ()
    routes: Sequence[Route] = ()
    route_of: Mapping[int, int] = field(default_factory=dict)  # by the id of the run, before any joining
    plans: Sequence[Plan] = ()


@dataclass(frozen=True, slots=True)
class ExportedRecording:
    """One recording of an exported activity.

    Attributes:
        file: the file that it was read from.
        position: its index within that file.
        activity: its values, without the track.
        track: its stream; None where it has none.
    """

    file: ImportedFile
    position: int
    activity: Activity
    track: Track | None


@dataclass(frozen=True, slots=True)
class ExportedActivity:
    """One activity of an export: the fields, in their order, are the keys of its JSON file.

    Attributes:
        id: what the runner calls it by.
        worn: the shoe that the runner put on it by hand.
        kept_apart: whether the runner has split it.
        apart: recordings of those hours that are of other activities, so they are not joined to this.
        recordings: what it is made of, in the order in which they were imported.
    """

    id: int
    worn: str | None
    kept_apart: bool
    apart: tuple[RecordingKey, ...]
    recordings: tuple[ExportedRecording, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedJournal:
    """Everything of an export that is no activity: the fields, in their order, are the keys of its JSON file.

    Those with a default are missing in exports of older versions.

    Attributes:
        entries: the diary; the run of an entry is an id of ``activities``.
        shoes: the pairs.
        shoe_rules: the rules by which pairs are worn.
        files: the imported files that hold no recording.
        versions: by the path of a file that the runner goes on editing, the sha256 of the version that holds.
        alerts: the states of all alerts.
        plans: the planned comparisons.
        routes: all that were ever found.
        on_route: by the id of a run, as ``activities`` has it, the route that it went.
        activities: the recordings of every activity by its id, as the export names it.
    """

    entries: tuple[StoredEntry, ...]
    shoes: tuple[Shoe, ...]
    shoe_rules: tuple[ShoeRule, ...] = ()
    files: tuple[ImportedFile, ...]
    versions: Mapping[str, str]
    alerts: tuple[StoredAlert, ...] = ()
    plans: tuple[Plan, ...] = ()
    routes: tuple[Route, ...] = ()
    on_route: Mapping[int, RouteAssignment] = field(default_factory=dict)
    activities: Mapping[int, tuple[RecordingKey, ...]]
