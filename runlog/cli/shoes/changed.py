"""What a word about shoes changes, before it is said or after."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from runlog import units
from runlog.cli.frames import rows
from runlog.cli.output import Column, Form, emit, emit_json, print_table, say, tell

if TYPE_CHECKING:
    from runlog.analysis.shoe_wear import ShoeChanges

_RUN_KEYS = ("id", "day", "name", "distance_m", "before", "after", "why_before", "why_after")
_PAIR_KEYS = ("name", "km_before", "km_after", "runs_before", "runs_after")
_NOTHING = "Nothing would change."


def show_changes(changes: ShoeChanges, form: Form, unit: str) -> None:
    """Print what would become of each run and of each pair."""
    runs = rows(changes.runs.rename_axis("id").reset_index())
    pairs = rows(changes.pairs.reset_index())
    if form == "json":
        emit_json({"runs": [{key: run[key] for key in _RUN_KEYS} for run in runs], "pairs": pairs})
    elif form == "csv" or not runs:
        emit(form, runs, _RUN_KEYS, (), _NOTHING)
    else:
        print_table(runs, _run_columns(unit))
        say()
        print_pairs_before_and_after(changes, unit)
        tell("Nothing was changed yet; without --dry-run it is.")


def print_pairs_before_and_after(changes: ShoeChanges, unit: str) -> None:
    """Print how much each pair had run before, and has now."""
    km = partial(_km, unit=unit)
    columns = (
        Column("name", "Pair"),
        Column("km_before", "Before", km, number=True),
        Column("km_after", "After", km, number=True),
        Column("runs_before", "Runs before", number=True),
        Column("runs_after", "Runs after", number=True),
    )
    pairs = rows(changes.pairs.reset_index())
    if pairs:
        print_table(pairs, columns)


def _run_columns(unit: str) -> tuple[Column, ...]:
    return (
        Column("id", "Id", number=True),
        Column("day", "Day", number=True),
        Column("name", "Name"),
        Column("before", "Before", least=10),
        Column("after", "After", least=10),
        Column("distance_m", "Distance", partial(units.distance, units=unit), number=True),
        Column("why_before", "Why before", least=16),
        Column("why_after", "Why after", least=16),
    )


def _km(km: float, unit: str) -> str:
    return units.distance(1000 * km, unit, 0)
