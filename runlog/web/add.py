"""Take files, folders and archives, import them, and say what came of it."""

from __future__ import annotations

import logging
import os
import re
import secrets
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from runlog.errors import RunlogError
from runlog.i18n import N_, _
from runlog.units import printable
from runlog.web import context, runs, uploads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.datastructures import FileStorage

    from runlog.results import FileResult, ImportSummary
    from runlog.web.shared import SharedJournal

blueprint = Blueprint("add", __name__)

NO_FILES = N_("Choose files, a folder or an archive first.")
_MOST_FILES = 20_000
_MOST_JOBS = 20
_MOST_SHOWN = 40
_MOST_NAMED = 10
_COUNTS = (
    ("runs_added", N_("runs added")),
    ("other_added", N_("other activities added, which count as no runs")),
    ("ratings_added", N_("diary entries added")),
    ("ratings_updated", N_("diary entries updated")),
    ("merged", N_("files with a run that was there already")),
    ("known", N_("files read before")),
    ("skipped", N_("files with nothing for runlog")),
    ("warnings", N_("files of which everything was saved that could be")),
    ("failed", N_("files that could not be read, or not all of them")),
)
_UNSAFE = re.compile(r'[\x00-\x1f<>:"|?*]')
_LONGEST_NAME = 150


@dataclass(slots=True)
class Job:
    """One import: how far it is, and what came of it."""

    id: str
    folder: Path
    done: int = 0
    total: int = 0
    summary: ImportSummary | None = None
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.summary is not None or bool(self.problem)


@dataclass(slots=True)
class Jobs:
    """The imports of this process; one runs at a time."""

    _jobs: dict[str, Job] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    def start(self, shared: SharedJournal, folder: Path) -> Job:
        """Import what is in a folder, and delete it; return at once."""
        job = Job(secrets.token_hex(8), folder)
        for old in [known for known in list(self._jobs.values()) if known.is_over][:-_MOST_JOBS]:
            self._jobs.pop(old.id, None)
        self._jobs[job.id] = job
        Thread(target=self._run, args=(job, shared), daemon=True).start()
        return job

    def get(self, job_id: str) -> Job | None:
        """Return an import, None where there is none of that name."""
        return self._jobs.get(job_id)

    def _run(self, job: Job, shared: SharedJournal) -> None:
        def note(done: int, total: int, _name: str) -> None:
            job.done, job.total = done, total

        try:
            with self._one_at_a_time, shared.open() as journal:
                job.summary = journal.add([job.folder], progress=note)
        except RunlogError as error:
            job.problem = str(error).replace(str(shared.folder), "runlog")
        except Exception as error:  # else the page would wait for ever
            logging.getLogger("runlog").exception("an upload was not imported")
            job.problem = type(error).__name__
        finally:
            uploads.delete(job.folder)


JOBS = Jobs()


@blueprint.get("/add")
def show() -> str:
    """Show the form that takes files."""
    return render_template("add.html", problem="")


@blueprint.post("/add")
def take() -> Any:  # noqa: ANN401 - a redirect, or the page with what is wrong
    """Put the files into the home as they come, and begin to import them."""
    request.max_content_length = uploads.MAX_UPLOAD_BYTES
    request.max_form_parts = _MOST_FILES
    folder = uploads.new_folder(context.site().shared.folder)
    request.upload_folder = folder  # type: ignore[attr-defined]  # HomeRequest's
    try:
        taken = _settle(request.files.getlist("files"), folder)
    except BaseException:
        uploads.delete(folder)
        raise
    if not taken:
        uploads.delete(folder)
        return render_template("add.html", problem=_(NO_FILES)), HTTPStatus.BAD_REQUEST
    job = JOBS.start(context.site().shared, folder)
    return redirect(url_for("add.progress", job_id=job.id), 303)


def _settle(files: Iterable[FileStorage], folder: Path) -> int:
    """Give the files that came their own names, and return how many there are."""
    count = 0
    for file in files:
        path = Path(str(file.stream.name))
        file.stream.close()
        name = safe_path(file.filename or "")
        if not name:
            path.unlink()
            continue
        target = folder / "files" / name
        if target.exists():
            target = target.with_name(f"{count}-{target.name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        count += 1
    for left in folder.glob("part-*"):
        left.unlink()
    return count


def safe_path(name: str) -> str:
    """Return a file's name as it may be within a folder, "" where nothing of it is left."""
    parts = []
    for part in PurePosixPath(printable(name).replace("\\", "/")).parts:
        clean = _UNSAFE.sub("_", part).strip(" .")
        if clean and clean != "/":
            parts.append(clean[-_LONGEST_NAME:])
    return "/".join(parts[-4:])


@blueprint.get("/add/<job_id>")
def progress(job_id: str) -> str:
    """Show how far an import is, or what came of it."""
    job = JOBS.get(job_id)
    if job is None:
        abort(404)
    over = job.is_over  # asked once: the import goes on while this page is made
    new = job.summary.new_activities if job.summary is not None else ()
    return render_template(
        "added.html",
        job=job,
        over=over,
        activities=_new_rows(new),
        more=max(0, len(new) - _MOST_NAMED),
        counts=_counts(job.summary),
        problems=_problems(job),
    )


def _new_rows(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return what a list says of the new activities, the newest first; of many only some."""
    if not ids:
        return []
    history = context.history()
    rows = [
        row
        for frame in (history.runs, history.others)
        for _id, row in frame[frame.index.isin(ids)].iterrows()
    ]
    newest = sorted(rows, key=lambda row: row["start"], reverse=True)[:_MOST_NAMED]
    return [runs.list_row(row, history) for row in newest]


def _counts(summary: ImportSummary | None) -> list[tuple[int, str]]:
    if summary is None:
        return []
    return [(count, _(words)) for name, words in _COUNTS if (count := getattr(summary, name))]


def _problems(job: Job) -> list[tuple[str, str]]:
    """Return the files that could not be read, or not wholly, with the reason."""
    if job.summary is None:
        return []
    return [
        (_shown_name(file, job.folder), file.reason)
        for file in job.summary.files
        if file.reason and (file.outcome in {"failed", "skipped"} or file.problems)
    ][:_MOST_SHOWN]


def _shown_name(file: FileResult, folder: Path) -> str:
    return file.path.removeprefix(f"{folder / 'files'}{os.sep}")
