"""Define what happened and what the runner planned: plain, frozen records without logic.

Units everywhere: metres, seconds, m/s, beats per minute, steps per minute, degrees WGS84, aware UTC times
plus the offset of the local clock. Unknown is ``None`` in a record, NaN in an array, and never 0 or False.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Indices = NDArray[np.intp]

T = TypeVar("T")

#: The sport of an activity whose source names none; its pace decides whether it counts as a run.
UNKNOWN_SPORT = "unknown"


class Kind(StrEnum):
    """The kind of an activity; only runs count as runs and have routes."""

    RUN = "run"
    HABIT = "habit"  # strength, yoga, mobility, a recorded warm-up
    OTHER = "other"  # rides, walks, swims


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
    """The track of one activity: equally long float64 arrays by column name.

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
    """The intensity of a lap, in the words of FIT and TCX."""

    ACTIVE, REST, WARMUP = "active", "rest", "warmup"
    COOLDOWN, RECOVERY, INTERVAL = "cooldown", "recovery", "interval"


@dataclass(frozen=True, slots=True)
class Lap:
    """One lap: its start and duration, and what it was for where the watch says so."""

    start: datetime
    duration_s: float
    distance_m: float | None = None
    intensity: Intensity | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """One recorded activity as one source has it."""

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
    day_only: bool = False  # the source has the day alone; the start is its noon
    external: str | None = None  # stable key of a row in a list, for recognising it in a later import
    source_file: str | None = None  # the recording that a list's row names, "" if typed by hand; None: unsaid
    gear_listed: bool = field(default=False, compare=False)  # its list has gear: without a shoe none is named
    laps: tuple[Lap, ...] = ()
    track: Track | None = None

    @property
    def end(self) -> datetime:
        """The end, aware UTC."""
        return self.start + timedelta(seconds=self.duration_s)


class ThirdMeans(NamedTuple):
    """One value of running form over a run, in the unit of its track column."""

    mean: float  # of the whole run
    first: float | None  # of the first third of the time run; None where too little of it is known
    last: float | None  # of the last third; None where too little of it is known


class EasySegment(NamedTuple):
    """An easy first or last part of a run."""

    duration_s: float
    slower: float  # its median pace divided by that of the adjacent main part; 1.15 is 15% slower
    hr_below_bpm: float  # how far its median heart rate lies below that of the main part, in bpm


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """Summary of a track, stored so that lists need not read tracks."""

    # seconds spent at each heart rate, by whole bpm; empty without heart rates
    heart_s: Mapping[int, float] = field(default_factory=dict)
    # by track column (cadence_spm, stance_time_ms …)
    form: Mapping[str, ThirdMeans] = field(default_factory=dict)
    warmup: EasySegment | None = None  # the easy start, where the track shows one; None is unknown, not "no"
    cooldown: EasySegment | None = None  # the easy end, where the track shows one; None is unknown, not "no"


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
        """Letter of this area in OSIICS, so that studies can read an export."""
        return "DNSLCGTKQAFX"[list(Area).index(self)]


class Side(StrEnum):
    """The side of the body that a rating is about, where there is a left and a right one."""

    LEFT, RIGHT, BOTH = "left", "right", "both"


class Precision(StrEnum):
    """How much is known of an entry's time: its moment, its time on the runner's clock, or its day."""

    EXACT, LOCAL, DAY = "exact", "local", "day"


@dataclass(frozen=True, slots=True)
class Entry:
    """One diary entry: a rating, habits, or both. One row of the diary CSV."""

    moment: datetime  # when it holds (aware UTC, whole seconds). A date alone means that evening
    utc_offset_s: int  # of the local clock, so that the local day is known
    soreness: float | None = None  # 0 (none) to 10 (worst), or None where nothing was rated
    area: Area = Area.UPPER_BACK
    # whether the run of that day had one, as `cooldown`. None is unknown, not "no"
    warmup: bool | None = None
    cooldown: bool | None = None
    shoe: str | None = None
    rpe: float | None = None
    strength: bool | None = None  # whether there was any that day, as `mobility`
    strength_min: float | None = None
    mobility: bool | None = None
    desk_hours: float | None = None
    posture: float | None = None  # 0 slumped … 10 upright
    note: str | None = None
    run: int | None = None  # the id of the run that it belongs to, where the runner said so
    side: Side | None = None  # of the area; None is unknown, or there is no left and right
    # what is known of its time; where the runner was that day says the rest
    precision: Precision = Precision.EXACT


RATED_WITHIN = timedelta(days=2)  # a rating belongs to the last run that ended at most so long before

#: Maximum of each numeric entry field; all minima are 0.
MAX_ENTRY_VALUES: Mapping[str, float] = {
    "soreness": 10,
    "rpe": 10,
    "posture": 10,
    "desk_hours": 24,
    "strength_min": 1440,
}


@dataclass(frozen=True, slots=True)
class Shoe:
    """A pair of shoes and the window in which it is worn."""

    name: str
    from_date: date | None = None
    retired: date | None = None
    start_m: float = 0.0  # mileage before the first recorded run
    limit_m: float | None = None  # None: the default of the settings
    default: bool = False  # the pair of a run for which nothing else is known
    rests: tuple[tuple[date, date], ...] = ()  # first and last day of each period out of use
    same_as: str | None = None  # this is an alias of that pair
    named_until: date | None = None  # last day that its list names it, which says nothing of its end


class Surface(StrEnum):
    """The surface of a run, as its source names it."""

    ROAD = "road"  # also what the source calls just a run
    TRAIL = "trail"
    TRACK = "track"
    TREADMILL = "treadmill"


#: The days of a week as a rule names them, by ``date.weekday``.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class ShoeRule:
    """A rule that assigns a pair to the runs that meet all of its conditions, where nothing else is known."""

    shoe: str  # the name of the pair
    surface: Surface | None = None
    weekdays: str | None = None  # those of `WEEKDAYS` on which it may be, as "sat,sun"
    min_m: float | None = None  # the least distance
    max_m: float | None = None
    season: str | None = None  # the first and the last day of each year's season, as "11-01..03-31"


def shoe_key(name: str | None) -> str:
    """Normalise a shoe name for comparison: case and whitespace do not matter; "" is no name."""
    return " ".join((name or "").split()).casefold()


def shoe_names_by_key(shoes: Iterable[Shoe]) -> dict[str, str]:
    """Map every normalised name to the name of the pair it stands for."""
    by_key = {shoe_key(shoe.name): shoe for shoe in shoes}
    same_as = {key: other for key, shoe in by_key.items() if (other := shoe_key(shoe.same_as)) in by_key}
    return {key: by_key[last_of_chain(same_as, key)].name for key in by_key}


def last_of_chain(onward: Mapping[T, T | None], start: T) -> T:
    """Return where the links from one to the next end; a circle ends where it would close."""
    seen, here = {start}, start
    while (following := onward.get(here)) is not None and following not in seen:
        seen.add(following)
        here = following
    return here


def replaces_default(pair: Shoe, other: Shoe) -> bool:
    """Return whether a new default replaces another; one with an earlier first day keeps its time."""
    if not other.default or other.retired is not None or other.same_as is not None or other.name == pair.name:
        return False
    return pair.from_date is None or (other.from_date is not None and other.from_date >= pair.from_date)


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A route, represented by the track shape of its first run."""

    id: int  # never changes, never used again: 3 is R3 for the runner
    shape: NDArray[Any]  # of its first run, degrees (n, 2) as lat, lon in the direction run
    name: str | None = None  # given by the runner
    similar_to: int | None = None  # the id of an earlier route that it shares most of its way with
    joined_to: int | None = None  # the id of the route that the runner joined it to

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Route) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def _values(self) -> tuple[object, ...]:
        return (self.id, self.shape.tobytes(), self.name, self.similar_to, self.joined_to)


class RouteAssignment(NamedTuple):
    """The id of a run's route, and whether the runner assigned it by hand."""

    route: int
    by_hand: bool


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a plan: its local day, and whether it is of the plan's first arm."""

    day: date
    first: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned trial: two arms, in random order within each pair of runs."""

    id: int  # its number for the runner; 0 until the store has assigned one
    factor: str  # the name of the intervention ("warmup", "shoes" …)
    area: Area  # the body area whose soreness is compared
    first: str  # this and the next: the two arms, in words
    second: str
    effect: float  # the difference to be detected, in rating points
    seed: int  # of the random assignment
    made: datetime
    runs: tuple[PlannedRun, ...] = ()  # by day, each two a pair
    cancelled: datetime | None = None  # when the runner cancelled it

    def shown_arm(self, run: PlannedRun, today: date) -> str | None:
        """Return the arm of a run, in words; None before its day.

        Who knew the arms of the days to come could choose on which of them to run.
        """
        if run.day > today:
            return None
        return self.first if run.first else self.second


#: The severities of alerts, the most severe first.
SEVERITIES = ("urgent", "warn", "info")
