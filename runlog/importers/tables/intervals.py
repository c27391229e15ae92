"""The wellness list of intervals.icu as CSV: a row per day, of which the soreness is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.importers.tables import table
from runlog.importers.tables.cells import Unreadable, rated_at, soreness_answer
from runlog.model import Area, Entry, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlog.settings import Settings

FORMAT = "intervals.icu"

_ALIASES = {"date": "date", "id": "date", "soreness": "soreness"}
#: Columns that nobody else spells so: written in one word, they tell its list from a diary of one's own.
_ITS_OWN = frozenset(
    {
        "restinghr",
        "avgsleepinghr",
        "hrvsdnn",
        "sleepsecs",
        "sleepscore",
        "sleepquality",
        "ramprate",
        "ctlload",
        "atlload",
        "baevskysi",
        "bodyfat",
        "kcalconsumed",
    }
)
_LOW, _EXTREME = 1.0, 4.0


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the first row names a day, soreness, and a column that only intervals.icu has."""
    columns = table.header(head, _ALIASES)
    return columns is not None and {"date", "soreness"} <= set(columns) and not _ITS_OWN.isdisjoint(columns)


def read(data: bytes, settings: Settings) -> Reading:
    """Read the soreness of each day; a row that cannot be taken is a problem with its line and reason.

    Its scale is 1 low, 2 average, 3 high, 4 extreme: (value - 1) / 3 x 10 gives 0, 3.3, 6.7, 10.

    Raises:
        NotReadable: there are rows, and none of them can be taken.
    """
    columns, rows = table.rows(data, _ALIASES)
    entries, problems = table.records(
        rows,
        lambda row: _entries(row.cells, settings),
        key=lambda entry: entry.moment,
        twice=lambda _, line: f"the same day as line {line}, which is kept",
    )
    notes = [
        "intervals.icu counts soreness from 1 (low) to 4 (extreme); it was taken for 0 to 10",
        "it names no area of the body; its ratings are kept under the area other",
    ]
    if unread := table.unread(columns, _ALIASES):
        notes.append(f"only soreness is read, not {unread}")
    return Reading(FORMAT, entries=entries, problems=problems, notes=tuple(notes))


def _entries(cells: Mapping[str, str], settings: Settings) -> list[Entry]:
    """Make the entry of a day; none where soreness was not rated."""
    rated = soreness_answer(cells.get("soreness", "0"), _LOW, _EXTREME)
    if rated is None:
        return []
    if "date" not in cells:
        raise Unreadable("it has no date")
    moment, offset = rated_at(cells["date"], settings)
    soreness = (rated - _LOW) / (_EXTREME - _LOW) * 10.0
    return [Entry(moment, offset, soreness=soreness, area=Area.OTHER)]
