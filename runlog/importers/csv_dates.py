"""Read dates and times in the cells of lists as people and spreadsheets of any language write them.

What is none, or can be misread, raises ``InvalidValue``.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from runlog import localtime
from runlog.importers import csv_values
from runlog.importers.csv_values import InvalidValue
from runlog.model import Precision
from runlog.units import strip_accents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from runlog.settings import Settings


_EVENING_HOUR, _MORNING_HOUR = 20, 6
_HALF_DAY_HOURS = _MONTHS_PER_YEAR = 12
_FIRST_YEAR = 1000  # of four digits
_ONE_WEEKDAY, _DAY_AND_YEAR, _DAY_MONTH_YEAR = 1, 2, 3

#: A spreadsheet's number of a day, from 1990 on, with the part of the day behind the mark.
_SERIAL = re.compile(r"(3[3-9]\d{3}|[4-6]\d{4})(?:[.,](\d{1,12}))?", re.ASCII)
_SERIAL_ZERO = date(1899, 12, 30)
_PART_OF_DAY = re.compile(r"0?[.,](\d{1,12})", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:[t_ ]?(\d\d)(\d\d)(\d\d)?)?", re.ASCII | re.IGNORECASE)

_SECONDS = r"(?:\s*[:.m分분]\s*(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
_CLOCKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d)(?P<hour>\d{{1,2}})\s*(?:[:時时点시]|h(?![a-z]))\s*(?P<minute>\d\d)(?!\d){_SECONDS}(?!\d)",
        rf"(?<=[\sT,])(?P<hour>\d{{1,2}})\.(?P<minute>\d\d)(?!\d){_SECONDS}(?=\s|$|[^\W\d])",
        r"(?<!\d)(?P<hour>\d{1,2})\s*(?:(?=[ap]\.?\s?m\b)|uhr\b|h\b|o'?clock|[時时点시])(?P<minute>)(?P<second>)",
    )
)
_WORD_AFTER = re.compile(r"\s*(?:([ap])\.?\s?m\b\.?|([^\W\d_]+)\.?)", re.IGNORECASE)
_WORD_BEFORE = re.compile(r"([^\W\d_]+)\s*$")
_ZONE = re.compile(
    r"\s*(?:(?:utc|gmt)?\s?(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d)(?::?\d\d)?)?|z\b|utc\b|gmt\b)",
    re.IGNORECASE,
)
#: What stands in no date.
_FOREIGN = re.compile(r"[^\w\s.,/()'-]")


class _When(NamedTuple):
    """A date, and the time and zone that stand with it."""

    day: date
    clock: time | None
    zone: tzinfo | None
    says_utc: bool = False  # by a Z or by name, which says nothing of the local clock


@cache
def _months() -> dict[str, int]:
    table = csv_values.list_words()["months"]
    return {strip_accents(word): int(number) for number, text in table.items() for word in text.split()}


def parse_day(cell: str, settings: Settings, order: str | None = None) -> date:
    """Parse a date without a time, or with midnight, which programs write with dates."""
    when = _parse_when(cell, order or settings.date_order)
    if when.clock not in (None, time()):
        raise InvalidValue("{cell!r} has a time; write the date alone", cell=cell.strip())
    return when.day


def parse_moment(
    cell: str, settings: Settings, hour: int, order: str | None = None
) -> tuple[datetime, Precision]:
    """Parse a date and time from 1990 to now; a date alone gets the given hour.

    Times without a zone, and those in UTC, are taken to that of the settings. The order of day and month is
    that which the list itself says; None is as the settings do.

    Returns:
        The moment (aware, on the local clock), and what of it is written.
    """
    day, clock, zone, says_utc = _parse_when(cell, order or settings.date_order)
    when = datetime.combine(day, time(hour) if clock is None else clock)
    try:
        aware = when.replace(tzinfo=zone or settings.zone)
        utc = aware.astimezone(UTC)
        if says_utc:
            aware = utc.astimezone(settings.zone)
    except (OverflowError, ValueError) as error:
        raise InvalidValue("{cell!r} is not a date: {error}", cell=cell.strip(), error=error) from error
    if when.year < localtime.EARLIEST_VALID.year:
        raise InvalidValue("{cell!r} lies before 1990", cell=cell.strip())
    if utc > datetime.now(UTC) + localtime.MAX_AHEAD:
        raise csv_values.InFuture("{cell!r} lies in the future", cell=cell.strip())
    written = Precision.DAY if clock is None else Precision.LOCAL if zone is None else Precision.EXACT
    return aware, written


def parse_rating_time(
    cell: str, settings: Settings, order: str | None = None
) -> tuple[datetime, int, Precision]:
    """Parse the time of a rating: a date alone means that evening, or the morning if the settings say so.

    Returns:
        The moment (aware UTC, whole seconds), the UTC offset of the local clock in seconds, and what of it is
        written.
    """
    hour = _MORNING_HOUR if settings.diary_time == "morning" else _EVENING_HOUR
    local, written = parse_moment(cell, settings, hour, order)
    return local.astimezone(UTC).replace(microsecond=0), localtime.offset_seconds(local), written


def parse_utc(cell: str, order: str = "day-first") -> datetime:
    """Parse a date and time in UTC, in that order where it is of numbers and does not begin with the year."""
    when = _parse_when(cell, order, short_years=False)
    if when.clock is None:
        raise InvalidValue("{cell!r} is not a date and time", cell=cell.strip())
    try:
        return datetime.combine(when.day, when.clock, when.zone or UTC).astimezone(UTC)
    except OverflowError as error:
        raise InvalidValue("{cell!r} is not a date: {error}", cell=cell.strip(), error=error) from error


def has_time(cell: str, settings: Settings, order: str | None = None) -> bool:
    """Return whether a cell with a date has a time, too."""
    if csv_values.DAY_ZERO.match(cell.strip()):
        return False
    try:
        return _parse_when(cell, order or settings.date_order).clock is not None
    except InvalidValue:
        return False


_NUMBERS_OF_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}\b")


def infer_order(cells: Iterable[str], settings: Settings) -> str | None:
    """Return the order of day and month in dates that one program has written, else that of the settings."""
    found = [match for cell in cells if (match := _NUMBERS_OF_DATE.match(cell))]
    if any(int(match[1]) > _MONTHS_PER_YEAR for match in found):
        return "day-first"
    if any(int(match[2]) > _MONTHS_PER_YEAR for match in found):
        return "month-first"
    return settings.date_order


_MIDNIGHT = re.compile(
    r"(?P<date>.*\S)[T ,]+(?:0{1,2}[:.]00(?:[:.]00(?:\.0+)?)?|12:00(?::00)? ?am)z?",
    re.IGNORECASE,
)


def are_midnights(cells: Iterable[str]) -> bool:
    """Return whether each of these dates has midnight with it, as programs write dates without a time."""
    filled = [plain for cell in cells if (plain := cell.strip())]
    return bool(filled) and all(_MIDNIGHT.fullmatch(plain) for plain in filled)


def without_midnight(cell: str) -> str:
    """Return a date without the midnight that stands with it."""
    match = _MIDNIGHT.fullmatch(cell.strip())
    return match["date"] if match else cell


def join_clock(day: str, clock: str) -> str:
    """Return the text of a date and time from the cells of both; the time may be a part of a day."""
    csv_values.refuse_error(clock)
    plain = csv_values.DAY_ZERO.sub("", clock.strip())
    if part := _PART_OF_DAY.fullmatch(plain):
        plain = f"{_time_of_part(part[1]):%H:%M:%S}"
    elif re.fullmatch(r"\d{1,2}[.]\d\d", plain, re.ASCII):
        plain = plain.replace(".", ":")
    try:
        is_clock = _parse_when(f"2026-01-01 {plain}", None).clock is not None
    except InvalidValue:
        is_clock = False
    if not is_clock:
        raise InvalidValue("{clock!r} is not a time of day; write 18:30", clock=clock.strip())
    if serial := _SERIAL.fullmatch(day.strip()):
        day = str(_SERIAL_ZERO + timedelta(days=int(serial[1])))
    return f"{day} {plain}"


def _parse_when(cell: str, order: str | None, *, short_years: bool = True) -> _When:
    """Parse a date with or without a time; the year may have two digits if it says so.

    Dates of numbers may be "day-first" or "month-first"; None refuses those that may be either.
    """
    plain = " ".join(unicodedata.normalize("NFKC", cell[: 2 * csv_values.MAX_CELL]).split())
    csv_values.refuse_error(plain)
    if len(plain) > csv_values.MAX_CELL or _FOREIGN.search(plain.replace(":", "").replace("+", "")):
        raise InvalidValue("{plain!r} is not a date; write 2026-03-04", plain=plain[: csv_values.MAX_CELL])
    if serial := _SERIAL.fullmatch(plain):
        clock = _time_of_part(serial[2]) if serial[2] else None
        return _When(_SERIAL_ZERO + timedelta(days=int(serial[1])), clock, None)
    if compact := _COMPACT.fullmatch(plain):
        compacted = _make_moment(plain, *(int(part or 0) for part in compact.groups()))
        return _When(compacted.date(), compacted.time() if compact[4] else None, None)
    found = next((match for pattern in _CLOCKS if (match := pattern.search(plain))), None)
    if found is None:
        return _When(_parse_date(plain, plain, order, short_years=short_years), None, None)
    before, after = plain[: found.start()], plain[found.end() :]
    is_afternoon, before, after = _half_of_day(before, after)
    zone = _ZONE.match(after)
    rest = f"{before} {after[zone.end() :] if zone else after}"
    try:
        day = _parse_date(rest, plain, order, short_years=short_years)
    except _NoDate as error:
        raise InvalidValue("{plain!r} is not a date and time; write 2026-03-04 18:30", plain=plain) from error
    hour, minute, second = (int(part or 0) for part in found.group("hour", "minute", "second"))
    if is_afternoon is not None and hour <= _HALF_DAY_HOURS:
        hour = hour % _HALF_DAY_HOURS + (_HALF_DAY_HOURS if is_afternoon else 0)
    elif is_afternoon is False:
        hour = 24  # 18:30 in the morning
    moment = _make_moment(plain, day.year, day.month, day.day, hour, minute, second)
    says_utc = zone is not None and zone["sign"] is None
    return _When(day, moment.time(), _make_zone(plain, zone) if zone else None, says_utc)


def _make_moment(plain: str, *parts: int) -> datetime:
    try:
        return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - as written; the zone comes later
    except (OverflowError, ValueError) as error:
        raise InvalidValue(
            "{plain!r} is not a date and time: {error}; write 2026-03-04 18:30", plain=plain, error=error
        ) from error


def _make_zone(plain: str, zone: re.Match[str]) -> tzinfo:
    if zone["sign"] is None:
        return UTC
    offset = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"] or 0))
    try:
        return timezone(-offset if zone["sign"] == "-" else offset)
    except ValueError as error:
        raise InvalidValue("{plain!r} is not a date and time: {error}", plain=plain, error=error) from error


def _time_of_part(digits: str) -> time:
    """Return the time of a part of a day, to the second."""
    seconds = min(round(float(f"0.{digits}") * 86_400), 86_399)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def _half_of_day(before: str, after: str) -> tuple[bool | None, str, str]:
    """Return whether a word next to a clock says afternoon, and the texts around it without that word."""
    before_noon, after_noon = csv_values.word_set("before_noon"), csv_values.word_set("after_noon")
    if match := _WORD_AFTER.match(after):
        word = f"{match[1]}m".casefold() if match[1] else strip_accents(match[2])
        if word in after_noon | before_noon:
            return word in after_noon, before, after[match.end() :]
    if (match := _WORD_BEFORE.search(before)) and not match[1].isascii():
        word = strip_accents(match[1])
        half = next((half for half in after_noon | before_noon if word.endswith(half)), None)
        if half is not None:
            return half in after_noon, before[: match.start()], after
    return None, before, after


class _NoDate(InvalidValue):
    """A text in which no date was found."""


def _parse_date(text: str, plain: str, order: str | None, *, short_years: bool) -> date:
    """Return the day in a text without its time; the whole cell is for messages."""
    found = re.findall(r"\d+|[^\W\d_]+", text)
    numbers = [one for one in found if one[0].isdecimal()]
    words = [
        word
        for one in found
        if not one[0].isdecimal() and (word := strip_accents(one)) not in csv_values.word_set("with_dates")
    ]
    months = [_months()[word] for word in words if word in _months()]
    is_wordy = len(numbers) == _DAY_AND_YEAR and len(words) <= _DAY_AND_YEAR
    if len(numbers) == _DAY_MONTH_YEAR and len(words) <= _ONE_WEEKDAY:
        year, month, day = _order_numbers(plain, numbers, order, dashed="-" in text, short_years=short_years)
    elif is_wordy and months:
        first, second = numbers
        number, year_text = (second, first) if len(first) == len("2026") else (first, second)
        year, month, day = _year(plain, year_text, short_years=short_years), months[-1], int(number)
    elif is_wordy and len(words) == 1 and len(max(numbers, key=len)) == len("2026"):
        raise InvalidValue("the month of {plain!r} is in a language that runlog does not know", plain=plain)
    else:
        raise _NoDate("{plain!r} is not a date; write 2026-03-04", plain=plain)
    try:
        return date(year, month, day)
    except (OverflowError, ValueError) as error:
        raise InvalidValue("{plain!r} is not a date: {error}", plain=plain, error=error) from error


def _order_numbers(
    plain: str, numbers: list[str], order: str | None, *, dashed: bool, short_years: bool
) -> tuple[int, int, int]:
    first, second, third = map(int, numbers)
    if len(numbers[0]) == len("2026"):
        return first, second, third
    begins_with_year = dashed and order is None  # as 26-03-04 does
    year = _year(plain, numbers[2], short_years=short_years and not begins_with_year)
    if first > _MONTHS_PER_YEAR or first == second or order == "day-first":
        return year, second, first
    if second > _MONTHS_PER_YEAR or order == "month-first":
        return year, first, second
    raise InvalidValue(
        "{plain!r} may be day-first or month-first; write 2026-03-04, or set date_order in "
        'config.toml to "day-first" or "month-first"',
        plain=plain,
    )


def _year(plain: str, digits: str, *, short_years: bool) -> int:
    if len(digits) == len("2026") and int(digits) >= _FIRST_YEAR:
        return int(digits)
    if len(digits) != len("26") or not short_years:
        raise InvalidValue("{plain!r} has no year of four digits; write 2026-03-04", plain=plain)
    year = 2000 + int(digits)
    return year if year <= datetime.now(UTC).year + 1 else year - 100
