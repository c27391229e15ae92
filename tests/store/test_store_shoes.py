"""Pairs of shoes, and the one that was put on a run by hand."""

from __future__ import annotations

from datetime import date

import pytest
from made_recordings import shoes_of

from runlog.errors import BadInput, NotFound
from runlog.model import Shoe
from runlog.store.activities import read_activities
from runlog.store.shoes import read_shoes

BLUE = Shoe("Blue", date(2026, 1, 2), None, 12_000.0, 700_000.0, default=True)


def test_a_pair_comes_back_as_it_went_in(stored):
    shoes_of(stored).add(BLUE)
    shoes_of(stored).add(Shoe("Amber"))
    assert stored.read(read_shoes) == [Shoe("Amber"), BLUE]


def test_a_second_pair_of_that_name_is_refused(stored):
    shoes_of(stored).add(BLUE)
    with pytest.raises(BadInput, match="'Blue' already"):
        shoes_of(stored).add(Shoe("Blue"))


@pytest.mark.parametrize("name", ["blue", " BLUE ", "Blue\t"])
def test_case_and_blanks_make_no_other_pair(stored, files, run, name):
    files.add("/a.fit", run(shoe=name))
    shoes_of(stored).add(BLUE)
    with pytest.raises(BadInput, match="'Blue' already"):
        shoes_of(stored).add(Shoe(name))
    assert list(shoes_of(stored).names()) == ["Blue"]
    shoes_of(stored).wear([1], name)


def test_a_new_default_takes_the_place_of_the_one_before(stored):
    assert shoes_of(stored).add(BLUE) == []
    assert shoes_of(stored).add(Shoe("Amber")) == []
    assert shoes_of(stored).add(Shoe("Red", default=True)) == ["Blue"]
    assert [shoe.name for shoe in stored.read(read_shoes) if shoe.default] == ["Red"]


def test_a_default_from_a_later_day_on_leaves_the_days_before_alone(stored):
    shoes_of(stored).add(Shoe("Amber", default=True))
    assert shoes_of(stored).add(BLUE) == []
    assert [shoe.name for shoe in stored.read(read_shoes) if shoe.default] == ["Amber", "Blue"]
    assert shoes_of(stored).add(Shoe("Red", BLUE.from_date, default=True)) == ["Blue"]


def test_a_file_does_not_take_the_runners_default_away(stored, files):
    shoes_of(stored).add(BLUE)
    old = Shoe("Old", retired=date(2025, 1, 1), default=True)
    files.add("/shoes.csv", shoes=(Shoe("Red", default=True), Shoe("blue"), old))
    assert stored.read(read_shoes) == [BLUE, old, Shoe("Red")]


def test_a_pair_is_replaced(stored):
    shoes_of(stored).add(BLUE)
    retired = Shoe("Blue", retired=date(2026, 6, 1))
    shoes_of(stored).edit(retired)
    assert stored.read(read_shoes) == [retired]
    with pytest.raises(NotFound, match="'Red'"):
        shoes_of(stored).edit(Shoe("Red"))


def test_a_pair_is_put_on_a_run_and_taken_off(files, stored, run):
    files.add("/a.fit", run(shoe="Named by the watch"))
    shoes_of(stored).add(BLUE)
    shoes_of(stored).wear([1], "Blue")
    assert stored.read(read_activities)[0].shoe_override == "Blue"
    shoes_of(stored).wear([1], None)
    assert stored.read(read_activities)[0].shoe_override is None
    shoes_of(stored).wear([1], "Named by the watch")
    assert list(shoes_of(stored).names()) == ["Blue", "Named by the watch"]


def test_a_pair_or_run_that_is_not_there_is_named(files, stored, run):
    files.add("/a.fit", run())
    shoes_of(stored).add(BLUE)
    with pytest.raises(NotFound, match="'Bleu'"):
        shoes_of(stored).wear([1], "Bleu")
    with pytest.raises(NotFound, match="no run 9"):
        shoes_of(stored).wear([9], "Blue")
