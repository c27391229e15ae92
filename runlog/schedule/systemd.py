"""Schedule with a systemd user timer; a run missed while the computer was off is made up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.fileio import write_atomically
from runlog.schedule.job import JOB_NAME, WEEKDAYS, WeeklyJob, delete_files

if TYPE_CHECKING:
    from runlog.schedule.job import RunProgram

_SERVICE = """[Unit]
Description=runlog: import, report and alerts of the week

[Service]
Type=oneshot
ExecStart={command}
"""
_TIMER = """[Unit]
Description=runlog once a week

[Timer]
OnCalendar={weekday} *-*-* {hour:02d}:{minute:02d}:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def preview(job: WeeklyJob) -> str:
    """Return the two files, each under its path."""
    return "\n".join(f"# {file}\n{text}" for file, text in _files(job).items())


def install(job: WeeklyJob, run_program: RunProgram) -> str:
    """Write the files and start the timer."""
    for file, text in _files(job).items():
        write_atomically(file, text)
    run_program(("systemctl", "--user", "daemon-reload"))
    run_program(("systemctl", "--user", "enable", "--now", f"{JOB_NAME}.timer"))
    timer = f"{JOB_NAME}.timer"
    return f"Started the timer {timer}. When it is due next: systemctl --user list-timers {timer}"


def uninstall(run_program: RunProgram) -> str:
    """Stop the timer and delete the files."""
    service, timer = _paths()
    if not timer.exists() and not service.exists():
        return f"There is no timer {JOB_NAME}.timer."
    if timer.exists():
        run_program(("systemctl", "--user", "disable", "--now", timer.name))
    deleted = delete_files(timer, service)
    run_program(("systemctl", "--user", "daemon-reload"))
    return f"Stopped the timer and deleted {' and '.join(map(str, deleted))}."


def _files(job: WeeklyJob) -> dict[Path, str]:
    service, timer = _paths()
    day = WEEKDAYS[job.weekday][:3].capitalize()
    program, *arguments = job.command
    words = [_quote(program), *(_quote(word).replace("$", "$$") for word in arguments)]
    return {
        service: _SERVICE.format(command=" ".join(words)),
        timer: _TIMER.format(weekday=day, hour=job.hour, minute=job.minute),
    }


def _paths() -> tuple[Path, Path]:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = config / "systemd" / "user"
    return folder / f"{JOB_NAME}.service", folder / f"{JOB_NAME}.timer"


def _quote(word: str) -> str:
    """Quote a word for systemd.service(5); in arguments, but not in the program's path, $ is doubled too."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
