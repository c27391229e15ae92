"""``runlog shoes``: the pairs, and what they were worn on."""

from __future__ import annotations

import click

from runlog.cli.help import examples
from runlog.cli.shoes.assigning import assign
from runlog.cli.shoes.keeping import add, edit, resume, retire
from runlog.cli.shoes.listing import list_, show
from runlog.cli.shoes.naming import join, separate
from runlog.cli.shoes.rules import rule


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
