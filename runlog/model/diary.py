"""What the runner writes down: ratings of body areas, and habits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Area(StrEnum):
    """The body area that a rating is about."""

    UPPER_BACK = "upper_back"
    NECK = "neck"
    SHOULDER = "shoulder"
    LOWER_BACK = "lower_back"
    CHEST = "chest"
    HIP_GROIN = "hip_groin"
    THIGH = "thigh"
    KNEE = "knee"
    LOWER_LEG = "lower_leg"
    ANKLE = "ankle"
    FOOT = "foot"
    OTHER = "other"

    @property
    def osiics(self) -> str:
        """The letter of this area in OSIICS, so that studies can read an export."""
        return OSIICS[self]


OSIICS: Mapping[Area, str] = {
    Area.UPPER_BACK: "D",
    Area.NECK: "N",
    Area.SHOULDER: "S",
    Area.LOWER_BACK: "L",
    Area.CHEST: "C",
    Area.HIP_GROIN: "G",
    Area.THIGH: "T",
    Area.KNEE: "K",
    Area.LOWER_LEG: "Q",
    Area.ANKLE: "A",
    Area.FOOT: "F",
    Area.OTHER: "X",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One diary entry: a rating, habits, or both. One row of the diary CSV.

    Attributes:
        moment: when it holds (aware UTC, whole seconds). A date alone means that evening.
        utc_offset_s: of the local clock, so that the local day is known.
        soreness: 0 (none) to 10 (worst), or None where nothing was rated.
        warmup: whether the run of that day had one. None is unknown, not "no".
        cooldown: likewise.
        strength: whether a strength session was done that day.
        strength_min: its minutes, where told.
        mobility: whether mobility work was done that day: stretching, yoga, pilates …
        run: the id of the run that it belongs to, where the runner said so.
    """

    moment: datetime
    utc_offset_s: int
    soreness: float | None = None
    area: Area = Area.UPPER_BACK
    warmup: bool | None = None
    cooldown: bool | None = None
    shoe: str | None = None
    rpe: float | None = None
    strength: bool | None = None
    strength_min: float | None = None
    mobility: bool | None = None
    desk_hours: float | None = None
    posture: float | None = None  # 0 slumped … 10 upright
    note: str | None = None
    run: int | None = None


#: What the numbers of an entry go up to; all begin at 0.
HIGHEST: Mapping[str, float] = {
    "soreness": 10,
    "rpe": 10,
    "posture": 10,
    "desk_hours": 24,
    "strength_min": 1440,
}
