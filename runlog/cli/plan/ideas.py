"""``runlog plan ideas``: what would tell more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.names import AREA
from runlog.cli.output import Form, emit, listing, say
from runlog.cli.plan.listing import known, print_plans, results
from runlog.cli.plan.making import NO_RATINGS, POINTS, tomorrow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlog.trials.suggestions import Suggestion

_IDEA_KEYS = (
    *("factor", "label", "first", "second", "area", "low", "high", "grade", "effect", "pairs", "runs"),
    *("tells", "noise_sd", "rated_runs", "text"),
)


@click.command(epilog=examples("runlog plan ideas", "runlog plan ideas --area neck --json"))
@click.option("--area", type=AREA, help="The body area.  [default: the one rated most]")
@click.option(
    "--effect", type=POINTS, metavar="POINTS", default=1.0, show_default=True, help="The difference to tell."
)
@listing
def ideas(form: Form, area: str | None, effect: float) -> None:
    """Say which trials would tell you more.

    The one that tells most for its runs comes first; then the plans that are
    under way.
    """
    from runlog.reporter.alerts import clinician_warnings
    from runlog.trials import design, suggestions

    now = context.now()
    with context.journal() as kept:
        history = kept.history()
        under_way = [found for found in results(kept, history, now) if not found.over]
    area = area or design.most_rated_area(history)
    found = [] if area is None else suggestions.suggest_trials(history, area, tomorrow(history, now), effect)
    if form != "table" or area is None:
        emit(form, [_idea_row(idea) for idea in found], _IDEA_KEYS, (), NO_RATINGS)
        return
    for warning in clinician_warnings(history, now):
        say(f"{warning} Until then, make no plan.")
        say()
    _say_ideas(found, area)
    if under_way:
        say()
        say("Under way:")
        print_plans(under_way)


def _say_ideas(found: Sequence[Suggestion], area: str) -> None:
    from runlog.trials import text

    if not found:
        say("There is nothing to try out yet: no run and no pair of shoes to choose between.")
        return
    say(f"What would tell more about your {units.area(area)}, the most for its runs first:")
    for number, idea in enumerate(found, 1):
        say()
        say(f"{number}. {idea.trial.planned.label}: runlog plan {idea.trial.planned.name}")
        say(text.suggestion_text(idea), indent="   ")
    say()
    say(text.noise_text(found[0].heard))
    larger = f"runlog plan {found[0].trial.planned.name} --effect {found[0].effect + 0.5:g}"
    say(f"Larger differences take fewer runs: {larger}")


def _idea_row(idea: Suggestion) -> dict[str, Any]:
    from runlog.trials import text

    return {
        "factor": idea.trial.planned.name,
        "label": idea.trial.planned.label,
        "first": idea.trial.ways[0],
        "second": idea.trial.ways[1],
        "area": idea.trial.area,
        "low": known(idea.low),
        "high": known(idea.high),
        "grade": idea.grade,
        "effect": idea.effect,
        "pairs": idea.pairs,
        "runs": 2 * idea.pairs,
        "tells": idea.tells,
        "noise_sd": idea.heard.sd,
        "rated_runs": idea.heard.rated,
        "text": text.suggestion_text(idea),
    }
