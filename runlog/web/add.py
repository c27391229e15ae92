"""Take files, folders and archives, or fetch from the services, and say what came of it."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from runlog import units
from runlog.errors import BadInput
from runlog.i18n import N_, _, ngettext
from runlog.reporter.alerts.habits import key_ends, key_refused
from runlog.units import printable
from runlog.web import context, forms, runs, uploads, words
from runlog.web.jobs import JOBS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.datastructures import FileStorage
    from werkzeug.wrappers import Response

    from runlog.results import ImportSummary, ServiceStatus
    from runlog.web.jobs import Job

blueprint = Blueprint("add", __name__)

NO_FILES = N_("Choose files, a folder or an archive first.")
NO_KEY = N_("There is no key yet. Set one in a terminal: runlog sync garmin --set-key")
_MOST_FILES = 20_000
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
_SYNC_COUNTS = (
    ("updated", N_("activities changed there since")),
    ("nights", N_("nights")),
    ("ratings", N_("ratings of soreness")),
)
_UNSAFE = re.compile(r'[\x00-\x1f<>:"|?*]')
_LONGEST_NAME = 150


@blueprint.get("/add")
def show(problem: str = "") -> str:
    """Show the form that takes files, and the services."""
    services, keys_problem = [], ""
    try:
        services = [_service(status) for status in context.journal().clouds.status()]
    except BadInput as error:  # the file of the keys is open to others; files can be added all the same
        keys_problem = context.error_text(error)
    return render_template("add.html", problem=problem, services=services, keys_problem=keys_problem)


def _service(status: ServiceStatus) -> dict[str, Any]:
    """Return a service as the page shows it; the key itself is shown nowhere."""
    state = _("never synced")
    if status.synced_at is not None:
        local = status.synced_at.astimezone(context.settings().zone)
        state = _("last sync {when}").format(when=words.moment(local, context.local_now().date()))
    if status.activities:
        count = ngettext("{n} activity", "{n} activities", status.activities)
        state += f" · {count.format(n=units.number(status.activities, 0))}"
    today, warnings, notes = context.local_now().date(), [], []
    ends, ahead = status.key_expires, today + timedelta(days=context.settings().key_days)
    if status.key_place is not None and status.refused_at is not None:
        warnings.append(key_refused(status.title))
    elif status.key_place is not None and ends is not None and ends <= ahead:
        warnings.append(key_ends(status.title, ends, today))
    if status.key_place is not None and ends is not None and ends > ahead:
        notes.append(_("The key is good until {day}.").format(day=units.day(ends, weekday=False, year=True)))
    if status.withheld:
        notes.append(_withheld(status.title, status.withheld))
    return {
        "title": status.title,
        "command": f"runlog sync {status.service} --set-key",
        "has_key": status.key_place is not None,
        "state": state,
        "warnings": warnings,
        "notes": notes,
        "failed": status.failed[:_MOST_SHOWN],
    }


def _withheld(title: str, count: int) -> str:
    return ngettext(
        "{n} activity at {service} came from Strava, which does not let {service} pass it on.",
        "{n} activities at {service} came from Strava, which does not let {service} pass them on.",
        count,
    ).format(n=units.number(count, 0), service=title)


@blueprint.post("/sync")
def sync() -> Response:
    """Begin to fetch what is new from all services with a key; sent twice, it begins once."""
    key = forms.text("key")
    with forms.sent_once(context.site().keys, context.now()) as (_moment, is_first):
        if is_first and not context.journal().clouds.with_key():
            raise BadInput(_(NO_KEY))
    if not is_first and JOBS.get(key) is None:  # it was begun before, perhaps by a server that has ended
        return redirect(url_for("add.show"), 303)
    job = JOBS.sync(context.site().shared, key)
    return redirect(url_for("add.progress", job_id=job.id), 303)


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
        return show(_(NO_FILES)), HTTPStatus.BAD_REQUEST
    job = JOBS.import_folder(context.site().shared, folder)
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
    over = job.is_over  # asked once: the job goes on while this page is made
    summaries = _summaries(job)
    new = [one for summary in summaries for one in summary.new_activities]
    return render_template(
        "added.html",
        job=job,
        over=over,
        activities=_new_rows(new),
        more=max(0, len(new) - _MOST_NAMED),
        counts=_counts(job),
        problems=_problems(job),
        said=[
            *(f"{result.title}: {note}" for result in job.synced for note in result.notes),
            *(_withheld(result.title, result.withheld) for result in job.synced if result.withheld),
        ],
    )


def _summaries(job: Job) -> list[ImportSummary]:
    return [*([] if job.summary is None else [job.summary]), *(result.summary for result in job.synced)]


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


def _counts(job: Job) -> list[tuple[int, str]]:
    """Return how many there are of what, without what there is none of."""
    parts = [
        (sum(getattr(summary, name) for summary in _summaries(job)), _(what))
        for name, what in _COUNTS
        if not (job.is_sync and name == "known")  # what is fetched again and known is no news
    ]
    parts += [(sum(getattr(result, name) for result in job.synced), _(what)) for name, what in _SYNC_COUNTS]
    return [(count, what) for count, what in parts if count]


def _problems(job: Job) -> list[tuple[str, str]]:
    """Return what could not be read, or not wholly, with the reason, without where an upload lay."""
    of_services = [(result.title, problem) for result in job.synced for problem in result.problems]
    uploaded = (
        re.escape(f"{uploads.folder(context.site().shared.folder)}{os.sep}") + r"[^/\\]*[/\\]files[/\\]"
    )
    folder = "" if job.folder is None else f"{job.folder / 'files'}{os.sep}"
    of_files = [
        (file.path.removeprefix(folder), re.sub(uploaded, "", file.reason))
        for summary in _summaries(job)
        for file in summary.files
        if file.reason and (file.outcome in {"failed", "skipped"} or file.problems)
    ]
    return (of_services + of_files)[:_MOST_SHOWN]
