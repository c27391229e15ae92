"""The files of an export of runlog that are only for people and other tools, and are not read back."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from runlog.errors import NotReadable
from runlog.importers import exported
from runlog.importers.exported import journal
from runlog.settings import CONFIG

README = "This folder is an export of runlog."
UNFINISHED = "This export of runlog is not finished."
GPX_CREATOR = "runlog export"

_TABLE = re.compile(rb'(?:\xef\xbb\xbf)?"?exported_(run|entry|shoe|plan)\b')
_GPX = re.compile(rb'<gpx\b[^>]*\bcreator="' + GPX_CREATOR.encode() + rb'"')
_TABLE_REASONS = {
    b"run": "a table for spreadsheets; runlog reads the activities beside it instead",
    b"entry": "a table for spreadsheets; runlog reads journal.json beside it instead"
    " (without its first column it is a diary)",
    b"shoe": "a table for spreadsheets; runlog reads journal.json beside it instead"
    " (without its first column it is a list of shoes)",
    b"plan": "a plan for spreadsheets; runlog plan list has it, where it was made",
}


def reason(head: bytes, name: str) -> str | None:
    """Say why a file of an export is not read; None where it is none, or is to be read.

    Args:
        head: the beginning of the file.
        name: of the file, as a path.

    Raises:
        NotReadable: the export was never finished.
    """
    table = _TABLE.match(head)
    if table:
        return _TABLE_REASONS[table[1]]
    if _GPX.search(head[:1024]):
        return "written by runlog for other tools; runlog reads the .json.gz beside it instead"
    if head.startswith(README.encode()):
        return "tells people what is in an export of runlog"
    if PurePosixPath(name.replace("\\", "/")).name == CONFIG:
        return "settings of runlog; to use them, copy the file into the home"
    if head.startswith(UNFINISHED.encode()):
        raise NotReadable(
            "this export of runlog was never finished, so some of it may be missing; export again"
        )
    return None


def is_of_an_export(head: bytes) -> bool:
    """Whether an export writes files that begin so."""
    claimed = exported.claims(head, "") or journal.claims(head, "")
    return claimed or head.startswith(UNFINISHED.encode()) or reason(head, "") is not None
