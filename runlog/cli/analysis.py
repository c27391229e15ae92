"""``runlog exposures`` and ``factors``: what is found out."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from runlog import units
from runlog.cli.context import journal
from runlog.cli.frames import rows
from runlog.cli.help import examples
from runlog.cli.names import AREA
from runlog.cli.output import Column, Form, emit, listing

if TYPE_CHECKING:
    from datetime import tzinfo

NO_RATINGS = "No ratings yet. Rate a run with: runlog log 3"


@click.command(
    epilog=examples(
        "runlog exposures --last 7",
        "runlog exposures --csv > exposures.csv",
        "runlog exposures --area neck --json",
    )
)
@click.option("--area", type=AREA, help="Only this body area.")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N ratings.")
@listing
def exposures(form: Form, area: str | None, last: int | None) -> None:
    """List each rating beside its factors, as they stood at that moment.

    The table shows the main factors, as many as there is room for; JSON and
    CSV have them all (runlog factors says what each one means).
    """
    from runlog.analysis.exposures import exposures as expose
    from runlog.analysis.factors import FACTORS

    with journal() as kept:
        table = expose(kept.history(), area)
        zone = kept.settings.zone
    columns = (
        Column("moment", "Day", partial(_local_day, zone=zone), number=True),
        Column("area", "Area", units.area),
        Column("rating", "Rating", "{:g}".format, number=True),
        *(Column(f.name, f.name, "{:.3g}".format, number=True) for f in FACTORS if f.mission),
    )
    shown = table if last is None else table.tail(last)
    emit(form, rows(shown), list(table.columns), columns, NO_RATINGS)


def _local_day(moment: str, zone: tzinfo) -> str:
    return datetime.fromisoformat(moment).astimezone(zone).date().isoformat()


@click.command(epilog=examples("runlog factors", "runlog factors --json"))
@listing
def factors(form: Form) -> None:
    """List the factors that soreness is held against, with what each one means."""
    from inspect import getdoc

    from runlog.analysis.factors import FACTORS

    found = [
        {
            "name": factor.name,
            "label": factor.label,
            "family": factor.family,
            "step": factor.step,
            "step_text": factor.step_text,
            "meaning": (getdoc(factor.values) or "").partition("\n")[0],
        }
        for factor in FACTORS
    ]
    columns = (
        Column("name", "Factor"),
        Column("step_text", "Told per"),
        Column("meaning", "Meaning"),
    )
    emit(form, found, list(found[0]), columns, "")
