"""Read soreness from the wellness lists of PMSys and intervals.icu.

PMSys (the PMData and SoccerMon data sets) rates 1 to 5 with 5 the best and 0 for no answer; its areas are
SNOMED CT codes of body structures. intervals.icu rates 1 (low) to 4 (extreme) and names no area.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from runlog import localtime
from runlog.importers import csv_table
from runlog.importers.csv_table import InvalidValue, parse_number, parse_rating_time
from runlog.model import Area, Entry
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runlog.importers.detect import Head, SourceFile
    from runlog.settings import Settings

PMSYS_FORMAT = "pmsys"

_PMSYS_ALIASES = {name: name for name in ("effective_time_frame", "soreness", "soreness_area")}
_PMSYS_WORST, _PMSYS_BEST = 1.0, 5.0

#: SNOMED CT body structures, left and right. runlog has no areas for trunk and arms.
_SNOMED_AREAS = {
    "45048000": Area.NECK,
    "91775009": Area.SHOULDER,
    "91774008": Area.SHOULDER,
    "51185008": Area.CHEST,
    "12921003": Area.HIP_GROIN,  # the pelvis
    "29836001": Area.HIP_GROIN,
    "61396006": Area.THIGH,
    "11207009": Area.THIGH,
    "82169009": Area.KNEE,
    "6757004": Area.KNEE,
    "48979004": Area.LOWER_LEG,
    "32696007": Area.LOWER_LEG,
    "51636004": Area.ANKLE,
    "6685009": Area.ANKLE,
    "22335008": Area.FOOT,
    "7769000": Area.FOOT,
}
_SNOMED_CODE = re.compile(r"\b\d{6,18}\b")
_MAX_CODES_NOTED = 5


def claims_pmsys(head: Head) -> bool:
    """Return whether the first row names the columns of PMSys."""
    columns = csv_table.read_header(head, _PMSYS_ALIASES)
    return columns is not None and {"effective_time_frame", "soreness"} <= set(columns)


def read_pmsys(file: SourceFile) -> ParsedFile:
    """Read the soreness; a row that cannot be read is a problem with its line and reason.

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    parsed = _read_soreness(file, PMSYS_FORMAT, _PMSYS_ALIASES, _pmsys_entries, "time and area")
    notes = ["PMSys counts soreness from 5 (none) to 1; it was taken for 0 to 10"]
    if any(entry.area is Area.OTHER for entry in parsed.entries):
        notes.append("ratings without an area that runlog has are kept under the area other")
    return replace(parsed, notes=(*notes, *parsed.notes))


def _pmsys_entries(cells: Mapping[str, str], settings: Settings) -> list[Entry]:
    """Return an entry for each area of a row; none if soreness was not rated."""
    answer = _parse_soreness(cells, "effective_time_frame", _PMSYS_WORST, _PMSYS_BEST)
    if answer is None:
        return []
    moment, _ = parse_rating_time(cells["effective_time_frame"], settings)  # written in UTC
    offset = localtime.offset_seconds(moment.astimezone(settings.zone))
    soreness = (_PMSYS_BEST - answer) / (_PMSYS_BEST - _PMSYS_WORST) * 10.0
    areas = _pmsys_areas(cells.get("soreness_area", ""))
    return [Entry(moment, offset, soreness=soreness, area=area, note=note) for area, note in areas.items()]


def _pmsys_areas(cell: str) -> dict[Area, str | None]:
    """Return the areas of a row, each once, with a note on codes that runlog has no area for."""
    codes = dict.fromkeys(_SNOMED_CODE.findall(cell))
    areas: dict[Area, str | None] = {_SNOMED_AREAS[code]: None for code in codes if code in _SNOMED_AREAS}
    unknown = [code for code in codes if code not in _SNOMED_AREAS]
    if unknown:
        areas[Area.OTHER] = f"PMSys: SNOMED CT {', '.join(unknown[:_MAX_CODES_NOTED])}"
    elif not areas:
        areas[Area.OTHER] = "PMSys: no area named"
    return areas


INTERVALS_FORMAT = "intervals.icu"

_INTERVALS_ALIASES = {"date": "date", "id": "date", "soreness": "soreness"}
#: Columns that only intervals.icu writes like this, in one word; they distinguish its list from a diary.
_INTERVALS_COLUMNS = frozenset(
    {"restinghr", "avgsleepinghr", "hrvsdnn", "sleepsecs", "sleepscore", "sleepquality"}
    | {"ramprate", "ctlload", "atlload", "baevskysi", "bodyfat", "kcalconsumed"}
)
_INTERVALS_LOW, _INTERVALS_EXTREME = 1.0, 4.0


def claims_intervals(head: Head) -> bool:
    """Return whether the first row names a day, soreness, and a column that only intervals.icu has."""
    columns = csv_table.read_header(head, _INTERVALS_ALIASES)
    return (
        columns is not None
        and {"date", "soreness"} <= set(columns)
        and not _INTERVALS_COLUMNS.isdisjoint(columns)
    )


def read_intervals(file: SourceFile) -> ParsedFile:
    """Read the soreness of each day; a row that cannot be read is a problem with its line and reason.

    Its scale is 1 low, 2 average, 3 high, 4 extreme: (value - 1) / 3 x 10 gives 0, 3.3, 6.7, 10.

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    parsed = _read_soreness(file, INTERVALS_FORMAT, _INTERVALS_ALIASES, _intervals_entries, "day")
    notes = (
        "intervals.icu counts soreness from 1 (low) to 4 (extreme); it was taken for 0 to 10",
        "it names no area of the body; its ratings are kept under the area other",
    )
    return replace(parsed, notes=(*notes, *parsed.notes))


def _intervals_entries(cells: Mapping[str, str], settings: Settings) -> list[Entry]:
    """Return the entry of a day; none if soreness was not rated."""
    rated = _parse_soreness(cells, "date", _INTERVALS_LOW, _INTERVALS_EXTREME)
    if rated is None:
        return []
    moment, offset = parse_rating_time(cells["date"], settings)
    soreness = (rated - _INTERVALS_LOW) / (_INTERVALS_EXTREME - _INTERVALS_LOW) * 10.0
    return [Entry(moment, offset, soreness=soreness, area=Area.OTHER)]


def _read_soreness(
    file: SourceFile,
    name: str,
    aliases: Mapping[str, str],
    build_entries: Callable[[Mapping[str, str], Settings], Iterable[Entry]],
    unique_by: str,
) -> ParsedFile:
    """Read a list of ratings, with a note on the columns that are not read."""
    columns, rows = csv_table.read_rows(file.data, aliases)
    entries, problems = csv_table.build_records(
        rows,
        lambda row: build_entries(row.cells, file.settings),
        key=lambda entry: (entry.moment, entry.area),
        duplicate_reason=lambda _, line: f"the same {unique_by} as line {line}, which is kept",
    )
    unread = csv_table.list_unread_columns(columns, aliases)
    notes = (f"only soreness is read, not {unread}",) if unread else ()
    fields = {"moment", "utc_offset_s", "soreness", "note"}
    if name == INTERVALS_FORMAT or "soreness_area" in columns:
        fields.add("area")
    return ParsedFile(name, entries=entries, problems=problems, notes=notes, columns=frozenset(fields))


def _parse_soreness(cells: Mapping[str, str], date_column: str, low: float, high: float) -> float | None:
    """Parse a row's soreness from ``low`` to ``high``; None for 0, which means no answer.

    Raises:
        InvalidValue: neither, or the row has no date.
    """
    cell = cells.get("soreness", "0")
    try:
        answer = parse_number(cell, 0, high)
    except InvalidValue as error:
        raise InvalidValue(f"soreness: {error}") from error
    if 0 < answer < low:
        raise InvalidValue(f"soreness: {cell.strip()} is not within {low:g} to {high:g}")
    if answer and date_column not in cells:
        raise InvalidValue(f"it has no {date_column}")
    return answer or None
