"""The nouns of runlog: plain frozen records that the importers make and the store keeps.

Units everywhere: metres, seconds, m/s, beats per minute, steps per minute,
degrees WGS84, aware UTC times plus the offset of the local clock.
Unknown is ``None`` in a record and NaN in an array, never 0 and never False.
"""

from __future__ import annotations

from runlog.model.activities import TRACK_COLUMNS, UNKNOWN_SPORT, Activity, Intensity, Kind, Lap, Track
from runlog.model.alerts import SEVERITIES, KeptAlert
from runlog.model.diary import HIGHEST, OSIICS, Area, Entry
from runlog.model.kept import (
    ExportedActivity,
    ExportedJournal,
    Kept,
    KeptActivity,
    KeptEntry,
    Origin,
    TakenFile,
)
from runlog.model.plans import Plan, PlannedRun
from runlog.model.reading import Problem, Reading
from runlog.model.routes import OnRoute, Route
from runlog.model.shoes import WEEKDAYS, KeptShoeRule, Shoe, ShoeRule, Surface, pair_by_key, shoe_key

__all__ = [
    "HIGHEST",
    "OSIICS",
    "SEVERITIES",
    "TRACK_COLUMNS",
    "UNKNOWN_SPORT",
    "WEEKDAYS",
    "Activity",
    "Area",
    "Entry",
    "ExportedActivity",
    "ExportedJournal",
    "Intensity",
    "Kept",
    "KeptActivity",
    "KeptAlert",
    "KeptEntry",
    "KeptShoeRule",
    "Kind",
    "Lap",
    "OnRoute",
    "Origin",
    "Plan",
    "PlannedRun",
    "Problem",
    "Reading",
    "Route",
    "Shoe",
    "ShoeRule",
    "Surface",
    "TakenFile",
    "Track",
    "pair_by_key",
    "shoe_key",
]
