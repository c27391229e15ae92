"""``runlog plan``: what would tell more, and trials in which a lot decides how each run is run."""

from __future__ import annotations

import click

from runlog.cli.help import examples
from runlog.cli.plan.following import result, show
from runlog.cli.plan.group import PlanGroup
from runlog.cli.plan.ideas import ideas
from runlog.cli.plan.listing import cancel, list_
from runlog.cli.plan.making import make


@click.group(
    cls=PlanGroup,
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


for _command in (ideas, make, list_, show, result, cancel):
    plan.add_command(_command)
