"""Read a Strava archive's activities.csv and shoes.csv.

activities.csv gives names, sports, shoes and effort, and the activities that have no recording.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from runlog.errors import NotReadable, NotTaken
from runlog.importers import csv_table, detect, shoes_csv, sports, strava_columns
from runlog.importers.csv_table import InvalidValue, parse_number
from runlog.localtime import local_day
from runlog.model import UNKNOWN_SPORT, Activity, Shoe, shoe_key
from runlog.records import ParsedFile, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from runlog.importers.detect import Head, SourceFile
    from runlog.settings import Settings

FORMAT = "strava"

#: The shoes; only the activities tell when each was used.
SIDECARS = ("shoes.csv",)

_DELIMITERS = ",;\t"
_ROWS_SAMPLED = 20
_MAX_NAMES_LISTED = 5
_DISPLAYED_NUMBER = re.compile(r"(?P<whole>\d[\d.,]*?)(?:[.,](?P<part>\d{1,2}))?")
_MAX_SHOWN_KM = 400.0
_MAX_DURATION_S = 1e8
_MAX_DISTANCE_M = 1e8

#: Plausible range of each value; one outside is left out, with a problem.
_VALUE_RANGES = {
    "moving": (0.0, _MAX_DURATION_S),
    "ascent": (0.0, 1e5),
    "avg_hr": (0.0, 300.0),
    "max_hr": (0.0, 300.0),
    "cadence": (0.0, 300.0),
    "rpe": (0.0, 10.0),
}


#: The field of an activity that each column gives; the others are always there.
_FIELDS = {
    "name": "name",
    "moving": "moving_s",
    "distance": "distance_m",
    "distance_shown": "distance_m",
    "ascent": "ascent_m",
    "avg_hr": "avg_hr",
    "max_hr": "max_hr",
    "cadence": "avg_cadence_spm",
    "rpe": "rpe",
    "gear": "shoe",
    "file": "source_file",
}
_ALWAYS_READ = frozenset(
    {"start", "utc_offset_s", "duration_s", "sport", "sub_sport", "kind", "sport_guessed", "external"}
)


def claims(head: Head) -> bool:
    """Return whether this is an activities.csv, by header or, in unknown languages, by its rows."""
    if not head.is_text:
        return False
    sample = [row for _, row in islice(_split_rows(head.text), _ROWS_SAMPLED)]
    header, *rows = [row for row in sample if not isinstance(row, str)] or [[]]
    return strava_columns.is_activities_table(header, rows)


def read(file: SourceFile) -> ParsedFile:
    """Read each row of activities.csv as an activity without a track, and the pairs of shoes.

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    rows, found = _read_table(detect.decode_text(file.data))
    owned_shoes, problems = _read_shoe_files(file.sidecars)
    parse_row = partial(
        _build_activity,
        owned_shoe_keys={shoe_key(name) for shoe in owned_shoes for name in shoe.possible_names},
        problems=problems,
    )
    activities, refused = csv_table.build_records(
        rows,
        lambda row: (parse_row(row),),
        key=lambda activity: activity.external,
        duplicate_reason=lambda activity, line: (
            f"{activity.external} is listed in line {line} already, which is kept"
        ),
    )
    return ParsedFile(
        FORMAT,
        activities=activities,
        shoes=_build_shoes(owned_shoes, activities, file.settings),
        problems=(*refused, *problems),
        notes=_lost_recording_notes(rows, {activity.external for activity in activities}),
        columns=_ALWAYS_READ | {_FIELDS[column] for column in found if column in _FIELDS},
    )


def _split_rows(content: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the rows that are not empty with their lines: the cells, or why a row cannot be split."""
    delimiter = max(_DELIMITERS, key=detect.first_line(content).count)
    for line, cells in csv_table.split_rows(content, delimiter):
        if isinstance(cells, str):
            yield line, cells
        elif any(cell.strip() for cell in cells):
            yield line, [cell.strip() for cell in cells]


def _read_table(content: str) -> tuple[list[csv_table.CsvRow | Problem], Collection[str]]:
    """Return the rows with their cells by field, and the fields that have a column.

    A row that cannot be read is a problem.
    """
    header: list[str] = []
    below: list[tuple[int, list[str] | str]] = []
    for line, cells in _split_rows(content):
        if not header and not isinstance(cells, str):
            header = cells
        else:
            below.append((line, cells))
    rows = [cells for _, cells in below if not isinstance(cells, str)]
    positions = strava_columns.find_columns(header, rows)
    return [_build_row(line, cells, header, positions) for line, cells in below], positions.keys()


def _build_row(
    line: int, cells: list[str] | str, header: Sequence[str], positions: Mapping[str, int]
) -> csv_table.CsvRow | Problem:
    if isinstance(cells, str):
        return Problem(cells, line)
    if not len(strava_columns.FIRST_COLUMNS) <= len(cells) <= len(header):
        return Problem(f"{len(cells)} cells in {len(header)} columns", line)
    filled = {field: cells[position] for field, position in positions.items() if position < len(cells)}
    return csv_table.CsvRow(line, filled)


def _build_activity(
    row: csv_table.CsvRow, owned_shoe_keys: Collection[str], problems: list[Problem]
) -> Activity:
    """Return the activity of a row.

    Args:
        row: its cells.
        owned_shoe_keys: keys of the shoes in shoes.csv.
        problems: is extended by the values that are left out.

    Raises:
        InvalidValue: it has no id, no date that can be read, or no duration.
    """
    cells = defaultdict(str, row.cells)
    if not strava_columns.is_activity_id(cells["id"]):
        raise InvalidValue(f"{cells['id'][:40]!r} is not the id of an activity")
    measured = {field: _parse_measured(row, field, problems) for field in _VALUE_RANGES}
    sport, sub_sport = sports.normalize_sport(cells["sport"])
    return Activity(
        start=strava_columns.parse_date(cells["date"]),
        duration_s=_parse_duration(cells, measured["moving"]),
        sport=sport,
        sub_sport=sub_sport,
        name=" ".join(cells["name"].split()) or None,
        moving_s=measured["moving"] or None,
        distance_m=_parse_distance(cells, sport) or None,
        ascent_m=measured["ascent"],
        avg_hr=measured["avg_hr"] or None,
        max_hr=measured["max_hr"] or None,
        avg_cadence_spm=measured["cadence"] or None,
        rpe=measured["rpe"] or None,
        shoe=(cells["gear"] or None) if _is_shoe(cells["gear"], sport, owned_shoe_keys) else None,
        external=f"strava:{cells['id']}",
        source_file=_named_recording(row.cells.get("file")),
    )


def _named_recording(cell: str | None) -> str | None:
    """Return the recording that a row names, "" for one typed by hand; None where Strava does not say."""
    return None if cell is None or strava_columns.NOT_EXPORTED in cell else cell


def _parse_measured(row: csv_table.CsvRow, field: str, problems: list[Problem]) -> float | None:
    cell = row.cells.get(field)
    if not cell:
        return None
    try:
        return parse_number(cell, *_VALUE_RANGES[field])
    except InvalidValue as error:
        reason = f"{field.replace('_', ' ')}: {error}; left out"
        problems.append(Problem(reason, line=row.line, is_warning=True))
        return None


def _parse_duration(cells: Mapping[str, str], moving: float | None) -> float:
    """Return the elapsed seconds, or the moving ones if the list lacks them."""
    elapsed = cells["elapsed"] or cells["elapsed_shown"]
    seconds = parse_number(elapsed, 0.0, _MAX_DURATION_S) if elapsed else moving
    if not (seconds or moving):
        raise InvalidValue("it has no duration")
    return seconds or moving or 0.0


def _parse_distance(cells: Mapping[str, str], sport: str) -> float | None:
    """Return metres, from the column in metres unless that repeats the displayed one, which is in km."""
    metres = parse_number(cells["distance"], 0.0, _MAX_DISTANCE_M) if cells["distance"] else None
    shown = _parse_displayed(cells["distance_shown"]) if cells["distance_shown"] else None
    if shown is None:
        return metres
    if sport == "swimming":  # displayed in metres
        return shown if metres is None else metres
    if metres is None or (metres == shown and shown < _MAX_SHOWN_KM):
        return shown * 1000.0
    return metres


def _parse_displayed(cell: str) -> float:
    """Parse a number as displayed: "72.58", "9,44", "1,500" or "1.234,5"; three digits are a group."""
    number = _DISPLAYED_NUMBER.fullmatch("".join(cell.split()))
    if number is None:
        raise InvalidValue(f"{cell[:40]!r} is not a distance")
    whole = number["whole"].replace(".", "").replace(",", "")
    return parse_number(f"{whole}.{number['part'] or 0}", 0.0, _MAX_DISTANCE_M)


def _is_shoe(gear: str, sport: str, owned_shoe_keys: Collection[str]) -> bool:
    """Return whether gear is a pair of shoes; it may be a bike, and bikes are not listed here."""
    return sport in sports.ON_FOOT or (sport == UNKNOWN_SPORT and shoe_key(gear) in owned_shoe_keys)


def _read_shoe_files(sidecars: Mapping[str, bytes]) -> tuple[list[StravaShoe], list[Problem]]:
    """Return the shoes of all shoes.csv, and the problems in them."""
    shoes: list[StravaShoe] = []
    problems: list[Problem] = []
    for name, data in sidecars.items():
        try:
            more_shoes, faults = parse_shoes(data)
        except NotReadable as error:
            problems.append(Problem(f"{name}: {error}"))
            continue
        shoes += more_shoes
        problems += [Problem(f"{name}: {fault}", is_warning=fault.is_warning) for fault in faults]
    return shoes, problems


def _build_shoes(
    owned_shoes: Sequence[StravaShoe], activities: Sequence[Activity], settings: Settings
) -> tuple[Shoe, ...]:
    """Return the shoes by the names used by activities, from the local day of their first activity."""
    days = [
        (local_day(activity.start, activity.utc_offset_s, settings.zone), activity.shoe)
        for activity in sorted(activities, key=lambda activity: (activity.start, activity.shoe or ""))
    ]
    if not (owned_shoes or any(shoe for _, shoe in days)):
        return ()
    first_uses: dict[str, tuple[str, date]] = {}
    for day, shoe in days:
        if shoe:
            first_uses.setdefault(shoe_key(shoe), (shoe, day))
    return name_shoes(owned_shoes, dict(first_uses.values()), days[-1][0] if days else None)


def _lost_recording_notes(
    rows: Iterable[csv_table.CsvRow | Problem], external_ids: Collection[str | None]
) -> tuple[str, ...]:
    cells = [row.cells for row in rows if isinstance(row, csv_table.CsvRow)]
    lost = [
        row.get("name", row["id"])
        for row in cells
        if strava_columns.NOT_EXPORTED in row.get("file", "") and f"strava:{row.get('id')}" in external_ids
    ]
    if not lost:
        return ()
    more = f" and {len(lost) - _MAX_NAMES_LISTED} more" if len(lost) > _MAX_NAMES_LISTED else ""
    names = ", ".join(lost[:_MAX_NAMES_LISTED])
    return (f"Strava could not export the recordings of {names}{more}; what the list tells of them is kept",)


SHOES_FORMAT = "strava shoes"

#: The activities; only they tell the used name and the first day of a pair.
SHOES_SIDECARS = ("activities.csv",)

_SHOES_HEADER = ("Shoe Name", "Shoe Brand", "Shoe Model", "Shoe Default Sport Types")
_SHOES_FILE_NAME = re.compile(r"(?:.*[/\\])?shoes\.csv(?:\.gz)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class StravaShoe:
    """A row of shoes.csv."""

    name: str
    brand: str
    model: str

    @property
    def possible_names(self) -> tuple[str, ...]:
        """Names an activity may use for the shoe, most specific first."""
        make = f"{self.brand} {self.model}"
        texts = (f"{make} {self.name}", make, self.name)
        return tuple(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


def claims_shoes(head: Head) -> bool:
    """Return whether this is Strava's shoes.csv: by English header, or four columns and file name."""
    if b"\x00" in head.data:
        return False
    try:
        header = next(csv.reader(io.StringIO(head.text, newline="")), [])
    except csv.Error:
        return False
    if tuple(header) == _SHOES_HEADER:
        return True
    return (
        len(header) == len(_SHOES_HEADER)
        and bool(_SHOES_FILE_NAME.fullmatch(head.name))
        and not shoes_csv.claims(head)
    )


def read_shoes(file: SourceFile) -> ParsedFile:
    """Read the shoes of a folder without the activities.

    Raises:
        NotTaken: the activities are there, and the shoes are read together with them.
        NotReadable: the file cannot be split into cells.
    """
    if file.sidecars:
        raise NotTaken("read together with activities.csv")
    shoes, problems = parse_shoes(file.data)
    return ParsedFile(SHOES_FORMAT, shoes=name_shoes(shoes, {}, None), problems=problems)


def parse_shoes(data: bytes) -> tuple[tuple[StravaShoe, ...], tuple[Problem, ...]]:
    """Return the shoes of a shoes.csv, and a problem for each row that names none.

    Raises:
        NotReadable: the file cannot be split into cells.
    """
    shoes: list[StravaShoe] = []
    problems: list[Problem] = []
    reader = csv.reader(io.StringIO(detect.decode_text(data), newline=""))
    try:
        for number, cells in enumerate(reader):
            name, brand, model = ([cell.strip() for cell in cells] + [""] * 3)[:3]
            if number == 0 or not any(cells):
                continue
            if name or brand or model:
                shoes.append(StravaShoe(name, brand, model))
            else:
                problems.append(Problem("it names no pair", line=reader.line_num, is_warning=True))
    except csv.Error as error:
        raise NotReadable(f"line {reader.line_num}: it cannot be split into cells: {error}") from error
    return tuple(shoes), tuple(problems)


def name_shoes(
    owned_shoes: Iterable[StravaShoe], first_days: Mapping[str, date], last_day: date | None
) -> tuple[Shoe, ...]:
    """Match shoes to the names used by activities, and date them from their first activity.

    Args:
        owned_shoes: of shoes.csv.
        first_days: day of the first activity of each shoe that an activity names, by that name.
        last_day: of the list; a shoe that no activity names was not used before.

    Returns:
        Each shoe once.
    """
    shoes = {shoe_key(name): Shoe(name, from_date=day) for name, day in first_days.items()}
    for owned in owned_shoes:
        names = owned.possible_names
        if not any(shoe_key(name) in shoes for name in names):
            shoes[shoe_key(names[0])] = Shoe(names[0], from_date=last_day)
    return tuple(shoes.values())
