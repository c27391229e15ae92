"""Hand-written CSV: any delimiter, any order and spelling of columns, values as people write them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, TypeVar

from runlog import clock
from runlog.errors import NotReadable
from runlog.importers import opening
from runlog.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping

    from runlog.settings import Settings

T = TypeVar("T")

_DELIMITERS = (",", ";", "\t")
_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j"})
_NO = frozenset({"no", "n", "false", "0", "nein"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:[T ]+(.+))?")
_MONTHS = 12
_EVENING, _MORNING = 20, 6
_REASONS_TOLD = 3
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_XML_OR_JSON = ("<", "{", "[")


class Unreadable(ValueError):
    """A value that cannot be taken; its text says why and what to write instead."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty: its line in the file and its cells that are not empty, by column."""

    line: int
    cells: Mapping[str, str]


def header(head: bytes, aliases: Mapping[str, str]) -> list[str] | None:
    """Return the columns of a CSV's first row by our names (others as they are), or None where it is none."""
    if b"\x00" in head and not head.startswith(_UTF_16):
        return None
    line = _first_line(opening.head_text(head).lstrip("\ufeff"))
    if not line or line.lstrip().startswith(_XML_OR_JSON):
        return None
    return _columns(_cells(line, _delimiter(line, aliases)), aliases)


def rows(data: bytes, aliases: Mapping[str, str]) -> tuple[list[str], Iterator[Row | Problem]]:
    """Return the columns and the rows below them; a row that cannot be split is a problem.

    Raises:
        NotReadable: the header row cannot be split.
    """
    content = opening.text(data)
    columns: list[str] = []
    try:
        delimiter = _delimiter(_first_line(content), aliases)
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
        while not any(columns):
            columns = _columns(next(reader), aliases)
    except csv.Error as error:
        raise NotReadable(f"line 1: it cannot be split into cells: {error}; is a quote left open?") from error
    return columns, _rows(reader, columns)


def records(
    rows_: Iterable[Row | Problem],
    make: Callable[[Row], Iterable[T]],
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
        except Unreadable as error:
            problems.append(Problem(str(error), row.line))
            continue
        for record in made:
            first, _ = kept.setdefault(key(record), (row.line, record))
            if first != row.line:
                problems.append(Problem(twice(record, first), row.line))
    if problems and not kept:
        reasons = "; ".join(map(str, problems[:_REASONS_TOLD]))
        raise NotReadable(f"none of its rows can be taken: {reasons}")
    return tuple(record for _, record in kept.values()), tuple(problems)


def unread(columns: Iterable[str], known: Collection[str]) -> str:
    """Return the named columns that are not known, for a note on what is not read; "" where all are."""
    return ", ".join(name for name in columns if name and name not in known)


def _first_line(content: str) -> str:
    return next((line for line in io.StringIO(content, newline="") if line.strip()), "")


def _rows(reader: Iterator[list[str]], columns: list[str]) -> Iterator[Row | Problem]:
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
            yield Row(line, filled)


def _delimiter(line: str, aliases: Mapping[str, str]) -> str:
    known = set(aliases.values())
    return max(_DELIMITERS, key=lambda mark: len(known.intersection(_columns(_cells(line, mark), aliases))))


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _columns(cells: Iterable[str], aliases: Mapping[str, str]) -> list[str]:
    names = []
    for cell in cells:
        plain = re.sub(r"[\s_-]+", "_", cell.strip().lower())
        names.append(aliases.get(plain, plain))
    return names


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


def soreness(cell: str, low: float, high: float) -> float | None:
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
