"""``runlog completion``: click's own shell completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from runlog.cli.help import examples


@click.command(
    epilog=examples(
        "runlog completion bash >> ~/.bashrc",
        "runlog completion zsh >> ~/.zshrc",
        "runlog completion fish > ~/.config/fish/completions/runlog.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands, runs, shoes, factors and charts."""
    shell_complete = get_completion_class(shell)
    if shell_complete is None:  # pragma: no cover - click has these three
        raise click.UsageError(f"No completion for {shell}.")
    click.echo(shell_complete(ctx.find_root().command, {}, "runlog", "_RUNLOG_COMPLETE").source())
