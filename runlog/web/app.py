"""Make the Flask application: check each request, answer it in the runner's language, close the journal."""

from __future__ import annotations

import logging
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, g, render_template, request
from jinja2 import ChoiceLoader, PackageLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from runlog import units
from runlog.errors import BadInput, NotFound, RunlogError
from runlog.i18n import N_, _, current_language, ngettext, use_language
from runlog.reporter.render.as_html import clean_output
from runlog.web import (
    add,
    calendar,
    changes,
    context,
    devices,
    forms,
    guided,
    links,
    look,
    more,
    now,
    preferences,
    routes,
    runs,
    security,
    shoes,
    trials,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlog.web.security import Access
    from runlog.web.shared import SharedJournal

#: No form is larger; a page that takes files says so itself.
MAX_FORM_BYTES = 64 * 2**10
MAX_FORM_PARTS = 100

#: The tabs of the navigation: the endpoint that each opens, and its words.
_TABS = (
    ("now.show", N_("Now")),
    ("calendar.show", N_("Calendar")),
    ("links.show", N_("Links")),
    ("shoes.show", N_("Shoes")),
    ("more.show", N_("More")),
)
#: The pages under "More": the endpoint, its words, and what it is for.
_LINKS = (
    ("add.show", N_("Add"), N_("files, folders and archives from watches and apps")),
    ("runs.show", N_("Runs"), N_("all runs and other activities, each with its map")),
    ("trials.show", N_("Trials"), N_("test with a coin what makes the difference")),
    ("more.reports", N_("Reports"), N_("each week on a page")),
    ("more.load", N_("Load"), N_("week by week")),
    ("routes.show", N_("Routes"), N_("which ones, and how often")),
    ("preferences.show", N_("Settings"), N_("language, distances, heart rates, quiet hours")),
    ("devices.show", N_("Devices"), N_("pair a phone, or let one in no longer")),
)
_PAGES = (
    *(look, devices, now, calendar, runs, links, trials),
    *(shoes, more, guided, add, preferences, routes, changes),
)

_TITLES = {
    HTTPStatus.BAD_REQUEST: N_("That cannot be taken"),
    HTTPStatus.FORBIDDEN: N_("Not allowed"),
    HTTPStatus.NOT_FOUND: N_("There is no such page"),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("There is no such page"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("That is too large"),
    HTTPStatus.TOO_MANY_REQUESTS: N_("Too many tries"),
}
_OUR_FAULT = N_("Something went wrong here")


def create_app(shared: SharedJournal, access: Access, *, now: Callable[[], datetime] | None = None) -> Flask:
    """Return the application for one journal; ``now`` gives the current moment, aware."""
    app = Flask(__name__)
    app.request_class = forms.HomeRequest
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM_BYTES, MAX_FORM_PARTS=MAX_FORM_PARTS)
    clock = now or (lambda: datetime.now(UTC).replace(microsecond=0))
    app.extensions["runlog"] = context.Site(shared, access, forms.Keys(shared.folder), clock)
    _set_up_templates(app)
    app.before_request(_begin)
    app.after_request(security.add_headers)
    app.teardown_request(_end)
    app.register_error_handler(Exception, _explain)
    for page in _PAGES:
        app.register_blueprint(page.blueprint)
    return app


def _set_up_templates(app: Flask) -> None:
    # The style sheet takes the colours and the type from the report's.
    app.jinja_loader = ChoiceLoader([PackageLoader("runlog.web"), PackageLoader("runlog.reporter")])
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.finalize = clean_output
    environment.globals |= {"_": _, "ngettext": ngettext, "units": units, "language": current_language}
    environment.globals |= {"new_key": forms.new_key, "tabs": _TABS, "context": context}
    environment.globals |= {"describe_entry": units.describe_entry, "links": _LINKS}
    environment.globals |= {"changed": changes.shown, "place": changes.place, "undone": changes.is_undone}


def _begin() -> None:
    site = context.site()
    language = "en"
    with suppress(BadInput):  # a broken config.toml is told by the page that reads it
        language = site.shared.settings().language
    g.language = use_language(language)
    g.language.__enter__()
    site.access.check(site.now())


def _end(_error: BaseException | None) -> None:
    opened = g.pop("journal", None)
    if opened is not None:
        opened.close()
    language = g.pop("language", None)
    if language is not None:
        language.__exit__(None, None, None)


def _explain(error: Exception) -> tuple[str, int] | Response | tuple[str, int, dict[str, str]]:
    """Answer with a page that says what is wrong, and nothing of this computer."""
    status, message = _status_of(error)
    title = _(_TITLES.get(status, _OUR_FAULT))
    headers = {"Retry-After": "60"} if status == HTTPStatus.TOO_MANY_REQUESTS else {}
    if request.accept_mimetypes.best == "application/json":
        return message, status, headers
    page = render_template("error.html", title=title, message=message, own=g.get("own", False))
    return page, status, headers


def _status_of(error: Exception) -> tuple[HTTPStatus, str]:
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        ours = error.description not in {type(error).description, None}
        return status, _(str(error.description)) if ours else ""
    if isinstance(error, NotFound):
        return HTTPStatus.NOT_FOUND, context.error_text(error)
    if isinstance(error, BadInput):
        return HTTPStatus.BAD_REQUEST, context.error_text(error)
    if isinstance(error, RunlogError):
        return HTTPStatus.SERVICE_UNAVAILABLE, context.error_text(error)
    where = "".join(traceback.format_tb(error.__traceback__)[-1:]).strip().partition("\n")[0]
    logging.getLogger("runlog").error(
        "a page could not be made: %s: %s (%s)", type(error).__name__, error, where
    )
    return HTTPStatus.INTERNAL_SERVER_ERROR, _("Nothing was stored. The terminal says where it went wrong.")
