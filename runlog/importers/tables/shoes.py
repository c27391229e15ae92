"""A list of pairs of shoes as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.importers.tables import table
from runlog.importers.tables.cells import Unreadable, day, number, yes_or_no
from runlog.model import Reading, Shoe, shoe_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlog.settings import Settings

FORMAT = "shoes"

COLUMNS = ("name", "from", "retired", "start_km", "limit_km", "default")
_ALIASES = {name: name for name in COLUMNS}
_MOST_KM = 100_000.0


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the first row names a pair and something of it, and no date as a diary does."""
    columns = table.header(head, _ALIASES)
    return (
        columns is not None
        and "name" in columns
        and "date" not in columns
        and len(set(columns) & set(COLUMNS)) > 1
    )


def read(data: bytes, settings: Settings) -> Reading:
    """Read pairs of shoes; a row that cannot be taken is a problem with its line and reason.

    Raises:
        NotReadable: there are rows, and none of them can be taken.
    """
    _, rows = table.rows(data, _ALIASES)
    shoes, problems = table.records(
        rows,
        lambda row: [_shoe(row.cells, settings)],
        key=lambda shoe: shoe_key(shoe.name),
        twice=lambda shoe, _: f"{shoe.name} is listed twice; the first is kept",
    )
    return Reading(FORMAT, shoes=shoes, problems=problems)


def _shoe(cells: Mapping[str, str], settings: Settings) -> Shoe:
    if "name" not in cells:
        raise Unreadable("it has no name")
    start, limit = cells.get("start_km"), cells.get("limit_km")
    begins, retired, default = cells.get("from"), cells.get("retired"), cells.get("default")
    return Shoe(
        name=cells["name"].strip(),
        from_date=None if begins is None else day(begins, settings),
        retired=None if retired is None else day(retired, settings),
        start_m=0.0 if start is None else number(start, 0, _MOST_KM) * 1000.0,
        limit_m=None if limit is None else number(limit, 0, _MOST_KM) * 1000.0,
        default=default is not None and yes_or_no(default),
    )
