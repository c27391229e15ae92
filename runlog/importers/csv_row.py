"""Read the cells of one row of a list; what cannot be read is left out, and becomes a problem of the row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from runlog.errors import Problem
from runlog.i18n import say
from runlog.importers import csv_dates, csv_values
from runlog.importers.csv_values import InvalidValue, Notation
from runlog.settings import METRES
from runlog.units import METRES_PER_FOOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runlog.settings import Settings

T = TypeVar("T")

_OF_TEN = re.compile(r"(.+?)\s*(?:/|of|out of|von|sur|de|su|van|av|z|\u4e2d)\s*(\d+)", re.IGNORECASE)
_PERCENT = 100.0
_NUMBER_AND_WORD = re.compile(r"\d\s*[^\W\d_]")
_METRES_PER_UNIT = {**METRES, "m": 1.0, "ft": METRES_PER_FOOT}


def parse_scale(cell: str, most: float, notation: Notation = csv_values.PLAIN) -> float:
    """Parse a rating from 0 to ``most``: 3, 3.5, "3/10", "3 of 10" or "30 %"; refuse one of another scale."""
    plain = cell.strip()
    if plain.endswith("%"):
        return csv_values.parse_number(plain[:-1], 0, _PERCENT, notation) * most / _PERCENT
    shares = _OF_TEN.fullmatch(plain[: csv_values.MAX_CELL])
    if shares is None:
        return csv_values.parse_number(plain, 0, most, notation)
    if float(shares[2]) != most:
        raise InvalidValue("{plain!r} is not of a scale from 0 to {most:g}", plain=plain, most=most)
    return csv_values.parse_number(shares[1], 0, most, notation)


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
