"""Show the first page: rate a run in two taps, and below it the week, what to change, and the alerts."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from runlog import alert_states, units
from runlog.analysis.warmup import RECORDED
from runlog.errors import BadInput, NotFound
from runlog.i18n import N_, _
from runlog.localtime import at_offset
from runlog.model import SEVERITIES, Area
from runlog.reporter import guidance
from runlog.reporter.alerts import needs_clinician
from runlog.reporter.weekly import build_week, current_week
from runlog.web import body, context, forms, guided, rating, words

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from runlog.records import StoredAlert, StoredEntry
    from runlog.reporter.weekly import Week

blueprint = Blueprint("now", __name__)

#: What depends on the moment is made anew after so many minutes.
_SLOT_MINUTES = 10
SNOOZE = timedelta(days=7)
_MOST_SAVED = 12
#: What is said of what the page before has done.
_SAID = {"undone": N_("Taken back."), "before": guided.BEFORE.done, "after": guided.AFTER.done}


@blueprint.get("/")
def show() -> Any:  # noqa: ANN401 - a page
    """Show the form of a rating, the week, what to change and the alerts."""
    return _page(forms.parse_whole(request.args.get("run", "")))


def _page(run_id: int | None, problem: str = "", status: int = 200) -> Any:  # noqa: ANN401 - a page, or one with a status
    history = context.history()
    free = bool(request.args.get("free"))
    question = rating.next_question(history, context.now(), run_id, without_run=free)
    week = this_week()
    page = render_template(
        "now.html",
        question=question,
        run=None if question.run is None else _run_line(question.run),
        week=week,
        today=history.clock.day(context.now()),
        trials=[trial for trial in week.trials if trial.next_day == history.clock.day(context.now())],
        alerts=open_alerts(),
        clinician=guidance.clinician_advice() if week.see_clinician else None,
        saved=_saved_entries(),
        areas=list(Area),
        figure=body.figure_sides(),
        said=_(_SAID.get(request.args.get("done", ""), "")),
        problem=problem,
        sent=request.form,
        heading=_heading(question),
    )
    return (page, status) if status != 200 else page  # noqa: PLR2004 - HTTP's OK


def _heading(question: rating.Question) -> str:
    area = units.area(question.area)
    if question.run is None:
        return _("How sore is your {area} now?").format(area=area)
    return _("How sore is your {area}?").format(area=area)


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


def this_week() -> Week:
    """Return the facts of the week that is not over yet, made once per change and ten minutes."""
    history, moment = context.history(), context.now()
    return context.facts().get(
        "week", slot(), lambda: build_week(history, current_week(history, moment), moment)
    )


def open_alerts() -> list[StoredAlert]:
    """Return the alerts that are open, the most severe first, and note which have come or gone."""
    history, moment, journal = context.history(), context.now(), context.journal()
    stored = context.facts().get("alerts", slot(), lambda: journal.alerts.update(history, moment))
    shown = [
        alert for alert in stored if alert_states.is_open(alert, moment) and not needs_clinician(alert.kind)
    ]
    return sorted(shown, key=lambda alert: (SEVERITIES.index(alert.severity), alert.id))


def _saved_entries() -> list[StoredEntry]:
    """Return the entries that the page before has stored, as the address names them."""
    wanted = {int(one) for one in request.args.get("saved", "").split("-")[:_MOST_SAVED] if one.isdecimal()}
    return [stored for stored in context.journal().entries() if stored.id in wanted] if wanted else []


@blueprint.post("/rate")
def rate() -> Any:  # noqa: ANN401 - a redirect, or the page with what is wrong
    """Store what the form says; sent twice, it is stored once."""
    journal, keys = context.journal(), context.site().keys
    key = forms.text("key")
    moment, is_first = keys.claim(key, context.now())
    try:
        entries = rating.entries_from_form(journal, moment)
        ids = [_log_once(journal, entry, is_first=is_first) for entry in entries]
    except BadInput as error:
        keys.release(key)
        return _page(forms.whole("run"), str(error), 400)
    return redirect(url_for("now.show", saved="-".join(map(str, ids))), 303)


def _log_once(journal: Any, entry: Any, *, is_first: bool) -> int:  # noqa: ANN401 - a Journal and an Entry
    """Store an entry; of a form that was sent before, return the id of the entry that it has made."""
    try:
        return int(journal.log(entry))
    except BadInput:
        for stored in () if is_first else journal.entries():
            if (stored.entry.moment, stored.entry.area) == (entry.moment, entry.area):
                return int(stored.id)
        raise


@blueprint.post("/undo")
def undo() -> Response:
    """Take back the entries that a rating has stored."""
    for entry_id in forms.wholes("entry"):
        with suppress(NotFound):  # the form was sent twice
            context.journal().remove_entry(entry_id)
    return redirect(url_for("now.show", done="undone"), 303)


@blueprint.post("/alerts/<int:number>")
def change_alert(number: int) -> Response:
    """Dismiss an alert, or hear of it again in a week."""
    alerts = context.journal().alerts
    if forms.text("do") == "snooze":
        alerts.snooze([number], context.now() + SNOOZE, context.now())
    elif forms.text("do") == "wake":
        alerts.wake([number])
    else:
        alerts.acknowledge([number], context.now())
    return redirect(url_for("now.show", _anchor="alerts"), 303)
