"""A sync is started in the browser; it runs in the background, once, and shows no key."""

from __future__ import annotations

import re
import sys
import time
from datetime import date, timedelta

import made_clouds
import pytest
from made_clouds import GARMIN_KEY, Cloud, outings, status

import runlog
from runlog.sync import http


@pytest.fixture
def home(small_home):
    return small_home


@pytest.fixture
def cloud(monkeypatch):
    """Both services on this machine; a key for Garmin alone."""
    made_clouds.forbid_the_network(monkeypatch)
    monkeypatch.setattr(http, "_INITIAL_BACKOFF_S", 0.001)
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv("INTERVALS_API_KEY", raising=False)
    monkeypatch.setenv("GARMIN_PERSONAL_API_KEY", GARMIN_KEY)
    with made_clouds.served(Cloud(outings=outings(3, last=date(2026, 11, 13)))) as served:
        monkeypatch.setenv("GARMIN_PERSONAL_API_BASE_URL", served.url)
        monkeypatch.setenv("INTERVALS_API_BASE_URL", served.url)
        yield served


def sync(pages, key=None):
    """Press "Sync now", wait until it is done, and return the last page."""
    answer = pages.post("/sync", {"key": key or pages.key("/add")})
    assert answer.status_code == 303, answer.text
    for _ in range(600):
        page = pages.text(answer.headers["Location"])
        assert GARMIN_KEY not in page
        if "http-equiv" not in page:
            return page
        time.sleep(0.02)
    raise AssertionError("it never ends")


def test_runs_are_fetched_and_the_last_sync_is_said(pages, cloud):
    before = pages.text("/add")
    assert "never synced" in before
    assert "runlog sync intervals --set-key" in before
    assert "runlog sync garmin --set-key" not in before
    page = sync(pages)
    assert "Synced" in page
    assert "runs added" in page
    assert "Run 2" in page
    after = pages.text("/add")
    assert "last sync" in after
    assert "3 activities" in after
    assert GARMIN_KEY not in before + after
    assert cloud.count("/download-service") == 3
    assert "nothing new" in sync(pages)


def test_a_form_that_is_sent_twice_syncs_once(pages, cloud):
    cloud.slow_s = 0.05
    key = pages.key("/add")
    first = pages.post("/sync", {"key": key})
    again = pages.post("/sync", {"key": key})
    other = pages.post("/sync", {"key": pages.key("/add")})
    assert first.headers["Location"] == again.headers["Location"] == other.headers["Location"]
    sync(pages, key)
    assert cloud.count("/download-service") == 3


def test_a_form_of_a_server_that_has_ended_starts_nothing(home, make_pages, cloud, monkeypatch):
    pages = make_pages(home)
    key = pages.key("/add")
    sync(pages, key)
    cloud.calls.clear()
    monkeypatch.setattr("runlog.web.add.JOBS", type(runlog.web.jobs.JOBS)())
    answer = make_pages(home).post("/sync", {"key": key})
    assert answer.headers["Location"] == "/add"
    assert cloud.calls == []


def test_without_a_key_it_is_said_how_to_set_one(pages, cloud, monkeypatch):
    monkeypatch.delenv("GARMIN_PERSONAL_API_KEY")
    page = pages.text("/add")
    assert "Sync now" not in page
    assert "runlog sync garmin --set-key" in page
    answer = pages.post("/sync", {"key": "k" * 22})
    assert answer.status_code == 400
    assert "runlog sync garmin --set-key" in answer.text
    assert pages.post("/sync", {"key": "k"}).status_code == 400
    assert cloud.calls == []


def test_a_key_that_is_refused_and_what_cannot_be_read_are_said(pages, cloud):
    cloud.faults["/download-service"].append(made_clouds.web_page)
    page = sync(pages)
    assert "Not fetched, or not wholly" in page
    assert "something else than a recording" in page
    assert "1 activity could not be read" in pages.text("/add")
    cloud.garmin_key = "another"
    page = sync(pages)
    assert "does not accept the key" in page
    assert "no longer accepts the key" in pages.text("/add")


def test_a_service_that_is_down_is_said(pages, cloud):
    cloud.faults["/"].extend([status(503)] * 50)
    assert "Not fetched, or not wholly" in sync(pages)
    assert "never synced" in pages.text("/add")


def test_what_a_service_says_is_in_german_on_german_pages(pages, home, cloud):
    (home / "config.toml").write_text('language = "de"\n')
    cloud.faults["/download-service"].append(made_clouds.web_page)
    page = sync(pages)
    assert "hat etwas anderes als eine Aufzeichnung geschickt" in page
    assert re.search(r"vom \d{4}-\d\d-\d\d \(", page)
    cloud.faults["/"].extend([status(503)] * 50)
    assert "ist nicht zu erreichen: die Antwort 503" in sync(pages)
    cloud.faults.clear()
    cloud.garmin_key = "another"
    assert "nimmt den Schlüssel nicht an" in sync(pages)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-1, "The key for Garmin Connect ended on"),
        (0, "The key for Garmin Connect ends on"),
        (14, "The key for Garmin Connect ends on"),
        (15, "The key is good until"),
    ],
)
@pytest.mark.usefixtures("cloud")
def test_the_end_of_a_key_is_said(pages, home, clock, days, said):
    with runlog.open(home) as journal:
        journal.clouds.set_key("garmin", GARMIN_KEY, expires=clock.now.date() + timedelta(days=days))
    page = pages.text("/add")
    assert said in page
    assert GARMIN_KEY not in page


@pytest.mark.usefixtures("cloud")
def test_keys_that_others_can_read_stop_no_upload(pages, home):
    (home / "keys.toml").write_text(f'intervals = "{GARMIN_KEY}"\n', encoding="utf-8")
    (home / "keys.toml").chmod(0o644)
    page = pages.text("/add")
    assert "keys.toml" in page
    assert 'type="file"' in page
    assert str(home) not in page
    assert GARMIN_KEY not in page
    assert pages.post("/sync", {"key": "k" * 22}).status_code == 400


def test_another_page_cannot_start_a_sync(pages, cloud):
    headers = {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"}
    assert pages.post("/sync", {"key": "k" * 22}, headers=headers).status_code == 403
    assert cloud.calls == []
