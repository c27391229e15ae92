"""Gather the facts of one week as data, for every format of the weekly report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from runlog.analysis import periods
from runlog.analysis.exposures import exposures
from runlog.analysis.history import ratings_of
from runlog.analysis.links.grading import MIN_RATINGS
from runlog.errors import BadInput
from runlog.i18n import use_language
from runlog.model import Area
from runlog.reporter import advice, guidance, shoes_and_routes, summary
from runlog.reporter.alerts import alerts
from runlog.reporter.charts import exposure, find_chart
from runlog.reporter.charts.streaks import UNKNOWN
from runlog.reporter.charts.view import View
from runlog.reporter.findings import Finding, build_findings
from runlog.reporter.shoes_and_routes import RecentRoute, recent_routes
from runlog.reporter.summary import (
    Day,
    FormValue,
    MissingData,
    OtherHabit,
    form_values,
    missing_data,
    other_habits,
    summarise_days,
)
from runlog.trials.text import ReportSuggestion, TrialStatus, best_suggestion, trial_statuses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.analysis.periods import Span
    from runlog.reporter.alerts import Notice

#: The charts of a page in their order, and whether their data has anything to show.
_WEEK_CHARTS: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    (
        "soreness_and_load",
        lambda data: bool(data.days["soreness"].notna().any() or (data.days["load"] > 0).any()),
    ),
    ("body", lambda data: not data.areas.empty),
    ("streaks", lambda data: bool((data.runs[["warmup", "cooldown"]] != UNKNOWN).any(axis=None))),
    ("routes", lambda data: data.top is not None and bool(data.share.tail(1).notna().all())),
    ("route_maps", lambda data: bool(data.maps)),
    ("form", lambda data: bool(data.runs.filter(like=" drift").notna().any(axis=None))),
)


def week_charts(
    history: History, view: View, table: pd.DataFrame, findings: tuple[Finding, ...]
) -> dict[str, Any]:
    """Return the data of the charts that have something to show, by their names.

    Args:
        history: up to the end of the week.
        view: of the week.
        table: the exposures of its area.
        findings: of the week; the surest link is shown by the ratings behind it ("exposure").
    """
    charts = {}
    for name, has_data in _WEEK_CHARTS:
        data = find_chart(name).data(history, view)
        if has_data(data):
            charts[name] = data
    surest = next((finding.factor for finding in findings if finding.has_sign), None)
    if surest is not None:
        charts["exposure"] = exposure.exposure_data_from(table, surest, history.settings.units)
    return charts


@dataclass(frozen=True, slots=True)
class Week:
    """The facts of a week's report: SI units, NaN and None unknown, sentences in the settings' language.

    Attributes:
        name: "2026-W30".
        span: its local days.
        days_so_far: the days that are counted: the span, or its days up to today.
        complete: whether it was over by then.
        load_kind: the unit of the loads.
        area: the body area that was rated most.
        other_areas: the worst rating of the week by area.
        headline: how it was, in one sentence.
        next_step: the one thing to do.
        totals: the days so far in numbers.
        usual: the means of the same days of the four weeks before.
        days: the days so far, one by one.
        ratings: how many ratings of the area there are in all.
        constant_rating: the value of all of them if they are enough for links but all equal, else None.
        findings: the factors, those with a sign first.
        notices: the alerts at the end of the week.
        tips: three at most.
        trials: the runner's own, under way and over.
        suggestion: the trial that would tell more, or None.
        shoes: the pairs in use.
        routes: those of the last 28 days.
        form_values: running form of the week's runs, where recorded.
        other_habits: strength, mobility, desk and posture.
        missing: what data was missing.
        load_note: how the loads were computed, where that needs an explanation.
        total_runs: how many there are in all.
        total_entries: how many entries of the diary there are in all.
        charts: the data of the charts that have something to show, by their names.
    """

    name: str
    span: Span
    days_so_far: Span
    complete: bool
    language: str
    units: str
    load_kind: str
    area: str
    other_areas: Mapping[str, float]
    headline: str
    next_step: advice.NextStep
    totals: summary.Totals
    usual: summary.Totals
    days: tuple[Day, ...]
    ratings: int
    constant_rating: float | None
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    tips: tuple[guidance.ChosenTip, ...]
    trials: tuple[TrialStatus, ...]
    suggestion: ReportSuggestion | None
    shoes: tuple[shoes_and_routes.ShoeInUse, ...]
    routes: tuple[RecentRoute, ...]
    form_values: tuple[FormValue, ...]
    other_habits: tuple[OtherHabit, ...]
    missing: tuple[MissingData, ...]
    load_note: str
    total_runs: int
    total_entries: int
    charts: Mapping[str, Any]

    @property
    def is_empty(self) -> bool:
        """Whether there is no run and no entry at all."""
        return self.total_runs == 0 and self.total_entries == 0

    @property
    def has_links(self) -> bool:
        """Whether the ratings are enough for links, and not all equal."""
        return self.ratings >= MIN_RATINGS and self.constant_rating is None

    @property
    def see_clinician(self) -> bool:
        """Whether the advice to see a clinician is shown."""
        return bool(self.soreness_alerts)

    @property
    def soreness_alerts(self) -> list[Notice]:
        """The alerts that call for that advice."""
        return [notice for notice in self.notices if notice.see_clinician]

    @property
    def other_alerts(self) -> list[Notice]:
        """The other alerts."""
        return [notice for notice in self.notices if not notice.see_clinician]


def build_week(history: History, iso_week: str | None = None, now: datetime | None = None) -> Week:
    """Gather the facts of one of the runner's weeks as of its end, in the language of the settings.

    Args:
        history: whose.
        iso_week: like "2026-W30"; None is the last complete week that has any data.
        now: the current time, aware.

    Raises:
        BadInput: no such week, a week that has not begun, or a ``now`` without a time zone.
    """
    with use_language(history.settings.language):
        return _gather_week(history, iso_week, now)


def _gather_week(full_history: History, iso_week: str | None, now: datetime | None) -> Week:
    moment = periods.to_utc(now)
    span = _requested_span(full_history, iso_week, moment)
    week_end = periods.end_of_day(full_history, span.last)
    end = min(week_end, moment)
    history = periods.history_as_of(full_history, end)
    today = history.clock.day(end)
    days = replace(span, last=max(span.first, min(span.last, today)))
    area = periods.main_area(history) or Area.UPPER_BACK
    table = exposures(history, area)
    findings = build_findings(history, table, days)
    notices = tuple(alerts(history, end))
    see_clinician = any(notice.see_clinician for notice in notices)
    totals, usual = summary.week_totals(history, days, area), summary.usual_totals(history, days, area)
    weeks_before = summary.comparison_weeks(history, days)
    ratings = ratings_of(history, area)["soreness"]
    tips = guidance.choose_tips(
        advice.tip_reasons(findings, notices, totals), turn=span.first.isocalendar().week
    )
    complete = week_end <= moment
    trials = trial_statuses(history, end)
    return Week(
        name=periods.week_name(span),
        span=span,
        days_so_far=days,
        complete=complete,
        language=history.settings.language,
        units=history.settings.units,
        load_kind=str(history.load_kind),
        area=area,
        other_areas=_other_areas(history, span, area),
        headline=_headline(history, totals, usual, area, complete=complete),
        next_step=advice.choose_next_step(
            tips,
            totals,
            total_runs=len(history.runs),
            ratings=len(ratings),
            see_clinician=see_clinician,
        ),
        totals=totals,
        usual=usual,
        days=summarise_days(history, days),
        ratings=len(ratings),
        constant_rating=_constant_rating(ratings),
        findings=findings,
        notices=notices,
        tips=tips,
        trials=trials,
        suggestion=None if see_clinician else _suggest_trial(history, trials, ratings, area, days),
        shoes=shoes_and_routes.shoes_in_use(history, end),
        routes=recent_routes(history, end),
        form_values=form_values(history, days, weeks_before),
        other_habits=other_habits(history, days, weeks_before),
        missing=missing_data(history, span, area),
        load_note=history.load_note,
        total_runs=len(history.runs),
        total_entries=len(history.entries),
        charts=week_charts(history, View(end, today, area), table, findings),
    )


def week_due(history: History, now: datetime) -> str:
    """Return the name of the week to report on: this one on its last day, else the one before."""
    span = _current_span(history, periods.to_utc(now))
    today = history.clock.day(periods.to_utc(now))
    return periods.week_name(span if span.last == today else span.before(1))


def current_week(history: History, now: datetime | None = None) -> str:
    """Return the name of the week that is not over yet."""
    return periods.week_name(_current_span(history, periods.to_utc(now)))


def _current_span(history: History, moment: pd.Timestamp) -> Span:
    today = history.clock.day(moment)
    return periods.week_of(today, history.settings)


def _requested_span(history: History, iso_week: str | None, moment: pd.Timestamp) -> Span:
    """Return the days of a week, by default of the last complete one that has any data."""
    if iso_week is not None:
        span = periods.parse_week(iso_week, history.settings)
        if span.first > history.clock.day(moment):
            raise BadInput(f"the week {iso_week} has not begun yet")
        return span
    last_complete = _current_span(history, moment).before(1)
    last_day = periods.last_day_with_data(
        periods.history_as_of(history, periods.end_of_day(history, last_complete.last))
    )
    return last_complete if last_day is None else periods.week_of(last_day, history.settings)


def _headline(
    history: History, totals: summary.Totals, usual: summary.Totals, area: str, *, complete: bool
) -> str:
    if history.runs.empty and history.entries.empty:
        return advice.empty_headline()
    return advice.week_headline(totals, usual, area, complete=complete)


def _other_areas(history: History, span: Span, area: str) -> dict[str, float]:
    """Return the worst rating of each other area in a week."""
    entries = span.of(ratings_of(history))
    worst = entries.loc[entries["area"] != area].groupby("area")["soreness"].max()
    return {str(name): float(value) for name, value in worst.items()}


def _constant_rating(ratings: pd.Series[float]) -> float | None:
    """Return the rating if there are enough for links and all are equal, else None."""
    constant = len(ratings) >= MIN_RATINGS and ratings.min() == ratings.max()
    return float(ratings.iloc[0]) if constant else None


def _suggest_trial(
    history: History, trials: tuple[TrialStatus, ...], ratings: pd.Series[float], area: str, days: Span
) -> ReportSuggestion | None:
    """Return the trial that would tell more, if links can be estimated and no trial is under way."""
    linked = len(ratings) >= MIN_RATINGS and _constant_rating(ratings) is None
    if not linked or any(not trial.over for trial in trials):
        return None
    return best_suggestion(history, area, days.last)
