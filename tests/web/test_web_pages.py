"""Every page of the sample season: links, trials, shoes, routes, load, reports; and their actions."""

from __future__ import annotations

import re
import sqlite3
from datetime import date

import pytest

import runlog

PAGES = (
    "/links",
    "/links?window=48",
    "/links?area=knee",
    "/links/warmup",
    "/links/run_spike",
    "/links/desk_hours",
)
PAGES += (
    "/trials",
    "/shoes",
    "/more",
    "/load",
    "/routes",
    "/reports",
    "/before",
    "/after",
    "/add",
    "/devices",
)


@pytest.mark.parametrize("path", PAGES)
def test_it_is_there_and_holds_no_style_and_no_script_of_its_own(season_to_read, path):
    page = season_to_read.text(path)
    assert not re.search(r'style="|<style|onclick|javascript:|<script(?! src=)', page)
    assert "http://" not in page.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("language", ["en", "de"])
def test_pages_speak_the_language_and_the_unit_of_the_settings(season_pages, sample_web_home, language):
    (sample_web_home / "config.toml").write_text(f'language = "{language}"\nunits = "mi"\n')
    page = season_pages.text("/")
    assert f'<html lang="{language}">' in page
    assert (
        "How sore is your upper back?" if language == "en" else "Oberer Rücken: wie viele Beschwerden?"
    ) in page
    assert "10.7 mi" in page or "10,7 mi" in page
    assert "km" not in re.sub(r"<details.*?</details>", "", season_pages.text("/runs"), flags=re.DOTALL)


def test_an_empty_home_has_every_page(make_pages, tmp_path):
    pages = make_pages(tmp_path / "new")
    for path in ("/", *PAGES, "/runs", "/calendar", "/runs?others=1"):
        pages.text(path)


def test_links_say_when_they_were_settled_and_are_looked_at_again(season_to_read):
    settled = re.compile(r"Settled at \d+ ratings; next review at \d+\.")
    assert settled.search(season_to_read.text("/links"))
    assert settled.search(season_to_read.text("/links/warmup"))


def test_links_say_what_runlog_links_says(season_to_read):
    page = season_to_read.text("/links")
    assert "Runs with a warm-up go with 1.6 points less soreness than runs without." in page
    assert "likely (B)" in page
    page = season_to_read.text("/links/warmup")
    assert page.count("<circle") > 50
    assert 'class="fit"' in page
    assert season_to_read.get("/links/nothing").status_code == 404


def test_a_trial_is_started_followed_and_given_up(season_pages, sample_web_home):
    assert "Start it tomorrow" in season_pages.text("/trials")
    answer = season_pages.post("/trials", {"factor": "warmup"})
    assert answer.status_code == 303
    page = season_pages.text(answer.headers["Location"])
    assert "A warm-up" in page
    assert "pairs of runs are complete" in page
    assert season_pages.post("/trials", {"factor": "warmup"}).status_code == 400, "one at a time"
    assert season_pages.post("/trials", {"factor": "moon"}).status_code == 404
    season_pages.post("/trials/1/cancel")
    with runlog.open(sample_web_home) as journal:
        assert journal.plans.get(1).cancelled is not None
    assert "cancelled" in season_pages.text("/trials/1")
    assert season_pages.get("/trials/2").status_code == 404


def test_todays_arm_stands_on_the_first_page(season_pages, sample_web_home, clock):
    season_pages.post("/trials", {"factor": "warmup"})
    with runlog.open(sample_web_home) as journal:
        first = journal.plans.get(1).runs[0]
    clock.now = clock.now.replace(day=first.day.day, month=first.day.month, hour=5)
    way = "a warm-up" if first.first else "no warm-up"
    assert f"Today the coin says: {way}" in season_pages.text("/")


def test_pairs_are_added_changed_retired_and_taken_up_again(season_pages, sample_web_home):
    def stored(name):
        with runlog.open(sample_web_home) as journal:
            return next((shoe for shoe in journal.shoes.all() if shoe.name == name), None)

    assert (
        season_pages.post("/shoes", {"name": "New <b>", "limit": "600", "start": "12,5"}).status_code == 303
    )
    assert (stored("New <b>").limit_m, stored("New <b>").start_m) == (600_000, 12_500)
    assert "New &lt;b&gt;" in season_pages.text("/shoes")
    season_pages.post("/shoes/edit", {"name": "New <b>", "limit": "", "from": "2026-11-01", "default": "yes"})
    assert stored("New <b>").limit_m is None
    assert stored("New <b>").from_date == date(2026, 11, 1)
    season_pages.post("/shoes/edit", {"name": "Pacer 3", "do": "retire"})
    assert stored("Pacer 3").retired == date(2026, 11, 15)
    season_pages.post("/shoes/edit", {"name": "Pacer 3", "do": "resume"})
    assert stored("Pacer 3").retired is None
    assert season_pages.post("/shoes", {"name": " "}).status_code == 400
    assert season_pages.post("/shoes", {"name": "X", "from": "yesterday"}).status_code == 400
    assert season_pages.post("/shoes/edit", {"name": "No such"}).status_code == 404


def test_a_route_is_named_and_joined(season_pages, sample_web_home):
    season_pages.post("/routes/1/name", {"name": "Park <b>"})
    assert "Park &lt;b&gt;" in season_pages.text("/routes")
    season_pages.post("/routes/1/join", {"other": "2"})
    with runlog.open(sample_web_home) as journal:
        assert journal.routes.names()[1] == "Park <b>"
        assert 2 not in journal.routes.names()
    assert season_pages.post("/routes/99/name", {"name": "x"}).status_code == 404


@pytest.mark.usefixtures("without_charts")
def test_a_report_is_the_weekly_report_without_style_in_it(season_to_read):
    assert "2026-W45" in season_to_read.text("/reports")
    page = season_to_read.text("/reports/2026-W45")
    assert "Day by day" in page
    assert "style=" not in page
    assert "<style" not in page
    assert "--paper" in season_to_read.text("/reports/2026-W45/style.css")
    for name in ("2026-W99", "x", "2030-W01"):
        assert season_to_read.get(f"/reports/{name}").status_code == 404


def test_a_backup_is_handed_out_and_nothing_of_it_is_left(season_pages, sample_web_home, tmp_path):
    answer = season_pages.post("/backup")
    assert "runlog-2026-11-15.db" in answer.headers["Content-Disposition"]
    (tmp_path / "copy.db").write_bytes(answer.data)
    answer.close()
    with sqlite3.connect(tmp_path / "copy.db") as db:
        assert db.execute("SELECT count(*) FROM entry").fetchone()[0] > 100
    db.close()
    assert list((sample_web_home / "web" / "uploads").iterdir()) == []
    assert season_pages.get("/backup").status_code == 405


def test_settings_are_saved_and_what_else_is_in_the_file_stays(season_pages, sample_web_home):
    config = sample_web_home / "config.toml"
    config.write_text(
        '# mine\nlanguage = "en"   # for now\nprivacy_zones = [\n  {lat = 1, lon = 2, radius_m = 300},\n]\n'
    )
    form = {"language": "de", "units": "mi", "week_start": "monday", "sex": "", "date_order": "day-first"}
    form |= {"hr_rest": "48", "hr_max": "", "shoe_limit_km": "800", "quiet_from": "21", "quiet_until": "7"}
    assert season_pages.post("/settings", form).status_code == 303
    text = config.read_text()
    assert text.startswith("# mine\n")
    assert "radius_m = 300" in text
    with runlog.open(sample_web_home) as journal:
        saved = journal.settings
    assert (saved.language, saved.units, saved.hr_rest, saved.quiet_from) == ("de", "mi", 48.0, 21)
    assert "shoe_limit_km" not in text
    assert "Einstellungen" in season_pages.text("/settings")
    for wrong in ({"hr_max": "1000"}, {"units": "parsec"}, {"quiet_from": "7.5"}):
        answer = season_pages.post("/settings", form | wrong)
        assert answer.status_code == 400
        assert str(sample_web_home) not in answer.text
    assert config.read_text() == text


def test_links_are_told_per_fifty_miles_to_runners_who_use_miles(season_pages, sample_web_home):
    def points():
        page = season_pages.text("/links/shoe_km")
        row = re.search(r"Every (\d+ \w+) on the shoe goes with .*? soreness", page)
        told = re.search(
            r"([+−]\d\.\d+) points \(", season_pages.text("/links").partition("Every " + row[1])[2]
        )
        return row[1], float(told[1].replace("−", "-"))

    step, per_100_km = points()
    assert step == "100 km"
    (sample_web_home / "config.toml").write_text('units = "mi"\n')
    step, per_50_mi = points()
    assert step == "50 mi"
    assert per_50_mi == pytest.approx(0.804672 * per_100_km, abs=0.006 * 2)
