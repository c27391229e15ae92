"""Hand-written CSV: any delimiter, any order and spelling of columns; the rows become records."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from runlog.errors import NotReadable
from runlog.importers import opening
from runlog.importers.tables.cells import Unreadable
from runlog.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

T = TypeVar("T")

_DELIMITERS = (",", ";", "\t")
_REASONS_TOLD = 3
#: How text begins of which every other byte may be zero.
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_XML_OR_JSON = ("<", "{", "[")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty: its line in the file and its cells that are not empty, by column."""

    line: int
    cells: Mapping[str, str]


def header(head: bytes, aliases: Mapping[str, str]) -> list[str] | None:
    """Return the columns of a CSV's first row by our names (others as they are), or None where it is none."""
    if b"\x00" in head and not head.startswith(UTF_16):
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
    if not kept:
        refuse(problems)
    return tuple(record for _, record in kept.values()), tuple(problems)


def refuse(problems: Sequence[Problem]) -> None:
    """Refuse a list of which no row could be taken, unless there are none.

    Raises:
        NotReadable: with the first reasons.
    """
    if problems:
        reasons = "; ".join(map(str, problems[:_REASONS_TOLD]))
        raise NotReadable(f"none of its rows can be taken: {reasons}")


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
