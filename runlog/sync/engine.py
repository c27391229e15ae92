"""Fetch what is new at one service, and import it: activities in the order of their starts, then the days.

Whenever it is stopped, the next one goes on: what became of an activity is noted in the same transaction as
what its service says about it, and what is not noted is fetched again.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

from runlog import importers, ingest
from runlog.errors import BadInput, NotTaken
from runlog.i18n import _, say
from runlog.ingest.results import ImportResult
from runlog.ingest.sources import FoundFile
from runlog.records import FetchedActivity, ParsedFile
from runlog.results import FileResult, SyncResult
from runlog.store import clouds
from runlog.sync import downloads
from runlog.sync.http import MAX_CALLS, KeyRefused, ServiceError, Unreachable
from runlog.sync.service import WELLNESS_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from runlog.model import Activity
    from runlog.records import ServiceState
    from runlog.settings import Settings
    from runlog.store import Store
    from runlog.sync.service import ListedActivity, Service, Terms, Wellness

#: Names, effort and feel are often entered days after a run: what is so young is fetched again.
FETCH_AGAIN = timedelta(days=14)
#: A watch may hand over a run weeks after it: so far back the list is read again.
LIST_AGAIN = timedelta(days=90)
#: After so many activities in a row that cannot be fetched there is no point in trying the next.
_MOST_FAILURES = 3
#: Downloads that wait to be imported.
_AHEAD = 2 * MAX_CALLS
_FETCHED, _FAILED, _WITHHELD, _NO_FILE = "fetched", "failed", "withheld", "no file"


@dataclass(slots=True)
class _Found:
    """What a sync has found so far."""

    results: list[ImportResult] = field(default_factory=list)
    updated: int = 0
    withheld: int = 0
    nights: int = 0
    ratings: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Sync:
    """One sync of one service.

    Attributes:
        home: the runner's folder, for downloads until they are imported.
        progress: called with the number of activities done, their total, and the name of the last one.
        stop: set to end the waiting of calls that are under way.
    """

    store: Store
    home: Path
    settings: Settings
    name: str
    terms: Terms
    service: Service
    now: datetime
    progress: Callable[[int, int, str], None] | None = None
    stop: Event = field(default_factory=Event)
    _found: _Found = field(default_factory=_Found)

    def run(self, state: ServiceState, since: date | None) -> SyncResult:
        """Fetch and import what is new, from another first local day than before if one is given.

        Raises:
            StoreError: the store cannot be written.
        """
        try:
            self._run(state, since)
        except KeyRefused:
            self.store.write(clouds.update_service, self.name, refused_at=self.now)
            self._give_up(
                say(
                    "{title} does not accept the key: it has expired, was withdrawn or is another's. "
                    "Make a new one at {key_page}, then: runlog sync {name} --set-key",
                    title=self.terms.title,
                    key_page=self.terms.key_page,
                    name=self.name,
                )
            )
        except (ServiceError, BadInput) as error:
            self._give_up(str(error))
        found = self._found
        return SyncResult(
            service=self.name,
            title=self.terms.title,
            summary=ingest.summarise(found.results),
            updated=found.updated,
            withheld=found.withheld,
            nights=found.nights,
            ratings=found.ratings,
            notes=tuple(dict.fromkeys(found.notes)),
            problems=tuple(dict.fromkeys(found.problems)),
            complete=found.is_complete,
        )

    def _give_up(self, problem: str) -> None:
        self._found.problems.append(problem)
        self._found.is_complete = False

    def _run(self, state: ServiceState, since: date | None) -> None:
        self.service.check()
        first = _first_day(state, since)
        self.store.write(clouds.update_service, self.name, since=first, refused_at=None)
        self._sync_activities(self._list_from(state, since, first), ask_again=since is not None)
        if self._found.is_complete:
            self.store.write(clouds.update_service, self.name, synced_at=self.now)
            self._sync_days(state, since, first)

    def _today(self) -> date:
        return self.now.astimezone(self.settings.zone).date()

    def _list_from(self, state: ServiceState, since: date | None, first: date | None) -> date | None:
        """Return the first local day of which the list is read."""
        if since is not None or state.synced_at is None:
            return since or first
        recent = (state.synced_at - LIST_AGAIN).date()
        return recent if first is None else max(recent, first)

    def _sync_activities(self, since: date | None, *, ask_again: bool) -> None:
        """Fetch and import the activities that are new or have changed."""
        tomorrow = self._today() + timedelta(days=1)  # somewhere it has begun
        listed = sorted(self.service.activities(since, tomorrow), key=lambda one: (one.start, one.id))
        self._found.withheld = sum(bool(one.withheld) for one in listed)
        known = self.store.read(clouds.read_fetched, self.name)
        due = [one for one in listed if self._is_due(one, known.get(one.id), ask_again=ask_again)]
        with downloads.folder_in(self.home) as folder, closing(self._fetched(due, folder)) as fetched:
            for number, (activity, file) in enumerate(fetched, 1):
                if file is not None:
                    self._import_download(activity, file)
                    file.unlink(missing_ok=True)
                if self.progress is not None:
                    self.progress(number, len(due), f"{self.name}:{activity.id}")

    def _is_due(self, one: ListedActivity, known: FetchedActivity | None, *, ask_again: bool) -> bool:
        if known is None or known.fingerprint != one.fingerprint:
            return True
        if one.withheld or one.problem:
            return False
        return one.start > self.now - FETCH_AGAIN or (ask_again and known.outcome == _FAILED)

    def _fetched(
        self, due: Sequence[ListedActivity], folder: Path
    ) -> Generator[tuple[ListedActivity, Path | None]]:
        """Yield each activity with its download, in order; a few are fetched ahead at a time.

        One that could not be fetched comes without.
        """
        waiting: deque[tuple[ListedActivity, Path, Future[ListedActivity]]] = deque()
        rest = iter(enumerate(due))
        failures = 0
        pool = ThreadPoolExecutor(MAX_CALLS, thread_name_prefix="sync")
        try:
            while failures < _MOST_FAILURES:
                for number, one in rest:
                    path = folder / f"{number}"
                    waiting.append((one, path, pool.submit(self._fetch, one, path)))
                    if len(waiting) >= _AHEAD:
                        break
                if not waiting:
                    return
                one, path, future = waiting.popleft()
                try:
                    fetched = future.result()
                except KeyRefused:
                    raise
                except ServiceError as error:
                    path.unlink(missing_ok=True)
                    self._found.problems.append(f"{_label(one)}: {error}")
                    if isinstance(error, Unreachable):  # it passes, so that the activity is not noted as done
                        self._found.is_complete = False
                        failures += 1
                    else:
                        self._store_result(one, _FAILED, str(error))
                    yield one, None
                else:
                    yield fetched, path
                    failures = 0
            self._found.problems.append(
                say("{title}: given up for now; the next sync goes on here", title=self.terms.title)
            )
        finally:
            self.stop.set()
            pool.shutdown(cancel_futures=True)
            self.stop.clear()

    def _fetch(self, one: ListedActivity, path: Path) -> ListedActivity:
        """Write the recording of an activity to a path; leave an empty file where there is none."""
        with path.open("xb") as file:
            if one.withheld or one.problem:
                return one
            try:
                fetched = self.service.fetch(one, file)
            except KeyRefused:
                self.service.check()  # raises where it is the key, and not this activity alone
                raise ServiceError("{title} does not let this key have it", title=self.terms.title) from None
        if not downloads.is_recording(path):
            raise ServiceError(
                "{title} sent something else than a recording, such as a web page", title=self.terms.title
            )
        downloads.unpack(path)
        return fetched

    def _import_download(self, one: ListedActivity, path: Path) -> None:
        """Import what was fetched of one activity, and note it."""
        if one.problem:
            self._found.problems.append(one.problem)
        results: list[ImportResult] = []
        status = path.stat()
        if status.st_size:
            origin = f"{self.name}:{one.id}"
            file = FoundFile(origin, str(path), status.st_size, status.st_mtime_ns, origin)
            results = ingest.import_found(self.store, [file], self.settings, workers=1, are_kept=False)
        outcome, reason = _outcome(one, results)
        if results and outcome == _FAILED and all(result.result.outcome == "skipped" for result in results):
            self._found.problems.append(f"{_label(one)}: {reason}")
        self._store_result(one, outcome, reason, results)

    def _store_result(
        self, one: ListedActivity, outcome: str, reason: str, results: Sequence[ImportResult] = ()
    ) -> None:
        """Store what the list says about an activity, drop what is superseded, and note it as done."""
        fetched = FetchedActivity(one.id, one.start, one.fingerprint, outcome, reason)
        kept = [result.file_id for result in results if result.file_id is not None]
        if len(kept) < len(results):
            kept = []
        counts, was_superseded = self.store.write(
            clouds.settle_activity, self.name, fetched, self._row(one), f"{self.name}:{one.id}", kept
        )
        changed = was_superseded or (counts is not None and counts.updated > 0)
        self._found.updated += changed
        for result in results:
            file = result.result
            if was_superseded and file.outcome == "merged":  # that it matches the older version is no news
                file = file._replace(outcome="known", reason=_("a newer version of it"))
            self._found.results.append(result._replace(result=file))
        if counts is not None and (counts.runs_added or counts.other_added):
            reason = _("no file of it; what the list says") if not one.has_file else _("what the list says")
            file = FileResult(f"{self.name}:{one.id}", "added", reason, counts.runs)
            self._found.results.append(ImportResult(file, counts, counts.file_id))

    def _row(self, one: ListedActivity) -> Activity | None:
        """Return what the list says, completed and checked as every import is."""
        if one.row is None:
            return None
        try:
            parsed = importers.complete_activities(
                ParsedFile(self.name, activities=(one.row,)), self.settings, None
            )
        except (NotTaken, BadInput):
            return None
        return parsed.activities[0]

    def _sync_days(self, state: ServiceState, since: date | None, first: date | None) -> None:
        """Fetch nights and ratings, a few weeks at a time."""
        today = self._today()
        begin = self._days_from(state, since, first)
        while begin is not None and begin <= today:
            end = min(begin + timedelta(days=WELLNESS_DAYS - 1), today)
            try:
                self._store_days(self.service.wellness(begin, end), end)
            except KeyRefused:
                raise
            except ServiceError as error:
                self._give_up(say("nights and ratings: {error}", error=error))
                return
            begin = None if end == today else end  # the stress of a last day comes with the next ones

    def _days_from(self, state: ServiceState, since: date | None, first: date | None) -> date | None:
        """Return the first day of which nights are fetched; None where there is no activity yet."""
        fetched = self.store.read(clouds.read_fetched, self.name).values()
        starts = [one.start.date() for one in fetched if one.start.year > 1970]  # noqa: PLR2004 - of no entry
        begin = since or first or (min(starts) - timedelta(days=1) if starts else None)
        if begin is None or state.nights_until is None or since is not None:
            return begin
        return max(begin, state.nights_until - FETCH_AGAIN)

    def _store_days(self, days: Wellness, until: date) -> None:
        source = f"{self.name}:wellness"
        nights, entries = self.store.write(
            clouds.settle_days, self.name, source, days.nights, days.ratings, until, self.settings.zone
        )
        self._found.nights += nights
        self._found.ratings += entries.added + entries.updated
        if entries.added or entries.updated:
            self._found.notes += days.scale


def _first_day(state: ServiceState, since: date | None) -> date | None:
    """Return the first local day that is fetched from now on; None is everything."""
    if since is None:
        return state.since
    if state.synced_at is None and state.since is None:
        return since
    return None if state.since is None else min(state.since, since)


def _outcome(one: ListedActivity, results: Sequence[ImportResult]) -> tuple[str, str]:
    """Return what became of an activity, the same whether its file was imported now or before; and why."""
    if one.withheld:
        return _WITHHELD, _(one.withheld)
    if one.problem:
        return _FAILED, one.problem
    if not results:
        return _NO_FILE, ""
    files = [result.result for result in results]
    bad = [file for file in files if file.failed]
    if not bad and all(file.outcome == "skipped" for file in files):
        bad = files
    return (_FAILED, bad[0].reason) if bad else (_FETCHED, "")


def _label(one: ListedActivity) -> str:
    day = f"{one.start:%Y-%m-%d}"
    name = one.row.name if one.row is not None and one.row.name else _("activity")
    return say("{name} of {day} ({id})", name=name, day=day, id=one.id)
