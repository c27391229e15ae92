"""Show how worn the pairs of shoes are (``runlog shoes list`` and ``show``)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base, output
from runlog.cli.base import command
from runlog.cli.lookup import complete_shoe, find_shoe
from runlog.model import shoe_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from runlog.analysis.shoe_wear import ShoeDetail
    from runlog.model import ShoeRule
    from runlog.records import StoredShoeRule

_PRECISE_WITHIN_DAYS = 62


@command("runlog shoes list", "runlog shoes list --json", name="list")
@output.format_options
def list_(fmt: output.OutputFormat) -> None:
    """List your pairs: distance, limit and how much you use each.

    The limit date assumes that you keep using the pair as in the last 8 weeks;
    the range is right about 8 times in 10.
    """
    from runlog.analysis.shoe_wear import shoe_table
    from runlog.reporter.guidance import evidence

    with base.open_journal() as journal:
        history = journal.history()
    frame = shoe_table(history, base.now())
    rows = [row | {"reached": _limit_reached_text(row)} for row in output.frame_to_rows(frame)]
    km = partial(format_km, unit=history.settings.units)
    columns = (
        output.Column("name", "Pair"),
        output.Column("km", "Distance", km, numeric=True),
        output.Column("left_km", "Left", km, numeric=True),
        output.Column("reached", "Limit reached about", min_width=24),
        output.Column("share_28d", "28 days", units.percent, numeric=True),
        output.Column("share_8w", "8 weeks", units.percent, numeric=True),
        output.Column("runs", "Runs", numeric=True),
        output.Column("limit_km", "Limit", km, numeric=True),
        output.Column("retired", "Retired", numeric=True),
        output.Column("from_date", "From", numeric=True),
        output.Column("default", "Default", lambda default: "default" if default else ""),
    )
    output.print_rows(
        fmt, rows, list(frame.columns), columns, "No shoes yet. Add a pair: runlog shoes add NAME"
    )
    if fmt != "table":
        return
    for name, since in frame.dropna(subset="only_since")[["name", "only_since"]].itertuples(index=False):
        day, citation = units.day(since, year=True), evidence("malisoux-2015").cite()
        output.echo_err(f"All your runs have been in {name!r} since {day}. {citation}")
    without = int(history.runs["shoe"].isna().sum())
    if without:
        output.echo_err(
            f"{units.count_noun(without, 'run')} without a pair. To assign one: runlog shoes assign"
        )


def _limit_reached_text(row: Mapping[str, Any]) -> str | None:
    """Write when a pair reaches its limit, with the range, or when it did."""
    if row["expected"] is None:
        return None
    expected, low, high = (
        row[key] and date.fromisoformat(row[key]) for key in ("expected", "expected_low", "expected_high")
    )
    if row["left_km"] <= 0:
        return f"over since {_format_day(expected)}"
    if low is None:
        return f"{_format_day(expected)} (range unknown)"
    near = high is not None and (high - low).days <= _PRECISE_WITHIN_DAYS
    about, first = _format_day(expected, near=near), _format_day(low, near=near)
    return f"{about} ({first} {'or later' if high is None else f'to {_format_day(high, near=near)}'})"


def _format_day(day: date, *, near: bool = True) -> str:
    """Write a day, or only its month if it is a rough estimate."""
    text = units.day(day, weekday=False, year=True)
    return text if near else text.partition(" ")[2]


def format_km(km: float, unit: str) -> str:
    """Write kilometres in the user's unit."""
    return units.distance(1000 * km, unit, 0)


@command("runlog shoes show 'Pegasus 41'", "runlog shoes show Speedgoat --json")
@click.argument("name", shell_complete=complete_shoe)
@output.format_options
def show(fmt: output.OutputFormat, name: str) -> None:
    """Show everything about one pair.

    That is its distance, limit, months and rules, and why its runs count for it.
    CSV has one row per month.
    """
    from runlog.analysis.shoe_assignment import pair_by_name_key
    from runlog.analysis.shoe_wear import shoe_detail

    with base.open_journal() as journal:
        names = journal.shoes.names()
        wanted = find_shoe(name, names)
        history = journal.history()
        rules = [stored for stored in journal.shoes.rules() if names.get(stored.rule.shoe) == wanted]
    detail = shoe_detail(history, pair_by_name_key(history.shoes)[shoe_key(wanted)], base.now())
    months = output.frame_to_rows(detail.months.reset_index())
    if fmt == "csv":
        output.print_rows(fmt, months, ("month", "km", "runs"))
    elif fmt == "json":
        output.print_json(_detail_json(detail, months, rules))
    else:
        unit = history.settings.units
        _print_detail(detail, unit, rules)
        if months:
            km = output.Column("km", "Distance", partial(format_km, unit=unit), numeric=True)
            output.echo()
            output.print_table(
                months, (output.Column("month", "Month"), km, output.Column("runs", "Runs", numeric=True))
            )


def _detail_json(
    detail: ShoeDetail, months: Sequence[Any], rules: Sequence[StoredShoeRule]
) -> dict[str, Any]:
    return {
        **output.frame_to_rows(detail.row.to_frame().T)[0],
        "start_km": detail.start_m / 1000.0,
        "other_names": detail.other_names,
        "rests": [[output.to_json_value(day) for day in rest] for rest in detail.rests],
        **dict(zip(("first_run", "last_run", "longest_run"), _notable_runs(detail), strict=True)),
        "months": months,
        "reasons": {str(reason): int(count) for reason, count in detail.reasons.items()},
        "rules": [stored.id for stored in rules],
    }


def _notable_runs(detail: ShoeDetail) -> tuple[int | None, int | None, int | None]:
    """Return the ids of the first, the last and the longest run."""
    if detail.runs.empty:
        return None, None, None
    ids, metres = detail.runs.index.to_numpy(int), detail.runs["distance_m"]
    longest = None if metres.isna().all() else int(ids[metres.argmax()])
    return int(ids[0]), int(ids[-1]), longest


def _print_detail(detail: ShoeDetail, unit: str, rules: Sequence[StoredShoeRule]) -> None:
    from runlog.reporter.guidance import evidence

    wear = output.frame_to_rows(detail.row.to_frame().T)[0]
    km, share_8w = partial(format_km, unit=unit), units.percent(wear["share_8w"])
    output.echo(str(detail.row["name"]))
    facts = [
        ("distance", _distance_text(wear, detail, unit)),
        ("limit", f"{km(wear['limit_km'])}, {km(wear['left_km'])} left. {evidence('shoe-limits').quote()}"),
        ("reached", _limit_reached_text(wear) or units.UNKNOWN),
        ("in use", _in_use_text(wear, detail)),
        ("share", f"{units.percent(wear['share_28d'])} of 28 days' runs, {share_8w} of 8 weeks'"),
        *(
            (name, units.UNKNOWN if run is None else _run_text(detail.runs.loc[[run]].iloc[0], unit))
            for name, run in zip(("first run", "last run", "longest"), _notable_runs(detail), strict=True)
        ),
        *(("rule", f"{stored.id}: {rule_text(stored.rule, unit)}") for stored in rules),
        *(("also called", other) for other in detail.other_names),
        *(
            ("because", f"{reason} ({units.count_noun(int(count), 'run')})")
            for reason, count in detail.reasons.items()
        ),
    ]
    output.print_pairs(facts)


def _distance_text(wear: Mapping[str, Any], detail: ShoeDetail, unit: str) -> str:
    runs, before = units.count_noun(wear["runs"], "run"), detail.start_m / 1000
    if not before:
        return f"{format_km(wear['km'], unit)} in {runs}"
    since = format_km(wear["km"] - before, unit)
    return f"{format_km(wear['km'], unit)}: {format_km(before, unit)} before, {since} in {runs}"


def _in_use_text(wear: Mapping[str, Any], detail: ShoeDetail) -> str:
    since = f"from {wear['from_date']}" if wear["from_date"] else "first day unknown"
    until = f", retired {wear['retired']}" if wear["retired"] else ""
    rests = "".join(f", not from {first} to {last}" for first, last in detail.rests)
    default = ", the default pair" if wear["default"] else ""
    return f"{since}{rests}{until}{default}"


def _run_text(run: pd.Series, unit: str) -> str:
    name = f"{run['name']!r}, " if run["name"] else ""
    distance = units.distance(run["distance_m"], unit)
    return f"{units.day(run['day'], year=True)}, {name}{distance} (run {run.name})"


def rule_text(rule: ShoeRule, unit: str) -> str:
    """Describe the conditions of a rule."""
    from runlog.analysis.shoe_assignment import describe_rule

    return describe_rule(rule, unit)
