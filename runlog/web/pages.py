"""List the pages and the tabs that lead to them."""

from __future__ import annotations

from typing import NamedTuple

from runlog.i18n import N_
from runlog.web import calendar, devices, look, now, runs


class Tab(NamedTuple):
    """A tab of the navigation: the endpoint that it opens, and its words."""

    endpoint: str
    label: str


TABS = (
    Tab("now.show", N_("Now")),
    Tab("calendar.show", N_("Calendar")),
    Tab("runs.show", N_("Runs")),
)
BLUEPRINTS = (look.blueprint, devices.blueprint, now.blueprint, calendar.blueprint, runs.blueprint)
