"""What to say of a week: the headline, the reasons for tips, and what is missing to know more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.analysis.links.withheld import DESCRIBED_BELOW
from runlog.analysis.warmup import comparable
from runlog.reporter import totals, units
from runlog.reporter.guidance import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.reporter.alerts import Notice
    from runlog.reporter.findings import Finding
    from runlog.reporter.periods import Span
    from runlog.reporter.totals import Totals

#: A difference of soreness that is noticed, and one that is clear (points).
NOTICED, CLEAR = 1.0, 2.0
#: Mean soreness from which the form of running is worth a thought.
SORE = 3.0
LINK_WEIGHT = {"A": 8.0, "B": 6.0, "C": 4.0, "hint": 3.0}
NOTICE_WEIGHT = {"urgent": 2.0, "warn": 2.0, "info": 1.0}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something unknown: what, what it would tell, and the command that tells it."""

    what: str
    then: str
    command: str


def headline(now: Totals, usual: Totals, area: str) -> str:
    """How the week was, in one sentence."""
    where = units.area(area)
    if not now.runs and not now.ratings:
        return f"A week without runs and without ratings of your {where}."
    if not now.ratings:
        ran = f"{units.count(int(now.runs), 'run')} this week"
        return f"{ran}, but no rating of your {where}: how it was, we cannot say."
    if now.soreness_max == 0:
        return f"A week without soreness of your {where}."
    mean = units.number(now.soreness_mean)
    if not usual.ratings or not usual.weeks:
        return f"Your {where} was at {mean} of 10 on average."
    before = units.number(usual.soreness_mean)
    change = now.soreness_mean - usual.soreness_mean
    if abs(change) < NOTICED:
        return f"Your {where} was about as sore as usual, {mean} of 10."
    much = "clearly " if abs(change) >= CLEAR else ""
    more, up = ("more", "up") if change > 0 else ("less", "down")
    return f"Your {where} was {much}{more} sore than usual: {mean} of 10, {up} from {before}."


def reasons(found: Iterable[Finding], notices: Iterable[Notice], now: Totals) -> list[Reason]:
    """Why which factor deserves a tip: its link and this week's value, an alert, or soreness itself.

    A surer link outweighs a less sure one; among equals, the one that this week's value adds more to.
    """
    found = list(found)
    linked = [_linked(finding) for finding in found if finding.has_sign and finding.impact > 0]
    alerted = [Reason(notice.kind, notice.why, NOTICE_WEIGHT[notice.severity]) for notice in notices]
    skipped = [
        Reason(finding.factor, f"{finding.label} {finding.now_text}.", 0.5)
        for finding in found
        if finding.factor == "warmup" and not finding.has_sign and finding.now <= 0.5  # noqa: PLR2004 - half of the runs
    ]
    sore = []
    if now.soreness_mean >= SORE:
        why = f"Soreness was {units.number(now.soreness_mean)} of 10 on average, and form is quick to check."
        sore.append(Reason("form", why, 0.2))
    return [*linked, *alerted, *skipped, *sore]


def _linked(finding: Finding) -> Reason:
    usually = f" (usually {finding.usual_text})" if finding.usual_text else ""
    link = f"{finding.sentence[:1].lower()}{finding.sentence[1:-1]}"
    why = f"This week: {finding.now_text}{usually}. In your diary, {link} ({finding.grade_text})."
    return Reason(finding.factor, why, LINK_WEIGHT[finding.grade] + min(finding.impact, 5.0) / 10)


def missing(history: History, week: Span, area: str) -> tuple[Missing, ...]:
    """What is unknown that would tell more, the most useful first."""
    runs = type(week)(week.before(totals.WEEKS - 1).first, week.last).of(history.runs)
    return tuple(
        gap for gap in (_ratings(history, area), *_of_runs(runs), _diary(history, runs)) if gap is not None
    )


def _ratings(history: History, area: str) -> Missing | None:
    rated = len(totals.ratings(history, area))
    if rated >= DESCRIBED_BELOW:
        return None
    left = DESCRIBED_BELOW - rated
    return Missing(
        f"{rated} of {DESCRIBED_BELOW} ratings",
        f"After {left} more evenings you see what your soreness goes together with. 0 counts too.",
        "runlog log 3",
    )


def _of_runs(runs: pd.DataFrame) -> list[Missing]:
    if runs.empty:
        return [Missing("No runs in four weeks", "Import what your watch recorded.", "runlog import FOLDER")]
    gaps = (
        ("warmup", "warm-up told", "Say whether you warmed up.", "runlog log 3 --warmup"),
        ("shoe", "shoe", "Say which pair you run in.", "runlog shoes add NAME --from DATE"),
        (
            "route",
            "GPS route",
            "Record positions, or import the FIT instead of a summary.",
            "runlog import FOLDER",
        ),
    )
    runs = runs.assign(warmup=comparable(runs, "warmup"))
    return [
        Missing(f"{unknown} of {units.count(len(runs), 'run')} without a {what}", then, command)
        for column, what, then, command in gaps
        if (unknown := int(runs[column].isna().sum())) > len(runs) / 2
    ]


def _diary(history: History, runs: pd.DataFrame) -> Missing | None:
    if runs.empty or not len(history.entries):
        return None
    recent = history.entries.loc[history.entries["day"] >= runs["day"].iloc[0]]
    if recent[["strength", "desk_hours"]].notna().any().any():
        return None
    return Missing(
        "Nothing about strength or desk hours",
        "Add them to a rating now and then, to see whether they play a part.",
        "runlog log 3 --strength --desk-hours 7",
    )
