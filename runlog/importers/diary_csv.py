"""Read the soreness diary from CSV."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from runlog.errors import NotReadable, Problem
from runlog.i18n import N_, say
from runlog.importers import csv_dates, csv_table, runs_csv, wellness
from runlog.importers.csv_values import (
    Headings,
    InvalidValue,
    parse_duration,
    parse_number,
    parse_scale,
    parse_yes_no,
)
from runlog.model import MAX_ENTRY_VALUES, Area, Entry, Side
from runlog.records import ParsedFile
from runlog.units import parse_area

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runlog.importers.csv_table import CsvRow
    from runlog.importers.csv_values import Notation
    from runlog.importers.detect import Head, SourceFile
    from runlog.settings import Settings

FORMAT = "diary"

COLUMNS = (
    *("date", "soreness", "area", "warmup", "cooldown", "shoe", "rpe", "strength", "mobility"),
    *("desk_hours", "posture", "note"),
)
HEADINGS = Headings(
    words={name: ("@" + name,) for name in (*COLUMNS, "time")} | {"filename": ()},  # Strava's until 2019
    units={
        "strength": {"min": "strength"},
        "desk_hours": {"h": "desk_hours"},
        "date": {"h:mm": "date"},
        "time": {"h:mm": "time"},
    },
)
#: The fields of an entry that each column gives.
_FIELDS: Mapping[str, tuple[str, ...]] = {name: (name,) for name in COLUMNS} | {
    "date": ("moment", "utc_offset_s", "precision"),
    "strength": ("strength", "strength_min"),
    "area": ("area", "side"),
}
#: Where only these are known, an unknown column is most likely the rating.
_FIELDS_BESIDE_VALUES = frozenset({"moment", "utc_offset_s", "precision", "area", "side", "shoe", "note"})
_HOUR_S, _MINUTE_S = 3600.0, 60.0


def claims(head: Head) -> bool:
    """Return whether a heading names a date and another column of a diary, and is no other list's."""
    columns = csv_table.find_columns(head, HEADINGS)
    return (
        columns is not None
        and "date" in columns
        and "filename" not in columns
        and len(columns - {"time"}) > 1
        and not wellness.claims_intervals(head)
        and not runs_csv.claims(head)
    )


def read(file: SourceFile) -> ParsedFile:
    """Read the entries of a diary; a row that cannot be read is a problem with its line and reason.

    A cell that cannot be read is left out; the other cells of its row are read.

    Raises:
        NotReadable: there are rows, and none of them can be read; or there are unknown columns, and none
            that holds a value.
    """
    table = csv_table.read_table(file.data, HEADINGS)
    fields = frozenset(field for name in table.known for field in _FIELDS.get(name, ()))
    if fields <= _FIELDS_BESIDE_VALUES and table.unread:
        raise NotReadable(
            "no column is known as soreness or another value of a diary; unknown: "
            "{names}. Name the column of the ratings soreness",
            names=", ".join(table.unread),
        )
    entries, problems, unread = csv_table.build_records(
        table,
        lambda row: _build_entries(row, file.settings),
        key=lambda entry: (entry.moment, entry.area, entry.side),
        duplicate_reason=lambda _, line: say(
            "the same time and area as line {line}, which is kept; add a time to tell them apart", line=line
        ),
        fields=_FIELDS,
    )
    repeated = sorted(name for name in table.known if table.columns.count(name) > 1)
    notes = table.notes_with(
        N_("not read, because runlog knows no such column: {names}"),
        *(say("more than one column is {name}; the last filled one counts", name=name) for name in repeated),
    )
    return ParsedFile(FORMAT, entries=entries, problems=problems, notes=notes, columns=fields, unread=unread)


def _build_entries(row: CsvRow, settings: Settings) -> list[Entry]:
    """Return the entry of a row; none if it has no value but its date and area."""
    values: dict[str, Any] = {
        name: value
        for name, parse in _cell_parsers(row.notation).items()
        if (value := row.read(name, parse, is_lost=name == "soreness")) is not None
    }
    if not values:
        return []
    if "date" not in row.cells:
        raise InvalidValue("it has no date")
    date = row.join_clock(row.cells["date"], "time", settings)
    moment, offset, precision = csv_dates.parse_rating_time(date, settings, row.notation.date_order)
    strength, minutes = values.pop("strength", (None, None))
    area, side = _read_area(row)
    placed = Entry(moment, offset, area=area, side=side, precision=precision)
    return [replace(placed, strength=strength, strength_min=minutes, **values)]


def _read_area(row: CsvRow) -> tuple[Area, Side | None]:
    """Return the area and side of a row; one that is not known is another area than those that are."""
    cell = row.cells.get("area")
    if cell is None:
        return Area.UPPER_BACK, None
    place = parse_area(cell, whole=False)
    if place is None:
        text = N_("area: {cell!r} is none of {areas}; the row is kept under the area other")
        row.problems.append(Problem(say(text, cell=cell, areas=", ".join(Area)), row.line, is_warning=True))
    return place or (Area.OTHER, None)


def _parse_strength(cell: str, notation: Notation) -> tuple[bool, float | None]:
    """Parse yes, no, or minutes: a number other than 0 and 1, or a duration with its unit."""
    try:
        return parse_yes_no(cell), None
    except InvalidValue:
        minutes = parse_duration(cell, notation, hours_first=True) / _MINUTE_S
    if minutes > MAX_ENTRY_VALUES["strength_min"]:
        raise InvalidValue(
            "{cell} is not within 0 to {most:g}", cell=cell, most=MAX_ENTRY_VALUES["strength_min"]
        )
    return minutes > 0, minutes if minutes > 0 else None


def _parse_hours(cell: str, notation: Notation) -> float:
    """Parse hours: 7.5, "7 h 30", 7:30 or "450 min"."""
    most = MAX_ENTRY_VALUES["desk_hours"]
    if re.fullmatch(r"[+-]?[\d.,]+(?:e[+-]?\d+)?", cell, re.IGNORECASE):
        return parse_number(cell, 0, most, notation)
    hours = parse_duration(cell, notation, "h", hours_first=True) / _HOUR_S
    if hours > most:
        raise InvalidValue("{cell} is not within 0 to {most:g}", cell=cell, most=most)
    return hours


def _cell_parsers(notation: Notation) -> dict[str, Callable[[str], Any]]:
    soreness, rpe, posture = (
        partial(parse_scale, most=MAX_ENTRY_VALUES[name], notation=notation)
        for name in ("soreness", "rpe", "posture")
    )
    return {
        "soreness": soreness,
        "warmup": parse_yes_no,
        "cooldown": parse_yes_no,
        "shoe": str.strip,
        "rpe": rpe,
        "strength": partial(_parse_strength, notation=notation),
        "mobility": parse_yes_no,
        "desk_hours": partial(_parse_hours, notation=notation),
        "posture": posture,
        "note": str,
    }
