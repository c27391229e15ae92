"""What each factor was this week, and what it goes together with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links
from runlog.analysis.warmup import comparable
from runlog.reporter import periods, units

if TYPE_CHECKING:
    from runlog.analysis.factors import Factor
    from runlog.analysis.history import History
    from runlog.reporter.periods import Span

#: The grades that speak of a sign, the surest first, and what they are called.
SIGNS = {"A": "clear", "B": "likely", "C": "leaning", "hint": "a hint"}
UNSURE = ("C", "hint")
NO_SIGN = {"none": "no sign", "describe": "too early"}
HABITS = ("warmup", "cooldown")
#: How a factor's value is said; others are said as the bare number.
PHRASES = {
    "route_share": "{} of your runs on one route",
    "route_streak": "{} in a row on one route",
    "shoe_km": "{} on the shoe of your last run",
    "run_spike": "{} the longest run of 30 days",
    "acute_load": "{} a day",
    "chronic_load": "{} a day",
    "desk_hours": "{} hours a day",
    "posture": "{} of 10",
    "cadence": "{} steps a minute",
    "stance_time": "{} ms on the ground",
    "stance_imbalance": "{} percentage points from even",
    "vertical_ratio": "{}% of the step length",
}
#: What a week without runs has no value of, although the last run's may still stand.
OF_A_RUN = ("route_streak", *(factor.name for factor in FACTORS if factor.fresh))
#: Points below this are told in hundredths, so that no link goes with 0.0 points.
TENTH = 0.1
#: How a step begins a sentence; others begin with "Every" and the step.
EACH_STEP = {
    "route_share": "Every 10 percentage points more of your runs on one route",
    "route_streak": "Every further run in a row on one route",
    "run_spike": "Every 10% more than the longest run of 30 days",
    "acute_load": "Every 10% more load in 7 days",
    "chronic_load": "Every 10% more load in 28 days",
    "acwr": "Every 0.1 more of acute over chronic load",
    "monotony": "Every 0.5 more monotony (days that are more alike)",
    "strength_7d": "Every further day with strength in 7",
    "mobility_7d": "Every further day with mobility work in 7",
    "desk_hours": "Every further hour at the desk",
    "posture": "Every point more upright",
    "cadence": "A cadence 5 steps a minute higher",
    "stance_time": "Every 10 ms more on the ground",
    "stance_imbalance": "Every percentage point more between the feet's times on the ground",
    "vertical_ratio": "Every 0.5 percentage points more bounce for the step length",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One factor.

    Attributes:
        now: its value this week (the share done, for habits), NaN where unknown; now_text: in words.
        median: what it was at the runner's ratings; usual_text: in words, "" where unknown.
        sentence: its link in words; "" without one.
        effect, low, high: points of soreness per step; NaN without a link.
        impact: the points that go with this week's value against the usual one (done each time, for
            habits), as far as the link holds; NaN where unknown.
        grade: as ``links`` gives it.
    """

    factor: str
    label: str
    now: float
    now_text: str
    median: float
    usual_text: str
    sentence: str
    effect: float
    low: float
    high: float
    impact: float
    grade: str

    @property
    def has_sign(self) -> bool:
        """Whether it goes together with soreness, however surely."""
        return self.grade in SIGNS

    @property
    def is_estimated(self) -> bool:
        """Whether its effect can be shown: some are computed, but cannot be told apart."""
        return self.grade in (*SIGNS, "none")

    @property
    def grade_text(self) -> str:
        """The grade in words."""
        return SIGNS.get(self.grade) or NO_SIGN.get(self.grade) or "cannot be told"


def findings(history: History, table: pd.DataFrame, week: Span) -> tuple[Finding, ...]:
    """The factors with a sign, the surest first, then the other mission factors.

    Args:
        history: up to the end of the week.
        table: the exposures of one area.
        week: of which the values are told.
    """
    found = {str(row["factor"]): row for _, row in links(table).iterrows()}
    every = [_finding(factor, history, table, found.get(factor.name), week) for factor in FACTORS]
    mission = {factor.name for factor in FACTORS if factor.mission}
    told = [finding for finding in every if finding.has_sign or finding.factor in mission]
    return tuple(sorted(told, key=_rank))


def _rank(finding: Finding) -> tuple[int, float]:
    if not finding.has_sign:
        return len(SIGNS), 0.0
    return list(SIGNS).index(finding.grade), -abs(finding.effect)


def _finding(
    factor: Factor, history: History, table: pd.DataFrame, row: pd.Series | None, week: Span
) -> Finding:
    now, now_text = _this_week(factor, history, week)
    median = float(table[factor.name].median()) if len(table) else math.nan
    effect, low, high = (math.nan if row is None else float(row[key]) for key in ("effect", "low", "high"))
    return Finding(
        factor=factor.name,
        label=factor.label,
        now=now,
        now_text=now_text,
        median=median,
        usual_text="" if factor.name in HABITS else _value(factor.name, median, history),
        sentence="" if row is None else sentence(factor, row, history.settings.units),
        effect=effect,
        low=low,
        high=high,
        impact=_impact(factor, effect, now, median),
        grade="" if row is None else str(row["grade"]),
    )


def step_text(factor: Factor, unit: str) -> str:
    """A factor's step in words, a distance in the runner's unit."""
    if factor.name == "shoe_km":
        return f"+{units.distance(1000 * factor.step, unit, 0)} on the shoe"
    return factor.step_text


def _each_step(factor: Factor, unit: str) -> str:
    """A factor's step as the beginning of a sentence, e.g. "Every 100 km on the shoe"."""
    return EACH_STEP.get(factor.name) or f"Every {step_text(factor, unit).removeprefix('+')}"


def sentence(factor: Factor, row: pd.Series, unit: str) -> str:
    """A row of ``links`` in one plain sentence; its range and grade stand beside it."""
    if row["grade"] in SIGNS:
        more = "more" if row["effect"] > 0 else "less"
        size = abs(row["effect"])
        points = units.number(size, 1 if size >= TENTH else 2)
        if factor.name in HABITS:
            habit = factor.label.lower()
            return f"Runs with a {habit} go with {points} points {more} soreness than runs without."
        return f"{_each_step(factor, unit)} goes with {points} points {more} soreness."
    if row["grade"] == "none":
        return f"No sign of a link in {units.count(int(row['n']), 'rating')}."
    return str(row["reason"])


def _impact(factor: Factor, effect: float, now: float, median: float) -> float:
    if factor.name in HABITS:
        return effect * (now - 1.0)
    step = factor.step * median if factor.relative else factor.step
    return effect * (now - median) / step if step else math.nan


def _this_week(factor: Factor, history: History, week: Span) -> tuple[float, str]:
    """A factor's value this week and the same in words."""
    if factor.name in HABITS:
        runs = week.of(history.runs)
        return _habit(comparable(runs[runs["part_of"].isna()], factor.name))
    moments = _moments(factor, history, week)
    values = factor.values(history, moments).dropna()
    if values.empty:
        return math.nan, "no runs this week" if moments.empty else "unknown this week"
    value = float(_summary(factor, values))
    return value, PHRASES.get(factor.name, "{}").format(_value(factor.name, value, history))


def _moments(factor: Factor, history: History, week: Span) -> pd.DatetimeIndex:
    """When a factor is looked at: what a run did at the end of each run, all else at the end of each day."""
    if factor.name in OF_A_RUN:
        return pd.DatetimeIndex(week.of(history.runs)["end"])
    days = pd.date_range(week.first, week.last)
    return periods.ends_of(days, periods.clock(history))


def _summary(factor: Factor, values: pd.Series[float]) -> float:
    if factor.name == "run_spike":
        return values.max()
    if factor.name in ("desk_hours", "posture"):
        return values.mean()
    return values.iloc[-1]


def _habit(done: pd.Series[float]) -> tuple[float, str]:
    known = done.dropna()
    if known.empty:
        return math.nan, "unknown this week" if len(done) else "no runs this week"
    unknown = f", unknown for {len(done) - len(known)}" if len(known) < len(done) else ""
    return float(known.mean()), f"done on {int(known.sum())} of {units.count(len(known), 'run')}{unknown}"


def _value(name: str, value: float, history: History) -> str:
    """A factor's value with its unit, the shortest way; "" where it is unknown."""
    if not units.known(value):
        return ""
    if name == "route_share":
        return units.percent(value)
    if name in ("shoe_km", "acute_load", "chronic_load"):
        return _in_units(name, value, history)
    if name == "run_spike":
        return f"{units.number(value, 2)}\u00a0times"
    if name in ("route_streak", "strength_7d", "mobility_7d"):
        return units.count(round(value), "run" if name == "route_streak" else "day")
    return units.number(value, 0 if value >= 100 else 1)  # noqa: PLR2004 - three digits say enough


def _in_units(name: str, value: float, history: History) -> str:
    if name == "shoe_km":
        return units.distance(1000 * value, history.settings.units, 0)
    return units.load(value, history.load_kind, history.settings.units)
