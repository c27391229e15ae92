"""Months, days, and an entry that is changed or deleted."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def home(small_home):
    return small_home


def test_a_month_shows_ratings_and_runs(season_pages):
    page = season_pages.text("/calendar?month=2026-10")
    assert "Oct 2026" in page
    assert page.count('class="ran yes"') > 10
    assert page.count('<span class="rating">') >= 31
    assert "month=2026-09" in page
    assert "month=2026-11" in page


@pytest.mark.parametrize("month", ["2026-13", "x", "0001-01", "1989-12", "2026-1", "9999-12", "2026-06-01"])
def test_there_is_no_such_month(pages, month):
    assert pages.get(f"/calendar?month={month}").status_code == 404


@pytest.mark.parametrize("day", ["2026-02-30", "x", "1989-12-31", "9999-12-31"])
def test_there_is_no_such_day(pages, day):
    assert pages.get(f"/day/{day}").status_code == 404


@pytest.mark.parametrize("month", ["1990-01", "2026-12", "9998-12"])
def test_months_without_anything_are_shown(pages, month):
    pages.text(f"/calendar?month={month}")


def test_an_entry_is_changed_and_deleted(pages, entries):
    page = pages.text("/day/2026-11-14")
    number = re.search(r"/entries/(\d+)", page)[1]
    before = entries()[0].entry
    fields = {"soreness": "6", "area": "neck", "strength": "yes", "strength_min": "20", "note": "a\r\nb"}
    assert pages.post(f"/entries/{number}", fields).status_code == 303
    changed = entries()[0].entry
    assert (changed.soreness, changed.area, changed.strength_min, changed.note) == (6.0, "neck", 20.0, "a\nb")
    assert (changed.moment, changed.run) == (before.moment, before.run)
    answer = pages.post(f"/entries/{number}", {"soreness": "6", "area": "neck", "desk_hours": "99"})
    assert answer.status_code == 400
    assert "from 0 to 24" in answer.text
    assert pages.post(f"/entries/{number}/delete").status_code == 303
    assert entries() == []
    assert pages.get(f"/entries/{number}").status_code == 404
    assert pages.post(f"/entries/{number}/delete").status_code == 404
