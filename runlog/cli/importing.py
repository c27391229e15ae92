"""``runlog import``: files and folders into the journal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.output import Column, emit_json, print_table, say
from runlog.cli.text import safe
from runlog.reporter import units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlog.intake.summary import Summary

    Report = Callable[[int, int, str], None]

_MOST_REASONS = 20
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
_COUNT_COLUMNS = (Column("count", "", number=True), Column("what", "Import"))
_REASON_COLUMNS = (
    Column("outcome", "Outcome", number=True),
    Column("files", "Files"),
    Column("reason", "Why"),
)


@click.command(
    "import",
    epilog=examples(
        "runlog import ~/Downloads/activities diary.csv",
        "runlog import /media/GARMIN/Activity",
        "runlog import treadmill.gpx --sport running",
        "runlog import exports --json | jq '.files[] | select(.outcome == \"failed\")'",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--sport", metavar="SPORT", help="What these files' activities are, like running or cycling.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object.")
def import_(paths: tuple[Path, ...], sport: str | None, *, as_json: bool) -> None:
    """Read files and folders from watches and apps.

    FIT, GPX and TCX activities (also .gz), diary CSVs and shoe lists are told
    apart by what is in them. A file that was read before is known again; the
    same run from two files is one run. The exit code is 1 if anything failed.
    """
    with context.journal() as kept, progress_bar() as progress:
        summary = kept.add(paths, sport=sport, progress=progress)
    if as_json:
        emit_json(summary.as_dict())
    else:
        print_summary(summary)
    if not summary.ok:
        click.get_current_context().exit(1)


def print_summary(summary: Summary) -> None:
    """Print what was added and, by reason, which files deserve a word."""
    counts = [{"count": getattr(summary, field), "what": what} for field, what in _COUNTS]
    print_table([row for row in counts if row["count"]] or counts[:1], _COUNT_COLUMNS)
    reasons = _by_reason(summary)
    if reasons:
        say()
        print_table(reasons[:_MOST_REASONS], _REASON_COLUMNS)
    if len(reasons) > _MOST_REASONS:
        say(f"… and {units.count(len(reasons) - _MOST_REASONS, 'more reason')}; --json has every file.")


def _by_reason(summary: Summary) -> list[dict[str, str]]:
    """Give outcome, files and reason, a row for each reason told, what went wrong first."""
    told = [file for file in summary.files if file.reason]
    names: dict[tuple[str, str], list[str]] = {}
    for file in sorted(told, key=lambda file: (not file.problems, _OUTCOMES.index(file.outcome))):
        names.setdefault((file.outcome, file.reason), []).append(Path(file.path).name)
    return [
        {"outcome": outcome, "files": _shortened(files), "reason": reason}
        for (outcome, reason), files in names.items()
    ]


def _shortened(names: list[str]) -> str:
    more = len(names) - 1
    return f"{names[0]} and {more} more" if more else names[0]


@contextmanager
def progress_bar() -> Iterator[Report | None]:
    """Show a bar on stderr while files are read, where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[file]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("import", total=None, file="")
        yield lambda done, total, name: bar.update(
            task, completed=done, total=total, file=safe(Path(name).name)
        )
