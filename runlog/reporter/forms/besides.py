"""The later parts of a week's report as blocks: plans, shoes, routes, form, habits, and what was missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.i18n import _
from runlog.reporter import units
from runlog.reporter.forms.blocks import Block, Drawing, Heading, Item, Items, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.reporter.pairs import Pair
    from runlog.reporter.weekly import Week
    from runlog.trials.text import TrialStatus


def trials(week: Week) -> Iterator[Block]:
    """The runner's own plans, and what would tell more."""
    if week.trials:
        yield Heading(_("Your own plans"))
        yield Items(tuple(_trial(one) for one in week.trials))
    if week.idea is not None:
        yield Heading(_("What would tell more"))
        yield Paragraph(week.idea.sentence, command=week.idea.command)


def _trial(trial: TrialStatus) -> Item:
    title = _("Plan {id}: {first} or {second}")
    text = trial.sentence
    if trial.next_day is not None:
        following = _("Next, on {day}: {way}.").format(day=units.day(trial.next_day), way=trial.next_way)
        text = f"{text} {following}"
    return Item(f"{title.format(id=trial.id, first=trial.first, second=trial.second)}.", text)


def shoes(week: Week) -> Iterator[Block]:
    """The pairs in use."""
    if not (week.runs_ever or week.shoes):
        return
    yield Heading(_("Shoes"))
    if not week.shoes:
        none = _("No shoes yet. Tell runlog which pair you run in, and it counts the distance:")
        yield Paragraph(none, command="runlog shoes add NAME")
        return
    yield Items(tuple(_pair(pair, week.units) for pair in week.shoes))
    yield Paragraph(_("Limits are a convention, not a measurement."), quiet=True)


def _pair(pair: Pair, unit: str) -> Item:
    worn, limit = (units.distance(1000 * km, unit, 0) for km in (pair.km, pair.limit_km))
    how_far = _("{worn} of {limit}").format(worn=worn, limit=limit)
    said = [f"{how_far}.", outlook(pair, unit)]
    if pair.share_28d > 0:
        said.append(_("{share} of your runs in 28 days.").format(share=units.percent(pair.share_28d)))
    return Item(f"{pair.name}:", " ".join(said))


def outlook(pair: Pair, unit: str) -> str:
    """When a pair comes to its limit, or since when it is over it."""
    limit = units.distance(1000 * pair.limit_km, unit, 0)
    left = units.distance(1000 * pair.left_km, unit, 0)
    if pair.is_over:
        if pair.expected is None:
            return _("Over its limit of {limit}.").format(limit=limit)
        return _("Over its limit of {limit} since {day}.").format(limit=limit, day=units.day(pair.expected))
    if pair.expected is None:
        idle = _("{left} left, not or hardly in use.") if pair.runs else _("{left} left, not worn yet.")
        return idle.format(left=left)
    day = units.day(pair.expected, weekday=False, year=True)
    if pair.expected_low and pair.expected_high and pair.expected_low < pair.expected_high:
        days = units.days(pair.expected_low, pair.expected_high)
        return _("{left} left, at its limit around {day} ({days}).").format(left=left, day=day, days=days)
    return _("{left} left, at its limit around {day}.").format(left=left, day=day)


def routes(week: Week) -> Iterator[Block]:
    """The routes of the last 28 days."""
    if not week.runs_ever:
        return
    yield Heading(_("Routes"))
    if not week.routes:
        yield Paragraph(
            _("No run with GPS in the last 28 days, so no routes. Record positions on your next run.")
        )
        return
    yield Table(
        (_("Route"), _("Share"), _("Distance"), _("Runs"), _("Most in a row")),
        tuple(
            (
                f"{route.name} ({route.route})" if route.name else route.route,
                units.percent(route.share_28d),
                units.distance(route.distance_m, week.units),
                units.number(route.runs, 0),
                units.number(route.longest_streak, 0),
            )
            for route in week.routes
        ),
    )
    yield Paragraph(_("Shares of the runs with GPS in the last 28 days."), quiet=True)
    for chart in ("route_maps", "routes"):
        if chart in week.charts:
            yield Drawing(chart, week.charts[chart], week.charts[chart].title)


def form(week: Week) -> Iterator[Block]:
    """Running form, where it was recorded."""
    if not week.form:
        return
    yield Heading(_("Running form"))
    yield Table(
        (_("Mean of the runs"), _("This week"), _("Usually"), _("By the last third")),
        tuple(
            (
                value.label,
                units.number(value.now, value.digits),
                units.number(value.usual, value.digits),
                units.number(value.drift, value.digits, signed=True),
            )
            for value in week.form
        ),
    )
    note = _("It follows the pace, and is a description; nothing is known of it about the back.")
    yield Paragraph(note, quiet=True)
    if "form" in week.charts:
        yield Drawing("form", week.charts["form"], week.charts["form"].title)


def beside(week: Week) -> Iterator[Block]:
    """Strength, mobility, desk and posture."""
    if not week.beside:
        return
    yield Heading(_("Besides running"))
    yield Table(
        (_("Of the last 7 days"), _("This week"), _("Usually")),
        tuple(
            (one.label, one.now_text or units.UNKNOWN, one.usual_text or units.UNKNOWN) for one in week.beside
        ),
    )


def missing(week: Week) -> Iterator[Block]:
    """What data was missing, and how to mend it."""
    if week.missing:
        yield Heading(_("To know more"))
        yield Items(tuple(Item(f"{gap.what}.", gap.then, gap.command) for gap in week.missing))
