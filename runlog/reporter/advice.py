"""Write a week's headline, choose the next step, and give the reasons for tips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog import units
from runlog.analysis.links.grading import MIN_RATINGS
from runlog.i18n import _, ngettext
from runlog.reporter.guidance import TipReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.reporter.alerts import Notice
    from runlog.reporter.findings import Finding
    from runlog.reporter.guidance import ChosenTip
    from runlog.reporter.summary import Totals

#: Differences of soreness in points; the evidence is "noticeable-change".
NOTICEABLE, CLEARLY = 1.0, 2.0
#: Mean soreness from which a tip about running form is given.
SORE_FROM = 3.0
#: Least impact in points that earns a tip.
LEAST_IMPACT = 0.1
LINK_WEIGHT = {"A": 8.0, "B": 6.0, "C": 4.0, "hint": 3.0}
NOTICE_WEIGHT = {"urgent": 2.0, "warn": 2.0, "info": 1.0}


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next.

    Attributes:
        text: what.
        command: the command that does it, or "".
        is_tip: whether it is the first of the week's tips, which says more.
    """

    text: str
    command: str = ""
    is_tip: bool = False


def week_headline(now: Totals, usual: Totals, area: str, *, complete: bool = True) -> str:
    """Write how the week was, in one sentence."""
    if not now.ratings:
        return _headline_unrated(int(now.runs), area, complete=complete)
    if now.soreness_max == 0:
        text = (
            _("A week without soreness of your {area}.")
            if complete
            else _("No soreness of your {area} so far this week.")
        )
        return text.format(area=units.area(area))
    places = {
        "area": units.area(area),
        "mean": units.number(now.soreness_mean),
        "before": units.number(usual.soreness_mean),
    }
    if not usual.ratings or not usual.weeks:
        return _("Your {area} was at {mean} of 10 on average.").format(**places)
    return _headline_compared(now.soreness_mean - usual.soreness_mean).format(**places)


def _headline_unrated(runs: int, area: str, *, complete: bool) -> str:
    places = {"n": runs, "area": units.area(area)}
    if not runs:
        text = (
            _("A week without runs and without ratings of your {area}.")
            if complete
            else _("No runs and no ratings of your {area} so far this week.")
        )
        return text.format(**places)
    return ngettext(
        "{n} run this week, but no rating of your {area}: how it was, we cannot say.",
        "{n} runs this week, but no rating of your {area}: how it was, we cannot say.",
        runs,
    ).format(**places)


def _headline_compared(change: float) -> str:
    """Return the sentence for a change against the weeks before, in points, with places to fill."""
    if abs(change) < NOTICEABLE:
        return _("Your {area} was about as sore as usual, {mean} of 10.")
    if change > 0:
        return (
            _("Your {area} was clearly more sore than usual: {mean} of 10, up from {before}.")
            if change >= CLEARLY
            else _("Your {area} was more sore than usual: {mean} of 10, up from {before}.")
        )
    return (
        _("Your {area} was clearly less sore than usual: {mean} of 10, down from {before}.")
        if change <= -CLEARLY
        else _("Your {area} was less sore than usual: {mean} of 10, down from {before}.")
    )


def empty_headline() -> str:
    """Return the headline where nothing at all is recorded."""
    return _("Nothing is recorded yet.")


def choose_next_step(
    tips: Sequence[ChosenTip], now: Totals, *, total_runs: int, ratings: int, see_clinician: bool
) -> NextStep:
    """Choose the one thing to do next: the first tip, or what makes the report say more."""
    if see_clinician and not tips:
        return NextStep(_("Have it looked at before you do anything else."))
    if tips:
        return NextStep(tips[0].tip.title, is_tip=True)
    if total_runs == 0:
        return NextStep(_("Start here: import what your watch recorded."), "runlog import FOLDER")
    if not now.ratings:
        return NextStep(_("Start here: rate tonight, also when nothing is sore."), "runlog log 0")
    left = MIN_RATINGS - ratings
    if left > 0:
        text = ngettext(
            "Nothing to change yet. After {n} more rating you see what your soreness goes together with.",
            "Nothing to change yet. After {n} more ratings you see what your soreness goes together with.",
            left,
        )
        return NextStep(text.format(n=left), "runlog log 0")
    return NextStep(_("Nothing to change: carry on as you do."))


def tip_reasons(findings: Iterable[Finding], notices: Iterable[Notice], now: Totals) -> list[TipReason]:
    """Return the reasons for tips: a link and this week's value, an alert, or soreness itself.

    A surer link outweighs a less sure one; among equals, the one that this week's value adds more to.
    """
    findings = list(findings)
    linked = [_link_reason(finding) for finding in findings if finding.has_sign and _can_improve(finding)]
    alerted = [TipReason(notice.kind, notice.why, NOTICE_WEIGHT[notice.severity]) for notice in notices]
    skipped = [
        TipReason(
            finding.factor, _("{label}: {value}.").format(label=finding.label, value=finding.now_text), 0.5
        )
        for finding in findings
        if finding.factor == "warmup" and not finding.has_sign and finding.now <= 0.5  # noqa: PLR2004 - half of the runs
    ]
    sore = []
    if now.soreness_mean >= SORE_FROM:
        why = _("Soreness was {mean} of 10 on average, and form is quick to check.")
        sore.append(TipReason("form", why.format(mean=units.number(now.soreness_mean)), 0.2))
    return [*linked, *alerted, *skipped, *sore]


def _can_improve(finding: Finding) -> bool:
    """Return whether a different value would noticeably reduce soreness."""
    longer_than_any = finding.factor != "run_spike" or finding.now > 1.0
    return finding.impact >= LEAST_IMPACT and longer_than_any


def _link_reason(finding: Finding) -> TipReason:
    places = {
        "value": finding.now_text,
        "median": finding.median_text,
        "link": finding.sentence,
        "grade": finding.grade_text,
    }
    if finding.median_text:
        text = _(
            "This week: {value} (over your whole diary: {median}). In your diary: {link} Grade: {grade}."
        )
    else:
        text = _("This week: {value}. In your diary: {link} Grade: {grade}.")
    return TipReason(
        finding.factor, text.format(**places), LINK_WEIGHT[finding.grade] + min(finding.impact, 5.0) / 10
    )
