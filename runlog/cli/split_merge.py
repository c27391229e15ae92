"""Correct which recordings are one run (``runlog split`` and ``runlog merge``)."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from runlog.cli.base import examples, open_journal
from runlog.cli.lookup import complete_run, resolve_activity
from runlog.cli.output import describe_run, echo, print_pairs
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlog.journal import Journal
    from runlog.records import StoredActivity
    from runlog.results import RecordingInfo


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
        [(str(n), f"{describe_run(by_id[n], settings)}: {_file_names(journal.sources(n))}") for n in ids]
    )


def _file_names(sources: Iterable[RecordingInfo]) -> str:
    return ", ".join(dict.fromkeys(PurePath(source.path).name for source in sources))
