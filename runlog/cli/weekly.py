"""``runlog weekly``: all that a week needs, in one go."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.importing import print_summary
from runlog.cli.notifying import send_due
from runlog.cli.output import tell

if TYPE_CHECKING:
    from runlog.journal import Journal


@click.command(
    epilog=examples(
        "runlog weekly                               # the report, and the alerts",
        "runlog weekly ~/Sync/watch --notify         # import first, send word after",
        "runlog schedule --weekly sun 19:00 ~/Sync/watch --notify    # the same by itself",
    )
)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--notify", is_flag=True, help="Send the headline and new alerts to the places of config.toml.")
def weekly(folders: tuple[Path, ...], *, notify: bool) -> None:
    """Import folders, write the week's report, and look at the alerts.

    The report is that of the last complete week; on a week's last day it is that
    of this one. A folder that is not there (a watch that is not plugged in) is
    told and passed over. The exit code is 1 if anything failed.
    """
    with context.journal() as kept:
        all_well = _import(kept, folders)
        all_well = _report(kept, notify=notify) and all_well
    if not all_well:
        click.get_current_context().exit(1)


def _import(kept: Journal, folders: tuple[Path, ...]) -> bool:
    there = [folder for folder in folders if folder.exists()]
    for folder in sorted(set(folders) - set(there)):
        tell(f"{folder}: it is not there, so nothing was imported from it")
    if not there:
        return not folders
    summary = kept.add(there)
    print_summary(summary)
    return summary.ok and there == list(folders)


def _report(kept: Journal, *, notify: bool) -> bool:
    from runlog import notify as runlog_notify
    from runlog.i18n import use_language
    from runlog.reporter.weekly import build_week as facts
    from runlog.reporter.weekly import report, week_due

    now = context.now()
    history = kept.history()
    name = week_due(history, now)
    page = report(history, name, out=kept.folder / "reports", now=now)
    kept.alerts.follow(history, now)
    click.echo(page)
    if not notify:
        return True
    with use_language(kept.settings.language):
        headline = facts(history, name, now).headline
    return send_due(kept, now, partial(runlog_notify.weekly_message, headline, page))
