"""The columns of Strava's activities.csv: by their names where those are known, else by place and shape.

Every language and age of the export begins with the same seven columns, and what Strava computed of the
recording follows the name of its file in one order. Five names occur twice: before the file's name
for people (km, a decimal comma), behind it as plain numbers in SI units.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The columns that every export begins with, in their order.
FIRST = ("id", "date", "name", "sport", "description", "elapsed_shown", "distance_shown")

#: Where the other columns lie, counted from that of the file's name.
_FROM_FILE = {
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

#: What columns are called; those that occur twice are told apart by the side of the file's name.
_CALLED = {
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
_TWICE = ("elapsed", "distance")
_FIELD_OF = {name: field for field, names in _CALLED.items() for name in names}
_OLD_METRES = "distance"  # in the exports until 2019, all of whose names are in small letters
_ENGLISH = frozenset({"Activity ID", "id"})

_FILE = re.compile(r"activities/[^/]+\.(?:fit|gpx|tcx)(?:\.gz)?", re.IGNORECASE)
_ID = re.compile(r"[0-9]{1,20}")
_FILE_PLACE = 12  # in every export since 2020
_LAST_PLACE = _FILE_PLACE + max(_FROM_FILE.values())
_MOST_RPE = 10.0
_FEWEST_COLUMNS = 8
#: How many of the rows must bear out what is only guessed from a column's place.
_MOST = 0.9

#: The error that Strava writes in place of a file's name or its bytes.
NOT_EXPORTED = "#error#"


def is_english(header: Sequence[str]) -> bool:
    """Tell whether a header is in English, the language of Strava's own words for sports."""
    return bool(header) and header[0] in _ENGLISH


def is_id(cell: str) -> bool:
    """Tell whether a cell can be the id of an activity."""
    return _ID.fullmatch(cell) is not None


def looks_like(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a first row and some rows below it can be those of an activities.csv.

    Args:
        header: the cells of the first row.
        rows: the cells of some rows below, the last of which may be cut off.
    """
    if len(header) < _FEWEST_COLUMNS or is_id(header[0]):
        return False
    if (_FIELD_OF.get(header[0]), _FIELD_OF.get(header[1])) == ("id", "date") and "file" in map(
        _FIELD_OF.get, header
    ):
        return True
    if not rows or not is_id(rows[0][0]):
        return False
    return len(header) > _LAST_PLACE or _file_by_shape(rows) is not None


def find(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """Return the place of each column that is there.

    Columns without a known name are taken from their place only where the rows bear it out: the
    elapsed time behind the file's name repeats the one before it, an exertion is a number from 0 to 10.

    Args:
        header: the cells of the first row.
        rows: the cells of the rows below.

    Returns:
        Indices by ``FIRST``, "gear", "file", "elapsed" (s), "moving" (s), "distance" (m), "ascent" (m),
        "cadence", "max_hr", "avg_hr" (per minute) and "rpe"; those that are not there are left out.
    """
    named = _by_name(header)
    file = named.get("file", _file_by_shape(rows))
    if file is None:
        file = _FILE_PLACE if len(header) > _LAST_PLACE else None
    places = _by_place(rows, file) | named
    return {field: place for field, place in places.items() if place < len(header)}


def _by_name(header: Sequence[str]) -> dict[str, int]:
    """The columns whose names are known."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        if name in _FIELD_OF:
            places.setdefault(_FIELD_OF[name], []).append(place)
    found = {field: where[-1] for field, where in places.items() if field not in _TWICE}
    for field in _TWICE:
        match places.get(field, []):
            case [only]:
                found["distance" if header[only] == _OLD_METRES else f"{field}_shown"] = only
            case [shown, *_, plain]:
                found[f"{field}_shown"], found[field] = shown, plain
    return found


def _by_place(rows: Sequence[Sequence[str]], file: int | None) -> dict[str, int]:
    """The columns where the exports have them, as far as the rows agree."""
    places = {field: place for place, field in enumerate(FIRST)}
    if file is None:
        return places
    behind = {field: file + offset for field, offset in _FROM_FILE.items()}
    if not _repeats(rows, places["elapsed_shown"], behind["elapsed"]):
        return places | {field: place for field, place in behind.items() if place <= file}
    if not _within(rows, behind["rpe"], 0.0, _MOST_RPE):
        del behind["rpe"]
    return places | behind


def _file_by_shape(rows: Sequence[Sequence[str]]) -> int | None:
    """The column that holds names of recordings."""
    for row in rows:
        for place, cell in enumerate(row):
            if place >= len(FIRST) and _FILE.fullmatch(cell.strip()):
                return place
    return None


def _repeats(rows: Sequence[Sequence[str]], first: int, second: int) -> bool:
    """Tell whether two columns of numbers say the same wherever both are filled, and somewhere are."""
    pairs = [
        (one, other)
        for row in rows
        if second < len(row)
        and (one := _number(row[first])) is not None
        and (other := _number(row[second])) is not None
    ]
    same = sum(abs(one - other) <= 1.0 for one, other in pairs)
    return bool(pairs) and same >= _MOST * len(pairs)


def _within(rows: Sequence[Sequence[str]], place: int, low: float, high: float) -> bool:
    """Tell whether all cells of a column that are filled are numbers in a range."""
    cells = [row[place] for row in rows if place < len(row) and row[place].strip()]
    numbers = [_number(cell) for cell in cells]
    return all(number is not None and low <= number <= high for number in numbers)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
