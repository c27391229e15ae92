"""Synthetic recordings for the importers' tests."""

from __future__ import annotations

import pytest
from fit_bytes import FitWriter

from runlog.settings import Settings


@pytest.fixture
def fit_writer():
    return FitWriter


@pytest.fixture
def run_fit():
    """Return a run of two minutes."""
    return FitWriter().begin().records(121).session(120).close()


@pytest.fixture
def settings():
    return Settings(timezone="Europe/Berlin")
