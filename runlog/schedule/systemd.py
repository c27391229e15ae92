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


def shown(appointment: WeeklyJob) -> str:
    """The two files, each under its path."""
    return "\n".join(f"# {file}\n{text}" for file, text in _files(appointment).items())


def install(appointment: WeeklyJob, run: RunProgram) -> str:
    """Write the files and start the timer."""
    for file, text in _files(appointment).items():
        write_atomically(file, text)
    run(("systemctl", "--user", "daemon-reload"))
    run(("systemctl", "--user", "enable", "--now", f"{JOB_NAME}.timer"))
    timer = f"{JOB_NAME}.timer"
    return f"Started the timer {timer}. When it is due next: systemctl --user list-timers {timer}"


def uninstall(run: RunProgram) -> str:
    """Stop the timer and delete the files."""
    service, timer = _paths()
    if not timer.exists() and not service.exists():
        return f"There is no timer {JOB_NAME}.timer."
    if timer.exists():
        run(("systemctl", "--user", "disable", "--now", timer.name))
    gone = delete_files(timer, service)
    run(("systemctl", "--user", "daemon-reload"))
    return f"Stopped the timer and deleted {' and '.join(map(str, gone))}."


def _files(appointment: WeeklyJob) -> dict[Path, str]:
    service, timer = _paths()
    day = WEEKDAYS[appointment.weekday][:3].capitalize()
    return {
        service: _SERVICE.format(command=" ".join(map(_quote, appointment.words))),
        timer: _TIMER.format(weekday=day, hour=appointment.hour, minute=appointment.minute),
    }


def _paths() -> tuple[Path, Path]:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = config / "systemd" / "user"
    return folder / f"{JOB_NAME}.service", folder / f"{JOB_NAME}.timer"


def _quote(word: str) -> str:
    """A word as systemd.service(5) reads it: in quotes, with its own signs taken as they are."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"'
