"""Import files (``runlog import``), and correct which recordings are one run (``split``, ``merge``)."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from runlog import units
from runlog.cli import base
from runlog.cli.alerts import print_new_alerts
from runlog.cli.base import examples, open_journal
from runlog.cli.lookup import complete_run, resolve_activity
from runlog.cli.output import (
    Column,
    describe_run,
    echo,
    print_json,
    print_pairs,
    print_table,
    progress_bar,
)
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlog.journal import Journal
    from runlog.records import StoredActivity
    from runlog.results import FileResult, ImportSummary, RecordingInfo

_MAX_REASONS = 20
_REASONS_QUOTED = 2
#: Numbers, quoted names and text in brackets, without which similar reasons are the same.
_FILE_SPECIFIC = re.compile(r"'[^']*'|\"[^\"]*\"|\([^()]*\)|\d+")
_OUTCOMES = ("failed", "skipped", "merged", "added", "known")
_COUNTS = (
    ("runs_added", "runs added"),
    ("other_added", "other activities added"),
    ("ratings_added", "diary entries added"),
    ("ratings_updated", "diary entries updated"),
    ("merged", "files with a run that was there already"),
    ("known", "files read before"),
    ("skipped", "files with nothing for runlog"),
    ("failed", "files that could not be read"),
)
#: Only these counts can raise an alert or end one.
_ALERT_RELEVANT = ("runs_added", "other_added", "ratings_added", "ratings_updated", "merged")
_COUNT_COLUMNS = (Column("count", "", numeric=True), Column("what", "Import"))
_REASON_COLUMNS = (
    Column("outcome", "Outcome", numeric=True),
    Column("files", "Files"),
    Column("reason", "Why"),
)


@click.command(
    "import",
    epilog=examples(
        "runlog import export_123.zip garmin.zip    # archives of Strava and Garmin, as they are",
        "runlog import /media/GARMIN                # a watch by USB",
        "runlog import ~/Downloads diary.csv        # folders and files",
        "runlog import treadmill.gpx --sport running",
        "runlog import export_123.zip --sport file  # what the archive says counts again",
        "runlog import exports --json | jq '.files[] | select(.outcome == \"failed\")'",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--sport",
    metavar="SPORT",
    help="What the activities in these recordings are, like running or cycling; not for archives. "
    "'file' takes that back: what the files and archives say counts again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object.")
def import_(paths: tuple[Path, ...], sport: str | None, *, as_json: bool) -> None:
    """Read files, folders and archives from watches and apps.

    Archives of Strava and Garmin are read as they come, zips in zips, too. The
    content tells what a file is: FIT, GPX, TCX (also .gz), Polar sessions, lists
    of runs, diaries, pairs of shoes. A file that was read before is known again;
    the same run from several files is one run, from the best of them. The exit
    code is 1 if anything failed.
    """
    with base.open_journal() as journal, progress_bar() as progress:
        summary = journal.add(paths, sport=sport, progress=progress)
    if as_json:
        print_json(summary.as_dict())
    else:
        print_summary(summary)
    if any(getattr(summary, field) for field in _ALERT_RELEVANT):
        with base.open_journal() as journal:
            print_new_alerts(journal, base.now())
    if not summary.ok:
        click.get_current_context().exit(1)


def print_summary(summary: ImportSummary) -> None:
    """Print counts of what was added, and group problem files by reason."""
    counts = [{"count": getattr(summary, field), "what": what} for field, what in _COUNTS]
    print_table([row for row in counts if row["count"]] or counts[:1], _COUNT_COLUMNS)
    reasons = _group_by_reason(summary)
    if reasons:
        echo()
        print_table(reasons[:_MAX_REASONS], _REASON_COLUMNS)
    if len(reasons) > _MAX_REASONS:
        echo(f"… and {units.count_noun(len(reasons) - _MAX_REASONS, 'more reason')}; --json has every file.")
    joined = next((file.runs[0] for file in summary.files if file.outcome == "merged" and file.runs), None)
    if joined is not None:
        echo()
        echo(f"runlog show {joined} lists the files of a run; runlog split {joined} takes them apart.")


def _group_by_reason(summary: ImportSummary) -> list[dict[str, str]]:
    """Return a row with outcome, files and reason for each kind of reason, failures first."""
    with_reason = [file for file in summary.files if file.reason]
    groups: dict[tuple[str, str], list[FileResult]] = {}
    for file in sorted(with_reason, key=lambda file: (not file.problems, _OUTCOMES.index(file.outcome))):
        kind = file.outcome, _FILE_SPECIFIC.sub("", file.reason)
        groups.setdefault(kind, []).append(file)
    return [
        {"outcome": outcome, "files": _file_names(files), "reason": _join_reasons(files)}
        for (outcome, _), files in groups.items()
    ]


def _file_names(files: list[FileResult]) -> str:
    more = len(files) - 1
    name = Path(files[0].path).name
    return f"{name} and {more} more" if more else name


def _join_reasons(files: list[FileResult]) -> str:
    reasons = list(dict.fromkeys(file.reason for file in files))
    more = len(reasons) - _REASONS_QUOTED
    return "; ".join(reasons[:_REASONS_QUOTED]) + (f"; and {more} more like these" if more > 0 else "")


@click.command(
    epilog=examples(
        "runlog split 41               # each of its sources becomes a run",
        "runlog split 41 --source 3    # only the third one that runlog show lists",
    )
)
@click.argument("run", shell_complete=complete_run)
@click.option(
    "--source",
    "numbers",
    type=click.IntRange(min=1),
    metavar="N",
    multiple=True,
    help="A source that goes into a run of its own, by its number in runlog show; may be repeated.",
)
def split(run: str, numbers: tuple[int, ...]) -> None:
    """Make several runs of one that was taken for one by mistake.

    RUN is its id, "last", or a day on which there was exactly one. It keeps
    its id, its shoe and what the diary says of it. Importing the same files
    again changes nothing.
    """
    with open_journal() as journal:
        whole = resolve_activity(journal, run)
        new = journal.split(whole.id, numbers)
        echo(f"Split {whole.id} into {len(new) + 1}:")
        _print_parts(journal, [whole.id, *new])
    echo("To undo it:")
    for part in new:
        echo(f"runlog merge {whole.id} {part}", indent="  ")


@click.command(
    epilog=examples("runlog merge 41 42    # 42 becomes a part of 41", "runlog merge last 2026-07-12")
)
@click.argument("run", shell_complete=complete_run)
@click.argument("other", shell_complete=complete_run)
def merge(run: str, other: str) -> None:
    """Make one run of two that tell of the same one.

    RUN and OTHER are ids, "last", or days on which there was exactly one. RUN
    keeps its id, OTHER's goes; what the diary says of either is kept.
    """
    with open_journal() as journal:
        into, gone = resolve_activity(journal, run), resolve_activity(journal, other)
        if into.id == gone.id:
            raise BadInput(f"{run} and {other} are one run already, {into.id}; name two")
        moved = {source.id for source in journal.sources(gone.id)}
        journal.merge(into.id, gone.id)
        echo(f"{gone.id} is a part of {into.id} now:")
        _print_parts(journal, [into.id])
        sources = enumerate(journal.sources(into.id), start=1)
        numbers = " ".join(f"--source {number}" for number, source in sources if source.id in moved)
    if not _overlap(into, gone):
        echo("They were not at one time. A run counts as its best source tells it, not as their sum.")
    echo(f"To undo it: runlog split {into.id} {numbers}")


def _overlap(*runs: StoredActivity) -> bool:
    first, second = sorted((run.activity for run in runs), key=lambda activity: activity.start)
    return (second.start - first.start).total_seconds() < first.duration_s


def _print_parts(journal: Journal, ids: Iterable[int]) -> None:
    """Print a line for each activity: its id, what it is, and its files."""
    by_id = {stored.id: stored for stored in journal.activities()}
    settings = journal.settings
    print_pairs(
        [(str(n), f"{describe_run(by_id[n], settings)}: {_source_names(journal.sources(n))}") for n in ids]
    )


def _source_names(sources: Iterable[RecordingInfo]) -> str:
    return ", ".join(dict.fromkeys(PurePath(source.path).name for source in sources))
