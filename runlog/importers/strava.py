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
from runlog.model import UNKNOWN_SPORT, Activity, ParsedFile, Problem, Shoe, shoe_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from runlog.importers.detect import Head, SourceFile
    from runlog.settings import Settings

FORMAT = "strava"

#: The pairs of shoes, of which only the activities tell when they were worn.
SIDECARS: tuple[str, ...] = ("shoes.csv",)

_DELIMITERS = ",;\t"
_ROWS_SAMPLED = 20
_MAX_NAMES_LISTED = 5
_DISPLAYED_NUMBER = re.compile(r"(?P<whole>\d[\d.,]*?)(?:[.,](?P<part>\d{1,2}))?")
_MAX_SHOWN_KM = 400.0
_MAX_DURATION_S = 1e8
_MAX_DISTANCE_M = 1e8

#: Within which bounds a value can be true; one outside is left out and told.
_VALUE_RANGES = {
    "moving": (0.0, _MAX_DURATION_S),
    "ascent": (0.0, 1e5),
    "avg_hr": (0.0, 300.0),
    "max_hr": (0.0, 300.0),
    "cadence": (0.0, 300.0),
    "rpe": (0.0, 10.0),
}


def claims(head: Head) -> bool:
    """Tell by the header, or in languages that are not known by its length and the first rows."""
    if not head.is_text:
        return False
    seen = [row for _, row in islice(_split_rows(head.text), _ROWS_SAMPLED)]
    header, *rows = [row for row in seen if not isinstance(row, str)] or [[]]
    return strava_columns.is_activities_table(header, rows)


def read(file: SourceFile) -> ParsedFile:
    """Read each row of activities.csv as an activity without a track, and the pairs of shoes.

    Raises:
        NotReadable: there are rows, and none of them can be taken.
    """
    header, rows = _read_table(detect.decode_text(file.data))
    owned, problems = _read_shoe_files(file.sidecars)
    row_activity = partial(
        _build_activity,
        listed={shoe_key(text) for pair in owned for text in pair.called},
        english=strava_columns.is_english_header(header),
        left_out=problems,
    )
    activities, refused = csv_table.build_records(
        rows,
        lambda row: (row_activity(row),),
        key=lambda activity: activity.external,
        twice=lambda activity, line: f"{activity.external} is listed in line {line} already, which is kept",
    )
    return ParsedFile(
        FORMAT,
        activities=activities,
        shoes=_build_shoes(owned, activities, file.settings),
        problems=(*refused, *problems),
        notes=_lost_recording_notes(rows, {activity.external for activity in activities}),
    )


def _split_rows(content: str) -> Iterator[tuple[int, list[str] | str]]:
    """The rows that are not empty with their lines: the cells, or why it cannot be split into cells."""
    first = next((line for line in io.StringIO(content) if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"it cannot be split into cells: {error}; is a quote left open?"
            continue
        if any(cell.strip() for cell in cells):
            yield line, [cell.strip() for cell in cells]


def _read_table(content: str) -> tuple[list[str], list[csv_table.CsvRow | Problem]]:
    """The header, and the rows by the fields of ``columns`` or why they are none."""
    header: list[str] = []
    found: list[tuple[int, list[str] | str]] = []
    for line, cells in _split_rows(content):
        if not header and not isinstance(cells, str):
            header = cells
        else:
            found.append((line, cells))
    places = strava_columns.find_columns(header, [cells for _, cells in found if not isinstance(cells, str)])
    return header, [_build_row(line, cells, header, places) for line, cells in found]


def _build_row(
    line: int, cells: list[str] | str, header: Sequence[str], places: Mapping[str, int]
) -> csv_table.CsvRow | Problem:
    if isinstance(cells, str):
        return Problem(cells, line)
    if not len(strava_columns.FIRST_COLUMNS) <= len(cells) <= len(header):
        return Problem(f"{len(cells)} cells in {len(header)} columns", line)
    return csv_table.CsvRow(
        line, {field: cells[place] for field, place in places.items() if place < len(cells)}
    )


def _build_activity(
    row: csv_table.CsvRow, listed: Collection[str], left_out: list[Problem], *, english: bool
) -> Activity:
    """Make an activity of a row.

    Args:
        row: its cells.
        listed: the keys of the pairs of shoes that are listed.
        left_out: is told of the values that are left out.
        english: whether the words for sports are Strava's own.

    Raises:
        Unreadable: it has no id, no date that can be read, or no duration.
    """
    cells = defaultdict(str, row.cells)
    if not strava_columns.is_activity_id(cells["id"]):
        raise InvalidValue(f"{cells['id'][:40]!r} is not the id of an activity")
    measured = {field: _parse_measured(row, field, left_out) for field in _VALUE_RANGES}
    sport, sub_sport = _parse_sport(cells["sport"], english=english)
    return Activity(
        start=strava_columns.parse_date(cells["date"]),
        duration_s=_parse_duration(cells, measured["moving"]),
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.activity_kind(sport, sub_sport),
        name=" ".join(cells["name"].split()) or None,
        moving_s=measured["moving"] or None,
        distance_m=_parse_distance(cells, sport) or None,
        ascent_m=measured["ascent"],
        avg_hr=measured["avg_hr"] or None,
        max_hr=measured["max_hr"] or None,
        avg_cadence_spm=measured["cadence"] or None,
        rpe=measured["rpe"] or None,
        shoe=(cells["gear"] or None) if _is_shoe(cells["gear"], sport, listed) else None,
        external=f"strava:{cells['id']}",
    )


def _parse_measured(row: csv_table.CsvRow, field: str, left_out: list[Problem]) -> float | None:
    cell = row.cells.get(field)
    if not cell:
        return None
    try:
        return parse_number(cell, *_VALUE_RANGES[field])
    except InvalidValue as error:
        left_out.append(Problem(f"{field.replace('_', ' ')}: {error}; left out", line=row.line))
        return None


def _parse_sport(word: str, *, english: bool) -> tuple[str, str | None]:
    """The sport in our words; pace decides where it is told in a language that is not known."""
    return sports.normalize_sport(word) if english or sports.is_known_sport(word) else (UNKNOWN_SPORT, None)


def _parse_duration(cells: Mapping[str, str], moving: float | None) -> float:
    """The seconds from start to end, or those moved where the list lacks them."""
    told = cells["elapsed"] or cells["elapsed_shown"]
    seconds = parse_number(told, 0.0, _MAX_DURATION_S) if told else moving
    if not (seconds or moving):
        raise InvalidValue("it has no duration")
    return seconds or moving or 0.0


def _parse_distance(cells: Mapping[str, str], sport: str) -> float | None:
    """The metres, from the column in metres unless that repeats the one for people, which is in km."""
    metres = parse_number(cells["distance"], 0.0, _MAX_DISTANCE_M) if cells["distance"] else None
    shown = _parse_displayed(cells["distance_shown"]) if cells["distance_shown"] else None
    if shown is None:
        return metres
    if sport == "swimming":  # which are shown in metres
        return shown if metres is None else metres
    if metres is None or (metres == shown and shown < _MAX_SHOWN_KM):
        return shown * 1000.0
    return metres


def _parse_displayed(cell: str) -> float:
    """A number as written for people: "72.58", "9,44", "1,500" or "1.234,5"; three digits are a group."""
    found = _DISPLAYED_NUMBER.fullmatch("".join(cell.split()))
    if found is None:
        raise InvalidValue(f"{cell[:40]!r} is not a distance")
    whole = found["whole"].replace(".", "").replace(",", "")
    return parse_number(f"{whole}.{found['part'] or 0}", 0.0, _MAX_DISTANCE_M)


def _is_shoe(gear: str, sport: str, listed: Collection[str]) -> bool:
    """Tell whether gear is a pair of shoes, as the bikes have no list here."""
    return sport in sports.ON_FOOT or (sport == UNKNOWN_SPORT and shoe_key(gear) in listed)


def _read_shoe_files(beside: Mapping[str, bytes]) -> tuple[list[StravaShoe], list[Problem]]:
    """The pairs of all shoes.csv, and what is wrong with them."""
    owned: list[StravaShoe] = []
    problems: list[Problem] = []
    for name, data in beside.items():
        try:
            found, faults = parse_shoes(data)
        except NotReadable as error:
            problems.append(Problem(f"{name}: {error}"))
            continue
        owned += found
        problems += [Problem(f"{name}: {fault}") for fault in faults]
    return owned, problems


def _build_shoes(
    owned: Sequence[StravaShoe], activities: Sequence[Activity], settings: Settings
) -> tuple[Shoe, ...]:
    """The pairs as the activities name them, from the local day of the first one."""
    days = [
        (local_day(activity.start, activity.utc_offset_s, settings.zone), activity.shoe)
        for activity in sorted(activities, key=lambda activity: (activity.start, activity.shoe or ""))
    ]
    if not (owned or any(shoe for _, shoe in days)):
        return ()
    first: dict[str, tuple[str, date]] = {}
    for day, shoe in days:
        if shoe:
            first.setdefault(shoe_key(shoe), (shoe, day))
    return name_shoes(owned, dict(first.values()), days[-1][0] if days else None)


def _lost_recording_notes(
    rows: Iterable[csv_table.CsvRow | Problem], kept: Collection[str | None]
) -> tuple[str, ...]:
    cells = [row.cells for row in rows if isinstance(row, csv_table.CsvRow)]
    lost = [
        row.get("name", row["id"])
        for row in cells
        if strava_columns.NOT_EXPORTED in row.get("file", "") and f"strava:{row.get('id')}" in kept
    ]
    if not lost:
        return ()
    more = f" and {len(lost) - _MAX_NAMES_LISTED} more" if len(lost) > _MAX_NAMES_LISTED else ""
    told = ", ".join(lost[:_MAX_NAMES_LISTED])
    return (f"Strava could not export the recordings of {told}{more}; what the list tells of them is kept",)


SHOES_FORMAT = "strava shoes"

#: The activities, which alone tell by what name and since when a pair is worn.
SHOES_SIDECARS: tuple[str, ...] = ("activities.csv",)

_SHOES_HEADER = ("Shoe Name", "Shoe Brand", "Shoe Model", "Shoe Default Sport Types")
_SHOES_FILE_NAME = re.compile(r"(?:.*[/\\])?shoes\.csv(?:\.gz)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class StravaShoe:
    """A row of shoes.csv."""

    name: str
    brand: str
    model: str

    @property
    def called(self) -> tuple[str, ...]:
        """What an activity may call the pair, the text that tells most of it first."""
        make = f"{self.brand} {self.model}"
        texts = (f"{make} {self.name}", make, self.name)
        return tuple(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


def claims_shoes(head: Head) -> bool:
    """Tell Strava's header from ours: by its words, in other languages by its four columns and the name."""
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
    """Read the pairs where the activities are not beside them.

    Raises:
        NotTaken: the activities are there, and the pairs are read together with them.
        NotReadable: the file cannot be split into cells.
    """
    if file.sidecars:
        raise NotTaken("read together with activities.csv")
    pairs, problems = parse_shoes(file.data)
    return ParsedFile(SHOES_FORMAT, shoes=name_shoes(pairs, {}, None), problems=problems)


def parse_shoes(data: bytes) -> tuple[tuple[StravaShoe, ...], tuple[Problem, ...]]:
    """Return the pairs of a shoes.csv, and the rows that name none.

    Raises:
        NotReadable: the file cannot be split into cells.
    """
    pairs: list[StravaShoe] = []
    problems: list[Problem] = []
    reader = csv.reader(io.StringIO(detect.decode_text(data), newline=""))
    try:
        for place, cells in enumerate(reader):
            name, brand, model = ([cell.strip() for cell in cells] + [""] * 3)[:3]
            if place == 0 or not any(cells):
                continue
            if name or brand or model:
                pairs.append(StravaShoe(name, brand, model))
            else:
                problems.append(Problem("it names no pair", line=reader.line_num))
    except csv.Error as error:
        raise NotReadable(f"line {reader.line_num}: it cannot be split into cells: {error}") from error
    return tuple(pairs), tuple(problems)


def name_shoes(
    pairs: Iterable[StravaShoe], first_days: Mapping[str, date], last_day: date | None
) -> tuple[Shoe, ...]:
    """Name each pair as the activities do.

    Args:
        pairs: of shoes.csv.
        first_days: of each pair that an activity names, by that name.
        last_day: of the list; a pair that no activity names was not worn before.

    Returns:
        Each pair once, from the day of its first activity.
    """
    found = {shoe_key(name): Shoe(name, from_date=day) for name, day in first_days.items()}
    for pair in pairs:
        if not any(shoe_key(text) in found for text in pair.called):
            found[shoe_key(pair.called[0])] = Shoe(pair.called[0], from_date=last_day)
    return tuple(found.values())
