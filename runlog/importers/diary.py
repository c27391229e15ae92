"""The soreness diary as CSV: read as people write it, written so that it reads back the same."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING, Any

from runlog.errors import NotReadable
from runlog.importers import table
from runlog.model import Area, Entry, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

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
_EVENING, _MORNING = 20, 6
_MINUTES = re.compile(r"(.+?)\s*(?:min|minutes)\.?", re.IGNORECASE)
_MINUTES_A_DAY = 1440.0
_REASONS_TOLD = 3


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the first row names a date column and another one of a diary's."""
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    columns = table.header(head, _ALIASES)
    return columns is not None and "date" in columns and len(set(columns) & set(COLUMNS)) > 1


def read(data: bytes, settings: Settings) -> Reading:
    """Read the entries of a diary; a row that cannot be taken is a problem with its line and reason.

    Raises:
        NotReadable: there are rows, and none of them can be taken.
    """
    columns, rows = table.rows(data, _ALIASES)
    entries: dict[tuple[Any, Area], tuple[int, Entry]] = {}
    problems: list[Problem] = []
    for row in rows:
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            entry = _entry(row.cells, settings)
        except table.Unreadable as error:
            problems.append(Problem(str(error), line=row.line))
            continue
        if entry is None:
            continue
        line, _ = entries.setdefault((entry.moment, entry.area), (row.line, entry))
        if line != row.line:
            reason = f"the same time and area as line {line}, which is kept; add a time to tell them apart"
            problems.append(Problem(reason, line=row.line))
    if problems and not entries:
        reasons = "; ".join(map(str, problems[:_REASONS_TOLD]))
        raise NotReadable(f"none of its rows can be taken: {reasons}")
    kept = tuple(entry for _, entry in entries.values())
    return Reading(FORMAT, entries=kept, problems=tuple(problems), notes=_notes(columns))


def _notes(columns: list[str]) -> tuple[str, ...]:
    unknown = [name for name in columns if name and name not in COLUMNS]
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    notes = [f"not read, because runlog knows no such column: {', '.join(unknown)}"] if unknown else []
    notes += [f"more than one column is {name}; the last filled one counts" for name in twice]
    return tuple(notes)


def _entry(cells: Mapping[str, str], settings: Settings) -> Entry | None:
    """Make an entry of a row; None where it holds no value besides its date and area."""
    values = {name: _value(name, cell) for name, cell in cells.items() if name in _READERS}
    if not values.keys() - {"area"}:
        return None
    if "date" not in cells:
        raise table.Unreadable("it has no date")
    hour = _MORNING if settings.diary_time == "morning" else _EVENING
    moment = table.moment(cells["date"], settings, hour)
    offset = moment.utcoffset() or timedelta(0)
    strength, minutes = values.pop("strength", (None, None))
    return Entry(
        moment=moment.astimezone(UTC).replace(microsecond=0),
        utc_offset_s=round(offset.total_seconds()),
        strength=strength,
        strength_min=minutes,
        **values,
    )


def _value(name: str, cell: str) -> Any:  # noqa: ANN401 - each column has a type of its own
    try:
        return _READERS[name](cell)
    except table.Unreadable as error:
        raise table.Unreadable(f"{name}: {error}") from error


def _area(cell: str) -> Area:
    plain = re.sub(r"[\s_/-]+", "_", cell.strip().lower())
    try:
        return Area(plain)
    except ValueError as error:
        raise table.Unreadable(f"{cell.strip()!r} is none of {', '.join(Area)}") from error


def _strength(cell: str) -> tuple[bool, float | None]:
    """Read yes, no, or minutes: a number other than 0 and 1, or one followed by "min"."""
    with_unit = _MINUTES.fullmatch(cell.strip())
    if with_unit is None:
        try:
            return table.yes_or_no(cell), None
        except table.Unreadable:
            pass
    minutes = table.number(with_unit[1] if with_unit else cell, 0, _MINUTES_A_DAY)
    return minutes > 0, minutes if minutes > 0 else None


_READERS: dict[str, Callable[[str], Any]] = {
    "soreness": lambda cell: table.number(cell, 0, 10),
    "area": _area,
    "warmup": table.yes_or_no,
    "cooldown": table.yes_or_no,
    "shoe": str.strip,
    "rpe": lambda cell: table.number(cell, 0, 10),
    "strength": _strength,
    "desk_hours": lambda cell: table.number(cell, 0, 24),
    "posture": lambda cell: table.number(cell, 0, 10),
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
        local = entry.moment.astimezone(timezone(timedelta(seconds=entry.utc_offset_s)))
        cells = {
            "date": local.isoformat(),
            "soreness": _number_text(entry.soreness),
            "area": entry.area.value,
            "warmup": _yes_no_text(entry.warmup),
            "cooldown": _yes_no_text(entry.cooldown),
            "shoe": entry.shoe or "",
            "rpe": _number_text(entry.rpe),
            "strength": _strength_text(entry),
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
