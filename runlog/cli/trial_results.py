"""List trials, show their progress and results (``runlog plan list``, ``show``, ``result``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base, output
from runlog.cli.base import command
from runlog.cli.lookup import complete_trial
from runlog.cli.params import FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from runlog.analysis.history import History
    from runlog.journal import Journal
    from runlog.model import Plan
    from runlog.trials.result import TrialResult


def file_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--out`` and ``--ics`` to a command."""
    command = click.option("--ics", type=FILE, metavar="FILE", help="Also write a calendar file.")(command)
    return click.option("--out", type=FILE, metavar="FILE", help="Also write a CSV file.")(command)


def write_trial(plan: Plan, today: date, out: Path | None, ics: Path | None) -> None:
    """Write a plan as CSV, as a calendar or both; the arms of days to come stay hidden."""
    from runlog.fileio import write_atomically
    from runlog.trials import registry

    if out is not None:
        write_atomically(out, registry.plan_csv(plan, today))
        output.echo(f"Written: {out}")
    if ics is not None:
        write_atomically(ics, registry.plan_calendar(plan))
        output.echo(f"Written: {ics}")


#: Stands for the arm of a run before its day.
ON_ITS_DAY = "shown on its day"
_NO_TRIALS = "No trials yet. For suggestions: runlog plan"
_TRIAL_KEYS = (
    *("id", "factor", "area", "first", "second", "effect", "start", "end", "state", "pairs", "complete"),
    *("kept", "otherwise", "untold", "missed", "unrated", "to_come", "next_day", "next_way"),
)


@command("runlog plan list", "runlog plan list --json", name="list")
@output.format_options
def list_(fmt: output.OutputFormat) -> None:
    """List your trials and how far they are."""
    with base.open_journal() as journal:
        results = evaluate_trials(journal, journal.history(), base.now())
    if fmt == "table" and results:
        print_trials(results)
    else:
        output.print_rows(fmt, [_trial_row(result) for result in results], _TRIAL_KEYS, (), _NO_TRIALS)


def evaluate_trials(journal: Journal, history: History, now: datetime) -> list[TrialResult]:
    """Return the result so far of every plan."""
    from runlog.trials.result import evaluate_trial

    return [evaluate_trial(history, plan, now) for plan in journal.plans.all()]


def _trial_row(trial_result: TrialResult) -> dict[str, Any]:
    """Return what JSON has of a trial: what it compares, and how its runs went."""
    plan, states, following = trial_result.plan, trial_result.states, trial_result.next_run
    return output.record_to_row(plan) | {
        "start": plan.runs[0].day.isoformat(),
        "end": plan.runs[-1].day.isoformat(),
        "state": "cancelled" if plan.cancelled else "over" if trial_result.over else "under way",
        "pairs": trial_result.pairs,
        "complete": trial_result.complete_pairs,
        "kept": states["kept"],
        "otherwise": states["otherwise"],
        "untold": states["not told"],
        "missed": states["missed"],
        "to_come": states["to come"],
        "unrated": trial_result.unrated,
        "next_day": following and following.day.isoformat(),
        "next_way": trial_result.next_arm,
    }


def print_trials(results: Sequence[TrialResult]) -> None:
    """Print a line for each plan."""
    rows = [_trial_row(result) for result in results]
    for row in rows:
        row["done"] = f"{row['complete']} of {row['pairs']}"
        if row["next_day"] and row["next_way"] is None:
            row["next_way"] = ON_ITS_DAY
    columns = (
        output.Column("id", "Trial", numeric=True),
        output.Column("factor", "Factor"),
        output.Column("state", "State"),
        output.Column("done", "Pairs done", numeric=True),
        output.Column("next_day", "Next", numeric=True),
        output.Column("next_way", "How", min_width=16),
        output.Column("end", "Until", numeric=True),
    )
    output.print_table(rows, columns)


@command("runlog plan cancel 1")
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_trial)
def cancel(plan_id: int) -> None:
    """Cancel a trial; its runs and ratings stay."""
    with base.open_journal() as journal:
        cancelled = journal.plans.cancel(plan_id, base.now())
    output.echo(f"Cancelled trial {cancelled.id}. If it is in your calendar, delete it there.")


_RUN_KEYS = ("run_number", "pair", "day", "way", "run", "state", "rating")
_RESULT_KEYS = (
    *("id", "factor", "area", "first", "second", "pairs", "complete", "over", "early"),
    *("kept", "otherwise", "untold", "missed", "unrated", "to_come"),
    *("difference", "low", "high", "p", "compared_pairs"),
    *("done_difference", "done_low", "done_high", "done_pairs", "text"),
)


@command("runlog plan show 1", "runlog plan show 1 --ics plan.ics")
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_trial)
@file_options
@output.format_options
def show(fmt: output.OutputFormat, plan_id: int, out: Path | None, ics: Path | None) -> None:
    """Show each run of a trial and how it went.

    The coin has already decided, but each day's way stays hidden until that day:
    knowing it earlier could change which days you run on.
    """
    from runlog.trials import text
    from runlog.trials.result import evaluate_trial

    with base.open_journal() as journal:
        trial_result = evaluate_trial(journal.history(), journal.plans.get(plan_id), base.now())
    rows = [output.record_to_row(run) | {"way": trial_result.shown_arm(run)} for run in trial_result.runs]
    if fmt == "table":
        output.echo(text.progress_text(trial_result))
        output.echo()
        rows = [row | {"way": row["way"] or ON_ITS_DAY} for row in rows]
    columns = (
        output.Column("run_number", "Run", numeric=True),
        output.Column("day", "Day", numeric=True),
        output.Column("way", "How", min_width=16),
        output.Column("state", "Status", min_width=10),
        output.Column("run", "Run id", numeric=True),
        output.Column("rating", "Rating", units.number, numeric=True),
    )
    output.print_rows(fmt, rows, _RUN_KEYS, columns)
    if fmt == "table":
        write_trial(trial_result.plan, trial_result.today, out, ics)


@command("runlog plan result 1", "runlog plan result 1 --json")
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_trial)
@click.option("--early", is_flag=True, help="Look before the end; chance easily misleads an early look.")
@output.format_options
def result(fmt: output.OutputFormat, plan_id: int, *, early: bool) -> None:
    """Show the result of a trial, once it is over."""
    from runlog.trials import text
    from runlog.trials.result import evaluate_trial

    with base.open_journal() as journal:
        trial_result = evaluate_trial(journal.history(), journal.plans.get(plan_id), base.now(), early=early)
    paragraphs = text.result_paragraphs(trial_result)
    if fmt == "table":
        for paragraph in paragraphs:
            output.echo(paragraph)
    else:
        output.print_rows(fmt, [_result_row(trial_result) | {"text": " ".join(paragraphs)}], _RESULT_KEYS)


def _result_row(trial_result: TrialResult) -> dict[str, Any]:
    drawn, done = trial_result.as_randomised, trial_result.as_treated
    row = _trial_row(trial_result) | {"over": trial_result.over, "early": trial_result.early}
    row |= {
        "p": drawn and drawn.p,
        "compared_pairs": drawn and drawn.pairs,
        "done_pairs": done and done.pairs,
    }
    for prefix, compared in (("", drawn), ("done_", done)):
        for name in ("difference", "low", "high"):
            row[f"{prefix}{name}"] = compared and output.to_json_value(getattr(compared, name))
    return row


COMMANDS = (list_, show, result, cancel)
