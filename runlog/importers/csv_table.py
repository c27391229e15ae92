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
from runlog.model import Problem

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
    """One row that is not empty: its line in the file and its cells that are not empty, by column."""

    line: int
    cells: Mapping[str, str]


def read_header(head: Head, aliases: Mapping[str, str]) -> list[str] | None:
    """Return the columns of a CSV's first row by our names (others as they are), or None where it is none."""
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
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
        while not any(columns):
            columns = _normalize_columns(next(reader), aliases)
    except csv.Error as error:
        raise NotReadable(f"line 1: it cannot be split into cells: {error}; is a quote left open?") from error
    return columns, _iter_rows(reader, columns)


def build_records(
    rows_: Iterable[CsvRow | Problem],
    make: Callable[[CsvRow], Iterable[T]],
    key: Callable[[T], Hashable],
    twice: Callable[[T, int], str],
) -> tuple[tuple[T, ...], tuple[Problem, ...]]:
    """Make records of rows; what cannot be taken becomes a problem with its line and reason.

    Args:
        rows_: of a table.
        make: the records of one row, raising ``Unreadable`` for a bad one.
        key: what no two records share; the first is kept.
        twice: says of a further one, and the line of the first, why it is not.

    Raises:
        NotReadable: there are rows, and none of them can be taken.
    """
    kept: dict[Hashable, tuple[int, T]] = {}
    problems: list[Problem] = []
    for row in rows_:
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            made = tuple(make(row))
        except InvalidValue as error:
            problems.append(Problem(str(error), row.line))
            continue
        for record in made:
            first, _ = kept.setdefault(key(record), (row.line, record))
            if first != row.line:
                problems.append(Problem(twice(record, first), row.line))
    if not kept:
        raise_if_all_failed(problems)
    return tuple(record for _, record in kept.values()), tuple(problems)


def raise_if_all_failed(problems: Sequence[Problem]) -> None:
    """Refuse a list of which no row could be taken, unless there are none.

    Raises:
        NotReadable: with the first reasons.
    """
    if problems:
        reasons = "; ".join(map(str, problems[:_MAX_REASONS]))
        raise NotReadable(f"none of its rows can be taken: {reasons}")


def list_unread_columns(columns: Iterable[str], known: Collection[str]) -> str:
    """Return the named columns that are not known, for a note on what is not read; "" where all are."""
    return ", ".join(name for name in columns if name and name not in known)


def _iter_rows(reader: Iterator[list[str]], columns: list[str]) -> Iterator[CsvRow | Problem]:
    while True:
        line = reader.line_num + 1  # type: ignore[attr-defined]
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(f"from here on it cannot be split into cells: {error}; is a quote left open?", line)
            return
        if any(cell.strip() for cell in cells[len(columns) :]):
            yield Problem(
                f"{len(cells)} cells in {len(columns)} columns; put a cell with a delimiter in quotes", line
            )
            continue
        filled = {name: cell for name, cell in zip(columns, cells, strict=False) if cell.strip()}
        if filled:
            yield CsvRow(line, filled)


def _guess_delimiter(line: str, aliases: Mapping[str, str]) -> str:
    known = set(aliases.values())
    return max(
        _DELIMITERS,
        key=lambda mark: len(known.intersection(_normalize_columns(_split_line(line, mark), aliases))),
    )


def _split_line(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _normalize_columns(cells: Iterable[str], aliases: Mapping[str, str]) -> list[str]:
    names = []
    for cell in cells:
        plain = re.sub(r"[\s_-]+", "_", cell.strip().lower())
        names.append(aliases.get(plain, plain))
    return names


_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j"})
_NO = frozenset({"no", "n", "false", "0", "nein"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:[T ]+(.+))?")
_MONTHS_PER_YEAR = 12
_EVENING_HOUR, _MORNING_HOUR = 20, 6


class InvalidValue(ValueError):
    """A value that cannot be taken; its text says why and what to write instead."""


def parse_number(cell: str, low: float, high: float) -> float:
    """Read a number with a decimal point or comma.

    Raises:
        Unreadable: no number, or outside ``low`` to ``high``.
    """
    plain = cell.strip()
    if not _NUMBER.fullmatch(plain):
        raise InvalidValue(f"{plain!r} is not a number")
    value = float(plain.replace(",", "."))
    if not low <= value <= high:
        raise InvalidValue(f"{plain} is not within {low:g} to {high:g}")
    return value


def parse_soreness(cell: str, low: float, high: float) -> float | None:
    """Read an app's soreness from ``low`` to ``high``; None for the 0 that says that nothing was answered.

    Raises:
        Unreadable: neither.
    """
    try:
        answer = parse_number(cell, 0, high)
    except InvalidValue as error:
        raise InvalidValue(f"soreness: {error}") from error
    if 0 < answer < low:
        raise InvalidValue(f"soreness: {cell.strip()} is not within {low:g} to {high:g}")
    return answer or None


def parse_yes_no(cell: str) -> bool:
    """Read yes, true, 1, x, ja or no, false, 0, nein.

    Raises:
        Unreadable: neither.
    """
    plain = cell.strip().lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise InvalidValue(f"{cell.strip()!r} is neither yes nor no")


def parse_day(cell: str, settings: Settings) -> date:
    """Read a date without a time.

    Raises:
        Unreadable: no date, one that can be misread, or one with a time.
    """
    found, rest = _parse_date(cell, settings)
    if rest is not None:
        raise InvalidValue(f"{cell.strip()!r} has a time; write the date alone")
    return found


def parse_moment(cell: str, settings: Settings, hour: int) -> datetime:
    """Read a date and time, aware; a date alone gets the hour given, on the runner's clock.

    Raises:
        Unreadable: no date, one that can be misread, before 1990 or in the future.
    """
    found, rest = _parse_date(cell, settings)
    when = datetime.combine(found, time(hour) if rest is None else _parse_clock(cell, rest))
    try:
        aware = when if when.tzinfo else when.replace(tzinfo=settings.zone)
        utc = aware.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise InvalidValue(f"{cell.strip()!r} is not a date: {error}") from error
    if when.year < localtime.EARLIEST_VALID.year:
        raise InvalidValue(f"{cell.strip()!r} lies before 1990")
    if utc > datetime.now(UTC) + localtime.MAX_AHEAD:
        raise InvalidValue(f"{cell.strip()!r} lies in the future")
    return aware


def parse_rating_time(cell: str, settings: Settings) -> tuple[datetime, int]:
    """Read when a rating holds: a date alone means that evening, or the morning where the settings say so.

    Returns:
        The moment (aware UTC, whole seconds) and the offset of the clock that it is written on, in seconds.

    Raises:
        Unreadable: as for ``moment``.
    """
    local = parse_moment(cell, settings, _MORNING_HOUR if settings.diary_time == "morning" else _EVENING_HOUR)
    return local.astimezone(UTC).replace(microsecond=0), localtime.offset_seconds(local)


def _parse_clock(cell: str, rest: str) -> time:
    plain = rest.strip().replace(" ", "")
    try:
        return time.fromisoformat(f"0{plain}" if plain[1:2] == ":" else plain)
    except ValueError as error:
        raise InvalidValue(f"{cell.strip()!r} is not a date and time; write 2026-03-04 18:30") from error


def _parse_date(cell: str, settings: Settings) -> tuple[date, str | None]:
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
