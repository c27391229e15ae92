"""Schedule with one marked line in the user's crontab."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from runlog.errors import BadInput
from runlog.schedule.job import JOB_NAME, WeeklyJob

if TYPE_CHECKING:
    from runlog.schedule.job import RunProgram

_MARK = f"# {JOB_NAME}"


def shown(appointment: WeeklyJob) -> str:
    """The line for the crontab."""
    weekday = (appointment.weekday + 1) % 7  # cron's Sunday is 0
    command = shlex.join(appointment.words).replace("%", r"\%")  # which cron takes for an end of line
    return f"{appointment.minute} {appointment.hour} * * {weekday} {command} {_MARK}\n"


def install(appointment: WeeklyJob, run: RunProgram) -> str:
    """Put the line into the crontab, in the place of an earlier one."""
    run(("crontab", "-"), "".join([*_foreign_lines(run), shown(appointment)]))
    return "Put a line into your crontab: crontab -l shows it."


def uninstall(run: RunProgram) -> str:
    """Take the line out of the crontab; all others stay."""
    kept = _foreign_lines(run)
    if kept == _lines(run):
        return "There is no line of runlog in your crontab."
    run(("crontab", "-"), "".join(kept))
    return "Took the line of runlog out of your crontab."


def _foreign_lines(run: RunProgram) -> list[str]:
    return [line for line in _lines(run) if not line.rstrip().endswith(_MARK)]


def _lines(run: RunProgram) -> list[str]:
    try:
        return [f"{line}\n" for line in run(("crontab", "-l")).splitlines()]
    except BadInput as error:
        if "no crontab" in str(error):
            return []
        raise
