"""Gather the facts of one week as data, for every format of the weekly report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlog.analysis.links.ratings import MIN_RATINGS
from runlog.i18n import use_language
from runlog.reporter import glance, summary
from runlog.reporter.charts import exposure, find_chart
from runlog.reporter.charts.streaks import LEVELS, STREAK_HABITS, UNKNOWN, streaks_data
from runlog.reporter.charts.view import View
from runlog.reporter.glance import current_week, last_complete_week, week_due
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
from runlog.trials.suggestions import Evidence
from runlog.trials.text import ReportSuggestion, TrialStatus, best_suggestion, trial_statuses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.analysis.periods import Span
    from runlog.reporter.alerts import Notice
    from runlog.reporter.findings import Finding
    from runlog.reporter.glance import Glance, WeekData
    from runlog.reporter.shoes_and_routes import RecentRoute, ShoeInUse

__all__ = ["Week", "build_week", "current_week", "last_complete_week", "week_charts", "week_due"]

#: A chart of fewer points shows nothing.
LEAST_POINTS = 2
#: The charts of a page in their order, and whether their data has anything to show.
_WEEK_CHARTS: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    (
        "soreness_and_load",
        lambda data: data.days["soreness"].count() + (data.days["load"] > 0).sum() >= LEAST_POINTS,
    ),
    ("body", lambda data: len(data.areas) >= LEAST_POINTS),
    ("calendar", lambda data: data.days["soreness"].count() >= LEAST_POINTS),
    ("route_maps", lambda data: bool(data.maps)),
)


def week_charts(data: WeekData) -> dict[str, Any]:
    """Return the data of the charts that have something to show, by their names.

    The surest link is shown by the ratings behind it ("exposure").
    """
    charts: dict[str, Any] = {}
    history = data.history
    view = View(data.end, history.clock.day(data.end), data.area)
    for name, has_data in _WEEK_CHARTS:
        shown = find_chart(name).data(history, view)
        if has_data(shown):
            charts[name] = shown
    surest = next((finding.factor for finding in data.findings if finding.has_sign), None)
    if surest is not None:
        charts["exposure"] = exposure.exposure_data_from(
            data.table, surest, history.settings.units, data.estimates
        )
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
        glance: headline, what to do, and four numbers.
        totals: the days so far in numbers.
        usual: the means of the same days of the four weeks before.
        days: the days so far, one by one.
        ratings: how many ratings of the area there are in all.
        constant_rating: the value of all of them if they are enough for links but all equal, else None.
        findings: the factors, those with a sign first.
        notices: the alerts at the end of the week.
        trials: the runner's own, under way and over.
        suggestion: the trial that would tell more, or None.
        shoes: the pairs in use.
        routes: those of the last 28 days.
        form_values: running form of the week's runs, where recorded.
        habit_counts: how many runs of eight weeks had each answer (as ``charts.streaks`` names them), of
            warm-up and cool-down; () where all is unknown.
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
    glance: Glance
    totals: summary.Totals
    usual: summary.Totals
    days: tuple[Day, ...]
    ratings: int
    constant_rating: float | None
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    trials: tuple[TrialStatus, ...]
    suggestion: ReportSuggestion | None
    shoes: tuple[ShoeInUse, ...]
    routes: tuple[RecentRoute, ...]
    form_values: tuple[FormValue, ...]
    habit_counts: tuple[Mapping[str, int], ...]
    other_habits: tuple[OtherHabit, ...]
    missing: tuple[MissingData, ...]
    load_note: str
    total_runs: int
    total_entries: int
    charts: Mapping[str, Any]

    @property
    def headline(self) -> str:
        """How it was, in one sentence."""
        return self.glance.headline

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
        return bool(self.glance.warnings)

    @property
    def other_alerts(self) -> tuple[Notice, ...]:
        """The alerts that no action answers and no clinician is asked about."""
        answered = {notice.id for action in self.glance.actions for notice in action.notices}
        return tuple(notice for notice in self.notices if not (notice.see_clinician or notice.id in answered))


def build_week(history: History, iso_week: str | None = None, now: datetime | None = None) -> Week:
    """Gather the facts of a week like "2026-W30" as of its end, in the runner's language.

    By default it is the week that is due (``glance.week_due``).

    Raises:
        BadInput: no such week, a week that has not begun, or a ``now`` without a time zone.
    """
    with use_language(history.settings.language):
        return _build_week(glance.gather_week(history, iso_week, now))


def _build_week(data: WeekData) -> Week:
    history, days = data.history, data.days_so_far
    first_look = glance.glance_of(data)
    weeks_before = summary.comparison_weeks(history, days)
    trials = trial_statuses(history, data.end)
    return Week(
        name=data.name,
        span=data.span,
        days_so_far=days,
        complete=data.complete,
        language=history.settings.language,
        units=history.settings.units,
        load_kind=str(history.load_kind),
        area=data.area,
        other_areas=data.other_areas,
        glance=first_look,
        totals=data.totals,
        usual=data.usual,
        days=summarise_days(history, days),
        ratings=len(data.ratings),
        constant_rating=_constant_rating(data.ratings),
        findings=data.findings,
        notices=data.notices,
        trials=trials,
        suggestion=None if first_look.warnings else _suggest_trial(data, trials),
        shoes=data.shoes,
        routes=data.routes,
        form_values=form_values(history, days, weeks_before),
        habit_counts=_habit_counts(data),
        other_habits=other_habits(history, days, weeks_before),
        missing=_missing_besides(first_look, missing_data(history, data.span, data.area)),
        load_note=history.load_note,
        total_runs=len(history.runs),
        total_entries=len(history.entries),
        charts=week_charts(data),
    )


def _missing_besides(first_look: Glance, missing: tuple[MissingData, ...]) -> tuple[MissingData, ...]:
    """Return what is missing, without what an action asks for."""
    asked = {action.command for action in first_look.actions}
    return tuple(gap for gap in missing if gap.command not in asked)


def _habit_counts(data: WeekData) -> tuple[Mapping[str, int], ...]:
    runs = streaks_data(data.history, View(data.end, data.history.clock.day(data.end), data.area)).runs
    counts = tuple(
        {answer: int((runs[habit] == answer).sum()) for answer in LEVELS} for habit in STREAK_HABITS
    )
    return counts if any(one[UNKNOWN] < len(runs) for one in counts) else ()


def _constant_rating(ratings: pd.Series[float]) -> float | None:
    """Return the rating if there are enough for links and all are equal, else None."""
    constant = len(ratings) >= MIN_RATINGS and ratings.min() == ratings.max()
    return float(ratings.iloc[0]) if constant else None


def _suggest_trial(data: WeekData, trials: tuple[TrialStatus, ...]) -> ReportSuggestion | None:
    """Return the trial that would tell more, if links can be estimated and no trial is under way."""
    linked = len(data.ratings) >= MIN_RATINGS and _constant_rating(data.ratings) is None
    if not linked or any(not trial.over for trial in trials):
        return None
    evidence = Evidence(data.table, data.estimates)
    return best_suggestion(data.history, data.area, data.days_so_far.last, evidence)
