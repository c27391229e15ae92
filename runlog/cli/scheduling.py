"""``runlog schedule``: let this computer do a week's work by itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.output import say, tell
from runlog.errors import BadInput

if TYPE_CHECKING:
    from runlog.schedule import WeeklyJob

_SYSTEMS = ("systemd", "cron", "launchd", "windows")


@click.command(
    epilog=examples(
        "runlog schedule --weekly sun 19:00                              # shows what would be written",
        "runlog schedule --weekly sun 19:00 ~/Sync/watch --notify --install",
        "runlog schedule --uninstall",
    )
)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--weekly", nargs=2, metavar="DAY TIME", help="When, on this computer's clock.  [default: sun 19:00]"
)
@click.option("--notify", is_flag=True, help="Send the headline and new alerts to the places of config.toml.")
@click.option("--as", "system", type=click.Choice(_SYSTEMS), help="For which system.  [default: this one]")
@click.option("--install", is_flag=True, help="Write it and start it.")
@click.option("--uninstall", is_flag=True, help="Take it back.")
def schedule(
    folders: tuple[Path, ...],
    weekly: tuple[str, str] | None,
    system: str | None,
    *,
    notify: bool,
    install: bool,
    uninstall: bool,
) -> None:
    """Let this computer run "runlog weekly" once a week.

    It imports the folders, writes the report and looks at the alerts. Without
    --install the systemd timer, cron line, launchd agent or Windows task is only
    printed. On all but cron, what was due while the computer was off is made up
    for.
    """
    from runlog import schedule

    if install and uninstall:
        raise click.UsageError("--install and --uninstall exclude each other.")
    here = schedule.SYSTEMS[system or schedule.detect_system()]
    if uninstall:
        say(here.uninstall(schedule.run_program))
        return
    appointment = _appointment(weekly or ("sun", "19:00"), _words(folders, notify=notify))
    if install:
        say(here.install(appointment, schedule.run_program))
    else:
        click.echo(here.shown(appointment), nl=False)
        tell("Nothing is written yet; --install does that.")


def _appointment(when: tuple[str, str], words: tuple[str, ...]) -> WeeklyJob:
    from runlog import schedule
    from runlog.schedule.job import parse_time, parse_weekday

    try:
        return schedule.WeeklyJob(parse_weekday(when[0]), *parse_time(when[1]), words)
    except BadInput as error:
        raise click.BadParameter(str(error), param_hint="--weekly") from error


def _words(folders: tuple[Path, ...], *, notify: bool) -> tuple[str, ...]:
    """The command, independent of the folder and the surroundings that it is run in."""
    command = (sys.executable, "-m", "runlog", "--home", str(context.home()), "weekly")
    return (*command, *(str(folder.absolute()) for folder in folders), *(["--notify"] if notify else []))
