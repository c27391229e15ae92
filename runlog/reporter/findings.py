"""What each factor was this week, and what it goes together with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links, sentence
from runlog.reporter import periods, units

if TYPE_CHECKING:
    from runlog.analysis.factors import Factor
    from runlog.analysis.history import History
    from runlog.reporter.periods import Span

#: So many ratings of an area are needed before anything is said of links.
NEEDED = 20
#: The grades that speak of a sign, the surest first, and what they are called.
SIGNS = {"A": "clear", "B": "likely", "C": "leaning", "hint": "a hint"}
NO_SIGN = {"none": "no sign", "describe": "too early"}
HABITS = ("warmup", "cooldown")


@dataclass(frozen=True, slots=True)
class Finding:
    """One factor.

    Attributes:
        now: its value this week (the share done, for habits), NaN where unknown; now_text: in words.
        median: what it usually was when soreness was rated.
        sentence: its link in words; "" without a link.
        effect, low, high: points of soreness per step; NaN without a link.
        grade: as ``links`` gives it.
    """

    factor: str
    label: str
    step_text: str
    now: float
    now_text: str
    median: float
    sentence: str
    effect: float
    low: float
    high: float
    grade: str

    @property
    def has_sign(self) -> bool:
        """Whether it goes together with soreness, however surely."""
        return self.grade in SIGNS

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
    found = {row["factor"]: row for _, row in links(table).iterrows()} if len(table) else {}
    every = [_finding(factor, history, table, found, week) for factor in FACTORS]
    mission = {factor.name for factor in FACTORS if factor.mission}
    told = [finding for finding in every if finding.has_sign or finding.factor in mission]
    order = list(SIGNS)
    return tuple(
        sorted(
            told,
            key=lambda finding: (
                (order.index(finding.grade), -abs(finding.effect)) if finding.has_sign else (len(order), 0.0)
            ),
        )
    )


def _finding(
    factor: Factor, history: History, table: pd.DataFrame, found: dict[str, pd.Series], week: Span
) -> Finding:
    row = found.get(factor.name)
    now, now_text = _this_week(factor, history, week)
    effect, low, high = (
        float("nan") if row is None else float(row[end]) for end in ("effect", "low", "high")
    )
    return Finding(
        factor=factor.name,
        label=factor.label,
        step_text=factor.step_text,
        now=now,
        now_text=now_text,
        median=float(table[factor.name].median()) if len(table) else float("nan"),
        sentence="" if row is None else sentence(row),
        effect=effect,
        low=low,
        high=high,
        grade="" if row is None else str(row["grade"]),
    )


def _this_week(factor: Factor, history: History, week: Span) -> tuple[float, str]:
    """A factor's value this week and the same in words."""
    if factor.name in HABITS:
        return _habit(week.of(history.runs)[factor.name])
    values = factor.values(history, _moments(factor, history, week)).dropna()
    if values.empty:
        return float("nan"), "unknown this week"
    value = float(_summary(factor, values))
    return value, _in_words(factor.name, value, history.settings.units)


def _moments(factor: Factor, history: History, week: Span) -> pd.DatetimeIndex:
    """When a factor is looked at: a spike at the end of each run, everything else at the end of each day."""
    if factor.name == "run_spike":
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
        return float("nan"), "unknown this week" if len(done) else "no runs this week"
    unknown = f", unknown for {len(done) - len(known)}" if len(known) < len(done) else ""
    return float(known.mean()), f"done on {int(known.sum())} of {units.count(len(known), 'run')}{unknown}"


def _in_words(name: str, value: float, unit: str) -> str:
    texts = {
        "route_share": f"{units.percent(value)} of your runs on one route",
        "route_streak": f"{units.count(round(value), 'run')} in a row on one route",
        "shoe_km": f"{units.distance(1000 * value, unit, 0)} on the shoe of your last run",
        "run_spike": f"{units.number(value, 2)} × the longest of 30 days",
        "acute_load": f"{units.number(value, 0)} a day",
        "chronic_load": f"{units.number(value, 0)} a day",
        "strength_7d": f"{units.count(round(value), 'day')} of strength",
        "desk_hours": f"{units.number(value)} hours a day",
        "posture": f"{units.number(value)} of 10",
        "cadence": f"{units.number(value, 0)} steps a minute",
    }
    return texts.get(name, units.number(value, 2))
