"""What a week's report says, in the order of the page, as blocks that each form can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.analysis.links.grading import MIN_RATINGS
from runlog.i18n import _, ngettext, use_language
from runlog.reporter import guidance, page, units
from runlog.reporter.alerts import ALERTS
from runlog.reporter.forms import besides
from runlog.reporter.forms.blocks import Block, Drawing, Heading, Item, Items, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runlog.reporter.alerts import Notice
    from runlog.reporter.findings import Finding
    from runlog.reporter.guidance import Chosen
    from runlog.reporter.weekly import Week


def blocks(week: Week) -> list[Block]:
    """All that a week's report says, in the language of its facts."""
    with use_language(week.language):
        return [block for part in _PARTS for block in part(week)]


def _head(week: Week) -> Iterator[Block]:
    yield Heading(week.headline, 1)
    whole, begun = _("Your running week, {days}"), _("Your running week so far, {days} (not over yet)")
    days = units.days(week.told.first, week.told.last)
    yield Paragraph((whole if week.complete else begun).format(days=days), quiet=True)
    step = week.next_step
    text = f"{_('What to change:')} {step.text}" if step.tip else step.text
    yield Paragraph(text, command=step.command)


def _clinician(week: Week) -> Iterator[Block]:
    return clinician(week.about_soreness)


def clinician(notices: Sequence[Notice]) -> Iterator[Block]:
    """The advice to see a clinician, where any alert means it."""
    if not notices:
        return
    advice = guidance.clinician()
    yield Heading(advice.title)
    yield Items(tuple(Item(notice.message, notice.why) for notice in notices))
    yield Paragraph(advice.lead)
    yield Items(tuple(Item(flag) for flag in advice.flags))
    yield Paragraph(advice.emergency)


def _numbers(week: Week) -> Iterator[Block]:
    if week.is_empty:
        return
    yield Heading(_("The week in numbers"))
    tiles = page.tiles(week)
    if not week.usual.weeks:
        yield Paragraph(
            _("Nothing is known of the weeks before. Next week will stand beside this one."), quiet=True
        )
        yield Table(("", _("This week")), tuple((tile.label, tile.value) for tile in tiles))
        return
    yield Table(
        ("", _("This week"), _("Usually")), tuple((tile.label, tile.value, tile.usual) for tile in tiles)
    )
    yield Paragraph(_usually(week), quiet=True)


def _usually(week: Week) -> str:
    if not week.complete:
        text = _("Up to {day}. “Usually” is the same days of the weeks before; today is not over.")
        return text.format(day=units.day(week.told.last))
    text = ngettext(
        "“Usually” is the week before.", "“Usually” is the mean of the {n} weeks before.", week.usual.weeks
    )
    return text.format(n=week.usual.weeks)


def _soreness(week: Week) -> Iterator[Block]:
    if week.is_empty:
        return
    yield Heading(_("Soreness and load"))
    if "soreness_and_load" in week.charts:
        yield from drawn(week, "soreness_and_load")
        if week.load_note:
            yield Paragraph(week.load_note, quiet=True)
    else:
        yield Paragraph(_("No run and no rating in five weeks."))
    yield from drawn(week, "body")


def drawn(week: Week, chart: str) -> Iterator[Block]:
    """A chart of the week, where it has something to show."""
    if chart in week.charts:
        data = week.charts[chart]
        yield Drawing(chart, data, data.title)


def _tips(week: Week) -> Iterator[Block]:
    if week.tips:
        yield Heading(_("What to change"))
    for number, chosen in enumerate(week.tips, start=1):
        yield from _tip(number, chosen)


def _tip(number: int, chosen: Chosen) -> Iterator[Block]:
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


def _alerts(week: Week) -> Iterator[Block]:
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


def _findings(week: Week) -> Iterator[Block]:
    if week.is_empty:
        return
    yield Heading(_("What it goes together with"))
    enough = week.ratings >= MIN_RATINGS and week.same_rating is None
    yield _basis(week)
    told = [one for one in week.findings if one.is_told and (enough or units.known(one.now))]
    if told:
        yield Items(tuple(_finding(finding, enough=enough) for finding in told))
    if enough:
        yield from drawn(week, "exposure")
    yield from drawn(week, "streaks")


def _basis(week: Week) -> Block:
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


def _finding(finding: Finding, *, enough: bool) -> Item:
    said = [_("This week: {value}").format(value=finding.now_text) + "."]
    if enough:
        said = [finding.sentence, estimate(finding), *said]
    return Item(f"{finding.label}:", " ".join(text for text in said if text))


def estimate(finding: Finding) -> str:
    """The difference with its range, grade and number of ratings; only the grade where there is none."""
    grade = finding.grade_text
    if not finding.is_estimated:
        return _("Grade: {grade}.").format(grade=grade)
    if finding.grade in ("A", "B", "C"):
        grade = f"{grade} ({finding.grade})"
    effect, low, high = (_points(value) for value in (finding.effect, finding.low, finding.high))
    text = _("{effect} points ({low} to {high}), {grade}, n {n}.")
    return text.format(effect=effect, low=low, high=high, grade=grade, n=finding.n)


def _points(value: float) -> str:
    return units.number(value, 1 if abs(value) >= 1 else 2, signed=True)


def _foot(_week: Week) -> Iterator[Block]:
    yield Paragraph(foot(), quiet=True)


def foot() -> str:
    """What stands below every report."""
    return _(
        "Made by runlog on your own computer; nothing left it. "
        "It describes your data and is no medical advice."
    )


_PARTS = (
    _head,
    _clinician,
    _numbers,
    _soreness,
    _tips,
    _alerts,
    _findings,
    besides.trials,
    besides.shoes,
    besides.routes,
    besides.form,
    besides.beside,
    besides.missing,
    _foot,
)
