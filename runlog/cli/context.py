"""What every command starts from: the runner's journal, and now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from runlog.journal import Journal


def journal(ctx: click.Context | None = None) -> Journal:
    """Open the journal that ``--home``, RUNLOG_HOME or the platform names. Close it with ``with``."""
    import runlog.journal

    return runlog.journal.open(home(ctx))


def home(ctx: click.Context | None = None) -> Path:
    """The folder of that journal, whether or not it can be opened."""
    import runlog.journal

    named: Path | None = (ctx or click.get_current_context()).find_root().params["home"]
    return runlog.journal.home_folder(named)


def now() -> datetime:
    """This moment: aware UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def language(ctx: click.Context | None = None) -> str:
    """The language of what is said of the runner's data; the command line's own words are English."""
    from runlog import settings

    return settings.read_settings(home(ctx) / settings.CONFIG_NAME).language
