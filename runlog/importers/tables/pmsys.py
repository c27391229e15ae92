"""The wellness questionnaire of PMSys as CSV, as the PMData and SoccerMon data sets hold it.

Every answer is 1 to 5 with 5 the best: a soreness of 5 is none, 1 is the worst, 0 was not answered.
Areas are SNOMED CT codes of body structures.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlog import clock
from runlog.importers.tables import table
from runlog.importers.tables.cells import Unreadable, rated_at, soreness_answer
from runlog.model import Area, Entry, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlog.settings import Settings

FORMAT = "pmsys"

_ALIASES = {name: name for name in ("effective_time_frame", "soreness", "soreness_area")}
_WORST, _BEST = 1.0, 5.0

#: SNOMED CT body structures, left and right. The trunk and the arms are no area of runlog's.
_AREAS = {
    "45048000": Area.NECK,
    "91775009": Area.SHOULDER,
    "91774008": Area.SHOULDER,
    "51185008": Area.CHEST,
    "12921003": Area.HIP_GROIN,  # the pelvis
    "29836001": Area.HIP_GROIN,
    "61396006": Area.THIGH,
    "11207009": Area.THIGH,
    "82169009": Area.KNEE,
    "6757004": Area.KNEE,
    "48979004": Area.LOWER_LEG,
    "32696007": Area.LOWER_LEG,
    "51636004": Area.ANKLE,
    "6685009": Area.ANKLE,
    "22335008": Area.FOOT,
    "7769000": Area.FOOT,
}
_CODE = re.compile(r"\b\d{6,18}\b")
_CODES_NOTED = 5


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the first row names the columns of PMSys."""
    columns = table.header(head, _ALIASES)
    return columns is not None and {"effective_time_frame", "soreness"} <= set(columns)


def read(data: bytes, settings: Settings) -> Reading:
    """Read the soreness; a row that cannot be taken is a problem with its line and reason.

    Raises:
        NotReadable: there are rows, and none of them can be taken.
    """
    columns, rows = table.rows(data, _ALIASES)
    entries, problems = table.records(
        rows,
        lambda row: _entries(row.cells, settings),
        key=lambda entry: (entry.moment, entry.area),
        twice=lambda _, line: f"the same time and area as line {line}, which is kept",
    )
    notes = ["PMSys counts soreness from 5 (none) to 1; it was taken for 0 to 10"]
    if any(entry.area is Area.OTHER for entry in entries):
        notes.append("ratings without an area that runlog has are kept under the area other")
    if unread := table.unread(columns, _ALIASES):
        notes.append(f"only soreness is read, not {unread}")
    return Reading(FORMAT, entries=entries, problems=problems, notes=tuple(notes))


def _entries(cells: Mapping[str, str], settings: Settings) -> list[Entry]:
    """Make an entry for each area of a row; none where soreness was not answered."""
    answer = soreness_answer(cells.get("soreness", "0"), _WORST, _BEST)
    if answer is None:
        return []
    if "effective_time_frame" not in cells:
        raise Unreadable("it has no effective_time_frame")
    moment, _ = rated_at(cells["effective_time_frame"], settings)  # written in UTC
    offset = clock.offset_s(moment.astimezone(settings.zone))
    soreness = (_BEST - answer) / (_BEST - _WORST) * 10.0
    areas = _areas(cells.get("soreness_area", ""))
    return [Entry(moment, offset, soreness=soreness, area=area, note=note) for area, note in areas.items()]


def _areas(cell: str) -> dict[Area, str | None]:
    """Return the areas of a row, each once, with a note of the codes that are none of runlog's."""
    codes = dict.fromkeys(_CODE.findall(cell))
    areas: dict[Area, str | None] = {_AREAS[code]: None for code in codes if code in _AREAS}
    unknown = [code for code in codes if code not in _AREAS]
    if unknown:
        areas[Area.OTHER] = f"PMSys: SNOMED CT {', '.join(unknown[:_CODES_NOTED])}"
    elif not areas:
        areas[Area.OTHER] = "PMSys: no area named"
    return areas
