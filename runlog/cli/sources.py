"""The files of a run in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog import units

if TYPE_CHECKING:
    from runlog.store.activities import Source


def described(source: Source) -> str:
    """Say which file it is and what is in it, e.g. "/home/ada/1.fit (Garmin fenix 7, 3,012 points …)"."""
    return f"{source.path} ({', '.join(_facts(source))})"


def _facts(source: Source) -> list[str]:
    if source.is_row:
        return ["a row of this list"]
    if not source.points:
        return [source.device or source.format.upper(), "no track"]
    columns = units.count_noun(source.columns, "column")
    return [source.device or source.format.upper(), f"{source.points:,} points, {columns}"]
