"""Pairs of shoes, and the one that was put on a run by hand."""

from __future__ import annotations

from datetime import date

import pytest

from runlog.errors import BadInput, NotFound
from runlog.model import Shoe

BLUE = Shoe("Blue", date(2026, 1, 2), None, 12_000.0, 700_000.0, default=True)


def test_a_pair_comes_back_as_it_went_in(kept):
    kept.add_shoe(BLUE)
    kept.add_shoe(Shoe("Amber"))
    assert kept.shoes() == [Shoe("Amber"), BLUE]


def test_a_second_pair_of_that_name_is_refused(kept):
    kept.add_shoe(BLUE)
    with pytest.raises(BadInput, match="'Blue' already"):
        kept.add_shoe(Shoe("Blue"))


def test_a_pair_is_replaced(kept):
    kept.add_shoe(BLUE)
    retired = Shoe("Blue", retired=date(2026, 6, 1))
    kept.replace_shoe(retired)
    assert kept.shoes() == [retired]
    with pytest.raises(NotFound, match="'Red'"):
        kept.replace_shoe(Shoe("Red"))


def test_a_pair_is_put_on_a_run_and_taken_off(files, kept, run):
    files.add("/a.fit", run(shoe="Named by the watch"))
    kept.add_shoe(BLUE)
    kept.wear(1, "Blue")
    assert kept.activities()[0].worn == "Blue"
    kept.wear(1, None)
    assert kept.activities()[0].worn is None
    kept.wear(1, "Named by the watch")
    assert kept.shoe_names() == ["Blue", "Named by the watch"]


def test_a_pair_or_run_that_is_not_there_is_named(files, kept, run):
    files.add("/a.fit", run())
    kept.add_shoe(BLUE)
    with pytest.raises(NotFound, match="'Bleu'"):
        kept.wear(1, "Bleu")
    with pytest.raises(NotFound, match="#9"):
        kept.wear(9, "Blue")
