"""``runlog backup``, ``restore``, ``export`` and ``doctor``: what is yours stays yours."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.importing import progress_bar
from runlog.cli.output import say, tell
from runlog.errors import StoreError
from runlog.settings import CONFIG_NAME

if TYPE_CHECKING:
    from runlog.store.connection import Contents

_FILE = click.Path(path_type=Path)
_MB = 1e6


@click.command(
    epilog=examples(
        "runlog backup ~/runlog-backup.db",
        "runlog backup /media/stick/runlog.db --force    # in the place of the last one",
    )
)
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
def backup(file: Path, *, force: bool) -> None:
    """Put everything, settings included, into one file.

    It can be made at any time, also while files are imported, and is checked
    before it is put in place. Reports are not in it; runlog report writes them
    again. To get it all back: runlog restore FILE
    """
    from runlog.store import backup

    contents = backup.make_backup(context.home(), file, context.now(), force=force)
    settings = "no settings, because none are set" if contents.config is None else "the settings"
    say(f"{file}: {_megabytes(file.stat().st_size)}, {_counted(contents)}, {settings}.")


@click.command(
    epilog=examples(
        "runlog restore ~/runlog-backup.db",
        "runlog restore ~/runlog-backup.db --yes     # without asking",
    )
)
@click.argument("file", type=_FILE)
@click.option("--yes", is_flag=True, help="Replace what is there without asking.")
def restore(file: Path, *, yes: bool) -> None:
    """Put a backup in the place of everything that is kept now.

    What is there now is kept aside in the same folder, database and settings.
    A backup of an older runlog is brought up to date.
    """
    from runlog.store import backup

    home = context.home()
    contents = backup.inspect_backup(file)
    there = _what_is_there(home)
    if there and not yes:
        _ask(f"{home} holds {there}. Replace it by {_counted(contents)}? The former stays beside it.")
    done = backup.restore_backup(home, file, context.now().astimezone())
    say(f"Restored {_counted(contents)}{_dated(contents)} to {home}.")
    for aside in filter(None, (done.database_aside, done.config_aside)):
        say(f"What was there is now {aside}")
    if contents.config is None and (home / CONFIG_NAME).exists():
        tell("There are no settings in this backup; those of the home stay.")


def _what_is_there(home: Path) -> str:
    from runlog.store import backup

    try:
        contents = backup.read_current_contents(home)
    except StoreError:
        return "a database that cannot be read"
    return _counted(contents) if contents else ""


def _ask(question: str) -> None:
    if not _is_somebody_there():
        raise click.UsageError(f"{question} Nobody is there to answer; --yes does.")
    click.confirm(question, abort=True)


def _is_somebody_there() -> bool:
    return sys.stdin.isatty()


@click.command(
    epilog=examples(
        "runlog export ~/runlog-export",
        "runlog export ~/runlog-export --gpx             # each track for other tools, too",
        "runlog import ~/runlog-export                   # in another home: all of it back again",
    )
)
@click.argument("folder", type=_FILE, metavar="DIR")
@click.option("--gpx", is_flag=True, help="Write each track also as GPX, for other tools.")
@click.option("--force", is_flag=True, help="Go over an export that is there; other files in DIR stay.")
def export(folder: Path, *, gpx: bool, force: bool) -> None:
    """Write everything as plain files: CSV and JSON, and GPX where asked for.

    DIR is a new or an empty folder. Importing it into an empty home gives the
    same history; its README.txt says what each file is.
    """
    with context.journal() as kept, progress_bar() as progress:
        done = kept.export(folder, gpx=gpx, force=force, progress=progress)
    parts = [
        _megabytes(done.size),
        _many(done.activities, "activity", "activities"),
        _many(done.entries, "diary entry", "diary entries"),
        _many(done.shoes, "pair of shoes", "pairs of shoes"),
    ]
    if gpx:
        parts.insert(2, f"{done.gpx} of them also as GPX")
    say(f"{folder}: {', '.join(parts)}.")


def _counted(contents: Contents) -> str:
    others = [_many(contents.others, "other activity", "other activities")] if contents.others else []
    entries = _many(contents.ratings, "diary entry", "diary entries")
    return ", ".join([_many(contents.runs, "run", "runs"), *others, entries])


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _dated(contents: Contents) -> str:
    made = contents.made
    return f" of {made.astimezone():%Y-%m-%d %H:%M}" if made else ""


def _megabytes(size: int) -> str:
    return f"{size / _MB:.1f} MB"
