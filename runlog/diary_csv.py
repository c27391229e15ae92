"""The diary as a CSV file that a runner can edit and import again."""

from __future__ import annotations

import csv
import io
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlog.model import Entry

_PLAIN = (
    "soreness",
    "area",
    "warmup",
    "cooldown",
    "shoe",
    "rpe",
    "strength",
    "desk_hours",
    "posture",
    "note",
)
COLUMNS = ("date", *_PLAIN)


def template() -> str:
    """An empty diary: the names of its columns."""
    return write(())


def write(entries: Iterable[Entry]) -> str:
    """The entries as the text of a diary CSV; importing it again changes nothing."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(_row(entry) for entry in entries)
    return text.getvalue()


def _row(entry: Entry) -> list[str]:
    zone = timezone(timedelta(seconds=entry.utc_offset_s))
    cells = {name: _cell(getattr(entry, name)) for name in _PLAIN}
    if entry.strength_min is not None:
        cells["strength"] = f"{_cell(entry.strength_min)} min"
    return [entry.moment.astimezone(zone).isoformat(), *cells.values()]


def _cell(value: str | float | bool | None) -> str:  # noqa: FBT001 - one cell of any column
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return repr(value).removesuffix(".0")
