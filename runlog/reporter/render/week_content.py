"""Build the content of a week's report from its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog import units
from runlog.analysis.links.grading import MIN_RATINGS
from runlog.i18n import _, ngettext, use_language
from runlog.reporter import guidance
from runlog.reporter.alerts import ALERTS
from runlog.reporter.render import as_html
from runlog.reporter.render.content import Block, Drawing, Heading, Item, Items, Paragraph, Table
from runlog.reporter.shoes_and_routes import route_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runlog.reporter.alerts import Notice
    from runlog.reporter.findings import Finding
    from runlog.reporter.guidance import ChosenTip
    from runlog.reporter.shoes_and_routes import ShoeInUse
    from runlog.reporter.weekly import Week
    from runlog.trials.text import TrialStatus


def _trials_section(week: Week) -> Iterator[Block]:
    """The runner's own plans, and what would tell more."""
    if week.trials:
        yield Heading(_("Your own plans"))
        yield Items(tuple(_trial_item(one) for one in week.trials))
    if week.idea is not None:
        yield Heading(_("What would tell more"))
        yield Paragraph(week.idea.sentence, command=week.idea.command)


def _trial_item(trial: TrialStatus) -> Item:
    title = _("Plan {id}: {first} or {second}")
    text = trial.sentence
    if trial.next_day is not None:
        following = _("Next, on {day}: {way}.").format(day=units.day(trial.next_day), way=trial.next_way)
        text = f"{text} {following}"
    return Item(f"{title.format(id=trial.id, first=trial.first, second=trial.second)}.", text)


def _shoes_section(week: Week) -> Iterator[Block]:
    """The pairs in use."""
    if not (week.runs_ever or week.shoes):
        return
    yield Heading(_("Shoes"))
    if not week.shoes:
        none = _("No shoes yet. Tell runlog which pair you run in, and it counts the distance:")
        yield Paragraph(none, command="runlog shoes add NAME")
        return
    yield Items(tuple(_shoe_item(pair, week.units) for pair in week.shoes))
    yield Paragraph(_("Limits are a convention, not a measurement."), quiet=True)


def _shoe_item(pair: ShoeInUse, unit: str) -> Item:
    worn, limit = (units.distance(1000 * km, unit, 0) for km in (pair.km, pair.limit_km))
    how_far = _("{worn} of {limit}").format(worn=worn, limit=limit)
    said = [f"{how_far}.", shoe_forecast(pair, unit)]
    if pair.share_28d > 0:
        said.append(_("{share} of your runs in 28 days.").format(share=units.percent(pair.share_28d)))
    return Item(f"{pair.name}:", " ".join(said))


def shoe_forecast(pair: ShoeInUse, unit: str) -> str:
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


def _routes_section(week: Week) -> Iterator[Block]:
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
                route_title(route.route, route.name),
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


def _form_section(week: Week) -> Iterator[Block]:
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


def _other_habits_section(week: Week) -> Iterator[Block]:
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


def _missing_section(week: Week) -> Iterator[Block]:
    """What data was missing, and how to mend it."""
    if week.missing:
        yield Heading(_("To know more"))
        yield Items(tuple(Item(f"{gap.what}.", gap.then, gap.command) for gap in week.missing))


def week_content(week: Week) -> list[Block]:
    """All that a week's report says, in the language of its facts."""
    with use_language(week.language):
        return [block for part in _SECTIONS for block in part(week)]


def _head_section(week: Week) -> Iterator[Block]:
    yield Heading(week.headline, 1)
    whole, begun = _("Your running week, {days}"), _("Your running week so far, {days} (not over yet)")
    days = units.days(week.told.first, week.told.last)
    yield Paragraph((whole if week.complete else begun).format(days=days), quiet=True)
    step = week.next_step
    text = f"{_('What to change:')} {step.text}" if step.tip else step.text
    yield Paragraph(text, command=step.command)


def _clinician_section(week: Week) -> Iterator[Block]:
    return clinician_blocks(week.about_soreness)


def clinician_blocks(notices: Sequence[Notice]) -> Iterator[Block]:
    """The advice to see a clinician, where any alert means it."""
    if not notices:
        return
    advice = guidance.clinician_advice()
    yield Heading(advice.title)
    yield Items(tuple(Item(notice.message, notice.why) for notice in notices))
    yield Paragraph(advice.lead)
    yield Items(tuple(Item(flag) for flag in advice.flags))
    yield Paragraph(advice.emergency)


def _numbers_section(week: Week) -> Iterator[Block]:
    if week.is_empty:
        return
    yield Heading(_("The week in numbers"))
    tiles = as_html.number_tiles(week)
    if not week.usual.weeks:
        yield Paragraph(
            _("Nothing is known of the weeks before. Next week will stand beside this one."), quiet=True
        )
        yield Table(("", _("This week")), tuple((tile.label, tile.value) for tile in tiles))
        return
    yield Table(
        ("", _("This week"), _("Usually")), tuple((tile.label, tile.value, tile.usual) for tile in tiles)
    )
    yield Paragraph(_usual_note(week), quiet=True)


def _usual_note(week: Week) -> str:
    if not week.complete:
        text = _("Up to {day}. “Usually” is the same days of the weeks before; today is not over.")
        return text.format(day=units.day(week.told.last))
    text = ngettext(
        "“Usually” is the week before.", "“Usually” is the mean of the {n} weeks before.", week.usual.weeks
    )
    return text.format(n=week.usual.weeks)


def _soreness_section(week: Week) -> Iterator[Block]:
    if week.is_empty:
        return
    yield Heading(_("Soreness and load"))
    if "soreness_and_load" in week.charts:
        yield from chart_blocks(week, "soreness_and_load")
        if week.load_note:
            yield Paragraph(week.load_note, quiet=True)
    else:
        yield Paragraph(_("No run and no rating in five weeks."))
    yield from chart_blocks(week, "body")


def chart_blocks(week: Week, chart: str) -> Iterator[Block]:
    """A chart of the week, where it has something to show."""
    if chart in week.charts:
        data = week.charts[chart]
        yield Drawing(chart, data, data.title)


def _tips_section(week: Week) -> Iterator[Block]:
    if week.tips:
        yield Heading(_("What to change"))
    for number, chosen in enumerate(week.tips, start=1):
        yield from _tip_blocks(number, chosen)


def _tip_blocks(number: int, chosen: ChosenTip) -> Iterator[Block]:
    tip = chosen.tip
    source = _("Source: {source}.").format(source=tip.source)
    grade = _(tip.grade)
    yield Heading(f"{number}. {tip.title}", 3)
    yield Items(
        (
            Item(f"{_('Why now')}:", chosen.why_now),
            Item(f"{_('How')}:", f"{tip.how} {tip.why}"),
            Item(f"{_('Evidence')}:", f"{grade[:1].upper()}{grade[1:]}. {tip.evidence} {source}"),
        )
    )


def _alerts_section(week: Week) -> Iterator[Block]:
    if not week.about_training:
        return
    grades = {rule.kind: rule.grade for rule in ALERTS}
    since = _("Since {day}. Evidence: {grade}.")
    yield Heading(_("Keep an eye on"))
    yield Items(
        tuple(
            Item(
                one.message,
                f"{one.why} {since.format(day=units.day(one.since), grade=_(grades[one.kind]))} {one.todo}",
            )
            for one in week.about_training
        )
    )


def _findings_section(week: Week) -> Iterator[Block]:
    if week.is_empty:
        return
    yield Heading(_("What it goes together with"))
    enough = week.ratings >= MIN_RATINGS and week.same_rating is None
    yield _findings_intro(week)
    told = [one for one in week.findings if one.is_told and (enough or units.is_known(one.now))]
    if told:
        yield Items(tuple(_finding_item(finding, enough=enough) for finding in told))
    if enough:
        yield from chart_blocks(week, "exposure")
    yield from chart_blocks(week, "streaks")


def _findings_intro(week: Week) -> Block:
    area = units.area(week.area)
    if week.ratings < MIN_RATINGS:
        few = _("Not enough yet: {n} of {needed} ratings.").format(n=week.ratings, needed=MIN_RATINGS)
        later = _("From {needed} ratings of your {area} on, this says what your soreness goes together with.")
        return Paragraph(f"{few} {later.format(needed=MIN_RATINGS, area=area)}")
    if week.same_rating is not None:
        same = _("All your {n} ratings are {rating}.")
        same = same.format(n=week.ratings, rating=units.number(week.same_rating, 0))
        later = _(
            "So nothing can go together with them. Go on rating: when something changes, this says with what."
        )
        return Paragraph(f"{same} {later}")
    text = _(
        "Goes together with, not proof of cause. From {n} ratings of your {area}. Differences are in points "
        "of soreness: the most likely one, and its 95% range."
    )
    return Paragraph(text.format(n=week.ratings, area=area), quiet=True)


def _finding_item(finding: Finding, *, enough: bool) -> Item:
    said = [_("This week: {value}").format(value=finding.now_text) + "."]
    if enough:
        said = [finding.sentence, format_estimate(finding), *said]
    return Item(f"{finding.label}:", " ".join(text for text in said if text))


def format_estimate(finding: Finding) -> str:
    """The difference with its range, grade and number of ratings; only the grade where there is none."""
    grade = finding.grade_text
    if not finding.is_estimated:
        return _("Grade: {grade}.").format(grade=grade)
    if finding.grade in ("A", "B", "C"):
        grade = f"{grade} ({finding.grade})"
    effect, low, high = (_format_points(value) for value in (finding.effect, finding.low, finding.high))
    text = _("{effect} points ({low} to {high}), {grade}, n {n}.")
    return text.format(effect=effect, low=low, high=high, grade=grade, n=finding.n)


def _format_points(value: float) -> str:
    return units.number(value, 1 if abs(value) >= 1 else 2, signed=True)


def _footer_section(_week: Week) -> Iterator[Block]:
    yield Paragraph(footer_text(), quiet=True)


def footer_text() -> str:
    """What stands below every report."""
    return _(
        "Made by runlog on your own computer; nothing left it. "
        "It describes your data and is no medical advice."
    )


_SECTIONS = (
    _head_section,
    _clinician_section,
    _numbers_section,
    _soreness_section,
    _tips_section,
    _alerts_section,
    _findings_section,
    _trials_section,
    _shoes_section,
    _routes_section,
    _form_section,
    _other_habits_section,
    _missing_section,
    _footer_section,
)
