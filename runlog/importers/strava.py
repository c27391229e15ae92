"""Read a Strava archive's activities.csv.

It gives names, sports, shoes and effort, and the activities that have no recording.

Columns are found by name where the language is known, else by position and shape: every language and age of
the export begins with the same seven columns, and what Strava computed of the recording follows the column
of file names in one order. Five names occur twice: before the file name for people (km, decimal comma),
behind it as plain numbers in SI units. Dates are UTC, written as the runner's language writes dates.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from runlog.errors import Problem
from runlog.i18n import N_, _, say
from runlog.importers import csv_dates, csv_table, detect, shoes_csv, sports
from runlog.importers.csv_table import CsvRow
from runlog.importers.csv_values import (
    InvalidValue,
    Notation,
    list_words,
    parse_duration,
    parse_number,
)
from runlog.model import Activity, shoe_key
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from runlog.importers.detect import Head, SourceFile

FORMAT = "strava"

#: The shoes; only the activities tell when each was used.
SIDECARS = ("shoes.csv",)

_DELIMITERS = ",;\t"
_ROWS_SAMPLED, _MAX_NAMES_LISTED = 20, 5
_MAX_SHOWN_KM = 400.0
_MAX_DURATION_S, _MAX_DISTANCE_M = 1e8, 1e8

#: Plausible range of each value; one outside is left out, with a problem.
_VALUE_RANGES = {
    "ascent": (0.0, 1e5),
    "avg_hr": (0.0, 300.0),
    "max_hr": (0.0, 300.0),
    "cadence": (0.0, 300.0),
    "rpe": (0.0, 10.0),
}
#: Columns of plain numbers, whatever the language.
_PLAIN_COLUMNS = (*_VALUE_RANGES, "elapsed", "moving", "distance")

#: The fields of an activity that each column gives; the others are always there.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("name", "max_hr", "avg_hr", "rpe")},
    "moving": ("moving_s",),
    "distance": ("distance_m",),
    "distance_shown": ("distance_m",),
    "ascent": ("ascent_m",),
    "cadence": ("avg_cadence_spm",),
    "gear": ("shoe", "gear_listed"),
    "file": ("source_file",),
}
_ALWAYS_READ = frozenset(
    {"start", "utc_offset_s", "duration_s", "sport", "sub_sport", "kind", "sport_guessed", "external"}
)


def claims(head: Head) -> bool:
    """Return whether this is an activities.csv, by header or, in unknown languages, by its rows."""
    if not head.is_text:
        return False
    sample = [row for _, row in islice(_split_rows(head.text.lstrip("\ufeff")), _ROWS_SAMPLED)]
    header, *rows = [row for row in sample if not isinstance(row, str)] or [[]]
    return is_activities_table(header, rows)


def read(file: SourceFile) -> ParsedFile:
    """Read each row of activities.csv as an activity without a track, and the pairs of shoes.

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    table = _read_table(detect.decode_text(file.data))
    owned_shoes, problems = shoes_csv.read_strava_sidecars(file.sidecars)
    dates = [row.cells.get("date", "") for row in table.rows]
    order = csv_dates.infer_order(dates, file.settings) or "day-first"
    owned_keys = {shoe_key(name) for names in owned_shoes for name in names}
    activities, refused, unread = csv_table.build_records(
        table,
        lambda row: (_build_activity(row, table.known, order, owned_keys),),
        key=lambda activity: activity.external,
        duplicate_reason=lambda activity, line: say(
            "{id} is listed in line {line} already, which is kept", id=activity.external, line=line
        ),
        fields=_FIELDS,
    )
    return ParsedFile(
        FORMAT,
        activities=activities,
        shoes=shoes_csv.date_strava_shoes(owned_shoes, activities, file.settings),
        problems=(*refused, *problems),
        notes=_lost_recording_notes(table.rows, {activity.external for activity in activities}),
        columns=_ALWAYS_READ.union(*(_FIELDS.get(column, ()) for column in table.known)),
        unread=unread,
    )


def _split_rows(content: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the rows that are not empty with their lines: the cells, or why a row cannot be split."""
    first = detect.first_line(content)
    separator = csv_table.SEP_LINE.fullmatch(first.strip("\r\n"))
    delimiter = separator[1] if separator else max(_DELIMITERS, key=first.count)
    for number, (line, cells) in enumerate(csv_table.split_rows(content, delimiter)):
        if isinstance(cells, str):
            yield line, cells
        elif any(cell.strip() for cell in cells) and not (separator and number == 0):
            yield line, [cell.strip() for cell in cells]


def _read_table(content: str) -> csv_table.Table:
    header: list[str] = []
    below: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    for line, cells in _split_rows(content.lstrip("\ufeff")):
        if isinstance(cells, str):
            problems.append(Problem(cells, line))
        elif header:
            below.append((line, cells))
        else:
            header = cells
    while header and not header[-1]:  # a spreadsheet's empty columns
        header.pop()
    positions = find_columns(header, [cells for _, cells in below])
    plain = [positions[column] for column in _PLAIN_COLUMNS if column in positions]
    decimal = csv_table.infer_decimal(csv_table.cells_at(plain, below))
    notation, rows = Notation(decimal=decimal or "."), []
    for line, cells in below:
        if len(cells) < len(FIRST_COLUMNS) or any(cells[len(header) :]):
            text = N_("{cells} cells in {columns} columns")
            problems.append(Problem(say(text, cells=len(cells), columns=len(header)), line))
        else:
            filled = {name: cells[at] for name, at in positions.items() if at < len(cells) and cells[at]}
            rows.append(CsvRow(line, filled, notation))
    return csv_table.Table(tuple(positions), rows, problems)


def _build_activity(
    row: CsvRow, columns: Collection[str], date_order: str, owned_shoe_keys: Collection[str]
) -> Activity:
    """Return the activity of a row; refuse one without an id, a date that can be read, or a duration.

    An empty cell for the gear or the recording says that there is none, if the column is there.
    """
    key = row.cells.get("id", "")
    if not is_activity_id(key):
        rounded = _("; a spreadsheet has rounded it, import the file as Strava wrote it")
        advice = rounded if _ROUNDED_ID.fullmatch(key) else ""
        raise InvalidValue("{key!r} is not the id of an activity{advice}", key=key[:40], advice=advice)
    measured = {field: row.number(field, *_VALUE_RANGES[field]) for field in _VALUE_RANGES}
    moving = row.read("moving", lambda cell: parse_duration(cell, row.notation, "s"))
    sport, sub_sport = sports.normalize_sport(row.cells.get("sport"))
    gear, recording = row.cells.get("gear"), row.cells.get("file", "")
    is_pair = sport in sports.ON_FOOT or shoe_key(gear) in owned_shoe_keys  # and no bike, which is not listed
    return Activity(
        start=csv_dates.parse_utc(row.cells.get("date", ""), date_order),
        duration_s=_read_duration(row, moving),
        sport=sport,
        sub_sport=sub_sport,
        name=" ".join(row.cells.get("name", "").split()) or None,
        moving_s=moving or None,
        distance_m=_read_distance(row, sport) or None,
        ascent_m=measured["ascent"],
        avg_hr=measured["avg_hr"] or None,
        max_hr=measured["max_hr"] or None,
        avg_cadence_spm=measured["cadence"] or None,
        rpe=measured["rpe"] or None,
        shoe=gear if is_pair else None,
        gear_listed="gear" in columns,
        external=f"strava:{key}",
        source_file=None if NOT_EXPORTED in recording or "file" not in columns else recording,
    )


def _read_duration(row: CsvRow, moving: float | None) -> float:
    """Return the elapsed seconds, or the moving ones if the list lacks them."""
    column = "elapsed" if "elapsed" in row.cells else "elapsed_shown"
    seconds = row.read(column, lambda cell: parse_duration(cell, row.notation, "s")) or moving
    if not seconds:
        raise InvalidValue("it has no duration")
    return seconds


def _read_distance(row: CsvRow, sport: str) -> float | None:
    """Return metres, from the column in metres unless that repeats the displayed one, which is in km."""
    metres = row.number("distance", 0.0, _MAX_DISTANCE_M)
    shown = row.read("distance_shown", lambda cell: parse_number(cell, 0.0, _MAX_DISTANCE_M, is_whole=True))
    if shown is None:
        return metres
    if sport == "swimming":  # displayed in metres
        return shown if metres is None else metres
    if metres is None or (metres == shown and shown < _MAX_SHOWN_KM):
        return shown * 1000.0
    return metres


def _lost_recording_notes(rows: Iterable[CsvRow], external_ids: Collection[str | None]) -> tuple[str, ...]:
    lost = [
        row.cells.get("name", row.cells["id"])
        for row in rows
        if NOT_EXPORTED in row.cells.get("file", "") and f"strava:{row.cells.get('id')}" in external_ids
    ]
    if not lost:
        return ()
    names = ", ".join(lost[:_MAX_NAMES_LISTED])
    if len(lost) > _MAX_NAMES_LISTED:
        names = say("{names} and {n} more", names=names, n=len(lost) - _MAX_NAMES_LISTED)
    note = N_("Strava could not export the recordings of {names}; what the list tells of them is kept")
    return (say(note, names=names),)


#: The columns that every export begins with, in their order.
FIRST_COLUMNS = ("id", "date", "name", "sport", "description", "elapsed_shown", "distance_shown")

_REPEATED_FIELDS = ("elapsed", "distance")

_FILE_NAME = re.compile(r"activities/[^/]+\.(?:fit|gpx|tcx)(?:\.gz)?", re.IGNORECASE)
_ACTIVITY_ID = re.compile(r"[0-9]{1,20}")
_ROUNDED_ID = re.compile(r"\d[.,]\d+e\+?\d+", re.IGNORECASE)
_FILE_POSITION, _LAST_POSITION = 12, 43  # the first in every export since 2020
_MIN_COLUMNS = 8
#: Share of the rows that must confirm a column guessed by position.
_MIN_AGREEMENT = 0.9

#: The error that Strava writes in place of a file's name or its bytes.
NOT_EXPORTED = "#error#"


@cache
def _field_of() -> Mapping[str, str]:
    """Return the field of each name of a column; of two with one name, the file name lies between."""
    return {name: field for field, names in list_words()["strava"].items() for name in names.split(" | ")}


def is_activity_id(cell: str) -> bool:
    """Return whether a cell can be the id of an activity."""
    return _ACTIVITY_ID.fullmatch(cell) is not None


def is_activities_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a header and rows below it, the last of which may be cut off, are of activities.csv."""
    if len(header) < _MIN_COLUMNS or is_activity_id(header[0]):
        return False
    if (_field_of().get(header[0]), _field_of().get(header[1])) == ("id", "date") and "file" in map(
        _field_of().get, header
    ):
        return True
    has_id = bool(rows) and is_activity_id(rows[0][0])
    return has_id and (len(header) > _LAST_POSITION or _find_file_column(rows) is not None)


def find_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """Return the position of each column that is there, by the header and the rows below.

    Columns without a known name are found by position only if the rows confirm it: the elapsed time after
    the file name repeats the one before it, an exertion is a number from 0 to 10.

    Returns:
        Indices by ``FIRST_COLUMNS``, "gear", "file", "elapsed" (s), "moving" (s), "distance" (m),
        "ascent" (m), "cadence", "max_hr", "avg_hr" (per minute) and "rpe", as far as they are there.
    """
    named = _columns_by_name(header)
    file = named.get("file", _find_file_column(rows))
    if file is None:
        file = _FILE_POSITION if len(header) > _LAST_POSITION else None
    taken = {*named.values(), *range(len(FIRST_COLUMNS))}
    by_position = {
        field: position
        for field, position in _columns_by_position(rows, file).items()
        if field in FIRST_COLUMNS or position not in taken
    }
    positions = by_position | named
    return {field: position for field, position in positions.items() if position < len(header)}


def _columns_by_name(header: Sequence[str]) -> dict[str, int]:
    """Return the positions of the columns whose names are known."""
    all_positions: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        if name in _field_of():
            all_positions.setdefault(_field_of()[name], []).append(position)
    columns = {field: last for field, (*_, last) in all_positions.items() if field not in _REPEATED_FIELDS}
    for field in _REPEATED_FIELDS:
        match all_positions.get(field, []):
            case [only]:
                columns["distance" if header[only] == "distance" else f"{field}_shown"] = only
            case [shown, *_, plain]:
                columns[f"{field}_shown"], columns[field] = shown, plain
    return columns


def _columns_by_position(rows: Sequence[Sequence[str]], file: int | None) -> dict[str, int]:
    """Return the positions that the columns have in every export, as far as the rows confirm them."""
    columns = {field: position for position, field in enumerate(FIRST_COLUMNS)}
    if file is None:
        return columns
    by_offset = {field: file + int(offset) for field, offset in list_words()["strava_offsets"].items()}
    if not _columns_agree(rows, columns["elapsed_shown"], by_offset["elapsed"]):
        return columns | {field: position for field, position in by_offset.items() if position <= file}
    low, high = _VALUE_RANGES["rpe"]
    efforts = [row[by_offset["rpe"]] for row in rows if by_offset["rpe"] < len(row)]
    numbers = [_float_or_none(cell) for cell in efforts if cell.strip()]
    if not all(number is not None and low <= number <= high for number in numbers):
        del by_offset["rpe"]
    return columns | by_offset


def _find_file_column(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the position of the column that holds names of recordings, or None."""
    for row in rows:
        for position, cell in enumerate(row):
            if position >= len(FIRST_COLUMNS) and _FILE_NAME.fullmatch(cell.strip()):
                return position
    return None


def _columns_agree(rows: Sequence[Sequence[str]], first: int, second: int) -> bool:
    """Return whether two columns of numbers are equal in nearly all rows that fill both, if any does."""
    pairs = [
        (left, right)
        for row in rows
        if second < len(row)
        and (left := _float_or_none(row[first])) is not None
        and (right := _float_or_none(row[second])) is not None
    ]
    same = sum(abs(left - right) <= 1.0 for left, right in pairs)
    return bool(pairs) and same >= _MIN_AGREEMENT * len(pairs)


def _float_or_none(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
