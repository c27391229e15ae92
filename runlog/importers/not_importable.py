"""Name the files that runlog recognizes but does not import, and say why.

Other data of Garmin, Strava, Polar and Apple, and the parts of a runlog export that are meant for people and
other tools.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from runlog.errors import NotReadable
from runlog.importers import runlog_export
from runlog.importers.detect import Head
from runlog.importers.strava_columns import NOT_EXPORTED
from runlog.settings import CONFIG_NAME

_GARMIN_FOLDER = re.compile(r"(?:^|[/\\])DI[_-]CONNECT|(?:^|[/\\])DI-", re.IGNORECASE)
_GARMIN_KEYS = re.compile(
    rb'"(?:userProfilePk|userProfileId|wellnessStartTimeGmt|calendarDate)"', re.IGNORECASE
)
_STRAVA_TABLE = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?(?:Athlete ID|Bike Name|Route Name|Goal Type|Media Filename|Club ID|Segment ID)\b"
)

_POLAR_FILE_NAME = re.compile(
    r"(?:^|[/\\])(?:activity-|247ohr_|sleep_|nightly_|fitness-test-|calendar-items-|account-|sport-profiles-"
    r"|products-devices-|planned-route-|favourite-targets-|training-target-|ppi_|generic-period)"
    r"[^/\\]*\.json(?:\.gz)?$",
    re.IGNORECASE,
)
_POLAR_KEYS = re.compile(rb'"(?:exportVersion|deviceDays)"')
_APPLE_XML_ROOTS = frozenset({"HealthData", "ClinicalDocument"})


def app_data_reason(head: Head) -> str | None:
    """Return what a file is that no format claims, or None where that is not known."""
    if head.data.lstrip().startswith(NOT_EXPORTED.encode()) or head.name.endswith(NOT_EXPORTED):
        return f"Strava could not export it; {NOT_EXPORTED} stands in its place"
    if head.is_json and (_GARMIN_FOLDER.search(head.name) or _GARMIN_KEYS.search(head.data)):
        return "Garmin's wellness or settings data, which runlog does not use"
    if head.is_json and (_POLAR_FILE_NAME.search(head.name) or _POLAR_KEYS.search(head.data)):
        return "Polar's targets, daily data or settings; its training sessions are what runlog reads"
    if head.xml_root in _APPLE_XML_ROOTS:
        return "Apple Health's own file; the routes beside it (workout-routes/*.gpx) are what runlog reads"
    if _STRAVA_TABLE.match(head.data):
        return "a table of a Strava archive that tells of no runs"
    return None


README_FIRST_LINE = "This folder is an export of runlog."
UNFINISHED_FIRST_LINE = "This export of runlog is not finished."
GPX_CREATOR = "runlog export"

_EXPORT_TABLE = re.compile(rb'(?:\xef\xbb\xbf)?"?exported_(run|entry|shoe|plan)\b')
_EXPORT_GPX = re.compile(rb'<gpx\b[^>]*\bcreator="' + GPX_CREATOR.encode() + rb'"')
_TABLE_REASONS = {
    b"run": "a table for spreadsheets; runlog reads the activities beside it instead",
    b"entry": "a table for spreadsheets; runlog reads journal.json beside it instead"
    " (without its first column it is a diary)",
    b"shoe": "a table for spreadsheets; runlog reads journal.json beside it instead"
    " (without its first column it is a list of shoes)",
    b"plan": "a plan for spreadsheets; runlog plan list has it, where it was made",
}


def export_file_reason(head: Head) -> str | None:
    """Return why a file of an export is not read; None where it is none, or is to be read.

    Raises:
        NotReadable: the export was never finished.
    """
    table = _EXPORT_TABLE.match(head.data)
    if table:
        return _TABLE_REASONS[table[1]]
    if _EXPORT_GPX.search(head.data[:1024]):
        return "written by runlog for other tools; runlog reads the .json.gz beside it instead"
    if head.data.startswith(README_FIRST_LINE.encode()):
        return "tells people what is in an export of runlog"
    if PurePosixPath(head.name.replace("\\", "/")).name == CONFIG_NAME:
        return "settings of runlog; to use them, copy the file into the home"
    if head.data.startswith(UNFINISHED_FIRST_LINE.encode()):
        raise NotReadable(
            "this export of runlog was never finished, so some of it may be missing; export again"
        )
    return None


def is_export_file(beginning: bytes) -> bool:
    """Return whether an export writes files that begin so."""
    head = Head(beginning)
    claimed = runlog_export.claims_activity(head) or runlog_export.claims_journal(head)
    unfinished = beginning.startswith(UNFINISHED_FIRST_LINE.encode())
    return claimed or unfinished or export_file_reason(head) is not None
