"""The activities.csv of a Strava archive: names, sports, gear and effort, and entries without a recording."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from runlog.errors import NotReadable
from runlog.importers import opening, sports
from runlog.importers.strava import columns, dates, pairs
from runlog.importers.tables import table
from runlog.importers.tables.cells import Unreadable, number
from runlog.model import UNKNOWN_SPORT, Activity, Problem, Reading, shoe_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from runlog.importers.strava.pairs import Pair
    from runlog.model import Shoe
    from runlog.settings import Settings

FORMAT = "strava"

#: The pairs of shoes, of which only the activities tell when they were worn.
BESIDE: tuple[str, ...] = ("shoes.csv",)

_DELIMITERS = ",;\t"
_ROWS_SEEN = 20
_NAMES_TOLD = 5
_SHOWN = re.compile(r"(?P<whole>\d[\d.,]*?)(?:[.,](?P<part>\d{1,2}))?")
_LONGEST_KM = 400.0
_LONGEST_S = 1e8
_FARTHEST_M = 1e8

#: Within which bounds a value can be true; one outside is left out and told.
_BOUNDS = {
    "moving": (0.0, _LONGEST_S),
    "ascent": (0.0, 1e5),
    "avg_hr": (0.0, 300.0),
    "max_hr": (0.0, 300.0),
    "cadence": (0.0, 300.0),
    "rpe": (0.0, 10.0),
}


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell by the header, or in languages that are not known by its length and the first rows."""
    if b"\x00" in head and not head.startswith(table.UTF_16):
        return False
    seen = [row for _, row in islice(_split(opening.head_text(head)), _ROWS_SEEN)]
    header, *rows = [row for row in seen if not isinstance(row, str)] or [[]]
    return columns.looks_like(header, rows)


def read(data: bytes, settings: Settings, beside: Mapping[str, bytes]) -> Reading:
    """Read each row as an activity without a track, and the pairs of shoes.

    Args:
        data: of activities.csv.
        settings: with the zone of the days on which pairs were first worn.
        beside: shoes.csv where it is there.

    Raises:
        NotReadable: there are rows, and none of them can be taken.
    """
    header, rows = _table(opening.text(data))
    owned, problems = _owned(beside)
    row_activity = partial(
        _activity,
        listed={shoe_key(text) for pair in owned for text in pair.called},
        english=columns.is_english(header),
        left_out=problems,
    )
    activities, refused = table.records(
        rows,
        lambda row: (row_activity(row),),
        key=lambda activity: activity.external,
        twice=lambda activity, line: f"{activity.external} is listed in line {line} already, which is kept",
    )
    return Reading(
        FORMAT,
        activities=activities,
        shoes=_shoes(owned, activities, settings),
        problems=(*refused, *problems),
        notes=_notes(rows, {activity.external for activity in activities}),
    )


def _split(content: str) -> Iterator[tuple[int, list[str] | str]]:
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


def _table(content: str) -> tuple[list[str], list[table.Row | Problem]]:
    """The header, and the rows by the fields of ``columns`` or why they are none."""
    header: list[str] = []
    found: list[tuple[int, list[str] | str]] = []
    for line, cells in _split(content):
        if not header and not isinstance(cells, str):
            header = cells
        else:
            found.append((line, cells))
    places = columns.find(header, [cells for _, cells in found if not isinstance(cells, str)])
    return header, [_row(line, cells, header, places) for line, cells in found]


def _row(
    line: int, cells: list[str] | str, header: Sequence[str], places: Mapping[str, int]
) -> table.Row | Problem:
    if isinstance(cells, str):
        return Problem(cells, line)
    if not len(columns.FIRST) <= len(cells) <= len(header):
        return Problem(f"{len(cells)} cells in {len(header)} columns", line)
    return table.Row(line, {field: cells[place] for field, place in places.items() if place < len(cells)})


def _activity(row: table.Row, listed: Collection[str], left_out: list[Problem], *, english: bool) -> Activity:
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
    if not columns.is_id(cells["id"]):
        raise Unreadable(f"{cells['id'][:40]!r} is not the id of an activity")
    measured = {field: _measured(row, field, left_out) for field in _BOUNDS}
    sport, sub_sport = _sport(cells["sport"], english=english)
    return Activity(
        start=dates.moment(cells["date"]),
        duration_s=_duration(cells, measured["moving"]),
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.kind(sport, sub_sport),
        name=" ".join(cells["name"].split()) or None,
        moving_s=measured["moving"] or None,
        distance_m=_distance(cells, sport) or None,
        ascent_m=measured["ascent"],
        avg_hr=measured["avg_hr"] or None,
        max_hr=measured["max_hr"] or None,
        avg_cadence_spm=measured["cadence"] or None,
        rpe=measured["rpe"] or None,
        shoe=(cells["gear"] or None) if _is_shoe(cells["gear"], sport, listed) else None,
        external=f"strava:{cells['id']}",
    )


def _measured(row: table.Row, field: str, left_out: list[Problem]) -> float | None:
    cell = row.cells.get(field)
    if not cell:
        return None
    try:
        return number(cell, *_BOUNDS[field])
    except Unreadable as error:
        left_out.append(Problem(f"{field.replace('_', ' ')}: {error}; left out", line=row.line))
        return None


def _sport(word: str, *, english: bool) -> tuple[str, str | None]:
    """The sport in our words; pace decides where it is told in a language that is not known."""
    return sports.normal(word) if english or sports.is_known(word) else (UNKNOWN_SPORT, None)


def _duration(cells: Mapping[str, str], moving: float | None) -> float:
    """The seconds from start to end, or those moved where the list lacks them."""
    told = cells["elapsed"] or cells["elapsed_shown"]
    seconds = number(told, 0.0, _LONGEST_S) if told else moving
    if not (seconds or moving):
        raise Unreadable("it has no duration")
    return seconds or moving or 0.0


def _distance(cells: Mapping[str, str], sport: str) -> float | None:
    """The metres, from the column in metres unless that repeats the one for people, which is in km."""
    metres = number(cells["distance"], 0.0, _FARTHEST_M) if cells["distance"] else None
    shown = _shown(cells["distance_shown"]) if cells["distance_shown"] else None
    if shown is None:
        return metres
    if sport == "swimming":  # which are shown in metres
        return shown if metres is None else metres
    if metres is None or (metres == shown and shown < _LONGEST_KM):
        return shown * 1000.0
    return metres


def _shown(cell: str) -> float:
    """A number as written for people: "72.58", "9,44", "1,500" or "1.234,5"; three digits are a group."""
    found = _SHOWN.fullmatch("".join(cell.split()))
    if found is None:
        raise Unreadable(f"{cell[:40]!r} is not a distance")
    whole = found["whole"].replace(".", "").replace(",", "")
    return number(f"{whole}.{found['part'] or 0}", 0.0, _FARTHEST_M)


def _is_shoe(gear: str, sport: str, listed: Collection[str]) -> bool:
    """Tell whether gear is a pair of shoes, as the bikes have no list here."""
    return sport in sports.ON_FOOT or (sport == UNKNOWN_SPORT and shoe_key(gear) in listed)


def _owned(beside: Mapping[str, bytes]) -> tuple[list[Pair], list[Problem]]:
    """The pairs of all shoes.csv, and what is wrong with them."""
    owned: list[Pair] = []
    problems: list[Problem] = []
    for name, data in beside.items():
        try:
            found, faults = pairs.listed(data)
        except NotReadable as error:
            problems.append(Problem(f"{name}: {error}"))
            continue
        owned += found
        problems += [Problem(f"{name}: {fault}") for fault in faults]
    return owned, problems


def _shoes(owned: Sequence[Pair], activities: Sequence[Activity], settings: Settings) -> tuple[Shoe, ...]:
    """The pairs as the activities name them, from the local day of the first one."""
    worn = sorted((activity.start, activity.shoe) for activity in activities if activity.shoe)
    if not (worn or owned):
        return ()
    first: dict[str, tuple[str, date]] = {}
    for start, shoe in worn:
        first.setdefault(shoe_key(shoe), (shoe, start.astimezone(settings.zone).date()))
    last = max((activity.start for activity in activities), default=None)
    last_day = None if last is None else last.astimezone(settings.zone).date()
    return pairs.worn(owned, dict(first.values()), last_day)


def _notes(rows: Iterable[table.Row | Problem], kept: Collection[str | None]) -> tuple[str, ...]:
    cells = [row.cells for row in rows if isinstance(row, table.Row)]
    lost = [
        row.get("name", row["id"])
        for row in cells
        if columns.NOT_EXPORTED in row.get("file", "") and f"strava:{row.get('id')}" in kept
    ]
    if not lost:
        return ()
    more = f" and {len(lost) - _NAMES_TOLD} more" if len(lost) > _NAMES_TOLD else ""
    told = ", ".join(lost[:_NAMES_TOLD])
    return (f"Strava could not export the recordings of {told}{more}; what the list tells of them is kept",)
