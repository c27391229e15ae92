"""The one place where an error becomes a message and an exit code."""

from __future__ import annotations

import errno
import traceback
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import click

from runlog.cli.text import safe
from runlog.errors import RunlogError

if TYPE_CHECKING:
    from collections.abc import Iterator

STOPPED = 130  # what shells expect after Ctrl-C


class Failure(click.ClickException):
    """A message for the runner on stderr, and exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message as ``runlog: …``."""
        click.echo(f"runlog: {safe(self.message)}", file=file, err=True)


@contextmanager
def translated(*, debug: bool) -> Iterator[None]:
    """Turn whatever a command raises into a message; click's own exceptions pass.

    Raises:
        Failure: for runlog's and the system's errors with their text, for anything unforeseen with one line.
        click.exceptions.Exit: after Ctrl-C, with the code 130.
    """
    try:
        yield
    except RunlogError as error:
        raise _failure(str(error), debug=debug) from error
    except KeyboardInterrupt:
        click.echo("\nrunlog: stopped", err=True)
        raise click.exceptions.Exit(STOPPED) from None
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise  # the reader has gone; click leaves quietly
        raise _failure(_of_the_system(error), debug=debug) from error
    except Exception as error:
        where = "" if debug else " (run with --debug to see where)"
        raise _failure(f"unexpected error: {_named(error)}{where}", debug=debug) from error


def _of_the_system(error: OSError) -> str:
    reason = error.strerror or _named(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _named(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _failure(message: str, *, debug: bool) -> Failure:
    if debug:
        click.echo(safe(traceback.format_exc(), keep="\n"), err=True)
    return Failure(message)
