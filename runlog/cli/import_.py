"""Import files (``runlog import``), and correct what came of them (``split``, ``merge``, ``delete``)."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from runlog import units
from runlog.cli import base, output
from runlog.cli.alerts import print_new_alerts
from runlog.cli.base import command, open_journal
from runlog.cli.log import ask_after_import
from runlog.cli.lookup import complete_run, resolve_activity
from runlog.cli.params import EXISTING, YES, confirm
from runlog.errors import BadInput
from runlog.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.analysis.history import History
    from runlog.journal import Journal
    from runlog.model import Activity
    from runlog.records import StoredActivity
    from runlog.results import FileResult, ImportSummary

#: So many new activities are named one by one; more are counted by month.
_FEW = 5
_MAX_MONTHS = 24
_RUNS_TO_ASK_ABOUT = 2  # more at once are history
_MAX_REASONS = 6
_MAX_PROBLEMS = 10
#: How long after a run anybody remembers how sore they were.
_ASKED_WITHIN = timedelta(days=14)
_RATED_WITHIN = timedelta(days=2)
#: Numbers, quoted names and text in brackets, without which similar reasons are the same.
_FILE_SPECIFIC = re.compile(r"'[^']*'|\"[^\"]*\"|\([^()]*\)|\d+")
#: Only these counts can raise an alert or end one.
_ALERT_RELEVANT = ("runs_added", "other_added", "ratings_added", "ratings_updated", "merged")
#: The titles under which files are listed, by what became of them; warnings and failures come after them.
_SECTIONS = {"added": "Added", "merged": "Merged", "known": "Already imported", "skipped": "Skipped"}
_FAILED = "Failed, wholly or in part"
_SOURCE_KINDS = {".csv": "a list", "": "other"}  # others are called by their suffix, like "FIT"
_MONTH_COLUMNS = (
    output.Column("period", ""),
    output.Column("runs", "Runs", numeric=True),
    output.Column("distance", "Distance", numeric=True),
    output.Column("time", "Time", numeric=True),
    output.Column("others", "Others", numeric=True),
    output.Column("sources", "From"),
)


@command(
    "runlog import export_123.zip garmin.zip  # Strava, Garmin archives",
    "runlog import /media/GARMIN  # a watch by USB",
    "runlog import ~/Downloads diary.csv  # folders and files",
    "runlog import treadmill.gpx --sport running",
    "runlog import treadmill.gpx --sport file  # what the file says",
    "runlog import exports --json | jq '.problems[] | {path, line, reason}'",
    name="import",
)
@click.argument("paths", nargs=-1, required=True, type=EXISTING)
@click.option(
    "--sport",
    metavar="SPORT",
    help="Count these files' activities as this sport, like running or cycling; not for archives. "
    "'file' goes back to what the files say.",
)
@click.option(
    "--verbose", "-v", is_flag=True, help="List every file, with all that there is to say about it."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object.")
def import_(paths: tuple[Path, ...], sport: str | None, *, verbose: bool, as_json: bool) -> None:
    """Import files, folders and archives from watches and apps.

    Give it archives of Strava and Garmin as you downloaded them. runlog looks
    at the content to see what a file is: FIT, GPX or TCX (also .gz), Polar
    sessions, lists of runs, diaries or lists of shoes.

    Importing a file twice changes nothing. If several files hold the same run,
    it counts once, with the best of each. The exit code is 1 if a file, a run or
    a rating could not be imported; a damaged file that could mostly be saved is
    only a warning.
    """
    with base.open_journal() as journal:
        with output.progress_bar() as progress:
            summary = journal.add(paths, sport=sport, progress=progress)
        if as_json:
            output.print_json(summary.as_dict())
            history = None
        else:
            history = print_summary(journal, summary, verbose=verbose)
            if 0 < summary.runs_added <= _RUNS_TO_ASK_ABOUT and ask_after_import(journal, summary.runs_added):
                history = None
        if any(getattr(summary, field) for field in _ALERT_RELEVANT):
            print_new_alerts(journal, base.now(), history=history)
    if not summary.ok:
        click.get_current_context().exit(1)


def print_summary(journal: Journal, summary: ImportSummary, *, verbose: bool = False) -> History | None:
    """Print what came in, and what became of the files; return the history if that was needed.

    Unless ``verbose``, files with the same to say share a line.
    """
    new = set(summary.new_activities)
    activities = [stored for stored in journal.activities() if stored.id in new] if new else []
    history = journal.history() if 0 < len(activities) <= _FEW else None
    if history is not None:
        _print_each(journal, activities, history)
    elif activities:
        _print_by_month(journal, activities)
    elif all(file.outcome == "skipped" for file in summary.files):
        output.echo("Nothing imported: there is no file that runlog can read.")
    elif not any(file.outcome == "added" for file in summary.files):
        output.echo("Nothing new.")
    sections: dict[str, list[FileResult]] = {
        title: [] for title in (*_SECTIONS.values(), "Warnings", _FAILED)
    }
    for file in summary.files:
        if file.reason:
            title = _FAILED if file.failed else "Warnings" if file.problems else _SECTIONS[file.outcome]
            sections[title].append(file)
    shortened = [_print_files(title, files, verbose=verbose) for title, files in sections.items() if files]
    joined = next((file.runs[0] for file in summary.files if file.outcome == "merged" and file.runs), None)
    if any(shortened) or joined is not None:
        output.echo()
    if any(shortened):
        output.echo("To list every file with its reasons, add --verbose (or --json).")
    if joined is not None:
        output.echo(
            f"To see the files of a merged run: runlog show {joined}. To split it: runlog split {joined}"
        )
    return history


def _print_each(journal: Journal, activities: Sequence[StoredActivity], history: History) -> None:
    """Print a line about each activity, and how to rate the last run."""
    for stored in activities:
        output.echo(_describe_new(stored, journal, history))
    runs = [stored for stored in activities if stored.activity.kind is Kind.RUN]
    now = base.now()
    if not runs or runs[-1].activity.start <= now - _ASKED_WITHIN:
        return
    start = runs[-1].activity.start
    rated = (stored.entry.moment for stored in journal.entries() if stored.entry.soreness is not None)
    if any(start < moment < start + _RATED_WITHIN for moment in rated):
        return
    last = journal.last_run(now)
    is_last = last is not None and last.id == runs[-1].id and start > now - _RATED_WITHIN
    which = "" if is_last else f" --run {runs[-1].id}"
    if not (is_last and base.is_interactive()):  # it will be asked for
        output.echo(f"How sore? runlog log N{which}    (N from 0, none, to 10, worst)")


def _describe_new(stored: StoredActivity, journal: Journal, history: History) -> str:
    """Describe an activity, e.g. "Evening run, Mon 25 May, 7.6 km, 46 min, in Glide 12"."""
    activity, settings = stored.activity, journal.settings
    day = output.run_day(stored, settings.zone)
    is_run = activity.kind is Kind.RUN
    sport = _sport_name(activity)
    parts = [
        activity.name or ("Run" if is_run else units.capital(sport)),
        units.day(day, year=day.year != base.now().astimezone().year),
        "" if activity.distance_m is None else units.distance(activity.distance_m, settings.units),
        units.duration(activity.moving_s or activity.duration_s),
    ]
    if is_run:
        shoe = history.runs["shoe"].get(stored.id)
        parts.append(f"in {shoe}" if isinstance(shoe, str) else "")
    else:
        parts.append(f"{sport}, so not counted as a run" if activity.name else "not counted as a run")
    return ", ".join(filter(None, parts))


def _sport_name(activity: Activity) -> str:
    return (activity.sub_sport or activity.sport).replace("_", " ")


def _print_by_month(journal: Journal, activities: Sequence[StoredActivity]) -> None:
    """Print how many activities came in, and from what, by month, or by year if those are many."""
    days = [output.run_day(stored, journal.settings.zone) for stored in activities]
    runs = [stored for stored in activities if stored.activity.kind is Kind.RUN]
    sports = Counter(_sport_name(one.activity) for one in activities if one.activity.kind is not Kind.RUN)
    found = [_count(len(runs), "run", "runs")] if runs else []
    found += [_count(sports.total(), "other activity", "other activities")] if sports else []
    output.echo(f"Imported {' and '.join(found)}, {units.days(min(days), max(days))}.")
    months = len({(day.year, day.month) for day in days})
    periods: dict[str, list[StoredActivity]] = {}
    for day, stored in zip(days, activities, strict=True):
        period = f"{day.year}" if months > _MAX_MONTHS else f"{units.month(day)} {day.year}"
        periods.setdefault(period, []).append(stored)
    rows = [_period_row(period, found, journal.settings.units) for period, found in periods.items()]
    output.print_table(rows, _MONTH_COLUMNS)
    if sports:
        others = ", ".join(f"{sport} {count:,}" for sport, count in sports.most_common())
        output.echo(f"Others, which do not count as runs: {others}.")


def _period_row(period: str, activities: Sequence[StoredActivity], unit: str) -> dict[str, object]:
    runs = [stored.activity for stored in activities if stored.activity.kind is Kind.RUN]
    files = (Path(stored.sources[0].lower().removesuffix(".gz")) for stored in activities)
    sources = Counter(_SOURCE_KINDS.get(file.suffix, file.suffix[1:].upper()) for file in files)
    return {
        "period": period,
        "runs": len(runs),
        "distance": units.distance(sum(run.distance_m or 0.0 for run in runs), unit, 0) if runs else None,
        "time": units.duration(sum(run.moving_s or run.duration_s for run in runs)) if runs else None,
        "others": len(activities) - len(runs) or None,
        "sources": ", ".join(f"{kind} {count:,}" for kind, count in sources.most_common()),
    }


def _print_files(title: str, files: Sequence[FileResult], *, verbose: bool) -> bool:
    """Print a section: a line for each of a few files, else for each reason; return if any was left out."""
    output.echo()
    output.echo(f"{title}: {_count(len(files), 'file', 'files')}", bold=True)
    if verbose or len(files) <= _FEW:
        cut = [_print_file(file, None if verbose else _MAX_PROBLEMS) for file in files]
        return any(cut)
    by_reason: dict[str, dict[FileResult, str]] = {}  # without what is specific to a file
    for file in files:
        for reason in file.reason.split("; "):
            by_reason.setdefault(_FILE_SPECIFIC.sub("", reason), {}).setdefault(file, reason)
    reasons = sorted(by_reason.values(), key=len, reverse=True)
    for found in reasons[:_MAX_REASONS]:
        (file, example), *others = found.items()
        who = Path(file.path).name
        if others:
            alike = set(found.values()) == {example}
            who = f"{len(found):,} files" if alike else f"{len(found):,} files, like {who}"
        output.echo(f"{who}: {example}", indent="  ", hanging="    ")
    if len(reasons) > _MAX_REASONS:
        more = units.count_noun(len(reasons) - _MAX_REASONS, "more reason")
        output.echo(f"… and {more}", indent="  ")
    return True


def _print_file(file: FileResult, most: int | None) -> bool:
    """Print a file with its reason, and with a line for each of several problems; return if some are cut."""
    name, problems = Path(file.path).name, file.problems[:most]
    if len(file.problems) <= 1:
        output.echo(f"{name}: {file.reason}", indent="  ", hanging="    ")
        return False
    output.echo(f"{name}: {file.remark}".removesuffix(": "), indent="  ", hanging="    ")
    for problem in problems:
        output.echo(str(problem), indent="    ", hanging="      ")
    left = len(file.problems) - len(problems)
    if left:
        output.echo(f"… and {left:,} more", indent="    ")
    return bool(left)


def _count(how_many: int, noun: str, plural: str) -> str:
    return f"{how_many:,} {noun if how_many == 1 else plural}"


@command(
    "runlog split 41  # each of its files becomes a run",
    "runlog split 41 --source 3  # only the third, as runlog show lists them",
)
@click.argument("run", shell_complete=complete_run)
@click.option(
    "--source",
    "numbers",
    type=click.IntRange(min=1),
    metavar="N",
    multiple=True,
    help="Split off only this file, by its number in runlog show; may be repeated.",
)
def split(run: str, numbers: tuple[int, ...]) -> None:
    """Split one run into several, where recordings of different runs were merged.

    RUN is an id, "last", or a day with exactly one run. It keeps its id, its
    shoes and its diary entries; a part that had an id before a merge gets it
    back. Importing the same files again changes nothing.
    """
    with open_journal() as journal:
        whole = resolve_activity(journal, run)
        new = journal.split(whole.id, numbers)
        output.echo(f"Split {whole.id} into {len(new) + 1}:")
        _print_parts(journal, [whole.id, *new])
    output.echo("To undo it: runlog undo")


@command("runlog merge 41 42  # 42 becomes part of 41", "runlog merge last 2026-07-12")
@click.argument("run", shell_complete=complete_run)
@click.argument("other", shell_complete=complete_run)
@YES
def merge(run: str, other: str, *, yes: bool) -> None:
    """Merge two recordings of the same run into one.

    RUN and OTHER are ids, "last", or days with exactly one run. RUN keeps its id
    and OTHER's goes; the diary entries of both stay. If the two do not overlap
    in time, runlog asks first.
    """
    with open_journal() as journal:
        into, gone = resolve_activity(journal, run), resolve_activity(journal, other)
        if into.id == gone.id:
            raise BadInput(f"{run} and {other} are the same run already, {into.id}; name two")
        first, second = sorted((into.activity, gone.activity), key=lambda activity: activity.start)
        if (second.start - first.start).total_seconds() >= first.duration_s:
            one, two = (output.describe_run(each, journal.settings) for each in (into, gone))
            output.echo(
                f"{one} and {two} do not overlap. Merged, they count as the better one, not as their sum."
            )
            confirm("Merge them?", yes=yes)
        moved = {source.id for source in journal.sources(gone.id)}
        journal.merge(into.id, gone.id)
        output.echo(f"{gone.id} is now part of {into.id}:")
        _print_parts(journal, [into.id])
        sources = enumerate(journal.sources(into.id), start=1)
        numbers = " ".join(f"--source {number}" for number, source in sources if source.id in moved)
    output.echo(f"To undo it: runlog undo, or later: runlog split {into.id} {numbers}")


def _print_parts(journal: Journal, ids: Iterable[int]) -> None:
    """Print a line for each activity: its id, what it is, and its files."""
    by_id = {stored.id: stored for stored in journal.activities()}
    settings = journal.settings
    names = {n: dict.fromkeys(PurePath(source.path).name for source in journal.sources(n)) for n in ids}
    output.print_pairs(
        [
            (str(n), f"{output.describe_run(by_id[n], settings)}: {', '.join(files)}")
            for n, files in names.items()
        ]
    )
