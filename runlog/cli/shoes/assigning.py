"""``runlog shoes assign``: pairs put on runs by hand, and the runs that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.names import complete_route, complete_run_or_shoe, find_route, find_shoe, named_run
from runlog.cli.output import Column, Form, emit, listing, say
from runlog.cli.runs import run_rows
from runlog.cli.sayback import named
from runlog.cli.shoes.changed import print_pairs_before_and_after, show_changes
from runlog.cli.shoes.options import DAY, DRY_RUN
from runlog.cli.shoes.rules import SURFACE
from runlog.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pandas as pd

    from runlog.analysis.shoe_wear import ShoeChanges
    from runlog.journal import Journal

_FEW = 5


@click.command(
    epilog=examples(
        "runlog shoes assign                            # runs without a pair, and what settles it",
        "runlog shoes assign 41 42 'Pegasus 41'",
        "runlog shoes assign last 2026-07-12 Speedgoat",
        "runlog shoes assign Speedgoat --surface trail --since 2026-05-01 --dry-run",
        "runlog shoes assign Pegasus --unassigned --until 2026-04-30",
        "runlog shoes assign --clear 41                 # as if nothing had been said",
    )
)
@click.argument("words", metavar="[RUN...] [NAME]", nargs=-1, shell_complete=complete_run_or_shoe)
@click.option("--since", type=DAY, metavar="DATE", help="Runs from that day on.")
@click.option("--until", type=DAY, metavar="DATE", help="Runs up to that day.")
@click.option("--route", shell_complete=complete_route, metavar="ROUTE", help="Runs on that route.")
@click.option("--surface", type=SURFACE, help="Runs that the watch or app calls so; just a run is road.")
@click.option("--unassigned", is_flag=True, help="Runs that have no pair.")
@click.option("--clear", is_flag=True, help="Take back what was assigned to these runs by hand.")
@DRY_RUN
@listing
def assign(form: Form, words: tuple[str, ...], *, clear: bool, dry_run: bool, **filters: Any) -> None:  # noqa: ANN401 - the options above
    """Put a pair on runs, or list the runs that have none.

    The list tells why a run has none and what would settle it.

    RUN is an id, "last" or a day; instead of naming runs, choose them by the
    options. NAME is the pair. What is put on by hand outranks the diary, the
    watch, the rules and the dates.
    """
    chosen = any(filters.values())
    if not words and not clear:
        _list_unassigned(form, filters, dry_run=dry_run)
        return
    if form != "table" and not dry_run:
        raise click.UsageError("--json and --csv go with --dry-run, or list the runs without a pair.")
    runs, name = (words, None) if clear else (words[:-1], words[-1])
    if bool(runs) == chosen:
        raise click.UsageError(
            "Name runs or choose them by options, not both."
            if chosen
            else "Which runs? runlog shoes assign RUN... NAME"
        )
    with context.journal() as kept:
        pair = None if name is None else find_shoe(name, kept.shoes.names())
        ids = _chosen(kept, filters) if chosen else [named_run(kept, run).id for run in runs]
        unit = kept.settings.units
        changes = _changes(kept, ids, pair) if dry_run or chosen else None
        if dry_run and changes is not None:
            show_changes(changes, form, unit)
            return
        kept.shoes.wear(ids, pair)
        told = _told(kept, ids)
    say(f"Put {pair!r} on {told}." if pair else f"No longer put on by hand: {told}.")
    if changes is not None:
        print_pairs_before_and_after(changes, unit)


def _told(kept: Journal, ids: Sequence[int]) -> str:
    if len(ids) > _FEW:
        return units.count_noun(len(ids), "run")
    by_id = {run.id: run for run in kept.runs()}
    return ", ".join(named(by_id[one], kept.settings.units) for one in ids)


def _changes(kept: Journal, ids: Sequence[int], pair: str | None) -> ShoeChanges:
    from runlog.analysis.shoe_wear import compare_shoes

    after = kept.shoes.history_if(worn=dict.fromkeys(ids, pair))
    return compare_shoes(kept.shoes.history_if(), after, context.now())


def _chosen(kept: Journal, filters: dict[str, Any]) -> list[int]:
    found = _fitting(kept, kept.history().runs, **filters)
    if found.empty:
        raise NotFound("no run is as the options say; nothing was changed")
    return [int(run) for run in found.index]


def _fitting(
    kept: Journal,
    runs: pd.DataFrame,
    *,
    since: datetime | None,
    until: datetime | None,
    route: str | None,
    surface: str | None,
    unassigned: bool,
) -> pd.DataFrame:
    """Give the runs that are as the options say."""
    from runlog.analysis.routes import route_label
    from runlog.analysis.shoe_assignment import surface_of

    if since is not None:
        runs = runs[runs["day"] >= since]
    if until is not None:
        runs = runs[runs["day"] <= until]
    if route is not None:
        runs = runs[runs["route"] == route_label(find_route(route, kept.routes.names()))]
    if surface is not None:
        runs = runs[[surface_of(sub_sport) == surface for sub_sport in runs["sub_sport"]]]
    return runs[runs["shoe"].isna()] if unassigned else runs


def _list_unassigned(form: Form, filters: dict[str, Any], *, dry_run: bool) -> None:
    from runlog.analysis.shoe_wear import unassigned_runs

    if dry_run:
        raise click.UsageError("What would be assigned? runlog shoes assign RUN... NAME --dry-run")
    with context.journal() as kept:
        without = _fitting(kept, unassigned_runs(kept.history()), **filters)
    columns = (
        Column("id", "Id", number=True),
        Column("when", "When", number=True),
        Column("shoe_reason", "Why none", least=20),
        Column("settled_by", "What settles it", least=24),
        Column("name", "Name"),
    )
    keys = ("id", "name", "start", "local_start", "distance_m", "shoe_reason", "settled_by")
    emit(form, run_rows(without), keys, columns, "Every run has its pair of shoes.")
    if form == "table" and len(without) > 1:
        say()
        say("Many at once: runlog shoes assign NAME --unassigned, and --since, --until, --surface, --route.")
        say("Those to come: runlog shoes rule add NAME --surface trail, or runlog shoes edit NAME --default")
