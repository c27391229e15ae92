"""The list of activities in a Garmin archive, and the gear beside it.

Its units are told nowhere: times are in ms, distances and climbs in cm.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from runlog import clock
from runlog.errors import NotReadable
from runlog.importers import json_text, sports
from runlog.importers.garmin import gear
from runlog.importers.garmin.gear import Gear
from runlog.importers.tables import table
from runlog.importers.tables.cells import Unreadable
from runlog.model import Activity, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runlog.settings import Settings

FORMAT = "garmin"

#: The pairs of shoes, and which of them was worn for which activity.
BESIDE: tuple[str, ...] = ("*_gear.json",)

_ID = re.compile(r"[0-9]{1,20}")
_LONGEST_MS = 1e11
_FARTHEST_CM = 1e10
_FASTEST_PER_MINUTE = 400.0
_MULTISPORT = "multi_sport"


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell by its key."""
    return b'"summarizedActivitiesExport"' in head and json_text.begins(head)


def read(data: bytes, settings: Settings, beside: Mapping[str, bytes]) -> Reading:  # noqa: ARG001
    """Read each row as an activity without a track, and the pairs of shoes.

    Args:
        data: of a summarizedActivities.json.
        settings: not needed, as the list tells the local clock.
        beside: gear.json where it is there.

    Raises:
        NotReadable: it is not JSON or not of this shape, or there are rows and none of them can be taken.
    """
    rows = _rows(json_text.parse(data))
    owned = _owned(beside)
    activities: dict[str, Activity] = {}
    problems: list[Problem] = []
    multisport = 0
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict) and row.get("activityType") == _MULTISPORT:
            multisport += 1
            continue
        try:
            activity = _activity(row, owned.worn)
        except Unreadable as error:
            problems.append(Problem(f"activity {number}: {error}"))
            continue
        activities.setdefault(str(activity.external), activity)
    if not activities:
        table.refuse(problems)
    notes = (f"{multisport} sums of multisport activities; their parts count",) if multisport else ()
    return Reading(
        FORMAT,
        activities=tuple(activities.values()),
        shoes=owned.shoes,
        problems=(*problems, *owned.problems),
        notes=(*notes, *owned.notes),
    )


def _rows(document: object) -> list[Any]:
    """The activities, which lie in an object in a list."""
    parts = document if isinstance(document, list) else [document]
    lists = [part.get("summarizedActivitiesExport") for part in parts if isinstance(part, dict)]
    found = [rows for rows in lists if isinstance(rows, list)]
    if not found:
        raise NotReadable("it has no list of activities as Garmin writes it")
    return [row for rows in found for row in rows]


def _owned(beside: Mapping[str, bytes]) -> Gear:
    """The gear of the files beside the list; of one that is damaged the reason."""
    owned = Gear()
    for name, data in beside.items():
        try:
            more = gear.parse(data)
        except NotReadable as error:
            more = Gear(problems=(Problem(f"{name}: {error}"),))
        owned = Gear(
            shoes=owned.shoes + more.shoes,
            worn={**owned.worn, **more.worn},
            problems=owned.problems + more.problems,
            notes=owned.notes + more.notes,
        )
    return owned


def _activity(row: object, worn: Mapping[str, str]) -> Activity:
    """Make an activity of a row.

    Raises:
        Unreadable: it has no id, start or duration, or a value of a type that it cannot have.
    """
    if not isinstance(row, dict):
        raise Unreadable(f"{str(row)[:40]!r} is not an activity")
    key = _id(row)
    sport, sub_sport = sports.normal(_word(row, "activityType") or _word(row, "sportType"))
    timer_ms = _number(row, "duration", 0, _LONGEST_MS)
    elapsed_ms = _number(row, "elapsedDuration", 0, _LONGEST_MS) or timer_ms
    if not elapsed_ms:
        raise Unreadable("it has no duration")
    centimetres = _number(row, "distance", 0, _FARTHEST_CM)
    climbed = _number(row, "elevationGain", 0, _FARTHEST_CM)
    rpe = _number(row, "workoutRpe", 0, 100)
    return Activity(
        start=_start(row),
        duration_s=elapsed_ms / 1000.0,
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.kind(sport, sub_sport),
        name=_word(row, "name"),
        utc_offset_s=_offset(row),
        moving_s=timer_ms / 1000.0 if timer_ms else None,
        distance_m=centimetres / 100.0 if centimetres else None,
        ascent_m=None if climbed is None else climbed / 100.0,
        avg_hr=_number(row, "avgHr", 0, _FASTEST_PER_MINUTE) or None,
        max_hr=_number(row, "maxHr", 0, _FASTEST_PER_MINUTE) or None,
        avg_cadence_spm=_cadence(row),
        rpe=rpe / 10.0 if rpe else None,
        feel=_number(row, "workoutFeel", 0, 100),
        shoe=worn.get(key) if sport in sports.ON_FOOT else None,
        external=f"garmin:{key}",
    )


def _id(row: Mapping[str, Any]) -> str:
    value = row.get("activityId")
    if isinstance(value, bool) or not isinstance(value, int | str) or not _ID.fullmatch(str(value)):
        raise Unreadable(f"activityId {str(value)[:40]!r} is not the id of an activity")
    return str(value)


def _number(row: Mapping[str, Any], key: str, low: float, high: float) -> float | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"{key} {str(value)[:40]!r} is not a number")
    if not low <= value <= high:
        raise Unreadable(f"{key} {str(value)[:40]} is not within {low:g} to {high:g}")
    return float(value)


def _word(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{key} {str(value)[:40]!r} is not a text")
    return " ".join(value.split()) or None


def _start(row: Mapping[str, Any]) -> datetime:
    milliseconds = _moment_ms(row, "beginTimestamp") or _moment_ms(row, "startTimeGmt")
    if not milliseconds:
        raise Unreadable("it has no beginTimestamp")
    return gear.moment(milliseconds)


def _offset(row: Mapping[str, Any]) -> int | None:
    """The offset of the local clock, which Garmin tells as if it showed UTC."""
    local = _moment_ms(row, "startTimeLocal")
    utc = _moment_ms(row, "startTimeGmt") or _moment_ms(row, "beginTimestamp")
    if local is None or utc is None:
        return None
    return clock.zone_offset_s((local - utc) / 1000.0)


def _moment_ms(row: Mapping[str, Any], key: str) -> float | None:
    return _number(row, key, 0, gear.LATEST_MS)


def _cadence(row: Mapping[str, Any]) -> float | None:
    """Steps of both feet where they are told; ``summary`` doubles those of one foot."""
    both = _number(row, "avgDoubleCadence", 0, _FASTEST_PER_MINUTE)
    return both or _number(row, "avgRunCadence", 0, _FASTEST_PER_MINUTE) or None
