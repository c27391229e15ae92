"""What a runner answers, on the command line or when asked: numbers, yes or no, moments."""

from __future__ import annotations

import math
import re
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import click

from runlog.cli.text import safe
from runlog.errors import NotFound
from runlog.localtime import EARLIEST_VALID
from runlog.model import MAX_ENTRY_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_YES = {"y", "yes", "true", "1", "x"}
_NO = {"n", "no", "false", "0"}
_DAYS_AGO = {None: 0, "today": 0, "yesterday": 1}
_CLOCK = re.compile(r"(?:(today|yesterday)\s+)?(\d{1,2}):(\d{2})", re.IGNORECASE)
_ISO_DATE = 10  # characters


class Number(click.ParamType[float]):
    """A number from ``low`` to ``high``; a decimal comma is fine."""

    name = "number"

    def __init__(self, low: float, high: float) -> None:
        self.low = low
        self.high = high

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Take the number."""
        try:
            number = float(str(value).replace(",", "."))
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            self.fail(f"{value!r} is no number from {self.low:g} to {self.high:g}", param, ctx)
        return number


SCALE = Number(0, MAX_ENTRY_VALUES["soreness"])
HOURS = Number(0, MAX_ENTRY_VALUES["desk_hours"])
MINUTES = Number(0, MAX_ENTRY_VALUES["strength_min"])


def yes_or_no(text: str) -> bool:
    """Read an answer.

    Raises:
        click.BadParameter: it is neither.
    """
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise click.BadParameter(f"{text!r} is neither yes nor no")
    return word in _YES


def moment(text: str, now: datetime) -> datetime:
    """Read "20:00", "yesterday 20:00" or an ISO date and time, on the clock of ``now``.

    Raises:
        click.BadParameter: it is none of these, has no time of day, or lies in the future.
    """
    try:
        found = _clock(text, now) or datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no moment; write 20:00, 'yesterday 20:00' or '2026-07-12 20:00'", param_hint="--at"
        ) from None
    if len(text.strip()) <= _ISO_DATE and ":" not in text:
        raise click.BadParameter(
            f"{text!r} lacks the time of day; write '{text.strip()} 20:00'", param_hint="--at"
        )
    if found.year < EARLIEST_VALID.year:
        raise click.BadParameter(f"{text!r} lies before {EARLIEST_VALID.year}", param_hint="--at")
    aware = found if found.tzinfo else found.replace(tzinfo=now.tzinfo)
    if aware > now:
        raise click.BadParameter(
            f"{text!r} is still to come; for the day before: 'yesterday 20:00'", param_hint="--at"
        )
    return aware.replace(microsecond=0)


def _clock(text: str, local_now: datetime) -> datetime | None:
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        return None
    day = local_now - timedelta(days=_DAYS_AGO[match[1] and match[1].lower()])
    return day.replace(hour=int(match[2]), minute=int(match[3]), second=0, microsecond=0)


def ask(question: str, read: Callable[[str], T]) -> T | None:
    """Ask on stderr until the answer can be read; Enter or the end of the input skips it."""
    while True:
        click.echo(f"{safe(question)} ", nl=False, err=True)
        answer = sys.stdin.readline().strip()
        if not answer:
            return None
        try:
            return read(answer)
        except (click.UsageError, NotFound) as error:
            click.echo(f"  {safe(error)}", err=True)
