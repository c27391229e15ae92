"""Describe each factor of a week in words: its value, and its link with soreness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog import units
from runlog.analysis import periods
from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links
from runlog.analysis.warmup import comparable_answers
from runlog.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runlog.analysis.factors import Factor
    from runlog.analysis.history import History
    from runlog.analysis.periods import Span

__all__ = [
    "HABITS",
    "NOT_ESTIMABLE",
    "NO_SIGN",
    "SIGNS",
    "STEP_PHRASES",
    "UNSURE",
    "VALUE_PHRASES",
    "Finding",
    "build_findings",
    "describe_habit",
    "describe_value",
    "format_step",
    "format_value",
    "grade_word",
    "link_sentence",
    "week_value",
]

#: The grades that speak of a sign, the surest first, and what they are called.
SIGNS = {"A": N_("clear"), "B": N_("likely"), "C": N_("leaning"), "hint": N_("a hint")}
UNSURE = ("C", "hint")
NO_SIGN = {"none": N_("no sign"), "describe": N_("too early")}
NOT_ESTIMABLE = N_("cannot be told")
HABITS = ("warmup", "cooldown")
#: How a factor's value is said; others are said as the bare value.
VALUE_PHRASES = {
    "route_share": N_("{value} of your runs on one route"),
    "shoe_km": N_("{value} on the shoe of your last run"),
    "run_spike": N_("{value} the longest run of 30 days"),
    "acute_load": N_("{value} a day"),
    "chronic_load": N_("{value} a day"),
    "desk_hours": N_("{value} hours a day"),
    "posture": N_("{value} of 10"),
    "cadence": N_("{value} steps a minute"),
    "stance_time": N_("{value} ms on the ground"),
    "stance_imbalance": N_("{value} percentage points from even"),
    "vertical_ratio": N_("{value}% of the step length"),
}
#: How a step begins a sentence.
STEP_PHRASES = {
    "route_share": N_("Every 10 percentage points more of your runs on one route"),
    "route_streak": N_("Every further run in a row on one route"),
    "run_spike": N_("Every 10% more than the longest run of 30 days"),
    "acute_load": N_("Every 10% more load in 7 days"),
    "chronic_load": N_("Every 10% more load in 28 days"),
    "acwr": N_("Every 0.1 more of acute over chronic load"),
    "monotony": N_("Every 0.5 more monotony (days that are more alike)"),
    "strength_7d": N_("Every further day with strength in 7"),
    "mobility_7d": N_("Every further day with mobility work in 7"),
    "desk_hours": N_("Every further hour at the desk"),
    "posture": N_("Every point more upright"),
    "cadence": N_("A cadence 5 steps a minute higher"),
    "stance_time": N_("Every 10 ms more on the ground"),
    "stance_imbalance": N_("Every percentage point more between the feet's times on the ground"),
    "vertical_ratio": N_("Every 0.5 percentage points more bounce for the step length"),
}
#: What the runs with a habit go with, where it is more soreness and where it is less.
_HABIT_SENTENCES = {
    ("warmup", True): N_("Runs with a warm-up go with {points} points more soreness than runs without."),
    ("warmup", False): N_("Runs with a warm-up go with {points} points less soreness than runs without."),
    ("cooldown", True): N_("Runs with a cool-down go with {points} points more soreness than runs without."),
    ("cooldown", False): N_("Runs with a cool-down go with {points} points less soreness than runs without."),
}
#: Points below this are told in hundredths, so that no link goes with 0.0 points.
_ONE_DIGIT_FROM = 0.1
_NO_DIGITS_FROM = 100


def format_value(name: str, of: float, history: History) -> str:
    """A factor's value with its unit, the shortest way; "" where it is unknown."""
    if not units.is_known(of):
        return ""
    if name in _FORMATTERS:
        return _FORMATTERS[name](of, history)
    return units.number(of, 0 if of >= _NO_DIGITS_FROM else 1)


def _format_percent(share: float, _history: History) -> str:
    return units.percent(share)


def _format_km(km: float, history: History) -> str:
    return units.distance(1000 * km, history.settings.units, 0)


def _format_load(of: float, history: History) -> str:
    return units.load(of, history.load_kind, history.settings.units)


def _format_ratio(ratio: float, _history: History) -> str:
    return _("{ratio} times").format(ratio=units.number(ratio, 2)).replace(" ", "\u00a0")


def _format_runs(runs: float, _history: History) -> str:
    return ngettext("{n} run", "{n} runs", round(runs)).format(n=round(runs))


def _format_days(days: float, _history: History) -> str:
    """Days of the last seven; a mean of several weeks in tenths."""
    if days == round(days):
        return ngettext("{n} day", "{n} days", round(days)).format(n=round(days))
    return _("{n} days").format(n=units.number(days))


#: What has a unit, and how it is written; all else is a bare number.
_FORMATTERS: dict[str, Callable[[float, History], str]] = {
    "route_share": _format_percent,
    "route_streak": _format_runs,
    "shoe_km": _format_km,
    "run_spike": _format_ratio,
    "acute_load": _format_load,
    "chronic_load": _format_load,
    "strength_7d": _format_days,
    "mobility_7d": _format_days,
}


def describe_value(name: str, of: float, history: History) -> str:
    """A known value in words that say what it is."""
    if name == "route_streak":
        runs = round(of)
        return ngettext("{n} run in a row on one route", "{n} runs in a row on one route", runs).format(
            n=runs
        )
    return _(VALUE_PHRASES.get(name, "{value}")).format(value=format_value(name, of, history))


def describe_habit(done: int, runs: int, unknown: int) -> str:
    """On how many of the runs of which it is known a habit was done."""
    places = {"done": done, "n": runs, "unknown": unknown}
    if unknown:
        text = ngettext(
            "done on {done} of {n} run, unknown for {unknown}",
            "done on {done} of {n} runs, unknown for {unknown}",
            runs,
        )
    else:
        text = ngettext("done on {done} of {n} run", "done on {done} of {n} runs", runs)
    return text.format(**places)


def grade_word(of: str) -> str:
    """A grade of ``links`` in words."""
    return _(SIGNS.get(of) or NO_SIGN.get(of) or NOT_ESTIMABLE)


def format_step(factor: Factor, unit: str) -> str:
    """A factor's step in words, a distance in the runner's unit."""
    if factor.name == "shoe_km":
        return _("+{distance} on the shoe").format(distance=units.distance(1000 * factor.step, unit, 0))
    return _(factor.step_text)


def link_sentence(factor: Factor, row: Mapping[str, Any] | pd.Series[Any], unit: str) -> str:
    """A row of ``links`` in one plain sentence; its range and grade stand beside it."""
    if row["grade"] in SIGNS:
        size, more = abs(row["effect"]), bool(row["effect"] > 0)
        points = units.number(size, 1 if size >= _ONE_DIGIT_FROM else 2)
        if factor.name in HABITS:
            return _(_HABIT_SENTENCES[factor.name, more]).format(points=points)
        text = (
            _("{step} goes with {points} points more soreness.")
            if more
            else _("{step} goes with {points} points less soreness.")
        )
        return text.format(step=_step_phrase(factor, unit), points=points)
    if row["grade"] == "none":
        n = int(row["n"])
        return ngettext("No sign of a link in {n} rating.", "No sign of a link in {n} ratings.", n).format(
            n=n
        )
    return str(row["reason"])


def _step_phrase(factor: Factor, unit: str) -> str:
    """A factor's step as the beginning of a sentence, e.g. "Every 100 km on the shoe"."""
    if factor.name == "shoe_km":
        return _("Every {distance} on the shoe").format(distance=units.distance(1000 * factor.step, unit, 0))
    return _(STEP_PHRASES[factor.name])


#: What a week without runs has no value of, although the last run's may still stand.
PER_RUN_FACTORS = ("route_streak", *(factor.name for factor in FACTORS if factor.fresh))
#: What each report speaks of by itself; of the other factors only where there is a sign.
ALWAYS_REPORTED = ("warmup", "cooldown", "route_share", "shoe_km", "run_spike", "acute_load")


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
        return self.has_sign or self.factor in ALWAYS_REPORTED

    @property
    def grade_text(self) -> str:
        """The grade in words."""
        return grade_word(self.grade)


def build_findings(history: History, table: pd.DataFrame, week: Span) -> tuple[Finding, ...]:
    """The factors with a sign, the surest first, then the other mission factors.

    Args:
        history: up to the end of the week.
        table: the exposures of one area.
        week: of which the values are told.
    """
    found = {str(row["factor"]): row for _index, row in links(table).iterrows()}
    every = [_build_finding(factor, history, table, found.get(factor.name), week) for factor in FACTORS]
    mission = {factor.name for factor in FACTORS if factor.mission}
    told = [finding for finding in every if finding.has_sign or finding.factor in mission]
    return tuple(sorted(told, key=_finding_rank))


def _finding_rank(finding: Finding) -> tuple[int, float]:
    if not finding.has_sign:
        return len(SIGNS), 0.0
    return list(SIGNS).index(finding.grade), -abs(finding.effect)


def _build_finding(
    factor: Factor, history: History, table: pd.DataFrame, row: pd.Series | None, week: Span
) -> Finding:
    now, now_text = week_value(factor, history, week)
    median = float(table[factor.name].median()) if len(table) else math.nan
    effect, low, high = (math.nan if row is None else float(row[key]) for key in ("effect", "low", "high"))
    return Finding(
        factor=factor.name,
        label=_(factor.label),
        now=now,
        now_text=now_text,
        median=median,
        median_text="" if factor.name in HABITS else format_value(factor.name, median, history),
        sentence="" if row is None else link_sentence(factor, row, history.settings.units),
        effect=effect,
        low=low,
        high=high,
        n=0 if row is None else int(row["n"]),
        impact=_points_at_stake(factor, effect, now, median),
        grade="" if row is None else str(row["grade"]),
    )


def _points_at_stake(factor: Factor, effect: float, now: float, median: float) -> float:
    if factor.name in HABITS:
        return effect * (now - 1.0)
    step = factor.step * median if factor.relative else factor.step
    return effect * (now - median) / step if step else math.nan


def week_value(factor: Factor, history: History, week: Span) -> tuple[float, str]:
    """A factor's value in a week and the same in words."""
    if factor.name in HABITS:
        runs = week.of(history.runs)
        return _habit_in_week(comparable_answers(runs[runs["part_of"].isna()], factor.name))
    moments = _moments_in_week(factor, history, week)
    values = factor.values(history, moments).dropna()
    if values.empty:
        return math.nan, _no_value_text(ran=not moments.empty)
    now = float(_summarise(factor, values))
    return now, describe_value(factor.name, now, history)


def _no_value_text(*, ran: bool) -> str:
    return _("unknown this week") if ran else _("no runs this week")


def _moments_in_week(factor: Factor, history: History, week: Span) -> pd.DatetimeIndex:
    """When a factor is looked at: what a run did at the end of each run, all else at the end of each day."""
    if factor.name in PER_RUN_FACTORS:
        return pd.DatetimeIndex(week.of(history.runs)["end"])
    days = pd.date_range(week.first, week.last)
    return periods.ends_of_days(history, days)


def _summarise(factor: Factor, values: pd.Series[float]) -> float:
    if factor.name == "run_spike":
        return values.max()
    if factor.name in ("desk_hours", "posture"):
        return values.mean()
    return values.iloc[-1]


def _habit_in_week(done: pd.Series[float]) -> tuple[float, str]:
    known = done.dropna()
    if known.empty:
        return math.nan, _no_value_text(ran=bool(len(done)))
    words = describe_habit(int(known.sum()), len(known), len(done) - len(known))
    return float(known.mean()), words
