"""Read a plain list of runs from CSV, for the years kept on paper or in a spreadsheet."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlog import localtime
from runlog.errors import NotTaken
from runlog.importers import csv_table, normalize, sports, tracks
from runlog.importers.csv_table import InFuture, InvalidValue, parse_moment, parse_number
from runlog.model import MAX_ENTRY_VALUES, Activity
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from runlog.importers.detect import Head, SourceFile
    from runlog.settings import Settings

FORMAT = "runs"

#: The spellings of each column.
_COLUMN_SPELLINGS = {
    "date": ("date", "day"),
    "start": ("start", "start_time"),
    "distance": ("distance",),  # in the unit of the settings
    "distance_km": ("distance_km", "distance_(km)", "distance_[km]", "km", "kilometers", "kilometres"),
    "distance_mi": ("distance_mi", "distance_(mi)", "distance_[mi]", "distance_(miles)", "mi", "miles"),
    "distance_m": ("distance_m", "distance_(m)", "distance_[m]", "meters", "metres"),
    "duration": ("duration", "duration_min", "minutes"),
    "time": ("time",),  # the duration, or the time of day if there is a duration
    "sport": ("sport", "activity_type"),
    "type": ("type",),  # a sport, or what kind of run it was
    "name": ("name", "title"),
    "note": ("note", "notes", "comment", "comments"),
    "shoe": ("shoe", "shoes", "gear"),
    "rpe": ("rpe",),
    "avg_hr": ("avg_hr", "hr", "heart_rate", "avg_heart_rate", "average_heart_rate"),
    "ascent": ("ascent", "ascent_m", "total_ascent", "elevation_gain"),
}
#: Columns that make a table a soreness diary, whatever else it has.
_DIARY_COLUMNS = frozenset(
    {"soreness", "rating", "pain", "area", "warmup", "warm_up", "cooldown", "cool_down"}
    | {"strength", "mobility", "desk_hours", "posture"}
)
_ALIASES = {name: name for name in _DIARY_COLUMNS} | {
    spelling: name for name, spellings in _COLUMN_SPELLINGS.items() for spelling in spellings
}
#: Columns of ``runlog runs --csv``.
_RUNLOG_COLUMNS = frozenset({"id", "local_start", "distance_m", "duration_s", "sources"})
#: Column of an app's list that names the recordings in its folder (Strava's until 2019).
_STRAVA_FILE_COLUMN = "filename"

#: The fields of a run that each column gives.
_FIELDS = {
    "date": ("start", "utc_offset_s", "external"),
    "start": ("day_only",),
    **dict.fromkeys(("distance", "distance_km", "distance_mi", "distance_m"), ("distance_m",)),
    "duration": ("duration_s",),
    **dict.fromkeys(("sport", "type"), ("sport", "sub_sport", "kind", "sport_guessed")),
    "name": ("title", "name"),
    "note": ("name",),  # where no column is called name
    "shoe": ("shoe",),
    "rpe": ("rpe",),
    "avg_hr": ("avg_hr",),
    "ascent": ("ascent_m",),
}

_METRES_PER_UNIT = {"km": 1000.0, "mi": 1609.344, "m": 1.0}
_COLUMN_UNITS = {"distance_km": "km", "distance_mi": "mi", "distance_m": "m"}
_DISTANCE_TEXT = re.compile(r"(\S+?)\s*(km|mi|m)?(?:les?)?", re.IGNORECASE)
_MAX_DISTANCE = 1e7
_NOON_HOUR = 12
_CLOCK_TEXT = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):([0-5]?\d)")
_AMOUNT_TEXT = re.compile(r"([\d.,]+)\s*(?:(h|hrs?|hours?)|m|min|minutes?|')?\.?", re.IGNORECASE)
_HOURS_MINUTES_TEXT = re.compile(
    r"(\d{1,3})\s*h(?:rs?|ours?)?\.?\s*(\d{1,2})\s*(?:m|min|minutes?|')?\.?", re.IGNORECASE
)
_MAX_MINUTES = 14 * 1440.0
_MAX_HOURS = 14 * 24.0
_SIXTY = 60
_EMPTY_CELLS = frozenset({"-", "--", "\u2014"})


def claims(head: Head) -> bool:
    """Return whether the first row names a day and a distance or duration, and is no soreness diary."""
    columns = set(csv_table.read_header(head, _ALIASES) or ())
    if columns >= _RUNLOG_COLUMNS:
        return True
    measures = {"distance", *_COLUMN_UNITS, "duration", "time"}
    foreign = _DIARY_COLUMNS | {_STRAVA_FILE_COLUMN}
    return "date" in columns and not columns.isdisjoint(measures) and columns.isdisjoint(foreign)


def read(file: SourceFile) -> ParsedFile:
    """Read the runs; a row that cannot be read is a problem with its line and reason.

    A run with only a day starts at noon. A row's id is its day and its number within that day; rows missing
    from a newer version of the list are deleted.

    Raises:
        NotReadable: there are rows, and none of them can be read.
        NotTaken: the list that runlog itself writes.
    """
    columns, rows = csv_table.read_rows(file.data, _ALIASES)
    if set(columns) >= _RUNLOG_COLUMNS:
        raise NotTaken("runlog's own list of runs, without what was recorded; to move a history, export it")
    builder = _RunBuilder(columns, file.settings)
    runs, problems = csv_table.build_records(
        rows,
        lambda row: [builder.build(row.cells)],
        key=lambda run: run.external,
        duplicate_reason=lambda _, line: f"the same run as line {line}",
    )
    unread = csv_table.list_unread_columns(
        columns, _COLUMN_SPELLINGS.keys() - ({"note"} if "name" in columns else set())
    )
    fields = frozenset(field for name in columns for field in builder.fields_of(name))
    if not all(run.day_only for run in runs):  # the date has a time
        fields |= {"day_only"}
    notes = (f"not read, because runs have no such column: {unread}",) if unread else ()
    return ParsedFile(
        FORMAT, activities=runs, problems=problems, notes=notes, replaces_earlier=True, columns=fields
    )


class _RunBuilder:
    """Builds runs from rows, and counts the rows of each day."""

    def __init__(self, columns: Sequence[str], settings: Settings) -> None:
        self._settings = settings
        self._time_column_means = "start" if "duration" in columns else "duration"
        self._rows_per_day: Counter[str] = Counter()
        self._now = datetime.now(UTC)

    def fields_of(self, column: str) -> tuple[str, ...]:
        """Return the fields of a run that a column gives; none where it is not read."""
        return _FIELDS.get(self._time_column_means if column == "time" else column, ())

    def build(self, row: Mapping[str, str]) -> Activity:
        """Return the run of a row.

        Raises:
            InvalidValue: a cell cannot be read, or the run is implausible.
        """
        cells = {name: cell.strip() for name, cell in row.items() if cell.strip() not in _EMPTY_CELLS}
        if "time" in cells:
            cells.setdefault(self._time_column_means, cells["time"])
        start, day_only = self._start(cells)
        day = f"{start:%Y-%m-%d}"
        self._rows_per_day[day] += 1  # refused rows count: correcting one renumbers none
        sport, sub_sport = _parse_sport(cells)
        distance = _parse_first(cells, ("distance", *_COLUMN_UNITS), self._metres)
        run = Activity(
            start=start.astimezone(UTC).replace(microsecond=0),
            duration_s=_parse_duration(cells),
            sport=sport,
            sub_sport=sub_sport,
            kind=sports.activity_kind(sport, sub_sport),
            name=cells.get("name", cells.get("note")),
            utc_offset_s=localtime.offset_seconds(start),
            distance_m=distance or None,  # 0 means that none was noted
            ascent_m=_parse_first(cells, ("ascent",), _number_within(0, 20_000)),
            avg_hr=_parse_first(cells, ("avg_hr",), _number_within(*tracks.VALID_RANGES["heart_rate_bpm"])),
            rpe=_parse_first(cells, ("rpe",), _number_within(0, MAX_ENTRY_VALUES["rpe"])),
            shoe=cells.get("shoe"),
            day_only=day_only,
            external=f"paper:{day}#{self._rows_per_day[day]}",
        )
        if refusal := normalize.implausible_reason(run, self._now):
            raise (InFuture if normalize.is_ahead(run, self._now) else InvalidValue)(refusal)
        return run

    def _start(self, cells: Mapping[str, str]) -> tuple[datetime, bool]:
        """Return the local start of a run, and whether only its day is known."""
        if "date" not in cells:
            raise InvalidValue("it has no date")
        when = " ".join(cells[name] for name in ("date", "start") if name in cells)
        return parse_moment(when, self._settings, _NOON_HOUR), re.search(r"[T ]", when) is None

    def _metres(self, name: str, cell: str) -> float:
        measure = _DISTANCE_TEXT.fullmatch(cell)
        if measure is None:
            raise InvalidValue(f"{cell!r} is not a distance; write 10.5 or 10.5 km")
        unit = (measure[2] or _COLUMN_UNITS.get(name, self._settings.units)).lower()
        return parse_number(measure[1], 0, _MAX_DISTANCE) * _METRES_PER_UNIT[unit]


def _parse_sport(cells: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the sport of a row; in a list of runs it is a run unless the row names another sport."""
    kind_of_run = "type" in cells and not sports.is_known_sport(cells["type"])  # easy, long, tempo …
    word = cells.get("sport", "running" if kind_of_run else cells.get("type", "running"))
    return sports.normalize_sport(word)


def _parse_duration(cells: Mapping[str, str]) -> float:
    """Return the duration of a row in seconds."""
    seconds = _parse_first(cells, ("duration",), lambda _, cell: _parse_seconds(cell))
    if seconds is None:
        raise InvalidValue("it has no duration, and runlog does not make one up")
    return seconds


def _parse_seconds(cell: str) -> float:
    """Parse 45:30, 1:02:03, 62 or 62.5 (minutes), 45 min, 1.5 h, 1 h 30 min."""
    if clock := _CLOCK_TEXT.fullmatch(cell):
        hours, minutes, seconds = int(clock[1] or 0), int(clock[2]), int(clock[3])
        if clock[1] is None or minutes < _SIXTY:
            return float((hours * _SIXTY + minutes) * _SIXTY + seconds)
    elif amount := _AMOUNT_TEXT.fullmatch(cell):
        most, minutes_each = (_MAX_HOURS, _SIXTY) if amount[2] else (_MAX_MINUTES, 1)
        return parse_number(amount[1], 0, most) * minutes_each * _SIXTY
    elif spoken := _HOURS_MINUTES_TEXT.fullmatch(cell):
        return float((int(spoken[1]) * _SIXTY + int(spoken[2])) * _SIXTY)
    raise InvalidValue(f"{cell!r} is not a duration; write 45:30, 1:02:03 or 45 min")


def _number_within(low: float, high: float) -> Callable[[str, str], float]:
    return lambda _, cell: parse_number(cell, low, high)


def _parse_first(
    cells: Mapping[str, str], names: Iterable[str], read_cell: Callable[[str, str], float]
) -> float | None:
    """Parse the first filled of several columns; errors name the column."""
    for name in names:
        if name in cells:
            try:
                return read_cell(name, cells[name])
            except InvalidValue as error:
                raise InvalidValue(f"{name}: {error}") from error
    return None
