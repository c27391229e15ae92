"""What was recorded: activities, their laps and tracks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray


#: The sport of an activity whose source names none; its pace decides whether it counts as a run.
UNKNOWN_SPORT = "unknown"


class Kind(StrEnum):
    """What an activity counts as: only a run counts as a run and has a route."""

    RUN = "run"
    HABIT = "habit"  # strength, yoga, mobility, a recorded warm-up
    OTHER = "other"  # rides, walks, swims: kept as what they are


#: The columns that a track may have, each a float array with one value per point.
TRACK_COLUMNS: tuple[str, ...] = (
    "time_s",  # seconds since the start of the activity, always present, never falling
    "segment",  # 0, 1, 2 …: a pause lies between two segments; no distance or time across it
    "lat",
    "lon",
    "distance_m",  # running total as the device counted it
    "speed_mps",
    "altitude_m",
    "heart_rate_bpm",
    "cadence_spm",  # both feet
    "power_w",
    "vertical_oscillation_mm",
    "vertical_ratio_pct",
    "stance_time_ms",
    "stance_time_balance_pct",
    "step_length_mm",
)


@dataclass(frozen=True, slots=True)
class Track:
    """The stream of one activity: equally long float64 arrays by column name.

    ``time_s`` and ``segment`` are always there; other columns only where the
    source has them. NaN marks a point that lacks the value.
    """

    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.columns["time_s"])

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self.columns[column]


class Intensity(StrEnum):
    """What a lap was for, as FIT and TCX say it."""

    ACTIVE = "active"
    REST = "rest"
    WARMUP = "warmup"
    COOLDOWN = "cooldown"
    RECOVERY = "recovery"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Lap:
    """One lap: its start and duration, and what it was for where the watch says so."""

    start: datetime
    duration_s: float
    distance_m: float | None = None
    intensity: Intensity | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """One recorded activity as one source tells it."""

    start: datetime  # aware UTC
    duration_s: float  # from start to end, pauses included
    sport: str  # FIT's words: running, cycling, training …
    sub_sport: str | None = None  # treadmill, trail, strength_training …
    kind: Kind = Kind.RUN
    name: str | None = None
    utc_offset_s: int | None = None  # of the local clock at the start
    moving_s: float | None = None  # without pauses
    distance_m: float | None = None
    ascent_m: float | None = None
    avg_hr: float | None = None
    max_hr: float | None = None
    avg_cadence_spm: float | None = None
    rpe: float | None = None  # CR-10
    feel: float | None = None  # 0 very weak … 100 very strong
    shoe: str | None = None  # the gear that the source names
    device: str | None = None
    sport_guessed: bool = False  # its pace says the sport, the source names none
    day_only: bool = False  # the source tells the day alone; the start is noon of it
    external: str | None = None  # in an app's or a paper list: by what it is the same row again
    laps: tuple[Lap, ...] = ()
    track: Track | None = None
