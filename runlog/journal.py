"""Open a journal, all that notebooks and commands hold: files and ratings go in, a history comes out."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from runlog import settings, store
from runlog.model import Kind
from runlog.settings import Settings
from runlog.store import activities, backup, changes, diary, files, reads, recordings, routes, shoes, writes
from runlog.store.activities import delete_activities, read_deleted, rename_activity, restore_activities
from runlog.store.connection import ChangeWatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from runlog.alert_states import Alerts
    from runlog.analysis.history import History
    from runlog.doctor import CheckReport
    from runlog.export import ExportResult
    from runlog.model import Shoe, ShoeRule, Track
    from runlog.records import Change, ReadBefore, Snapshot, StoredActivity
    from runlog.results import HomeContents, ImportSummary, RestoreResult
    from runlog.store import Store
    from runlog.sync import Clouds
    from runlog.trials.registry import TrialRegistry


def open(path: str | os.PathLike[str] | None = None) -> Journal:  # noqa: A001 - reads as runlog.open
    """Open the journal in a folder (see ``home_folder``), created once there is something to store."""
    folder = home_folder(path)
    return Journal(folder, settings.read_settings(folder / settings.CONFIG_NAME))


def open_unchecked(path: str | os.PathLike[str] | None = None) -> Journal:
    """Open a journal without its config.toml, for `backup`, `restore` and `doctor`, which need none."""
    return Journal(home_folder(path), Settings())


def home_folder(path: str | os.PathLike[str] | None = None) -> Path:
    """Return a journal's folder; by default RUNLOG_HOME, or else the user data folder of this platform."""
    import platformdirs

    given = path or os.environ.get("RUNLOG_HOME")
    return Path(given or platformdirs.user_data_dir("runlog", appauthor=False)).expanduser().absolute()


def diary_template() -> str:
    """Return an empty diary CSV to fill in."""
    from runlog.export import format_diary

    return format_diary(())


def watch_folders(folders: Sequence[Path], wait: Callable[[], bool]) -> Iterator[list[Path]]:
    """Yield the new and changed files in folders, once they no longer grow.

    A folder that does not exist yet is waited for. ``wait`` is called between two looks; False stops.
    """
    from runlog.ingest import sources

    yield from ([Path(file.path) for file in found] for found in sources.watch_folders(folders, wait))


def _clinician_warnings(history: History, now: datetime) -> list[str]:
    from runlog.reporter.alerts import clinician_warnings

    return clinician_warnings(history, now)


@dataclass(slots=True)
class Journal:
    """A runner's folder with its settings and its store. Use it with ``with``, or close it.

    Attributes:
        folder: of the database, the reports, and the config.toml that ``settings`` were read from.
        route_progress: called with comparisons done and to do while a history finds routes.
        read_before: what histories of this folder were made of, for the next ones to take.
    """

    folder: Path
    settings: Settings
    route_progress: Callable[[int, int], None] | None = field(default=None, repr=False, compare=False)
    read_before: ReadBefore | None = field(default=None, repr=False, compare=False)
    _open_store: Store | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; its histories stay usable."""
        if self._open_store is not None:
            self._open_store.close()
            self._open_store = None

    @property
    def _store(self) -> Store:
        self._open_store = self._open_store or store.open(self.folder, self.read_before)
        return self._open_store

    def add(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        sport: str | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        workers: int | None = None,
    ) -> ImportSummary:
        """Import files, and all files in folders; a bad file does not stop the others.

        Args:
            paths: files and folders.
            sport: overrides the sport in the files ("running", "cycling" …); "file" takes that back.
            progress: called after each file with the number of files done, their total, and the file's name.
            workers: number of processes; by default as many as there are processors if that is faster.

        Raises:
            StoreError: the store cannot be written; the files before are imported.
        """
        from runlog import ingest

        return ingest.import_files(
            self._store, paths, self.settings, sport=sport, progress=progress, workers=workers
        )

    def history(self) -> History:
        """Return everything that happened, as frames."""
        from runlog.analysis.build import build_history

        return build_history(self.routes.find(self.route_progress), self.settings, self.track)

    def track(self, run_id: int) -> Track | None:
        """Return the track of a run or other activity, also once the journal is closed."""
        if self._open_store is not None:
            return self._open_store.read(activities.read_track, run_id)
        with store.open(self.folder) as reopened:
            return reopened.read(activities.read_track, run_id)

    sources = reads(activities.read_sources)
    activity = reads(activities.read_activity)
    last_run = reads(activities.read_last_run)
    recent_run = reads(activities.read_recent_run)

    def activities(self) -> list[StoredActivity]:
        """Return all runs and other activities by start time, without track summaries (loads no numpy)."""
        return self._store.read(activities.read_activities, derived=False)

    def runs(self) -> list[StoredActivity]:
        """Return all runs by start time, without track summaries (loads no numpy)."""
        return [stored for stored in self.activities() if stored.activity.kind is Kind.RUN]

    split = writes(recordings.split_activity)
    merge = writes(recordings.merge_by_hand)
    delete = writes(delete_activities)
    undelete = writes(restore_activities)
    deleted = reads(read_deleted)
    rename = writes(rename_activity)

    log = writes(diary.add_entry)
    edit = writes(diary.update_entry)
    remove_entry = writes(diary.delete_entry)
    entries = reads(diary.read_entries)
    last_logged = reads(diary.last_logged)
    record = writes(files.record_activity)
    last_change = reads(changes.read_last_change)

    def set_sport(self, activity_id: int, word: str | None) -> None:
        """Set what sport an activity was, in any word for it that runlog knows; None: as its files say."""
        from runlog.importers.sports import find_sport

        self._store.change(activities.set_activity_sport, activity_id, find_sport(word) if word else None)

    def undo(self, expected: Change | None = None) -> Change | None:
        """Undo the last change by hand and return it; None without one. Imports are not undone.

        Raises:
            BadInput: it is not the expected one, or what it changed was changed again since.
        """
        return self._store.write(changes.undo_change, expected)

    def as_one_change(self, what: str) -> AbstractContextManager[None]:
        """Make all changes of a with block together, or none; they are undone in one go, as ``what``."""
        return self._store.as_one_change(what)

    def redo(self) -> Change | None:
        """Make the change again that was undone last, and return it; None without one."""
        return self._store.write(changes.redo_change)

    def export_diary(self) -> str:
        """Return all diary entries as a diary CSV; importing it again changes nothing."""
        from runlog.export import format_diary

        return format_diary(stored.entry for stored in self.entries())

    @property
    def shoes(self) -> Shoes:
        """The pairs of shoes, their runs, and the rules that assign them."""
        return Shoes(self._store, self.settings)

    @property
    def plans(self) -> TrialRegistry:
        """The planned trials: randomised comparisons of two ways of running."""
        from runlog.trials.registry import TrialRegistry

        return TrialRegistry(self._store, _clinician_warnings)

    @property
    def routes(self) -> Routes:
        """The routes that were found, and the user's edits of them."""
        return Routes(self._store)

    @property
    def clouds(self) -> Clouds:
        """The services that runs are fetched from, and their keys."""
        from runlog.sync import Clouds

        return Clouds(self._store, self.folder, self.settings)

    @property
    def alerts(self) -> Alerts:
        """The alerts and their states: open, acknowledged, snoozed or resolved."""
        from runlog.alert_states import Alerts

        return Alerts(self._store)

    inspect_backup = staticmethod(backup.inspect_backup)

    def watch_changes(self) -> ChangeWatcher:
        """Return what tells of each change of the database, by whichever process; close it."""
        return ChangeWatcher(self._store.path)

    def contents(self) -> HomeContents | None:
        """Return the record counts of this journal; None if it has no database yet.

        Raises:
            StoreError: the database cannot be read.
        """
        return backup.read_current_contents(self.folder)

    def backup(
        self, file: str | os.PathLike[str], *, force: bool = False, now: datetime | None = None
    ) -> HomeContents:
        """Copy everything, settings included, into one file, also while others write to the store.

        The file's folder has to exist; a file that is there already is only replaced with ``force``. The
        backup is marked with the time.

        Raises:
            BadInput: there is nothing to back up, or the file cannot be written there.
            StoreError: the store is damaged or cannot be read; a file that is there stays.
        """
        return backup.make_backup(self.folder, Path(file), now or datetime.now(UTC), force=force)

    def restore(self, file: str | os.PathLike[str], *, now: datetime | None = None) -> RestoreResult:
        """Replace everything by a backup; the previous database and settings stay in the folder, renamed.

        Their names get the time. The settings of this journal stay as they were read; open it again for those
        of the backup.

        Raises:
            BadInput: it is no backup, is damaged or not as runlog makes it, or of a newer runlog.
            StoreError: the folder cannot be written, or another program writes to it for too long.
        """
        return backup.restore_backup(self.folder, Path(file), (now or datetime.now(UTC)).astimezone())

    def export(
        self,
        folder: str | os.PathLike[str],
        *,
        gpx: bool = False,
        force: bool = False,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> ExportResult:
        """Write everything as plain files; importing them into an empty home restores all of it.

        Args:
            folder: a new or an empty one.
            gpx: write each track also as GPX, for other tools.
            force: replace an export in the folder; other files in it stay.
            progress: called after each activity with the number done, the total, and its file's name.

        Raises:
            BadInput: there is nothing to export, or the folder holds something or cannot be written.
            StoreError: the database cannot be read.
        """
        from runlog import export

        self.routes.find()  # else an import of the export would number them in another order
        return export.export_all(
            self._store, self.folder, Path(folder), with_gpx=gpx, force=force, progress=progress
        )

    def doctor(self, progress: Callable[[int, int, str], None] | None = None) -> CheckReport:
        """Check data, settings, disk and libraries; ``progress`` as for ``export``. Nothing is changed."""
        from runlog import doctor

        return doctor.check_home(self.folder, progress)

    def drop_caches(self) -> None:
        """Delete what runlog computes again when it is missing; nothing else is changed."""
        from runlog.store import checks, connection

        checks.drop_caches(self.folder / connection.DATABASE)


@dataclass(frozen=True, slots=True)
class Shoes:
    """The pairs of one runner; ``journal.shoes`` returns it."""

    _store: Store
    _settings: Settings

    all = reads(shoes.read_shoes)
    names = reads(shoes.read_shoe_names)
    add = writes(shoes.add_shoe)
    edit = writes(shoes.edit_shoe)
    retire = writes(shoes.retire_shoe)
    resume = writes(shoes.resume_shoe)
    delete = writes(shoes.delete_shoe)
    rename = writes(shoes.rename_shoe)
    join = writes(shoes.join_shoes)
    separate = writes(shoes.separate_shoe)
    wear = writes(shoes.set_shoe_override)
    rules = reads(shoes.read_shoe_rules)
    check_rule = reads(shoes.check_shoe_rule)
    add_rule = writes(shoes.add_shoe_rule)
    remove_rule = writes(shoes.remove_shoe_rule)

    def history_if(
        self,
        *,
        overrides: Mapping[int, str | None] | None = None,
        rules: Iterable[ShoeRule] = (),
        without: Iterable[int] = (),
        pair: Shoe | None = None,
    ) -> History:
        """Return the history as it would be with these changes, without track summaries; store nothing.

        Args:
            overrides: the pair assigned by hand, or None to remove the assignment, by the run's id.
            rules: additional rules, which appear with the number 0.
            without: the numbers of rules that are left out.
            pair: a pair that is added, or whose values replace those of the pair of its name.
        """
        from runlog.analysis.build import build_history, with_shoe_changes

        changed = with_shoe_changes(
            self._store.read_snapshot(derived=False), overrides or {}, rules=rules, without=without, pair=pair
        )
        return build_history(
            changed, self._settings, lambda run: self._store.read(activities.read_track, run)
        )


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one runner; ``journal.routes`` returns it."""

    _store: Store

    all = reads(routes.read_routes)
    names = reads(routes.read_route_names)
    name = writes(routes.rename_route)
    join = writes(routes.join_routes)
    unjoin = writes(routes.unjoin_route)

    def find(self, progress: Callable[[int, int], None] | None = None) -> Snapshot:
        """Detect the routes of new runs, and return everything that a history is built from."""
        from runlog import ingest

        return ingest.refresh(self._store, progress)

    def split(self, run_ids: Sequence[int]) -> tuple[int, int]:
        """Make some runs of one route a route of their own; they stay on it.

        Later runs go to the nearer one of the two routes.

        Returns:
            The ids of the route that they were on, and of the new one.

        Raises:
            NotFound: there is no such run.
            BadInput: they have no route, are of several, or are all of their route.
        """
        return self._store.change(routes.split_route, self.find(), run_ids)
