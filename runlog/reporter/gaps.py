"""What data a week lacked, and the one command that mends each gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.analysis.links.grading import MIN_RATINGS
from runlog.analysis.warmup import comparable_answers
from runlog.i18n import N_, N_plural, _, ngettext
from runlog.reporter import totals

if TYPE_CHECKING:
    import pandas as pd

    from runlog.analysis.history import History
    from runlog.reporter.periods import Span

#: What runs may lack: the column, what is said of one such run and of many, what to do, and the command.
_OF_RUNS = (
    (
        "warmup",
        N_plural(
            "{unknown} of {n} run does not say whether you warmed up",
            "{unknown} of {n} runs do not say whether you warmed up",
        ),
        N_("Say so with your next rating."),
        "runlog log 3 --warmup",
    ),
    (
        "shoe",
        N_plural("{unknown} of {n} run has no pair of shoes", "{unknown} of {n} runs have no pair of shoes"),
        N_("Say which pair you run in."),
        "runlog shoes add NAME --from DATE",
    ),
    (
        "route",
        N_plural("{unknown} of {n} run has no route", "{unknown} of {n} runs have no route"),
        N_("Record positions, or import the watch's own files instead of a summary."),
        "runlog import FOLDER",
    ),
)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something unknown: what, what it would tell, and the command that tells it."""

    what: str
    then: str
    command: str


def missing(history: History, week: Span, area: str) -> tuple[Missing, ...]:
    """What is unknown that would tell more, the most useful first."""
    runs = type(week)(week.before(totals.WEEKS - 1).first, week.last).of(history.runs)
    return tuple(
        gap for gap in (_ratings(history, area), *_of_runs(runs), _diary(history, runs)) if gap is not None
    )


def _ratings(history: History, area: str) -> Missing | None:
    rated = len(totals.ratings(history, area))
    if rated >= MIN_RATINGS:
        return None
    left = MIN_RATINGS - rated
    then = ngettext(
        "After {n} more evening you see what your soreness goes together with. 0 counts too.",
        "After {n} more evenings you see what your soreness goes together with. 0 counts too.",
        left,
    )
    what = _("{n} of {needed} ratings").format(n=rated, needed=MIN_RATINGS)
    return Missing(what, then.format(n=left), "runlog log 3")


def _of_runs(runs: pd.DataFrame) -> list[Missing]:
    if runs.empty:
        return [
            Missing(_("No runs in four weeks"), _("Import what your watch recorded."), "runlog import FOLDER")
        ]
    runs = runs.assign(warmup=comparable_answers(runs, "warmup"))
    return [
        Missing(ngettext(*told, len(runs)).format(unknown=unknown, n=len(runs)), _(then), command)
        for column, told, then, command in _OF_RUNS
        if (unknown := int(runs[column].isna().sum())) > len(runs) / 2
    ]


def _diary(history: History, runs: pd.DataFrame) -> Missing | None:
    if runs.empty or not len(history.entries):
        return None
    recent = history.entries.loc[history.entries["day"] >= runs["day"].iloc[0]]
    if recent[["strength", "desk_hours"]].notna().any().any():
        return None
    return Missing(
        _("Nothing about strength or desk hours"),
        _("Add them to a rating now and then, to see whether they play a part."),
        "runlog log 3 --strength --desk-hours 7",
    )
