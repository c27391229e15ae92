"""What one file held."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runlog.model.activities import Activity
    from runlog.model.diary import Entry
    from runlog.model.kept import ExportedActivity, ExportedJournal
    from runlog.model.shoes import Shoe


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a source that did not stop the reading of the rest."""

    reason: str
    line: int | None = None  # of a text file
    byte: int | None = None  # of a binary file

    def __str__(self) -> str:
        if self.line is not None:
            return f"line {self.line}: {self.reason}"
        if self.byte is not None:
            return f"byte {self.byte}: {self.reason}"
        return self.reason


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file held: any of activities, diary entries, shoes and problems."""

    format: str  # "fit", "gpx", "diary" …
    activities: tuple[Activity, ...] = ()
    entries: tuple[Entry, ...] = ()
    shoes: tuple[Shoe, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = field(default=())  # said in the summary: assumptions, salvage
    edited: bool = False  # the runner goes on editing it: rows that are no longer in it are taken out
    exported: ExportedActivity | ExportedJournal | None = None  # an export of runlog itself
