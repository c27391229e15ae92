"""``runlog plan show`` and ``result``: what became of a plan's runs, and what it has shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.names import complete_plan
from runlog.cli.output import Column, Form, emit, listing, say
from runlog.cli.plan.files import to_files, write
from runlog.cli.plan.listing import about, known

if TYPE_CHECKING:
    from pathlib import Path

    from runlog.trials.result import TrialResult

_RUN_KEYS = ("run_number", "pair", "day", "way", "run", "state", "rating")
_RESULT_KEYS = (
    *("id", "factor", "area", "first", "second", "pairs", "complete", "over", "early"),
    *("kept", "otherwise", "untold", "missed", "unrated", "to_come"),
    *("difference", "low", "high", "p", "compared_pairs"),
    *("done_difference", "done_low", "done_high", "done_pairs", "text"),
)


@click.command(epilog=examples("runlog plan show 1", "runlog plan show 1 --ics plan.ics"))
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_plan)
@to_files
@listing
def show(form: Form, plan_id: int, out: Path | None, ics: Path | None) -> None:
    """Show each run of a plan and what became of it."""
    from runlog.trials import text
    from runlog.trials.result import evaluate_trial

    with context.journal() as kept:
        found = evaluate_trial(kept.history(), kept.plans.one(plan_id), context.now())
    rows = _run_rows(found)
    if form == "table":
        say(text.progress_text(found))
        say()
    emit(
        form,
        rows,
        _RUN_KEYS,
        (
            Column("run_number", "Run", number=True),
            Column("day", "Day", number=True),
            Column("way", "Drawn", least=16),
            Column("state", "Was", least=10),
            Column("run", "Run id", number=True),
            Column("rating", "Rating", units.number, number=True),
        ),
        "",
    )
    if form == "table":
        write(found.plan, out, ics)


def _run_rows(found: TrialResult) -> list[dict[str, Any]]:
    return [
        {
            "run_number": one.number,
            "pair": one.pair,
            "day": one.day.isoformat(),
            "way": found.plan.first if one.first else found.plan.second,
            "run": one.run,
            "state": one.state,
            "rating": known(one.rating),
        }
        for one in found.runs
    ]


@click.command(epilog=examples("runlog plan result 1", "runlog plan result 1 --json"))
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_plan)
@click.option("--early", is_flag=True, help="Look before the end, which is easily misled by chance.")
@listing
def result(form: Form, plan_id: int, *, early: bool) -> None:
    """Say what a plan has shown, once it is over."""
    from runlog.trials import text
    from runlog.trials.result import evaluate_trial

    with context.journal() as kept:
        found = evaluate_trial(kept.history(), kept.plans.one(plan_id), context.now(), early=early)
    paragraphs = text.result_paragraphs(found)
    if form == "table":
        for paragraph in paragraphs:
            say(paragraph)
    else:
        emit(form, [_result_row(found) | {"text": " ".join(paragraphs)}], _RESULT_KEYS, (), "")


def _result_row(found: TrialResult) -> dict[str, Any]:
    drawn, done = found.drawn, found.done
    return {
        **about(found),
        "over": found.over,
        "early": found.early,
        "difference": drawn and drawn.difference,
        "low": drawn and known(drawn.low),
        "high": drawn and known(drawn.high),
        "p": drawn and drawn.p,
        "compared_pairs": drawn and drawn.pairs,
        "done_difference": done and done.difference,
        "done_low": done and known(done.low),
        "done_high": done and known(done.high),
        "done_pairs": done and done.pairs,
    }
