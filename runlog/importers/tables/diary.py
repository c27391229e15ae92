"""The soreness diary as CSV: read as people write it, written so that it reads back the same."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from runlog.clock import on_clock
from runlog.importers.tables import intervals, paper, table
from runlog.importers.tables.cells import Unreadable, number, rated_at, yes_or_no
from runlog.model import HIGHEST, Area, Entry, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

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
_MINUTES = re.compile(r"(.+?)\s*(?:min|minutes)\.?", re.IGNORECASE)


def claims(head: bytes, name: str) -> bool:
    """Tell whether the first row names a date column and another one of a diary's, and no app's or runs'."""
    columns = table.header(head, _ALIASES)
    return (
        columns is not None
        and "date" in columns
        and len(set(columns) & set(COLUMNS)) > 1
        and not intervals.claims(head, name)
        and not paper.claims(head, name)
    )


def read(data: bytes, settings: Settings) -> Reading:
    """Read the entries of a diary; a row that cannot be taken is a problem with its line and reason.

    Raises:
        NotReadable: there are rows, and none of them can be taken.
    """
    columns, rows = table.rows(data, _ALIASES)
    entries, problems = table.records(
        rows, lambda row: _entries(row.cells, settings), key=_time_and_area, twice=_twice
    )
    return Reading(FORMAT, entries=entries, problems=problems, notes=_notes(columns))


def _time_and_area(entry: Entry) -> tuple[datetime, Area]:
    return entry.moment, entry.area


def _twice(_: Entry, line: int) -> str:
    return f"the same time and area as line {line}, which is kept; add a time to tell them apart"


def _notes(columns: list[str]) -> tuple[str, ...]:
    unknown = table.unread(columns, COLUMNS)
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    notes = [f"not read, because runlog knows no such column: {unknown}"] if unknown else []
    notes += [f"more than one column is {name}; the last filled one counts" for name in twice]
    return tuple(notes)


def _entries(cells: Mapping[str, str], settings: Settings) -> list[Entry]:
    """Make an entry of a row; none where it holds no value besides its date and area."""
    values = {name: _value(name, cell) for name, cell in cells.items() if name in _READERS}
    if not values.keys() - {"area"}:
        return []
    if "date" not in cells:
        raise Unreadable("it has no date")
    moment, offset = rated_at(cells["date"], settings)
    strength, minutes = values.pop("strength", (None, None))
    return [Entry(moment, offset, strength=strength, strength_min=minutes, **values)]


def _value(name: str, cell: str) -> Any:  # noqa: ANN401 - each column has a type of its own
    try:
        return _READERS[name](cell)
    except Unreadable as error:
        raise Unreadable(f"{name}: {error}") from error


def _area(cell: str) -> Area:
    plain = re.sub(r"[\s_/-]+", "_", cell.strip().lower())
    try:
        return Area(plain)
    except ValueError as error:
        raise Unreadable(f"{cell.strip()!r} is none of {', '.join(Area)}") from error


def _strength(cell: str) -> tuple[bool, float | None]:
    """Read yes, no, or minutes: a number other than 0 and 1, or one followed by "min"."""
    with_unit = _MINUTES.fullmatch(cell.strip())
    if with_unit is None:
        try:
            return yes_or_no(cell), None
        except Unreadable:
            pass
    minutes = number(with_unit[1] if with_unit else cell, 0, HIGHEST["strength_min"])
    return minutes > 0, minutes if minutes > 0 else None


def _up_to(name: str) -> Callable[[str], float]:
    return lambda cell: number(cell, 0, HIGHEST[name])


_READERS: dict[str, Callable[[str], Any]] = {
    "soreness": _up_to("soreness"),
    "area": _area,
    "warmup": yes_or_no,
    "cooldown": yes_or_no,
    "shoe": str.strip,
    "rpe": _up_to("rpe"),
    "strength": _strength,
    "mobility": yes_or_no,
    "desk_hours": _up_to("desk_hours"),
    "posture": _up_to("posture"),
    "note": str,
}


def template() -> str:
    """Return an empty diary: the header row alone."""
    return write(())


def write(entries: Iterable[Entry]) -> str:
    """Write entries as diary CSV: dates in ISO 8601 with offset, so that reading it changes nothing.

    Cells are exactly what was entered; a note that begins like a spreadsheet formula stays as it is.
    """
    lines = [_line(COLUMNS)]
    for entry in entries:
        local = on_clock(entry.moment, entry.utc_offset_s)
        cells = {
            "date": local.isoformat(),
            "soreness": _number_text(entry.soreness),
            "area": entry.area.value,
            "warmup": _yes_no_text(entry.warmup),
            "cooldown": _yes_no_text(entry.cooldown),
            "shoe": entry.shoe or "",
            "rpe": _number_text(entry.rpe),
            "strength": _strength_text(entry),
            "mobility": _yes_no_text(entry.mobility),
            "desk_hours": _number_text(entry.desk_hours),
            "posture": _number_text(entry.posture),
            "note": entry.note or "",
        }
        lines.append(_line([cells[name] for name in COLUMNS]))
    return "".join(lines)


def _line(cells: Sequence[str]) -> str:
    """Write one row; the csv module quotes both letters of its own line end, so that notes keep theirs."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().removesuffix("\r\n") + "\n"


def _number_text(value: float | None) -> str:
    return "" if value is None else repr(float(value)).removesuffix(".0")


def _yes_no_text(value: bool | None) -> str:  # noqa: FBT001 - a value that is written, not a switch
    if value is None:
        return ""
    return "yes" if value else "no"


def _strength_text(entry: Entry) -> str:
    if entry.strength_min is not None and entry.strength is not False:
        return f"{_number_text(entry.strength_min)} min"
    return _yes_no_text(entry.strength)
