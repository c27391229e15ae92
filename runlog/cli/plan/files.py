"""A plan into files, as ``--out`` and ``--ics`` ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlog.model import Plan


def to_files(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--out`` and ``--ics``."""
    path = click.Path(path_type=Path, dir_okay=False)
    command = click.option("--ics", type=path, metavar="FILE", help="Write it for a calendar, too.")(command)
    return click.option("--out", type=path, metavar="FILE", help="Write it as CSV, too.")(command)


def write(made: Plan, out: Path | None, ics: Path | None) -> None:
    """Write a plan into the files asked for."""
    from runlog.fileio import write_atomically
    from runlog.trials import files

    if out is not None:
        write_atomically(out, files.plan_csv(made))
        say(f"Written: {out}")
    if ics is not None:
        write_atomically(ics, files.plan_calendar(made))
        say(f"Written: {ics}")
