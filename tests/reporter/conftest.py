"""Small histories for the reporter's tests."""

from __future__ import annotations

import shutil
from datetime import timedelta

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
