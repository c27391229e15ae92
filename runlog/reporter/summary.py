"""Summarise a week: totals, days, habits besides running, running form, missing data."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from runlog import units
from runlog.analysis import load
from runlog.analysis.factors import FACTORS
from runlog.analysis.history import ratings_of
from runlog.analysis.links.ratings import MIN_RATINGS
from runlog.analysis.load import activity_evidence
from runlog.analysis.track_summary import FORM_COLUMNS
from runlog.analysis.warmup import comparable_answers
from runlog.i18n import N_, N_plural, _, ngettext
from runlog.reporter import findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from runlog.analysis.history import History
    from runlog.analysis.periods import Span

#: The number of weeks before that are compared with.
COMPARISON_WEEKS = 4
#: Fewer ratings than this are not compared with.
LEAST_RATINGS = 3


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers of a week, or the means of several; NaN is unknown.

    Attributes:
        weeks: how many weeks they are means of.
        runs: per week.
        distance_m: per week; NaN if it is known of no run.
        moving_s: per week; NaN likewise.
        ratings: of one area, per week.
        soreness_mean: of all ratings of the area.
        soreness_max: the worst of them; of several weeks the mean of each one's worst.
    """

    weeks: int
    runs: float
    distance_m: float
    moving_s: float
    ratings: float
    soreness_mean: float
    soreness_max: float

    @property
    def is_compared_with(self) -> bool:
        """True of means of enough ratings to be called usual."""
        return bool(self.weeks and self.weeks * self.ratings >= LEAST_RATINGS)


def week_totals(history: History, week: Span, area: str) -> Totals:
    """Return the numbers of one week."""
    return _sum_up(week.of(history.runs), week.of(ratings_of(history, area)), weeks=1)


def usual_totals(history: History, week: Span, area: str) -> Totals:
    """Return the means of the same days in those of the four weeks before in which the log was kept."""
    weeks = comparison_weeks(history, week)
    ratings = ratings_of(history, area)
    worst = pd.Series([span.of(ratings)["soreness"].max() for span in weeks], dtype=float)
    totals = _sum_up(_rows_in(weeks, history.runs), _rows_in(weeks, ratings), weeks=len(weeks))
    return replace(totals, soreness_max=float(worst.mean()))


def _rows_in(spans: Sequence[Span], frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([span.of(frame) for span in spans] or [frame.iloc[:0]])


def comparison_weeks(history: History, week: Span) -> list[Span]:
    """Return the same days of the four weeks before in which the log was kept, the latest first."""
    silence = timedelta(days=history.settings.silence_days)
    days = activity_evidence(history)["day"]
    spans = [week.before(number) for number in range(1, COMPARISON_WEEKS + 1)]
    # A week without any entry near it is unknown, not 0.
    return [
        span
        for span in spans
        if days.between(pd.Timestamp(span.first - silence), pd.Timestamp(span.last)).any()
    ]


def _sum_up(runs: pd.DataFrame, ratings: pd.DataFrame, weeks: int) -> Totals:
    divisor = weeks or float("nan")
    return Totals(
        weeks=weeks,
        runs=len(runs) / divisor,
        distance_m=_sum_of_known(runs["distance_m"]) / divisor,
        moving_s=_sum_of_known(runs["moving_s"].fillna(runs["duration_s"])) / divisor,
        ratings=len(ratings) / divisor,
        soreness_mean=float(ratings["soreness"].mean()) if len(ratings) else float("nan"),
        soreness_max=float(ratings["soreness"].max()) if len(ratings) else float("nan"),
    )


def _sum_of_known(column: pd.Series[float]) -> float:
    """Sum the known values: 0 without runs, NaN if the value is known of none of them."""
    return float(column.sum(min_count=1)) if len(column) else 0.0


_NO_RATINGS = pd.Series(dtype=float)


@dataclass(frozen=True, slots=True)
class Day:
    """One local day; NaN is unknown.

    Attributes:
        runs: how many.
        distance_m: of all of them.
        load: in the unit of ``History.load_kind``; 0 on a day of rest.
        soreness: the worst rating by area; areas without a rating are absent.
    """

    day: date
    runs: int
    distance_m: float
    load: float
    soreness: Mapping[str, float]


def summarise_days(history: History, span: Span) -> tuple[Day, ...]:
    """Return the days of a span, as far as the history goes."""
    loads = load.daily_metrics(history, pd.Timestamp(span.last))["load"]
    by_day = span.of(history.runs).groupby("day")["distance_m"]
    runs, metres = by_day.size(), by_day.sum(min_count=1)
    ratings = span.of(ratings_of(history)).groupby("day")
    worst = {day: entries.groupby("area")["soreness"].max() for day, entries in ratings}
    return tuple(
        Day(
            day.date(),
            int(runs.get(day, 0)),
            float(metres.get(day, 0.0)),
            float(loads.get(day, float("nan"))),
            {str(area): float(value) for area, value in worst.get(day, _NO_RATINGS).items()},
        )
        for day in pd.date_range(span.first, span.last)
    )


@dataclass(frozen=True, slots=True)
class OtherHabit:
    """One habit besides running.

    Attributes:
        name: of the factor.
        label: for people.
        now: the factor's value this week; NaN if unknown.
        now_text: the same in words, "" if unknown.
        usual: the mean of the weeks before; NaN if unknown.
        usual_text: the same in words, "" if unknown.
    """

    name: str
    label: str
    now: float
    now_text: str
    usual: float
    usual_text: str


@dataclass(frozen=True, slots=True)
class FormValue:
    """One value of running form, in the unit of its track column.

    Attributes:
        column: of the track.
        label: for people, with the unit.
        now: the mean of the week's runs; NaN if unknown.
        usual: the mean of the weeks before; NaN if unknown.
        drift: last third less first third, the mean over the week's runs; NaN if unknown.
        runs: how many of the week have the value.
        digits: how many decimals are written.
    """

    column: str
    label: str
    now: float
    usual: float
    drift: float
    runs: int
    digits: int


def other_habits(history: History, week: Span, before: Sequence[Span]) -> tuple[OtherHabit, ...]:
    """Return the habits that are known in the week or in the weeks before."""
    habits = []
    for factor in FACTORS:
        if factor.family not in findings.OTHER_HABIT_FAMILIES:
            continue
        now, *others = findings.week_numbers(factor, history, (week, *before))
        known = [value for value in others if units.is_known(value)]
        usual = sum(known) / len(known) if known else math.nan
        now_text, usual_text = (
            findings.describe_value(factor, value, history) if units.is_known(value) else ""
            for value in (now, usual)
        )
        if now_text or usual_text:
            habits.append(OtherHabit(factor.name, _(factor.label), now, now_text, usual, usual_text))
    return tuple(habits)


class FormMeasure(NamedTuple):
    """A column's label on its panel, and the sentences for its drift.

    Its scale spans ``least`` of its unit or more, so that noise does not look like news.
    """

    label: str
    digits: int
    least: float
    rises: str
    falls: str


FORM_MEASURES: Mapping[str, FormMeasure] = {
    "cadence_spm": FormMeasure(
        N_("Cadence, steps/min"),
        1,
        10.0,
        N_("Your cadence rises by {amount} steps/min within a run (median of {n} runs in 28 days)"),
        N_("Your cadence falls by {amount} steps/min within a run (median of {n} runs in 28 days)"),
    ),
    "stance_time_ms": FormMeasure(
        N_("Ground contact, ms"),
        1,
        20.0,
        N_("Your feet stay {amount} ms longer on the ground late in a run (median of {n} runs in 28 days)"),
        N_(
            "Your feet stay {amount} ms less long on the ground late in a run (median of {n} runs in 28 days)"
        ),
    ),
    "stance_time_balance_pct": FormMeasure(
        N_("Contact balance, %"),
        1,
        2.0,
        N_("Your contact balance rises by {amount} points within a run (median of {n} runs in 28 days)"),
        N_("Your contact balance falls by {amount} points within a run (median of {n} runs in 28 days)"),
    ),
    "vertical_ratio_pct": FormMeasure(
        N_("Vertical ratio, %"),
        1,
        1.0,
        N_("Your vertical ratio rises by {amount} points within a run (median of {n} runs in 28 days)"),
        N_("Your vertical ratio falls by {amount} points within a run (median of {n} runs in 28 days)"),
    ),
    "vertical_oscillation_mm": FormMeasure(
        N_("Bounce, mm"),
        1,
        8.0,
        N_("You bounce {amount} mm higher late in a run (median of {n} runs in 28 days)"),
        N_("You bounce {amount} mm less high late in a run (median of {n} runs in 28 days)"),
    ),
    "step_length_mm": FormMeasure(
        N_("Step length, mm"),
        0,
        100.0,
        N_("Your steps become {amount} mm longer within a run (median of {n} runs in 28 days)"),
        N_("Your steps become {amount} mm shorter within a run (median of {n} runs in 28 days)"),
    ),
}


def form_values(history: History, week: Span, before: Sequence[Span]) -> tuple[FormValue, ...]:
    """Return the values of running form whose drift is known in the week."""
    runs, usual = week.of(history.runs), history.runs.iloc[:0]
    if before:
        usual = type(week)(before[-1].first, before[0].last).of(history.runs)
    values = []
    for column, measure in FORM_MEASURES.items():
        mean, drift = FORM_COLUMNS[column]
        known = runs[mean].dropna()
        values.append(
            FormValue(
                column=column,
                label=_(measure.label),
                now=float(known.mean()),
                usual=float(usual[mean].mean()),
                drift=float(runs[drift].mean()),
                runs=len(known),
                digits=measure.digits,
            )
        )
    return tuple(value for value in values if units.is_known(value.drift))


#: What runs may lack: the column, the sentence for one such run and for many, what to do, and the command.
_RUN_GAPS = (
    (
        "warmup",
        N_plural(
            "{unknown} of {n} run does not say whether you warmed up",
            "{unknown} of {n} runs do not say whether you warmed up",
        ),
        N_("Say so with your next rating."),
        "runlog log 3 --warmup",
    ),
    (
        "shoe",
        N_plural("{unknown} of {n} run has no pair of shoes", "{unknown} of {n} runs have no pair of shoes"),
        N_("Say which pair you run in."),
        N_("runlog shoes add 'New pair'"),
    ),
    (
        "route",
        N_plural("{unknown} of {n} run has no route", "{unknown} of {n} runs have no route"),
        N_("Record positions, or import the watch's own files instead of a summary."),
        "runlog import ~/Downloads",
    ),
)


@dataclass(frozen=True, slots=True)
class MissingData:
    """Something unknown: what it is, what it would be good for, and the command that records it."""

    what: str
    then: str
    command: str


def missing_data(history: History, week: Span, area: str) -> Iterator[MissingData]:
    """Yield what is unknown and would make the report say more, the most useful first."""
    left = MIN_RATINGS - len(ratings_of(history, area))
    if left > 0:
        what = _("{n} of {needed} ratings").format(n=MIN_RATINGS - left, needed=MIN_RATINGS)
        then = ngettext(
            "After {n} more evening you see what your soreness goes together with. 0 counts too.",
            "After {n} more evenings you see what your soreness goes together with. 0 counts too.",
            left,
        )
        yield MissingData(what, then.format(n=left), "runlog log 0")
    runs = type(week)(week.before(COMPARISON_WEEKS - 1).first, week.last).of(history.runs)
    if runs.empty:
        then = _("Import what your watch recorded.")
        yield MissingData(_("No runs in four weeks"), then, "runlog import ~/Downloads")
        return
    answers = runs.assign(warmup=comparable_answers(runs, "warmup"))
    for column, texts, then, command in _RUN_GAPS:
        unknown = int(answers[column].isna().sum())
        if unknown > len(runs) / 2:
            what = ngettext(*texts, len(runs)).format(unknown=unknown, n=len(runs))
            yield MissingData(what, _(then), _(command))
    noted = history.entries[history.entries["day"] >= runs["day"].iloc[0]][["strength", "desk_hours"]]
    if len(history.entries) and not noted.notna().any().any():
        yield MissingData(
            _("Nothing about strength or desk hours"),
            _("Add them to a rating now and then, to see whether they play a part."),
            "runlog log 3 --strength --desk-hours 7",
        )
