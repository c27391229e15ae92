"""What each factor was this week, and what it goes together with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links
from runlog.analysis.warmup import comparable_answers
from runlog.i18n import _
from runlog.reporter import factor_words, periods
from runlog.reporter.factor_words import HABITS, SIGNS, UNSURE, sentence, step_text

if TYPE_CHECKING:
    from runlog.analysis.factors import Factor
    from runlog.analysis.history import History
    from runlog.reporter.periods import Span

__all__ = ["HABITS", "SIGNS", "UNSURE", "Finding", "findings", "sentence", "step_text", "this_week"]

#: What a week without runs has no value of, although the last run's may still stand.
OF_A_RUN = ("route_streak", *(factor.name for factor in FACTORS if factor.fresh))
#: What each report speaks of by itself; of the other factors only where there is a sign.
MISSION = ("warmup", "cooldown", "route_share", "shoe_km", "run_spike", "acute_load")


@dataclass(frozen=True, slots=True)
class Finding:
    """One factor.

    Attributes:
        now: its value this week (the share done, for habits), NaN where unknown; now_text: in words.
        median: what it was at the runner's ratings; median_text: in words, "" where unknown.
        sentence: its link in words; "" without one.
        effect, low, high: points of soreness per step; NaN without a link.
        n: ratings at which it was known.
        impact: the points that go with this week's value against the usual one (done each time, for
            habits), as far as the link holds; NaN where unknown.
        grade: as ``links`` gives it.
    """

    factor: str
    label: str
    now: float
    now_text: str
    median: float
    median_text: str
    sentence: str
    effect: float
    low: float
    high: float
    n: int
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
    def is_told(self) -> bool:
        """Whether it has a place of its own; the others are named together."""
        return self.has_sign or self.factor in MISSION

    @property
    def grade_text(self) -> str:
        """The grade in words."""
        return factor_words.grade(self.grade)


def findings(history: History, table: pd.DataFrame, week: Span) -> tuple[Finding, ...]:
    """The factors with a sign, the surest first, then the other mission factors.

    Args:
        history: up to the end of the week.
        table: the exposures of one area.
        week: of which the values are told.
    """
    found = {str(row["factor"]): row for _index, row in links(table).iterrows()}
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
    now, now_text = this_week(factor, history, week)
    median = float(table[factor.name].median()) if len(table) else math.nan
    effect, low, high = (math.nan if row is None else float(row[key]) for key in ("effect", "low", "high"))
    return Finding(
        factor=factor.name,
        label=_(factor.label),
        now=now,
        now_text=now_text,
        median=median,
        median_text="" if factor.name in HABITS else factor_words.value(factor.name, median, history),
        sentence="" if row is None else sentence(factor, row, history.settings.units),
        effect=effect,
        low=low,
        high=high,
        n=0 if row is None else int(row["n"]),
        impact=_impact(factor, effect, now, median),
        grade="" if row is None else str(row["grade"]),
    )


def _impact(factor: Factor, effect: float, now: float, median: float) -> float:
    if factor.name in HABITS:
        return effect * (now - 1.0)
    step = factor.step * median if factor.relative else factor.step
    return effect * (now - median) / step if step else math.nan


def this_week(factor: Factor, history: History, week: Span) -> tuple[float, str]:
    """A factor's value in a week and the same in words."""
    if factor.name in HABITS:
        runs = week.of(history.runs)
        return _habit(comparable_answers(runs[runs["part_of"].isna()], factor.name))
    moments = _moments(factor, history, week)
    values = factor.values(history, moments).dropna()
    if values.empty:
        return math.nan, _nothing_known(ran=not moments.empty)
    now = float(_summary(factor, values))
    return now, factor_words.said(factor.name, now, history)


def _nothing_known(*, ran: bool) -> str:
    return _("unknown this week") if ran else _("no runs this week")


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
        return math.nan, _nothing_known(ran=bool(len(done)))
    words = factor_words.habit(int(known.sum()), len(known), len(done) - len(known))
    return float(known.mean()), words
