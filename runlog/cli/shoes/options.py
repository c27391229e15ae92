"""What the commands about shoes share: days, distances in km or mi, and pairs by their names."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from runlog.cli.answers import Number
from runlog.cli.names import find_shoe
from runlog.model import Shoe
from runlog.settings import METRES

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlog.journal import Journal

DAY = click.DateTime(["%Y-%m-%d"])
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would change.")

_FAR = Number(0, 100_000)


def distance_option(name: str, help_text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command ``--NAME-km`` and ``--NAME-mi``, and tell it as ``NAME_m`` the metres, or None."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @click.option(f"--{name}-km", type=_FAR, metavar="KM", help=help_text)
        @click.option(f"--{name}-mi", type=_FAR, metavar="MI", help="The same in miles.")
        @wraps(command)
        def in_metres(*args: Any, **said: Any) -> None:  # noqa: ANN401 - the command's own
            given = {unit: said.pop(f"{name}_{unit}") for unit in METRES}
            metres = [METRES[unit] * value for unit, value in given.items() if value is not None]
            if len(metres) > 1:
                raise click.UsageError(f"--{name}-km and --{name}-mi exclude each other.")
            command(*args, **said, **{f"{name}_m": metres[0] if metres else None})

        return in_metres

    return decorated


def kept_pair(kept: Journal, name: str) -> Shoe:
    """Give the pair; one that only a diary or watch names is kept from now on."""
    wanted = find_shoe(name, kept.shoes.names())
    known = next((shoe for shoe in kept.shoes.all() if shoe.name == wanted), None)
    if known is None:
        known = Shoe(name=wanted)
        kept.shoes.add(known)
    return known
