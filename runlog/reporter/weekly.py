"""Gather the facts of one week as data, for every format of the weekly report."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from runlog.i18n import use_language
from runlog.reporter import summary
from runlog.reporter.advice import WeekData
from runlog.reporter.charts import exposure, find_chart
from runlog.reporter.charts.streaks import LEVELS, STREAK_HABITS, UNKNOWN, streaks_data
from runlog.reporter.charts.view import View
from runlog.reporter.glance import current_week, gather_week, glance_of, last_complete_week, week_due
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

    from runlog.analysis.history import History
    from runlog.reporter.alerts import Notice
    from runlog.reporter.glance import Glance

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
    for name, has_data in _WEEK_CHARTS:
        shown = find_chart(name).data(data.history, _view(data))
        if has_data(shown):
            charts[name] = shown
    surest = next((finding.factor for finding in data.findings if finding.has_sign), None)
    if surest is not None:
        charts["exposure"] = exposure.exposure_data_from(data.table, surest, data.units, data.estimates)
    return charts


def _view(data: WeekData) -> View:
    return View(data.end, data.history.clock.day(data.end), data.area)


@dataclass(frozen=True, slots=True, eq=False)
class Week(WeekData):
    """The facts of a week's report: SI units, NaN and None unknown, sentences in the settings' language.

    Attributes:
        glance: headline, what to do, and four numbers.
        days: the days so far, one by one.
        trials: the runner's own, under way and over.
        suggestion: the trial that would tell more, or None.
        form_values: running form of the week's runs, where recorded.
        habit_counts: how many runs of eight weeks had each answer (as ``charts.streaks`` names them), of
            warm-up and cool-down; () where all is unknown.
        other_habits: strength, mobility, desk and posture.
        missing: what data was missing, without what an action asks for.
        charts: the data of the charts that have something to show, by their names.
    """

    glance: Glance
    days: tuple[Day, ...]
    trials: tuple[TrialStatus, ...]
    suggestion: ReportSuggestion | None
    form_values: tuple[FormValue, ...]
    habit_counts: tuple[Mapping[str, int], ...]
    other_habits: tuple[OtherHabit, ...]
    missing: tuple[MissingData, ...]
    charts: Mapping[str, Any]

    @property
    def headline(self) -> str:
        """How it was, in one sentence."""
        return self.glance.headline

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
        return _build_week(gather_week(history, iso_week, now))


def _build_week(data: WeekData) -> Week:
    history, days = data.history, data.days_so_far
    weeks_before = summary.comparison_weeks(history, days)
    trials = trial_statuses(history, data.end)
    first_look = glance_of(data)
    asked = {action.command for action in first_look.actions}
    gaps = missing_data(history, data.span, data.area)
    return Week(
        **{field.name: getattr(data, field.name) for field in fields(data)},
        glance=first_look,
        days=summarise_days(history, days),
        trials=trials,
        suggestion=None if first_look.warnings else _suggest_trial(data, trials),
        form_values=form_values(history, days, weeks_before),
        habit_counts=_habit_counts(data),
        other_habits=other_habits(history, days, weeks_before),
        missing=tuple(gap for gap in gaps if gap.command not in asked),
        charts=week_charts(data),
    )


def _habit_counts(data: WeekData) -> tuple[Mapping[str, int], ...]:
    runs = streaks_data(data.history, _view(data)).runs
    counts = tuple(
        {answer: int((runs[habit] == answer).sum()) for answer in LEVELS} for habit in STREAK_HABITS
    )
    return counts if any(one[UNKNOWN] < len(runs) for one in counts) else ()


def _suggest_trial(data: WeekData, trials: tuple[TrialStatus, ...]) -> ReportSuggestion | None:
    """Return the trial that would tell more, if links can be estimated and no trial is under way."""
    if not data.has_links or any(not trial.over for trial in trials):
        return None
    evidence = Evidence(data.table, data.estimates)
    return best_suggestion(data.history, data.area, data.days_so_far.last, evidence)
