"""Single cells as people write them: numbers, yes or no, days and times."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from runlog import clock

if TYPE_CHECKING:
    from runlog.settings import Settings

_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j"})
_NO = frozenset({"no", "n", "false", "0", "nein"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:[T ]+(.+))?")
_MONTHS = 12
_EVENING, _MORNING = 20, 6


class Unreadable(ValueError):
    """A value that cannot be taken; its text says why and what to write instead."""


def number(cell: str, low: float, high: float) -> float:
    """Read a number with a decimal point or comma.

    Raises:
        Unreadable: no number, or outside ``low`` to ``high``.
    """
    plain = cell.strip()
    if not _NUMBER.fullmatch(plain):
        raise Unreadable(f"{plain!r} is not a number")
    value = float(plain.replace(",", "."))
    if not low <= value <= high:
        raise Unreadable(f"{plain} is not within {low:g} to {high:g}")
    return value


def soreness_answer(cell: str, low: float, high: float) -> float | None:
    """Read an app's soreness from ``low`` to ``high``; None for the 0 that says that nothing was answered.

    Raises:
        Unreadable: neither.
    """
    try:
        answer = number(cell, 0, high)
    except Unreadable as error:
        raise Unreadable(f"soreness: {error}") from error
    if 0 < answer < low:
        raise Unreadable(f"soreness: {cell.strip()} is not within {low:g} to {high:g}")
    return answer or None


def yes_or_no(cell: str) -> bool:
    """Read yes, true, 1, x, ja or no, false, 0, nein.

    Raises:
        Unreadable: neither.
    """
    plain = cell.strip().lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise Unreadable(f"{cell.strip()!r} is neither yes nor no")


def day(cell: str, settings: Settings) -> date:
    """Read a date without a time.

    Raises:
        Unreadable: no date, one that can be misread, or one with a time.
    """
    found, rest = _split_date(cell, settings)
    if rest is not None:
        raise Unreadable(f"{cell.strip()!r} has a time; write the date alone")
    return found


def moment(cell: str, settings: Settings, hour: int) -> datetime:
    """Read a date and time, aware; a date alone gets the hour given, on the runner's clock.

    Raises:
        Unreadable: no date, one that can be misread, before 1990 or in the future.
    """
    found, rest = _split_date(cell, settings)
    when = datetime.combine(found, time(hour) if rest is None else _clock(cell, rest))
    try:
        aware = when if when.tzinfo else when.replace(tzinfo=settings.zone)
        utc = aware.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise Unreadable(f"{cell.strip()!r} is not a date: {error}") from error
    if when.year < clock.EARLIEST.year:
        raise Unreadable(f"{cell.strip()!r} lies before 1990")
    if utc > datetime.now(UTC) + clock.AHEAD:
        raise Unreadable(f"{cell.strip()!r} lies in the future")
    return aware


def rated_at(cell: str, settings: Settings) -> tuple[datetime, int]:
    """Read when a rating holds: a date alone means that evening, or the morning where the settings say so.

    Returns:
        The moment (aware UTC, whole seconds) and the offset of the clock that it is written on, in seconds.

    Raises:
        Unreadable: as for ``moment``.
    """
    local = moment(cell, settings, _MORNING if settings.diary_time == "morning" else _EVENING)
    return local.astimezone(UTC).replace(microsecond=0), clock.offset_s(local)


def _clock(cell: str, rest: str) -> time:
    plain = rest.strip().replace(" ", "")
    try:
        return time.fromisoformat(f"0{plain}" if plain[1:2] == ":" else plain)
    except ValueError as error:
        raise Unreadable(f"{cell.strip()!r} is not a date and time; write 2026-03-04 18:30") from error


def _split_date(cell: str, settings: Settings) -> tuple[date, str | None]:
    plain = cell.strip()
    parts = _DATE.fullmatch(plain)
    if parts is None:
        raise Unreadable(f"{plain!r} is not a date; write 2026-03-04")
    try:
        return date(*_year_month_day(plain, parts, settings)), parts[5]
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"{plain!r} is not a date: {error}") from error


def _year_month_day(plain: str, parts: re.Match[str], settings: Settings) -> tuple[int, int, int]:
    first, second, third = int(parts[1]), int(parts[3]), int(parts[4])
    if len(parts[1]) == len("2026"):
        return first, second, third
    if len(parts[4]) != len("2026"):
        raise Unreadable(f"{plain!r} has no year of four digits; write 2026-03-04")
    if first > _MONTHS or first == second or settings.date_order == "day-first":
        return third, second, first
    if second > _MONTHS or settings.date_order == "month-first":
        return third, first, second
    raise Unreadable(
        f"{plain!r} may be day-first or month-first; write 2026-03-04, or set date_order in config.toml "
        'to "day-first" or "month-first"'
    )
