"""Windows: a task of the Task Scheduler; what was due while the computer was off is made up for."""

from __future__ import annotations

import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from runlog.errors import BadInput
from runlog.scheduling.appointment import NAME, WEEKDAYS, Appointment, next_time

if TYPE_CHECKING:
    from runlog.scheduling.appointment import Run

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


def shown(appointment: Appointment) -> str:
    """The task as the Task Scheduler imports it."""
    start = next_time(appointment, datetime.now())  # noqa: DTZ005 - the scheduler counts on the local clock
    program, *arguments = appointment.words
    return _TASK.format(
        start=start.isoformat(timespec="seconds"),
        weekday=WEEKDAYS[appointment.weekday].capitalize(),
        program=escape(program),
        arguments=escape(subprocess.list2cmdline(arguments)),
    )


def install(appointment: Appointment, run: Run) -> str:
    """Make the task, in the place of an earlier one."""
    with tempfile.TemporaryDirectory(prefix="runlog-") as folder:
        file = Path(folder) / "task.xml"
        file.write_text(shown(appointment), encoding="utf-16")
        run(("schtasks", "/Create", "/TN", NAME, "/XML", str(file), "/F"))
    return f"Made the task {NAME} in the Task Scheduler."


def uninstall(run: Run) -> str:
    """Delete the task."""
    try:
        run(("schtasks", "/Query", "/TN", NAME))
    except BadInput:
        return f"There is no task {NAME}."
    run(("schtasks", "/Delete", "/TN", NAME, "/F"))
    return f"Deleted the task {NAME}."
