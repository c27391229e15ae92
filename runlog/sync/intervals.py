"""Fetch from intervals.icu: activities as original files, ratings of soreness, and nights.

Written from the public description of its API. The key goes as the password of the user API_KEY; athlete 0
is the one whose key it is.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

from runlog.i18n import N_, _, say
from runlog.importers import sports
from runlog.importers.csv_values import InvalidValue
from runlog.importers.detect import find_number as number
from runlog.importers.wellness import INTERVALS_NOTES, intervals_entry, stress_of_intervals
from runlog.model import Activity, Entry
from runlog.records import Night, make_night
from runlog.sync import http, service
from runlog.sync.http import Client, Clock, NotThere, ServiceError
from runlog.sync.service import ListedActivity, Service, Terms, Wellness

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runlog.settings import Settings

NAME = "intervals"
TERMS = Terms(
    title="intervals.icu",
    key_page="https://intervals.icu/settings (Developer settings)",
    variable="INTERVALS_API_KEY",
    base_variable="INTERVALS_API_BASE_URL",
    text="The key reads and writes your account at intervals.icu; runlog only reads. Give it to nobody. "
    "It does not run out; make a new one there if somebody else may have seen it.",
)

_HOST = "https://intervals.icu"
_ATHLETE = "/api/v1/athlete/0"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: What an activity is asked for: the list has some 150 fields.
_FIELDS = (
    *("id", "start_date", "start_date_local", "type", "sub_type", "name", "source", "_note", "file_type"),
    *("moving_time", "elapsed_time", "distance", "total_elevation_gain", "average_heartrate"),
    *("max_heartrate", "average_cadence", "icu_rpe", "perceived_exertion", "feel", "gear"),
)
_EARLIEST = date(2000, 1, 1)
_WINDOW = timedelta(days=365)
_STRAVA = "STRAVA"
#: Its feel goes from 1, strong, to 5, weak.
_STRONG, _WEAK = 1.0, 5.0
WITHHELD = N_("it came from Strava, which does not let intervals.icu pass it on")


class Intervals(Service):
    """The service of intervals.icu, with a key of the runner, as its settings show it."""

    def __init__(self, key: str, settings: Settings, clock: Clock) -> None:
        self._settings = settings  # for the times of ratings
        password = base64.b64encode(f"API_KEY:{key}".encode()).decode()
        base = http.base_url(TERMS.base_variable, _HOST)
        self._client = Client(TERMS.title, base, lambda: f"Basic {password}", clock)

    def check(self) -> None:
        """Ask for the activities of a day long ago, which are few."""
        self._window(_EARLIEST, _EARLIEST)

    def activities(self, since: date | None, until: date) -> Iterator[ListedActivity]:
        """Yield the activities from a local day on, or all; a year at a time."""
        first = since or _EARLIEST
        seen: set[str] = set()
        while first <= until:
            last = min(first + _WINDOW, until)
            for row in self._window(first, last):
                one = _listed(row, self._settings)
                if one.id not in seen:
                    seen.add(one.id)
                    yield one
            first = last + timedelta(days=1)

    def _window(self, first: date, last: date) -> list[Any]:
        days = {"oldest": first.isoformat(), "newest": last.isoformat()}
        query = {**days, "fields": ",".join(_FIELDS)}
        return _rows(self._client.get_json(f"{_ATHLETE}/activities", query), N_("activities"))

    def fetch(self, activity: ListedActivity, file: IO[bytes]) -> ListedActivity:
        """Write the original file of an activity, as it was uploaded."""
        try:
            self._client.download(f"/api/v1/activity/{activity.id}/file", file, service.MAX_DOWNLOAD_BYTES)
        except NotThere:
            return replace(activity, has_file=False)
        return activity

    def wellness(self, first: date, last: date) -> Wellness:
        """Return the nights and the ratings of some days."""
        days = {"oldest": first.isoformat(), "newest": last.isoformat()}
        rows = [
            row for row in _rows(self._client.get_json(f"{_ATHLETE}/wellness", days), N_("days")) if _day(row)
        ]
        nights = [night for row in rows if (night := _night(row)) is not None]
        ratings = [entry for row in rows if (entry := _rating(row, self._settings)) is not None]
        return Wellness(nights, ratings, tuple(map(_, INTERVALS_NOTES)) if ratings else ())


#: How a service is made for a key; nothing is asked yet.
connect = Intervals


def _rows(answer: object, what: str) -> list[Any]:
    """Return the entries of an answer, which has to be a list."""
    if not isinstance(answer, list):
        raise ServiceError(
            "{title} was asked for a list of {what} and sent something else", title=TERMS.title, what=_(what)
        )
    return answer


def _listed(row: object, settings: Settings) -> ListedActivity:
    """Return an entry of the list; one that cannot be used says why it is withheld."""
    values: Mapping[str, Any] = row if isinstance(row, dict) else {}
    name = str(values.get("id"))
    if values.get("id") is None or not _ID.fullmatch(name):
        return service.unusable(row, _("an entry of the list has no id of an activity"))
    local = service.moment(values.get("start_date_local"))
    start = service.moment(values.get("start_date"))
    if start is None and local is not None:
        start = local.replace(tzinfo=settings.zone)
    if start is None:
        return service.unusable(row, say("activity {name} has no start", name=name))
    is_stub = values.get("source") == _STRAVA and (
        values.get("_note") is not None or number(values, "moving_time", "elapsed_time", least=1.0) is None
    )
    return ListedActivity(
        name,
        start.astimezone(UTC),
        None if is_stub else _row(values, name, start.astimezone(UTC)),
        service.fingerprint({one: values.get(one) for one in _FIELDS}),
        withheld=WITHHELD if is_stub else "",
    )


def _row(values: Mapping[str, Any], name: str, start: datetime) -> Activity | None:
    """Return what the list says; None where it is too little."""
    moving = number(values, "moving_time", least=1.0, most=1e7)
    elapsed = number(values, "elapsed_time", least=1.0, most=1e7) or moving
    if elapsed is None:
        return None
    sport, sub_sport = sports.normalize_sport(service.text(values, "type"))
    feel = number(values, "feel", least=_STRONG, most=_WEAK)
    gear = values.get("gear")
    return Activity(
        start=start,
        duration_s=elapsed,
        sport=sport,
        sub_sport=sub_sport,
        name=service.text(values, "name"),
        utc_offset_s=service.offset_between(service.moment(values.get("start_date_local")), start),
        moving_s=moving,
        distance_m=number(values, "distance", least=1.0, most=1e8),
        ascent_m=number(values, "total_elevation_gain", most=1e5),
        avg_hr=number(values, "average_heartrate", least=1.0, most=400.0),
        max_hr=number(values, "max_heartrate", least=1.0, most=400.0),
        avg_cadence_spm=number(values, "average_cadence", least=1.0, most=400.0),
        rpe=number(values, "icu_rpe", "perceived_exertion", most=10.0),
        feel=None if feel is None else (_WEAK - feel) / (_WEAK - _STRONG) * 100.0,
        shoe=service.text(gear, "name") if isinstance(gear, dict) and sport in sports.ON_FOOT else None,
        external=f"{NAME}:{name}",
    )


def _day(row: object) -> date | None:
    """Return the day of an entry, which is its id."""
    try:
        return date.fromisoformat(str(row["id"])) if isinstance(row, dict) else None
    except (KeyError, ValueError):
        return None


def _night(row: Mapping[str, Any]) -> Night | None:
    seconds, stress = number(row, "sleepSecs", least=1.0), number(row, "stress", least=1.0, most=4.0)
    return make_night(
        NAME,
        date.fromisoformat(str(row["id"])),
        sleep_hours=None if seconds is None else seconds / 3600.0,
        resting_hr=number(row, "restingHR"),
        hrv=number(row, "hrv"),
        stress=None if stress is None else stress_of_intervals(stress),
    )


def _rating(row: Mapping[str, Any], settings: Settings) -> Entry | None:
    soreness, injury = (number(row, name, least=1.0, most=4.0) for name in ("soreness", "injury"))
    try:
        entry = intervals_entry(str(row["id"]), soreness, injury, settings)
    except InvalidValue:  # a day that is still to come
        return None
    if entry is None or soreness is None or entry.note is not None:
        return entry
    return replace(entry, note=f"intervals.icu: soreness {soreness:g} of 4")
