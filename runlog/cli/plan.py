"""``runlog plan``: what would tell more, and trials in which a lot decides how each run is run."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from runlog.cli import context
from runlog.cli.answers import Number
from runlog.cli.help import examples
from runlog.cli.names import AREA, PLANNED, complete_plan, complete_planned, plan_names
from runlog.cli.output import Column, Form, emit, listing, print_table, say, tell
from runlog.errors import BadInput
from runlog.model import WEEKDAYS
from runlog.reporter import units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from runlog.analysis.history import History
    from runlog.analysis.plans import Idea, Result, Trial
    from runlog.journal import Journal
    from runlog.model import Plan

_DAY = click.DateTime(["%Y-%m-%d"])
_PAIRS = click.IntRange(6, 40)
_POINTS = Number(0.5, 5)
_NO_RATINGS = "No ratings yet, so there is nothing to try out. Note how sore you are: runlog log 3"
_NO_PLANS = "No plans yet. What would tell you more: runlog plan"

_IDEA_KEYS = (
    *("factor", "label", "first", "second", "area", "low", "high", "grade", "effect", "pairs", "runs"),
    *("tells", "noise_sd", "rated_runs", "text"),
)
_PLAN_KEYS = (
    *("id", "factor", "area", "first", "second", "effect", "start", "end", "state", "pairs", "complete"),
    *("kept", "otherwise", "untold", "missed", "unrated", "to_come", "next_day", "next_way"),
)
_RUN_KEYS = ("run_number", "pair", "day", "way", "run", "state", "rating")
_RESULT_KEYS = (
    *("id", "factor", "area", "first", "second", "pairs", "complete", "over", "early"),
    *("kept", "otherwise", "untold", "missed", "unrated", "to_come"),
    *("difference", "low", "high", "p", "compared_pairs"),
    *("done_difference", "done_low", "done_high", "done_pairs", "text"),
)


class _PlanGroup(click.Group):
    """``runlog plan`` alone lists the ideas, and ``runlog plan FACTOR`` makes a plan."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in the command that is meant where none is named."""
        if not ctx.resilient_parsing and (not args or args[0] in {"--json", "--csv", "--area"}):
            args = ["ideas", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take what is no command for what is to be planned."""
        name = args[0]
        if name in self.commands or not name[:1].isalnum():
            return super().resolve_command(ctx, args)
        planned = plan_names()
        close = get_close_matches(name.lower(), [*self.commands, *planned], n=2, cutoff=0.75)
        if name not in planned and any(one in self.commands for one in close):
            ctx.fail(f"No such command or factor {name!r}. Did you mean {' or '.join(close)}?")
        return "make", self.commands["make"], args

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands and what can be planned."""
        planned = (CompletionItem(name) for name in plan_names() if name.startswith(incomplete.lower()))
        return [*super().shell_complete(ctx, incomplete), *planned]


@click.group(
    cls=_PlanGroup,
    epilog=examples(
        "runlog plan ideas                      # the same as: runlog plan",
        "runlog plan make warmup --ics plan.ics # the same as: runlog plan warmup --ics plan.ics",
        "runlog plan result 1",
    ),
)
def plan() -> None:
    """Find out by lot: what would tell more, and trials of your own.

    The diary can only say what goes together. In a trial a lot decides how
    each run is run (a warm-up or none), so that nothing else can be behind a
    difference but chance, which is told. "runlog plan" alone says which trial
    would tell you most, and "runlog plan FACTOR" makes one.
    """


@plan.command(epilog=examples("runlog plan ideas", "runlog plan ideas --area neck --json"))
@click.option("--area", type=AREA, help="The body area.  [default: the one rated most]")
@click.option(
    "--effect", type=_POINTS, metavar="POINTS", default=1.0, show_default=True, help="The difference to tell."
)
@listing
def ideas(form: Form, area: str | None, effect: float) -> None:
    """Say which trials would tell you more, the most for its runs first, and what is under way."""
    from runlog.analysis import plans
    from runlog.journal.plans import see_a_clinician

    now = context.now()
    with context.journal() as kept:
        history = kept.history()
        under_way = [found for found in _results(kept, history, now) if not found.over]
    area = area or plans.most_rated(history)
    found = [] if area is None else plans.ideas(history, area, _tomorrow(history, now), effect)
    if form != "table" or area is None:
        emit(form, [_idea_row(idea) for idea in found], _IDEA_KEYS, (), _NO_RATINGS)
        return
    for warning in see_a_clinician(history, now):
        say(f"{warning} Until then, make no plan.")
        say()
    _say_ideas(found, area)
    if under_way:
        say()
        say("Under way:")
        _print_plans(under_way)


def _say_ideas(found: Sequence[Idea], area: str) -> None:
    from runlog.analysis.plans import words

    if not found:
        say("There is nothing to try out yet: no run and no pair of shoes to choose between.")
        return
    say(f"What would tell more about your {units.area(area)}, the most for its runs first:")
    for number, idea in enumerate(found, 1):
        say()
        say(f"{number}. {idea.trial.planned.label}: runlog plan {idea.trial.planned.name}")
        say(words.idea(idea), indent="   ")
    say()
    say(words.basis(found[0].heard))
    say(f"Larger differences take fewer runs: runlog plan {found[0].trial.planned.name} --effect 1.5")


def _idea_row(idea: Idea) -> dict[str, Any]:
    from runlog.analysis.plans import words

    return {
        "factor": idea.trial.planned.name,
        "label": idea.trial.planned.label,
        "first": idea.trial.ways[0],
        "second": idea.trial.ways[1],
        "area": idea.trial.area,
        "low": _known(idea.low),
        "high": _known(idea.high),
        "grade": idea.grade,
        "effect": idea.effect,
        "pairs": idea.pairs,
        "runs": 2 * idea.pairs,
        "tells": idea.tells,
        "noise_sd": idea.heard.sd,
        "rated_runs": idea.heard.rated,
        "text": words.idea(idea),
    }


def _known(value: float) -> float | None:
    return value if units.known(value) else None


def _weekdays(_context: click.Context, _option: click.Parameter, text: str | None) -> tuple[int, ...]:
    """Take "mon,wed,sat"; a name may be longer."""
    days = [word.strip().lower()[:3] for word in (text or "").split(",") if word.strip()]
    if any(day not in WEEKDAYS for day in days):
        raise click.BadParameter(f"{text!r} names no weekdays; write them like mon,wed,sat")
    return tuple(sorted({WEEKDAYS.index(day) for day in days}))


def _to_files(command: Callable[..., None]) -> Callable[..., None]:
    path = click.Path(path_type=Path, dir_okay=False)
    command = click.option("--ics", type=path, metavar="FILE", help="Write it for a calendar, too.")(command)
    return click.option("--out", type=path, metavar="FILE", help="Write it as CSV, too.")(command)


@plan.command(
    epilog=examples(
        "runlog plan make warmup                    # or short: runlog plan warmup",
        "runlog plan make shoes --pairs 12 --days tue,thu,sun --ics plan.ics",
        "runlog plan make cooldown --effect 1.5 --start 2026-12-01 --out plan.csv",
    )
)
@click.argument("factor", type=PLANNED, shell_complete=complete_planned)
@click.option("--pairs", type=_PAIRS, metavar="N", help="Pairs of runs.  [default: as many as it takes]")
@click.option(
    "--effect", type=_POINTS, metavar="POINTS", default=1.0, show_default=True, help="The difference to tell."
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
@_to_files
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
    """Make a plan: pairs of runs, and by lot which of the two goes which way.

    FACTOR is warmup, cooldown, strength, route or shoes. Run as the plan says
    and rate each run within a day; "runlog plan result" says what it showed.
    """
    from runlog.analysis import plans

    now = context.now()
    with context.journal() as kept:
        history = kept.history()
        area = area or plans.most_rated(history)
        if area is None:
            raise BadInput(_NO_RATINGS)
        trial = plans.trial(history, factor, area, start.date() if start else _tomorrow(history, now))
        made = kept.plans.make(
            history, trial, now, weekdays=weekdays, pairs=pairs, effect=effect, seed=seed, cleared=cleared
        )
        _say_made(made, trial, history)
        _write(made, out, ics)
    usual = plans.usual_weekdays(history)
    if usual and len(weekdays) > len(usual):
        tell(
            f"You usually run on {len(usual)} days a week, and this plan on {len(weekdays)}. "
            "Do not run more for its sake: give the days that you run on anyway."
        )


def _tomorrow(history: History, now: datetime) -> date:
    from datetime import timedelta

    from runlog.analysis.plans import local_day

    return local_day(history, now) + timedelta(days=1)


def _say_made(made: Plan, trial: Trial, history: History) -> None:
    from runlog.analysis.plans import words

    days = units.days(made.runs[0].day, made.runs[-1].day)
    say(f"Plan {made.id}: {made.first} or {made.second}, {len(made.runs)} runs in pairs, {days}.")
    say(words.promise(history, made))
    say()
    _print_runs(made, 6)
    say()
    for way, todo in zip(trial.ways, trial.todo(), strict=True):
        say(f"{way[:1].upper()}{way[1:]}: {todo}")
    if trial.planned.caution:
        say(trial.planned.caution)
    say(
        f"Rate your {units.area(made.area)} within a day after each run, 0 too: runlog log N. "
        "If you can run only a day or two later than planned, that counts."
    )
    say(f"How it goes: runlog plan show {made.id}. What it showed, at the end: runlog plan result {made.id}")


def _print_runs(made: Plan, first: int) -> None:
    rows = [
        {"number": number, "day": units.day(run.day, year=True), "way": made.way(run)}
        for number, run in enumerate(made.runs[:first], 1)
    ]
    print_table(
        rows, (Column("number", "Run", number=True), Column("day", "Day", number=True), Column("way", "How"))
    )
    if len(made.runs) > first:
        say(f"and {len(made.runs) - first} more: runlog plan show {made.id}")


def _write(made: Plan, out: Path | None, ics: Path | None) -> None:
    from runlog.exporting import plans as files
    from runlog.files import write_atomically

    if out is not None:
        write_atomically(out, files.table(made))
        say(f"Written: {out}")
    if ics is not None:
        write_atomically(ics, files.calendar(made))
        say(f"Written: {ics}")


@plan.command("list", epilog=examples("runlog plan list", "runlog plan list --json"))
@listing
def list_(form: Form) -> None:
    """List the plans and how far they are."""
    with context.journal() as kept:
        found = _results(kept, kept.history(), context.now())
    if form == "table" and found:
        _print_plans(found)
    else:
        emit(form, [_plan_row(one) for one in found], _PLAN_KEYS, (), _NO_PLANS)


def _results(kept: Journal, history: History, now: datetime) -> list[Result]:
    from runlog.analysis.plans import result

    return [result(history, made, now) for made in kept.plans.all()]


def _plan_row(found: Result) -> dict[str, Any]:
    made = found.plan
    following = next((one for one in found.runs if one.state == "to come"), None)
    if found.over:
        following = None
    return {
        **_about(found),
        "effect": made.effect,
        "start": made.runs[0].day.isoformat(),
        "end": made.runs[-1].day.isoformat(),
        "state": "cancelled" if made.cancelled else "over" if found.over else "under way",
        "next_day": following and following.day.isoformat(),
        "next_way": following and (made.first if following.first else made.second),
    }


def _about(found: Result) -> dict[str, Any]:
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


def _print_plans(found: Sequence[Result]) -> None:
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


@plan.command(epilog=examples("runlog plan show 1", "runlog plan show 1 --ics plan.ics"))
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_plan)
@_to_files
@listing
def show(form: Form, plan_id: int, out: Path | None, ics: Path | None) -> None:
    """Show each run of a plan and what became of it."""
    from runlog.analysis.plans import result, words

    with context.journal() as kept:
        found = result(kept.history(), kept.plans.one(plan_id), context.now())
    rows = _run_rows(found)
    if form == "table":
        say(words.progress(found))
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
        _write(found.plan, out, ics)


def _run_rows(found: Result) -> list[dict[str, Any]]:
    return [
        {
            "run_number": one.number,
            "pair": one.pair,
            "day": one.day.isoformat(),
            "way": found.plan.first if one.first else found.plan.second,
            "run": one.run,
            "state": one.state,
            "rating": _known(one.rating),
        }
        for one in found.runs
    ]


@plan.command(epilog=examples("runlog plan result 1", "runlog plan result 1 --json"))
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_plan)
@click.option("--early", is_flag=True, help="Look before the end, which is easily misled by chance.")
@listing
def result(form: Form, plan_id: int, *, early: bool) -> None:
    """Say what a plan has shown, once it is over."""
    from runlog.analysis.plans import result as shown
    from runlog.analysis.plans import words

    with context.journal() as kept:
        found = shown(kept.history(), kept.plans.one(plan_id), context.now(), early=early)
    texts = words.paragraphs(found)
    if form == "table":
        for text in texts:
            say(text)
    else:
        emit(form, [_result_row(found) | {"text": " ".join(texts)}], _RESULT_KEYS, (), "")


def _result_row(found: Result) -> dict[str, Any]:
    drawn, done = found.drawn, found.done
    return {
        **_about(found),
        "over": found.over,
        "early": found.early,
        "difference": drawn and drawn.difference,
        "low": drawn and _known(drawn.low),
        "high": drawn and _known(drawn.high),
        "p": drawn and drawn.p,
        "compared_pairs": drawn and drawn.pairs,
        "done_difference": done and done.difference,
        "done_low": done and _known(done.low),
        "done_high": done and _known(done.high),
        "done_pairs": done and done.pairs,
    }


@plan.command(epilog=examples("runlog plan cancel 1"))
@click.argument("plan_id", metavar="ID", type=int, shell_complete=complete_plan)
def cancel(plan_id: int) -> None:
    """Give a plan up; what was run and rated stays."""
    with context.journal() as kept:
        given_up = kept.plans.cancel(plan_id, context.now())
    say(f"Cancelled plan {given_up.id}. If it is in your calendar, take it out there.")
