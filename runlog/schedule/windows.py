"""Schedule with the Windows Task Scheduler; a run missed while the computer was off is made up."""

from __future__ import annotations

import re
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from runlog.errors import BadInput
from runlog.schedule.job import JOB_NAME, WEEKDAYS, WeeklyJob, next_due

if TYPE_CHECKING:
    from runlog.schedule.job import RunProgram

_TASK = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{start}</StartBoundary>
      <ScheduleByWeek>
        <WeeksInterval>1</WeeksInterval>
        <DaysOfWeek><{weekday} /></DaysOfWeek>
      </ScheduleByWeek>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <StartWhenAvailable>true</StartWhenAvailable>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
  </Settings>
  <Actions>
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


#: Variables of the environment and of the task, which cannot be quoted.
_REPLACED = re.compile(r"%[^%=]+%|\$\(")


def preview(job: WeeklyJob) -> str:
    """Return the task as the Task Scheduler imports it.

    Raises:
        BadInput: the Task Scheduler would put something else in the place of a part of the command.
    """
    for word in job.command:
        if _REPLACED.search(word):
            raise BadInput(
                "{word}: the Task Scheduler would put something else in the place of %…% or $(…); rename it",
                word=word,
            )
    start = next_due(job, datetime.now())  # noqa: DTZ005 - the scheduler counts on the local clock
    program, *arguments = job.command
    return _TASK.format(
        start=start.isoformat(timespec="seconds"),
        weekday=WEEKDAYS[job.weekday].capitalize(),
        program=escape(program),
        arguments=escape(subprocess.list2cmdline(arguments)),
    )


def install(job: WeeklyJob, run_program: RunProgram) -> str:
    """Create the task in place of an earlier one."""
    with tempfile.TemporaryDirectory(prefix="runlog-") as folder:
        file = Path(folder) / "task.xml"
        file.write_text(preview(job), encoding="utf-16")
        run_program(("schtasks", "/Create", "/TN", JOB_NAME, "/XML", str(file), "/F"))
    return f"Made the task {JOB_NAME} in the Task Scheduler."


def uninstall(run_program: RunProgram) -> str:
    """Delete the task."""
    try:
        run_program(("schtasks", "/Query", "/TN", JOB_NAME))
    except BadInput:
        return f"There is no task {JOB_NAME}."
    run_program(("schtasks", "/Delete", "/TN", JOB_NAME, "/F"))
    return f"Deleted the task {JOB_NAME}."
