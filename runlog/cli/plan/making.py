"""``runlog plan make``: a plan is drawn and said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from runlog import units
from runlog.cli import context
from runlog.cli.answers import Number
from runlog.cli.help import examples
from runlog.cli.names import AREA, PLANNED, complete_planned
from runlog.cli.output import Column, print_table, say, tell
from runlog.cli.plan.files import to_files, write
from runlog.errors import BadInput
from runlog.model import WEEKDAYS

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from runlog.analysis.history import History
    from runlog.model import Plan
    from runlog.trials.design import Trial

#: The differences that may be asked for, in points.
POINTS = Number(0.5, 5)
NO_RATINGS = "No ratings yet, so there is nothing to try out. Note how sore you are: runlog log 3"
_DAY = click.DateTime(["%Y-%m-%d"])
_PAIRS = click.IntRange(6, 40)
_SHOWN = 6


def _weekdays(_context: click.Context, _option: click.Parameter, text: str | None) -> tuple[int, ...]:
    """Take "mon,wed,sat"; a name may be longer."""
    days = [word.strip().lower()[:3] for word in (text or "").split(",") if word.strip()]
    if any(day not in WEEKDAYS for day in days):
        raise click.BadParameter(f"{text!r} names no weekdays; write them like mon,wed,sat")
    return tuple(sorted({WEEKDAYS.index(day) for day in days}))


@click.command(
    epilog=examples(
        "runlog plan make warmup                    # or short: runlog plan warmup",
        "runlog plan make shoes --pairs 12 --days tue,thu,sun --ics plan.ics",
        "runlog plan make cooldown --effect 1.5 --start 2026-12-01 --out plan.csv",
    )
)
@click.argument("factor", type=PLANNED, shell_complete=complete_planned)
@click.option("--pairs", type=_PAIRS, metavar="N", help="Pairs of runs.  [default: as many as it takes]")
@click.option(
    "--effect", type=POINTS, metavar="POINTS", default=1.0, show_default=True, help="The difference to tell."
)
@click.option("--area", type=AREA, help="The body area.  [default: the one rated most]")
@click.option("--start", type=_DAY, metavar="DATE", help="The first day.  [default: tomorrow]")
@click.option(
    "--days", "weekdays", callback=_weekdays, metavar="DAYS", help="Like mon,wed,sat.  [default: your usual]"
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), metavar="N", help="Of the lots.  [default: by chance]"
)
@click.option("--cleared", is_flag=True, help="A clinician has said that you may train as usual.")
@to_files
def make(
    factor: str,
    *,
    pairs: int | None,
    effect: float,
    area: str | None,
    start: datetime | None,
    weekdays: tuple[int, ...],
    seed: int | None,
    out: Path | None,
    ics: Path | None,
    cleared: bool,
) -> None:
    """Make a plan: runs in pairs, each way by lot.

    FACTOR is warmup, cooldown, strength, route or shoes. Run as the plan says
    and rate each run within a day; "runlog plan result" says what it showed.
    """
    from runlog.trials import design

    now = context.now()
    with context.journal() as kept:
        history = kept.history()
        area = area or design.most_rated_area(history)
        if area is None:
            raise BadInput(NO_RATINGS)
        trial = design.new_trial(history, factor, area, start.date() if start else tomorrow(history, now))
        made = kept.plans.make(
            history, trial, now, weekdays=weekdays, pairs=pairs, effect=effect, seed=seed, cleared=cleared
        )
        _say_made(made, trial, history)
        write(made, out, ics)
    usual = design.usual_weekdays(history)
    if usual and len(weekdays) > len(usual):
        tell(
            f"You usually run on {len(usual)} days a week, and this plan on {len(weekdays)}. "
            "Do not run more for its sake: give the days that you run on anyway."
        )


def _say_made(made: Plan, trial: Trial, history: History) -> None:
    from runlog.trials import text

    days = units.days(made.runs[0].day, made.runs[-1].day)
    say(f"Plan {made.id}: {made.first} or {made.second}, {len(made.runs)} runs in pairs, {days}.")
    say(text.power_text(history, made))
    say()
    _print_runs(made)
    say()
    for way, todo in zip(trial.ways, trial.todo(), strict=True):
        say(f"{way[:1].upper()}{way[1:]}: {todo}")
    if trial.planned.caution:
        say(trial.planned.caution)
    say(
        f"Rate your {units.area(made.area)} within a day after each run, 0 too: runlog log N. "
        "A run up to three days late counts, if it comes before the next one's day."
    )
    say(f"How it goes: runlog plan show {made.id}. What it showed, at the end: runlog plan result {made.id}")


def _print_runs(made: Plan) -> None:
    rows = [
        {"number": number, "day": units.day(run.day, year=True), "way": made.way(run)}
        for number, run in enumerate(made.runs[:_SHOWN], 1)
    ]
    print_table(
        rows, (Column("number", "Run", number=True), Column("day", "Day", number=True), Column("way", "How"))
    )
    if len(made.runs) > _SHOWN:
        say(f"and {len(made.runs) - _SHOWN} more: runlog plan show {made.id}")


def tomorrow(history: History, now: datetime) -> date:
    """Give the first day on which a run can be planned."""
    from runlog.trials.result import local_day

    return local_day(history, now) + timedelta(days=1)
