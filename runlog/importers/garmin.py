"""Read the list of activities in a Garmin archive, and the gear file in its folder.

Garmin documents no units: times are in milliseconds, distances and climbs in centimetres.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from runlog import localtime
from runlog.errors import NotReadable, NotTaken, Problem
from runlog.i18n import say
from runlog.importers import csv_table, detect, sports
from runlog.importers.csv_values import InvalidValue
from runlog.model import Activity, Shoe, shoe_key
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from runlog.importers.detect import Head, SourceFile

FORMAT = "garmin"

#: The shoes, and the shoe of each activity.
SIDECARS = ("*_gear.json",)

_ACTIVITIES_KEY = re.compile(rb'"summarizedActivitiesExport"\s*:')
_GEAR_KEY = re.compile(rb'"gear(?:DTOS|ActivityDTOs)"\s*:')
_ACTIVITY_ID = re.compile(r"[0-9]{1,20}")
_MAX_DURATION_MS = 1e11
_MAX_DISTANCE_CM = 1e10
_MAX_PER_MINUTE = 400.0
_MULTISPORT = "multi_sport"


def claims(head: Head) -> bool:
    """Return whether the bytes are JSON with Garmin's list of activities."""
    return _ACTIVITIES_KEY.search(head.data) is not None and head.is_json


def read(file: SourceFile) -> ParsedFile:
    """Read each row of a summarizedActivities.json as an activity without a track, and the pairs of shoes.

    Raises:
        NotReadable: it is not JSON or not of this shape, or there are rows and none of them can be read.
    """
    rows = _activity_rows(detect.parse_json(file.data))
    gear = _read_gear_files(file.sidecars)
    activities: dict[str, Activity] = {}
    problems: list[Problem] = []
    multisport = 0
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict) and row.get("activityType") == _MULTISPORT:
            multisport += 1
            continue
        try:
            activity = _build_activity(row, gear.shoe_of_activity)
        except InvalidValue as error:
            problems.append(Problem(say("activity {number}: {error}", number=number, error=error)))
            continue
        activities.setdefault(str(activity.external), activity)
    if not activities:
        csv_table.raise_if_all_failed(problems)
    notes = (say("{n} sums of multisport activities; their parts count", n=multisport),) if multisport else ()
    return ParsedFile(
        FORMAT,
        activities=tuple(activities.values()),
        shoes=gear.shoes,
        problems=(*problems, *gear.problems),
        notes=(*notes, *gear.notes),
        retired=gear.retired,
    )


def _activity_rows(document: object) -> list[Any]:
    """Return the rows of all lists of activities; each list is in an object in a list.

    Raises:
        NotReadable: there is no list.
    """
    parts = document if isinstance(document, list) else [document]
    values = [part.get("summarizedActivitiesExport") for part in parts if isinstance(part, dict)]
    lists = [rows for rows in values if isinstance(rows, list)]
    if not lists:
        raise NotReadable("it has no list of activities as Garmin writes it")
    return [row for rows in lists for row in rows]


def _read_gear_files(sidecars: Mapping[str, bytes]) -> Gear:
    """Return the gear of all gear files; a damaged one is a problem."""
    gear = Gear()
    for name, data in sidecars.items():
        try:
            more = parse_gear(data)
        except NotReadable as error:
            more = Gear(problems=(Problem(f"{name}: {error}"),))
        gear = Gear(
            shoes=gear.shoes + more.shoes,
            shoe_of_activity={**gear.shoe_of_activity, **more.shoe_of_activity},
            retired=gear.retired | more.retired,
            problems=gear.problems + more.problems,
            notes=gear.notes + more.notes,
        )
    return gear


def _build_activity(row: object, shoe_of_activity: Mapping[str, str]) -> Activity:
    """Return the activity of a row.

    Raises:
        InvalidValue: it has no id, start or duration, or a value of a wrong type.
    """
    if not isinstance(row, dict):
        raise InvalidValue("{text!r} is not an activity", text=str(row)[:40])
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
        shoe=shoe_of_activity.get(key) if sport in sports.ON_FOOT else None,
        external=f"garmin:{key}",
    )


def _parse_id(row: Mapping[str, Any]) -> str:
    value = row.get("activityId")
    if isinstance(value, bool) or not isinstance(value, int | str) or not _ACTIVITY_ID.fullmatch(str(value)):
        raise InvalidValue("activityId {value!r} is not the id of an activity", value=str(value)[:40])
    return str(value)


def _parse_number(row: Mapping[str, Any], key: str, low: float, high: float) -> float | None:
    value = row.get(key)
    if value is None:
        return None
    if not detect.is_number(value):
        raise InvalidValue("{key} {value!r} is not a number", key=key, value=str(value)[:40])
    if not low <= value <= high:
        raise InvalidValue(
            "{key} {value} is not within {low:g} to {high:g}",
            key=key,
            value=str(value)[:40],
            low=low,
            high=high,
        )
    return float(value)


def _parse_text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidValue("{key} {value!r} is not a text", key=key, value=str(value)[:40])
    return detect.clean_text(value)


def _parse_start(row: Mapping[str, Any]) -> datetime:
    milliseconds = _parse_time_ms(row, "beginTimestamp") or _parse_time_ms(row, "startTimeGmt")
    if not milliseconds:
        raise InvalidValue("it has no beginTimestamp")
    return _utc_of_ms(milliseconds)


def _parse_utc_offset(row: Mapping[str, Any]) -> int | None:
    """Return the UTC offset in seconds; Garmin writes the local time as if it were UTC."""
    local = _parse_time_ms(row, "startTimeLocal")
    utc = _parse_time_ms(row, "startTimeGmt") or _parse_time_ms(row, "beginTimestamp")
    if local is None or utc is None:
        return None
    return localtime.round_to_zone_offset((local - utc) / 1000.0)


def _parse_time_ms(row: Mapping[str, Any], key: str) -> float | None:
    return _parse_number(row, key, 0, _LATEST_MS)


def _parse_cadence(row: Mapping[str, Any]) -> float | None:
    """Return steps of both feet if the row has them, else of one foot; ``normalize`` doubles those."""
    both_feet = _parse_number(row, "avgDoubleCadence", 0, _MAX_PER_MINUTE)
    return both_feet or _parse_number(row, "avgRunCadence", 0, _MAX_PER_MINUTE) or None


GEAR_FORMAT = "garmin gear"

#: The activities, which are read together with the gear.
GEAR_SIDECARS = ("*_summarizedActivities.json",)

_LATEST_MS = 4e12  # in the year 2096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_LIMIT_M = 1e8
_ISO_DAY_LENGTH = len("2026-03-04")


@dataclass(frozen=True, slots=True)
class Gear:
    """The shoes of an account.

    Attributes:
        shoes: each with a name of its own.
        shoe_of_activity: name of the shoe by the id of the activity.
        retired: names of the shoes that are out of use, Garmin does not say since when.
        problems: of the gear that could not be read.
        notes: on what Garmin does not tell.
    """

    shoes: tuple[Shoe, ...] = ()
    shoe_of_activity: Mapping[str, str] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def claims_gear(head: Head) -> bool:
    """Return whether the bytes are JSON with Garmin's gear."""
    return head.is_json and _GEAR_KEY.search(head.data) is not None


def read_gear(file: SourceFile) -> ParsedFile:
    """Read the shoes of a folder without the activities.

    Raises:
        NotTaken: the activities are there, and the shoes are read together with them.
        NotReadable: it is not JSON, or not of this shape.
    """
    if file.sidecars:
        raise NotTaken("read together with the list of activities beside it")
    gear = parse_gear(file.data)
    return ParsedFile(
        GEAR_FORMAT, shoes=gear.shoes, problems=gear.problems, notes=gear.notes, retired=gear.retired
    )


def parse_gear(data: bytes) -> Gear:
    """Read the shoes of a gear.json; bikes and other gear are left out.

    Raises:
        NotReadable: it is not JSON, or not of this shape.
    """
    document = detect.parse_json(data)
    parts = [part for part in (document if isinstance(document, list) else [document]) if _is_gear(part)]
    if not parts:
        raise NotReadable("it has no gear as Garmin writes it")
    problems: list[Problem] = []
    rows = dict(keyed for part in parts for keyed in _shoe_rows(part["gearDTOS"], problems))
    names = _name_shoes(rows)
    shoes = {key: _build_shoe(row, names[key], problems) for key, row in rows.items()}
    retired = [
        shoe.name
        for key, shoe in shoes.items()
        if shoe.retired is None and str(rows[key].get("gearStatusName")).casefold() == "retired"
    ]
    notes = [
        say("{name} is retired in Garmin Connect, since its last run as far as is known", name=name)
        for name in retired
    ]
    return Gear(
        shoes=tuple(shoes.values()),
        retired=frozenset(retired),
        shoe_of_activity={
            activity: names[key]
            for part in parts
            for key, activity in _gear_links(part.get("gearActivityDTOs"))
            if key in names
        },
        problems=tuple(problems),
        notes=tuple(notes),
    )


def _utc_of_ms(milliseconds: float) -> datetime:
    """Return the moment of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _is_gear(part: object) -> bool:
    return isinstance(part, dict) and isinstance(part.get("gearDTOS"), list)


def _shoe_rows(rows: Iterable[Any], problems: list[Problem]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the key and the row of each pair of shoes; a row without a key is a problem."""
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("gearPk"), int | str):
            problems.append(Problem(say("gear {number}: it has no gearPk", number=number)))
        elif str(row.get("gearTypeName")).casefold() == "shoes":
            yield str(row["gearPk"]), row


def _gear_links(links: object) -> Iterator[tuple[str, str]]:
    """Yield the key of the shoe and the id of the activity of each link."""
    if not isinstance(links, dict):
        return
    for key, activities in links.items():
        for activity in activities if isinstance(activities, list) else ():
            if isinstance(activity, dict) and activity.get("activityId") is not None:
                yield key, str(activity["activityId"])


def _name_shoes(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return a unique name for each shoe, by its key; of two with one name the later one gets a number."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key in sorted(rows, key=lambda key: (len(key), key)):  # in the order of their entry
        texts = (detect.clean_text(rows[key].get(field)) for field in ("displayName", "customMakeModel"))
        base = name = next(filter(None, texts), f"shoes {key}")
        number = 1
        while shoe_key(name) in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(shoe_key(name))
        names[key] = name
    return names


def _build_shoe(row: Mapping[str, Any], name: str, problems: list[Problem]) -> Shoe:
    return Shoe(
        name,
        from_date=_parse_day(row, "dateBegin", name, problems),
        retired=_parse_day(row, "dateEnd", name, problems),
        limit_m=_parse_limit(row.get("maximumMeters"), name, problems),
    )


def _parse_day(row: Mapping[str, Any], key: str, name: str, problems: list[Problem]) -> date | None:
    """Parse a day: "2026-03-04T00:00:00.0", or milliseconds since 1970."""
    value = row.get(key)
    if value is None or value == "":
        return None
    if detect.is_number(value) and 0 <= value <= _LATEST_MS:
        return _utc_of_ms(value).date()
    try:
        return date.fromisoformat(str(value)[:_ISO_DAY_LENGTH])
    except ValueError:
        problems.append(
            Problem(
                say(
                    "{name}: {key} {value!r} is not a day; left out",
                    name=name,
                    key=key,
                    value=str(value)[:40],
                ),
                is_warning=True,
            )
        )
        return None


def _parse_limit(value: object, name: str, problems: list[Problem]) -> float | None:
    """Parse the metres after which the shoe is to be replaced; 0 means that no limit is set."""
    if value is None or value == 0:
        return None
    if detect.is_number(value) and 0 < value <= _MAX_LIMIT_M:
        return float(value)
    problems.append(
        Problem(
            say(
                "{name}: maximumMeters {value!r} is not a distance; left out",
                name=name,
                value=str(value)[:40],
            ),
            is_warning=True,
        )
    )
    return None
