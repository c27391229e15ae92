"""Gather the facts of a season, from a month or day to another, with the measures of a week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from runlog import units
from runlog.analysis import periods
from runlog.analysis.exposures import exposures
from runlog.analysis.periods import Span
from runlog.errors import BadInput
from runlog.i18n import _, ngettext, use_language
from runlog.model import Area
from runlog.reporter import summary
from runlog.reporter.alerts import alerts
from runlog.reporter.charts import soreness as weeks_chart
from runlog.reporter.findings import Finding, build_findings
from runlog.reporter.glance import NOTICEABLE
from runlog.reporter.shoes_and_routes import SeasonRoute, SeasonShoe, season_routes, season_shoes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.reporter.alerts import Notice
    from runlog.reporter.summary import Totals

#: A week with fewer ratings is neither the best nor the worst.
MIN_RATINGS = 2


@dataclass(frozen=True, slots=True)
class PeriodTotals:
    """A month or a week in numbers, as far as it lies in the season."""

    span: Span
    totals: Totals


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert as it was worded last, with the first and the last week at whose end it held."""

    notice: Notice
    first: Span
    last: Span
    weeks: int


@dataclass(frozen=True, slots=True)
class Season:
    """The facts of a season's report: SI units, NaN and None unknown, sentences in the settings' language.

    Attributes:
        span: its days.
        complete: whether it was over by then.
        area: the body area rated most up to its end.
        ratings: how many ratings of the area lie in the season.
        headline: how it was, in one sentence.
        totals: the whole in numbers.
        months: its months in numbers.
        weeks: its weeks in numbers.
        best: the week with the least soreness, of those with at least two ratings; None if there are not two
            such weeks that differ.
        worst: the week with the most soreness, likewise.
        findings: what soreness went together with, over the ratings of the season.
        shoes: the pairs in which there were runs.
        routes: the routes run, the most used first.
        alerts: those at the ends of its weeks, in the order in which they came.
        charts: the data of the charts that have something to show, by their names.
    """

    span: Span
    complete: bool
    language: str
    units: str
    area: str
    ratings: int
    headline: str
    totals: Totals
    months: tuple[PeriodTotals, ...]
    weeks: tuple[PeriodTotals, ...]
    best: PeriodTotals | None
    worst: PeriodTotals | None
    findings: tuple[Finding, ...]
    shoes: tuple[SeasonShoe, ...]
    routes: tuple[SeasonRoute, ...]
    alerts: tuple[PastAlert, ...]
    charts: Mapping[str, Any]


def build_season(
    full_history: History,
    since: str,
    until: str | None = None,
    now: datetime | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Season:
    """Gather the facts of a season as of its end, in the language of the settings.

    It goes from a month or day like "2026-01" or "2026-01-15" up to another one, included (default: today).
    ``progress`` is called after each week's alerts with its number, the number of weeks, and its name.

    Raises:
        BadInput: no such month or day, an end before the beginning, a season that has not begun, or a
            ``now`` without a time zone.
    """
    with use_language(full_history.settings.language):
        moment = periods.to_utc(now)
        span = _season_span(since, until, full_history.clock.day(moment))
        end = min(periods.end_of_day(full_history, span.last), moment)
        history = periods.history_as_of(full_history, end)
        area = periods.main_area(history) or Area.UPPER_BACK
        months, weeks = (
            tuple(PeriodTotals(days, summary.week_totals(history, days, area)) for days in parts)
            for parts in (_season_months(span), _season_weeks(history, span))
        )
        best, worst = _best_and_worst(weeks)
        totals = summary.week_totals(history, span, area)
        shown = weeks_chart.weeks_in_span(history, span, area)
        weeks_with_data = (shown.weeks[["ratings", "load"]] > 0).sum().max()
        return Season(
            span=span,
            complete=end < moment,
            language=history.settings.language,
            units=history.settings.units,
            area=area,
            ratings=int(totals.ratings),
            headline=_season_headline(history, span, totals, area),
            totals=totals,
            months=months,
            weeks=weeks,
            best=best,
            worst=worst,
            findings=build_findings(history, span.of(exposures(history, area)), span),
            shoes=season_shoes(history, span, end),
            routes=season_routes(history, span),
            alerts=_past_alerts(history, weeks, end, progress),
            charts={"weeks": shown} if weeks_with_data > 1 else {},
        )


def _season_span(since: str, until: str | None, today: date) -> Span:
    first = periods.parse_period(since).first
    last = min(today, today if until is None else periods.parse_period(until).last)
    if first > today:
        raise BadInput("{since} has not begun yet", since=since)
    if last < first:
        raise BadInput("a season from {since} cannot end with {until}", since=since, until=until)
    return Span(first, last)


def _season_weeks(history: History, span: Span) -> list[Span]:
    """Return the runner's weeks, the first and the last one as far as they lie in the season."""
    first_week = periods.week_of(span.first, history.settings)
    count = (span.last - first_week.first).days // 7 + 1
    weeks = (first_week.before(-number) for number in range(count))
    return [Span(max(week.first, span.first), min(week.last, span.last)) for week in weeks]


def _season_months(span: Span) -> list[Span]:
    """Return the months, the first and the last one as far as they lie in the season."""
    months, first = [], span.first
    while first <= span.last:
        last = periods.parse_period(f"{first:%Y-%m}").last
        months.append(Span(first, min(last, span.last)))
        first = last + timedelta(days=1)
    return months


def _best_and_worst(weeks: tuple[PeriodTotals, ...]) -> tuple[PeriodTotals | None, PeriodTotals | None]:
    rated = [week for week in weeks if week.totals.ratings >= MIN_RATINGS]
    best = min(rated, key=lambda week: week.totals.soreness_mean, default=None)
    worst = max(rated, key=lambda week: week.totals.soreness_mean, default=None)
    if best is None or worst is None or best.totals.soreness_mean == worst.totals.soreness_mean:
        return None, None
    return best, worst


def _season_headline(history: History, span: Span, totals: Totals, area: str) -> str:
    """Write how soreness changed from the season's first half to its second, if both were rated."""
    n = int(totals.runs)
    if not totals.ratings:
        ran = ngettext("{n} run, but no rating in this time.", "{n} runs, but no rating in this time.", n)
        return ran.format(n=n) if n else _("No runs and no ratings in this time.")
    middle = span.first + (span.last - span.first) / 2
    halves = (replace(span, last=middle), replace(span, first=middle + timedelta(days=1)))
    first, second = (summary.week_totals(history, half, area) for half in halves)
    early, late = first.soreness_mean, second.soreness_mean
    is_compared = first.is_compared_with and second.is_compared_with
    change = late - early if is_compared else 0.0
    if totals.ratings == 1:
        text = _("{area}: {mean} of 10, rated once.")
    elif not is_compared:
        text = _("{area}: {mean} of 10 on average.")
    elif abs(change) < NOTICEABLE:
        text = _("{area} about as sore throughout: {mean} of 10.")
    elif change > 0:
        text = _("{area} sorer in the second half: {mean}, up from {before}.")
    else:
        text = _("{area} less sore in the second half: {mean}, down from {before}.")
    mean = late if abs(change) >= NOTICEABLE else totals.soreness_mean
    name = units.capital(units.area(area))
    return text.format(area=name, mean=units.number(mean), before=units.number(early))


def _past_alerts(
    history: History,
    weeks: tuple[PeriodTotals, ...],
    end: pd.Timestamp,
    progress: Callable[[int, int, str], None] | None,
) -> tuple[PastAlert, ...]:
    """Return the alerts that held at the end of any week, each as it was worded last."""
    past: dict[str, PastAlert] = {}
    for number, week in enumerate(weeks, start=1):
        moment = min(periods.end_of_day(history, week.span.last), end)
        for notice in alerts(history, moment):
            before = past.get(notice.id)
            first, count = (before.first, before.weeks) if before else (week.span, 0)
            past[notice.id] = PastAlert(notice, first, week.span, count + 1)
        if progress is not None:
            progress(number, len(weeks), periods.week_name(periods.week_of(week.span.last, history.settings)))
    return tuple(past.values())
