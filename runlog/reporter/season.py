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
from runlog.reporter import advice, summary
from runlog.reporter.alerts import alerts
from runlog.reporter.charts import links as links_chart
from runlog.reporter.charts import soreness as weeks_chart
from runlog.reporter.findings import Finding, build_findings
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
    """A month or a week of the season: its days, as far as they are of the season, in numbers."""

    span: Span
    numbers: Totals


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert that there was: as it was said last, and the first and last week at whose end it held."""

    notice: Notice
    first: Span
    last: Span
    weeks: int


@dataclass(frozen=True, slots=True)
class Season:
    """Everything that is said of a season, as data: SI units, NaN and None unknown.

    Attributes:
        span: its days; over: whether it was over by then.
        language, units: those of the settings.
        area: the body area rated most up to its end; ratings: of it, in the season.
        headline: how it was.
        all: the whole in numbers; months, weeks: its parts, each as far as it lies in the season.
        best, worst: the weeks with the least and the most soreness, of those with at least two ratings;
            None where there are not two such weeks that differ.
        findings: what soreness went together with, over the ratings of the season.
        shoes: the pairs worn; routes: those run, the most used first.
        alerts: that there were at the ends of its weeks, in the order in which they came.
        charts: the data of the charts that have something to show, by their names.
    """

    span: Span
    over: bool
    language: str
    units: str
    area: str
    ratings: int
    headline: str
    all: Totals
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
    history: History,
    since: str,
    until: str | None = None,
    now: datetime | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Season:
    """The facts of a season as they stood at its end, in the language of the settings.

    Args:
        history: whose.
        since: its first month or day, like "2026-01" or "2026-01-15".
        until: its last one, included; None is today.
        now: the current time, aware.
        progress: called after each week that was looked through for alerts: how many, of how many, which.

    Raises:
        BadInput: no such month or day, an end before the beginning, a season that has not begun, or a
            ``now`` without a time zone.
    """
    with use_language(history.settings.language):
        return _gather_season(history, since, until, periods.to_utc(now), progress)


def _gather_season(
    history: History,
    since: str,
    until: str | None,
    now: pd.Timestamp,
    progress: Callable[[int, int, str], None] | None,
) -> Season:
    today = history.clock.day(now)
    span = _season_span(since, until, today)
    end = min(periods.end_of_day(history, span.last), now)
    known = periods.history_as_of(history, end)
    area = periods.main_area(known) or Area.UPPER_BACK
    table = exposures(known, area)
    of_season = span.of(table)
    weeks = tuple(
        PeriodTotals(days, summary.week_totals(known, days, area)) for days in _season_weeks(known, span)
    )
    months = tuple(
        PeriodTotals(days, summary.week_totals(known, days, area)) for days in _season_months(span)
    )
    best, worst = _best_and_worst(weeks)
    numbers = summary.week_totals(known, span, area)
    found = build_findings(known, of_season, span)
    return Season(
        span=span,
        over=end < now,
        language=history.settings.language,
        units=history.settings.units,
        area=area,
        ratings=int(numbers.ratings),
        headline=_season_headline(known, span, numbers, area),
        all=numbers,
        months=months,
        weeks=weeks,
        best=best,
        worst=worst,
        findings=found,
        shoes=season_shoes(known, span, end),
        routes=season_routes(known, span),
        alerts=_past_alerts(known, weeks, end, progress),
        charts=_season_charts(known, span, area, of_season),
    )


def _season_span(since: str, until: str | None, today: date) -> Span:
    first = periods.parse_period(since).first
    last = min(today, today if until is None else periods.parse_period(until).last)
    if first > today:
        raise BadInput(f"{since} has not begun yet")
    if last < first:
        raise BadInput(f"a season from {since} cannot end with {until}")
    return Span(first, last)


def _season_weeks(history: History, span: Span) -> list[Span]:
    """The runner's weeks, the first and the last one as far as they lie in the season."""
    week = periods.week_of(span.first, history.settings)
    count = (span.last - week.first).days // 7 + 1
    whole = [week.before(-number) for number in range(count)]
    return [Span(max(one.first, span.first), min(one.last, span.last)) for one in whole]


def _season_months(span: Span) -> list[Span]:
    found, first = [], span.first
    while first <= span.last:
        last = periods.parse_period(f"{first:%Y-%m}").last
        found.append(Span(first, min(last, span.last)))
        first = last + timedelta(days=1)
    return found


def _best_and_worst(weeks: tuple[PeriodTotals, ...]) -> tuple[PeriodTotals | None, PeriodTotals | None]:
    rated = [week for week in weeks if week.totals.ratings >= MIN_RATINGS]
    best = min(rated, key=lambda week: week.totals.soreness_mean, default=None)
    worst = max(rated, key=lambda week: week.totals.soreness_mean, default=None)
    if best is None or worst is None or best.numbers.soreness_mean == worst.numbers.soreness_mean:
        return None, None
    return best, worst


def _season_headline(history: History, span: Span, numbers: Totals, area: str) -> str:
    """How soreness went from the season's first half to its second, where both were rated."""
    where = units.area(area)
    if not numbers.runs and not numbers.ratings:
        return _("A season without runs and without ratings of your {area}.").format(area=where)
    if not numbers.ratings:
        ran = ngettext(
            "{n} run, but no rating of your {area}.",
            "{n} runs, but no rating of your {area}.",
            int(numbers.runs),
        )
        return ran.format(n=int(numbers.runs), area=where)
    middle = span.first + (span.last - span.first) / 2
    halves = (replace(span, last=middle), replace(span, first=middle + timedelta(days=1)))
    early, late = (summary.week_totals(history, half, area).soreness_mean for half in halves)
    places = {
        "area": where,
        "mean": units.number(numbers.soreness_mean),
        "before": units.number(early),
        "after": units.number(late),
    }
    change = late - early
    if not units.is_known(change):
        text = _("Your {area} was at {mean} of 10 on average.")
    elif abs(change) < advice.NOTICEABLE:
        text = _("Your {area} was about as sore throughout, {mean} of 10 on average.")
    elif change > 0:
        text = _("Your {area} became sorer: {after} of 10 in the second half, after {before} in the first.")
    else:
        text = _(
            "Your {area} became less sore: {after} of 10 in the second half, after {before} in the first."
        )
    return text.format(**places)


def _past_alerts(
    history: History,
    weeks: tuple[PeriodTotals, ...],
    end: pd.Timestamp,
    progress: Callable[[int, int, str], None] | None,
) -> tuple[PastAlert, ...]:
    """What held at the end of each week, as the report of that week said it."""
    found: dict[str, PastAlert] = {}
    for number, week in enumerate(weeks, start=1):
        moment = min(periods.end_of_day(history, week.span.last), end)
        for notice in alerts(history, moment):
            before = found.get(notice.id)
            first, count = (before.first, before.weeks) if before else (week.span, 0)
            found[notice.id] = PastAlert(notice, first, week.span, count + 1)
        if progress is not None:
            progress(number, len(weeks), periods.week_name(periods.week_of(week.span.last, history.settings)))
    return tuple(found.values())


def _season_charts(history: History, span: Span, area: str, table: pd.DataFrame) -> dict[str, Any]:
    from runlog.analysis.links import links

    charts: dict[str, Any] = {}
    weeks = weeks_chart.weeks_in_span(history, span, area)
    if weeks.weeks["ratings"].any() or (weeks.weeks["load"] > 0).any():
        charts["weeks"] = weeks
    forest = links_chart.links_data_from(links(table), area, history.settings.units)
    if len(forest.rows):
        charts["links"] = forest
    return charts
