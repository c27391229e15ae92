"""``runlog shoes``: the pairs, and what they were worn on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from runlog.cli import context
from runlog.cli.answers import Number
from runlog.cli.frames import rows
from runlog.cli.help import examples
from runlog.cli.names import complete_run_or_shoe, complete_shoe, find_shoe, named_run
from runlog.cli.output import Column, Form, emit, listing, say
from runlog.cli.runs import run_rows
from runlog.cli.sayback import named
from runlog.errors import BadInput
from runlog.model import Shoe
from runlog.reporter import units

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from runlog.journal import Journal

_DAY = click.DateTime(["%Y-%m-%d"])
_KM = Number(0, 100_000)


@click.group(
    epilog=examples(
        "runlog shoes add 'Pegasus 41' --from 2026-03-01 --default",
        "runlog shoes list",
        "runlog shoes assign 41 42 'Pegasus 41'",
    )
)
def shoes() -> None:
    """Keep pairs of shoes and what they were worn on.

    A run's pair is the one that you put on it, else the one that the diary or
    the watch names, else the one whose dates fit, else the default pair. Where
    two would fit, none is guessed.
    """


@shoes.command(
    epilog=examples(
        "runlog shoes add 'Pegasus 41' --from 2026-03-01",
        "runlog shoes add Speedgoat --start-km 120 --limit-km 600 --default",
    )
)
@click.argument("name")
@click.option("--from", "from_date", type=_DAY, metavar="DATE", help="Its first day, like 2026-03-01.")
@click.option("--start-km", type=_KM, metavar="KM", default=0.0, help="What it had run before that.")
@click.option("--limit-km", type=_KM, metavar="KM", help="When it is worn out.  [default: from the settings]")
@click.option("--default", is_flag=True, help="Worn when nothing else is said.")
def add(
    name: str, from_date: datetime | None, start_km: float, limit_km: float | None, *, default: bool
) -> None:
    """Add a pair."""
    shoe = Shoe(
        name=name.strip(),
        from_date=from_date and from_date.date(),
        start_m=1000 * start_km,
        limit_m=None if limit_km is None else 1000 * limit_km,
        default=default,
    )
    if not shoe.name:
        raise click.UsageError("A pair needs a name.")
    with context.journal() as kept:
        before = kept.add_shoe(shoe)
    since = f" from {units.day(shoe.from_date, year=True)}" if shoe.from_date else ""
    worn = ", worn when nothing else is said" if default else ""
    instead = f" instead of {' and '.join(map(repr, before))}" if before else ""
    say(f"Added {shoe.name!r}{since}{worn}{instead}.")


@shoes.command("list", epilog=examples("runlog shoes list", "runlog shoes list --json"))
@listing
def list_(form: Form) -> None:
    """List the pairs with their kilometres and when they reach their limit."""
    from runlog.analysis.shoes import shoes as worn

    with context.journal() as kept:
        history = kept.history()
    frame = worn(history, context.now())
    found = rows(frame)
    km = _kilometres(history.settings.units)
    columns = (
        Column("name", "Pair"),
        Column("km", "Worn", km, number=True),
        Column("left_km", "Left", km, number=True),
        Column("limit_km", "Limit", km, number=True),
        Column("expected", "Reached about", number=True),
        Column("retired", "Retired", number=True),
        Column("runs", "Runs", number=True),
        Column("share_28d", "28 days", units.percent, number=True),
        Column("from_date", "From", number=True),
        Column("default", "Default", lambda default: "default" if default else ""),
    )
    emit(form, found, list(frame.columns), columns, "No shoes yet. Add a pair: runlog shoes add NAME")


def _kilometres(unit: str) -> Callable[[float], str]:
    return lambda km: units.distance(1000 * km, unit, 0)


@shoes.command(
    epilog=examples("runlog shoes retire Speedgoat", "runlog shoes retire Speedgoat --on 2026-07-12")
)
@click.argument("name", shell_complete=complete_shoe)
@click.option("--on", type=_DAY, metavar="DATE", help="Its last day.  [default: today]")
def retire(name: str, on: datetime | None) -> None:
    """Say that a pair is worn no more; its runs stay with it."""
    with context.journal() as kept:
        last = on.date() if on else context.now().astimezone(kept.settings.zone).date()
        shoe = _kept_shoe(kept, name)
        if shoe.from_date and last < shoe.from_date:
            raise BadInput(
                f"{shoe.name!r} was first worn {units.day(shoe.from_date, year=True)}, after {last}"
            )
        kept.replace_shoe(replace(shoe, retired=last))
    say(f"Retired {shoe.name!r}; its last day is {units.day(last, year=True)}.")


def _kept_shoe(kept: Journal, name: str) -> Shoe:
    """Give the pair; one that only a diary or watch names is kept from now on."""
    wanted = find_shoe(name, kept.shoe_names())
    known = next((shoe for shoe in kept.shoes() if shoe.name == wanted), None)
    if known is None:
        known = Shoe(name=wanted)
        kept.add_shoe(known)
    return known


@shoes.command(
    epilog=examples(
        "runlog shoes assign                            # runs without a pair, and why",
        "runlog shoes assign 41 42 'Pegasus 41'",
        "runlog shoes assign last 2026-07-12 Speedgoat",
        "runlog shoes assign --clear 41                 # as if nothing had been said",
    )
)
@click.argument("words", metavar="[RUN... NAME]", nargs=-1, shell_complete=complete_run_or_shoe)
@click.option("--clear", is_flag=True, help="Take back what was assigned to these runs by hand.")
@listing
def assign(form: Form, words: tuple[str, ...], *, clear: bool) -> None:
    """Put a pair on runs, or list the runs that have none and why.

    RUN is an id, "last" or a day; NAME is the pair. What is put on by hand
    outranks the diary, the watch and the dates.
    """
    if not words and not clear:
        _list_unassigned(form)
        return
    if form != "table":
        raise click.UsageError("--json and --csv list the runs without a pair; give no RUN with them.")
    runs, name = (words, None) if clear else (words[:-1], words[-1])
    if not runs:
        raise click.UsageError("Which runs? runlog shoes assign RUN... NAME")
    with context.journal() as kept:
        pair = None if name is None else find_shoe(name, kept.shoe_names())
        found = [named_run(kept, run) for run in runs]
        for run in found:
            kept.wear(run.id, pair)
        told = ", ".join(named(run, kept.settings.units) for run in found)
    say(f"Put {pair!r} on {told}." if pair else f"No longer put on by hand: {told}.")


def _list_unassigned(form: Form) -> None:
    with context.journal() as kept:
        history = kept.history()
    without = history.runs[history.runs["shoe"].isna()]
    columns = (
        Column("id", "Id", number=True),
        Column("when", "When", number=True),
        Column("name", "Name"),
        Column("shoe_reason", "Why none"),
    )
    keys = ("id", "name", "start", "local_start", "distance_m", "shoe_reason")
    emit(form, run_rows(without), keys, columns, "Every run has its pair of shoes.")
