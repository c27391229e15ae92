"""Fetch from Garmin's Personal API: one's own activities as original files, and nights.

Written from the documentation of Garmin's own client (garmin-connect-personal-api-python 1.0.0). A key is
exchanged for a token of 24 hours, which is kept in memory alone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

from runlog.i18n import _, say
from runlog.importers import sports
from runlog.importers.detect import find_number as number
from runlog.importers.wellness import garmin_nights
from runlog.localtime import local_day
from runlog.model import Activity
from runlog.sync import http, service
from runlog.sync.http import Client, Clock, KeyRefused, NotThere, ServiceError, Unreachable
from runlog.sync.service import ListedActivity, Service, Terms, Wellness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from runlog.settings import Settings

NAME = "garmin"
TERMS = Terms(
    title="Garmin Connect",
    key_page="https://connect.garmin.com/app/settings/personalApiToken",
    variable="GARMIN_PERSONAL_API_KEY",
    base_variable="GARMIN_PERSONAL_API_BASE_URL",
    text="Garmin's Personal API is for your own data and your own, non-commercial use; it only reads. "
    "The key is yours alone: give it to nobody. You choose whether it holds for 30 or up to 365 days; "
    "it is shown once.",
)

_HOST = "https://personal.connectapi.garmin.com"
_TOKEN_PATH = "/personalapitoken-service/personal-api/personal-api-key/token"  # noqa: S105 - a path
_LIST_PATH = "/activitylist-service/activities/search/activities"
_PAGE = 100
_ID = re.compile(r"[1-9][0-9]{0,19}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,8192}")
_MULTISPORT = "multi_sport"
#: An elapsed time of so many times the duration is in milliseconds.
_MILLISECONDS_FROM = 200.0

#: What is asked for days, in the path or by a query; each answers with objects that have a calendarDate.
_WELLNESS_PATHS = (
    "/sleep-service/sleep/dailySleepSummariesByDate",
    "/hrv-service/hrv/daily/{first}/{last}",
    "/usersummary-service/v2/dailysummaries",
    "/usersummary-service/stats/stress/daily/{first}/{last}",
)


class Garmin(Service):
    """Garmin's service, with the key that Garmin Connect shows once."""

    def __init__(self, key: str, settings: Settings, clock: Clock) -> None:
        del settings
        base = http.base_url(TERMS.base_variable, _HOST)
        self._client = Client(TERMS.title, base, lambda: f"Bearer {self._token}", clock)
        self._key = key
        self._token = ""
        self._renewing = Lock()
        self._not_offered: set[str] = set()

    def check(self) -> None:
        """Exchange the key for a token, also where there is one already."""
        self._renew(self._token)

    def _renew(self, used: str) -> None:
        """Get a token, unless another call has got one since this one was used."""
        with self._renewing:
            if self._token != used:
                return
            answer = self._client.post_text(_TOKEN_PATH, f"ApiKey {self._key}").strip().strip('"')
            if not _TOKEN.fullmatch(answer):
                raise ServiceError(
                    "{title} answered the key with something that is no token", title=TERMS.title
                )
            self._token = answer

    def _ask(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
        """Make a call; with a new token where the old one has run out."""
        used = self._token
        try:
            return call()
        except KeyRefused:
            self._renew(used)
            return call()

    def activities(self, since: date | None, until: date) -> Iterator[ListedActivity]:
        """Yield the activities from a local day on, or all; page by page, the newest first."""
        del until  # without an end the list goes up to now
        params: dict[str, str | int] = {"start": 0, "limit": _PAGE}
        if since is not None:
            params["startDate"] = since.isoformat()
        seen: set[str] = set()
        while True:
            page = _activity_rows(self._ask(lambda: self._client.get_json(_LIST_PATH, params)))
            new = [one for one in map(_listed, page) if one.id not in seen]
            if not new:
                return
            seen.update(one.id for one in new)
            for one in new:
                offset = None if one.row is None else one.row.utc_offset_s
                if since is None or one.problem or local_day(one.start, offset, UTC) >= since:
                    yield one
            params["start"] = int(params["start"]) + len(page)

    def fetch(self, activity: ListedActivity, file: IO[bytes]) -> ListedActivity:
        """Write the zip with the original file; return a run with how hard it was, which the list leaves out.

        An activity that was typed in has no file.
        """
        rated = self._with_rating(activity)
        if not rated.has_file:
            return rated
        try:
            path = f"/download-service/files/activity/{activity.id}"
            self._ask(lambda: self._client.download(path, file, service.MAX_DOWNLOAD_BYTES))
        except NotThere:
            return replace(rated, has_file=False)
        return rated

    def _with_rating(self, activity: ListedActivity) -> ListedActivity:
        """Ask for how hard a run was and how it felt, which may have been rated later."""
        row, path = activity.row, "/activity-service/activity/"
        if row is None or row.sport != "running" or row.rpe is not None or path in self._not_offered:
            return activity
        try:
            answer = self._ask(lambda: self._client.get_json(f"{path}{activity.id}"))
        except (NotThere, KeyRefused):
            self._not_offered.add(path)
            return activity
        summary = answer.get("summaryDTO") if isinstance(answer, dict) else None
        if not isinstance(summary, dict):
            return activity
        effort, feel = _rating(summary)
        return replace(activity, row=replace(row, rpe=effort, feel=feel))

    def wellness(self, first: date, last: date) -> Wellness:
        """Return the nights of some days: sleep, resting heart rate, HRV, and the stress of the day before.

        The stress of the last day is left out, as that day may not be over. A kind of answer that the service
        does not offer is left out, too.
        """
        answers = []
        days = {"startDate": first.isoformat(), "endDate": last.isoformat()}
        for path in _WELLNESS_PATHS:
            if path in self._not_offered:
                continue
            url = path.format(first=first, last=last)
            query = days if url == path else None
            try:
                answers.append(self._ask(lambda: self._client.get_json(url, query)))  # noqa: B023 - called at once
            except Unreachable:
                raise
            except ServiceError:
                self._not_offered.add(path)
        return Wellness(nights=garmin_nights(answers, last))


#: How a service is made for a key; nothing is asked yet.
connect = Garmin


def _activity_rows(answer: object) -> list[Any]:
    """Return the entries of a page; a list, or an object with one."""
    if answer is None:
        return []
    if isinstance(answer, dict):
        answer = next((answer[name] for name in ("activities", "activityList") if name in answer), None)
    if not isinstance(answer, list):
        raise ServiceError(
            "{title} was asked for the list of activities and sent something else", title=TERMS.title
        )
    return answer


def _listed(row: object) -> ListedActivity:
    """Return an entry of the list; one that cannot be used says why it is withheld."""
    values: Mapping[str, Any] = row if isinstance(row, dict) else {}
    name = str(values.get("activityId"))
    if isinstance(values.get("activityId"), bool) or not _ID.fullmatch(name):
        return service.unusable(row, _("an entry of the list has no id of an activity"))
    activity = _row(values, name)
    start = service.moment(values.get("startTimeGMT")) or service.moment(values.get("startTimeLocal"))
    if start is None:
        return service.unusable(row, say("activity {name} has no start", name=name))
    return ListedActivity(
        name,
        start.astimezone(UTC),
        activity,
        service.fingerprint({"row": repr(activity), "type": values.get("activityType")}),
        has_file=values.get("manualActivity") is not True,
    )


def _row(values: Mapping[str, Any], name: str) -> Activity | None:
    """Return what the list says; None where it is too little, or of the sum of several sports."""
    kind = values.get("activityType")
    word = service.text(kind, "typeKey") if isinstance(kind, dict) else service.text(values, "activityType")
    start, local = service.moment(values.get("startTimeGMT")), service.moment(values.get("startTimeLocal"))
    duration = number(values, "duration", least=1.0, most=1e7)
    if start is None or duration is None or word == _MULTISPORT:
        return None
    elapsed = number(values, "elapsedDuration", least=1.0) or duration
    if elapsed > _MILLISECONDS_FROM * duration:
        elapsed /= 1000.0
    sport, sub_sport = sports.normalize_sport(word)
    effort, feel = _rating(values)
    return Activity(
        start=start.astimezone(UTC),
        duration_s=max(elapsed, duration),
        sport=sport,
        sub_sport=sub_sport,
        name=service.text(values, "activityName"),
        utc_offset_s=service.offset_between(local, start),
        moving_s=number(values, "movingDuration", least=1.0, most=1e7) or duration,
        distance_m=number(values, "distance", least=1.0, most=1e8),
        ascent_m=number(values, "elevationGain", most=1e5),
        avg_hr=number(values, "averageHR", least=1.0, most=400.0),
        max_hr=number(values, "maxHR", least=1.0, most=400.0),
        avg_cadence_spm=number(values, "averageRunningCadenceInStepsPerMinute", least=1.0, most=400.0),
        rpe=effort,
        feel=feel,
        external=f"{NAME}:{name}",
    )


def _rating(values: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return the effort and the feel, of which Garmin writes ten times the effort."""
    effort = number(values, "directWorkoutRpe", "workoutRpe", least=1.0, most=100.0)
    feel = number(values, "directWorkoutFeel", "workoutFeel", most=100.0)
    return None if effort is None else effort / 10.0, feel
