"""Find the columns of Strava's activities.csv, and read its dates.

Columns are found by name where the language is known, else by position and shape: every language and age of
the export begins with the same seven columns, and what Strava computed of the recording follows the column
of file names in one order. Five names occur twice: before the file name for people (km, decimal comma),
behind it as plain numbers in SI units. Dates are UTC, written as the runner's language writes dates.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlog.importers.csv_table import InvalidValue
from runlog.importers.sports import strip_accents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The columns that every export begins with, in their order.
FIRST_COLUMNS = ("id", "date", "name", "sport", "description", "elapsed_shown", "distance_shown")

#: Positions of the other columns, counted from that of the file name.
_OFFSETS_FROM_FILE = {
    "gear": -1,
    "file": 0,
    "elapsed": 3,
    "moving": 4,
    "distance": 5,
    "ascent": 8,
    "cadence": 17,
    "max_hr": 18,
    "avg_hr": 19,
    "rpe": 31,
}

#: Names of the columns; of two with one name, the file name column lies between.
_COLUMN_NAMES = {
    "id": ("Activity ID", "id", "Aktivitäts-ID", "ID de l'activité", "Activiteits-ID"),
    "date": ("Activity Date", "date", "Aktivitätsdatum", "Date de l'activité", "Datum van activiteit"),
    "name": ("Activity Name", "name", "Name der Aktivität", "Nom de l'activité", "Naam activiteit"),
    "sport": ("Activity Type", "type", "Aktivitätsart", "Type d'activité", "Activiteitstype"),
    "gear": ("Activity Gear", "gear", "Aktivitätsausrüstung", "Matériel utilisé pour l'activité"),
    "file": ("Filename", "filename", "Dateiname", "Nom du fichier", "Bestandsnaam"),
    "elapsed": ("Elapsed Time", "elapsed_time", "Verstrichene Zeit", "Temps écoulé", "Verstreken tijd"),
    "moving": ("Moving Time", "Bewegungszeit", "Durée de déplacement", "Beweegtijd"),
    "distance": ("Distance", "distance", "Distanz", "Afstand"),
    "ascent": ("Elevation Gain", "Höhenzunahme", "Dénivelé positif", "Totale stijging"),
    "cadence": ("Average Cadence", "Durchschnittliche Trittfrequenz", "Gemiddelde cadans"),
    "max_hr": ("Max Heart Rate", "Max. Herzfrequenz", "Fréquence cardiaque max.", "Max. hartslag"),
    "avg_hr": (
        "Average Heart Rate",
        "Durchschnittliche Herzfrequenz",
        "Fréquence cardiaque moyenne",
        "Gemiddelde hartslag",
    ),
    "rpe": ("Perceived Exertion", "Gefühlte Anstrengung", "Ervaren inspanning"),
}
_REPEATED_FIELDS = ("elapsed", "distance")
_FIELD_OF = {name: field for field, names in _COLUMN_NAMES.items() for name in names}
_OLD_METRES_NAME = "distance"  # in the exports until 2019, all of whose names are in small letters

_FILE_NAME = re.compile(r"activities/[^/]+\.(?:fit|gpx|tcx)(?:\.gz)?", re.IGNORECASE)
_ACTIVITY_ID = re.compile(r"[0-9]{1,20}")
_FILE_POSITION = 12  # in every export since 2020
_LAST_POSITION = _FILE_POSITION + max(_OFFSETS_FROM_FILE.values())
_MAX_RPE = 10.0
_MIN_COLUMNS = 8
#: Share of the rows that must confirm a column guessed by position.
_MIN_AGREEMENT = 0.9

#: The error that Strava writes in place of a file's name or its bytes.
NOT_EXPORTED = "#error#"


def is_activity_id(cell: str) -> bool:
    """Return whether a cell can be the id of an activity."""
    return _ACTIVITY_ID.fullmatch(cell) is not None


def is_activities_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a header and some rows below it can be those of an activities.csv.

    Args:
        header: the cells of the first row.
        rows: the cells of some rows below, the last of which may be cut off.
    """
    if len(header) < _MIN_COLUMNS or is_activity_id(header[0]):
        return False
    if (_FIELD_OF.get(header[0]), _FIELD_OF.get(header[1])) == ("id", "date") and "file" in map(
        _FIELD_OF.get, header
    ):
        return True
    if not rows or not is_activity_id(rows[0][0]):
        return False
    return len(header) > _LAST_POSITION or _find_file_column(rows) is not None


def find_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """Return the position of each column that is there.

    Columns without a known name are found by position only if the rows confirm it: the elapsed time after
    the file name repeats the one before it, an exertion is a number from 0 to 10.

    Args:
        header: the cells of the first row.
        rows: the cells of the rows below.

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
        if name in _FIELD_OF:
            all_positions.setdefault(_FIELD_OF[name], []).append(position)
    columns = {field: last for field, (*_, last) in all_positions.items() if field not in _REPEATED_FIELDS}
    for field in _REPEATED_FIELDS:
        match all_positions.get(field, []):
            case [only]:
                columns["distance" if header[only] == _OLD_METRES_NAME else f"{field}_shown"] = only
            case [shown, *_, plain]:
                columns[f"{field}_shown"], columns[field] = shown, plain
    return columns


def _columns_by_position(rows: Sequence[Sequence[str]], file: int | None) -> dict[str, int]:
    """Return the positions that the columns have in every export, as far as the rows confirm them."""
    columns = {field: position for position, field in enumerate(FIRST_COLUMNS)}
    if file is None:
        return columns
    by_offset = {field: file + offset for field, offset in _OFFSETS_FROM_FILE.items()}
    if not _columns_agree(rows, columns["elapsed_shown"], by_offset["elapsed"]):
        return columns | {field: position for field, position in by_offset.items() if position <= file}
    if not _all_within(rows, by_offset["rpe"], 0.0, _MAX_RPE):
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


def _all_within(rows: Sequence[Sequence[str]], position: int, low: float, high: float) -> bool:
    """Return whether all filled cells of a column are numbers in a range."""
    cells = [row[position] for row in rows if position < len(row) and row[position].strip()]
    numbers = [_float_or_none(cell) for cell in cells]
    return all(number is not None and low <= number <= high for number in numbers)


def _float_or_none(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


# ruff: noqa: RUF001 - words in their own scripts


#: English, German, French, Spanish, Italian, Portuguese, Dutch, Indonesian, Scandinavian, Polish, Russian.
_MONTH_NAMES = (
    "jan january januar jänner janv janvier ene enero gen gennaio janeiro januari sty stycznia янв января",
    "feb february februar feber févr fév février febrero febbraio fev fevereiro lut lutego февр фев февраля",
    "mar march märz mär mars marzo março mrt maart maret marts marca мар март марта",
    "apr april avr avril abr abril aprile kwi kwietnia апр апреля",
    "may mai mayo mag maggio maio mei maj maja мая май",
    "jun june juni juin junio giu giugno junho cze czerwca июн июнь июня",
    "jul july juli juil juillet julio lug luglio julho lip lipca июл июль июля",
    "aug august août aou ago agosto augustus agu agustus agt augusti sie sierpnia авг августа",
    "sep sept september septembre septiembre set settembre setembro wrz września сент сен сентября",
    "oct october okt oktober octobre octubre ott ottobre out outubro paź października окт октября",
    "nov november novembre noviembre novembro nopember lis listopada нояб ноя ноября",
    "dec december dez dezember déc décembre dic diciembre dicembre dezembro des desember gru grudnia дек",
)
_FILLER_WORDS = "de del à a um kl den om at г y 年 月 日 년 월 일"
_AFTER_NOON = frozenset({"pm", "下午", "午後", "오후"})
_BEFORE_NOON = frozenset({"am", "上午", "午前", "오전"})
_DATE_AND_CLOCK = re.compile(
    r"(?P<date>.+?)[\s,]+(?P<before>上午|下午|午前|午後|오전|오후)?\s*"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?\s*"
    r"(?P<after>[ap]\.?\s?m\.?)?",
    re.IGNORECASE | re.DOTALL,
)
_DATE_PART = re.compile(r"\d{1,4}|[^\W\d_]+")
_HALF_DAY_HOURS = 12
_YEAR_RANGE = range(1000, 10_000)
_MAX_DATE_LENGTH = 80  # letters of a date


_MONTH_NUMBERS = {
    strip_accents(word): month for month, words in enumerate(_MONTH_NAMES, 1) for word in words.split()
}
_SKIPPED_WORDS = frozenset(map(strip_accents, _FILLER_WORDS.split()))


def parse_date(cell: str) -> datetime:
    """Parse "Oct 7, 2020, 2:43:11 PM", "07.10.2020, 14:43:11", "7 oct. 2020 à 14:43:11" or the like.

    A date of numbers alone is year-month-day where the year comes first, and day-first elsewhere.

    Raises:
        InvalidValue: no date and time, or a month in an unknown language.
    """
    plain = " ".join(unicodedata.normalize("NFKC", cell).split())
    parts = _DATE_AND_CLOCK.fullmatch(plain) if len(plain) <= _MAX_DATE_LENGTH else None
    if parts is None:
        raise InvalidValue(f"{plain[:_MAX_DATE_LENGTH]!r} is not a date and time as Strava writes them")
    year, month, day = _parse_day(plain, _DATE_PART.findall(parts["date"]))
    hour = _parse_hour(int(parts["hour"]), parts["before"] or parts["after"] or "")
    try:
        return datetime(year, month, day, hour, int(parts["minute"]), int(parts["second"] or 0), tzinfo=UTC)
    except ValueError as error:
        raise InvalidValue(f"{plain!r} is not a date and time: {error}") from error


def _parse_hour(hour: int, half: str) -> int:
    mark = re.sub(r"[.\s]", "", half.casefold())
    if mark in _AFTER_NOON:
        return hour % _HALF_DAY_HOURS + _HALF_DAY_HOURS
    return hour % _HALF_DAY_HOURS if mark in _BEFORE_NOON else hour


def _parse_day(plain: str, parts: list[str]) -> tuple[int, int, int]:
    numbers = [int(part) for part in parts if part.isdecimal()]
    words = [
        bare for part in parts if not part.isdecimal() and (bare := strip_accents(part)) not in _SKIPPED_WORDS
    ]
    match numbers, words:
        case [year, month, day], [] if year in _YEAR_RANGE:
            return year, month, day
        case [day, month, year], [] if year in _YEAR_RANGE:
            return year, month, day
        case [day, year], [word] if year in _YEAR_RANGE and word in _MONTH_NUMBERS:
            return year, _MONTH_NUMBERS[word], day
        case [_, year], [_] if year in _YEAR_RANGE:
            raise InvalidValue(f"the month of {plain!r} is in a language that runlog does not know")
    raise InvalidValue(f"{plain!r} is not a date as Strava writes it")
