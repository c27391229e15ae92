"""Give the pages what they share: the journal of the request, the history, the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app, g

from runlog import units

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.journal import Journal
    from runlog.records import StoredEntry
    from runlog.settings import Settings
    from runlog.web.forms import Keys
    from runlog.web.security import Access
    from runlog.web.shared import Facts, SharedJournal


@dataclass(frozen=True, slots=True)
class Site:
    """What one application serves: whose journal, to whom, and what the clock says."""

    shared: SharedJournal
    access: Access
    keys: Keys
    now: Callable[[], datetime]


def site() -> Site:
    """Return the site of this request."""
    return cast("Site", current_app.extensions["runlog"])


def journal() -> Journal:
    """Return the journal, open until this request ends."""
    if "journal" not in g:
        g.journal = site().shared.open()
    return cast("Journal", g.journal)


def facts() -> Facts:
    """Return the history with what was made of it, the same throughout this request."""
    if "facts" not in g:
        g.facts = site().shared.facts()
    return cast("Facts", g.facts)


def history() -> History:
    """Return the history."""
    return facts().history


def entries() -> list[StoredEntry]:
    """Return all entries as they were when the history was built, read once per change."""
    return facts().get("entries", None, lambda: journal().entries())


def settings() -> Settings:
    """Return the runner's settings."""
    return site().shared.settings()


def error_text(error: Exception) -> str:
    """Return the text of an error for a page: a sentence, without where the home is on this computer."""
    return units.capital(site().shared.without_folder(str(error)))


def now() -> datetime:
    """Return the current moment, in UTC and whole seconds; the same throughout this request."""
    if "now" not in g:
        g.now = site().now()
    return cast("datetime", g.now)


def local_now() -> datetime:
    """Return the current moment on the runner's clock, or in the zone of the settings."""
    return now().astimezone(settings().zone)
