"""Read the soreness diary from CSV."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from runlog.errors import NotReadable
from runlog.importers import csv_table, runs_csv, wellness
from runlog.importers.csv_table import InvalidValue, parse_number, parse_rating_time, parse_yes_no
from runlog.model import MAX_ENTRY_VALUES, Area, Entry
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from runlog.importers.detect import Head, SourceFile
    from runlog.settings import Settings

FORMAT = "diary"

COLUMNS = (
    "date",
    "soreness",
    "area",
    "warmup",
    "cooldown",
    "shoe",
    "rpe",
    "strength",
    "mobility",
    "desk_hours",
    "posture",
    "note",
)
_ALIASES = {name: name for name in COLUMNS} | {
    "rating": "soreness",
    "pain": "soreness",
    "warm_up": "warmup",
    "cool_down": "cooldown",
    "shoes": "shoe",
    "notes": "note",
}
#: The fields of an entry that each column gives.
_FIELDS = {name: (name,) for name in COLUMNS} | {
    "date": ("moment", "utc_offset_s"),
    "strength": ("strength", "strength_min"),
}
#: Where only these are known, an unknown column is most likely the rating.
_FIELDS_BESIDE_VALUES = frozenset({"moment", "utc_offset_s", "area", "shoe", "note"})
_MINUTES_TEXT = re.compile(r"(.+?)\s*(?:min|minutes)\.?", re.IGNORECASE)


def claims(head: Head) -> bool:
    """Return whether the first row names a date and another column of a diary, and is no other list."""
    columns = csv_table.read_header(head, _ALIASES)
    return (
        columns is not None
        and "date" in columns
        and len(set(columns) & set(COLUMNS)) > 1
        and not wellness.claims_intervals(head)
        and not runs_csv.claims(head)
    )


def read(file: SourceFile) -> ParsedFile:
    """Read the entries of a diary; a row that cannot be read is a problem with its line and reason.

    Raises:
        NotReadable: there are rows, and none of them can be read; or there are unknown columns, and none
            that holds a value.
    """
    columns, rows = csv_table.read_rows(file.data, _ALIASES)
    fields = frozenset(field for name in columns for field in _FIELDS.get(name, ()))
    if fields <= _FIELDS_BESIDE_VALUES and (unknown := csv_table.list_unread_columns(columns, COLUMNS)):
        raise NotReadable(
            f"no column is known as soreness or another value of a diary; unknown: {unknown}. "
            "Name the column of the ratings soreness"
        )
    entries, problems = csv_table.build_records(
        rows, lambda row: _build_entries(row.cells, file.settings), _entry_key, _duplicate_reason
    )
    return ParsedFile(
        FORMAT, entries=entries, problems=problems, notes=_column_notes(columns), columns=fields
    )


def _entry_key(entry: Entry) -> tuple[datetime, Area]:
    return entry.moment, entry.area


def _duplicate_reason(_: Entry, line: int) -> str:
    return f"the same time and area as line {line}, which is kept; add a time to tell them apart"


def _column_notes(columns: list[str]) -> tuple[str, ...]:
    unknown = csv_table.list_unread_columns(columns, COLUMNS)
    repeated = [name for name in COLUMNS if columns.count(name) > 1]
    notes = [f"not read, because runlog knows no such column: {unknown}"] if unknown else []
    notes += [f"more than one column is {name}; the last filled one counts" for name in repeated]
    return tuple(notes)


def _build_entries(cells: Mapping[str, str], settings: Settings) -> list[Entry]:
    """Return the entry of a row; none if it has no value but its date and area."""
    values = {name: _parse_cell(name, cell) for name, cell in cells.items() if name in _CELL_PARSERS}
    if not values.keys() - {"area"}:
        return []
    if "date" not in cells:
        raise InvalidValue("it has no date")
    moment, offset = parse_rating_time(cells["date"], settings)
    strength, minutes = values.pop("strength", (None, None))
    return [Entry(moment, offset, strength=strength, strength_min=minutes, **values)]


def _parse_cell(name: str, cell: str) -> Any:  # noqa: ANN401 - each column has a type of its own
    try:
        return _CELL_PARSERS[name](cell)
    except InvalidValue as error:
        raise InvalidValue(f"{name}: {error}") from error


def _parse_area(cell: str) -> Area:
    plain = re.sub(r"[\s_/-]+", "_", cell.strip().lower())
    try:
        return Area(plain)
    except ValueError as error:
        raise InvalidValue(f"{cell.strip()!r} is none of {', '.join(Area)}") from error


def _parse_strength(cell: str) -> tuple[bool, float | None]:
    """Parse yes, no, or minutes: a number other than 0 and 1, or one followed by "min"."""
    with_unit = _MINUTES_TEXT.fullmatch(cell.strip())
    if with_unit is None:
        try:
            return parse_yes_no(cell), None
        except InvalidValue:
            pass
    minutes = parse_number(with_unit[1] if with_unit else cell, 0, MAX_ENTRY_VALUES["strength_min"])
    return minutes > 0, minutes if minutes > 0 else None


def _number_up_to(name: str) -> Callable[[str], float]:
    return lambda cell: parse_number(cell, 0, MAX_ENTRY_VALUES[name])


_CELL_PARSERS: dict[str, Callable[[str], Any]] = {
    "soreness": _number_up_to("soreness"),
    "area": _parse_area,
    "warmup": parse_yes_no,
    "cooldown": parse_yes_no,
    "shoe": str.strip,
    "rpe": _number_up_to("rpe"),
    "strength": _parse_strength,
    "mobility": parse_yes_no,
    "desk_hours": _number_up_to("desk_hours"),
    "posture": _number_up_to("posture"),
    "note": str,
}
