"""Describe each factor of a week in words: its value, and its link with soreness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runlog import units
from runlog.analysis import periods
from runlog.analysis.factors import FACTORS, find_factor
from runlog.analysis.factors.base import FactorUnit, WeekSummary
from runlog.analysis.links import links
from runlog.i18n import N_, _, ngettext
from runlog.reporter.shoes_and_routes import in_use_table

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from runlog.analysis.factors.base import Factor
    from runlog.analysis.history import History
    from runlog.analysis.periods import Span

#: The grades that speak of a sign, the surest first, and what they are called.
SIGNS = {"A": N_("clear"), "B": N_("likely"), "C": N_("leaning"), "hint": N_("a hint")}
UNSURE = ("C", "hint")
#: The grades of links whose effect can be shown.
ESTIMATED = (*SIGNS, "none")
NO_SIGN = {"none": N_("no sign"), "describe": N_("too early")}
NOT_ESTIMABLE = N_("too early to tell")
#: Families of factors that the report shows in a table of their own, "Besides running".
OTHER_HABIT_FAMILIES = ("strength", "desk", "recovery")
#: Smaller points get two digits, so that no link goes with 0.0 points.
_ONE_DIGIT_FROM = 0.1
_NO_DIGITS_FROM = 100


def format_value(factor: Factor, value: float, history: History) -> str:
    """Return a factor's value with its unit, as short as possible; "" where it is unknown.

    A mean number of days over several weeks is written in tenths.
    """
    if not units.is_known(value):
        return ""
    n = round(value)
    match factor.unit:
        case FactorUnit.HABIT | FactorUnit.SHARE:
            text = units.percent(value)
        case FactorUnit.DISTANCE:
            text = units.distance(1000 * value, history.settings.units, 0)
        case FactorUnit.LOAD:
            text = units.load(value, history.load_kind, history.settings.units)
        case FactorUnit.RATIO:
            text = _("{ratio} times").format(ratio=units.number(value, 2)).replace(" ", "\u00a0")
        case FactorUnit.RUNS:
            text = ngettext("{n} run", "{n} runs", n).format(n=n)
        case FactorUnit.DAYS if value == n:
            text = ngettext("{n} day", "{n} days", n).format(n=n)
        case FactorUnit.DAYS:
            text = _("{n} days").format(n=units.number(value))
        case FactorUnit.NUMBER:
            text = units.number(value, 0 if value >= _NO_DIGITS_FROM else 1)
    return text


def describe_value(factor: Factor, value: float, history: History) -> str:
    """Return a known value in words that say what it is."""
    return _(factor.value_text).format(value=format_value(factor, value, history))


def grade_word(grade: str) -> str:
    """Return a grade of ``links`` in words."""
    return _(SIGNS.get(grade) or NO_SIGN.get(grade) or NOT_ESTIMABLE)


def format_grade(grade: str) -> str:
    """Return an estimate's grade in words and, where it has one, its letter: "likely (B)"."""
    if grade in ("A", "B", "C"):
        return _("{word} ({letter})").format(word=_(SIGNS[grade]), letter=grade)
    return grade_word(grade)


def format_step(factor: Factor, distance_unit: str, *, each: bool = False) -> str:
    """Return a factor's step, or ``each`` step, in words, a distance in the runner's unit."""
    text = factor.each_step if each else factor.step_text
    return _(text).format(distance=_format_distance_step(factor, distance_unit))


def format_short_step(factor: Factor, distance_unit: str) -> str:
    """Return a factor's step as a number with its unit, e.g. "+100 km"; "" of a habit."""
    n = round(factor.step)
    match factor.unit:
        case FactorUnit.HABIT:
            return ""
        case FactorUnit.DISTANCE:
            return f"+{_format_distance_step(factor, distance_unit)}"
        case FactorUnit.SHARE | FactorUnit.RATIO | FactorUnit.LOAD:
            return f"+{units.percent(factor.step)}"
        case FactorUnit.RUNS:
            return ngettext("+{n} run", "+{n} runs", n).format(n=n)
        case FactorUnit.DAYS:
            return ngettext("+{n} day", "+{n} days", n).format(n=n)
    return units.number(factor.step, signed=True).removesuffix(".0")


def _format_distance_step(factor: Factor, distance_unit: str) -> str:
    return units.distance(1000 * factor.step_in(distance_unit), distance_unit, 0)


def link_style(grade: str, effect: float) -> str:
    """Return the classes of a link's drawing: its direction, if it has one, and whether that is unsure."""
    if grade not in SIGNS:
        return ""
    return ("unsure " if grade in UNSURE else "") + ("more" if effect > 0 else "less")


def signed_points(values: Mapping[str, float]) -> dict[str, str]:
    """Write points of soreness with their signs, by name."""
    return {
        name: units.number(value, 1 if abs(value) >= 1 else 2, signed=True) for name, value in values.items()
    }


def link_sentence(factor: Factor, row: Mapping[Any, Any] | pd.Series[Any], distance_unit: str) -> str:
    """Return a row of ``links`` as one plain sentence; its range and grade are shown next to it."""
    if row["grade"] in SIGNS:
        step = format_step(factor, distance_unit, each=True)
        return _sign_text(factor, more=row["effect"] > 0).format(
            step=step, points=_format_points(factor, row, distance_unit)
        )
    if row["grade"] == "none":
        n = int(row["n"])
        text = ngettext("No sign of a link in {n} rating.", "No sign of a link in {n} ratings.", n)
        return text.format(n=n)
    return str(row["reason"])


def short_link(factor: Factor, row: Mapping[str, Any] | pd.Series[Any], distance_unit: str) -> str:
    """Return a link with a sign in few words, e.g. "Warm-up: about 1.6 points less sore."."""
    more = _("{label}: about {points} points sorer.")
    less = _("{label}: about {points} points less sore.")
    return (more if row["effect"] > 0 else less).format(
        label=label_and_step(factor, distance_unit), points=_format_points(factor, row, distance_unit)
    )


def _format_points(factor: Factor, row: Mapping[Any, Any] | pd.Series[Any], distance_unit: str) -> str:
    size = abs(factor.points_per_step(row["effect"], distance_unit))
    return units.number(size, 1 if size >= _ONE_DIGIT_FROM else 2)


def label_and_step(factor: Factor, distance_unit: str) -> str:
    """Return a factor's label with its step, where it has one, e.g. "Shoe distance (+100 km)"."""
    per_step = format_short_step(factor, distance_unit)
    return f"{_(factor.label)} ({per_step})" if per_step else _(factor.label)


def settled_text(row: Mapping[Any, Any] | pd.Series[Any]) -> str:
    """Return from how many ratings a grade of ``links`` is settled, and at how many it is looked at next."""
    if row["grade"] not in ESTIMATED:
        return ""
    if row["settled_at"] is None or pd.isna(row["settled_at"]):
        return _("Not settled yet; first review at {next} ratings.").format(next=int(row["next_at"]))
    return _("Settled at {n} ratings; next review at {next}.").format(
        n=int(row["settled_at"]), next=int(row["next_at"])
    )


def _sign_text(factor: Factor, *, more: bool) -> str:
    if factor.unit is FactorUnit.HABIT:
        return (
            _("{step} go with {points} points more soreness than runs without.")
            if more
            else _("{step} go with {points} points less soreness than runs without.")
        )
    return (
        _("{step} goes with {points} points more soreness.")
        if more
        else _("{step} goes with {points} points less soreness.")
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One factor.

    Attributes:
        factor: its name; label: its name for people.
        now: its value this week (the share done, for habits), NaN where unknown; now_text: in words.
        median: its median at the runner's ratings; median_text: in words, "" where unknown.
        sentence: its link in words; "" without one.
        effect, low, high: points of soreness per metric step (``Factor.step``); NaN without a link.
        n: ratings at which it was known.
        impact: points that the week's values add on average (over its runs, or its days) against the
            runner's own sensible value (``_sensible_value``); NaN where unknown.
        week_known: of how many of the week's runs (or days) the value is known.
        grade: that of ``links``.
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
    week_known: int = 0
    settled: str = ""

    @property
    def has_sign(self) -> bool:
        """True if it goes together with soreness, however surely."""
        return self.grade in SIGNS

    @property
    def is_estimated(self) -> bool:
        """True if its effect can be shown; some are computed, but are collinear with others."""
        return self.grade in ESTIMATED

    @property
    def has_own_place(self) -> bool:
        """True if it gets an entry of its own; others share one line.

        Without a sign there are only primary factors, of which some are in the table "Besides running".
        """
        return self.has_sign or find_factor(self.factor).family not in OTHER_HABIT_FAMILIES

    def per_step(self, distance_unit: str) -> dict[str, float]:
        """Return the effect and the ends of its range, per step in the runner's unit, by name."""
        values = {"effect": self.effect, "low": self.low, "high": self.high}
        factor = find_factor(self.factor)
        return {name: factor.points_per_step(value, distance_unit) for name, value in values.items()}

    @property
    def grade_text(self) -> str:
        """Grade in words."""
        return grade_word(self.grade)


def build_findings(
    history: History, table: pd.DataFrame, week: Span, estimates: pd.DataFrame | None = None
) -> tuple[Finding, ...]:
    """Return the factors with a sign, the surest first, then the other primary factors.

    ``history`` goes up to the end of the week, ``table`` is the exposures of one area, and ``estimates`` are
    the links of that; without them they are computed.
    """
    estimates = links(table) if estimates is None else estimates
    rows = {str(row["factor"]): row for row in estimates.to_dict("records")}
    reported = [
        factor for factor in FACTORS if factor.primary or rows.get(factor.name, {}).get("grade") in SIGNS
    ]
    findings = (_build_finding(factor, history, table, rows.get(factor.name), week) for factor in reported)
    order = {grade: place for place, grade in enumerate(SIGNS)}
    return tuple(
        sorted(
            findings,
            key=lambda one: (order.get(one.grade, len(order)), -abs(one.effect) if one.has_sign else 0.0),
        )
    )


def _build_finding(
    factor: Factor, history: History, table: pd.DataFrame, row: Mapping[Hashable, Any] | None, week: Span
) -> Finding:
    values = factor.values(history, _moments_in_week(factor, history, week))
    now, now_text = _summarise_week(factor, values, history)
    median = float(table[factor.name].median()) if len(table) else math.nan
    effect, low, high = (math.nan if row is None else float(row[key]) for key in ("effect", "low", "high"))
    impact = math.nan
    if units.is_known(effect):
        sensible = _sensible_value(factor, median, history, week)
        impact = _points_at_stake(factor, effect, values, sensible, median)
    return Finding(
        factor=factor.name,
        label=_(factor.label),
        now=now,
        now_text=now_text,
        median=median,
        median_text="" if factor.unit is FactorUnit.HABIT else format_value(factor, median, history),
        sentence="" if row is None else link_sentence(factor, row, history.settings.units),
        effect=effect,
        low=low,
        high=high,
        n=0 if row is None else int(row["n"]),
        impact=impact,
        grade="" if row is None else str(row["grade"]),
        week_known=int(values.notna().sum()),
        settled="" if row is None else settled_text(row),
    )


def _sensible_value(factor: Factor, median: float, history: History, week: Span) -> float:
    """Return what the week's values are compared with: what this runner could well have done instead.

    That is the habit on every run; a run no longer than the longest of 30 days; the freshest pair in use;
    of all else the median at the ratings.
    """
    if factor.unit is FactorUnit.HABIT:
        return 1.0
    if factor.name == "run_spike":
        return max(1.0, median)
    if factor.name == "shoe_km":
        pairs = in_use_table(history, periods.end_of_day(history, week.last))
        return min(median, float(pairs["km"].min())) if len(pairs) else median
    return median


def _points_at_stake(
    factor: Factor, effect: float, values: pd.Series[float], sensible: float, median: float
) -> float:
    """Return the mean points that go with the values against the sensible one, over those that are known.

    Of a long run and of worn shoes only what is beyond it counts: short runs do not make up for a long one.
    """
    step = factor.step * median if factor.relative else factor.step
    known = values.dropna() - sensible
    if factor.name in ("run_spike", "shoe_km"):
        known = known.clip(lower=0.0)
    return effect * float(known.mean()) / step if step and len(known) else math.nan


def week_numbers(factor: Factor, history: History, weeks: Sequence[Span]) -> list[float]:
    """Return a factor's value in each of some weeks, the latest first; NaN where it is unknown."""
    moments = [_moments_in_week(factor, history, week) for week in reversed(weeks)]
    values = factor.values(history, pd.DatetimeIndex(np.concatenate(moments), tz="UTC")).to_numpy(float)
    ends = np.cumsum([len(of_week) for of_week in moments])[:-1]
    known = (pd.Series(of_week).dropna() for of_week in np.split(values, ends))
    return [math.nan if of_week.empty else _summarise(factor, of_week) for of_week in known][::-1]


def _summarise_week(factor: Factor, values: pd.Series[float], history: History) -> tuple[float, str]:
    known = values.dropna()
    if known.empty:
        return math.nan, _("no runs this week") if values.empty else _("unknown this week")
    now = _summarise(factor, known)
    if factor.unit is not FactorUnit.HABIT:
        return now, describe_value(factor, now, history)
    n, unknown = len(known), len(values) - len(known)
    if unknown:
        text = ngettext(
            "done on {done} of {n} run, unknown for {unknown}",
            "done on {done} of {n} runs, unknown for {unknown}",
            n,
        )
    else:
        text = ngettext("done on {done} of {n} run", "done on {done} of {n} runs", n)
    return now, text.format(done=int(known.sum()), n=n, unknown=unknown)


def _moments_in_week(factor: Factor, history: History, week: Span) -> pd.DatetimeIndex:
    """Return when to evaluate a factor: at the ends of the week's runs, or of its days.

    A run that is the warm-up or cool-down of another has the same answer and does not count twice.
    """
    if factor.per_run:
        runs = week.of(history.runs)
        whole = runs["part_of"].isna() if factor.unit is FactorUnit.HABIT else slice(None)
        return pd.DatetimeIndex(runs["end"][whole])
    days = pd.date_range(week.first, week.last)
    return periods.ends_of_days(history, days)


def _summarise(factor: Factor, values: pd.Series[float]) -> float:
    match factor.week_summary:
        case WeekSummary.LAST:
            return float(values.iloc[-1])
        case WeekSummary.MAX:
            return float(values.max())
        case WeekSummary.MEAN:
            return float(values.mean())
