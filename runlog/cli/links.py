"""``runlog links``: what soreness goes together with."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import click

from runlog.cli.analysis import NO_RATINGS
from runlog.cli.context import journal
from runlog.cli.frames import rows
from runlog.cli.help import examples
from runlog.cli.names import AREA
from runlog.cli.output import Column, Form, emit, listing, print_table, say
from runlog.reporter import units

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_signed = partial(units.number, digits=2, signed=True)

_GRADES = {"none": "no sign", "": "cannot tell"}
_SUREST_FIRST = ("A", "B", "C", "hint", "none", "")

LINK_COLUMNS = (
    Column("factor", "Factor"),
    Column("effect", "Points", _signed, number=True),
    Column("range", "95% range", number=True),
    Column("grade", "Grade", lambda grade: _GRADES.get(grade, grade)),
    Column("step_text", "For"),
    Column("n", "Ratings", number=True),
)
_WHY = Column("reason", "Why", least=30)


@click.command(epilog=examples("runlog links", "runlog links --area neck --json"))
@click.option("--area", type=AREA, help="Only this body area.")
@listing
def links(form: Form, area: str | None) -> None:
    """Say what soreness goes together with, and how sure that is.

    The effect is in points of soreness for a step of the factor that means
    something to a runner (done against skipped, +100 km), with its 95% range.
    Grades: A and B hold against chance, C leans one way, "hint" rests on fewer
    than 40 ratings. It is never proof of cause.
    """
    from runlog.analysis.exposures import exposures
    from runlog.analysis.links import COLUMNS
    from runlog.analysis.links import links as link

    with journal() as kept:
        found = link_rows(link(exposures(kept.history(), area)))
    if form == "table" and found:
        _say_links(found)
    else:
        emit(form, found, COLUMNS, (), NO_RATINGS)


def link_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the links as JSON has them, and beside that the range and step in words."""
    from runlog.analysis.factors import FACTORS

    steps = {factor.name: factor.step_text for factor in FACTORS}
    found = rows(table)
    for row in found:
        row["step_text"] = steps.get(row["factor"])
        row["range"] = None if row["low"] is None else f"{_signed(row['low'])} to {_signed(row['high'])}"
    return found


def surest_first(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order links by their grade; the order within a grade stays."""
    return sorted(found, key=lambda row: _SUREST_FIRST.index(row["grade"]))


def _say_links(found: Sequence[dict[str, Any]]) -> None:
    for area, of_area in groupby(found, key=itemgetter("area")):
        told = list(of_area)
        graded = [row for row in told if row["grade"] != "describe"]
        if graded:
            say(f"{units.area(area).capitalize()}, in points of soreness:")
            say()
            print_table(surest_first(graded), (*LINK_COLUMNS, _WHY))
        else:
            most = units.count(max(row["n"] for row in told), "rating")
            say(f"{units.area(area).capitalize()}: {most}, too few to say anything yet.")
        say()
    say("These go together with soreness; that is not proof of cause.")
