"""A journal, the services on this machine, and no other machine."""

from __future__ import annotations

import made_clouds
import pytest
from made_clouds import Cloud

import runlog
from runlog.sync.http import Clock


@pytest.fixture(autouse=True)
def nothing_else_is_contacted(monkeypatch):
    """Only this machine is."""
    made_clouds.forbid_the_network(monkeypatch)


@pytest.fixture
def cloud(monkeypatch):
    """Both services, with keys in the environment."""
    with made_clouds.served(Cloud()) as served:
        monkeypatch.setenv("GARMIN_PERSONAL_API_BASE_URL", served.url)
        monkeypatch.setenv("INTERVALS_API_BASE_URL", served.url)
        monkeypatch.setenv("GARMIN_PERSONAL_API_KEY", made_clouds.GARMIN_KEY)
        monkeypatch.setenv("INTERVALS_API_KEY", made_clouds.INTERVALS_KEY)
        yield served


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    monkeypatch.setenv("RUNLOG_HOME", str(folder))
    return folder


@pytest.fixture
def journal(home):
    home.mkdir()
    (home / "config.toml").write_text('timezone = "Europe/Berlin"\n', encoding="utf-8")
    with runlog.open(home) as opened:
        yield opened


class Waiting(Clock):
    """A clock that goes on where somebody waits, and how long they waited."""

    __slots__ = ("waited",)

    def __init__(self):
        waited = []
        super().__init__(waited.append, lambda: sum(waited))
        object.__setattr__(self, "waited", waited)


@pytest.fixture
def clock():
    return Waiting()


@pytest.fixture
def sync(journal, clock):
    """Sync one service at a moment, and return what came of it."""

    def call(service, *, now=made_clouds.NOW, since=None, progress=None):
        (result,) = journal.clouds.sync([service], now=now, since=since, progress=progress, clock=clock)
        return result

    return call
