"""Two names of one pair, put together and taken apart, and a pair renamed."""

from __future__ import annotations

from datetime import date

import pytest
from made_recordings import shoes_of

from runlog.errors import BadInput, NotFound
from runlog.model import Shoe, ShoeRule
from runlog.store.shoes import read_shoes

BROOKS = Shoe("Brooks Glide 12", limit_m=700_000.0)
GLIDE = Shoe("Glide 12", date(2026, 3, 1), start_m=30_000.0, limit_m=1.0, default=True)


@pytest.fixture
def shoes(stored):
    shelf = shoes_of(stored)
    shelf.add(BROOKS)
    shelf.add(GLIDE)
    return shelf


def worn(shoes):
    return shoes.history_if().runs["shoe"].tolist()


def test_a_joined_name_means_the_pair_now_and_later(shoes, files, run):
    files.add("/a.fit", run(shoe="Brooks Glide 12"))
    files.add("/b.fit", run(after_s=90_000, shoe="GLIDE 12"))
    shoes.join("brooks glide 12", "glide 12")
    files.add("/c.fit", run(after_s=180_000, shoe="Glide 12"))
    assert worn(shoes) == ["Brooks Glide 12"] * 3
    assert shoes.names() == {"Brooks Glide 12": "Brooks Glide 12", "Glide 12": "Brooks Glide 12"}


def test_what_was_said_of_the_other_fills_in_what_is_not_known(shoes, stored):
    shoes.join("Brooks Glide 12", "Glide 12")
    pair = next(shoe for shoe in stored.read(read_shoes) if shoe.same_as is None)
    assert pair == Shoe("Brooks Glide 12", date(2026, 3, 1), None, 30_000.0, 700_000.0, default=True)


def test_taken_apart_the_other_has_all_that_it_had(shoes, stored, files, run):
    files.add("/a.fit", run(shoe="Glide 12"))
    shoes.join("Brooks Glide 12", "Glide 12")
    assert shoes.separate("glide 12") == "Brooks Glide 12"
    assert GLIDE in stored.read(read_shoes)
    assert worn(shoes) == ["Glide 12"]
    with pytest.raises(BadInput, match="not joined"):
        shoes.separate("Glide 12")


def test_a_list_that_comes_later_tells_of_the_pair_by_its_other_name(shoes, files, stored):
    shoes.join("Brooks Glide 12", "Glide 12")
    files.add("/shoes.csv", shoes=(Shoe("glide 12", retired=date(2026, 9, 1)),))
    pair = next(shoe for shoe in stored.read(read_shoes) if shoe.same_as is None)
    assert (pair.name, pair.retired) == ("Brooks Glide 12", date(2026, 9, 1))


def test_a_name_that_only_a_file_tells_can_be_joined(shoes, files, run):
    files.add("/a.fit", run(shoe="my glides"))
    shoes.join("Glide 12", "my glides")
    assert worn(shoes) == ["Glide 12"]


def test_names_of_names_lead_to_the_pair(shoes):
    shoes.add(Shoe("Old"))
    shoes.join("Glide 12", "Old")
    shoes.join("Brooks Glide 12", "Old")
    assert set(shoes.names().values()) == {"Brooks Glide 12"}
    with pytest.raises(BadInput, match="one pair already"):
        shoes.join("Old", "Glide 12")
    shoes.separate("Glide 12")
    assert shoes.names()["Old"] == "Glide 12"


def test_a_name_that_nobody_knows_is_named(shoes):
    with pytest.raises(NotFound, match="'Nix'"):
        shoes.join("Glide 12", "Nix")


def test_a_renamed_pair_keeps_its_runs_rules_and_names(shoes, files, run):
    files.add("/a.fit", run(shoe="Glide 12"))
    files.add("/b.fit", run(after_s=90_000))
    shoes.wear([2], "Glide 12")
    shoes.add_rule(ShoeRule("Glide 12", weekdays="sat"))
    shoes.rename("glide 12", "Glider")
    assert worn(shoes) == ["Glider", "Glider"]
    assert shoes.rules()[0].rule.shoe == "Glider"
    shoes.rename("Glider", "Glide 12")
    assert shoes.names() == {name: name for name in ("Brooks Glide 12", "Glide 12")} | {"Glider": "Glide 12"}
    shoes.rename("Glide 12", "GLIDE 12")
    assert shoes.rules()[0].rule.shoe == "GLIDE 12"


def test_a_new_name_is_not_another_pairs(shoes, stored):
    before = stored.read(read_shoes)
    for new, why in (("brooks glide 12", "shoes join"), (" ", "needs a name")):
        with pytest.raises(BadInput, match=why):
            shoes.rename("Glide 12", new)
    with pytest.raises(NotFound, match="'Nix'"):
        shoes.rename("Nix", "Glider")
    assert stored.read(read_shoes) == before
