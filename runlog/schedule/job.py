"""Describe the weekly job: weekday, time and command."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.errors import BadInput, system_reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    #: Runs a program with its arguments and a text as its input, and returns its output.
    RunProgram = Callable[..., str]

#: The job's name in every scheduler.
JOB_NAME = "runlog-weekly"

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_MIN_WEEKDAY_LETTERS = 2


@dataclass(frozen=True, slots=True)
class WeeklyJob:
    """A local weekday and time, and the command to run: the program's absolute path and its arguments."""

    weekday: int  # 0 is Monday
    hour: int
    minute: int
    command: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse words that no scheduler can hold: a line break would begin a job or a directive of its own.

        Raises:
            BadInput: a word of the command has such a character.
        """
        for word in self.command:
            if any(map(_is_unschedulable, word)):
                shown = "".join("?" if _is_unschedulable(letter) else letter for letter in word)
                raise BadInput(
                    "{shown}: its name has a line break or another character (shown as ?) that cannot be "
                    "scheduled; rename it",
                    shown=shown,
                )


_UNSCHEDULABLE_CATEGORIES = ("Cc", "Cs", "Zl", "Zp")  # controls, halves of letters, ends of lines
_NONCHARACTERS = "\ufffe\uffff"  # XML has no room for them


def _is_unschedulable(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSCHEDULABLE_CATEGORIES or letter in _NONCHARACTERS


def parse_weekday(name: str) -> int:
    """Return the number of a weekday, 0 for Monday; its first two letters suffice.

    Raises:
        BadInput: there is no such day.
    """
    prefix = name.strip().casefold()
    numbers = [number for number, day in enumerate(WEEKDAYS) if day.startswith(prefix)]
    if len(prefix) < _MIN_WEEKDAY_LETTERS or len(numbers) != 1:
        raise BadInput("{name!r} is no weekday; write mon, tue, wed, thu, fri, sat or sun", name=name)
    return numbers[0]


def parse_time(text: str) -> tuple[int, int]:
    """Return the hour and the minute of a time like "19:00".

    Raises:
        BadInput: it is no such time.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise BadInput("{text!r} is no time of the day; write it like 19:00", text=text)
    return int(match[1]), int(match[2])


def next_due(job: WeeklyJob, now: datetime) -> datetime:
    """Return when the job is due next after a local time, on the same clock."""
    from datetime import timedelta

    due = now.replace(hour=job.hour, minute=job.minute, second=0, microsecond=0)
    due += timedelta(days=(job.weekday - now.weekday()) % 7)
    return due if due > now else due + timedelta(days=7)


def delete_files(*files: Path) -> list[Path]:
    """Delete the files that exist, and return those.

    Raises:
        BadInput: one cannot be deleted.
    """
    existing = [file for file in files if file.exists()]
    for file in existing:
        try:
            file.unlink()
        except OSError as error:
            raise BadInput(
                "{file}: cannot be deleted: {reason}", file=file, reason=system_reason(error)
            ) from error
    return existing
