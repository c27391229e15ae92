"""The words of an export for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.importers import not_importable
from runlog.importers.detect import HEAD_SIZE, decompress_head

if TYPE_CHECKING:
    from pathlib import Path

UNFINISHED = "UNFINISHED.txt"

UNFINISHED_TEXT = f"""{not_importable.UNFINISHED_FIRST_LINE}

Something stopped runlog before it had written everything. Export again, with --force into this folder.
"""

README = f"""{not_importable.README_FIRST_LINE}

To have it all in runlog again:  runlog import THIS_FOLDER

activities/   each activity with all of its recordings: JSON, packed with gzip. "recordings" lists the
              files that it was read from, what each of them tells, and its track as a list per column;
              time_s counts seconds from the start, a change of segment is a pause, null is unknown.
              Those that end in .gpx are the same tracks for other tools.
journal.json  the diary, the shoes and their rules, the plans, the routes, the alerts,
              and which files were read.
runs.csv      all activities, for a spreadsheet.
diary.csv     the diary, for a spreadsheet. Without its first column it is a diary that runlog reads.
shoes.csv     the shoes, for a spreadsheet. Without its first column it is a list that runlog reads.
config.toml   the settings, where there were any; copy them into the new home.

Units are metres, seconds, metres per second, beats and steps (of both feet) per minute, watts, degrees
(WGS 84) and millimetres; times are UTC unless they say an offset.
"""


def is_ours(file: Path) -> bool:
    """Whether an export has written this file."""
    with file.open("rb") as opened:
        head = decompress_head(opened.read(HEAD_SIZE))
    return not_importable.is_export_file(head)
