"""Suggest and make trials (``runlog plan``, ``plan ideas`` and ``plan make``)."""

from __future__ import annotations

from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from runlog import units
from runlog.cli import base, output, trial_results
from runlog.cli.base import command, group
from runlog.cli.lookup import AREA, INTERVENTION, complete_intervention, intervention_names
from runlog.cli.params import number_parser, parse_day, parse_weekdays
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from runlog.analysis.history import History
    from runlog.model import Plan
    from runlog.trials.design import Trial
    from runlog.trials.suggestions import Suggestion


class TrialGroup(click.Group):
    """``runlog plan`` alone lists the ideas, and ``runlog plan FACTOR`` makes a plan."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the command if none is named."""
        unnamed = not ctx.resilient_parsing and (not args or args[0].startswith("-"))
        if unnamed and not set(args) & set(ctx.help_option_names):
            args = ["make" if set(args) & set(intervention_names()) else "ideas", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take what is no command for the factor of ``make``."""
        name = args[0]
        if name in self.commands or not name[:1].isalnum():
            return super().resolve_command(ctx, args)
        interventions = intervention_names()
        close = get_close_matches(name.lower(), [*self.commands, *interventions], n=2, cutoff=0.75)
        if name not in interventions and set(close) & set(self.commands):
            ctx.fail(f"No such command or factor {name!r}. Did you mean {' or '.join(close)}?")
        return "make", self.commands["make"], args

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands and the factors of ``make``."""
        names = (name for name in intervention_names() if name.startswith(incomplete.lower()))
        return [*super().shell_complete(ctx, incomplete), *map(CompletionItem, names)]


NO_RATINGS = "No ratings yet, so there is nothing to test. Log how sore you are: runlog log 3"
_effect_option = click.option(
    "--effect",
    type=number_parser(0.5, 5),
    metavar="POINTS",
    default=1.0,
    show_default=True,
    help="The smallest difference to detect.",
)
_area_option = click.option("--area", type=AREA, help="The body area.  [default: the one you rate most]")
_MAX_SHOWN = 6


@command(
    "runlog plan make warmup  # or just: runlog plan warmup",
    "runlog plan make shoes --pairs 12 --days tue,thu,sun --ics plan.ics",
    "runlog plan make cooldown --effect 1.5 --start 2026-12-01 --out plan.csv",
)
@click.argument("factor", type=INTERVENTION, shell_complete=complete_intervention)
@click.option(
    "--pairs",
    type=click.IntRange(6, 40),
    metavar="N",
    help="Number of pairs of runs.  [default: as many as needed]",
)
@_effect_option
@_area_option
@click.option("--start", type=parse_day, metavar="DATE", help="The first day.  [default: tomorrow]")
@click.option(
    "--days",
    "weekdays",
    type=parse_weekdays,
    metavar="DAYS",
    help="Days to run, like mon,wed,sat.  [default: your usual ones]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    metavar="N",
    help="Seed of the coin, to repeat a plan.  [default: random]",
)
@click.option("--cleared", is_flag=True, help="A clinician has cleared you to train as usual.")
@trial_results.file_options
def make(
    factor: str,
    *,
    pairs: int | None,
    effect: float,
    area: str | None,
    start: date | None,
    weekdays: tuple[int, ...] | None,
    seed: int | None,
    out: Path | None,
    ics: Path | None,
    cleared: bool,
) -> None:
    """Plan a trial: pairs of runs, where a coin decides which way to do each.

    FACTOR is warmup, cooldown, strength, route or shoes. Run as the plan says
    and rate each run within a day; "runlog plan result" then shows what came out.
    """
    from runlog.analysis import periods
    from runlog.trials import design

    now = base.now()
    with base.open_journal() as journal:
        history = journal.history()
        area = area or periods.main_area(history)
        if area is None:
            raise BadInput(NO_RATINGS)
        trial = design.new_trial(history, factor, area, start or tomorrow(history, now))
        new = journal.plans.make(
            history,
            trial,
            now,
            weekdays=weekdays or (),
            pairs=pairs,
            effect=effect,
            seed=seed,
            cleared=cleared,
        )
        today = history.clock.day(now)
        _print_plan(new, trial, history, today)
        trial_results.write_trial(new, today, out, ics)
    usual = design.usual_weekdays(history)
    if usual and weekdays and len(weekdays) > len(usual):
        output.echo_err(
            f"You usually run {units.count_noun(len(usual), 'day')} a week, in this trial {len(weekdays)}. "
            "Do not run more just for it: name the days you run on anyway."
        )


def _print_plan(new: Plan, trial: Trial, history: History, today: date) -> None:
    from runlog.trials import text

    days = units.days(new.runs[0].day, new.runs[-1].day)
    output.echo(f"Trial {new.id}: {new.first} or {new.second}, {len(new.runs)} runs in pairs, {days}.")
    output.echo(text.power_text(history, new))
    output.echo()
    rows = [
        {
            "number": number,
            "day": units.day(run.day, year=True),
            "way": new.shown_arm(run, today) or trial_results.ON_ITS_DAY,
        }
        for number, run in enumerate(new.runs[:_MAX_SHOWN], 1)
    ]
    number, day = output.Column("number", "Run", numeric=True), output.Column("day", "Day", numeric=True)
    output.print_table(rows, (number, day, output.Column("way", "How")))
    if len(new.runs) > _MAX_SHOWN:
        output.echo(f"and {len(new.runs) - _MAX_SHOWN} more: runlog plan show {new.id}")
    output.echo()
    for way, todo in zip(trial.arms, trial.instructions(), strict=True):
        output.echo(f"{units.capital(way)}: {todo}")
    if trial.intervention.caution:
        output.echo(trial.intervention.caution)
    output.echo(
        f"Rate your {units.area(new.area)} within a day of each run, even if it is 0: runlog log N. "
        "A run counts up to three days late, if it is before the next planned day and at least two days "
        "after the other run of its pair."
    )
    output.echo(
        f"On the day of each run, see which way to do it: runlog plan show {new.id}. "
        f"At the end, see the result: runlog plan result {new.id}"
    )


def tomorrow(history: History, now: datetime) -> date:
    """Return the first day on which a run can be planned."""
    return history.clock.day(now) + timedelta(days=1)


_SUGGESTION_KEYS = (
    *("factor", "label", "first", "second", "area", "low", "high", "grade", "effect", "pairs", "runs"),
    *("tells", "noise_sd", "rated_runs", "text"),
)


@command("runlog plan ideas", "runlog plan ideas --area neck --json")
@_area_option
@_effect_option
@output.format_options
def ideas(fmt: output.OutputFormat, area: str | None, effect: float) -> None:
    """Suggest trials, the one that tells most for its runs first.

    Trials under way are listed below.
    """
    from runlog.analysis import periods
    from runlog.reporter.alerts import clinician_warnings
    from runlog.trials import suggestions

    now = base.now()
    with base.open_journal() as journal:
        history = journal.history()
        under_way = [
            trial for trial in trial_results.evaluate_trials(journal, history, now) if not trial.over
        ]
    area = area or periods.main_area(history)
    listed = [] if area is None else suggestions.suggest_trials(history, area, tomorrow(history, now), effect)
    if fmt != "table" or area is None:
        output.print_rows(fmt, [_suggestion_row(idea) for idea in listed], _SUGGESTION_KEYS, (), NO_RATINGS)
        return
    for warning in clinician_warnings(history, now):
        output.echo(f"{warning} Until then, do not start a trial.")
        output.echo()
    _print_suggestions(listed, area)
    if under_way:
        output.echo()
        output.echo("Under way:")
        trial_results.print_trials(under_way)


def _print_suggestions(listed: Sequence[Suggestion], area: str) -> None:
    from runlog.trials import text

    if not listed:
        output.echo("There is nothing to test yet: no run, and no two pairs of shoes to compare.")
        return
    output.echo(f"Trials that would tell you more about your {units.area(area)}, the best first:")
    for number, idea in enumerate(listed, 1):
        output.echo()
        output.echo(f"{number}. {idea.trial.intervention.label}: runlog plan {idea.trial.intervention.name}")
        output.echo(text.suggestion_text(idea), indent="   ")
    output.echo()
    output.echo(text.noise_text(listed[0].noise))
    larger = f"runlog plan {listed[0].trial.intervention.name} --effect {listed[0].effect + 0.5:g}"
    output.echo(f"To detect only larger differences, with fewer runs: {larger}")


def _suggestion_row(idea: Suggestion) -> dict[str, Any]:
    from runlog.trials import text

    return {
        "factor": idea.trial.intervention.name,
        "label": idea.trial.intervention.label,
        "first": idea.trial.arms[0],
        "second": idea.trial.arms[1],
        "area": idea.trial.area,
        "low": output.to_json_value(idea.low),
        "high": output.to_json_value(idea.high),
        "grade": idea.grade,
        "effect": idea.effect,
        "pairs": idea.pairs,
        "runs": 2 * idea.pairs,
        "tells": idea.detectable,
        "noise_sd": idea.noise.sd,
        "rated_runs": idea.noise.rated_runs,
        "text": text.suggestion_text(idea),
    }


@group(
    "runlog plan  # suggestions, as runlog plan ideas",
    "runlog plan make warmup --ics plan.ics  # or: runlog plan warmup",
    "runlog plan result 1",
    cls=TrialGroup,
)
def plan() -> None:
    """Test a habit with a coin: plan trials of your own, and read their results.

    Your diary can only show what goes together. In a trial a coin decides how you
    do each run (say, with or without a warm-up), so only that, or chance, can be
    behind a difference. "runlog plan" suggests trials, "runlog plan FACTOR" plans
    one.
    """


for _command in (ideas, make, *trial_results.COMMANDS):
    plan.add_command(_command)
