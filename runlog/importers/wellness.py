"""Read soreness and nights from the wellness lists of PMSys and intervals.icu, and the nights of Garmin.

PMSys (the PMData and SoccerMon data sets) rates 1 to 5 with 5 the best and 0 for no answer; its areas are
SNOMED CT codes of body structures. intervals.icu rates 1 (low) to 4 (extreme) and names no area. Garmin says
the same of a day in the archive of an account and in its Personal API.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any

from runlog import localtime
from runlog.errors import NotTaken
from runlog.i18n import N_, _, say
from runlog.importers import csv_table, detect
from runlog.importers.csv_dates import parse_rating_time
from runlog.importers.csv_values import Headings, InvalidValue, list_words, parse_number
from runlog.model import Area, Entry
from runlog.records import Night, ParsedFile, make_night

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from runlog.importers.csv_table import CsvRow
    from runlog.importers.detect import Head, SourceFile
    from runlog.settings import Settings

    _Nights = tuple[str, dict[str, tuple[str, Callable[[float], float | None]]]]

PMSYS_FORMAT = "pmsys"

_PMSYS_HEADINGS = Headings(
    dict.fromkeys(("effective_time_frame", "soreness", "soreness_area", "sleep_duration_h", "stress"), ()),
    key=("effective_time_frame",),
)
_PMSYS_WORST, _PMSYS_BEST = 1.0, 5.0

_SNOMED_CODE = re.compile(r"\b\d{6,18}\b")
_MAX_CODES_NOTED = 5


def claims_pmsys(head: Head) -> bool:
    """Return whether the first row names the columns of PMSys."""
    columns = csv_table.find_columns(head, _PMSYS_HEADINGS)
    return columns is not None and {"effective_time_frame", "soreness"} <= columns


def read_pmsys(file: SourceFile) -> ParsedFile:
    """Read the soreness; a row that cannot be read is a problem with its line and reason.

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    parsed = _read_wellness(file, PMSYS_FORMAT, _PMSYS_HEADINGS, _pmsys_entries, _PMSYS_NIGHTS)
    notes = [_("PMSys counts soreness from 5 (none) to 1; it was taken for 0 to 10")]
    if any(entry.area is Area.OTHER for entry in parsed.entries):
        notes.append(_("ratings without an area that runlog has are kept under the area other"))
    return replace(parsed, notes=(*notes, *parsed.notes))


def _pmsys_entries(row: CsvRow, settings: Settings) -> list[Entry]:
    """Return an entry for each area of a row; none if soreness was not rated."""
    answer = _parse_rating(row, "soreness", "effective_time_frame", _PMSYS_WORST, _PMSYS_BEST)
    if answer is None:
        return []
    moment, _, precision = parse_rating_time(row.cells["effective_time_frame"], settings)  # written in UTC
    offset = localtime.offset_seconds(moment.astimezone(settings.zone))
    soreness = (_PMSYS_BEST - answer) / (_PMSYS_BEST - _PMSYS_WORST) * 10.0
    areas = _pmsys_areas(row.cells.get("soreness_area", ""))
    return [
        Entry(moment, offset, soreness=soreness, area=area, note=note, precision=precision)
        for area, note in areas.items()
    ]


def _pmsys_areas(cell: str) -> dict[Area, str | None]:
    """Return the areas of a row, each once, with a note on codes that runlog has no area for."""
    area_of = {code: Area(area) for area, text in list_words()["snomed"].items() for code in text.split()}
    codes = dict.fromkeys(_SNOMED_CODE.findall(cell))
    areas: dict[Area, str | None] = {area_of[code]: None for code in codes if code in area_of}
    unknown = [code for code in codes if code not in area_of]
    if unknown:
        areas[Area.OTHER] = f"PMSys: SNOMED CT {', '.join(unknown[:_MAX_CODES_NOTED])}"
    elif not areas:
        areas[Area.OTHER] = "PMSys: no area named"
    return areas


def stress_of_intervals(answer: float) -> float:
    """Return a stress of 1 (low) to 4 (extreme) as 0 to 100."""
    return (answer - _INTERVALS_LOW) / (_INTERVALS_EXTREME - _INTERVALS_LOW) * 100.0


def _stress_of_pmsys(answer: float) -> float | None:
    """Return a stress of 5 (none) to 1 as 0 to 100; 0 is no answer."""
    return (_PMSYS_BEST - answer) / (_PMSYS_BEST - _PMSYS_WORST) * 100.0 if answer >= _PMSYS_WORST else None


INTERVALS_FORMAT = "intervals.icu"

_INTERVALS_NAMES = ("date", "soreness", "injury", "sleepsecs", "restinghr", "hrv", "stress")
_INTERVALS_HEADINGS = Headings(dict.fromkeys(_INTERVALS_NAMES, ()) | {"date": ("id",)})
#: Columns that only intervals.icu writes like this, in one word; they distinguish its list from a diary.
_INTERVALS_COLUMNS = frozenset(
    {"restinghr", "avgsleepinghr", "hrvsdnn", "sleepsecs", "sleepscore", "sleepquality"}
    | {"ramprate", "ctlload", "atlload", "baevskysi", "bodyfat", "kcalconsumed"}
)
_INTERVALS_LOW, _INTERVALS_EXTREME = 1.0, 4.0


#: The source of nights, as the service itself is called, and by column the value and how it is counted here.
_PMSYS_NIGHTS: _Nights = (
    PMSYS_FORMAT,
    {"sleep_duration_h": ("sleep_hours", float), "stress": ("stress", _stress_of_pmsys)},
)
_INTERVALS_NIGHTS: _Nights = (
    "intervals",
    {
        "sleepsecs": ("sleep_hours", lambda seconds: seconds / 3600.0),
        "restinghr": ("resting_hr", float),
        "hrv": ("hrv", float),
        "stress": ("stress", stress_of_intervals),
    },
)


def claims_intervals(head: Head) -> bool:
    """Return whether the heading names a day, soreness, and a column that only intervals.icu has."""
    columns = csv_table.find_columns(head, _INTERVALS_HEADINGS)
    if columns is None or not columns >= {"date", "soreness"}:
        return False
    titles = set(re.split(r"[,;\t]", head.first_line.strip().lower().replace('"', "")))
    return not _INTERVALS_COLUMNS.isdisjoint(titles)


def read_intervals(file: SourceFile) -> ParsedFile:
    """Read the soreness and the night of each day; a row that cannot be read is a problem with its reason.

    Its scale is 1 low, 2 average, 3 high, 4 extreme: (value - 1) / 3 x 10 gives 0, 3.3, 6.7, 10.

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    parsed = _read_wellness(
        file, INTERVALS_FORMAT, _INTERVALS_HEADINGS, _intervals_entries, _INTERVALS_NIGHTS
    )
    return replace(parsed, notes=(*map(_, INTERVALS_NOTES), *parsed.notes))


INTERVALS_NOTES = (
    N_("intervals.icu counts soreness from 1 (low) to 4 (extreme); it was taken for 0 to 10"),
    N_("it names no area of the body; its ratings are kept under the area other"),
)


def _intervals_entries(row: CsvRow, settings: Settings) -> list[Entry]:
    """Return the entry of a day; none if neither soreness nor an injury was rated."""
    soreness, injury = (
        _parse_rating(row, name, "date", _INTERVALS_LOW, _INTERVALS_EXTREME)
        for name in ("soreness", "injury")
    )
    entry = intervals_entry(row.cells.get("date", ""), soreness, injury, settings)
    return [] if entry is None else [entry]


def intervals_entry(
    day: str, soreness: float | None, injury: float | None, settings: Settings
) -> Entry | None:
    """Return the rating of a day at intervals.icu; None where nothing was rated.

    Both go from 1 to 4, an injury of 1 being none. The worse of the two is the rating, and a note says so
    where there is an injury.

    Raises:
        InvalidValue: the day is none.
    """
    hurt = injury if injury is not None and injury > _INTERVALS_LOW else None
    answers = [answer for answer in (soreness, hurt) if answer is not None]
    if not answers:
        return None
    moment, offset, precision = parse_rating_time(day, settings)
    worst = (max(answers) - _INTERVALS_LOW) / (_INTERVALS_EXTREME - _INTERVALS_LOW) * 10.0
    note = None
    if hurt is not None:
        sore = "" if soreness is None else f"soreness {soreness:g} of 4, "
        note = f"intervals.icu: {sore}injury {hurt:g} of 4"
    return Entry(moment, offset, soreness=worst, area=Area.OTHER, note=note, precision=precision)


def _read_wellness(
    file: SourceFile,
    name: str,
    headings: Headings,
    build_entries: Callable[[CsvRow, Settings], Iterable[Entry]],
    night_columns: _Nights,
) -> ParsedFile:
    """Read a list of ratings and nights, with a note on the columns that are not read."""
    table = csv_table.read_table(file.data, headings)
    unique_by = _("day") if name == INTERVALS_FORMAT else _("time and area")
    entries, problems, _unread = csv_table.build_records(
        table,
        lambda row: build_entries(row, file.settings),
        key=lambda entry: (entry.moment, entry.area),
        duplicate_reason=lambda _, line: say(
            "the same {unique_by} as line {line}, which is kept", unique_by=unique_by, line=line
        ),
        fields={},
    )
    failed = {problem.line for problem in problems}
    sound = [row for row in table.rows if row.line not in failed]
    nights: dict[date, Night] = {}
    for row in sound:
        night = _read_night(row, row.cells.get(headings.key[0], ""), night_columns, file.settings)
        if night is not None:
            nights.setdefault(night.day, night)
    fields = {"moment", "utc_offset_s", "precision", "soreness", "note"}
    if name == INTERVALS_FORMAT or "soreness_area" in table.known:
        fields.add("area")
    return ParsedFile(
        name,
        entries=entries,
        nights=tuple(nights.values()),
        problems=(*problems, *(problem for row in sound for problem in row.problems)),
        notes=table.notes_with(N_("not read: {names}")),
        columns=frozenset(fields),
    )


def _read_night(row: CsvRow, date_cell: str, night_columns: _Nights, settings: Settings) -> Night | None:
    """Return the night of a row; a cell that cannot be read costs that cell alone."""
    source, columns = night_columns
    values: dict[str, float | None] = {}
    for column, (value_name, convert) in columns.items():
        number = row.read(column, lambda cell: parse_number(cell, 0, _MOST))
        values[value_name] = None if number is None else convert(number)
    try:
        moment, offset, _ = parse_rating_time(date_cell, settings)
    except InvalidValue:
        return None
    return make_night(source, localtime.local_day(moment, offset, UTC), **values)


_MOST = 100_000.0  # seconds of sleep are the largest numbers


def _parse_rating(row: CsvRow, name: str, date_column: str, low: float, high: float) -> float | None:
    """Parse a row's rating from ``low`` to ``high``; None for 0, which means no answer."""
    cell = row.cells.get(name, "0")
    try:
        answer = parse_number(cell, 0, high, row.notation)
    except InvalidValue as error:
        raise InvalidValue(f"{name}: {error}") from error
    if 0 < answer < low:
        text = N_("{name}: {cell} is not within {low:g} to {high:g}")
        raise InvalidValue(text, name=name, cell=cell.strip(), low=low, high=high)
    if answer and date_column not in row.cells:
        raise InvalidValue("it has no {column}", column=date_column)
    return answer or None


GARMIN_FORMAT = "garmin nights"
_GARMIN_MARKS = (b'"deepSleepSeconds"', b'"sleepStartTimestampGMT"', b'"restingHeartRate"', b'"allDayStress"')
_SLEEP_SECONDS = ("sleepTimeSeconds", "totalSleepTimeInSeconds", "totalSleepSeconds", "sleepTimeInSeconds")
_SLEEP_STAGES = ("deepSleepSeconds", "lightSleepSeconds", "remSleepSeconds")
_RESTING_HR = ("restingHeartRate", "restingHeartRateInBeatsPerMinute")
_HRV = ("lastNightAvg", "avgOvernightHrv")
_STRESS = ("overallStressLevel", "averageStressLevel")
_DEEPEST = 6
_TOTAL = "TOTAL"  # the sums of a day; its parts have sums of their own


def claims_garmin(head: Head) -> bool:
    """Return whether the bytes are JSON with Garmin's sleep, resting heart rate or stress of days."""
    has_days = head.is_json and b'"calendarDate"' in head.data
    return has_days and any(mark in head.data for mark in _GARMIN_MARKS)


def read_garmin(file: SourceFile) -> ParsedFile:
    """Read the nights of a sleepData.json or UDSFile.json of an account's archive.

    Raises:
        NotReadable: it is not JSON.
        NotTaken: it says nothing of a night.
    """
    nights = garmin_nights(detect.parse_json(file.data))
    if not nights:
        raise NotTaken("it says nothing of a night that runlog reads")
    return ParsedFile(GARMIN_FORMAT, nights=tuple(nights))


def garmin_nights(answer: object, last: date | None = None) -> list[Night]:
    """Return the nights in JSON of Garmin: of each day the night before it, and the stress of the day before.

    Args:
        answer: anything in which objects have a ``calendarDate``; the first that has a value counts.
        last: a day that may not be over, whose stress is left out.
    """
    values: dict[date, dict[str, float | None]] = {}
    for day, found in _garmin_days(answer):
        _add_garmin_day(values, day, found, last)
    nights = (make_night("garmin", day, **of_day) for day, of_day in sorted(values.items()))
    return [night for night in nights if night is not None]


def _garmin_days(answer: object, depth: int = 0) -> Iterator[tuple[date, Mapping[str, Any]]]:
    """Yield each object that has a calendarDate, with that day."""
    if depth > _DEEPEST:
        return
    if isinstance(answer, dict):
        with suppress(ValueError):
            yield date.fromisoformat(str(answer.get("calendarDate"))), answer
        for value in answer.values():
            yield from _garmin_days(value, depth + 1)
    elif isinstance(answer, list):
        for value in answer:
            yield from _garmin_days(value, depth + 1)


def _add_garmin_day(
    values: dict[date, dict[str, float | None]], day: date, found: Mapping[str, Any], last: date | None
) -> None:
    """Add what an object says of a day to the night before it, and its stress to the night after."""
    parts = [found, *(one for one in found.values() if isinstance(one, dict) and "calendarDate" not in one)]
    lists = [listed for one in parts if isinstance(listed := one.get("aggregatorList"), list)]
    parts += [
        one for listed in lists for one in listed if isinstance(one, dict) and one.get("type") == _TOTAL
    ]
    seconds, resting, hrv, stress = (
        next((value for part in parts if (value := detect.find_number(part, *names)) is not None), None)
        for names in (_SLEEP_SECONDS, _RESTING_HR, _HRV, _STRESS)
    )
    stages = [stage for name in _SLEEP_STAGES if (stage := detect.find_number(found, name)) is not None]
    seconds = sum(stages) if seconds is None and stages else seconds
    night = values.setdefault(day, {})
    said = {"sleep_hours": None if seconds is None else seconds / 3600.0, "resting_hr": resting, "hrv": hrv}
    night.update({name: value for name, value in said.items() if value is not None and name not in night})
    if stress is not None and day != last:
        values.setdefault(day + timedelta(days=1), {}).setdefault("stress", stress)
