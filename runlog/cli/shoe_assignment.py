"""Assign shoes to runs, by hand or by rules (``runlog shoes assign`` and ``rule``)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base, lookup, output
from runlog.cli.base import command, group
from runlog.cli.params import DRY_RUN, distance_option, parse_day, parse_weekdays
from runlog.cli.runs import run_rows
from runlog.cli.shoe_wear import format_km, rule_text
from runlog.errors import NotFound
from runlog.model import WEEKDAYS, ShoeRule, Surface

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from runlog.analysis.shoe_wear import ShoeChanges
    from runlog.journal import Journal

_CHANGE_KEYS = ("id", "day", "name", "distance_m", "before", "after", "why_before", "why_after")


def print_changes(changes: ShoeChanges, fmt: output.OutputFormat, unit: str) -> None:
    """Print the changes of each run and of each pair."""
    runs = output.frame_to_rows(changes.runs.rename_axis("id").reset_index())
    pairs = output.frame_to_rows(changes.pairs.reset_index())
    if fmt == "json":
        output.print_json({"runs": [{key: run[key] for key in _CHANGE_KEYS} for run in runs], "pairs": pairs})
    elif fmt == "csv" or not runs:
        output.print_rows(fmt, runs, _CHANGE_KEYS, (), "Nothing would change.")
    else:
        columns = (
            output.Column("id", "Id", numeric=True),
            output.Column("day", "Day", numeric=True),
            output.Column("name", "Name"),
            output.Column("before", "Before", min_width=10),
            output.Column("after", "After", min_width=10),
            output.Column("distance_m", "Distance", partial(units.distance, units=unit), numeric=True),
            output.Column("why_before", "Why before", min_width=16),
            output.Column("why_after", "Why after", min_width=16),
        )
        output.print_table(runs, columns)
        output.echo()
        print_pairs_before_after(changes, unit)
        output.echo_err("Nothing was changed; to change it, leave out --dry-run.")


def print_pairs_before_after(changes: ShoeChanges, unit: str) -> None:
    """Print distance and runs of each changed pair, before and after."""
    km = partial(format_km, unit=unit)
    columns = (
        output.Column("name", "Pair"),
        output.Column("km_before", "Before", km, numeric=True),
        output.Column("km_after", "After", km, numeric=True),
        output.Column("runs_before", "Runs before", numeric=True),
        output.Column("runs_after", "Runs after", numeric=True),
    )
    pairs = output.frame_to_rows(changes.pairs.reset_index())
    if pairs:
        output.print_table(pairs, columns)


SURFACE = click.Choice([surface.value for surface in Surface], case_sensitive=False)


@group(
    "runlog shoes rule add Speedgoat --surface trail",
    "runlog shoes rule add 'Glide 12' --weekday sat,sun --min 15",
    "runlog shoes rule list",
    "runlog shoes rule remove 2",
)
def rule() -> None:
    """Assign a pair to runs that nothing else assigns.

    Assignments by hand, the diary and the watch outrank a rule; a rule outranks
    the only and the default pair. Of two rules that fit, the stricter one counts;
    if they still name two pairs, the run has none. A rule counts while its pair
    is in use.
    """


@command(
    "runlog shoes rule add Speedgoat --surface trail",
    "runlog shoes rule add 'Glide 12' --weekday sat,sun --min 15",
    "runlog shoes rule add Spike --surface track --dry-run",
    "runlog shoes rule add 'Winter GTX' --season 11-01..03-31",
    of=rule,
)
@click.argument("name", shell_complete=lookup.complete_shoe)
@click.option("--surface", type=SURFACE, help="As the watch or app calls it; just a run counts as road.")
@click.option("--weekday", type=parse_weekdays, metavar="DAYS", help="Only these, like sat,sun.")
@distance_option("min", "Only runs of at least so far.")
@distance_option("max", "Only runs of at most so far.")
@click.option("--season", metavar="DAYS", help="Only these days of each year, like 11-01..03-31.")
@DRY_RUN
@output.format_options
def add(
    fmt: output.OutputFormat,
    name: str,
    *,
    surface: str | None,
    weekday: tuple[int, ...] | None,
    dry_run: bool,
    **conditions: Any,  # noqa: ANN401 - the other options above
) -> None:
    """Add a rule: runs that fit all its conditions count for NAME."""
    _check_format(fmt, dry_run=dry_run)
    with base.open_journal() as journal:
        pair = lookup.find_shoe(name, journal.shoes.names())
        weekdays = ",".join(WEEKDAYS[number] for number in weekday) if weekday else None
        new = ShoeRule(pair, Surface(surface) if surface else None, weekdays, **conditions)
        journal.shoes.check_rule(new)
        changes = preview(journal, rules=(new,))
        unit = journal.settings.units
        if dry_run:
            print_changes(changes, fmt, unit)
            return
        number = journal.shoes.add_rule(new)
        retired = next(shoe.retired for shoe in journal.shoes.all() if shoe.name == pair)
    _print_changed(f"Rule {number}: {pair!r} when {rule_text(new, unit)}.", changes, unit)
    if retired is not None:
        output.echo_err(
            f"{pair!r} was retired {units.day(retired, year=True)}; the rule counts up to that day."
        )


@command("runlog shoes rule list", "runlog shoes rule list --json", name="list", of=rule)
@output.format_options
def list_(fmt: output.OutputFormat) -> None:
    """List the rules and how many runs have their pair by each."""
    with base.open_journal() as journal:
        rules = journal.shoes.rules()
        unit = journal.settings.units
        reasons = list(journal.shoes.history_if().runs["shoe_reason"]) if rules else []
    rows = [
        output.record_to_row(stored.rule)
        | {"id": stored.id, "when": rule_text(stored.rule, unit)}
        | {"runs": sum(str(reason).startswith(f"rule {stored.id}:") for reason in reasons)}
        for stored in rules
    ]
    columns = (
        output.Column("id", "Rule", numeric=True),
        output.Column("shoe", "Pair"),
        output.Column("when", "When", min_width=24),
        output.Column("runs", "Runs", numeric=True),
    )
    keys = ("id", "shoe", "surface", "weekdays", "min_m", "max_m", "season", "runs")
    output.print_rows(fmt, rows, keys, columns, "No rules yet: runlog shoes rule add NAME --surface trail")


@command("runlog shoes rule remove 2", "runlog shoes rule remove 2 --dry-run", of=rule)
@click.argument("number", type=click.IntRange(min=1))
@DRY_RUN
@output.format_options
def remove(fmt: output.OutputFormat, number: int, *, dry_run: bool) -> None:
    """Remove a rule, by its number in the list."""
    _check_format(fmt, dry_run=dry_run)
    with base.open_journal() as journal:
        changes = preview(journal, without=(number,))
        unit = journal.settings.units
        if dry_run:
            print_changes(changes, fmt, unit)
            return
        removed = journal.shoes.remove_rule(number)
    _print_changed(f"Removed rule {number}: {removed.shoe!r} when {rule_text(removed, unit)}.", changes, unit)


def _check_format(fmt: output.OutputFormat, *, dry_run: bool, otherwise: str = "") -> None:
    if fmt != "table" and not dry_run:
        raise click.UsageError(f"--json and --csv go with --dry-run{otherwise}.")


def preview(journal: Journal, **changes: Any) -> ShoeChanges:  # noqa: ANN401 - what history_if takes
    """Return which runs other shoes would move; ``changes`` as for ``Shoes.history_if``."""
    from runlog.analysis.shoe_wear import compare_shoes

    return compare_shoes(journal.shoes.history_if(), journal.shoes.history_if(**changes), base.now())


def _print_changed(message: str, changes: ShoeChanges, unit: str) -> None:
    output.echo(f"{message} {units.count_noun(len(changes.runs), 'run')} changed.")
    print_pairs_before_after(changes, unit)


_MAX_NAMED = 5


@command(
    "runlog shoes assign  # list the runs without a pair",
    "runlog shoes assign 41 42 'Pegasus 41'",
    "runlog shoes assign last 2026-07-12 Speedgoat",
    "runlog shoes assign Speedgoat --surface trail --since 2026-05-01 --dry-run",
    "runlog shoes assign Pegasus --unassigned --until 2026-04-30",
    "runlog shoes assign --clear 41  # undo an assignment by hand",
)
@click.argument("words", metavar="[RUN...] [NAME]", nargs=-1, shell_complete=lookup.complete_run_or_shoe)
@click.option("--since", type=parse_day, metavar="DATE", help="Runs from that day on.")
@click.option("--until", type=parse_day, metavar="DATE", help="Runs up to that day.")
@click.option("--route", shell_complete=lookup.complete_route, metavar="ROUTE", help="Runs on that route.")
@click.option(
    "--surface",
    type=SURFACE,
    help="Runs on this surface, by the watch's or app's sport; plain runs count as road.",
)
@click.option("--unassigned", is_flag=True, help="Runs without a pair.")
@click.option("--clear", is_flag=True, help="Undo what you assigned to these runs by hand.")
@DRY_RUN
@output.format_options
def assign(
    fmt: output.OutputFormat,
    words: tuple[str, ...],
    *,
    clear: bool,
    dry_run: bool,
    **filters: Any,  # noqa: ANN401 - the options above
) -> None:
    """Assign a pair to runs, or list the runs without one.

    The list says why a run has no pair, and which command gives it one.

    RUN is an id, "last" or a day; or choose runs by the options instead. NAME is
    the pair. What you assign by hand beats the diary, the watch, rules and dates.
    """
    filtered = any(filters.values())
    if not words and not clear:
        _list_unassigned(fmt, filters, dry_run=dry_run)
        return
    _check_format(fmt, dry_run=dry_run, otherwise=", or list the runs without a pair")
    runs, name = (words, None) if clear else (words[:-1], words[-1])
    if bool(runs) == filtered:
        raise click.UsageError(
            "Name runs or choose them by options, not both."
            if filtered
            else "Which runs? runlog shoes assign RUN... NAME"
        )
    with base.open_journal() as journal:
        pair = None if name is None else lookup.find_shoe(name, journal.shoes.names())
        if filtered:
            ids = [int(run) for run in _filter_runs(journal, journal.history().runs, **filters).index]
            if not ids:
                raise NotFound("no run is as the options say; nothing was changed")
        else:
            ids = [lookup.resolve_run(journal, run).id for run in runs]
        unit = journal.settings.units
        overrides = dict.fromkeys(ids, pair)
        changes = preview(journal, overrides=overrides) if dry_run or filtered else None
        if dry_run and changes is not None:
            print_changes(changes, fmt, unit)
            return
        journal.shoes.wear(ids, pair)
        runs_text = _runs_text(journal, ids)
    output.echo(f"Assigned {pair!r} to {runs_text}." if pair else f"No longer assigned by hand: {runs_text}.")
    if changes is not None:
        print_pairs_before_after(changes, unit)


def _runs_text(journal: Journal, ids: Sequence[int]) -> str:
    if len(ids) > _MAX_NAMED:
        return units.count_noun(len(ids), "run")
    by_id = {run.id: run for run in journal.runs()}
    return ", ".join(output.describe_run(by_id[run], journal.settings) for run in ids)


def _filter_runs(
    journal: Journal,
    runs: pd.DataFrame,
    *,
    since: date | None,
    until: date | None,
    route: str | None,
    surface: str | None,
    unassigned: bool,
) -> pd.DataFrame:
    """Return the runs that match the options."""
    from runlog.analysis.routes import route_label
    from runlog.analysis.shoe_assignment import surface_of

    days = runs["day"].dt.date
    runs = runs[(days >= (since or date.min)) & (days <= (until or date.max))]
    if route is not None:
        runs = runs[runs["route"] == route_label(lookup.find_route(route, journal.routes.names()))]
    if surface is not None:
        runs = runs[[surface_of(sub_sport) == surface for sub_sport in runs["sub_sport"]]]
    return runs[runs["shoe"].isna()] if unassigned else runs


def _list_unassigned(fmt: output.OutputFormat, filters: dict[str, Any], *, dry_run: bool) -> None:
    from runlog.analysis.shoe_assignment import NONE_IN_USE

    if dry_run:
        raise click.UsageError("What would be assigned? runlog shoes assign RUN... NAME --dry-run")
    with base.open_journal() as journal:
        runs = journal.history().runs
        unassigned = _filter_runs(journal, runs[runs["shoe"].isna()], **filters)
    settled_by = [
        f"runlog shoes add NAME --from {run.day:%Y-%m-%d}"
        if run.shoe_reason == NONE_IN_USE
        else f"runlog shoes assign {run.Index} NAME"
        for run in unassigned.itertuples()
    ]
    columns = (
        output.Column("id", "Id", numeric=True),
        output.Column("when", "When", numeric=True),
        output.Column("shoe_reason", "Why none", min_width=20),
        output.Column("settled_by", "To fix it", min_width=24),
        output.Column("name", "Name"),
    )
    keys = ("id", "name", "start", "local_start", "distance_m", "shoe_reason", "settled_by")
    rows = run_rows(unassigned.assign(settled_by=settled_by))
    output.print_rows(fmt, rows, keys, columns, "Every run has its pair of shoes.")
    if fmt == "table" and len(unassigned) > 1:
        output.echo()
        output.echo(
            "Many at once: runlog shoes assign NAME --unassigned; also --since, --until, --surface, --route."
        )
        output.echo(
            "Later ones: runlog shoes rule add NAME --surface trail, or runlog shoes edit NAME --default"
        )
