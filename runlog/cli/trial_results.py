"""List trials, show their progress and results (``runlog plan list``, ``show``, ``result``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base
from runlog.cli.base import examples
from runlog.cli.lookup import complete_trial
from runlog.cli.output import Column, OutputFormat, echo, format_options, print_rows, print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.journal import Journal
    from runlog.model import Plan
    from runlog.trials.result import TrialResult


def file_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--out`` and ``--ics``."""
    path = click.Path(path_type=Path, dir_okay=False)
    command = click.option("--ics", type=path, metavar="FILE", help="Write it for a calendar, too.")(command)
    return click.option("--out", type=path, metavar="FILE", help="Write it as CSV, too.")(command)


def write_trial(made: Plan, out: Path | None, ics: Path | None) -> None:
    """Write a plan into the files asked for."""
    from runlog.fileio import write_atomically
    from runlog.trials import files

    if out is not None:
        write_atomically(out, files.plan_csv(made))
        echo(f"Written: {out}")
    if ics is not None:
        write_atomically(ics, files.plan_calendar(made))
        echo(f"Written: {ics}")


_NO_TRIALS = "No plans yet. What would tell you more: runlog plan"
_TRIAL_KEYS = (
    *("id", "factor", "area", "first", "second", "effect", "start", "end", "state", "pairs", "complete"),
    *("kept", "otherwise", "untold", "missed", "unrated", "to_come", "next_day", "next_way"),
)


@click.command("list", epilog=examples("runlog plan list", "runlog plan list --json"))
@format_options
def list_(fmt: OutputFormat) -> None:
    """List the plans and how far they are."""
    with base.open_journal() as journal:
        found = evaluate_trials(journal, journal.history(), base.now())
    if fmt == "table" and found:
        print_trials(found)
    else:
        print_rows(fmt, [_trial_row(one) for one in found], _TRIAL_KEYS, (), _NO_TRIALS)


def evaluate_trials(journal: Journal, history: History, now: datetime) -> list[TrialResult]:
    """Say of every plan what it has shown."""
    from runlog.trials.result import evaluate_trial

    return [evaluate_trial(history, made, now) for made in journal.plans.all()]


def _trial_row(found: TrialResult) -> dict[str, Any]:
    made = found.plan
    following = next((one for one in found.runs if one.state == "to come"), None)
    if found.over:
        following = None
    return {
        **trial_fields(found),
        "effect": made.effect,
        "start": made.runs[0].day.isoformat(),
        "end": made.runs[-1].day.isoformat(),
        "state": "cancelled" if made.cancelled else "over" if found.over else "under way",
        "next_day": following and following.day.isoformat(),
        "next_way": following and (made.first if following.first else made.second),
    }


def trial_fields(found: TrialResult) -> dict[str, Any]:
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


def print_trials(found: Sequence[TrialResult]) -> None:
    """Print a line for each plan."""
    rows = [
        row | {"done": f"{row['complete']} of {row['pairs']}"} for row in (_trial_row(one) for one in found)
    ]
    print_table(
        rows,
        (
            Column("id", "Plan", numeric=True),
            Column("factor", "Factor"),
            Column("state", "State"),
            Column("done", "Pairs", numeric=True),
            Column("next_day", "Next", numeric=True),
            Column("next_way", "How", min_width=16),
            Column("end", "Until", numeric=True),
        ),
    )


def known_or_none(value: float) -> float | None:
    """Give a value as JSON has it: null where it is unknown."""
    return value if units.is_known(value) else None


@click.command(epilog=examples("runlog plan cancel 1"))
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_trial)
def cancel(plan_id: int) -> None:
    """Give a plan up; what was run and rated stays."""
    with base.open_journal() as journal:
        given_up = journal.plans.cancel(plan_id, base.now())
    echo(f"Cancelled plan {given_up.id}. If it is in your calendar, take it out there.")


_RUN_KEYS = ("run_number", "pair", "day", "way", "run", "state", "rating")
_RESULT_KEYS = (
    *("id", "factor", "area", "first", "second", "pairs", "complete", "over", "early"),
    *("kept", "otherwise", "untold", "missed", "unrated", "to_come"),
    *("difference", "low", "high", "p", "compared_pairs"),
    *("done_difference", "done_low", "done_high", "done_pairs", "text"),
)


@click.command(epilog=examples("runlog plan show 1", "runlog plan show 1 --ics plan.ics"))
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_trial)
@file_options
@format_options
def show(fmt: OutputFormat, plan_id: int, out: Path | None, ics: Path | None) -> None:
    """Show each run of a plan and what became of it."""
    from runlog.trials import text
    from runlog.trials.result import evaluate_trial

    with base.open_journal() as journal:
        found = evaluate_trial(journal.history(), journal.plans.one(plan_id), base.now())
    rows = _run_rows(found)
    if fmt == "table":
        echo(text.progress_text(found))
        echo()
    print_rows(
        fmt,
        rows,
        _RUN_KEYS,
        (
            Column("run_number", "Run", numeric=True),
            Column("day", "Day", numeric=True),
            Column("way", "Drawn", min_width=16),
            Column("state", "Was", min_width=10),
            Column("run", "Run id", numeric=True),
            Column("rating", "Rating", units.number, numeric=True),
        ),
        "",
    )
    if fmt == "table":
        write_trial(found.plan, out, ics)


def _run_rows(found: TrialResult) -> list[dict[str, Any]]:
    return [
        {
            "run_number": one.number,
            "pair": one.pair,
            "day": one.day.isoformat(),
            "way": found.plan.first if one.first else found.plan.second,
            "run": one.run,
            "state": one.state,
            "rating": known_or_none(one.rating),
        }
        for one in found.runs
    ]


@click.command(epilog=examples("runlog plan result 1", "runlog plan result 1 --json"))
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_trial)
@click.option("--early", is_flag=True, help="Look before the end, which is easily misled by chance.")
@format_options
def result(fmt: OutputFormat, plan_id: int, *, early: bool) -> None:
    """Say what a plan has shown, once it is over."""
    from runlog.trials import text
    from runlog.trials.result import evaluate_trial

    with base.open_journal() as journal:
        found = evaluate_trial(journal.history(), journal.plans.one(plan_id), base.now(), early=early)
    paragraphs = text.result_paragraphs(found)
    if fmt == "table":
        for paragraph in paragraphs:
            echo(paragraph)
    else:
        print_rows(fmt, [_result_row(found) | {"text": " ".join(paragraphs)}], _RESULT_KEYS, (), "")


def _result_row(found: TrialResult) -> dict[str, Any]:
    drawn, done = found.drawn, found.done
    return {
        **trial_fields(found),
        "over": found.over,
        "early": found.early,
        "difference": drawn and drawn.difference,
        "low": drawn and known_or_none(drawn.low),
        "high": drawn and known_or_none(drawn.high),
        "p": drawn and drawn.p,
        "compared_pairs": drawn and drawn.pairs,
        "done_difference": done and done.difference,
        "done_low": done and known_or_none(done.low),
        "done_high": done and known_or_none(done.high),
        "done_pairs": done and done.pairs,
    }
