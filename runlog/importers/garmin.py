"""Read the list of activities in a Garmin archive, and the gear file in its folder.

Garmin documents no units: times are in milliseconds, distances and climbs in centimetres.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from runlog import localtime
from runlog.errors import NotReadable, NotTaken, Problem
from runlog.i18n import N_, say
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
    gear: list[ParsedFile] = []
    shoe_of_activity: dict[str, str] = {}
    for name, data in file.sidecars.items():
        try:
            more, links = _parse_gear(data)
        except NotReadable as error:
            more, links = ParsedFile(GEAR_FORMAT, problems=(Problem(f"{name}: {error}"),)), {}
        gear.append(more)
        shoe_of_activity |= links
    activities: dict[str, Activity] = {}
    problems: list[Problem] = []
    multisport = 0
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict) and row.get("activityType") == _MULTISPORT:
            multisport += 1
            continue
        try:
            activity = _build_activity(row, shoe_of_activity)
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
        shoes=tuple(shoe for one in gear for shoe in one.shoes),
        problems=(*problems, *(problem for one in gear for problem in one.problems)),
        notes=(*notes, *(note for one in gear for note in one.notes)),
        retired=frozenset().union(*(one.retired for one in gear)),
    )


def _activity_rows(document: object) -> list[Any]:
    """Return the rows of all lists of activities; each list is in an object in a list."""
    parts = document if isinstance(document, list) else [document]
    values = [part.get("summarizedActivitiesExport") for part in parts if isinstance(part, dict)]
    lists = [rows for rows in values if isinstance(rows, list)]
    if not lists:
        raise NotReadable("it has no list of activities as Garmin writes it")
    return [row for rows in lists for row in rows]


def _build_activity(row: object, shoe_of_activity: Mapping[str, str]) -> Activity:
    """Return the activity of a row; refuse one without an id, start or duration."""
    if not isinstance(row, dict):
        raise InvalidValue("{text!r} is not an activity", text=str(row)[:40])
    key = _parse_id(row)
    sport, sub_sport = sports.normalize_sport(
        _parse_text(row, "activityType") or _parse_text(row, "sportType")
    )
    timer_ms = _parse_number(row, "duration", _MAX_DURATION_MS)
    elapsed_ms = _parse_number(row, "elapsedDuration", _MAX_DURATION_MS) or timer_ms
    if not elapsed_ms:
        raise InvalidValue("it has no duration")
    centimetres = _parse_number(row, "distance", _MAX_DISTANCE_CM)
    climbed = _parse_number(row, "elevationGain", _MAX_DISTANCE_CM)
    rpe = _parse_number(row, "workoutRpe", 100)
    begin_ms, gmt_ms, local_ms = (
        _parse_number(row, name, _LATEST_MS) for name in ("beginTimestamp", "startTimeGmt", "startTimeLocal")
    )
    start_ms, utc_ms = begin_ms or gmt_ms, gmt_ms or begin_ms
    if not start_ms:
        raise InvalidValue("it has no beginTimestamp")
    utc_offset = None
    if local_ms is not None and utc_ms is not None:  # the local time is written as if it were UTC
        utc_offset = localtime.round_to_zone_offset((local_ms - utc_ms) / 1000.0)
    # Steps of both feet if the row has them, else of one foot, which are doubled later.
    cadence = _parse_number(row, "avgDoubleCadence", _MAX_PER_MINUTE)
    cadence = cadence or _parse_number(row, "avgRunCadence", _MAX_PER_MINUTE)
    return Activity(
        start=_utc_of_ms(start_ms),
        duration_s=elapsed_ms / 1000.0,
        sport=sport,
        sub_sport=sub_sport,
        name=_parse_text(row, "name"),
        utc_offset_s=utc_offset,
        moving_s=timer_ms / 1000.0 if timer_ms else None,
        distance_m=centimetres / 100.0 if centimetres else None,
        ascent_m=None if climbed is None else climbed / 100.0,
        avg_hr=_parse_number(row, "avgHr", _MAX_PER_MINUTE) or None,
        max_hr=_parse_number(row, "maxHr", _MAX_PER_MINUTE) or None,
        avg_cadence_spm=cadence or None,
        rpe=rpe / 10.0 if rpe else None,
        feel=_parse_number(row, "workoutFeel", 100),
        shoe=shoe_of_activity.get(key) if sport in sports.ON_FOOT else None,
        external=f"garmin:{key}",
    )


def _parse_id(row: Mapping[str, Any]) -> str:
    value = row.get("activityId")
    if isinstance(value, bool) or not isinstance(value, int | str) or not _ACTIVITY_ID.fullmatch(str(value)):
        raise InvalidValue("activityId {value!r} is not the id of an activity", value=str(value)[:40])
    return str(value)


def _parse_number(row: Mapping[str, Any], key: str, high: float) -> float | None:
    value = row.get(key)
    if value is None:
        return None
    if not detect.is_number(value):
        raise InvalidValue("{key} {value!r} is not a number", key=key, value=str(value)[:40])
    if not 0 <= value <= high:
        text = N_("{key} {value} is not within {low:g} to {high:g}")
        raise InvalidValue(text, key=key, value=str(value)[:40], low=0, high=high)
    return float(value)


def _parse_text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidValue("{key} {value!r} is not a text", key=key, value=str(value)[:40])
    return detect.clean_text(value)


GEAR_FORMAT = "garmin gear"

#: The activities, which are read together with the gear.
GEAR_SIDECARS = ("*_summarizedActivities.json",)

_LATEST_MS = 4e12  # in the year 2096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_LIMIT_M = 1e8
_ISO_DAY_LENGTH = len("2026-03-04")


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
    return _parse_gear(file.data)[0]


def _parse_gear(data: bytes) -> tuple[ParsedFile, dict[str, str]]:
    """Return the shoes of a gear.json, without bikes and other gear, and the shoe by the activity's id."""
    document = detect.parse_json(data)
    documents = document if isinstance(document, list) else [document]
    parts = [one for one in documents if isinstance(one, dict) and isinstance(one.get("gearDTOS"), list)]
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
    links = [link for part in parts for link in _gear_links(part.get("gearActivityDTOs"))]
    parsed = ParsedFile(
        GEAR_FORMAT,
        shoes=tuple(shoes.values()),
        problems=tuple(problems),
        notes=tuple(notes),
        retired=frozenset(retired),
    )
    return parsed, {activity: names[key] for key, activity in links if key in names}


def _utc_of_ms(milliseconds: float) -> datetime:
    """Return the moment of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


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
    """Return a pair; a day or a limit that is none is a problem, and left out."""

    def leave_out(text: str, key: str) -> None:
        reason = say(text, name=name, key=key, value=str(row.get(key))[:40])
        problems.append(Problem(reason, is_warning=True))

    days: dict[str, date | None] = {}
    for key in ("dateBegin", "dateEnd"):
        try:
            days[key] = _parse_day(row.get(key))
        except ValueError:
            days[key] = None
            leave_out(N_("{name}: {key} {value!r} is not a day; left out"), key)
    limit = row.get("maximumMeters")
    if limit is None or limit == 0:  # no limit is set
        limit = None
    elif not (detect.is_number(limit) and 0 < limit <= _MAX_LIMIT_M):
        leave_out(N_("{name}: maximumMeters {value!r} is not a distance; left out"), "maximumMeters")
        limit = None
    return Shoe(
        name,
        from_date=days["dateBegin"],
        retired=days["dateEnd"],
        limit_m=None if limit is None else float(limit),
    )


def _parse_day(value: object) -> date | None:
    """Parse a day: "2026-03-04T00:00:00.0", or milliseconds since 1970; raise ValueError if it is none."""
    if value is None or value == "":
        return None
    if detect.is_number(value) and 0 <= value <= _LATEST_MS:
        return _utc_of_ms(value).date()
    return date.fromisoformat(str(value)[:_ISO_DAY_LENGTH])
