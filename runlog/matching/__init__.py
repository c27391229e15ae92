"""Decide which recordings are the same run, and merge them into one.

Pure functions of activities and tracks: `same_run` and `tracks` compare, `merge` combines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runlog.model import Activity


@dataclass(frozen=True, slots=True)
class Recording:
    """An activity as one file has it, without the track.

    Attributes:
        streams: how many columns its track has; points: how many rows.
    """

    id: int
    activity_id: int
    file_id: int
    path: str
    activity: Activity
    streams: int
    points: int
