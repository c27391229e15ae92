"""The runner's rules of shoes, kept and taken out."""

from __future__ import annotations

from datetime import date

import pytest
from made_recordings import shoes_of

from runlog.errors import BadInput, NotFound
from runlog.model import Shoe, ShoeRule, Surface
from runlog.records import StoredShoeRule
from runlog.store import checks
from runlog.store.activities import read_activity
from runlog.store.shoes import read_shoes

TRAIL = ShoeRule("Blue", Surface.TRAIL, "sat,sun", 5_000.0, 30_000.0, "11-01..03-31")


@pytest.fixture
def shoes(stored):
    shelf = shoes_of(stored)
    shelf.add(Shoe("Blue"))
    return shelf


def test_a_rule_comes_back_as_it_went_in(shoes):
    assert shoes.add_rule(TRAIL) == 1
    assert shoes.rules() == [StoredShoeRule(1, TRAIL)]


def test_a_rule_names_its_pair_as_the_runner_writes_it(shoes):
    shoes.add_rule(ShoeRule(" BLUE", weekdays="mon"))
    assert shoes.rules()[0].rule.shoe == "Blue"


def test_a_number_is_never_used_again(shoes):
    shoes.add_rule(TRAIL)
    assert shoes.remove_rule(1) == TRAIL
    assert shoes.add_rule(TRAIL) == 2
    with pytest.raises(NotFound, match="no rule 1"):
        shoes.remove_rule(1)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (ShoeRule("Blue"), "needs a condition"),
        (ShoeRule("Blue", weekdays="sat,caturday"), "names no weekdays"),
        (ShoeRule("Blue", season="11-01"), "is no season"),
        (ShoeRule("Blue", season="11-01..02-30"), "is no season"),
        (ShoeRule("Blue", min_m=-1.0), "below 0"),
        (ShoeRule("Blue", max_m=float("nan")), "below 0"),
        (ShoeRule("Blue", min_m=10.0, max_m=9.0), "less than the least"),
        (ShoeRule("Red", weekdays="sat"), "no pair named 'Red'"),
    ],
)
def test_a_rule_that_no_run_could_fit_is_refused(shoes, rule, why):
    for say in (shoes.add_rule, shoes.check_rule):
        with pytest.raises((BadInput, NotFound), match=why):
            say(rule)
    assert shoes.rules() == []


def test_a_rule_is_kept_once(shoes):
    shoes.add_rule(TRAIL)
    with pytest.raises(BadInput, match="rule 1 already"):
        shoes.add_rule(TRAIL)


def test_what_would_be_is_not_kept(shoes, stored, files, run):
    files.add("/a.fit", run(sub_sport="trail"))
    shoes.add(Shoe("Red"))
    assert shoes.history_if().runs["shoe"].tolist() == [None]
    rule = ShoeRule("Red", Surface.TRAIL)
    assert shoes.history_if(rules=[rule]).runs["shoe_reason"].tolist() == ["rule 0: trail"]
    assert shoes.history_if(overrides={1: "Blue"}).runs["shoe"].tolist() == ["Blue"]
    assert (shoes.rules(), stored.read(read_activity, 1).shoe_override) == ([], None)
    number = shoes.add_rule(rule)
    assert shoes.history_if().runs["shoe"].tolist() == ["Red"]
    assert shoes.history_if(without=[number]).runs["shoe"].tolist() == [None]


def test_the_days_off_of_a_pair_come_back(stored, shoes):
    rested = Shoe("Blue", rests=((date(2026, 1, 2), date(2026, 2, 3)),))
    shoes.edit(rested)
    assert stored.read(read_shoes) == [rested]


def test_the_doctor_notes_a_rule_of_a_retired_pair(shoes, stored):
    shoes.add_rule(TRAIL)
    with stored.reading() as db:
        assert list(checks.check_shoes(db)) == []
    shoes.edit(Shoe("Blue", retired=date(2026, 1, 1)))
    with stored.reading() as db:
        found = list(checks.check_shoes(db))
    assert [(one.check, one.wrong) for one in found] == [("shoe_rule_retired", False)]
    assert "rule remove 1 --dry-run" in found[0].todo


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("INSERT INTO shoe_rule (shoe, weekdays) VALUES ('Nix', 'sat')", "shoe_rule"),
        ("INSERT INTO shoe_rule (shoe, surface) VALUES ('Blue', 'moon')", "shoes"),
        ("UPDATE shoe SET rests = '[[1, 2]]'", "shoes"),
        ("UPDATE shoe SET same_as = 'Nix'", "shoe_name"),
        ("UPDATE shoe SET same_as = 'Blue'", "shoe_name"),
    ],
)
@pytest.mark.usefixtures("shoes")
def test_the_doctor_finds_names_and_rules_that_lead_nowhere(stored, damage, check):
    with stored.reading() as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(damage)
        found = list(checks.check_shoes(db))
    assert [(one.check, one.wrong, one.count) for one in found] == [(check, True, 1)]
