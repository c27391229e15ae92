"""Build the blocks on what soreness goes together with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog import units
from runlog.analysis.links.grading import MIN_RATINGS
from runlog.i18n import _, ngettext
from runlog.reporter.findings import UNSURE, format_grade
from runlog.reporter.render.content import (
    Block,
    EffectRange,
    FindingBlock,
    FindingList,
    Paragraph,
    Progress,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.reporter.findings import Finding
    from runlog.reporter.weekly import Week


def finding_blocks(week: Week) -> Iterator[Block]:
    """Yield the factors of a week and their links, or why there are no links yet."""
    own_place = [finding for finding in week.findings if finding.has_own_place]
    if week.has_links:
        yield _linked_findings(week, tuple(_finding_block(finding, linked=True) for finding in own_place))
        yield from _other_findings(week)
    else:
        yield from _why_no_links(week)
        known = (finding for finding in own_place if units.is_known(finding.now))
        yield FindingList(tuple(_finding_block(finding, linked=False) for finding in known))


def _why_no_links(week: Week) -> Iterator[Block]:
    area = units.area(week.area)
    if week.ratings < MIN_RATINGS:
        few = _("Not enough yet: {n} of {needed} ratings.").format(n=week.ratings, needed=MIN_RATINGS)
        later = _("From {needed} ratings of your {area} on, this says what your soreness goes together with.")
        yield Paragraph(later.format(needed=MIN_RATINGS, area=area), lead=few)
        yield Progress(week.ratings, MIN_RATINGS, _("Ratings"))
    else:
        same = _("All your {n} ratings are {rating}.")
        same = same.format(n=week.ratings, rating=units.number(week.constant_rating, 0))
        later = _(
            "So nothing can go together with them. Go on rating: when something changes, this says with what."
        )
        yield Paragraph(later, lead=same)


def _linked_findings(week: Week, findings: tuple[FindingBlock, ...]) -> FindingList:
    intro = _(
        "Goes together with, not proof of cause. From {n} ratings of your {area}. Differences are in points "
        "of soreness: the most likely one, and its 95% range."
    )
    legend = _(
        "Goes together with, not proof of cause. From {n} ratings of your {area}. The dot is the most likely "
        "difference in points of soreness, the line its 95% range."
    )
    intro, legend = (text.format(n=week.ratings, area=units.area(week.area)) for text in (intro, legend))
    return FindingList(findings, intro, legend, (_("less sore"), _("more sore")))


def _finding_block(finding: Finding, *, linked: bool) -> FindingBlock:
    values = _("This week: {value}").format(value=finding.now_text)
    if not linked:
        return FindingBlock(finding.label, "", values, "", "", None)
    if finding.median_text:
        values += "; " + _("over your whole diary: {value}").format(value=finding.median_text)
    if finding.n:
        known = ngettext("(known at {n} rating)", "(known at {n} ratings)", finding.n).format(n=finding.n)
        values += f" {known}"
    return FindingBlock(
        label=finding.label,
        sentence=finding.sentence,
        values=values,
        grade=format_grade(finding.grade),
        estimate=format_estimate(finding),
        effect=_effect_range(finding) if finding.is_estimated else None,
    )


def format_estimate(finding: Finding) -> str:
    """Return the difference with its range, grade and number of ratings; without one only the grade."""
    if not finding.is_estimated:
        return _("Grade: {grade}.").format(grade=finding.grade_text)
    text = _("{effect} points ({low} to {high}), {grade}, n {n}.")
    return text.format(**_points(finding), grade=format_grade(finding.grade), n=finding.n)


def _points(finding: Finding) -> dict[str, str]:
    """Return the difference and the ends of its range in points, by name."""
    return {
        name: units.number(value, 1 if abs(value) >= 1 else 2, signed=True)
        for name, value in (("effect", finding.effect), ("low", finding.low), ("high", finding.high))
    }


def _effect_range(finding: Finding) -> EffectRange:
    points = _points(finding)
    direction = ("more" if finding.effect > 0 else "less") if finding.has_sign else ""
    bounds = _("{low} to {high}").format(low=points["low"], high=points["high"])
    return EffectRange(
        effect=finding.effect,
        low=finding.low,
        high=finding.high,
        text=f"{points['effect']} ({bounds})",
        spoken=_("{effect} points, from {low} to {high}").format(**points),
        style=f"{'unsure ' if finding.grade in UNSURE else ''}{direction}",
    )


def _other_findings(week: Week) -> Iterator[Paragraph]:
    """Yield those without a place of their own: without a sign, or with too few values."""
    for title, grades in ((_("No sign of a link"), ("none",)), (_("Cannot be told yet"), ("", "describe"))):
        others = [
            f"{finding.label} ({finding.now_text})"
            for finding in week.findings
            if not finding.has_own_place and finding.grade in grades
        ]
        if others:
            yield Paragraph(f"{'; '.join(others)}.", lead=f"{title}:", quiet=True, style="others")
