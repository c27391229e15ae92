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
    """What a system's module holds."""

    def shown(self, appointment: WeeklyJob) -> str:
        """What would be written, for people to read or to install by hand."""

    def install(self, appointment: WeeklyJob, run: RunProgram) -> str:
        """Make the appointment, in the place of one made before, and say what was done."""

    def uninstall(self, run: RunProgram) -> str:
        """Take the appointment back, and say what was done."""


SYSTEMS: Mapping[str, Scheduler] = MappingProxyType(
    {"systemd": systemd, "cron": cron, "launchd": launchd, "windows": windows}
)


def detect_system() -> str:
    """The name of the system that this computer has."""
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "launchd"
    return "systemd" if shutil.which("systemctl") else "cron"


def run_program(words: tuple[str, ...], text: str = "") -> str:
    """Run a program of the system and return what it prints.

    Raises:
        BadInput: it is not there or it fails; the message names it and what it says.
    """
    try:
        done = subprocess.run(words, input=text, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - our own words
    except FileNotFoundError as error:
        raise BadInput(f"this computer has no {words[0]}; choose another system with --as") from error
    except subprocess.TimeoutExpired as error:
        raise BadInput(f"{' '.join(words)}: it did not answer within a minute") from error
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip() or f"exit code {error.returncode}"
        raise BadInput(f"{' '.join(words)}: {said}") from error
    return done.stdout
