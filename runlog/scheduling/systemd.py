"""Linux with systemd: a user's timer, which makes up for what was due while the computer was off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.files import write_atomically
from runlog.scheduling.appointment import NAME, WEEKDAYS, Appointment, remove

if TYPE_CHECKING:
    from runlog.scheduling.appointment import Run

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


def shown(appointment: Appointment) -> str:
    """The two files, each under its path."""
    return "\n".join(f"# {file}\n{text}" for file, text in _files(appointment).items())


def install(appointment: Appointment, run: Run) -> str:
    """Write the files and start the timer."""
    for file, text in _files(appointment).items():
        write_atomically(file, text)
    run(("systemctl", "--user", "daemon-reload"))
    run(("systemctl", "--user", "enable", "--now", f"{NAME}.timer"))
    return f"Started the timer {NAME}.timer. When it is due next: systemctl --user list-timers {NAME}.timer"


def uninstall(run: Run) -> str:
    """Stop the timer and delete the files."""
    service, timer = _paths()
    if not timer.exists() and not service.exists():
        return f"There is no timer {NAME}.timer."
    if timer.exists():
        run(("systemctl", "--user", "disable", "--now", timer.name))
    gone = remove(timer, service)
    run(("systemctl", "--user", "daemon-reload"))
    return f"Stopped the timer and deleted {' and '.join(map(str, gone))}."


def _files(appointment: Appointment) -> dict[Path, str]:
    service, timer = _paths()
    day = WEEKDAYS[appointment.weekday][:3].capitalize()
    return {
        service: _SERVICE.format(command=" ".join(map(_quoted, appointment.words))),
        timer: _TIMER.format(weekday=day, hour=appointment.hour, minute=appointment.minute),
    }


def _paths() -> tuple[Path, Path]:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = config / "systemd" / "user"
    return folder / f"{NAME}.service", folder / f"{NAME}.timer"


def _quoted(word: str) -> str:
    """A word as systemd.service(5) reads it: in quotes, with its own signs taken as they are."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"'
