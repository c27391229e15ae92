"""Schedule with one line in the user's crontab, identified by its trailing comment."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from runlog.errors import BadInput
from runlog.schedule.job import JOB_NAME, WeeklyJob

if TYPE_CHECKING:
    from runlog.schedule.job import RunProgram

_MARK = f"# {JOB_NAME}"


def preview(job: WeeklyJob) -> str:
    """Return the line for the crontab."""
    weekday = (job.weekday + 1) % 7  # cron's Sunday is 0
    command = " ".join(map(_quote, job.command))
    return f"{job.minute} {job.hour} * * {weekday} {command} {_MARK}\n"


def _quote(word: str) -> str:
    r"""Quote a word for the shell, then for cron, which takes a bare % for an end of line and \% for a %.

    For cron a backslash before that would escape the other one: two quotes, which say nothing to the shell,
    keep them apart. The shell's quoting puts every word with a backslash into single quotes.
    """
    return shlex.quote(word).replace("%", r"''\%" if "\\" in word else r"\%")


def install(job: WeeklyJob, run_program: RunProgram) -> str:
    """Put the line into the crontab, in place of an earlier one."""
    run_program(("crontab", "-"), "".join([*_foreign_lines(run_program), preview(job)]))
    return "Put a line into your crontab: crontab -l shows it."


def uninstall(run_program: RunProgram) -> str:
    """Remove the line from the crontab; all others stay."""
    others = _foreign_lines(run_program)
    if others == _lines(run_program):
        return "There is no line of runlog in your crontab."
    run_program(("crontab", "-"), "".join(others))
    return "Took the line of runlog out of your crontab."


def _foreign_lines(run_program: RunProgram) -> list[str]:
    return [line for line in _lines(run_program) if not line.rstrip().endswith(_MARK)]


def _lines(run_program: RunProgram) -> list[str]:
    try:
        text: str = run_program(("crontab", "-l"))
    except BadInput as error:
        if "no crontab" in str(error):
            return []
        raise
    return [f"{line}\n" for line in text.removesuffix("\n").split("\n")] if text else []
