"""The runs and one of them, put right from its page; the map shows no privacy zone."""

from __future__ import annotations

import re

import made_home
import pytest

import runlog


@pytest.fixture
def hard(made_once, tmp_path, make_pages):
    """The pages of a home with merged and split runs and hostile names."""
    import shutil

    def fill(folder):
        made_home.fill(folder / "home")

    shutil.copytree(made_once("hard-web-home", fill) / "home", tmp_path / "hard")
    pages = make_pages(tmp_path / "hard")
    pages.home = tmp_path / "hard"
    return pages


def test_runs_are_listed_the_newest_first(season_pages):
    page = season_pages.text("/runs")
    names = re.findall(r"<strong>([^<]+)</strong>", page)
    assert names[0] == "Long run by the river"
    assert len(names) == 50
    assert "90 runs" in page
    assert len(re.findall(r"<strong>", season_pages.text("/runs?page=1"))) == 40


def test_a_run_shows_its_map_its_values_and_its_laps(season_pages):
    run = re.search(r'href="(/runs/\d+)"', season_pages.text("/runs"))[1]
    page = season_pages.text(run)
    for words in ("17.21 km", "5:46 min/km", "<h2>Laps</h2>", 'class="map"', "Heart rate", "Elevation"):
        assert words in page
    data = season_pages.get(f"{run}/places.json").json
    assert data["places"][-1] == "17.21 km"
    assert set(data["lines"]) == {"pace", "heart", "cadence", "elevation"}
    assert {len(values) for values in data["lines"].values()} == {len(data["places"])} == {len(data["spots"])}
    assert all(data["spots"])


def test_what_lies_in_a_privacy_zone_is_on_no_map(season_pages, sample_web_home):
    run = re.search(r'href="(/runs/\d+)"', season_pages.text("/runs"))[1]
    with runlog.open(sample_web_home) as journal:
        track = journal.track(int(run.rpartition("/")[2]))
    lat, lon = track["lat"][0], track["lon"][0]
    (sample_web_home / "config.toml").write_text(
        f"privacy_zones = [{{lat = {lat}, lon = {lon}, radius_m = 400}}]\n"
    )
    page, data = season_pages.text(run), season_pages.get(f"{run}/places.json").json
    assert 'class="start"' not in page
    assert data["spots"][0] is None
    assert data["spots"][len(data["spots"]) // 2] is not None
    (sample_web_home / "config.toml").write_text(
        f"privacy_zones = [{{lat = {lat}, lon = {lon}, radius_m = 50000}}]\n"
    )
    assert 'class="map"' not in season_pages.text(run)
    assert not any(season_pages.get(f"{run}/places.json").json["spots"])


def test_a_pair_is_assigned_by_hand(season_pages, sample_web_home):
    run = re.search(r'href="(/runs/(\d+))"', season_pages.text("/runs"))
    assert season_pages.post(f"{run[1]}/shoe", {"shoe": "Pacer 4"}).status_code == 303
    with runlog.open(sample_web_home) as journal:
        assert journal.history().runs.loc[int(run[2]), "shoe"] == "Pacer 4"
    season_pages.post(f"{run[1]}/shoe", {"shoe": ""})
    with runlog.open(sample_web_home) as journal:
        assert journal.history().runs.loc[int(run[2]), "shoe"] == "Glide 12"
    assert season_pages.post(f"{run[1]}/shoe", {"shoe": "No such"}).status_code == 404


def test_runs_are_split_and_merged(hard):
    merged = next(
        number
        for number in range(1, 9)
        if hard.get(f"/runs/{number}/places.json").status_code != 404
        and "Split" in hard.text(f"/runs/{number}")
    )
    with runlog.open(hard.home) as journal:
        before = {stored.id for stored in journal.activities()}
    assert hard.post(f"/runs/{merged}/split").status_code == 303
    with runlog.open(hard.home) as journal:
        (new,) = {stored.id for stored in journal.activities()} - before
    assert hard.post(f"/runs/{merged}/merge", {"other": str(new)}).status_code == 303
    assert hard.get(f"/runs/{new}").status_code == 404
    assert hard.post(f"/runs/{merged}/merge", {"other": ""}).status_code == 400
    assert hard.post(f"/runs/{merged}/merge", {"other": "999"}).status_code == 404


def test_hostile_names_are_text(hard):
    for number in range(1, 9):
        page = hard.get(f"/runs/{number}").text
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "\x1b" not in page
    for path in ("/runs", "/runs?others=1", "/calendar?month=2026-06", "/day/2026-06-01", "/entries/1"):
        page = hard.text(path)
        assert "<script>alert" not in page
        assert "\u202e" not in page


@pytest.mark.parametrize(
    "path", ["/runs/999", "/runs/0", "/runs/99999999999999999999", "/runs/x", "/runs/999/places.json"]
)
def test_no_such_run(hard, path):
    assert hard.get(f"/runs/{path}").status_code == 404


def test_a_run_is_deleted_and_brought_back(season_pages, sample_web_home):
    run = re.search(r'href="(/runs/(\d+))"', season_pages.text("/runs"))
    answer = season_pages.post(f"{run[1]}/delete")
    page = season_pages.text(answer.headers["Location"])
    assert "89 runs" in page
    assert "Deleted." in page
    assert season_pages.get(run[1]).status_code == 404
    assert season_pages.post(f"{run[1]}/restore").status_code == 303
    assert "90 runs" in season_pages.text("/runs")
    season_pages.post(f"{run[1]}/delete")
    assert "Undo the last change" in season_pages.text("/more")
    assert season_pages.post("/undo-last").status_code == 303
    with runlog.open(sample_web_home) as journal:
        assert len(journal.runs()) == 90


def test_a_run_gets_a_name_and_a_sport_and_gives_them_back(season_pages):
    run = re.search(r'href="(/runs/\d+)"', season_pages.text("/runs"))[1]
    assert season_pages.post(f"{run}/name", {"name": " With <b>Ida</b> "}).status_code == 303
    page = season_pages.text(run)
    assert "<h1>With &lt;b&gt;Ida&lt;/b&gt;</h1>" in page
    assert 'value="With &lt;b&gt;Ida&lt;/b&gt;"' in page
    season_pages.post(f"{run}/sport", {"sport": "walking"})
    page = season_pages.text(run)
    assert '<option value="walking" selected>Walk</option>' in page
    assert "as its files say" in page
    assert "89 runs" in season_pages.text("/runs")
    season_pages.post("/undo-last")
    assert "90 runs" in season_pages.text("/runs")
    season_pages.post(f"{run}/name", {"name": ""})
    assert "<h1>Long run by the river</h1>" in season_pages.text(run)


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/runs/1/name", {"name": "x" * 201}, 400),
        ("/runs/999999/name", {"name": "x"}, 404),
        ("/runs/999999/sport", {"sport": "walking"}, 404),
        ("/runs/1/sport", {"sport": "<script>"}, 400),
    ],
)
def test_a_name_or_a_sport_that_cannot_be_is_refused(season_pages, path, data, status):
    answer = season_pages.post(path, data)
    assert answer.status_code == status
    assert "<script>" not in answer.text.replace("<script src", "")


def test_a_sport_given_elsewhere_stays_when_the_form_is_sent(season_pages, sample_web_home):
    with runlog.open(sample_web_home) as journal:
        journal.set_sport(1, "strength")
        journal.set_sport(2, "padel")
    assert '<option value="strength" selected>' in season_pages.text("/runs/1")
    assert '<option value="padel" selected>Padel</option>' in season_pages.text("/runs/2")
    season_pages.post("/runs/2/sport", {"sport": "padel"})
    with runlog.open(sample_web_home) as journal:
        assert journal.activity(2).given_sport.sport == "padel"


def test_the_name_that_is_there_already_stays_its_files_one(season_pages, sample_web_home):
    with runlog.open(sample_web_home) as journal:
        name = journal.activity(1).activity.name
    page = season_pages.text("/runs/1")
    assert f'name="name" maxlength="200" value="{name}"' in page
    season_pages.post("/runs/1/name", {"name": name})
    with runlog.open(sample_web_home) as journal:
        assert journal.activity(1).given_name is None
        assert journal.last_change().what != "rename_activity"
