"""List the pages, the tabs that lead to them, and what stands under "More"."""

from __future__ import annotations

from typing import NamedTuple

from runlog.i18n import N_
from runlog.web import (
    add,
    calendar,
    changes,
    devices,
    guided,
    links,
    look,
    more,
    now,
    preferences,
    routes,
    runs,
    shoes,
    trials,
)


class Tab(NamedTuple):
    """A tab of the navigation: the endpoint that it opens, and its words."""

    endpoint: str
    label: str


class Link(NamedTuple):
    """A page under "More": the endpoint, its words, and what it is for."""

    endpoint: str
    label: str
    note: str


TABS = (
    Tab("now.show", N_("Now")),
    Tab("calendar.show", N_("Calendar")),
    Tab("links.show", N_("Links")),
    Tab("shoes.show", N_("Shoes")),
    Tab("more.show", N_("More")),
)
LINKS = (
    Link("add.show", N_("Add"), N_("files, folders and archives from watches and apps")),
    Link("runs.show", N_("Runs"), N_("all runs and other activities, each with its map")),
    Link("trials.show", N_("Trials"), N_("test with a coin what makes the difference")),
    Link("more.reports", N_("Reports"), N_("each week on a page")),
    Link("more.load", N_("Load"), N_("week by week")),
    Link("routes.show", N_("Routes"), N_("which ones, and how often")),
    Link("preferences.show", N_("Settings"), N_("language, distances, heart rates, quiet hours")),
    Link("devices.show", N_("Devices"), N_("pair a phone, or let one in no longer")),
)
BLUEPRINTS = (
    *(look.blueprint, devices.blueprint, now.blueprint, calendar.blueprint, runs.blueprint),
    *(links.blueprint, trials.blueprint, shoes.blueprint, more.blueprint),
    *(guided.blueprint, add.blueprint, preferences.blueprint, routes.blueprint, changes.blueprint),
)
