"""Add, edit, retire and rename pairs of shoes (``runlog shoes``)."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base
from runlog.cli.base import command, group
from runlog.cli.lookup import complete_shoe, find_shoe
from runlog.cli.output import echo
from runlog.cli.params import YES, confirm, distance_option, parse_day
from runlog.cli.shoe_assignment import assign, preview, rule
from runlog.cli.shoe_wear import list_, show
from runlog.errors import BadInput
from runlog.model import Shoe, shoe_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from runlog.journal import Journal


@command(
    "runlog shoes add 'Pegasus 41'                 # from today on",
    "runlog shoes add 'Pegasus 41' --from 2026-03-01",
    "runlog shoes add Speedgoat --start 120 --limit 600 --default",
    "runlog shoes add Ghost --limit 400mi",
)
@click.argument("name")
@click.option(
    "--from",
    "first",
    type=parse_day,
    metavar="DATE",
    help="Its first day.  [default: today, once there are runs]",
)
@click.option("--no-from", is_flag=True, help="Its first day is unknown; it may count for earlier runs.")
@distance_option("start", "Distance it had already done by then.")
@distance_option("limit", "Distance at which to replace it.  [default: from the settings]")
@click.option("--default", is_flag=True, help="Make it the pair for runs with no other clue.")
@YES
def add(
    name: str,
    first: date | None,
    start_m: float | None,
    limit_m: float | None,
    *,
    no_from: bool,
    default: bool,
    yes: bool,
) -> None:
    """Add a pair.

    It counts from today on. If --from, --no-from or --default would move earlier
    runs to it, runlog lists them and asks first.
    """
    if no_from and first:
        raise click.UsageError("--from and --no-from exclude each other.")
    if not name.strip():
        raise click.UsageError("A pair needs a name.")
    with base.open_journal() as journal:
        begins_today = first is None and not no_from and bool(journal.runs())
        if begins_today:
            first = _today(journal)
        shoe = Shoe(name.strip(), from_date=first, start_m=start_m or 0.0, limit_m=limit_m, default=default)
        keys = {shoe_key(each.name) for each in journal.shoes.all()}
        if journal.runs() and (default or not begins_today) and shoe_key(name) not in keys:
            moved = _moved_runs(journal, shoe)
            if moved:
                echo(moved)
                confirm(f"Add {shoe.name!r}?", yes=yes)
        former_defaults = journal.shoes.add(shoe)
    since = f" from {units.day(first, year=True)}" if first else ""
    usage = " as the default" if default else ""
    echo(f"Added {shoe.name!r}{since}{usage}{_replacing_text(former_defaults)}.")
    if begins_today:
        echo(f"If it is older: runlog shoes edit {shlex.quote(shoe.name)} --from DATE")


def _moved_runs(journal: Journal, shoe: Shoe) -> str:
    """Return which runs a pair takes from others, or from none, once its values are these; "" for none."""
    changes = preview(journal, pair=shoe)
    if changes.runs.empty:
        return ""
    unit = journal.settings.units
    moves = changes.runs.fillna({"before": "", "after": ""}).groupby(["before", "after"], sort=False)
    parts = [
        f"{units.count_noun(len(runs), 'run')} ({units.distance(runs['distance_m'].sum(), unit, 0)}) "
        f"from {f'{before!r}' if before else 'no pair'} to {f'{after!r}' if after else 'no pair'}"
        for (before, after), runs in moves
    ]
    return f"This moves {', '.join(parts)}."


def _replacing_text(former_defaults: Sequence[str]) -> str:
    return f", instead of {' and '.join(map(repr, former_defaults))}" if former_defaults else ""


@command(
    "runlog shoes edit Speedgoat --limit 700",
    "runlog shoes edit Speedgoat --from 2026-02-01 --start 120",
    "runlog shoes edit 'Glide 12' --default --rename 'Brooks Glide 12'",
    "runlog shoes edit Speedgoat --no-limit  # use the limit in the settings",
)
@click.argument("name", shell_complete=complete_shoe)
@click.option("--from", "from_date", type=parse_day, metavar="DATE", help="Its first day.")
@click.option("--no-from", is_flag=True, help="Its first day is unknown.")
@distance_option("start", "Distance it had already done by then.")
@distance_option("limit", "Distance at which to replace it.")
@click.option("--no-limit", is_flag=True, help="Use the limit in the settings.")
@click.option(
    "--default/--no-default", default=None, help="Whether it is the pair for runs with no other clue."
)
@click.option("--rename", "new_name", metavar="NEW", help="A new name; the old one still works.")
def edit(name: str, new_name: str | None, *, no_from: bool, no_limit: bool, **given: Any) -> None:  # noqa: ANN401 - a Shoe's fields
    """Change a pair; what you do not name stays as it is."""
    if (no_from and given["from_date"]) or (no_limit and given["limit_m"] is not None):
        raise click.UsageError("--from and --no-from exclude each other, as --limit and --no-limit do.")
    cleared = {"from_date": no_from, "limit_m": no_limit}
    fields = ("from_date", "start_m", "limit_m", "default")
    values = {field: given[field] for field in fields if given[field] is not None or cleared.get(field)}
    if not values and new_name is None:
        raise click.UsageError("Nothing to change; name it, for instance --limit 700.")
    with base.open_journal() as journal, journal.as_one_change("edit_shoe"):
        pair = find_shoe(name, journal.shoes.names())
        old = next((shoe for shoe in journal.shoes.all() if shoe.name == pair), None)
        if old is None:  # only a diary or watch names it
            old = Shoe(name=pair)
            journal.shoes.add(old)
        shoe = replace(old, **values)
        if shoe.from_date and shoe.retired and shoe.retired < shoe.from_date:
            first, last = (units.day(day, year=True) for day in (shoe.from_date, shoe.retired))
            raise BadInput(f"{shoe.name!r} cannot begin on {first} and end on {last}")
        moved = _moved_runs(journal, shoe) if values.keys() & {"from_date", "default"} else ""
        if new_name is not None:
            journal.shoes.rename(old.name, new_name.strip())
            shoe = replace(shoe, name=new_name.strip())
        former_defaults = journal.shoes.edit(shoe)
        unit = journal.settings.units
    renamed = f", which was {old.name!r}" if old.name != shoe.name else ""
    changes = [_change_text(name, shoe, unit) for name in values]
    details = f": {', '.join(changes)}" if changes else ""
    echo(f"Changed {shoe.name!r}{renamed}{details}{_replacing_text(former_defaults)}.")
    if moved:
        echo(f"{moved} To undo it: runlog undo")


def _change_text(field: str, shoe: Shoe, unit: str) -> str:
    if field == "from_date":
        return f"from {units.day(shoe.from_date, year=True)}" if shoe.from_date else "its first day unknown"
    if field == "start_m":
        return f"{units.distance(shoe.start_m, unit, 0)} before that"
    if field == "limit_m":
        limit = "the settings" if shoe.limit_m is None else units.distance(shoe.limit_m, unit, 0)
        return f"a limit of {limit}"
    return "the default pair" if shoe.default else "no longer the default pair"


@command("runlog shoes retire Speedgoat", "runlog shoes retire Speedgoat --on 2026-07-12")
@click.argument("name", shell_complete=complete_shoe)
@click.option("--on", type=parse_day, metavar="DATE", help="Its last day.  [default: today]")
def retire(name: str, on: date | None) -> None:
    """Retire a pair; its runs stay with it."""
    with base.open_journal() as journal:
        last = on or _today(journal)
        shoe = journal.shoes.retire(find_shoe(name, journal.shoes.names()), last)
        numbers = [
            each.id for each in journal.shoes.rules() if shoe_key(each.rule.shoe) == shoe_key(shoe.name)
        ]
    echo(f"Retired {shoe.name!r}; its last day is {units.day(last, year=True)}.")
    if numbers:
        echo(f"Rule {', '.join(map(str, numbers))} assigns it up to that day.")


@command("runlog shoes resume Speedgoat", "runlog shoes resume Speedgoat --on 2026-10-01")
@click.argument("name", shell_complete=complete_shoe)
@click.option("--on", type=parse_day, metavar="DATE", help="Its first day again.  [default: today]")
def resume(name: str, on: date | None) -> None:
    """Use a retired pair again.

    Its distance goes on from where it was. Runs in between do not count for it,
    unless the diary, the watch or you say so.
    """
    with base.open_journal() as journal:
        first = on or _today(journal)
        shoe = journal.shoes.resume(find_shoe(name, journal.shoes.names()), first)
    echo(f"{shoe.name!r} is in use again from {units.day(first, year=True)} on.")


def _today(journal: Journal) -> date:
    return base.now().astimezone(journal.settings.zone).date()


@command("runlog shoes delete Speedgoat")
@click.argument("name", shell_complete=complete_shoe)
def delete(name: str) -> None:
    """Delete a pair with its rules and assignments.

    If you just no longer wear it, use runlog shoes retire: its runs then stay
    with it.
    """
    with base.open_journal() as journal:
        pair = find_shoe(name, journal.shoes.names())
        named = journal.shoes.delete(pair)
    echo(f"Deleted {pair!r}. To undo it: runlog undo")
    if named:
        echo(
            f"{units.count_noun(named, 'run or diary entry', 'runs and diary entries')} still "
            f"{'names' if named == 1 else 'name'} it, so runlog shoes list goes on listing it. "
            f"To count them for another pair: runlog shoes join OTHER {shlex.quote(pair)}"
        )


@command("runlog shoes join 'Brooks Glide 12' 'Glide 12'")
@click.argument("name", shell_complete=complete_shoe)
@click.argument("other", shell_complete=complete_shoe)
def join(name: str, other: str) -> None:
    """Join two names of the same pair; it keeps the first.

    Runs and diary rows that name OTHER count for NAME, later ones too. What is
    known of OTHER fills gaps in what is known of NAME.
    """
    with base.open_journal() as journal:
        names = journal.shoes.names()
        pair, alias = find_shoe(name, names), find_shoe(other, names)
        if pair == alias:
            raise BadInput(f"{name!r} and {other!r} are one pair already, {pair!r}")
        journal.shoes.join(pair, alias)
    echo(f"{alias!r} is {pair!r} from now on. To undo it: runlog shoes separate {alias!r}")


@command("runlog shoes separate 'Glide 12'")
@click.argument("name", shell_complete=complete_shoe)
def separate(name: str) -> None:
    """Undo a join: two names are two pairs again."""
    with base.open_journal() as journal:
        names = journal.shoes.names()
        find_shoe(name, names)
        written = next(stored for stored in names if shoe_key(stored) == shoe_key(name))
        pair = journal.shoes.separate(written)
    echo(f"{written!r} and {pair!r} are two pairs again.")


@group(
    "runlog shoes add 'Pegasus 41' --from 2026-03-01 --default",
    "runlog shoes list",
    "runlog shoes rule add Speedgoat --surface trail",
    "runlog shoes assign 41 42 'Pegasus 41'",
)
def shoes() -> None:
    """Keep track of your shoes and how far each pair has gone.

    A run counts for the pair that you assign to it; if there is none, the pair
    in the diary, then that of the watch or app, then that of your rules, then
    the only pair in use that day, then the default pair. If two pairs would fit,
    the run has none.
    """


for _command in (add, edit, retire, resume, delete, list_, show, assign, rule, join, separate):
    shoes.add_command(_command)
