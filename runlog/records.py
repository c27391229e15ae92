"""Define the records of an import and of the store: plain, frozen, made of those of ``runlog.model``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from runlog.errors import Problem
    from runlog.model import (
        Activity,
        Entry,
        Kind,
        Plan,
        Route,
        RouteAssignment,
        Shoe,
        ShoeRule,
        Track,
        TrackSummary,
    )


@dataclass(frozen=True, slots=True)
class Night:
    """What a watch or an app says about one night."""

    source: str  # the service, or the format of the list
    day: date  # the local day after the night
    sleep_hours: float | None = None
    resting_hr: float | None = None  # in bpm
    hrv: float | None = None  # of that night, as RMSSD in ms
    # 0 to 100, as the source has it: a watch's mean of the day before, or the runner's own rating
    stress: float | None = None


#: The least and the most that each value of a night can be; what lies outside is unknown.
NIGHT_LIMITS: Mapping[str, tuple[float, float]] = {
    "sleep_hours": (0.1, 24.0),
    "resting_hr": (20.0, 150.0),
    "hrv": (1.0, 400.0),
    "stress": (0.0, 100.0),
}


def make_night(source: str, day: date, **values: float | None) -> Night | None:
    """Return a night without the values that cannot be; None where none is left."""
    possible = {
        name: float(value)
        for name, value in values.items()
        if value is not None and NIGHT_LIMITS[name][0] <= value <= NIGHT_LIMITS[name][1]
    }
    return Night(source, day, **possible) if possible else None


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What is remembered of a service that runs are fetched from; never its key."""

    name: str  # "garmin" or "intervals"
    since: date | None = None  # the first local day that is fetched; None: everything
    synced_at: datetime | None = None  # when all activities up to then had been fetched; None: never
    nights_until: date | None = None  # the last local day whose wellness was fetched
    key_expires: date | None = None  # the last local day on which its key is accepted; None: not known
    refused_at: datetime | None = None  # when it refused the key, and accepted none since


@dataclass(frozen=True, slots=True)
class FetchedActivity:
    """What became of one activity of a service."""

    external: str  # the id that the service gives it
    start: datetime
    fingerprint: str  # of what the service's list says about it
    outcome: str  # "fetched", "no file", "failed", or "withheld" where the service may not pass it on
    reason: str = ""  # why it failed or is withheld


#: Counts up whenever what is read from a file becomes more or other than before.
READER_VERSION = 3


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The content of one file: any of activities, diary entries, shoes, nights and problems."""

    format: str  # "fit", "gpx", "diary" …
    activities: tuple[Activity, ...] = ()
    entries: tuple[Entry, ...] = ()
    shoes: tuple[Shoe, ...] = ()
    nights: tuple[Night, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = field(default=())  # shown in the summary: assumptions, salvage
    replaces_earlier: bool = False  # the user keeps editing it: rows missing from a new version are deleted
    exported: ExportedActivity | ExportedJournal | None = None  # an export of runlog itself
    columns: frozenset[str] | None = None  # of a list: the fields that it has a column for; None: all fields
    program: str | None = None  # the program that wrote it, where the file names one
    # fields of cells that could not be read, by (moment, area, side) of an entry or external of an activity
    unread: Mapping[Hashable, frozenset[str]] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()  # names of pairs that are out of use, it is not said since when


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """An imported file, identified by its sha256."""

    sha256: str
    path: str
    format: str
    is_diary: bool
    imported_at: datetime


class RecordingKey(NamedTuple):
    """Identify a recording across databases: file hash and index, or external row id."""

    sha256: str
    position: int
    external: str | None = None


class Sport(NamedTuple):
    """A sport in FIT's words: running, and None or treadmill …; and what it counts as."""

    sport: str
    sub_sport: str | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class StoredActivity:
    """An activity in the store, each of its values from the best of its sources."""

    id: int  # its number for the runner; never changes, never used again
    activity: Activity  # the merged values, without the track (the store reads tracks one by one)
    sources: tuple[str, ...]  # the files that it was read from, the one with the richest track first
    # the shoe that the runner assigned by hand, which outranks everything else
    shoe_override: str | None = None
    # the cached route shape, degrees (n, 2) as lat, lon; None without positions
    shape: NDArray[Any] | None = None
    # summary of its tracks, each part from the best of the sources; None without a track
    summary: TrackSummary | None = None
    given_name: str | None = None  # the name that the runner gave it by hand, which `activity` has
    given_sport: Sport | None = None  # the sport that the runner says it was, which `activity` has


#: What a long-running process has read: each activity by its id, with the rows that it was made of.
ReadBefore = dict[int, tuple[list[tuple[object, ...]], StoredActivity]]


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A diary entry in the store, and where it came from ("log" or a file's path)."""

    id: int
    entry: Entry
    source: str


@dataclass(frozen=True, slots=True)
class Change:
    """What the runner changed by hand in one go."""

    what: str  # the name of the function that changed it ("add_entry", "merge_by_hand" …)
    made_at: datetime
    # each diary entry before and after it; None where there was none
    entries: tuple[tuple[StoredEntry | None, StoredEntry | None], ...] = ()
    shoes: tuple[str, ...] = ()  # the names of the pairs that it changed
    runs: tuple[int, ...] = ()  # the ids of the runs and other activities
    routes: tuple[int, ...] = ()
    plans: tuple[int, ...] = ()
    imported_since: bool = False  # whether a file was imported after it, which undoing does not take back


@dataclass(frozen=True, slots=True)
class StoredShoeRule:
    """A rule in the store."""

    id: int
    rule: ShoeRule


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert in the store: its last texts and its state."""

    id: int  # its number for the runner; the same whenever its cause comes again
    kind: str  # the rule that raised it
    subject: str  # what it is about, e.g. a pair of shoes; there is one alert per kind and subject
    severity: str  # the current one: "info", "warn" or "urgent"
    message: str  # this and the next two as they were last: what it is
    why: str  # the reason, in numbers
    todo: str  # what to do
    since: date  # the first local day on which the cause held
    worst: str  # the highest severity since it began
    began: datetime  # when it was first seen since the cause came (again)
    notified: datetime | None = None  # when a notification was sent; None: never since it began or grew worse
    # when the runner acknowledged it; None: not, or it has grown worse since
    acknowledged: datetime | None = None
    snoozed_until: datetime | None = None  # when it is shown again; None: it is not snoozed
    resolved: datetime | None = None  # when the cause was first seen to have ended; None: it holds


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a History is built from, without tracks."""

    activities: Sequence[StoredActivity] = ()
    entries: Sequence[StoredEntry] = ()
    shoes: Sequence[Shoe] = ()
    shoe_rules: Sequence[StoredShoeRule] = ()
    routes: Sequence[Route] = ()
    route_ids: Mapping[int, int] = field(
        default_factory=dict
    )  # by the id of the run, before routes are joined
    plans: Sequence[Plan] = ()
    nights: Sequence[Night] = ()
    services: Sequence[ServiceState] = ()


@dataclass(frozen=True, slots=True)
class ExportedRecording:
    """One recording of an exported activity: its file, its index within that, its values and its track."""

    file: ImportedFile
    position: int
    activity: Activity  # without the track
    track: Track | None


@dataclass(frozen=True, slots=True)
class ExportedActivity:
    """One activity of an export: the fields, in their order, are the keys of its JSON file."""

    id: int  # its number for the runner
    worn: str | None  # the shoe that the runner assigned by hand
    kept_apart: bool  # whether the runner has split it, so that it is never merged
    # recordings of other activities at the same hours, so that a re-import does not merge them
    apart: tuple[RecordingKey, ...]
    recordings: tuple[ExportedRecording, ...]  # in the order in which they were imported
    merged_by_hand: bool = False  # whether the runner has merged it, so that it is never taken apart
    is_deleted: bool = False  # whether the runner has deleted it
    given_name: str | None = None  # the name that the runner gave it by hand
    given_sport: Sport | None = None  # the sport that the runner says it was


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedJournal:
    """Everything of an export that is no activity: the fields, in their order, are the keys of its JSON file.

    Those with a default are missing in exports of older versions.
    """

    entries: tuple[StoredEntry, ...]  # the diary; the run of an entry is an id of `activities`
    shoes: tuple[Shoe, ...]
    shoe_rules: tuple[ShoeRule, ...] = ()
    files: tuple[ImportedFile, ...]  # those that hold no recording
    # by the path of a file that the runner keeps editing, the sha256 of its current version
    versions: Mapping[str, str]
    alerts: tuple[StoredAlert, ...] = ()
    plans: tuple[Plan, ...] = ()
    routes: tuple[Route, ...] = ()
    # the route of each run, by its id in `activities`
    on_route: Mapping[int, RouteAssignment] = field(default_factory=dict)
    nights: tuple[Night, ...] = ()
    # the recordings of every activity by its id, as the export names it
    activities: Mapping[int, tuple[RecordingKey, ...]]


@dataclass(frozen=True, slots=True)
class Recording:
    """An activity as one file has it, without the track."""

    id: int
    activity_id: int
    file_id: int
    path: str
    activity: Activity
    streams: int  # how many columns its track has
    points: int  # how many rows
