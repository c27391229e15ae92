"""What the store keeps, and what an export tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from runlog.digest import Digest
    from runlog.model.activities import Activity
    from runlog.model.alerts import KeptAlert
    from runlog.model.diary import Entry
    from runlog.model.plans import Plan
    from runlog.model.routes import OnRoute, Route
    from runlog.model.shoes import KeptShoeRule, Shoe, ShoeRule


@dataclass(frozen=True, slots=True)
class KeptActivity:
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
    digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """A diary entry in the store, and where it came from ("log" or a file's path)."""

    id: int
    entry: Entry
    source: str


@dataclass(frozen=True, slots=True)
class Kept:
    """All that the store holds, but for the streams: what a history is built of."""

    activities: Sequence[KeptActivity] = ()
    entries: Sequence[KeptEntry] = ()
    shoes: Sequence[Shoe] = ()
    shoe_rules: Sequence[KeptShoeRule] = ()
    routes: Sequence[Route] = ()
    route_of: Mapping[int, int] = field(default_factory=dict)  # by the id of the run, before any joining
    plans: Sequence[Plan] = ()


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file as it was taken once: known again by its bytes."""

    sha256: str
    path: str
    format: str
    is_diary: bool
    imported_at: datetime


class Origin(NamedTuple):
    """Which recording it is, in whatever store: its place in a file, or by its row of a list."""

    sha256: str
    position: int
    external: str | None = None


@dataclass(frozen=True, slots=True)
class ExportedActivity:
    """One activity of an export: how its recordings, which are beside this, were kept.

    Attributes:
        id: what the runner calls it by.
        worn: the shoe that the runner put on it by hand.
        kept_apart: whether the runner has split it.
        files: the file of each recording.
        positions: the place of each recording in its file.
        apart: recordings of those hours that are of other activities, so they are not joined to this.
    """

    id: int
    worn: str | None
    kept_apart: bool
    files: tuple[TakenFile, ...]
    positions: tuple[int, ...]
    apart: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportedJournal:
    """All of an export that is no activity.

    Attributes:
        activities: the recordings of every activity by its id, as the export names it.
        entries: the diary; the run of an entry is an id of ``activities``.
        shoes: the pairs, and by which rules they are worn.
        routes: all that were ever found.
        on_route: by the id of a run, as ``activities`` has it, the route that it went.
        files: the files taken that hold no recording.
        versions: by the path of a file that the runner goes on editing, the sha256 of the version that holds.
        alerts: what is known of the alerts.
        plans: the planned comparisons.
    """

    activities: Mapping[int, tuple[Origin, ...]]
    entries: tuple[KeptEntry, ...] = ()
    shoes: tuple[Shoe, ...] = ()
    files: tuple[TakenFile, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    shoe_rules: tuple[ShoeRule, ...] = ()
    routes: tuple[Route, ...] = ()
    on_route: Mapping[int, OnRoute] = field(default_factory=dict)
    alerts: tuple[KeptAlert, ...] = ()
    plans: tuple[Plan, ...] = ()
