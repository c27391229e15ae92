"""``runlog links``: what soreness goes together with."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli.analysis import NO_RATINGS
from runlog.cli.context import journal
from runlog.cli.frames import rows
from runlog.cli.help import examples
from runlog.cli.names import AREA
from runlog.cli.output import Column, Form, emit, listing, print_table, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_signed = partial(units.number, digits=2, signed=True)
_plain = partial(units.number, digits=2)

_GRADES = {"none": "no sign", "": "cannot tell"}
_ANSWERED = ("A", "B", "C", "hint", "none")
_SUREST_FIRST = (*_ANSWERED, "describe", "")
_WINDOWS = ("24", "48", "72")
_TINY = 0.001

LINK_COLUMNS = (
    Column("factor", "Factor"),
    Column("effect", "Points", _signed, number=True),
    Column("range", "95% range", number=True),
    Column("grade", "Grade", lambda grade: _GRADES.get(grade, grade)),
    Column("step_text", "For"),
    Column("n", "Ratings", number=True),
)
_WHY = Column("reason", "Why", least=30)


def _tail(p: float) -> str:
    return "<.001" if p < _TINY else units.number(p, 3).removeprefix("0")


_FULL_COLUMNS = (
    Column("factor", "Factor"),
    Column("per_sd", "Per SD", _signed, number=True),
    Column("se", "SE", _plain, number=True),
    Column("p", "p", _tail, number=True),
    Column("q", "q", _tail, number=True),
    Column("high_low", "High/low", number=True),
    Column("halves", "Halves", number=True),
    Column("r_time", "r time", _signed, number=True),
)


@click.command(
    epilog=examples("runlog links", "runlog links --area neck --full", "runlog links --window 48 --json")
)
@click.option("--area", type=AREA, help="Only this body area.")
@click.option(
    "--window",
    type=click.Choice(_WINDOWS),
    default=_WINDOWS[0],
    show_default=True,
    help="The run of the 24 hours before the rating; or, secondary, of 24 to 48 or 48 to 72 hours before.",
)
@click.option("--full", is_flag=True, help="Add the scientist's numbers.")
@listing
def links(form: Form, area: str | None, window: str, *, full: bool) -> None:
    """Say what soreness goes together with, and how sure that is.

    The effect is in points of soreness for a step of the factor that means
    something to a runner (done against skipped, +100 km), with its 95% range.
    Grades: A and B hold against chance, C leans one way, "hint" rests on fewer
    than 40 ratings. It is never proof of cause.

    With --full: the effect per SD of the factor and its SE, p, q (p after
    Benjamini–Hochberg), ratings above and not above the factor's middle, the
    effect per step from each half of the diary alone, and the factor's
    correlation with time. JSON and CSV always have all of this.
    """
    from runlog.analysis.exposures import exposures
    from runlog.analysis.links import LINK_COLUMNS
    from runlog.analysis.links import links as link

    hours = int(window)
    with journal() as kept:
        found = link_rows(link(exposures(kept.history(), area, hours), window=hours))
    if form == "table" and found:
        _say_links(found, hours, full=full)
    else:
        emit(form, _flat(found) if form == "csv" else found, LINK_COLUMNS, (), NO_RATINGS)


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


def _flat(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write correlations with other factors as a cell can hold them."""
    return [row | {key: _told(row[key]) for key in ("moves_with", "speaks_for")} for row in found]


def _told(correlations: dict[str, float] | None) -> list[str]:
    return [f"{name} {r:.2f}" for name, r in (correlations or {}).items()]


def _say_links(found: Sequence[dict[str, Any]], hours: int, *, full: bool) -> None:
    from runlog.analysis.exposures import PRIMARY_WINDOW, window_text

    if hours != PRIMARY_WINDOW:
        say(
            f"Secondary: the run of {window_text(hours)} the rating, beside all that counts in the primary "
            "window, the 24 hours before it. A B is the most it can get."
        )
        say()
    for area, of_area in groupby(found, key=itemgetter("area")):
        _say_area(units.area(area).capitalize(), list(of_area), full=full)
        say()
    if any(row["grade"] in _ANSWERED for row in found):
        say("These go together with soreness; that is not proof of cause.")


def _say_area(area: str, found: Sequence[dict[str, Any]], *, full: bool) -> None:
    from runlog.analysis.links.grading import MIN_RATINGS

    ratings = found[0]["ratings"]
    if ratings < MIN_RATINGS:
        told, lacking = units.count_noun(ratings, "rating"), MIN_RATINGS - ratings
        say(f"{area}: {told}, too few to say anything yet. Links begin {lacking} ratings from now.")
        return
    answered = [row for row in found if row["grade"] in _ANSWERED]
    say(f"{area}, in points of soreness:")
    say()
    if answered:
        print_table(surest_first(answered), (*LINK_COLUMNS, _WHY))
    withheld = [row for row in found if row not in answered]
    if answered and withheld:
        say()
    _say_withheld(withheld)
    if full:
        _say_more(found)


def _say_withheld(found: Sequence[dict[str, Any]]) -> None:
    """Say of which factors nothing is said, and why, each reason once."""
    for reason in dict.fromkeys(row["reason"] for row in found):
        names = [row["factor"] for row in found if row["reason"] == reason]
        say(f"{', '.join(names)}: no answer. {reason}")


def _say_more(found: Sequence[dict[str, Any]]) -> None:
    """Print the scientist's numbers of one area."""
    estimated = [_with_pairs(row) for row in found if row["effect"] is not None]
    if not estimated:
        return
    say()
    print_table(estimated, _FULL_COLUMNS)
    say()
    together = ("moves_with", "moves with"), ("speaks_for", "speaks for")
    for row in estimated:
        for key, verb in together:
            if row[key]:
                say(f"{row['factor']} {verb} {', '.join(_told(row[key]))} (correlations).")
    first = estimated[0]
    say(
        f"What no factor explains: {units.percent(first['lasting'])} of its variance is a level that wanders "
        f"over about {units.number(first['tau_days'], 0)} days, so that the ratings tell the mean level as "
        f"well as {units.number(first['n_eff'], 0)} independent ones. Method {first['method']}."
    )


def _with_pairs(row: dict[str, Any]) -> dict[str, Any]:
    halves = [_signed(row[key]) for key in ("first_half", "second_half")]
    return row | {"high_low": f"{row['n_high']}/{row['n_low']}", "halves": " ".join(halves)}
