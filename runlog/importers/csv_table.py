"""Read hand-written CSV: any delimiter, column order and spelling; parse numbers, days and times."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, TypeVar

from runlog import localtime
from runlog.errors import NotReadable
from runlog.importers import detect
from runlog.records import Problem
from runlog.units import unmark_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from runlog.importers.detect import Head
    from runlog.settings import Settings

T = TypeVar("T")

_DELIMITERS = (",", ";", "\t")
_MAX_REASONS = 3
_XML_OR_JSON = ("<", "{", "[")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row that is not empty: its line in the file, and its filled cells by column."""

    line: int
    cells: Mapping[str, str]


def read_header(head: Head, aliases: Mapping[str, str]) -> list[str] | None:
    """Return the columns of a CSV's first row by our names (others as they are), or None if it is no CSV."""
    line = head.first_line
    if not line or line.lstrip().startswith(_XML_OR_JSON):
        return None
    return _normalize_columns(_split_line(line, _guess_delimiter(line, aliases)), aliases)


def read_rows(data: bytes, aliases: Mapping[str, str]) -> tuple[list[str], Iterator[CsvRow | Problem]]:
    """Return the columns and the rows below them; a row that cannot be split is a problem.

    Raises:
        NotReadable: the header row cannot be split.
    """
    content = detect.decode_text(data)
    columns: list[str] = []
    try:
        delimiter = _guess_delimiter(detect.first_line(content), aliases)
    except csv.Error as error:
        raise NotReadable(f"line 1: {_split_failure(error)}") from error
    rows = split_rows(content, delimiter)
    while not any(columns):
        _, cells = next(rows)
        if isinstance(cells, str):
            raise NotReadable(f"line 1: {cells}")
        columns = _normalize_columns(cells, aliases)
    return columns, _iter_rows(rows, columns)


def split_rows(content: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each row with the line that it begins on: its cells, or why it cannot be split into cells."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _split_failure(error)


def _split_failure(error: csv.Error) -> str:
    return f"it cannot be split into cells: {error}; is a quote left open?"


def build_records(
    rows: Iterable[CsvRow | Problem],
    parse_row: Callable[[CsvRow], Iterable[T]],
    key: Callable[[T], Hashable],
    duplicate_reason: Callable[[T, int], str],
) -> tuple[tuple[T, ...], tuple[Problem, ...]]:
    """Build records from rows; a row that cannot be read becomes a problem with its line and reason.

    Args:
        rows: of a table.
        parse_row: returns the records of one row; raises ``InvalidValue`` for a bad one.
        key: what no two records share; the first with a key counts.
        duplicate_reason: why a further record of the key is left out, given it and the line of the first.

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    by_key: dict[Hashable, tuple[int, T]] = {}
    problems: list[Problem] = []
    for row in rows:
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            records = tuple(parse_row(row))
        except InvalidValue as error:
            problems.append(Problem(str(error), row.line, by_clock=isinstance(error, InFuture)))
            continue
        for record in records:
            first, taken = by_key.setdefault(key(record), (row.line, record))
            if first != row.line:
                reason = duplicate_reason(record, first)
                problems.append(Problem(reason, row.line, is_warning=record == taken))
    if not by_key:
        raise_if_all_failed(problems)
    return tuple(record for _, record in by_key.values()), tuple(problems)


def raise_if_all_failed(problems: Sequence[Problem]) -> None:
    """Raise NotReadable if there are problems; for a list of which no row could be read.

    Raises:
        NotReadable: with the first reasons.
    """
    if problems:
        reasons = "; ".join(map(str, problems[:_MAX_REASONS]))
        by_clock = any(problem.by_clock for problem in problems)
        raise NotReadable(f"none of its rows can be taken: {reasons}", by_clock=by_clock)


def list_unread_columns(columns: Iterable[str], known: Collection[str]) -> str:
    """Return the names of the columns that are not known, joined for a note; "" if all are."""
    return ", ".join(name for name in columns if name and name not in known)


def _iter_rows(rows: Iterable[tuple[int, list[str] | str]], columns: list[str]) -> Iterator[CsvRow | Problem]:
    for line, cells in rows:
        if isinstance(cells, str):
            yield Problem(f"from here on {cells}", line)
            return
        if any(cell.strip() for cell in cells[len(columns) :]):
            yield Problem(
                f"{len(cells)} cells in {len(columns)} columns; put a cell with a delimiter in quotes", line
            )
            continue
        filled = {
            name: unmark_formula(cell) for name, cell in zip(columns, cells, strict=False) if cell.strip()
        }
        if filled:
            yield CsvRow(line, filled)


def _guess_delimiter(line: str, aliases: Mapping[str, str]) -> str:
    columns = set(aliases.values())
    return max(
        _DELIMITERS,
        key=lambda mark: len(columns.intersection(_normalize_columns(_split_line(line, mark), aliases))),
    )


def _split_line(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _normalize_columns(cells: Iterable[str], aliases: Mapping[str, str]) -> list[str]:
    return [_column_name(cell, aliases) for cell in cells]


def _column_name(heading: str, aliases: Mapping[str, str]) -> str:
    """Return our name of a column; a scale, the usual unit or a word such as "level" may follow it."""
    whole = _plain_heading(heading)
    if whole in aliases:
        return aliases[whole]
    text = _ORNAMENT.sub("", heading.strip().lower())
    parts = _HEADING_WITH_SCALE.fullmatch(text) or _HEADING_WITH_BRACKETS.fullmatch(text)
    stem = _plain_heading(parts[1] if parts else text)
    name = aliases.get(stem) or aliases.get(_VAGUE_ENDING.sub("", stem))
    if name is None:
        return whole
    remark = parts["remark"] if parts else ""
    known = _HARMLESS_REMARK.fullmatch(remark) or remark in _USUAL_UNITS.get(name, ())
    return name if known or (name == "date" and _DATE_PATTERN.fullmatch(remark)) else whole


def _plain_heading(heading: str) -> str:
    return re.sub(r"[\s_-]+", "_", heading.strip().lower())


_SCALE = r"[01]\s*(?:-|\u2013|\u2014|to|bis|\.{2,3}|\u2026)\s*10|(?:/|out of|von)\s*10"
_HEADING_WITH_SCALE = re.compile(rf"(.*?[^\W\d_])[\s_,:]*(?P<remark>{_SCALE})")
_HEADING_WITH_BRACKETS = re.compile(r"(.*?)[\s_]*[(\[{]\s*(?P<remark>[^()\[\]{}]*?)\s*[)\]}]")
#: What may stand around a heading: a question mark, an asterisk, an emoji.
_ORNAMENT = re.compile(r"^[^\w(\[{]+|[^\w)\]}]+$")
_VAGUE_ENDING = re.compile(r"_(?:level|score|rating|scale)$")
#: Remarks in brackets that leave the values as they are; any other (another scale or unit) does not.
_HARMLESS_REMARK = re.compile(
    rf"|{_SCALE}|optional|(?:yes|y|ja|j|true|1|x)\s*[/,|-]?\s*(?:or|oder)?\s*(?:no|n|nein|false|0)?"
)
_DATE_PATTERN = re.compile(r"[ymdtj]{1,4}(?:[-/.][ymdtj]{1,4}){2}")
_USUAL_UNITS = {
    "duration": ("min", "minutes", "mm:ss", "h:mm:ss", "hh:mm:ss"),
    "strength": ("min", "minutes"),
    "desk_hours": ("h", "hours"),
    "avg_hr": ("bpm",),
    "ascent": ("m", "metres", "meters"),
    "start": ("hh:mm",),
    "start_km": ("km",),
    "limit_km": ("km",),
}


_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j"})
_NO = frozenset({"no", "n", "false", "0", "nein"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:[T ]+(.+))?")
_MONTHS_PER_YEAR = 12
_EVENING_HOUR, _MORNING_HOUR = 20, 6


class InvalidValue(ValueError):
    """A value that cannot be read; its text says why and what to write instead."""


class InFuture(InvalidValue):
    """A time that lies in the future by the clock of this machine."""


def parse_number(cell: str, low: float, high: float) -> float:
    """Parse a number with a decimal point or comma.

    Raises:
        InvalidValue: no number, or outside ``low`` to ``high``.
    """
    plain = cell.strip()
    if not _NUMBER.fullmatch(plain):
        raise InvalidValue(f"{plain!r} is not a number")
    value = float(plain.replace(",", "."))
    if not low <= value <= high:
        raise InvalidValue(f"{plain} is not within {low:g} to {high:g}")
    return value


def parse_yes_no(cell: str) -> bool:
    """Parse yes, true, 1, x, ja or no, false, 0, nein.

    Raises:
        InvalidValue: neither.
    """
    plain = cell.strip().lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise InvalidValue(f"{cell.strip()!r} is neither yes nor no")


def parse_day(cell: str, settings: Settings) -> date:
    """Parse a date without a time.

    Raises:
        InvalidValue: no date, one that can be misread, or one with a time.
    """
    day, clock = _parse_date(cell, settings)
    if clock is not None:
        raise InvalidValue(f"{cell.strip()!r} has a time; write the date alone")
    return day


def parse_moment(cell: str, settings: Settings, hour: int) -> datetime:
    """Parse a date and time, aware; a date alone gets the given hour, in the runner's time zone.

    Raises:
        InvalidValue: no date, one that can be misread, before 1990 or in the future.
    """
    day, clock = _parse_date(cell, settings)
    when = datetime.combine(day, time(hour) if clock is None else _parse_clock(cell, clock))
    try:
        aware = when if when.tzinfo else when.replace(tzinfo=settings.zone)
        utc = aware.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise InvalidValue(f"{cell.strip()!r} is not a date: {error}") from error
    if when.year < localtime.EARLIEST_VALID.year:
        raise InvalidValue(f"{cell.strip()!r} lies before 1990")
    if utc > datetime.now(UTC) + localtime.MAX_AHEAD:
        raise InFuture(f"{cell.strip()!r} lies in the future")
    return aware


def parse_rating_time(cell: str, settings: Settings) -> tuple[datetime, int]:
    """Parse the time of a rating: a date alone means that evening, or the morning if the settings say so.

    Returns:
        The moment (aware UTC, whole seconds) and the UTC offset that it is written with, in seconds.

    Raises:
        InvalidValue: as for ``parse_moment``.
    """
    local = parse_moment(cell, settings, _MORNING_HOUR if settings.diary_time == "morning" else _EVENING_HOUR)
    return local.astimezone(UTC).replace(microsecond=0), localtime.offset_seconds(local)


def _parse_clock(cell: str, clock: str) -> time:
    plain = clock.strip().replace(" ", "")
    try:
        return time.fromisoformat(f"0{plain}" if plain[1:2] == ":" else plain)
    except ValueError as error:
        raise InvalidValue(f"{cell.strip()!r} is not a date and time; write 2026-03-04 18:30") from error


def _parse_date(cell: str, settings: Settings) -> tuple[date, str | None]:
    """Return the day of a cell, and the text of the time after it, if there is one."""
    plain = cell.strip()
    parts = _DATE.fullmatch(plain)
    if parts is None:
        raise InvalidValue(f"{plain!r} is not a date; write 2026-03-04")
    try:
        return date(*_year_month_day(plain, parts, settings)), parts[5]
    except ValueError as error:
        if isinstance(error, InvalidValue):
            raise
        raise InvalidValue(f"{plain!r} is not a date: {error}") from error


def _year_month_day(plain: str, parts: re.Match[str], settings: Settings) -> tuple[int, int, int]:
    first, second, third = int(parts[1]), int(parts[3]), int(parts[4])
    if len(parts[1]) == len("2026"):
        return first, second, third
    if len(parts[4]) != len("2026"):
        raise InvalidValue(f"{plain!r} has no year of four digits; write 2026-03-04")
    if first > _MONTHS_PER_YEAR or first == second or settings.date_order == "day-first":
        return third, second, first
    if second > _MONTHS_PER_YEAR or settings.date_order == "month-first":
        return third, first, second
    raise InvalidValue(
        f"{plain!r} may be day-first or month-first; write 2026-03-04, or set date_order in config.toml "
        'to "day-first" or "month-first"'
    )
