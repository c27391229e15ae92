"""What the archives of apps hold beside recordings and lists: named for what it is, and passed over."""

from __future__ import annotations

import re

from runlog.importers import json_text, opening
from runlog.importers.strava.columns import NOT_EXPORTED

_GARMIN_FOLDER = re.compile(r"(?:^|[/\\])DI[_-]CONNECT|(?:^|[/\\])DI-", re.IGNORECASE)
_GARMIN_KEY = re.compile(
    rb'"(?:userProfilePk|userProfileId|wellnessStartTimeGmt|calendarDate)"', re.IGNORECASE
)
_STRAVA_TABLE = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?(?:Athlete ID|Bike Name|Route Name|Goal Type|Media Filename|Club ID|Segment ID)\b"
)

_POLAR_NAME = re.compile(
    r"(?:^|[/\\])(?:activity-|247ohr_|sleep_|nightly_|fitness-test-|calendar-items-|account-|sport-profiles-"
    r"|products-devices-|planned-route-|favourite-targets-|training-target-|ppi_|generic-period)"
    r"[^/\\]*\.json(?:\.gz)?$",
    re.IGNORECASE,
)
_POLAR_KEY = re.compile(rb'"(?:exportVersion|deviceDays)"')
_APPLE_ROOTS = frozenset({"HealthData", "ClinicalDocument"})


def reason(head: bytes, name: str) -> str | None:
    """Say what a file is that no importer claims, or None where that is not known.

    Args:
        head: its beginning.
        name: of the file, as a path.
    """
    beginning = head.lstrip()
    if beginning.startswith(NOT_EXPORTED.encode()) or name.endswith(NOT_EXPORTED):
        return f"Strava could not export it; {NOT_EXPORTED} stands in its place"
    if json_text.begins(head) and (_GARMIN_FOLDER.search(name) or _GARMIN_KEY.search(head)):
        return "Garmin's wellness or settings data, which runlog does not use"
    if json_text.begins(head) and (_POLAR_NAME.search(name) or _POLAR_KEY.search(head)):
        return "Polar's targets, daily data or settings; its training sessions are what runlog reads"
    if opening.root(head) in _APPLE_ROOTS:
        return "Apple Health's own file; the routes beside it (workout-routes/*.gpx) are what runlog reads"
    if _STRAVA_TABLE.match(head):
        return "a table of a Strava archive that tells of no runs"
    return None
