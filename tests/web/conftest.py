"""A copy of the sample season, its pages, and a client at the computer itself."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from made_home import add

import runlog
from runlog.model import Activity, Entry
from runlog.web import uploads
from runlog.web.app import create_app
from runlog.web.context import Site
from runlog.web.forms import Keys
from runlog.web.pairing import Devices
from runlog.web.security import Access
from runlog.web.shared import SharedJournal

#: Half an hour after the season's last run, which nobody has rated yet.
NOW = datetime(2026, 11, 15, 10, 20, tzinfo=UTC)
PHONE = {"REMOTE_ADDR": "192.0.2.33"}
PHONE_ORIGIN = "http://192.0.2.7:8421"


class Clock:
    """The time that the pages go by."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class Pages:
    """A client of the pages, as a browser on the computer itself is."""

    def __init__(self, app):
        self.app = app
        self.client = app.test_client()

    def get(self, path, **more):
        return self.client.get(path, base_url="http://localhost:8421", **more)

    def text(self, path):
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path, data=None, **more):
        headers = {"Origin": "http://localhost:8421", "Sec-Fetch-Site": "same-origin"} | more.pop(
            "headers", {}
        )
        return self.client.post(path, data=data, base_url="http://localhost:8421", headers=headers, **more)

    def key(self, path="/"):
        return re.search(r'name="key" value="([^"]+)"', self.text(path))[1]

    def phone(self, method, path, **more):
        headers = {"Origin": PHONE_ORIGIN} | more.pop("headers", {})
        return self.client.open(
            path, method=method, base_url=PHONE_ORIGIN, environ_base=PHONE, headers=headers, **more
        )


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def home(sample_web_home):
    return sample_web_home


@pytest.fixture
def sample_web_home(sample_home, tmp_path):
    """The sample season without its last rating."""
    folder = tmp_path / "season"
    shutil.copytree(sample_home, folder)
    with runlog.open(folder) as journal:
        for stored in journal.entries():
            if stored.entry.moment > NOW:
                journal.remove_entry(stored.id)
    return folder


@pytest.fixture
def small_home(made_once, tmp_path):
    """One run and one rating, for what does not depend on what there is."""

    def fill(folder):
        with runlog.open(folder) as journal:
            start = NOW - timedelta(minutes=90)
            add(
                journal,
                "/w/1.fit",
                Activity(start, 3600.0, "running", name="Long run", utc_offset_s=0, distance_m=9e3),
            )
            journal.log(Entry(start - timedelta(days=1), 0, soreness=3.0))

    folder = tmp_path / "home"
    shutil.copytree(made_once("small-web-home", fill), folder)
    return folder


@pytest.fixture(scope="session")
def unused_apps():
    """The applications that no test uses: their addresses and templates are made ready only once."""
    return []


@pytest.fixture
def make_app(clock, unused_apps):
    """Makes the application of a site, or takes one that served another site before."""
    used = []

    def make(shared, access):
        app = unused_apps.pop() if unused_apps else create_app(shared, access, now=clock)
        app.extensions["runlog"] = Site(shared, access, Keys(shared.folder), clock)
        used.append(app)
        return app

    yield make
    unused_apps.extend(used)


@pytest.fixture
def make_pages(make_app):
    """Makes the pages of a home; closed at the end."""
    opened = []

    def make(home):
        uploads.prepare_folder(home)
        shared = SharedJournal(home)
        opened.append(shared)
        access = Access(Devices(home), frozenset({"192.0.2.7"}), origin=PHONE_ORIGIN)
        return Pages(make_app(shared, access))

    yield make
    for shared in opened:
        shared.close()


@pytest.fixture(scope="module")
def season_to_read(sample_home, tmp_path_factory):
    """The pages of the sample season with its last rating, to be read only: worked out once for all."""
    home = shutil.copytree(sample_home, tmp_path_factory.mktemp("to-read") / "home")
    uploads.prepare_folder(home)
    shared = SharedJournal(home)
    shared.facts()  # what watches for changes is open until the end
    access = Access(Devices(home), frozenset(), origin=PHONE_ORIGIN)
    yield Pages(create_app(shared, access, now=Clock()))
    shared.close()


@pytest.fixture
def season_pages(sample_web_home, make_pages):
    """The pages of the sample season, whose last run is not rated."""
    return make_pages(sample_web_home)


@pytest.fixture
def pages(home, make_pages):
    return make_pages(home)


@pytest.fixture
def entries(home):
    """Reads the diary as it is now."""

    def read():
        with runlog.open(home) as journal:
            return journal.entries()

    return read
