"""``runlog shoes join`` and ``separate``: two names of one pair."""

from __future__ import annotations

import click

from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.names import complete_shoe, find_shoe
from runlog.cli.output import say
from runlog.errors import BadInput
from runlog.model import shoe_key


@click.command(epilog=examples("runlog shoes join 'Brooks Glide 12' 'Glide 12'"))
@click.argument("name", shell_complete=complete_shoe)
@click.argument("other", shell_complete=complete_shoe)
def join(name: str, other: str) -> None:
    """Say that two names are of one pair, which goes by the first.

    Runs and diary rows that name OTHER count for NAME, those that come later,
    too. What was said of OTHER fills in what is not known of NAME.
    """
    with context.journal() as kept:
        names = kept.shoes.names()
        one, another = find_shoe(name, names), find_shoe(other, names)
        if one == another:
            raise BadInput(f"{name!r} and {other!r} are one pair already, {one!r}")
        kept.shoes.join(one, another)
    say(f"{another!r} is {one!r} from now on. To undo it: runlog shoes separate {another!r}")


@click.command(epilog=examples("runlog shoes separate 'Glide 12'"))
@click.argument("name", shell_complete=complete_shoe)
def separate(name: str) -> None:
    """Take a name that was joined apart again."""
    with context.journal() as kept:
        names = kept.shoes.names()
        find_shoe(name, names)
        written = next(one for one in names if shoe_key(one) == shoe_key(name))
        pair = kept.shoes.separate(written)
    say(f"{written!r} and {pair!r} are two pairs again.")
