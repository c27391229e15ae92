"""The gear.json of a Garmin archive: the pairs of shoes, and which activity each was worn for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from runlog.errors import NotReadable, NotTaken
from runlog.importers import json_text
from runlog.model import Problem, Reading, Shoe, shoe_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from runlog.settings import Settings

FORMAT = "garmin gear"

#: The activities, which are read together with the gear.
BESIDE: tuple[str, ...] = ("*_summarizedActivities.json",)

LATEST_MS = 4e12  # in the year 2096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_M = 1e8
_ISO_DAY = len("2026-03-04")


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


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell by its keys."""
    return (b'"gearDTOS"' in head or b'"gearActivityDTOs"' in head) and json_text.begins(head)


def read(data: bytes, settings: Settings, beside: Mapping[str, bytes]) -> Reading:  # noqa: ARG001
    """Read the pairs where the activities are not beside them.

    Raises:
        NotTaken: the activities are there, and the pairs are read together with them.
        NotReadable: it is not JSON, or not of this shape.
    """
    if beside:
        raise NotTaken("read together with the list of activities beside it")
    gear = parse(data)
    return Reading(FORMAT, shoes=gear.shoes, problems=gear.problems, notes=gear.notes)


def parse(data: bytes) -> Gear:
    """Read the pairs of a gear.json; bikes and the rest are left out.

    Raises:
        NotReadable: it is not JSON, or not of this shape.
    """
    document = json_text.parse(data)
    parts = [part for part in (document if isinstance(document, list) else [document]) if _is_gear(part)]
    if not parts:
        raise NotReadable("it has no gear as Garmin writes it")
    problems: list[Problem] = []
    notes: list[str] = []
    pairs = dict(pair for part in parts for pair in _shoe_rows(part["gearDTOS"], problems))
    names = _names(pairs)
    return Gear(
        shoes=tuple(_shoe(row, names[key], problems, notes) for key, row in pairs.items()),
        worn={
            activity: names[key]
            for part in parts
            for key, activity in _links(part.get("gearActivityDTOs"))
            if key in names
        },
        problems=tuple(problems),
        notes=tuple(notes),
    )


def moment(milliseconds: float) -> datetime:
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


def _links(links: object) -> Iterator[tuple[str, str]]:
    """The pair and the activity of each link."""
    if not isinstance(links, dict):
        return
    for key, activities in links.items():
        for activity in activities if isinstance(activities, list) else ():
            if isinstance(activity, dict) and activity.get("activityId") is not None:
                yield key, str(activity["activityId"])


def _names(pairs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What each pair is called; of two by one name the later one gets a number."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key in sorted(pairs, key=lambda key: (len(key), key)):  # in the order of their entry
        row = pairs[key]
        base = name = _text(row.get("displayName")) or _text(row.get("customMakeModel")) or f"shoes {key}"
        number = 1
        while shoe_key(name) in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(shoe_key(name))
        names[key] = name
    return names


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _shoe(row: Mapping[str, Any], name: str, problems: list[Problem], notes: list[str]) -> Shoe:
    retired = _day(row, "dateEnd", name, problems)
    if retired is None and str(row.get("gearStatusName")).casefold() == "retired":
        notes.append(f"{name} is retired in Garmin Connect, which does not tell since when")
    return Shoe(
        name,
        from_date=_day(row, "dateBegin", name, problems),
        retired=retired,
        limit_m=_limit(row.get("maximumMeters"), name, problems),
    )


def _day(row: Mapping[str, Any], key: str, name: str, problems: list[Problem]) -> date | None:
    """A day as Garmin writes it: "2026-03-04T00:00:00.0", or milliseconds since 1970."""
    value = row.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LATEST_MS:
        return moment(value).date()
    try:
        return date.fromisoformat(str(value)[:_ISO_DAY])
    except ValueError:
        problems.append(Problem(f"{name}: {key} {str(value)[:40]!r} is not a day; left out"))
        return None


def _limit(value: object, name: str, problems: list[Problem]) -> float | None:
    """The metres after which the pair is to be replaced; Garmin writes 0 where none are set."""
    if value is None or value == 0:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _MOST_M:
        return float(value)
    problems.append(Problem(f"{name}: maximumMeters {str(value)[:40]!r} is not a distance; left out"))
    return None
