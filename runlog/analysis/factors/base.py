"""Define what a factor is, and look up what had happened by a moment.

Times are int64 microseconds since 1970, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache, wraps
from inspect import getdoc
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.settings import METRES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from runlog.analysis.history import History
    from runlog.model import Floats, Indices


class FactorUnit(Enum):
    """What a factor's values are, which decides how they are written and drawn."""

    NUMBER = auto()
    #: Of the last run: 1 done, 0 skipped.
    HABIT = auto()
    #: 0 to 1, written as a percentage.
    SHARE = auto()
    #: Kilometres, written in the runner's unit.
    DISTANCE = auto()
    #: In the unit of ``History.load_kind``.
    LOAD = auto()
    RATIO = auto()
    RUNS = auto()
    DAYS = auto()


class WeekSummary(Enum):
    """Which one value stands for a week's."""

    LAST = auto()
    MAX = auto()
    MEAN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A factor: its function, and all that anybody needs to compute, name and write it.

    The texts are English, marked with ``N_``, and translated where they are shown. In the two texts of a
    step, ``{distance}`` is the step in the runner's unit.
    """

    # function of (history, moments) that returns floats indexed by the moments; NaN is unknown
    values: Callable[[History, pd.DatetimeIndex], pd.Series[float]]
    label: str  # name for people
    family: str  # what it is a measure of; factors of one family often move together
    step: float  # difference of the factor that its effect is computed for, in the factor's own unit
    step_text: str  # the step in words, e.g. "+1 hour at the desk"
    # beginning of the sentence on its link, e.g. "Every further hour at the desk"; of a habit the runs with
    # it, e.g. "Runs with a warm-up"
    each_step: str
    name: str = ""  # that of the function; also the column, the JSON key and the name on the command line
    step_mi: float = 0.0  # of a distance, the step that runners who use miles are shown, in miles
    relative: bool = False  # the step is a fraction of the factor's mean
    value_text: str = "{value}"  # words around a value, e.g. "{value} hours a day"
    axis_unit: str = ""  # unit on a chart's axis, where `unit` does not give it
    unit: FactorUnit = FactorUnit.NUMBER  # what the values are
    week_summary: WeekSummary = WeekSummary.LAST  # which value stands for a week's
    # it is one of the main questions. Each counts as a question of its own where many are asked, represents
    # its family, and is reported even without a sign of a link
    primary: bool = False
    last_run_only: bool = False  # it is a value of the last run and applies only in the 24 hours after one
    per_run: bool = False  # a week's values are those at the ends of its runs, not of its days
    of_session_load: bool = False  # it is computed from `History.runs.load`, which RPE may enter
    undefined_text: str = ""  # when it has no value although all is known, in a sentence, or ""

    def __post_init__(self) -> None:
        """Take the name from the function, and what follows from other fields."""
        object.__setattr__(self, "name", self.name or self.values.__name__)
        object.__setattr__(self, "values", _at_known_moments(self.values))
        object.__setattr__(self, "per_run", self.per_run or self.last_run_only)
        if self.unit is FactorUnit.HABIT and not self.last_run_only:
            raise ValueError(f"the habit {self.name} must be last_run_only: it is done with a run")
        if (self.unit is FactorUnit.DISTANCE) != bool(self.step_mi):
            raise ValueError(f"{self.name}: a factor has step_mi if and only if it is a distance")

    def step_in(self, distance_unit: str) -> float:
        """Return the step that a runner who uses "km" or "mi" is shown, in the factor's own unit."""
        if self.step_mi and distance_unit == "mi":
            return self.step_mi * METRES["mi"] / METRES["km"]
        return self.step

    def points_per_step(self, points: float, distance_unit: str) -> float:
        """Convert points per ``step``, as ``links`` gives them, to points per ``step_in``."""
        return points * self.step_in(distance_unit) / self.step

    @property
    def meaning(self) -> str:
        """What it measures, in a line: the first of its function's docstring."""
        return (getdoc(self.values) or "").partition("\n")[0]


def _at_known_moments(
    values: Callable[[History, pd.DatetimeIndex], pd.Series[float]],
) -> Callable[[History, pd.DatetimeIndex], pd.Series[float]]:
    """Return the function of a factor, not asked about unknown moments (NaT): nothing is known at those."""

    @wraps(values)
    def at_moments(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
        known = moments.notna()
        if known.all():
            return values(history, moments)
        found = np.full(len(moments), np.nan)
        found[known] = values(history, moments[known]).to_numpy(float)
        return pd.Series(found, index=moments)

    return at_moments


MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

#: For so long after its end a run is an exposure of the ratings (the primary window of the links).
LAST_RUN_HOLDS_US = 24 * HOUR_US


def to_microseconds(times: pd.Series[pd.Timestamp] | pd.DatetimeIndex) -> NDArray[np.int64]:
    """Convert times to microseconds since 1970, UTC (naive times: by their own clock)."""
    return pd.DatetimeIndex(times).as_unit("us").asi8


def days_under_way(history: History, at_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the local day under way at each moment, counted from 1970.

    In its last minute a day is over, and the next one is under way.
    """
    return history.clock.days(at_us + MINUTE_US)


@lru_cache(maxsize=8)  # most factors begin with it
def runs_by_end(history: History) -> pd.DataFrame:
    """Return the runs in the order of their ends, as a run counts from its end on. Not to be changed."""
    return history.runs.sort_values("end", kind="stable")


def index_before(times: NDArray[np.int64], moments: NDArray[np.int64]) -> Indices:
    """Return for each moment the position of the last of the sorted times at or before it, -1 for none."""
    return np.searchsorted(times, moments, side="right") - 1


def take_at(values: NDArray[np.floating], position: Indices) -> Floats:
    """Return the values at the positions, NaN where the position is -1."""
    return np.append(values, np.nan)[position]


def value_of_last_run(
    runs: pd.DataFrame, values: NDArray[np.floating], moments: pd.DatetimeIndex
) -> pd.Series[float]:
    """Return the value of the last run by each moment, however long ago; runs are sorted by their ends."""
    return pd.Series(
        take_at(values, index_before(to_microseconds(runs["end"]), to_microseconds(moments))), index=moments
    )


def value_of_recent_run(
    runs: pd.DataFrame, values: NDArray[np.floating], moments: pd.DatetimeIndex
) -> pd.Series[float]:
    """Return the value of the last run where it ended in the 24 hours before the moment, else NaN."""
    return pd.Series(take_at(values, index_of_recent_run(runs, to_microseconds(moments))), index=moments)


def index_of_recent_run(runs: pd.DataFrame, moments: NDArray[np.int64]) -> Indices:
    """Return the position of the last run where it ended in the 24 hours before the moment, else -1.

    This is the question of exposures: the run that a rating may be an effect of. Which run an entry is about,
    and under which one its rating is listed, says ``build.runs_of_entries``.
    """
    ends = to_microseconds(runs["end"])
    position = index_before(ends, moments)
    recent = moments - take_at(ends.astype(float), position) < LAST_RUN_HOLDS_US
    return np.where(recent, position, -1)


def window_pairs(
    times: NDArray[np.int64], moments: NDArray[np.int64], days: float
) -> tuple[Indices, Indices]:
    """Return all pairs of a moment and a time of the days before it, ``(moment - days, moment]``.

    Returns:
        The positions of the moments and, equally long, of the (sorted) times.
    """
    first = np.searchsorted(times, moments - int(days * DAY_US), side="right")
    count = np.searchsorted(times, moments, side="right") - first
    moment = np.repeat(np.arange(len(moments)), count)
    within_moment = np.arange(len(moment)) - np.repeat(np.cumsum(count) - count, count)
    return moment, np.repeat(first, count) + within_moment
