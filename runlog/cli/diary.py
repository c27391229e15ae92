"""``runlog diary``: what was rated and noted, as a list and as the CSV that runlog reads."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from runlog.cli import context
from runlog.cli.frames import plain
from runlog.cli.help import examples
from runlog.cli.output import Column, Form, emit, listing
from runlog.cli.sayback import sentence
from runlog.localtime import at_offset

if TYPE_CHECKING:
    from runlog.model import StoredEntry


@click.group(
    epilog=examples(
        "runlog diary template > diary.csv     # fill it in, then: runlog import diary.csv",
        "runlog diary list --last 7",
        "runlog diary export > backup.csv",
    )
)
def diary() -> None:
    """List, write and export the soreness diary."""


@diary.command(epilog=examples("runlog diary template > diary.csv"))
def template() -> None:
    """Print an empty diary CSV to fill in and import."""
    from runlog.journal import diary_template

    click.echo(diary_template(), nl=False)


@diary.command(epilog=examples("runlog diary export > diary.csv"))
def export() -> None:
    """Print the whole diary as CSV; importing it again changes nothing."""
    with context.journal() as kept:
        text = kept.export_diary()
    click.echo(text, nl=False, color=True)  # else click would take escape sequences out of notes


@diary.command(
    "list",
    epilog=examples("runlog diary list --last 7", "runlog diary list --json"),
)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N entries.")
@listing
def list_(form: Form, last: int | None) -> None:
    """List the entries, the oldest first, with the ids that runlog log --edit takes."""
    with context.journal() as kept:
        entries = kept.entries()
    found = [_row(entry) for entry in (entries if last is None else entries[-last:])]
    emit(form, found, _KEYS, _COLUMNS, "No entries yet. Rate a run with: runlog log 3")


_KEYS = (
    "id",
    "moment",
    "area",
    "soreness",
    "warmup",
    "cooldown",
    "shoe",
    "rpe",
    "strength",
    "strength_min",
    "mobility",
    "desk_hours",
    "posture",
    "note",
    "run",
    "source",
)
_COLUMNS = (
    Column("id", "Id", number=True),
    Column("when", "When", number=True),
    Column("told", "Entry"),
    Column("source", "From"),
)
_MINUTES = len("2026-07-12 20:00")


def _row(kept: StoredEntry) -> dict[str, Any]:
    row = {key: plain(value) for key, value in asdict(kept.entry).items()}
    when = at_offset(kept.entry.moment, kept.entry.utc_offset_s).isoformat(" ", "minutes")[:_MINUTES]
    return row | {"id": kept.id, "source": kept.source, "when": when, "told": sentence(kept.entry)}
