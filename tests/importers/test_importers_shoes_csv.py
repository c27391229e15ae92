"""A list of pairs of shoes."""

from __future__ import annotations

from dataclasses import replace
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
        ("Pegasus,2026-01-01,1", "listed twice"),
    ],
)
def test_a_bad_row_is_reported_and_the_others_are_read(read, row, reason):
    reading = read(f"name;from;start_km\nPegasus;;\n{row}\n".replace(";", ","))
    assert [shoe.name for shoe in reading.shoes] == ["Pegasus"]
    assert str(reading.problems[0]).startswith("line 3: ")
    assert reason in str(reading.problems[0])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Ghost,01/02/2026,1", "from: '01/02/2026' may be day-first or month-first"),
        ("Ghost,2026-01-01 10:00,1", "from: '2026-01-01 10:00' has a time; write the date alone"),
        ("Ghost,2026-01-01,-1", "start_km: -1 is not within"),
    ],
)
def test_a_cell_that_cannot_be_read_costs_no_pair(read, row, reason):
    reading = read(f"name,from,start_km\n{row}\n")
    assert [shoe.name for shoe in reading.shoes] == ["Ghost"]
    (problem,) = reading.problems
    assert (problem.line, problem.is_warning) == (2, True)
    assert problem.reason.startswith(reason)


def test_if_no_row_can_be_taken_the_list_is_not_readable(read):
    with pytest.raises(NotReadable, match="line 2"):
        read("name,from\n,2026-01-01\n")


@pytest.mark.parametrize(
    ("heading", "cell", "start_m"),
    [
        ("start_mi", "250", 402_336),
        ("Start (mi)", "250", 402_336),
        ("Mileage (miles)", "250", 402_336),
        ("Distance (km)", "1,200.5", 1_200_500),
        ("start_km", "50 mi", 80_467.2),
        ("start", "1 200 km", 1_200_000),
        ("Kilometerstand", "312,5", 312_500),
    ],
)
def test_distances_of_pairs(read, heading, cell, start_m):
    (shoe,) = read(f'Shoe,Limit (km),{heading}\nGhost,800,"{cell}"\n').shoes
    assert (shoe.start_m, shoe.limit_m) == (pytest.approx(start_m), 800_000)


def test_a_distance_without_a_unit_is_in_that_of_the_settings(settings):
    data = b"name,start,limit\nGhost,250,400\n"
    (shoe,) = importers.read_bytes(data, "shoes.csv", replace(settings, units="mi")).shoes
    assert (shoe.start_m, shoe.limit_m) == (402_336, 643_737.6)


@pytest.mark.parametrize(
    ("cell", "last_day", "is_retired"),
    [("2026-05-01", date(2026, 5, 1), False), ("yes", None, True), ("", None, False), ("nein", None, False)],
)
def test_a_pair_may_be_retired_without_a_day(read, cell, last_day, is_retired):
    reading = read(f"name,retired\nGhost,{cell}\n")
    assert reading.shoes[0].retired == last_day
    assert reading.retired == ({"Ghost"} if is_retired else set())
    assert reading.problems == ()


def test_columns_that_are_passed_over_are_named(read):
    assert "colour, price" in read("name,from,Colour,Price\nGhost,2026-01-01,red,120\n").notes[0]


def test_a_row_of_totals_is_no_pair(read):
    reading = read("name,start_km,limit_km\nGhost,100,800\nTotal,100,\n")
    assert [shoe.name for shoe in reading.shoes] == ["Ghost"]
    assert "line 3 was passed over" in reading.notes[0]
