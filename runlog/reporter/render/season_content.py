"""Build the content of a season's report from its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog import units
from runlog.analysis.links.ratings import MIN_RATINGS
from runlog.i18n import _, ngettext, use_language
from runlog.reporter.guidance import evidence
from runlog.reporter.render import content
from runlog.reporter.render.blocks import clinician_callout, format_estimate, link_chart
from runlog.reporter.render.content import (
    Block,
    BulletList,
    ChartBlock,
    Document,
    Fold,
    ListItem,
    Paragraph,
    Section,
    Table,
)
from runlog.reporter.shoes_and_routes import route_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.reporter.season import PeriodTotals, Season
    from runlog.reporter.shoes_and_routes import SeasonShoe
    from runlog.reporter.summary import Totals


def build_document(season: Season) -> Document:
    """Return what a season's report says, in the language of its facts."""
    with use_language(season.language):
        whole, begun = _("Season · {days}"), _("Season · {days}, so far")
        days = units.days(season.span.first, season.span.last)
        reasons = [
            alert.notice
            for alert in season.alerts
            if alert.notice.see_clinician and alert.last == season.weeks[-1].span
        ]
        return Document(
            language=season.language,
            page_title=f"runlog: {season.headline}",
            headline=season.headline,
            eyebrow=(whole if season.complete else begun).format(days=days),
            lead=() if season.complete else tuple(clinician_callout(reasons)),
            sections=tuple(section for part in _SECTIONS for section in part(season)),
            footer=content.footer_text(),
        )


def _months_section(season: Season) -> Iterator[Section]:
    titles = (
        *(_("Month"), _("Runs"), _("Distance"), _("Soreness"), _("Worst")),
        *(_("Ratings"), _("Moving time")),
    )
    years = {month.span.first.year for month in season.months}
    rows = []
    for month in season.months:
        first = month.span.first
        name = f"{units.month(first)} {first.year}" if len(years) > 1 else units.month(first)
        rows.append(_totals_row(name, month.totals, season.units))
    if len(rows) > 1:
        rows.append(_totals_row(_("In all"), season.totals, season.units))
    note = _("Soreness of your {area}: the mean of its ratings, 0 none to 10 worst.")
    blocks = (
        Table(titles, tuple(rows), style="scrolling"),
        Paragraph(note.format(area=units.area(season.area)), quiet=True),
    )
    yield Section(_("Month by month"), blocks)


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


def _weeks_section(season: Season) -> Iterator[Section]:
    blocks: list[Block] = []
    title = _("Soreness and load by week")
    if "weeks" in season.charts:
        data = season.charts["weeks"]
        title = data.title
        blocks.append(ChartBlock("weeks", data, data.title, is_titled=True, is_wide=True))
    elif not (season.totals.runs or season.totals.ratings):
        blocks.append(Paragraph(_("No runs and no ratings in this time.")))
    if season.best is not None and season.worst is not None:
        best = ListItem(_("The best week:"), _week_sentence(season.best, season.units))
        worst = ListItem(_("The worst week:"), _week_sentence(season.worst, season.units))
        blocks.append(BulletList((best, worst)))
    if blocks:
        yield Section(title, tuple(blocks))


def _week_sentence(week: PeriodTotals, unit: str) -> str:
    numbers = week.totals
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


def _links_section(season: Season) -> Iterator[Section]:
    yield Section(_("What it went together with"), tuple(_link_blocks(season)))


def _link_blocks(season: Season) -> Iterator[Block]:
    area = units.area(season.area)
    if season.ratings < MIN_RATINGS:
        few = _("Not enough: {n} ratings of your {area} in this time, {needed} are needed.")
        yield Paragraph(few.format(n=season.ratings, area=area, needed=MIN_RATINGS))
        return
    text = _("From the {n} ratings of your {area} in this time alone, as of {day}. Not proof of cause.")
    day = units.day(season.span.last, weekday=False, year=True)
    yield Paragraph(text.format(n=season.ratings, area=area, day=day), quiet=True)
    own = [finding for finding in season.findings if finding.has_own_place and finding.is_estimated]
    if own:
        yield from link_chart(own, season.units)
        items = (
            ListItem(f"{finding.label}:", f"{finding.sentence} {format_estimate(finding, season.units)}")
            for finding in own
        )
        yield Fold(_("In numbers, and how sure"), (BulletList(tuple(items), "findings"),))


def _alerts_section(season: Season) -> Iterator[Section]:
    blocks: tuple[Block, ...] = (Paragraph(_("None.")),)
    if season.alerts:
        past = sorted(season.alerts, key=lambda alert: alert.last.last)
        items = []
        for alert in past:  # with the end of the week in which it held last, and for how many it did
            held = ngettext("Week to {day}", "{n} weeks, the last to {day}", alert.weeks)
            held = held.format(n=alert.weeks, day=units.day(alert.last.last, weekday=False, year=True))
            items.append(ListItem(f"{held}:", alert.notice.message))
        title = ngettext("{n} alert, as it stood then", "{n} alerts, as they stood then", len(past))
        blocks = (Fold(title.format(n=len(past)), (BulletList(tuple(items)),)),)
    yield Section(_("Alerts in this time"), blocks)


def _shoes_section(season: Season) -> Iterator[Section]:
    if not season.shoes:
        return
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
    until = _("By {day}").format(day=units.day(season.span.last, weekday=False))
    titles = (_("Pair"), _("Runs"), _("In this time"), until, _("Limit"))
    endings = tuple(ListItem(f"{shoe.name}:", text) for shoe in season.shoes if (text := _shoe_ending(shoe)))
    blocks = (
        Table(titles, tuple(rows), style="scrolling"),
        *((BulletList(endings),) if endings else ()),
        Paragraph(evidence("shoe-limits").quote(), quiet=True),
    )
    yield Section(_("Shoes"), blocks)


def _shoe_ending(shoe: SeasonShoe) -> str:
    """Return what became of a pair in the season, "" where nothing did."""
    over = shoe.over and _("Over its limit since {day}.").format(day=units.day(shoe.over, year=True))
    retired = shoe.retired and _("Put away on {day}.").format(day=units.day(shoe.retired, year=True))
    return " ".join(text for text in (over, retired) if text)


def _routes_section(season: Season) -> Iterator[Section]:
    if not season.routes:
        return
    rows = (
        (
            route_title(route.route, route.name),
            units.number(route.runs, 0),
            units.percent(route.share),
            units.distance(route.distance_m, season.units),
        )
        for route in season.routes
    )
    blocks = (
        Table((_("Route"), _("Runs"), _("Share"), _("Distance")), tuple(rows), style="scrolling"),
        Paragraph(_("Shares of the runs with a route in this time."), quiet=True),
    )
    yield Section(_("Routes"), blocks)


_SECTIONS = (
    _weeks_section,
    _months_section,
    _links_section,
    _alerts_section,
    _shoes_section,
    _routes_section,
)
