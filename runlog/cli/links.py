"""List factors, exposures and links (``runlog factors``, ``exposures`` and ``links``)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import output
from runlog.cli.base import command, open_journal, runner_settings
from runlog.cli.cohort import print_given_others, share_links
from runlog.cli.lookup import AREA
from runlog.cli.params import EXISTING_FILE, FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import pandas as pd

    from runlog.analysis.factors.base import Factor
    from runlog.analysis.history import History

NO_RATINGS = "No ratings yet. Rate a run with: runlog log 3"


@command(
    "runlog exposures --last 7",
    "runlog exposures --csv > exposures.csv",
    "runlog exposures --area neck --json",
)
@click.option("--area", type=AREA, help="Only this body area.")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N ratings.")
@output.format_options
def exposures(fmt: output.OutputFormat, area: str | None, last: int | None) -> None:
    """List each rating with the factors as they stood at that moment.

    The table shows as many of the main factors as fit; JSON and CSV have all of
    them, with distances in km. runlog factors says what each one means.
    """
    from runlog.analysis.exposures import exposures as exposure_table
    from runlog.analysis.factors import FACTORS

    with open_journal() as journal:
        history = journal.history()
    table = exposure_table(history, area)

    def local_day(moment: str) -> str:
        return history.clock.day(datetime.fromisoformat(moment)).isoformat()

    columns = (
        output.Column("moment", "Day", local_day, numeric=True),
        output.Column("area", "Area", units.area),
        output.Column("rating", "Rating", "{:g}".format, numeric=True),
        *(_factor_column(factor, history) for factor in FACTORS if factor.primary),
    )
    shown = table if last is None else table.tail(last)
    output.print_rows(fmt, output.frame_to_rows(shown), list(table.columns), columns, NO_RATINGS)


def _factor_column(factor: Factor, history: History) -> output.Column:
    """Return the column of a factor: its label and unit, its values in the runner's units."""
    from runlog.analysis.factors.base import FactorUnit

    unit, kind = history.settings.units, history.load_kind
    heading: str = factor.label
    write: Callable[[Any], str] = "{:.3g}".format
    match factor.unit:
        case FactorUnit.HABIT:
            write = lambda value: "yes" if value else "no"  # noqa: E731 - as the others
        case FactorUnit.SHARE:
            write = units.percent
        case FactorUnit.DISTANCE:
            heading = f"{heading} ({unit})"
            write = lambda km: units.number(1000 * km / units.METRES[unit], 0)  # noqa: E731 - likewise
        case FactorUnit.LOAD:
            heading = f"{heading} ({unit})" if kind == "km" else heading
            write = lambda load: units.number(units.load_in(load, kind, unit), 0)  # noqa: E731 - likewise
    return output.Column(factor.name, units.capital(heading), write, numeric=True)


@command("runlog factors", "runlog factors --json")
@output.format_options
def factors(fmt: output.OutputFormat) -> None:
    """List the factors that may go with soreness, and what each one means."""
    from runlog.analysis.factors import FACTORS
    from runlog.reporter.findings import format_step

    unit = runner_settings().units if fmt == "table" else "km"
    rows = [
        {
            "name": factor.name,
            "label": factor.label,
            "family": factor.family,
            "step": factor.step,
            "step_text": format_step(factor, unit),
            "meaning": factor.meaning,
        }
        for factor in FACTORS
    ]
    columns = (
        output.Column("name", "Factor"),
        output.Column("step_text", "Step"),
        output.Column("meaning", "Meaning"),
    )
    output.print_rows(fmt, rows, list(rows[0]), columns)


_GRADE_TEXTS = {"none": "no sign", "": "cannot tell"}
_FOUND_GRADES = ("A", "B")
_ANSWERED_GRADES = ("A", "B", "C", "hint", "none")
_GRADE_ORDER = (*_ANSWERED_GRADES, "describe", "")
_WINDOWS = ("24", "48", "72")
_SMALLEST_P = 0.001

LINK_COLUMNS = (
    output.Column("label_and_step", "Factor", min_width=18),
    output.Column("effect", "Points", output.format_signed, numeric=True),
    output.Column("range", "95% range", numeric=True),
    output.Column("grade", "Grade", lambda grade: _GRADE_TEXTS.get(grade, grade)),
    output.Column("n", "Ratings", numeric=True),
)
_WHY_COLUMN = output.Column("short_reason", "Why", min_width=18)


def _format_p(p: float) -> str:
    return "<.001" if p < _SMALLEST_P else units.number(p, 3).removeprefix("0")


_FULL_COLUMNS = (
    output.Column("label_and_step", "Factor", min_width=20),
    output.Column("per_sd", "Per SD", output.format_signed, numeric=True),
    output.Column("se", "SE", partial(units.number, digits=2), numeric=True),
    output.Column("p", "p", _format_p, numeric=True),
    output.Column("q", "q", _format_p, numeric=True),
    output.Column("high_low", "High/low", numeric=True),
    output.Column("halves", "Halves", numeric=True),
    output.Column("r_time", "r time", output.format_signed, numeric=True),
)


@command(
    "runlog links",
    "runlog links --area neck --full",
    "runlog links --window 48 --json",
    "runlog links --share for-the-study.json",
    "runlog links --given pool.json",
)
@click.option("--area", type=AREA, help="Only this body area.")
@click.option(
    "--window",
    type=click.Choice(_WINDOWS),
    default=_WINDOWS[0],
    show_default=True,
    help="Hours before the rating: look at runs 0 to 24, or (secondary) 24 to 48 or 48 to 72 hours before.",
)
@click.option("--full", is_flag=True, help="Add the statistics.")
@click.option(
    "--given",
    "pool_file",
    type=EXISTING_FILE,
    metavar="POOL.JSON",
    help="Also show each effect given other runners (see runlog cohort pool).",
)
@click.option(
    "--share",
    "share_file",
    type=FILE,
    metavar="FILE",
    help="Write only the effects, for a study: no date, place, name or note. You see them first.",
)
@output.format_options
def links(
    fmt: output.OutputFormat,
    area: str | None,
    window: str,
    pool_file: Path | None,
    share_file: Path | None,
    *,
    full: bool,
) -> None:
    """Say what soreness goes together with, and how sure that is.

    Each link comes in points of soreness for one step: done against skipped,
    100 km on the shoe (50 mi if you use miles), one hour at the desk. The 95%
    range shows how sure that is.

    Grades: A and B are unlikely to be chance, C leans one way, a hint rests on
    fewer than 40 ratings. None of them is proof of cause. Grades are settled at
    40, 60, 90, 130 and 200 ratings and every 100 after that, so that looking
    often does not turn up findings by chance. Points and range change with
    every rating.

    --full adds the reasons in whole sentences, and the statistics: points per
    SD with their SE, p, q (p after Benjamini–Hochberg), ratings above the
    factor's middle and the others, points from each half of the diary, and the
    correlation with time. JSON and CSV always have them, with steps in metric
    units.
    """
    from runlog.analysis.exposures import exposures as exposure_table
    from runlog.analysis.links import LINK_COLUMNS
    from runlog.analysis.links import links as link_table

    hours = int(window)
    if (share_file or pool_file) and hours != int(_WINDOWS[0]):
        raise click.UsageError("--share and --given are for the primary window, --window 24.")
    with open_journal() as journal:
        history = journal.history()
    table = link_table(exposure_table(history, area, hours), window=hours)
    if share_file is not None:
        share_links(table, history, share_file)
        return
    unit = history.settings.units if fmt == "table" else "km"
    rows = link_rows(table)
    if pool_file is not None:
        print_given_others(rows, pool_file, fmt, unit)
    elif fmt == "table" and rows:
        _print_links(rows, hours, unit, full=full)
    else:
        if fmt == "csv":
            for row in rows:
                row |= {key: _correlation_texts(row[key]) for key in ("moves_with", "speaks_for")}
        output.print_rows(fmt, rows, LINK_COLUMNS, (), NO_RATINGS)


def link_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the links as rows for JSON, per metric step, with the range and step in words added."""
    return [_with_step(row, "km") for row in output.frame_to_rows(table)]


#: What ``links`` gives in rating points per step.
_PER_STEP = (
    *("effect", "low", "high", "first_half", "second_half"),
    *("unique", "unique_low", "unique_high", "b", "s"),
)


def _with_step(row: dict[str, Any], unit: str) -> dict[str, Any]:
    """Return a row of ``links`` per the step that a runner of this distance unit is shown."""
    from runlog.analysis.exposures import effect_unit
    from runlog.reporter.findings import format_step, label_and_step

    factor = effect_unit(row["factor"]).factor
    points = {key: factor.points_per_step(row[key], unit) for key in _PER_STEP if row[key] is not None}
    words = {"step_text": format_step(factor, unit), "label_and_step": label_and_step(factor, unit)}
    row = row | points | words
    return row | {"range": output.format_range(row["low"], row["high"])}


def sort_by_grade(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort links by their grade, keeping the order within a grade."""
    return sorted(rows, key=lambda row: _GRADE_ORDER.index(row["grade"]))


def _correlation_texts(correlations: dict[str, float] | None) -> list[str]:
    return [f"{name} {r:.2f}" for name, r in (correlations or {}).items()]


def _print_links(rows: Sequence[dict[str, Any]], hours: int, unit: str, *, full: bool) -> None:
    from runlog.analysis.exposures import PRIMARY_WINDOW, window_text

    if hours != PRIMARY_WINDOW:
        output.echo(
            f"Secondary: what the run of {window_text(hours)} the rating adds to the 24 hours before it. The "
            "best grade here is B."
        )
        output.echo()
    for area, of_area in groupby(rows, key=itemgetter("area")):
        _print_area(units.area(area).capitalize(), list(of_area), unit, full=full)
        output.echo()
    if any(row["grade"] in _ANSWERED_GRADES for row in rows):
        output.echo("These go together with soreness; that is not proof of cause.")


def _print_area(area: str, rows: Sequence[dict[str, Any]], unit: str, *, full: bool) -> None:
    from runlog.analysis.links.ratings import MIN_RATINGS

    ratings = rows[0]["ratings"]
    if ratings < MIN_RATINGS:
        counted, lacking = units.count_noun(ratings, "rating"), MIN_RATINGS - ratings
        output.echo(
            f"{area}: {counted}, too few to say anything yet. Links begin {lacking} ratings from now."
        )
        return
    answered = [row for row in rows if row["grade"] in _ANSWERED_GRADES]
    output.echo(f"{area}, in points of soreness:")
    output.echo()
    if answered:
        shown = [_with_step(row, unit) for row in sort_by_grade(answered)]
        for row in shown:
            if row["grade"] == "none":  # the grade says it
                row["short_reason"] = ""
        output.print_table(shown, (*LINK_COLUMNS, _WHY_COLUMN))
    _print_settled(answered, unit)
    not_estimable = [row for row in rows if row not in answered]
    if answered and not_estimable:
        output.echo()
    for reason in dict.fromkeys(row["reason"] for row in not_estimable):
        output.echo(
            f"{_list_labels(row for row in not_estimable if row['reason'] == reason)}: no answer. {reason}"
        )
    if full:
        _print_full([_with_step(row, unit) for row in rows])


def _print_settled(answered: Sequence[dict[str, Any]], unit: str) -> None:
    """Say what is settled and what is open, in plain words."""
    from runlog.analysis.factors import find_factor
    from runlog.reporter.findings import settled_text, short_link

    found = [row for row in answered if row["grade"] in _FOUND_GRADES]
    if answered:
        output.echo()
    for text in dict.fromkeys(settled_text(row) for row in sort_by_grade(found)):
        for row in sort_by_grade(found):
            if settled_text(row) == text:
                output.echo(short_link(find_factor(row["factor"]), row, unit))
        output.echo(text)
    rest = [row for row in answered if row not in found]
    for text in dict.fromkeys(settled_text(row) for row in rest):
        output.echo(f"No finding: {_list_labels(row for row in rest if settled_text(row) == text)}. {text}")


def _list_labels(rows: Iterable[dict[str, Any]]) -> str:
    from runlog.analysis.exposures import effect_unit

    return units.capital(", ".join(effect_unit(row["factor"]).factor.label for row in rows))


def _print_full(rows: Sequence[dict[str, Any]]) -> None:
    """Print the scientist's numbers of one area."""
    estimated = [row for row in rows if row["effect"] is not None]
    if not estimated:
        return
    output.echo()
    for row in estimated:
        row["high_low"] = f"{row['n_high']}/{row['n_low']}"
        row["halves"] = (
            f"{output.format_signed(row['first_half'])} {output.format_signed(row['second_half'])}"
        )
        output.echo(f"{row['label_and_step']}: {row['reason']}")
    output.echo()
    output.print_table(estimated, _FULL_COLUMNS)
    output.echo()
    for row in estimated:
        for key, verb in (("moves_with", "moves with"), ("speaks_for", "includes")):
            if row[key]:
                output.echo(
                    f"{row['factor']} {verb} {', '.join(_correlation_texts(row[key]))} (correlations)."
                )
    first = estimated[0]
    output.echo(
        f"Of the variance that no factor explains, {units.percent(first['lasting'])} is a level that drifts "
        f"over about {units.number(first['tau_days'], 0)} days. So these ratings say as much about the mean "
        f"level as {units.number(first['n_eff'], 0)} independent ones. Method {first['method']}."
    )
