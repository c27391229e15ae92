"""The group: what is meant where no command is named."""

from __future__ import annotations

from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem

from runlog.cli.names import plan_names


class PlanGroup(click.Group):
    """``runlog plan`` alone lists the ideas, and ``runlog plan FACTOR`` makes a plan."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in the command that is meant where none is named."""
        if not ctx.resilient_parsing and (not args or args[0].startswith("-")):
            args = self._meant(ctx, args)
        return super().parse_args(ctx, args)

    def _meant(self, ctx: click.Context, args: list[str]) -> list[str]:
        if set(args) & set(ctx.help_option_names):
            return args
        return ["make" if set(args) & set(plan_names()) else "ideas", *args]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take what is no command for what is to be planned."""
        name = args[0]
        if name in self.commands or not name[:1].isalnum():
            return super().resolve_command(ctx, args)
        planned = plan_names()
        close = get_close_matches(name.lower(), [*self.commands, *planned], n=2, cutoff=0.75)
        if name not in planned and any(one in self.commands for one in close):
            ctx.fail(f"No such command or factor {name!r}. Did you mean {' or '.join(close)}?")
        return "make", self.commands["make"], args

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands and what can be planned."""
        planned = (CompletionItem(name) for name in plan_names() if name.startswith(incomplete.lower()))
        return [*super().shell_complete(ctx, incomplete), *planned]
