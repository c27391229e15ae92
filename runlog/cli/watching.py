"""``runlog watch``: what comes into a folder is imported as it comes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli import context
from runlog.cli.alerting import say_new
from runlog.cli.help import examples
from runlog.cli.importing import print_summary
from runlog.cli.notifying import send_due
from runlog.cli.output import say, tell
from runlog.errors import RunlogError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlog.ingest.sources import FoundFile
    from runlog.journal import Journal


@click.command(
    epilog=examples(
        "runlog watch ~/Sync/watch",
        "runlog watch /media/me/GARMIN --every 5      # a watch that comes and goes",
        "runlog watch ~/Sync/watch --notify           # and send word of new alerts",
    )
)
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--every",
    type=click.FloatRange(min=0.1, max=86_400),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait between two looks.",
)
@click.option("--notify", is_flag=True, help="Send new alerts to the places of config.toml.")
@click.option("--once", is_flag=True, help="Import what is there, and end.")
def watch(folders: tuple[Path, ...], every: float, *, notify: bool, once: bool) -> None:
    """Import new files as they appear in folders, and look at the alerts after.

    A file is taken once it no longer grows. A folder that is not there (a watch
    that is not plugged in) is waited for. Ctrl-C ends it.
    """
    from runlog.ingest.sources import watch_folders

    looks = iter([True]) if once else iter(lambda: True, False)

    def wait() -> bool:
        more = next(looks, False)
        if more:
            time.sleep(every)
        return more

    if not once:
        tell(f"Watching {', '.join(map(str, folders))}. Ctrl-C ends it.")
    try:
        for files in watch_folders(folders, wait):
            _take(files, notify=notify)
    except KeyboardInterrupt:
        tell("No longer watching.")


def _take(files: Sequence[FoundFile], *, notify: bool) -> None:
    """Import files; what goes wrong is told, and the watching goes on."""
    try:
        with context.journal() as kept:
            _import(kept, [Path(found.path) for found in files], notify=notify)
    except RunlogError as error:
        tell(f"Error: {error}")


def _import(kept: Journal, paths: Sequence[Path], *, notify: bool) -> None:
    summary = kept.add(paths)
    if summary.known == len(summary.files):
        return
    say(f"{context.now().astimezone():%Y-%m-%d %H:%M}")
    print_summary(summary)
    now = context.now()
    say_new(kept, now)
    if notify and _any_due(kept):
        from runlog import notify as runlog_notify

        send_due(kept, now, runlog_notify.alerts_message)


def _any_due(kept: Journal) -> bool:
    from runlog import alert_states

    return bool(alert_states.due_alerts(kept.alerts.all(), context.now()))
