"""A spreadsheet runs nothing of the CSV that runlog writes, and runlog reads it back to the letter."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import hypothesis.strategies as st
import pytest
from hypothesis import example, given
from made_recordings import make_run

from runlog import export
from runlog.cli.output import print_rows
from runlog.importers import csv_table, diary_csv
from runlog.model import Entry, Shoe
from runlog.records import StoredActivity
from runlog.units import mark_formula, unmark_formula

STARTS = tuple("=+-@\t\r")
FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1"]


def runs_as_formula(cell):
    return cell.startswith(STARTS) and not cell[1:].replace(".", "").isdigit()


@given(st.one_of(st.text(), st.text("'=+-@\t\r05.", max_size=6)))
@example("'-5")
def test_every_text_comes_back_and_none_is_run(text):
    marked = mark_formula(text)
    assert unmark_formula(marked) == text
    assert not runs_as_formula(marked)


@pytest.mark.parametrize("value", [-3.5, 2, None, True, "-5", "+0.25", "2026-01-01", "plain", "'tis", ""])
def test_numbers_and_plain_texts_stay(value):
    assert mark_formula(value) is value


@pytest.mark.parametrize("text", FORMULAS)
def test_a_diary_comes_back(text):
    written = export.format_diary([Entry(datetime(2026, 3, 4, 18, tzinfo=UTC), 0, soreness=3.0, note=text)])
    (row,) = csv.DictReader(io.StringIO(written, newline=""))
    assert row["note"] == f"'{text}"
    assert row["soreness"] == "3"
    (read,) = csv_table.read_table(written.encode(), diary_csv.HEADINGS).rows
    assert read.cells["note"] == text


def test_names_in_the_tables_of_an_export_are_marked():
    activity = make_run(name="=1+1", device="@Watch", shoe="-Blue")
    cells = export.run_cells(StoredActivity(id=1, activity=activity, sources=("=x.fit",)))
    row = dict(zip(export.RUNS_COLUMNS, cells, strict=True))
    assert (row["name"], row["device"], row["shoe"], row["sources"]) == (
        "'=1+1",
        "'@Watch",
        "'-Blue",
        "'=x.fit",
    )
    (pair,) = csv.DictReader(io.StringIO(export.shoes_table([Shoe("+Red", retired=date(2026, 1, 1))])))
    assert pair["name"] == "'+Red"


def test_listings_are_marked(capsys):
    rows = [{"name": "=1+1", "names": ("@a", "b"), "change": -2.5}]
    print_rows("csv", rows, ("name", "names", "change"), (), "")
    assert capsys.readouterr().out == "name,names,change\n'=1+1,'@a; b,-2.5\n"
