"""Read hand-written CSV: any delimiter, column order and spelling; find its heading, rows and notation.

What spreadsheets put around a table is passed over: a "sep=;" line, titles and empty rows above the heading,
a row of units below it, rows of means or totals.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from runlog.errors import NotReadable, Problem
from runlog.i18n import N_, say
from runlog.importers import csv_dates, csv_values, detect
from runlog.importers.csv_values import InFuture, InvalidValue, Notation, clean_cell
from runlog.settings import METRES
from runlog.units import METRES_PER_FOOT, fold_name, unmark_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from runlog.importers.csv_values import Column, Headings
    from runlog.importers.detect import Head
    from runlog.settings import Settings

T = TypeVar("T")

_DELIMITERS = (",", ";", "\t", "|")
_XML_OR_JSON = ("<", "{", "[")
_ROWS_BEFORE_HEADING, _MAX_REASONS = 30, 3
#: The line that names the delimiter to a spreadsheet.
SEP_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?[\s,;]*", re.IGNORECASE)

_TEXTS = frozenset({"note", "shoe", "name"})
#: Columns whose cells are texts, or times that look like numbers; they show no decimal mark.
_NO_NUMBERS = frozenset({"date", "time", "start", "name", "note", "shoe", "area", "sport", "type"})


_NUMBER_AND_WORD = re.compile(r"\d\s*[^\W\d_]")
_METRES_PER_UNIT = {**METRES, "m": 1.0, "ft": METRES_PER_FOOT}


@dataclass(slots=True)
class CsvRow:
    """A row that is not empty: its filled cells, and problems and columns of those that could not be read."""

    line: int
    cells: Mapping[str, str]
    notation: Notation = csv_values.PLAIN
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def read(self, column: str, parse: Callable[[str], T], *, is_lost: bool = False) -> T | None:
        """Return the value of a cell; None where it is empty, or ``parse`` raises ``InvalidValue``.

        That becomes a problem, and more than a warning if what the row is about is lost with the cell.
        """
        cell = self.cells.get(column)
        if cell is None:
            return None
        try:
            return parse(cell)
        except InvalidValue as error:
            self.leave_out(column, say("{error}; left out", error=error), is_lost=is_lost)
            return None

    def leave_out(self, column: str, reason: str, *, is_lost: bool = False) -> None:
        """Note that a cell could not be read."""
        self.problems.append(Problem(f"{column}: {reason}", self.line, is_warning=not is_lost))
        self.unread.add(column)

    def join_clock(self, date: str, clock_column: str, settings: Settings) -> str:
        """Return the text of a date and time, from a date and the cell of a time, which may have both."""
        order, clock = self.notation.date_order, self.cells.get(clock_column)
        if self.notation.has_midnights:
            date = csv_dates.without_midnight(date)
        if clock is None:
            return date
        if csv_dates.has_time(clock, settings, order):
            return clock
        if csv_dates.has_time(date, settings, order):
            return date
        return self.read(clock_column, partial(csv_dates.join_clock, date)) or date

    def metres(self, units: Mapping[str, str], most: float, *, is_whole: bool = False) -> float | None:
        """Return the length in the first column that has one, in metres; ``most`` is in metres, too.

        ``units`` are by column the unit of a cell that names none: "km", "mi", "m" or "ft".
        """

        def parse(cell: str, unit: str) -> float:
            number, own_unit = csv_values.split_unit(cell)
            is_unknown = own_unit is None and _NUMBER_AND_WORD.search(cell)
            if is_unknown or own_unit not in (None, *units.values()):
                known = " or ".join(dict.fromkeys(units.values()))
                raise InvalidValue(
                    "{cell!r} is not a distance in {known}; write 10.5 or 10.5 {unit}",
                    cell=cell,
                    known=known,
                    unit=unit,
                )
            each = _METRES_PER_UNIT[own_unit or unit]
            return csv_values.parse_number(number, 0, most / each, self.notation, is_whole=is_whole) * each

        values = (self.read(column, partial(parse, unit=unit)) for column, unit in units.items())
        return next((value for value in values if value is not None), None)

    def number(self, column: str, low: float, high: float, *, is_whole: bool = False) -> float | None:
        """Return the number of a cell, as ``read`` does."""
        return self.read(
            column,
            lambda cell: csv_values.parse_number(cell, low, high, self.notation, is_whole=is_whole),
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A list: our names of its columns, and its rows."""

    columns: tuple[str | None, ...]  # our name of each column, None where it is not known
    rows: list[CsvRow]  # those below the heading that are not empty
    problems: list[Problem]  # of rows that cannot be split into cells
    unread: tuple[str, ...] = ()  # the headings of the columns that are not known
    notes: tuple[str, ...] = ()  # on rows that are passed over

    @property
    def known(self) -> frozenset[str]:
        """The columns that are there."""
        return frozenset(name for name in self.columns if name)

    def notes_with(self, text: str, *others: str) -> tuple[str, ...]:
        """Return the notes, after one in these words on the columns that are not read, and others."""
        unread = [say(text, names=", ".join(self.unread))] if self.unread else []
        return (*unread, *others, *self.notes)


#: What no list has a line of, and Python's imports of names like date and time do.
_PROGRAM_LINE = re.compile(r"^(?:from [\w.]+ import |import \w[\w.]*$|def \w+\()", re.MULTILINE)


class _Layout(NamedTuple):
    """Where the heading of a list is: how many rows stand before it, and by what its cells are divided."""

    delimiter: str
    before: int
    columns: list[Column]


def find_columns(head: Head, headings: Headings) -> frozenset[str] | None:
    """Return the known columns of a CSV by its beginning, those of another scale or unit included.

    None if it is no CSV, or has no heading.
    """
    line = head.first_line
    if not line or line.lstrip().startswith(_XML_OR_JSON) or _PROGRAM_LINE.search(head.text):
        return None
    columns = _find_layout(head.text.lstrip("\ufeff"), headings).columns
    return frozenset(filter(None, (column.name or column.another_scale_of for column in columns)))


def read_table(data: bytes, headings: Headings) -> Table:
    """Return a list with its heading and the rows below.

    Raises:
        NotReadable: the heading cannot be split into cells.
    """
    content = detect.decode_text(data).lstrip("\ufeff")
    layout = _find_layout(content, headings)
    rows = split_rows(content, layout.delimiter)
    titles: list[str] = []
    for _row in range(layout.before + 1):
        line, cells = next(rows, (1, []))
        if isinstance(cells, str):
            raise NotReadable("line {line}: {cells}", line=line, cells=cells)
        titles = cells
    names = tuple(column.name for column in layout.columns)
    body, problems = _rows_below(rows, [title.strip() for title in titles])
    notes: list[str] = []
    if not set(headings.key).isdisjoint(names):
        body, notes = _without_totals(body, names, headings)
    notation = _infer_notation(body, names, layout)
    table_rows = [_make_row(line, cells, names, notation) for line, cells in body]
    unread = [clean_cell(title) for title, name in zip(titles, names, strict=False) if name is None]
    unread += [
        say("column {place}, which has no heading", place=place + 1)
        for place in range(len(names))
        if not clean_cell(titles[place]) and any(cell.strip() for cell in cells_at([place], body))
    ]
    return Table(
        names,
        [row for row in table_rows if row.cells],
        problems,
        tuple(" ".join(title.lower().split()) for title in unread if title),
        tuple(notes),
    )


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
            yield line, say("it cannot be split into cells: {error}; is a quote left open?", error=error)


def _find_layout(content: str, headings: Headings) -> _Layout:
    """Return the layout with most known columns: the row that they stand in, and the delimiter.

    Where there is none with two, the first row that is not empty counts as the heading.
    """
    beginning = content[: detect.HEAD_SIZE]
    separator = SEP_LINE.fullmatch(detect.first_line(beginning).strip("\r\n"))
    best: tuple[int, _Layout] | None = None
    present = [delimiter for delimiter in _DELIMITERS if delimiter in beginning] or [","]
    for delimiter in (separator[1],) if separator else present:
        sample = (cells for _, cells in islice(split_rows(beginning, delimiter), _ROWS_BEFORE_HEADING))
        for before, cells in enumerate(cells for cells in sample if not isinstance(cells, str)):
            if not any(cell.strip() for cell in cells):
                continue
            columns = [headings.find(cell) for cell in cells]
            known = len({column.name for column in columns} - {None})
            if best is None or (known > best[0] and known > 1):
                best = known, _Layout(delimiter, before, columns)
    return best[1] if best else _Layout(",", 0, [])


_Row = tuple[int, list[str]]


def _rows_below(
    rows: Iterable[tuple[int, list[str] | str]], titles: list[str]
) -> tuple[list[_Row], list[Problem]]:
    """Return the rows below the heading without empty ones, its repetitions, and a row of units."""
    body: list[_Row] = []
    problems: list[Problem] = []
    count, is_first = len(titles), True
    for line, cells in rows:
        if isinstance(cells, str):
            problems.append(Problem(say("from here on {cells}", cells=cells), line))
            break
        if any(cell.strip() for cell in cells[count:]):
            reason = N_("{cells} cells in {columns} columns; put a cell with a delimiter in quotes")
            problems.append(Problem(say(reason, cells=len(cells), columns=count), line))
            continue
        filled = [cell for cell in cells if cell.strip()]
        is_units = is_first and filled and all(map(csv_values.is_remark, filled))
        is_heading = len(filled) > 1 and [cell.strip() for cell in cells[:count]] == titles
        is_first = is_first and not filled
        if filled and not is_units and not is_heading:
            body.append((line, cells[:count]))
    return body, problems


def _without_totals(
    body: Sequence[_Row], names: Sequence[str | None], headings: Headings
) -> tuple[list[_Row], list[str]]:
    """Return the rows without those of means and totals, and a note on each of them."""
    kept: list[_Row] = []
    notes = []
    keys = [place for place, name in enumerate(names) if name in headings.key]
    for line, cells in body:
        word = _total_word(cells, keys)
        if word is None:
            kept.append((line, cells))
        else:
            text = N_("line {line} was passed over, as means or totals ({word})")
            notes.append(say(text, line=line, word=word))
    return kept, notes


def _total_word(cells: Sequence[str], keys: Iterable[int]) -> str | None:
    """Return the word by which a row is one of means or totals; None where it is another."""
    if any(re.search(r"\d", cells[key]) for key in keys if key < len(cells)):
        return None
    totals = csv_values.word_set("totals")
    for cell in cells:
        if (word := fold_name(cell)) and (word in totals or word.split("_")[0] in totals):
            return clean_cell(cell)[:40]
    return None


def _infer_notation(body: Sequence[_Row], names: Sequence[str | None], layout: _Layout) -> Notation:
    numeric = [place for place, name in enumerate(names) if name not in _NO_NUMBERS]
    dates = [place for place, name in enumerate(names) if name == "date"]
    return Notation(
        decimal=infer_decimal(cells_at(numeric, body)),
        groups_dots=layout.delimiter == ";",
        date_order=next((column.date_order for column in layout.columns if column.date_order), None),
        has_midnights=csv_dates.are_midnights(cells_at(dates, body)),
    )


def cells_at(places: Sequence[int], body: Iterable[_Row]) -> Iterator[str]:
    """Yield the cells of some columns, row by row."""
    return (cells[place] for _, cells in body for place in places if place < len(cells))


def infer_decimal(cells: Iterable[str]) -> str | None:
    """Return the decimal mark that the numbers among these cells show; None if none or both do."""
    found = {mark for cell in cells for mark in csv_values.decimal_marks(cell)}
    return found.pop() if len(found) == 1 else None


def _make_row(line: int, cells: Sequence[str], names: Sequence[str | None], notation: Notation) -> CsvRow:
    filled = {
        name: text
        for name, cell in zip(names, cells, strict=False)
        if name and (text := _text_of(cell) if name in _TEXTS else clean_cell(unmark_formula(cell.strip())))
    }
    return CsvRow(line, filled, notation)


def _text_of(cell: str) -> str:
    """Return a text as it is written, without the mark against formulas; dashes alone are none."""
    return "" if not cell.strip() or cell.strip() in ("-", "--", "---") else unmark_formula(cell)


def build_records(
    table: Table,
    parse_row: Callable[[CsvRow], Iterable[T]],
    key: Callable[[T], Hashable],
    duplicate_reason: Callable[[T, int], str],
    fields: Mapping[str, Iterable[str]],
) -> tuple[tuple[T, ...], tuple[Problem, ...], dict[Hashable, frozenset[str]]]:
    """Build records from rows; a row or cell that cannot be read becomes a problem with line and reason.

    Args:
        table: the list.
        parse_row: returns the records of one row; raises ``InvalidValue`` for a bad one.
        key: what no two records share; the first with a key counts.
        duplicate_reason: why a further record of the key is left out, given it and the line of the first.
        fields: those that each column gives.

    Returns:
        The records, the problems, and by the key of a record the fields whose cells could not be read.

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    by_key: dict[Hashable, tuple[int, T]] = {}
    problems = list(table.problems)
    unread: dict[Hashable, frozenset[str]] = {}
    for row in table.rows:
        try:
            records = tuple(parse_row(row))
        except InvalidValue as error:
            problems.append(Problem(str(error), row.line, by_clock=isinstance(error, InFuture)))
            continue
        problems += row.problems
        for record in records:
            first, taken = by_key.setdefault(key(record), (row.line, record))
            if first != row.line:
                reason = duplicate_reason(record, first)
                problems.append(Problem(reason, row.line, is_warning=record == taken))
            elif row.unread:
                unread[key(record)] = frozenset(one for name in row.unread for one in fields.get(name, ()))
    problems.sort(key=lambda problem: problem.line or 0)
    if not by_key:
        raise_if_all_failed(problems)
    return tuple(record for _, record in by_key.values()), tuple(problems), unread


def raise_if_all_failed(problems: Sequence[Problem]) -> None:
    """Raise NotReadable with the first reasons if there are problems; of a list without a readable row."""
    if problems:
        reasons = "; ".join(map(str, problems[:_MAX_REASONS]))
        by_clock = any(problem.by_clock for problem in problems)
        raise NotReadable("none of its rows can be taken: {reasons}", reasons=reasons, by_clock=by_clock)
