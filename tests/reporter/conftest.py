"""Small histories for the reporter's tests."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from made_diary import MONDAY, Diary, made_season


@pytest.fixture
def diary():
    """An empty diary to fill."""
    return Diary()


@pytest.fixture
def at():
    """The moment so many days after Monday, 2 March 2026, at an hour (UTC)."""
    return lambda day, hour=20: MONDAY.replace(hour=0) + timedelta(days=day, hours=hour)


@pytest.fixture
def season():
    """Makes the diary of half a year."""
    return made_season


@pytest.fixture(scope="session")
def full_season():
    """Half a year of one runner."""
    return made_season().history()


@pytest.fixture(scope="session")
def sample_history(sample_home, tmp_path_factory):
    """The committed sample season as a History."""
    import runlog

    home = shutil.copytree(sample_home, tmp_path_factory.mktemp("sample") / "home")
    with runlog.open(home) as journal:
        return journal.history()


@pytest.fixture(scope="session")
def sample_week(sample_history):
    """Builds a week of the sample season in a language; each only once."""
    from runlog.reporter.weekly import build_week

    @cache
    def week(name="2026-W46", language="en"):
        settings = replace(sample_history.settings, language=language)
        return build_week(replace(sample_history, settings=settings), name)

    return week


@pytest.fixture(scope="session")
def sample_page(sample_week, made_once):
    """Gives the page of such a week; each is drawn only once for all workers."""
    from runlog.reporter.render import render_page

    def page(name, language="en"):
        def fill(folder):
            (folder / "page.html").write_text(render_page(sample_week(name, language)), encoding="utf-8")

        return (made_once(f"page-{name}-{language}", fill) / "page.html").read_text(encoding="utf-8")

    return page


@pytest.fixture(scope="session")
def season_week(full_season):
    """The last week of the full season."""
    from runlog.reporter.weekly import build_week

    return build_week(full_season, "2026-W35")


@pytest.fixture(scope="session")
def season_page(season_week, made_once):
    """Its page."""
    from runlog.reporter.render import render_page

    def fill(folder):
        (folder / "page.html").write_text(render_page(season_week), encoding="utf-8")

    return (made_once("page-season", fill) / "page.html").read_text(encoding="utf-8")
