"""Show the first page: rate a run in two taps, and below it the week, what to change, and the alerts."""

from __future__ import annotations

import shlex
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for

from runlog import alert_states, units
from runlog.analysis.warmup import RECORDED
from runlog.errors import BadInput, NotFound
from runlog.i18n import N_, _
from runlog.localtime import at_offset
from runlog.model import SEVERITIES, Area
from runlog.reporter import guidance
from runlog.reporter.alerts import needs_clinician
from runlog.reporter.glance import current_week, gather_week, glance_of
from runlog.reporter.summary import summarise_days
from runlog.trials.suggestions import Evidence
from runlog.trials.text import trial_statuses
from runlog.web import context, forms, guided, rating, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

    from runlog.journal import Journal
    from runlog.model import Entry
    from runlog.records import StoredAlert, StoredEntry
    from runlog.reporter.advice import Action
    from runlog.reporter.alerts import Notice
    from runlog.reporter.glance import Glance
    from runlog.reporter.summary import Day
    from runlog.trials.text import TrialStatus

blueprint = Blueprint("now", __name__)

#: What depends on the moment is made anew after so many minutes.
_SLOT_MINUTES = 10
SNOOZE = timedelta(days=7)
_MOST_SAVED = 12
#: What is said of what the page before has done.
_SAID = {"undone": N_("Taken back."), "before": guided.BEFORE.done, "after": guided.AFTER.done}


@blueprint.get("/")
def show(problem: str = "") -> str:
    """Show the form of a rating, the week, what to change and the alerts."""
    run_id = forms.parse_whole(request.values.get("run", ""))
    history = context.history()
    free = bool(request.args.get("free"))
    question = rating.next_question(history, context.now(), run_id, without_run=free)
    week, holding = this_week(), _alerts_that_hold()
    alerts = [alert for alert in holding if alert_states.is_open(alert, context.now())]
    alerts.sort(key=lambda alert: (SEVERITIES.index(alert.severity), alert.id))
    actions = _shown_actions(week.glance.actions, alerts)
    answered = {number for shown in actions for number in shown["alerts"]}
    asked = _("How sore is your {area} now?") if question.run is None else _("How sore is your {area}?")
    return render_template(
        "now.html",
        question=question,
        run=None if question.run is None else _run_line(question.run),
        week=week,
        today=history.clock.day(context.now()),
        trials=[trial for trial in week.trials if trial.next_day == history.clock.day(context.now())],
        actions=actions,
        alerts=[alert for alert in alerts if alert.id not in answered],
        put_aside=[alert for alert in holding if alert not in alerts],
        clinician=guidance.clinician_advice() if week.glance.warnings else None,
        saved=_saved_entries(),
        areas=list(Area),
        figure=rating.figure_sides(),
        said=_(_SAID.get(request.args.get("done", ""), "")),
        problem=problem,
        sent=request.form,
        heading=asked.format(area=units.area(question.area)),
    )


def _run_line(run: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of History.runs
    end = at_offset(run["end"].to_pydatetime(), int(run["utc_offset_s"]))
    today = context.local_now().date()
    recent = context.now() - run["end"].to_pydatetime() < timedelta(hours=12)
    ended = words.ago(run["end"].to_pydatetime(), context.now()) if recent else ""
    return {
        "id": str(run.name),
        "name": words.activity_name(run),
        "distance": units.distance(run["distance_m"], context.settings().units),
        "duration": units.duration(run["duration_s"]),
        "when": words.moment(end, today),
        "ended": ended,
        "warmup": words.habit_source(run, "warmup") and words.habit(run, "warmup"),
        "warmup_source": words.habit_source(run, "warmup"),
        "cooldown": words.habit_source(run, "cooldown") and words.habit(run, "cooldown"),
        "warmup_recorded": run["warmup_source"] == RECORDED,
        "cooldown_recorded": run["cooldown_source"] == RECORDED,
        "cooldown_source": words.habit_source(run, "cooldown"),
    }


def slot() -> datetime:
    """Return the beginning of the minutes for which what depends on the moment stays as it is."""
    moment = context.now()
    return moment.replace(minute=moment.minute - moment.minute % _SLOT_MINUTES, second=0)


class ThisWeek(NamedTuple):
    """The week that is not over yet, in one glance.

    Attributes:
        glance: headline, actions, and the four numbers.
        days: all seven, also those to come.
        area: the body area that was rated most.
        trials: those under way.
        notices: the alerts that hold now, whether they were dismissed or not.
        evidence: the exposures of that area and their links; None where the history goes on after now.
    """

    glance: Glance
    days: tuple[Day, ...]
    area: str
    trials: tuple[TrialStatus, ...]
    notices: tuple[Notice, ...]
    evidence: Evidence | None


def this_week() -> ThisWeek:
    """Return the week in one glance, made once per change and ten minutes."""
    history, moment = context.history(), context.now()

    def make() -> ThisWeek:
        data = gather_week(history, current_week(history, moment), moment)
        days = summarise_days(history, data.span)
        trials = trial_statuses(history, moment)
        evidence = Evidence(data.table, data.estimates) if data.history is history else None
        return ThisWeek(glance_of(data), days, data.area, trials, data.notices, evidence)

    return context.facts().get("week", (slot(), history.settings.language), make)


def _alerts_that_hold() -> list[StoredAlert]:
    """Return the alerts that hold, dismissed and snoozed ones too, and note which have come or gone."""
    history, moment, journal = context.history(), context.now(), context.journal()
    notices = this_week().notices
    stored = context.facts().get("alerts", slot(), lambda: journal.alerts.update(history, moment, notices))
    return [alert for alert in stored if alert.resolved is None and not needs_clinician(alert.kind)]


#: The pages that do what a command of an action does.
_PAGE_OF_COMMAND = {
    "import": "add.show",
    "plan": "trials.show",
    "links": "links.show",
    "routes": "routes.show",
}
_GUIDED = {"warmup": "before", "cooldown": "after"}


def _shown_actions(actions: Sequence[Action], alerts: Sequence[StoredAlert]) -> list[dict[str, Any]]:
    """Return the actions, without those whose alerts were all dismissed or snoozed.

    With each comes what can be done about it right here: the open alerts that it answers, the page that it
    leads to, which guided warm-up or cool-down, and the pair that it says to retire; "" for none.
    """
    numbers = {f"{alert.kind}:{alert.subject}": alert.id for alert in alerts}
    shown = []
    for action in actions:
        still_open = [numbers[notice.id] for notice in action.notices if notice.id in numbers]
        if action.notices and not still_open and action.finding is None:
            continue
        words = shlex.split(action.command)[1:] if action.command else []
        shown.append(
            {
                "action": action,
                "alerts": still_open,
                "page": _PAGE_OF_COMMAND.get(words[0], "") if words else "",
                "which": _GUIDED.get(action.topic, ""),
                "retire": words[2] if words[:2] == ["shoes", "retire"] else "",
            }
        )
    return shown


def _saved_entries() -> list[StoredEntry]:
    """Return the entries that the page before has stored, as the address names them."""
    wanted = {int(one) for one in request.args.get("saved", "").split("-")[:_MOST_SAVED] if one.isdecimal()}
    return [stored for stored in context.journal().entries() if stored.id in wanted] if wanted else []


@blueprint.post("/rate")
def rate() -> Any:  # noqa: ANN401 - a redirect, or the page with what is wrong
    """Store what the form says; sent twice, it is stored once."""
    journal = context.journal()
    try:
        with forms.sent_once(context.site().keys, context.now()) as (moment, is_first):
            entries = rating.entries_from_form(journal, moment)
            with journal.as_one_change("add_entry"):
                ids = [_log_once(journal, entry, is_first=is_first) for entry in entries]
    except BadInput as error:
        return show(context.error_text(error)), 400
    return redirect(url_for("now.show", saved="-".join(map(str, ids))), 303)


def _log_once(journal: Journal, entry: Entry, *, is_first: bool) -> int:
    """Store an entry; of a form that was sent before, return the id of the entry that it has made.

    Of a form that is sent several times at once, the first need not be the one that stores it.
    """
    try:
        return journal.log(entry)
    except BadInput:
        for stored in journal.entries():
            other = stored.entry
            is_same = (other.moment, other.area, other.side) == (entry.moment, entry.area, entry.side)
            if is_same and (not is_first or other == entry):
                return stored.id
        raise


@blueprint.post("/undo")
def undo() -> Response:
    """Take back the entries that a rating has stored."""
    for entry_id in forms.wholes("entry"):
        with suppress(NotFound):  # the form was sent twice
            context.journal().remove_entry(entry_id)
    return redirect(url_for("now.show", done="undone"), 303)


@blueprint.post("/alerts")
def change_alerts() -> Response:
    """Dismiss alerts, or hear of them again in a week."""
    alerts, numbers = context.journal().alerts, forms.wholes("alert")
    if forms.text("do") == "snooze":
        alerts.snooze(numbers, context.now() + SNOOZE, context.now())
    elif forms.text("do") == "wake":
        alerts.wake(numbers)
    else:
        alerts.acknowledge(numbers, context.now())
    return redirect(url_for("now.show", _anchor="alerts"), 303)
