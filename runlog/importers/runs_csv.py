"""Read a plain list of runs from CSV, for the years kept on paper or in a spreadsheet."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlog import localtime
from runlog.errors import NotTaken
from runlog.i18n import N_, say
from runlog.importers import csv_dates, csv_table, normalize, sports, strava, tracks
from runlog.importers.csv_values import (
    Headings,
    InFuture,
    InvalidValue,
    parse_duration,
    parse_number,
    parse_scale,
    split_unit,
)
from runlog.model import MAX_ENTRY_VALUES, Activity, Precision
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Collection

    from runlog.importers.csv_table import CsvRow
    from runlog.importers.detect import Head, SourceFile
    from runlog.settings import Settings

FORMAT = "runs"

#: Columns that make a table a soreness diary, whatever else it has.
_DIARY_COLUMNS = frozenset(
    {"soreness", "area", "warmup", "cooldown", "strength", "mobility", "desk_hours", "posture"}
)
_DISTANCE_UNITS = {"km": "distance_km", "mi": "distance_mi", "m": "distance_m"}
_DURATION_UNITS = {"min": "duration", "h": "duration_h", "s": "duration_s", "h:mm": "duration_hm"}
_TIME_UNITS = {"min": "duration", "h": "duration_h", "s": "duration_s", "h:mm": "time"}
_HEADINGS = Headings(
    words={
        "date": ("@date",),
        "start": ("@start",),
        "distance": ("@distance",),  # in the unit of the settings
        "distance_km": ("km", "kilometers", "kilometres"),
        "distance_mi": ("mi", "miles"),
        "distance_m": ("metres", "meters"),
        "duration": ("@duration", "duration_min", "minutes", "minuten"),
        "duration_h": ("hours",),
        "duration_s": ("seconds",),
        "duration_hm": (),
        "time": ("@time",),  # the duration, or the time of day if there is a duration
        "sport": ("@sport",),
        "type": ("@type",),  # a sport, or what kind of run it was
        "name": ("@name",),
        "note": ("@note",),
        "shoe": ("@shoe",),
        "rpe": ("@rpe",),
        "avg_hr": ("@avg_hr",),
        "ascent": ("@ascent", "ascent_m"),
        "ascent_ft": (),
        **{name: ("@" + name,) for name in sorted(_DIARY_COLUMNS)},
        **{name: (name,) for name in ("id", "local_start", "sources", "filename")},
    },
    units={
        "distance": _DISTANCE_UNITS,
        "duration": _DURATION_UNITS,
        "time": _TIME_UNITS,
        "avg_hr": {"bpm": "avg_hr"},
        "ascent": {"m": "ascent", "ft": "ascent_ft"},
        "start": {"h:mm": "start"},
        "date": {"h:mm": "date"},
    },
    key=("date", "start"),
)
#: Columns of ``runlog runs --csv``.
_RUNLOG_COLUMNS = frozenset({"id", "local_start", "distance_m", "duration_s", "sources"})
#: Column of an app's list that names the recordings in its folder (Strava's until 2019).
_STRAVA_FILE_COLUMN = "filename"

#: The fields of a run that each column gives.
_FIELDS = {
    "date": ("start", "utc_offset_s", "external"),
    "start": ("day_only",),
    **dict.fromkeys(("distance", *_DISTANCE_UNITS.values()), ("distance_m",)),
    **dict.fromkeys(_DURATION_UNITS.values(), ("duration_s",)),
    **dict.fromkeys(("sport", "type"), ("sport", "sub_sport", "kind", "sport_guessed")),
    "name": ("title", "name"),
    "note": ("name",),  # where no column is called name
    "shoe": ("shoe", "gear_listed"),
    "rpe": ("rpe",),
    "avg_hr": ("avg_hr",),
    **dict.fromkeys(("ascent", "ascent_ft"), ("ascent_m",)),
}

_MAX_DISTANCE_M = 5e6
_MAX_ASCENT_M = 20_000.0
_NOON_HOUR = 12
_MAX_SPEED_MPS = 12.0
_HOURS_AND_MINUTES = re.compile(r"\d{1,2}:[0-5]\d", re.ASCII)


def claims(head: Head) -> bool:
    """Return whether a heading names a day and a distance or duration, and nothing of a soreness diary."""
    columns = csv_table.find_columns(head, _HEADINGS) or frozenset()
    if columns >= _RUNLOG_COLUMNS:
        return True
    measures = {"distance", "time", *_DISTANCE_UNITS.values(), *_DURATION_UNITS.values()}
    foreign = _DIARY_COLUMNS | {_STRAVA_FILE_COLUMN}
    distances = {"distance", *_DISTANCE_UNITS.values()}
    has_date = "date" in columns or (
        "start" in columns and not columns.isdisjoint(distances) and not strava.claims(head)
    )
    return has_date and not columns.isdisjoint(measures) and columns.isdisjoint(foreign)


def read(file: SourceFile) -> ParsedFile:
    """Read the runs; a row that cannot be read is a problem with its line and reason.

    A run with only a day starts at noon. A row's id is its day and its number within that day; rows missing
    from a newer version of the list are deleted. A cell that cannot be read is left out, and costs no run.

    Raises:
        NotReadable: there are rows, and none of them can be read.
        NotTaken: the list that runlog itself writes.
    """
    table = csv_table.read_table(file.data, _HEADINGS)
    if table.known >= _RUNLOG_COLUMNS:
        raise NotTaken("runlog's own list of runs, without what was recorded; to move a history, export it")
    builder = _RunBuilder(table.known, file.settings)
    runs, problems, unread = csv_table.build_records(
        table,
        lambda row: [builder.build(row)],
        key=lambda run: run.external,
        duplicate_reason=lambda _, line: say("the same run as line {line}", line=line),
        fields=builder.fields,
    )
    if {"name", "note"} <= table.known:
        table = replace(table, unread=("note", *table.unread))
    fields = frozenset(field for name in {*table.known, "date"} for field in builder.fields.get(name, ()))
    if not all(run.day_only for run in runs):  # the date has a time
        fields |= {"day_only"}
    return ParsedFile(
        FORMAT,
        activities=runs,
        problems=problems,
        notes=table.notes_with(N_("not read, because runs have no such column: {names}")),
        replaces_earlier=True,
        columns=fields,
        unread=unread,
    )


class _RunBuilder:
    """Builds runs from rows, and counts the rows of each day."""

    def __init__(self, columns: Collection[str], settings: Settings) -> None:
        self._columns = columns
        self._settings = settings
        has_duration = not set(columns).isdisjoint(_DURATION_UNITS.values())
        self._time_column_means = "start" if has_duration else "duration"
        self.fields = _FIELDS | {"time": _FIELDS[self._time_column_means]}  # of a run, by column
        self._rows_per_day: Counter[str] = Counter()
        self._now = datetime.now(UTC)

    def build(self, row: CsvRow) -> Activity:
        """Return the run of a row.

        Raises:
            InvalidValue: its date or duration cannot be read, or the run is implausible.
        """
        start, day_only = self._read_start(row)
        day = f"{start:%Y-%m-%d}"
        self._rows_per_day[day] += 1  # refused rows count: correcting one renumbers none
        word = row.cells.get("type", "running")
        is_kind_of_run = not sports.is_known_sport(word)  # easy, long, tempo …
        sport, sub_sport = sports.normalize_sport(
            row.cells.get("sport", "running" if is_kind_of_run else word)
        )
        distance_units = {name: unit for unit, name in _DISTANCE_UNITS.items()}
        distance = row.metres({"distance": self._settings.units} | distance_units, _MAX_DISTANCE_M)
        run = Activity(
            start=start.astimezone(UTC).replace(microsecond=0),
            duration_s=self._read_duration(row, distance),
            sport=sport,
            sub_sport=sub_sport,
            kind=sports.activity_kind(sport, sub_sport),
            name=row.cells.get("name", row.cells.get("note", "")).strip() or None,
            utc_offset_s=localtime.offset_seconds(start),
            distance_m=distance or None,  # 0 means that none was noted
            ascent_m=row.metres({"ascent": "m", "ascent_ft": "ft"}, _MAX_ASCENT_M, is_whole=True),
            avg_hr=row.read("avg_hr", lambda cell: _parse_heart_rate(cell, row)),
            rpe=row.read("rpe", lambda cell: parse_scale(cell, MAX_ENTRY_VALUES["rpe"], row.notation)),
            shoe=row.cells.get("shoe", "").strip() or None,
            day_only=day_only,
            external=f"paper:{day}#{self._rows_per_day[day]}",
            gear_listed="shoe" in self._columns,
        )
        if refusal := normalize.implausible_reason(run, self._now):
            raise (InFuture if normalize.is_ahead(run, self._now) else InvalidValue)(refusal)
        return run

    def _read_start(self, row: CsvRow) -> tuple[datetime, bool]:
        """Return the local start of a run, and whether only its day is known."""
        when = row.cells.get("date", row.cells.get("start", ""))
        if not when:
            raise InvalidValue("it has no date")
        column = "start" if "start" in row.cells or self._time_column_means != "start" else "time"
        when, order = row.join_clock(when, column, self._settings), row.notation.date_order
        start, precision = csv_dates.parse_moment(when, self._settings, _NOON_HOUR, order)
        return start, precision is Precision.DAY

    def _read_duration(self, row: CsvRow, distance: float | None) -> float:
        """Return the duration of a row in seconds."""
        units = {column: unit for unit, column in _DURATION_UNITS.items()}
        if self._time_column_means == "duration":
            units = {"duration": "min", "time": "min"} | units
        for column, unit in units.items():
            if (cell := row.cells.get(column)) is None:
                continue
            try:
                return _parse_seconds(cell, unit, row, distance)
            except InvalidValue as error:
                raise InvalidValue(f"{column}: {error}") from error
        raise InvalidValue("it has no duration, and runlog does not make one up")


def _parse_seconds(cell: str, unit: str, row: CsvRow, distance: float | None) -> float:
    """Parse a duration; 1:05 is an hour and five minutes if no run of that distance takes a minute or so."""
    if unit == "h:mm":
        return parse_duration(cell, row.notation, hours_first=True)
    seconds = parse_duration(cell, row.notation, unit)
    if _HOURS_AND_MINUTES.fullmatch(cell) and distance is not None and distance > _MAX_SPEED_MPS * seconds:
        hours_first = parse_duration(cell, row.notation, hours_first=True)
        return hours_first if distance <= _MAX_SPEED_MPS * hours_first else seconds
    return seconds


def _parse_heart_rate(cell: str, row: CsvRow) -> float:
    number, unit = split_unit(cell)
    return parse_number(
        number if unit == "bpm" else cell, *tracks.VALID_RANGES["heart_rate_bpm"], row.notation
    )
