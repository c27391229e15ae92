"""``runlog plan list`` and ``cancel``: the plans and how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.names import complete_plan
from runlog.cli.output import Column, Form, emit, listing, print_table, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.journal import Journal
    from runlog.trials.result import TrialResult

_NO_PLANS = "No plans yet. What would tell you more: runlog plan"
_PLAN_KEYS = (
    *("id", "factor", "area", "first", "second", "effect", "start", "end", "state", "pairs", "complete"),
    *("kept", "otherwise", "untold", "missed", "unrated", "to_come", "next_day", "next_way"),
)


@click.command("list", epilog=examples("runlog plan list", "runlog plan list --json"))
@listing
def list_(form: Form) -> None:
    """List the plans and how far they are."""
    with context.journal() as kept:
        found = results(kept, kept.history(), context.now())
    if form == "table" and found:
        print_plans(found)
    else:
        emit(form, [_plan_row(one) for one in found], _PLAN_KEYS, (), _NO_PLANS)


def results(kept: Journal, history: History, now: datetime) -> list[TrialResult]:
    """Say of every plan what it has shown."""
    from runlog.trials.result import evaluate_trial

    return [evaluate_trial(history, made, now) for made in kept.plans.all()]


def _plan_row(found: TrialResult) -> dict[str, Any]:
    made = found.plan
    following = next((one for one in found.runs if one.state == "to come"), None)
    if found.over:
        following = None
    return {
        **about(found),
        "effect": made.effect,
        "start": made.runs[0].day.isoformat(),
        "end": made.runs[-1].day.isoformat(),
        "state": "cancelled" if made.cancelled else "over" if found.over else "under way",
        "next_day": following and following.day.isoformat(),
        "next_way": following and (made.first if following.first else made.second),
    }


def about(found: TrialResult) -> dict[str, Any]:
    """Give what JSON has of any plan: what it is about, and how its runs went."""
    made, states = found.plan, found.states
    return {
        "id": made.id,
        "factor": made.factor,
        "area": made.area.value,
        "first": made.first,
        "second": made.second,
        "pairs": found.pairs,
        "complete": found.complete,
        "kept": states["kept"],
        "otherwise": states["otherwise"],
        "untold": states["not told"],
        "missed": states["missed"],
        "to_come": states["to come"],
        "unrated": found.unrated,
    }


def print_plans(found: Sequence[TrialResult]) -> None:
    """Print a line for each plan."""
    rows = [
        row | {"done": f"{row['complete']} of {row['pairs']}"} for row in (_plan_row(one) for one in found)
    ]
    print_table(
        rows,
        (
            Column("id", "Plan", number=True),
            Column("factor", "Factor"),
            Column("state", "State"),
            Column("done", "Pairs", number=True),
            Column("next_day", "Next", number=True),
            Column("next_way", "How", least=16),
            Column("end", "Until", number=True),
        ),
    )


def known(value: float) -> float | None:
    """Give a value as JSON has it: null where it is unknown."""
    return value if units.is_known(value) else None


@click.command(epilog=examples("runlog plan cancel 1"))
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_plan)
def cancel(plan_id: int) -> None:
    """Give a plan up; what was run and rated stays."""
    with context.journal() as kept:
        given_up = kept.plans.cancel(plan_id, context.now())
    say(f"Cancelled plan {given_up.id}. If it is in your calendar, take it out there.")
