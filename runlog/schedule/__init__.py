"""Make the operating system run runlog once a week.

``SYSTEMS`` lists the supported schedulers; each is a module with the same three functions.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from runlog.errors import BadInput
from runlog.schedule import cron, launchd, systemd, windows
from runlog.schedule.job import JOB_NAME, WeeklyJob

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlog.schedule.job import RunProgram

__all__ = ["JOB_NAME", "SYSTEMS", "Scheduler", "WeeklyJob", "detect_system", "run_program"]


class Scheduler(Protocol):
    """The functions of a scheduler's module."""

    def preview(self, job: WeeklyJob) -> str:
        """Return what would be written, for people to read or to install by hand."""

    def install(self, job: WeeklyJob, run_program: RunProgram) -> str:
        """Install the job in place of an earlier one, and say what was done."""

    def uninstall(self, run_program: RunProgram) -> str:
        """Remove the job, and say what was done."""


SYSTEMS: Mapping[str, Scheduler] = MappingProxyType(
    {"systemd": systemd, "cron": cron, "launchd": launchd, "windows": windows}
)


def detect_system() -> str:
    """Return the name of this computer's scheduler."""
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "launchd"
    return "systemd" if shutil.which("systemctl") else "cron"


def run_program(command: tuple[str, ...], text: str = "") -> str:
    """Run a program of the system with a text as its input, and return its output.

    Raises:
        BadInput: it is not installed or it fails; the message names it and its error.
    """
    words = " ".join(command)
    try:
        result = subprocess.run(command, input=text, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - our own command
    except FileNotFoundError as error:
        raise BadInput(
            "this computer has no {command}; choose another system with --as", command=command[0]
        ) from error
    except subprocess.TimeoutExpired as error:
        raise BadInput("{command}: it did not answer within a minute", command=words) from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or error.stdout or "").strip() or f"exit code {error.returncode}"
        raise BadInput(f"{words}: {reason}") from error
    return result.stdout
