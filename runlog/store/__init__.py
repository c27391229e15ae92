"""Hold all state of one runner in one SQLite file.

Open it with `open`; `Store.reading` and `Store.writing` give a connection to the functions of this
package's modules, each write in one transaction.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from runlog.errors import StoreError
from runlog.model import Snapshot
from runlog.store import (
    activities,
    connection,
    diary,
    files,
    imports,
    portable,
    recordings,
    routes,
    shoes,
    trials,
)
from runlog.store.connection import transaction, translate_decode_errors, translate_errors
from runlog.store.diary import LOG, EntryCounts
from runlog.store.files import CachedScan
from runlog.store.imports import FileOutcome
from runlog.store.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from runlog.model import (
        Activity,
        Entry,
        ExportedActivity,
        ExportedJournal,
        ParsedFile,
        Shoe,
        StoredActivity,
        StoredEntry,
        Track,
    )
    from runlog.results import RecordingInfo
    from runlog.store.tracks import PackedDerived, PackedTrack

__all__ = ["LOG", "CachedScan", "EntryCounts", "FileOutcome", "Store", "open"]


def open(folder: Path) -> Store:  # noqa: A001 - reads as store.open
    """Open the store in this folder, making both where they are not there yet.

    Raises:
        StoreError: it cannot be made or opened, or a newer runlog has written it.
    """
    path = folder / connection.DATABASE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: the folder cannot be made: {error.strerror}") from error
    with translate_errors(path):
        db = sqlite3.connect(path, timeout=connection.BUSY_TIMEOUT_S, isolation_level=None)
        try:
            _configure(db)
        except BaseException:
            db.close()
            raise
    return Store(path, db)


def _configure(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    migrate(db)


class Store:
    """All that is kept of one runner. A context manager; every error of sqlite3 comes as StoreError."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self.path = path
        self._db = db

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; closing again does nothing."""
        with translate_errors(self.path):
            self._db.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, to be read with the functions of this room's modules."""
        with translate_errors(self.path), translate_decode_errors(self.path):
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The database within a transaction: all that is written meanwhile is kept, or nothing of it."""
        with translate_errors(self.path), transaction(self._db):
            yield self._db

    def known(self, path: str, sha256: str) -> FileOutcome | None:
        """What to say of a file whose bytes were taken before; None where it has to be read."""
        with self.writing() as db:
            return imports.recognise_file(db, path, sha256)

    def add_file(
        self,
        path: str,
        sha256: str,
        reading: ParsedFile,
        streams: Sequence[PackedTrack | None],
    ) -> FileOutcome:
        """Keep all that a file holds in one transaction: duplicates merged, a diary's rows in step.

        Args:
            path: the file's absolute path, which a diary is known by.
            sha256: of its bytes, in hex.
            reading: what it holds; the tracks of its activities come packed as
            streams: one for each, None where it has no track.
        """
        with self.writing() as db:
            return imports.add_file(db, path, sha256, reading, streams)

    def seen(self, paths: Sequence[str], reader: str) -> list[tuple[CachedScan, tuple[int, ...]]]:
        """What came of these files when the same reader took them, each with the runs that it tells of."""
        with self.reading() as db:
            return files.read_scans(db, paths, reader)

    def remember(self, reader: str, paths: Iterable[str], seen_now: Iterable[CachedScan]) -> None:
        """Remember what came of files, in the place of what came of them before."""
        with self.writing() as db:
            files.save_scans(db, reader, paths, seen_now)

    def split(self, activity_id: int, numbers: Sequence[int] = ()) -> list[int]:
        """Make several activities of one, and give the ids of the new ones. See ``grouping.split``."""
        with self.writing() as db:
            return recordings.split_activity(db, activity_id, numbers)

    def merge(self, into: int, other: int) -> None:
        """Make one activity of two; raises as ``grouping.merge`` does."""
        with self.writing() as db:
            recordings.merge_by_hand(db, into, other)

    def sources(self, activity_id: int) -> list[RecordingInfo]:
        """The sources of an activity, the best first, as ``split`` numbers them."""
        with self.reading() as db:
            return activities.read_sources(db, int(activity_id))  # sqlite3 takes a frame's numpy id for bytes

    def count_as(self, sha256: str, activities: Sequence[Activity]) -> int:
        """Let a known file's recordings take over sport and kind; says how many that changes."""
        with self.writing() as db:
            return imports.set_sport(db, sha256, activities)

    def activities(self, *, derived: bool = True) -> list[StoredActivity]:
        """All activities in the order of their starts; without what is derived that needs no numpy."""
        with self.reading() as db:
            return activities.read_activities(db, derived=derived)

    def activity(self, activity_id: int) -> StoredActivity:
        """One activity, without what is derived of its tracks.

        Raises:
            NotFound: there is no such activity.
        """
        with self.reading() as db:
            return activities.read_activity(db, activity_id)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all that is read meanwhile be of one moment, whatever others write; nothing can be written."""
        with translate_errors(self.path):
            self._db.execute("BEGIN")
        try:
            yield
        finally:
            with translate_errors(self.path):
                self._db.execute("ROLLBACK")

    def activity_ids(self) -> list[int]:
        """The ids of all activities."""
        with self.reading() as db:
            return portable.list_activity_ids(db)

    def exported_activity(self, activity_id: int) -> tuple[ExportedActivity, list[Activity]]:
        """One activity as an export tells it, and its recordings with their tracks."""
        with self.reading() as db:
            return portable.export_activity(db, activity_id)

    def exported_journal(self) -> ExportedJournal:
        """All that is no activity, as an export tells it."""
        with self.reading() as db:
            return portable.export_journal(db)

    def track(self, activity_id: int) -> Track | None:
        """The track of the best recording of an activity; None where it has none."""
        with self.reading() as db:
            return activities.read_track(db, int(activity_id))  # sqlite3 takes a frame's numpy id for bytes

    def entries(self) -> list[StoredEntry]:
        """All diary entries in the order of their moments."""
        with self.reading() as db:
            return activities.read_entries(db)

    def add_entry(self, entry: Entry, source: str = LOG) -> int:
        """Keep an entry and return its id.

        Raises:
            BadInput: a value is out of its range, or that area has an entry at that very moment.
        """
        with self.writing() as db:
            return diary.add_entry(db, entry, source)

    def replace_entry(self, entry_id: int, entry: Entry) -> None:
        """Put other values in the place of an entry's.

        Raises:
            NotFound: there is no entry of that id.
            BadInput: as for ``add_entry``.
        """
        with self.writing() as db:
            diary.update_entry(db, entry_id, entry)

    def remove_entry(self, entry_id: int) -> None:
        """Take an entry out.

        Raises:
            NotFound: there is no entry of that id.
        """
        with self.writing() as db:
            diary.remove_entry(db, entry_id)

    def last_logged(self) -> StoredEntry | None:
        """The entry that was logged by hand last."""
        with self.reading() as db:
            return diary.last_logged(db)

    def shoes(self) -> list[Shoe]:
        """All pairs that the runner or a shoes file has told of, by name."""
        with self.reading() as db:
            return activities.read_shoes(db)

    def kept(self, *, derived: bool = True) -> Snapshot:
        """All that a history is built of, with or without what is derived of tracks."""
        with self.reading() as db:
            return Snapshot(
                activities=activities.read_activities(db, derived=derived),
                entries=activities.read_entries(db),
                shoes=activities.read_shoes(db),
                shoe_rules=shoes.read_shoe_rules(db),
                routes=routes.read_routes(db),
                route_of=routes.read_route_by_run(db),
                plans=trials.read_trials(db),
            )

    def renew_derived(self, derive: Callable[[Track], PackedDerived], version: int) -> None:
        """Derive anew of tracks what is missing or what another version of the code has made."""
        with self.reading() as db:
            outdated = activities.recordings_without_derived(db, version)
        for recording_id in outdated:
            with self.reading() as db:
                track = activities.read_recording_track(db, recording_id)
            if track is not None:
                derived = derive(track)
                with self.writing() as db:
                    recordings.save_derived(db, recording_id, derived)
