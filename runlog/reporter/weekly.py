"""The weekly report: first the facts of a week as data, then one page of HTML."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlog.analysis.exposures import exposures
from runlog.analysis.links.grading import MIN_RATINGS
from runlog.errors import BadInput
from runlog.fileio import write_atomically
from runlog.i18n import use_language
from runlog.reporter import advice, guidance, pairs, periods, pictures, totals
from runlog.reporter.alerts import alerts
from runlog.reporter.beside import Beside, Form, beside, form
from runlog.reporter.charts import View
from runlog.reporter.days import Day, days
from runlog.reporter.findings import Finding, findings
from runlog.reporter.gaps import Missing, missing
from runlog.reporter.ways_run import WayRun, ways_run
from runlog.trials.text import ReportSuggestion, TrialStatus, best_suggestion, trial_statuses

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.reporter.alerts import Notice
    from runlog.reporter.periods import Span


@dataclass(frozen=True, slots=True)
class Week:
    """Everything that a weekly report says, as data: SI units, NaN and None unknown, sentences as texts.

    Attributes:
        name: "2026-W30"; span: its local days; complete: whether it was over by then.
        told: the days that the numbers are of: the span, or its days up to today while it is not over.
        language, units, load_kind: those of the settings and of the history.
        area: the body area that was rated most; other_areas: worst rating of the week by area.
        headline: how it was; next_step: the one thing to do.
        now, usual: the days told in numbers, and the means of the same days of the four weeks before.
        days: the days told, one by one.
        ratings: how many ratings of the area there are in all; same_rating: what all of them are, where
            they are enough for links but all the same, else None.
        findings: the factors, those with a sign first.
        notices: the alerts at the end of the week; tips: at most three.
        trials: the runner's own plans, under way and over; idea: what would tell more, or None.
        shoes: those in use; routes: those of the last 28 days.
        form: of the week's runs, where recorded; beside: strength, mobility, desk and posture.
        missing: what data was missing.
        load_note: how the loads came about, where that needs saying.
        runs_ever, entries_ever: how many there are in all.
        charts: the data of the charts that have something to show, by their names.
    """

    name: str
    span: Span
    told: Span
    complete: bool
    language: str
    units: str
    load_kind: str
    area: str
    other_areas: Mapping[str, float]
    headline: str
    next_step: advice.Step
    now: totals.Totals
    usual: totals.Totals
    days: tuple[Day, ...]
    ratings: int
    same_rating: float | None
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    tips: tuple[guidance.Chosen, ...]
    trials: tuple[TrialStatus, ...]
    idea: ReportSuggestion | None
    shoes: tuple[pairs.Pair, ...]
    routes: tuple[WayRun, ...]
    form: tuple[Form, ...]
    beside: tuple[Beside, ...]
    missing: tuple[Missing, ...]
    load_note: str
    runs_ever: int
    entries_ever: int
    charts: Mapping[str, Any]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known."""
        return self.runs_ever == 0 and self.entries_ever == 0

    @property
    def see_clinician(self) -> bool:
        """Whether the advice to see a clinician is shown."""
        return bool(self.about_soreness)

    @property
    def about_soreness(self) -> list[Notice]:
        """The alerts that mean that advice."""
        return [notice for notice in self.notices if notice.see_clinician]

    @property
    def about_training(self) -> list[Notice]:
        """The other alerts."""
        return [notice for notice in self.notices if not notice.see_clinician]


def week(history: History, iso_week: str | None = None, now: datetime | None = None) -> Week:
    """The facts of one of the runner's weeks, as they stood at its end, in the language of the settings.

    Args:
        history: whose.
        iso_week: like "2026-W30"; None is the last complete week that has any data.
        now: the current time, aware.

    Raises:
        BadInput: no such week, a week that has not begun, or a ``now`` without a time zone.
    """
    with use_language(history.settings.language):
        return _facts(history, iso_week, now)


def _facts(history: History, iso_week: str | None, now: datetime | None) -> Week:
    moment = periods.utc(now)
    span = _span(history, iso_week, moment)
    over = periods.end_of(span.last, periods.clock(history, span.last))
    end = min(over, moment)
    known = periods.until(history, end)
    today = end.tz_convert(periods.clock(known)).date()
    told = replace(span, last=max(span.first, min(span.last, today)))
    area = area_of(known)
    table = exposures(known, area)
    found = findings(known, table, told)
    notices = tuple(alerts(known, end))
    see_clinician = any(notice.see_clinician for notice in notices)
    numbers, usual = totals.of_week(known, told, area), totals.usual(known, told, area)
    before = totals.before(known, told)
    rated = totals.ratings(known, area)["soreness"]
    tips = guidance.choose(advice.reasons(found, notices, numbers), turn=span.first.isocalendar().week)
    complete = over <= moment
    planned = trial_statuses(known, end)
    return Week(
        name=periods.name_of(span),
        span=span,
        told=told,
        complete=complete,
        language=history.settings.language,
        units=history.settings.units,
        load_kind=str(history.load_kind),
        area=area,
        other_areas=_other_areas(known, span, area),
        headline=_headline(known, numbers, usual, area, complete=complete),
        next_step=advice.next_step(
            tips, numbers, runs_ever=len(known.runs), ratings=len(rated), see_clinician=see_clinician
        ),
        now=numbers,
        usual=usual,
        days=days(known, told),
        ratings=len(rated),
        same_rating=_same(rated),
        findings=found,
        notices=notices,
        tips=tips,
        trials=planned,
        idea=_idea(known, planned, rated, area, told) if not see_clinician else None,
        shoes=pairs.pairs(known, end),
        routes=ways_run(known, end),
        form=form(known, told, before),
        beside=beside(known, told, before),
        missing=missing(known, span, area),
        load_note=known.load_note,
        runs_ever=len(known.runs),
        entries_ever=len(known.entries),
        charts=pictures.of_week(known, View(end, today, area), table, found),
    )


_week = week  # report's own argument is called week


def report(
    history: History,
    week: str | None = None,
    *,
    out: Path | str,
    now: datetime | None = None,
    form: str | None = None,
) -> Path:
    """Write a week's report, and say where.

    Args:
        history: whose.
        week: like "2026-W30"; None is the last complete week that has any data.
        out: the file, or a folder in which it becomes report-2026-W30.html.
        now: the current time, aware.
        form: one of ``forms.FORMS``; None is what the file's name says, else one self-contained page.

    Raises:
        BadInput: no such week, a week that has not begun, a ``now`` without a time zone, or a place
            that cannot be written to.
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    from runlog.reporter import forms

    facts = _week(history, week, now)
    path, form = forms.place(Path(out), f"report-{facts.name}", form)
    write_atomically(path, forms.of_week(facts, form))
    return path


def due(history: History, now: datetime) -> str:
    """The name of the week to report on: on a week's last day it is that one, else the one before."""
    span = _this(history, periods.utc(now))
    today = periods.utc(now).tz_convert(periods.clock(history)).date()
    return periods.name_of(span if span.last == today else span.before(1))


def under_way(history: History, now: datetime | None = None) -> str:
    """The name of the week that is not over yet."""
    return periods.name_of(_this(history, periods.utc(now)))


def _this(history: History, moment: pd.Timestamp) -> Span:
    today = moment.tz_convert(periods.clock(history)).date()
    return periods.week_of(today, history.settings)


def _span(history: History, iso_week: str | None, moment: pd.Timestamp) -> Span:
    this = _this(history, moment)
    if iso_week is not None:
        span = periods.week_named(iso_week, history.settings)
        if span.first > moment.tz_convert(periods.clock(history)).date():
            raise BadInput(f"the week {iso_week} has not begun yet")
        return span
    last_complete = this.before(1)
    last = periods.last_day(
        periods.until(history, periods.end_of(last_complete.last, periods.clock(history)))
    )
    return last_complete if last is None else periods.week_of(last, history.settings)


def _headline(known: History, now: totals.Totals, usual: totals.Totals, area: str, *, complete: bool) -> str:
    if known.runs.empty and known.entries.empty:
        return advice.nothing_yet()
    return advice.headline(now, usual, area, complete=complete)


def area_of(history: History) -> str:
    """The area rated most, the upper back where there is a tie or no rating."""
    counts = history.entries.dropna(subset=["soreness"])["area"].value_counts()
    return max(["upper_back", *map(str, counts.index)], key=lambda area: counts.get(area, 0))


def _other_areas(history: History, span: Span, area: str) -> dict[str, float]:
    rated = span.of(history.entries.dropna(subset=["soreness"]))
    worst = rated.loc[rated["area"] != area].groupby("area")["soreness"].max()
    return {str(name): float(value) for name, value in worst.items()}


def _same(rated: pd.Series[float]) -> float | None:
    """What all ratings are, where they would be enough for links."""
    alike = len(rated) >= MIN_RATINGS and rated.min() == rated.max()
    return float(rated.iloc[0]) if alike else None


def _idea(
    known: History, planned: tuple[TrialStatus, ...], rated: pd.Series[float], area: str, told: Span
) -> ReportSuggestion | None:
    """What would tell more, once links can be told and while no plan is under way."""
    if len(rated) < MIN_RATINGS or _same(rated) is not None or any(not one.over for one in planned):
        return None
    return best_suggestion(known, area, told.last)
