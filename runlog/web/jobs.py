"""Do what takes long in the background, one thing at a time, and note how far it is."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING

from runlog.errors import RunlogError
from runlog.i18n import use_language
from runlog.web import uploads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runlog.journal import Journal
    from runlog.results import ImportSummary, SyncResult
    from runlog.web.shared import SharedJournal

_MOST_JOBS = 20


@dataclass(slots=True)
class Job:
    """One import or sync: how far it is, and what came of it.

    Attributes:
        id: its name in addresses.
        folder: of an upload, deleted at the end; None for a sync.
        done: number of files or activities that are done, of ``total``.
        summary: of an import.
        synced: what came of each service.
        problem: why it was not done.
        is_over: whether nothing more comes.
    """

    id: str
    folder: Path | None = None
    done: int = 0
    total: int = 0
    summary: ImportSummary | None = None
    synced: tuple[SyncResult, ...] = ()
    problem: str = ""
    is_over: bool = False

    @property
    def is_sync(self) -> bool:
        """Whether it fetches from the services."""
        return self.folder is None

    def note(self, done: int, total: int, _name: str) -> None:
        """Note how far it is, as a journal's functions report it."""
        self.done, self.total = done, total


@dataclass(slots=True)
class Jobs:
    """The imports and syncs of this process; one runs at a time."""

    _jobs: dict[str, Job] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    def import_folder(self, shared: SharedJournal, folder: Path) -> Job:
        """Import what is in a folder, and delete it; return at once."""
        job = Job(secrets.token_hex(8), folder)

        def work(journal: Journal) -> None:
            job.summary = journal.add([folder], progress=job.note)

        return self._start(job, shared, work)

    def sync(self, shared: SharedJournal, job_id: str) -> Job:
        """Fetch from all services with a key, as a job of this id; return at once.

        Where a sync is under way already, that one is returned.
        """
        under_way = (one for one in list(self._jobs.values()) if one.is_sync and not one.is_over)
        job = self._jobs.get(job_id) or next(under_way, None)
        if job is not None:
            return job
        new = Job(job_id)

        def work(journal: Journal) -> None:
            new.synced = tuple(journal.clouds.sync(progress=new.note))

        return self._start(new, shared, work)

    def get(self, job_id: str) -> Job | None:
        """Return a job, None where there is none of that name."""
        return self._jobs.get(job_id)

    def _start(self, job: Job, shared: SharedJournal, work: Callable[[Journal], None]) -> Job:
        for old in [known for known in list(self._jobs.values()) if known.is_over][:-_MOST_JOBS]:
            self._jobs.pop(old.id, None)
        self._jobs[job.id] = job
        Thread(target=self._run, args=(job, shared, work), daemon=True).start()
        return job

    def _run(self, job: Job, shared: SharedJournal, work: Callable[[Journal], None]) -> None:
        try:
            with self._one_at_a_time, shared.open() as journal, use_language(journal.settings.language):
                work(journal)
        except RunlogError as error:
            with use_language(shared.settings().language):
                job.problem = shared.without_folder(str(error))
        except Exception as error:  # else the page would wait for ever
            logging.getLogger("runlog").exception("an import or a sync was not done")
            job.problem = type(error).__name__
        finally:
            if job.folder is not None:
                uploads.delete(job.folder)
            job.is_over = True


JOBS = Jobs()
