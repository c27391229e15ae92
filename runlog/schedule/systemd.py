"""Schedule with a systemd user timer; a run missed while the computer was off is made up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.fileio import write_atomically
from runlog.schedule.job import JOB_NAME, WEEKDAYS, WeeklyJob, delete_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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

_SERVE_NAME = "runlog-serve.service"
_SERVE = """[Unit]
Description=runlog in the browser and on the phone
After=network-online.target

[Service]
ExecStart={command}
Restart=on-failure
RestartSec=30

[Install]
WantedBy=default.target
"""


def preview(job: WeeklyJob) -> str:
    """Return the two files, each under its path."""
    return "\n".join(f"# {file}\n{text}" for file, text in _files(job).items())


def install(job: WeeklyJob, run_program: RunProgram) -> str:
    """Write the files and start the timer."""
    timer = f"{JOB_NAME}.timer"
    _install(_files(job), timer, run_program)
    return f"Started the timer {timer}. When it is due next: systemctl --user list-timers {timer}"


def uninstall(run_program: RunProgram) -> str:
    """Stop the timer and delete the files."""
    service, timer = _paths()
    deleted = _uninstall((timer, service), run_program)
    if not deleted:
        return f"There is no timer {timer.name}."
    return f"Stopped the timer and deleted {' and '.join(map(str, deleted))}."


def preview_serving(command: Sequence[str]) -> str:
    """Return the file of a service that runs ``runlog serve``, under its path."""
    return f"# {_serving_path()}\n{_SERVE.format(command=_join(command))}"


def install_serving(command: Sequence[str], run_program: RunProgram) -> str:
    """Write the service that runs ``runlog serve`` whenever the runner is logged in, and start it."""
    _install({_serving_path(): _SERVE.format(command=_join(command))}, _SERVE_NAME, run_program)
    return (
        f"Started {_SERVE_NAME}. The code that pairs a phone: http://localhost:8421/devices, or "
        f"journalctl --user -u {_SERVE_NAME}. To go on while nobody is logged in: loginctl enable-linger"
    )


def uninstall_serving(run_program: RunProgram) -> str:
    """Stop the service that runs ``runlog serve``, and delete its file."""
    deleted = _uninstall((_serving_path(),), run_program)
    if not deleted:
        return f"There is no service {_SERVE_NAME}."
    return f"Stopped the service and deleted {deleted[0]}."


def _install(files: Mapping[Path, str], unit: str, run_program: RunProgram) -> None:
    """Write the files of a unit and start it."""
    for file, text in files.items():
        write_atomically(file, text)
    run_program(("systemctl", "--user", "daemon-reload"))
    run_program(("systemctl", "--user", "enable", "--now", unit))


def _uninstall(files: Sequence[Path], run_program: RunProgram) -> list[Path]:
    """Stop the unit of the first file, delete the files that exist, and return those."""
    if files[0].exists():
        run_program(("systemctl", "--user", "disable", "--now", files[0].name))
    deleted = delete_files(*files)
    if deleted:
        run_program(("systemctl", "--user", "daemon-reload"))
    return deleted


def _files(job: WeeklyJob) -> dict[Path, str]:
    service, timer = _paths()
    day = WEEKDAYS[job.weekday][:3].capitalize()
    return {
        service: _SERVICE.format(command=_join(job.command)),
        timer: _TIMER.format(weekday=day, hour=job.hour, minute=job.minute),
    }


def _join(command: Sequence[str]) -> str:
    program, *arguments = command
    return " ".join([_quote(program), *(_quote(word).replace("$", "$$") for word in arguments)])


def _paths() -> tuple[Path, Path]:
    return _folder() / f"{JOB_NAME}.service", _folder() / f"{JOB_NAME}.timer"


def _serving_path() -> Path:
    return _folder() / _SERVE_NAME


def _folder() -> Path:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return config / "systemd" / "user"


def _quote(word: str) -> str:
    """Quote a word for systemd.service(5); in arguments, but not in the program's path, $ is doubled too."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
