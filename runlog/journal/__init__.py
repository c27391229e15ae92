"""The journal of one runner: what a notebook or the command line holds.

Files and ratings go in, the history of all of it comes out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from runlog import settings, store
from runlog.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlog.analysis.history import History
    from runlog.checkup import Checkup
    from runlog.export import ExportResult
    from runlog.ingest import Summary
    from runlog.journal.alerts import Alerts
    from runlog.journal.plans import Plans
    from runlog.journal.routes import Routes
    from runlog.journal.shoes import Shoes
    from runlog.model import Entry, KeptActivity, KeptEntry, Track
    from runlog.settings import Settings
    from runlog.store import Store
    from runlog.store.activities import Source
    from runlog.store.backup import RestoreResult
    from runlog.store.connection import Contents

__all__ = ["Journal", "diary_template", "home", "open"]


def open(path: str | os.PathLike[str] | None = None) -> Journal:  # noqa: A001 - reads as runlog.open
    """Open the journal in a folder; the folder is made when there is something to keep.

    Args:
        path: the folder. Without one RUNLOG_HOME says where, or else the place for such data
            on this platform.

    Raises:
        BadInput: its config.toml cannot be read.
    """
    folder = home(path)
    return Journal(folder, settings.read(folder / settings.CONFIG))


def home(path: str | os.PathLike[str] | None = None) -> Path:
    """The folder that ``open`` opens, whether or not it can be opened."""
    return Path(path or os.environ.get("RUNLOG_HOME") or _usual_folder()).expanduser().absolute()


def _usual_folder() -> str:
    import platformdirs

    return platformdirs.user_data_dir("runlog", appauthor=False)


def diary_template() -> str:
    """An empty diary CSV to fill in."""
    from runlog.importers import diary_csv

    return diary_csv.empty_diary()


@dataclass(slots=True)
class Journal:
    """A runner's folder: its settings, and the store within. Use it with ``with``, or close it.

    Attributes:
        folder: where everything is that the runner owns.
        settings: what its config.toml says.
    """

    folder: Path
    settings: Settings
    _opened: Store | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; a history that was made of it stays usable."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def _store(self) -> Store:
        if self._opened is None:
            self._opened = store.open(self.folder)
        return self._opened

    def add(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        sport: str | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        workers: int | None = None,
    ) -> Summary:
        """Import files, and all files in folders; none of them stops the others.

        Args:
            paths: files and folders.
            sport: what the files' activities count as ("running", "cycling" …), whatever they say.
            progress: called after each file with how many are done, of how many, and its name.
            workers: how many processes read; by default as many as there are processors where that pays.

        Raises:
            StoreError: the store cannot be written; the files before are kept.
        """
        from runlog import ingest

        return ingest.import_files(
            self._store, paths, self.settings, sport=sport, progress=progress, workers=workers
        )

    def history(self) -> History:
        """All that happened, as frames."""
        from runlog.analysis import history, track_summary
        from runlog.ingest.workers import derive_packed

        self._store.renew_derived(derive_packed, track_summary.SUMMARY_VERSION)
        return history.build_history(self.routes.find(), self.settings, self.track)

    def track(self, run_id: int) -> Track | None:
        """The stream of a run or other activity; also once the journal is closed, as a history needs it."""
        if self._opened is not None:
            return self._opened.track(run_id)
        with store.open(self.folder) as kept:
            return kept.track(run_id)

    def activities(self) -> list[KeptActivity]:
        """All runs and other activities in the order of their starts, without what needs numpy."""
        return self._store.activities(derived=False)

    def runs(self) -> list[KeptActivity]:
        """All runs in the order of their starts, without what needs numpy."""
        return [one for one in self.activities() if one.activity.kind is Kind.RUN]

    def sources(self, activity_id: int) -> list[Source]:
        """The files that an activity was read from, the best first, as ``split`` numbers them."""
        return self._store.sources(activity_id)

    def split(self, activity_id: int, numbers: Sequence[int] = ()) -> list[int]:
        """Make several activities of one that was taken for one by mistake, and give the ids of the new ones.

        Files that come later go to the part that they fit best, and join the parts no more.

        Args:
            activity_id: which one; it keeps its id, its shoe and what the diary says of it.
            numbers: those of its sources, from 1 on, that become one activity of their own; by
                default each source but the first becomes one.

        Raises:
            NotFound: there is no such activity.
            BadInput: it has a single source, or no such source, or none would be left.
        """
        return self._store.split(activity_id, numbers)

    def merge(self, into: int, other: int) -> None:
        """Make one activity of two that are of the same: the first keeps its id, the other's goes.

        Raises:
            NotFound: there is no such activity.
            BadInput: they are one already.
        """
        self._store.merge(into, other)

    def last_run(self, moment: datetime) -> KeptActivity | None:
        """The last run that had started by then."""
        from runlog.store import activities, rows

        with self._store.reading() as db:
            return activities.read_last_run(db, rows.utc_text(moment))

    def log(self, entry: Entry) -> int:
        """Keep a diary entry and return its id.

        Raises:
            BadInput: a value is out of its range, or that area has an entry at that very moment.
        """
        return self._store.add_entry(entry)

    def edit(self, entry_id: int, entry: Entry) -> None:
        """Put other values in the place of an entry's.

        Raises:
            NotFound: there is no entry of that id.
            BadInput: as for ``log``.
        """
        self._store.replace_entry(entry_id, entry)

    def undo(self) -> KeptEntry | None:
        """Take back the entry that was logged last and return it; None where none was."""
        last = self.last_logged()
        if last is not None:
            self._store.remove_entry(last.id)
        return last

    def last_logged(self) -> KeptEntry | None:
        """The entry that was logged last, by hand and not by a diary file."""
        return self._store.last_logged()

    def entries(self) -> list[KeptEntry]:
        """All diary entries in the order of their moments."""
        return self._store.entries()

    def export_diary(self) -> str:
        """All diary entries as a diary CSV; importing it again changes nothing."""
        from runlog.importers import diary_csv

        return diary_csv.format_diary(kept.entry for kept in self.entries())

    @property
    def shoes(self) -> Shoes:
        """The pairs of shoes, what they were worn on, and by which rules."""
        from runlog.journal.shoes import Shoes

        return Shoes(self._store, self.settings)

    @property
    def plans(self) -> Plans:
        """What was planned: comparisons of two ways of running, by lot."""
        from runlog.journal.plans import Plans

        return Plans(self._store)

    @property
    def routes(self) -> Routes:
        """The routes that were found, and the runner's word on them."""
        from runlog.journal.routes import Routes

        return Routes(self._store)

    @property
    def alerts(self) -> Alerts:
        """The alerts from day to day: which hold, and which are acknowledged, snoozed or over."""
        from runlog.journal.alerts import Alerts

        return Alerts(self._store)

    def backup(self, file: str | os.PathLike[str], *, force: bool = False) -> Contents:
        """Put everything, settings included, into one file, whoever writes to the store meanwhile.

        Args:
            file: where to; its folder has to be there.
            force: take the place of a file that is there already.

        Raises:
            BadInput: there is nothing to back up, or the file cannot be written there.
            StoreError: the store is damaged or cannot be read.
        """
        from runlog.store import backup

        return backup.make_backup(self.folder, Path(file), datetime.now(UTC), force=force)

    def restore(self, file: str | os.PathLike[str]) -> RestoreResult:
        """Put a backup in the place of all that is kept here, which is set aside in the folder.

        The settings of this journal stay as they were read; open it again for those of the backup.

        Raises:
            BadInput: the file is no backup, is damaged, or a newer runlog has written it.
            StoreError: the folder cannot be written, or another program writes to it for too long.
        """
        from runlog.store import backup

        return backup.restore_backup(self.folder, Path(file), datetime.now().astimezone())

    def export(
        self,
        folder: str | os.PathLike[str],
        *,
        gpx: bool = False,
        force: bool = False,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> ExportResult:
        """Write everything as plain files; importing their folder into an empty home gives all of it back.

        Args:
            folder: a new or an empty one.
            gpx: write each track also as GPX, for other tools.
            force: go over an export that is there; other files in the folder stay.
            progress: called after each activity with how many are done, of how many, and its file's name.

        Raises:
            BadInput: the folder holds something, or cannot be written.
        """
        from runlog import export

        self.routes.find()  # else whoever reads it back would number them in another order
        return export.export_all(
            self._store, self.folder, Path(folder), gpx_too=gpx, force=force, progress=progress
        )

    def doctor(self, progress: Callable[[int, int, str], None] | None = None) -> Checkup:
        """Check all that is kept here and what it needs around it; nothing is changed.

        Args:
            progress: called after each track with how many are done, of how many, and which.
        """
        from runlog import checkup

        return checkup.check(self.folder, progress)
