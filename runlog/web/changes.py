"""Say on the page that follows what was changed by hand, and take it back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, request, url_for

from runlog.errors import BadInput
from runlog.i18n import N_, _
from runlog.web import context, forms, words

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from runlog.records import Change

blueprint = Blueprint("changes", __name__)

#: What was done, by the name of a change; of any other one: SAVED.
SAVED = N_("Saved.")
_SAID = {
    "delete_entry": N_("The entry is deleted."),
    "split_activity": N_("Split."),
    "merge_by_hand": N_("These are one run now."),
    "delete_activities": N_("Deleted."),
    "restore_activities": N_("It is back."),
    "add_shoe": N_("The pair is added."),
    "retire_shoe": N_("The pair is retired; its runs stay with it."),
    "resume_shoe": N_("The pair is in use again."),
    "join_shoes": N_("These names are one pair now."),
    "separate_shoe": N_("These are two pairs again."),
    "delete_shoe": N_("The pair is deleted."),
    "add_shoe_rule": N_("The rule counts from now on, for earlier runs too."),
    "remove_shoe_rule": N_("The rule is removed."),
    "join_routes": N_("These are one route now."),
    "unjoin_route": N_("These are two routes again."),
    "split_route": N_("These runs are a route of their own now."),
    "cancel_trial": N_("The trial is cancelled; its runs and ratings stay."),
}
#: Where an undone change leads whose own page is gone.
_INSTEAD = {"split_route": "/routes", "add_trial": "/trials"}
CHANGED_SINCE = N_("Something else was changed since, so this was not undone.")
_PLACE = re.compile(r"/(?:[\w-]+(?:/[\w-]+)*)?")


def redirect_to(endpoint: str, *, anchor: str | None = None, **values: Any) -> Response:  # noqa: ANN401 - of any page
    """Lead to a page after a change by hand; the page says what was done, with Undo."""
    change = context.journal().last_change()
    if change is not None:
        values["changed"] = _stamp(change)
    return redirect(url_for(endpoint, _anchor=anchor, **values), 303)


def shown() -> tuple[str, str] | None:
    """Return what the page before has changed, and the stamp to undo it by; None where that is over."""
    asked = request.args.get("changed")
    change = context.journal().last_change() if asked else None
    if change is None or _stamp(change) != asked:
        return None
    return _(_SAID.get(change.what, SAVED)), asked


def is_undone() -> bool:
    """Return whether the page before has undone something."""
    return request.args.get("undone") == "1"


def place() -> str:
    """Return the page that an Undo on it leads back to; "" where it may be gone by then."""
    return request.path if _PLACE.fullmatch(request.path) else ""


def last_made() -> str | None:
    """Say when the last change by hand was made; None without one."""
    change = context.journal().last_change()
    if change is None:
        return None
    return words.moment(change.made_at.astimezone(context.settings().zone), context.local_now().date())


@blueprint.post("/undo-last")
def undo() -> Response:
    """Undo the last change by hand, of any kind; where one is named, only if that is the last one."""
    asked, journal = forms.text("changed"), context.journal()
    change = journal.last_change()
    if asked and (change is None or _stamp(change) != asked):
        raise BadInput(_(CHANGED_SINCE))
    journal.undo(change if asked else None)
    place = _INSTEAD.get(change.what, "") if change is not None else ""
    place = place or forms.text("place")
    return redirect(f"{place if _PLACE.fullmatch(place) else url_for('more.show')}?undone=1", 303)


@blueprint.post("/redo-last")
def redo() -> Response:
    """Make the change again that was undone last."""
    context.journal().redo()
    return redirect_to("more.show")


def _stamp(change: Change) -> str:
    return f"{change.made_at.timestamp():.6f}-{change.what}"
