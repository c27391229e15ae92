"""What a week was besides running: strength, mobility, desk and posture; and the form of its runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.analysis.factors import FACTORS
from runlog.analysis.track_summary import FORM_COLUMNS
from runlog.i18n import _
from runlog.reporter import factor_words, units
from runlog.reporter.charts.form import MEASURES
from runlog.reporter.findings import this_week

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.reporter.periods import Span

HABITS_BESIDE = ("strength_7d", "mobility_7d", "desk_hours", "posture")


@dataclass(frozen=True, slots=True)
class Beside:
    """One habit besides running.

    Attributes:
        name: of the factor; label: for people.
        now: this week, as the factor has it; NaN where unknown; usual: the mean of the weeks before.
        now_text, usual_text: the same in words, "" where unknown.
    """

    name: str
    label: str
    now: float
    now_text: str
    usual: float
    usual_text: str


@dataclass(frozen=True, slots=True)
class Form:
    """One value of running form, in the unit of its track column.

    Attributes:
        column: of the track; label: for people, with the unit.
        now: the mean of the week's runs; usual: that of the weeks before; NaN where unknown.
        drift: the mean over the week's runs of their last third less their first; NaN where unknown.
        runs: of the week that tell it; digits: with how many it is told.
    """

    column: str
    label: str
    now: float
    usual: float
    drift: float
    runs: int
    digits: int


def beside(history: History, week: Span, before: Sequence[Span]) -> tuple[Beside, ...]:
    """The habits of which the diary tells something in the week or in the weeks before."""
    found = [
        _beside(factor.name, history, week, before) for factor in FACTORS if factor.name in HABITS_BESIDE
    ]
    return tuple(one for one in found if one.now_text or one.usual_text)


def _beside(name: str, history: History, week: Span, before: Sequence[Span]) -> Beside:
    factor = next(factor for factor in FACTORS if factor.name == name)
    now = this_week(factor, history, week)[0]
    usual = _mean([this_week(factor, history, span)[0] for span in before])
    now_text, usual_text = (
        factor_words.said(name, value, history) if units.known(value) else "" for value in (now, usual)
    )
    return Beside(name, _(factor.label), now, now_text, usual, usual_text)


def form(history: History, week: Span, before: Sequence[Span]) -> tuple[Form, ...]:
    """The values of running form that a stream of the week tells: those of which a drift is known."""
    runs, usual = week.of(history.runs), history.runs.iloc[:0]
    if before:
        usual = type(week)(before[-1].first, before[0].last).of(history.runs)
    found = [_form(column, runs, usual) for column in MEASURES]
    return tuple(one for one in found if units.known(one.drift))


def _form(column: str, runs: pd.DataFrame, usual: pd.DataFrame) -> Form:
    mean, drift = FORM_COLUMNS[column]
    known = runs[mean].dropna()
    return Form(
        column=column,
        label=_(MEASURES[column].label),
        now=float(known.mean()),
        usual=float(usual[mean].mean()),
        drift=float(runs[drift].mean()),
        runs=len(known),
        digits=MEASURES[column].digits,
    )


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if units.known(value)]
    return sum(known) / len(known) if known else math.nan
