"""A season, from a month or day to another: its facts, by the measures of a week's report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from runlog.analysis.exposures import exposures
from runlog.errors import BadInput
from runlog.i18n import _, ngettext, use_language
from runlog.reporter import advice, periods, totals, units
from runlog.reporter.alerts import alerts
from runlog.reporter.charts import links as links_chart
from runlog.reporter.charts import weeks as weeks_chart
from runlog.reporter.findings import Finding, findings
from runlog.reporter.gear import RouteWorn, ShoeWorn, routes_run, shoes_worn
from runlog.reporter.periods import Span
from runlog.reporter.weekly import area_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.reporter.alerts import Notice
    from runlog.reporter.totals import Totals

#: A week with fewer ratings is neither the best nor the worst.
LEAST_RATINGS = 2


@dataclass(frozen=True, slots=True)
class Part:
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
    months: tuple[Part, ...]
    weeks: tuple[Part, ...]
    best: Part | None
    worst: Part | None
    findings: tuple[Finding, ...]
    shoes: tuple[ShoeWorn, ...]
    routes: tuple[RouteWorn, ...]
    alerts: tuple[PastAlert, ...]
    charts: Mapping[str, Any]


def season(
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
        return _facts(history, since, until, periods.utc(now), progress)


def _facts(
    history: History,
    since: str,
    until: str | None,
    now: pd.Timestamp,
    progress: Callable[[int, int, str], None] | None,
) -> Season:
    today = now.tz_convert(periods.clock(history)).date()
    span = _span(since, until, today)
    end = min(periods.end_of(span.last, periods.clock(history, span.last)), now)
    known = periods.until(history, end)
    area = area_of(known)
    table = exposures(known, area)
    of_season = span.of(table)
    weeks = tuple(Part(days, totals.of_week(known, days, area)) for days in _weeks(known, span))
    months = tuple(Part(days, totals.of_week(known, days, area)) for days in _months(span))
    best, worst = _extremes(weeks)
    numbers = totals.of_week(known, span, area)
    found = findings(known, of_season, span)
    return Season(
        span=span,
        over=end < now,
        language=history.settings.language,
        units=history.settings.units,
        area=area,
        ratings=int(numbers.ratings),
        headline=_headline(known, span, numbers, area),
        all=numbers,
        months=months,
        weeks=weeks,
        best=best,
        worst=worst,
        findings=found,
        shoes=shoes_worn(known, span, end),
        routes=routes_run(known, span),
        alerts=_alerts(known, weeks, end, progress),
        charts=_charts(known, span, area, of_season),
    )


def _span(since: str, until: str | None, today: date) -> Span:
    first = periods.days_named(since).first
    last = min(today, today if until is None else periods.days_named(until).last)
    if first > today:
        raise BadInput(f"{since} has not begun yet")
    if last < first:
        raise BadInput(f"a season from {since} cannot end with {until}")
    return Span(first, last)


def _weeks(history: History, span: Span) -> list[Span]:
    """The runner's weeks, the first and the last one as far as they lie in the season."""
    week = periods.week_of(span.first, history.settings)
    count = (span.last - week.first).days // 7 + 1
    whole = [week.before(-number) for number in range(count)]
    return [Span(max(one.first, span.first), min(one.last, span.last)) for one in whole]


def _months(span: Span) -> list[Span]:
    found, first = [], span.first
    while first <= span.last:
        last = periods.days_named(f"{first:%Y-%m}").last
        found.append(Span(first, min(last, span.last)))
        first = last + timedelta(days=1)
    return found


def _extremes(weeks: tuple[Part, ...]) -> tuple[Part | None, Part | None]:
    rated = [week for week in weeks if week.numbers.ratings >= LEAST_RATINGS]
    best = min(rated, key=lambda week: week.numbers.soreness_mean, default=None)
    worst = max(rated, key=lambda week: week.numbers.soreness_mean, default=None)
    if best is None or worst is None or best.numbers.soreness_mean == worst.numbers.soreness_mean:
        return None, None
    return best, worst


def _headline(history: History, span: Span, numbers: Totals, area: str) -> str:
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
    early, late = (totals.of_week(history, half, area).soreness_mean for half in halves)
    places = {
        "area": where,
        "mean": units.number(numbers.soreness_mean),
        "before": units.number(early),
        "after": units.number(late),
    }
    change = late - early
    if not units.known(change):
        text = _("Your {area} was at {mean} of 10 on average.")
    elif abs(change) < advice.NOTICED:
        text = _("Your {area} was about as sore throughout, {mean} of 10 on average.")
    elif change > 0:
        text = _("Your {area} became sorer: {after} of 10 in the second half, after {before} in the first.")
    else:
        text = _(
            "Your {area} became less sore: {after} of 10 in the second half, after {before} in the first."
        )
    return text.format(**places)


def _alerts(
    history: History,
    weeks: tuple[Part, ...],
    end: pd.Timestamp,
    progress: Callable[[int, int, str], None] | None,
) -> tuple[PastAlert, ...]:
    """What held at the end of each week, as the report of that week said it."""
    found: dict[str, PastAlert] = {}
    for number, week in enumerate(weeks, start=1):
        moment = min(periods.end_of(week.span.last, periods.clock(history, week.span.last)), end)
        for notice in alerts(history, moment):
            before = found.get(notice.id)
            first, count = (before.first, before.weeks) if before else (week.span, 0)
            found[notice.id] = PastAlert(notice, first, week.span, count + 1)
        if progress is not None:
            progress(number, len(weeks), periods.name_of(periods.week_of(week.span.last, history.settings)))
    return tuple(found.values())


def _charts(history: History, span: Span, area: str, table: pd.DataFrame) -> dict[str, Any]:
    from runlog.analysis.links import links

    charts: dict[str, Any] = {}
    weeks = weeks_chart.of(history, span, area)
    if weeks.weeks["ratings"].any() or (weeks.weeks["load"] > 0).any():
        charts["weeks"] = weeks
    forest = links_chart.of(links(table), area, history.settings.units)
    if len(forest.rows):
        charts["links"] = forest
    return charts
