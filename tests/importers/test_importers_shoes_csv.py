"""A list of pairs of shoes."""

from __future__ import annotations

from datetime import date

import pytest

from runlog import importers
from runlog.errors import NotReadable
from runlog.model import Shoe


@pytest.fixture
def read(settings):
    return lambda text: importers.read_bytes(text.encode(), "shoes.csv", settings)


def test_pairs_with_their_windows_and_limits(read):
    reading = read(
        "Name,From,Retired,Start_km,Limit_km,Default\n"
        "Pegasus 40,2026-01-05,2026-05-01,120.5,700,no\n"
        "Ghost,,,,,yes\n"
    )
    assert (reading.format, reading.problems) == ("shoes", ())
    assert reading.shoes == (
        Shoe("Pegasus 40", date(2026, 1, 5), date(2026, 5, 1), 120_500, 700_000, default=False),
        Shoe("Ghost", default=True),
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",2026-01-01,1", "no name"),
        ("Ghost,01/02/2026,1", "date_order"),
        ("Ghost,2026-01-01 10:00,1", "date alone"),
        ("Ghost,2026-01-01,-1", "not within"),
        ("Pegasus,2026-01-01,1", "listed twice"),
    ],
)
def test_a_bad_row_is_reported_and_the_others_are_read(read, row, reason):
    reading = read(f"name;from;start_km\nPegasus;;\n{row}\n".replace(";", ","))
    assert [shoe.name for shoe in reading.shoes] == ["Pegasus"]
    assert str(reading.problems[0]).startswith("line 3: ")
    assert reason in str(reading.problems[0])


def test_if_no_row_can_be_taken_the_list_is_not_readable(read):
    with pytest.raises(NotReadable, match="line 2"):
        read("name,from\nGhost,soon\n")
