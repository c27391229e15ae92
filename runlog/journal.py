"""Open a runner's journal: files and ratings go in, the history of all of it comes out.

This is what a notebook, the command line and the web page hold; none of them touches the store itself.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from runlog import settings, store
from runlog.errors import BadInput, NotFound, run_not_found
from runlog.model import Kind, Route, StoredShoeRule, shoe_key
from runlog.settings import Settings
from runlog.store import activities, diary, recordings, routes, rows, shoes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from runlog.alert_states import Alerts
    from runlog.analysis.history import History
    from runlog.doctor import CheckReport
    from runlog.export import ExportResult
    from runlog.model import Entry, Shoe, ShoeRule, Snapshot, StoredActivity, StoredEntry, Track
    from runlog.results import HomeContents, ImportSummary, RecordingInfo, RestoreResult
    from runlog.store import Store
    from runlog.trials.registry import TrialRegistry

__all__ = [
    "Journal",
    "Routes",
    "Shoes",
    "diary_template",
    "home_folder",
    "open",
    "open_unchecked",
    "watch_folders",
]


def open(path: str | os.PathLike[str] | None = None) -> Journal:  # noqa: A001 - reads as runlog.open
    """Open the journal in a folder; the folder is made when there is something to keep.

    Args:
        path: the folder. Without one RUNLOG_HOME says where, or else the place for such data
            on this platform.

    Raises:
        BadInput: its config.toml cannot be read.
    """
    folder = home_folder(path)
    return Journal(folder, settings.read_settings(folder / settings.CONFIG_NAME))


def open_unchecked(path: str | os.PathLike[str] | None = None) -> Journal:
    """Open a journal without its config.toml, for `backup`, `restore` and `doctor`, which need none."""
    return Journal(home_folder(path), Settings())


def home_folder(path: str | os.PathLike[str] | None = None) -> Path:
    """The folder that ``open`` opens, whether or not it can be opened."""
    return Path(path or os.environ.get("RUNLOG_HOME") or _default_folder()).expanduser().absolute()


def _default_folder() -> str:
    import platformdirs

    return platformdirs.user_data_dir("runlog", appauthor=False)


def diary_template() -> str:
    """An empty diary CSV to fill in."""
    from runlog import export

    return export.empty_diary()


def watch_folders(folders: Sequence[Path], wait: Callable[[], bool]) -> Iterator[list[Path]]:
    """Yield the new and changed files in folders, once they no longer grow.

    Args:
        folders: where to look; one that does not exist yet is waited for.
        wait: called between two looks; returns False to stop.
    """
    from runlog.ingest import sources

    for files in sources.watch_folders(folders, wait):
        yield [Path(file.path) for file in files]


def _clinician_warnings(history: History, now: datetime) -> list[str]:
    from runlog.reporter.alerts import clinician_warnings

    return clinician_warnings(history, now)


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
    ) -> ImportSummary:
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
        from runlog.analysis import track_summary
        from runlog.analysis.build import build_history
        from runlog.ingest.workers import derive_packed

        self._store.update_derived(derive_packed, track_summary.SUMMARY_VERSION)
        return build_history(self.routes.find(), self.settings, self.track)

    def track(self, run_id: int) -> Track | None:
        """The stream of a run or other activity; also once the journal is closed, as a history needs it."""
        if self._opened is not None:
            return self._opened.read(activities.read_track, run_id)
        with store.open(self.folder) as reopened:
            return reopened.read(activities.read_track, run_id)

    def activities(self) -> list[StoredActivity]:
        """All runs and other activities in the order of their starts, without what needs numpy."""
        return self._store.read(activities.read_activities, derived=False)

    def runs(self) -> list[StoredActivity]:
        """All runs in the order of their starts, without what needs numpy."""
        return [one for one in self.activities() if one.activity.kind is Kind.RUN]

    def sources(self, activity_id: int) -> list[RecordingInfo]:
        """The files that an activity was read from, the best first, as ``split`` numbers them."""
        return self._store.read(activities.read_sources, activity_id)

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
        return self._store.write(recordings.split_activity, activity_id, numbers)

    def merge(self, into: int, other: int) -> None:
        """Make one activity of two that are of the same: the first keeps its id, the other's goes.

        Raises:
            NotFound: there is no such activity.
            BadInput: they are one already.
        """
        self._store.write(recordings.merge_by_hand, into, other)

    def last_run(self, moment: datetime) -> StoredActivity | None:
        """The last run that had started by then."""
        return self._store.read(activities.read_last_run, rows.utc_text(moment))

    def log(self, entry: Entry) -> int:
        """Keep a diary entry and return its id.

        Raises:
            BadInput: a value is out of its range, or that area has an entry at that very moment.
        """
        return self._store.write(diary.add_entry, entry)

    def edit(self, entry_id: int, entry: Entry) -> None:
        """Put other values in the place of an entry's.

        Raises:
            NotFound: there is no entry of that id.
            BadInput: as for ``log``.
        """
        self._store.write(diary.update_entry, entry_id, entry)

    def undo(self) -> StoredEntry | None:
        """Take back the entry that was logged last and return it; None where none was."""
        last = self.last_logged()
        if last is not None:
            self._store.write(diary.remove_entry, last.id)
        return last

    def last_logged(self) -> StoredEntry | None:
        """The entry that was logged last, by hand and not by a diary file."""
        return self._store.read(diary.last_logged)

    def entries(self) -> list[StoredEntry]:
        """All diary entries in the order of their moments."""
        return self._store.read(diary.read_entries)

    def export_diary(self) -> str:
        """All diary entries as a diary CSV; importing it again changes nothing."""
        from runlog import export

        return export.format_diary(kept.entry for kept in self.entries())

    @property
    def shoes(self) -> Shoes:
        """The pairs of shoes, what they were worn on, and by which rules."""
        return Shoes(self._store, self.settings)

    @property
    def plans(self) -> TrialRegistry:
        """What was planned: comparisons of two ways of running, by lot."""
        from runlog.trials.registry import TrialRegistry

        return TrialRegistry(self._store, _clinician_warnings)

    @property
    def routes(self) -> Routes:
        """The routes that were found, and the runner's word on them."""
        return Routes(self._store)

    @property
    def alerts(self) -> Alerts:
        """The alerts from day to day: which hold, and which are acknowledged, snoozed or over."""
        from runlog.alert_states import Alerts

        return Alerts(self._store)

    def contents(self) -> HomeContents | None:
        """Return the record counts of this journal; None if it has no database yet.

        Raises:
            StoreError: the database cannot be read.
        """
        from runlog.store import backup

        return backup.read_current_contents(self.folder)

    def backup(
        self, file: str | os.PathLike[str], *, force: bool = False, now: datetime | None = None
    ) -> HomeContents:
        """Copy everything, settings included, into one file, also while others write to the store.

        Args:
            file: where to; its folder has to exist.
            force: replace a file that is there already.
            now: the time that the backup is marked with.

        Raises:
            BadInput: there is nothing to back up, or the file cannot be written there.
            StoreError: the store is damaged or cannot be read.
        """
        from runlog.store import backup

        return backup.make_backup(self.folder, Path(file), now or datetime.now(UTC), force=force)

    @staticmethod
    def inspect_backup(file: str | os.PathLike[str]) -> HomeContents:
        """Return the record counts of a backup.

        Raises:
            BadInput: the file is no backup, is damaged, or a newer runlog has written it.
        """
        from runlog.store import backup

        return backup.inspect_backup(Path(file))

    def restore(self, file: str | os.PathLike[str], *, now: datetime | None = None) -> RestoreResult:
        """Replace everything by a backup; the previous database and settings stay in the folder, renamed.

        The settings of this journal stay as they were read; open it again for those of the backup.

        Args:
            file: the backup.
            now: the time in the names of the previous files.

        Raises:
            BadInput: the file is no backup, is damaged, or a newer runlog has written it.
            StoreError: the folder cannot be written, or another program writes to it for too long.
        """
        from runlog.store import backup

        return backup.restore_backup(self.folder, Path(file), (now or datetime.now(UTC)).astimezone())

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

    def doctor(self, progress: Callable[[int, int, str], None] | None = None) -> CheckReport:
        """Check all that is kept here and what it needs around it; nothing is changed.

        Args:
            progress: called after each track with how many are done, of how many, and which.
        """
        from runlog import doctor

        return doctor.check_home(self.folder, progress)

    def drop_caches(self) -> None:
        """Delete what runlog computes anew when it is missing; nothing else is changed.

        Raises:
            StoreError: the database cannot be written.
        """
        from runlog.store import checks
        from runlog.store.connection import DATABASE

        database = self.folder / DATABASE
        if database.exists():
            checks.drop_caches(database)


_UNSAVED_RULE_ID = 0  # no rule has this number


@dataclass(frozen=True, slots=True)
class Shoes:
    """The pairs of one runner; ``journal.shoes`` gives it."""

    _store: Store
    _settings: Settings

    def all(self) -> list[Shoe]:
        """All pairs that the runner or a shoes file has told of, by name, with what are but other names."""
        return self._store.read(shoes.read_shoes)

    def names(self) -> dict[str, str]:
        """The pair by each name that was ever written for it: by the runner, a diary row or a recording."""
        return self._store.read(shoes.read_shoe_names)

    def add(self, shoe: Shoe) -> list[str]:
        """Add a pair, and name those that it takes the place of as the default.

        Raises:
            BadInput: there is one of that name.
        """
        return self._store.write(shoes.add_shoe, shoe)

    def edit(self, shoe: Shoe) -> list[str]:
        """Put other values in the place of a pair's, and name those that it replaces as the default.

        Raises:
            NotFound: there is none of that name.
        """
        return self._store.write(shoes.edit_shoe, shoe)

    def rename(self, name: str, new: str) -> None:
        """Give a pair another name; what is called by the one before, now or later, stays the pair's.

        Raises:
            NotFound: there is no pair of that name.
            BadInput: another pair goes by the new name, or it is none.
        """
        self._store.write(shoes.rename_shoe, name, new)

    def join(self, name: str, other: str) -> None:
        """Let two names be of one pair, in all that is there and all that comes; it goes by the first.

        Raises:
            NotFound: one of them was never named.
            BadInput: they are of one pair already.
        """
        self._store.write(shoes.join_shoes, name, other)

    def separate(self, name: str) -> str:
        """Let a name be a pair of its own again, and return the name of the one that it was joined to.

        Raises:
            BadInput: it is none that was joined.
        """
        return self._store.write(shoes.separate_shoe, name)

    def wear(self, run_ids: Iterable[int], name: str | None) -> None:
        """Say which pair was worn on runs, which outranks all else; None takes that word back.

        Raises:
            NotFound: there is no such run or no pair of that name; nothing is changed then.
        """
        self._store.write(shoes.set_shoe_override, run_ids, name)

    def rules(self) -> list[StoredShoeRule]:
        """The rules by which pairs are worn on runs of which nothing is said, as they were made."""
        return self._store.read(shoes.read_shoe_rules)

    def check_rule(self, rule: ShoeRule) -> None:
        """Refuse a rule that could not be kept; raises as ``add_rule``."""
        self._store.read(shoes.check_shoe_rule, rule)

    def add_rule(self, rule: ShoeRule) -> int:
        """Keep a rule and return its number.

        Raises:
            NotFound: the runner keeps no pair of that name.
            BadInput: it has no condition or one that no run could fit, or is there already.
        """
        return self._store.write(shoes.add_shoe_rule, rule)

    def remove_rule(self, number: int) -> ShoeRule:
        """Take a rule out and return it.

        Raises:
            NotFound: there is none of that number.
        """
        return self._store.write(shoes.remove_shoe_rule, number)

    def history_if(
        self,
        *,
        worn: Mapping[int, str | None] | None = None,
        rules: Iterable[ShoeRule] = (),
        without: Iterable[int] = (),
    ) -> History:
        """The history as it would be, without what is derived of tracks; nothing is changed.

        Args:
            worn: the pair put on a run by hand, or None to take that word back, by the run's id.
            rules: more rules; they have no number yet, which is told as 0.
            without: the numbers of rules that would not be there.
        """
        from runlog.analysis.build import build_history

        kept, worn, gone = self._store.read_snapshot(derived=False), worn or {}, set(without)
        imagined = replace(
            kept,
            activities=[replace(one, worn=worn.get(one.id, one.worn)) for one in kept.activities],
            shoe_rules=[
                *(rule for rule in kept.shoe_rules if rule.id not in gone),
                *(StoredShoeRule(_UNSAVED_RULE_ID, rule) for rule in rules),
            ],
        )
        return build_history(
            imagined, self._settings, lambda run_id: self._store.read(activities.read_track, run_id)
        )


_ROUTE_LABEL = re.compile(r"r?\d+", re.IGNORECASE)
_MAX_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one runner; ``journal.routes`` gives it."""

    _store: Store

    def all(self) -> tuple[Route, ...]:
        """All that were found so far, with those that are joined to others."""
        return self._store.read(routes.read_routes)

    def names(self) -> dict[int, str | None]:
        """The name that the runner gave, if any, of each route that counts by itself; without numpy."""
        return self._store.read(routes.read_route_names)

    def find(self) -> Snapshot:
        """All that a history is built of, once every run with a way has its route.

        A route that was found once is kept; what others find at the same time is taken as they have it.
        """
        from runlog.analysis.routes import complete_routes, find_new_routes

        while True:
            kept = self._store.read_snapshot()
            found = find_new_routes(kept)
            if not found.route_of:
                return kept
            with self._store.writing() as db:
                if routes.save_found_routes(db, kept.routes, found.routes, found.route_of):
                    return complete_routes(kept, found)

    def name(self, route_id: int, name: str | None) -> str | None:
        """Give a route a name, or with None take it back, and return the name that it had before.

        Raises:
            NotFound: there is no such route.
            BadInput: the name is too long or none, could be a label, or is another route's.
        """
        words = None if name is None else _validate_name(name)
        named = self.names()
        if route_id not in named:
            raise NotFound(f"R{route_id} is no route, or a part of another one; runlog routes lists them")
        taken = next(
            (
                one
                for one, other in named.items()
                if words and one != route_id and _is_same_name(words, other)
            ),
            None,
        )
        if taken is not None:
            raise BadInput(f"R{taken} is called {named[taken]!r} already; give this one another name")
        self._store.write(routes.rename_route, route_id, words)
        return named[route_id]

    def join(self, into: int, other: int) -> None:
        """Let a route count as another: its runs, and the later ones that match its way.

        Raises:
            NotFound: there is no such route.
            BadInput: they are one already, or the other is a part of a third one.
        """
        self._store.write(routes.join_routes, into, other)

    def unjoin(self, route_id: int) -> int:
        """Let a route that was joined count by itself again, and give the one that it was a part of.

        Raises:
            NotFound: there is no such route.
            BadInput: it is no part of another one.
        """
        return self._store.write(routes.unjoin_route, route_id)

    def split(self, run_ids: Sequence[int]) -> tuple[int, int]:
        """Make some runs of one route a route of their own; they stay on it.

        Later runs go to whichever of the two ways theirs is nearer to.

        Returns:
            The ids of the route that they were on, and of the new one.

        Raises:
            NotFound: there is no such run.
            BadInput: they have no route, are of several, or are all of their route.
        """
        from runlog.analysis.routes import canonical_ids

        kept = self.find()
        counts_as = canonical_ids(kept.routes)
        route_of = {run: counts_as[route] for run, route in kept.route_of.items()}
        shapes = {one.id: one.shape for one in kept.activities}
        wanted = [run for run in shapes if run in run_ids]  # in the order of their starts
        _check_splittable(run_ids, wanted, route_of)
        shape = next((shapes[run] for run in wanted if shapes[run] is not None), None)
        whole = route_of[wanted[0]]
        if shape is None:
            raise BadInput(f"run {wanted[0]} has no positions any more, so no way of its own")
        with self._store.writing() as db:
            return whole, routes.split_route(db, wanted, Route(0, shape, similar_to=whole))


def _validate_name(name: str) -> str:
    words = " ".join(name.split())
    if not words or not words.isprintable():
        raise BadInput(f"{name!r} is no name")
    if len(words) > _MAX_NAME_LENGTH:
        raise BadInput(f"a name has up to {_MAX_NAME_LENGTH} letters, this one has {len(words)}")
    if _ROUTE_LABEL.fullmatch(words):
        raise BadInput(f"{words!r} could be taken for the label of a route; give it another name")
    return words


def _is_same_name(name: str, other: str | None) -> bool:
    return shoe_key(name) == shoe_key(other)


def _check_splittable(run_ids: Sequence[int], wanted: Sequence[int], route_of: dict[int, int]) -> None:
    for run in run_ids:
        if run not in wanted:
            raise run_not_found(run)
        if run not in route_of:
            raise BadInput(f"run {run} has no route: it has no positions, or was indoors")
    of = sorted({route_of[run] for run in wanted})
    if len(of) > 1:
        several = ", ".join(f"R{route}" for route in of)
        raise BadInput(f"these runs are on several routes ({several}); split those of one at a time")
    if {run for run, route in route_of.items() if route == of[0]} == set(wanted):
        raise BadInput(f"these are all the runs of R{of[0]}; there is nothing to split")
