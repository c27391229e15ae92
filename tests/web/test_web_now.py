"""A run is rated in two taps, once, as ``runlog log`` stores it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import runlog
from runlog.errors import BadInput
from runlog.model import Area, Entry, Side
from runlog.web import now


@pytest.fixture
def home(small_home):
    return small_home


def rate(pages, **fields):
    run = re.search(r'name="run" value="([^"]*)"', pages.text("/"))[1]
    return pages.post("/rate", {"key": pages.key(), "run": run, "area": "upper_back"} | fields)


def test_the_newest_run_asks_for_its_rating(season_pages):
    page = season_pages.text("/")
    assert "How sore is your upper back?" in page
    assert "Long run by the river" in page
    assert "run ended 30 minutes ago" in page
    assert "Pacer 3" in page[page.index("What to change") :]


def test_two_taps_store_what_runlog_log_stores(pages, entries, home, clock, monkeypatch):
    from click.testing import CliRunner

    from runlog.cli import base, main

    answer = rate(pages, soreness="4", warmup="", cooldown="", shoe="")
    assert answer.status_code == 303
    tapped = entries()[-1]
    with runlog.open(home) as journal:
        journal.remove_entry(tapped.id)
    monkeypatch.setattr(base, "now", clock)
    CliRunner().invoke(main, ["--home", str(home), "log", "4"], catch_exceptions=False)
    typed = entries()[-1]
    assert replace(typed, id=tapped.id) == tapped


def test_it_says_back_what_was_stored_and_takes_it_back(pages, entries):
    before = entries()
    answer = rate(pages, soreness="4", warmup="no", cooldown="yes", note="stiff <b>")
    page = pages.text(answer.headers["Location"])
    assert "upper back 4 of 10, no warm-up, cool-down, note &#39;stiff &lt;b&gt;&#39;" in page
    assert "no run is waiting" not in page
    stored = re.findall(r'name="entry" value="(\d+)"', page)
    assert pages.post("/undo", {"entry": stored}).status_code == 303
    assert pages.post("/undo", {"entry": stored}).status_code == 303, "also when it is sent twice"
    assert entries() == before
    assert "How sore is your upper back?" in pages.text("/")


def test_sent_twice_it_is_one_entry(pages, entries, clock):
    before = len(entries())
    key = pages.key()
    data = {"key": key, "run": "1", "soreness": "3", "area": "upper_back"}
    first = pages.post("/rate", data)
    clock.now += timedelta(seconds=9)
    second = pages.post("/rate", data)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(entries()) == before + 1


def test_sent_many_times_at_once_it_is_one_entry(pages, make_pages, home, entries):
    before = len(entries())
    data = {"key": pages.key(), "soreness": "3", "area": "upper_back"}
    each = [make_pages(home) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: one.post("/rate", data), each))
    assert {answer.status_code for answer in answers} == {303}
    assert len(entries()) == before + 1


def test_of_a_form_sent_twice_at_once_the_second_may_store_it_first(home):
    entry = Entry(datetime(2026, 11, 15, 10, 20, tzinfo=UTC), 0, soreness=3.0, area=Area.KNEE, side=Side.LEFT)
    with runlog.open(home) as journal:
        right = now._log_once(journal, replace(entry, side=Side.RIGHT), is_first=True)
        by_the_second = now._log_once(journal, entry, is_first=False)
        assert now._log_once(journal, entry, is_first=True) == by_the_second != right
        with pytest.raises(BadInput):
            now._log_once(journal, replace(entry, soreness=4.0), is_first=True)


def test_a_server_started_anew_knows_the_form(pages, make_pages, home, entries, clock):
    before = len(entries())
    data = {"key": pages.key(), "soreness": "3", "area": "upper_back"}
    pages.post("/rate", data)
    clock.now += timedelta(minutes=1)
    make_pages(home).post("/rate", data)
    assert len(entries()) == before + 1


def test_several_areas_are_an_entry_each(pages, entries):
    rate(pages, soreness="5", area=["neck", "shoulder"], warmup="yes")
    first, second = entries()[-2:]
    assert {first.entry.area, second.entry.area} == {Area.NECK, Area.SHOULDER}
    assert [stored.entry.warmup for stored in (first, second)] in ([True, None], [None, True])
    assert first.entry.moment == second.entry.moment


def test_the_side_of_an_area_is_noted(pages, entries):
    answer = rate(pages, soreness="5", area="knee", side="left")
    assert entries()[-1].entry.side == "left"
    assert "left knee 5 of 10" in pages.text(answer.headers["Location"])
    rate(pages, soreness="5", area="neck", side="up")
    assert entries()[-1].entry.side is None


def test_a_rating_of_another_time(pages, entries):
    data = {"soreness": "6", "area": "neck", "key": pages.key("/?free=1"), "at": "2026-11-12T07:30"}
    assert pages.post("/rate", data | {"at": "2026-11-16T07:30"}).status_code == 400
    assert pages.post("/rate", data | {"at": "soon"}).status_code == 400
    assert pages.post("/rate", data).status_code == 303
    (stored,) = [one for one in entries() if one.entry.area == "neck"]
    local = stored.entry.moment + timedelta(seconds=stored.entry.utc_offset_s)
    assert f"{local:%Y-%m-%d %H:%M}" == "2026-11-12 07:30"


def test_several_areas_are_undone_in_one_go(pages, home, entries):
    before = entries()
    rate(pages, soreness="5", area=["neck", "shoulder"])
    with runlog.open(home) as journal:
        journal.undo()
    assert entries() == before


def test_yesterday_is_that_evening(pages, entries, clock):
    pages.post("/rate", {"key": pages.key("/?free=1"), "soreness": "2", "when": "yesterday", "area": "ankle"})
    (stored,) = [one for one in entries() if one.entry.area is Area.ANKLE]
    local = stored.entry.moment + timedelta(seconds=stored.entry.utc_offset_s)
    assert (local.hour, local.minute) == (20, 0)
    assert clock.now - stored.entry.moment < timedelta(hours=48)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Tap a number first"),
        ({"soreness": "11"}, "no number from 0 to 10"),
        ({"soreness": "nan"}, "no number from 0 to 10"),
        ({"soreness": "<script>"}, "no number from 0 to 10"),
        ({"soreness": "3", "desk_hours": "25"}, "no number from 0 to 24"),
        ({"soreness": "3", "note": "x" * 4001}, "too long"),
        ({"soreness": "3", "key": "x"}, "incomplete"),
        ({"soreness": "3", "key": "../../etc/passwd-----"}, "incomplete"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_stored(pages, entries, fields, words):
    before = entries()
    answer = rate(pages, **fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert "<script>" not in answer.text
    assert entries() == before


def test_what_is_put_right_can_be_sent_again_with_the_same_form(pages, entries):
    before, key = len(entries()), pages.key()
    assert pages.post("/rate", {"key": key, "soreness": "12"}).status_code == 400
    assert pages.post("/rate", {"key": key, "soreness": "2", "area": "neck"}).status_code == 303
    assert len(entries()) == before + 1


def test_a_change_by_another_process_shows_at_the_next_look(pages, home, clock):
    assert "no run is waiting" not in pages.text("/")
    with runlog.open(home) as journal:
        journal.log(Entry(clock.now, 0, soreness=6.0, run=1))
    assert "no run is waiting" in pages.text("/")


def test_an_alert_is_dismissed_or_snoozed(season_pages, sample_web_home):
    def shown(*, put_aside=False):
        page = season_pages.text("/").partition("Dismissed or snoozed")
        return set(re.findall(r'name="alert" value="(\d+)"', page[2 if put_aside else 0]))

    number = min(shown())
    season_pages.post("/alerts", {"alert": number, "do": "dismiss"})
    assert number not in shown()
    assert shown(put_aside=True) == {number}
    season_pages.post("/alerts", {"alert": number, "do": "wake"})
    assert number in shown()
    season_pages.post("/alerts", {"alert": number, "do": "snooze"})
    assert number not in shown()
    with runlog.open(sample_web_home) as journal:
        (alert,) = [one for one in journal.alerts.all() if str(one.id) == number]
    assert alert.snoozed_until is not None
    assert season_pages.post("/alerts", {"alert": "999", "do": "snooze"}).status_code == 404


def test_an_empty_home_says_where_to_begin(make_pages, tmp_path):
    page = make_pages(tmp_path / "new").text("/")
    assert "How sore is your upper back now?" in page
