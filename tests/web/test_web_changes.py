"""What is changed by hand is said on the next page, with Undo: pairs, names, rules, routes, runs, entries."""

from __future__ import annotations

import re

import pytest

import runlog

PAIRS = ("Pacer 3", "Ridge")


@pytest.fixture
def change(season_pages):
    """Sends a form; gives the page that follows, and what its Undo sends."""

    def send(path, **data):
        answer = season_pages.post(path, data)
        assert answer.status_code == 303, answer.text
        page = season_pages.text(answer.headers["Location"].partition("#")[0])
        fields = dict(re.findall(r'<input type="hidden" name="(changed|place)" value="([^"]*)">', page))
        return page, fields

    return send


@pytest.fixture
def season(sample_web_home):
    """Reads from the journal as it is now."""

    def read(function):
        with runlog.open(sample_web_home) as journal:
            return function(journal)

    return read


def test_each_change_of_a_pair_is_undone_where_it_was_made(season_pages, season, change):
    def shoes():
        return season(lambda journal: (journal.shoes.all(), [one.rule for one in journal.shoes.rules()]))

    season_pages.post("/shoes", {"name": "Ridge", "from": "2026-11-20"})
    before = shoes()
    for data in (
        {"name": "Ridge", "new_name": "Ridge 2", "limit": "600"},
        {"name": "Ridge", "do": "retire", "on": "2026-12-01"},
        {"name": "Ridge", "do": "delete"},
        {"name": "Pacer 3", "other": "Ridge", "do": "join"},
    ):
        page, fields = change("/shoes/edit", **data)
        assert 'class="said"' in page
        assert shoes() != before, data
        page, _ = change("/undo-last", **fields)
        assert "<h1>Shoes</h1>" in page
        assert shoes() == before, data


def test_a_rule_is_made_changed_and_removed(season_pages, season, change):
    season_pages.post("/shoes", {"name": "Ridge", "from": "2026-01-01"})
    page, _ = change(
        "/shoes/rules",
        shoe="Ridge",
        surface="trail",
        weekday=["sat", "sun"],
        min="15",
        first="11",
        last="2",
    )
    assert "trail, Sat or Sun, at least 15 km, from 11-01 to 02-29 of each year" in page
    ((number, rule),) = season(lambda journal: [(one.id, one.rule) for one in journal.shoes.rules()])
    assert (rule.weekdays, rule.min_m, rule.season) == ("sat,sun", 15000.0, "11-01..02-29")
    page, _ = change("/shoes/rules", rule=str(number), shoe="Ridge", surface="trail", max="9")
    ((number, rule),) = season(lambda journal: [(one.id, one.rule) for one in journal.shoes.rules()])
    assert (rule.weekdays, rule.min_m, rule.max_m, rule.season) == (None, None, 9000.0, None)
    change("/shoes/rules", rule=str(number), do="remove")
    assert season(lambda journal: journal.shoes.rules()) == []
    for wrong in (
        {"shoe": "Ridge"},
        {"shoe": "Ridge", "first": "3"},
        {"shoe": "Ridge", "min": "9", "max": "3"},
    ):
        assert season_pages.post("/shoes/rules", wrong).status_code == 400
    assert season_pages.post("/shoes/rules", {"shoe": "Nobody’s", "surface": "road"}).status_code == 404


def test_a_name_of_the_diary_alone_becomes_a_pair_and_a_retired_one_comes_back(season_pages, season, change):
    with_name = {"soreness": "3", "key": "k" * 20, "area": "neck", "run": "91", "shoe": "Old ones"}
    assert season_pages.post("/rate", with_name).status_code == 303
    assert "Old ones" in season_pages.text("/shoes")
    assert "Old ones" not in season(lambda journal: [one.name for one in journal.shoes.all()])
    change("/shoes/edit", name="Old ones", limit="500")
    assert "Old ones" in season(lambda journal: [one.name for one in journal.shoes.all()])
    change("/shoes/edit", name="Old ones", do="retire", on="2026-11-20")
    change("/shoes/edit", name="Old ones", do="resume", on="2026-12-20")
    (stored,) = season(lambda journal: [one for one in journal.shoes.all() if one.name == "Old ones"])
    assert stored.retired is None
    assert [str(day) for rest in stored.rests for day in rest] == ["2026-11-21", "2026-12-19"]
    assert "Not worn" in season_pages.text("/shoes")


def test_two_names_are_one_pair_and_two_again(season_pages, season, change):
    season_pages.post("/shoes", {"name": "Ridge", "from": "2026-01-01"})
    page, _ = change("/shoes/edit", name="Pacer 3", other="Ridge", do="join")
    assert "Ridge is Pacer 3" in page
    assert season(lambda journal: journal.shoes.names())["Ridge"] == "Pacer 3"
    change("/shoes/edit", name="Ridge", do="separate")
    assert season(lambda journal: journal.shoes.names())["Ridge"] == "Ridge"


def test_routes_are_joined_separated_and_split(season_pages, season, change):
    def names():
        return season(lambda journal: set(journal.routes.names()))

    assert season_pages.post("/routes/1/join", {"other": ""}).status_code == 400
    page, _ = change("/routes/1/join", other="2")
    assert "R2 counts as this one" in page
    assert "<h1>" in season_pages.text("/routes/2"), "a joined route leads to the whole"
    change("/routes/2/unjoin")
    before = names()
    assert 2 in before
    page = season_pages.text("/routes/1")
    run = re.search(r'name="run" value="(\d+)"', page)[1]
    assert season_pages.post("/routes/1/split").status_code == 400
    page, fields = change("/routes/1/split", run=run)
    assert len(names()) == len(before) + 1
    page, _ = change("/undo-last", **fields)
    assert names() == before
    assert "<h1>Routes</h1>" in page, "the route that was split off is no more"


def test_what_was_changed_since_is_not_undone_by_an_old_page(season_pages, season, change):
    _, fields = change("/runs/1/name", name="Early")
    change("/runs/1/name", name="Later")
    answer = season_pages.post("/undo-last", fields)
    assert answer.status_code == 400
    assert season(lambda journal: journal.activity(1).activity.name) == "Later"


@pytest.mark.parametrize("place", ["//evil.test", "https://evil.test", "/\\evil.test", "/%2e%2e", "/x?y", ""])
def test_undo_leads_to_a_page_of_ours_alone(season_pages, change, place):
    _, fields = change("/runs/1/name", name="Early")
    answer = season_pages.post("/undo-last", fields | {"place": place})
    assert answer.headers["Location"] == "/more?undone=1"


def test_a_deleted_run_is_listed_and_brought_back(season_pages, change):
    page, _ = change("/runs/1/delete")
    assert "Deleted." in page
    assert "/runs/1/restore" in season_pages.text("/runs?others=1")
    change("/runs/1/restore")
    assert "/runs/1/restore" not in season_pages.text("/runs?others=1")
