"""Show ideas for trials, start one, follow it, and say what it showed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template

from runlog import units
from runlog.analysis import periods
from runlog.errors import BadInput, NotFound
from runlog.i18n import N_, _
from runlog.trials.design import new_trial
from runlog.trials.interventions import INTERVENTIONS
from runlog.trials.suggestions import suggest_trials
from runlog.trials.text import trial_statuses
from runlog.web import changes, context, forms, now
from runlog.web.links import tables

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from runlog.trials.suggestions import Suggestion
    from runlog.trials.text import TrialStatus

blueprint = Blueprint("trials", __name__)

NO_RATINGS = N_("There are no ratings yet, so there is nothing to try out.")


@blueprint.get("/trials")
def show() -> str:
    """List the trials, and what would tell more."""
    statuses = _statuses()
    warnings = [notice.message for notice in now.this_week().notices if notice.see_clinician]
    return render_template(
        "trials.html",
        under_way=[status for status in statuses if not status.over],
        finished=[status for status in statuses if status.over],
        ideas=[_idea_row(idea) for idea in _ideas()],
        warnings=warnings,
        area=periods.main_area(context.history()),
    )


def _statuses() -> tuple[TrialStatus, ...]:
    slot = (now.slot(), context.settings().language)
    return context.facts().get("trials", slot, lambda: trial_statuses(context.history(), context.now()))


def _ideas() -> list[Suggestion]:
    history = context.history()
    area = periods.main_area(history)
    if area is None:
        return []
    day = history.clock.day(context.now()) + timedelta(days=1)

    def make() -> list[Suggestion]:
        return suggest_trials(history, area, day, evidence=tables(area), graded=False)

    return context.facts().get("ideas", day, make)


def _idea_row(idea: Suggestion) -> dict[str, Any]:
    first, second = idea.trial.arms
    return {
        "name": idea.trial.intervention.name,
        "label": _(idea.trial.intervention.label),
        "first": _(first),
        "second": _(second),
        "runs": 2 * idea.pairs,
        "points": units.number(max(idea.detectable, idea.effect)),
    }


@blueprint.post("/trials")
def start() -> Response:
    """Make a plan."""
    history, journal = context.history(), context.journal()
    name = forms.text("factor")
    if name not in {intervention.name for intervention in INTERVENTIONS}:
        raise NotFound(_("There is no such trial."))
    area = periods.main_area(history)
    if area is None:
        raise BadInput(_(NO_RATINGS))
    trial = new_trial(history, name, area, history.clock.day(context.now()) + timedelta(days=1))
    plan = journal.plans.make(history, trial, context.now())
    return changes.redirect_to("trials.one", number=plan.id)


@blueprint.get("/trials/<int:number>")
def one(number: int) -> str:
    """Show a plan, its runs, and how it goes."""
    history = context.history()
    plan = context.journal().plans.get(number)
    status = next((one for one in _statuses() if one.id == number), None)
    names = {intervention.name: intervention for intervention in INTERVENTIONS}
    todo = names[plan.factor].instructions if plan.factor in names else ("", "")
    ways = [_(plan.first), _(plan.second)]
    today = history.clock.day(context.now())
    return render_template(
        "trial.html",
        plan=plan,
        status=status,
        label=_(names[plan.factor].label) if plan.factor in names else plan.factor,
        ways=[(way, _(text).format(way=way)) for text, way in zip(todo, ways, strict=True)],
        runs=[(run.day, _(plan.shown_arm(run, today) or N_("shown on its day"))) for run in plan.runs],
        today=today,
    )


@blueprint.post("/trials/<int:number>/cancel")
def cancel(number: int) -> Response:
    """Give a plan up; its runs and ratings stay."""
    context.journal().plans.cancel(number, context.now())
    return changes.redirect_to("trials.show")
