"""Build what every command shares: lazy groups, error messages, the journal to open.

Nothing heavy is imported here, so that ``runlog --help`` starts at once.
"""

from __future__ import annotations

import errno
import logging
import re
import sys
import textwrap
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from importlib import import_module
from shutil import get_terminal_size
from typing import IO, TYPE_CHECKING, Any, cast

import click

from runlog.errors import RunlogError
from runlog.i18n import ENGLISH, use_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from runlog.journal import Journal
    from runlog.settings import Settings


#: The comments of examples begin at most here, so that they fit into 80 columns.
_WIDEST_EXAMPLE = 44


def command(
    *examples: str,
    name: str | None = None,
    of: click.Group | None = None,
    **attrs: Any,  # noqa: ANN401 - click's own
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command, by itself or of a group, whose help ends with examples."""
    return (of or click).command(name, epilog=_format_examples(examples), **attrs)


def group(*examples: str, **attrs: Any) -> Callable[[Callable[..., None]], click.Group]:  # noqa: ANN401 - click's own
    """Make a group of commands whose help ends with examples."""
    return click.group(epilog=_format_examples(examples), **attrs)


def _format_examples(lines: Sequence[str]) -> str:
    r"""Return the epilog of a help page: examples, one per line, their comments in one column.

    A ``\b`` stops click's wrapping.
    """
    pairs = [line.partition("  #") for line in lines]
    commented = [len(command.rstrip()) for command, mark, _comment in pairs if mark]
    width = max((length for length in commented if length <= _WIDEST_EXAMPLE), default=0)
    written = [
        f"  {command.rstrip():<{width}}  #{comment}" if mark else f"  {command}"
        for command, mark, comment in pairs
    ]
    return "\b\nExamples:\n" + "\n".join(written)


class LazyGroup(click.Group):
    """A group whose commands are listed by section and imported when first used.

    A section has for each command its place, as ``module:attribute`` of this package, and its line in the
    group's help.
    """

    def __init__(self, *, sections: Mapping[str, Mapping[str, tuple[str, str]]], **attrs: object) -> None:
        super().__init__(**attrs)  # type: ignore[arg-type]  # whatever click.Group takes
        self.sections = sections
        self.lazy_commands = {
            name: place for section in sections.values() for name, (place, _help) in section.items()
        }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        del ctx
        return list(self.lazy_commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command; None if there is none of that name."""
        del ctx
        if cmd_name not in self.lazy_commands:
            return None
        module, attribute = self.lazy_commands[cmd_name].split(":")
        return cast("click.Command", getattr(import_module(f"runlog.cli.{module}"), attribute))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command as click does; suggest the closest names for an unknown one."""
        name = args[0]
        if name not in self.lazy_commands and name[:1].isalnum() and not ctx.resilient_parsing:
            close = get_close_matches(name, self.lazy_commands, n=2)
            hint = f"Did you mean {' or '.join(close)}?" if close else "See runlog --help."
            ctx.fail(f"No such command {name!r}. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections without importing a command."""
        del ctx
        for title, commands in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([(name, line) for name, (_place, line) in commands.items()])


EXIT_INTERRUPTED = 130  # what shells expect after Ctrl-C


class Failure(click.ClickException):
    """An error message on stderr, with exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message as ``runlog: …``."""
        click.echo(wrap(f"runlog: {self.message}", sys.stderr), file=file, err=True)


#: A command in a sentence, up to the sign that ends it; it is not broken, so that it can be pasted.
_COMMAND = re.compile(r"runlog( (?![.;,)…])\S*[^\s.;,)])+")
_WIDEST_TEXT = 100


def wrap(text: str, stream: IO[str], indent: str = "", hanging: str | None = None) -> str:
    """Escape a paragraph, and wrap it to the terminal that a stream is; elsewhere it stays one line.

    ``indent`` is that of its first line, ``hanging`` that of the others; None is the same.
    """
    from runlog.units import escape_controls

    text = escape_controls(text)
    if not stream.isatty():
        return indent + text
    width = min(get_terminal_size().columns, _WIDEST_TEXT)
    hanging = indent if hanging is None else hanging
    room = width - len(hanging)
    whole = _COMMAND.sub(
        lambda found: found[0].replace(" ", "\xa0") if len(found[0]) <= room else found[0], text
    )
    filled = textwrap.fill(
        whole, width, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False
    )
    return filled.replace("\xa0", " ")


@contextmanager
def errors_as_messages(*, debug: bool) -> Iterator[None]:
    """Report any exception as a message and exit code; click's own exceptions pass.

    Raises:
        Failure: for runlog's and the system's errors with their text, for anything unforeseen with one line.
        click.exceptions.Exit: after Ctrl-C, with the code 130.
    """
    try:
        yield
    except RunlogError as error:
        with use_language(_language()):
            raise _make_failure(str(error), debug=debug) from error
    except KeyboardInterrupt:
        click.echo("\nrunlog: stopped", err=True)
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    except click.UsageError as error:
        if type(error) is not click.UsageError:  # a bad value has its parameter put before it
            raise
        wrapped = wrap(f"Error: {error.message}", sys.stderr).removeprefix("Error: ")
        raise click.UsageError(wrapped, error.ctx) from error
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise  # the reader has gone; click leaves quietly
        reason = error.strerror or _type_and_text(error)
        message = f"{error.filename}: {reason}" if error.filename else reason
        raise _make_failure(message, debug=debug) from error
    except Exception as error:
        where = "" if debug else " (run with --debug to see where)"
        raise _make_failure(f"unexpected error: {_type_and_text(error)}{where}", debug=debug) from error


class _MessageHandler(logging.Handler):
    """Prints what runlog logs on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one message."""
        click.echo(wrap(f"runlog: {record.getMessage()}", sys.stderr), err=True)


@contextmanager
def warnings_as_messages() -> Iterator[None]:
    """Print the warnings that runlog logs on stderr while the block runs."""
    handler, logger = _MessageHandler(logging.WARNING), logging.getLogger("runlog")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _type_and_text(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _make_failure(message: str, *, debug: bool) -> Failure:
    if debug:
        from runlog.units import escape_controls

        click.echo(escape_controls(traceback.format_exc(), keep="\n"), err=True)
    return Failure(message)


def open_journal(ctx: click.Context | None = None) -> Journal:
    """Open the journal that ``--home``, RUNLOG_HOME or the platform names. Close it with ``with``."""
    import runlog.journal

    journal = runlog.journal.open(home_folder(ctx))
    journal.route_progress = _show_route_progress if sys.stderr.isatty() else None
    return journal


#: Fewer comparisons are done before anybody wonders.
_SHOWN_FROM = 200
_SHOWN_EVERY = 20


def _show_route_progress(done: int, total: int) -> None:
    """Show on the terminal how far the search for routes is; at its end the line is cleared."""
    if total < _SHOWN_FROM:
        return
    if done >= total:
        click.echo("\r\x1b[K", nl=False, err=True)
    elif done % _SHOWN_EVERY == 0:
        click.echo(f"\rfinding routes: {done:,} of {total:,}\x1b[K", nl=False, err=True)


def open_unchecked() -> Journal:
    """Open the same journal without its config.toml, which may be broken."""
    import runlog.journal

    return runlog.journal.open_unchecked(home_folder())


def home_folder(ctx: click.Context | None = None) -> Path:
    """Return the folder of that journal, whether or not it can be opened."""
    import runlog.journal

    folder: Path | None = (ctx or click.get_current_context()).find_root().params["home"]
    return runlog.journal.home_folder(folder)


def is_typed() -> bool:
    """Return whether somebody types what is read from stdin."""
    return sys.stdin.isatty()


def is_interactive() -> bool:
    """Return whether somebody sits at the terminal, and sees questions on stderr."""
    return is_typed() and sys.stderr.isatty()


def now() -> datetime:
    """Return the current time in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def _language() -> str:
    """Return the runner's language; English where the settings cannot be read, which is said elsewhere."""
    from runlog import settings

    try:
        text = (home_folder() / settings.CONFIG_NAME).read_text(encoding="utf-8-sig")
        return settings.parse_settings(text).language
    except (OSError, ValueError, RuntimeError, RunlogError):
        return ENGLISH


def runner_settings() -> Settings:
    """Return the settings of that journal, without opening it."""
    from runlog import settings

    return settings.read_settings(home_folder() / settings.CONFIG_NAME)
