"""Describe the weekly job: weekday, time and command."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

if TYPE_CHECKING:
    #: Runs a program with its arguments, gives it a text to read, and returns what it prints.
    RunProgram = Callable[..., str]

#: What the appointment is called everywhere.
JOB_NAME = "runlog-weekly"

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_MIN_WEEKDAY_LETTERS = 2  # letters of a weekday


@dataclass(frozen=True, slots=True)
class WeeklyJob:
    """A local weekday and time, and the command with its arguments.

    Attributes:
        weekday: 0 is Monday.
        words: the program's absolute path first.
    """

    weekday: int
    hour: int
    minute: int
    words: tuple[str, ...]


def parse_weekday(name: str) -> int:
    """The number of a weekday, 0 for Monday, of which two letters will do.

    Raises:
        BadInput: there is no such day.
    """
    wanted = name.strip().casefold()
    found = [number for number, day in enumerate(WEEKDAYS) if day.startswith(wanted)]
    if len(wanted) < _MIN_WEEKDAY_LETTERS or len(found) != 1:
        raise BadInput(f"{name!r} is no weekday; write mon, tue, wed, thu, fri, sat or sun")
    return found[0]


def parse_time(text: str) -> tuple[int, int]:
    """Hour and minute of a time like "19:00".

    Raises:
        BadInput: it is none.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"{text!r} is no time of the day; write it like 19:00")
    return int(found[1]), int(found[2])


def next_due(appointment: WeeklyJob, now: datetime) -> datetime:
    """The next time that it is due after a local moment, on the same clock."""
    from datetime import timedelta

    due = now.replace(hour=appointment.hour, minute=appointment.minute, second=0, microsecond=0)
    due += timedelta(days=(appointment.weekday - now.weekday()) % 7)
    return due if due > now else due + timedelta(days=7)


def delete_files(*files: Path) -> list[Path]:
    """Delete those of these files that are there, and name them.

    Raises:
        BadInput: one cannot be deleted.
    """
    there = [file for file in files if file.exists()]
    for file in there:
        try:
            file.unlink()
        except OSError as error:
            raise BadInput(f"{file}: cannot be deleted: {error.strerror}") from error
    return there
