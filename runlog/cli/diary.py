"""Correct the diary (``runlog diary``), undo changes (``undo``), delete runs (``delete``, ``undelete``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base, output
from runlog.cli.base import command, group, open_journal
from runlog.cli.lookup import complete_deleted, complete_run, resolve_activity
from runlog.cli.params import DRY_RUN
from runlog.errors import BadInput, NotFound
from runlog.i18n import _
from runlog.localtime import at_offset

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.journal import Journal
    from runlog.model import Entry
    from runlog.records import StoredActivity, StoredEntry


def find_entry(journal: Journal, which: str) -> StoredEntry:
    """Return the entry of an id, or with "last" the one that was logged last.

    Raises:
        NotFound: there is none.
    """
    if which == "last":
        last = journal.last_logged()
        if last is None:
            raise NotFound("nothing was logged by runlog log yet")
        return last
    stored = next((entry for entry in journal.entries() if str(entry.id) == which), None)
    if stored is None:
        raise NotFound(f"there is no entry {which}; runlog diary list shows them")
    return stored


def describe_logged(journal: Journal, entry: Entry, run: StoredActivity | None, *, with_time: bool) -> str:
    """Describe an entry, with its run and, if asked for, its time."""
    text = units.describe_entry(entry)
    if run is not None and entry.run is not None:
        text = _("{entry} after {run}").format(entry=text, run=output.describe_run(run, journal.settings))
    if with_time:
        text += f", {output.format_moment(entry.moment, entry.utc_offset_s)}"
    return text


def describe_stored(journal: Journal, entry: Entry) -> str:
    """Describe an entry with its run and time."""
    run = next((run for run in journal.runs() if run.id == entry.run), None)
    return describe_logged(journal, entry, run, with_time=True)


@group(
    "runlog diary template > diary.csv  # fill it in, then import it",
    "runlog diary list --last 7",
    "runlog diary export > backup.csv",
)
def diary() -> None:
    """List, write and export the soreness diary."""


@command("runlog diary template > diary.csv", of=diary)
def template() -> None:
    """Print an empty diary CSV to fill in and import."""
    from runlog.journal import diary_template

    click.echo(diary_template(), nl=False)


@command("runlog diary export > diary.csv", of=diary)
def export() -> None:
    """Print the whole diary as CSV. Importing it again changes nothing."""
    with base.open_journal() as journal:
        text = journal.export_diary()
    click.echo(text, nl=False, color=True)  # else click would take escape sequences out of notes


@command("runlog diary delete 12", "runlog diary delete last", of=diary)
@click.argument("entry", metavar="ID")
def delete(entry: str) -> None:
    """Delete an entry; runlog diary list shows the ids."""
    with base.open_journal() as journal:
        stored = find_entry(journal, entry)
        journal.remove_entry(stored.id)
        output.echo(
            f"Deleted entry {stored.id}: {describe_stored(journal, stored.entry)}. To undo it: runlog undo"
        )
        if stored.source != "log":
            output.echo(f"Delete its row in {stored.source}, too: importing that file brings it back.")


@command("runlog diary list --last 7", "runlog diary list --json", name="list", of=diary)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N entries.")
@output.format_options
def list_(fmt: output.OutputFormat, last: int | None) -> None:
    """List the entries, oldest first, with their ids."""
    with base.open_journal() as journal:
        entries = journal.entries()
    rows = [_entry_row(entry) for entry in (entries if last is None else entries[-last:])]
    output.print_rows(fmt, rows, _ENTRY_KEYS, _ENTRY_COLUMNS, "No entries yet. Rate a run with: runlog log 3")


_ENTRY_KEYS = (
    *("id", "moment", "area", "side", "soreness", "warmup", "cooldown", "shoe", "rpe"),
    *("strength", "strength_min", "mobility", "desk_hours", "posture", "note", "run", "source"),
)
_ENTRY_COLUMNS = (
    output.Column("id", "Id", numeric=True),
    output.Column("when", "When", numeric=True),
    output.Column("entry", "Entry"),
    output.Column("source", "From"),
)


def _entry_row(stored: StoredEntry) -> dict[str, Any]:
    when = at_offset(stored.entry.moment, stored.entry.utc_offset_s)
    return output.record_to_row(stored.entry) | {
        "id": stored.id,
        "source": stored.source,
        "when": f"{when:%Y-%m-%d %H:%M}",
        "entry": units.describe_entry(stored.entry),
    }


@command(
    "runlog undo  # the last change",
    "runlog undo --dry-run  # what that would be",
    "runlog undo --redo  # make that change again",
)
@click.option("--redo", is_flag=True, help="Make the last undone change again.")
@DRY_RUN
def undo(*, redo: bool, dry_run: bool) -> None:
    """Undo your last change.

    Undoes log, edit, merge, split and delete, and every change to shoes, routes
    and trials; up to 100 changes, one at a time. Imports, alerts and settings
    cannot be undone: use runlog delete for a run, runlog diary delete for an
    entry.
    """
    with open_journal() as journal:
        undo_last(journal, redo=redo, dry_run=dry_run)


def undo_last(journal: Journal, *, redo: bool = False, dry_run: bool = False) -> None:
    """Undo or redo the last change, and say what it was.

    Raises:
        NotFound: there is none.
    """
    if dry_run:
        change, done = journal.last_change(undone=redo), "Would redo" if redo else "Would undo"
    else:
        change, done = (journal.redo(), "Redone") if redo else (journal.undo(), "Undone")
    if change is None:
        raise NotFound("there is nothing to redo" if redo else "there is nothing to undo")
    what = _CHANGES.get(change.what, "a change").format(
        entry=", ".join(_describe_entries(before, after) for before, after in change.entries[:1]),
        runs=_list_names("run", change.runs),
        shoes=_list_names("", [repr(name) for name in change.shoes]),
        routes=_list_names("route", [f"R{route}" for route in change.routes]),
        plans=_list_names("plan", change.plans),
    )
    output.echo(f"{done}: {what}.")
    if not redo and not dry_run:
        if change.imported_since:
            output.echo("What was imported since then stays.")
        output.echo("To redo it: runlog undo --redo")


_CHANGES = {
    "add_entry": "log {entry}",
    "update_entry": "change {entry}",
    "delete_entry": "delete {entry}",
    "split_activity": "split {runs}",
    "merge_by_hand": "merge {runs}",
    "delete_activities": "delete {runs}",
    "restore_activities": "bring back {runs}",
    "rename_activity": "name {runs}",
    "set_activity_sport": "change the sport of {runs}",
    "edit_activity": "change {runs}",
    "add_shoe": "add {shoes}",
    "edit_shoe": "change {shoes}",
    "rename_shoe": "rename {shoes}",
    "retire_shoe": "retire {shoes}",
    "resume_shoe": "take up {shoes} again",
    "join_shoes": "join {shoes}",
    "separate_shoe": "separate {shoes}",
    "delete_shoe": "delete {shoes}",
    "set_shoe_override": "assign shoes to {runs}",
    "add_shoe_rule": "add a rule for {shoes}",
    "remove_shoe_rule": "remove a rule for {shoes}",
    "rename_route": "name {routes}",
    "join_routes": "join {routes}",
    "unjoin_route": "separate {routes}",
    "split_route": "split off {routes}",
    "add_trial": "make {plans}",
    "cancel_trial": "cancel {plans}",
}


def _describe_entries(before: StoredEntry | None, after: StoredEntry | None) -> str:
    if before is not None and after is not None:
        return f"{units.describe_entry(before.entry)} to {units.describe_entry(after.entry)}"
    stored = before or after
    if stored is None:
        return "an entry"
    when = output.format_moment(stored.entry.moment, stored.entry.utc_offset_s)
    return f"{units.describe_entry(stored.entry)} ({when})"


_MAX_LISTED = 5


def _list_names(noun: str, names: Sequence[object]) -> str:
    shown = [str(name) for name in names[:_MAX_LISTED]]
    if len(names) > _MAX_LISTED:
        shown.append(units.count_noun(len(names) - _MAX_LISTED, "other"))
    joined = " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
    plural = noun and f"{noun}{'' if len(names) == 1 else 's'} "
    return f"{plural}{joined}"


@command("runlog delete 41", "runlog delete 2026-07-12", "runlog delete 41 42 43", name="delete")
@click.argument("runs", nargs=-1, required=True, shell_complete=complete_run)
def delete_runs(runs: tuple[str, ...]) -> None:
    """Delete runs or other activities.

    They no longer count, and importing their files again does not bring them
    back: only runlog undelete does. Diary entries about them stay.
    """
    with open_journal() as journal:
        found = {stored.id: stored for stored in (resolve_activity(journal, run) for run in runs)}
        journal.delete(list(found))
        output.print_pairs(
            [(str(number), output.describe_run(one, journal.settings)) for number, one in found.items()]
        )
    pronoun = "it" if len(found) == 1 else "them"
    output.echo(
        f"Deleted. Importing the same files again does not bring {pronoun} back; "
        f"this does: runlog undelete {' '.join(map(str, found))}"
    )


@command("runlog undelete  # list the deleted runs", "runlog undelete 41")
@click.argument("runs", nargs=-1, shell_complete=complete_deleted)
def undelete(runs: tuple[str, ...]) -> None:
    """Bring deleted runs back, or list them."""
    with open_journal() as journal:
        deleted = {stored.id: stored for stored in journal.deleted()}
        if not runs:
            output.print_pairs(
                [(str(one.id), output.describe_run(one, journal.settings)) for one in deleted.values()]
            )
            if not deleted:
                output.echo("No run is deleted.")
            return
        ids = [_deleted_id(run, journal, deleted) for run in runs]
        journal.undelete(ids)
        for number in ids:
            output.echo(f"{number} is back: {output.describe_run(deleted[number], journal.settings)}")


def _deleted_id(text: str, journal: Journal, deleted: Iterable[int]) -> int:
    for number in deleted:
        if str(number) == text.lstrip("0"):
            return number
    if any(str(stored.id) == text for stored in journal.activities()):
        raise BadInput(f"run {text} is not deleted")
    raise NotFound(f"there is no deleted run {text}; runlog undelete lists them")
