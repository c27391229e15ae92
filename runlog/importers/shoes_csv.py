"""Read a list of shoes from CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.importers import csv_table
from runlog.importers.csv_table import InvalidValue, parse_day, parse_number, parse_yes_no
from runlog.model import Shoe, shoe_key
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlog.importers.detect import Head, SourceFile
    from runlog.settings import Settings

FORMAT = "shoes"

COLUMNS = ("name", "from", "retired", "start_km", "limit_km", "default")
_ALIASES = {name: name for name in COLUMNS}
_MAX_KM = 100_000.0


def claims(head: Head) -> bool:
    """Return whether the first row names a pair and another column of a shoe list, and no date."""
    columns = csv_table.read_header(head, _ALIASES)
    return (
        columns is not None
        and "name" in columns
        and "date" not in columns
        and len(set(columns) & set(COLUMNS)) > 1
    )


def read(file: SourceFile) -> ParsedFile:
    """Read pairs of shoes; a row that cannot be read is a problem with its line and reason.

    Raises:
        NotReadable: there are rows, and none of them can be read.
    """
    _, rows = csv_table.read_rows(file.data, _ALIASES)
    shoes, problems = csv_table.build_records(
        rows,
        lambda row: [_build_shoe(row.cells, file.settings)],
        key=lambda shoe: shoe_key(shoe.name),
        duplicate_reason=lambda shoe, _: f"{shoe.name} is listed twice; the first is kept",
    )
    return ParsedFile(FORMAT, shoes=shoes, problems=problems, columns=frozenset())


def _build_shoe(cells: Mapping[str, str], settings: Settings) -> Shoe:
    if "name" not in cells:
        raise InvalidValue("it has no name")
    start, limit = cells.get("start_km"), cells.get("limit_km")
    first_day, retired, default = cells.get("from"), cells.get("retired"), cells.get("default")
    return Shoe(
        name=cells["name"].strip(),
        from_date=None if first_day is None else parse_day(first_day, settings),
        retired=None if retired is None else parse_day(retired, settings),
        start_m=0.0 if start is None else parse_number(start, 0, _MAX_KM) * 1000.0,
        limit_m=None if limit is None else parse_number(limit, 0, _MAX_KM) * 1000.0,
        default=default is not None and parse_yes_no(default),
    )
