"""Read lists of shoes from CSV: those that a runner writes, and Strava's shoes.csv."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from runlog.errors import NotReadable, NotTaken, Problem
from runlog.i18n import N_, _, say
from runlog.importers import csv_table, detect
from runlog.importers.csv_dates import parse_day
from runlog.importers.csv_values import Headings, InvalidValue, parse_yes_no
from runlog.localtime import local_day
from runlog.model import Shoe, shoe_key
from runlog.records import ParsedFile
from runlog.settings import METRES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from runlog.importers.csv_table import CsvRow
    from runlog.importers.detect import Head, SourceFile
    from runlog.model import Activity
    from runlog.settings import Settings

FORMAT = "shoes"

#: The columns of runlog's own list.
COLUMNS = ("name", "from", "retired", "start_km", "limit_km", "default")
_DISTANCES = {"start": "@start_at", "limit": "@limit"}
_HEADINGS = Headings(
    words={
        "name": ("@name",),
        "shoe": ("@shoe", "shoe name", "pair of shoes"),
        "date": ("@date",),
        **{name: ("@" + name,) for name in ("from", "retired", "default")},
        **{name: (words,) for name, words in _DISTANCES.items()},
        "start_km": ("km",),
        "start_mi": ("mi", "miles"),
        "limit_km": (),
        "limit_mi": (),
        "foreign": ("@duration", "@sport", "@soreness", "@rpe", "activity id", "filename", "local_start"),
    },
    units={name: {unit: f"{name}_{unit}" for unit in METRES} for name in _DISTANCES},
    key=("name", "shoe"),
)
#: One of these with a name makes a list one of shoes; distances have other lists, too.
_OF_SHOES = frozenset({"from", "retired", "default", "start_km", "start_mi", "limit", "limit_km", "limit_mi"})
_MAX_M = 1e8


def claims(head: Head) -> bool:
    """Return whether a heading names a pair and another column of a shoe list, and no date."""
    columns = csv_table.find_columns(head, _HEADINGS)
    if columns is None or not columns.isdisjoint({"date", "foreign"}):
        return False
    return ("name" in columns and not columns.isdisjoint(_OF_SHOES)) or (
        "shoe" in columns and len(columns) > 1
    )


def read(file: SourceFile) -> ParsedFile:
    """Read pairs of shoes; a row that cannot be read is a problem with its line and reason.

    A cell that cannot be read is left out. A pair may be retired without a day ("yes").

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    table = csv_table.read_table(file.data, _HEADINGS)
    retired: set[str] = set()
    shoes, problems, _ = csv_table.build_records(
        table,
        lambda row: [_build_shoe(row, file.settings, retired)],
        key=lambda shoe: shoe_key(shoe.name),
        duplicate_reason=lambda shoe, _: say("{name} is listed twice; the first is kept", name=shoe.name),
        fields={},
    )
    return ParsedFile(
        FORMAT,
        shoes=shoes,
        problems=problems,
        notes=table.notes_with(N_("not read, because pairs have no such column: {names}")),
        columns=frozenset(),
        retired=frozenset(retired),
    )


def _build_shoe(row: CsvRow, settings: Settings, retired: set[str]) -> Shoe:
    """Return the pair of a row; add its name to ``retired`` where it is retired without a day."""
    name = " ".join(row.cells.get("shoe", row.cells.get("name", "")).split())
    if not name:
        raise InvalidValue("it has no name")
    order = row.notation.date_order
    last_day = row.read("retired", lambda cell: _parse_retired(cell, settings, order))
    if last_day is True:
        retired.add(name)
    return Shoe(
        name=name,
        from_date=row.read("from", lambda cell: parse_day(cell, settings, order)),
        retired=None if isinstance(last_day, bool) else last_day,
        start_m=_read_metres(row, "start", settings) or 0.0,
        limit_m=_read_metres(row, "limit", settings) or None,
        default=bool(row.read("default", parse_yes_no)),
    )


_STATES = {"retired": True, "active": False, "in use": False, "current": False, "in gebrauch": False}


def _parse_retired(cell: str, settings: Settings, order: str | None) -> date | bool:
    """Parse the last day of a pair, or whether it is retired."""
    if cell.casefold() in _STATES:
        return _STATES[cell.casefold()]
    try:
        return parse_yes_no(cell)
    except InvalidValue:
        return parse_day(cell, settings, order)


def _read_metres(row: CsvRow, name: str, settings: Settings) -> float | None:
    """Return a distance, in the unit of its cell, else of its heading, else of the settings."""
    return row.metres({f"{name}_km": "km", f"{name}_mi": "mi", name: settings.units}, _MAX_M)


STRAVA_FORMAT = "strava shoes"

#: The activities; only they tell the used name and the first day of a pair.
STRAVA_SIDECARS = ("activities.csv",)

_STRAVA_HEADER = ("Shoe Name", "Shoe Brand", "Shoe Model", "Shoe Default Sport Types")
_STRAVA_FILE_NAME = re.compile(r"(?:.*[/\\])?shoes\.csv(?:\.gz)?", re.IGNORECASE | re.DOTALL)


def claims_strava(head: Head) -> bool:
    """Return whether this is Strava's shoes.csv: by English header, or four columns and file name."""
    if b"\x00" in head.data:
        return False
    try:
        header = tuple(next(csv.reader(io.StringIO(head.text, newline="")), []))
    except csv.Error:
        return False
    is_named_so = len(header) == len(_STRAVA_HEADER) and bool(_STRAVA_FILE_NAME.fullmatch(head.name))
    return header == _STRAVA_HEADER or (is_named_so and not claims(head))


def read_strava(file: SourceFile) -> ParsedFile:
    """Read the shoes of a folder without the activities.

    Raises:
        NotTaken: the activities are there, and the shoes are read together with them.
        NotReadable: the file cannot be split into cells.
    """
    if file.sidecars:
        raise NotTaken("read together with activities.csv")
    shoes, problems = parse_strava(file.data)
    named = date_strava_shoes(shoes, (), file.settings)
    return ParsedFile(STRAVA_FORMAT, shoes=named, problems=tuple(problems))


def parse_strava(data: bytes) -> tuple[list[list[str]], list[Problem]]:
    """Return the shoes of a shoes.csv, and a problem for each row that names none.

    Of each shoe, the names that an activity may use for it are returned, the most specific first.

    Raises:
        NotReadable: the file cannot be split into cells.
    """
    shoes: list[list[str]] = []
    problems: list[Problem] = []
    reader = csv.reader(io.StringIO(detect.decode_text(data), newline=""))
    try:
        for number, cells in enumerate(reader):
            name, brand, model = ([cell.strip() for cell in cells] + [""] * 3)[:3]
            if number == 0 or not any(cells):
                continue
            texts = (f"{brand} {model} {name}", f"{brand} {model}", name)
            names = list(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))
            if names:
                shoes.append(names)
            else:
                problems.append(Problem(_("it names no pair"), line=reader.line_num, is_warning=True))
    except csv.Error as error:
        raise NotReadable(
            "line {line}: it cannot be split into cells: {error}", line=reader.line_num, error=error
        ) from error
    return shoes, problems


def read_strava_sidecars(sidecars: Mapping[str, bytes]) -> tuple[list[list[str]], list[Problem]]:
    """Return the shoes of all shoes.csv, and the problems in them."""
    shoes: list[list[str]] = []
    problems: list[Problem] = []
    for name, data in sidecars.items():
        try:
            more_shoes, faults = parse_strava(data)
        except NotReadable as error:
            problems.append(Problem(f"{name}: {error}"))
            continue
        shoes += more_shoes
        problems += [Problem(f"{name}: {fault}") for fault in faults]
    return shoes, problems


def date_strava_shoes(
    owned_shoes: Sequence[list[str]], activities: Sequence[Activity], settings: Settings
) -> tuple[Shoe, ...]:
    """Return each shoe once: as activities name it, from the day of the first of these to that of the last.

    One that no activity names was not used before the last day of the list.
    """
    shoes: dict[str, Shoe] = {}
    last_day = None
    for activity in sorted(activities, key=lambda activity: (activity.start, activity.shoe or "")):
        last_day = local_day(activity.start, activity.utc_offset_s, settings.zone)
        if activity.shoe:
            used = shoes.setdefault(shoe_key(activity.shoe), Shoe(activity.shoe, from_date=last_day))
            shoes[shoe_key(activity.shoe)] = replace(used, named_until=last_day)
    for names in owned_shoes:
        if not any(shoe_key(name) in shoes for name in names):
            shoes[shoe_key(names[0])] = Shoe(names[0], from_date=last_day, named_until=last_day)
    return tuple(shoes.values())
