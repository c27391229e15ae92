"""Add, edit, retire and rename pairs of shoes (``runlog shoes``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base
from runlog.cli.base import examples
from runlog.cli.lookup import complete_shoe, find_shoe
from runlog.cli.output import echo
from runlog.cli.params import DATE, distance_option, get_or_add_shoe
from runlog.cli.shoe_assignment import assign, rule
from runlog.cli.shoe_wear import list_, show
from runlog.errors import BadInput
from runlog.model import Shoe, shoe_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from runlog.journal import Journal


@click.command(
    epilog=examples(
        "runlog shoes add 'Pegasus 41' --from 2026-03-01",
        "runlog shoes add Speedgoat --start-km 120 --limit-km 600 --default",
        "runlog shoes add Ghost --limit-mi 400",
    )
)
@click.argument("name")
@click.option("--from", "from_date", type=DATE, metavar="DATE", help="Its first day, like 2026-03-01.")
@distance_option("start", "What it had run before that.")
@distance_option("limit", "When it is worn out.  [default: from the settings]")
@click.option("--default", is_flag=True, help="Worn when nothing else is said.")
def add(
    name: str, from_date: datetime | None, start_m: float | None, limit_m: float | None, *, default: bool
) -> None:
    """Add a pair."""
    shoe = Shoe(
        name=name.strip(),
        from_date=from_date and from_date.date(),
        start_m=start_m or 0.0,
        limit_m=limit_m,
        default=default,
    )
    if not shoe.name:
        raise click.UsageError("A pair needs a name.")
    with base.open_journal() as journal:
        former_defaults = journal.shoes.add(shoe)
    since = f" from {units.day(shoe.from_date, year=True)}" if shoe.from_date else ""
    usage = ", worn when nothing else is said" if default else ""
    echo(f"Added {shoe.name!r}{since}{usage}{_replacing_text(former_defaults)}.")


def _replacing_text(former_defaults: Sequence[str]) -> str:
    return f" instead of {' and '.join(map(repr, former_defaults))}" if former_defaults else ""


@click.command(
    epilog=examples(
        "runlog shoes edit Speedgoat --limit-km 700",
        "runlog shoes edit Speedgoat --from 2026-02-01 --start-km 120",
        "runlog shoes edit 'Glide 12' --default --rename 'Brooks Glide 12'",
        "runlog shoes edit Speedgoat --no-limit     # as the settings have it",
    )
)
@click.argument("name", shell_complete=complete_shoe)
@click.option("--from", "from_date", type=DATE, metavar="DATE", help="Its first day.")
@click.option("--no-from", is_flag=True, help="Its first day is not known.")
@distance_option("start", "What it had run before that.")
@distance_option("limit", "When it is worn out.")
@click.option("--no-limit", is_flag=True, help="Its limit is that of the settings.")
@click.option("--default/--no-default", default=None, help="Worn when nothing else is said, or not.")
@click.option("--rename", "new_name", metavar="NEW", help="Another name; the old one goes on meaning it.")
def edit(name: str, new_name: str | None, **options: Any) -> None:  # noqa: ANN401 - the options above
    """Change what is said of a pair.

    What is not named stays as it is.
    """
    values = _given_values(**options)
    if not values and new_name is None:
        raise click.UsageError("Nothing to change; name it, for instance --limit-km 700.")
    with base.open_journal() as journal:
        old = get_or_add_shoe(journal, name)
        shoe = replace(old, **values)
        _check_first_day(shoe)
        if new_name is not None:
            journal.shoes.rename(old.name, new_name.strip())
            shoe = replace(shoe, name=new_name.strip())
        former_defaults = journal.shoes.edit(shoe)
        unit = journal.settings.units
    renamed = f", which was {old.name!r}" if old.name != shoe.name else ""
    changes = [_change_text(name, shoe, unit) for name in values]
    details = f": {', '.join(changes)}" if changes else ""
    echo(f"Changed {shoe.name!r}{renamed}{details}{_replacing_text(former_defaults)}.")


def _given_values(
    from_date: datetime | None,
    start_m: float | None,
    limit_m: float | None,
    *,
    no_from: bool,
    no_limit: bool,
    default: bool | None,
) -> dict[str, Any]:
    """Return the fields of a pair that the options give."""
    if (no_from and from_date) or (no_limit and limit_m is not None):
        raise click.UsageError("--from and --no-from exclude each other, as --limit-km and --no-limit do.")
    given = {
        "from_date": from_date and from_date.date(),
        "start_m": start_m,
        "limit_m": limit_m,
        "default": default,
    }
    cleared = {"from_date": no_from, "limit_m": no_limit}
    return {key: value for key, value in given.items() if value is not None or cleared.get(key)}


def _change_text(field: str, shoe: Shoe, unit: str) -> str:
    if field == "from_date":
        return f"from {units.day(shoe.from_date, year=True)}" if shoe.from_date else "its first day unknown"
    if field == "start_m":
        return f"{units.distance(shoe.start_m, unit, 0)} before that"
    if field == "limit_m":
        return f"a limit of {_limit_text(shoe.limit_m, unit)}"
    return "worn when nothing else is said" if shoe.default else "no longer worn when nothing else is said"


def _limit_text(limit_m: float | None, unit: str) -> str:
    return "the settings" if limit_m is None else units.distance(limit_m, unit, 0)


def _check_first_day(shoe: Shoe) -> None:
    if shoe.from_date and shoe.retired and shoe.retired < shoe.from_date:
        first, last = (units.day(day, year=True) for day in (shoe.from_date, shoe.retired))
        raise BadInput(f"{shoe.name!r} cannot be first worn {first} and last {last}")


@click.command(
    epilog=examples("runlog shoes retire Speedgoat", "runlog shoes retire Speedgoat --on 2026-07-12")
)
@click.argument("name", shell_complete=complete_shoe)
@click.option("--on", type=DATE, metavar="DATE", help="Its last day.  [default: today]")
def retire(name: str, on: datetime | None) -> None:
    """Say that a pair is worn no more; its runs stay with it."""
    with base.open_journal() as journal:
        last = _given_day(journal, on)
        shoe = journal.shoes.retire(find_shoe(name, journal.shoes.names()), last)
        numbers = [
            each.id for each in journal.shoes.rules() if shoe_key(each.rule.shoe) == shoe_key(shoe.name)
        ]
    echo(f"Retired {shoe.name!r}; its last day is {units.day(last, year=True)}.")
    if numbers:
        echo(f"It is worn by rule {', '.join(map(str, numbers))} up to that day.")


@click.command(
    epilog=examples("runlog shoes resume Speedgoat", "runlog shoes resume Speedgoat --on 2026-10-01")
)
@click.argument("name", shell_complete=complete_shoe)
@click.option("--on", type=DATE, metavar="DATE", help="Its first day again.  [default: today]")
def resume(name: str, on: datetime | None) -> None:
    """Take up a retired pair again.

    Its kilometres go on where they were. On the days in between nothing is worn
    in it, unless the diary, the watch or you say so.
    """
    with base.open_journal() as journal:
        first = _given_day(journal, on)
        shoe = journal.shoes.resume(find_shoe(name, journal.shoes.names()), first)
    echo(f"{shoe.name!r} is in use again from {units.day(first, year=True)} on.")


def _given_day(journal: Journal, on: datetime | None) -> date:
    return on.date() if on else base.now().astimezone(journal.settings.zone).date()


@click.command(epilog=examples("runlog shoes join 'Brooks Glide 12' 'Glide 12'"))
@click.argument("name", shell_complete=complete_shoe)
@click.argument("other", shell_complete=complete_shoe)
def join(name: str, other: str) -> None:
    """Say that two names are of one pair, which goes by the first.

    Runs and diary rows that name OTHER count for NAME, those that come later,
    too. What was said of OTHER fills in what is not known of NAME.
    """
    with base.open_journal() as journal:
        names = journal.shoes.names()
        pair, alias = find_shoe(name, names), find_shoe(other, names)
        if pair == alias:
            raise BadInput(f"{name!r} and {other!r} are one pair already, {pair!r}")
        journal.shoes.join(pair, alias)
    echo(f"{alias!r} is {pair!r} from now on. To undo it: runlog shoes separate {alias!r}")


@click.command(epilog=examples("runlog shoes separate 'Glide 12'"))
@click.argument("name", shell_complete=complete_shoe)
def separate(name: str) -> None:
    """Take a name that was joined apart again."""
    with base.open_journal() as journal:
        names = journal.shoes.names()
        find_shoe(name, names)
        written = next(stored for stored in names if shoe_key(stored) == shoe_key(name))
        pair = journal.shoes.separate(written)
    echo(f"{written!r} and {pair!r} are two pairs again.")


@click.group(
    epilog=examples(
        "runlog shoes add 'Pegasus 41' --from 2026-03-01 --default",
        "runlog shoes list",
        "runlog shoes rule add Speedgoat --surface trail",
        "runlog shoes assign 41 42 'Pegasus 41'",
    )
)
def shoes() -> None:
    """Keep pairs of shoes and what they were worn on.

    A run's pair is the one that you put on it, else the one that the diary
    names, else the one that the watch or app names, else the one that your
    rules give, else the only one in use that day, else the default pair. Where
    two would fit, none is guessed.
    """


for _command in (add, edit, retire, resume, list_, show, assign, rule, join, separate):
    shoes.add_command(_command)
