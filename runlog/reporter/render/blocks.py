"""Build the blocks that are more than a section's own: the glance, the clinician's advice, and the links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog import units
from runlog.analysis.factors import find_factor
from runlog.analysis.links.ratings import MIN_RATINGS
from runlog.i18n import _
from runlog.reporter import guidance
from runlog.reporter.findings import format_grade, format_short_step, link_style, signed_points
from runlog.reporter.render.content import (
    ActionItem,
    ActionList,
    Block,
    BulletList,
    Callout,
    ChartBlock,
    Fold,
    LinkChart,
    LinkRow,
    ListItem,
    Paragraph,
    Progress,
    Strip,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runlog.reporter.advice import Action
    from runlog.reporter.alerts import Notice
    from runlog.reporter.findings import Finding
    from runlog.reporter.glance import Glance
    from runlog.reporter.weekly import Week


def glance_blocks(glance: Glance, unit: str) -> tuple[Block, ...]:
    """Return what stands below the headline of a week in one glance, in the language in use."""
    return (
        *((Paragraph(glance.note, style="note"),) if glance.note else ()),
        *clinician_callout(glance.warnings),
        ActionList(
            _("What to do"),
            tuple(
                ActionItem(action.text, action.fact, tuple(_action_reasons(action, unit)), action.command)
                for action in glance.actions
            ),
        ),
        *((Strip(_("At a glance"), glance.strip),) if glance.strip else ()),
    )


def clinician_callout(notices: Sequence[Notice]) -> Iterator[Callout]:
    """Yield the advice to see a clinician, if any alert calls for it."""
    if not notices:
        return
    advice = guidance.clinician_advice()
    others = tuple(Paragraph(notice.message) for notice in notices[1:])
    whys = tuple(Paragraph(notice.why) for notice in notices)
    flags = BulletList(tuple(ListItem("", flag) for flag in advice.flags), style="")
    emergency = Paragraph(advice.emergency, style="emergency")
    more = Fold(advice.title, (*others, *whys, Paragraph(advice.lead), flags, emergency))
    yield Callout(notices[0].message, more)


def _action_reasons(action: Action, unit: str) -> Iterator[str]:
    """Yield why, how, and how well that is known."""
    if action.finding is not None:
        yield _("In your diary: {link} {estimate}").format(
            link=action.finding.sentence, estimate=format_estimate(action.finding, unit)
        )
    for notice in action.notices:
        message = "" if notice.kind == action.told else notice.message
        since = _("Since {day}.").format(day=units.day(notice.since))
        yield " ".join(text for text in (message, notice.why, since) if text)
    tip = action.tip
    if tip is not None:
        yield f"{tip.how} {tip.why}"
        told = " ".join(notice.why for notice in action.notices)
        if not (tip.source in told or tip.evidence in told):
            yield _("Evidence: {grade}. {evidence} Source: {source}.").format(
                grade=_(tip.grade), evidence=tip.evidence, source=tip.source
            )


def finding_blocks(week: Week, charts: tuple[ChartBlock, ...]) -> Iterator[Block]:
    """Yield the factors of a week and their links with the charts of these, or why there are none yet."""
    own_place = [finding for finding in week.findings if finding.has_own_place]
    if week.has_links:
        yield from link_chart(own_place, week.units)
        yield from _other_findings(week)
        items = tuple(_finding_item(finding, week.units) for finding in own_place)
        rests_on = _("From {n} ratings of your {area}. Goes together with, not proof of cause.")
        rests_on = rests_on.format(n=week.ratings, area=units.area(week.area))
        blocks: tuple[Block, ...] = (Paragraph(rests_on, quiet=True), BulletList(items, "findings"), *charts)
        yield Fold(_("In numbers, and how sure"), blocks)
    else:
        yield from _why_no_links(week)
        known = [finding for finding in own_place if units.is_known(finding.now)]
        if known:
            items = tuple(ListItem(f"{one.label}:", f"{units.capital(one.now_text)}.") for one in known)
            yield Fold(_("This week’s values"), (BulletList(items, "findings"),))


def _why_no_links(week: Week) -> Iterator[Block]:
    if week.ratings < MIN_RATINGS:
        few = _("Not enough yet: {n} of {needed} ratings.").format(n=week.ratings, needed=MIN_RATINGS)
        yield Paragraph("", lead=few)
        yield Progress(week.ratings, MIN_RATINGS, _("Ratings"))
    else:
        same = _("All your {n} ratings are {rating}.")
        same = same.format(n=week.ratings, rating=units.number(week.constant_rating, 0))
        later = _(
            "So nothing can go together with them. Go on rating: when something changes, this says with what."
        )
        yield Paragraph(later, lead=same)


def link_chart(findings: Iterable[Finding], unit: str) -> Iterator[Block]:
    """Yield the drawing of the links that are estimated, if any, and before it how it is read."""
    rows = tuple(_link_row(finding, unit) for finding in findings if finding.is_estimated)
    if rows:
        legend = _(
            "Points of soreness: less to the left, more to the right, with 95% range. Not proof of cause."
        )
        yield Paragraph(legend, quiet=True)
        yield LinkChart(rows)


def _link_row(finding: Finding, unit: str) -> LinkRow:
    values = finding.per_step(unit)
    points = signed_points(values)
    return LinkRow(
        label=finding.label,
        step=format_short_step(find_factor(finding.factor), unit),
        grade=finding.grade_text,
        **values,
        text=points["effect"],
        spoken=_("{effect} points, from {low} to {high}").format(**points),
        style=link_style(finding.grade, finding.effect),
    )


def _finding_item(finding: Finding, unit: str) -> ListItem:
    """Return a factor's link, its estimate and its values in sentences."""
    values = _("This week: {value}").format(value=finding.now_text)
    if finding.median_text:
        values += "; " + _("over your whole diary: {value}").format(value=finding.median_text)
    text = " ".join(
        part for part in (finding.sentence, format_estimate(finding, unit), finding.settled) if part
    )
    return ListItem(f"{finding.label}:", text, f"{values}.")


def format_estimate(finding: Finding, unit: str) -> str:
    """Return the difference with its range, grade and number of ratings; without one only the grade."""
    if not finding.is_estimated:
        return _("Grade: {grade}.").format(grade=finding.grade_text)
    text = _("{effect} points ({low} to {high}), {grade}, from {n} ratings.")
    return text.format(
        **signed_points(finding.per_step(unit)), grade=format_grade(finding.grade), n=finding.n
    )


def _other_findings(week: Week) -> Iterator[Paragraph]:
    """Yield those without a place of their own: without a sign, or with too few values."""
    for title, grades in ((_("No sign of a link"), ("none",)), (_("Too early to tell"), ("", "describe"))):
        others = [
            f"{finding.label} ({finding.now_text})"
            for finding in week.findings
            if not finding.has_own_place and finding.grade in grades
        ]
        if others:
            yield Paragraph(f"{'; '.join(others)}.", lead=f"{title}:", quiet=True, style="others")
