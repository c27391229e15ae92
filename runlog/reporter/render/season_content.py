"""Build the content of a season's report from its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog import units
from runlog.analysis.links.grading import MIN_RATINGS
from runlog.i18n import _, ngettext, use_language
from runlog.reporter.render import week_content
from runlog.reporter.render.content import Block, Drawing, Heading, Item, Items, Paragraph, Table
from runlog.reporter.shoes_and_routes import route_title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from runlog.reporter.season import PastAlert, PeriodTotals, Season
    from runlog.reporter.shoes_and_routes import SeasonShoe
    from runlog.reporter.summary import Totals


def season_content(season: Season) -> list[Block]:
    """All that a season's report says, in the language of its facts."""
    with use_language(season.language):
        return [block for part in _SECTIONS for block in part(season)]


def _head_section(season: Season) -> Iterator[Block]:
    yield Heading(season.headline, 1)
    whole, begun = _("Your running season, {days}"), _("Your running season so far, {days} (not over yet)")
    days = units.days(season.span.first, season.span.last)
    yield Paragraph((whole if season.over else begun).format(days=days), quiet=True)


def _clinician_section(season: Season) -> Iterator[Block]:
    """The advice to see a clinician, where what means it held at the end."""
    ends = season.weeks[-1].span
    return week_content.clinician_blocks(
        [one.notice for one in season.alerts if one.notice.see_clinician and one.last == ends]
    )


def _months_section(season: Season) -> Iterator[Block]:
    yield Heading(_("Month by month"))
    titles = (
        *(_("Month"), _("Runs"), _("Distance"), _("Soreness"), _("Worst")),
        *(_("Ratings"), _("Moving time")),
    )
    years = {month.span.first.year for month in season.months}
    names = [_month_label(month.span.first, year=len(years) > 1) for month in season.months]
    rows = [
        _totals_row(name, month.numbers, season.units)
        for name, month in zip(names, season.months, strict=True)
    ]
    if len(rows) > 1:
        rows.append(_totals_row(_("In all"), season.all, season.units))
    yield Table(titles, tuple(rows))
    note = _("Soreness of your {area}: the mean of its ratings, 0 none to 10 worst.")
    yield Paragraph(note.format(area=units.area(season.area)), quiet=True)


def _month_label(first: date, *, year: bool) -> str:
    return f"{units.month(first)} {first.year}" if year else units.month(first)


def _totals_row(name: str, numbers: Totals, unit: str) -> tuple[str, ...]:
    return (
        name,
        units.number(numbers.runs, 0),
        units.distance(numbers.distance_m, unit, 0),
        units.number(numbers.soreness_mean),
        units.number(numbers.soreness_max, 0),
        units.number(numbers.ratings, 0),
        units.duration(numbers.moving_s),
    )


def _weeks_section(season: Season) -> Iterator[Block]:
    yield Heading(_("Soreness and load by week"))
    if "weeks" in season.charts:
        yield Drawing("weeks", season.charts["weeks"], season.charts["weeks"].title)
    else:
        yield Paragraph(_("No runs and no ratings in this time."))
    if season.best is None or season.worst is None:
        return
    yield Items(
        (
            Item(_("The best week:"), _week_sentence(season.best, season.units)),
            Item(_("The worst week:"), _week_sentence(season.worst, season.units)),
        )
    )


def _week_sentence(week: PeriodTotals, unit: str) -> str:
    numbers = week.numbers
    text = ngettext(
        "{days}, {mean} of 10 on average from {ratings} ratings, after {n} run and {distance}.",
        "{days}, {mean} of 10 on average from {ratings} ratings, after {n} runs and {distance}.",
        int(numbers.runs),
    )
    return text.format(
        days=units.days(week.span.first, week.span.last),
        mean=units.number(numbers.soreness_mean),
        ratings=units.number(numbers.ratings, 0),
        n=int(numbers.runs),
        distance=units.distance(numbers.distance_m, unit, 0),
    )


def _links_section(season: Season) -> Iterator[Block]:
    yield Heading(_("What it went together with"))
    area = units.area(season.area)
    if season.ratings < MIN_RATINGS:
        few = _("Not enough: {n} ratings of your {area} in this time, {needed} are needed.")
        yield Paragraph(few.format(n=season.ratings, area=area, needed=MIN_RATINGS))
        return
    text = _(
        "Went together with, not proof of cause. From the {n} ratings of your {area} in this time alone. "
        "Differences are in points of soreness: the most likely one, and its 95% range."
    )
    yield Paragraph(text.format(n=season.ratings, area=area), quiet=True)
    shown = [finding for finding in season.findings if finding.is_told and finding.is_estimated]
    if shown:
        yield Items(
            tuple(
                Item(f"{one.label}:", f"{one.sentence} {week_content.format_estimate(one)}") for one in shown
            )
        )
    if "links" in season.charts:
        yield Drawing("links", season.charts["links"], season.charts["links"].title)


def _alerts_section(season: Season) -> Iterator[Block]:
    yield Heading(_("Alerts that there were"))
    if season.alerts:
        yield Items(tuple(Item(one.notice.message, _alert_weeks(one)) for one in season.alerts))
        yield Paragraph(_("As they stood at the end of each week, said as they were last."), quiet=True)
    else:
        yield Paragraph(_("None."))


def _alert_weeks(alert: PastAlert) -> str:
    last = units.day(alert.last.last, weekday=False, year=True)
    if alert.weeks == 1:
        return _("At the end of the week up to {day}.").format(day=last)
    text = _("At the end of {n} weeks, first {first}, last {last}.")
    return text.format(n=alert.weeks, first=units.day(alert.first.last, weekday=False, year=True), last=last)


def _shoes_section(season: Season) -> Iterator[Block]:
    if not season.shoes:
        return
    yield Heading(_("Shoes"))
    rows = (
        (
            shoe.name,
            units.number(shoe.runs, 0),
            units.distance(shoe.distance_m, season.units, 0),
            units.distance(shoe.worn_m, season.units, 0),
            units.distance(shoe.limit_m, season.units, 0),
        )
        for shoe in season.shoes
    )
    yield Table((_("Pair"), _("Runs"), _("In this time"), _("In all"), _("Limit")), tuple(rows))
    used_up = [Item(f"{shoe.name}:", text) for shoe in season.shoes if (text := _shoe_ending(shoe))]
    if used_up:
        yield Items(tuple(used_up))
    yield Paragraph(_("Limits are a convention, not a measurement."), quiet=True)


def _shoe_ending(shoe: SeasonShoe) -> str:
    """What became of a pair in the season, "" where nothing did."""
    over = shoe.over and _("Over its limit since {day}.").format(day=units.day(shoe.over, year=True))
    retired = shoe.retired and _("Put away on {day}.").format(day=units.day(shoe.retired, year=True))
    return " ".join(text for text in (over, retired) if text)


def _routes_section(season: Season) -> Iterator[Block]:
    if not season.routes:
        return
    yield Heading(_("Routes"))
    rows = (
        (
            route_title(route.route, route.name),
            units.number(route.runs, 0),
            units.percent(route.share),
            units.distance(route.distance_m, season.units),
        )
        for route in season.routes
    )
    yield Table((_("Route"), _("Runs"), _("Share"), _("Distance")), tuple(rows))
    yield Paragraph(_("Shares of the runs with a route in this time."), quiet=True)


def _footer_section(_season: Season) -> Iterator[Block]:
    yield Paragraph(week_content.footer_text(), quiet=True)


_SECTIONS = (
    _head_section,
    _clinician_section,
    _weeks_section,
    _months_section,
    _links_section,
    _alerts_section,
    _shoes_section,
    _routes_section,
    _footer_section,
)
