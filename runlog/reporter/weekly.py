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
    known: History, view: View, table: pd.DataFrame, found: tuple[Finding, ...]
) -> dict[str, Any]:
    """The data of the charts by their names.

    Args:
        known: the history up to the end of the week.
        view: of the week.
        table: the exposures of its area.
        found: the findings of the week; the surest link is shown by the ratings behind it ("exposure").
    """
    drawn = {name: find_chart(name).data(known, view) for name, _shows in _WEEK_CHARTS}
    shown = {name: drawn[name] for name, shows in _WEEK_CHARTS if shows(drawn[name])}
    surest = next((one.factor for one in found if one.has_sign), None)
    if surest is not None:
        shown["exposure"] = exposure.exposure_data_from(table, surest, known.settings.units)
    return shown


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
    next_step: advice.NextStep
    now: summary.Totals
    usual: summary.Totals
    days: tuple[Day, ...]
    ratings: int
    same_rating: float | None
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    tips: tuple[guidance.ChosenTip, ...]
    trials: tuple[TrialStatus, ...]
    idea: ReportSuggestion | None
    shoes: tuple[shoes_and_routes.ShoeInUse, ...]
    routes: tuple[RecentRoute, ...]
    form: tuple[FormValue, ...]
    beside: tuple[OtherHabit, ...]
    missing: tuple[MissingData, ...]
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


def build_week(history: History, iso_week: str | None = None, now: datetime | None = None) -> Week:
    """The facts of one of the runner's weeks, as they stood at its end, in the language of the settings.

    Args:
        history: whose.
        iso_week: like "2026-W30"; None is the last complete week that has any data.
        now: the current time, aware.

    Raises:
        BadInput: no such week, a week that has not begun, or a ``now`` without a time zone.
    """
    with use_language(history.settings.language):
        return _gather_week(history, iso_week, now)


def _gather_week(history: History, iso_week: str | None, now: datetime | None) -> Week:
    moment = periods.to_utc(now)
    span = _asked_span(history, iso_week, moment)
    over = periods.end_of_day(history, span.last)
    end = min(over, moment)
    known = periods.history_as_of(history, end)
    today = known.clock.day(end)
    told = replace(span, last=max(span.first, min(span.last, today)))
    area = periods.main_area(known) or Area.UPPER_BACK
    table = exposures(known, area)
    found = build_findings(known, table, told)
    notices = tuple(alerts(known, end))
    see_clinician = any(notice.see_clinician for notice in notices)
    numbers, usual = summary.week_totals(known, told, area), summary.usual_totals(known, told, area)
    before = summary.comparison_weeks(known, told)
    rated = ratings_of(known, area)["soreness"]
    tips = guidance.choose_tips(
        advice.tip_reasons(found, notices, numbers), turn=span.first.isocalendar().week
    )
    complete = over <= moment
    planned = trial_statuses(known, end)
    return Week(
        name=periods.week_name(span),
        span=span,
        told=told,
        complete=complete,
        language=history.settings.language,
        units=history.settings.units,
        load_kind=str(history.load_kind),
        area=area,
        other_areas=_other_areas(known, span, area),
        headline=_headline_of(known, numbers, usual, area, complete=complete),
        next_step=advice.choose_next_step(
            tips, numbers, runs_ever=len(known.runs), ratings=len(rated), see_clinician=see_clinician
        ),
        now=numbers,
        usual=usual,
        days=summarise_days(known, told),
        ratings=len(rated),
        same_rating=_constant_rating(rated),
        findings=found,
        notices=notices,
        tips=tips,
        trials=planned,
        idea=_trial_suggestion(known, planned, rated, area, told) if not see_clinician else None,
        shoes=shoes_and_routes.shoes_in_use(known, end),
        routes=recent_routes(known, end),
        form=form_values(known, told, before),
        beside=other_habits(known, told, before),
        missing=missing_data(known, span, area),
        load_note=known.load_note,
        runs_ever=len(known.runs),
        entries_ever=len(known.entries),
        charts=week_charts(known, View(end, today, area), table, found),
    )


def week_due(history: History, now: datetime) -> str:
    """The name of the week to report on: on a week's last day it is that one, else the one before."""
    span = _current_span(history, periods.to_utc(now))
    today = history.clock.day(periods.to_utc(now))
    return periods.week_name(span if span.last == today else span.before(1))


def current_week(history: History, now: datetime | None = None) -> str:
    """The name of the week that is not over yet."""
    return periods.week_name(_current_span(history, periods.to_utc(now)))


def _current_span(history: History, moment: pd.Timestamp) -> Span:
    today = history.clock.day(moment)
    return periods.week_of(today, history.settings)


def _asked_span(history: History, iso_week: str | None, moment: pd.Timestamp) -> Span:
    this = _current_span(history, moment)
    if iso_week is not None:
        span = periods.parse_week(iso_week, history.settings)
        if span.first > history.clock.day(moment):
            raise BadInput(f"the week {iso_week} has not begun yet")
        return span
    last_complete = this.before(1)
    last = periods.last_day_with_data(
        periods.history_as_of(history, periods.end_of_day(history, last_complete.last))
    )
    return last_complete if last is None else periods.week_of(last, history.settings)


def _headline_of(
    known: History, now: summary.Totals, usual: summary.Totals, area: str, *, complete: bool
) -> str:
    if known.runs.empty and known.entries.empty:
        return advice.empty_headline()
    return advice.week_headline(now, usual, area, complete=complete)


def _other_areas(history: History, span: Span, area: str) -> dict[str, float]:
    rated = span.of(ratings_of(history))
    worst = rated.loc[rated["area"] != area].groupby("area")["soreness"].max()
    return {str(name): float(value) for name, value in worst.items()}


def _constant_rating(rated: pd.Series[float]) -> float | None:
    """What all ratings are, where they would be enough for links."""
    alike = len(rated) >= MIN_RATINGS and rated.min() == rated.max()
    return float(rated.iloc[0]) if alike else None


def _trial_suggestion(
    known: History, planned: tuple[TrialStatus, ...], rated: pd.Series[float], area: str, told: Span
) -> ReportSuggestion | None:
    """What would tell more, once links can be told and while no plan is under way."""
    if (
        len(rated) < MIN_RATINGS
        or _constant_rating(rated) is not None
        or any(not one.over for one in planned)
    ):
        return None
    return best_suggestion(known, area, told.last)
