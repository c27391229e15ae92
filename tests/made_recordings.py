"""Made-up recordings, and the files that hold them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlog.ingest.results import describe_counts, describe_known
from runlog.journal import Shoes
from runlog.model import Activity, Track, TrackSummary
from runlog.records import ParsedFile
from runlog.settings import Settings
from runlog.store.diary import EntryCounts
from runlog.store.files import KnownFile, add_file
from runlog.store.tracks import pack_derived, pack_track

if TYPE_CHECKING:
    from runlog.store import Store

MONDAY = datetime(2026, 7, 13, 5, 0, tzinfo=UTC)


def make_track(duration_s: float, distance_m: float, *, wobble_m: float = 0.0, **extra: float) -> Track:
    """A loop at an even pace, a point a second; wobble_m moves all of it north."""
    time_s = np.arange(0.0, duration_s + 1)
    angle = 2 * np.pi * time_s / duration_s
    radius_deg = distance_m / (2 * np.pi) / 111_195
    columns = {
        "time_s": time_s,
        "segment": np.zeros_like(time_s),
        "lat": 50.0 + wobble_m / 111_195 + radius_deg * np.sin(angle),
        "lon": 8.0 + radius_deg * np.cos(angle) / np.cos(np.radians(50.0)),
        "distance_m": time_s / duration_s * distance_m,
    }
    return Track(columns | {name: np.full_like(time_s, value) for name, value in extra.items()})


def make_run(
    after_s: float = 0.0, *, duration_s: float = 3000.0, distance_m: float | None = 10_000.0, **values: Any
):
    """A run on that Monday, so many seconds after seven in the morning."""
    return Activity(
        **(
            {
                "start": MONDAY + timedelta(seconds=after_s),
                "duration_s": duration_s,
                "sport": "running",
                "distance_m": distance_m,
            }
            | values
        )
    )


class Outcome(NamedTuple):
    """What came of a made-up file."""

    outcome: str
    reason: str = ""
    runs: tuple[int, ...] = ()
    runs_added: int = 0
    other_added: int = 0
    ratings: EntryCounts = EntryCounts()


@dataclass
class Files:
    """Puts made-up files into a store."""

    store: Store

    def add(self, path: str, *activities: Activity, content: str | None = None, **parts: Any) -> Outcome:
        """Add a file of these activities; its content is its path, unless said otherwise."""
        bare = tuple(replace(one, track=None) for one in activities)
        reading = ParsedFile("made", activities=bare, **parts)
        digest = sha256((content or path).encode()).hexdigest()
        streams = [
            one.track and pack_track(one.track, pack_derived(None, TrackSummary(), 1)) for one in activities
        ]
        change = self.store.write(add_file, path, digest, reading, streams)
        if isinstance(change, KnownFile):
            return Outcome("known", describe_known(change, path), change.runs)
        counted = (change.runs, change.runs_added, change.other_added, change.entries)
        return Outcome(*describe_counts(change), *counted)


def shoes_of(store: Store) -> Shoes:
    """The shoes of a store."""
    return Shoes(store, Settings())
