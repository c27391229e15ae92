"""Schedule with a macOS launch agent; a run missed while the computer slept is made up."""

from __future__ import annotations

import os
import plistlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.errors import BadInput
from runlog.fileio import write_atomically
from runlog.schedule.job import WeeklyJob, delete_files

if TYPE_CHECKING:
    from runlog.schedule.job import RunProgram

LABEL = "org.runlog.weekly"


def preview(job: WeeklyJob) -> str:
    """Return the property list, under its path."""
    return f"<!-- {_path()} -->\n{_plist(job)}"


def install(job: WeeklyJob, run_program: RunProgram) -> str:
    """Write the agent and load it, in place of an earlier one."""
    write_atomically(_path(), _plist(job))
    with suppress(BadInput):  # none was loaded before
        run_program(("launchctl", "bootout", f"{_domain()}/{LABEL}"))
    run_program(("launchctl", "bootstrap", _domain(), str(_path())))
    return f"Loaded the launch agent {LABEL}."


def uninstall(run_program: RunProgram) -> str:
    """Unload the agent and delete it."""
    if not _path().exists():
        return f"There is no launch agent {LABEL}."
    with suppress(BadInput):  # it was not loaded
        run_program(("launchctl", "bootout", f"{_domain()}/{LABEL}"))
    (deleted,) = delete_files(_path())
    return f"Unloaded the launch agent and deleted {deleted}."


def _plist(job: WeeklyJob) -> str:
    agent = {
        "Label": LABEL,
        "ProgramArguments": list(job.command),
        "StartCalendarInterval": {
            "Weekday": (job.weekday + 1) % 7,  # 0 is Sunday
            "Hour": job.hour,
            "Minute": job.minute,
        },
    }
    return plistlib.dumps(agent, sort_keys=False).decode()


def _path() -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"


def _domain() -> str:
    return f"gui/{os.getuid()}"
