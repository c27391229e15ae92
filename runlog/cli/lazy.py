"""A click group that imports a command only when it is called."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(NamedTuple):
    """Where a command lives, as ``module:attribute``, and its line in the group's help."""

    home: str
    help: str


class LazyGroup(click.Group):
    """A group whose commands are listed by section and imported when first used."""

    def __init__(self, *, sections: Mapping[str, Mapping[str, Command]], **attrs: object) -> None:
        super().__init__(**attrs)  # type: ignore[arg-type]  # whatever click.Group takes
        self.sections = sections
        self.lazy = {name: command for section in sections.values() for name, command in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None where there is none of that name."""
        del ctx
        if cmd_name not in self.lazy:
            return None
        module, attribute = self.lazy[cmd_name].home.split(":")
        return cast("click.Command", getattr(import_module(module), attribute))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the closest names where the command is not known."""
        name = args[0]
        if name not in self.lazy and name[:1].isalnum() and not ctx.resilient_parsing:
            close = get_close_matches(name, self.lazy, n=2)
            hint = f"Did you mean {' or '.join(close)}?" if close else "See runlog --help."
            ctx.fail(f"No such command {name!r}. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections without importing a command."""
        del ctx
        for title, commands in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([(name, command.help) for name, command in commands.items()])
