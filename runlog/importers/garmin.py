"""Read the list of activities in a Garmin archive, and the gear file beside it.

Garmin documents no units: times are in milliseconds, distances and climbs in centimetres.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from runlog import localtime
from runlog.errors import NotReadable, NotTaken
from runlog.importers import csv_table, detect, sports
from runlog.importers.csv_table import InvalidValue
from runlog.model import Activity, ParsedFile, Problem, Shoe, shoe_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from runlog.importers.detect import Head, SourceFile

FORMAT = "garmin"

#: The pairs of shoes, and which of them was worn for which activity.
SIDECARS: tuple[str, ...] = ("*_gear.json",)

_ACTIVITY_ID = re.compile(r"[0-9]{1,20}")
_MAX_DURATION_MS = 1e11
_MAX_DISTANCE_CM = 1e10
_MAX_PER_MINUTE = 400.0
_MULTISPORT = "multi_sport"


def claims(head: Head) -> bool:
    """Tell by its key."""
    return b'"summarizedActivitiesExport"' in head.data and head.is_json


def read(file: SourceFile) -> ParsedFile:
    """Read each row of a summarizedActivities.json as an activity without a track, and the pairs of shoes.

    Raises:
        NotReadable: it is not JSON or not of this shape, or there are rows and none of them can be taken.
    """
    rows = _activity_rows(detect.parse_json(file.data))
    owned = _read_gear_files(file.sidecars)
    activities: dict[str, Activity] = {}
    problems: list[Problem] = []
    multisport = 0
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict) and row.get("activityType") == _MULTISPORT:
            multisport += 1
            continue
        try:
            activity = _build_activity(row, owned.worn)
        except InvalidValue as error:
            problems.append(Problem(f"activity {number}: {error}"))
            continue
        activities.setdefault(str(activity.external), activity)
    if not activities:
        csv_table.raise_if_all_failed(problems)
    notes = (f"{multisport} sums of multisport activities; their parts count",) if multisport else ()
    return ParsedFile(
        FORMAT,
        activities=tuple(activities.values()),
        shoes=owned.shoes,
        problems=(*problems, *owned.problems),
        notes=(*notes, *owned.notes),
    )


def _activity_rows(document: object) -> list[Any]:
    """The activities, which lie in an object in a list."""
    parts = document if isinstance(document, list) else [document]
    lists = [part.get("summarizedActivitiesExport") for part in parts if isinstance(part, dict)]
    found = [rows for rows in lists if isinstance(rows, list)]
    if not found:
        raise NotReadable("it has no list of activities as Garmin writes it")
    return [row for rows in found for row in rows]


def _read_gear_files(beside: Mapping[str, bytes]) -> Gear:
    """The gear of the files beside the list; of one that is damaged the reason."""
    owned = Gear()
    for name, data in beside.items():
        try:
            more = parse_gear(data)
        except NotReadable as error:
            more = Gear(problems=(Problem(f"{name}: {error}"),))
        owned = Gear(
            shoes=owned.shoes + more.shoes,
            worn={**owned.worn, **more.worn},
            problems=owned.problems + more.problems,
            notes=owned.notes + more.notes,
        )
    return owned


def _build_activity(row: object, worn: Mapping[str, str]) -> Activity:
    """Make an activity of a row.

    Raises:
        Unreadable: it has no id, start or duration, or a value of a type that it cannot have.
    """
    if not isinstance(row, dict):
        raise InvalidValue(f"{str(row)[:40]!r} is not an activity")
    key = _parse_id(row)
    sport, sub_sport = sports.normalize_sport(
        _parse_text(row, "activityType") or _parse_text(row, "sportType")
    )
    timer_ms = _parse_number(row, "duration", 0, _MAX_DURATION_MS)
    elapsed_ms = _parse_number(row, "elapsedDuration", 0, _MAX_DURATION_MS) or timer_ms
    if not elapsed_ms:
        raise InvalidValue("it has no duration")
    centimetres = _parse_number(row, "distance", 0, _MAX_DISTANCE_CM)
    climbed = _parse_number(row, "elevationGain", 0, _MAX_DISTANCE_CM)
    rpe = _parse_number(row, "workoutRpe", 0, 100)
    return Activity(
        start=_parse_start(row),
        duration_s=elapsed_ms / 1000.0,
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.activity_kind(sport, sub_sport),
        name=_parse_text(row, "name"),
        utc_offset_s=_parse_utc_offset(row),
        moving_s=timer_ms / 1000.0 if timer_ms else None,
        distance_m=centimetres / 100.0 if centimetres else None,
        ascent_m=None if climbed is None else climbed / 100.0,
        avg_hr=_parse_number(row, "avgHr", 0, _MAX_PER_MINUTE) or None,
        max_hr=_parse_number(row, "maxHr", 0, _MAX_PER_MINUTE) or None,
        avg_cadence_spm=_parse_cadence(row),
        rpe=rpe / 10.0 if rpe else None,
        feel=_parse_number(row, "workoutFeel", 0, 100),
        shoe=worn.get(key) if sport in sports.ON_FOOT else None,
        external=f"garmin:{key}",
    )


def _parse_id(row: Mapping[str, Any]) -> str:
    value = row.get("activityId")
    if isinstance(value, bool) or not isinstance(value, int | str) or not _ACTIVITY_ID.fullmatch(str(value)):
        raise InvalidValue(f"activityId {str(value)[:40]!r} is not the id of an activity")
    return str(value)


def _parse_number(row: Mapping[str, Any], key: str, low: float, high: float) -> float | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue(f"{key} {str(value)[:40]!r} is not a number")
    if not low <= value <= high:
        raise InvalidValue(f"{key} {str(value)[:40]} is not within {low:g} to {high:g}")
    return float(value)


def _parse_text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidValue(f"{key} {str(value)[:40]!r} is not a text")
    return " ".join(value.split()) or None


def _parse_start(row: Mapping[str, Any]) -> datetime:
    milliseconds = _parse_time_ms(row, "beginTimestamp") or _parse_time_ms(row, "startTimeGmt")
    if not milliseconds:
        raise InvalidValue("it has no beginTimestamp")
    return _utc_of_ms(milliseconds)


def _parse_utc_offset(row: Mapping[str, Any]) -> int | None:
    """The offset of the local clock, which Garmin tells as if it showed UTC."""
    local = _parse_time_ms(row, "startTimeLocal")
    utc = _parse_time_ms(row, "startTimeGmt") or _parse_time_ms(row, "beginTimestamp")
    if local is None or utc is None:
        return None
    return localtime.round_to_zone_offset((local - utc) / 1000.0)


def _parse_time_ms(row: Mapping[str, Any], key: str) -> float | None:
    return _parse_number(row, key, 0, _LATEST_MS)


def _parse_cadence(row: Mapping[str, Any]) -> float | None:
    """Steps of both feet where they are told; ``summary`` doubles those of one foot."""
    both = _parse_number(row, "avgDoubleCadence", 0, _MAX_PER_MINUTE)
    return both or _parse_number(row, "avgRunCadence", 0, _MAX_PER_MINUTE) or None


GEAR_FORMAT = "garmin gear"

#: The activities, which are read together with the gear.
GEAR_SIDECARS: tuple[str, ...] = ("*_summarizedActivities.json",)

_LATEST_MS = 4e12  # in the year 2096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_LIMIT_M = 1e8
_ISO_DAY_LENGTH = len("2026-03-04")


@dataclass(frozen=True, slots=True)
class Gear:
    """The pairs of shoes of an account.

    Attributes:
        shoes: each pair, no two by the same name.
        worn: the name of the pair by the id of the activity.
        problems: what could not be read.
        notes: what Garmin does not tell.
    """

    shoes: tuple[Shoe, ...] = ()
    worn: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def claims_gear(head: Head) -> bool:
    """Tell by its keys."""
    return head.is_json and (b'"gearDTOS"' in head.data or b'"gearActivityDTOs"' in head.data)


def read_gear(file: SourceFile) -> ParsedFile:
    """Read the pairs where the activities are not beside them.

    Raises:
        NotTaken: the activities are there, and the pairs are read together with them.
        NotReadable: it is not JSON, or not of this shape.
    """
    if file.sidecars:
        raise NotTaken("read together with the list of activities beside it")
    gear = parse_gear(file.data)
    return ParsedFile(GEAR_FORMAT, shoes=gear.shoes, problems=gear.problems, notes=gear.notes)


def parse_gear(data: bytes) -> Gear:
    """Read the pairs of a gear.json; bikes and the rest are left out.

    Raises:
        NotReadable: it is not JSON, or not of this shape.
    """
    document = detect.parse_json(data)
    parts = [part for part in (document if isinstance(document, list) else [document]) if _is_gear(part)]
    if not parts:
        raise NotReadable("it has no gear as Garmin writes it")
    problems: list[Problem] = []
    notes: list[str] = []
    pairs = dict(pair for part in parts for pair in _shoe_rows(part["gearDTOS"], problems))
    names = _name_shoes(pairs)
    return Gear(
        shoes=tuple(_build_shoe(row, names[key], problems, notes) for key, row in pairs.items()),
        worn={
            activity: names[key]
            for part in parts
            for key, activity in _gear_links(part.get("gearActivityDTOs"))
            if key in names
        },
        problems=tuple(problems),
        notes=tuple(notes),
    )


def _utc_of_ms(milliseconds: float) -> datetime:
    """Return the time so long after 1970 as Garmin counts it, in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _is_gear(part: object) -> bool:
    return isinstance(part, dict) and isinstance(part.get("gearDTOS"), list)


def _shoe_rows(rows: Iterable[Any], problems: list[Problem]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("gearPk"), int | str):
            problems.append(Problem(f"gear {number}: it has no gearPk"))
        elif str(row.get("gearTypeName")).casefold() == "shoes":
            yield str(row["gearPk"]), row


def _gear_links(links: object) -> Iterator[tuple[str, str]]:
    """The pair and the activity of each link."""
    if not isinstance(links, dict):
        return
    for key, activities in links.items():
        for activity in activities if isinstance(activities, list) else ():
            if isinstance(activity, dict) and activity.get("activityId") is not None:
                yield key, str(activity["activityId"])


def _name_shoes(pairs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What each pair is called; of two by one name the later one gets a number."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key in sorted(pairs, key=lambda key: (len(key), key)):  # in the order of their entry
        row = pairs[key]
        base = name = (
            _clean_text(row.get("displayName")) or _clean_text(row.get("customMakeModel")) or f"shoes {key}"
        )
        number = 1
        while shoe_key(name) in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(shoe_key(name))
        names[key] = name
    return names


def _clean_text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _build_shoe(row: Mapping[str, Any], name: str, problems: list[Problem], notes: list[str]) -> Shoe:
    retired = _parse_day(row, "dateEnd", name, problems)
    if retired is None and str(row.get("gearStatusName")).casefold() == "retired":
        notes.append(f"{name} is retired in Garmin Connect, which does not tell since when")
    return Shoe(
        name,
        from_date=_parse_day(row, "dateBegin", name, problems),
        retired=retired,
        limit_m=_parse_limit(row.get("maximumMeters"), name, problems),
    )


def _parse_day(row: Mapping[str, Any], key: str, name: str, problems: list[Problem]) -> date | None:
    """A day as Garmin writes it: "2026-03-04T00:00:00.0", or milliseconds since 1970."""
    value = row.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LATEST_MS:
        return _utc_of_ms(value).date()
    try:
        return date.fromisoformat(str(value)[:_ISO_DAY_LENGTH])
    except ValueError:
        problems.append(Problem(f"{name}: {key} {str(value)[:40]!r} is not a day; left out"))
        return None


def _parse_limit(value: object, name: str, problems: list[Problem]) -> float | None:
    """The metres after which the pair is to be replaced; Garmin writes 0 where none are set."""
    if value is None or value == 0:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _MAX_LIMIT_M:
        return float(value)
    problems.append(Problem(f"{name}: maximumMeters {str(value)[:40]!r} is not a distance; left out"))
    return None
