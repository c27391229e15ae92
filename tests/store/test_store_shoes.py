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


def test_a_pair_comes_back_as_it_went_in(kept):
    shoes_of(kept).add(BLUE)
    shoes_of(kept).add(Shoe("Amber"))
    assert kept.read(read_shoes) == [Shoe("Amber"), BLUE]


def test_a_second_pair_of_that_name_is_refused(kept):
    shoes_of(kept).add(BLUE)
    with pytest.raises(BadInput, match="'Blue' already"):
        shoes_of(kept).add(Shoe("Blue"))


@pytest.mark.parametrize("name", ["blue", " BLUE ", "Blue\t"])
def test_case_and_blanks_make_no_other_pair(kept, files, run, name):
    files.add("/a.fit", run(shoe=name))
    shoes_of(kept).add(BLUE)
    with pytest.raises(BadInput, match="'Blue' already"):
        shoes_of(kept).add(Shoe(name))
    assert list(shoes_of(kept).names()) == ["Blue"]
    shoes_of(kept).wear([1], name)


def test_a_new_default_takes_the_place_of_the_one_before(kept):
    assert shoes_of(kept).add(BLUE) == []
    assert shoes_of(kept).add(Shoe("Amber")) == []
    assert shoes_of(kept).add(Shoe("Red", default=True)) == ["Blue"]
    assert [shoe.name for shoe in kept.read(read_shoes) if shoe.default] == ["Red"]


def test_a_default_from_a_later_day_on_leaves_the_days_before_alone(kept):
    shoes_of(kept).add(Shoe("Amber", default=True))
    assert shoes_of(kept).add(BLUE) == []
    assert [shoe.name for shoe in kept.read(read_shoes) if shoe.default] == ["Amber", "Blue"]
    assert shoes_of(kept).add(Shoe("Red", BLUE.from_date, default=True)) == ["Blue"]


def test_a_file_does_not_take_the_runners_default_away(kept, files):
    shoes_of(kept).add(BLUE)
    old = Shoe("Old", retired=date(2025, 1, 1), default=True)
    files.add("/shoes.csv", shoes=(Shoe("Red", default=True), Shoe("blue"), old))
    assert kept.read(read_shoes) == [BLUE, old, Shoe("Red")]


def test_a_pair_is_replaced(kept):
    shoes_of(kept).add(BLUE)
    retired = Shoe("Blue", retired=date(2026, 6, 1))
    shoes_of(kept).edit(retired)
    assert kept.read(read_shoes) == [retired]
    with pytest.raises(NotFound, match="'Red'"):
        shoes_of(kept).edit(Shoe("Red"))


def test_a_pair_is_put_on_a_run_and_taken_off(files, kept, run):
    files.add("/a.fit", run(shoe="Named by the watch"))
    shoes_of(kept).add(BLUE)
    shoes_of(kept).wear([1], "Blue")
    assert kept.read(read_activities)[0].shoe_override == "Blue"
    shoes_of(kept).wear([1], None)
    assert kept.read(read_activities)[0].shoe_override is None
    shoes_of(kept).wear([1], "Named by the watch")
    assert list(shoes_of(kept).names()) == ["Blue", "Named by the watch"]


def test_a_pair_or_run_that_is_not_there_is_named(files, kept, run):
    files.add("/a.fit", run())
    shoes_of(kept).add(BLUE)
    with pytest.raises(NotFound, match="'Bleu'"):
        shoes_of(kept).wear([1], "Bleu")
    with pytest.raises(NotFound, match="no run 9"):
        shoes_of(kept).wear([9], "Blue")
